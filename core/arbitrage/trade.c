/* How does a trade come about, what belongs to it, and how does it end? */
#include "arbitrage/trade_inner.h"

#include <stdlib.h>

#include "base/fail.h"
#include "base/memory.h"

#define PULSE_NS 100000000ll

/* ---- making ---- */

static void on_turn(struct cmb_timer *timer, void *user)
{
    (void)timer;
    cmb_settle_all(user);
}

static void on_pulse(struct cmb_timer *timer, void *user)
{
    struct cmb_trade *trade = user;
    int64_t now_ns = cmb_loop_now_ns(trade->settings.loop);
    cmb_arbitrage_pass_time(trade->engine, now_ns);
    cmb_money_pulse(trade, now_ns);
    cmb_loop_start_timer(trade->settings.loop, timer, PULSE_NS);
}

static void init_executions(struct cmb_trade *trade)
{
    for (int i = 0; i < CMB_EXECUTIONS_AT_ONCE; i++) {
        struct cmb_execution *execution = &trade->executions[i];
        execution->trade = trade;
        execution->patience = (struct cmb_timer){ .on_due = cmb_settle_lose_patience,
                                                  .user = execution };
        for (uint32_t leg = 0; leg < CAMBIST_ARBITRAGE_LEGS_MOST; leg++)
            execution->orders[leg] =
                (struct cmb_trade_order){ .execution = execution, .leg = leg };
    }
}

struct cmb_trade *cmb_trade_new(const struct cmb_trade_settings *settings)
{
    struct cmb_trade *trade = cmb_calloc(1, sizeof *trade);
    if (!trade)
        return NULL;
    trade->settings = *settings;
    trade->settings.rules.on_opportunity = cmb_trade_on_opportunity;
    trade->settings.rules.user = trade;
    trade->engine = cmb_arbitrage_new(&trade->settings.rules);
    trade->pulse = (struct cmb_timer){ .on_due = on_pulse, .user = trade };
    trade->turn = (struct cmb_timer){ .on_due = on_turn, .user = trade };
    init_executions(trade);
    if (trade->engine)
        return trade;
    free(trade);
    return NULL;
}

void cmb_trade_free(struct cmb_trade *trade)
{
    if (!trade)
        return;
    cmb_trade_stop(trade);
    for (int i = 0; i < CMB_EXECUTIONS_AT_ONCE; i++)
        for (int leg = 0; leg < CAMBIST_ARBITRAGE_LEGS_MOST; leg++)
            cmb_run_forget(trade->executions[i].orders[leg].run, trade->settings.loop);
    for (uint32_t i = 0; i < trade->trader_count; i++)
        cmb_run_forget(trade->traders[i].run, trade->settings.loop);
    cmb_arbitrage_free(trade->engine);
    free(trade->places);
    free(trade->resting);
    free(trade);
}

/* Orders that cost real money are placed only by an explicit switch. */
static int check_environment(const struct cmb_trade *trade,
                             const struct cmb_trade_account *account, struct cambist_error *error)
{
    uint32_t environment = account->desk->exchange->environment;
    bool is_practice = environment == CMB_ENVIRONMENT_SIMULATED ||
                       environment == CMB_ENVIRONMENT_SANDBOX;
    if (!trade->settings.is_executed || is_practice || trade->settings.is_live_allowed)
        return CAMBIST_OK;
    return cmb_fail(error, CAMBIST_DENIED,
                    "%s is live: nothing is executed there unless both live_arbitrage in the "
                    "configuration and the live switch say so", account->name);
}

int cmb_trade_add_account(struct cmb_trade *trade, const struct cmb_trade_account *account,
                          uint32_t *ret, struct cambist_error *error)
{
    int status = check_environment(trade, account, error);
    if (status == CAMBIST_OK)
        status = cmb_arbitrage_add_venue(trade->engine, account->name, ret, error);
    if (status != CAMBIST_OK)
        return status;
    trade->traders[*ret] = (struct cmb_trader){ .trade = trade, .number = *ret,
                                                .given = *account };
    trade->trader_count++;
    return CAMBIST_OK;
}

static bool grow_places(struct cmb_trade *trade)
{
    if (trade->place_count < trade->place_capacity)
        return true;
    uint32_t capacity = trade->place_capacity ? trade->place_capacity * 2 : 64;
    struct cmb_trade_place *places = cmb_realloc(trade->places, capacity * sizeof *places);
    if (!places)
        return false;
    trade->places = places;
    trade->place_capacity = capacity;
    return true;
}

