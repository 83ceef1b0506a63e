/* Does a bucket ever admit more than the exchange allows, and does it say when to come back? */
#include "limit/bucket.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "support/test.h"

#define SECOND_NS ((int64_t)1000000000)
#define MINUTE_NS (60 * SECOND_NS)

static struct cmb_bucket made(uint32_t model, uint32_t capacity, uint32_t reserve,
                              int64_t window_ns)
{
    struct cmb_bucket bucket;
    struct cmb_bucket_rule rule = { model, capacity, reserve, window_ns };
    CU_ASSERT(cmb_bucket_init(&bucket, &rule));
    return bucket;
}

static int64_t take(struct cmb_bucket *bucket, uint32_t weight, int64_t now_ns)
{
    return cmb_bucket_take(bucket, weight, CMB_LANE_NORMAL, now_ns);
}

static void refuses_silly_rules(void)
{
    static const struct cmb_bucket_rule silly[] = {
        { 0, 1, 0, SECOND_NS },
        { 4, 1, 0, SECOND_NS },
        { CMB_BUCKET_FIXED, 0, 0, SECOND_NS },
        { CMB_BUCKET_FIXED, (uint32_t)INT32_MAX + 1, 0, SECOND_NS },
        { CMB_BUCKET_FIXED, UINT32_MAX, 0, SECOND_NS },
        { CMB_BUCKET_FIXED, 10, 10, SECOND_NS },
        { CMB_BUCKET_TOKENS, 10, 0, 0 },
        { CMB_BUCKET_TOKENS, 10, 0, -1 },
        { CMB_BUCKET_TOKENS, 10, 0, INT64_MAX },
    };
    for (size_t i = 0; i < sizeof silly / sizeof *silly; i++) {
        struct cmb_bucket bucket;
        CU_ASSERT(!cmb_bucket_init(&bucket, &silly[i]));
        CU_ASSERT(take(&bucket, 1, 0) == CMB_BUCKET_NEVER);
        CU_ASSERT(cmb_bucket_take(&bucket, 1, CMB_LANE_CANCEL, 0) == CMB_BUCKET_NEVER);
    }
}

static void refuses_when_it_is_empty(void)
{
    for (uint32_t model = CMB_BUCKET_FIXED; model <= CMB_BUCKET_TOKENS; model++) {
        struct cmb_bucket bucket = made(model, 10, 0, MINUTE_NS);
        ASSERT_NUMBER(take(&bucket, 7, 5), 0);
        ASSERT_NUMBER(take(&bucket, 3, 6), 0);
        CU_ASSERT(take(&bucket, 1, 7) > 0);
        ASSERT_NUMBER(cmb_bucket_used(&bucket, 7), 10);
        CU_ASSERT(take(&bucket, 11, 7) == CMB_BUCKET_NEVER);
    }
}

static void starts_afresh_with_the_calendar(void)
{
    struct cmb_bucket bucket = made(CMB_BUCKET_FIXED, 2, 0, MINUTE_NS);
    /* Our clock says 10 s when the exchange's minute has 45 s. */
    cmb_bucket_align(&bucket, 35 * SECOND_NS, 10 * SECOND_NS);
    ASSERT_NUMBER(take(&bucket, 2, 10 * SECOND_NS), 0);
    ASSERT_NUMBER(take(&bucket, 1, 10 * SECOND_NS), 15 * SECOND_NS);
    ASSERT_NUMBER(take(&bucket, 1, 25 * SECOND_NS - 1), 1);
    ASSERT_NUMBER(take(&bucket, 1, 25 * SECOND_NS), 0);
}

static void keeps_its_count_when_aligned(void)
{
    struct cmb_bucket bucket = made(CMB_BUCKET_FIXED, 2, 0, MINUTE_NS);
    ASSERT_NUMBER(take(&bucket, 2, 10 * SECOND_NS), 0);
    cmb_bucket_align(&bucket, (int64_t)1700000000 * SECOND_NS, 11 * SECOND_NS);
    CU_ASSERT(take(&bucket, 1, 11 * SECOND_NS) > 0);
    ASSERT_NUMBER(cmb_bucket_used(&bucket, 11 * SECOND_NS), 2);
}

/* One history of what was admitted. */
struct history {
    int64_t at_ns[20000];
    uint32_t weight[20000];
    size_t count;
};

static struct history history;

