/* book/sync.h - does this update follow on the last one?
 *
 * Seven of the eight kinds say the same in different words: an update covers the numbers behind
 * `before` up to its own.  It follows when `before` is the last number; what lies between is a
 * gap, what ends before is old.  Everything here is pure. [any thread]
 */
#ifndef CMB_BOOK_SYNC_H
#define CMB_BOOK_SYNC_H

#include "book/book.h"

/* So many old updates in a row are no duplicates: the exchange counts anew. */
#define CMB_SYNC_OLD_MOST 256

/* Where a book stands in the stream of updates. */
struct cmb_sync {
    int64_t sequence, timestamp_ns; /* of the last that was applied; time 0: not told */
    bool has_sequence;
    bool is_bridging; /* an asked-for snapshot was the last: the stream may cut it anywhere */
    unsigned old_in_row;
};

enum cmb_sync_verdict {
    CMB_SYNC_NEXT = 1,
    CMB_SYNC_SIGN_OF_LIFE, /* nothing happened since the last one */
    CMB_SYNC_OLD,
    CMB_SYNC_GAP,
    CMB_SYNC_REGRESSED,
    CMB_SYNC_GARBLED, /* without the numbers that the kind needs */
};

/* Whether the levels of `update` are the whole book. */
bool cmb_sync_is_whole(const struct cambist_book_rule *rule, const struct cmb_book_update *update);
/* Whether its numbers are those that the kind needs. */
bool cmb_sync_check_numbers(const struct cambist_book_rule *rule,
                            const struct cmb_book_update *update);
/* What an update that is no snapshot is to a book at `sync`. */
enum cmb_sync_verdict cmb_sync_judge(const struct cambist_book_rule *rule,
                                     const struct cmb_sync *sync,
                                     const struct cmb_book_update *update);
/* Whether a snapshot that was sent, not asked for, is older than a live book at `sync`. */
bool cmb_sync_is_older(const struct cambist_book_rule *rule, const struct cmb_sync *sync,
                       const struct cmb_book_update *snapshot);
/* Where a book stands after `update` was applied. */
void cmb_sync_move(struct cmb_sync *sync, const struct cmb_book_update *update);

#endif
