/* limit/table.h - buckets that the processes of one machine share.
 *
 * An exchange counts by address and by account, not by process.  The table is a file in shared
 * memory, ours alone (0600), into which buckets are put by name; whoever asks for the same name gets
 * the same bucket, with what it has used and until when it is closed.  Beside the buckets stand marks:
 * numbers that only rise, for nonces.
 *
 * Finding and putting take a lock that outlives its owner's death; taking from a bucket takes none.
 * Times in it are the monotonic clock's, which the processes of one boot have in common: after
 * another boot the table begins afresh.  Whoever opens it and is alone clears away what counts for
 * nothing any more.
 */
#ifndef CMB_LIMIT_TABLE_H
#define CMB_LIMIT_TABLE_H

#include "base/fail.h"
#include "limit/bucket.h"

/* More than one machine's exchanges have; when it is full, cmb_limit_table_bucket answers NULL. */
enum { CMB_LIMIT_TABLE_ENTRIES = 2048 };

/* What a bucket is found by: a hash of what it counts, made so that it tells nothing of it. */
struct cmb_limit_name {
    uint64_t high, low; /* not both 0 */
};

struct cmb_limit_table;

/* Opens the table at `path`, makes it where there is none.  NULL: where the processes of this user
 * meet.  `now_ns` is the monotonic clock's.  BAD_CONFIG with the file and the reason: it belongs to
 * somebody else, is open to others, is of another kind, or there is no such place. */
int cmb_limit_table_open(const char *path, int64_t now_ns, struct cmb_limit_table **ret,
                         struct cambist_error *error);
/* Buckets and marks of it are not used any more; they stay for others.  Accepts NULL. */
void cmb_limit_table_close(struct cmb_limit_table *table);

/* The bucket of that name, made by `rule` where there was none: the first to come sets the rule.
 * Valid until the table is closed.  NULL: the table is full. [any thread] */
struct cmb_bucket *cmb_limit_table_bucket(struct cmb_limit_table *table, struct cmb_limit_name name,
                                          const struct cmb_bucket_rule *rule);
/* The same for a mark, which begins at 0. [any thread] */
_Atomic int64_t *cmb_limit_table_mark(struct cmb_limit_table *table, struct cmb_limit_name name);
/* How many buckets and marks it holds. [any thread] */
uint32_t cmb_limit_table_count(const struct cmb_limit_table *table);

#endif
