/* What time is it, on the machine or on a clock that a test turns? */
#include "base/clock.h"

#include <time.h>

static int64_t read_hand(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t system_monotonic(const struct cmb_clock *clock)
{
    (void)clock;
    return read_hand(CLOCK_MONOTONIC);
}

static int64_t system_wall(const struct cmb_clock *clock)
{
    (void)clock;
    return read_hand(CLOCK_REALTIME);
}

const struct cmb_clock cmb_clock_system = { .monotonic_ns = system_monotonic,
                                            .wall_ns = system_wall };

static int64_t turned_monotonic(const struct cmb_clock *clock)
{
    return clock->turned_monotonic_ns;
}

static int64_t turned_wall(const struct cmb_clock *clock)
{
    return clock->turned_wall_ns;
}

void cmb_clock_init_turnable(struct cmb_clock *clock, int64_t wall_ns)
{
    *clock = (struct cmb_clock){ .monotonic_ns = turned_monotonic,
                                 .wall_ns = turned_wall,
                                 .turned_wall_ns = wall_ns };
}

void cmb_clock_turn(struct cmb_clock *clock, int64_t by_ns)
{
    clock->turned_monotonic_ns += by_ns;
    clock->turned_wall_ns += by_ns;
}
