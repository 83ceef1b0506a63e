/* Through which stages does a question become an answer? */
#include "request/request_run.h"

#include <stdlib.h>

#include "base/memory.h"
#include "crypto/random.h"
#include "request/answer.h"

enum { ATTEMPTS_MOST = 3, KEY_BYTES_MOST = 4096, TRIMMED_BYTES = 256 << 10 };
enum { TIMED_FIRST = 4, TIMED_EACH = 16, TIMING_NS = 1000000 };

/* ---- the stages ---- */

/* What a stage does with a run: CAMBIST_OK goes on, CAMBIST_AGAIN waits, anything else ends it. */
typedef int stage_fn(struct cmb_run *run);

/* Nothing is done beyond what was asked for. */
static int check_reach(struct cmb_run *run)
{
    const struct cmb_call *call = run->call;
    if (!call->endpoint->row->is_for_all_markets || !call->market)
        return CAMBIST_OK;
    return cmb_fail(&run->error, CAMBIST_NOT_SUPPORTED,
                    "%s does %s to all markets, not to %s alone: leave the symbol out to mean that",
                    call->exchange->name.at, cmb_operation_of(call->operation)->name.at,
                    call->market->symbol);
}

static int run_pick(struct cmb_run *run)
{
    int status = cmb_markets_wait(run);
    if (status == CAMBIST_OK)
        status = cmb_pick(run->call);
    return status == CAMBIST_OK ? check_reach(run) : status;
}

static int run_fill(struct cmb_run *run)
{
    return cmb_fill(run->call);
}

static int run_reuse(struct cmb_run *run)
{
    bool is_at_hand = false;
    int status = cmb_reuse(run, &is_at_hand);
    if (status == CAMBIST_OK && is_at_hand)
        run->stage = CMB_STAGE_SEND; /* the answer is here: judge is next */
    return status;
}

/* A deadline that was written before a wait is too early. */
static int freshen(struct cmb_run *run)
{
    bool is_stale = run->is_stale && run->call->endpoint->is_timed;
    run->is_stale = false;
    return is_stale ? cmb_fill(run->call) : CAMBIST_OK;
}

static int run_admit(struct cmb_run *run)
{
    int status = cmb_time_wait(run);
    if (status == CAMBIST_OK)
        status = freshen(run);
    return status == CAMBIST_OK ? cmb_admit(run) : status;
}

/* The work is done inside send, at the moment in which a connection is there: waiting for one would
 * age a time or nonce. */
static int run_sign(struct cmb_run *run)
{
    (void)run;
    return CAMBIST_OK;
}

static int run_send(struct cmb_run *run)
{
    return cmb_send(run);
}

static int run_judge(struct cmb_run *run)
{
    return cmb_judge(run->call, run->call->http_status, cmb_buffer_text(&run->body));
}

static int run_map(struct cmb_run *run)
{
    return cmb_map_answer(run->call);
}

static int run_answer(struct cmb_run *run)
{
    return cmb_answer(run->call);
}

static stage_fn *const stages[CMB_STAGE_COUNT] = {
#define X(NAME, name, help) [CMB_STAGE_##NAME] = run_##name,
    CMB_STAGE_LIST(X)
#undef X
};

static const struct cmb_stage_row rows[CMB_STAGE_COUNT] = {
#define X(NAME, name, help) [CMB_STAGE_##NAME] = { #name, help },
    CMB_STAGE_LIST(X)
#undef X
};
const struct cmb_way cmb_request_way = { "request", rows, CMB_STAGE_COUNT };

/* ---- walking ---- */

static int64_t now_ns(const struct cmb_run *run)
{
    return cmb_clock_monotonic_ns(cmb_loop_clock(run->desk->office->loop));
}

/* What is not timed still says which stage has asked for memory. */
void cmb_run_leave_stage(struct cmb_run *run, enum cmb_stage stage)
{
    cmb_lap_leave(&run->lap, stage, run->is_timed ? now_ns(run) : 0);
}

static void begin_lap(struct cmb_run *run)
{
    cmb_lap_begin(&run->lap,
                  run->is_timed ? now_ns(run) : cmb_loop_now_ns(run->desk->office->loop));
}

static void record(struct cmb_run *run)
{
    struct cmb_way_times *times = &run->desk->times;
    if (run->is_timed) {
        cmb_way_times_record(times, &run->lap);
        return;
    }
    cmb_way_times_record_whole(times, times->is_on ? now_ns(run) - run->lap.begun_ns : 0);
    cmb_way_times_record_asked(times, &run->lap);
}

/* To read the clock at each border takes a fortieth of a request's time.  So all are timed as a whole,
 * but in their stages only the first few of each millisecond, and of the others each so many. */
static bool is_timed_next(const struct cmb_desk *desk)
{
    struct cmb_office *office = desk->office;
    int64_t loop_ns = cmb_loop_now_ns(office->loop);
    if (loop_ns - office->timing_ns >= TIMING_NS) {
        office->timing_ns = loop_ns;
        office->started = 0;
    }
    uint32_t before = office->started++;
    return desk->times.is_on && (before < TIMED_FIRST || before % TIMED_EACH == 0);
}

static void finish(struct cmb_run *run)
{
    int status = (int)run->error.status;
    if (run->leads)
        cmb_reuse_land(run, status);
    if (run->end == CMB_STAGE_COUNT)
        record(run);
    run->on_done(run, run->user);
}

/* Only what does no harm is asked again: a question that changes nothing, or a request of which no
 * byte has left. */
