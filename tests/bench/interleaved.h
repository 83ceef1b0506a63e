/* bench/interleaved.h - how long do these take, side by side?
 *
 * Each round runs every case once, so that a busy minute of the machine falls on all of them
 * alike.  Told are ns per turn, and instructions where the machine counts them, as ratios to the
 * first case, the floor.
 */
#ifndef BENCH_INTERLEAVED_H
#define BENCH_INTERLEAVED_H

#include "bench/bench.h"

#define INTERLEAVED_ROUNDS BENCH_ROUNDS_MOST

struct interleaved_case {
    const char *name;
    void (*run)(size_t turns); /* does the work that many times */
    size_t turns;
};

/* Keeps the compiler from dropping work whose result nobody reads. */
#define INTERLEAVED_KEEP(value) __asm__ volatile("" : : "g"(value) : "memory")

static inline void interleaved_run_one(const char *title, const struct interleaved_case *work)
{
    double turns = (double)work->turns;
    bench_count_from_here();
    int64_t start_ns = bench_now_ns();
    work->run(work->turns);
    double took_ns = (double)(bench_now_ns() - start_ns), instructions = bench_counted();
    bench_note(title, work->name, "ns", took_ns / turns);
    if (instructions >= 0)
        bench_note(title, work->name, "instructions", instructions / turns);
}

static inline void interleaved_run(const char *title, const struct interleaved_case *cases,
                                   size_t count)
{
    for (int round = 0; bench_has_round(round, INTERLEAVED_ROUNDS); round++)
        for (size_t i = 0; i < count; i++)
            interleaved_run_one(title, &cases[i]);
    bench_tell(title);
}

#endif