/* The most that went in any span [t, t + span). */
static uint64_t most_in_span(int64_t span_ns)
{
    uint64_t sum = 0, most = 0;
    for (size_t end = 0, start = 0; end < history.count; end++) {
        sum += history.weight[end];
        while (history.at_ns[start] <= history.at_ns[end] - span_ns)
            sum -= history.weight[start++];
        most = sum > most ? sum : most;
    }
    return most;
}

static uint64_t most_in_calendar(int64_t span_ns)
{
    uint64_t sum = 0, most = 0;
    for (size_t i = 0; i < history.count; i++) {
        if (i == 0 || history.at_ns[i] / span_ns != history.at_ns[i - 1] / span_ns)
            sum = 0;
        sum += history.weight[i];
        most = sum > most ? sum : most;
    }
    return most;
}

/* A random crowd: bursts, pauses, light and heavy requests; sometimes waits as it is told. */
static void run_history(struct cmb_bucket *bucket, uint32_t capacity, int64_t window_ns)
{
    int64_t now_ns = rand();
    history.count = 0;
    for (int i = 0; i < 20000; i++) {
        uint32_t weight = 1 + (uint32_t)rand() % (rand() % 10 ? capacity / 8 + 1 : capacity);
        enum cmb_bucket_lane lane = rand() % 8 ? CMB_LANE_NORMAL : CMB_LANE_CANCEL;
        int64_t wait_ns = cmb_bucket_take(bucket, weight, lane, now_ns);
        if (wait_ns == 0) {
            history.at_ns[history.count] = now_ns;
            history.weight[history.count++] = weight;
        } else if (wait_ns != CMB_BUCKET_NEVER && rand() % 4 == 0) {
            CU_ASSERT(cmb_bucket_wait_ns(bucket, weight, lane, now_ns + wait_ns) == 0);
            now_ns += wait_ns;
        }
        if (rand() % 3 == 0)
            now_ns += rand() % (window_ns / 20);
        if (rand() % 500 == 0)
            now_ns += window_ns * (rand() % 40);
    }
}

static void never_admits_more_than_the_rule(void)
{
    srand(7);
    for (int round = 0; round < 60; round++) {
        uint32_t capacity = 1 + (uint32_t)(rand() % (round % 2 ? 20 : 6000));
        int64_t window_ns = 1000 + rand() % (round % 3 ? 1000000000 : 50000);
        struct cmb_bucket bucket = made(CMB_BUCKET_FIXED, capacity, capacity / 10, window_ns);
        run_history(&bucket, capacity, window_ns);
        CU_ASSERT(most_in_calendar(window_ns) <= capacity);
        bucket = made(CMB_BUCKET_ROLLING, capacity, capacity / 10, window_ns);
        run_history(&bucket, capacity, window_ns);
        CU_ASSERT(most_in_span(window_ns) <= capacity);
        bucket = made(CMB_BUCKET_TOKENS, capacity, capacity / 10, window_ns);
        run_history(&bucket, capacity, window_ns);
        int64_t span_ns = window_ns / (1 + rand() % 10) + 1;
        CU_ASSERT(most_in_span(span_ns) <=
                  capacity + (uint64_t)(span_ns * (int64_t)capacity / window_ns) + 1);
    }
}

static void says_the_exact_wait(void)
{
    srand(8);
    for (uint32_t model = CMB_BUCKET_FIXED; model <= CMB_BUCKET_TOKENS; model++)
        for (int i = 0; i < 2000; i++) {
            struct cmb_bucket bucket = made(model, 20, 0, 1000 + rand() % 1000000);
            int64_t now_ns = rand(), wait_ns;
            uint32_t weight = 1 + (uint32_t)rand() % 20;
            while ((wait_ns = take(&bucket, 1 + (uint32_t)rand() % 5, now_ns)) == 0)
                now_ns += rand() % 100;
            if ((wait_ns = cmb_bucket_wait_ns(&bucket, weight, CMB_LANE_NORMAL, now_ns)) == 0)
                continue;
            CU_ASSERT(cmb_bucket_wait_ns(&bucket, weight, CMB_LANE_NORMAL, now_ns + wait_ns - 1) ==
                      1);
            ASSERT_NUMBER(take(&bucket, weight, now_ns + wait_ns), 0);
        }
}

