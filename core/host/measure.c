/* How long do the stages of each exchange take, for programs and for those who watch them? */
#include "host/host.h"

enum { TEXT_BYTES_MOST = 16 << 20 };

/* The ways of an exchange, in the order in which they are told; NULL behind the last. */
static const struct cmb_way_times *way_at(const struct cambist_exchange *exchange, size_t i)
{
    switch (i) {
    case 0: return &exchange->desk->times;
    case 1: return cmb_stream_times(exchange->stream);
    case 2: return cmb_orders_times(exchange->orders, CMB_ORDER_PLACES);
    case 3: return cmb_orders_times(exchange->orders, CMB_ORDER_CANCELS);
    default: return NULL;
    }
}

int cambist_exchange_stage(const struct cambist_exchange *exchange, size_t i,
                           struct cambist_stage *ret)
{
    const struct cmb_way_times *times;
    size_t way = 0;
    for (; (times = way_at(exchange, way)) && i > times->way->count; way++)
        i -= times->way->count + 1;
    if (!times)
        return 0;
    const struct cmb_stage_row *row = cmb_way_row(times->way, i);
    struct cmb_histogram_summary summary = cmb_histogram_summarize(&times->histograms[i]);
    uint64_t asked = atomic_load_explicit(&times->asked[i], memory_order_relaxed);
    *ret = (struct cambist_stage){ .way = times->way->name,
                                   .stage = row->name,
                                   .help = row->help,
                                   .count = summary.count,
                                   .sum_ns = (int64_t)summary.sum_ns,
                                   .min_ns = summary.min_ns,
                                   .max_ns = summary.max_ns,
                                   .p50_ns = summary.p50_ns,
                                   .p90_ns = summary.p90_ns,
                                   .p99_ns = summary.p99_ns,
                                   .p999_ns = summary.p999_ns,
                                   .allocations = asked };
    return 1;
}

size_t cambist_metrics_text(const struct cambist *host, char *to, size_t size)
{
    const struct cmb_way_times *times;
    struct cmb_buffer text;
    cmb_buffer_init(&text, TEXT_BYTES_MOST);
    cmb_way_times_write_head(&text);
    for (size_t i = 0; i < host->exchange_count; i++)
        for (size_t way = 0; (times = way_at(&host->exchanges[i], way)); way++)
            cmb_way_times_write(times, host->exchanges[i].settings->name, &text);
    size_t length = text.length;
    size_t copied = size == 0 ? 0 : length < size ? length : size - 1;
    if (copied)
        memcpy(to, text.at, copied);
    if (size)
        to[copied] = 0;
    cmb_buffer_clear(&text);
    return length;
}
