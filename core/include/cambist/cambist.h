/* cambist/cambist.h - the interface for programs: open a host, ask exchanges, read records.
 *
 *     struct cambist *host;
 *     struct cambist_error error = { 0 };
 *     if (cambist_open("cambist.conf", &host, &error) != CAMBIST_OK)
 *         ...error.message says why, in one sentence
 *     struct cambist_exchange *okx = cambist_find_exchange(host, "okx");
 *     struct cambist_answer *answer;
 *     if (cambist_fetch_ticker(okx, &(struct cambist_arguments){ .symbol = "BTC/USDT" }, &answer,
 *                              &error) == CAMBIST_OK) {
 *         const struct cambist_ticker *ticker = cambist_answer_ticker(answer, 0);
 *         ...
 *         cambist_answer_free(answer);
 *     }
 *     cambist_close(host);
 *
 * Threads.   All functions may be called from any thread, many at once, except where they say
 *            otherwise.  Unless the host was opened with CAMBIST_NO_THREAD it has one I/O thread of
 *            its own; callbacks come from there and must not block.
 * Failure.   A function that can fail returns an enum cambist_status and fills the caller's
 *            struct cambist_error with the first reason.  `error` may be NULL.  What a function
 *            returns through a pointer is untouched when it fails.
 * Outcome.   For an operation that changes something look at error.outcome: NOT_DONE and UNKNOWN
 *            are different answers.  An UNKNOWN order may have been executed.
 * Process.   The library installs no signal handlers, never forks, never prints.
 */
#ifndef CAMBIST_CAMBIST_H
#define CAMBIST_CAMBIST_H

#include <stddef.h>

#include <cambist/status.h>
#include <cambist/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAMBIST_API __attribute__((visibility("default")))

struct cambist;          /* the host: configuration, I/O, every exchange */
struct cambist_exchange; /* one account at one exchange; belongs to its host */
struct cambist_answer;   /* what came back; belongs to the caller */

/* What an operation is asked with: every name of CAMBIST_ARGUMENT_LIST.  Decimals are text ("0.01",
 * never a double), words are numbers (CAMBIST_SIDE_BUY), times are nanoseconds since the epoch; 0
 * and NULL mean "not given".  Texts need to live only until the call returns. */
#define CAMBIST_ARGUMENT_TEXT          const char *
#define CAMBIST_ARGUMENT_DECIMAL       const char *
#define CAMBIST_ARGUMENT_CURRENCY      const char *
#define CAMBIST_ARGUMENT_TIME          int64_t
#define CAMBIST_ARGUMENT_INTEGER       int64_t
#define CAMBIST_ARGUMENT_FLAG          uint64_t
#define CAMBIST_ARGUMENT_SIDE          uint64_t
#define CAMBIST_ARGUMENT_TYPE          uint64_t
#define CAMBIST_ARGUMENT_TIME_IN_FORCE uint64_t
#define CAMBIST_ARGUMENT_KIND          uint64_t
#define CAMBIST_ARGUMENT_MARGIN_MODE   uint64_t

/* One more parameter, which the exchange gets as it is; or, by its name, an argument of
 * CAMBIST_NAMED_ARGUMENT_LIST. */
struct cambist_extra {
    const char *name, *value;
    uint64_t is_literal; /* 1: a number, true or JSON; 0: text */
};

struct cambist_arguments {
#define X(name, KIND, json, help) CAMBIST_ARGUMENT_##KIND name;
    CAMBIST_ARGUMENT_LIST(X)
#undef X
    const struct cambist_extra *extras;
    uint64_t extra_count;
};

/* ---- the host ---- */

enum cambist_open_flags {
    CAMBIST_NO_THREAD = 1, /* the program drives I/O: cambist_fd() and cambist_dispatch() */
    CAMBIST_NO_JOURNAL = 2, /* beside another process that has the journal: orders are not kept */
};

/* Opens a host from a configuration file: loads the enabled plugins, reads credentials, warms
 * connections.  BAD_CONFIG and BAD_PLUGIN name file, line and key, or table and row. */
CAMBIST_API int cambist_open(const char *config_path, struct cambist **ret,
                             struct cambist_error *error);
CAMBIST_API int cambist_open_with(const char *config_path, uint32_t flags, struct cambist **ret,
                                  struct cambist_error *error);
/* The same for a configuration that is a text; `name` stands for the file in errors. */
CAMBIST_API int cambist_open_text(const char *config, const char *name, uint32_t flags,
                                  struct cambist **ret, struct cambist_error *error);
/* Ends what is under way with CAMBIST_CLOSED and releases everything; accepts NULL.  Not from a
 * callback. */
