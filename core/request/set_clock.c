/* When is the exchange asked for its time, and who waits for the answer?
 *
 * Nobody asks by a timer: whoever signs with a time has it asked for.  While the answer that is
 * known is good enough, a new one is fetched beside the request, now and then; the request waits
 * only where the time cannot be relied on.  Before the first answer, questions and cancels go by
 * the machine's clock, since a wrong one costs them a round trip at most; whatever else changes
 * something waits: by this clock it is reckoned until when it may still be executed.
 */
#include "request/request_run.h"

#include <stdlib.h>

#include "number/time.h"

static const int64_t millisecond_ns = 1000000;

enum {
    WINDOW_USUAL_MS = 5000, /* where neither tables nor settings have one */
    DRIFT_MOST_MS = 100,    /* a new answer is fetched when so much may have drifted ... */
    BOUND_FINE_PARTS = 8,   /* ... or the bound is more than this part of the window, ... */
    REST_LEAST_MS = 2000,   /* but not more often */
};

static int64_t now_ns(const struct cmb_desk *desk)
{
    return cmb_clock_monotonic_ns(desk->exchange->clock);
}

/* How old a request may arrive, as far as it is known. */
static int64_t window_ns(struct cmb_call *call)
{
    struct cmb_text text = cmb_value_of(call, CMB_NAME_ARGUMENT, CAMBIST_ARGUMENT_receive_window);
    uint32_t kind = call->market ? (uint32_t)call->market->kind : call->kind;
    const struct cambist_order_rule *rule = cmb_find_order_rule(call->exchange->plugin, kind);
    int64_t window;
    if (text.at && cmb_time_parse_number(text, CMB_TIME_MS, &window) == CMB_NUMBER_FINE)
        return window;
    return (rule && rule->window_ms ? rule->window_ms : WINDOW_USUAL_MS) * millisecond_ns;
}

static bool can_ask(const struct cmb_desk *desk)
{
    const struct cmb_plugin *plugin = desk->exchange->plugin;
    for (uint32_t i = 0; i < plugin->endpoint_count; i++)
        if (plugin->endpoints[i].operation == CAMBIST_OPERATION_fetch_time)
            return desk->office->network && desk->exchange->servers[plugin->endpoints[i].server].url;
    return false;
}

/* Whether it may go by a clock that may be wrong: then it is refused, and no harm is done. */
static bool may_be_wrong(const struct cmb_run *run)
{
    return run->call->endpoint->is_harmless || cmb_operation_is_cancel(run->call->operation);
}

/* ---- asking ---- */

static int on_leave(struct cmb_run *run, void *user)
{
    (void)run;
    struct cmb_desk *desk = user;
    desk->time_sent_ns = now_ns(desk);
    return CAMBIST_OK;
}

static void wake(struct cmb_desk *desk)
{
    struct cmb_run *run = desk->time_waiting;
    desk->time_waiting = NULL;
    while (run) {
        struct cmb_run *next = run->next;
        run->next = NULL;
        run->has_waited_for_time = true;
        if (desk->time_error.status == CAMBIST_CLOSED)
            run->error = desk->time_error;
        cmb_run_resume(run);
        run = next;
    }
}

static void on_time(struct cmb_run *run, void *user)
{
    struct cmb_desk *desk = user;
    struct cmb_exchange *exchange = desk->exchange;
    int64_t received_ns = now_ns(desk);
    desk->is_asking_time = false;
    desk->time_error = run->error;
    if (run->error.status == CAMBIST_OK) {
        const struct cambist_clock *row = (const struct cambist_clock *)(const void *)run->call->rows;
        bool is_taken = run->call->row_count &&
                        cmb_exchange_clock_take(&exchange->time, desk->time_sent_ns, received_ns,
                                                row->timestamp,
                                                cmb_clock_wall_ns(exchange->clock));
        if (!is_taken)
            cmb_fail(&desk->time_error, CAMBIST_GARBLED, "%s: the exchange's time makes no sense",
                     exchange->name.at);
        cmb_limits_align(desk);
    }
    wake(desk);
}

/* Never more than one question is under way. */
void cmb_time_ask(struct cmb_desk *desk)
{
    if (desk->is_asking_time || !can_ask(desk))
        return;
    if (!desk->time_run)
        desk->time_run = cmb_run_new();
    if (!desk->time_run)
        return;
    desk->is_asking_time = true;
    desk->time_asked_ns = now_ns(desk);
    cmb_run_init(desk->time_run, desk, CAMBIST_OPERATION_fetch_time);
    desk->time_run->on_leave = on_leave;
    desk->time_run->is_urgent = true;
    cmb_run_start(desk->time_run, on_time, desk);
}

