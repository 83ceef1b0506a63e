/* Which levels does a message about a book hold, at the book's scales? */
#include "stream/way.h"

#include <stdlib.h>

#include "json/level.h"
#include "json/number.h"
#include "number/decimal.h"

enum { LEVEL_BYTES_LEAST = 6 /* [0,0], and a comma */ };

/* How one level is read, out of the channel's rows. */
struct level_form {
    const struct cmb_fields *fields;
    unsigned price_scale, amount_scale;
    bool wants_digits;
    bool is_common; /* price and amount stand first in an array, and nothing else is wanted */
};

/* What stands in one level. */
struct level {
    struct cmb_text price, amount, side, sequence, count;
};

bool cmb_side_reserve(struct cmb_side_levels *side, size_t count)
{
    if (count <= side->capacity)
        return true;
    void *levels = realloc(side->levels, count * sizeof *side->levels);
    side->levels = levels ? levels : side->levels;
    void *digits = realloc(side->digits, count * sizeof *side->digits);
    side->digits = digits ? digits : side->digits;
    void *sequences = realloc(side->sequences, count * sizeof *side->sequences);
    side->sequences = sequences ? sequences : side->sequences;
    if (!levels || !digits || !sequences)
        return false;
    side->capacity = count;
    return true;
}

/* ---- the form ---- */

static bool is_index(const struct cmb_path *path, uint32_t index)
{
    return path->count == 1 && path->steps[0].kind == CMB_PATH_INDEX &&
           path->steps[0].index == index;
}

static struct level_form form_of(const struct cmb_channel *channel,
                                 const struct cmb_book_feed *feed)
{
    const struct cmb_fields *fields = &channel->endpoint.fields;
    const struct cambist_book_rule *rule = channel->book;
    struct level_form form = { .fields = fields,
                               .price_scale = feed->price_scale,
                               .amount_scale = feed->amount_scale };
    form.wants_digits = rule->checksum_order != CAMBIST_NO_CHECKSUM &&
                        !(rule->checksum_digits & CAMBIST_DIGITS_OF_MARKET);
    form.is_common = !form.wants_digits && is_index(&fields->level_price, 0) &&
                     is_index(&fields->level_amount, 1) && !fields->level_side_row &&
                     !fields->level_sequence.count && !fields->level_count.count;
    return form;
}

/* ---- one level, step by step ---- */

static bool wants(const struct cmb_path *path, uint32_t index, const struct cmb_json_value *key)
{
    const struct cmb_path_step *step = path->steps;
    if (!path->count)
        return false;
    return key ? step->kind == CMB_PATH_KEY && cmb_json_is(key, step->key)
               : step->kind == CMB_PATH_INDEX && step->index == index;
}

