/* What do the engine's things say in the words of the field? */
#include "simulator/exchange.h"

#include <stdio.h>

#include "number/decimal.h"

struct cambist_decimal cmb_record_number(int64_t value, unsigned scale)
{
    struct cambist_decimal number = { 0 };
    (void)cmb_decimal_of_scaled(value, scale, &number);
    return number;
}

/* Money without the zeros that only its scale brings. */
struct cambist_decimal cmb_record_money(int64_t money)
{
    unsigned scale = CMB_ENGINE_SCALE;
    while (scale && money % 10 == 0) {
        money /= 10;
        scale--;
    }
    return cmb_record_number(money, scale);
}

static const char *digits_of(struct cmb_call *call, uint64_t number)
{
    char text[24];
    int length = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    return cmb_arena_copy(&call->arena, (struct cmb_text){ text, (size_t)length });
}

static struct cambist_decimal average_of(const struct cmb_engine_market *market, int64_t cost,
                                         int64_t amount)
{
    struct cambist_decimal average = { 0 }, whole = cmb_record_money(cost);
    struct cambist_decimal size = cmb_record_number(amount, market->rules->amount_scale);
    if (amount)
        (void)cmb_decimal_divide(&whole, &size, 16, &average);
    return average;
}

void cmb_record_order(struct cmb_call *call, const struct cmb_engine *engine,
                      const struct cmb_engine_order *order, struct cambist_order *ret)
{
    const struct cmb_engine_market *market = &engine->markets[order->market];
    unsigned price = market->rules->price_scale, amount = market->rules->amount_scale;
    *ret = (struct cambist_order){
        .id = digits_of(call, order->id),
        .client_order_id = *order->client_id ? cmb_arena_copy(&call->arena,
                                                              cmb_text_of(order->client_id))
                                             : NULL,
        .timestamp = order->created_ns, .last_trade_timestamp = order->traded_ns,
        .last_update_timestamp = order->updated_ns, .symbol = market->rules->symbol,
        .type = order->type, .side = order->side, .time_in_force = order->time_in_force,
        .post_only = order->is_post_only ? CAMBIST_FLAG_YES : CAMBIST_FLAG_NO,
        .reduce_only = order->is_reduce_only ? CAMBIST_FLAG_YES : CAMBIST_FLAG_NO,
        .amount = cmb_record_number(order->amount, amount),
        .filled = cmb_record_number(order->filled, amount),
        .remaining = cmb_record_number(order->amount - order->filled, amount),
        .cost = cmb_record_money(order->cost),
        .average = average_of(market, order->cost, order->filled), .state = order->state,
    };
    if (order->price)
        ret->price = cmb_record_number(order->price, price);
    if (!order->filled)
        return;
    ret->fee_cost = cmb_record_money(order->fee);
    ret->fee_currency = cmb_engine_currencies[order->fee_currency];
}

void cmb_record_trade(struct cmb_call *call, const struct cmb_engine *engine,
                      const struct cmb_engine_trade *trade, bool is_own,
                      struct cambist_trade *ret)
{
    const struct cmb_engine_market *market = &engine->markets[trade->market];
    *ret = (struct cambist_trade){
        .id = digits_of(call, trade->id), .timestamp = trade->time_ns,
        .symbol = market->rules->symbol, .side = trade->side,
        .price = cmb_record_number(trade->price, market->rules->price_scale),
        .amount = cmb_record_number(trade->amount, market->rules->amount_scale),
        .cost = cmb_record_money(trade->cost),
    };
    if (!is_own)
        return;
    ret->order_id = digits_of(call, trade->order_id);
    ret->type = trade->type;
    ret->liquidity = trade->liquidity;
    ret->fee_cost = cmb_record_money(trade->fee);
    ret->fee_currency = cmb_engine_currencies[trade->fee_currency];
    ret->fee_rate = cmb_record_number(trade->liquidity == CAMBIST_LIQUIDITY_TAKER
                                          ? CMB_ENGINE_TAKER_FEE : CMB_ENGINE_MAKER_FEE, 4);
    if (*trade->client_id)
        ret->client_order_id = cmb_arena_copy(&call->arena, cmb_text_of(trade->client_id));
}