static bool may_repeat(const struct cmb_run *run, int status)
{
    bool is_passing = status == CAMBIST_UNAVAILABLE || status == CAMBIST_TIMEOUT ||
                      (status == CAMBIST_GARBLED && run->stage == CMB_STAGE_SEND);
    if (!is_passing || run->stage < CMB_STAGE_ADMIT || run->stage > CMB_STAGE_JUDGE ||
        run->attempt + 1 >= ATTEMPTS_MOST)
        return false;
    return run->call->endpoint->is_harmless ||
           (run->stage == CMB_STAGE_SEND && run->error.outcome == CAMBIST_OUTCOME_NOT_DONE);
}

static void on_backoff(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_run *run = user;
    begin_lap(run);
    cmb_run_resume(run);
}

/* Back to admit, so that it is charged and signed afresh. */
static void repeat(struct cmb_run *run)
{
    struct cmb_office *office = run->desk->office;
    uint64_t chance = cmb_random_number(run->desk->exchange->random);
    cmb_fail_reset(&run->error);
    run->stage = CMB_STAGE_ADMIT;
    run->is_stale = true;
    run->timer.on_due = on_backoff;
    run->timer.user = run;
    cmb_loop_start_timer(office->loop, &run->timer,
                         cmb_backoff_wait_ns(&office->backoff, run->attempt++, chance));
}

/* A failure that is not one of the exchange's own words still says what became of the request. */
static void end(struct cmb_run *run, int status)
{
    if (run->error.status == CAMBIST_OK)
        cmb_fail_plain(&run->error, status, cmb_text_of(cmb_status_text((uint32_t)status)));
    bool has_effect = run->call->endpoint && !run->call->endpoint->is_harmless;
    if (run->error.outcome == CAMBIST_OUTCOME_NONE)
        run->error.outcome = has_effect && run->stage > CMB_STAGE_SEND && !run->is_from_cache
                                 ? CAMBIST_OUTCOME_UNKNOWN : CAMBIST_OUTCOME_NOT_DONE;
    if (may_repeat(run, status))
        repeat(run);
    else
        finish(run);
}

/* Back to admit at once: it waits there for what it needs. */
static void go_back(struct cmb_run *run)
{
    cmb_fail_reset(&run->error);
    run->stage = CMB_STAGE_ADMIT;
    run->is_stale = true;
    cmb_run_resume(run);
}

void cmb_run_resume(struct cmb_run *run)
{
    while (run->stage < run->end) {
        enum cmb_stage stage = run->stage;
        int status = stages[stage](run);
        cmb_run_leave_stage(run, stage);
        if (status == CAMBIST_AGAIN)
            return;
        if (status != CAMBIST_OK) {
            if (cmb_time_sign_anew(run, status))
                go_back(run);
            else
                end(run, status);
            return;
        }
        run->stage++;
    }
    finish(run);
}

void cmb_run_continue(struct cmb_run *run, int status)
{
    cmb_run_leave_stage(run, run->stage);
    if (run->is_turned_back) {
        run->is_turned_back = false;
        go_back(run);
        return;
    }
    if (status != CAMBIST_OK) {
        end(run, status);
        return;
    }
    run->stage++;
    cmb_run_resume(run);
}

/* ---- runs ---- */

struct cmb_run *cmb_run_new(void)
{
    struct cmb_run *run = cmb_calloc(1, sizeof *run);
    if (!run)
        return NULL;
    cmb_buffer_init(&run->key, KEY_BYTES_MOST);
    cmb_buffer_init(&run->body, CMB_ANSWER_BODY_BYTES_MOST);
    run->call = cmb_call_new();
    if (run->call)
        return run;
    cmb_run_free(run);
    return NULL;
}

void cmb_run_free(struct cmb_run *run)
{
    if (!run)
        return;
    cmb_buffer_clear(&run->key);
    cmb_buffer_clear(&run->body);
    cmb_call_free(run->call);
    free(run);
}

void cmb_run_forget(struct cmb_run *run, struct cmb_loop *loop)
{
    if (run)
        cmb_loop_stop_timer(loop, &run->timer);
    cmb_run_free(run);
}

void cmb_run_trim(struct cmb_run *run)
{
    cmb_buffer_trim(&run->body, TRIMMED_BYTES);
    cmb_arena_trim(&run->call->arena, TRIMMED_BYTES);
    run->call->rows = NULL;
    run->call->row_count = run->call->row_capacity = 0;
}

void cmb_run_init(struct cmb_run *run, struct cmb_desk *desk, uint32_t operation)
{
    run->desk = desk;
    run->error = (struct cambist_error){ 0 };
    run->stage = CMB_STAGE_PICK;
    run->end = CMB_STAGE_COUNT;
    run->attempt = 0;
    run->may_skip_markets = run->is_from_cache = run->leads = false;
    run->is_urgent = run->has_waited_for_time = run->is_signed_anew = false;
    run->is_stale = run->is_turned_back = false;
    run->taken_ns = 0;
    run->on_leave = NULL;
    run->flight = NULL;
    run->lap = (struct cmb_lap){ 0 };
    memset(&run->timer, 0, sizeof run->timer);
    cmb_buffer_reset(&run->key);
    cmb_buffer_reset(&run->body);
    cmb_call_start(run->call, desk->exchange, operation, &run->error);
}

void cmb_run_start(struct cmb_run *run, cmb_run_done_fn *on_done, void *user)
{
    run->on_done = on_done;
    run->user = user;
    run->is_timed = is_timed_next(run->desk);
    begin_lap(run);
    cmb_run_resume(run);
}

void cmb_run_trace(const struct cmb_run *run, struct cmb_buffer *ret)
{
    for (int stage = 0; stage < CMB_STAGE_COUNT; stage++)
        cmb_buffer_addf(ret, "%s%s %.1f us", stage ? ", " : "", rows[stage].name,
                        (double)run->lap.stage_ns[stage] / 1000);
}
