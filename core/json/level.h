/* json/level.h - how is one side of a book read?
 *
 * Exchanges write a level as an array that begins with price and amount, bare or in quotes:
 * ["67123.10","0.5"], ["67123.10","0.5","0","3"] or [67123.1,0.5,3].  This is the hottest loop of the program: levels of the
 * common form are taken whole, without a step of the reader for each bracket and comma.
 */
#ifndef CMB_JSON_LEVEL_H
#define CMB_JSON_LEVEL_H

#include "json/reader.h"
#include "number/scaled.h"

/* Reads an array of levels into `levels`, which has room for `most`; elements behind price and
 * amount are validated and skipped.  Numbers are read as cmb_json_read_scaled reads them, exactly
 * or not at all; more than `most` levels are a failure too.  After a failure nothing can be said
 * about what `levels` holds; *ret_count is untouched.  `digits`, with as much room, gets how many
 * digits stand behind the points. */
bool cmb_json_read_levels(struct cmb_json_reader *reader, unsigned price_scale,
                          unsigned amount_scale, struct cmb_scaled_level *levels,
                          struct cmb_scaled_digits *digits, size_t most, size_t *ret_count);

#endif
