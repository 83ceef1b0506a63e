/* Which question comes next in a check of an order, and what is its answer worth? */
#include "order/way.h"

#include <stdio.h>

#define SECOND_NS 1000000000ll
#define MARGIN_NS (5 * SECOND_NS) /* clocks may differ by so much */
enum {
    CHECKS_BEFORE_SECOND_CANCEL = 4,
    TRADERS_MOST = 16, /* that one check asks for */
};

bool cmb_orders_can_ask(const struct cmb_orders *orders, uint32_t operation)
{
    const struct cmb_plugin *plugin = orders->exchange->plugin;
    return plugin->first_endpoints[operation] < plugin->endpoint_count;
}

/* ---- lists, in parts ---- */

static bool is_history(enum cmb_check_step step)
{
    return step == CMB_ASK_FOR_CLOSED || step == CMB_ASK_FOR_TRADES;
}

static void say_time(struct cmb_inquiry *inquiry, uint32_t argument, char text[static 24],
                     int64_t time_ns)
{
    snprintf(text, 24, "%lld", (long long)(time_ns / 1000000));
    cmb_inquiry_say(inquiry, argument, text);
}

/* Histories are asked for from the order's beginning on: until now, or, of one that may never have
 * been, until it can have come into being no more. */
static void start_span(struct cmb_inquiry *inquiry)
{
    const struct cmb_kept *kept = inquiry->kept;
    bool is_bound = !kept->order.id[0] && !cmb_check_is_early(inquiry);
    inquiry->from_ns = kept->order.asked_ns - MARGIN_NS;
    inquiry->end_ns = is_bound ? cmb_kept_visible_ns(kept) : 0;
    inquiry->to_ns = inquiry->end_ns;
}

static void say_span(struct cmb_inquiry *inquiry)
{
    say_time(inquiry, CAMBIST_ARGUMENT_since, inquiry->since, inquiry->from_ns);
    if (inquiry->to_ns)
        say_time(inquiry, CAMBIST_ARGUMENT_until, inquiry->until, inquiry->to_ns);
}

/* Halves a part that is longer than a page, or steps on to the rest: whether there is something to be
 * asked for.  What cannot be had whole cuts the check. */
static bool next_part(struct cmb_inquiry *inquiry)
{
    int64_t span_ns = inquiry->to_ns - inquiry->from_ns;
    if (cmb_inquiry_fills_page(inquiry)) {
        inquiry->is_cut |= span_ns < SECOND_NS;
        inquiry->to_ns -= span_ns / 2;
        return !inquiry->is_cut;
    }
    inquiry->from_ns = inquiry->to_ns;
    inquiry->to_ns = inquiry->end_ns;
    return inquiry->from_ns < inquiry->end_ns;
}

/* ---- answers ---- */

static bool is_ok(const struct cmb_inquiry *inquiry)
{
    return inquiry->run->error.status == CAMBIST_OK;
}

static bool is_absent(const struct cmb_inquiry *inquiry)
{
    return inquiry->step == CMB_ASK_FOR_ORDER &&
           inquiry->run->error.status == CAMBIST_ORDER_NOT_FOUND;
}

/* The exchange has no such question, or it needs a name that is not known: it was never sent. */
static bool is_no_question(const struct cmb_inquiry *inquiry)
{
    uint32_t status = inquiry->run->error.status;
    return (status == CAMBIST_NOT_SUPPORTED || status == CAMBIST_BAD_ARGUMENT) &&
           !inquiry->run->call->http_status;
}

/* Whose trade is this?  One at a time. */
static const char *unknown_trader(const struct cmb_inquiry *inquiry)
{
    const struct cmb_call *call = inquiry->run->call;
    const struct cambist_trade *rows = (const struct cambist_trade *)(const void *)call->rows;
    bool is_looked_for = inquiry->step == CMB_ASK_FOR_TRADES && is_ok(inquiry) &&
                         !inquiry->is_found && !inquiry->kept->order.id[0];
    for (uint32_t i = 0; is_looked_for && i < call->row_count; i++)
        if (rows[i].order_id &&
            (!rows[i].side || rows[i].side == inquiry->kept->order.side) &&
            !cmb_kept_find(inquiry->orders, (struct cmb_text){ 0 },
                           cmb_text_of(rows[i].order_id)) &&
            !cmb_orders_is_stranger(inquiry->orders, rows[i].order_id))
            return rows[i].order_id;
    return NULL;
}

/* ---- the next question ---- */

static enum cmb_check_step behind_state(const struct cmb_inquiry *inquiry)
{
    const struct cmb_kept *kept = inquiry->kept;
    const struct cmb_order *order = &kept->order;
    bool is_cancel = order->pending == CAMBIST_PENDING_CANCEL;
    bool is_lost = order->pending_ending == CMB_ENDED_LOST ||
                   (order->pending_ending && kept->attempt > CHECKS_BEFORE_SECOND_CANCEL);
    if (!cmb_order_is_over(order) && is_cancel && is_lost)
        return CMB_ASK_FOR_CANCEL;
    return cmb_kept_wants_trades(kept) ? CMB_ASK_FOR_TRADES : CMB_CHECK_END;
}

/* Before its absence can be proved, an answered question for the order is enough. */
static enum cmb_check_step behind_absence(const struct cmb_inquiry *inquiry)
{
    bool is_enough = inquiry->answered & 1u << CMB_ASK_FOR_ORDER ||
                     inquiry->step == CMB_ASK_FOR_CLOSED;
    return cmb_check_is_early(inquiry) && is_enough ? CMB_CHECK_END
                                                    : (enum cmb_check_step)(inquiry->step + 1);
}

