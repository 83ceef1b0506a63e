/* How does an opportunity become orders? */
#include "arbitrage/trade_inner.h"

#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/schema.h"

/* ---- an order's question ---- */

/* The number as an exchange wants to read it: without zeros behind its last digit. */
static struct cmb_text text_of(struct cmb_arena *arena, const struct cambist_decimal *value)
{
    char text[CMB_DECIMAL_TEXT_SIZE];
    size_t length = cmb_decimal_format(value, text);
    if (memchr(text, '.', length)) {
        while (text[length - 1] == '0')
            length--;
        length -= text[length - 1] == '.';
    }
    return (struct cmb_text){ cmb_arena_copy(arena, (struct cmb_text){ text, length }), length };
}

static void set_order(struct cmb_run *run, const struct cambist_market *market,
                      const struct cmb_leg *leg)
{
    struct cmb_call *call = run->call;
    struct cmb_text *values = call->arguments.values;
    values[CAMBIST_ARGUMENT_symbol] = cmb_text_of(market->symbol);
    values[CAMBIST_ARGUMENT_side] =
        cmb_vocabulary_word(cmb_vocabulary_of(CMB_MEMBER_SIDE), leg->side);
    values[CAMBIST_ARGUMENT_type] = CMB_TEXT("limit");
    values[CAMBIST_ARGUMENT_time_in_force] = CMB_TEXT("IOC");
    values[CAMBIST_ARGUMENT_amount] = text_of(&call->arena, &leg->amount);
    values[CAMBIST_ARGUMENT_price] = text_of(&call->arena, &leg->price);
}

/* ---- may it be written at all? ---- */

static void on_checked(struct cmb_run *run, void *user)
{
    (void)run;
    *(bool *)user = true;
}

static struct cambist_decimal one_or(const struct cambist_decimal *step)
{
    bool is_step = step->is_set && !cmb_decimal_is_zero(step);
    return is_step ? *step : (struct cambist_decimal){ .low = 1, .is_set = 1 };
}

/* A plugin whose words do not have it would leave it out, and the order would rest. */
static bool knows_ioc(const struct cmb_plugin *plugin)
{
    for (uint32_t i = 0; i < plugin->tables.words.count; i++) {
        const struct cambist_word *word = CMB_ROW(plugin->tables.words, i);
        if (cmb_text_is(cmb_text_of(word->table), CMB_TEXT("time_in_force")) &&
            cmb_text_is(cmb_text_of(word->ours), CMB_TEXT("IOC")))
            return true;
    }
    return false;
}

bool cmb_execute_check(struct cmb_trade_place *place, struct cambist_error *error)
{
    const struct cmb_trade_account *account = &place->trade->traders[place->account].given;
    struct cmb_leg leg = { .side = CAMBIST_SIDE_BUY, .amount = one_or(&place->market->lot_size),
                           .price = one_or(&place->market->tick_size) };
    bool may = account->orders && knows_ioc(account->desk->exchange->plugin);
    struct cmb_run *run = may ? cmb_run_new() : NULL;
    bool is_done = false;
    if (!run) {
        cmb_fail_plain(error, CAMBIST_NOT_SUPPORTED,
                       CMB_TEXT("no orders are placed there that take what is there at once"));
        return false;
    }
    cmb_run_init(run, account->desk, CAMBIST_OPERATION_create_order);
    run->end = CMB_STAGE_REUSE;
    set_order(run, place->market, &leg);
    cmb_run_start(run, on_checked, &is_done);
    bool is_fine = is_done && run->error.status == CAMBIST_OK;
    if (!is_fine)
        *error = run->error;
    cmb_run_free(run);
    return is_fine;
}

/* ---- sending ---- */

const char *cmb_execute_name(struct cmb_trade_order *order)
{
    struct cmb_leg *leg = &order->execution->legs.legs[order->leg];
    if (*order->client_id || leg->is_answered || !order->run)
        return order->client_id;
    struct cmb_text name = order->run->call->arguments.values[CAMBIST_ARGUMENT_client_order_id];
    if (name.at && name.length < sizeof order->client_id)
        snprintf(order->client_id, sizeof order->client_id, "%.*s", (int)name.length, name.at);
    return order->client_id;
}

static void on_answered(struct cmb_run *run, void *user)
{
    struct cmb_trade_order *order = user;
    struct cmb_execution *execution = order->execution;
    (void)run;
    (void)cmb_execute_name(order);
    execution->legs.legs[order->leg].is_answered = true;
    if (!execution->trade->is_stopped)
        cmb_settle_soon(execution->trade);
}

