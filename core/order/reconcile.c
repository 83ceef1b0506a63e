/* What was missed while nobody could hear it?
 *
 * All open orders are asked for, then all trades: market by market only where the exchange wants a
 * market, or where they do not stand on one page.  An order of ours that should be open and is not is
 * then asked for by itself.
 */
#include "order/way.h"

#include <stdio.h>

#define SECOND_NS    1000000000ll
#define PERIOD_NS    (60 * SECOND_NS) /* also without a reason, while orders are open */
#define LAG_NS       (2 * SECOND_NS)  /* an order so young may be missing in an answer */

enum { SYNC_OPEN = 1, SYNC_ALL_TRADES, SYNC_TRADES /* of one market */ };
enum { TRIES_PATIENT = 3 }; /* so long whoever wants to place something waits */

/* Also an order that is over may still be told a trade, by an exchange that has ended it too soon. */
static bool may_trade(const struct cmb_orders *orders, const struct cmb_kept *kept)
{
    return !kept->is_settled || kept->ended_ns > orders->synced_ns;
}

const char *cmb_orders_next_symbol(const struct cmb_orders *orders, const char *last)
{
    const char *next = NULL;
    struct cmb_kept *kept;
    TAILQ_FOREACH(kept, &orders->list, link) {
        const char *symbol = kept->order.symbol;
        if (may_trade(orders, kept) && strcmp(symbol, last) > 0 &&
            (!next || strcmp(symbol, next) < 0))
            next = symbol;
    }
    return next;
}

static void ask_open(struct cmb_inquiry *inquiry)
{
    inquiry->step = SYNC_OPEN;
    cmb_inquiry_begin(inquiry, CAMBIST_OPERATION_fetch_open_orders);
    if (inquiry->is_by_symbol)
        cmb_inquiry_say(inquiry, CAMBIST_ARGUMENT_symbol, inquiry->id);
    cmb_inquiry_ask(inquiry);
}

static void ask_trades(struct cmb_inquiry *inquiry)
{
    const struct cmb_orders *orders = inquiry->orders;
    int64_t from_ns = orders->synced_ns ? orders->synced_ns : inquiry->started_ns;
    struct cmb_kept *kept;
    TAILQ_FOREACH(kept, &orders->list, link)
        if (may_trade(orders, kept) && kept->order.asked_ns < from_ns && !orders->synced_ns)
            from_ns = kept->order.asked_ns;
    snprintf(inquiry->since, sizeof inquiry->since, "%lld",
             (long long)((from_ns - 60 * SECOND_NS) / 1000000));
    inquiry->step = inquiry->id[0] ? SYNC_TRADES : SYNC_ALL_TRADES;
    cmb_inquiry_begin(inquiry, CAMBIST_OPERATION_fetch_my_trades);
    cmb_inquiry_say(inquiry, CAMBIST_ARGUMENT_symbol, inquiry->id);
    cmb_inquiry_say(inquiry, CAMBIST_ARGUMENT_since, inquiry->since);
    cmb_inquiry_ask(inquiry);
}

/* Steps to the next market, and asks; false when there is none. */
static bool ask_next(struct cmb_inquiry *inquiry, void (*ask)(struct cmb_inquiry *inquiry))
{
    const char *symbol = cmb_orders_next_symbol(inquiry->orders, inquiry->id);
    if (!symbol)
        return false;
    snprintf(inquiry->id, sizeof inquiry->id, "%s", symbol);
    ask(inquiry);
    return true;
}

/* Of ours, whatever was not among the open ones has ended, or is not known there. */
static void doubt_missing(struct cmb_inquiry *inquiry)
{
    struct cmb_kept *kept, *next;
    for (kept = TAILQ_FIRST(&inquiry->orders->list); kept; kept = next) {
        next = TAILQ_NEXT(kept, link);
        bool is_old = kept->order.asked_ns + LAG_NS < inquiry->started_ns;
        if (kept->order.life != CAMBIST_LIFE_WORKING || !is_old ||
            kept->sync_mark == inquiry->orders->sync_mark)
            continue;
        kept->is_asked_for = true;
        kept->doubted_ns = inquiry->started_ns;
        cmb_kept_look_after(kept);
    }
}

static void wait_for_next(struct cmb_orders *orders, int64_t wait_ns)
{
    cmb_loop_start_timer(orders->loop, &orders->sync_timer, wait_ns);
}

