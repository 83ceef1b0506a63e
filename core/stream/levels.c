/* Which levels does a message about a book hold, at the book's scales? */
#include "stream/way.h"

#include <stdlib.h>

#include "base/memory.h"
#include "json/level.h"
#include "json/number.h"

enum { LEVEL_BYTES_LEAST = 6 /* [0,0], and a comma */ };

/* What stands in one level, as text where it is no number of the book. */
struct level {
    struct cmb_scaled_level numbers;
    struct cmb_scaled_digits digits;
    bool has_price, has_amount;
    struct cmb_text side, sequence, count;
};

/* How the levels of a message are read. */
struct level_form {
    const struct cmb_fields *fields;
    unsigned price_scale, amount_scale;
};

bool cmb_side_reserve(struct cmb_side_levels *side, size_t count)
{
    if (count <= side->capacity)
        return true;
    void *levels = cmb_realloc(side->levels, count * sizeof *side->levels);
    side->levels = levels ? levels : side->levels;
    void *digits = cmb_realloc(side->digits, count * sizeof *side->digits);
    side->digits = digits ? digits : side->digits;
    void *sequences = cmb_realloc(side->sequences, count * sizeof *side->sequences);
    side->sequences = sequences ? sequences : side->sequences;
    if (!levels || !digits || !sequences)
        return false;
    side->capacity = count;
    return true;
}

static inline struct level_form form_of(const struct cmb_channel *channel,
                                        const struct cmb_book_feed *feed)
{
    return (struct level_form){ .fields = &channel->endpoint.fields,
                                .price_scale = feed->price_scale,
                                .amount_scale = feed->amount_scale };
}

/* ---- one level, step by step ---- */

static bool stands_here(const struct level_form *form, enum cmb_level_part part, uint32_t index,
                        const struct cmb_json_value *key)
{
    const struct cmb_path *path = &form->fields->level[part];
    const struct cmb_path_step *step = path->steps;
    return path->count && (key ? step->kind == CMB_PATH_KEY && cmb_json_is(key, step->key)
                               : step->kind == CMB_PATH_INDEX && step->index == index);
}

static bool read_text(struct cmb_json_reader *reader, struct cmb_text *ret)
{
    struct cmb_json_value value;
    if (!cmb_json_read_value(reader, &value))
        return false;
    *ret = value.raw;
    return true;
}

/* One number may be two parts: a count's sign tells the side.  Then the text is read again. */
static void read_part(const struct level_form *form, struct cmb_json_reader *reader,
                      uint32_t index, const struct cmb_json_value *key, struct level *ret)
{
    struct cmb_json_reader again = *reader;
    bool is_text = false;
    struct cmb_text *const texts[CMB_LEVEL_PARTS] = { [CMB_LEVEL_SIDE] = &ret->side,
                                                      [CMB_LEVEL_SEQUENCE] = &ret->sequence,
                                                      [CMB_LEVEL_COUNT] = &ret->count };
    for (int part = CMB_LEVEL_SIDE; part < CMB_LEVEL_PARTS && !form->fields->has_pairs; part++)
        if (stands_here(form, (enum cmb_level_part)part, index, key)) {
            *reader = again;
            is_text |= read_text(reader, texts[part]);
        }
    if (stands_here(form, CMB_LEVEL_PRICE, index, key)) {
        *reader = again;
        ret->has_price = cmb_json_read_scaled_digits(reader, form->price_scale,
                                                     &ret->numbers.price, &ret->digits.price);
    } else if (stands_here(form, CMB_LEVEL_AMOUNT, index, key)) {
        *reader = again;
        ret->has_amount = cmb_json_read_scaled_digits(reader, form->amount_scale,
                                                      &ret->numbers.amount, &ret->digits.amount);
    } else if (!is_text) {
        cmb_json_skip(reader);
    }
}

static bool read_parts(const struct level_form *form, struct cmb_json_reader *reader,
                       struct level *ret)
{
    struct cmb_json_value key;
    *ret = (struct level){ 0 };
    if (cmb_json_peek(reader) == CMB_JSON_ARRAY) {
        cmb_json_enter_array(reader);
        for (uint32_t i = 0; cmb_json_next_element(reader); i++)
            read_part(form, reader, i, NULL, ret);
    } else {
        cmb_json_enter_object(reader);
        while (cmb_json_next_member(reader, &key))
            read_part(form, reader, 0, &key, ret);
    }
    if (!reader->reason && (!ret->has_price || !ret->has_amount))
        return cmb_json_fail(reader, "a level has no price or no amount");
    return !reader->reason;
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
    *at = level->numbers;
    if (form->fields->level_side_row && (form->fields->level_side_row->as & CAMBIST_SIGN) &&
        at->amount < 0)
        at->amount = -at->amount;
    if (form->fields->level[CMB_LEVEL_COUNT].count && cmb_text_is(level->count, CMB_TEXT("0")))
        at->amount = 0;
    to->sequences[to->count] = 0;
    if (level->sequence.length && cmb_scaled_parse(level->sequence, 0, &to->sequences[to->count]) !=
                                      CMB_NUMBER_FINE)
        return cmb_json_fail(reader, "a level's number is none");
    to->digits[to->count++] = level->digits;
    return true;
}

