/* metrics/histogram.h - how long do things take, without keeping each of them?
 *
 * Each power of two is cut into 32 equal parts, so that a value is known to 3 %, from 0 to 73
 * minutes in ns; what is longer counts as that.  One thread records, any thread reads meanwhile:
 * recording is a few plain loads and stores, no lock, no memory.  Threads that all record have a
 * histogram each, merged for the reader.  Switched off it is one branch.
 *
 * A histogram takes 9.5 KiB, whatever is counted in it.
 */
#ifndef CMB_METRICS_HISTOGRAM_H
#define CMB_METRICS_HISTOGRAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CMB_HISTOGRAM_PART_BITS  5
#define CMB_HISTOGRAM_VALUE_BITS 42
#define CMB_HISTOGRAM_BUCKETS                                                                      \
    ((CMB_HISTOGRAM_VALUE_BITS - CMB_HISTOGRAM_PART_BITS + 1) << CMB_HISTOGRAM_PART_BITS)

struct cmb_histogram {
    _Atomic bool is_on;
    _Atomic uint64_t sum_ns;
    _Atomic int64_t min_ns, max_ns;
    _Atomic uint64_t buckets[CMB_HISTOGRAM_BUCKETS];
};

/* A consistent enough view: counts that were added while it was taken may be missing. */
struct cmb_histogram_summary {
    uint64_t count, sum_ns;
    int64_t min_ns, max_ns; /* 0 where nothing was recorded */
    int64_t p50_ns, p90_ns, p99_ns, p999_ns;
};

void cmb_histogram_init(struct cmb_histogram *histogram, bool is_on);
/* Not while others record. */
void cmb_histogram_reset(struct cmb_histogram *histogram);

/* For cmb_histogram_record, which asks the switch first. */
void cmb_histogram_add(struct cmb_histogram *histogram, int64_t duration_ns);

/* Counts one duration; a negative one counts as 0. [one thread] */
static inline void cmb_histogram_record(struct cmb_histogram *histogram, int64_t duration_ns)
{
    if (atomic_load_explicit(&histogram->is_on, memory_order_relaxed))
        cmb_histogram_add(histogram, duration_ns);
}

/* The value that `permille` of a thousand stay at or below: the upper edge of its part, never
 * above the longest.  0 where nothing was recorded. */
int64_t cmb_histogram_percentile_ns(const struct cmb_histogram *histogram, unsigned permille);
struct cmb_histogram_summary cmb_histogram_summarize(const struct cmb_histogram *histogram);
/* Adds what `other` counted; nobody records into `histogram` meanwhile. */
void cmb_histogram_merge(struct cmb_histogram *histogram, const struct cmb_histogram *other);

#endif
