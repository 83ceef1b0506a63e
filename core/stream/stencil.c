/* Does this frame look like an earlier one, so that nothing but its values need be read?
 *
 * The frames of a channel are mostly of one form.  When one was read in the normal way, a stencil is
 * cut out of it (request/stencil.h); what told its channel stays as it stands, too.  Of a book's frame
 * words stay as well, holes are its numbers, the market's name, and the levels, which go straight into
 * the book's update.  Whatever does not fit is read in the normal way, and tells there what is wrong
 * with it. */
#include "stream/way.h"

#include <stdlib.h>

#include "base/memory.h"
#include "request/map.h"

enum { STENCILS = 12, NAME_BYTES_MOST = 32 };

/* What a hole's value is for. */
enum use_kind { IGNORED = 0, NAMES_MARKET, IS_LEVELS, IS_INTEGER, IS_TIME, STAYS /* is no hole */ };
struct use {
    enum use_kind kind;
    int side;                    /* of levels */
    const struct cmb_leaf *leaf; /* of numbers and times ... */
    uint32_t offset;             /* ... and where they stand in the record */
    int scale;                   /* of what counts 10^-scale; -1: no such number */
    bool has_rivals;             /* where it is 0, another value may stand there instead */
    bool is_wanted;              /* it says something, and so must be there */
};

struct stencil {
    struct cmb_stencil by; /* of a book's frame without bonds */
    const struct cmb_channel *channel; /* NULL: it is none */
    const struct cmb_dialect *dialect; /* NULL: of frames that are fed */
    /* Of a book: */
    struct use uses[CMB_STENCIL_HOLES];
    struct cambist_book_update record; /* what is no hole; holes are written anew each time */
    uint64_t told;                     /* a bit for each member that is given */
    struct cmb_subscription *owner;    /* of the last frame that fitted, NULL: unknown ... */
    char name[NAME_BYTES_MOST];        /* ... and its market's name */
    size_t name_length;
};

struct cmb_frame_stencils {
    struct stencil all[STENCILS];
    uint32_t last;   /* that fitted */
    uint32_t next;   /* to be cut anew */
    uint32_t misses; /* frames that fitted none */
    struct cmb_frame_lesson lesson;
    struct cmb_json_value found[CMB_LESSON_LEAVES + 1]; /* in the present frame */
};

struct cmb_frame_stencils *cmb_frame_stencils_new(void)
{
    return cmb_calloc(1, sizeof(struct cmb_frame_stencils));
}

void cmb_frame_stencils_free(struct cmb_frame_stencils *stencils)
{
    free(stencils);
}

void cmb_frame_stencils_forget(struct cmb_frame_stencils *stencils,
                               const struct cmb_subscription *owner)
{
    for (uint32_t i = 0; stencils && i < STENCILS; i++)
        if (stencils->all[i].owner == owner)
            stencils->all[i].owner = NULL;
}

/* ---- reading by a stencil ---- */

static bool find_owner(const struct cmb_stream *stream, struct stencil *stencil,
                       struct cmb_text name)
{
    if (stencil->owner &&
        cmb_text_is(name, (struct cmb_text){ stencil->name, stencil->name_length }))
        return true;
    const struct cambist_market *market =
        cmb_markets_find_id(stream->desk->exchange->markets, name, stencil->channel->row->kinds);
    stencil->owner = market && name.length <= NAME_BYTES_MOST
                         ? cmb_subscription_find(stream, stencil->channel, market,
                                                 (struct cmb_text){ 0 })
                         : NULL;
    if (!stencil->owner)
        return false;
    memcpy(stencil->name, name.at, name.length);
    stencil->name_length = name.length;
    return true;
}

/* Reads a number, quoted or not, straight into the record.  False: it is of another form. */
static bool read_number(struct stencil *stencil, const struct use *use, bool is_quoted,
                        struct cmb_json_reader *reader)
{
    const char *at = reader->at + is_quoted;
    int64_t *to = (int64_t *)(void *)((char *)&stencil->record + use->offset);
    if (reader->end - at <= CMB_SCALED_FAST_BYTES || (is_quoted && *reader->at != '"'))
        return false;
    size_t length = cmb_scaled_read_fast(at, (unsigned)use->scale, to);
    if (!length || (is_quoted && at[length] != '"') || (*to == 0 && use->has_rivals))
        return false;
    reader->at = at + length + is_quoted;
    return true;
}

