/* Does the time of a lap count for the stages that it was in, and is the whole what lay between? */
#include "metrics/stages.h"

#include <stdlib.h>

#include "support/test.h"

enum { READ, WAIT, WRITE, STAGES };
static const struct cmb_stage_row rows[] = { { "read", "what?" }, { "wait", "when?" },
                                             { "write", "whereto?" } };
static const struct cmb_way way = { "serve", rows, STAGES };
static struct cmb_histogram histograms[STAGES + 1];
static struct cmb_way_times times;

/* Reads for 1000 ns, pauses for 500 that belong to no stage, reads on for 200, writes for 30. */
static void walk(void)
{
    struct cmb_lap lap = { 0 };
    cmb_lap_begin(&lap, 0);
    cmb_lap_leave(&lap, READ, 1000);
    cmb_lap_begin(&lap, 1500);
    cmb_lap_leave(&lap, READ, 1700);
    cmb_lap_leave(&lap, WRITE, 1730);
    cmb_way_times_record(&times, &lap);
}

static void each_stage_has_its_own_time(void)
{
    cmb_way_times_init(&times, &way, histograms, true);
    walk();
    ASSERT_NUMBER(cmb_histogram_summarize(&histograms[READ]).max_ns, 1200);
    ASSERT_NUMBER(cmb_histogram_summarize(&histograms[WRITE]).max_ns, 30);
    ASSERT_NUMBER(cmb_histogram_summarize(&histograms[STAGES]).max_ns, 1730);
}

static void a_stage_that_was_passed_over_is_not_counted(void)
{
    cmb_way_times_init(&times, &way, histograms, true);
    walk();
    ASSERT_NUMBER(cmb_histogram_summarize(&histograms[WAIT]).count, 0);
    ASSERT_NUMBER(cmb_histogram_summarize(&histograms[STAGES]).count, 1);
}

static void a_whole_may_be_counted_alone(void)
{
    cmb_way_times_init(&times, &way, histograms, true);
    cmb_way_times_record_whole(&times, 70);
    ASSERT_NUMBER(cmb_histogram_summarize(&histograms[STAGES]).sum_ns, 70);
    ASSERT_NUMBER(cmb_histogram_summarize(&histograms[READ]).count, 0);
}

static void memory_counts_for_the_stage_that_asked(void)
{
    struct cmb_lap lap = { 0 };
    cmb_way_times_init(&times, &way, histograms, true);
    cmb_lap_begin(&lap, 0);
    free(cmb_malloc(10));
    cmb_lap_leave(&lap, READ, 10);
    free(cmb_strdup("a"));
    free(cmb_calloc(1, 1));
    cmb_lap_leave(&lap, WRITE, 20);
    cmb_way_times_record(&times, &lap);
    ASSERT_NUMBER(times.asked[READ], 1);
    ASSERT_NUMBER(times.asked[WAIT], 0);
    ASSERT_NUMBER(times.asked[WRITE], 2);
    ASSERT_NUMBER(times.asked[STAGES], 3);
}

static void of_a_lap_that_was_not_timed_memory_counts_alone(void)
{
    struct cmb_lap lap = { 0 };
    cmb_way_times_init(&times, &way, histograms, true);
    cmb_lap_begin(&lap, 0);
    free(cmb_malloc(10));
    cmb_lap_leave(&lap, READ, 0);
    cmb_way_times_record_asked(&times, &lap);
    ASSERT_NUMBER(times.asked[READ], 1);
    ASSERT_NUMBER(times.asked[STAGES], 1);
    for (int i = 0; i <= STAGES; i++)
        ASSERT_NUMBER(cmb_histogram_summarize(&histograms[i]).count, 0);
}

static void nothing_is_counted_when_it_is_off(void)
{
    cmb_way_times_init(&times, &way, histograms, false);
    walk();
    for (int i = 0; i <= STAGES; i++)
        ASSERT_NUMBER(cmb_histogram_summarize(&histograms[i]).count, 0);
}

static void rows_end_with_the_whole(void)
{
    ASSERT_TEXT(cmb_way_row(&way, WRITE)->name, "write");
    ASSERT_TEXT(cmb_way_row(&way, STAGES)->name, "whole");
    CU_ASSERT(cmb_way_row(&way, STAGES + 1) == NULL);
}

static void is_written_for_prometheus(void)
{
    struct cmb_buffer text;
    cmb_buffer_init(&text, 65536);
    cmb_way_times_init(&times, &way, histograms, true);
    walk();
    cmb_way_times_write(&times, "okx-hedge", &text);
    const char *written = cmb_buffer_string(&text);
    CU_ASSERT(strstr(written, "cambist_stage_seconds{exchange=\"okx-hedge\",way=\"serve\","
                              "stage=\"read\",quantile=\"0.99\"} 0.000001200\n") != NULL);
    CU_ASSERT(strstr(written, "cambist_stage_seconds_count{exchange=\"okx-hedge\",way=\"serve\","
                              "stage=\"whole\"} 1\n") != NULL);
    CU_ASSERT(strstr(written, "cambist_stage_seconds_sum{exchange=\"okx-hedge\",way=\"serve\","
                              "stage=\"write\"} 0.000000030\n") != NULL);
    cmb_buffer_clear(&text);
}

TEST_SUITE("metrics/stages", { "each stage has its own time", each_stage_has_its_own_time },
           { "a stage that was passed over is not counted",
             a_stage_that_was_passed_over_is_not_counted },
           { "a whole may be counted alone", a_whole_may_be_counted_alone },
           { "memory counts for the stage that asked", memory_counts_for_the_stage_that_asked },
           { "of a lap that was not timed memory counts alone",
             of_a_lap_that_was_not_timed_memory_counts_alone },
           { "nothing is counted when it is off", nothing_is_counted_when_it_is_off },
           { "rows end with the whole", rows_end_with_the_whole },
           { "is written for Prometheus", is_written_for_prometheus })