CAMBIST_API void cambist_close(struct cambist *host);

/* An exchange by the name of its section; NULL when none is enabled by that name. */
CAMBIST_API struct cambist_exchange *cambist_find_exchange(struct cambist *host, const char *name);
/* The exchanges in the order of the file; NULL behind the last. */
CAMBIST_API struct cambist_exchange *cambist_exchange_at(struct cambist *host, size_t i);
CAMBIST_API const char *cambist_exchange_name(const struct cambist_exchange *exchange);
/* Whether the exchange has the operation for these market kinds (CAMBIST_KIND_..., or-ed; 0:
 * any). */
CAMBIST_API int cambist_exchange_has(const struct cambist_exchange *exchange, uint32_t operation,
                                     uint32_t kinds);
/* By how much the exchange's clock is ahead of this machine's, and how far from the truth that may
 * be, in ns.  0, and nothing is written, while it is not known: the exchange is asked when requests
 * are signed with a time.  Any thread. */
CAMBIST_API int cambist_exchange_clock(const struct cambist_exchange *exchange,
                                       int64_t *ret_ahead_ns, int64_t *ret_bound_ns);

/* For CAMBIST_NO_THREAD: a descriptor to poll for reading, and one turn of I/O that does not
 * block.  Callbacks come from cambist_dispatch, which one thread at a time may call.  Answers how
 * many callbacks ran. */
CAMBIST_API int cambist_fd(struct cambist *host);
CAMBIST_API int cambist_dispatch(struct cambist *host);

/* ---- questions ---- */

/* Asks and waits for the answer.  With CAMBIST_NO_THREAD it runs the I/O itself meanwhile.  Not
 * from a callback. */
CAMBIST_API int cambist_call(struct cambist_exchange *exchange, uint32_t operation,
                             const struct cambist_arguments *arguments,
                             struct cambist_answer **ret, struct cambist_error *error);

/* Called once per started question, from the I/O thread.  `answer` is NULL unless error->status is
 * CAMBIST_OK, and then belongs to the callee; `error` lives until the callback returns. */
typedef void cambist_answer_fn(struct cambist_answer *answer, const struct cambist_error *error,
                               void *user);
/* Asks and returns at once.  A status other than CAMBIST_OK means that the question was not taken
 * and `on_answer` will not be called. */
CAMBIST_API int cambist_start(struct cambist_exchange *exchange, uint32_t operation,
                              const struct cambist_arguments *arguments,
                              cambist_answer_fn *on_answer, void *user,
                              struct cambist_error *error);

/* The same for operations over a list (create_orders, cancel_orders): `items` are the orders, one
 * each; all are of one market where the exchange wants that.  An answer's rows speak of them one by
 * one. */
CAMBIST_API int cambist_call_list(struct cambist_exchange *exchange, uint32_t operation,
                                  const struct cambist_arguments *items, size_t count,
                                  struct cambist_answer **ret, struct cambist_error *error);
CAMBIST_API int cambist_start_list(struct cambist_exchange *exchange, uint32_t operation,
                                   const struct cambist_arguments *items, size_t count,
                                   cambist_answer_fn *on_answer, void *user,
                                   struct cambist_error *error);

