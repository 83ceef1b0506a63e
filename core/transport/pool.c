/* Which servers are there, and what is kept for them? */
#include "transport/pool_inner.h"

#include "base/fail.h"
#include "base/memory.h"

#include <stdlib.h>

/* --- origins --- */

static struct cmb_origin *find_origin(const struct cmb_pool *pool, const char *name)
{
    struct cmb_origin *origin;
    TAILQ_FOREACH(origin, &pool->origins, link)
    if (strcmp(cmb_target_name(origin->target), name) == 0)
        return origin;
    return NULL;
}

static struct cmb_origin *add_origin(struct cmb_pool *pool, struct cmb_target *target)
{
    struct cmb_origin *origin = cmb_calloc(1, sizeof *origin);
    if (!origin)
        return NULL;
    origin->pool = pool;
    origin->target = target;
    TAILQ_INIT(&origin->idle);
    TAILQ_INIT(&origin->active);
    for (int lane = 0; lane < CMB_LANES; lane++)
        TAILQ_INIT(&origin->waiting[lane]);
    TAILQ_INSERT_TAIL(&pool->origins, origin, link);
    return origin;
}

struct cmb_origin *cmb_pool_open_origin(struct cmb_pool *pool, const char *url,
                                        struct cambist_error *error)
{
    struct cmb_target *target = cmb_target_new(url, error);
    if (!target)
        return NULL;
    struct cmb_origin *origin = find_origin(pool, cmb_target_name(target));
    if (!origin) {
        origin = add_origin(pool, target);
        if (origin)
            return origin;
        cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a server"));
    }
    cmb_target_free(target);
    return origin;
}

const char *cmb_origin_name(const struct cmb_origin *origin)
{
    return cmb_target_name(origin->target);
}

void cmb_pool_warm(struct cmb_pool *pool, struct cmb_origin *origin, uint32_t count)
{
    origin->warm_count = count;
    cmb_pool_warm_up(origin);
    cmb_pool_keep_soon(pool);
}

void cmb_origin_look(const struct cmb_origin *origin, struct cmb_origin_state *ret_state)
{
    *ret_state = (struct cmb_origin_state){
        .idle = origin->idle_count,
        .busy = origin->busy_count,
        .opening = origin->opening_count,
        .waiting = origin->waiting_count[CMB_ORDINARY] + origin->waiting_count[CMB_PRIORITY],
        .last_failure = origin->last_failure,
    };
}

static void free_origin(struct cmb_origin *origin)
{
    struct cmb_wire *wire;
    while ((wire = TAILQ_FIRST(&origin->idle)) || (wire = TAILQ_FIRST(&origin->active)))
        cmb_wire_close(wire);
    cmb_target_free(origin->target);
    free(origin);
}

/* --- the pool --- */

static uint32_t or_default(uint32_t value, uint32_t usual)
{
    return value ? value : usual;
}

/* A reserve never takes more than half. */
static uint32_t reserve_of(uint32_t reserve, uint32_t usual, uint32_t most)
{
    reserve = or_default(reserve, usual);
    return reserve < most / 2 ? reserve : most / 2;
}

static void settle_settings(struct cmb_pool_settings *settings)
{
    settings->connections_most = or_default(settings->connections_most, 200);
    settings->connections_per_origin_most = or_default(settings->connections_per_origin_most, 50);
    settings->reserve = reserve_of(settings->reserve, 10, settings->connections_most);
    settings->reserve_per_origin =
        reserve_of(settings->reserve_per_origin, 5, settings->connections_per_origin_most);
    settings->waiting_most = or_default(settings->waiting_most, 4096);
    settings->answer_timeout_ms = or_default(settings->answer_timeout_ms, 5000);
    settings->idle_most_ms = or_default(settings->idle_most_ms, 50000);
    settings->life_most_ms = or_default(settings->life_most_ms, 1200000);
}

uint32_t cmb_pool_random(struct cmb_pool *pool, uint32_t most)
{
    pool->random = pool->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((pool->random >> 33) % most);
}

static void init(struct cmb_pool *pool, struct cmb_loop *loop,
                 const struct cmb_pool_settings *settings)
{
    pool->network = cmb_network_of_connections;
    pool->loop = loop;
    if (settings)
        pool->settings = *settings;
    settle_settings(&pool->settings);
    TAILQ_INIT(&pool->origins);
    TAILQ_INIT(&pool->unused);
    TAILQ_INIT(&pool->ended);
    TAILQ_INIT(&pool->flying);
    pool->ended_post = (struct cmb_post){ .on_run = cmb_pool_on_ended, .user = pool };
    pool->keep_timer = (struct cmb_timer){ .on_due = cmb_pool_keep, .user = pool };
    pool->random = (uint64_t)cmb_loop_now_ns(loop) ^ (uint64_t)(uintptr_t)pool;
}

struct cmb_pool *cmb_pool_new(struct cmb_loop *loop, const struct cmb_pool_settings *settings,
                              struct cambist_error *error)
{
    struct cmb_pool *pool = cmb_calloc(1, sizeof *pool);
    if (!pool) {
        cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for the connections"));
        return NULL;
    }
    init(pool, loop, settings);
    pool->trust = cmb_trust_new(&pool->settings.trust, error);
    if (pool->trust)
        pool->connector = cmb_connector_new(loop, pool->trust, &pool->settings.connector);
    if (pool->connector)
        return pool;
    cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for the connections"));
    cmb_pool_free(pool);
    return NULL;
}

void cmb_pool_free(struct cmb_pool *pool)
{
    if (!pool)
        return;
    struct cmb_origin *origin;
    pool->is_closing = true;
    TAILQ_FOREACH(origin, &pool->origins, link)
    for (int lane = 0; lane < CMB_LANES; lane++)
        cmb_pool_end_all(&origin->waiting[lane]);
    cmb_pool_end_all(&pool->flying);
    cmb_pool_end_all(&pool->ended);
    cmb_loop_unpost(pool->loop, &pool->ended_post);
    cmb_loop_stop_timer(pool->loop, &pool->keep_timer);
    while ((origin = TAILQ_FIRST(&pool->origins))) {
        TAILQ_REMOVE(&pool->origins, origin, link);
        free_origin(origin);
    }
    struct cmb_flight *flight;
    while ((flight = TAILQ_FIRST(&pool->unused))) {
        TAILQ_REMOVE(&pool->unused, flight, link);
        cmb_flight_clear(flight);
        free(flight);
    }
    cmb_connector_free(pool->connector);
    cmb_trust_free(pool->trust);
    free(pool);
}

const struct cmb_pool_counters *cmb_pool_counters(const struct cmb_pool *pool)
{
    return &pool->counters;
}
