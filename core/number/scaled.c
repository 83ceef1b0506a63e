/* How is a text read into one int64 at a scale, and written back? */
#include "number/scaled.h"

#include "number/notation.h"

/* clang-format off */
const int64_t cmb_powers_of_ten[CMB_SCALED_SCALE_MOST + 1] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000,
    100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000,
    10000000000000000, 100000000000000000, 1000000000000000000,
};
/* clang-format on */

static bool push_digit(uint64_t *magnitude, unsigned digit)
{
    return !__builtin_mul_overflow(*magnitude, 10u, magnitude) &&
           !__builtin_add_overflow(*magnitude, digit, magnitude);
}

/* Reads the digits down to the one worth 10^-scale.  *ret_is_exact tells whether only zeros
 * follow it; false on overflow. */
static bool read_magnitude(const struct cmb_notation *notation, unsigned scale,
                           uint64_t *ret_magnitude, bool *ret_is_exact)
{
    size_t count = notation->whole.length + notation->fraction.length, i = 0;
    int64_t kept = (int64_t)notation->whole.length + notation->exponent + (int64_t)scale;
    uint64_t magnitude = 0;
    for (; i < count && (int64_t)i < kept; i++)
        if (!push_digit(&magnitude, cmb_notation_digit(notation, i)))
            return false;
    for (int64_t zeros = kept - (int64_t)count; magnitude && zeros > 0; zeros--)
        if (!push_digit(&magnitude, 0))
            return false;
    *ret_is_exact = true;
    for (; i < count; i++)
        if (cmb_notation_digit(notation, i))
            *ret_is_exact = false;
    *ret_magnitude = magnitude;
    return true;
}

/* Nothing but digits, no zero in front, and not too many: milliseconds, numbers of updates. */
static bool parse_whole(struct cmb_text text, unsigned scale, int64_t *ret_value)
{
    int64_t value = 0;
    if (text.length == 0 || text.length > CMB_SCALED_SCALE_MOST || scale > CMB_SCALED_SCALE_MOST ||
        (text.at[0] == '0' && text.length > 1))
        return false;
    for (size_t i = 0; i < text.length; i++) {
        unsigned digit = (unsigned char)text.at[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        value = value * 10 + (int64_t)digit;
    }
    if (__builtin_mul_overflow(value, cmb_powers_of_ten[scale], &value))
        return false;
    *ret_value = value;
    return true;
}

static enum cmb_number_fault parse(struct cmb_text text, unsigned scale, bool may_cut,
                                   int64_t *ret_value)
{
    struct cmb_notation notation;
    uint64_t magnitude;
    bool is_exact;
    if (parse_whole(text, scale, ret_value))
        return CMB_NUMBER_FINE;
    if (!cmb_notation_parse(text, &notation))
        return CMB_NUMBER_GARBLED;
    if (scale > CMB_SCALED_SCALE_MOST || !read_magnitude(&notation, scale, &magnitude, &is_exact) ||
        magnitude > (uint64_t)INT64_MAX + notation.is_negative)
        return CMB_NUMBER_TOO_LARGE;
    if (!is_exact && !may_cut)
        return CMB_NUMBER_INEXACT;
    *ret_value = (int64_t)(notation.is_negative ? 0 - magnitude : magnitude);
    return CMB_NUMBER_FINE;
}

enum cmb_number_fault cmb_scaled_parse(struct cmb_text text, unsigned scale, int64_t *ret_value)
{
    return parse(text, scale, /* may_cut= */ false, ret_value);
}

enum cmb_number_fault cmb_scaled_parse_cut(struct cmb_text text, unsigned scale, int64_t *ret_value)
{
    return parse(text, scale, /* may_cut= */ true, ret_value);
}

size_t cmb_scaled_format(int64_t value, unsigned scale, char *to)
{
    char room[CMB_NUMBER_SIZE], padded[CMB_SCALED_TEXT_SIZE], *end = to;
    struct cmb_text digits = cmb_text_of_number(value, room);
    if (scale > CMB_SCALED_SCALE_MOST)
        scale = CMB_SCALED_SCALE_MOST;
    if (value < 0) {
        *end++ = *digits.at++;
        digits.length--;
    }
    /* At least one digit stands before the point. */
    size_t zeros = digits.length > scale ? 0 : scale + 1 - digits.length;
    size_t whole = zeros + digits.length - scale;
    memset(padded, '0', zeros);
    memcpy(padded + zeros, digits.at, digits.length);
    end = mempcpy(end, padded, whole);
    if (scale)
        *end++ = '.';
    end = mempcpy(end, padded + whole, scale);
    *end = '\0';
    return (size_t)(end - to);
}
