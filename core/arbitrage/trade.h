/* arbitrage/trade.h - an engine among open exchanges: it hears their books and places its orders.
 *
 *     trade.c     what belongs to it, how it begins and ends
 *     hear.c      books reach the engine, and what it finds is told
 *     money.c     what is in flight, what is there, what was earned
 *     execute.c   an opportunity becomes orders
 *     settle.c    what became of them
 *
 * A place takes part in one execution at a time, and in the next one only when its book has changed
 * since: what was found in an old state of a book is not taken twice.  While the outcome of an order
 * is not known its places stay taken and its money counts as spent.
 *
 * Everything belongs to the loop's thread, callbacks come from it.
 */
#ifndef CMB_ARBITRAGE_TRADE_H
#define CMB_ARBITRAGE_TRADE_H

#include "arbitrage/arbitrage.h"
#include "order/orders.h"

struct cmb_trade;

/* One open exchange; all of it outlives the trade. */
struct cmb_trade_account {
    const char *name;
    struct cmb_desk *desk;
    struct cmb_stream *stream;
    struct cmb_orders *orders; /* NULL: nothing is placed there */
};

struct cmb_trade_settings {
    struct cmb_arbitrage_rules rules; /* but for its callback */
    struct cmb_loop *loop;
    bool is_executed, is_hedged;
    bool is_live_allowed;             /* executes also where the environment is live */
    uint64_t executions_most;         /* 0: no limit */
    struct cambist_decimal loss_most; /* absent: any */
    cambist_arbitrage_event_fn *on_event;
    void *user;
};

/* NULL without memory.  Free accepts NULL; it is called when nothing of it is under way
 * (cmb_trade_is_idle), or when the network is gone. */
struct cmb_trade *cmb_trade_new(const struct cmb_trade_settings *settings);
void cmb_trade_free(struct cmb_trade *trade);

/* ---- once ---- */

/* DENIED where it is live and that is not allowed. */
int cmb_trade_add_account(struct cmb_trade *trade, const struct cmb_trade_account *account,
                          uint32_t *ret, struct cambist_error *error);
/* A market of an account with the fee that its orders pay; what cannot be used is told as LEFT_OUT,
 * and CAMBIST_OK.  `market` is the account's own. */
int cmb_trade_add_market(struct cmb_trade *trade, uint32_t account,
                         const struct cambist_market *market, const struct cambist_decimal *taker,
                         struct cambist_error *error);
/* The rows of an answer about balances follow: what none of them names is not there. */
void cmb_trade_clear_balances(struct cmb_trade *trade, uint32_t account);
int cmb_trade_set_balance(struct cmb_trade *trade, uint32_t account,
                          const struct cambist_balance *balance);
/* Finds the routes and listens to all books.  NOT_SUPPORTED where there is no route, DENIED where it
 * would execute without knowing the balances. */
int cmb_trade_start(struct cmb_trade *trade, struct cambist_error *error);
/* Listens no more and places nothing; no event follows.  To be called before the streams go. */
void cmb_trade_stop(struct cmb_trade *trade);

/* ---- whenever ---- */

/* Something has happened to an order of the account; `fill` is a trade of it, or NULL. */
void cmb_trade_note_order(struct cmb_trade *trade, uint32_t account, const char *client_id,
                          const struct cambist_trade *fill);
void cmb_trade_count(const struct cmb_trade *trade, struct cambist_arbitrage_counts *ret);
/* Executions that are not settled, or whose balances have not come. */
uint32_t cmb_trade_open(const struct cmb_trade *trade);
/* Whether no question of its own is under way. */
bool cmb_trade_is_idle(const struct cmb_trade *trade);

#endif