static bool take_value(const struct cmb_stream *stream, struct stencil *stencil,
                       const struct use *use, const struct cmb_json_value *value)
{
    int64_t *at = (int64_t *)(void *)((char *)&stencil->record + use->offset);
    if (use->is_wanted && (value->has_escapes || !value->raw.length))
        return false;
    if (use->kind == IGNORED)
        return true;
    if (use->kind == NAMES_MARKET)
        return find_owner(stream, stencil, value->raw);
    enum cmb_number_fault fault = use->kind == IS_INTEGER
                                      ? cmb_scaled_parse(value->raw, 0, at)
                                      : cmb_leaf_time(use->leaf, value->raw, at);
    return fault == CMB_NUMBER_FINE && (*at || !use->has_rivals);
}

static bool fill_hole(struct cmb_stream *stream, struct stencil *stencil, uint32_t number,
                      struct cmb_json_reader *reader)
{
    const struct use *use = &stencil->uses[number];
    struct cmb_json_value value;
    if (use->kind == IS_LEVELS)
        return cmb_json_next_byte(reader) == '[' &&
               cmb_read_levels(stream, stencil->channel, stencil->owner->feed, use->side, reader);
    if (use->scale >= 0 &&
        read_number(stencil, use, stencil->by.json.holes[number].kind == CMB_JSON_STRING, reader))
        return true;
    return cmb_json_stencil_read(&stencil->by.json, number, reader, &value) &&
           take_value(stream, stencil, use, &value);
}

static bool fill_holes(struct cmb_stream *stream, struct stencil *stencil, struct cmb_text text)
{
    struct cmb_json_reader reader;
    cmb_json_init(&reader, text, 0);
    for (uint32_t i = 0; i < stencil->by.json.count; i++)
        if (!cmb_json_stencil_pass(&stencil->by.json, i, &reader) ||
            !fill_hole(stream, stencil, i, &reader))
            return false;
    return cmb_json_stencil_pass(&stencil->by.json, stencil->by.json.count, &reader);
}

static bool take_book(struct cmb_stream *stream, struct stencil *stencil, struct cmb_text text)
{
    cmb_decode_start_book(stream);
    if (!fill_holes(stream, stencil, text))
        return false;
    cmb_decode_end_book(stencil->owner, stencil->told, &stencil->record);
    return true;
}

/* What cannot be made a record is told why by the tables. */
static bool take_records(struct cmb_stream *stream, struct stencil *stencil, struct cmb_text text)
{
    struct cmb_json_value *found = stream->stencils->found;
    if (!cmb_stencil_fill(&stencil->by, text, &stencil->channel->endpoint.fields, found))
        return false;
    if (cmb_decode_records(stream, stencil->channel, found) == CAMBIST_OK)
        return true;
    cmb_fail_reset(&stream->error);
    return false;
}

bool cmb_frame_stencils_take(struct cmb_stream *stream, const struct cmb_line *line,
                             struct cmb_text text)
{
    struct cmb_frame_stencils *stencils = stream->stencils;
    const struct cmb_dialect *dialect = line ? line->dialect : NULL;
    for (uint32_t tries = 0; stencils && tries < STENCILS; tries++) {
        uint32_t i = (stencils->last + tries) % STENCILS;
        struct stencil *stencil = &stencils->all[i];
        if (!stencil->channel || stencil->dialect != dialect ||
            !(stencil->channel->book ? take_book : take_records)(stream, stencil, text))
            continue;
        stencils->last = i;
        stream->counts.stencilled++;
        return true;
    }
    return false;
}

/* ---- lessons: what was read of a frame in the normal way ---- */

void cmb_frame_stencils_start_lesson(struct cmb_stream *stream, const struct cmb_channel *channel)
{
    struct cmb_frame_stencils *stencils = stream->stencils;
    stream->lesson = NULL;
    if (!stencils || !cmb_lesson_is_due(&stencils->misses, STENCILS))
        return;
    stencils->lesson = (struct cmb_frame_lesson){ .channel = channel };
    stream->lesson = &stencils->lesson;
}

/* A frame out of which a stencil is being cut. */
struct cut {
    struct cmb_frame_lesson *lesson;
    const struct cmb_fields *fields;
    struct stencil *stencil;
    const char *name; /* of the market, where the channel's row says it; NULL: a leaf */
    uint32_t met;     /* leaves whose value was met */
    bool has_owner;
};

/* What a leaf's value is for, whatever other leaves give.  Where the row says a constant, it is enough
 * that there is a value. */
