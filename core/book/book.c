/* May this update be applied, and is the book then true? */
#include "book/book.h"

#include <stdlib.h>

#include "base/memory.h"
#include "book/book_inner.h"
#include "book/checksum.h"

static bool check_rule(const struct cambist_book_rule *rule)
{
    bool is_asked = rule->snapshot_limit != 0;
    return rule->kind >= CAMBIST_BOOK_RANGE && rule->kind <= CAMBIST_BOOK_UNCHAINED &&
           rule->scope <= CAMBIST_OF_CONNECTION &&
           rule->checksum_order <= CAMBIST_BID_ASK_BY_TURNS &&
           !(is_asked && rule->scope == CAMBIST_OF_CONNECTION);
}

size_t cmb_book_bytes_most(void)
{
    size_t level = sizeof(struct cmb_scaled_level) + sizeof(struct cmb_scaled_digits);
    size_t sides = 2 * CMB_BOOK_LEVELS_MOST * level;
    size_t held = CMB_BOOK_HELD_LEVELS_MOST * (level + sizeof(int64_t)) +
                  CMB_BOOK_HELD_MOST * sizeof(struct cmb_book_update);
    return sizeof(struct cmb_book) + 2 * sides + held; /* outgrown sides stay, each half as large */
}

struct cmb_book *cmb_book_new(const struct cambist_book_rule *rule, unsigned price_scale,
                              unsigned amount_scale)
{
    if (!check_rule(rule) || price_scale > CMB_SCALED_SCALE_MOST ||
        amount_scale > CMB_SCALED_SCALE_MOST)
        return NULL;
    struct cmb_book *book = cmb_calloc(1, sizeof *book);
    if (!book)
        return NULL;
    bool is_capped = rule->depth && rule->depth < CMB_BOOK_LEVELS_MOST;
    size_t depth = is_capped ? rule->depth : CMB_BOOK_LEVELS_MOST;
    bool has_digits = cmb_checksum_needs_digits(rule);
    book->rule = rule;
    book->crossed_most_ns = CMB_BOOK_CROSSED_MOST_NS;
    cmb_side_init(&book->bids, /* is_ask= */ false, depth, has_digits);
    cmb_side_init(&book->asks, /* is_ask= */ true, depth, has_digits);
    /* Where the exchange itself keeps the depth, it sends again what comes back into it. */
    book->bids.may_cut = book->asks.may_cut = cmb_book_is_asked(book) || !is_capped;
    book->held.has_digits = has_digits;
    book->held.has_sequences = rule->kind == CAMBIST_BOOK_CHANGES;
    atomic_store(&book->state, CMB_BOOK_RESYNCING);
    atomic_store(&book->scales, price_scale << 8 | amount_scale);
    return book;
}

void cmb_book_free(struct cmb_book *book)
{
    if (!book)
        return;
    cmb_side_clear(&book->bids);
    cmb_side_clear(&book->asks);
    cmb_held_clear(&book->held);
    free(book);
}

void cmb_book_set_broken(struct cmb_book *book, enum cmb_book_reason reason)
{
    atomic_store_explicit(&book->state, CMB_BOOK_RESYNCING, memory_order_relaxed);
    atomic_store_explicit(&book->reason, reason, memory_order_relaxed);
    cmb_book_add(&book->counters.broken[reason]);
    cmb_held_drop(&book->held, book->held.count);
}

static enum cmb_book_outcome break_book(struct cmb_book *book, enum cmb_book_reason reason)
{
    cmb_book_open_write(book);
    cmb_book_set_broken(book, reason);
    cmb_book_close_write(book);
    return CMB_BOOK_BROKEN;
}

void cmb_book_break(struct cmb_book *book, enum cmb_book_reason reason)
{
    break_book(book,
               reason > CMB_BOOK_NEW && reason < CMB_BOOK_REASONS ? reason : CMB_BOOK_UNREADABLE);
}

/* Live, and proved so at this moment. */
static void set_live(struct cmb_book *book, int64_t received_ns)
{
    if (cmb_book_state(book) == CMB_BOOK_RESYNCING)
        cmb_book_add(&book->counters.resyncs);
    atomic_store_explicit(&book->state, CMB_BOOK_LIVE, memory_order_relaxed);
    atomic_store_explicit(&book->received_ns, received_ns, memory_order_relaxed);
    atomic_store_explicit(&book->sequence, book->sync.sequence, memory_order_relaxed);
    atomic_store_explicit(&book->timestamp_ns, book->sync.timestamp_ns, memory_order_relaxed);
}

static enum cmb_book_outcome pass_over(struct cmb_book *book)
{
    cmb_book_add(&book->counters.passed_over);
    return CMB_BOOK_PASSED_OVER;
}