static void keeps_a_reserve_for_cancels(void)
{
    for (uint32_t model = CMB_BUCKET_FIXED; model <= CMB_BUCKET_TOKENS; model++) {
        struct cmb_bucket bucket = made(model, 10, 3, MINUTE_NS);
        int admitted = 0;
        while (take(&bucket, 1, 1) == 0)
            admitted++;
        ASSERT_NUMBER(admitted, 7);
        CU_ASSERT(take(&bucket, 8, 1) == CMB_BUCKET_NEVER);
        for (int i = 0; i < 3; i++)
            ASSERT_NUMBER(cmb_bucket_take(&bucket, 1, CMB_LANE_CANCEL, 1), 0);
        CU_ASSERT(cmb_bucket_take(&bucket, 1, CMB_LANE_CANCEL, 1) > 0);
    }
}

static void charges_all_or_none(void)
{
    struct cmb_bucket minute = made(CMB_BUCKET_FIXED, 10, 0, MINUTE_NS);
    struct cmb_bucket second = made(CMB_BUCKET_ROLLING, 5, 0, SECOND_NS);
    struct cmb_bucket tokens = made(CMB_BUCKET_TOKENS, 8, 0, SECOND_NS);
    struct cmb_bucket_charge charges[] = { { &minute, 4 }, { &tokens, 4 }, { &second, 4 } };
    ASSERT_NUMBER(cmb_bucket_take_all(charges, 3, CMB_LANE_NORMAL, 0), 0);
    int64_t wait_ns = cmb_bucket_take_all(charges, 3, CMB_LANE_NORMAL, 0);
    CU_ASSERT(wait_ns >= SECOND_NS && wait_ns < 2 * SECOND_NS);
    ASSERT_NUMBER(cmb_bucket_used(&minute, 0), 4);
    ASSERT_NUMBER(cmb_bucket_used(&tokens, 0), 4);
    ASSERT_NUMBER(cmb_bucket_used(&second, 0), 4);
    CU_ASSERT(cmb_bucket_take_all(charges, 3, CMB_LANE_NORMAL, wait_ns) == 0);
    charges[1].weight = 9;
    CU_ASSERT(cmb_bucket_take_all(charges, 3, CMB_LANE_NORMAL, MINUTE_NS) == CMB_BUCKET_NEVER);
    ASSERT_NUMBER(cmb_bucket_used(&minute, MINUTE_NS), 0);
    ASSERT_NUMBER(cmb_bucket_take_all(NULL, 0, CMB_LANE_NORMAL, 0), 0);
}

static void takes_back_what_never_left(void)
{
    for (uint32_t model = CMB_BUCKET_FIXED; model <= CMB_BUCKET_TOKENS; model++) {
        struct cmb_bucket bucket = made(model, 10, 0, MINUTE_NS);
        ASSERT_NUMBER(take(&bucket, 6, SECOND_NS), 0);
        cmb_bucket_give(&bucket, 4, SECOND_NS, SECOND_NS);
        ASSERT_NUMBER(cmb_bucket_used(&bucket, SECOND_NS), 2);
        cmb_bucket_give(&bucket, 2, SECOND_NS, 3 * MINUTE_NS);
        cmb_bucket_give(&bucket, 2, SECOND_NS, 3 * MINUTE_NS);
        int admitted = 0;
        while (take(&bucket, 1, 3 * MINUTE_NS) == 0)
            admitted++;
        ASSERT_NUMBER(admitted, 10);
    }
}

static void closes_for_everyone(void)
{
    for (uint32_t model = CMB_BUCKET_FIXED; model <= CMB_BUCKET_TOKENS; model++) {
        struct cmb_bucket bucket = made(model, 10, 5, SECOND_NS);
        cmb_bucket_close_until(&bucket, 100);
        cmb_bucket_close_until(&bucket, 50);
        ASSERT_NUMBER(take(&bucket, 1, 40), 60);
        ASSERT_NUMBER(take(&bucket, 0, 40), 60);
        ASSERT_NUMBER(cmb_bucket_take(&bucket, 1, CMB_LANE_CANCEL, 99), 1);
        ASSERT_NUMBER(take(&bucket, 1, 100), 0);
        cmb_bucket_close_until(&bucket, INT64_MAX);
        CU_ASSERT(take(&bucket, 1, 1000) == INT64_MAX - 1000);
    }
}

