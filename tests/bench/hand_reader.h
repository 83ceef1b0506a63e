/* bench/hand_reader.h - the floor of decoding: a depth update read by hand, and nothing checked.
 *
 * Made for this one form of text; anything else is read wrongly or beyond its end.
 */
#ifndef BENCH_HAND_READER_H
#define BENCH_HAND_READER_H

#include "json/number.h"

#include "bench/json_bench.h"

#include <string.h>

static inline const char *hand_read_number(const char *at, int64_t *ret_value)
{
    int64_t number = 0;
    unsigned behind = 0, has_point = 0;
    for (; *at != '"'; at++) {
        if (*at == '.') {
            has_point = 1;
            continue;
        }
        number = number * 10 + (*at - '0');
        behind += has_point;
    }
    *ret_value = number * cmb_powers_of_ten[DEPTH_SCALE - behind];
    return at + 1;
}

static inline const char *hand_read_side(const char *at, struct depth_side *side)
{
    size_t count = 0;
    for (at++; *at == '[' || *at == ','; at++) {
        at += *at == ',';
        at = hand_read_number(at + 2, &side->levels[count].price);
        at = hand_read_number(at + 2, &side->levels[count++].amount);
    }
    side->count = count;
    return at + 1;
}

static inline const char *hand_read_id(const char *at, const char *key, int64_t *ret_id)
{
    for (at = strstr(at, key) + strlen(key), *ret_id = 0; *at != ',' && *at != '}'; at++)
        *ret_id = *ret_id * 10 + (*at - '0');
    return at;
}

/* Of futures, which have "pu", or of spot. */
static inline void hand_read_update(const char *at, bool has_previous, struct depth *depth)
{
    at = hand_read_id(at, "\"E\":", &depth->event_ms);
    at = hand_read_id(at, "\"U\":", &depth->first_id);
    at = hand_read_id(at, "\"u\":", &depth->last_id);
    if (has_previous)
        at = hand_read_id(at, "\"pu\":", &depth->previous_id);
    at = hand_read_side(strstr(at, "\"b\":") + 4, &depth->bids);
    hand_read_side(at + strlen(",\"a\":"), &depth->asks);
}

#endif
