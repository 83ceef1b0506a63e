/* What is not known of an order, and how is it proved?
 *
 * A check asks for the order by its name, then among open and closed ones, then for its trades.
 * Being found proves all; not being found proves nothing before the order's deadline has passed, the
 * engine has had its time, and answers have caught up with the truth: then two answered checks must
 * agree.  A question without an answer proves nothing at all.
 */
#include "order/way.h"

#include <stdio.h>

enum step {
    END = 0,
    ASK_ORDER,
    ASK_OPEN,
    ASK_CLOSED,
    ASK_TRADES,
    ASK_TRADER, /* whose order a trade is that may be the order's */
    ASK_CANCEL, /* once more: a cancel does no harm twice */
};

#define SECOND_NS           1000000000ll
#define WITHOUT_DEADLINE_NS (600 * SECOND_NS) /* absence is not believed earlier */
enum { CHECKS_BEFORE_SECOND_CANCEL = 4 };

/* ---- what is open ---- */

static bool has(const struct cmb_orders *orders, uint32_t operation)
{
    const struct cmb_plugin *plugin = orders->exchange->plugin;
    return plugin->first_endpoints[operation] < plugin->endpoint_count;
}

static bool wants_state(const struct cmb_kept *kept)
{
    const struct cmb_order *order = &kept->order;
    bool is_pending = order->pending && order->pending_ending;
    return kept->is_asked_for ||
           (!cmb_order_is_over(order) && (order->life == CAMBIST_LIFE_UNKNOWN || is_pending));
}

/* Of an order that is over only its trades can be missing. */
static bool wants_trades(const struct cmb_kept *kept)
{
    return cmb_order_is_over(&kept->order) && !kept->is_settled &&
           has(kept->orders, CAMBIST_OPERATION_fetch_my_trades);
}

static enum step first_step(const struct cmb_kept *kept)
{
    if (wants_state(kept))
        return ASK_ORDER;
    return wants_trades(kept) ? ASK_TRADES : END;
}

/* ---- when absence proves something ---- */

static bool has_deadline(const struct cmb_kept *kept)
{
    const struct cambist_order_rule *rule = cmb_kept_rule(kept);
    return rule && rule->deadline && kept->order.deadline_ns;
}

static bool can_be_found(const struct cmb_kept *kept)
{
    const struct cambist_order_rule *rule = cmb_kept_rule(kept);
    return kept->order.id[0] || (rule && rule->client_ids);
}

/* From when on the truth about it can be seen in answers. */
static int64_t visible_ns(const struct cmb_kept *kept)
{
    const struct cambist_order_rule *rule = cmb_kept_rule(kept);
    int64_t lag_ns = rule ? (rule->engine_ms + (int64_t)rule->lag_ms) * 1000000 : 0;
    int64_t begun_ns = has_deadline(kept) ? kept->order.deadline_ns
                                          : kept->order.asked_ns + WITHOUT_DEADLINE_NS;
    return (kept->doubted_ns > begun_ns ? kept->doubted_ns : begun_ns) + lag_ns;
}

static bool is_early(const struct cmb_inquiry *inquiry)
{
    return inquiry->started_ns < visible_ns(inquiry->kept);
}

/* ---- what a check came to ---- */

/* An amend whose answer was lost, and which is not among the terms when it can be no more. */
static void conclude_amend(struct cmb_inquiry *inquiry)
{
    struct cmb_kept *kept = inquiry->kept;
    if (kept->order.pending == CAMBIST_PENDING_AMEND &&
        kept->order.pending_ending == CMB_ENDED_LOST && !is_early(inquiry))
        cmb_kept_take(kept, &(struct cmb_news){ .kind = CMB_NEWS_FINISH,
                                                .pending = CAMBIST_PENDING_AMEND,
                                                .ending = CMB_ENDED_REFUSED });
}

static void conclude_absence(struct cmb_inquiry *inquiry)
{
    struct cmb_kept *kept = inquiry->kept;
    kept->order.misses++;
    if (kept->order.misses < 2 || is_early(inquiry) || !can_be_found(kept))
        return;
    kept->is_asked_for = false;
    cmb_kept_take(kept, &(struct cmb_news){ .kind = CMB_NEWS_MISS,
                                            .proof = has_deadline(kept)
                                                         ? CAMBIST_PROOF_ABSENCE
                                                         : CAMBIST_PROOF_WEAK_ABSENCE });
}

