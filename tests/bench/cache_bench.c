/* What does the cache of answers and signatures cost, and what does it save?
 *
 * The floor hashes the key and compares it with one that is known to be right.  What the cache saves
 * a question is measured where whole requests are: `cambist bench request`. */
#include "bench/interleaved.h"
#include "cache/cache.h"
#include "base/key.h"

#include <string.h>

enum { ENTRIES = 1000, VALUE_BYTES = 200, KEY_MOST = 80 };

static struct cmb_cache *cache, *churned;
static char keys[2 * ENTRIES][KEY_MOST], value[VALUE_BYTES];
static struct cmb_text texts[2 * ENTRIES];
static int64_t now_ns;

static void make_keys(void)
{
    for (int i = 0; i < 2 * ENTRIES; i++) {
        int length = snprintf(keys[i], KEY_MOST,
                              "GET /api/v3/depth symbol=SYMBOL%04dUSDT&limit=100", i);
        texts[i] = (struct cmb_text){ keys[i], (size_t)length };
    }
}

static struct cmb_text value_text(void)
{
    return (struct cmb_text){ value, sizeof value };
}

static void hash_and_compare(size_t turns)
{
    for (size_t i = 0; i < turns; i++) {
        struct cmb_text key = texts[i % ENTRIES];
        INTERLEAVED_KEEP(cmb_key_hash(key, 7));
        INTERLEAVED_KEEP(memcmp(key.at, keys[(i + 1) % ENTRIES], key.length));
    }
}

static void find_hits(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        if (!cmb_cache_find(cache, texts[i % ENTRIES], 1).at)
            bench_fail("what was put is not there");
}

static void find_misses(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        if (cmb_cache_find(cache, texts[ENTRIES + i % ENTRIES], 1).at)
            bench_fail("what was not put is there");
}

static void replace(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        INTERLEAVED_KEEP(cmb_cache_put(cache, texts[i % ENTRIES], value_text(), 1, INT64_MAX));
}

/* Everything is over after half the table was put: each put finds its place among what expired, a
 * fifth of the table at a time. */
static void put_over_expired(size_t turns)
{
    for (size_t i = 0; i < turns; i++, now_ns++)
        INTERLEAVED_KEEP(cmb_cache_put(churned, texts[i % (2 * ENTRIES)], value_text(), now_ns,
                                       now_ns + ENTRIES / 2));
}

static void sweep_a_fifth(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        INTERLEAVED_KEEP(cmb_cache_sweep(cache, 1));
}

int main(int count, char **words)
{
    static const struct interleaved_case cases[] = {
        { "key of 48 bytes hashed, and one compared", hash_and_compare, 20000 },
        { "found", find_hits, 20000 },
        { "not there", find_misses, 20000 },
        { "put in the place of the same", replace, 20000 },
        { "put where others expire, by fifths", put_over_expired, 20000 },
        { "a fifth of 1,000 entries swept, all good", sweep_a_fifth, 200 },
    };
    bench_begin(count, words);
    make_keys();
    cache = cmb_cache_new(ENTRIES, 1 << 20, false);
    churned = cmb_cache_new(ENTRIES, 1 << 20, false);
    bench_require(cache && churned, "no memory");
    for (int i = 0; i < ENTRIES; i++)
        bench_require(cmb_cache_put(cache, texts[i], value_text(), 0, INT64_MAX), "no room");
    interleaved_run("a cache of 1,000 answers", cases, sizeof cases / sizeof *cases);
    cmb_cache_free(cache);
    cmb_cache_free(churned);
    return bench_end(NULL, 0);
}
