/* Whose money moves when an order waits or trades? */
#include "simulator/engine.h"

/* Of a product, towards the exchange: a fee is never rounded away. */
static int64_t fee_of(int64_t money, int64_t rate)
{
    __int128 fee = (__int128)money * rate;
    return (int64_t)((fee + 9999) / 10000);
}

/* More than anybody has stays more than anybody has. */
static int64_t narrow(__int128 money)
{
    return money > INT64_MAX ? INT64_MAX : (int64_t)money;
}

static int64_t scaled(int64_t value, unsigned scale)
{
    __int128 money = value;
    for (; scale < CMB_ENGINE_SCALE; scale++)
        money *= 10;
    return narrow(money);
}

int64_t cmb_engine_cost(const struct cmb_engine_market *market, int64_t price, int64_t amount)
{
    __int128 cost = (__int128)price * amount;
    for (unsigned scale = market->rules->price_scale + market->rules->amount_scale;
         scale < CMB_ENGINE_SCALE; scale++)
        cost *= 10;
    return narrow(cost);
}

static struct cmb_engine_balance *balance_of(struct cmb_engine *engine, int account, int currency)
{
    return &engine->balances[account][currency];
}

/* What an order that opens a position must put aside. */
static int64_t margin_of(const struct cmb_engine_market *market, int64_t price, int64_t amount)
{
    return cmb_engine_cost(market, price, amount) / (market->leverage ? market->leverage : 1);
}

/* The worst price that a market order meets. */
static int64_t price_to_hold(struct cmb_engine_market *market,
                             const struct cmb_engine_order *order)
{
    if (order->price)
        return order->price;
    const struct cmb_engine_side *other =
        order->side == CAMBIST_SIDE_BUY ? &market->asks : &market->bids;
    int64_t left = order->amount - order->filled, worst = 0;
    for (size_t i = 0; i < other->count && left > 0; i++) {
        worst = other->orders[i]->price;
        left -= other->orders[i]->amount - other->orders[i]->filled;
    }
    return worst;
}

static int64_t money_to_hold(struct cmb_engine *engine, struct cmb_engine_order *order)
{
    struct cmb_engine_market *market = &engine->markets[order->market];
    int64_t left = order->amount - order->filled;
    if (order->budget)
        return order->budget;
    if (market->settle >= 0)
        return order->is_reduce_only ? 0 : margin_of(market, price_to_hold(market, order), left);
    if (order->side == CAMBIST_SIDE_SELL)
        return scaled(left, market->rules->amount_scale);
    return cmb_engine_cost(market, price_to_hold(market, order), left);
}

static int currency_to_hold(const struct cmb_engine_market *market, uint32_t side)
{
    if (market->settle >= 0)
        return market->settle;
    return side == CAMBIST_SIDE_SELL ? market->base : market->quote;
}

bool cmb_account_hold(struct cmb_engine *engine, struct cmb_engine_order *order)
{
    int64_t money = money_to_hold(engine, order);
    order->held_currency = currency_to_hold(&engine->markets[order->market], order->side);
    struct cmb_engine_balance *balance =
        balance_of(engine, order->account, order->held_currency);
    if (order->account == CMB_CUSTOMER && balance->free < money)
        return false;
    balance->free -= money;
    balance->used += money;
    order->held = money;
    return true;
}

/* Gives back a part of what is held. */
static void unhold(struct cmb_engine *engine, struct cmb_engine_order *order, int64_t money)
{
    struct cmb_engine_balance *balance =
        balance_of(engine, order->account, order->held_currency);
    money = money < order->held ? money : order->held;
    order->held -= money;
    balance->used -= money;
    balance->free += money;
}

void cmb_account_release(struct cmb_engine *engine, struct cmb_engine_order *order)
{
    unhold(engine, order, order->held);
}

static void take_fee(struct cmb_engine *engine, struct cmb_engine_order *order, int currency,
                     int64_t fee)
{
    balance_of(engine, order->account, currency)->free -= fee;
    engine->fees[currency] += fee;
    order->fee += fee;
    order->fee_currency = currency;
}

