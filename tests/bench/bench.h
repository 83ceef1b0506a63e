/* bench/bench.h - what was measured, which goals does it meet, and how is it told?
 *
 * A bench does the same work in several ways, the cases, in rounds that are interleaved, and notes
 * a figure of each case in each round.  Its goals are a table:
 *
 *     static const struct bench_goal goals[] = {
 *         { "limiter acquire, clock given", .figure = "ns", .ours = "token bucket",
 *           .against = "bare atomic GCRA", .at_most = 2.0 },
 *     };
 *
 *     int main(int count, char **words)
 *     {
 *         bench_begin(count, words);
 *         for (int round = 0; bench_has_round(round, 41); round++)
 *             bench_note(title, "token bucket", "ns", ...);
 *         bench_tell(title);
 *         return bench_end(goals, sizeof goals / sizeof *goals);
 *     }
 *
 * A goal's ratio is the median of the ratios of the single rounds, because a minute in which the
 * machine is slow falls on both alike; a bound in units is compared with the least of all rounds,
 * because a busy machine only ever adds.  Options of every bench: --quick runs two rounds, to see that it works; --rows prints one JSON object a line, as
 * `cambist bench` reads them, instead of text for people.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <errno.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { BENCH_ROUNDS_MOST = 61, BENCH_SERIES_MOST = 256, BENCH_MISSING_MOST = 16 };
enum { BENCH_QUICK_ROUNDS = 2, BENCH_BLOCK_MOST = 1000 };

/* One line of the table of goals.  `figure` ends with its unit: "ns", "CPU us", "p50 us". */
struct bench_goal {
    const char *work;
    const char *title;  /* of the group of cases; NULL: the names are found in one only */
    const char *figure; /* which was noted of both cases */
    const char *ours;   /* a case */
    const char *against; /* a case; NULL: the bound is one of the figure itself */
    double at_most;     /* ours / against, or ours */
    double at_least;    /* against / ours: so many times quicker than the other */
};

/* One figure of one case, round after round. */
struct bench_series {
    char title[80], name[80], figure[24];
    double rounds[BENCH_ROUNDS_MOST];
    size_t count;
    double least, median; /* once it was told */
    bool is_told;
};

/* A case that cannot be measured here. */
struct bench_missing {
    char name[80], reason[120];
};

static struct bench_series bench_series[BENCH_SERIES_MOST];
static size_t bench_series_count;
static struct bench_missing bench_missing[BENCH_MISSING_MOST];
static size_t bench_missing_count;
static bool bench_is_quick, bench_prints_rows;

/* ---- clocks and counters ---- */

static inline int64_t bench_clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t bench_now_ns(void)
{
    return bench_clock_ns(CLOCK_MONOTONIC);
}

