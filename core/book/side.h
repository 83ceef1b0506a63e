/* book/side.h - one side of a book: its levels in order, the best at the end.
 *
 * Prices and amounts lie in two arrays, because a search reads only prices.  Most changes are near
 * the best level: it stands at the end, so that few levels move and a search that gallops from
 * there ends soon.  A price is kept as a key that is greater the better the price, so that bids
 * and asks are the same; without a sign, because of two such keys the processor tells the smaller
 * without a branch, in its carry.
 *
 * A level that is removed leaves its place empty: the price stays, the amount is 0.  Where levels
 * come and go, a new one then moves those beside it only as far as the next empty place, and one
 * that comes back moves none.  At both ends stands a level.
 *
 * One thread writes.  Others may copy at any time: they get whatever stands there, never memory
 * that is gone; whether it was a whole state they must learn elsewhere (book/read.c).
 */
#ifndef CMB_BOOK_SIDE_H
#define CMB_BOOK_SIDE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "number/fault.h"
#include "number/scaled.h"

/* Memory for levels: never freed while the side lives, because readers may look at it. */
struct cmb_side_block {
    struct cmb_side_block *older;
    size_t capacity;
    struct cmb_scaled_digits *digits; /* of the writer only; NULL: none are kept */
    _Atomic int64_t *amounts;
    _Atomic uint64_t keys[];
};

struct cmb_side {
    _Atomic(struct cmb_side_block *) block; /* NULL: no level yet */
    _Atomic size_t start, end;              /* levels stand in start..end of the block */
    uint64_t mask;     /* key = price ^ mask: the sign turned over, for asks all other bits */
    size_t count;      /* of these places, those that are not empty */
    size_t depth;      /* levels kept by cmb_side_truncate */
    size_t last_place; /* about where the last change fell: the next is mostly behind it */
    bool has_digits;
    bool may_cut;     /* what is dropped for depth cuts the side */
    size_t cut_count; /* levels that there were when it was cut; 0: it is whole */
    uint64_t cut_key; /* deeper ones are unknown and stay out */
};

enum cmb_side_effect {
    CMB_SIDE_CHANGED = 1,
    CMB_SIDE_UNKNOWN,   /* a level was removed that is not there: nothing happened */
    CMB_SIDE_DROPPED,   /* the level lies beyond the cut and was dropped */
    CMB_SIDE_GARBLED,   /* negative amount, or a large snapshot in no order */
    CMB_SIDE_NO_MEMORY, /* the side is as it was */
};

/* What became of several levels. */
struct cmb_side_result {
    enum cmb_side_effect last; /* CHANGED, or why the rest was left: GARBLED, NO_MEMORY */
    uint32_t unknown, dropped; /* levels */
};

/* Levels of a snapshot that is in no order: more would take too long. */
#define CMB_SIDE_UNSORTED_MOST 4096

void cmb_side_init(struct cmb_side *side, bool is_ask, size_t depth, bool has_digits);
/* Frees everything.  No reader may be left. */
void cmb_side_clear(struct cmb_side *side);

/* Sets the amount of a level; 0 removes it.  `digits` only where the side keeps them. */
enum cmb_side_effect cmb_side_put(struct cmb_side *side, struct cmb_scaled_level level,
                                  struct cmb_scaled_digits digits);
/* Sets one amount after the other, until one is garbled or finds no memory.  `digits` may be NULL:
 * then as `otherwise`. */
struct cmb_side_result cmb_side_put_all(struct cmb_side *side,
                                        const struct cmb_scaled_level *levels,
                                        const struct cmb_scaled_digits *digits, size_t count,
                                        struct cmb_scaled_digits otherwise);
/* Replaces all levels.  `digits` may be NULL: then as `otherwise`.  Levels in order, from either
 * end, are only copied.  After a failure the side holds a part. */
