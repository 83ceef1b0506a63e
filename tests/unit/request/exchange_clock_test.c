/* Does the estimate hold the exchange's time within its bound, whatever delays and clocks do? */
#include "request/exchange_clock.h"

#include "crypto/random.h"
#include "support/test.h"

static const int64_t second_ns = 1000000000, ms_ns = 1000000, hour_ns = 3600 * (int64_t)1000000000;
static const int64_t start_ns = 1772366400 * (int64_t)1000000000;

/* The truth: clocks that a test sets. */
static struct {
    int64_t now_ns;       /* monotonic */
    int64_t wall_off_ns, exchange_off_ns;
    int64_t drift_ppm;    /* of the exchange's */
    int64_t unit_ns;      /* of its stamps */
    int64_t there_most_ns, back_most_ns;
    struct cmb_random random;
} truth;
static struct cmb_exchange_clock estimate;

static void begin(void)
{
    memset(&truth, 0, sizeof truth);
    memset(&estimate, 0, sizeof estimate);
    truth.now_ns = hour_ns;
    truth.unit_ns = ms_ns;
    truth.there_most_ns = truth.back_most_ns = 30 * ms_ns;
    cmb_random_init_seeded(&truth.random, 3);
}

static int64_t exchange_at(int64_t now_ns)
{
    return start_ns + now_ns + truth.exchange_off_ns + now_ns / 1000000 * truth.drift_ppm;
}

static int64_t wall_ns(void)
{
    return start_ns + truth.now_ns + truth.wall_off_ns;
}

static int64_t below(int64_t most_ns)
{
    return most_ns ? (int64_t)(cmb_random_number(&truth.random) % (uint64_t)most_ns) : 0;
}

/* Asks the exchange, as set_clock.c does. */
static void sample(void)
{
    int64_t sent_ns = truth.now_ns, there_ns = below(truth.there_most_ns);
    int64_t stamp_ns = exchange_at(sent_ns + there_ns);
    truth.now_ns += there_ns + below(truth.back_most_ns);
    CU_ASSERT(cmb_exchange_clock_take(&estimate, sent_ns, truth.now_ns,
                                      stamp_ns - stamp_ns % truth.unit_ns, wall_ns()));
}

/* By how much the time to sign with is wrong; it must be within the bound. */
static int64_t error_ns(void)
{
    struct cmb_exchange_time time = cmb_exchange_clock_read(&estimate, truth.now_ns);
    int64_t wrong_ns =
        cmb_exchange_clock_tell(&estimate, truth.now_ns) - exchange_at(truth.now_ns);
    wrong_ns = wrong_ns < 0 ? -wrong_ns : wrong_ns;
    CU_ASSERT(cmb_exchange_clock_is_known(&estimate) && time.is_known && wrong_ns <= time.bound_ns);
    return wrong_ns;
}

/* Asks every 200 s for so long, and looks ten times in between; the largest error. */
static int64_t play(int64_t span_ns)
{
    int64_t end_ns = truth.now_ns + span_ns, worst_ns = 0;
    while (truth.now_ns < end_ns) {
        sample();
        for (int i = 0; i < 10; i++) {
            int64_t wrong_ns = error_ns();
            worst_ns = wrong_ns > worst_ns ? wrong_ns : worst_ns;
            truth.now_ns += 20 * second_ns;
        }
    }
    return worst_ns;
}

static void knows_nothing_before_the_first_sample(void)
{
    begin();
    truth.wall_off_ns = 77;
    CU_ASSERT(!cmb_exchange_clock_read(&estimate, truth.now_ns).is_known);
    CU_ASSERT(!cmb_exchange_clock_check(&estimate, truth.now_ns, wall_ns()));
    CU_ASSERT(!cmb_exchange_clock_is_known(&estimate));
}

static void holds_it_over_asymmetric_delays(void)
{
    for (int way = 0; way < 2; way++) {
        begin();
        truth.exchange_off_ns = way ? 600 * second_ns : -600 * second_ns;
        truth.there_most_ns = way ? 300 * ms_ns : 1;
        truth.back_most_ns = way ? 1 : 300 * ms_ns;
        CU_ASSERT(play(10 * hour_ns) < 400 * ms_ns);
        ASSERT_NUMBER(estimate.steps, 0);
    }
}

static void holds_it_over_drift_to_the_bound(void)
{
    for (int64_t ppm = -CMB_CLOCK_DRIFT_PPM; ppm <= CMB_CLOCK_DRIFT_PPM; ppm += 250) {
        begin();
        truth.drift_ppm = ppm;
        truth.there_most_ns = 300 * ms_ns;
        CU_ASSERT(play(10 * hour_ns) < 500 * ms_ns);
        ASSERT_NUMBER(estimate.steps, 0);
    }
}

static void becomes_as_narrow_as_the_fastest_answer(void)
{
    begin();
    truth.there_most_ns = truth.back_most_ns = 150 * ms_ns;
    int64_t narrowest_ns = INT64_MAX;
    for (int i = 0; i < 100; i++) {
        sample();
        int64_t bound_ns = cmb_exchange_clock_read(&estimate, truth.now_ns).bound_ns;
        narrowest_ns = bound_ns < narrowest_ns ? bound_ns : narrowest_ns;
        truth.now_ns += second_ns;
    }
    CU_ASSERT(narrowest_ns < 30 * ms_ns);
}

