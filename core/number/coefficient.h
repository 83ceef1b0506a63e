/* number/coefficient.h - a decimal taken apart for arithmetic.
 *
 * For the files of this folder.  The magnitude may use all 128 bits on the way; a result is checked
 * when it is joined.
 */
#ifndef CMB_NUMBER_COEFFICIENT_H
#define CMB_NUMBER_COEFFICIENT_H

#include "number/decimal.h"

__extension__ typedef unsigned __int128 cmb_magnitude;

struct cmb_parts {
    cmb_magnitude magnitude;
    int32_t exponent;
    bool is_negative;
};

/* Takes `value` apart without a check. */
static inline struct cmb_parts cmb_parts_of(const struct cambist_decimal *value)
{
    cmb_magnitude bits = (cmb_magnitude)(uint64_t)value->high << 64 | value->low;
    bool is_negative = value->high < 0;
    return (struct cmb_parts){ is_negative ? 0 - bits : bits, value->exponent, is_negative };
}

/* As above; ABSENT without a value, TOO_LARGE for an exponent that is out of bounds. */
enum cmb_number_fault cmb_parts_take(const struct cambist_decimal *value,
                                     struct cmb_parts *ret_parts);

/* Puts a decimal together.  A magnitude of more than 127 bits gives up zeros at its end, and is
 * TOO_LARGE when it has none. */
enum cmb_number_fault cmb_parts_join(const struct cmb_parts *parts,
                                     struct cambist_decimal *ret_value);

/* Appends a digit; false, without a change, when it does not fit. */
static inline bool cmb_magnitude_push(cmb_magnitude *magnitude, unsigned digit)
{
    cmb_magnitude more;
    if (__builtin_mul_overflow(*magnitude, (cmb_magnitude)10, &more) ||
        __builtin_add_overflow(more, (cmb_magnitude)digit, &more))
        return false;
    *magnitude = more;
    return true;
}

/* How many decimal digits; 0 for zero. */
static inline int cmb_magnitude_count(cmb_magnitude magnitude)
{
    int count = 0;
    for (; magnitude; magnitude /= 10)
        count++;
    return count;
}

#endif
