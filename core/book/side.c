/* Where in a side does a level stand, and what moves when it comes or goes? */
#include "book/side.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define CAPACITY_LEAST 64
#define EMPTY_MOST     64 /* so many places may be empty, and as many again as there are levels */
#define NEAR_COUNT     4  /* so many are looked at before what is behind them is galloped over */

#define SIGN_BIT ((uint64_t)1 << 63)

static inline uint64_t key_at(const _Atomic uint64_t *at)
{
    return atomic_load_explicit(at, memory_order_relaxed);
}

static inline void set_key(_Atomic uint64_t *at, uint64_t key)
{
    atomic_store_explicit(at, key, memory_order_relaxed);
}

static inline int64_t amount_at(const _Atomic int64_t *at)
{
    return atomic_load_explicit(at, memory_order_relaxed);
}

static inline void set_amount(_Atomic int64_t *at, int64_t amount)
{
    atomic_store_explicit(at, amount, memory_order_relaxed);
}

static inline size_t place_of(const _Atomic size_t *at)
{
    return atomic_load_explicit(at, memory_order_relaxed);
}

static inline void set_place(_Atomic size_t *at, size_t place)
{
    atomic_store_explicit(at, place, memory_order_relaxed);
}

static inline struct cmb_side_block *block_of(const struct cmb_side *side)
{
    return atomic_load_explicit(&side->block, memory_order_relaxed);
}

void cmb_side_init(struct cmb_side *side, bool is_ask, size_t depth, bool has_digits)
{
    memset((void *)side, 0, sizeof *side);
    side->mask = is_ask ? ~SIGN_BIT : SIGN_BIT;
    side->depth = depth;
    side->has_digits = has_digits;
}

void cmb_side_clear(struct cmb_side *side)
{
    for (struct cmb_side_block *block = block_of(side), *older; block; block = older) {
        older = block->older;
        free(block);
    }
    cmb_side_init(side, side->mask != SIGN_BIT, side->depth, side->has_digits);
}

static struct cmb_side_block *new_block(size_t capacity, bool has_digits)
{
    size_t level_size = 2 * sizeof(int64_t) + (has_digits ? sizeof(struct cmb_scaled_digits) : 0);
    struct cmb_side_block *block = cmb_calloc(1, sizeof *block + capacity * level_size);
    if (!block)
        return NULL;
    block->capacity = capacity;
    block->amounts = (void *)(block->keys + capacity);
    block->digits = has_digits ? (void *)(block->amounts + capacity) : NULL;
    return block;
}

static inline void write_level(struct cmb_side_block *block, size_t place, uint64_t key,
                               int64_t amount, const struct cmb_scaled_digits *digits)
{
    set_key(&block->keys[place], key);
    set_amount(&block->amounts[place], amount);
    if (block->digits)
        block->digits[place] = *digits;
}

static inline void copy_level(struct cmb_side_block *to, size_t at,
                              const struct cmb_side_block *from, size_t place)
{
    write_level(to, at, key_at(&from->keys[place]), amount_at(&from->amounts[place]),
                from->digits ? &from->digits[place] : NULL);
}

/* Copies what stands in start..end to before `to_end`, without the empty places; answers where that
 * starts.  Within a block only upwards. */
static size_t copy_levels(struct cmb_side_block *to, size_t to_end,
                          const struct cmb_side_block *from, size_t start, size_t end)
{
    while (end-- > start)
        if (amount_at(&from->amounts[end]))
            copy_level(to, --to_end, from, end);
    return to_end;
}

void cmb_side_close_up(struct cmb_side *side)
{
    struct cmb_side_block *block = block_of(side);
    size_t end = place_of(&side->end);
    if (block)
        set_place(&side->start, copy_levels(block, end, block, place_of(&side->start), end));
}

static void set_places(struct cmb_side *side, size_t start, size_t end)
{
    set_place(&side->start, start);
    set_place(&side->end, end);
}

/* Moves what is there within its block. */
static void move_to(struct cmb_side *side, struct cmb_side_block *block, size_t to)
{
    cmb_side_close_up(side);
    size_t start = place_of(&side->start), end = place_of(&side->end);
    if (to < start)
        for (size_t at = start; at < end; at++)
            copy_level(block, to + at - start, block, at);
    else
        copy_levels(block, to + side->count, block, start, end);
    set_places(side, to, to + side->count);
}

