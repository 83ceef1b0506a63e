/* order/way.h - what the files of the order way share. */
#ifndef CMB_ORDER_WAY_H
#define CMB_ORDER_WAY_H

#include <sys/queue.h>

#include "order/client_id.h"
#include "order/news.h"
#include "order/orders.h"

enum {
    CMB_KEPT_BUCKETS = 4096,
    CMB_KEPT_SETTLED = 10000, /* orders that are over are known so long */
    CMB_STRANGER_SETS = 512,  /* orders that are not ours, so as to tell of each once */
    CMB_STRANGERS_PER_SET = 8,
    CMB_EARLY_TRADES = 256,   /* that came before their order had its id */
    CMB_INQUIRIES_AT_ONCE = 4,
};

struct cmb_inquiry;

/* An order, and what is done about it. */
struct cmb_kept {
    struct cmb_order order; /* first */
    TAILQ_ENTRY(cmb_kept) link;
    TAILQ_ENTRY(cmb_kept) settled_link; /* while is_settled */
    struct cmb_kept *next_client, *next_id; /* in the tables */
    struct cmb_orders *orders;
    uint64_t sequence; /* of its events */
    unsigned errands;  /* requests about it that have not ended: it is not dropped meanwhile */
    unsigned amends;   /* of them, edits: the end of one must not be taken for the next one's */
    bool has_id_entry; /* it stands in the table of ids */
    bool is_settled;   /* counted as such, and in the list of these */
    bool is_left_out;  /* of the latest checkpoint: the journal may not know it any more */
    /* resolving */
    struct cmb_timer timer;
    struct cmb_inquiry *inquiry; /* under way; NULL: none */
    unsigned attempt;
    bool is_asked_for; /* something happened that only the exchange can explain */
    bool may_be_unsent; /* an INTENT of an earlier run: nothing of it can have left unnoticed */
    int64_t ended_ns;   /* the exchange's time when it was over; 0: it is not */
    int64_t doubted_ns; /* the exchange's time when that happened */
    uint32_t heard;     /* reports of it that were asked for */
    uint32_t sync_mark; /* the reconciliation in which it was heard of last */
};
TAILQ_HEAD(cmb_kept_list, cmb_kept);

/* A question of an asker, while it goes the order way. */
struct cmb_errand {
    struct cmb_errand *next;     /* in the list that it waits in, or spare */
    struct cmb_errand *next_all; /* of all that were ever made */
    struct cmb_orders *orders;
    struct cmb_run *run;
    cmb_run_done_fn *on_done;
    void *user;
    struct cmb_journal_wait wait;
    uint32_t pending;  /* enum cambist_pending; NOTHING: orders are placed */
    uint32_t count;    /* orders that it is about */
    struct cmb_kept *kept[CMB_ITEMS_MOST];
    struct cmb_kept *replaced; /* that an edit cancels, placing kept[0] in its stead; NULL: none */
    bool reaches_all;  /* every order of the market may be cancelled by it */
    struct cmb_arguments items[CMB_ITEMS_MOST];
    char window[16];   /* text of the receive window */
    struct cmb_lap lap;
    bool has_left;     /* its first byte was about to */
};

/* A trade whose order is not known by its id yet. */
struct cmb_early_trade {
    char order_id[CMB_ORDER_TEXT_SIZE];
    struct cambist_trade trade; /* texts in `text` */
    char text[2][CMB_ORDER_TEXT_SIZE]; /* id, fee currency */
};

/* Orders that are not ours: hashes of their ids.  In each set the newest takes the oldest's place. */
struct cmb_strangers {
    uint64_t ids[CMB_STRANGER_SETS][CMB_STRANGERS_PER_SET];
    uint8_t next[CMB_STRANGER_SETS];
};

