/* Which characters make a number's text? */
#include "number/notation.h"

static struct cmb_text take_digits(const char **at, const char *end)
{
    const char *start = *at;
    while (*at < end && **at >= '0' && **at <= '9')
        (*at)++;
    return (struct cmb_text){ start, (size_t)(*at - start) };
}

static bool parse_exponent(const char **at, const char *end, int32_t *ret_exponent)
{
    bool is_negative = *at < end && **at == '-';
    if (*at < end && (**at == '-' || **at == '+'))
        (*at)++;
    struct cmb_text digits = take_digits(at, end);
    int32_t exponent = 0;
    for (size_t i = 0; i < digits.length; i++) {
        exponent = exponent * 10 + (digits.at[i] - '0');
        if (exponent > CMB_NOTATION_EXPONENT_MOST)
            exponent = CMB_NOTATION_EXPONENT_MOST;
    }
    *ret_exponent = is_negative ? -exponent : exponent;
    return digits.length > 0;
}

bool cmb_notation_parse(struct cmb_text text, struct cmb_notation *ret_notation)
{
    if (!text.length)
        return false;
    struct cmb_notation notation = { .is_negative = *text.at == '-' };
    const char *at = text.at + notation.is_negative, *end = text.at + text.length;
    notation.whole = take_digits(&at, end);
    if (!notation.whole.length || (notation.whole.length > 1 && *notation.whole.at == '0'))
        return false;
    if (at < end && *at == '.') {
        at++;
        notation.fraction = take_digits(&at, end);
        if (!notation.fraction.length)
            return false;
    }
    if (at < end && (*at | 0x20) == 'e') {
        at++;
        if (!parse_exponent(&at, end, &notation.exponent))
            return false;
    }
    *ret_notation = notation;
    return at == end;
}
