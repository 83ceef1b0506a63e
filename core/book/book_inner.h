/* book/book_inner.h - what the files of a book share.
 *
 * Writing: between cmb_book_open_write and cmb_book_close_write the version is odd, and readers
 * wait.  Everything that readers see is atomic, so that reading beside a write is no race; what
 * they then threw away was only of two times.
 */
#ifndef CMB_BOOK_BOOK_INNER_H
#define CMB_BOOK_BOOK_INNER_H

#include "book/book.h"
#include "book/held.h"
#include "book/side.h"
#include "book/sync.h"

struct cmb_book_counters {
    _Atomic uint64_t applied, confirmed, held, passed_over, refused, resyncs, unknown_removed,
        dropped, broken[CMB_BOOK_REASONS];
};

struct cmb_book {
    /* What readers see. */
    _Atomic uint64_t version; /* twice the changes; odd while one is made */
    _Atomic int64_t sequence, timestamp_ns, received_ns;
    _Atomic uint32_t state, reason, scales; /* scales: of prices << 8 | of amounts */
    _Atomic bool is_crossed;
    struct cmb_side bids, asks;
    struct cmb_book_counters counters;
    /* The feeder's alone. */
    const struct cambist_book_rule *rule;
    struct cmb_sync sync;
    struct cmb_held held;
    struct cmb_sync held_sync; /* of the last held one */
    int64_t crossed_most_ns, crossed_since_ns;
};

static inline void cmb_book_open_write(struct cmb_book *book)
{
    uint64_t version = atomic_load_explicit(&book->version, memory_order_relaxed);
    atomic_store_explicit(&book->version, version + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
}

static inline void cmb_book_close_write(struct cmb_book *book)
{
    uint64_t version = atomic_load_explicit(&book->version, memory_order_relaxed);
    atomic_store_explicit(&book->version, version + 1, memory_order_release);
}

static inline struct cmb_scaled_digits cmb_book_scales(const struct cmb_book *book)
{
    uint32_t scales = atomic_load_explicit(&book->scales, memory_order_relaxed);
    return (struct cmb_scaled_digits){ (uint8_t)(scales >> 8), (uint8_t)scales };
}

static inline bool cmb_book_is_asked(const struct cmb_book *book)
{
    return book->rule->snapshot_limit != 0;
}

/* Only the feeder counts, so that no addition has to be atomic as a whole. */
static inline void cmb_book_add_many(_Atomic uint64_t *counter, uint64_t count)
{
    uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, value + count, memory_order_relaxed);
}

static inline void cmb_book_add(_Atomic uint64_t *counter)
{
    cmb_book_add_many(counter, 1);
}

/* Resyncing from now on.  Between open and close. */
void cmb_book_set_broken(struct cmb_book *book, enum cmb_book_reason reason);

/* Writes the levels of `update` into the book and checks what it then is: CMB_BOOK_NEW when it is
 * sound, otherwise why not.  Between open and close. */
enum cmb_book_reason cmb_book_load(struct cmb_book *book, const struct cmb_book_update *snapshot);
enum cmb_book_reason cmb_book_put(struct cmb_book *book, const struct cmb_book_update *update);
/* Whether the book holds the same levels as `snapshot`, as far as that goes. */
bool cmb_book_equals(const struct cmb_book *book, const struct cmb_book_update *snapshot);

#endif
