/* What became of the orders of an execution, and what is done about it? */
#include "arbitrage/trade_inner.h"

#include <string.h>

/* The order that closes a difference may be so much worse than the leg's limit, in hundredths. */
enum { CLOSING_SLIP = 1 };

/* ---- telling ---- */

static void write_leg(struct cmb_execution *execution, uint32_t i, struct cambist_executed_leg *to)
{
    const struct cmb_leg *leg = &execution->legs.legs[i];
    struct cmb_trade_order *order = &execution->orders[i];
    *to = (struct cambist_executed_leg){
        .exchange = execution->trade->traders[order->place->account].given.name,
        .symbol = order->place->market->symbol,
        .client_order_id = cmb_execute_name(order),
        .side = leg->side, .amount = leg->amount, .price = leg->price, .filled = leg->filled,
        .cost = cmb_leg_cost(leg), .fee = cmb_leg_fee(leg),
        .state = cmb_leg_state(leg), .life = leg->life };
}

void cmb_settle_tell(struct cmb_execution *execution, uint32_t tiding)
{
    struct cambist_execution told = { .number = execution->number, .route = execution->route,
                                      .is_hedged = execution->legs.count > 2,
                                      .currency = execution->currency,
                                      .expected = execution->expected,
                                      .profit = cmb_legs_profit(&execution->legs),
                                      .open = cmb_legs_open(&execution->legs) };
    for (uint32_t i = 0; i < execution->legs.count; i++)
        write_leg(execution, i, &told.legs[i]);
    cmb_trade_tell(execution->trade, &(struct cambist_arbitrage_event){ .tiding = tiding,
                                                                        .execution = &told });
}

/* ---- the third order ---- */

/* A limit that surely meets the book: a little worse than what the leg would have taken. */
static struct cambist_decimal closing_price(const struct cmb_leg *leg, uint64_t side,
                                            const struct cambist_decimal *tick)
{
    bool is_buy = side == CAMBIST_SIDE_BUY;
    struct cambist_decimal share = { .low = is_buy ? 100 + CLOSING_SLIP : 100 - CLOSING_SLIP,
                                     .exponent = -2, .is_set = 1 };
    struct cambist_decimal price = { 0 }, moved;
    if (cmb_decimal_multiply(&leg->price, &share, &price) != CMB_NUMBER_FINE)
        return leg->price;
    bool is_moved = tick->is_set &&
                    cmb_decimal_round(&price, tick, is_buy ? CMB_ROUND_UP : CMB_ROUND_DOWN,
                                      &moved) == CMB_NUMBER_FINE;
    return is_moved && !cmb_decimal_is_zero(&moved) ? moved : leg->price;
}

/* The difference as an order of that market; false: it is too small for one. */
static bool closing_amount(const struct cambist_decimal *open, const struct cambist_market *market,
                           struct cambist_decimal *ret)
{
    *ret = *open;
    if (cmb_decimal_is_negative(open) && cmb_decimal_negate(open, ret) != CMB_NUMBER_FINE)
        return false;
    if (market->lot_size.is_set && !cmb_decimal_is_zero(&market->lot_size) &&
        cmb_decimal_round(ret, &market->lot_size, CMB_ROUND_DOWN, ret) != CMB_NUMBER_FINE)
        return false;
    return !cmb_decimal_is_zero(ret) && cmb_decimal_compare(ret, &market->min_amount) >= 0;
}

/* What was bought too much is sold where it lies, what was sold too much bought back there. */
static bool begin_closing(struct cmb_execution *execution)
{
    struct cambist_decimal open = cmb_legs_open(&execution->legs), amount;
    uint32_t uneven = cmb_decimal_is_negative(&open) ? 1 : 0;
    uint64_t side = uneven ? CAMBIST_SIDE_BUY : CAMBIST_SIDE_SELL;
    const struct cmb_leg *leg = &execution->legs.legs[uneven];
    struct cmb_trade_place *place = execution->orders[uneven].place;
    if (!execution->trade->settings.is_hedged || !open.is_set ||
        !closing_amount(&open, place->market, &amount))
        return false;
    execution->legs.legs[2] = (struct cmb_leg){
        .side = side, .amount = amount, .taker = leg->taker,
        .price = closing_price(leg, side, &place->market->tick_size) };
    execution->orders[2].place = place;
    execution->legs.count = 3;
    execution->trade->counts.hedges++;
    cmb_execute_send(execution, 2);
    return true;
}

/* ---- the end ---- */

