/* Which stages has something been in, and how is that told? */
#include "metrics/stages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void cmb_way_times_init(struct cmb_way_times *times, const struct cmb_way *way,
                        struct cmb_histogram *histograms, bool is_on)
{
    memset(times, 0, sizeof *times);
    times->way = way;
    times->histograms = histograms;
    times->is_on = is_on;
    for (uint32_t i = 0; i <= way->count; i++)
        cmb_histogram_init(&histograms[i], is_on);
}

/* One thread writes. */
static void add_asked(struct cmb_way_times *times, uint32_t place, uint64_t asked)
{
    if (asked && times->is_on)
        atomic_store_explicit(&times->asked[place],
                              atomic_load_explicit(&times->asked[place], memory_order_relaxed) +
                                  asked,
                              memory_order_relaxed);
}

void cmb_way_times_record(struct cmb_way_times *times, const struct cmb_lap *lap)
{
    for (uint32_t i = 0; i < times->way->count; i++)
        if (lap->stage_ns[i])
            cmb_histogram_record(&times->histograms[i], lap->stage_ns[i]);
    cmb_way_times_record_whole(times, lap->entered_ns - lap->begun_ns);
    cmb_way_times_record_asked(times, lap);
}

void cmb_way_times_record_asked(struct cmb_way_times *times, const struct cmb_lap *lap)
{
    uint64_t asked = 0;
    for (uint32_t i = 0; i < times->way->count; i++) {
        add_asked(times, i, lap->stage_asked[i]);
        asked += lap->stage_asked[i];
    }
    add_asked(times, times->way->count, asked);
}

void cmb_way_times_record_whole(struct cmb_way_times *times, int64_t whole_ns)
{
    cmb_histogram_record(&times->histograms[times->way->count], whole_ns);
}

void cmb_way_times_add_asked(struct cmb_way_times *times, uint64_t asked)
{
    add_asked(times, times->way->count, asked);
}

const struct cmb_stage_row *cmb_way_row(const struct cmb_way *way, size_t i)
{
    static const struct cmb_stage_row whole = { "whole", "from the first stage to the last" };
    return i < way->count ? &way->stages[i] : i == way->count ? &whole : NULL;
}

/* ---- for Prometheus ---- */

void cmb_way_times_write_head(struct cmb_buffer *buffer)
{
    cmb_buffer_addf(buffer, "# HELP cambist_stage_seconds how long each stage of a way took\n"
                            "# TYPE cambist_stage_seconds summary\n");
}

static void write_line(struct cmb_buffer *buffer, const char *labels, const char *suffix,
                       const char *quantile, int64_t ns)
{
    cmb_buffer_addf(buffer, "cambist_stage_seconds%s{%s%s%s%s} %" PRId64 ".%09" PRId64 "\n", suffix,
                    labels, *quantile ? ",quantile=\"" : "", quantile, *quantile ? "\"" : "",
                    ns / 1000000000, ns % 1000000000);
}

static void write_stage(struct cmb_buffer *buffer, const char *labels,
                        const struct cmb_histogram_summary *summary)
{
    write_line(buffer, labels, "", "0.5", summary->p50_ns);
    write_line(buffer, labels, "", "0.9", summary->p90_ns);
    write_line(buffer, labels, "", "0.99", summary->p99_ns);
    write_line(buffer, labels, "", "0.999", summary->p999_ns);
    write_line(buffer, labels, "", "1", summary->max_ns);
    write_line(buffer, labels, "_sum", "", (int64_t)summary->sum_ns);
    cmb_buffer_addf(buffer, "cambist_stage_seconds_count{%s} %" PRIu64 "\n", labels, summary->count);
}

void cmb_way_times_write(const struct cmb_way_times *times, const char *exchange,
                         struct cmb_buffer *buffer)
{
    for (uint32_t i = 0; i <= times->way->count; i++) {
        char labels[128]; /* names of exchanges have 40 characters at most */
        struct cmb_histogram_summary summary = cmb_histogram_summarize(&times->histograms[i]);
        snprintf(labels, sizeof labels, "exchange=\"%s\",way=\"%s\",stage=\"%s\"", exchange,
                 times->way->name, cmb_way_row(times->way, i)->name);
        write_stage(buffer, labels, &summary);
    }
}
