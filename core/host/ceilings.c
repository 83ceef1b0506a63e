/* Which ceilings hold what an exchange takes? */
#include "host/ceilings.h"

#include "host/host.h"

/* All stages of an exchange's four ways, and the whole of each. */
enum {
    HISTOGRAMS = CMB_STAGE_COUNT + 1 + CMB_STREAM_STAGE_COUNT + 1 +
                 CMB_ORDER_SORTS * (CMB_ORDER_STAGE_COUNT + 1),
    WIRE_BYTES_MOST = CMB_REQUEST_BYTES_MOST + CMB_HTTP_HEADER_BYTES_MOST + CMB_HTTP_BODY_BYTES_MOST,
    /* joined, inflated and unpacked by the exchange's own codec */
    SOCKET_BYTES_MOST = 3 * CMB_FRAME_MESSAGE_BYTES_MOST + CMB_WEBSOCKET_QUEUE_BYTES_MOST,
};

bool cmb_ceiling_at(const struct cmb_settings_host *settings, size_t i, struct cmb_ceiling *ret)
{
    const struct cmb_ceiling rows[CMB_CEILINGS] = {
        { "tables of its plugin, compiled", "plugin", CMB_PLUGIN_BYTES_MOST },
        { "markets, and the next list while it is loaded", "exchange", 2 * CMB_MARKETS_BYTES_MOST },
        { "answers kept for who asks the same", "exchange", CMB_ANSWERS_BYTES_MOST },
        { "signed requests kept", "exchange", CMB_SIGNATURES_BYTES_MOST },
        { "how long stages take", "exchange", HISTOGRAMS * sizeof(struct cmb_histogram) },
        { "orders that are over", "exchange", cmb_orders_bytes_most() },
        { "connections for requests, all", "server",
          (uint64_t)settings->connections_per_host * WIRE_BYTES_MOST },
        { "a question and its answer", "question under way",
          CMB_CALL_BYTES_MOST + CMB_ANSWER_BODY_BYTES_MOST },
        { "messages of a stream", "stream's connection", SOCKET_BYTES_MOST },
        { "a book", "book", cmb_book_bytes_most() },
    };
    if (i < CMB_CEILINGS)
        *ret = rows[i];
    return i < CMB_CEILINGS;
}
