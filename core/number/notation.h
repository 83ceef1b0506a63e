/* number/notation.h - which characters make a number's text?
 *
 * For the files of this folder.  One grammar for all of them, that of RFC 8259:
 * -? (0|[1-9][0-9]*) (.[0-9]+)? ([eE][+-]?[0-9]+)?
 */
#ifndef CMB_NUMBER_NOTATION_H
#define CMB_NUMBER_NOTATION_H

#include "base/text.h"

struct cmb_notation {
    struct cmb_text whole, fraction; /* digits; the fraction may be empty */
    int32_t exponent;                /* cut to +-CMB_NOTATION_EXPONENT_MOST */
    bool is_negative;
};

/* Far beyond every bound that is checked later. */
#define CMB_NOTATION_EXPONENT_MOST 1000000

/* Takes the whole of `text` apart; false when it is no number.  [any thread] */
bool cmb_notation_parse(struct cmb_text text, struct cmb_notation *ret_notation);

/* Digit `i` of the whole part and the fraction, read as one row. */
static inline unsigned cmb_notation_digit(const struct cmb_notation *notation, size_t i)
{
    char c = i < notation->whole.length ? notation->whole.at[i]
                                        : notation->fraction.at[i - notation->whole.length];
    return (unsigned)(c - '0');
}

#endif
