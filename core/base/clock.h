/* base/clock.h - what time is it, and who may turn the hands?
 *
 * All code asks a cmb_clock, never the system, so that tests turn the hands instead of sleeping.
 * Timers and limits use the monotonic hand; the wall hand is only for signing and for stamps.
 * Both are nanoseconds.  The cached hand is read once per turn of the I/O loop: no syscall.
 */
#ifndef CMB_BASE_CLOCK_H
#define CMB_BASE_CLOCK_H

#include <stdint.h>

struct cmb_clock {
    int64_t (*monotonic_ns)(const struct cmb_clock *clock);
    int64_t (*wall_ns)(const struct cmb_clock *clock);
    int64_t turned_monotonic_ns, turned_wall_ns; /* what a turnable clock answers */
};

/* The machine's clocks. [any thread] */
extern const struct cmb_clock cmb_clock_system;

/* A clock that stands still at `wall_ns` (monotonic 0) until it is turned.  For tests, for
 * `request --batch`, and for the simulator's speed-up. */
void cmb_clock_init_turnable(struct cmb_clock *clock, int64_t wall_ns);
/* Moves both hands. */
void cmb_clock_turn(struct cmb_clock *clock, int64_t by_ns);

static inline int64_t cmb_clock_monotonic_ns(const struct cmb_clock *clock)
{
    return clock->monotonic_ns(clock);
}

static inline int64_t cmb_clock_wall_ns(const struct cmb_clock *clock)
{
    return clock->wall_ns(clock);
}

#endif