static bool is_due(const struct cmb_desk *desk, const struct cmb_exchange_time *time,
                   int64_t window, int64_t now)
{
    int64_t rest_ns = time->is_known && time->bound_ns <= window / BOUND_FINE_PARTS
                          ? cmb_exchange_clock_drift_time_ns(DRIFT_MOST_MS * millisecond_ns)
                          : REST_LEAST_MS * millisecond_ns;
    return desk->time_asked_ns == 0 || now - desk->time_asked_ns >= rest_ns;
}

void cmb_time_keep(struct cmb_desk *desk)
{
    int64_t now = now_ns(desk);
    struct cmb_exchange_time time = cmb_exchange_clock_read(&desk->exchange->time, now);
    if (is_due(desk, &time, WINDOW_USUAL_MS * millisecond_ns, now))
        cmb_time_ask(desk);
}

/* ---- waiting ---- */

static void wait_for_time(struct cmb_run *run)
{
    struct cmb_run **last = &run->desk->time_waiting;
    while (*last)
        last = &(*last)->next;
    *last = run;
    run->next = NULL;
    run->is_stale = true;
}

int cmb_time_wait(struct cmb_run *run)
{
    struct cmb_desk *desk = run->desk;
    if (run->error.status != CAMBIST_OK)
        return (int)run->error.status; /* what wake said */
    if (!run->call->endpoint->is_timed || run->has_waited_for_time || !can_ask(desk))
        return CAMBIST_OK;
    int64_t now = now_ns(desk), window = window_ns(run->call);
    bool is_doubted = cmb_exchange_clock_check(&desk->exchange->time, now,
                                               cmb_clock_wall_ns(desk->exchange->clock));
    struct cmb_exchange_time time = cmb_exchange_clock_read(&desk->exchange->time, now);
    bool is_fine = time.is_known ? time.bound_ns <= window / 2 : may_be_wrong(run);
    if (is_fine && !is_doubted) {
        if (is_due(desk, &time, window, now))
            cmb_time_ask(desk);
        return CAMBIST_OK;
    }
    cmb_time_ask(desk);
    run->has_waited_for_time = !desk->is_asking_time; /* it has failed already */
    if (run->has_waited_for_time)
        return CAMBIST_OK;
    wait_for_time(run);
    return CAMBIST_AGAIN;
}

static int refuse(struct cmb_run *run, const struct cmb_exchange_time *time)
{
    const char *name = run->desk->exchange->name.at;
    run->error.outcome = CAMBIST_OUTCOME_NOT_DONE;
    if (time->is_known && !time->is_doubted)
        return cmb_fail(&run->error, CAMBIST_BAD_TIME,
                        "%s: not signed: its clock is %lld ms ahead of the monotonic one, give or "
                        "take %lld ms, and that is more than half of the window of %lld ms", name,
                        (long long)(time->offset_ns / millisecond_ns),
                        (long long)(time->bound_ns / millisecond_ns),
                        (long long)(window_ns(run->call) / millisecond_ns));
    return cmb_fail(&run->error, CAMBIST_BAD_TIME,
                    "%s: not signed: the exchange's time is not known: %s", name,
                    run->desk->time_error.message);
}

int cmb_time_check(struct cmb_run *run)
{
    if (!run->call->endpoint->is_timed || !can_ask(run->desk))
        return CAMBIST_OK;
    int64_t now = now_ns(run->desk);
    struct cmb_exchange_time time = cmb_exchange_clock_read(&run->desk->exchange->time, now);
    bool is_relied_on = time.is_known && !time.is_doubted;
    bool is_fine = is_relied_on ? time.bound_ns <= window_ns(run->call) / 2 : may_be_wrong(run);
    is_fine |= cmb_operation_is_cancel(run->call->operation); /* trying does no harm */
    return is_fine ? CAMBIST_OK : refuse(run, &time);
}

/* ---- a refused time ---- */

/* The exchange has said that it did not execute the request because of its time or nonce: the same
 * may go once more, signed anew. */
bool cmb_time_sign_anew(struct cmb_run *run, int status)
{
    const struct cmb_endpoint *endpoint = run->call->endpoint;
    if (status != CAMBIST_BAD_TIME || run->stage != CMB_STAGE_JUDGE || run->is_signed_anew ||
        run->error.outcome != CAMBIST_OUTCOME_NOT_DONE ||
        endpoint->row->access != CAMBIST_SIGNED)
        return false;
    run->is_signed_anew = true;
    run->has_waited_for_time = false;
    if (endpoint->is_timed)
        cmb_exchange_clock_doubt(&run->desk->exchange->time);
    return true;
}
