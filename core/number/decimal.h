/* number/decimal.h - exact decimals: no digit is lost, none is invented.
 *
 * A struct cambist_decimal is coefficient * 10^exponent with a signed 128-bit coefficient (about
 * 38 digits) and an exponent within +-CMB_DECIMAL_EXPONENT_MOST.  0.10 and 0.1 are equal in value
 * and differ in digits.  A result that does not fit is a fault, never a clamp; no double takes part
 * anywhere.  An absent operand (is_set = 0) makes arithmetic answer ABSENT.  Everything here is
 * pure: nothing is owned, nothing allocated, results are untouched on failure.  [any thread]
 */
#ifndef CMB_NUMBER_DECIMAL_H
#define CMB_NUMBER_DECIMAL_H

#include <cambist/types.h>

#include "base/text.h"
#include "number/fault.h"

#define CMB_DECIMAL_EXPONENT_MOST 1000
/* The longest text of cmb_decimal_format with its NUL: sign, 39 digits, 1000 zeros. */
#define CMB_DECIMAL_TEXT_SIZE     (CMB_DECIMAL_EXPONENT_MOST + 48)
/* What cmb_decimal_divide can be asked for. */
#define CMB_DECIMAL_DIGITS_MOST   38

/* How a value between two steps is moved.  NEAREST takes the even step in the middle. */
enum cmb_rounding {
    CMB_ROUND_DOWN = 1, /* towards zero */
    CMB_ROUND_UP,       /* away from zero */
    CMB_ROUND_NEAREST,  /* half to even */
};

/* Reads the whole of `text`, written as RFC 8259 writes numbers: digits survive ("0.10" has
 * exponent -2), an exponent is taken in (1e-8), a negative zero loses its sign.  GARBLED, or
 * TOO_LARGE where the coefficient or the exponent is beyond its bound. */
enum cmb_number_fault cmb_decimal_parse(struct cmb_text text, struct cambist_decimal *ret_value);

/* Writes the plain form, without an exponent (1e-8 is 0.00000001, 1e3 is 1000), and a NUL; "" for
 * the absent value.  Returns the length without the NUL.  `to` has room for CMB_DECIMAL_TEXT_SIZE
 * bytes.  An exponent beyond the bound, which only a broken writer makes, gives "" too. */
size_t cmb_decimal_format(const struct cambist_decimal *value, char *to);

/* The 10^-digits step of a market that states a count of digits; negative counts give 10, 100, ...
 * TOO_LARGE beyond the exponent's bound. */
enum cmb_number_fault cmb_decimal_of_digits(int digits, struct cambist_decimal *ret_value);
/* `value` units of 10^-scale, with `scale` digits behind the point; `scale` at most
 * CMB_SCALED_SCALE_MOST, else TOO_LARGE. */
enum cmb_number_fault cmb_decimal_of_scaled(int64_t value, unsigned scale,
                                            struct cambist_decimal *ret_value);
/* The count of 10^-scale units that `value` is, exactly; TOO_LARGE or INEXACT otherwise. */
enum cmb_number_fault cmb_decimal_to_scaled(const struct cambist_decimal *value, unsigned scale,
                                            int64_t *ret_value);

/* Below, at or above zero, as `a` is less than, equal to or greater than `b`, by value.  An absent
 * one is less than all present ones and equal to another absent one. */
int cmb_decimal_compare(const struct cambist_decimal *a, const struct cambist_decimal *b);
/* Whether the value is present and zero; and present and below zero. */
bool cmb_decimal_is_zero(const struct cambist_decimal *value);
bool cmb_decimal_is_negative(const struct cambist_decimal *value);

enum cmb_number_fault cmb_decimal_negate(const struct cambist_decimal *value,
                                         struct cambist_decimal *ret_value);
/* Sum and difference, with the digits of the finer operand. */
enum cmb_number_fault cmb_decimal_add(const struct cambist_decimal *a,
                                      const struct cambist_decimal *b,
                                      struct cambist_decimal *ret_value);
enum cmb_number_fault cmb_decimal_subtract(const struct cambist_decimal *a,
                                           const struct cambist_decimal *b,
                                           struct cambist_decimal *ret_value);
/* The exact product, or TOO_LARGE. */
enum cmb_number_fault cmb_decimal_multiply(const struct cambist_decimal *a,
                                           const struct cambist_decimal *b,
                                           struct cambist_decimal *ret_value);
/* The quotient with at most `digits` (1 to CMB_DECIMAL_DIGITS_MOST) significant digits, half to
 * even; an exact quotient has no more digits than it needs. */
enum cmb_number_fault cmb_decimal_divide(const struct cambist_decimal *a,
                                         const struct cambist_decimal *b, unsigned digits,
                                         struct cambist_decimal *ret_value);

/* `value` moved to a multiple of `step` (a tick or lot size, above zero: else GARBLED), with the
 * step's digits.  BY_ZERO for a zero step. */
enum cmb_number_fault cmb_decimal_round(const struct cambist_decimal *value,
                                        const struct cambist_decimal *step,
                                        enum cmb_rounding rounding,
                                        struct cambist_decimal *ret_value);

#endif