static enum use_kind own_use_of(const struct cmb_leaf *leaf)
{
    if (leaf->part_mark || leaf->member < 0 || (leaf->is_said && leaf->row->constant[0] == '{'))
        return STAYS;
    if (leaf->is_said)
        return IGNORED;
    switch (leaf->kind) {
    case CMB_MEMBER_INTEGER: return IS_INTEGER;
    case CMB_MEMBER_TIME: return IS_TIME;
    case CMB_MEMBER_MARKET: return NAMES_MARKET;
    default: return STAYS;
    }
}

static int scale_of(const struct cmb_leaf *leaf, enum use_kind kind)
{
    if (kind == IS_TIME)
        return cmb_leaf_time_scale(leaf);
    return kind == IS_INTEGER ? 0 : -1;
}

/* Of several leaves of one member the first that gives something counts; it is looked at again, by
 * has_rivals, whether it does. */
static struct use use_of(const struct cut *cut, uint32_t i)
{
    const struct cmb_leaf *leaves = cut->fields->leaves;
    struct use use = { .kind = own_use_of(&leaves[i]), .leaf = &leaves[i], .scale = -1 };
    if (use.kind == STAYS || use.kind == IGNORED)
        return use;
    use.scale = scale_of(&leaves[i], use.kind);
    use.offset = cut->fields->schema->members[leaves[i].member].offset;
    for (uint32_t k = 0; k < cut->fields->count; k++) {
        if (k == i || leaves[k].member != leaves[i].member)
            continue;
        use.has_rivals = true;
        if (k < i && cut->lesson->read.found[k].kind != CMB_JSON_NONE)
            return (struct use){ .kind = own_use_of(&leaves[k]) == STAYS ? STAYS : IGNORED,
                                   .scale = -1 };
    }
    return use;
}

/* What the value at `at` is for.  Whatever a leaf wants and can be no hole stays. */
static struct use choose_use(struct cut *cut, const char *at)
{
    struct use chosen = { .kind = at == cut->name ? NAMES_MARKET : IGNORED, .scale = -1 };
    bool is_wanted = at == cut->name;
    for (uint32_t i = 0; i < cut->fields->count; i++) {
        const struct cmb_json_value *found = &cut->lesson->read.found[i];
        if (found->kind == CMB_JSON_NONE || found->raw.at != at)
            continue;
        cut->met++;
        is_wanted = true;
        struct use use = use_of(cut, i);
        if (cut->name && use.kind == NAMES_MARKET) /* the row's own way to the market counts */
            use.kind = IGNORED;
        if (use.kind != IGNORED)
            chosen = chosen.kind == IGNORED ? use : (struct use){ .kind = STAYS };
    }
    chosen.is_wanted = is_wanted;
    return chosen;
}

static bool is_levels_hole(struct cut *cut, const char *at, struct use *ret_use)
{
    for (int side = 0; side < CMB_SIDES; side++)
        if (at == cut->lesson->read.levels[side]) {
            *ret_use = (struct use){ .kind = IS_LEVELS, .side = side };
            cut->lesson->read.is_unfit |= !cut->has_owner; /* the book must be known before its levels */
            return true;
        }
    return false;
}

static bool is_hole(const char *at, enum cmb_json_kind kind, void *user)
{
    struct cut *cut = user;
    struct use use;
    bool is_hole = is_levels_hole(cut, at, &use);
    if (!is_hole && kind != CMB_JSON_OBJECT && kind != CMB_JSON_ARRAY) {
        use = choose_use(cut, at);
        is_hole = use.kind != STAYS && !cmb_lesson_is_pinned(&cut->lesson->read, at) &&
                  (kind == CMB_JSON_STRING || kind == CMB_JSON_NUMBER);
    }
    if (!is_hole || cut->stencil->by.json.count == CMB_STENCIL_HOLES)
        return is_hole;
    cut->has_owner |= use.kind == NAMES_MARKET;
    cut->stencil->uses[cut->stencil->by.json.count] = use;
    return true;
}

/* ---- which frames can have a stencil ---- */

/* The value that a term compares stays as it is; whether others are there is told by the keys. */
static void pin_term(struct cmb_frame_lesson *lesson, const struct cmb_plugin *plugin,
                     struct cmb_text text, const struct cmb_frame_term *term)
{
    (term->test == CMB_ONE_OF ? cmb_lesson_pin_path : cmb_lesson_pin_presence)(
        &lesson->read, &lesson->channel->endpoint.fields, text,
        cmb_text_of(plugin->probes[term->probe]));
}

