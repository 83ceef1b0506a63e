/* Do waits double, stop at the ceiling, and stay spread there? */
#include "limit/backoff.h"

#include "support/test.h"

static void doubles_to_the_ceiling(void)
{
    struct cmb_backoff backoff;
    cmb_backoff_init(&backoff, 0, 100, 1000);
    static const int64_t ceilings[] = { 100, 200, 400, 800, 1000, 1000 };
    for (unsigned i = 0; i < 6; i++) {
        ASSERT_NUMBER(cmb_backoff_wait_ns(&backoff, i, UINT64_MAX), ceilings[i]);
        ASSERT_NUMBER(cmb_backoff_wait_ns(&backoff, i, 0), 0);
    }
    ASSERT_NUMBER(cmb_backoff_wait_ns(&backoff, 4000000000u, UINT64_MAX), 1000);
}

static void stays_spread_at_the_ceiling(void)
{
    struct cmb_backoff backoff;
    int counts[10] = { 0 };
    cmb_backoff_init(&backoff, 500, 1000, 10499);
    uint64_t random = 1;
    for (int i = 0; i < 10000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        int64_t wait_ns = cmb_backoff_wait_ns(&backoff, 50, random);
        CU_ASSERT_FATAL(wait_ns >= 500 && wait_ns <= 10499);
        counts[(wait_ns - 500) / 1000]++;
    }
    for (int i = 0; i < 10; i++)
        CU_ASSERT(counts[i] > 800 && counts[i] < 1200);
}

static void puts_silly_values_right(void)
{
    struct cmb_backoff backoff;
    cmb_backoff_init(&backoff, -5, -7, -9);
    ASSERT_NUMBER(cmb_backoff_wait_ns(&backoff, 3, UINT64_MAX), 0);
    cmb_backoff_init(&backoff, 50, 10, 20);
    ASSERT_NUMBER(cmb_backoff_wait_ns(&backoff, 3, 0), 50);
    cmb_backoff_init(&backoff, 0, INT64_MAX - 1, INT64_MAX);
    CU_ASSERT(cmb_backoff_wait_ns(&backoff, 3, UINT64_MAX) == INT64_MAX);
}

TEST_SUITE("limit/backoff", { "doubles up to the ceiling", doubles_to_the_ceiling },
           { "stays spread at the ceiling", stays_spread_at_the_ceiling },
           { "puts silly values right", puts_silly_values_right })
