/* transport/pool.h - send this request to that server, once, and tell how it ended.
 *
 * The pool keeps connections to many servers, opens and reuses them, and lets requests wait their
 * turn.  A request is written at most once: the pool never sends it again, and its answer says
 * whether any byte of it had left.  Only while no byte has left does the pool replace a kept
 * connection that turns out to be dead.
 *
 *     origin = cmb_pool_open_origin(pool, "https://api.example.com", &error);
 *     cmb_pool_warm(pool, origin, 2);
 *     flight = cmb_pool_send(pool, &(struct cmb_request){ .origin = origin, .slices = slices,
 *                            .slice_count = 2, .on_answer = on_answer, .user = user }, &error);
 *
 * Everything belongs to the loop's thread; callbacks come from the loop, never from inside
 * cmb_pool_send.  In steady state nothing is allocated per request.
 */
#ifndef CMB_TRANSPORT_POOL_H
#define CMB_TRANSPORT_POOL_H

#include "transport/connection.h"
#include "transport/http.h"

#define CMB_REQUEST_BYTES_MOST (1024 * 1024) /* head and body of one request */

struct cmb_pool;
struct cmb_origin; /* scheme, host and port, and the connections there */
struct cmb_flight; /* one request on its way */

/* Zero in any member means its default. */
struct cmb_pool_settings {
    struct cmb_connector_settings connector;
    struct cmb_trust_settings trust;
    uint32_t connections_most;            /* 200 */
    uint32_t connections_per_origin_most; /* 50 */
    uint32_t reserve; /* slots of all that only priority requests may use; 10, half at most */
    uint32_t reserve_per_origin; /* the same for one origin; 5 */
    uint32_t waiting_most;       /* requests that may wait; 4096 */
    uint32_t answer_timeout_ms;  /* from send to the last byte, waiting included; 5000 */
    uint32_t
        idle_most_ms; /* an unused connection is closed; 50 000, as most servers close at 60 s */
    uint32_t life_most_ms; /* any connection is closed, then not in use; 1 200 000 */
};

/* How a request ended.  Valid during on_answer only; copy what has to last. */
struct cmb_answer {
    /* CAMBIST_OK: a whole answer is here, whatever its HTTP status.  TIMEOUT, UNAVAILABLE, TLS,
     * GARBLED, TOO_LARGE, NO_MEMORY, CLOSED (the pool was freed), or what `fill` answered. */
    int status;
    /* A byte of the request may have reached the server.  false is a proof that none did. */
    bool has_left;
    bool is_reused;       /* it went over a connection that had carried others */
    size_t written_bytes; /* of the request, given to the connection */
    uint32_t http_status; /* 0 without an answer */
    struct cmb_text body; /* inflated */
    const struct cmb_header *headers;
    size_t header_count;
    /* Monotonic, the turn's clock; 0: never happened. */
    int64_t queued_ns;     /* cmb_pool_send */
    int64_t started_ns;    /* a connection was there, the first byte was written */
    int64_t first_byte_ns; /* of the answer */
    int64_t complete_ns;
    int64_t connect_ns; /* how long opening this connection took; 0 for a reused one */
    const struct cambist_error *error; /* the first reason; its status is CAMBIST_OK on success */
};

typedef void (*cmb_answer_fn)(const struct cmb_answer *answer, void *user);

/* Writes the request at the last moment, when a connection is there (to sign with a fresh time,
 * to journal).  Appends head and body to `request`, which is empty and has a ceiling.  Anything but
 * CAMBIST_OK ends the request with that status and nothing leaves.  Must not call the pool. */
typedef int (*cmb_request_fill_fn)(struct cmb_buffer *request, void *user);

/* Ready bytes in slices, or a function that makes them; never both. */
struct cmb_request {
    struct cmb_origin *origin;
    const struct cmb_text *slices; /* head and body, copied by cmb_pool_send */
    size_t slice_count;
    cmb_request_fill_fn fill; /* NULL: slices */
    cmb_answer_fn on_answer;
    void *user;
    uint32_t timeout_ms;    /* 0: the pool's */
    size_t body_bytes_most; /* 0: CMB_HTTP_BODY_BYTES_MOST */
    bool is_priority;       /* before all others, and may use the reserve */
    bool is_head;           /* a HEAD: its answer has no body */
};

/* Opens a pool and loads the authorities.  `loop` outlives it; `settings` may be NULL.  NULL with
 * the reason in `error` (may be NULL): BAD_CONFIG, NO_MEMORY. */
struct cmb_pool *cmb_pool_new(struct cmb_loop *loop, const struct cmb_pool_settings *settings,
                              struct cambist_error *error);
/* Ends all requests with CLOSED, calling back from here, and closes all connections.  Accepts
 * NULL.  Not from inside a callback of the pool. */
void cmb_pool_free(struct cmb_pool *pool);

/* The origin of `url`; the same pointer for the same scheme, host and port.  It is the pool's and
 * lives as long.  NULL with the reason: BAD_ARGUMENT, NO_MEMORY. */
struct cmb_origin *cmb_pool_open_origin(struct cmb_pool *pool, const char *url,
                                        struct cambist_error *error);
/* "https://api.example.com:443". */
const char *cmb_origin_name(const struct cmb_origin *origin);

/* Keeps at least `count` connections open there from now on (0: stops that): opens them, and
 * replaces the ones that close, with back-off where that fails. */
void cmb_pool_warm(struct cmb_pool *pool, struct cmb_origin *origin, uint32_t count);

/* Sends, or lets wait.  on_answer is called exactly once, unless cancelled.  NULL with the reason
 * where the request was not taken, and then on_answer is not called: AGAIN (too many are waiting),
 * TOO_LARGE, NO_MEMORY, CLOSED (the pool is being freed).  The result may be passed to
 * cmb_pool_cancel until on_answer is called. */
struct cmb_flight *cmb_pool_send(struct cmb_pool *pool, const struct cmb_request *request,
                                 struct cambist_error *error);

/* Ends a request without calling back.  Answers whether a byte of it may have left. */
bool cmb_pool_cancel(struct cmb_pool *pool, struct cmb_flight *flight);

/* Since the pool was opened. */
struct cmb_pool_counters {
    uint64_t requests; /* taken */
    uint64_t answers;  /* ended with CAMBIST_OK */
    uint64_t failures; /* ended otherwise */
    uint64_t cancelled;
    uint64_t reused;     /* requests that went over a kept connection */
    uint64_t waited;     /* requests that could not start at once */
    uint64_t opened;     /* connections */
    uint64_t resumed;    /* of these, with a resumed TLS session */
    uint64_t not_opened; /* attempts that failed */
    uint64_t closed;
    uint64_t found_dead; /* of these, kept ones that the server had closed */
    uint64_t expired;    /* of these, for age or idleness */
    uint64_t evicted;    /* of these, to make room for another origin */
};
const struct cmb_pool_counters *cmb_pool_counters(const struct cmb_pool *pool);

/* What an origin has now. */
struct cmb_origin_state {
    uint32_t idle, busy, opening, waiting;
    uint32_t last_failure; /* status of the last attempt to open; CAMBIST_OK after a success */
};
void cmb_origin_look(const struct cmb_origin *origin, struct cmb_origin_state *ret_state);

#endif
