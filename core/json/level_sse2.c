/* How is a level read with registers of 16 bytes? */
#include "json/level_inner.h"

#include <string.h>

#if defined(__SSE2__)

enum {
    DIGITS_MOST = 16,  /* of one number, without the point */
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

static inline const char *read_level(const char *at, const struct cmb_level_run *run, size_t index)
{
    struct cmb_scaled_level *level = &run->levels[index];
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
    bool is_whole =
        cmb_level_scale_up(_mm_cvtsi128_si64(values), price.behind, run->price_scale,
                           &level->price) &&
        cmb_level_scale_up(_mm_cvtsi128_si64(_mm_unpackhi_epi64(values, values)), amount.behind,
                           run->amount_scale, &level->amount);
    run->digits[index] =
        (struct cmb_scaled_digits){ (uint8_t)price.behind, (uint8_t)amount.behind };
    return is_whole ? cmb_level_pass_rest(end, at) : NULL;
}

__attribute__((noinline)) static size_t read_to(struct cmb_level_run *run, const char *stop)
{
    return cmb_level_read_to(run, stop, read_level);
}

size_t cmb_level_run_sse2(struct cmb_level_run *run)
{
    return cmb_level_read_all(run, read_to);
}

#else

size_t cmb_level_run_sse2(struct cmb_level_run *run)
{
    (void)run;
    return 0;
}

#endif

