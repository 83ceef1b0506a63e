/* How does a decimal come in, how does it go out, and which of two is greater? */
#include "number/decimal.h"

#include "number/coefficient.h"
#include "number/notation.h"
#include "number/scaled.h"

enum cmb_number_fault cmb_parts_take(const struct cambist_decimal *value,
                                     struct cmb_parts *ret_parts)
{
    if (!value->is_set)
        return CMB_NUMBER_ABSENT;
    if (value->exponent > CMB_DECIMAL_EXPONENT_MOST || value->exponent < -CMB_DECIMAL_EXPONENT_MOST)
        return CMB_NUMBER_TOO_LARGE;
    *ret_parts = cmb_parts_of(value);
    return CMB_NUMBER_FINE;
}

enum cmb_number_fault cmb_parts_join(const struct cmb_parts *parts,
                                     struct cambist_decimal *ret_value)
{
    cmb_magnitude magnitude = parts->magnitude;
    cmb_magnitude most = ((cmb_magnitude)1 << 127) - !parts->is_negative;
    int32_t exponent = parts->exponent;
    for (; magnitude > most && magnitude % 10 == 0; exponent++)
        magnitude /= 10;
    if (magnitude > most || exponent > CMB_DECIMAL_EXPONENT_MOST ||
        exponent < -CMB_DECIMAL_EXPONENT_MOST)
        return CMB_NUMBER_TOO_LARGE;
    cmb_magnitude bits = parts->is_negative ? 0 - magnitude : magnitude;
    *ret_value = (struct cambist_decimal){ .low = (uint64_t)bits,
                                           .high = (int64_t)(uint64_t)(bits >> 64),
                                           .exponent = exponent,
                                           .is_set = 1 };
    return CMB_NUMBER_FINE;
}

/* Appends the digits at `at` and returns where they end. */
static const char *push_digits(const char *at, const char *end, uint64_t *magnitude)
{
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        *magnitude = *magnitude * 10 + (uint64_t)(*at - '0');
    return at;
}

/* The common form: up to 18 digits, no exponent.  False leaves the text to the general way. */
static bool parse_short(struct cmb_text text, struct cambist_decimal *ret_value)
{
    if (!text.length || text.length > 19) /* so that 64 bits hold the digits */
        return false;
    bool is_negative = *text.at == '-';
    const char *start = text.at + is_negative, *end = text.at + text.length;
    uint64_t magnitude = 0;
    const char *point = push_digits(start, end, &magnitude), *at = point;
    if (point == start || (*start == '0' && point > start + 1))
        return false;
    if (point < end && *point == '.')
        at = push_digits(point + 1, end, &magnitude);
    if (at < end || at == point + 1)
        return false;
    *ret_value = (struct cambist_decimal){ .low = is_negative ? 0 - magnitude : magnitude,
                                           .high = is_negative && magnitude ? -1 : 0,
                                           .exponent = at > point ? (int32_t)(point + 1 - at) : 0,
                                           .is_set = 1 };
    return true;
}

enum cmb_number_fault cmb_decimal_parse(struct cmb_text text, struct cambist_decimal *ret_value)
{
    struct cmb_notation notation;
    cmb_magnitude magnitude = 0;
    if (parse_short(text, ret_value))
        return CMB_NUMBER_FINE;
    if (!cmb_notation_parse(text, &notation))
        return CMB_NUMBER_GARBLED;
    size_t count = notation.whole.length + notation.fraction.length;
    for (size_t i = 0; i < count; i++)
        if (!cmb_magnitude_push(&magnitude, cmb_notation_digit(&notation, i)))
            return CMB_NUMBER_TOO_LARGE;
    if (notation.fraction.length > CMB_NOTATION_EXPONENT_MOST ||
        magnitude > ((cmb_magnitude)1 << 127) - !notation.is_negative)
        return CMB_NUMBER_TOO_LARGE;
    struct cmb_parts parts = { .magnitude = magnitude,
                               .exponent = notation.exponent - (int32_t)notation.fraction.length,
                               .is_negative = notation.is_negative && magnitude };
    return cmb_parts_join(&parts, ret_value);
}

/* The digits of `magnitude`, "0" for zero, at the end of `digits`; returns where they begin. */
static char *format_digits(cmb_magnitude magnitude, char *end)
{
    const uint64_t chunk = 10000000000000000000u; /* 19 digits: divide 128 bits seldom */
    char *at = end;
    while (magnitude >= chunk) {
        uint64_t low = (uint64_t)(magnitude % chunk);
        magnitude /= chunk;
        for (int i = 0; i < 19; i++, low /= 10)
            *--at = (char)('0' + low % 10);
    }
    uint64_t left = (uint64_t)magnitude;
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    return at;
}

static char *put(char *to, const char *bytes, size_t length)
{
    memcpy(to, bytes, length);
    return to + length;
}

static char *put_zeros(char *to, size_t count)
{
    memset(to, '0', count);
    return to + count;
}

