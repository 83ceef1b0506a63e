/* transport/pool_inner.h - the inner side of pool.h, for the pool's files only.
 *
 *     pool.c        servers, settings, life
 *     pool_send.c   a request begins and ends
 *     pool_serve.c  which waiting request goes next, and which connection may be opened for it
 *     pool_wire.c   connections: opened, taken, given back, closed
 *     pool_keep.c   once a second: what is too old, what has to be warm
 */
#ifndef CMB_TRANSPORT_POOL_INNER_H
#define CMB_TRANSPORT_POOL_INNER_H

#include "transport/flight.h"
#include "transport/network.h"

enum cmb_wire_state { CMB_WIRE_OPENING = 1, CMB_WIRE_IDLE, CMB_WIRE_BUSY };

/* A pooled connection.  In exactly one list of its origin: `idle`, or `active`. */
struct cmb_wire {
    TAILQ_ENTRY(cmb_wire) link;
    struct cmb_origin *origin;
    struct cmb_connection *connection;
    struct cmb_flight *flight; /* while busy */
    enum cmb_wire_state state;
    bool has_carried;
    int64_t expires_ns;    /* end of its life */
    int64_t idle_since_ns; /* while idle */
    uint64_t idle_since_turn;
    int64_t idle_until_ns; /* the server's own word */
};
TAILQ_HEAD(cmb_wires, cmb_wire);

enum { CMB_ORDINARY, CMB_PRIORITY, CMB_LANES };

struct cmb_origin {
    TAILQ_ENTRY(cmb_origin) link;
    struct cmb_pool *pool;
    struct cmb_target *target;
    struct cmb_wires idle; /* last used first */
    struct cmb_wires active;
    struct cmb_flights waiting[CMB_LANES];
    uint32_t waiting_count[CMB_LANES];
    uint32_t wire_count, idle_count, opening_count, busy_count, ordinary_count;
    uint32_t warm_count; /* wanted */
    uint32_t warm_delay_ms;
    int64_t warm_retry_ns;
    uint32_t last_failure;
};
TAILQ_HEAD(cmb_origins, cmb_origin);

struct cmb_pool {
    struct cmb_network network; /* first: network.c finds the pool by it */
    struct cmb_loop *loop;
    struct cmb_pool_settings settings; /* without zeros */
    struct cmb_trust *trust;
    struct cmb_connector *connector;
    struct cmb_origins origins;
    struct cmb_flights unused, ended, flying;
    struct cmb_post ended_post;
    struct cmb_timer keep_timer;
    uint32_t wire_count, opening_count, ordinary_count, waiting_count;
    uint64_t random;
    bool is_closing;
    struct cmb_pool_counters counters;
    char scratch[CMB_FLIGHT_READ_BYTES];
};

/* --- pool_send.c --- */

/* Ends a flight whose answer is filled: its wire is given back or closed, its caller is called,
 * and whoever waited goes next.  From the loop only. */
void cmb_pool_finish(struct cmb_flight *flight);
/* As above, but later: for flights that end while the caller is still sending. */
void cmb_pool_finish_soon(struct cmb_flight *flight);
/* The post's callback for these. */
void cmb_pool_on_ended(struct cmb_post *post, void *user);
/* Ends all flights of a list with CLOSED, or as they had ended already. */
void cmb_pool_end_all(struct cmb_flights *flights);

/* --- network.c --- */

extern const struct cmb_network cmb_network_of_connections;

/* --- pool.c --- */

/* A number below `most` (not 0); for spreading, not for secrets. */
uint32_t cmb_pool_random(struct cmb_pool *pool, uint32_t most);

/* --- pool_serve.c --- */

/* Puts a loaded flight at the end of its lane, or takes it out. */
void cmb_pool_enqueue(struct cmb_flight *flight);
void cmb_pool_dequeue(struct cmb_flight *flight);
/* Takes a flying flight off its wire; the wire is the caller's to give back or close. */
void cmb_pool_alight(struct cmb_flight *flight);
/* Starts what can start, and opens connections for the rest.  Calls no caller back. */
void cmb_pool_serve(struct cmb_origin *origin);
/* The same for all origins where somebody waits. */
void cmb_pool_serve_all(struct cmb_pool *pool);
/* An attempt to open has failed: perhaps somebody waits for nothing now. */
void cmb_pool_give_up_one(struct cmb_origin *origin, const struct cambist_error *error);

/* --- pool_wire.c --- */

/* Begins to open; false without memory.  The caller has checked the limits. */
bool cmb_wire_open(struct cmb_origin *origin);
/* The idle wire used last that is alive, now busy; NULL: none. */
struct cmb_wire *cmb_wire_take(struct cmb_origin *origin);
/* Back to the idle ones, or closed where its life is over. */
void cmb_wire_give(struct cmb_wire *wire);
void cmb_wire_close(struct cmb_wire *wire);
/* Whether one more may be opened there; may close another origin's idle one for it. */
bool cmb_wire_make_room(struct cmb_origin *origin);

/* --- pool_keep.c --- */

/* The timer's callback: closes what is too old, opens what has to be warm. */
void cmb_pool_keep(struct cmb_timer *timer, void *user);
/* Starts the timer if it does not run. */
void cmb_pool_keep_soon(struct cmb_pool *pool);
void cmb_pool_warm_up(struct cmb_origin *origin);
/* After an attempt to open: the next one for warmth comes later and later. */
void cmb_pool_note_attempt(struct cmb_origin *origin, bool is_open);

#endif
