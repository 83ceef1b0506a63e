/* cambist/orders.h - orders that are sent at most once, never forgotten, and never guessed about.
 *
 * Every order that leaves through cambist_create_order and its siblings is known to the host from
 * before its first byte left until the exchange has proved how it ended: over lost answers, resets,
 * and, with a journal, over the end of the process.  docs/orders.md has the promise in plain words.
 *
 *     [host] journal = /var/lib/cambist/orders        without one, the end of the process ends it
 *
 *     cambist_follow_orders(okx, on_event, user, &follow, &error);
 *     cambist_create_order(okx, &arguments, &answer, &error);
 *     if (error.outcome == CAMBIST_OUTCOME_UNKNOWN)
 *         ... the order counts as live; an event tells when it is known what became of it
 *
 * Threads.  All functions may be called from any thread; events come from the I/O thread.
 */
#ifndef CAMBIST_ORDERS_H
#define CAMBIST_ORDERS_H

#include <cambist/cambist.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where an order is in its life: X(NAME, number, "text"). */
#define CAMBIST_LIFE_LIST(X)                                                                       \
    X(INTENT, 1, "intent")     /* written down; nothing of it has left */                          \
    X(SENT, 2, "sent")         /* it may have left, and no answer has come yet */                  \
    X(UNKNOWN, 3, "unknown")   /* its answer is lost: it counts as live until it is proved */      \
    X(WORKING, 4, "working")   /* the exchange has it */                                           \
    X(FILLED, 5, "filled")     /* wholly: the quantity says so, not a message */                   \
    X(CANCELED, 6, "canceled")                                                                     \
    X(EXPIRED, 7, "expired")                                                                       \
    X(REJECTED, 8, "rejected") /* the exchange has not taken it: by its word, or by its absence */ \
    X(NOT_SENT, 9, "not sent") /* proved: no byte of it has left */

enum cambist_life {
#define X(NAME, number, text) CAMBIST_LIFE_##NAME = number,
    CAMBIST_LIFE_LIST(X)
#undef X
};

/* What proved it: X(NAME, number, "text"). */
#define CAMBIST_PROOF_LIST(X)                                                                      \
    X(NONE, 0, "nothing yet")                                                                      \
    X(ANSWER, 1, "its answer")                                                                     \
    X(STREAM, 2, "the account's stream")                                                           \
    X(QUERY, 3, "asked for")                                                                       \
    X(TRADE, 4, "its trade")                                                                       \
    X(NEVER_LEFT, 5, "no byte left")                                                               \
    X(ABSENCE, 6, "not there behind its deadline")                                                 \
    X(WEAK_ABSENCE, 7, "not there for a long time; the exchange has no deadlines")                 \
    X(OPERATOR, 8, "somebody said so")

enum cambist_proof {
#define X(NAME, number, text) CAMBIST_PROOF_##NAME = number,
    CAMBIST_PROOF_LIST(X)
#undef X
};

/* What is under way with an order that the exchange has: X(NAME, number, "text"). */
#define CAMBIST_PENDING_LIST(X) X(NOTHING, 0, "nothing") X(CANCEL, 1, "cancel") X(AMEND, 2, "amend")

enum cambist_pending {
#define X(NAME, number, text) CAMBIST_PENDING_##NAME = number,
    CAMBIST_PENDING_LIST(X)
#undef X
};

/* An order as it is known.  Valid during the call that it is handed to; copy what has to last. */
struct cambist_known_order {
    const char *client_order_id, *id, *symbol; /* id: the exchange's, "" while it is not known */
    uint64_t side, type;
    struct cambist_decimal amount, price; /* absent: of an order by cost, at market */
    struct cambist_decimal filled;
    struct cambist_decimal exposure; /* how much may still trade: never less than the truth */
    uint32_t life, proof, pending;   /* enum cambist_life, cambist_proof, cambist_pending */
    uint32_t is_settled;             /* 1: it is over, and all of its trades were told */
    /* the evidence, while it is unknown; times are the exchange's */
    uint32_t misses;      /* answered checks in a row that did not find it */
    uint32_t zero;
    int64_t asked_ns;     /* when it was written down */
    int64_t deadline_ns;  /* behind which its request is not executed any more; 0: there is none */
};

