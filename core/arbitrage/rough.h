/* arbitrage/rough.h - positive numbers of 62 bits times a power of two, rounded the way that their
 * user wants: quick products and quotients of numbers that differ by any scale.
 *
 * For questions that may be answered a little too much one way: whether something may pay, how much
 * to begin with.  Never for what is told. */
#ifndef CMB_ARBITRAGE_ROUGH_H
#define CMB_ARBITRAGE_ROUGH_H

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef __int128 cmb_wide;
__extension__ typedef unsigned __int128 cmb_wide_bits;

enum { CMB_ROUGH_BITS = 62 };

struct cmb_rough {
    uint64_t bits; /* 2^61 to 2^62 - 1; 0: zero */
    int power;
};

static inline struct cmb_rough cmb_rough_of(cmb_wide_bits value, bool is_up)
{
    struct cmb_rough rough = { 0, 0 };
    if (!value)
        return rough;
    int width = value >> 64 ? 128 - __builtin_clzll((uint64_t)(value >> 64))
                            : 64 - __builtin_clzll((uint64_t)value);
    rough.power = width - CMB_ROUGH_BITS;
    if (rough.power <= 0) {
        rough.bits = (uint64_t)value << -rough.power;
        return rough;
    }
    rough.bits = (uint64_t)(value >> rough.power);
    bool is_cut = (cmb_wide_bits)rough.bits << rough.power != value;
    if (is_up && is_cut && ++rough.bits >> CMB_ROUGH_BITS) {
        rough.bits >>= 1;
        rough.power++;
    }
    return rough;
}

static inline struct cmb_rough cmb_rough_times(struct cmb_rough a, struct cmb_rough b, bool is_up)
{
    struct cmb_rough product = cmb_rough_of((cmb_wide_bits)a.bits * b.bits, is_up);
    product.power += a.power + b.power;
    return product;
}

/* `b` is not zero. */
static inline struct cmb_rough cmb_rough_over(struct cmb_rough a, struct cmb_rough b, bool is_up)
{
    cmb_wide_bits bits = (cmb_wide_bits)a.bits << CMB_ROUGH_BITS;
    cmb_wide_bits quotient = bits / b.bits;
    struct cmb_rough rough = cmb_rough_of(quotient + (is_up && quotient * b.bits != bits), is_up);
    rough.power += a.power - b.power - CMB_ROUGH_BITS;
    return rough;
}

static inline bool cmb_rough_is_at_least(struct cmb_rough a, struct cmb_rough b)
{
    if (!a.bits || !b.bits)
        return !b.bits;
    return a.power != b.power ? a.power > b.power : a.bits >= b.bits;
}

/* The whole part of the number times 2^`shift`; false: it does not fit. */
static inline bool cmb_rough_floor(struct cmb_rough rough, int shift, cmb_wide *ret)
{
    int power = rough.power + shift;
    if (power > 126 - CMB_ROUGH_BITS)
        return false;
    *ret = power >= 0              ? (cmb_wide)rough.bits << power
           : power > -CMB_ROUGH_BITS ? (cmb_wide)(rough.bits >> -power)
                                     : 0;
    return true;
}

#endif
