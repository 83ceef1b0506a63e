/* How does the host ask for orders itself? */
#include "order/way.h"

#include <stdlib.h>

#include "base/memory.h"

enum { PAGE_ROWS_USUAL = 100 };
#define TURN_MOST_NS (60 * (int64_t)1000000000) /* so often it asks whether the limit is wider again */

struct cmb_inquiry *cmb_inquiry_take(struct cmb_orders *orders)
{
    struct cmb_inquiry *inquiry = orders->spare_inquiries;
    if (inquiry)
        orders->spare_inquiries = inquiry->next;
    else
        inquiry = cmb_calloc(1, sizeof *inquiry);
    if (!inquiry)
        return NULL;
    *inquiry = (struct cmb_inquiry){ .orders = orders, .run = inquiry->run,
                                     .started_ns = cmb_orders_now_ns(orders) };
    if (!inquiry->run)
        inquiry->run = cmb_run_new();
    if (!inquiry->run) {
        free(inquiry);
        return NULL;
    }
    orders->inquiries++;
    return inquiry;
}

void cmb_inquiry_give(struct cmb_inquiry *inquiry)
{
    struct cmb_orders *orders = inquiry->orders;
    inquiry->next = orders->spare_inquiries;
    orders->spare_inquiries = inquiry;
    orders->inquiries--;
}

void cmb_inquiries_free(struct cmb_orders *orders)
{
    while (orders->spare_inquiries) {
        struct cmb_inquiry *inquiry = orders->spare_inquiries;
        orders->spare_inquiries = inquiry->next;
        cmb_run_free(inquiry->run);
        free(inquiry);
    }
}

void cmb_inquiry_begin(struct cmb_inquiry *inquiry, uint32_t operation)
{
    cmb_run_init(inquiry->run, inquiry->orders->settings.desk, operation);
}

void cmb_inquiry_say(struct cmb_inquiry *inquiry, uint32_t argument, const char *value)
{
    if (value && value[0])
        inquiry->run->call->arguments.values[argument] = cmb_text_of(value);
}

static void hear_rows(struct cmb_inquiry *inquiry)
{
    struct cmb_orders *orders = inquiry->orders;
    const struct cmb_call *call = inquiry->run->call;
    uint32_t record = cmb_operation_of(call->operation)->record;
    for (uint32_t i = 0; i < call->row_count; i++) {
        const void *row = call->rows + i * call->schema->size;
        if (record == CAMBIST_RECORD_ORDER)
            cmb_orders_hear_order(orders, row, CAMBIST_PROOF_QUERY);
        else
            cmb_orders_hear_trade(orders, row);
    }
}

bool cmb_inquiry_fills_page(const struct cmb_inquiry *inquiry)
{
    const struct cmb_exchange *exchange = inquiry->orders->exchange;
    const struct cambist_order_rule *rule =
        inquiry->kept ? cmb_kept_rule(inquiry->kept)
                      : cmb_find_order_rule(exchange->plugin, exchange->kind);
    uint32_t most = rule && rule->page_rows ? rule->page_rows : PAGE_ROWS_USUAL;
    return inquiry->run->call->row_count >= most;
}

/* The limit's turn has come: the same question, with the arguments that it had. */
static void on_turn(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_inquiry *inquiry = user;
    struct cmb_arguments arguments = inquiry->run->call->arguments;
    cmb_inquiry_begin(inquiry, inquiry->run->call->operation);
    inquiry->run->call->arguments = arguments;
    cmb_inquiry_ask(inquiry);
}

/* A question that the limit keeps back is no question without an answer: it waits its turn. */
static bool waits_for_limit(struct cmb_inquiry *inquiry)
{
    const struct cambist_error *error = &inquiry->run->error;
    if (error->status != CAMBIST_RATE_LIMITED || error->http_status || !error->retry_after_ms)
        return false;
    inquiry->timer.on_due = on_turn;
    inquiry->timer.user = inquiry;
    int64_t wait_ns = error->retry_after_ms * 1000000ll;
    cmb_loop_start_timer(inquiry->orders->loop, &inquiry->timer,
                         wait_ns < TURN_MOST_NS ? wait_ns : TURN_MOST_NS);
    if (inquiry == inquiry->orders->sync)
        cmb_orders_turn_away(inquiry->orders, CAMBIST_RATE_LIMITED, cmb_orders_not_asked);
    return true;
}

/* Whoever has it has it no more. */
static void drop(struct cmb_inquiry *inquiry)
{
    struct cmb_orders *orders = inquiry->orders;
    struct cmb_inquiry **owner = inquiry->kept ? &inquiry->kept->inquiry
                                 : orders->sync == inquiry ? &orders->sync : &orders->dead_man;
    *owner = NULL;
    cmb_inquiry_give(inquiry);
}

void cmb_inquiry_stop(struct cmb_inquiry *inquiry)
{
    if (!inquiry || (!cmb_timer_is_running(&inquiry->timer) &&
                     !cmb_timer_is_running(&inquiry->run->timer)))
        return; /* it is with the exchange, and ends with the network */
    cmb_loop_stop_timer(inquiry->orders->loop, &inquiry->timer);
    cmb_loop_stop_timer(inquiry->orders->loop, &inquiry->run->timer);
    drop(inquiry);
}

static void on_done(struct cmb_run *run, void *user)
{
    struct cmb_inquiry *inquiry = user;
    if (inquiry->orders->is_stopped) {
        drop(inquiry);
        return;
    }
    if (waits_for_limit(inquiry))
        return;
    if (run->error.status == CAMBIST_OK && !cmb_operation_is_cancel(run->call->operation))
        hear_rows(inquiry);
    inquiry->on_step(inquiry);
}

void cmb_inquiry_ask(struct cmb_inquiry *inquiry)
{
    cmb_run_start(inquiry->run, on_done, inquiry);
}