static void end_check(struct cmb_inquiry *inquiry)
{
    struct cmb_kept *kept = inquiry->kept;
    if (inquiry->is_found) {
        kept->order.misses = 0;
        kept->is_asked_for = false;
        conclude_amend(inquiry);
    } else if (!inquiry->is_cut && inquiry->begins_with_state) {
        conclude_absence(inquiry);
    }
    kept->inquiry = NULL;
    cmb_inquiry_give(inquiry);
    cmb_kept_look_after(kept);
}

/* ---- the next question ---- */

/* Whose trade is this?  One at a time: the next check finds the next. */
static const char *unknown_trader(const struct cmb_inquiry *inquiry)
{
    const struct cmb_call *call = inquiry->run->call;
    const struct cambist_trade *rows = (const struct cambist_trade *)(const void *)call->rows;
    if (inquiry->run->error.status != CAMBIST_OK)
        return NULL;
    for (uint32_t i = 0; i < call->row_count; i++)
        if (rows[i].order_id &&
            (!rows[i].side || rows[i].side == inquiry->kept->order.side) &&
            !cmb_kept_find(inquiry->orders, (struct cmb_text){ 0 },
                           cmb_text_of(rows[i].order_id)) &&
            !cmb_orders_is_stranger(inquiry->orders, rows[i].order_id))
            return rows[i].order_id;
    return NULL;
}

static enum step behind_state(const struct cmb_inquiry *inquiry)
{
    const struct cmb_kept *kept = inquiry->kept;
    const struct cmb_order *order = &kept->order;
    bool is_cancel = order->pending == CAMBIST_PENDING_CANCEL;
    bool is_lost = order->pending_ending == CMB_ENDED_LOST ||
                   (order->pending_ending && kept->attempt > CHECKS_BEFORE_SECOND_CANCEL);
    if (!cmb_order_is_over(order) && is_cancel && is_lost)
        return ASK_CANCEL;
    return wants_trades(kept) ? ASK_TRADES : END;
}

/* Before its absence can be proved, an answered question for the order is enough. */
static enum step behind_absence(const struct cmb_inquiry *inquiry)
{
    bool is_enough = inquiry->is_answered || inquiry->step == ASK_CLOSED;
    return is_early(inquiry) && is_enough ? END : (enum step)(inquiry->step + 1);
}

static enum step next_step(struct cmb_inquiry *inquiry)
{
    if (inquiry->is_cut || inquiry->step >= ASK_TRADER)
        return END;
    if (inquiry->step < ASK_TRADES)
        return inquiry->is_found ? behind_state(inquiry) : behind_absence(inquiry);
    const char *trader = inquiry->is_found || inquiry->kept->order.id[0]
                             ? NULL : unknown_trader(inquiry);
    if (!trader)
        return END;
    snprintf(inquiry->id, sizeof inquiry->id, "%s", trader);
    return ASK_TRADER;
}

/* ---- asking ---- */

static void say_span(struct cmb_inquiry *inquiry)
{
    int64_t from_ns = inquiry->kept->order.asked_ns - 60 * SECOND_NS;
    snprintf(inquiry->since, sizeof inquiry->since, "%lld", (long long)(from_ns / 1000000));
    cmb_inquiry_say(inquiry, CAMBIST_ARGUMENT_since, inquiry->since);
}

static uint32_t operation_of(const struct cmb_orders *orders, enum step step)
{
    switch (step) {
    case ASK_OPEN: return CAMBIST_OPERATION_fetch_open_orders;
    case ASK_CLOSED:
        return has(orders, CAMBIST_OPERATION_fetch_orders) ? CAMBIST_OPERATION_fetch_orders
                                                           : CAMBIST_OPERATION_fetch_closed_orders;
    case ASK_TRADES: return CAMBIST_OPERATION_fetch_my_trades;
    case ASK_CANCEL: return CAMBIST_OPERATION_cancel_order;
    default: return CAMBIST_OPERATION_fetch_order;
    }
}

