/* metrics/stages.h - through which stages does a way lead, and how long does each take?
 *
 * A way is a table of stages by name; its owner declares it.  A lap is one thing on its way: at each
 * border the clock is read once, and the time since the border before it counts for the stage that
 * ends there; so does the memory that this thread has asked for meanwhile (base/memory.h).  What was
 * measured is kept in a histogram for each stage and one for the whole, of fixed size.
 *
 *     enum stage { READ, WRITE, STAGES };
 *     static const struct cmb_stage_row rows[] = { { "read", "what is asked?" }, ... };
 *     static const struct cmb_way way = { "serve", rows, STAGES };
 *     struct cmb_histogram histograms[STAGES + 1];
 *     struct cmb_way_times times;
 *     cmb_way_times_init(&times, &way, histograms, true);
 *
 *     cmb_lap_begin(&lap, now_ns); ...
 *     cmb_lap_leave(&lap, READ, now_ns); ...
 *     cmb_lap_leave(&lap, WRITE, now_ns);
 *     cmb_way_times_record(&times, &lap);
 */
#ifndef CMB_METRICS_STAGES_H
#define CMB_METRICS_STAGES_H

#include "base/memory.h"
#include "base/text.h"
#include "metrics/histogram.h"

enum { CMB_WAY_STAGES_MOST = 12 };

struct cmb_stage_row {
    const char *name, *help; /* help: the question that the stage answers */
};

struct cmb_way {
    const char *name;
    const struct cmb_stage_row *stages; /* in the order of the way */
    uint32_t count;                     /* CMB_WAY_STAGES_MOST at most */
};

/* Zeroed is a lap that has not begun.  A stage may be entered several times: its times add up. */
struct cmb_lap {
    bool has_begun;
    int64_t begun_ns, entered_ns; /* monotonic */
    int64_t stage_ns[CMB_WAY_STAGES_MOST];
    uint64_t entered_asked; /* cmb_memory.asked */
    uint64_t stage_asked[CMB_WAY_STAGES_MOST]; /* how often each asked for memory */
};

struct cmb_way_times {
    const struct cmb_way *way;
    struct cmb_histogram *histograms; /* of each stage, then of the whole */
    _Atomic uint64_t asked[CMB_WAY_STAGES_MOST + 1]; /* for memory, by place as the histograms */
    bool is_on;
};

/* `histograms` has way->count + 1 places and outlives the times. */
void cmb_way_times_init(struct cmb_way_times *times, const struct cmb_way *way,
                        struct cmb_histogram *histograms, bool is_on);
/* Counts the stages that the lap has been in, and the whole from its begin to its last border.
 * [one thread] */
void cmb_way_times_record(struct cmb_way_times *times, const struct cmb_lap *lap);
/* Of such a lap only how often it has asked for memory. [one thread] */
void cmb_way_times_record_asked(struct cmb_way_times *times, const struct cmb_lap *lap);
/* Counts a whole of which no stage was measured. [one thread] */
void cmb_way_times_record_whole(struct cmb_way_times *times, int64_t whole_ns);
/* Counts how often a whole of which no stage was looked at has asked for memory. [one thread] */
void cmb_way_times_add_asked(struct cmb_way_times *times, uint64_t asked);

/* The row `i` of the way, "whole" behind its last stage; NULL behind that. */
const struct cmb_stage_row *cmb_way_row(const struct cmb_way *way, size_t i);
/* Appends a summary of each stage in seconds, in the text form that Prometheus reads, with the
 * labels exchange, way and stage.  The metric's head is cmb_way_times_write_head's. [any thread] */
void cmb_way_times_write(const struct cmb_way_times *times, const char *exchange,
                         struct cmb_buffer *buffer);
void cmb_way_times_write_head(struct cmb_buffer *buffer);

/* Begins, or goes on behind a pause that counts for no stage. */
static inline void cmb_lap_begin(struct cmb_lap *lap, int64_t now_ns)
{
    if (!lap->has_begun)
        lap->begun_ns = now_ns;
    lap->has_begun = true;
    lap->entered_asked = cmb_memory.asked;
    lap->entered_ns = now_ns;
}

/* The stage ends here. */
static inline void cmb_lap_leave(struct cmb_lap *lap, unsigned stage, int64_t now_ns)
{
    lap->stage_ns[stage] += now_ns - lap->entered_ns;
    lap->entered_ns = now_ns;
    lap->stage_asked[stage] += cmb_memory.asked - lap->entered_asked;
    lap->entered_asked = cmb_memory.asked;
}

#endif
