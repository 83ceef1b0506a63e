/* Does the cache give back what is good, and nothing else? */
#include "cache/cache.h"

#include <malloc.h>
#include <stdlib.h>

#include "support/test.h"

static struct cmb_text text_of(char *room, size_t capacity, const char *format, int number)
{
    snprintf(room, capacity, format, number);
    return cmb_text_of(room);
}

static void assert_found(struct cmb_cache *cache, const char *key, int64_t now_ns,
                         const char *expected)
{
    struct cmb_text value = cmb_cache_find(cache, cmb_text_of(key), now_ns);
    CU_ASSERT((value.at == NULL) == (expected == NULL));
    CU_ASSERT(cmb_text_is(value, cmb_text_of(expected)));
}

static void gives_back_until_it_expires(void)
{
    struct cmb_cache *cache = cmb_cache_new(10, 10000, false);
    CU_ASSERT(cmb_cache_put(cache, CMB_TEXT(""), CMB_TEXT(""), 0, 1));
    CU_ASSERT(cmb_cache_find(cache, CMB_TEXT(""), 0).at != NULL);
    CU_ASSERT(cmb_cache_drop(cache, CMB_TEXT("")));
    CU_ASSERT(!cmb_cache_drop(cache, CMB_TEXT("")));
    CU_ASSERT(cmb_cache_put(cache, CMB_TEXT("a"), CMB_TEXT("1"), 0, 100));
    assert_found(cache, "a", 99, "1");
    assert_found(cache, "b", 99, NULL);
    assert_found(cache, "a", 100, NULL);
    ASSERT_NUMBER(cmb_cache_counts(cache).entries, 0);
    CU_ASSERT(cmb_cache_put(cache, CMB_TEXT("a"), CMB_TEXT("1"), 0, 100));
    CU_ASSERT(cmb_cache_put(cache, CMB_TEXT("a"), CMB_TEXT("longer"), 0, 200));
    assert_found(cache, "a", 150, "longer");
    CU_ASSERT(!cmb_cache_put(cache, CMB_TEXT("a"), CMB_TEXT("2"), 50, 50));
    assert_found(cache, "a", 50, NULL);
    cmb_cache_free(cache);
    cmb_cache_free(NULL);
}

static void lets_the_first_to_expire_give_way(void)
{
    struct cmb_cache *cache = cmb_cache_new(5, 10000, false);
    char key[16];
    for (int i = 0; i < 5; i++)
        CU_ASSERT(
            cmb_cache_put(cache, text_of(key, sizeof key, "k%d", i), CMB_TEXT("v"), 0, 100 + i));
    CU_ASSERT(cmb_cache_put(cache, CMB_TEXT("new"), CMB_TEXT("v"), 0, 500));
    struct cmb_cache_counts counts = cmb_cache_counts(cache);
    ASSERT_NUMBER(counts.entries, 5);
    ASSERT_NUMBER(counts.evictions, 1);
    assert_found(cache, "new", 1, "v");
    cmb_cache_free(cache);
}

static void prefers_what_has_expired(void)
{
    struct cmb_cache *cache = cmb_cache_new(100, 100000, false);
    char key[16];
    for (int i = 0; i < 100; i++)
        cmb_cache_put(cache, text_of(key, sizeof key, "k%d", i), CMB_TEXT("v"), 0,
                      i % 2 ? 1000 : 10);
    for (int i = 100; i < 150; i++)
        CU_ASSERT(
            cmb_cache_put(cache, text_of(key, sizeof key, "k%d", i), CMB_TEXT("v"), 20, 1000));
    ASSERT_NUMBER(cmb_cache_counts(cache).evictions, 0);
    for (int i = 1; i < 150; i += i < 100 ? 2 : 1)
        assert_found(cache, text_of(key, sizeof key, "k%d", i).at, 20, "v");
    cmb_cache_free(cache);
}

