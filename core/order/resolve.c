/* What is not known of an order, and how is it proved?
 *
 * A check asks for the order by its name, then among open and closed ones, then for its trades.
 * Being found proves all; not being found proves nothing before the order's deadline has passed, the
 * engine has had its time, and answers have caught up with the truth: then two answered checks must
 * agree.  A question without an answer proves nothing at all.
 */
#include "order/way.h"

#define SECOND_NS           1000000000ll
#define WITHOUT_DEADLINE_NS (600 * SECOND_NS) /* absence is not believed earlier */

/* ---- what is open ---- */

static bool wants_state(const struct cmb_kept *kept)
{
    const struct cmb_order *order = &kept->order;
    bool is_pending = order->pending && order->pending_ending;
    return kept->is_asked_for ||
           (!cmb_order_is_over(order) && (order->life == CAMBIST_LIFE_UNKNOWN || is_pending));
}

bool cmb_kept_wants_trades(const struct cmb_kept *kept)
{
    return cmb_order_is_over(&kept->order) && !kept->is_settled &&
           cmb_orders_can_ask(kept->orders, CAMBIST_OPERATION_fetch_my_trades);
}

static enum cmb_check_step first_step(const struct cmb_kept *kept)
{
    if (wants_state(kept))
        return CMB_ASK_FOR_ORDER;
    return cmb_kept_wants_trades(kept) ? CMB_ASK_FOR_TRADES : CMB_CHECK_END;
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

int64_t cmb_kept_visible_ns(const struct cmb_kept *kept)
{
    const struct cambist_order_rule *rule = cmb_kept_rule(kept);
    int64_t lag_ns = rule ? (rule->engine_ms + (int64_t)rule->lag_ms) * 1000000 : 0;
    int64_t begun_ns = has_deadline(kept) ? kept->order.deadline_ns
                                          : kept->order.asked_ns + WITHOUT_DEADLINE_NS;
    bool was_there = kept->order.id[0];
    return (was_there && kept->doubted_ns > begun_ns ? kept->doubted_ns : begun_ns) + lag_ns;
}

bool cmb_check_is_early(const struct cmb_inquiry *inquiry)
{
    return inquiry->started_ns < cmb_kept_visible_ns(inquiry->kept);
}

/* ---- what a check came to ---- */

/* An amend whose answer was lost, and which is not among the terms when it can be no more. */
static void conclude_amend(struct cmb_inquiry *inquiry)
{
    struct cmb_kept *kept = inquiry->kept;
    if (kept->order.pending == CAMBIST_PENDING_AMEND &&
        kept->order.pending_ending == CMB_ENDED_LOST && !cmb_check_is_early(inquiry))
        cmb_kept_take(kept, &(struct cmb_news){ .kind = CMB_NEWS_FINISH,
                                                .pending = CAMBIST_PENDING_AMEND,
                                                .ending = CMB_ENDED_REFUSED });
}

/* Whether enough was answered: the order by its name, or all lists in which it would stand; and its
 * trades, where they can be asked for. */
static bool is_whole_check(const struct cmb_inquiry *inquiry)
{
    uint32_t answered = inquiry->answered;
    uint32_t lists = 1u << CMB_ASK_FOR_OPEN | 1u << CMB_ASK_FOR_CLOSED;
    bool has_trades = answered & 1u << CMB_ASK_FOR_TRADES ||
                      !cmb_orders_can_ask(inquiry->orders, CAMBIST_OPERATION_fetch_my_trades);
    return (answered & 1u << CMB_ASK_FOR_ORDER || (answered & lists) == lists) &&
           (has_trades || cmb_check_is_early(inquiry));
}

static void conclude_absence(struct cmb_inquiry *inquiry)
{
    struct cmb_kept *kept = inquiry->kept;
    if (!is_whole_check(inquiry))
        return;
    kept->order.misses++;
    if (kept->order.misses < 2 || cmb_check_is_early(inquiry) || !can_be_found(kept))
        return;
    kept->is_asked_for = false;
    cmb_kept_take(kept, &(struct cmb_news){ .kind = CMB_NEWS_MISS,
                                            .proof = has_deadline(kept)
                                                         ? CAMBIST_PROOF_ABSENCE
                                                         : CAMBIST_PROOF_WEAK_ABSENCE });
}

void cmb_check_end(struct cmb_inquiry *inquiry)
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

/* ---- when to ask ---- */

static void on_due(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_kept *kept = user;
    enum cmb_check_step step = first_step(kept);
    struct cmb_inquiry *inquiry = kept->orders->inquiries < CMB_INQUIRIES_AT_ONCE
                                      ? cmb_inquiry_take(kept->orders) : NULL;
    if (step == CMB_CHECK_END || !inquiry) {
        if (inquiry)
            cmb_inquiry_give(inquiry);
        cmb_kept_look_after(kept);
        return;
    }
    cmb_check_begin(inquiry, kept, step);
}

void cmb_kept_look_after(struct cmb_kept *kept)
{
    struct cmb_orders *orders = kept->orders;
    if (first_step(kept) == CMB_CHECK_END) {
        kept->attempt = 0;
        return;
    }
    if (kept->inquiry || cmb_timer_is_running(&kept->timer) || orders->is_stopped ||
        orders->is_recovering)
        return;
    uint64_t chance = cmb_random_number(orders->exchange->random);
    int64_t wait_ns = cmb_backoff_wait_ns(&orders->backoff, kept->attempt++, chance);
    int64_t left_ns = cmb_kept_visible_ns(kept) - cmb_orders_now_ns(orders);
    if (kept->order.misses && left_ns > 0 && left_ns < wait_ns)
        wait_ns = left_ns; /* from then on a check can prove something */
    kept->timer.on_due = on_due;
    kept->timer.user = kept;
    cmb_loop_start_timer(orders->loop, &kept->timer, wait_ns);
}
