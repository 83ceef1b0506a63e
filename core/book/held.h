/* book/held.h - updates that wait for the snapshot.
 *
 * Copies, so that what the feeder borrowed may go.  Room grows by need up to a bound and is used
 * again for the next time.  Zeroed is empty. [one thread at a time]
 */
#ifndef CMB_BOOK_HELD_H
#define CMB_BOOK_HELD_H

#include "book/book.h"

struct cmb_held_row {
    struct cmb_book_update update; /* without its arrays */
    size_t at;                     /* where its levels begin: bids, then asks */
};

struct cmb_held {
    struct cmb_held_row *rows;
    size_t count, capacity;
    struct cmb_scaled_level *levels;
    struct cmb_scaled_digits *digits; /* beside the levels; NULL: not kept */
    int64_t *sequences;               /* beside the levels; NULL: not kept */
    size_t level_count, level_capacity;
    bool has_digits, has_sequences; /* set before the first is added */
};

enum cmb_held_result { CMB_HELD_KEPT = 1, CMB_HELD_FULL, CMB_HELD_NO_MEMORY };

/* Keeps a copy, or nothing.  Where digits or numbers of levels are kept, an update without them is
 * kept as one without. */
enum cmb_held_result cmb_held_add(struct cmb_held *held, const struct cmb_book_update *update);
/* The update at `place`, oldest first; its arrays live until the next change. */
struct cmb_book_update cmb_held_get(const struct cmb_held *held, size_t place);
/* Forgets the oldest `count`. */
void cmb_held_drop(struct cmb_held *held, size_t count);
void cmb_held_clear(struct cmb_held *held);

#endif