/* Sees to room for `count` levels, twice as much as is needed, and moves what is there to its
 * middle.  The old block stays for readers; together they are smaller than the new one. */
static bool make_room(struct cmb_side *side, size_t count)
{
    struct cmb_side_block *block = block_of(side);
    size_t capacity = block ? block->capacity : CAPACITY_LEAST;
    while (capacity < count * 2)
        capacity *= 2;
    size_t middle = (capacity - side->count) / 2, end = middle + side->count;
    if (block && capacity == block->capacity) {
        move_to(side, block, middle);
        return true;
    }
    struct cmb_side_block *wider = new_block(capacity, side->has_digits);
    if (!wider)
        return false;
    if (block)
        copy_levels(wider, end, block, place_of(&side->start), place_of(&side->end));
    wider->older = block;
    atomic_store_explicit(&side->block, wider, memory_order_release);
    set_places(side, middle, end);
    return true;
}

/* How many of the NEAR_COUNT keys from `place` on are below `key`. */
static inline size_t count_below(const struct cmb_side_block *block, size_t place, uint64_t key)
{
    const _Atomic uint64_t *keys = &block->keys[place];
    return (size_t)(key_at(&keys[0]) < key) + (key_at(&keys[1]) < key) + (key_at(&keys[2]) < key) +
           (key_at(&keys[3]) < key);
}

/* The first place whose key is not below `key`, searched from the best on, or from `near` where
 * that is better than `key`: most changes fall on the next places, which are counted at once, the
 * others are galloped to.  Only the steps are branches: where a change falls cannot be foretold,
 * and a wrong guess costs more than some comparisons. */
static inline size_t find_place(const struct cmb_side_block *block, size_t start, size_t end,
                                size_t near, uint64_t key)
{
    size_t low = start, high = end, step = NEAR_COUNT;
    if (near - start < end - start && key_at(&block->keys[near]) >= key)
        high = near;
    if (high - start >= NEAR_COUNT) {
        high -= NEAR_COUNT;
        size_t below = count_below(block, high, key);
        if (below)
            return high + below;
    }
    for (; high - start > step; step *= 2) {
        if (key_at(&block->keys[high - step]) < key) {
            low = high - step + 1;
            break;
        }
        high -= step;
    }
    for (size_t count = high - low, half; count; count -= half) {
        half = (count + 1) / 2;
        low += half & -(size_t)(key_at(&block->keys[low + half - 1]) < key);
    }
    return low;
}

/* Puts a level at a place.  The one that stands there goes to the next place, and so on as far as
 * an empty one, or `stop`; answers where that was. */
static inline size_t push_levels(struct cmb_side_block *block, size_t at, size_t stop, size_t step,
                                 uint64_t key, int64_t amount)
{
    _Atomic uint64_t *keys = block->keys;
    _Atomic int64_t *amounts = block->amounts; /* once: a store could have changed it */
    for (int64_t pushed; at != stop && (pushed = amount_at(&amounts[at])); at += step) {
        uint64_t pushed_key = key_at(&keys[at]);
        set_key(&keys[at], key);
        set_amount(&amounts[at], amount);
        key = pushed_key;
        amount = pushed;
    }
    set_key(&keys[at], key);
    set_amount(&amounts[at], amount);
    return at;
}

/* Whether a new level at `place` pushes the better ones up; otherwise the deeper ones down. */
static inline bool goes_up(const struct cmb_side *side, size_t place)
{
    return place_of(&side->end) - place <= place - place_of(&side->start);
}

static bool has_room(const struct cmb_side *side, const struct cmb_side_block *block, size_t place)
{
    if (!block)
        return false;
    return goes_up(side, place) ? place_of(&side->end) < block->capacity : place_of(&side->start);
}

/* Puts a new level below what stands from `place` on. */
static void push_in(struct cmb_side *side, struct cmb_side_block *block, size_t place, uint64_t key,
                    int64_t amount, const struct cmb_scaled_digits *digits)
{
    size_t start = place_of(&side->start), end = place_of(&side->end), last;
    if (goes_up(side, place)) {
        last = push_levels(block, place, end, 1, key, amount);
        if (block->digits)
            memmove(&block->digits[place + 1], &block->digits[place],
                    (last - place) * sizeof *digits);
        if (last == end)
            set_place(&side->end, end + 1);
    } else {
        last = push_levels(block, --place, start - 1, (size_t)-1, key, amount);
        if (block->digits)
            memmove(&block->digits[last], &block->digits[last + 1],
                    (place - last) * sizeof *digits);
        if (last == start - 1)
            set_place(&side->start, start - 1);
    }
    if (block->digits)
        block->digits[place] = *digits;
    side->count++;
}