static void sweeps_a_fifth_at_a_time(void)
{
    struct cmb_cache *cache = cmb_cache_new(100, 100000, true);
    char key[16];
    for (int i = 0; i < 100; i++)
        cmb_cache_put(cache, text_of(key, sizeof key, "k%d", i), CMB_TEXT("v"), 0, 10);
    for (int i = 1; i <= 5; i++) {
        ASSERT_NUMBER(cmb_cache_sweep(cache, 10), 20);
        ASSERT_NUMBER(cmb_cache_counts(cache).entries, 100 - 20 * i);
    }
    ASSERT_NUMBER(cmb_cache_sweep(cache, 10), 0);
    cmb_cache_free(cache);
}

static void stays_within_its_bytes(void)
{
    static char large[20000];
    struct cmb_cache *cache = cmb_cache_new(50, 20000, false);
    char key[16];
    CU_ASSERT(!cmb_cache_put(cache, CMB_TEXT("k"), (struct cmb_text){ large, 4001 }, 0, 10));
    for (int i = 0; i < 1000; i++) {
        struct cmb_text value = { large, (size_t)(rand() % 3900) };
        CU_ASSERT(
            cmb_cache_put(cache, text_of(key, sizeof key, "k%d", i), value, 0, 10 + rand() % 5));
        CU_ASSERT(cmb_cache_counts(cache).bytes <= 20000);
        ASSERT_NUMBER(cmb_cache_find(cache, cmb_text_of(key), 0).length, value.length);
    }
    cmb_cache_reset(cache);
    ASSERT_NUMBER(cmb_cache_counts(cache).entries, 0);
    cmb_cache_free(cache);
}

/* Against a table that never forgets: what is found must be what was put last, and good. */
static void never_gives_a_wrong_value(void)
{
    struct cmb_cache *cache = cmb_cache_new(64, 8000, true);
    static int last[200];
    static int64_t expires[200];
    char key[16], value[128];
    srand(3);
    memset(expires, 0, sizeof expires);
    for (int64_t now = 1; now < 50000; now++) {
        int k = rand() % 200;
        text_of(key, sizeof key, "key-%d", k);
        if (rand() % 2) {
            last[k] = rand();
            expires[k] = now + rand() % 100;
            snprintf(value, sizeof value, "%0*d", 10 + k % 50, last[k]);
            bool is_in =
                cmb_cache_put(cache, cmb_text_of(key), cmb_text_of(value), now, expires[k]);
            CU_ASSERT(is_in == (expires[k] > now));
        } else {
            struct cmb_text found = cmb_cache_find(cache, cmb_text_of(key), now);
            if (!found.at)
                continue;
            snprintf(value, sizeof value, "%0*d", 10 + k % 50, last[k]);
            CU_ASSERT(expires[k] > now && cmb_text_is(found, cmb_text_of(value)));
        }
    }
    CU_ASSERT(cmb_cache_counts(cache).hits > 1000);
    cmb_cache_free(cache);
}

static void allocates_nothing_in_steady_state(void)
{
    struct cmb_cache *cache = cmb_cache_new(20, 100000, false);
    char key[16];
    struct mallinfo2 before = { 0 };
    for (int i = 0; i < 2000; i++) {
        if (i == 100)
            before = mallinfo2();
        cmb_cache_put(cache, text_of(key, sizeof key, "k%d", i % 30), CMB_TEXT("0123456789"), i,
                      i + 15);
    }
    CU_ASSERT(mallinfo2().uordblks == before.uordblks);
    cmb_cache_free(cache);
}

TEST_SUITE("cache/cache", { "gives back until it expires", gives_back_until_it_expires },
           { "lets the first to expire give way", lets_the_first_to_expire_give_way },
           { "prefers to forget what has expired", prefers_what_has_expired },
           { "sweeps a fifth of the table at a time", sweeps_a_fifth_at_a_time },
           { "stays within its bytes", stays_within_its_bytes },
           { "never gives a wrong value", never_gives_a_wrong_value },
           { "allocates nothing in steady state", allocates_nothing_in_steady_state })
