/* metrics/counters.h - named numbers that count what happened.
 *
 * A table is an array that its owner declares with names; it is entered into a registry once and
 * counted in by its place, so that counting is one branch and one addition.
 *
 *     enum { SENT, FAILED };
 *     static struct cmb_counter counters[] = {
 *         [SENT] = { "requests_sent", "requests written to the wire" }, ...
 *     };
 */
#ifndef CMB_METRICS_COUNTERS_H
#define CMB_METRICS_COUNTERS_H

#include <stdatomic.h>

#include "base/text.h"
#include "metrics/histogram.h"

struct cmb_counter {
    const char *name, *help;
    _Atomic uint64_t value;
};

struct cmb_counter_table {
    const char *name; /* stands before each counter's name: "request" */
    struct cmb_counter *counters;
    size_t count;
    _Atomic bool is_on;
    struct cmb_counter_table *next; /* the registry's */
};

struct cmb_histogram_row {
    const char *name, *help;
    struct cmb_histogram *histogram;
    struct cmb_histogram_row *next; /* the registry's */
};

/* What there is to report.  Zeroed is empty.  Entering is for one thread at the start. */
struct cmb_metrics {
    struct cmb_counter_table *tables;
    struct cmb_histogram_row *histograms;
};

void cmb_metrics_add_table(struct cmb_metrics *metrics, struct cmb_counter_table *table);
void cmb_metrics_add_histogram(struct cmb_metrics *metrics, struct cmb_histogram_row *row);
/* Switches everything that was entered. [any thread] */
void cmb_metrics_switch(struct cmb_metrics *metrics, bool is_on);

/* Adds to the counter at `place`. [any thread] */
static inline void cmb_counter_add(struct cmb_counter_table *table, size_t place, uint64_t by)
{
    if (atomic_load_explicit(&table->is_on, memory_order_relaxed))
        atomic_fetch_add_explicit(&table->counters[place].value, by, memory_order_relaxed);
}

static inline uint64_t cmb_counter_get(const struct cmb_counter_table *table, size_t place)
{
    return atomic_load_explicit(&table->counters[place].value, memory_order_relaxed);
}

/* Appends everything in the text form that Prometheus reads, names begin with "cambist_";
 * histograms as summaries in seconds. [any thread] */
void cmb_metrics_write(const struct cmb_metrics *metrics, struct cmb_buffer *buffer);

#endif