static void one_tries_behind_a_ban_until_it_is_answered(void)
{
    for (uint32_t model = CMB_BUCKET_FIXED; model <= CMB_BUCKET_TOKENS; model++) {
        struct cmb_bucket bucket = made(model, 10, 0, MINUTE_NS);
        cmb_bucket_close_until(&bucket, SECOND_NS);
        CU_ASSERT(cmb_bucket_is_closed(&bucket, SECOND_NS - 1));
        cmb_bucket_reopen(&bucket, SECOND_NS - 1); /* answers from before do not open it */
        ASSERT_NUMBER(take(&bucket, 1, SECOND_NS - 1), 1);
        ASSERT_NUMBER(take(&bucket, 11, SECOND_NS), CMB_BUCKET_NEVER);
        ASSERT_NUMBER(take(&bucket, 1, SECOND_NS), 0);
        ASSERT_NUMBER(take(&bucket, 1, SECOND_NS + 5), SECOND_NS - 5);
        ASSERT_NUMBER(cmb_bucket_wait_ns(&bucket, 1, CMB_LANE_CANCEL, SECOND_NS + 5),
                      SECOND_NS - 5);
        ASSERT_NUMBER(take(&bucket, 1, 2 * SECOND_NS), 0); /* the first was never answered */
        CU_ASSERT(take(&bucket, 1, 2 * SECOND_NS) > 0);
        cmb_bucket_reopen(&bucket, 2 * SECOND_NS);
        ASSERT_NUMBER(take(&bucket, 1, 2 * SECOND_NS), 0);
        ASSERT_NUMBER(take(&bucket, 1, 2 * SECOND_NS), 0);
        ASSERT_NUMBER(cmb_bucket_used(&bucket, 2 * SECOND_NS), 4);
    }
}

static void keeps_still_where_nobody_knows_the_window(void)
{
    struct cmb_bucket bucket = made(CMB_BUCKET_FIXED, 10, 0, SECOND_NS);
    cmb_bucket_set_guard(&bucket, 100);
    ASSERT_NUMBER(take(&bucket, 1, SECOND_NS - 101), 0);
    ASSERT_NUMBER(take(&bucket, 1, SECOND_NS - 100), 100);
    ASSERT_NUMBER(cmb_bucket_wait_ns(&bucket, 1, CMB_LANE_NORMAL, SECOND_NS - 1), 1);
    ASSERT_NUMBER(cmb_bucket_take(&bucket, 1, CMB_LANE_CANCEL, SECOND_NS - 100), 0);
    ASSERT_NUMBER(take(&bucket, 1, SECOND_NS), 0);
    cmb_bucket_align(&bucket, SECOND_NS / 2, SECOND_NS);
    ASSERT_NUMBER(take(&bucket, 1, SECOND_NS + SECOND_NS / 2 - 60), 60);
    cmb_bucket_set_guard(&bucket, INT64_MAX); /* three quarters are left */
    ASSERT_NUMBER(take(&bucket, 1, 2 * SECOND_NS), 0);
}

static void a_bucket_that_refills_leaves_room_for_what_comes_early(void)
{
    struct cmb_bucket bucket = made(CMB_BUCKET_TOKENS, 10, 0, 10 * SECOND_NS);
    cmb_bucket_set_guard(&bucket, SECOND_NS / 10);
    for (int i = 0; i < 9; i++)
        ASSERT_NUMBER(take(&bucket, 1, 0), 0);
    CU_ASSERT(take(&bucket, 1, 0) > 0);
    ASSERT_NUMBER(take(&bucket, 10, 20 * SECOND_NS), 0); /* what is heavier may go */
}

static const struct cmb_bucket_report nothing_said = { -1, -1, -1, -1 };

static void believes_the_exchange_when_it_says_more(void)
{
    for (uint32_t model = CMB_BUCKET_FIXED; model <= CMB_BUCKET_TOKENS; model++) {
        struct cmb_bucket bucket = made(model, 100, 0, MINUTE_NS);
        struct cmb_bucket_report report = nothing_said;
        ASSERT_NUMBER(take(&bucket, 10, 5), 0);
        cmb_bucket_correct(&bucket, &report, 5);
        ASSERT_NUMBER(cmb_bucket_used(&bucket, 5), 10);
        report.used = 60;
        cmb_bucket_correct(&bucket, &report, 5);
        ASSERT_NUMBER(cmb_bucket_used(&bucket, 5), 60);
        report.used = 20;
        cmb_bucket_correct(&bucket, &report, 5);
        ASSERT_NUMBER(cmb_bucket_used(&bucket, 5), 60);
        report = nothing_said;
        report.remaining = 15;
        cmb_bucket_correct(&bucket, &report, 5);
        ASSERT_NUMBER(cmb_bucket_used(&bucket, 5), 85);
        report.used = INT64_MAX;
        cmb_bucket_correct(&bucket, &report, 5);
        CU_ASSERT(take(&bucket, 1, 5) > 0);
    }
}

