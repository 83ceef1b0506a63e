/* order/orders.h - the orders of one account at one exchange, from intent to proved outcome.
 *
 *     errand.c     a question may go, or has to wait
 *     submit.c     an order is written down, then sent
 *     change.c     so is a cancel and an amend
 *     watch.c      what the account's stream tells
 *     resolve.c    what is not known is asked for, until it is proved
 *     check.c      question by question
 *     reconcile.c  what was missed is asked for
 *     recover.c    what an earlier run has left
 *
 * Whatever happens to an order is a piece of news (news.h).  One door takes it (cmb_kept_take in
 * orders.c): writes it down, makes of the order what the machine (order.h) says, tells whoever
 * listens, and sees to it that what is left open is asked for.
 *
 * Everything belongs to the loop's thread; callbacks come from it.
 */
#ifndef CMB_ORDER_ORDERS_H
#define CMB_ORDER_ORDERS_H

#include "order/journal.h"
#include "order/order.h"
#include "request/request_run.h"
#include "stream/stream.h"

struct cmb_orders;

/* The stages of an order in the order of the way: X(NAME, name, "what it answers").  Only requests
 * that have left are counted. */
#define CMB_ORDER_STAGE_LIST(X)                                                                    \
    X(INTEND, intend, "which order is it, and is that written down?")                              \
    X(DURABLE, durable, "does the journal outlive us?")                                            \
    X(LEAVE, leave, "may it go, with which signature, over which connection?")                     \
    X(ACKNOWLEDGE, acknowledge, "what does the exchange say?")

enum cmb_order_stage {
#define X(NAME, name, help) CMB_ORDER_##NAME,
    CMB_ORDER_STAGE_LIST(X)
#undef X
    CMB_ORDER_STAGE_COUNT
};
/* The same stages twice: an order (placed or changed), and a cancel, which waits for no journal. */
enum cmb_order_sort { CMB_ORDER_PLACES, CMB_ORDER_CANCELS, CMB_ORDER_SORTS };
extern const struct cmb_way cmb_order_ways[CMB_ORDER_SORTS];

/* What is told: X(NAME, number). */
enum cmb_order_tiding {
    CMB_ORDER_CHANGED = 1, /* its life, its quantity, its terms, or what is under way with it */
    CMB_ORDER_FILLED,      /* one of its trades, told once */
    CMB_ORDER_EXTERNAL,    /* the account has an order that is not ours; it is left alone */
    CMB_ORDER_ORPHAN,      /* the same, but its client id is one of ours: it was never written down */
    CMB_ORDERS_SYNCED,     /* all that was missed has been told */
};

/* Valid during the call. */
struct cmb_order_event {
    uint32_t tiding;               /* enum cmb_order_tiding */
    uint32_t changes;              /* enum cmb_order_change, or-ed */
    const struct cmb_order *order; /* NULL: of no order of ours */
    uint64_t sequence;             /* counts the events of the order, from 1 */
    const struct cambist_trade *trade; /* of FILLED */
    const struct cambist_order *report; /* of EXTERNAL and ORPHAN */
};
typedef void cmb_order_event_fn(const struct cmb_order_event *event, void *user);

struct cmb_orders_settings {
    struct cmb_desk *desk;       /* outlives the orders, as all here does */
    struct cmb_stream *stream;   /* NULL: the account's stream is not listened to */
    uint32_t dead_man_ms;        /* the exchange cancels all when it hears nothing for so long; 0: never */
    cmb_order_event_fn *on_event; /* NULL: nobody listens */
    void *user;
};

/* Knows no order yet.  NULL without memory. */
struct cmb_orders *cmb_orders_new(const struct cmb_orders_settings *settings);
/* What is under way with the desk has ended before.  Accepts NULL. */
void cmb_orders_free(struct cmb_orders *orders);
/* Nothing is asked any more; to be called before the network's requests are ended. */
void cmb_orders_stop(struct cmb_orders *orders);

/* Asks what became of the orders of earlier runs; until that is known, new ones wait. */
void cmb_orders_start(struct cmb_orders *orders);
/* Listens to the account's stream from now on; twice is fine. */
void cmb_orders_listen(struct cmb_orders *orders);

/* Whether the operation goes this way: it creates, edits or cancels orders. */
bool cmb_orders_has(uint32_t operation);
/* Runs a question of such an operation, whose arguments are set.  on_done is called exactly once, as
 * cmb_run_start does it; what happens to the order behind that is told as events. */
void cmb_orders_run(struct cmb_orders *orders, struct cmb_run *run, cmb_run_done_fn *on_done,
                    void *user);

/* From now on nothing is sent that could trade; cancels go on. */
void cmb_orders_block(struct cmb_orders *orders, bool is_blocked);

/* ---- recovering ---- */

/* The accounts that share a journal, while it is opened and for its checkpoints. */
struct cmb_recovery {
    struct cmb_orders *const *orders;
    size_t count;
    struct cmb_journal *journal; /* NULL until it is open */
    uint64_t install;   /* chance number that its client ids begin with; 0: it is new */
    char boot[40];      /* this boot of the machine; "": not known */
    bool is_same_boot;  /* the records that are read are of this boot: no power was lost since */
    struct cmb_arena arena;
};

/* `orders` outlives the recovery and what it holds is not started yet. */
void cmb_recovery_init(struct cmb_recovery *recovery, struct cmb_orders *const *orders,
                       size_t count);
void cmb_recovery_clear(struct cmb_recovery *recovery);
/* For cmb_journal_settings.on_record, with the recovery as user. */
int cmb_recovery_take(const struct cmb_journal_record *record, void *user,
                      struct cambist_error *error);
/* The journal is open: writes down whose it is, and gives it to the accounts. */
int cmb_recovery_end(struct cmb_recovery *recovery, struct cmb_journal *journal,
                     struct cmb_random *random, struct cambist_error *error);
/* Writes all that still counts, and has the journal forget the rest. */
int cmb_recovery_checkpoint(struct cmb_recovery *recovery, struct cambist_error *error);

/* ---- looking ---- */

/* The order of that client id, else of that id of the exchange; NULL: it is not known. */
const struct cmb_order *cmb_orders_find(const struct cmb_orders *orders, struct cmb_text name);
/* Calls for each order, oldest first, until it answers false. */
void cmb_orders_each(const struct cmb_orders *orders,
                     bool (*on_order)(const struct cmb_order *order, void *user), void *user);
/* The exchange's time at which its dead man's switch cancels all orders, unless it hears of us
 * before; 0: it was never set. */
int64_t cmb_orders_armed_until_ns(const struct cmb_orders *orders);
/* What an account's orders that are over may take, besides their trades' ids; those that are open have
 * no ceiling: none is forgotten. */
size_t cmb_orders_bytes_most(void);
/* How long the stages took. [any thread] */
const struct cmb_way_times *cmb_orders_times(const struct cmb_orders *orders,
                                             enum cmb_order_sort sort);
/* How many are not over and settled. */
uint32_t cmb_orders_open(const struct cmb_orders *orders);
/* Somebody knows what became of it: `life` is CANCELED, REJECTED, EXPIRED or WORKING.
 * ORDER_NOT_FOUND, BAD_ARGUMENT where it is not unknown. */
int cmb_orders_resolve(struct cmb_orders *orders, struct cmb_text client_id, uint32_t life,
                       struct cambist_error *error);

#endif