/* Base against quote; the fee comes out of what is received. */
static int64_t settle_spot(struct cmb_engine *engine, struct cmb_engine_order *order, int64_t cost,
                           int64_t amount, int64_t rate)
{
    const struct cmb_engine_market *market = &engine->markets[order->market];
    bool is_buy = order->side == CAMBIST_SIDE_BUY;
    int64_t base = scaled(amount, market->rules->amount_scale);
    int64_t given = is_buy ? cost : base, received = is_buy ? base : cost;
    balance_of(engine, order->account, is_buy ? market->quote : market->base)->free -= given;
    balance_of(engine, order->account, is_buy ? market->base : market->quote)->free += received;
    int64_t fee = fee_of(received, rate);
    take_fee(engine, order, is_buy ? market->base : market->quote, fee);
    return fee;
}

/* What a fill closes of the present position gains or loses; what it opens changes its price. */
static void settle_position(struct cmb_engine *engine, const struct cmb_engine_order *order,
                            int64_t cost, int64_t amount)
{
    struct cmb_engine_market *market = &engine->markets[order->market];
    int64_t *position = &market->position[order->account];
    int64_t *paid = &market->position_cost[order->account];
    int64_t change = order->side == CAMBIST_SIDE_BUY ? amount : -amount;
    int64_t money = order->side == CAMBIST_SIDE_BUY ? cost : -cost;
    bool is_against = *position && (*position > 0) != (change > 0);
    int64_t size = *position < 0 ? -*position : *position;
    int64_t closed = !is_against ? 0 : amount < size ? amount : size;
    if (closed) {
        int64_t freed = (int64_t)((__int128)*paid * closed / size);
        int64_t got = (int64_t)((__int128)money * closed / amount);
        int64_t profit = -(freed + got);
        balance_of(engine, order->account, market->settle)->free += profit;
        market->realized[order->account] += profit;
        *paid -= freed;
        money -= got;
    }
    *position += change;
    *paid += money;
}

/* Each fill frees the part of the hold that it used up. */
static int64_t held_for(const struct cmb_engine *engine, const struct cmb_engine_order *order,
                        int64_t cost, int64_t amount)
{
    const struct cmb_engine_market *market = &engine->markets[order->market];
    if (order->budget)
        return cost;
    if (market->settle < 0 && order->side == CAMBIST_SIDE_SELL)
        return scaled(amount, market->rules->amount_scale);
    if (order->price == 0 || market->settle >= 0) /* in proportion; the rest goes at the end */
        return (int64_t)((__int128)order->held * amount / (order->amount - order->filled));
    return cmb_engine_cost(market, order->price, amount);
}

void cmb_account_settle(struct cmb_engine *engine, struct cmb_engine_order *order, int64_t price,
                        int64_t amount, uint32_t liquidity, struct cmb_engine_trade *ret_fill)
{
    const struct cmb_engine_market *market = &engine->markets[order->market];
    int64_t cost = cmb_engine_cost(market, price, amount), fee;
    int64_t rate = liquidity == CAMBIST_LIQUIDITY_TAKER ? CMB_ENGINE_TAKER_FEE
                                                        : CMB_ENGINE_MAKER_FEE;
    unhold(engine, order, held_for(engine, order, cost, amount));
    if (market->settle < 0) {
        fee = settle_spot(engine, order, cost, amount, rate);
    } else {
        settle_position(engine, order, cost, amount);
        fee = fee_of(cost, rate);
        take_fee(engine, order, market->settle, fee);
    }
    order->cost += cost;
    order->filled += amount;
    order->traded_ns = order->updated_ns = engine->now_ns;
    *ret_fill = (struct cmb_engine_trade){
        .order_id = order->id, .market = order->market, .side = order->side, .type = order->type,
        .liquidity = liquidity, .price = price, .amount = amount, .cost = cost, .fee = fee,
        .fee_currency = order->fee_currency, .time_ns = engine->now_ns,
    };
    memcpy(ret_fill->client_id, order->client_id, sizeof order->client_id);
}