struct cmb_orders {
    struct cmb_orders_settings settings;
    struct cmb_exchange *exchange;
    struct cmb_loop *loop;
    struct cmb_journal *journal; /* shared by all accounts of the host */
    uint64_t install;            /* what its client ids begin with */
    struct cmb_kept_list list;    /* oldest first */
    struct cmb_kept_list settled; /* of these, in the order in which they were */
    struct cmb_kept *by_client[CMB_KEPT_BUCKETS], *by_id[CMB_KEPT_BUCKETS];
    uint32_t count, open;      /* open: not settled */
    uint32_t client_count;     /* client ids given out in this run */
    uint64_t run_number;
    struct cmb_errand *spare_errands, *all_errands;
    struct cmb_inquiry *spare_inquiries;
    uint32_t inquiries;        /* under way */
    uint64_t last_number;      /* of the journal, of this account's latest record */
    struct cmb_buffer payload;
    struct cmb_arena arena;    /* of news that is read */
    struct cmb_strangers told, old; /* those that were told of, and others that are over */
    struct cmb_early_trade early[CMB_EARLY_TRADES];
    uint32_t early_next;
    struct cmb_backoff backoff;
    /* reconciling */
    struct cmb_listener *order_listener, *trade_listener;
    bool is_order_live, is_trade_live;
    struct cmb_timer sync_timer;
    struct cmb_inquiry *sync; /* under way; NULL: none */
    unsigned sync_attempt;
    uint32_t sync_mark;       /* its number */
    bool wants_sync;
    int64_t ended_ns;         /* when the latest order was over */
    int64_t synced_ns;        /* the exchange's time up to which all trades were told; 0: none */
    struct cmb_errand *waiting, **waiting_end; /* for the first reconciliation */
    bool is_waiting;
    struct cmb_timer dead_man_timer;
    struct cmb_inquiry *dead_man; /* under way; NULL: none */
    int64_t armed_until_ns;       /* the exchange's time at which it will cancel all orders */
    unsigned telling; /* depth: orders are not dropped meanwhile */
    bool is_blocked, is_stopped, is_recovering;
    struct cmb_way_times times[CMB_ORDER_SORTS];
    struct cmb_histogram stages[CMB_ORDER_SORTS][CMB_ORDER_STAGE_COUNT + 1]; /* of `times` */
};

/* ---- orders.c ---- */

struct cmb_kept *cmb_kept_find(const struct cmb_orders *orders, struct cmb_text client_id,
                               struct cmb_text id);
/* The one door: writes the news down, makes it so, tells of it, and asks what it leaves open. */
void cmb_kept_take(struct cmb_kept *kept, struct cmb_news *news);
/* The same for what must not happen unless it is written down: answers why it could not be. */
int cmb_kept_note(struct cmb_kept *kept, struct cmb_news *news, struct cambist_error *error);
/* The same for an INTENT, which makes an order; what cannot be written down is not made. */
int cmb_orders_intend(struct cmb_orders *orders, struct cmb_news *news, struct cmb_kept **ret,
                      struct cambist_error *error);
void cmb_orders_tell(struct cmb_orders *orders, const struct cmb_order_event *event);
/* Nobody knows it any more. */
void cmb_kept_free(struct cmb_kept *kept);
/* What the exchange promises about the order's market; NULL: nothing. */
const struct cambist_order_rule *cmb_kept_rule(const struct cmb_kept *kept);
/* Whatever was known of the orders in that market (NULL: in all) has to be asked for. */
void cmb_orders_doubt(struct cmb_orders *orders, const struct cambist_market *market);
/* The exchange's present time. */
int64_t cmb_orders_now_ns(const struct cmb_orders *orders);

/* ---- recover.c ---- */

/* All that is known of the order, as news; the text of its fills is put into `fills`. */
struct cmb_news cmb_kept_news(const struct cmb_kept *kept, struct cmb_buffer *fills);

/* ---- errand.c, submit.c, change.c ---- */

/* Errands that waited for the first reconciliation go. */
void cmb_orders_let_go(struct cmb_orders *orders);
extern const char cmb_orders_not_asked[]; /* the usual reason for that */
/* They fail: it is not known what an earlier run has left, or the host is being closed. */
void cmb_orders_turn_away(struct cmb_orders *orders, int status, const char *reason);
void cmb_errand_place(struct cmb_errand *errand);
/* A stage ends here. */
void cmb_errand_leave_stage(struct cmb_errand *errand, enum cmb_order_stage stage);
void cmb_errand_change(struct cmb_errand *errand);
/* Sends the errand's run: at once, or when the journal is safe up to the latest record. */
void cmb_errand_send(struct cmb_errand *errand, bool waits);
/* The run has ended, or was never sent: tells the asker. */
void cmb_errand_end(struct cmb_errand *errand);
void cmb_errand_fail(struct cmb_errand *errand, int status, const char *reason);
/* What a request that changes something came to. */
enum cmb_order_ending cmb_ending_of(const struct cmb_run *run);
/* Makes a new order of the arguments, whose market was picked, and writes it down. */
int cmb_errand_intend(struct cmb_errand *errand, const struct cmb_arguments *arguments,
                      struct cmb_kept **ret);
/* Gives an order a name, unless it brings one. */
int cmb_errand_name(struct cmb_errand *errand, struct cmb_arguments *arguments);
/* Has the request expire by the exchange's rule. */
void cmb_errand_limit_time(struct cmb_errand *errand);

/* ---- watch.c ---- */

void cmb_orders_hear_order(struct cmb_orders *orders, const struct cambist_order *report,
                           uint32_t proof);
void cmb_orders_hear_trade(struct cmb_orders *orders, const struct cambist_trade *trade);
/* The order has its id: trades that came before it are its. */
void cmb_orders_match_early(struct cmb_kept *kept);
/* Whether a trade's order is known not to be ours. */
bool cmb_orders_is_stranger(const struct cmb_orders *orders, const char *id);
/* From now on the order is forgotten here; its trades are still no other's. */
void cmb_orders_note_old(struct cmb_orders *orders, const char *id,
                         const struct cambist_decimal *filled);

