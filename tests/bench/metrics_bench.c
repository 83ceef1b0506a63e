/* What does measuring cost: one sample, one reading of the clock, and a lap of some stages? */
#include "base/clock.h"
#include "bench/interleaved.h"
#include "metrics/stages.h"

enum { STAGES = 4 };

static struct cmb_histogram histograms[STAGES + 1], off;
static struct cmb_way_times times;
static int64_t durations[1024]; /* from 40 ns to some ms, as stages take */
static volatile uint64_t plain;

static void count_plainly(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        plain = plain + 1;
}

static void record(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        cmb_histogram_record(&histograms[0], durations[i % 1024]);
}

static void record_off(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        cmb_histogram_record(&off, durations[i % 1024]);
}

static void read_clock(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        INTERLEAVED_KEEP(cmb_clock_monotonic_ns(&cmb_clock_system));
}

/* Five readings, five samples. */
static void walk_a_lap(size_t turns)
{
    for (size_t i = 0; i < turns; i++) {
        struct cmb_lap lap = { 0 };
        cmb_lap_begin(&lap, cmb_clock_monotonic_ns(&cmb_clock_system));
        for (unsigned stage = 0; stage < STAGES; stage++)
            cmb_lap_leave(&lap, stage, cmb_clock_monotonic_ns(&cmb_clock_system));
        cmb_way_times_record(&times, &lap);
    }
}

static const struct bench_goal goals[] = {
    { "one sample of a stage's time, the clock read already", NULL, "ns",
      "a sample in a histogram", .at_most = 20 },
};

int main(int count, char **words)
{
    static const struct cmb_stage_row rows[STAGES] = { { "a", "" }, { "b", "" }, { "c", "" },
                                                       { "d", "" } };
    static const struct cmb_way way = { "bench", rows, STAGES };
    static const struct interleaved_case cases[] = {
        { "floor: one load, one addition, one store", count_plainly, 100000 },
        { "a sample, switched off", record_off, 100000 },
        { "a sample in a histogram", record, 100000 },
        { "one reading of the monotonic clock", read_clock, 20000 },
        { "a lap of four stages: five readings, five samples", walk_a_lap, 4000 },
    };
    uint64_t state = 1;
    bench_begin(count, words);
    for (size_t i = 0; i < 1024; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        durations[i] = (int64_t)(40u + ((state >> 40) >> (state >> 60)));
    }
    cmb_way_times_init(&times, &way, histograms, true);
    cmb_histogram_init(&off, false);
    interleaved_run("measuring", cases, sizeof cases / sizeof *cases);
    return bench_end(goals, sizeof goals / sizeof *goals);
}
