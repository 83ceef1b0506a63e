/* bench/interleaved.h - how long do these take, side by side?
 *
 * Each round runs every case once, so that a busy minute of the machine falls on all of them
 * alike.  Printed are the fastest and the median round in ns per turn, and both as ratios to the
 * first case, the floor.
 */
#ifndef BENCH_INTERLEAVED_H
#define BENCH_INTERLEAVED_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define INTERLEAVED_CASES_MOST 16
#define INTERLEAVED_ROUNDS     61

struct interleaved_case {
    const char *name;
    void (*run)(size_t turns); /* does the work that many times */
    size_t turns;
};

/* Keeps the compiler from dropping work whose result nobody reads. */
#define INTERLEAVED_KEEP(value) __asm__ volatile("" : : "g"(value) : "memory")

static int64_t interleaved_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int interleaved_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void interleaved_print(const char *title, const struct interleaved_case *cases, size_t count,
                              double (*times)[INTERLEAVED_ROUNDS])
{
    printf("%-58s %9s %9s %7s %7s\n", title, "min ns", "median", "x floor", "median");
    for (size_t i = 0; i < count; i++)
        qsort(times[i], INTERLEAVED_ROUNDS, sizeof times[i][0], interleaved_compare);
    for (size_t i = 0; i < count; i++) {
        double median = times[i][INTERLEAVED_ROUNDS / 2];
        printf("%-58s %9.1f %9.1f %7.2f %7.2f\n", cases[i].name, times[i][0], median,
               times[i][0] / times[0][0], median / times[0][INTERLEAVED_ROUNDS / 2]);
    }
    printf("\n");
}

static inline void interleaved_run(const char *title, const struct interleaved_case *cases,
                                   size_t count)
{
    static double times[INTERLEAVED_CASES_MOST][INTERLEAVED_ROUNDS];
    for (size_t round = 0; round < INTERLEAVED_ROUNDS; round++)
        for (size_t i = 0; i < count && i < INTERLEAVED_CASES_MOST; i++) {
            int64_t start_ns = interleaved_now_ns();
            cases[i].run(cases[i].turns);
            times[i][round] = (double)(interleaved_now_ns() - start_ns) / (double)cases[i].turns;
        }
    interleaved_print(title, cases, count, times);
}

#endif
