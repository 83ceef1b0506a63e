/* What checksum should an exchange have sent for this book? */
#include "book/checksum.h"

#include <string.h>
#include <zlib.h>

/* More zeros than this no exchange writes behind a number. */
#define DECIMALS_MOST 32
#define NUMBER_SIZE   (CMB_SCALED_TEXT_SIZE + DECIMALS_MOST)

/* The text, summed up piece by piece. */
struct sum {
    const struct cambist_book_rule *rule;
    struct cmb_scaled_digits scales;
    size_t mark_length;
    bool is_begun;
    uLong crc;
    size_t length;
    char piece[1024];
};

bool cmb_checksum_needs_digits(const struct cambist_book_rule *rule)
{
    return rule->checksum_order != CAMBIST_NO_CHECKSUM &&
           !(rule->checksum_digits & CAMBIST_DIGITS_OF_MARKET);
}

static void flush(struct sum *sum)
{
    sum->crc = crc32(sum->crc, (const Bytef *)sum->piece, (uInt)sum->length);
    sum->length = 0;
}

static void put(struct sum *sum, const char *bytes, size_t length)
{
    if (length > sizeof sum->piece - sum->length)
        flush(sum);
    memcpy(sum->piece + sum->length, bytes, length);
    sum->length += length;
}

/* Writes a count of 10^-scale with `decimals` digits behind the point; returns the length.  Fewer
 * digits than the scale lose only zeros: that many were sent. */
static size_t format(int64_t value, unsigned scale, unsigned decimals, char *to)
{
    if (decimals > DECIMALS_MOST)
        decimals = DECIMALS_MOST;
    if (decimals <= scale)
        return cmb_scaled_format(value / cmb_powers_of_ten[scale - decimals], decimals, to);
    size_t length = cmb_scaled_format(value, scale, to);
    if (!scale)
        to[length++] = '.';
    memset(to + length, '0', decimals - scale);
    return length + decimals - scale;
}

/* Takes the point and the zeros in front out of `text`. */
static size_t make_bare(char *text, size_t length)
{
    char *point = memchr(text, '.', length);
    if (point)
        memmove(point, point + 1, (size_t)(text + --length - point));
    size_t zeros = 0;
    while (zeros < length && text[zeros] == '0')
        zeros++;
    memmove(text, text + zeros, length - zeros);
    return length - zeros;
}

static void put_number(struct sum *sum, int64_t value, unsigned scale, unsigned decimals)
{
    char text[NUMBER_SIZE];
    if (sum->is_begun && sum->mark_length)
        put(sum, sum->rule->checksum_mark, sum->mark_length);
    sum->is_begun = true;
    size_t length = format(value, scale, decimals, text);
    if (sum->rule->checksum_digits & CAMBIST_DIGITS_BARE)
        length = make_bare(text, length);
    put(sum, text, length);
}

static void put_level(struct sum *sum, const struct cmb_side *side, size_t place, bool is_negative)
{
    if (place >= cmb_side_count(side))
        return;
    struct cmb_scaled_level level = cmb_side_level(side, place);
    struct cmb_scaled_digits digits =
        side->has_digits ? cmb_side_digits(side, place) : sum->scales;
    put_number(sum, level.price, sum->scales.price, digits.price);
    put_number(sum, is_negative ? -level.amount : level.amount, sum->scales.amount, digits.amount);
}

uint32_t cmb_checksum(const struct cambist_book_rule *rule, const struct cmb_side *bids,
                      const struct cmb_side *asks, struct cmb_scaled_digits scales)
{
    struct sum sum = { .rule = rule, .scales = scales, .crc = crc32(0, NULL, 0) };
    sum.mark_length = rule->checksum_mark ? strnlen(rule->checksum_mark, 64) : 0;
    bool is_negative = rule->checksum_digits & CAMBIST_ASKS_NEGATIVE;
    bool is_by_turns = rule->checksum_order == CAMBIST_BID_ASK_BY_TURNS;
    bool is_asks_first = rule->checksum_order == CAMBIST_ASKS_THEN_BIDS;
    const struct cmb_side *first = is_asks_first ? asks : bids;
    const struct cmb_side *second = is_asks_first ? bids : asks;
    size_t longest = cmb_side_count(bids) > cmb_side_count(asks) ? cmb_side_count(bids)
                                                                 : cmb_side_count(asks);
    size_t depth = longest < rule->checksum_depth ? longest : rule->checksum_depth;
    for (size_t i = 0; i < depth; i++) {
        put_level(&sum, first, i, is_negative && first == asks);
        if (is_by_turns)
            put_level(&sum, second, i, is_negative && second == asks);
    }
    for (size_t i = 0; i < depth && !is_by_turns; i++)
        put_level(&sum, second, i, is_negative && second == asks);
    flush(&sum);
    return (uint32_t)sum.crc;
}