static void whole_seconds_are_taken_for_what_they_are(void)
{
    begin();
    truth.unit_ns = second_ns;
    sample();
    (void)error_ns();
    CU_ASSERT(cmb_exchange_clock_read(&estimate, truth.now_ns).bound_ns > 500 * ms_ns);
    for (int i = 0; i < 200; i++) {
        truth.now_ns += 730 * ms_ns;
        sample();
        (void)error_ns();
    }
    CU_ASSERT(cmb_exchange_clock_read(&estimate, truth.now_ns).bound_ns < 150 * ms_ns);
}

static void the_bound_grows_until_the_next_sample(void)
{
    begin();
    sample();
    int64_t before_ns = cmb_exchange_clock_read(&estimate, truth.now_ns).bound_ns;
    truth.now_ns += hour_ns;
    int64_t grown_ns = cmb_exchange_clock_read(&estimate, truth.now_ns).bound_ns - before_ns;
    CU_ASSERT(grown_ns >= 1800 * ms_ns && grown_ns <= 1801 * ms_ns);
    ASSERT_NUMBER(cmb_exchange_clock_drift_time_ns(1800 * ms_ns), hour_ns);
}

static void steps_of_the_wall_clock_do_nothing_but_raise_doubt(void)
{
    static const int64_t steps_ns[] = { 3600, -3600, 1, -1 };
    for (size_t i = 0; i < sizeof steps_ns / sizeof *steps_ns; i++) {
        begin();
        sample();
        CU_ASSERT(!cmb_exchange_clock_check(&estimate, truth.now_ns, wall_ns()));
        truth.wall_off_ns += steps_ns[i] * second_ns;
        truth.now_ns += second_ns;
        CU_ASSERT(error_ns() < 40 * ms_ns);
        CU_ASSERT(cmb_exchange_clock_check(&estimate, truth.now_ns, wall_ns()));
        sample();
        CU_ASSERT(!cmb_exchange_clock_check(&estimate, truth.now_ns, wall_ns()));
        CU_ASSERT(error_ns() < 40 * ms_ns);
    }
}

/* The monotonic clock stood still meanwhile. */
static void a_sleep_is_noticed(void)
{
    begin();
    sample();
    truth.exchange_off_ns += 20 * second_ns;
    truth.wall_off_ns += 20 * second_ns;
    CU_ASSERT(cmb_exchange_clock_check(&estimate, truth.now_ns, wall_ns()));
    sample();
    CU_ASSERT(error_ns() < 40 * ms_ns);
}

static void follows_the_exchange_when_its_clock_is_set(void)
{
    begin();
    sample();
    truth.exchange_off_ns += hour_ns;
    sample();
    ASSERT_NUMBER(estimate.steps, 1);
    CU_ASSERT(error_ns() < 40 * ms_ns);
    truth.exchange_off_ns -= hour_ns;
    sample();
    ASSERT_NUMBER(estimate.steps, 2);
    CU_ASSERT(error_ns() < 40 * ms_ns);
}

static void moves_no_further_than_it_must(void)
{
    begin();
    truth.there_most_ns = 300 * ms_ns;
    sample();
    int64_t moves = 0;
    for (int i = 0; i < 2000; i++) {
        int64_t before_ns = cmb_exchange_clock_read(&estimate, truth.now_ns).offset_ns;
        sample();
        int64_t offset_ns = cmb_exchange_clock_read(&estimate, truth.now_ns).offset_ns;
        int64_t quarter_ns = (estimate.high_ns - estimate.low_ns) / 4;
        moves += offset_ns != before_ns;
        CU_ASSERT(offset_ns == before_ns || offset_ns == estimate.low_ns + quarter_ns ||
                  offset_ns == estimate.high_ns - quarter_ns);
        (void)error_ns();
        truth.now_ns += second_ns;
    }
    CU_ASSERT(moves < 200);
}

static void takes_nothing_that_cannot_be(void)
{
    begin();
    CU_ASSERT(!cmb_exchange_clock_take(&estimate, 5, 4, start_ns, start_ns));
    CU_ASSERT(!cmb_exchange_clock_take(&estimate, -1, 4, start_ns, start_ns));
    CU_ASSERT(!cmb_exchange_clock_take(&estimate, 1, 4, 0, start_ns));
    CU_ASSERT(!cmb_exchange_clock_take(&estimate, 1, 4, -start_ns, start_ns));
    CU_ASSERT(!cmb_exchange_clock_take(&estimate, 1, 4, INT64_MAX, start_ns));
    CU_ASSERT(!cmb_exchange_clock_take(&estimate, 1, 4, start_ns / 1000, start_ns)); /* ms as ns */
    CU_ASSERT(!cmb_exchange_clock_read(&estimate, 4).is_known);
}

TEST_SUITE("request/exchange_clock",
           { "knows nothing before the first sample", knows_nothing_before_the_first_sample },
           { "holds it over asymmetric delays", holds_it_over_asymmetric_delays },
           { "holds it over drift, to the bound", holds_it_over_drift_to_the_bound },
           { "becomes as narrow as the fastest answer", becomes_as_narrow_as_the_fastest_answer },
           { "whole seconds are taken for what they are",
             whole_seconds_are_taken_for_what_they_are },
           { "the bound grows until the next sample", the_bound_grows_until_the_next_sample },
           { "steps of the wall clock do nothing but raise doubt",
             steps_of_the_wall_clock_do_nothing_but_raise_doubt },
           { "a sleep is noticed", a_sleep_is_noticed },
           { "follows the exchange when its clock is set",
             follows_the_exchange_when_its_clock_is_set },
           { "moves no further than it must", moves_no_further_than_it_must },
           { "takes nothing that cannot be", takes_nothing_that_cannot_be })
