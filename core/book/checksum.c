/* What checksum should an exchange have sent for this book? */
#include "book/checksum.h"

#include <string.h>
#include <zlib.h>

/* More zeros than this no exchange writes behind a number. */
#define DECIMALS_MOST 32
#define NUMBER_SIZE   (CMB_SCALED_TEXT_SIZE + DECIMALS_MOST)

static const char pairs[] = "0001020304050607080910111213141516171819"
                            "2021222324252627282930313233343536373839"
                            "4041424344454647484950515253545556575859"
                            "6061626364656667686970717273747576777879"
                            "8081828384858687888990919293949596979899";

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

/* Writes the digits of `value` backwards from `end`; returns where they begin. */
static char *write_digits(uint64_t value, char *end)
{
    for (; value >= 100; value /= 100)
        memcpy(end -= 2, pairs + value % 100 * 2, 2);
    if (value >= 10)
        return memcpy(end - 2, pairs + value * 2, 2);
    *--end = (char)('0' + value);
    return end;
}

/* Writes the digits of a count of 10^-scale down to so many decimals.  Fewer than the scale lose
 * only zeros, because that many were sent; more are zeros. */
static char *write_decimals(uint64_t value, unsigned scale, unsigned decimals, char *end)
{
    if (decimals < scale)
        return write_digits(value / (uint64_t)cmb_powers_of_ten[scale - decimals], end);
    memset(end - (decimals - scale), '0', decimals - scale);
    return write_digits(value, end - (decimals - scale));
}

/* Puts a point before the last `decimals` digits, and zeros where there are none before it. */
static char *write_point(char *start, const char *end, unsigned decimals)
{
    while (end - start <= (ptrdiff_t)decimals)
        *--start = '0';
    size_t whole = (size_t)(end - start) - decimals;
    memmove(start - 1, start, whole);
    start[whole - 1] = '.';
    return start - 1;
}

static void put_number(struct sum *sum, int64_t value, unsigned scale, unsigned decimals)
{
    char text[NUMBER_SIZE], *end = text + sizeof text;
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
    if (decimals > DECIMALS_MOST)
        decimals = DECIMALS_MOST;
    if (sum->is_begun && sum->mark_length)
        put(sum, sum->rule->checksum_mark, sum->mark_length);
    sum->is_begun = true;
    char *start = write_decimals(magnitude, scale, decimals, end);
    if (decimals && !(sum->rule->checksum_digits & CAMBIST_DIGITS_BARE))
        start = write_point(start, end, decimals);
    if (value < 0)
        *--start = '-';
    put(sum, start, (size_t)(end - start));
}

/* The next level of a side, if there is one. */
static void put_level(struct sum *sum, const struct cmb_side *side, size_t *at, bool is_negative)
{
    if (!cmb_side_next(side, at))
        return;
    struct cmb_scaled_level level = cmb_side_level(side, *at);
    struct cmb_scaled_digits digits = side->has_digits ? cmb_side_digits(side, *at) : sum->scales;
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
    size_t longest =
        cmb_side_count(bids) > cmb_side_count(asks) ? cmb_side_count(bids) : cmb_side_count(asks);
    size_t depth = longest < rule->checksum_depth ? longest : rule->checksum_depth;
    size_t first_at = cmb_side_end(first), second_at = cmb_side_end(second);
    for (size_t i = 0; i < depth; i++) {
        put_level(&sum, first, &first_at, is_negative && first == asks);
        if (is_by_turns)
            put_level(&sum, second, &second_at, is_negative && second == asks);
    }
    for (size_t i = 0; i < depth && !is_by_turns; i++)
        put_level(&sum, second, &second_at, is_negative && second == asks);
    flush(&sum);
    return (uint32_t)sum.crc;
}
