/* cache/cache.h - answers, signatures and tokens that are good for a while.
 *
 * Found by the whole key, never by its hash alone; bytes are copied in.  The number of entries and
 * of bytes is bounded.  When there is no room, a fifth of the table is looked through for what has
 * expired, from where the last look ended; when all of it is good, the entry of that fifth that
 * expires first gives way.  Freed slots keep their memory, so that values of a usual size allocate
 * nothing.  One thread at a time.
 */
#ifndef CMB_CACHE_CACHE_H
#define CMB_CACHE_CACHE_H

#include "base/text.h"

struct cmb_cache;

/* Counted since the start; for metrics. */
struct cmb_cache_counts {
    uint64_t hits, misses, evictions; /* evictions: of what was still good */
    size_t entries, bytes;
};

/* A cache of `entries_most` entries (at least 5) and at most `bytes_most` bytes of keys and values.
 * NULL without memory.  Wipes what it forgets where `is_secret`: tokens and signatures. */
struct cmb_cache *cmb_cache_new(size_t entries_most, size_t bytes_most, bool is_secret);
/* Accepts NULL. */
void cmb_cache_free(struct cmb_cache *cache);

/* A view of the value that is good at `now_ns`, absent where there is none.  Valid until the next
 * change of the cache. */
struct cmb_text cmb_cache_find(struct cmb_cache *cache, struct cmb_text key, int64_t now_ns);
/* Copies key and value, in place of what stood under the key.  False, with nothing under the key,
 * when it is already over, larger than a fifth of the cache, or memory ran out. */
bool cmb_cache_put(struct cmb_cache *cache, struct cmb_text key, struct cmb_text value,
                   int64_t now_ns, int64_t expires_ns);
/* Looks through the next fifth of the table and forgets what has expired; how many.  For a timer:
 * tokens should not lie about longer than they are good. */
size_t cmb_cache_sweep(struct cmb_cache *cache, int64_t now_ns);
/* Forgets one entry; false where there was none. */
bool cmb_cache_drop(struct cmb_cache *cache, struct cmb_text key);
/* Forgets everything and keeps the memory. */
void cmb_cache_reset(struct cmb_cache *cache);

struct cmb_cache_counts cmb_cache_counts(const struct cmb_cache *cache);

#endif