static void takes_over_capacity_and_reset(void)
{
    struct cmb_bucket bucket = made(CMB_BUCKET_FIXED, 100, 10, MINUTE_NS);
    struct cmb_bucket_report report = nothing_said;
    report.capacity = 5;
    report.reset_in_ns = 20 * SECOND_NS;
    cmb_bucket_correct(&bucket, &report, 0);
    ASSERT_NUMBER(cmb_bucket_take(&bucket, 5, CMB_LANE_CANCEL, 0), 0);
    ASSERT_NUMBER(cmb_bucket_take(&bucket, 1, CMB_LANE_CANCEL, SECOND_NS), 19 * SECOND_NS);
    ASSERT_NUMBER(take(&bucket, 1, 20 * SECOND_NS), 0);
    report.remaining = 0;
    report.reset_in_ns = 90 * SECOND_NS;
    cmb_bucket_correct(&bucket, &report, 30 * SECOND_NS);
    ASSERT_NUMBER(take(&bucket, 1, 30 * SECOND_NS), 90 * SECOND_NS);
    report.capacity = 0;
    cmb_bucket_correct(&bucket, &report, 30 * SECOND_NS);
    ASSERT_NUMBER(cmb_bucket_take(&bucket, 5, CMB_LANE_CANCEL, 300 * SECOND_NS), 0);
}

static void saturates_and_denies(void)
{
    static const int64_t times[] = { INT64_MIN, -1, 0, 1, INT64_MAX - 1, INT64_MAX };
    static const int64_t windows[] = { 1000, SECOND_NS, (int64_t)3650 * 86400 * SECOND_NS };
    static const uint32_t capacities[] = { 1, 2, INT32_MAX };
    for (uint32_t model = CMB_BUCKET_FIXED; model <= CMB_BUCKET_TOKENS; model++)
        for (size_t i = 0; i < 3 * 3 * 6; i++) {
            uint32_t capacity = capacities[i % 3];
            struct cmb_bucket bucket = made(model, capacity, 0, windows[i / 3 % 3]);
            int64_t now_ns = times[i / 9];
            CU_ASSERT(take(&bucket, UINT32_MAX, now_ns) == CMB_BUCKET_NEVER);
            cmb_bucket_align(&bucket, times[i % 6], now_ns);
            int64_t first_ns = take(&bucket, capacity, now_ns);
            int64_t second_ns = take(&bucket, capacity, now_ns);
            ASSERT_NUMBER(first_ns, 0);
            CU_ASSERT(second_ns > 0);
            cmb_bucket_give(&bucket, capacity, now_ns, now_ns);
            CU_ASSERT(cmb_bucket_wait_ns(&bucket, capacity, CMB_LANE_CANCEL, now_ns) >= 0);
        }
}

static void stands_still_when_the_clock_steps_back(void)
{
    for (uint32_t model = CMB_BUCKET_FIXED; model <= CMB_BUCKET_TOKENS; model++) {
        struct cmb_bucket bucket = made(model, 3, 0, SECOND_NS);
        ASSERT_NUMBER(take(&bucket, 3, SECOND_NS), 0);
        CU_ASSERT(take(&bucket, 1, SECOND_NS - 1000) > 0);
        CU_ASSERT(take(&bucket, 1, SECOND_NS - 100000000) > 0);
    }
}

struct crowd {
    struct cmb_bucket *bucket;
    uint64_t admitted;
};

static void *take_in_a_loop(void *argument)
{
    struct crowd *crowd = argument;
    for (int i = 0; i < 300000; i++)
        crowd->admitted += take(crowd->bucket, 1, 12345) == 0;
    return NULL;
}

static void admits_no_more_to_two_threads(void)
{
    for (uint32_t model = CMB_BUCKET_FIXED; model <= CMB_BUCKET_TOKENS; model++) {
        struct cmb_bucket bucket = made(model, 200000, 0, (int64_t)3600 * SECOND_NS);
        struct crowd crowds[2] = { { &bucket, 0 }, { &bucket, 0 } };
        pthread_t threads[2];
        for (int i = 0; i < 2; i++)
            CU_ASSERT(pthread_create(&threads[i], NULL, take_in_a_loop, &crowds[i]) == 0);
        for (int i = 0; i < 2; i++)
            pthread_join(threads[i], NULL);
        ASSERT_NUMBER(crowds[0].admitted + crowds[1].admitted, 200000);
    }
}

enum { SLOT_NS = 1000, ROLLED_SLOTS = 16 * 1000, ROLLED_CAPACITY = 40 };
static _Atomic int64_t rolled_ns;

