/* What is in flight, what is there, and what was earned? */
#include "arbitrage/trade_inner.h"

#include <string.h>

#define OLD_NS   30000000000ll /* balances are asked for again after this */
#define AGAIN_NS 1000000000ll  /* the same behind a failure */

/* ---- balances ---- */

static void take_balances(struct cmb_trader *trader)
{
    const struct cmb_call *call = trader->run->call;
    cmb_trade_clear_balances(trader->trade, trader->number);
    for (uint32_t i = 0; i < call->row_count; i++) {
        const struct cambist_balance *balance =
            (const struct cambist_balance *)(const void *)(call->rows + i * call->schema->size);
        if (balance->currency)
            (void)cmb_trade_set_balance(trader->trade, trader->number, balance);
    }
}

static void ask(struct cmb_trader *trader);

static void on_balances(struct cmb_run *run, void *user)
{
    struct cmb_trader *trader = user;
    struct cmb_trade *trade = trader->trade;
    trader->is_asking = false;
    trader->answered_ns = cmb_loop_now_ns(trade->settings.loop);
    if (trade->is_stopped)
        return;
    if (run->error.status == CAMBIST_OK) {
        trader->answered = trader->asked;
        take_balances(trader);
        if (trader->is_wanted)
            ask(trader);
    } else {
        trader->is_wanted = true; /* by the pulse, a little later */
    }
    cmb_settle_soon(trade);
}

static void ask(struct cmb_trader *trader)
{
    if (trader->is_asking || (!trader->run && !(trader->run = cmb_run_new())))
        return;
    trader->is_asking = true;
    trader->is_wanted = false;
    trader->asked++;
    cmb_run_init(trader->run, trader->given.desk, CAMBIST_OPERATION_fetch_balance);
    cmb_run_start(trader->run, on_balances, trader);
}

void cmb_money_pulse(struct cmb_trade *trade, int64_t now_ns)
{
    for (uint32_t i = 0; i < trade->trader_count; i++) {
        struct cmb_trader *trader = &trade->traders[i];
        if (!trader->has_balances)
            continue;
        if (!trader->answered_ns)
            trader->answered_ns = now_ns;
        int64_t age_ns = now_ns - trader->answered_ns;
        if (age_ns > OLD_NS || (trader->is_wanted && age_ns > AGAIN_NS))
            ask(trader);
    }
}

/* ---- in flight ---- */

static struct cmb_trade_place *place_of(struct cmb_execution *execution, uint32_t leg)
{
    return execution->orders[leg].place;
}

static const char *currency_of(const struct cmb_trade_place *place, uint32_t leg)
{
    return leg == 0 ? place->market->quote : place->market->base;
}

static void move(struct cmb_execution *execution, uint32_t leg,
                 const struct cambist_decimal *amount)
{
    const struct cmb_trade_place *place = place_of(execution, leg);
    (void)cmb_arbitrage_hold(execution->trade->engine, place->account, currency_of(place, leg),
                             amount);
}

/* The buyer's order holds back its limit and the fee on it, the seller's its amount. */
void cmb_money_hold(struct cmb_execution *execution)
{
    const struct cmb_leg *buy = &execution->legs.legs[0], *sell = &execution->legs.legs[1];
    struct cambist_decimal cost = { 0 }, fee = { 0 };
    (void)cmb_decimal_multiply(&buy->amount, &buy->price, &cost);
    (void)cmb_decimal_multiply(&cost, &buy->taker, &fee);
    execution->held[0] = cost;
    (void)cmb_decimal_add(&cost, &fee, &execution->held[0]);
    execution->held[1] = sell->amount;
    for (uint32_t leg = 0; leg < 2; leg++)
        move(execution, leg, &execution->held[leg]);
}

void cmb_money_release(struct cmb_execution *execution)
{
    for (uint32_t leg = 0; leg < 2; leg++) {
        struct cambist_decimal back = { 0 };
        (void)cmb_decimal_negate(&execution->held[leg], &back);
        move(execution, leg, &back);
    }
}

void cmb_money_want(struct cmb_execution *execution)
{
    for (uint32_t leg = 0; leg < 2; leg++) {
        struct cmb_trader *trader = &execution->trade->traders[place_of(execution, leg)->account];
        /* one that is under way may have been answered before the order traded */
        execution->wanted[leg] = trader->asked + 1;
        trader->is_wanted = true;
        ask(trader);
    }
}

bool cmb_money_has_come(const struct cmb_execution *execution)
{
    for (uint32_t leg = 0; leg < 2; leg++) {
        const struct cmb_trade_place *place = execution->orders[leg].place;
        if (execution->trade->traders[place->account].answered < execution->wanted[leg])
            return false;
    }
    return true;
}

/* ---- earned ---- */

static struct cmb_trade_result *result_of(struct cmb_trade *trade, const char *currency)
{
    for (uint32_t i = 0; i < trade->result_count; i++)
        if (strcmp(trade->results[i].currency, currency) == 0)
            return &trade->results[i];
    if (trade->result_count == CMB_RESULTS_MOST)
        return NULL;
    trade->results[trade->result_count] =
        (struct cmb_trade_result){ .currency = currency, .sum = { .is_set = 1 } };
    return &trade->results[trade->result_count++];
}

void cmb_money_count(struct cmb_trade *trade, const char *currency,
                     const struct cambist_decimal *profit)
{
    struct cmb_trade_result *result = result_of(trade, currency);
    struct cambist_decimal loss;
    if (!profit->is_set || !trade->settings.loss_most.is_set)
        return;
    if (!result ||
        cmb_decimal_add(&result->sum, profit, &result->sum) != CMB_NUMBER_FINE ||
        cmb_decimal_negate(&result->sum, &loss) != CMB_NUMBER_FINE) {
        cmb_trade_end(trade, "what was earned cannot be counted any more");
        return;
    }
    if (cmb_decimal_compare(&loss, &trade->settings.loss_most) >= 0)
        cmb_trade_end(trade, "as much was lost as may be");
}