/* After something was removed: at both ends stands a level. */
static void trim(struct cmb_side *side, const struct cmb_side_block *block)
{
    size_t start = place_of(&side->start), end = place_of(&side->end);
    while (end > start && !amount_at(&block->amounts[end - 1]))
        end--;
    while (start < end && !amount_at(&block->amounts[start]))
        start++;
    set_places(side, start, end);
}

/* Too many empty places make searches long. */
static inline void limit_empty(struct cmb_side *side)
{
    if (place_of(&side->end) - place_of(&side->start) > side->count * 2 + EMPTY_MOST)
        cmb_side_close_up(side);
}

void cmb_side_cut(struct cmb_side *side)
{
    side->cut_count = cmb_side_count(side);
    if (side->cut_count)
        side->cut_key = key_at(&block_of(side)->keys[place_of(&side->start)]);
}

size_t cmb_side_truncate(struct cmb_side *side)
{
    const struct cmb_side_block *block = block_of(side);
    size_t count = side->count, was_cut = side->cut_count, start = place_of(&side->start);
    if (count <= side->depth)
        return 0;
    for (; side->count > side->depth; start++)
        side->count -= amount_at(&block->amounts[start]) != 0;
    set_place(&side->start, start);
    trim(side, block);
    if (side->may_cut) {
        cmb_side_cut(side);
        side->cut_count = was_cut ? was_cut : side->cut_count;
    }
    return count - side->depth;
}

static enum cmb_side_effect add_level(struct cmb_side *side, size_t place, uint64_t key,
                                      int64_t amount, const struct cmb_scaled_digits *digits)
{
    struct cmb_side_block *block = block_of(side);
    if (!has_room(side, block, place)) {
        if (!make_room(side, side->count + 1))
            return CMB_SIDE_NO_MEMORY;
        block = block_of(side);
        size_t end = place_of(&side->end);
        place = find_place(block, place_of(&side->start), end, end, key);
    }
    push_in(side, block, place, key, amount, digits);
    return CMB_SIDE_CHANGED;
}

/* Sets what stands at a place, a level or none; which of them it was and will be cannot be
 * foretold, so that nothing branches on it but for what is rare. */
static inline enum cmb_side_effect set_level(struct cmb_side *side, struct cmb_side_block *block,
                                             size_t place, int64_t amount,
                                             const struct cmb_scaled_digits *digits)
{
    size_t start = place_of(&side->start), end = place_of(&side->end);
    int64_t before = amount_at(&block->amounts[place]);
    if ((before | amount) == 0)
        return CMB_SIDE_UNKNOWN;
    set_amount(&block->amounts[place], amount);
    if (block->digits)
        block->digits[place] = *digits;
    side->count += (size_t)(amount != 0) - (before != 0);
    bool is_at_end = (place == start) | (place + 1 == end);
    if ((amount == 0) & is_at_end)
        trim(side, block);
    return CMB_SIDE_CHANGED;
}

/* `digits` are looked at only where the side keeps them. */
static inline enum cmb_side_effect put(struct cmb_side *side, struct cmb_scaled_level level,
                                       const struct cmb_scaled_digits *digits)
{
    uint64_t key = cmb_side_key(side, level.price);
    if (level.amount < 0)
        return CMB_SIDE_GARBLED;
    if (cmb_side_is_beyond_cut(side, level.price))
        return level.amount ? CMB_SIDE_DROPPED : CMB_SIDE_UNKNOWN;
    struct cmb_side_block *block = block_of(side);
    size_t end = place_of(&side->end);
    size_t place = find_place(block, place_of(&side->start), end, side->last_place, key);
    side->last_place = place;
    if (place == end || key_at(&block->keys[place]) != key)
        return level.amount ? add_level(side, place, key, level.amount, digits) : CMB_SIDE_UNKNOWN;
    return set_level(side, block, place, level.amount, digits);
}

enum cmb_side_effect cmb_side_put(struct cmb_side *side, struct cmb_scaled_level level,
                                  struct cmb_scaled_digits digits)
{
    enum cmb_side_effect effect = put(side, level, &digits);
    limit_empty(side);
    return effect;
}