/* ---- tickers ---- */

struct day {
    int64_t open, high, low, last, volume, cost;
};

static struct day look_back(const struct cmb_engine *engine, const struct cmb_engine_market *market)
{
    const int64_t day_ns = 86400 * (int64_t)1000000000;
    struct day day = { 0 };
    for (uint64_t i = market->candle_count; i > 0 && market->candle_count - i < CMB_ENGINE_CANDLES;
         i--) {
        const struct cmb_engine_candle *candle =
            &market->candles[(i - 1) % CMB_ENGINE_CANDLES];
        if (candle->time_ns < engine->now_ns - day_ns)
            break;
        day.last = day.last ? day.last : candle->close;
        day.open = candle->open;
        day.high = candle->high > day.high ? candle->high : day.high;
        day.low = !day.low || candle->low < day.low ? candle->low : day.low;
        day.volume += candle->volume;
        day.cost += candle->cost;
    }
    return day;
}

static void tell_best(const struct cmb_engine_market *market, const struct cmb_engine_side *side,
                      struct cambist_decimal *ret_price, struct cambist_decimal *ret_amount)
{
    int64_t amount = 0;
    for (size_t i = 0; i < side->count && side->orders[i]->price == side->orders[0]->price; i++)
        amount += side->orders[i]->amount - side->orders[i]->filled;
    if (!side->count)
        return;
    *ret_price = cmb_record_number(side->orders[0]->price, market->rules->price_scale);
    *ret_amount = cmb_record_number(amount, market->rules->amount_scale);
}

void cmb_record_ticker(const struct cmb_engine *engine, int at, struct cambist_ticker *ret)
{
    const struct cmb_engine_market *market = &engine->markets[at];
    unsigned price = market->rules->price_scale;
    struct day day = look_back(engine, market);
    *ret = (struct cambist_ticker){
        .symbol = market->rules->symbol, .timestamp = engine->now_ns,
        .open = cmb_record_number(day.open, price), .high = cmb_record_number(day.high, price),
        .low = cmb_record_number(day.low, price), .last = cmb_record_number(day.last, price),
        .close = cmb_record_number(day.last, price),
        .previous_close = cmb_record_number(day.open, price),
        .change = cmb_record_number(day.last - day.open, price),
        .vwap = average_of(market, day.cost, day.volume),
        .base_volume = cmb_record_number(day.volume, market->rules->amount_scale),
        .quote_volume = cmb_record_money(day.cost),
    };
    /* In hundredths of a percent, cut: more digits than anybody looks at. */
    if (day.open)
        ret->percentage = cmb_record_number((day.last - day.open) * 10000 / day.open, 2);
    tell_best(market, &market->bids, &ret->bid, &ret->bid_volume);
    tell_best(market, &market->asks, &ret->ask, &ret->ask_volume);
    if (market->settle >= 0)
        ret->mark_price = ret->index_price = ret->last;
}

/* ---- books ---- */

/* Orders of one price are one level. */
static struct cambist_levels levels_of(struct cmb_call *call,
                                       const struct cmb_engine_market *market,
                                       const struct cmb_engine_side *side, uint32_t depth)
{
    struct cambist_level *levels =
        cmb_arena_take(&call->arena, (side->count + 1) * sizeof *levels);
    uint64_t count = 0;
    for (size_t i = 0; levels && i < side->count;) {
        int64_t price = side->orders[i]->price, amount = 0;
        for (; i < side->count && side->orders[i]->price == price; i++)
            amount += side->orders[i]->amount - side->orders[i]->filled;
        if (count == depth)
            break;
        levels[count++] = (struct cambist_level){
            cmb_record_number(price, market->rules->price_scale),
            cmb_record_number(amount, market->rules->amount_scale) };
    }
    return (struct cambist_levels){ levels, count, sizeof *levels };
}

