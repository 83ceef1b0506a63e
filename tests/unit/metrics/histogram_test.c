/* Are durations counted to 3 %, read while they are counted, and not counted when switched off? */
#include "metrics/histogram.h"

#include <pthread.h>
#include <stdlib.h>

#include "support/test.h"

static struct cmb_histogram histogram, other;

static void answers_nothing_when_empty(void)
{
    cmb_histogram_init(&histogram, true);
    struct cmb_histogram_summary summary = cmb_histogram_summarize(&histogram);
    CU_ASSERT(summary.count == 0 && summary.min_ns == 0 && summary.max_ns == 0 &&
              summary.p50_ns == 0 && summary.p999_ns == 0);
}

static void knows_each_value_to_three_percent(void)
{
    for (int64_t value = 0; value < (int64_t)1 << 42; value += 1 + value / 7) {
        cmb_histogram_init(&histogram, true);
        cmb_histogram_record(&histogram, value);
        cmb_histogram_record(&histogram, (int64_t)1 << 50);
        int64_t half = cmb_histogram_percentile_ns(&histogram, 500);
        CU_ASSERT(half >= value && half <= value + value / 32);
    }
}

static void orders_percentiles(void)
{
    cmb_histogram_init(&histogram, true);
    for (int i = 1; i <= 1000; i++)
        cmb_histogram_record(&histogram, i * 1000);
    struct cmb_histogram_summary summary = cmb_histogram_summarize(&histogram);
    ASSERT_NUMBER(summary.count, 1000);
    ASSERT_NUMBER(summary.min_ns, 1000);
    ASSERT_NUMBER(summary.max_ns, 1000000);
    ASSERT_NUMBER(summary.sum_ns, 500500000);
    CU_ASSERT(summary.p50_ns >= 500000 && summary.p50_ns < 516000);
    CU_ASSERT(summary.p90_ns >= 900000 && summary.p90_ns < 929000);
    CU_ASSERT(summary.p99_ns >= 990000 && summary.p999_ns <= 1000000);
}

static void keeps_extremes_in_the_last_buckets(void)
{
    cmb_histogram_init(&histogram, true);
    cmb_histogram_record(&histogram, -5);
    cmb_histogram_record(&histogram, INT64_MIN);
    cmb_histogram_record(&histogram, INT64_MAX);
    struct cmb_histogram_summary summary = cmb_histogram_summarize(&histogram);
    ASSERT_NUMBER(summary.count, 3);
    ASSERT_NUMBER(summary.min_ns, 0);
    ASSERT_NUMBER(summary.max_ns, ((int64_t)1 << 42) - 1);
    ASSERT_NUMBER(summary.p50_ns, 0);
}

static void counts_nothing_when_off(void)
{
    cmb_histogram_init(&histogram, false);
    cmb_histogram_record(&histogram, 5);
    ASSERT_NUMBER(cmb_histogram_summarize(&histogram).count, 0);
}

static void merges(void)
{
    cmb_histogram_init(&histogram, true);
    cmb_histogram_init(&other, true);
    cmb_histogram_record(&histogram, 100);
    cmb_histogram_record(&other, 3);
    cmb_histogram_record(&other, 1000);
    cmb_histogram_merge(&histogram, &other);
    struct cmb_histogram_summary summary = cmb_histogram_summarize(&histogram);
    CU_ASSERT(summary.count == 3 && summary.min_ns == 3 && summary.max_ns == 1000 &&
              summary.sum_ns == 1103);
}

enum { RECORDS = 200000 };

static void *record_many(void *argument)
{
    struct cmb_histogram *own = argument;
    for (int i = 0; i < RECORDS; i++)
        cmb_histogram_record(own, i);
    return NULL;
}

static void loses_nothing_between_threads(void)
{
    static struct cmb_histogram owns[2];
    pthread_t threads[2];
    cmb_histogram_init(&histogram, true);
    for (int i = 0; i < 2; i++) {
        cmb_histogram_init(&owns[i], true);
        CU_ASSERT(pthread_create(&threads[i], NULL, record_many, &owns[i]) == 0);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        cmb_histogram_merge(&histogram, &owns[i]);
    }
    struct cmb_histogram_summary summary = cmb_histogram_summarize(&histogram);
    ASSERT_NUMBER(summary.count, 2 * RECORDS);
    ASSERT_NUMBER(summary.sum_ns, (RECORDS - 1ll) * RECORDS);
    ASSERT_NUMBER(summary.max_ns, RECORDS - 1);
}

static void is_read_while_another_thread_records(void)
{
    pthread_t thread;
    uint64_t before = 0;
    cmb_histogram_init(&histogram, true);
    CU_ASSERT(pthread_create(&thread, NULL, record_many, &histogram) == 0);
    while (before < RECORDS) {
        struct cmb_histogram_summary summary = cmb_histogram_summarize(&histogram);
        CU_ASSERT_FATAL(summary.count >= before && summary.count <= RECORDS);
        CU_ASSERT(summary.p50_ns < RECORDS);
        before = summary.count;
    }
    pthread_join(thread, NULL);
}

TEST_SUITE("metrics/histogram", { "answers nothing when it is empty", answers_nothing_when_empty },
           { "knows each value to three percent", knows_each_value_to_three_percent },
           { "orders percentiles", orders_percentiles },
           { "keeps extremes in the outermost buckets", keeps_extremes_in_the_last_buckets },
           { "counts nothing when it is off", counts_nothing_when_off }, { "merges", merges },
           { "loses nothing between threads", loses_nothing_between_threads },
           { "is read while another thread records", is_read_while_another_thread_records })