static void ask(struct cmb_inquiry *inquiry, enum step step)
{
    const struct cmb_order *order = &inquiry->kept->order;
    bool is_by_name = step == ASK_ORDER || step == ASK_CANCEL;
    inquiry->step = step;
    inquiry->heard = inquiry->kept->heard;
    cmb_inquiry_begin(inquiry, operation_of(inquiry->orders, step));
    cmb_inquiry_say(inquiry, CAMBIST_ARGUMENT_symbol, order->symbol);
    if (is_by_name) {
        cmb_inquiry_say(inquiry, CAMBIST_ARGUMENT_id, order->id);
        cmb_inquiry_say(inquiry, CAMBIST_ARGUMENT_client_order_id, order->client_id);
    }
    if (step == ASK_TRADER)
        cmb_inquiry_say(inquiry, CAMBIST_ARGUMENT_id, inquiry->id);
    if (step == ASK_CLOSED || step == ASK_TRADES)
        say_span(inquiry);
    cmb_inquiry_ask(inquiry);
}

/* What an answer is worth: absence where the exchange does not know the order, nothing where it did
 * not answer.  A question that the exchange does not have is passed over. */
static void weigh(struct cmb_inquiry *inquiry)
{
    uint32_t status = inquiry->run->error.status;
    bool is_absent = inquiry->step == ASK_ORDER && status == CAMBIST_ORDER_NOT_FOUND;
    bool is_no_question = status == CAMBIST_NOT_SUPPORTED || status == CAMBIST_BAD_ARGUMENT;
    inquiry->is_answered = inquiry->step == ASK_ORDER && is_absent;
    inquiry->is_cut = (status && !is_absent && !is_no_question) || inquiry->step == ASK_TRADER;
    inquiry->is_found |= inquiry->kept->heard != inquiry->heard;
}

static void on_step(struct cmb_inquiry *inquiry)
{
    struct cmb_kept *kept = inquiry->kept;
    if (!kept) { /* the order was dropped meanwhile */
        cmb_inquiry_give(inquiry);
        return;
    }
    if (inquiry->step == ASK_CANCEL)
        cmb_kept_take(kept, &(struct cmb_news){ .kind = CMB_NEWS_FINISH,
                                                .pending = CAMBIST_PENDING_CANCEL,
                                                .ending = cmb_ending_of(inquiry->run) });
    else
        weigh(inquiry);
    enum step next = next_step(inquiry);
    if (next == END)
        end_check(inquiry);
    else
        ask(inquiry, next);
}

static void on_due(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_kept *kept = user;
    enum step step = first_step(kept);
    struct cmb_inquiry *inquiry = kept->orders->inquiries < CMB_INQUIRIES_AT_ONCE
                                      ? cmb_inquiry_take(kept->orders) : NULL;
    if (step == END || !inquiry) {
        if (inquiry)
            cmb_inquiry_give(inquiry);
        cmb_kept_look_after(kept);
        return;
    }
    kept->inquiry = inquiry;
    inquiry->kept = kept;
    inquiry->on_step = on_step;
    inquiry->begins_with_state = step == ASK_ORDER;
    ask(inquiry, step);
}

void cmb_kept_look_after(struct cmb_kept *kept)
{
    struct cmb_orders *orders = kept->orders;
    if (first_step(kept) == END) {
        kept->attempt = 0;
        return;
    }
    if (kept->inquiry || cmb_timer_is_running(&kept->timer) || orders->is_stopped ||
        orders->is_recovering)
        return;
    uint64_t chance = cmb_random_number(orders->exchange->random);
    int64_t wait_ns = cmb_backoff_wait_ns(&orders->backoff, kept->attempt++, chance);
    int64_t left_ns = visible_ns(kept) - cmb_orders_now_ns(orders);
    if (kept->order.misses && left_ns > 0 && left_ns < wait_ns)
        wait_ns = left_ns; /* from then on a check can prove something */
    kept->timer.on_due = on_due;
    kept->timer.user = kept;
    cmb_loop_start_timer(orders->loop, &kept->timer, wait_ns);
}