size_t cmb_decimal_format(const struct cambist_decimal *value, char *to)
{
    struct cmb_parts parts;
    char digits[40], *end = digits + sizeof digits, *at = to;
    *to = 0;
    if (cmb_parts_take(value, &parts) != CMB_NUMBER_FINE)
        return 0;
    const char *first = format_digits(parts.magnitude, end);
    size_t count = (size_t)(end - first), behind = parts.exponent < 0 ? (size_t)-parts.exponent : 0;
    if (parts.is_negative)
        *at++ = '-';
    if (count > behind)
        at = put(at, first, count - behind);
    else
        *at++ = '0';
    if (parts.exponent > 0 && parts.magnitude)
        at = put_zeros(at, (size_t)parts.exponent);
    if (behind) {
        *at++ = '.';
        if (behind > count)
            at = put_zeros(at, behind - count);
        size_t shown = behind < count ? behind : count;
        at = put(at, end - shown, shown);
    }
    *at = 0;
    return (size_t)(at - to);
}

enum cmb_number_fault cmb_decimal_of_digits(int digits, struct cambist_decimal *ret_value)
{
    if (digits > CMB_DECIMAL_EXPONENT_MOST || digits < -CMB_DECIMAL_EXPONENT_MOST)
        return CMB_NUMBER_TOO_LARGE;
    *ret_value = (struct cambist_decimal){ .low = 1, .exponent = -digits, .is_set = 1 };
    return CMB_NUMBER_FINE;
}

enum cmb_number_fault cmb_decimal_of_scaled(int64_t value, unsigned scale,
                                            struct cambist_decimal *ret_value)
{
    if (scale > CMB_SCALED_SCALE_MOST)
        return CMB_NUMBER_TOO_LARGE;
    *ret_value = (struct cambist_decimal){
        .low = (uint64_t)value, .high = value < 0 ? -1 : 0, .exponent = -(int32_t)scale, .is_set = 1
    };
    return CMB_NUMBER_FINE;
}

enum cmb_number_fault cmb_decimal_to_scaled(const struct cambist_decimal *value, unsigned scale,
                                            int64_t *ret_value)
{
    struct cmb_parts parts;
    enum cmb_number_fault fault = cmb_parts_take(value, &parts);
    if (fault != CMB_NUMBER_FINE)
        return fault;
    if (scale > CMB_SCALED_SCALE_MOST)
        return CMB_NUMBER_TOO_LARGE;
    int32_t shift = parts.exponent + (int32_t)scale;
    for (; shift < 0 && parts.magnitude; shift++) {
        if (parts.magnitude % 10)
            return CMB_NUMBER_INEXACT;
        parts.magnitude /= 10;
    }
    for (; shift > 0 && parts.magnitude; shift--)
        if (!cmb_magnitude_push(&parts.magnitude, 0))
            return CMB_NUMBER_TOO_LARGE;
    if (parts.magnitude > (uint64_t)INT64_MAX + parts.is_negative)
        return CMB_NUMBER_TOO_LARGE;
    uint64_t magnitude = (uint64_t)parts.magnitude;
    *ret_value = (int64_t)(parts.is_negative ? 0 - magnitude : magnitude);
    return CMB_NUMBER_FINE;
}

bool cmb_decimal_is_zero(const struct cambist_decimal *value)
{
    return value->is_set && !value->low && !value->high;
}

bool cmb_decimal_is_negative(const struct cambist_decimal *value)
{
    return value->is_set && value->high < 0;
}

/* Both are above zero.  The place of the first digit decides; for equal places the coarser one is
 * brought to the exponent of the other, which takes at most 38 digits. */
static int compare_magnitudes(struct cmb_parts a, struct cmb_parts b)
{
    int64_t a_place = (int64_t)a.exponent + cmb_magnitude_count(a.magnitude);
    int64_t b_place = (int64_t)b.exponent + cmb_magnitude_count(b.magnitude);
    if (a_place != b_place)
        return a_place < b_place ? -1 : 1;
    for (; a.exponent > b.exponent; a.exponent--)
        if (!cmb_magnitude_push(&a.magnitude, 0))
            return 1; /* 39 digits beyond 128 bits are more than 39 within */
    for (; b.exponent > a.exponent; b.exponent--)
        if (!cmb_magnitude_push(&b.magnitude, 0))
            return -1;
    return a.magnitude < b.magnitude ? -1 : a.magnitude > b.magnitude;
}

int cmb_decimal_compare(const struct cambist_decimal *a, const struct cambist_decimal *b)
{
    if (!a->is_set || !b->is_set)
        return (a->is_set != 0) - (b->is_set != 0);
    struct cmb_parts left = cmb_parts_of(a), right = cmb_parts_of(b);
    int left_sign = left.magnitude ? (left.is_negative ? -1 : 1) : 0;
    int right_sign = right.magnitude ? (right.is_negative ? -1 : 1) : 0;
    if (left_sign != right_sign)
        return left_sign < right_sign ? -1 : 1;
    if (!left_sign)
        return 0;
    return left_sign * compare_magnitudes(left, right);
}
