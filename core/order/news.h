/* order/news.h - a piece of news about an order, and how it stands in the journal.
 *
 * The same news is taken when it happens and when the journal is read again, by the same machine: so
 * the orders of a run can be made again out of its journal, and out of nothing else.
 */
#ifndef CMB_ORDER_NEWS_H
#define CMB_ORDER_NEWS_H

#include "base/arena.h"
#include "order/journal.h"
#include "order/order.h"

enum cmb_news_kind {
    CMB_NEWS_INTENT = 1, /* an order is to be sent: its terms stand in `report` */
    CMB_NEWS_LEAVE,      /* bytes of a request for it are about to leave */
    CMB_NEWS_END,        /* the request that places it has ended: `ending` */
    CMB_NEWS_REPORT,     /* the exchange told its state: `report`, `proof` */
    CMB_NEWS_FILL,       /* `trade` */
    CMB_NEWS_MISS,       /* it is not there: `proof` */
    CMB_NEWS_CANCEL,     /* a cancel is about to be sent */
    CMB_NEWS_AMEND,      /* an amend to the amount and price of `report` */
    CMB_NEWS_FINISH,     /* a cancel or amend (`pending`) has ended: `ending` */
    CMB_NEWS_KEPT,       /* all that is known of an order at once, for a checkpoint */
};

struct cmb_news {
    int64_t kind;          /* enum cmb_news_kind */
    const char *exchange;  /* the account's name */
    const char *client_id; /* which order */
    int64_t ending;        /* enum cmb_order_ending */
    int64_t pending;       /* enum cambist_pending */
    int64_t proof;         /* enum cambist_proof */
    int64_t time_ns;       /* the exchange's: of an INTENT when it was written down, of a LEAVE its
                            * deadline; 0: none */
    struct cambist_order report;
    struct cambist_trade trade;
    /* of KEPT only */
    int64_t life, deadline_ns;
    struct cambist_decimal new_amount, new_price, doubted_amount, counted;
    const char *fills; /* the counted trades, 16 hex digits each */
};

/* What the machine makes of it.  INTENT gives a zeroed order its terms. */
uint32_t cmb_news_apply(const struct cmb_news *news, struct cmb_order *order);

/* The type of its record. */
enum cmb_journal_type cmb_news_type(const struct cmb_news *news);
/* Appends the payload of its record. */
void cmb_news_write(const struct cmb_news *news, struct cmb_buffer *to);
/* Reads a payload; texts are kept in `arena`.  GARBLED names the place. */
int cmb_news_read(struct cmb_text payload, struct cmb_arena *arena, struct cmb_news *ret,
                  struct cambist_error *error);

#endif