/* An exchange that refuses orders, or takes none, will go on with that, while the other leg fills. */
static void count_refusals(struct cmb_execution *execution)
{
    struct cmb_trade *trade = execution->trade;
    bool is_refused = false;
    for (uint32_t i = 0; i < execution->legs.count; i++) {
        uint32_t life = execution->legs.legs[i].life;
        is_refused |= !life || life == CAMBIST_LIFE_REJECTED || life == CAMBIST_LIFE_NOT_SENT;
    }
    trade->refused_in_row = is_refused ? trade->refused_in_row + 1 : 0;
    if (trade->refused_in_row >= CMB_REFUSED_MOST)
        cmb_trade_end(trade, "orders were refused, or could not be sent, three times in a row");
}

static void settle(struct cmb_execution *execution)
{
    struct cmb_trade *trade = execution->trade;
    struct cambist_decimal open = cmb_legs_open(&execution->legs);
    struct cambist_decimal profit = cmb_legs_profit(&execution->legs);
    bool is_open = !open.is_set || !cmb_decimal_is_zero(&open);
    cmb_loop_stop_timer(trade->settings.loop, &execution->patience);
    for (uint32_t i = 0; i < execution->legs.count; i++)
        trade->counts.legs[cmb_leg_state(&execution->legs.legs[i])]++;
    trade->counts.settled++;
    trade->counts.left_open += is_open;
    trade->resting[execution->route] |= is_open;
    execution->phase = CMB_EXECUTION_MONEY;
    cmb_settle_tell(execution, CAMBIST_ARBITRAGE_SETTLED);
    count_refusals(execution);
    cmb_money_count(trade, execution->currency, &profit);
    cmb_money_want(execution);
}

static void release(struct cmb_execution *execution)
{
    cmb_money_release(execution);
    for (uint32_t leg = 0; leg < 2; leg++)
        execution->orders[leg].place->is_taken = false;
    execution->phase = CMB_EXECUTION_NONE;
}

/* ---- looking ---- */

static void look_at_orders(struct cmb_execution *execution)
{
    for (uint32_t i = 0; i < execution->legs.count; i++) {
        struct cmb_trade_order *order = &execution->orders[i];
        const char *name = cmb_execute_name(order);
        const struct cmb_orders *orders =
            execution->trade->traders[order->place->account].given.orders;
        const struct cmb_order *known = *name ? cmb_orders_find(orders, cmb_text_of(name)) : NULL;
        if (known)
            cmb_leg_set(&execution->legs.legs[i], known);
    }
}

static void look(struct cmb_execution *execution)
{
    if (execution->phase == CMB_EXECUTION_MONEY && cmb_money_has_come(execution))
        release(execution);
    if (execution->phase != CMB_EXECUTION_LEGS)
        return;
    look_at_orders(execution);
    if (cmb_legs_is_doubtful(&execution->legs) && !execution->was_doubted) {
        execution->was_doubted = true;
        execution->trade->counts.doubted++;
        cmb_settle_tell(execution, CAMBIST_ARBITRAGE_DOUBTED);
    }
    enum cmb_legs_step step = cmb_legs_next(&execution->legs);
    if (step == CMB_LEGS_END || (step == CMB_LEGS_CLOSE && !begin_closing(execution)))
        settle(execution);
}

void cmb_settle_all(struct cmb_trade *trade)
{
    for (int i = 0; i < CMB_EXECUTIONS_AT_ONCE; i++)
        look(&trade->executions[i]);
}

void cmb_settle_soon(struct cmb_trade *trade)
{
    if (!cmb_timer_is_running(&trade->turn))
        cmb_loop_start_timer(trade->settings.loop, &trade->turn, 0);
}

void cmb_settle_lose_patience(struct cmb_timer *timer, void *user)
{
    struct cmb_execution *execution = user;
    look(execution);
    if (execution->phase != CMB_EXECUTION_LEGS)
        return;
    for (uint32_t i = 0; i < execution->legs.count; i++)
        cmb_execute_cancel(execution, i);
    cmb_loop_start_timer(execution->trade->settings.loop, timer, CMB_PATIENCE_NS);
}

/* ---- what happens ---- */

void cmb_trade_note_order(struct cmb_trade *trade, uint32_t account, const char *client_id,
                          const struct cambist_trade *fill)
{
    for (int i = 0; i < CMB_EXECUTIONS_AT_ONCE; i++) {
        struct cmb_execution *execution = &trade->executions[i];
        if (execution->phase != CMB_EXECUTION_LEGS)
            continue;
        for (uint32_t leg = 0; leg < execution->legs.count; leg++) {
            struct cmb_trade_order *order = &execution->orders[leg];
            if (order->place->account != account ||
                strcmp(cmb_execute_name(order), client_id) != 0)
                continue;
            if (fill)
                cmb_leg_add_trade(&execution->legs.legs[leg], fill, order->place->market);
            cmb_settle_soon(trade);
            return;
        }
    }
}
