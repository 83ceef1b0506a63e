/* What is a sum, a product, a quotient, a multiple of a tick, to the last digit? */
#include "number/decimal.h"

#include "number/coefficient.h"

static enum cmb_number_fault take_both(const struct cambist_decimal *a,
                                       const struct cambist_decimal *b, struct cmb_parts *left,
                                       struct cmb_parts *right)
{
    enum cmb_number_fault fault = cmb_parts_take(a, left);
    return fault != CMB_NUMBER_FINE ? fault : cmb_parts_take(b, right);
}

static void drop_zeros(struct cmb_parts *parts, int32_t most)
{
    for (; parts->exponent < most && parts->magnitude % 10 == 0; parts->exponent++)
        parts->magnitude /= 10;
}

/* Brings both to one exponent, the finer one where that fits; false when there is none. */
static bool align(struct cmb_parts *a, struct cmb_parts *b)
{
    struct cmb_parts *coarse = a->exponent > b->exponent ? a : b, *fine = coarse == a ? b : a;
    if (!coarse->magnitude)
        coarse->exponent = fine->exponent;
    while (coarse->exponent > fine->exponent && cmb_magnitude_push(&coarse->magnitude, 0))
        coarse->exponent--;
    drop_zeros(fine, coarse->exponent);
    return coarse->exponent == fine->exponent;
}

enum cmb_number_fault cmb_decimal_negate(const struct cambist_decimal *value,
                                         struct cambist_decimal *ret_value)
{
    struct cmb_parts parts;
    enum cmb_number_fault fault = cmb_parts_take(value, &parts);
    if (fault != CMB_NUMBER_FINE)
        return fault;
    parts.is_negative = parts.magnitude && !parts.is_negative;
    return cmb_parts_join(&parts, ret_value);
}

static enum cmb_number_fault add_parts(struct cmb_parts left, struct cmb_parts right,
                                       struct cambist_decimal *ret_value)
{
    if (!align(&left, &right))
        return CMB_NUMBER_TOO_LARGE;
    struct cmb_parts sum = left;
    if (left.is_negative == right.is_negative) {
        if (__builtin_add_overflow(left.magnitude, right.magnitude, &sum.magnitude)) {
            unsigned last = (unsigned)(left.magnitude % 10 + right.magnitude % 10);
            if (last % 10)
                return CMB_NUMBER_TOO_LARGE;
            sum.magnitude = left.magnitude / 10 + right.magnitude / 10 + last / 10;
            sum.exponent++; /* 129 bits, but the last digit is a zero */
        }
    } else if (left.magnitude >= right.magnitude) {
        sum.magnitude = left.magnitude - right.magnitude;
    } else {
        sum.magnitude = right.magnitude - left.magnitude;
        sum.is_negative = right.is_negative;
    }
    sum.is_negative = sum.is_negative && sum.magnitude;
    return cmb_parts_join(&sum, ret_value);
}

enum cmb_number_fault cmb_decimal_add(const struct cambist_decimal *a,
                                      const struct cambist_decimal *b,
                                      struct cambist_decimal *ret_value)
{
    struct cmb_parts left, right;
    enum cmb_number_fault fault = take_both(a, b, &left, &right);
    return fault != CMB_NUMBER_FINE ? fault : add_parts(left, right, ret_value);
}

enum cmb_number_fault cmb_decimal_subtract(const struct cambist_decimal *a,
                                           const struct cambist_decimal *b,
                                           struct cambist_decimal *ret_value)
{
    struct cmb_parts left, right;
    enum cmb_number_fault fault = take_both(a, b, &left, &right);
    if (fault != CMB_NUMBER_FINE)
        return fault;
    right.is_negative = !right.is_negative;
    return add_parts(left, right, ret_value);
}

/* A two in one factor and a five in the other are a zero at the end of their product. */
static void drop_tens(struct cmb_parts *even, struct cmb_parts *fifth)
{
    for (; even->magnitude % 2 == 0 && fifth->magnitude % 5 == 0; even->exponent++) {
        even->magnitude /= 2;
        fifth->magnitude /= 5;
    }
}

enum cmb_number_fault cmb_decimal_multiply(const struct cambist_decimal *a,
                                           const struct cambist_decimal *b,
                                           struct cambist_decimal *ret_value)
{
    struct cmb_parts left, right, product;
    enum cmb_number_fault fault = take_both(a, b, &left, &right);
    if (fault != CMB_NUMBER_FINE)
        return fault;
    if (__builtin_mul_overflow(left.magnitude, right.magnitude, &product.magnitude)) {
        drop_tens(&left, &left);
        drop_tens(&right, &right);
        drop_tens(&left, &right);
        drop_tens(&right, &left);
        if (__builtin_mul_overflow(left.magnitude, right.magnitude, &product.magnitude))
            return CMB_NUMBER_TOO_LARGE;
    }
    product.exponent = left.exponent + right.exponent;
    product.is_negative = left.is_negative != right.is_negative && product.magnitude;
    return cmb_parts_join(&product, ret_value);
}