/* Hands the value out for each part of the level that it is. */
static void keep(const struct cmb_fields *fields, struct level *level, uint32_t index,
                 const struct cmb_json_value *key, struct cmb_text value)
{
    const struct {
        const struct cmb_path *path;
        struct cmb_text *to;
    } parts[] = {
        { &fields->level_price, &level->price },       { &fields->level_amount, &level->amount },
        { &fields->level_side, &level->side },         { &fields->level_count, &level->count },
        { &fields->level_sequence, &level->sequence },
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (wants(parts[i].path, index, key))
            *parts[i].to = value;
}

static bool read_parts(const struct cmb_fields *fields, struct cmb_json_reader *reader,
                       struct level *ret)
{
    struct cmb_json_value key, value;
    *ret = (struct level){ 0 };
    if (cmb_json_peek(reader) == CMB_JSON_ARRAY) {
        cmb_json_enter_array(reader);
        for (uint32_t i = 0; cmb_json_next_element(reader); i++)
            if (cmb_json_read_value(reader, &value))
                keep(fields, ret, i, NULL, value.raw);
    } else {
        cmb_json_enter_object(reader);
        while (cmb_json_next_member(reader, &key))
            if (cmb_json_read_value(reader, &value))
                keep(fields, ret, 0, &key, value.raw);
    }
    if (!reader->reason && (!ret->price.length || !ret->amount.length))
        return cmb_json_fail(reader, "a level has no price or no amount");
    return !reader->reason;
}

/* Decimals as they are written; an exponent is no digit. */
static unsigned decimals_of(struct cmb_text number)
{
    const char *point = memchr(number.at, '.', number.length);
    unsigned decimals = 0;
    for (const char *at = point ? point + 1 : NULL;
         at && at < number.at + number.length && *at >= '0' && *at <= '9'; at++)
        decimals++;
    return decimals;
}

static bool read_number(struct cmb_json_reader *reader, struct cmb_text text, unsigned scale,
                        int64_t *ret)
{
    enum cmb_number_fault fault = cmb_scaled_parse(text, scale, ret);
    return fault == CMB_NUMBER_FINE || cmb_json_fail(reader, cmb_number_fault_text(fault));
}

/* Which side the level is of, where both stand in one list. */
static int side_of(const struct cmb_fields *fields, const struct level *level, int side)
{
    const struct cambist_field *row = fields->level_side_row;
    if (!row)
        return side;
    struct cmb_text text = level->side;
    if (row->as & CAMBIST_SIGN)
        text = text.length && text.at[0] == '-' ? CMB_TEXT("-") : CMB_TEXT("+");
    const struct cmb_word_row *word =
        fields->level_sides ? cmb_words_read(fields->level_sides, text) : NULL;
    if (!word)
        return -1;
    return cmb_text_is(word->ours, CMB_TEXT("buy")) ? CMB_BIDS : CMB_ASKS;
}

static bool add_level(struct cmb_json_reader *reader, const struct level_form *form,
                      const struct level *level, struct cmb_side_levels *to)
{
    struct cmb_scaled_level *at = &to->levels[to->count];
    if (!read_number(reader, level->price, form->price_scale, &at->price) ||
        !read_number(reader, level->amount, form->amount_scale, &at->amount))
        return false;
    if (form->fields->level_side_row && (form->fields->level_side_row->as & CAMBIST_SIGN) &&
        at->amount < 0)
        at->amount = -at->amount;
    if (form->fields->level_count.count && cmb_text_is(level->count, CMB_TEXT("0")))
        at->amount = 0;
    to->sequences[to->count] = 0;
    if (level->sequence.length &&
        !read_number(reader, level->sequence, 0, &to->sequences[to->count]))
        return false;
    to->digits[to->count] = (struct cmb_scaled_digits){ (uint8_t)decimals_of(level->price),
                                                        (uint8_t)decimals_of(level->amount) };
    to->count++;
    return true;
}

/* ---- lists ---- */

static bool read_slowly(struct cmb_stream *stream, const struct level_form *form, int side,
                        struct cmb_json_reader *reader)
{
    struct level level;
    cmb_json_enter_array(reader);
    while (cmb_json_next_element(reader)) {
        if (!read_parts(form->fields, reader, &level))
            return false;
        int of = side_of(form->fields, &level, side);
        if (of < 0)
            return cmb_json_fail(reader, "a level of no known side");
        struct cmb_side_levels *to = &stream->sides[of];
        if (!cmb_side_reserve(to, to->count + 1) &&
            !cmb_side_reserve(to, to->capacity * 2 + 64))
            return cmb_json_fail(reader, "no memory for a book's levels");
        if (!add_level(reader, form, &level, to))
            return false;
    }
    return !reader->reason;
}

static bool read_commonly(struct cmb_stream *stream, const struct level_form *form, int side,
                          struct cmb_json_reader *reader)
{
    struct cmb_side_levels *to = &stream->sides[side];
    size_t count = 0;
    if (!cmb_json_read_levels(reader, form->price_scale, form->amount_scale,
                              to->levels + to->count, to->capacity - to->count, &count))
        return false;
    to->count += count;
    return true;
}

/* Room for as many levels as the rest of the text can hold. */
static bool reserve(struct cmb_stream *stream, const struct cmb_json_reader *reader, int side)
{
    size_t most = (size_t)(reader->end - reader->at) / LEVEL_BYTES_LEAST + 2;
    if (most > CMB_BOOK_LEVELS_MOST)
        most = CMB_BOOK_LEVELS_MOST;
    most += stream->sides[side].count;
    size_t now = stream->sides[side].capacity;
    return cmb_side_reserve(&stream->sides[side], most > now && most < 2 * now ? 2 * now : most);
}

/* ---- scales ---- */

/* The scales that these levels want: exchanges write more decimals than the market's tick has. */
static bool find_scales(const struct level_form *form, struct cmb_json_reader reader,
                        unsigned *ret_price, unsigned *ret_amount)
{
    struct level level;
    *ret_price = form->price_scale;
    *ret_amount = form->amount_scale;
    cmb_json_enter_array(&reader);
    while (cmb_json_next_element(&reader)) {
        struct cambist_decimal price, amount;
        if (!read_parts(form->fields, &reader, &level) ||
            cmb_decimal_parse(level.price, &price) != CMB_NUMBER_FINE ||
            cmb_decimal_parse(level.amount, &amount) != CMB_NUMBER_FINE)
            return false;
        if (price.exponent < 0 && (unsigned)-price.exponent > *ret_price)
            *ret_price = (unsigned)-price.exponent;
        if (amount.exponent < 0 && (unsigned)-amount.exponent > *ret_amount)
            *ret_amount = (unsigned)-amount.exponent;
    }
    return !reader.reason && *ret_price <= CMB_SCALED_SCALE_MOST &&
           *ret_amount <= CMB_SCALED_SCALE_MOST &&
           (*ret_price > form->price_scale || *ret_amount > form->amount_scale);
}

/* Levels of this message that were read at the old scales. */
static void scale_up(struct cmb_side_levels *side, unsigned price_by, unsigned amount_by)
{
    for (size_t i = 0; i < side->count; i++) {
        side->levels[i].price *= cmb_powers_of_ten[price_by];
        side->levels[i].amount *= cmb_powers_of_ten[amount_by];
    }
}

static bool widen(struct cmb_stream *stream, const struct cmb_channel *channel,
                  struct cmb_book_feed *feed, const struct cmb_json_reader *reader)
{
    struct level_form form = form_of(channel, feed);
    unsigned price_scale, amount_scale;
    if (!find_scales(&form, *reader, &price_scale, &amount_scale) ||
        cmb_book_rescale(feed->book, price_scale, amount_scale) != CMB_NUMBER_FINE)
        return false;
    for (int side = 0; side < CMB_SIDES; side++)
        scale_up(&stream->sides[side], price_scale - form.price_scale,
                 amount_scale - form.amount_scale);
    feed->price_scale = price_scale;
    feed->amount_scale = amount_scale;
    return true;
}

static bool read_at_scale(struct cmb_stream *stream, const struct cmb_channel *channel,
                          struct cmb_book_feed *feed, int side, struct cmb_json_reader *reader)
{
    struct level_form form = form_of(channel, feed);
    return form.is_common ? read_commonly(stream, &form, side, reader)
                          : read_slowly(stream, &form, side, reader);
}

bool cmb_read_levels(struct cmb_stream *stream, const struct cmb_channel *channel,
                     struct cmb_book_feed *feed, int side, struct cmb_json_reader *reader)
{
    if (!reserve(stream, reader, side))
        return cmb_json_fail(reader, "no memory for a book's levels");
    struct cmb_json_reader again = *reader;
    size_t counts[CMB_SIDES] = { stream->sides[CMB_BIDS].count, stream->sides[CMB_ASKS].count };
    if (cmb_json_peek(reader) == CMB_JSON_NULL)
        return cmb_json_skip(reader);
    if (read_at_scale(stream, channel, feed, side, reader))
        return true;
    for (int i = 0; i < CMB_SIDES; i++)
        stream->sides[i].count = counts[i];
    if (!widen(stream, channel, feed, &again))
        return false;
    *reader = again;
    return read_at_scale(stream, channel, feed, side, reader);
}