static struct cmb_orders *orders_of(const struct cmb_trade_order *order)
{
    return order->execution->trade->traders[order->place->account].given.orders;
}

static bool begin_question(struct cmb_trade_order *order, uint32_t operation)
{
    const struct cmb_trader *trader =
        &order->execution->trade->traders[order->place->account];
    if (!order->run && !(order->run = cmb_run_new()))
        return false;
    cmb_run_init(order->run, trader->given.desk, operation);
    return true;
}

void cmb_execute_send(struct cmb_execution *execution, uint32_t number)
{
    struct cmb_trade_order *order = &execution->orders[number];
    struct cmb_leg *leg = &execution->legs.legs[number];
    *order->client_id = 0;
    leg->is_answered = false;
    if (!begin_question(order, CAMBIST_OPERATION_create_order)) {
        leg->is_answered = true; /* it was never written down */
        cmb_settle_soon(execution->trade);
        return;
    }
    set_order(order->run, order->place->market, leg);
    cmb_orders_run(orders_of(order), order->run, on_answered, order);
}

void cmb_execute_cancel(struct cmb_execution *execution, uint32_t number)
{
    struct cmb_trade_order *order = &execution->orders[number];
    struct cmb_leg *leg = &execution->legs.legs[number];
    if (!leg->is_answered || leg->life != CAMBIST_LIFE_WORKING ||
        !begin_question(order, CAMBIST_OPERATION_cancel_order))
        return;
    struct cmb_text *values = order->run->call->arguments.values;
    leg->is_answered = false;
    values[CAMBIST_ARGUMENT_symbol] = cmb_text_of(order->place->market->symbol);
    values[CAMBIST_ARGUMENT_client_order_id] = cmb_text_of(order->client_id);
    cmb_orders_run(orders_of(order), order->run, on_answered, order);
}

/* ---- considering ---- */

static struct cmb_execution *spare_execution(struct cmb_trade *trade)
{
    for (int i = 0; i < CMB_EXECUTIONS_AT_ONCE; i++)
        if (trade->executions[i].phase == CMB_EXECUTION_NONE)
            return &trade->executions[i];
    return NULL;
}

/* Both places are free, and their books are not those of an earlier execution. */
static bool may_use(const struct cmb_trade *trade, const struct cmb_route_places *route)
{
    for (uint32_t i = 0; i < route->count; i++) {
        const struct cmb_trade_place *place = &trade->places[route->legs[i].place];
        if (place->is_taken || !place->is_executable ||
            place->used_version == route->legs[i].version)
            return false;
    }
    return true;
}

static void set_leg(struct cmb_execution *execution, uint32_t i,
                    const struct cambist_arbitrage_leg *from, struct cmb_trade_place *place,
                    uint64_t version)
{
    execution->legs.legs[i] = (struct cmb_leg){ .side = from->side, .amount = from->amount,
                                                .price = from->price, .taker = from->taker };
    execution->orders[i].place = place;
    place->is_taken = true;
    place->used_version = version;
}

static void begin(struct cmb_trade *trade, struct cmb_execution *execution,
                  const struct cambist_opportunity *opportunity,
                  const struct cmb_route_places *route)
{
    execution->phase = CMB_EXECUTION_LEGS;
    execution->number = ++trade->counts.executions;
    execution->route = opportunity->route;
    execution->currency = opportunity->currency;
    execution->expected = opportunity->profit;
    execution->was_doubted = false;
    execution->legs.count = 2;
    for (uint32_t i = 0; i < 2; i++)
        set_leg(execution, i, &opportunity->legs[i], &trade->places[route->legs[i].place],
                route->legs[i].version);
    for (uint32_t i = 0; i < 2; i++)
        cmb_execute_send(execution, i);
    cmb_money_hold(execution); /* nothing else is looked at before this turn is over */
    cmb_loop_start_timer(trade->settings.loop, &execution->patience, CMB_PATIENCE_NS);
}

struct cmb_execution *cmb_execute_consider(struct cmb_trade *trade,
                                           const struct cambist_opportunity *opportunity)
{
    struct cmb_route_places route;
    if (!trade->settings.is_executed || trade->ended || opportunity->leg_count != 2 ||
        trade->resting[opportunity->route])
        return NULL;
    if (trade->settings.executions_most &&
        trade->counts.executions >= trade->settings.executions_most) {
        cmb_trade_end(trade, "as much was executed as may be");
        return NULL;
    }
    cmb_arbitrage_tell_places(trade->engine, opportunity->route, &route);
    struct cmb_execution *execution = spare_execution(trade);
    if (!execution || !may_use(trade, &route))
        return NULL;
    begin(trade, execution, opportunity, &route);
    return execution;
}
