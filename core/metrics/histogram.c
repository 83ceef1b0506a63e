/* How long do things take, without keeping each of them? */
#include "metrics/histogram.h"

enum { PARTS = 1 << CMB_HISTOGRAM_PART_BITS };

#define VALUE_MOST (((int64_t)1 << CMB_HISTOGRAM_VALUE_BITS) - 1)

/* The first PARTS values have a bucket each; above, each power of two has PARTS. */
static size_t bucket_of(int64_t value)
{
    if (value < PARTS)
        return (size_t)value;
    int shift = 63 - CMB_HISTOGRAM_PART_BITS - __builtin_clzll((uint64_t)value);
    return (size_t)shift * PARTS + (size_t)(value >> shift);
}

/* The largest value that falls into the bucket. */
static int64_t upper_edge(size_t bucket)
{
    if (bucket < 2 * PARTS)
        return (int64_t)bucket;
    size_t shift = bucket / PARTS - 1;
    return ((int64_t)(bucket % PARTS + PARTS + 1) << shift) - 1;
}

void cmb_histogram_init(struct cmb_histogram *histogram, bool is_on)
{
    cmb_histogram_reset(histogram);
    atomic_store(&histogram->is_on, is_on);
}

void cmb_histogram_reset(struct cmb_histogram *histogram)
{
    atomic_store(&histogram->sum_ns, 0);
    atomic_store(&histogram->min_ns, INT64_MAX);
    atomic_store(&histogram->max_ns, 0);
    for (size_t i = 0; i < CMB_HISTOGRAM_BUCKETS; i++)
        atomic_store_explicit(&histogram->buckets[i], 0, memory_order_relaxed);
}

/* One thread writes: nothing is lost between the load and the store. */
static void add(_Atomic uint64_t *count, uint64_t by)
{
    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + by,
                          memory_order_relaxed);
}

static void lower_to(_Atomic int64_t *least, int64_t value)
{
    if (value < atomic_load_explicit(least, memory_order_relaxed))
        atomic_store_explicit(least, value, memory_order_relaxed);
}

static void raise_to(_Atomic int64_t *most, int64_t value)
{
    if (value > atomic_load_explicit(most, memory_order_relaxed))
        atomic_store_explicit(most, value, memory_order_relaxed);
}

void cmb_histogram_add(struct cmb_histogram *histogram, int64_t duration_ns)
{
    int64_t value = duration_ns < 0 ? 0 : duration_ns > VALUE_MOST ? VALUE_MOST : duration_ns;
    add(&histogram->buckets[bucket_of(value)], 1);
    add(&histogram->sum_ns, (uint64_t)value);
    lower_to(&histogram->min_ns, value);
    raise_to(&histogram->max_ns, value);
}

static uint64_t count_of(const struct cmb_histogram *histogram, size_t bucket)
{
    return atomic_load_explicit(&histogram->buckets[bucket], memory_order_relaxed);
}

static uint64_t count_all(const struct cmb_histogram *histogram)
{
    uint64_t count = 0;
    for (size_t i = 0; i < CMB_HISTOGRAM_BUCKETS; i++)
        count += count_of(histogram, i);
    return count;
}

int64_t cmb_histogram_percentile_ns(const struct cmb_histogram *histogram, unsigned permille)
{
    uint64_t count = count_all(histogram), seen = 0;
    int64_t max_ns = atomic_load(&histogram->max_ns);
    if (count == 0)
        return 0;
    /* The place of the value in the order of all, from 1, rounded up. */
    uint64_t place = (uint64_t)(((unsigned __int128)count * permille + 999) / 1000);
    place = place ? place : 1;
    for (size_t i = 0; i < CMB_HISTOGRAM_BUCKETS; i++) {
        seen += count_of(histogram, i);
        if (seen >= place)
            return upper_edge(i) < max_ns ? upper_edge(i) : max_ns;
    }
    return max_ns;
}

struct cmb_histogram_summary cmb_histogram_summarize(const struct cmb_histogram *histogram)
{
    struct cmb_histogram_summary summary = {
        .count = count_all(histogram),
        .sum_ns = atomic_load(&histogram->sum_ns),
        .max_ns = atomic_load(&histogram->max_ns),
        .p50_ns = cmb_histogram_percentile_ns(histogram, 500),
        .p90_ns = cmb_histogram_percentile_ns(histogram, 900),
        .p99_ns = cmb_histogram_percentile_ns(histogram, 990),
        .p999_ns = cmb_histogram_percentile_ns(histogram, 999),
    };
    if (summary.count)
        summary.min_ns = atomic_load(&histogram->min_ns);
    return summary;
}

void cmb_histogram_merge(struct cmb_histogram *histogram, const struct cmb_histogram *other)
{
    for (size_t i = 0; i < CMB_HISTOGRAM_BUCKETS; i++)
        add(&histogram->buckets[i], count_of(other, i));
    add(&histogram->sum_ns, atomic_load(&other->sum_ns));
    lower_to(&histogram->min_ns, atomic_load(&other->min_ns));
    raise_to(&histogram->max_ns, atomic_load(&other->max_ns));
}
