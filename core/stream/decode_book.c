/* What does a frame say about a book, and which book is it? */
#include "stream/way.h"

#include "request/map.h"

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

/* ---- lessons ---- */

static void note_levels(struct cmb_frame_lesson *lesson, int side, struct cmb_json_reader *reader)
{
    lesson->read.is_unfit |= lesson->read.levels[side] != NULL;
    if (cmb_json_peek(reader) == CMB_JSON_ARRAY)
        lesson->read.levels[side] = reader->at;
}

static void end_lesson(struct cmb_frame_lesson *lesson, uint64_t told,
                       const struct cambist_book_update *record)
{
    lesson->has_changed_book = true;
    lesson->told = told;
    lesson->record = *record;
}

/* ---- rows ---- */

/* Levels go straight into int64 where the book is known; else they are kept for the row's end. */
static void read_levels(struct cmb_mapper *mapper, int leaf, struct cmb_json_reader *reader)
{
    struct cmb_stream *stream = mapper->user;
    int side = side_of(mapper->fields, leaf);
    struct cmb_json_value raw;
    if (!stream->book_owner && has_symbol(mapper))
        stream->book_owner = owner_so_far(mapper);
    if (stream->lesson)
        note_levels(stream->lesson, side, reader);
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

static struct cmb_book_update update_of(uint64_t told, const struct cambist_book_update *record)
{
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

void cmb_decode_start_book(struct cmb_stream *stream)
{
    stream->book_owner = NULL;
    for (int side = 0; side < CMB_SIDES; side++) {
        stream->sides[side].count = 0;
        stream->sides[side].raw = (struct cmb_text){ 0 };
    }
}

void cmb_decode_end_book(struct cmb_subscription *owner, uint64_t told,
                         const struct cambist_book_update *record)
{
    struct cmb_book_update update = update_of(told, record);
    cmb_book_take(owner, &update);
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
        uint64_t told = told_members(mapper);
        if (stream->lesson)
            end_lesson(stream->lesson, told, &record);
        cmb_decode_end_book(owner, told, &record);
    }
    cmb_decode_start_book(stream);
    return status;
}

int cmb_decode_book(struct cmb_stream *stream, const struct cmb_channel *channel)
{
    struct cmb_mapper mapper = { .on_row = take_row, .read_levels = read_levels, .user = stream };
    cmb_decode_start(stream, channel,
                     cmb_message_find(&stream->frame, channel->row->market));
    if (stream->lesson)
        mapper.lesson = &stream->lesson->read;
    stream->book_channel = channel;
    cmb_decode_start_book(stream);
    return cmb_map_with(stream->call, &mapper);
}