static struct cambist_levels past_levels(struct cmb_call *call, const struct cmb_engine_rules *rules,
                                         const struct cmb_engine_level *from, size_t count,
                                         uint32_t depth)
{
    count = count < depth ? count : depth;
    struct cambist_level *levels = cmb_arena_take(&call->arena, (count + 1) * sizeof *levels);
    for (size_t i = 0; levels && i < count; i++)
        levels[i] = (struct cambist_level){ cmb_record_number(from[i].price, rules->price_scale),
                                            cmb_record_number(from[i].amount, rules->amount_scale) };
    return (struct cambist_levels){ levels, levels ? count : 0, sizeof *levels };
}

static void record_past(struct cmb_call *call, const struct cmb_engine_market *market,
                        const struct cmb_engine_past *past, uint32_t depth,
                        struct cambist_order_book *ret)
{
    *ret = (struct cambist_order_book){
        .symbol = market->rules->symbol, .timestamp = past->time_ns,
        .bids = past_levels(call, market->rules, past->bids, past->bid_count, depth),
        .asks = past_levels(call, market->rules, past->asks, past->ask_count, depth),
        .sequence = digits_of(call, past->sequence),
    };
}

void cmb_record_book(struct cmb_call *call, const struct cmb_engine *engine, int at,
                     uint32_t depth, struct cambist_order_book *ret)
{
    const struct cmb_engine_market *market = &engine->markets[at];
    const struct cmb_engine_past *past = cmb_change_past(market, engine->moves_back);
    if (past) {
        record_past(call, market, past, depth, ret);
        return;
    }
    *ret = (struct cambist_order_book){
        .symbol = market->rules->symbol, .timestamp = engine->now_ns,
        .bids = levels_of(call, market, &market->bids, depth),
        .asks = levels_of(call, market, &market->asks, depth),
        .sequence = digits_of(call, market->sequence),
    };
}

/* ---- the account ---- */

void cmb_record_balance(const struct cmb_engine *engine, int currency, struct cambist_balance *ret)
{
    const struct cmb_engine_balance *balance = &engine->balances[CMB_CUSTOMER][currency];
    *ret = (struct cambist_balance){
        .currency = cmb_engine_currencies[currency], .free = cmb_record_money(balance->free),
        .used = cmb_record_money(balance->used),
        .total = cmb_record_money(balance->free + balance->used), .timestamp = engine->now_ns };
}

void cmb_record_position(const struct cmb_engine *engine, int at, struct cambist_position *ret)
{
    const struct cmb_engine_market *market = &engine->markets[at];
    int64_t size = market->position[CMB_CUSTOMER], paid = market->position_cost[CMB_CUSTOMER];
    int64_t sign = size < 0 ? -1 : 1;
    int64_t worth = cmb_engine_cost(market, market->middle, size * sign);
    *ret = (struct cambist_position){
        .symbol = market->rules->symbol, .timestamp = engine->now_ns,
        .side = size < 0 ? CAMBIST_POSITION_SIDE_SHORT : CAMBIST_POSITION_SIDE_LONG,
        .contracts = cmb_record_number(size * sign, market->rules->amount_scale),
        .contract_size = cmb_record_number(1, 0),
        .entry_price = average_of(market, paid * sign, size * sign),
        .mark_price = cmb_record_number(market->middle, market->rules->price_scale),
        .last_price = cmb_record_number(market->middle, market->rules->price_scale),
        .notional = cmb_record_money(worth), .leverage = cmb_record_number(market->leverage, 0),
        .unrealized_pnl = cmb_record_money(worth * sign - paid),
        .realized_pnl = cmb_record_money(market->realized[CMB_CUSTOMER]),
        .margin_mode = CAMBIST_MARGIN_MODE_CROSS, .hedged = CAMBIST_FLAG_NO,
    };
}
