/* Does the exchange know that we are alive, and will it cancel all orders when we are not?
 *
 * While orders are open the exchange's switch is set again and again, three times as often as it
 * needs.  Whoever dies, or cannot write down what it does any more, stops doing so.
 */
#include "order/way.h"

#include <stdio.h>

enum { SETTINGS_PER_SPAN = 3 };

static int64_t span_ns(const struct cmb_orders *orders)
{
    return orders->settings.dead_man_ms * 1000000ll;
}

static void wait(struct cmb_orders *orders)
{
    cmb_loop_start_timer(orders->loop, &orders->dead_man_timer, span_ns(orders) / SETTINGS_PER_SPAN);
}

/* The market behind `last` in which an order is open: some exchanges have a switch for each. */
static void set_next(struct cmb_inquiry *inquiry)
{
    const char *symbol = inquiry->is_by_symbol ? cmb_orders_next_symbol(inquiry->orders, inquiry->id)
                                               : NULL;
    if (inquiry->is_by_symbol && !symbol) {
        inquiry->orders->dead_man = NULL;
        cmb_inquiry_give(inquiry);
        return;
    }
    cmb_inquiry_begin(inquiry, CAMBIST_OPERATION_cancel_all_orders_after);
    if (symbol) {
        snprintf(inquiry->id, sizeof inquiry->id, "%s", symbol);
        cmb_inquiry_say(inquiry, CAMBIST_ARGUMENT_symbol, inquiry->id);
    }
    snprintf(inquiry->since, sizeof inquiry->since, "%u", inquiry->orders->settings.dead_man_ms);
    cmb_inquiry_say(inquiry, CAMBIST_ARGUMENT_timeout, inquiry->since);
    cmb_inquiry_ask(inquiry);
}

static void on_step(struct cmb_inquiry *inquiry)
{
    struct cmb_orders *orders = inquiry->orders;
    uint32_t status = inquiry->run->error.status;
    if (status == CAMBIST_OK)
        orders->armed_until_ns = inquiry->started_ns + span_ns(orders);
    /* Without a symbol it may want one, or mean another kind of market. */
    inquiry->is_by_symbol |= status == CAMBIST_BAD_ARGUMENT || status == CAMBIST_NOT_SUPPORTED;
    if (inquiry->is_by_symbol) {
        set_next(inquiry);
        return;
    }
    orders->dead_man = NULL;
    cmb_inquiry_give(inquiry);
}

static void on_due(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_orders *orders = user;
    if (orders->is_stopped || !orders->open || cmb_journal_failure(orders->journal))
        return;
    wait(orders);
    if (orders->dead_man) /* the last question is still under way */
        return;
    orders->dead_man = cmb_inquiry_take(orders);
    if (!orders->dead_man)
        return;
    orders->dead_man->on_step = on_step;
    set_next(orders->dead_man);
}

void cmb_orders_arm(struct cmb_orders *orders)
{
    if (!orders->settings.dead_man_ms || cmb_timer_is_running(&orders->dead_man_timer))
        return;
    orders->dead_man_timer.on_due = on_due;
    orders->dead_man_timer.user = orders;
    cmb_loop_start_timer(orders->loop, &orders->dead_man_timer, 0);
}