/* One more digit of remainder / divisor.  Ten additions instead of a product, which could need more
 * than 128 bits. */
static unsigned next_digit(cmb_magnitude *remainder, cmb_magnitude divisor)
{
    cmb_magnitude left = 0, once = *remainder;
    unsigned digit = 0;
    for (int i = 0; i < 10; i++) {
        left += once;
        if (left >= divisor) {
            left -= divisor;
            digit++;
        }
    }
    *remainder = left;
    return digit;
}

/* Half to even: `rest` of `whole` was cut from `quotient`, and a little more when `has_more`. */
static bool is_rounded_up(cmb_magnitude quotient, cmb_magnitude rest, cmb_magnitude whole,
                          bool has_more)
{
    cmb_magnitude other = whole - rest;
    if (rest != other)
        return rest > other;
    return has_more || (quotient & 1);
}

/* The next higher quotient; 999 becomes 100 with one more in the exponent. */
static void step_up(struct cmb_parts *quotient, int digits)
{
    quotient->magnitude++;
    if (cmb_magnitude_count(quotient->magnitude) > digits) {
        quotient->magnitude /= 10;
        quotient->exponent++;
    }
}

/* Cuts `quotient`, which has `count` digits, to `digits`. */
static void cut_digits(struct cmb_parts *quotient, int count, int digits, bool has_more)
{
    cmb_magnitude whole = 1;
    for (int i = digits; i < count; i++)
        whole *= 10;
    cmb_magnitude rest = quotient->magnitude % whole;
    quotient->magnitude /= whole;
    quotient->exponent += count - digits;
    if (is_rounded_up(quotient->magnitude, rest, whole, has_more))
        step_up(quotient, digits);
}

static void divide_parts(struct cmb_parts left, struct cmb_parts right, int digits,
                         struct cmb_parts *ret_quotient)
{
    struct cmb_parts quotient = { .magnitude = left.magnitude / right.magnitude,
                                  .exponent = left.exponent - right.exponent };
    cmb_magnitude rest = left.magnitude % right.magnitude;
    int count = cmb_magnitude_count(quotient.magnitude);
    while (rest && count < digits) {
        unsigned digit = next_digit(&rest, right.magnitude);
        quotient.magnitude = quotient.magnitude * 10 + digit;
        quotient.exponent--;
        count += quotient.magnitude != 0;
    }
    if (count > digits)
        cut_digits(&quotient, count, digits, rest != 0);
    else if (rest && is_rounded_up(quotient.magnitude, rest, right.magnitude, false))
        step_up(&quotient, digits);
    *ret_quotient = quotient;
}

enum cmb_number_fault cmb_decimal_divide(const struct cambist_decimal *a,
                                         const struct cambist_decimal *b, unsigned digits,
                                         struct cambist_decimal *ret_value)
{
    struct cmb_parts left, right, quotient;
    enum cmb_number_fault fault = take_both(a, b, &left, &right);
    if (fault != CMB_NUMBER_FINE)
        return fault;
    if (digits < 1 || digits > CMB_DECIMAL_DIGITS_MOST)
        return CMB_NUMBER_TOO_LARGE;
    if (!right.magnitude)
        return CMB_NUMBER_BY_ZERO;
    divide_parts(left, right, (int)digits, &quotient);
    quotient.is_negative = left.is_negative != right.is_negative && quotient.magnitude;
    return cmb_parts_join(&quotient, ret_value);
}

static bool is_stepped_up(cmb_magnitude count, cmb_magnitude rest, cmb_magnitude step,
                          enum cmb_rounding rounding)
{
    switch (rounding) {
    case CMB_ROUND_UP:
        return rest != 0;
    case CMB_ROUND_NEAREST:
        return is_rounded_up(count, rest, step, false);
    default:
        return false;
    }
}

enum cmb_number_fault cmb_decimal_round(const struct cambist_decimal *value,
                                        const struct cambist_decimal *step,
                                        enum cmb_rounding rounding,
                                        struct cambist_decimal *ret_value)
{
    struct cmb_parts left, right, rounded;
    enum cmb_number_fault fault = take_both(value, step, &left, &right);
    if (fault != CMB_NUMBER_FINE)
        return fault;
    if (right.is_negative)
        return CMB_NUMBER_GARBLED;
    if (!right.magnitude)
        return CMB_NUMBER_BY_ZERO;
    rounded = right;
    if (!align(&left, &right))
        return CMB_NUMBER_TOO_LARGE;
    cmb_magnitude count = left.magnitude / right.magnitude;
    count += is_stepped_up(count, left.magnitude % right.magnitude, right.magnitude, rounding);
    if (__builtin_mul_overflow(count, rounded.magnitude, &rounded.magnitude))
        return CMB_NUMBER_TOO_LARGE;
    rounded.is_negative = left.is_negative && rounded.magnitude;
    return cmb_parts_join(&rounded, ret_value);
}