int cmb_trade_add_market(struct cmb_trade *trade, uint32_t account,
                         const struct cambist_market *market, const struct cambist_decimal *taker,
                         struct cambist_error *error)
{
    struct cambist_error own = { 0 };
    uint32_t number;
    if (!grow_places(trade))
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for markets"));
    int status = cmb_arbitrage_add_place(trade->engine, account, market, taker, &number, &own);
    if (status == CAMBIST_NOT_SUPPORTED) {
        cmb_trade_leave_out(trade, account, market->symbol, own.message);
        return CAMBIST_OK;
    }
    if (status != CAMBIST_OK)
        return cmb_fail_plain(error, status, cmb_text_of(own.message));
    trade->places[trade->place_count++] = (struct cmb_trade_place){
        .trade = trade, .number = number, .account = account, .market = market,
        .used_version = UINT64_MAX };
    return CAMBIST_OK;
}

void cmb_trade_clear_balances(struct cmb_trade *trade, uint32_t account)
{
    trade->traders[account].has_balances = true;
    cmb_arbitrage_clear_balances(trade->engine, account);
}

int cmb_trade_set_balance(struct cmb_trade *trade, uint32_t account,
                          const struct cambist_balance *balance)
{
    return cmb_arbitrage_set_balance(trade->engine, account, balance->currency, &balance->free);
}

/* ---- starting and stopping ---- */

static void check_place(struct cmb_trade *trade, struct cmb_trade_place *place)
{
    struct cambist_error error = { 0 };
    if (!trade->settings.is_executed)
        return;
    place->is_executable = cmb_execute_check(place, &error);
    if (!place->is_executable)
        cmb_trade_leave_out(trade, place->account, place->market->symbol, error.message);
}

static void begin_place(struct cmb_trade *trade, struct cmb_trade_place *place)
{
    if (!cmb_arbitrage_is_on_route(trade->engine, place->number)) {
        cmb_trade_leave_out(trade, place->account, place->market->symbol,
                            "no route goes through it");
        return;
    }
    check_place(trade, place);
    cmb_trade_listen(trade, place);
}

/* What is spent must be known. */
static int check_balances(const struct cmb_trade *trade, struct cambist_error *error)
{
    for (uint32_t i = 0; i < trade->trader_count && trade->settings.is_executed; i++)
        if (!trade->traders[i].has_balances)
            return cmb_fail(error, CAMBIST_DENIED,
                            "%s: nothing is executed without knowing the balances",
                            trade->traders[i].given.name);
    return CAMBIST_OK;
}

int cmb_trade_start(struct cmb_trade *trade, struct cambist_error *error)
{
    int status = check_balances(trade, error);
    if (status == CAMBIST_OK)
        status = cmb_arbitrage_find_routes(trade->engine, error);
    if (status != CAMBIST_OK)
        return status;
    uint32_t routes = cmb_arbitrage_route_count(trade->engine);
    if (!routes)
        return cmb_fail_plain(error, CAMBIST_NOT_SUPPORTED,
                              CMB_TEXT("no symbol is traded at two of these exchanges with a fee "
                                       "that is known"));
    /* numbers of routes count those from a place to itself, too */
    trade->resting = cmb_calloc((size_t)routes + trade->place_count, sizeof *trade->resting);
    if (!trade->resting)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for routes"));
    for (uint32_t i = 0; i < trade->place_count; i++)
        begin_place(trade, &trade->places[i]);
    cmb_loop_start_timer(trade->settings.loop, &trade->pulse, PULSE_NS);
    return CAMBIST_OK;
}

void cmb_trade_stop(struct cmb_trade *trade)
{
    trade->is_stopped = true;
    trade->ended = "it was closed";
    cmb_loop_stop_timer(trade->settings.loop, &trade->pulse);
    cmb_loop_stop_timer(trade->settings.loop, &trade->turn);
    for (int i = 0; i < CMB_EXECUTIONS_AT_ONCE; i++)
        cmb_loop_stop_timer(trade->settings.loop, &trade->executions[i].patience);
    for (uint32_t i = 0; i < trade->place_count; i++) {
        cmb_stream_leave(trade->places[i].listener);
        trade->places[i].listener = NULL;
    }
}

/* ---- looking ---- */

void cmb_trade_count(const struct cmb_trade *trade, struct cambist_arbitrage_counts *ret)
{
    *ret = trade->counts;
    cmb_arbitrage_tell_counts(trade->engine, ret);
}

uint32_t cmb_trade_open(const struct cmb_trade *trade)
{
    uint32_t count = 0;
    for (int i = 0; i < CMB_EXECUTIONS_AT_ONCE; i++)
        count += trade->executions[i].phase != CMB_EXECUTION_NONE;
    return count;
}

bool cmb_trade_is_idle(const struct cmb_trade *trade)
{
    for (int i = 0; i < CMB_EXECUTIONS_AT_ONCE; i++)
        for (uint32_t leg = 0; leg < trade->executions[i].legs.count; leg++)
            if (trade->executions[i].phase && !trade->executions[i].legs.legs[leg].is_answered)
                return false;
    for (uint32_t i = 0; i < trade->trader_count; i++)
        if (trade->traders[i].is_asking)
            return false;
    return true;
}
