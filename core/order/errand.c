/* Which way does an asker's question go, and may it go now? */
#include "order/way.h"

#include <stdlib.h>

#include "base/memory.h"

bool cmb_orders_has(uint32_t operation)
{
    const struct cmb_operation *row = cmb_operation_of(operation);
    return row->class == CMB_WRITES && row->record == CAMBIST_RECORD_ORDER;
}

static bool is_placing(uint32_t operation)
{
    return operation == CAMBIST_OPERATION_create_order ||
           operation == CAMBIST_OPERATION_create_orders;
}

static void go(struct cmb_errand *errand)
{
    struct cmb_orders *orders = errand->orders;
    uint32_t operation = errand->run->call->operation;
    const struct cambist_error *broken = cmb_journal_failure(orders->journal);
    bool may_trade = !cmb_operation_is_cancel(operation);
    if (may_trade && orders->is_blocked)
        cmb_errand_fail(errand, CAMBIST_MARKET_CLOSED, "orders are blocked here");
    else if (may_trade && broken)
        cmb_errand_fail(errand, (int)broken->status, broken->message);
    else if (is_placing(operation))
        cmb_errand_place(errand);
    else
        cmb_errand_change(errand);
}

const char cmb_orders_not_asked[] = "what became of earlier orders cannot be asked for now";

/* Before it is known what an earlier run has left, nothing is added to it.  While the exchange's
 * limits keep that from being asked, nobody waits for it. */
static bool waits(struct cmb_errand *errand)
{
    struct cmb_orders *orders = errand->orders;
    if (!orders->is_waiting || cmb_operation_is_cancel(errand->run->call->operation))
        return false;
    if (orders->sync && cmb_timer_is_running(&orders->sync->timer)) {
        cmb_errand_fail(errand, CAMBIST_RATE_LIMITED, cmb_orders_not_asked);
        return true;
    }
    errand->next = NULL;
    *orders->waiting_end = errand;
    orders->waiting_end = &errand->next;
    return true;
}

static struct cmb_errand *next_waiting(struct cmb_orders *orders)
{
    struct cmb_errand *errand = orders->waiting;
    if (errand)
        orders->waiting = errand->next;
    if (!orders->waiting)
        orders->waiting_end = &orders->waiting;
    return errand;
}

void cmb_orders_let_go(struct cmb_orders *orders)
{
    struct cmb_errand *errand;
    orders->is_waiting = false;
    while ((errand = next_waiting(orders)))
        go(errand);
}

void cmb_orders_turn_away(struct cmb_orders *orders, int status, const char *reason)
{
    struct cmb_errand *errand;
    while ((errand = next_waiting(orders)))
        cmb_errand_fail(errand, status, reason);
}

/* ---- how long it takes ---- */

static const struct cmb_stage_row rows[CMB_ORDER_STAGE_COUNT] = {
#define X(NAME, name, help) [CMB_ORDER_##NAME] = { #name, help },
    CMB_ORDER_STAGE_LIST(X)
#undef X
};
const struct cmb_way cmb_order_ways[CMB_ORDER_SORTS] = {
    [CMB_ORDER_PLACES] = { "order", rows, CMB_ORDER_STAGE_COUNT },
    [CMB_ORDER_CANCELS] = { "cancel", rows, CMB_ORDER_STAGE_COUNT },
};

const struct cmb_way_times *cmb_orders_times(const struct cmb_orders *orders,
                                             enum cmb_order_sort sort)
{
    return &orders->times[sort];
}

static int64_t clock_ns(const struct cmb_errand *errand)
{
    return cmb_clock_monotonic_ns(cmb_loop_clock(errand->orders->loop));
}

void cmb_errand_leave_stage(struct cmb_errand *errand, enum cmb_order_stage stage)
{
    cmb_lap_leave(&errand->lap, stage, clock_ns(errand));
}

/* ---- errands ---- */

static struct cmb_errand *take_errand(struct cmb_orders *orders)
{
    struct cmb_errand *errand = orders->spare_errands;
    if (errand) {
        orders->spare_errands = errand->next;
        return errand;
    }
    errand = cmb_calloc(1, sizeof *errand);
    if (!errand)
        return NULL;
    errand->next_all = orders->all_errands;
    orders->all_errands = errand;
    return errand;
}

void cmb_orders_run(struct cmb_orders *orders, struct cmb_run *run, cmb_run_done_fn *on_done,
                    void *user)
{
    struct cmb_errand *errand = take_errand(orders);
    if (!errand) {
        cmb_fail_plain(&run->error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for an order"));
        run->error.outcome = CAMBIST_OUTCOME_NOT_DONE;
        on_done(run, user);
        return;
    }
    errand->orders = orders;
    errand->run = run;
    errand->on_done = on_done;
    errand->user = user;
    errand->pending = CAMBIST_PENDING_NOTHING;
    errand->count = 0;
    errand->replaced = NULL;
    errand->reaches_all = errand->has_left = false;
    errand->lap = (struct cmb_lap){ 0 };
    cmb_lap_begin(&errand->lap, clock_ns(errand));
    if (!waits(errand))
        go(errand);
}

void cmb_orders_block(struct cmb_orders *orders, bool is_blocked)
{
    orders->is_blocked = is_blocked;
}