/* What happens. */
enum cambist_order_tiding {
    CAMBIST_ORDER_CHANGED = 1, /* its life, quantity, terms, or what is under way with it */
    CAMBIST_ORDER_TRADED,      /* a trade of it; each is told once */
    CAMBIST_ORDER_EXTERNAL,    /* somebody else has placed an order of this account; left alone */
    CAMBIST_ORDER_ORPHAN,      /* the same, under a client id of this journal: look into it */
    CAMBIST_ORDERS_SYNCED,     /* all that was missed, while nothing could be heard, is told */
};

struct cambist_order_event {
    const char *exchange;
    uint32_t tiding;   /* enum cambist_order_tiding */
    uint32_t is_late;  /* 1: something behind the order's end: a trade that was told late */
    uint64_t sequence; /* counts the events of the order, from 1 */
    const struct cambist_known_order *order; /* NULL: no order of ours */
    const struct cambist_trade *trade;       /* of TRADED */
    const struct cambist_order *report;      /* of EXTERNAL and ORPHAN */
};
/* Called from the I/O thread; must not block.  May ask, and end its own following. */
typedef void cambist_order_event_fn(const struct cambist_order_event *event, void *user);

struct cambist_follow; /* somebody who is told; belongs to the caller */

/* Tells of everything that happens to orders of the account, out of its stream, of answers, and of
 * what the host asks for itself.  With the first follower the account's stream is opened.  *ret is
 * the caller's (cambist_unfollow_orders), who ends it before the host is closed. */
CAMBIST_API int cambist_follow_orders(struct cambist_exchange *exchange,
                                      cambist_order_event_fn *on_event, void *user,
                                      struct cambist_follow **ret, struct cambist_error *error);
/* No event follows; accepts NULL. */
CAMBIST_API void cambist_unfollow_orders(struct cambist_follow *follow);

/* Which orders are meant, or-ed; 0: all that are known. */
enum cambist_orders_which {
    CAMBIST_ORDERS_OPEN = 1,    /* not over and settled */
    CAMBIST_ORDERS_UNKNOWN = 2, /* of which nobody knows whether the exchange has them */
};
/* Calls for each order, oldest first, from the I/O thread, and returns how many there were.  Not
 * from a callback. */
CAMBIST_API size_t cambist_each_order(struct cambist_exchange *exchange, uint32_t which,
                                      void (*on_order)(const struct cambist_known_order *order,
                                                       void *user),
                                      void *user);

/* Somebody has looked at the exchange: an UNKNOWN order is WORKING, CANCELED, EXPIRED or REJECTED.
 * ORDER_NOT_FOUND; BAD_ARGUMENT where it is not unknown.  Not from a callback. */
CAMBIST_API int cambist_resolve_order(struct cambist_exchange *exchange, const char *client_id,
                                      uint32_t life, struct cambist_error *error);

/* From now on nothing is placed or changed there; cancels go on.  0: it may again. */
CAMBIST_API void cambist_block_orders(struct cambist_exchange *exchange, int is_blocked);
/* The same for all exchanges of the configuration and every process that has its journal, also
 * later ones, until it is taken back: a file in the journal's folder, looked for once a second.
 * BAD_CONFIG without a journal, JOURNAL where the file cannot be made. */
CAMBIST_API int cambist_block_all_orders(struct cambist *host, int is_blocked,
                                         struct cambist_error *error);

/* "unknown", "asked for", "cancel"; "?" for a number that is none. */
CAMBIST_API const char *cambist_life_name(uint32_t life);
CAMBIST_API const char *cambist_proof_name(uint32_t proof);
CAMBIST_API const char *cambist_pending_name(uint32_t pending);

#ifdef __cplusplus
}
#endif

#endif