enum cmb_side_effect cmb_side_load(struct cmb_side *side, const struct cmb_scaled_level *levels,
                                   const struct cmb_scaled_digits *digits, size_t count,
                                   struct cmb_scaled_digits otherwise);
/* Drops the deepest levels down to the depth; answers how many.  For the end of each message,
 * because on the way through it there may be more. */
size_t cmb_side_truncate(struct cmb_side *side);
/* Afterwards no place is empty. */
void cmb_side_close_up(struct cmb_side *side);
/* What is deeper than the deepest level is unknown from now on. */
void cmb_side_cut(struct cmb_side *side);
/* The amount at a price; 0 where there is no such level. */
int64_t cmb_side_find(const struct cmb_side *side, int64_t price);
/* How many levels there are down to a price. */
size_t cmb_side_count_to(const struct cmb_side *side, int64_t price);

/* Prices times 10^price_by and amounts times 10^amount_by (or divided, where negative), in steps:
 * the first looks whether all fit, the second does it. */
enum cmb_number_fault cmb_side_check_rescale(const struct cmb_side *side, int price_by,
                                             int amount_by);
void cmb_side_rescale(struct cmb_side *side, int price_by, int amount_by);

/* `value` times 10^by, or divided; TOO_LARGE, or INEXACT where digits would be lost. */
enum cmb_number_fault cmb_side_scale(int64_t value, int by, int64_t *ret_value);

/* Copies up to `most` levels, the best first. [any thread] */
size_t cmb_side_copy(const struct cmb_side *side, size_t most, struct cmb_scaled_level *to);

static inline size_t cmb_side_count(const struct cmb_side *side)
{
    return side->count;
}

static inline uint64_t cmb_side_key(const struct cmb_side *side, int64_t price)
{
    return (uint64_t)price ^ side->mask;
}

static inline int64_t cmb_side_price(const struct cmb_side *side, uint64_t key)
{
    return (int64_t)(key ^ side->mask);
}

static inline bool cmb_side_is_deeper(const struct cmb_side *side, int64_t price, int64_t than)
{
    return cmb_side_key(side, price) < cmb_side_key(side, than);
}

/* Whether nothing is known about this price. */
static inline bool cmb_side_is_beyond_cut(const struct cmb_side *side, int64_t price)
{
    return side->cut_count && cmb_side_key(side, price) < side->cut_key;
}

/* Levels from the best to the deepest: `at` begins as cmb_side_end.  [the writer] */
static inline size_t cmb_side_end(const struct cmb_side *side)
{
    return atomic_load_explicit(&side->end, memory_order_relaxed);
}

static inline bool cmb_side_next(const struct cmb_side *side, size_t *at)
{
    const struct cmb_side_block *block = atomic_load_explicit(&side->block, memory_order_relaxed);
    size_t start = atomic_load_explicit(&side->start, memory_order_relaxed), place = *at;
    while (place > start)
        if (atomic_load_explicit(&block->amounts[--place], memory_order_relaxed)) {
            *at = place;
            return true;
        }
    return false;
}

/* The level at a place that cmb_side_next found.  [the writer] */
static inline struct cmb_scaled_level cmb_side_level(const struct cmb_side *side, size_t at)
{
    const struct cmb_side_block *block = atomic_load_explicit(&side->block, memory_order_relaxed);
    return (struct cmb_scaled_level){
        .price = cmb_side_price(side, atomic_load_explicit(&block->keys[at], memory_order_relaxed)),
        .amount = atomic_load_explicit(&block->amounts[at], memory_order_relaxed),
    };
}

/* ... and its digits, where they are kept. [the writer] */
static inline struct cmb_scaled_digits cmb_side_digits(const struct cmb_side *side, size_t at)
{
    return atomic_load_explicit(&side->block, memory_order_relaxed)->digits[at];
}

/* The best level, which must be there.  [the writer] */
static inline struct cmb_scaled_level cmb_side_best(const struct cmb_side *side)
{
    return cmb_side_level(side, cmb_side_end(side) - 1);
}

#endif
