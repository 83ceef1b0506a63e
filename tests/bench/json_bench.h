/* bench/json_bench.h - what every decoder of the bench makes out of a depth update. */
#ifndef BENCH_JSON_BENCH_H
#define BENCH_JSON_BENCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
struct cmb_scaled_level {
    int64_t price, amount;
};
#else
#include "json/level.h"
#endif

#define DECODED_LEVELS_MOST 1024
#define DEPTH_SCALE       8

struct depth_side {
    size_t count;
    struct cmb_scaled_level levels[DECODED_LEVELS_MOST];
};

struct depth {
    int64_t event_ms, first_id, last_id, previous_id;
    struct depth_side bids, asks;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Decodes with simdjson's on-demand interface.  `padded` bytes may be read behind the frame. */
int decode_with_simdjson(const char *frame, size_t length, size_t padded, struct depth *depth);
/* Parses any text into a tree; 0 when it is no JSON. */
int parse_with_simdjson(const char *text, size_t length, size_t padded);

#ifdef __cplusplus
}
#endif

#endif