static void give_up(struct cmb_inquiry *inquiry)
{
    struct cmb_orders *orders = inquiry->orders;
    uint64_t chance = cmb_random_number(orders->exchange->random);
    orders->sync = NULL;
    cmb_inquiry_give(inquiry);
    wait_for_next(orders, cmb_backoff_wait_ns(&orders->backoff, orders->sync_attempt++, chance));
    if (orders->sync_attempt >= TRIES_PATIENT)
        cmb_orders_turn_away(orders, CAMBIST_UNAVAILABLE, cmb_orders_not_asked);
}

static void finish(struct cmb_inquiry *inquiry)
{
    struct cmb_orders *orders = inquiry->orders;
    orders->synced_ns = inquiry->started_ns - LAG_NS;
    orders->sync_attempt = 0;
    orders->sync = NULL;
    cmb_inquiry_give(inquiry);
    wait_for_next(orders, PERIOD_NS);
    cmb_orders_tell(orders, &(struct cmb_order_event){ .tiding = CMB_ORDERS_SYNCED });
    cmb_orders_let_go(orders);
}

/* Whether one question reaches all markets that matter: where no symbol is given, those of one kind
 * are meant.  One market is asked for by its name. */
static bool is_reached_at_once(const struct cmb_inquiry *inquiry)
{
    const struct cmb_orders *orders = inquiry->orders;
    const struct cmb_exchange *exchange = orders->exchange;
    if (inquiry->is_by_symbol || !exchange->markets)
        return false;
    const char *symbol = cmb_orders_next_symbol(orders, "");
    bool are_many = symbol && cmb_orders_next_symbol(orders, symbol);
    for (; symbol; symbol = cmb_orders_next_symbol(orders, symbol)) {
        const struct cambist_market *market =
            cmb_markets_find(exchange->markets, cmb_text_of(symbol), 0);
        if (!market || market->kind != exchange->kind)
            return false;
    }
    return are_many;
}

static void begin_trades(struct cmb_inquiry *inquiry)
{
    doubt_missing(inquiry);
    inquiry->id[0] = '\0';
    if (is_reached_at_once(inquiry))
        ask_trades(inquiry);
    else if (!ask_next(inquiry, ask_trades))
        finish(inquiry);
}

static void on_step(struct cmb_inquiry *inquiry)
{
    uint32_t status = inquiry->run->error.status;
    bool wants_symbol = status == CAMBIST_BAD_ARGUMENT && !inquiry->is_by_symbol;
    bool is_no_question = status == CAMBIST_NOT_SUPPORTED;
    if (status && !wants_symbol && !is_no_question) {
        give_up(inquiry);
        return;
    }
    inquiry->is_by_symbol |= wants_symbol;
    bool is_all = inquiry->step == SYNC_ALL_TRADES && !status && !cmb_inquiry_fills_page(inquiry);
    if (inquiry->step != SYNC_OPEN) {
        if (is_all || !ask_next(inquiry, ask_trades))
            finish(inquiry);
    } else if (!inquiry->is_by_symbol || !ask_next(inquiry, ask_open)) {
        begin_trades(inquiry);
    }
}

static void on_due(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_orders *orders = user;
    if (orders->is_stopped || orders->sync)
        return;
    bool is_idle = !orders->wants_sync && orders->open == 0 &&
                   orders->ended_ns <= orders->synced_ns;
    orders->sync = is_idle ? NULL : cmb_inquiry_take(orders);
    if (!orders->sync) {
        wait_for_next(orders, PERIOD_NS);
        return;
    }
    orders->wants_sync = false;
    orders->sync_mark++;
    orders->sync->on_step = on_step;
    ask_open(orders->sync);
}

void cmb_orders_reconcile(struct cmb_orders *orders)
{
    orders->wants_sync = true;
    orders->sync_timer.on_due = on_due;
    orders->sync_timer.user = orders;
    if (!orders->is_stopped)
        wait_for_next(orders, 0);
}

void cmb_orders_stay_synced(struct cmb_orders *orders)
{
    if (cmb_timer_is_running(&orders->sync_timer) || orders->sync)
        return;
    orders->sync_timer.on_due = on_due;
    orders->sync_timer.user = orders;
    wait_for_next(orders, PERIOD_NS);
}