static enum cmb_book_outcome confirm(struct cmb_book *book, int64_t received_ns)
{
    book->sync.old_in_row = 0;
    cmb_book_open_write(book);
    set_live(book, received_ns);
    cmb_book_close_write(book);
    cmb_book_add(&book->counters.confirmed);
    return CMB_BOOK_CONFIRMED;
}

/* -- while resyncing -- */

static enum cmb_book_outcome add_held(struct cmb_book *book, const struct cmb_book_update *update)
{
    enum cmb_held_result result = cmb_held_add(&book->held, update);
    if (result == CMB_HELD_KEPT) {
        cmb_sync_move(&book->held_sync, update);
        cmb_book_add(&book->counters.held);
        return CMB_BOOK_HELD;
    }
    break_book(book, result == CMB_HELD_FULL ? CMB_BOOK_OVERFLOW : CMB_BOOK_NO_MEMORY);
    if (result == CMB_HELD_FULL && cmb_held_add(&book->held, update) == CMB_HELD_KEPT)
        cmb_sync_move(&book->held_sync, update);
    return CMB_BOOK_BROKEN;
}

/* What is held is always a chain: before a gap nothing is of use. */
static enum cmb_book_outcome hold(struct cmb_book *book, const struct cmb_book_update *update)
{
    if (!cmb_sync_check_numbers(book->rule, update))
        return break_book(book, CMB_BOOK_GARBLED);
    if (!book->held.count)
        return add_held(book, update);
    switch (cmb_sync_judge(book->rule, &book->held_sync, update)) {
    case CMB_SYNC_NEXT:
        break;
    case CMB_SYNC_SIGN_OF_LIFE:
        return pass_over(book);
    case CMB_SYNC_OLD:
        book->held_sync.old_in_row++;
        return pass_over(book);
    default:
        cmb_held_drop(&book->held, book->held.count);
    }
    return add_held(book, update);
}

/* The first held update that is not in a snapshot at `sync`. */
static size_t find_newer(const struct cmb_book *book, const struct cmb_sync *sync)
{
    size_t place = 0;
    for (; place < book->held.count; place++) {
        struct cmb_book_update update = cmb_held_get(&book->held, place);
        if (cmb_sync_judge(book->rule, sync, &update) != CMB_SYNC_OLD)
            break;
    }
    return place;
}

/* Whether a snapshot at `sync` and what is held make one whole. */
static bool check_held(const struct cmb_book *book, const struct cmb_sync *sync, size_t newer)
{
    /* Where nothing is chained, only a snapshot of after the first held one leaves no doubt that
     * the stream had begun. */
    if (book->rule->kind == CAMBIST_BOOK_UNCHAINED && cmb_book_is_asked(book) &&
        cmb_book_state(book) == CMB_BOOK_RESYNCING)
        return newer > 0;
    if (newer == book->held.count)
        return true;
    struct cmb_book_update update = cmb_held_get(&book->held, newer);
    enum cmb_sync_verdict verdict = cmb_sync_judge(book->rule, sync, &update);
    return verdict == CMB_SYNC_NEXT || verdict == CMB_SYNC_SIGN_OF_LIFE;
}

static enum cmb_book_reason replay(struct cmb_book *book, size_t newer, int64_t *received_ns)
{
    enum cmb_book_reason reason = CMB_BOOK_NEW;
    for (; newer < book->held.count && !reason; newer++) {
        struct cmb_book_update update = cmb_held_get(&book->held, newer);
        reason = cmb_book_put(book, &update);
        if (update.received_ns > *received_ns)
            *received_ns = update.received_ns;
    }
    cmb_held_drop(&book->held, book->held.count);
    return reason;
}

static enum cmb_book_outcome begin_anew(struct cmb_book *book,
                                        const struct cmb_book_update *snapshot)
{
    struct cmb_sync sync = { 0 };
    cmb_sync_move(&sync, snapshot);
    sync.is_bridging = cmb_book_is_asked(book);
    size_t newer = find_newer(book, &sync);
    if (!check_held(book, &sync, newer)) {
        cmb_book_add(&book->counters.refused);
        return pass_over(book);
    }
    int64_t received_ns = snapshot->received_ns;
    cmb_book_open_write(book);
    book->sync = sync;
    enum cmb_book_reason reason = cmb_book_load(book, snapshot);
    if (!reason)
        reason = replay(book, newer, &received_ns);
    if (reason)
        cmb_book_set_broken(book, reason);
    else
        set_live(book, received_ns);
    cmb_book_close_write(book);
    if (!reason)
        cmb_book_add(&book->counters.applied);
    return reason ? CMB_BOOK_BROKEN : CMB_BOOK_APPLIED;
}