/* ---- lists ---- */

static bool read_slowly(struct cmb_stream *stream, const struct level_form *form, int side,
                        struct cmb_json_reader *reader)
{
    struct level level;
    cmb_json_enter_array(reader);
    while (cmb_json_next_element(reader)) {
        if (!read_parts(form, reader, &level))
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

static inline bool read_pairs(struct cmb_side_levels *to, const struct cmb_book_feed *feed,
                              struct cmb_json_reader *reader)
{
    size_t count = 0, start = to->count;
    if (!cmb_json_read_levels(reader, feed->price_scale, feed->amount_scale, to->levels + start,
                              to->digits + start, to->capacity - start, &count))
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

/* Decimals that the number itself needs. */
static bool grow_scale(struct cmb_json_reader *reader, unsigned *scale)
{
    struct cambist_decimal number = { 0 };
    if (!cmb_json_read_decimal(reader, &number))
        return false;
    if (number.exponent < 0 && (unsigned)-number.exponent > *scale)
        *scale = (unsigned)-number.exponent;
    return true;
}

static void grow_scales(const struct level_form *form, struct cmb_json_reader *reader,
                        uint32_t index, const struct cmb_json_value *key, unsigned *price_scale,
                        unsigned *amount_scale)
{
    if (stands_here(form, CMB_LEVEL_PRICE, index, key))
        grow_scale(reader, price_scale);
    else if (stands_here(form, CMB_LEVEL_AMOUNT, index, key))
        grow_scale(reader, amount_scale);
    else
        cmb_json_skip(reader);
}

/* The scales that these levels want: exchanges write more decimals than the market's tick has. */
static bool find_scales(const struct level_form *form, struct cmb_json_reader reader,
                        unsigned *ret_price, unsigned *ret_amount)
{
    struct cmb_json_value key;
    *ret_price = form->price_scale;
    *ret_amount = form->amount_scale;
    cmb_json_enter_array(&reader);
    while (cmb_json_next_element(&reader)) {
        if (cmb_json_peek(&reader) == CMB_JSON_ARRAY) {
            cmb_json_enter_array(&reader);
            for (uint32_t i = 0; cmb_json_next_element(&reader); i++)
                grow_scales(form, &reader, i, NULL, ret_price, ret_amount);
        } else {
            cmb_json_enter_object(&reader);
            while (cmb_json_next_member(&reader, &key))
                grow_scales(form, &reader, 0, &key, ret_price, ret_amount);
        }
    }
    return !reader.reason && *ret_price <= CMB_SCALED_SCALE_MOST &&
           *ret_amount <= CMB_SCALED_SCALE_MOST &&
           (*ret_price > form->price_scale || *ret_amount > form->amount_scale);
}

/* Levels of this message that were read at the old scales.  False: int64 cannot hold one. */
static bool scale_up(struct cmb_side_levels *side, unsigned price_by, unsigned amount_by)
{
    bool is_too_large = false;
    for (size_t i = 0; i < side->count; i++) {
        struct cmb_scaled_level *level = &side->levels[i];
        is_too_large |= __builtin_mul_overflow(level->price, cmb_powers_of_ten[price_by],
                                               &level->price);
        is_too_large |= __builtin_mul_overflow(level->amount, cmb_powers_of_ten[amount_by],
                                               &level->amount);
    }
    return !is_too_large;
}

static bool widen(struct cmb_stream *stream, const struct cmb_channel *channel,
                  struct cmb_book_feed *feed, const struct cmb_json_reader *reader)
{
    struct level_form form = form_of(channel, feed);
    unsigned price_scale, amount_scale;
    if (!find_scales(&form, *reader, &price_scale, &amount_scale) ||
        cmb_book_rescale(feed->book, price_scale, amount_scale) != CMB_NUMBER_FINE)
        return false;
    feed->price_scale = price_scale;
    feed->amount_scale = amount_scale;
    bool is_held = true;
    for (int side = 0; side < CMB_SIDES; side++)
        is_held &= scale_up(&stream->sides[side], price_scale - form.price_scale,
                            amount_scale - form.amount_scale);
    return is_held;
}

static inline bool read_at_scale(struct cmb_stream *stream, const struct cmb_channel *channel,
                                 const struct cmb_book_feed *feed, int side,
                                 struct cmb_json_reader *reader)
{
    if (channel->endpoint.fields.has_pairs)
        return read_pairs(&stream->sides[side], feed, reader);
    struct level_form form = form_of(channel, feed);
    return read_slowly(stream, &form, side, reader);
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
