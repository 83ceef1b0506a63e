/* json/number.h - how does a number leave JSON without passing through a double?
 *
 * Exchanges write numbers bare (12.5) or in quotes ("12.5"); both are read alike, both are written
 * as RFC 8259 writes numbers.  Digits that do not fit are a failure of the reader.
 */
#ifndef CMB_JSON_NUMBER_H
#define CMB_JSON_NUMBER_H

#include <cambist/types.h>

#include "json/reader.h"
#include "number/scaled.h"

/* Reads a number as a count of 10^-scale units, exactly; `scale` at most CMB_SCALED_SCALE_MOST.
 * This is what books are read with. */
static inline bool cmb_json_read_scaled(struct cmb_json_reader *reader, unsigned scale,
                                        int64_t *ret_value);

/* As above; *ret_decimals is how many digits were written behind the point. */
bool cmb_json_read_scaled_digits(struct cmb_json_reader *reader, unsigned scale,
                                 int64_t *ret_value, uint8_t *ret_decimals);

/* Reads a whole number: ids, sequence numbers, milliseconds. */
static inline bool cmb_json_read_integer(struct cmb_json_reader *reader, int64_t *ret_value);

/* Reads a number with all its digits.  null and "" give the absent value. */
bool cmb_json_read_decimal(struct cmb_json_reader *reader, struct cambist_decimal *ret_value);

/* -- the rest is how -- */

bool cmb_json_read_scaled_slowly(struct cmb_json_reader *reader, unsigned scale,
                                 int64_t *ret_value);

static inline bool cmb_json_read_scaled(struct cmb_json_reader *reader, unsigned scale,
                                        int64_t *ret_value)
{
    char first = cmb_json_next_byte(reader);
    unsigned quote = first == '"';
    const char *at = reader->at + quote;
    int64_t value = 0;
    if (reader->end - at >= CMB_SCALED_FAST_BYTES) {
        size_t length = cmb_scaled_read_fast(at, scale, &value);
        bool is_whole = quote ? at[length] == '"' : (at[length] | 0x20) != 'e';
        if (length && is_whole) {
            reader->at = at + length + quote;
            *ret_value = value;
            return true;
        }
    }
    return cmb_json_read_scaled_slowly(reader, scale, ret_value);
}

/* Bare, with another member behind, as nearly all are; else as any number. */
static inline bool cmb_json_read_integer(struct cmb_json_reader *reader, int64_t *ret_value)
{
    const char *at = reader->at;
    if (reader->end - at >= CMB_SCALED_FAST_BYTES && *at != '0') {
        unsigned others = cmb_scaled_find_others(at);
        unsigned count = others ? (unsigned)__builtin_ctz(others) : 0;
        if (count && at[count] == ',') {
            *ret_value = cmb_scaled_read_whole(at, count);
            reader->at = at + count;
            return true;
        }
    }
    return cmb_json_read_scaled(reader, 0, ret_value);
}

#endif
