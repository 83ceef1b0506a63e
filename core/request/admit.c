/* May the request go now, and what do answers teach about that? */
#include "request/request_run.h"

#include "limit/retry_after.h"

enum { CHARGES_MOST = 32 };

/* What this request takes out of which bucket; rows of one limit add up. */
static size_t gather(struct cmb_run *run, struct cmb_bucket_charge *charges)
{
    const struct cmb_endpoint *endpoint = run->call->endpoint;
    size_t count = 0;
    for (uint32_t i = 0; i < endpoint->charge_count && count < CHARGES_MOST; i++) {
        const struct cmb_charge *row = &endpoint->charges[i];
        if (!cmb_condition_holds(run->call, &row->when))
            continue;
        struct cmb_bucket *bucket = cmb_desk_bucket(run->desk, row->limit);
        size_t at = 0;
        while (at < count && charges[at].bucket != bucket)
            at++;
        if (at == count)
            charges[count++] = (struct cmb_bucket_charge){ bucket, 0 };
        uint32_t items = run->call->arguments.item_count;
        charges[at].weight += row->weight * (row->is_per_item && items ? items : 1);
    }
    return count;
}

static enum cmb_bucket_lane lane_of(const struct cmb_run *run)
{
    return run->is_urgent || cmb_operation_is_cancel(run->call->operation) ? CMB_LANE_CANCEL
                                                                           : CMB_LANE_NORMAL;
}

static void on_turn(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_run *run = user;
    cmb_run_resume(run);
}

/* Longer than an answer may take, nobody waits: the asker is told when it could go. */
static int wait(struct cmb_run *run, int64_t wait_ns)
{
    struct cmb_office *office = run->desk->office;
    int64_t most_ns = (office->answer_timeout_ms ? office->answer_timeout_ms : 5000) * 1000000ll;
    if (wait_ns > most_ns) {
        int status = cmb_fail_plain(&run->error, CAMBIST_RATE_LIMITED,
                                    CMB_TEXT("the exchange's limit is used up"));
        int64_t wait_ms = wait_ns / 1000000;
        run->error.retry_after_ms = wait_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)wait_ms;
        run->error.outcome = CAMBIST_OUTCOME_NOT_DONE;
        return status;
    }
    run->is_stale = true;
    run->timer.on_due = on_turn;
    run->timer.user = run;
    cmb_loop_start_timer(office->loop, &run->timer, wait_ns);
    return CAMBIST_AGAIN;
}

/* Whether it waits for one of the calendar's windows. */
static bool waits_for_window(const struct cmb_bucket_charge *charges, size_t count)
{
    bool is_fixed = false;
    for (size_t i = 0; i < count; i++)
        is_fixed |= charges[i].bucket->model == CMB_BUCKET_FIXED;
    return is_fixed;
}

int cmb_admit(struct cmb_run *run)
{
    struct cmb_bucket_charge charges[CHARGES_MOST];
    size_t count = gather(run, charges);
    int64_t now_ns = cmb_loop_now_ns(run->desk->office->loop);
    int64_t wait_ns = cmb_bucket_take_all(charges, count, lane_of(run), now_ns);
    if (wait_ns && waits_for_window(charges, count))
        cmb_time_keep(run->desk); /* when does it begin? */
    if (wait_ns)
        return wait(run, wait_ns);
    run->taken_ns = now_ns;
    return CAMBIST_OK;
}

bool cmb_admit_is_closed(struct cmb_run *run)
{
    const struct cmb_endpoint *endpoint = run->call->endpoint;
    int64_t now_ns = cmb_loop_now_ns(run->desk->office->loop);
    for (uint32_t i = 0; i < endpoint->charge_count; i++)
        if (cmb_bucket_is_closed(cmb_desk_bucket(run->desk, endpoint->charges[i].limit), now_ns))
            return true;
    return false;
}

void cmb_admit_refund(struct cmb_run *run)
{
    struct cmb_bucket_charge charges[CHARGES_MOST];
    size_t count = gather(run, charges);
    int64_t now_ns = cmb_loop_now_ns(run->desk->office->loop);
    for (size_t i = 0; i < count; i++)
        cmb_bucket_give(charges[i].bucket, charges[i].weight, run->taken_ns, now_ns);
}

/* ---- learning ---- */

static int64_t number_in(const struct cmb_answer *answer, const char *header)
{
    if (!header)
        return -1;
    struct cmb_text value =
        cmb_header_find(answer->headers, answer->header_count, cmb_text_of(header));
    int64_t number = 0;
    for (size_t i = 0; i < value.length; i++) {
        if (value.at[i] < '0' || value.at[i] > '9' || i >= 15)
            return -1;
        number = number * 10 + (value.at[i] - '0');
    }
    return value.length ? number : -1;
}

