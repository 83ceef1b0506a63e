/* How does another thread see a whole state of a book without locks? */
#include "book/book_inner.h"

#include <sched.h>
#include <string.h>

/* A writer is never long; one that lost its processor gets it back sooner when we yield. */
#define SPINS_BEFORE_YIELD 256

static uint64_t begin_read(const struct cmb_book *book)
{
    for (unsigned spins = 1;; spins++) {
        uint64_t version = atomic_load_explicit(&book->version, memory_order_acquire);
        if (!(version & 1))
            return version;
        if (spins % SPINS_BEFORE_YIELD == 0)
            sched_yield();
    }
}

/* Whether nothing was written since begin_read. */
static bool end_read(const struct cmb_book *book, uint64_t version)
{
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&book->version, memory_order_relaxed) == version;
}

enum cmb_book_state cmb_book_state(const struct cmb_book *book)
{
    return (enum cmb_book_state)atomic_load_explicit(&book->state, memory_order_relaxed);
}

enum cmb_book_reason cmb_book_reason(const struct cmb_book *book)
{
    return (enum cmb_book_reason)atomic_load_explicit(&book->reason, memory_order_relaxed);
}

static void copy_once(const struct cmb_book *book, size_t depth, unsigned flags,
                      struct cmb_book_view *view)
{
    struct cmb_scaled_digits scales = cmb_book_scales(book);
    view->state = cmb_book_state(book);
    view->is_crossed = atomic_load_explicit(&book->is_crossed, memory_order_relaxed);
    view->sequence = atomic_load_explicit(&book->sequence, memory_order_relaxed);
    view->timestamp_ns = atomic_load_explicit(&book->timestamp_ns, memory_order_relaxed);
    view->received_ns = atomic_load_explicit(&book->received_ns, memory_order_relaxed);
    view->price_scale = scales.price;
    view->amount_scale = scales.amount;
    bool is_shown = view->state == CMB_BOOK_LIVE || (flags & CMB_BOOK_LAST_KNOWN);
    view->bid_count = is_shown ? cmb_side_copy(&book->bids, depth, view->bids) : 0;
    view->ask_count = is_shown ? cmb_side_copy(&book->asks, depth, view->asks) : 0;
}

bool cmb_book_read(const struct cmb_book *book, size_t depth, unsigned flags,
                   struct cmb_book_view *view)
{
    uint64_t version;
    do {
        version = begin_read(book);
        copy_once(book, depth, flags, view);
    } while (!end_read(book, version));
    view->version = version / 2;
    return view->state == CMB_BOOK_LIVE;
}

bool cmb_book_best(const struct cmb_book *book, struct cmb_book_best *ret_best)
{
    uint64_t version;
    enum cmb_book_state state;
    struct cmb_book_best best;
    do {
        version = begin_read(book);
        memset(&best, 0, sizeof best);
        struct cmb_scaled_digits scales = cmb_book_scales(book);
        state = cmb_book_state(book);
        cmb_side_copy(&book->bids, 1, &best.bid);
        cmb_side_copy(&book->asks, 1, &best.ask);
        best.received_ns = atomic_load_explicit(&book->received_ns, memory_order_relaxed);
        best.price_scale = scales.price;
        best.amount_scale = scales.amount;
    } while (!end_read(book, version));
    best.version = version / 2;
    if (state == CMB_BOOK_LIVE)
        *ret_best = best;
    return state == CMB_BOOK_LIVE;
}

static uint64_t get(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void cmb_book_count(const struct cmb_book *book, struct cmb_book_counts *ret_counts)
{
    const struct cmb_book_counters *counters = &book->counters;
    *ret_counts = (struct cmb_book_counts){
        .applied = get(&counters->applied),
        .confirmed = get(&counters->confirmed),
        .held = get(&counters->held),
        .passed_over = get(&counters->passed_over),
        .refused = get(&counters->refused),
        .resyncs = get(&counters->resyncs),
        .unknown_removed = get(&counters->unknown_removed),
        .dropped = get(&counters->dropped),
    };
    for (size_t i = 0; i < CMB_BOOK_REASONS; i++)
        ret_counts->broken[i] = get(&counters->broken[i]);
}

const char *cmb_book_reason_name(enum cmb_book_reason reason)
{
    static const char *const names[CMB_BOOK_REASONS] = {
        [CMB_BOOK_NEW] = "new",
        [CMB_BOOK_GAP] = "gap",
        [CMB_BOOK_REGRESSED] = "regressed",
        [CMB_BOOK_CHECKSUM] = "checksum",
        [CMB_BOOK_CROSSED] = "crossed",
        [CMB_BOOK_OVERFLOW] = "overflow",
        [CMB_BOOK_THIN] = "thin",
        [CMB_BOOK_DIFFERS] = "differs",
        [CMB_BOOK_GARBLED] = "garbled",
        [CMB_BOOK_UNREADABLE] = "unreadable",
        [CMB_BOOK_DISCONNECTED] = "disconnected",
        [CMB_BOOK_NO_MEMORY] = "no memory",
    };
    return reason < CMB_BOOK_REASONS ? names[reason] : "?";
}
