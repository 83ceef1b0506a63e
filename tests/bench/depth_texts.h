/* bench/depth_texts.h - which depth updates does an exchange send?
 *
 * Made up after recorded ones of futures: prices around 67,000.00, most changes close to the best
 * level, the best first.  Drawn from a seed: the same in every run.
 */
#ifndef BENCH_DEPTH_TEXTS_H
#define BENCH_DEPTH_TEXTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH_LEVELS = 36, DEPTH_LEVELS_MOST = 1000 };

static uint64_t depth_state = 7;
static uint64_t depth_dearer; /* ticks that all prices are higher by */

static inline uint64_t depth_draw(uint64_t below)
{
    depth_state = depth_state * 6364136223846793005u + 1442695040888963407u;
    return (depth_state >> 33) % below;
}

/* How far from the best level a change falls: recorded updates of futures are mostly close to it. */
static inline uint64_t depth_draw_place(void)
{
    uint64_t share = depth_draw(10);
    return share < 5 ? depth_draw(10) : share < 9 ? depth_draw(70) : depth_draw(600);
}

/* Prices around 67,000.00: bids below 6,700,000 ticks, asks above.  Two in a hundred are removed. */
static inline size_t depth_write_level(char *to, size_t room, int side, uint64_t place,
                                       bool is_first, const char *more)
{
    uint64_t tick = depth_dearer + (side == 0 ? 6700000 - place : 6700001 + place);
    uint64_t amount = depth_draw(50) ? 1 + depth_draw(1000000) : 0;
    return (size_t)snprintf(to, room, "%s[\"%lu.%02lu\",\"%lu.%06lu\"%s]", is_first ? "" : ",",
                            (unsigned long)(tick / 100), (unsigned long)(tick % 100),
                            (unsigned long)(amount / 1000000), (unsigned long)(amount % 1000000),
                            more);
}

static inline int depth_compare_places(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The best first, as both exchanges send them. */
static inline size_t depth_write_levels(char *to, size_t room, int side, int count,
                                        const char *more)
{
    static uint64_t places[DEPTH_LEVELS_MOST];
    size_t length = 0;
    for (int i = 0; i < count; i++)
        places[i] = depth_draw_place();
    qsort(places, (size_t)count, sizeof *places, depth_compare_places);
    for (int i = 0; i < count; i++)
        length += depth_write_level(to + length, room - length, side, places[i], i == 0, more);
    return length;
}

/* A snapshot of `count` levels a side, the number before the updates that follow. */
static inline size_t depth_write_snapshot(char *to, size_t room, int count, unsigned long number)
{
    size_t length = (size_t)snprintf(to, room, "{\"lastUpdateId\":%lu,\"bids\":[", number);
    length += depth_write_levels(to + length, room - length, 0, count, "");
    length += (size_t)snprintf(to + length, room - length, "],\"asks\":[");
    length += depth_write_levels(to + length, room - length, 1, count, "");
    return length + (size_t)snprintf(to + length, room - length, "]}");
}

/* An update of so many levels with the numbers from `first` to `first` + 9. */
static inline size_t depth_write_binance_at(char *to, size_t room, int64_t event_ms,
                                            unsigned long first, int levels)
{
    size_t length = (size_t)snprintf(to, room,
        "{\"e\":\"depthUpdate\",\"E\":%lld,\"s\":\"BTCUSDT\",\"U\":%lu,\"u\":%lu,\"b\":[",
        (long long)event_ms, first, first + 9);
    length += depth_write_levels(to + length, room - length, 0, levels / 2, "");
    length += (size_t)snprintf(to + length, room - length, "],\"a\":[");
    length += depth_write_levels(to + length, room - length, 1, levels / 2, "");
    return length + (size_t)snprintf(to + length, room - length, "]}");
}

static inline size_t depth_write_binance(char *to, size_t room, unsigned long first, int levels)
{
    return depth_write_binance_at(to, room, 1754006400123 + (int64_t)first, first, levels);
}

#endif
