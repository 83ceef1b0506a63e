/* Which records does a frame hold? */
#include "stream/way.h"

#include "request/map.h"

static void start_call(struct cmb_stream *stream, const struct cmb_channel *channel)
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
        call->market = cmb_market_named(stream, channel->row->kinds,
                                        cmb_message_find(&stream->frame, channel->row->market));
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

static int decode_records(struct cmb_stream *stream, const struct cmb_channel *channel)
{
    struct cmb_call *call = stream->call;
    start_call(stream, channel);
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
    return channel->book ? cmb_decode_book(stream, channel) : decode_records(stream, channel);
}

/* ---- books ---- */

/* The frame's book, as soon as its symbol was read. */
static struct cmb_subscription *owner_so_far(struct cmb_mapper *mapper)
{
    struct cmb_stream *stream = mapper->user;
    const struct cmb_channel *channel = stream->book_channel;
    if (stream->call->market)
        return cmb_subscription_find_or_make(stream, channel, stream->call->market,
                                             (struct cmb_text){ 0 });
    for (uint32_t i = 0; i < mapper->fields->count; i++) {
        const struct cmb_leaf *leaf = &mapper->fields->leaves[i];
        if (leaf->kind != CMB_MEMBER_MARKET || mapper->found[i].kind != CMB_JSON_STRING)
            continue;
        const struct cambist_market *market =
            cmb_market_named(stream, channel->row->kinds,
                             cmb_leaf_text(stream->call, leaf, &mapper->found[i]));
        return market ? cmb_subscription_find_or_make(stream, channel, market,
                                                      (struct cmb_text){ 0 })
                      : NULL;
    }
    return NULL;
}

static bool has_symbol(const struct cmb_mapper *mapper)
{
    if (mapper->call->market)
        return true;
    for (uint32_t i = 0; i < mapper->fields->count; i++)
        if (mapper->fields->leaves[i].kind == CMB_MEMBER_MARKET &&
            mapper->found[i].kind != CMB_JSON_NONE)
            return true;
    return false;
}

static int side_of(const struct cmb_fields *fields, int leaf)
{
    uint32_t offset = fields->schema->members[fields->leaves[leaf].member].offset;
    return offset == offsetof(struct cambist_book_update, bids) ? CMB_BIDS : CMB_ASKS;
}

/* Levels go straight into int64 where the book is known; else they are kept for the row's end. */
static void read_levels(struct cmb_mapper *mapper, int leaf, struct cmb_json_reader *reader)
{
    struct cmb_stream *stream = mapper->user;
    int side = side_of(mapper->fields, leaf);
    struct cmb_json_value raw;
    if (!stream->book_owner && has_symbol(mapper))
        stream->book_owner = owner_so_far(mapper);
    if (stream->book_owner) {
        cmb_read_levels(stream, stream->book_channel, stream->book_owner->feed, side, reader);
    } else if (cmb_json_read_value(reader, &raw)) {
        stream->sides[side].raw = raw.raw;
    }
}

static int read_kept(struct cmb_stream *stream, int side)
{
    struct cmb_json_reader reader;
    if (!stream->sides[side].raw.at)
        return CAMBIST_OK;
    cmb_json_init(&reader, stream->sides[side].raw, 0);
    if (cmb_read_levels(stream, stream->book_channel, stream->book_owner->feed, side,
                        &reader))
        return CAMBIST_OK;
    return cmb_json_report(&reader, &stream->error);
}

/* A bit for each member of the record that the frame has told. */
static uint64_t told_members(const struct cmb_mapper *mapper)
{
    uint64_t told = 0;
    for (uint32_t i = 0; i < mapper->fields->count; i++)
        if (mapper->fields->leaves[i].member >= 0 && mapper->found[i].kind != CMB_JSON_NONE &&
            mapper->found[i].kind != CMB_JSON_NULL)
            told |= (uint64_t)1 << mapper->fields->leaves[i].member;
    return told;
}

/* The members of the record by their place in its list. */
enum update_member {
#define X(name, KIND, json, help) MEMBER_##name,
    CAMBIST_BOOK_UPDATE_FIELDS(X)
#undef X
};

static struct cmb_book_update update_of(const struct cmb_mapper *mapper,
                                        const struct cambist_book_update *record)
{
    uint64_t told = told_members(mapper);
#define HAS(name) ((told >> MEMBER_##name) & 1)
    return (struct cmb_book_update){
        .is_snapshot = record->whole == CAMBIST_FLAG_YES,
        .has_first = HAS(first_sequence),
        .has_sequence = HAS(sequence),
        .has_previous = HAS(previous_sequence),
        .has_checksum = HAS(checksum),
        .first = record->first_sequence,
        .sequence = record->sequence,
        .previous = record->previous_sequence,
        .checksum = (uint32_t)record->checksum,
        .timestamp_ns = record->timestamp,
    };
#undef HAS
}

static void start_row(struct cmb_stream *stream)
{
    stream->book_owner = NULL;
    for (int side = 0; side < CMB_SIDES; side++) {
        stream->sides[side].count = 0;
        stream->sides[side].raw = (struct cmb_text){ 0 };
    }
}

/* The owner is known by now: the record need not name it once more. */
static void forget_symbol(struct cmb_mapper *mapper)
{
    for (uint32_t i = 0; i < mapper->fields->count; i++)
        if (mapper->fields->leaves[i].kind == CMB_MEMBER_MARKET)
            mapper->found[i].kind = CMB_JSON_NONE;
}

static int take_row(struct cmb_mapper *mapper)
{
    struct cmb_stream *stream = mapper->user;
    struct cambist_book_update record = { 0 };
    bool is_passed_over = false;
    if (!stream->book_owner)
        stream->book_owner = owner_so_far(mapper);
    struct cmb_subscription *owner = stream->book_owner;
    forget_symbol(mapper);
    int status = cmb_fill_record(mapper->call, mapper->fields, mapper->found, &record,
                                 &is_passed_over);
    for (int side = 0; owner && !is_passed_over && side < CMB_SIDES && status == CAMBIST_OK; side++)
        status = read_kept(stream, side);
    if (status == CAMBIST_OK && owner && !is_passed_over) {
        struct cmb_book_update update = update_of(mapper, &record);
        cmb_book_take(owner, &update);
    }
    start_row(stream);
    return status;
}

int cmb_decode_book(struct cmb_stream *stream, const struct cmb_channel *channel)
{
    struct cmb_mapper mapper = { .on_row = take_row, .read_levels = read_levels, .user = stream };
    if (channel->row->decode)
        return decode_records(stream, channel);
    start_call(stream, channel);
    stream->book_channel = channel;
    start_row(stream);
    return cmb_map_with(stream->call, &mapper);
}