/* One function per operation: cambist_fetch_ticker(exchange, arguments, &answer, &error) ... */
#define X(name, RECORD, class, rows, help)                                                         \
    static inline int cambist_##name(struct cambist_exchange *exchange,                            \
                                     const struct cambist_arguments *arguments,                    \
                                     struct cambist_answer **ret, struct cambist_error *error)     \
    {                                                                                              \
        return cambist_call(exchange, CAMBIST_OPERATION_##name, arguments, ret, error);            \
    }
CAMBIST_OPERATION_LIST(X)
#undef X

/* ---- answers ---- */

/* Accepts NULL. */
CAMBIST_API void cambist_answer_free(struct cambist_answer *answer);
CAMBIST_API size_t cambist_answer_count(const struct cambist_answer *answer);
/* Row `i` of an answer of that record (enum cambist_record); NULL behind the last row, and for
 * another record.  Lives as long as the answer. */
CAMBIST_API const void *cambist_answer_at(const struct cambist_answer *answer, uint32_t record,
                                          size_t i);
/* The answer as JSON in ccxt's unified structures, decimals as strings; lives as long as it. */
CAMBIST_API const char *cambist_answer_json(struct cambist_answer *answer);
/* How long the stages took, as text for people: "pick 0.4 us, fill 0.3 us, ..."; lives as long. */
CAMBIST_API const char *cambist_answer_trace(struct cambist_answer *answer);

/* cambist_answer_ticker(answer, i) ... */
#define X(NAME, name)                                                                              \
    static inline const struct cambist_##name *cambist_answer_##name(                              \
        const struct cambist_answer *answer, size_t i)                                             \
    {                                                                                              \
        return (const struct cambist_##name *)cambist_answer_at(answer, CAMBIST_RECORD_##NAME, i); \
    }
CAMBIST_RECORD_LIST(X)
#undef X

/* ---- streams ---- */

struct cambist_watch; /* something that is watched; belongs to the caller */

/* How current it is: X(NAME, number, "text"). */
#define CAMBIST_WATCH_STATE_LIST(X)                                                                \
    X(WAITING, 1, "waiting")     /* not subscribed yet, or not any more: it will be */             \
    X(LIVE, 2, "live")                                                                             \
    X(RESYNCING, 3, "resyncing") /* a book that is being put together */                           \
    X(STALE, 4, "stale")         /* silent for longer than the channel may be */                   \
    X(FAILED, 5, "failed")       /* refused: it stays so */

enum cambist_watch_state {
#define X(NAME, number, text) CAMBIST_WATCH_##NAME = number,
    CAMBIST_WATCH_STATE_LIST(X)
#undef X
};
/* "live"; "?" for a number that is none. */
CAMBIST_API const char *cambist_watch_state_name(uint32_t state);

/* Something happened.  From a callback it lives during the call, from a queue until the next event
 * is taken. */
struct cambist_event {
    uint32_t topic;       /* enum cambist_topic */
    uint32_t record;      /* enum cambist_record of `row`; NONE: a state, or a change of the book */
    const void *row;      /* struct cambist_ticker, cambist_trade ...; NULL as above */
    const char *symbol;   /* NULL: of all markets, or of the account */
    uint32_t state;       /* enum cambist_watch_state, behind the event */
    uint32_t is_state;    /* 1: the state has changed, and nothing else */
    int64_t timestamp_ns; /* the exchange's clock; 0: not told */
    int64_t received_ns;  /* this machine's wall clock, when its last byte was read */
    uint64_t sequence;    /* counts the events of this watch, from 1: also those that were dropped */
    uint64_t dropped;     /* events of this watch that its queue has dropped or replaced so far */
    uint64_t connection;  /* a new number for each connection; 0: none */
    const struct cambist_error *error; /* why the state is as it is; NULL: it was no failure */
};

/* Called from the I/O thread; must not block.  May watch, unwatch and read books. */
typedef void cambist_event_fn(const struct cambist_event *event, void *user);

/* Watches a topic (CAMBIST_TOPIC_...) with arguments as questions have them: symbol, timeframe,
 * limit.  Connecting, subscribing and healing are the host's; the first event tells a state.
 * NOT_SUPPORTED where the exchange has no such stream.  While its markets are not known yet, what
 * is wrong with a symbol comes as an event of state FAILED.  *ret is the caller's
 * (cambist_unwatch), who unwatches before the host is closed.  With CAMBIST_NO_THREAD watches are
 * begun and ended by the thread that dispatches. */
CAMBIST_API int cambist_watch(struct cambist_exchange *exchange, uint32_t topic,
                              const struct cambist_arguments *arguments,
                              cambist_event_fn *on_event, void *user, struct cambist_watch **ret,
                              struct cambist_error *error);
/* No event follows; accepts NULL.  The watch, and what it tells, are gone. */
CAMBIST_API void cambist_unwatch(struct cambist_watch *watch);

/* What a queue does when its reader is too slow. */
enum cambist_delivery {
    CAMBIST_EVERY_EVENT = 0, /* drops nothing: when `capacity` events wait, the watch ends, and says
                              * so in its last event (FAILED, TOO_LARGE) */
    CAMBIST_NEWEST,          /* of each market and topic only the newest event waits */
    CAMBIST_DROP_OLDEST,     /* the oldest waiting event makes room, and is counted */
};
/* The same for a program that takes its events when it wants to.  Events of the account (orders,
 * own trades, balance, positions) are never dropped or replaced, whatever `delivery` says. */
CAMBIST_API int cambist_watch_queued(struct cambist_exchange *exchange, uint32_t topic,
                                     const struct cambist_arguments *arguments, uint32_t delivery,
                                     uint32_t capacity, struct cambist_watch **ret,
                                     struct cambist_error *error);
/* The next event, waited for up to `timeout_ms` (0: not at all; -1: no limit): CAMBIST_OK with
 * *ret, or AGAIN.  Of a queued watch only; one thread at a time. */
CAMBIST_API int cambist_watch_next(struct cambist_watch *watch, int timeout_ms,
                                   const struct cambist_event **ret);
/* A descriptor that is readable while events wait; the watch's. */
CAMBIST_API int cambist_watch_fd(struct cambist_watch *watch);

/* One function per topic: cambist_watch_ticker(exchange, arguments, on_event, user, &watch,
 * &error) ... */
#define X(name, RECORD, access, help)                                                              \
    static inline int cambist_##name(struct cambist_exchange *exchange,                            \
                                     const struct cambist_arguments *arguments,                    \
                                     cambist_event_fn *on_event, void *user,                       \
                                     struct cambist_watch **ret, struct cambist_error *error)      \
    {                                                                                              \
        return cambist_watch(exchange, CAMBIST_TOPIC_##name, arguments, on_event, user, ret,       \
                             error);                                                               \
    }
