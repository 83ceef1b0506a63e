/* limit/retry_after.h - for how long does a Retry-After header close the bucket?
 *
 * Strict and bounded: a header that is missing, negative, garbage or from the past closes for the
 * floor, a huge one for the ceiling. [any thread]
 */
#ifndef CMB_LIMIT_RETRY_AFTER_H
#define CMB_LIMIT_RETRY_AFTER_H

#include "base/text.h"

struct cmb_retry_bounds {
    int64_t floor_ms, ceiling_ms;
};

/* A second, and the three days of Binance's longest ban. */
extern const struct cmb_retry_bounds cmb_retry_bounds_usual;

/* `value` is the header's ("120", "Sun, 06 Nov 1994 08:49:37 GMT"; absent is allowed), `wall_ns`
 * the time that a date is compared with.  *ret_is_said (NULL allowed) tells whether the header
 * made sense. */
int64_t cmb_retry_after_parse_ms(struct cmb_text value, int64_t wall_ns,
                                 const struct cmb_retry_bounds *bounds, bool *ret_is_said);

#endif