/* Both threads move the clock on, so that slots are begun while the other one adds. */
static void *take_while_the_clock_moves(void *argument)
{
    struct crowd *crowd = argument;
    int64_t now_ns;
    while ((now_ns = atomic_fetch_add(&rolled_ns, 7)) < (int64_t)ROLLED_SLOTS * SLOT_NS)
        crowd->admitted += take(crowd->bucket, 1, now_ns) == 0;
    return NULL;
}

/* Sixteen slots in a row hold no more than the capacity: one charge that is lost from a sum shows. */
static void admits_no_more_while_slots_begin(void)
{
    struct cmb_bucket bucket = made(CMB_BUCKET_ROLLING, ROLLED_CAPACITY, 0, 15 * SLOT_NS);
    struct crowd crowds[2] = { { &bucket, 0 }, { &bucket, 0 } };
    pthread_t threads[2];
    atomic_store(&rolled_ns, SLOT_NS);
    for (int i = 0; i < 2; i++)
        CU_ASSERT(pthread_create(&threads[i], NULL, take_while_the_clock_moves, &crowds[i]) == 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    uint64_t admitted = crowds[0].admitted + crowds[1].admitted;
    CU_ASSERT(admitted <= (uint64_t)ROLLED_CAPACITY * (ROLLED_SLOTS / 16 + 1));
    CU_ASSERT(admitted > (uint64_t)ROLLED_CAPACITY * (ROLLED_SLOTS / 16) / 2);
}

/* What is taken back out of an old slot leaves room at once. */
static void takes_back_from_a_slot_before_the_newest(void)
{
    struct cmb_bucket bucket = made(CMB_BUCKET_ROLLING, 10, 0, 15 * SLOT_NS);
    ASSERT_NUMBER(take(&bucket, 9, 10 * SLOT_NS), 0);
    ASSERT_NUMBER(take(&bucket, 1, 12 * SLOT_NS), 0);
    CU_ASSERT(take(&bucket, 1, 12 * SLOT_NS) > 0);
    cmb_bucket_give(&bucket, 9, 10 * SLOT_NS, 12 * SLOT_NS);
    ASSERT_NUMBER(take(&bucket, 9, 12 * SLOT_NS + 1), 0);
    CU_ASSERT(take(&bucket, 1, 12 * SLOT_NS + 1) > 0);
}

static void asking_takes_no_memory(void)
{
    uint64_t before = cmb_memory.asked;
    for (uint32_t model = CMB_BUCKET_FIXED; model <= CMB_BUCKET_TOKENS; model++) {
        struct cmb_bucket bucket = made(model, 10, 0, SECOND_NS);
        for (int64_t i = 0; i < 1000; i++)
            take(&bucket, 1, i * 20000000);
    }
    ASSERT_NUMBER(cmb_memory.asked - before, 0);
}

TEST_SUITE("limit/bucket", { "refuses silly rules and admits nothing then", refuses_silly_rules },
           { "refuses when the bucket is empty", refuses_when_it_is_empty },
           { "starts afresh with the exchange's calendar", starts_afresh_with_the_calendar },
           { "keeps its count when it is aligned", keeps_its_count_when_aligned },
           { "never admits more than the rule, whatever comes", never_admits_more_than_the_rule },
           { "says the exact wait", says_the_exact_wait },
           { "keeps a reserve for cancels", keeps_a_reserve_for_cancels },
           { "charges all buckets or none", charges_all_or_none },
           { "takes back what never left", takes_back_what_never_left },
           { "closes for everyone, and never opens early", closes_for_everyone },
           { "one tries behind a ban, until it is answered",
             one_tries_behind_a_ban_until_it_is_answered },
           { "keeps still where nobody knows the window",
             keeps_still_where_nobody_knows_the_window },
           { "a bucket that refills leaves room for what comes early",
             a_bucket_that_refills_leaves_room_for_what_comes_early },
           { "believes the exchange when it says more", believes_the_exchange_when_it_says_more },
           { "takes over capacity and reset", takes_over_capacity_and_reset },
           { "saturates at extremes and denies", saturates_and_denies },
           { "stands still when the clock steps back", stands_still_when_the_clock_steps_back },
           { "admits no more to two threads", admits_no_more_to_two_threads },
           { "admits no more while slots begin", admits_no_more_while_slots_begin },
           { "takes back from a slot before the newest",
             takes_back_from_a_slot_before_the_newest },
           { "asking takes no memory", asking_takes_no_memory })
