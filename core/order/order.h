/* order/order.h - what is known of one order, and what a piece of news makes of it.
 *
 * Two axes: where the order is in its life (enum cambist_life), and what is under way with it
 * (enum cambist_pending with its own end).  Each function below is one piece of news; it answers
 * what has changed, or-ed of enum cmb_order_change.  Nothing here asks, sends, waits or reads a
 * clock.
 *
 * The rules:
 *   - A fill always counts, also behind the end, and once.
 *   - Life only goes forward.  News that is older, or says less than is known, changes nothing.
 *   - FILLED takes the quantity, not a message.
 *   - A refused cancel proves nothing about the order: it has to be asked for.
 *   - A word that the tables do not know is never an end.
 *
 * One thread.
 */
#ifndef CMB_ORDER_ORDER_H
#define CMB_ORDER_ORDER_H

#include <cambist/orders.h>

#include "number/decimal.h"

enum { CMB_ORDER_TEXT_SIZE = 80 }; /* of an id or symbol, with its NUL */

/* The trades of an order that were counted, by their ids. */
struct cmb_fills {
    uint64_t *ids; /* hashes */
    uint32_t count, capacity;
};

/* How a request ended that was sent for an order. */
enum cmb_order_ending {
    CMB_ENDED_UNSENT = 1, /* proved: no byte has left */
    CMB_ENDED_REFUSED,    /* the exchange has said no, and that it did nothing */
    CMB_ENDED_TAKEN,      /* it has said yes */
    CMB_ENDED_LOST,       /* nobody knows */
};

struct cmb_order {
    char client_id[CMB_ORDER_TEXT_SIZE];
    char id[CMB_ORDER_TEXT_SIZE]; /* the exchange's; "": not known */
    char symbol[CMB_ORDER_TEXT_SIZE];
    uint64_t side, type;          /* CAMBIST_SIDE_..., CAMBIST_TYPE_... */
    struct cambist_decimal amount, price; /* absent: of an order by cost, at market */
    uint32_t life, proof;         /* enum cambist_life, enum cambist_proof */
    uint32_t pending;             /* enum cambist_pending */
    uint32_t pending_ending;      /* enum cmb_order_ending; 0: under way */
    struct cambist_decimal new_amount, new_price; /* of an amend that may have been done */
    struct cambist_decimal doubted_amount; /* the most of earlier ones that may have been done */
    struct cambist_decimal filled;  /* the most that was told: as a sum, or of trades */
    struct cambist_decimal counted; /* of trades */
    int64_t asked_ns;    /* the exchange's time when it was written down */
    int64_t deadline_ns; /* behind which no request for it is executed any more; 0: never said */
    int64_t told_ns;     /* the exchange's time of the latest news; 0: none */
    uint32_t misses;     /* answered checks in a row that did not find it */
    struct cmb_fills fills;
};

enum cmb_order_change {
    CMB_CHANGED_LIFE = 1,
    CMB_CHANGED_FILLED = 2,  /* the quantity */
    CMB_CHANGED_FILL = 4,    /* a trade that was not counted before */
    CMB_CHANGED_PENDING = 8,
    CMB_CHANGED_TERMS = 16,  /* amount or price */
    CMB_CHANGED_ID = 32,
    CMB_CHANGED_LATE = 64,   /* something behind the end */
    CMB_CHANGED_ASK = 128,   /* the exchange has to be asked what is so */
    CMB_CHANGED_DEADLINE = 256,
    CMB_CHANGED_MEMORY = 512 /* no memory: the news was not taken */
};

/* Releases what the order holds.  Accepts a zeroed one. */
void cmb_order_clear(struct cmb_order *order);

/* ---- the order itself ---- */

/* Bytes of a request for it are about to leave, which is not executed behind that deadline of the
 * exchange's clock; 0: there is none. */
uint32_t cmb_order_leave(struct cmb_order *order, int64_t deadline_ns);
/* Its request has ended. */
uint32_t cmb_order_end(struct cmb_order *order, enum cmb_order_ending ending);
/* The exchange told its state: in an answer, over the stream, when it was asked. */
uint32_t cmb_order_report(struct cmb_order *order, const struct cambist_order *report,
                          uint32_t proof);
/* One of its trades.  A trade without an id is known again by its time, price and amount. */
uint32_t cmb_order_fill(struct cmb_order *order, const struct cambist_trade *trade);
/* The exchange was asked by all rules, and does not have it: whoever has not come into being by
 * now never will; who was there is there no more. */
uint32_t cmb_order_miss(struct cmb_order *order, uint32_t proof);

/* ---- what is under way with it ---- */

/* A cancel is about to be sent; it may overtake an amend. */
uint32_t cmb_order_begin_cancel(struct cmb_order *order);
/* An amend to these terms (absent: stays) is about to be sent; nothing else may be under way. */
uint32_t cmb_order_begin_amend(struct cmb_order *order, const struct cambist_decimal *amount,
                               const struct cambist_decimal *price);
/* The request for a cancel or amend (`pending`) has ended.  One that was lost is under way until a
 * report proves it done, or it is finished again as REFUSED: proved not to be done. */
uint32_t cmb_order_finish(struct cmb_order *order, uint32_t pending, enum cmb_order_ending ending);

/* ---- what follows ---- */

bool cmb_order_is_over(const struct cmb_order *order);
/* Whether nothing more is to be asked: it is over, and its trades are all told. */
bool cmb_order_is_settled(const struct cmb_order *order);
/* How much of it may still trade: never less than the truth.  Absent where its amount is. */
struct cambist_decimal cmb_order_exposure(const struct cmb_order *order);

#endif
