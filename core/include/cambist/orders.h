/* cambist/orders.h - orders that are sent at most once, never forgotten, and never guessed about.
 *
 * Every order that leaves through cambist_create_order and its siblings is known to the host from
 * before its first byte left until the exchange has proved how it ended: over lost answers, resets,
 * and, with a journal, over the end of the process.  docs/orders.md has the promise in plain words.
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

/* "unknown", "asked for", "cancel"; "?" for a number that is none. */
CAMBIST_API const char *cambist_life_name(uint32_t life);
CAMBIST_API const char *cambist_proof_name(uint32_t proof);
CAMBIST_API const char *cambist_pending_name(uint32_t pending);

#ifdef __cplusplus
}
#endif

#endif
