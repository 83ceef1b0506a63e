/* What does a recording tell, frame by frame? */
#include "stream/way.h"

void cmb_stream_observe(struct cmb_stream *stream, cmb_event_fn *on_event, void *user)
{
    stream->observer = on_event;
    stream->observer_user = user;
}

int cmb_stream_feed(struct cmb_stream *stream, struct cmb_text frame, int64_t received_ns,
                    struct cambist_error *error)
{
    int status = cmb_message_take(stream, NULL, frame, received_ns);
    if (error)
        *error = stream->error;
    return status;
}

/* ---- snapshots ---- */

static bool names_market(const struct cmb_parameter *parameter)
{
    for (uint32_t i = 0; i < parameter->value.count; i++)
        if (parameter->value.steps[i].name == CMB_NAME_MARKET)
            return true;
    return false;
}

/* The market that the parameter which names one says in the URL's query. */
static const struct cambist_market *market_in(struct cmb_stream *stream, struct cmb_text url,
                                              const struct cmb_endpoint *endpoint)
{
    struct cmb_text head, left = cmb_text_cut(url, '?', &head);
    while (left.at) {
        struct cmb_text pair, name;
        left = cmb_text_cut(left, '&', &pair);
        struct cmb_text value = cmb_text_cut(pair, '=', &name);
        for (uint32_t i = 0; value.length && i < endpoint->own_count; i++)
            if (cmb_text_is(endpoint->parameters[i].name, name) &&
                names_market(&endpoint->parameters[i]))
                return cmb_market_named(stream, endpoint->row->kinds, value);
    }
    return NULL;
}

/* Every book of that market that begins with an asked-for snapshot. */
static int give_to_books(struct cmb_stream *stream, const struct cambist_market *market,
                         const struct cambist_order_book *snapshot, int64_t received_ns)
{
    const struct cmb_plugin *plugin = stream->desk->exchange->plugin;
    int status = CAMBIST_NOT_SUPPORTED;
    for (uint32_t i = 0; i < plugin->channel_count; i++) {
        const struct cmb_channel *channel = &plugin->channels[i];
        if (!channel->book || !channel->book->snapshot_limit ||
            (channel->row->kinds && market->kind && !(channel->row->kinds & market->kind)))
            continue;
        struct cmb_subscription *subscription =
            cmb_subscription_find_or_make(stream, channel, market, (struct cmb_text){ 0 });
        if (subscription)
            status = cmb_book_take_snapshot(subscription, snapshot, received_ns, &stream->error);
    }
    return status;
}

int cmb_stream_feed_snapshot(struct cmb_stream *stream, struct cmb_text url, struct cmb_text body,
                             int64_t received_ns, struct cambist_error *error)
{
    struct cmb_call *call = stream->call;
    cmb_fail_reset(&stream->error);
    cmb_call_start(call, stream->desk->exchange, CAMBIST_OPERATION_fetch_order_book,
                   &stream->error);
    cmb_pick_by_url(call, CMB_TEXT("GET"), url);
    int status = call->endpoint ? cmb_judge(call, 200, body) : CAMBIST_NOT_SUPPORTED;
    const struct cambist_market *market =
        status == CAMBIST_OK ? market_in(stream, url, call->endpoint) : NULL;
    call->answer_body = body;
    if (status == CAMBIST_OK)
        status = market ? cmb_map_answer(call) : CAMBIST_NOT_SUPPORTED;
    if (status == CAMBIST_OK && call->row_count)
        status = give_to_books(stream, market,
                               (const struct cambist_order_book *)(const void *)call->rows,
                               received_ns);
    if (error)
        *error = stream->error;
    return status;
}