static enum cmb_book_outcome take_snapshot(struct cmb_book *book,
                                           const struct cmb_book_update *snapshot)
{
    if (!cmb_sync_check_numbers(book->rule, snapshot))
        return break_book(book, CMB_BOOK_GARBLED);
    if (cmb_book_state(book) == CMB_BOOK_RESYNCING)
        return begin_anew(book, snapshot);
    if (!cmb_book_is_asked(book)) {
        if (!cmb_sync_is_older(book->rule, &book->sync, snapshot))
            return begin_anew(book, snapshot);
        if (book->sync.old_in_row++ >= CMB_SYNC_OLD_MOST)
            return break_book(book, CMB_BOOK_REGRESSED);
        return pass_over(book);
    }
    if (snapshot->has_sequence && snapshot->sequence == book->sync.sequence) {
        if (!cmb_book_equals(book, snapshot))
            return break_book(book, CMB_BOOK_DIFFERS);
        return confirm(book, snapshot->received_ns);
    }
    return snapshot->sequence < book->sync.sequence ? pass_over(book) : begin_anew(book, snapshot);
}

/* -- while live or stale -- */

static enum cmb_book_outcome apply_next(struct cmb_book *book, const struct cmb_book_update *update)
{
    cmb_book_open_write(book);
    enum cmb_book_reason reason = cmb_book_put(book, update);
    if (reason)
        cmb_book_set_broken(book, reason);
    else
        set_live(book, update->received_ns);
    cmb_book_close_write(book);
    if (!reason)
        cmb_book_add(&book->counters.applied);
    return reason ? CMB_BOOK_BROKEN : CMB_BOOK_APPLIED;
}

/* What comes behind a gap is the first that the next snapshot may need. */
static enum cmb_book_outcome break_and_hold(struct cmb_book *book, enum cmb_book_reason reason,
                                            const struct cmb_book_update *update)
{
    break_book(book, reason);
    if (cmb_book_is_asked(book))
        add_held(book, update);
    return CMB_BOOK_BROKEN;
}

enum cmb_book_outcome cmb_book_apply(struct cmb_book *book, const struct cmb_book_update *update)
{
    if (cmb_sync_is_whole(book->rule, update))
        return take_snapshot(book, update);
    if (cmb_book_state(book) == CMB_BOOK_RESYNCING)
        return cmb_book_is_asked(book) ? hold(book, update) : pass_over(book);
    switch (cmb_sync_judge(book->rule, &book->sync, update)) {
    case CMB_SYNC_NEXT:
        return apply_next(book, update);
    case CMB_SYNC_SIGN_OF_LIFE:
        return confirm(book, update->received_ns);
    case CMB_SYNC_OLD:
        book->sync.old_in_row++;
        return pass_over(book);
    case CMB_SYNC_GAP:
        return break_and_hold(book, CMB_BOOK_GAP, update);
    case CMB_SYNC_REGRESSED:
        return break_and_hold(book, CMB_BOOK_REGRESSED, update);
    default:
        return break_book(book, CMB_BOOK_GARBLED);
    }
}

void cmb_book_mark_stale(struct cmb_book *book)
{
    if (cmb_book_state(book) != CMB_BOOK_LIVE)
        return;
    cmb_book_open_write(book);
    atomic_store_explicit(&book->state, CMB_BOOK_STALE, memory_order_relaxed);
    cmb_book_close_write(book);
}

enum cmb_book_outcome cmb_book_pass_time(struct cmb_book *book, int64_t now_ns)
{
    bool is_crossed = atomic_load_explicit(&book->is_crossed, memory_order_relaxed);
    if (is_crossed && cmb_book_state(book) != CMB_BOOK_RESYNCING &&
        now_ns - book->crossed_since_ns >= book->crossed_most_ns)
        return break_book(book, CMB_BOOK_CROSSED);
    return CMB_BOOK_PASSED_OVER;
}

void cmb_book_set_crossed_most(struct cmb_book *book, int64_t most_ns)
{
    book->crossed_most_ns = most_ns;
}

enum cmb_book_need cmb_book_need(const struct cmb_book *book)
{
    if (cmb_book_state(book) != CMB_BOOK_RESYNCING)
        return CMB_BOOK_NEEDS_NOTHING;
    if (cmb_book_is_asked(book))
        return CMB_BOOK_NEEDS_SNAPSHOT;
    enum cmb_book_reason reason = cmb_book_reason(book);
    /* The next message of whole books heals by itself. */
    if (book->rule->kind == CAMBIST_BOOK_UNCHAINED && reason != CMB_BOOK_NEW &&
        reason != CMB_BOOK_DISCONNECTED)
        return CMB_BOOK_NEEDS_NOTHING;
    return CMB_BOOK_NEEDS_SUBSCRIPTION;
}
