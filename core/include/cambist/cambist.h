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
