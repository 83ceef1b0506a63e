/* How is one side of a book read, at the speed of its bytes? */
#include "json/level.h"

#include "json/number.h"

#if defined(__SSE2__)

enum {
    DIGITS_MOST = 16,  /* of one number, without the point */
    BEFORE_BYTES = 16, /* that a load may begin before a level */
    WINDOW_BYTES = 48, /* the two numbers of a level lie in them */
    BEHIND_BYTES = 64, /* that must be readable from the start of a level on */
    REST_BYTES = BEHIND_BYTES - 4, /* before which a rest must end, looks ahead included */
};

/* Digits, maybe with a point between them. */
struct number {
    size_t end;    /* where they stop */
    size_t count;  /* of digits, without the point */
    size_t behind; /* digits behind the point */
    size_t still;  /* bytes that stay where they are when the point is taken out */
};

static inline __m128i load(const void *at)
{
    return _mm_loadu_si128((const __m128i *)at);
}

/* A bit for each of 16 bytes that is a digit. */
static inline uint64_t digits_in(const char *at)
{
    /* Moved so that '0' to '9' are the ten greatest signed values. */
    __m128i moved = _mm_add_epi8(load(at), _mm_set1_epi8(127 - '9'));
    return (unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(moved, _mm_set1_epi8(127 - 10)));
}

/* Finds the number at `at`; `others` has a bit for each byte from there on that is no digit, and at
 * least two.  False: it is not written as RFC 8259 writes them, or too long.  The point is guessed
 * by the branch predictor: waiting for it would cost more than the conversion. */
static inline bool find_number(const char *at, uint64_t others, struct number *ret)
{
    size_t whole = (size_t)__builtin_ctzll(others);
    *ret = (struct number){ .end = whole, .count = whole, .still = DIGITS_MOST };
    if (__builtin_expect(at[whole] == '.', 1)) { /* a guess ahead of the load, not a selection */
        ret->end = (size_t)__builtin_ctzll(others & (others - 1));
        ret->behind = ret->still = ret->end - whole - 1;
        ret->count = ret->end - 1;
        if (ret->behind == 0)
            return false;
    }
    /* No digit at all is no digit from 1 to 9 either. */
    return ((unsigned char)(*at - '1') < 9 || whole == 1) && ret->count <= DIGITS_MOST;
}

/* The last bytes of a vector, all of each or what tells a digit's value. */
static const unsigned char last_bytes[2 * DIGITS_MOST] = {
    [DIGITS_MOST] = 255, 255, 255, 255, 255, 255, 255, 255,
    255,                 255, 255, 255, 255, 255, 255, 255,
};
static const unsigned char last_values[2 * DIGITS_MOST] = {
    [DIGITS_MOST] = 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
};

/* The digits that end at `end` as four groups of four, zeros before the first one. */
static inline __m128i group_digits(const char *end, const struct number *number)
{
    /* What stands before the point moves one byte up, over it. */
    __m128i is_still = load(last_bytes + number->still);
    __m128i digits = _mm_or_si128(_mm_and_si128(is_still, load(end - DIGITS_MOST)),
                                  _mm_andnot_si128(is_still, load(end - DIGITS_MOST - 1)));
    digits = _mm_and_si128(digits, load(last_values + number->count));
    __m128i even = _mm_and_si128(digits, _mm_set1_epi16(255)), odd = _mm_srli_epi16(digits, 8);
    return _mm_add_epi32(_mm_madd_epi16(even, _mm_set1_epi32(10 << 16 | 1000)),
                         _mm_madd_epi16(odd, _mm_set1_epi32(1 << 16 | 100)));
}

/* The values of two numbers out of their groups, one in each half. */
static inline __m128i join_groups(__m128i first, __m128i second)
{
    __m128i fours = _mm_packs_epi32(first, second);
    __m128i eights = _mm_madd_epi16(fours, _mm_set1_epi32(1 << 16 | 10000));
    return _mm_add_epi64(_mm_mul_epu32(eights, _mm_set1_epi64x(100000000)),
                         _mm_srli_epi64(eights, 32));
}

static inline bool scale_up(int64_t value, size_t behind, size_t scale, int64_t *ret_value)
{
    return behind <= scale &&
           !__builtin_mul_overflow(value, cmb_powers_of_ten[scale - behind], ret_value);
}

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

/* Passes what stands behind price and amount where it is quoted digits: ,"0","3"].  NULL: it is
 * something else. */
static inline const char *pass_rest(const char *at, const char *last)
{
    while (*at == ',') {
        if (at[1] != '"' || !is_digit(at[2]))
            return NULL;
        at += 3;
        while (at < last && is_digit(*at))
            at++;
        if (at >= last || *at++ != '"')
            return NULL;
    }
    return *at == ']' ? at + 1 : NULL;
}

/* Reads the level ["price","amount"] at `at`, digits may follow.  Returns its end, NULL for every
 * other form. */
