/* Which records does a frame hold? */
#include "stream/way.h"

#include "request/map.h"

void cmb_decode_start(struct cmb_stream *stream, const struct cmb_channel *channel,
                      struct cmb_text name)
{
    struct cmb_call *call = stream->call;
    cmb_call_start(call, stream->desk->exchange, channel->topic, &stream->error);
    call->endpoint = &channel->endpoint;
    call->kind = channel->row->kinds & (0 - channel->row->kinds);
    call->answer_body = stream->frame.text;
    const struct cmb_subscription *numbered = cmb_subscription_numbered(stream);
    if (numbered)
        call->market = numbered->market;
    else if (channel->row->market)
        call->market = cmb_market_named(stream, channel->row->kinds, name);
    if (call->market)
        call->kind = (uint32_t)call->market->kind;
}

/* ---- whose it is ---- */

struct cmb_subscription *cmb_subscription_numbered(const struct cmb_stream *stream)
{
    struct cmb_seat *seat;
    if (!stream->frame_line || !stream->has_handle)
        return NULL;
    TAILQ_FOREACH(seat, &stream->frame_line->seats, link)
        if (seat->has_handle && seat->handle == stream->handle)
            return seat->subscription;
    return NULL;
}

static struct cmb_text text_member(const struct cmb_record_schema *schema, const void *record,
                                   const char *name)
{
    const char *text = NULL;
    int member = cmb_record_schema_find(schema, cmb_text_of(name));
    if (member >= 0)
        memcpy(&text, (const char *)record + schema->members[member].offset, sizeof text);
    return cmb_text_of(text);
}

/* Of a stream that is fed, what the tables know is there: the recording says what was watched. */
struct cmb_subscription *cmb_subscription_find_or_make(struct cmb_stream *stream,
                                                       const struct cmb_channel *channel,
                                                       const struct cambist_market *market,
                                                       struct cmb_text timeframe)
{
    struct cmb_subscription *subscription =
        cmb_subscription_find(stream, channel, market, timeframe);
    if (!subscription && stream->observer)
        subscription = cmb_subscription_new(stream, channel, market, timeframe);
    return subscription;
}

/* The market of a name out of a frame.  What a fed stream does not know it takes as it is. */
const struct cambist_market *cmb_market_named(struct cmb_stream *stream, uint32_t kinds,
                                              struct cmb_text name)
{
    struct cmb_exchange *exchange = stream->desk->exchange;
    const struct cambist_market *market =
        cmb_markets_find_id(exchange->markets, name, kinds);
    if (market || !stream->observer || !name.length)
        return market;
    const char *id = cmb_arena_copy(&stream->call->arena, name);
    struct cambist_market unknown = { .id = id, .symbol = id,
                                      .kind = kinds & (0 - kinds) };
    if (!exchange->markets)
        exchange->markets = cmb_markets_new();
    if (!id || !exchange->markets || cmb_markets_add(exchange->markets, &unknown) != CAMBIST_OK)
        return NULL;
    return cmb_markets_find_id(exchange->markets, name, 0);
}

static struct cmb_subscription *owner_of(struct cmb_stream *stream,
                                         const struct cmb_channel *channel, const void *record)
{
    const struct cmb_record_schema *schema = channel->endpoint.fields.schema;
    struct cmb_subscription *numbered = cmb_subscription_numbered(stream);
    if (numbered)
        return numbered;
    if (!channel->has_market)
        return cmb_subscription_find_or_make(stream, channel, NULL, (struct cmb_text){ 0 });
    const struct cambist_market *market = stream->call->market;
    if (!market)
        market = cmb_market_named(stream, channel->row->kinds,
                                  text_member(schema, record, "symbol"));
    return market ? cmb_subscription_find_or_make(stream, channel, market,
                                                  text_member(schema, record, "timeframe"))
                  : NULL;
}

/* ---- records ---- */

/* Of events that are orders and trades in one, those are no trades that tell no price. */
static bool is_told(const struct cmb_channel *channel, const void *record)
{
    if (channel->endpoint.fields.schema != cmb_record_schema_of(CAMBIST_RECORD_TRADE))
        return true;
    const struct cambist_trade *trade = record;
    return trade->price.is_set && trade->amount.is_set;
}

/* What the frame says of its market, where the channel's row tells where it stands. */
static struct cmb_text name_in(const struct cmb_stream *stream, const struct cmb_channel *channel,
                               const struct cmb_json_value *found)
{
    return found ? found[channel->endpoint.fields.count].raw
                 : cmb_message_find(&stream->frame, channel->row->market);
}

int cmb_decode_records(struct cmb_stream *stream, const struct cmb_channel *channel,
                       struct cmb_json_value *found)
{
    struct cmb_call *call = stream->call;
    cmb_decode_start(stream, channel, name_in(stream, channel, found));
    call->found = found;
    call->lesson = stream->lesson ? &stream->lesson->read : NULL;
    int status = cmb_map(call);
    for (uint32_t i = 0; i < call->row_count && status == CAMBIST_OK; i++) {
        const char *record = call->rows + (size_t)i * call->schema->size;
        struct cmb_subscription *owner =
            is_told(channel, record) ? owner_of(stream, channel, record) : NULL;
        if (owner && owner->feed)
            status = cmb_book_take_record(owner, (const void *)record, &stream->error);
        else if (owner && cmb_line_counts(owner, stream->frame_line, /* is_ahead= */ false))
            cmb_deliver_record(owner, record);
    }
    return status;
}

int cmb_decode(struct cmb_stream *stream, const struct cmb_channel *channel)
{
    cmb_frame_stencils_start_lesson(stream, channel);
    return channel->book && !channel->row->decode
               ? cmb_decode_book(stream, channel)
               : cmb_decode_records(stream, channel, /* found= */ NULL);
}