static enum cmb_check_step next_step(const struct cmb_inquiry *inquiry)
{
    if (inquiry->is_cut || inquiry->step >= CMB_ASK_FOR_TRADES)
        return CMB_CHECK_END;
    return inquiry->is_found ? behind_state(inquiry) : behind_absence(inquiry);
}

/* ---- asking ---- */

static uint32_t operation_of(const struct cmb_orders *orders, enum cmb_check_step step)
{
    switch (step) {
    case CMB_ASK_FOR_OPEN: return CAMBIST_OPERATION_fetch_open_orders;
    case CMB_ASK_FOR_CLOSED:
        return cmb_orders_can_ask(orders, CAMBIST_OPERATION_fetch_orders)
                   ? CAMBIST_OPERATION_fetch_orders : CAMBIST_OPERATION_fetch_closed_orders;
    case CMB_ASK_FOR_TRADES: return CAMBIST_OPERATION_fetch_my_trades;
    case CMB_ASK_FOR_CANCEL: return CAMBIST_OPERATION_cancel_order;
    default: return CAMBIST_OPERATION_fetch_order;
    }
}

static void ask(struct cmb_inquiry *inquiry)
{
    const struct cmb_order *order = &inquiry->kept->order;
    enum cmb_check_step step = inquiry->step;
    inquiry->heard = inquiry->kept->heard;
    cmb_inquiry_begin(inquiry, operation_of(inquiry->orders, step));
    cmb_inquiry_say(inquiry, CAMBIST_ARGUMENT_symbol, order->symbol);
    if (step == CMB_ASK_FOR_ORDER || step == CMB_ASK_FOR_CANCEL) {
        cmb_inquiry_say(inquiry, CAMBIST_ARGUMENT_id, order->id);
        cmb_inquiry_say(inquiry, CAMBIST_ARGUMENT_client_order_id, order->client_id);
    }
    if (step == CMB_ASK_FOR_TRADER)
        cmb_inquiry_say(inquiry, CAMBIST_ARGUMENT_id, inquiry->id);
    if (is_history(step))
        say_span(inquiry);
    cmb_inquiry_ask(inquiry);
}

static void ask_for(struct cmb_inquiry *inquiry, enum cmb_check_step step)
{
    inquiry->step = step;
    start_span(inquiry);
    ask(inquiry);
}

/* The same part of a history, or the trader of one of its rows. */
static void ask_on(struct cmb_inquiry *inquiry, enum cmb_check_step step)
{
    inquiry->step = step;
    ask(inquiry);
}

/* A trader that is somebody else is known as such by now: another row may be the order's. */
static bool looks_on(struct cmb_inquiry *inquiry)
{
    if (inquiry->step != CMB_ASK_FOR_TRADER || !is_ok(inquiry) || inquiry->is_found ||
        ++inquiry->traders >= TRADERS_MOST)
        return false;
    ask_on(inquiry, CMB_ASK_FOR_TRADES);
    return true;
}

/* Whether the same question goes on: for the trader of a row, or for the next part of a list. */
static bool goes_on(struct cmb_inquiry *inquiry)
{
    const char *trader = unknown_trader(inquiry);
    if (trader) {
        snprintf(inquiry->id, sizeof inquiry->id, "%s", trader);
        ask_on(inquiry, CMB_ASK_FOR_TRADER);
        return true;
    }
    bool has_parts = is_history(inquiry->step) && inquiry->end_ns && !inquiry->is_found;
    if (!has_parts || !is_ok(inquiry) || !next_part(inquiry))
        return false;
    ask(inquiry);
    return true;
}

/* Absence is worth something where the exchange does not know the order, nothing where it did not
 * answer; a question that it does not have is passed over. */
static void go_on(struct cmb_inquiry *inquiry)
{
    inquiry->is_found |= inquiry->kept->heard != inquiry->heard;
    if (looks_on(inquiry))
        return;
    inquiry->is_cut |= inquiry->step == CMB_ASK_FOR_TRADER ||
                       (!is_ok(inquiry) && !is_absent(inquiry) && !is_no_question(inquiry));
    if (goes_on(inquiry))
        return;
    bool is_open_list = is_history(inquiry->step) && !inquiry->end_ns && is_ok(inquiry);
    inquiry->is_cut |= is_open_list && cmb_inquiry_fills_page(inquiry);
    if (is_ok(inquiry) || is_absent(inquiry))
        inquiry->answered |= 1u << inquiry->step;
    enum cmb_check_step next = next_step(inquiry);
    if (next == CMB_CHECK_END)
        cmb_check_end(inquiry);
    else
        ask_for(inquiry, next);
}

static void on_step(struct cmb_inquiry *inquiry)
{
    struct cmb_kept *kept = inquiry->kept;
    if (inquiry->step != CMB_ASK_FOR_CANCEL) {
        go_on(inquiry);
        return;
    }
    cmb_kept_take(kept, &(struct cmb_news){ .kind = CMB_NEWS_FINISH,
                                            .pending = CAMBIST_PENDING_CANCEL,
                                            .ending = cmb_ending_of(inquiry->run) });
    cmb_check_end(inquiry);
}

void cmb_check_begin(struct cmb_inquiry *inquiry, struct cmb_kept *kept, enum cmb_check_step step)
{
    kept->inquiry = inquiry;
    inquiry->kept = kept;
    inquiry->on_step = on_step;
    inquiry->begins_with_state = step == CMB_ASK_FOR_ORDER;
    ask_for(inquiry, step);
}