static inline const char *read_common(const char *at, unsigned price_scale, unsigned amount_scale,
                                      struct cmb_scaled_level *ret_level,
                                      struct cmb_scaled_digits *ret_digits)
{
    struct number price, amount;
    const char *start = at + 2;
    /* Nothing behind the window counts as a digit: a stop for what has no end. */
    uint64_t others =
        ~(digits_in(start) | digits_in(start + 16) << 16 | digits_in(start + 32) << 32);
    if (memcmp(at, "[\"", 2) != 0 || !find_number(start, others, &price))
        return NULL;
    const char *price_end = start + price.end, *second = price_end + 3;
    if (memcmp(price_end, "\",\"", 3) != 0 ||
        !find_number(second, others >> (price.end + 3), &amount))
        return NULL;
    const char *end = second + amount.end;
    __m128i values = join_groups(group_digits(price_end, &price), group_digits(end, &amount));
    bool is_whole = scale_up(_mm_cvtsi128_si64(values), price.behind, price_scale,
                             &ret_level->price) &&
                    scale_up(_mm_cvtsi128_si64(_mm_unpackhi_epi64(values, values)), amount.behind,
                             amount_scale, &ret_level->amount);
    *ret_digits = (struct cmb_scaled_digits){ (uint8_t)price.behind, (uint8_t)amount.behind };
    if (!is_whole || *end != '"')
        return NULL;
    return __builtin_expect(end[1] == ']', 1) ? end + 2 : pass_rest(end + 1, at + REST_BYTES);
}

/* Reads levels of the common form and the commas between them, as long as they last and begin
 * before `stop`.  Returns how many; *at is then behind the last one. */
__attribute__((noinline)) static size_t
read_common_levels(const char **at, const char *stop, unsigned price_scale, unsigned amount_scale,
                   struct cmb_scaled_level *levels, struct cmb_scaled_digits *digits, size_t most)
{
    const char *next = *at;
    size_t count = 0;
    while (count < most && next < stop) {
        const char *end =
            read_common(next, price_scale, amount_scale, &levels[count], &digits[count]);
        if (!end)
            break;
        count++;
        *at = end;
        if (*end != ',')
            break;
        next = end + 1;
    }
    return count;
}

/* As above for the last bytes of the input, behind which nothing may be read: on a copy. */
static size_t read_last_levels(const char **at, size_t length, unsigned price_scale,
                               unsigned amount_scale, struct cmb_scaled_level *levels,
                               struct cmb_scaled_digits *digits, size_t most)
{
    char copy[BEFORE_BYTES + 2 * BEHIND_BYTES] = { 0 };
    const char *start = copy + BEFORE_BYTES, *copy_at = start;
    memcpy(copy + BEFORE_BYTES, *at, length);
    size_t count =
        read_common_levels(&copy_at, start + length, price_scale, amount_scale, levels, digits, most);
    *at += copy_at - start;
    return count;
}

/* Reads as many levels of the common form as come next, maybe none. */
static size_t read_run(struct cmb_json_reader *reader, unsigned price_scale, unsigned amount_scale,
                       struct cmb_scaled_level *levels, struct cmb_scaled_digits *digits,
                       size_t most)
{
    size_t left = (size_t)(reader->end - reader->at);
    if (reader->at - reader->start <= BEFORE_BYTES || reader->depth >= reader->depth_most ||
        price_scale > CMB_SCALED_SCALE_MOST || amount_scale > CMB_SCALED_SCALE_MOST)
        return 0;
    if (left <= BEHIND_BYTES)
        return read_last_levels(&reader->at, left, price_scale, amount_scale, levels, digits,
                                most);
    return read_common_levels(&reader->at, reader->end - BEHIND_BYTES, price_scale, amount_scale,
                              levels, digits, most);
}

#else

static size_t read_run(struct cmb_json_reader *reader, unsigned price_scale, unsigned amount_scale,
                       struct cmb_scaled_level *levels, struct cmb_scaled_digits *digits,
                       size_t most)
{
    (void)reader, (void)price_scale, (void)amount_scale, (void)levels, (void)digits, (void)most;
    return 0;
}

#endif

static bool read_level(struct cmb_json_reader *reader, unsigned price_scale, unsigned amount_scale,
                       struct cmb_scaled_level *ret_level, struct cmb_scaled_digits *ret_digits)
{
    if (!cmb_json_enter_array(reader))
        return false;
    if (!cmb_json_next_element(reader))
        return cmb_json_fail(reader, "a price is expected");
    if (!cmb_json_read_scaled_digits(reader, price_scale, &ret_level->price, &ret_digits->price))
        return false;
    if (!cmb_json_next_element(reader))
        return cmb_json_fail(reader, "an amount is expected");
    return cmb_json_read_scaled_digits(reader, amount_scale, &ret_level->amount,
                                       &ret_digits->amount) &&
           cmb_json_leave_array(reader);
}

bool cmb_json_read_levels(struct cmb_json_reader *reader, unsigned price_scale,
                          unsigned amount_scale, struct cmb_scaled_level *levels,
                          struct cmb_scaled_digits *digits, size_t most, size_t *ret_count)
{
    size_t count = 0;
    cmb_json_enter_array(reader);
    while (cmb_json_next_element(reader)) {
        if (count == most)
            return cmb_json_fail(reader, "more levels than there is room for");
        size_t run = read_run(reader, price_scale, amount_scale, levels + count, digits + count,
                              most - count);
        if (!run &&
            !read_level(reader, price_scale, amount_scale, &levels[count], &digits[count]))
            return false;
        count += run ? run : 1;
    }
    if (reader->reason)
        return false;
    *ret_count = count;
    return true;
}
