/* number/scaled.h - how is a price or amount held in one int64?
 *
 * A scaled number counts units of 10^-scale: 67123.10 at scale 2 is 6712310.  Books hold these;
 * the scale belongs to the market and is not kept with the number.  A text is written as RFC 8259
 * writes numbers: no plus sign, no leading zeros, no bare point.  Everything here is pure.
 * [any thread]
 */
#ifndef CMB_NUMBER_SCALED_H
#define CMB_NUMBER_SCALED_H

#include "base/text.h"
#include "number/fault.h"

/* Scales are 0 to this: 10^18 is the largest power of ten in an int64. */
#define CMB_SCALED_SCALE_MOST 18
/* The longest text of cmb_scaled_format: sign, 19 digits, point, and the NUL. */
#define CMB_SCALED_TEXT_SIZE  24

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

#endif
