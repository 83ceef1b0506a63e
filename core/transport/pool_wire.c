/* How do pooled connections come and go? */
#include "transport/pool_inner.h"

#include <stdlib.h>

#include "base/memory.h"

/* Ends of life are spread over an eighth, so that connections opened together part one by one. */
static int64_t life_ns(struct cmb_pool *pool)
{
    uint32_t life_ms = pool->settings.life_most_ms;
    return (int64_t)(life_ms - cmb_pool_random(pool, life_ms / 8 + 1)) * 1000000;
}

static void leave_list(struct cmb_wire *wire)
{
    struct cmb_origin *origin = wire->origin;
    if (wire->state == CMB_WIRE_IDLE) {
        TAILQ_REMOVE(&origin->idle, wire, link);
        origin->idle_count--;
        return;
    }
    TAILQ_REMOVE(&origin->active, wire, link);
    if (wire->state == CMB_WIRE_OPENING) {
        origin->opening_count--;
        origin->pool->opening_count--;
    } else {
        origin->busy_count--;
    }
}

void cmb_wire_close(struct cmb_wire *wire)
{
    struct cmb_pool *pool = wire->origin->pool;
    if (wire->state != CMB_WIRE_OPENING)
        pool->counters.closed++;
    leave_list(wire);
    wire->origin->wire_count--;
    pool->wire_count--;
    cmb_connection_close(wire->connection);
    free(wire);
}

/* A wire that carries nothing must have nothing to say; TLS tickets are read on the way. */
static bool is_silent(struct cmb_wire *wire)
{
    char byte;
    size_t size;
    return cmb_connection_read(wire->connection, &byte, 1, &size) == CAMBIST_AGAIN;
}

static void on_idle_ready(struct cmb_watch *watch, uint32_t events, void *user)
{
    (void)watch;
    (void)events;
    struct cmb_wire *wire = user;
    struct cmb_pool *pool = wire->origin->pool;
    if (is_silent(wire))
        return;
    pool->counters.found_dead++;
    cmb_wire_close(wire);
    cmb_pool_serve_all(pool);
}

static void become_idle(struct cmb_wire *wire)
{
    struct cmb_origin *origin = wire->origin;
    leave_list(wire);
    wire->state = CMB_WIRE_IDLE;
    wire->idle_since_ns = cmb_loop_now_ns(origin->pool->loop);
    wire->idle_since_turn = cmb_loop_turn(origin->pool->loop);
    TAILQ_INSERT_HEAD(&origin->idle, wire, link);
    origin->idle_count++;
    if (cmb_connection_watch(wire->connection, EPOLLIN, on_idle_ready, wire) != CAMBIST_OK)
        cmb_wire_close(wire);
}

void cmb_wire_give(struct cmb_wire *wire)
{
    struct cmb_pool *pool = wire->origin->pool;
    wire->flight = NULL;
    wire->has_carried = true;
    if (cmb_loop_now_ns(pool->loop) < wire->expires_ns) {
        become_idle(wire);
        return;
    }
    pool->counters.expired++;
    cmb_wire_close(wire);
}

/* epoll has told in this very turn that the server has not closed. */
static bool is_just_seen(const struct cmb_wire *wire)
{
    const struct cmb_loop *loop = wire->origin->pool->loop;
    uint64_t turn = cmb_loop_turn(loop);
    return turn != 0 && (turn == wire->idle_since_turn || cmb_loop_has_called_all(loop)) &&
           !cmb_connection_has_unread(wire->connection);
}

/* The last look before a request is entrusted to it. */
static bool is_fit(struct cmb_wire *wire)
{
    struct cmb_pool *pool = wire->origin->pool;
    int64_t now_ns = cmb_loop_now_ns(pool->loop);
    if (now_ns >= wire->expires_ns || now_ns >= wire->idle_until_ns) {
        pool->counters.expired++;
        return false;
    }
    if (is_just_seen(wire) || is_silent(wire))
        return true;
    pool->counters.found_dead++;
    return false;
}

struct cmb_wire *cmb_wire_take(struct cmb_origin *origin)
{
    struct cmb_wire *wire;
    while ((wire = TAILQ_FIRST(&origin->idle))) {
        if (!is_fit(wire)) {
            cmb_wire_close(wire);
            continue;
        }
        leave_list(wire);
        wire->state = CMB_WIRE_BUSY;
        TAILQ_INSERT_HEAD(&origin->active, wire, link);
        origin->busy_count++;
        return wire;
    }
    return NULL;
}

/* --- opening --- */

static void on_open(struct cmb_connection *connection, int status,
                    const struct cambist_error *error, void *user)
{
    struct cmb_wire *wire = user;
    struct cmb_origin *origin = wire->origin;
    struct cmb_pool *pool = origin->pool;
    origin->last_failure = (uint32_t)status;
    cmb_pool_note_attempt(origin, status == CAMBIST_OK);
    if (status == CAMBIST_OK) {
        pool->counters.opened++;
        pool->counters.resumed += cmb_connection_facts(connection)->is_resumed;
        wire->expires_ns = cmb_loop_now_ns(pool->loop) + life_ns(pool);
        become_idle(wire);
        cmb_pool_serve(origin);
        return;
    }
    pool->counters.not_opened++;
    cmb_wire_close(wire);
    cmb_pool_give_up_one(origin, error);
}

bool cmb_wire_open(struct cmb_origin *origin)
{
    struct cmb_pool *pool = origin->pool;
    struct cmb_wire *wire = cmb_calloc(1, sizeof *wire);
    if (!wire)
        return false;
    wire->origin = origin;
    wire->state = CMB_WIRE_OPENING;
    wire->expires_ns = wire->idle_until_ns = INT64_MAX;
    wire->connection = cmb_connection_open(pool->connector, origin->target, on_open, wire);
    if (!wire->connection) {
        free(wire);
        return false;
    }
    TAILQ_INSERT_HEAD(&origin->active, wire, link);
    origin->wire_count++;
    origin->opening_count++;
    pool->wire_count++;
    pool->opening_count++;
    cmb_pool_keep_soon(pool);
    return true;
}

/* The idle wire, of any origin but this, that has been idle longest. */
static struct cmb_wire *oldest_idle(const struct cmb_origin *except)
{
    struct cmb_wire *oldest = NULL;
    struct cmb_origin *origin;
    TAILQ_FOREACH(origin, &except->pool->origins, link)
    {
        struct cmb_wire *wire = TAILQ_LAST(&origin->idle, cmb_wires);
        if (origin != except && wire && (!oldest || wire->idle_since_ns < oldest->idle_since_ns))
            oldest = wire;
    }
    return oldest;
}

bool cmb_wire_make_room(struct cmb_origin *origin)
{
    struct cmb_pool *pool = origin->pool;
    if (origin->wire_count >= pool->settings.connections_per_origin_most)
        return false;
    if (pool->wire_count < pool->settings.connections_most)
        return true;
    struct cmb_wire *oldest = oldest_idle(origin);
    if (!oldest)
        return false;
    pool->counters.evicted++;
    cmb_wire_close(oldest);
    return true;
}
