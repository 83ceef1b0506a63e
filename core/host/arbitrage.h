/* host/arbitrage.h - what stands behind cambist/arbitrage.h, beside core/arbitrage. */
#ifndef CMB_HOST_ARBITRAGE_H
#define CMB_HOST_ARBITRAGE_H

#include "arbitrage/trade.h"
#include "host/host.h"

/* One exchange of it. */
struct cmb_arbitrage_account {
    struct cambist_arbitrage *arbitrage;
    struct cambist_exchange *exchange;
    struct cambist_follow *follow;
    uint32_t number; /* in the trade */
    struct cambist_answer *balances; /* while it is opened; NULL: not had */
    struct cambist_decimal *fees;    /* the same, by symbol; absent: not told */
};

struct cambist_arbitrage {
    struct cambist *host;
    struct cambist_arbitrage *next; /* among those that leave */
    struct cmb_trade *trade;        /* of the I/O thread */
    struct cmb_arbitrage_account accounts[CMB_ARBITRAGE_VENUES_MOST];
    size_t account_count;
};

/* What is being opened. */
struct cmb_arbitrage_opening {
    struct cambist_arbitrage *arbitrage;
    struct cambist_arbitrage_settings settings;
    struct cambist_decimal cost_most, loss_most, taker_fee;
    cambist_arbitrage_event_fn *on_event;
    void *user;
    struct cambist_error *error;
};

/* Asks for what has to be known of an exchange beforehand, and waits: markets, fees, balances.  Fees
 * that cannot be had are the markets' own.  Of the asker's thread. */
int cmb_arbitrage_load(struct cmb_arbitrage_opening *opening,
                       struct cmb_arbitrage_account *account);
/* Gives it to the trade. [the I/O thread] */
int cmb_arbitrage_add(struct cmb_arbitrage_opening *opening,
                      struct cmb_arbitrage_account *account);
/* It is not needed any more. */
void cmb_arbitrage_forget(struct cmb_arbitrage_account *account);

#endif