/* CPU of this thread, and of the whole process. */
static inline int64_t bench_thread_cpu_ns(void)
{
    return bench_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

static inline int64_t bench_process_cpu_ns(void)
{
    return bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* Counts this thread's instructions outside the kernel; -1: the machine does not let us. */
static inline int bench_counter(void)
{
    static int counter = -2;
    struct perf_event_attr attributes = { .type = PERF_TYPE_HARDWARE, .size = sizeof attributes,
                                          .config = PERF_COUNT_HW_INSTRUCTIONS, .disabled = 1,
                                          .exclude_kernel = 1, .exclude_hv = 1 };
    if (counter == -2)
        counter = (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
    return counter;
}

static inline void bench_count_from_here(void)
{
    if (bench_counter() < 0)
        return;
    ioctl(bench_counter(), PERF_EVENT_IOC_RESET, 0);
    ioctl(bench_counter(), PERF_EVENT_IOC_ENABLE, 0);
}

/* Instructions since then; -1: not counted. */
static inline double bench_counted(void)
{
    uint64_t count;
    if (bench_counter() < 0)
        return -1;
    ioctl(bench_counter(), PERF_EVENT_IOC_DISABLE, 0);
    return read(bench_counter(), &count, sizeof count) == sizeof count ? (double)count : -1;
}

/* Keeps this process, and those that it starts, on one CPU. */
static inline void bench_pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

/* ---- rounds ---- */

/* Whether one more round is to be run, of so many at most. */
static inline bool bench_has_round(int round, int most)
{
    if (bench_is_quick && most > BENCH_QUICK_ROUNDS)
        most = BENCH_QUICK_ROUNDS;
    return round < (most < BENCH_ROUNDS_MOST ? most : BENCH_ROUNDS_MOST);
}

/* For work that comes in larger numbers: a fraction of it, to see that it works. */
static inline int bench_size(int whole, int quick)
{
    return bench_is_quick ? quick : whole;
}

static inline int bench_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value below which that share of them lies; sorts them. */
static inline double bench_percentile(double *values, size_t count, double share)
{
    qsort(values, count, sizeof *values, bench_compare);
    size_t at = (size_t)((double)count * share);
    return values[at < count ? at : count - 1];
}

static inline struct bench_series *bench_find(const char *title, const char *name,
                                              const char *figure)
{
    for (size_t i = 0; i < bench_series_count; i++)
        if ((!title || strcmp(bench_series[i].title, title) == 0) &&
            strcmp(bench_series[i].name, name) == 0 && strcmp(bench_series[i].figure, figure) == 0)
            return &bench_series[i];
    return NULL;
}

static inline void bench_fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
    exit(1);
}

static inline void bench_require(bool is_so, const char *what)
{
    if (!is_so)
        bench_fail(what);
}

static inline void bench_copy(char *to, size_t room, const char *text)
{
    bench_require((size_t)snprintf(to, room, "%s", text) < room, text);
}

/* A figure of a case in this round.  Texts are copied. */
static inline void bench_note(const char *title, const char *name, const char *figure, double value)
{
    struct bench_series *series = bench_find(title, name, figure);
    if (!series) {
        bench_require(bench_series_count < BENCH_SERIES_MOST, "too many cases");
        series = &bench_series[bench_series_count++];
        bench_copy(series->title, sizeof series->title, title);
        bench_copy(series->name, sizeof series->name, name);
        bench_copy(series->figure, sizeof series->figure, figure);
    }
    if (series->count < BENCH_ROUNDS_MOST)
        series->rounds[series->count++] = value;
}

/* Does something `count` times, once after the other; notes time and CPU of this thread. */
static inline void bench_run_block(const char *title, const char *name, void (*once)(void),
                                   int count)
{
    static double times_us[BENCH_BLOCK_MOST];
    bench_require(count <= BENCH_BLOCK_MOST, "the block is too large");
    int64_t cpu_ns = bench_thread_cpu_ns();
    for (int i = 0; i < count; i++) {
        int64_t start_ns = bench_now_ns();
        once();
        times_us[i] = (double)(bench_now_ns() - start_ns) / 1e3;
    }
    bench_note(title, name, "CPU us", (double)(bench_thread_cpu_ns() - cpu_ns) / 1e3 / count);
    bench_note(title, name, "p50 us", bench_percentile(times_us, (size_t)count, 0.5));
    bench_note(title, name, "p99 us", bench_percentile(times_us, (size_t)count, 0.99));
}

/* ---- telling ---- */

static inline void bench_print_text(const char *key, const char *text)
{
    printf(",\"%s\":\"", key);
    for (; *text; text++)
        printf(*text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    putchar('"');
}

static inline void bench_open_row(const char *kind)
{
    printf("{\"kind\":\"%s\"", kind);
    bench_print_text("subject", strncmp(program_invocation_short_name, "bench_", 6) == 0
                                    ? program_invocation_short_name + 6
                                    : program_invocation_short_name);
}

static inline void bench_close_row(void)
{
    printf("}\n");
    fflush(stdout);
}

static inline void bench_print_row(const struct bench_series *series)
{
    bench_open_row("row");
    bench_print_text("title", series->title);
    bench_print_text("case", series->name);
    bench_print_text("figure", series->figure);
    printf(",\"least\":%.9g,\"median\":%.9g,\"rounds\":%zu", series->least, series->median,
           series->count);
    bench_close_row();
}

static inline void bench_print_line(const struct bench_series *floor,
                                    const struct bench_series *series)
{
    printf("%-58s %11.*f %11.*f", series->name, series->least < 1000 ? 2 : 0, series->least,
           series->median < 1000 ? 2 : 0, series->median);
    if (floor->least > 0)
        printf(" %9.3f %9.3f", series->least / floor->least, series->median / floor->median);
    printf("\n");
}

static inline void bench_summarize(struct bench_series *series)
{
    double sorted[BENCH_ROUNDS_MOST];
    memcpy(sorted, series->rounds, sizeof sorted);
    series->median = bench_percentile(sorted, series->count, 0.5);
    series->least = sorted[0];
    series->is_told = true;
}

/* All cases of one figure of a group, as ratios to the first. */
static inline void bench_tell_figure(const struct bench_series *first)
{
    if (!bench_prints_rows)
        printf("%-58.58s %11s %11s %9s %9s\n", first->title, first->figure, "median", "x first",
               "median");
    for (size_t i = (size_t)(first - bench_series); i < bench_series_count; i++) {
        struct bench_series *series = &bench_series[i];
        if (strcmp(series->title, first->title) != 0 || strcmp(series->figure, first->figure) != 0)
            continue;
        bench_summarize(series);
        if (bench_prints_rows)
            bench_print_row(series);
        else
            bench_print_line(first, series);
    }
    if (!bench_prints_rows)
        printf("\n");
    fflush(stdout);
}

/* All that was noted under the title. */
static inline void bench_tell(const char *title)
{
    for (size_t i = 0; i < bench_series_count; i++)
        if (strcmp(bench_series[i].title, title) == 0 && !bench_series[i].is_told)
            bench_tell_figure(&bench_series[i]);
}

/* The case cannot be measured here, for a reason in words. */
static inline void bench_miss(const char *name, const char *reason)
{
    bench_require(bench_missing_count < BENCH_MISSING_MOST, "too much is missing");
    struct bench_missing *missing = &bench_missing[bench_missing_count++];
    bench_copy(missing->name, sizeof missing->name, name);
    bench_copy(missing->reason, sizeof missing->reason, reason);
    if (!bench_prints_rows) {
        printf("not measured here: %s: %s\n", name, reason);
        return;
    }
    bench_open_row("missing");
    bench_print_text("case", name);
    bench_print_text("reason", reason);
    bench_close_row();
}

static inline const char *bench_missing_reason(const char *name)
{
    for (size_t i = 0; name && i < bench_missing_count; i++)
        if (strcmp(bench_missing[i].name, name) == 0)
            return bench_missing[i].reason;
    return NULL;
}

/* ---- goals ---- */

/* What a goal came to. */
struct bench_result {
    double ours, floor, ratio; /* floor 0: the bound is absolute */
    bool is_measured, is_reached;
    const char *reason; /* why it is not measured; NULL: nobody knows */
};

/* Ours to the floor, within each round where both took part in all, and the median of these. */
static inline double bench_ratio(const struct bench_series *ours, const struct bench_series *floor)
{
    double ratios[BENCH_ROUNDS_MOST];
    if (ours->count != floor->count)
        return ours->median / floor->median;
    for (size_t i = 0; i < ours->count; i++)
        ratios[i] = ours->rounds[i] / floor->rounds[i];
    return bench_percentile(ratios, ours->count, 0.5);
}

static inline struct bench_result bench_judge(const struct bench_goal *goal)
{
    const struct bench_series *ours = bench_find(goal->title, goal->ours, goal->figure);
    const struct bench_series *floor =
        goal->against ? bench_find(goal->title, goal->against, goal->figure) : NULL;
    struct bench_result result = { .is_measured = ours && (floor || !goal->against) };
    if (!result.is_measured) {
        const char *reason = bench_missing_reason(goal->ours);
        result.reason = reason ? reason : bench_missing_reason(goal->against);
        return result;
    }
    double ratio = floor ? bench_ratio(ours, floor) : ours->least;
    result.ours = floor ? ours->median : ours->least;
    result.floor = floor ? floor->median : 0;
    result.ratio = goal->at_least > 0 ? 1 / ratio : ratio;
    result.is_reached =
        goal->at_least > 0 ? result.ratio >= goal->at_least : result.ratio <= goal->at_most;
    return result;
}

static inline void bench_print_goal_row(const struct bench_goal *goal,
                                        const struct bench_result *result)
{
    bench_open_row("goal");
    bench_print_text("work", goal->work);
    bench_print_text("figure", goal->figure);
    bench_print_text("case", goal->ours);
    if (goal->against)
        bench_print_text("against", goal->against);
    printf(",\"%s\":%.9g", goal->at_least > 0 ? "at_least" : "at_most",
           goal->at_least > 0 ? goal->at_least : goal->at_most);
    if (result->is_measured) {
        printf(",\"ours\":%.9g", result->ours);
        if (goal->against)
            printf(",\"floor\":%.9g,\"ratio\":%.9g", result->floor, result->ratio);
        printf(",\"is_reached\":%s", result->is_reached ? "true" : "false");
    } else {
        bench_print_text("reason", result->reason);
    }
    bench_close_row();
}

static inline void bench_print_goal_line(const struct bench_goal *goal,
                                         const struct bench_result *result)
{
    const char *sense = goal->at_least > 0 ? "at least" : "at most";
    double bound = goal->at_least > 0 ? goal->at_least : goal->at_most;
    if (!result->is_measured)
        printf("goal: %s: not measured here: %s\n", goal->work, result->reason);
    else if (goal->against)
        printf("goal: %s: %.3f, %s %g %s: %s\n", goal->work, result->ratio, sense, bound,
               goal->at_least > 0 ? "times quicker" : "times the floor",
               result->is_reached ? "reached" : "NOT reached");
    else
        printf("goal: %s: %g, %s %g %s: %s\n", goal->work, result->ours, sense, bound, goal->figure,
               result->is_reached ? "reached" : "NOT reached");
}

/* Tells which goals were reached.  The exit status of the program: 1 when one of them was not
 * measured and nothing was said to be missing. */
static inline int bench_end(const struct bench_goal *goals, size_t count)
{
    int status = 0;
    for (size_t i = 0; i < count; i++) {
        struct bench_result result = bench_judge(&goals[i]);
        if (!result.is_measured && !result.reason) {
            result.reason = "the bench did not measure it";
            status = 1;
        }
        if (bench_prints_rows)
            bench_print_goal_row(&goals[i], &result);
        else
            bench_print_goal_line(&goals[i], &result);
    }
    return status;
}

/* Reads the options that all benches have. */
static inline void bench_begin(int count, char **words)
{
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "--quick") == 0)
            bench_is_quick = true;
        else if (strcmp(words[i], "--rows") == 0)
            bench_prints_rows = true;
        else
            bench_fail("options are --quick and --rows");
    }
}

#endif