struct cmb_side_result cmb_side_put_all(struct cmb_side *side,
                                        const struct cmb_scaled_level *levels,
                                        const struct cmb_scaled_digits *digits, size_t count,
                                        struct cmb_scaled_digits otherwise)
{
    struct cmb_side_result result = { .last = CMB_SIDE_CHANGED };
    size_t step = digits ? 1 : 0;
    digits = digits ? digits : &otherwise;
    for (size_t i = 0; i < count; i++, digits += step) {
        enum cmb_side_effect effect = put(side, levels[i], digits);
        if (effect == CMB_SIDE_CHANGED)
            continue;
        result.unknown += effect == CMB_SIDE_UNKNOWN;
        result.dropped += effect == CMB_SIDE_DROPPED;
        if (effect >= CMB_SIDE_GARBLED) {
            result.last = effect;
            break;
        }
    }
    limit_empty(side);
    return result;
}

int64_t cmb_side_find(const struct cmb_side *side, int64_t price)
{
    const struct cmb_side_block *block = block_of(side);
    size_t end = place_of(&side->end);
    uint64_t key = cmb_side_key(side, price);
    size_t place = find_place(block, place_of(&side->start), end, end, key);
    return place < end && key_at(&block->keys[place]) == key ? amount_at(&block->amounts[place])
                                                             : 0;
}

size_t cmb_side_count_to(const struct cmb_side *side, int64_t price)
{
    const struct cmb_side_block *block = block_of(side);
    size_t end = place_of(&side->end), count = 0;
    for (size_t at = find_place(block, place_of(&side->start), end, end, cmb_side_key(side, price));
         at < end; at++)
        count += amount_at(&block->amounts[at]) != 0;
    return count;
}

/* Whether every level is worse (or every one better) than the one before it. */
static bool check_order(const struct cmb_side *side, const struct cmb_scaled_level *levels,
                        size_t count, bool is_best_first)
{
    for (size_t i = 1; i < count; i++) {
        uint64_t before = cmb_side_key(side, levels[i - 1].price);
        uint64_t key = cmb_side_key(side, levels[i].price);
        if (is_best_first ? key >= before : key <= before)
            return false;
    }
    return true;
}

static enum cmb_side_effect load_unsorted(struct cmb_side *side,
                                          const struct cmb_scaled_level *levels,
                                          const struct cmb_scaled_digits *digits, size_t count,
                                          struct cmb_scaled_digits otherwise)
{
    if (count > CMB_SIDE_UNSORTED_MOST)
        return CMB_SIDE_GARBLED;
    return cmb_side_put_all(side, levels, digits, count, otherwise).last;
}

enum cmb_side_effect cmb_side_load(struct cmb_side *side, const struct cmb_scaled_level *levels,
                                   const struct cmb_scaled_digits *digits, size_t count,
                                   struct cmb_scaled_digits otherwise)
{
    set_place(&side->end, place_of(&side->start));
    side->cut_count = side->count = 0;
    if (!make_room(side, count))
        return CMB_SIDE_NO_MEMORY;
    bool is_best_first = check_order(side, levels, count, true);
    if (!is_best_first && !check_order(side, levels, count, false))
        return load_unsorted(side, levels, digits, count, otherwise);
    struct cmb_side_block *block = block_of(side);
    size_t end = block->capacity - (block->capacity - count) / 2, place = end;
    for (size_t i = 0; i < count; i++) {
        size_t from = is_best_first ? i : count - 1 - i;
        if (levels[from].amount < 0)
            return CMB_SIDE_GARBLED;
        if (levels[from].amount)
            write_level(block, --place, cmb_side_key(side, levels[from].price), levels[from].amount,
                        digits ? &digits[from] : &otherwise);
    }
    set_places(side, place, end);
    side->count = end - place;
    return CMB_SIDE_CHANGED;
}

size_t cmb_side_copy(const struct cmb_side *side, size_t most, struct cmb_scaled_level *to)
{
    const struct cmb_side_block *block = atomic_load_explicit(&side->block, memory_order_acquire);
    size_t start = place_of(&side->start), end = place_of(&side->end);
    if (!block || end > block->capacity || start >= end)
        return 0; /* empty, or a state on the way */
    size_t count = 0;
    for (size_t at = end; count < most && at-- > start;) {
        int64_t amount = amount_at(&block->amounts[at]);
        to[count] =
            (struct cmb_scaled_level){ cmb_side_price(side, key_at(&block->keys[at])), amount };
        count += amount != 0;
    }
    return count;
}
