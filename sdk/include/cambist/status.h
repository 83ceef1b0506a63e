/* cambist/status.h - how did it end?
 *
 * Every call answers with a status; a call that failed also fills a struct cambist_error.  For a
 * call that changes something at the exchange the status is not enough: `outcome` says whether it
 * was done.  Silence is never an answer: a request that left and was not answered is UNKNOWN.
 *
 * One list, never reordered: number, name, and the sentence that is shown to people.
 */
#ifndef CAMBIST_STATUS_H
#define CAMBIST_STATUS_H

#include <stdint.h>

#define CAMBIST_STATUS_LIST(X)                                                                     \
    X(OK, 0, "done")                                                                               \
    X(NOT_SUPPORTED, 1, "the exchange has no such operation")                                      \
    X(BAD_ARGUMENT, 2, "an argument cannot be sent")                                               \
    X(BAD_CONFIG, 3, "the configuration is wrong")                                                 \
    X(BAD_PLUGIN, 4, "the plugin cannot be used")                                                  \
    X(DENIED, 5, "the exchange refused the key or the signature")                                  \
    X(PERMISSION, 6, "the key may not do this")                                                    \
    X(INSUFFICIENT_FUNDS, 7, "not enough funds")                                                   \
    X(ORDER_NOT_FOUND, 8, "the exchange knows no such order")                                      \
    X(DUPLICATE_ORDER, 9, "an order with this client id exists")                                   \
    X(INVALID_ORDER, 10, "the exchange does not take such an order")                               \
    X(BAD_SYMBOL, 11, "the exchange has no such market")                                           \
    X(MARKET_CLOSED, 12, "the market is not trading")                                              \
    X(RATE_LIMITED, 13, "too many requests")                                                       \
    X(BANNED, 14, "the exchange has shut this address or account out for a time")                  \
    X(UNAVAILABLE, 15, "the exchange cannot be reached or is not working")                         \
    X(MAINTENANCE, 16, "the exchange is under maintenance")                                        \
    X(TIMEOUT, 17, "no answer in time")                                                            \
    X(GARBLED, 18, "the answer does not have the documented form")                                 \
    X(BAD_TIME, 19, "the exchange did not accept the timestamp or nonce")                          \
    X(REJECTED, 20, "the exchange declined the request")                                           \
    X(TLS, 21, "the server's certificate was not accepted")                                        \
    X(TOO_LARGE, 22, "a ceiling was reached")                                                      \
    X(NO_MEMORY, 23, "out of memory")                                                              \
    X(CLOSED, 24, "the host was closed")                                                           \
    X(STALE, 25, "the data is older than allowed")                                                 \
    X(OUT_OF_SYNC, 26, "the book is not in step with the exchange")                                \
    X(AGAIN, 27, "not now")                                                                        \
    X(JOURNAL, 28, "the journal of orders cannot be read or written")

/* [any thread] */
enum cambist_status {
#define X(name, number, text) CAMBIST_##name = number,
    CAMBIST_STATUS_LIST(X)
#undef X
    CAMBIST_STATUS_COUNT
};

/* What became of a request that changes something.  NONE: it was one that changes nothing. */
#define CAMBIST_OUTCOME_LIST(X)                                                                    \
    X(NONE, 0, "none")                                                                             \
    X(NOT_DONE, 1, "not done")                                                                     \
    X(DONE, 2, "done")                                                                             \
    X(UNKNOWN, 3, "unknown")

enum cambist_outcome {
#define X(name, number, text) CAMBIST_OUTCOME_##name = number,
    CAMBIST_OUTCOME_LIST(X)
#undef X
};

/* The first reason for a failure, as a value: copy it freely, nothing in it points anywhere.
 * Text that came from outside is cut, escaped and free of secrets. */
struct cambist_error {
    uint32_t status;  /* enum cambist_status; CAMBIST_OK where nothing failed */
    uint32_t outcome; /* enum cambist_outcome */
    uint32_t http_status;    /* of the answer; 0 where there was none */
    uint32_t retry_after_ms; /* the exchange's or the limiter's word; 0 where nobody said */
    char code[64];           /* the exchange's own code, "" where it gave none */
    char message[320];       /* one sentence: what failed and where */
};

#endif