static void learn_use(struct cmb_run *run, const struct cmb_answer *answer, int64_t now_ns)
{
    const struct cmb_endpoint *endpoint = run->call->endpoint;
    for (uint32_t i = 0; i < endpoint->charge_count; i++) {
        uint32_t limit = endpoint->charges[i].limit;
        const struct cambist_limit *row = &run->desk->exchange->limits[limit];
        struct cmb_bucket_report report = { .used = number_in(answer, row->used_header),
                                            .remaining = number_in(answer, row->remaining_header),
                                            .capacity = -1, .reset_in_ns = -1 };
        if (report.used >= 0 || report.remaining >= 0)
            cmb_bucket_correct(cmb_desk_bucket(run->desk, limit), &report, now_ns);
    }
}

/* What the exchange refused although its own count is below our rule shows that the rule has become
 * narrower: the limit of which most is used is the one.  By one word no limit loses more than half, by
 * all of them none more than three quarters, so that its heavy requests can still go; none is taken
 * to be meant of which little was used, and an hour later the rule is tried again. */
static void learn_capacity(struct cmb_run *run, const struct cmb_answer *answer, int64_t now_ns)
{
    const struct cmb_endpoint *endpoint = run->call->endpoint;
    struct cmb_bucket *fullest = NULL;
    int64_t most_used = 0, most_capacity = 1, least = 0;
    for (uint32_t i = 0; i < endpoint->charge_count; i++) {
        uint32_t limit = endpoint->charges[i].limit;
        const struct cambist_limit *row = &run->desk->exchange->limits[limit];
        struct cmb_bucket *bucket = cmb_desk_bucket(run->desk, limit);
        int64_t used = number_in(answer, row->used_header);
        int64_t capacity = atomic_load(&bucket->capacity);
        if (used <= 0 || used > UINT32_MAX || used * most_capacity <= most_used * capacity)
            continue;
        fullest = bucket;
        most_used = used;
        most_capacity = capacity;
        least = cmb_limits_rule(row).capacity / 4;
    }
    if (!fullest || most_used > most_capacity || most_used < most_capacity * 2 / 5)
        return;
    struct cmb_bucket_report report = { .used = -1, .remaining = -1, .reset_in_ns = -1,
                                        .capacity = most_used - 1 };
    if (report.capacity < most_capacity / 2)
        report.capacity = most_capacity / 2;
    if (report.capacity < least)
        report.capacity = least;
    cmb_bucket_correct(fullest, &report, now_ns);
    run->desk->narrowed_ns = now_ns;
}

/* Whoever shares a limit that was passed waits until the exchange's word is over. */
static void close_limits(struct cmb_run *run, const struct cmb_answer *answer, int64_t now_ns)
{
    const struct cmb_endpoint *endpoint = run->call->endpoint;
    struct cmb_text said =
        cmb_header_find(answer->headers, answer->header_count, CMB_TEXT("Retry-After"));
    int64_t exchange_ns = cmb_exchange_now_ns(run->desk->exchange);
    int64_t wait_ms = cmb_retry_after_parse_ms(said, exchange_ns, &cmb_retry_bounds_usual, NULL);
    run->error.retry_after_ms = (uint32_t)wait_ms;
    for (uint32_t i = 0; i < endpoint->charge_count; i++)
        cmb_bucket_close_until(cmb_desk_bucket(run->desk, endpoint->charges[i].limit),
                               now_ns + wait_ms * 1000000);
}

static void reopen_limits(struct cmb_run *run, int64_t now_ns)
{
    const struct cmb_endpoint *endpoint = run->call->endpoint;
    for (uint32_t i = 0; i < endpoint->charge_count; i++)
        cmb_bucket_reopen(cmb_desk_bucket(run->desk, endpoint->charges[i].limit), now_ns);
}

void cmb_admit_learn(struct cmb_run *run, const struct cmb_answer *answer)
{
    int64_t now_ns = cmb_loop_now_ns(run->desk->office->loop);
    cmb_limits_learn_delay(run->desk, now_ns - run->taken_ns);
    if (answer->http_status == 429)
        learn_capacity(run, answer, now_ns);
    learn_use(run, answer, now_ns);
    if (answer->http_status == 429 || answer->http_status == 418)
        close_limits(run, answer, now_ns);
    else
        reopen_limits(run, now_ns);
}
