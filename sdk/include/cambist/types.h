/* cambist/types.h - the words of the field: numbers, records, operations.
 *
 * Placeholder head; records follow.
 */
#ifndef CAMBIST_TYPES_H
#define CAMBIST_TYPES_H

#include <stdint.h>

/* An exact decimal: coefficient times ten to the power of `exponent`.  The coefficient is a signed
 * 128-bit integer in two halves.  Digits survive: 0.10 is 10 with exponent -2 and prints as 0.10.
 * All zero means absent: the exchange did not say.  Compare by value, never by bytes. */
struct cambist_decimal {
    uint64_t low;
    int64_t high;
    int32_t exponent;
    uint32_t is_set;
};

#endif
