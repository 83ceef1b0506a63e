/* Which waiting request goes next, and which connection may be opened for it? */
#include "transport/pool_inner.h"

#include "base/fail.h"

static int lane_of(const struct cmb_flight *flight)
{
    return flight->asked.is_priority ? CMB_PRIORITY : CMB_ORDINARY;
}

static void count_waiting(struct cmb_flight *flight, int by)
{
    flight->origin->waiting_count[lane_of(flight)] += (uint32_t)by;
    flight->origin->pool->waiting_count += (uint32_t)by;
}

void cmb_pool_enqueue(struct cmb_flight *flight)
{
    flight->place = CMB_FLIGHT_WAITING;
    TAILQ_INSERT_TAIL(&flight->origin->waiting[lane_of(flight)], flight, link);
    count_waiting(flight, 1);
}

void cmb_pool_dequeue(struct cmb_flight *flight)
{
    TAILQ_REMOVE(&flight->origin->waiting[lane_of(flight)], flight, link);
    count_waiting(flight, -1);
}

static uint32_t less(uint32_t a, uint32_t b)
{
    return a > b ? a - b : 0;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* How many more ordinary requests may start: the reserve is not theirs. */
static uint32_t ordinary_room(const struct cmb_origin *origin)
{
    const struct cmb_pool *pool = origin->pool;
    const struct cmb_pool_settings *settings = &pool->settings;
    uint32_t here = less(settings->connections_per_origin_most, settings->reserve_per_origin);
    uint32_t all = less(settings->connections_most, settings->reserve);
    return smaller(less(here, origin->ordinary_count), less(all, pool->ordinary_count));
}

static struct cmb_flight *next_waiting(struct cmb_origin *origin)
{
    struct cmb_flight *flight = TAILQ_FIRST(&origin->waiting[CMB_PRIORITY]);
    if (flight || ordinary_room(origin) == 0)
        return flight;
    return TAILQ_FIRST(&origin->waiting[CMB_ORDINARY]);
}

/* --- starting --- */

static void board(struct cmb_flight *flight, struct cmb_wire *wire)
{
    struct cmb_pool *pool = flight->origin->pool;
    cmb_pool_dequeue(flight);
    flight->place = CMB_FLIGHT_FLYING;
    flight->wire = wire;
    wire->flight = flight;
    TAILQ_INSERT_TAIL(&pool->flying, flight, link);
    flight->answer.is_reused = wire->has_carried;
    const struct cmb_connection_facts *facts = cmb_connection_facts(wire->connection);
    flight->answer.connect_ns = wire->has_carried ? 0 : facts->opened_ns - facts->started_ns;
    if (!flight->asked.is_priority) {
        flight->origin->ordinary_count++;
        pool->ordinary_count++;
    }
}

void cmb_pool_alight(struct cmb_flight *flight)
{
    struct cmb_pool *pool = flight->origin->pool;
    TAILQ_REMOVE(&pool->flying, flight, link);
    flight->wire = NULL;
    if (!flight->asked.is_priority) {
        flight->origin->ordinary_count--;
        pool->ordinary_count--;
    }
}

/* The kept connection was dead, which showed at the first write: nothing has left, so this is the
 * one case where the request goes to another connection. */
static void put_back(struct cmb_flight *flight)
{
    struct cmb_wire *wire = flight->wire;
    cmb_pool_alight(flight);
    flight->origin->pool->counters.found_dead++;
    cmb_wire_close(wire);
    cmb_fail_reset(&flight->error);
    flight->place = CMB_FLIGHT_WAITING;
    TAILQ_INSERT_HEAD(&flight->origin->waiting[lane_of(flight)], flight, link);
    count_waiting(flight, 1);
}

static void start(struct cmb_flight *flight, struct cmb_wire *wire)
{
    board(flight, wire);
    int status = cmb_flight_start(flight, wire->connection);
    if (status == CAMBIST_AGAIN)
        return;
    if (status == CAMBIST_UNAVAILABLE && wire->has_carried && !flight->answer.has_left)
        put_back(flight);
    else
        cmb_pool_finish_soon(flight);
}

/* --- opening --- */

/* Connections on their way to other origins count against the reserve as well. */
static uint32_t wanted(const struct cmb_origin *origin)
{
    uint32_t elsewhere = origin->pool->opening_count - origin->opening_count;
    uint32_t room = less(ordinary_room(origin), elsewhere);
    return origin->waiting_count[CMB_PRIORITY] + smaller(origin->waiting_count[CMB_ORDINARY], room);
}

void cmb_pool_serve(struct cmb_origin *origin)
{
    struct cmb_flight *flight;
    struct cmb_wire *wire;
    while ((flight = next_waiting(origin)) && (wire = cmb_wire_take(origin)))
        start(flight, wire);
    while (origin->opening_count < wanted(origin) && cmb_wire_make_room(origin))
        if (!cmb_wire_open(origin))
            return;
}

void cmb_pool_serve_all(struct cmb_pool *pool)
{
    if (pool->waiting_count == 0)
        return;
    struct cmb_origin *origin;
    TAILQ_FOREACH(origin, &pool->origins, link)
    if (origin->waiting_count[CMB_ORDINARY] + origin->waiting_count[CMB_PRIORITY])
        cmb_pool_serve(origin);
}

/* As long as another connection is open or on its way, there is something to wait for. */
void cmb_pool_give_up_one(struct cmb_origin *origin, const struct cambist_error *error)
{
    uint32_t waiting = origin->waiting_count[CMB_ORDINARY] + origin->waiting_count[CMB_PRIORITY];
    if (waiting <= origin->opening_count || origin->busy_count)
        return;
    struct cmb_flight *flight = TAILQ_FIRST(&origin->waiting[CMB_ORDINARY]);
    if (origin->waiting_count[CMB_PRIORITY])
        flight = TAILQ_FIRST(&origin->waiting[CMB_PRIORITY]);
    cmb_flight_fail(flight, (int)error->status, cmb_text_of(error->message));
    cmb_pool_finish(flight);
}