CAMBIST_TOPIC_LIST(X)
#undef X

/* ---- books ---- */

/* A price and an amount, as counts of 10^-scale: exact, and quick to compare. */
struct cambist_scaled_level {
    int64_t price, amount;
};

struct cambist_book {
    struct cambist_scaled_level *bids, *asks; /* the caller's: room for the depth; best first */
    uint64_t bid_count, ask_count;
    uint32_t state;         /* enum cambist_watch_state: only LIVE books have levels */
    uint32_t is_crossed;    /* 1: at this moment a bid is as high as an ask */
    uint32_t price_scale, amount_scale; /* 6712310 at scale 2 is 67123.10 */
    int64_t sequence;       /* the exchange's number of this state; 0: it has none */
    int64_t timestamp_ns;   /* the exchange's clock; 0: not told */
    int64_t age_ns;         /* since it was last proved true */
    uint64_t version;       /* grows with every change */
};

/* Copies up to `depth` levels a side of the book that is watched (watch_order_book).  Answers 1 when
 * it is live; else there are no levels, and `state` tells why.  No lock, no wait. */
CAMBIST_API int cambist_watch_book(const struct cambist_watch *watch, uint64_t depth,
                                   struct cambist_book *book);

/* ---- how long things take ---- */

/* A stage of one of an exchange's ways: "request", "stream", "order", "cancel".  Behind the last
 * stage of each way stands the stage "whole".  Times are known to 3 %; what a stream takes counts
 * from the moment in which its socket was found readable. */
struct cambist_stage {
    const char *way, *stage;
    const char *help; /* the question that the stage answers */
    uint64_t count;   /* of frames every 16th is measured by its stages, of many requests at once too;
                       * of many frames at once also as a whole */
    int64_t sum_ns, min_ns, max_ns; /* 0 where nothing was counted */
    int64_t p50_ns, p90_ns, p99_ns, p999_ns;
    uint64_t allocations; /* how often the host asked for memory meanwhile; does not grow for ever */
};
/* Fills *ret with stage `i` of the exchange; 0, and nothing is written, behind the last.  All are 0
 * where the configuration says metrics = false.  Any thread. */
CAMBIST_API int cambist_exchange_stage(const struct cambist_exchange *exchange, size_t i,
                                       struct cambist_stage *ret);
/* Writes the stages of all exchanges in the text form that Prometheus reads, at most `size` bytes
 * with the NUL, and answers how long the whole text is: like snprintf.  Any thread. */
CAMBIST_API size_t cambist_metrics_text(const struct cambist *host, char *to, size_t size);

/* ---- numbers and words ---- */

/* The room that cambist_decimal_format wants. */
#define CAMBIST_DECIMAL_TEXT_SIZE 1056
/* Writes the exact decimal with its digits and a NUL, "" for an absent one.  Returns the length. */
CAMBIST_API size_t cambist_decimal_format(const struct cambist_decimal *value, char *to);
/* Reads an exact decimal; BAD_ARGUMENT for what is none or does not fit. */
CAMBIST_API int cambist_decimal_parse(const char *text, struct cambist_decimal *ret);
/* Below, at or above zero, by value; an absent one is less than all others. */
CAMBIST_API int cambist_decimal_compare(const struct cambist_decimal *a,
                                        const struct cambist_decimal *b);

/* "RATE_LIMITED", and the sentence behind it. */
CAMBIST_API const char *cambist_status_name(uint32_t status);
CAMBIST_API const char *cambist_status_text(uint32_t status);
/* "fetch_ticker", and the way back: CAMBIST_OPERATION_NONE for a name that is none. */
CAMBIST_API const char *cambist_operation_name(uint32_t operation);
CAMBIST_API uint32_t cambist_operation_find(const char *name);

#ifdef __cplusplus
}
#endif

#endif