/* All that was looked at to choose this channel and no other. */
static void pin_terms(struct cmb_stream *stream, const struct cmb_line *line)
{
    const struct cmb_plugin *plugin = stream->desk->exchange->plugin;
    const struct cmb_channel *channel = NULL;
    while ((channel = cmb_channel_next_spoken(stream, line, channel))) {
        stream->lesson->read.is_unfit |= channel->frames.whole.at != NULL;
        for (uint32_t i = 0; i < channel->frames.count; i++)
            pin_term(stream->lesson, plugin, stream->frame.text, &channel->frames.terms[i]);
    }
}

/* Whether a path goes on behind the levels. */
static bool looks_into_levels(const struct cmb_fields *fields, const struct cmb_node *node)
{
    const struct cmb_node *child = node ? node->child : NULL;
    for (int leaf = child ? node->leaf : -1; leaf >= 0; leaf = fields->next_leaf[leaf])
        if (fields->leaves[leaf].kind == CMB_MEMBER_LEVELS)
            return true;
    for (; child; child = child->next)
        if (looks_into_levels(fields, child))
            return true;
    return false;
}

/* Of a book what a condition decides is read in the normal way, too: it is not known what it looked
 * at. */
static bool check_book(const struct cmb_frame_lesson *lesson)
{
    const struct cmb_fields *fields = &lesson->channel->endpoint.fields;
    for (uint32_t i = 0; i < fields->count; i++)
        if (fields->leaves[i].when.count)
            return false;
    return lesson->has_changed_book && !looks_into_levels(fields, fields->row_tree) &&
           !looks_into_levels(fields, fields->answer_tree);
}

/* Numbers that every frame of a connection or subscription carries are read in the normal way. */
static bool check_lesson(const struct cmb_frame_lesson *lesson, const struct cmb_line *line)
{
    const struct cambist_dialect *row = line ? line->dialect->row : NULL;
    return !(row && (row->handle || row->sequence_counts_all)) &&
           cmb_lesson_check(&lesson->read, &lesson->channel->endpoint) &&
           (!lesson->channel->book || check_book(lesson));
}

static bool cut_book(struct stencil *stencil, struct cmb_text text,
                     struct cmb_frame_lesson *lesson, const char *name)
{
    const struct cmb_fields *fields = &lesson->channel->endpoint.fields;
    struct cut cut = { .lesson = lesson, .fields = fields, .stencil = stencil, .name = name };
    stencil->record = lesson->record;
    stencil->told = lesson->told;
    stencil->owner = NULL;
    return cmb_json_stencil_cut(&stencil->by.json, text, is_hole, &cut) &&
           !lesson->read.is_unfit && cut.met == cmb_lesson_count_found(&lesson->read, fields);
}

/* A frame may fit one but for its market, which nobody knew before. */
static bool is_known(const struct cmb_frame_stencils *stencils, const struct stencil *stencil)
{
    for (uint32_t i = 0; i < STENCILS; i++) {
        const struct stencil *other = &stencils->all[i];
        if (other != stencil && other->channel == stencil->channel &&
            other->dialect == stencil->dialect &&
            cmb_json_stencil_is(&other->by.json, &stencil->by.json))
            return true;
    }
    return false;
}

void cmb_frame_stencils_learn(struct cmb_stream *stream, const struct cmb_line *line,
                              struct cmb_text text)
{
    struct cmb_frame_lesson *lesson = stream->lesson;
    struct cmb_frame_stencils *stencils = stream->stencils;
    struct stencil *stencil = &stencils->all[stencils->next];
    const struct cmb_channel *channel = lesson->channel;
    const char *name = cmb_message_find(&stream->frame, channel->row->market).at;
    pin_terms(stream, line);
    if (!check_lesson(lesson, line))
        return;
    stencil->channel = NULL;
    if (!(channel->book ? cut_book(stencil, text, lesson, name)
                        : cmb_stencil_cut(&stencil->by, text, &channel->endpoint.fields,
                                          &lesson->read, name)))
        return;
    stencil->channel = channel;
    stencil->dialect = line ? line->dialect : NULL;
    if (is_known(stencils, stencil)) {
        stencil->channel = NULL;
        return;
    }
    stencils->last = stencils->next;
    stencils->next = (stencils->next + 1) % STENCILS;
}
