/* What is there to report, and how is it written for a reader? */
#include "metrics/counters.h"

#include <inttypes.h>
#include <stdio.h>

void cmb_metrics_add_table(struct cmb_metrics *metrics, struct cmb_counter_table *table)
{
    struct cmb_counter_table **link = &metrics->tables;
    while (*link)
        link = &(*link)->next;
    table->next = NULL;
    *link = table;
}

void cmb_metrics_add_histogram(struct cmb_metrics *metrics, struct cmb_histogram_row *row)
{
    struct cmb_histogram_row **link = &metrics->histograms;
    while (*link)
        link = &(*link)->next;
    row->next = NULL;
    *link = row;
}

void cmb_metrics_switch(struct cmb_metrics *metrics, bool is_on)
{
    for (struct cmb_counter_table *table = metrics->tables; table; table = table->next)
        atomic_store(&table->is_on, is_on);
    for (struct cmb_histogram_row *row = metrics->histograms; row; row = row->next)
        atomic_store(&row->histogram->is_on, is_on);
}

static void write_head(struct cmb_buffer *buffer, const char *name, const char *help,
                       const char *type)
{
    cmb_buffer_addf(buffer, "# HELP cambist_%s %s\n# TYPE cambist_%s %s\n", name, help, name, type);
}

static void write_table(const struct cmb_counter_table *table, struct cmb_buffer *buffer)
{
    for (size_t i = 0; i < table->count; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s_%s_total", table->name, table->counters[i].name);
        write_head(buffer, name, table->counters[i].help, "counter");
        cmb_buffer_addf(buffer, "cambist_%s %" PRIu64 "\n", name, cmb_counter_get(table, i));
    }
}

/* Nanoseconds as seconds, exactly: no double, no locale. */
static void write_seconds(struct cmb_buffer *buffer, uint64_t ns)
{
    cmb_buffer_addf(buffer, "%" PRIu64 ".%09" PRIu64 "\n", ns / 1000000000, ns % 1000000000);
}

static void write_histogram(const struct cmb_histogram_row *row, struct cmb_buffer *buffer)
{
    struct cmb_histogram_summary summary = cmb_histogram_summarize(row->histogram);
    const struct {
        const char *quantile;
        int64_t ns;
    } parts[] = { { "0.5", summary.p50_ns },
                  { "0.9", summary.p90_ns },
                  { "0.99", summary.p99_ns },
                  { "0.999", summary.p999_ns },
                  { "1", summary.max_ns } };
    char name[128];
    snprintf(name, sizeof name, "%s_seconds", row->name);
    write_head(buffer, name, row->help, "summary");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        cmb_buffer_addf(buffer, "cambist_%s{quantile=\"%s\"} ", name, parts[i].quantile);
        write_seconds(buffer, (uint64_t)parts[i].ns);
    }
    cmb_buffer_addf(buffer, "cambist_%s_sum ", name);
    write_seconds(buffer, summary.sum_ns);
    cmb_buffer_addf(buffer, "cambist_%s_count %" PRIu64 "\n", name, summary.count);
}

void cmb_metrics_write(const struct cmb_metrics *metrics, struct cmb_buffer *buffer)
{
    for (const struct cmb_counter_table *table = metrics->tables; table; table = table->next)
        write_table(table, buffer);
    for (const struct cmb_histogram_row *row = metrics->histograms; row; row = row->next)
        write_histogram(row, buffer);
}
