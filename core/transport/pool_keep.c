/* Once a second: which connections are too old, and which have to be warm? */
#include "transport/pool_inner.h"

static const int64_t KEEP_INTERVAL_NS = 1000000000;

enum { WARM_DELAY_FIRST_MS = 1000, WARM_DELAY_MOST_MS = 60000 };

void cmb_pool_note_attempt(struct cmb_origin *origin, bool is_open)
{
    if (is_open) {
        origin->warm_delay_ms = 0;
        origin->warm_retry_ns = 0;
        return;
    }
    uint32_t delay_ms = origin->warm_delay_ms ? origin->warm_delay_ms * 2 : WARM_DELAY_FIRST_MS;
    if (delay_ms > WARM_DELAY_MOST_MS)
        delay_ms = WARM_DELAY_MOST_MS;
    origin->warm_delay_ms = delay_ms;
    /* Half fixed, half chance: never at once, never together. */
    delay_ms = delay_ms / 2 + cmb_pool_random(origin->pool, delay_ms / 2 + 1);
    origin->warm_retry_ns = cmb_loop_now_ns(origin->pool->loop) + (int64_t)delay_ms * 1000000;
}

void cmb_pool_warm_up(struct cmb_origin *origin)
{
    const struct cmb_pool *pool = origin->pool;
    const struct cmb_pool_settings *settings = &pool->settings;
    if (cmb_loop_now_ns(pool->loop) < origin->warm_retry_ns)
        return;
    while (origin->wire_count < origin->warm_count &&
           origin->wire_count < settings->connections_per_origin_most &&
           pool->wire_count < settings->connections_most)
        if (!cmb_wire_open(origin))
            return;
}

/* What has to be warm may be idle for as long as the server allows. */
static bool is_over(const struct cmb_wire *wire, int64_t now_ns)
{
    const struct cmb_origin *origin = wire->origin;
    int64_t idle_most_ns = (int64_t)origin->pool->settings.idle_most_ms * 1000000;
    if (now_ns >= wire->expires_ns || now_ns >= wire->idle_until_ns)
        return true;
    return origin->wire_count > origin->warm_count && now_ns - wire->idle_since_ns >= idle_most_ns;
}

static void expire(struct cmb_origin *origin)
{
    int64_t now_ns = cmb_loop_now_ns(origin->pool->loop);
    struct cmb_wire *wire = TAILQ_LAST(&origin->idle, cmb_wires);
    while (wire) {
        struct cmb_wire *previous = TAILQ_PREV(wire, cmb_wires, link);
        if (is_over(wire, now_ns)) {
            origin->pool->counters.expired++;
            cmb_wire_close(wire);
        }
        wire = previous;
    }
}

void cmb_pool_keep(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_pool *pool = user;
    struct cmb_origin *origin;
    bool is_needed = pool->wire_count > 0;
    TAILQ_FOREACH(origin, &pool->origins, link)
    {
        expire(origin);
        cmb_pool_warm_up(origin);
        is_needed = is_needed || origin->warm_count;
    }
    cmb_pool_serve_all(pool);
    if (is_needed)
        cmb_pool_keep_soon(pool);
}

void cmb_pool_keep_soon(struct cmb_pool *pool)
{
    if (!cmb_timer_is_running(&pool->keep_timer))
        cmb_loop_start_timer(pool->loop, &pool->keep_timer, KEEP_INTERVAL_NS);
}
