/* What do the levels of an update make of a book, and is it sound afterwards? */
#include "book/book_inner.h"
#include "book/checksum.h"

/* A cut side is thin when less than this part of its levels is left. */
#define THIN_PART 8

static enum cmb_book_reason reason_of(enum cmb_side_effect effect)
{
    switch (effect) {
    case CMB_SIDE_GARBLED: return CMB_BOOK_GARBLED;
    case CMB_SIDE_NO_MEMORY: return CMB_BOOK_NO_MEMORY;
    default: return CMB_BOOK_NEW;
    }
}

/* Levels with numbers of their own count when they are newer than the book; one whose price is 0
 * is none: kucoin then only moves the number. */
static inline bool is_passed_over(const struct cmb_sync *sync, int64_t price,
                                  const int64_t *sequence)
{
    return price == 0 || (sequence && *sequence <= sync->sequence);
}

static enum cmb_book_reason put_levels(struct cmb_book *book, struct cmb_side *side,
                                       const struct cmb_scaled_level *levels,
                                       const struct cmb_scaled_digits *digits, size_t count)
{
    struct cmb_side_result result =
        cmb_side_put_all(side, levels, digits, count, cmb_book_scales(book));
    cmb_book_add_many(&book->counters.unknown_removed, result.unknown);
    cmb_book_add_many(&book->counters.dropped, result.dropped);
    return reason_of(result.last);
}

/* All at once, but one by one where some may have to be passed over. */
static enum cmb_book_reason put_side(struct cmb_book *book, struct cmb_side *side,
                                     const struct cmb_scaled_level *levels,
                                     const struct cmb_scaled_digits *digits,
                                     const int64_t *sequences, size_t count)
{
    enum cmb_book_reason reason = CMB_BOOK_NEW;
    if (book->rule->kind != CAMBIST_BOOK_CHANGES)
        return put_levels(book, side, levels, digits, count);
    for (size_t i = 0; i < count && !reason; i++)
        if (!is_passed_over(&book->sync, levels[i].price, sequences ? sequences + i : NULL))
            reason = put_levels(book, side, levels + i, digits ? digits + i : NULL, 1);
    return reason;
}

static bool check_checksum(const struct cmb_book *book, const struct cmb_book_update *update)
{
    const struct cambist_book_rule *rule = book->rule;
    if (!update->has_checksum || rule->checksum_order == CAMBIST_NO_CHECKSUM ||
        (!update->checksum && (rule->checksum_digits & CAMBIST_ZERO_IS_NONE)))
        return true;
    return cmb_checksum(rule, &book->bids, &book->asks, cmb_book_scales(book)) == update->checksum;
}

static bool is_thin(const struct cmb_side *side)
{
    return side->cut_count && cmb_side_count(side) * THIN_PART < side->cut_count;
}

static bool is_crossed(const struct cmb_book *book)
{
    return cmb_side_count(&book->bids) && cmb_side_count(&book->asks) &&
           cmb_side_best(&book->bids).price >= cmb_side_best(&book->asks).price;
}

/* Notes since when; answers whether it is too long now. */
static bool is_crossed_too_long(struct cmb_book *book, int64_t now_ns)
{
    bool was_crossed = atomic_load_explicit(&book->is_crossed, memory_order_relaxed);
    bool is_now = is_crossed(book);
    if (is_now != was_crossed)
        atomic_store_explicit(&book->is_crossed, is_now, memory_order_relaxed);
    if (is_now && !was_crossed)
        book->crossed_since_ns = now_ns;
    return is_now && now_ns - book->crossed_since_ns >= book->crossed_most_ns;
}

static void truncate_sides(struct cmb_book *book)
{
    cmb_book_add_many(&book->counters.dropped,
                      cmb_side_truncate(&book->bids) + cmb_side_truncate(&book->asks));
}

/* What holds at the end of a message: the depth is kept, and nothing speaks against the book. */
static enum cmb_book_reason check_book(struct cmb_book *book, const struct cmb_book_update *update)
{
    truncate_sides(book);
    if (!check_checksum(book, update))
        return CMB_BOOK_CHECKSUM;
    if (is_crossed_too_long(book, update->received_ns))
        return CMB_BOOK_CROSSED;
    if (is_thin(&book->bids) || is_thin(&book->asks))
        return CMB_BOOK_THIN;
    return CMB_BOOK_NEW;
}

enum cmb_book_reason cmb_book_put(struct cmb_book *book, const struct cmb_book_update *update)
{
    enum cmb_book_reason reason = put_side(book, &book->bids, update->bids, update->bid_digits,
                                           update->bid_sequences, update->bid_count);
    if (!reason)
        reason = put_side(book, &book->asks, update->asks, update->ask_digits,
                          update->ask_sequences, update->ask_count);
    if (reason)
        return reason;
    cmb_sync_move(&book->sync, update);
    return check_book(book, update);
}

enum cmb_book_reason cmb_book_load(struct cmb_book *book, const struct cmb_book_update *snapshot)
{
    struct cmb_scaled_digits scales = cmb_book_scales(book);
    uint32_t limit = book->rule->snapshot_limit;
    atomic_store_explicit(&book->is_crossed, false, memory_order_relaxed);
    enum cmb_book_reason reason =
        reason_of(cmb_side_load(&book->bids, snapshot->bids, snapshot->bid_digits,
                                snapshot->bid_count, scales));
    if (!reason)
        reason = reason_of(cmb_side_load(&book->asks, snapshot->asks, snapshot->ask_digits,
                                         snapshot->ask_count, scales));
    if (reason)
        return reason;
    /* As many as were asked for: there may be more that it does not tell. */
    if (limit && snapshot->bid_count >= limit)
        cmb_side_cut(&book->bids);
    if (limit && snapshot->ask_count >= limit)
        cmb_side_cut(&book->asks);
    return check_book(book, snapshot);
}

/* The levels may come in any order.  Beyond the end of the shorter one nothing can be compared. */
static bool equals_side(const struct cmb_side *side, const struct cmb_scaled_level *levels,
                        size_t count, bool is_cut)
{
    size_t found = 0;
    int64_t deepest = count ? levels[0].price : 0;
    for (size_t i = 0; i < count; i++) {
        if (cmb_side_is_deeper(side, levels[i].price, deepest))
            deepest = levels[i].price;
        if (!levels[i].amount || cmb_side_is_beyond_cut(side, levels[i].price))
            continue;
        if (cmb_side_find(side, levels[i].price) != levels[i].amount)
            return false;
        found++;
    }
    return found == (is_cut ? cmb_side_count_to(side, deepest) : cmb_side_count(side));
}

bool cmb_book_equals(const struct cmb_book *book, const struct cmb_book_update *snapshot)
{
    uint32_t limit = book->rule->snapshot_limit;
    return equals_side(&book->bids, snapshot->bids, snapshot->bid_count,
                       snapshot->bid_count >= limit) &&
           equals_side(&book->asks, snapshot->asks, snapshot->ask_count,
                       snapshot->ask_count >= limit);
}
