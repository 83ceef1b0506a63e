/* support/book_feed.h - updates of books, written down in one line each.
 *
 *     FEED(book, NUMBER(7), BIDS({ 100, 3 }, { 99, 0 }))
 */
#ifndef TEST_SUPPORT_BOOK_FEED_H
#define TEST_SUPPORT_BOOK_FEED_H

#include "book/book.h"

#define LEVELS_(...)                                                                               \
    (const struct cmb_scaled_level[])                                                              \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define LEVEL_COUNT_(...) (sizeof(LEVELS_(__VA_ARGS__)) / sizeof(struct cmb_scaled_level))
#define BIDS(...)         .bids = LEVELS_(__VA_ARGS__), .bid_count = LEVEL_COUNT_(__VA_ARGS__)
#define ASKS(...)         .asks = LEVELS_(__VA_ARGS__), .ask_count = LEVEL_COUNT_(__VA_ARGS__)
#define SNAPSHOT          .is_snapshot = true
#define NUMBER(n)         .has_sequence = true, .sequence = (n)
#define RANGE(from, to)   .has_first = true, .first = (from), NUMBER(to)
#define AFTER(before)     .has_previous = true, .previous = (before)
#define CHECKSUM(sum)     .has_checksum = true, .checksum = (uint32_t)(sum)
#define AT(time_ns)       .timestamp_ns = (time_ns)
#define RECEIVED(time_ns) .received_ns = (time_ns)
#define FEED(book, ...)   cmb_book_apply((book), &(const struct cmb_book_update){ __VA_ARGS__ })

/* The amount of the best bid or ask of a live book; -1 when it is not live, 0 without levels. */
static inline int64_t best_amount(const struct cmb_book *book, bool is_ask)
{
    struct cmb_book_best best;
    if (!cmb_book_best(book, &best))
        return -1;
    return is_ask ? best.ask.amount : best.bid.amount;
}

#endif
