/* How is a level read with registers of 16 bytes? */
#include "json/level_inner.h"

#if defined(__SSE2__)

/* The last bytes of a vector, all of each or what tells a digit's value. */
static const char last_bytes[2 * CMB_LEVEL_DIGITS_MOST] = {
    [CMB_LEVEL_DIGITS_MOST] = -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
};
static const char last_values[2 * CMB_LEVEL_DIGITS_MOST] = {
    [CMB_LEVEL_DIGITS_MOST] = 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
};

/* The digits as four groups of four, zeros before the first one. */
static inline __m128i group_digits(const struct cmb_level_number *number)
{
    const char *end = number->at + number->length;
    /* What stands before the point moves one byte up, over it. */
    __m128i is_still = cmb_wide_load(last_bytes + number->still);
    __m128i digits =
        _mm_or_si128(_mm_and_si128(is_still, cmb_wide_load(end - CMB_LEVEL_DIGITS_MOST)),
                     _mm_andnot_si128(is_still, cmb_wide_load(end - CMB_LEVEL_DIGITS_MOST - 1)));
    digits = _mm_and_si128(digits, cmb_wide_load(last_values + number->count));
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

/* Nothing behind the window counts as a digit: a stop for what has no end. */
static inline uint64_t find_others(const char *at)
{
    return ~(cmb_scaled_find_digits(at) | (uint64_t)cmb_scaled_find_digits(at + 16) << 16 |
             (uint64_t)cmb_scaled_find_digits(at + 32) << 32);
}

static inline bool convert(const struct cmb_level_number *price,
                           const struct cmb_level_number *amount, int64_t *ret_values)
{
    __m128i values = join_groups(group_digits(price), group_digits(amount));
    _mm_storeu_si128((__m128i *)(void *)ret_values, values);
    return true;
}

__attribute__((noinline)) static size_t read_to(struct cmb_level_run *run, const char *stop)
{
    return cmb_level_read_to(run, stop, find_others, convert);
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