/* ---- resolve.c ---- */

/* Asks what is to be asked about the order, soon; nothing where nothing is. */
void cmb_kept_look_after(struct cmb_kept *kept);
/* Of an order that is over only its trades can be missing. */
bool cmb_kept_wants_trades(const struct cmb_kept *kept);
/* The exchange's time from when on the truth about it can be seen in answers. */
int64_t cmb_kept_visible_ns(const struct cmb_kept *kept);
/* Whether the check began before that. */
bool cmb_check_is_early(const struct cmb_inquiry *inquiry);
/* The check has come to its end: concludes what it proves, and gives the inquiry back. */
void cmb_check_end(struct cmb_inquiry *inquiry);

/* ---- check.c ---- */

/* What is asked for, in this order. */
enum cmb_check_step {
    CMB_CHECK_END = 0,
    CMB_ASK_FOR_ORDER,
    CMB_ASK_FOR_OPEN,
    CMB_ASK_FOR_CLOSED,
    CMB_ASK_FOR_TRADES,
    CMB_ASK_FOR_TRADER, /* whose order a trade is that may be the order's */
    CMB_ASK_FOR_CANCEL, /* once more: a cancel does no harm twice */
};
/* Begins a check of the order with this question. */
void cmb_check_begin(struct cmb_inquiry *inquiry, struct cmb_kept *kept, enum cmb_check_step step);
/* Whether the exchange has such a question. */
bool cmb_orders_can_ask(const struct cmb_orders *orders, uint32_t operation);

/* ---- inquiry.c ---- */

void cmb_inquiries_free(struct cmb_orders *orders);
/* A question of the host's own about orders: no byte of it changes anything, but for a cancel. */
struct cmb_inquiry {
    struct cmb_inquiry *next;
    struct cmb_orders *orders;
    struct cmb_kept *kept; /* NULL: reconciling */
    struct cmb_run *run;
    uint32_t step;
    uint32_t heard;        /* the order's, before the question */
    bool begins_with_state; /* else only trades are asked for */
    bool is_found;         /* the order was among the rows of an answer */
    uint32_t answered;     /* bits of the steps that were */
    bool is_cut;           /* an answer is missing: the check proves nothing */
    uint32_t traders;      /* that were asked for, and are somebody else */
    bool is_by_symbol;     /* open orders are asked for market by market */
    int64_t started_ns;    /* the exchange's time */
    int64_t from_ns, to_ns, end_ns; /* the part of a list that is asked for, and its whole; 0: now */
    char since[24], until[24], id[CMB_ORDER_TEXT_SIZE];
    struct cmb_timer timer; /* until the limit lets it go */
    void (*on_step)(struct cmb_inquiry *inquiry);
};
struct cmb_inquiry *cmb_inquiry_take(struct cmb_orders *orders);
void cmb_inquiry_give(struct cmb_inquiry *inquiry);
/* Begins a question for it; arguments are then set by cmb_inquiry_say. */
void cmb_inquiry_begin(struct cmb_inquiry *inquiry, uint32_t operation);
void cmb_inquiry_say(struct cmb_inquiry *inquiry, uint32_t argument, const char *value);
void cmb_inquiry_ask(struct cmb_inquiry *inquiry);
/* Whether its answer is a list so long that it may go on, on a page that was not asked for. */
bool cmb_inquiry_fills_page(const struct cmb_inquiry *inquiry);
/* Ends one that waits for a limit; one that is with the network ends with that.  Accepts NULL. */
void cmb_inquiry_stop(struct cmb_inquiry *inquiry);

/* ---- dead_man.c ---- */

/* Has the exchange cancel all orders when it does not hear of us any more, where that is wanted. */
void cmb_orders_arm(struct cmb_orders *orders);

/* ---- reconcile.c ---- */

/* The same after a minute, and so on while there is something that may be missed. */
void cmb_orders_stay_synced(struct cmb_orders *orders);
/* The market behind `last`, in the order of symbols, in which an order is open or was of late; NULL:
 * none. */
const char *cmb_orders_next_symbol(const struct cmb_orders *orders, const char *last);

/* Something may have been missed: everything is asked for, soon. */
void cmb_orders_reconcile(struct cmb_orders *orders);

/* ---- nonce.c ---- */

/* From now on the journal knows which nonces of the account may have been used. */
void cmb_orders_keep_nonces(struct cmb_orders *orders);
/* Writes that down once more, for a checkpoint. */
void cmb_orders_write_nonce(struct cmb_orders *orders);
/* Takes such a record of an earlier run; one of an account that is not there any more is nothing.
 * False: it cannot be read. */
bool cmb_orders_take_nonce(struct cmb_orders *const *orders, size_t count, struct cmb_text payload);

#endif
