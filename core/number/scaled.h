/* number/scaled.h - how is a price or amount held in one int64?
 *
 * A scaled number counts units of 10^-scale: 67123.10 at scale 2 is 6712310.  Books hold these;
 * the scale belongs to the market and is not kept with the number.  A text is written as RFC 8259
 * writes numbers: no plus sign, no leading zeros, no bare point.  Everything here is pure.
 * [any thread]
 */
#ifndef CMB_NUMBER_SCALED_H
#define CMB_NUMBER_SCALED_H

#include <endian.h>

#include "base/text.h"
#include "base/wide.h"
#include "number/fault.h"

/* Scales are 0 to this: 10^18 is the largest power of ten in an int64. */
#define CMB_SCALED_SCALE_MOST 18
/* The longest text of cmb_scaled_format: sign, 19 digits, point, and the NUL. */
#define CMB_SCALED_TEXT_SIZE  24

/* A level of a book: price and amount, each a count of 10^-scale at its own scale. */
struct cmb_scaled_level {
    int64_t price, amount;
};

/* How many decimals the exchange wrote: what a checksum over its own digits needs besides. */
struct cmb_scaled_digits {
    uint8_t price, amount;
};

/* 10^0 to 10^18. */
extern const int64_t cmb_powers_of_ten[CMB_SCALED_SCALE_MOST + 1];

/* Reads the whole of `text` at `scale`, exactly.  Zeros behind the last digit that fits are fine.
 * GARBLED, TOO_LARGE, or INEXACT where digits would be lost; TOO_LARGE for a scale above the
 * most. */
enum cmb_number_fault cmb_scaled_parse(struct cmb_text text, unsigned scale, int64_t *ret_value);

/* As above, but digits behind the scale are dropped (towards zero) instead of refused. */
enum cmb_number_fault cmb_scaled_parse_cut(struct cmb_text text, unsigned scale,
                                           int64_t *ret_value);

/* Writes `value` with exactly `scale` digits behind the point, and a NUL.  Returns the length
 * without the NUL.  `to` has room for CMB_SCALED_TEXT_SIZE bytes; a scale above the most is taken
 * as the most. */
size_t cmb_scaled_format(int64_t value, unsigned scale, char *to);

/* Reads a number of the common form at `at`, of which CMB_SCALED_FAST_BYTES must be readable: no
 * sign, no exponent, at most 8 digits before and 8 behind the point, or up to 15 without one.
 * Returns its length, or 0 for every other form, good or bad: then cmb_scaled_parse decides.  What
 * follows the number is the caller's to check. */
static inline size_t cmb_scaled_read_fast(const char *at, unsigned scale, int64_t *ret_value);

/* -- the rest is how -- */

#define CMB_SCALED_FAST_BYTES 17 /* 8 digits, a point, 8 bytes behind it */

/* Eight bytes, the first one lowest. */
static inline uint64_t cmb_scaled_load(const char *at)
{
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return le64toh(bytes);
}

/* The value of the first `count` (1 to 8) digits at `at`: three multiplications for all of them. */
static inline uint64_t cmb_scaled_digits(const char *at, unsigned count)
{
    /* Moved to the top, the digits stand behind zeros. */
    uint64_t digits = (cmb_scaled_load(at) ^ 0x3030303030303030u) << (64 - 8 * count);
    digits = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ffu;
    digits = (digits * 100 + (digits >> 16)) & 0x0000ffff0000ffffu;
    return (digits * 10000 + (digits >> 32)) & 0xffffffffu;
}

/* A bit for each of the eight bytes at `at` that is no digit. */
static inline unsigned cmb_scaled_find_others_of(const char *at)
{
    const uint64_t tops = 0x8080808080808080u;
    uint64_t bytes = cmb_scaled_load(at) ^ 0x3030303030303030u; /* digits are 0 to 9 now */
    uint64_t others = (((bytes & ~tops) + 0x7676767676767676u) | bytes) & tops;
    return (unsigned)((others >> 7) * 0x0102040810204080u >> 56);
}

#if defined(__SSE2__)
/* A bit for each of 16 bytes that is a digit. */
static inline unsigned cmb_scaled_find_digits(const char *at)
{
    /* Moved so that '0' to '9' are the ten greatest signed values. */
    __m128i moved = _mm_add_epi8(cmb_wide_load(at), _mm_set1_epi8(127 - '9'));
    return (unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(moved, _mm_set1_epi8(127 - 10)));
}
#endif

/* A bit for each of 16 bytes that is no digit. */
static inline unsigned cmb_scaled_find_others(const char *at)
{
#if defined(__SSE2__)
    return cmb_scaled_find_digits(at) ^ 0xffffu;
#else
    return cmb_scaled_find_others_of(at) | cmb_scaled_find_others_of(at + 8) << 8;
#endif
}

/* The value of the first `count` (1 to 16) digits at `at`. */
static inline int64_t cmb_scaled_read_whole(const char *at, unsigned count)
{
    if (count <= 8)
        return (int64_t)cmb_scaled_digits(at, count);
    return (int64_t)(cmb_scaled_digits(at, count - 8) * 100000000 +
                     cmb_scaled_digits(at + count - 8, 8));
}

static inline size_t cmb_scaled_read_fast(const char *at, unsigned scale, int64_t *ret_value)
{
    unsigned others = cmb_scaled_find_others(at);
    if (!others || scale > CMB_SCALED_SCALE_MOST)
        return 0;
    unsigned count = (unsigned)__builtin_ctz(others);
    if (!count || (*at == '0' && count > 1))
        return 0;
    if (at[count] != '.') {
        int64_t value = cmb_scaled_read_whole(at, count);
        return __builtin_mul_overflow(value, cmb_powers_of_ten[scale], ret_value) ? 0 : count;
    }
    others &= others - 1;
    if (!others || count > 8)
        return 0;
    unsigned length = (unsigned)__builtin_ctz(others), behind = length - count - 1;
    if (behind - 1 > 7 || behind > scale)
        return 0;
    int64_t whole = (int64_t)cmb_scaled_digits(at, count);
    int64_t fraction = (int64_t)cmb_scaled_digits(at + count + 1, behind);
    if (__builtin_mul_overflow(whole, cmb_powers_of_ten[scale], &whole) ||
        __builtin_add_overflow(whole, fraction * cmb_powers_of_ten[scale - behind], ret_value))
        return 0;
    return length;
}

#endif
