/* What has traded, minute by minute? */
#include "simulator/engine.h"

enum { MINUTE_TRADES = 2, HISTORY_MINUTES = 2400 };
static const int64_t minute_ns = 60 * (int64_t)1000000000;

static struct cmb_engine_candle *open_candle(struct cmb_engine_market *market, int64_t time_ns,
                                             int64_t price)
{
    struct cmb_engine_candle *candle =
        &market->candles[market->candle_count++ % CMB_ENGINE_CANDLES];
    *candle = (struct cmb_engine_candle){ time_ns, price, price, price, price, 0, 0 };
    return candle;
}

/* The minute's candle; minutes without a trade get a flat one. */
static struct cmb_engine_candle *candle_at(struct cmb_engine_market *market, int64_t time_ns,
                                           int64_t price)
{
    int64_t start = time_ns - time_ns % minute_ns;
    if (!market->candle_count)
        return open_candle(market, start, price);
    struct cmb_engine_candle *last =
        &market->candles[(market->candle_count - 1) % CMB_ENGINE_CANDLES];
    for (uint64_t i = 0; last->time_ns + minute_ns < start && i < CMB_ENGINE_CANDLES; i++)
        last = open_candle(market, last->time_ns + minute_ns, last->close);
    return last->time_ns < start ? open_candle(market, start, last->close) : last;
}

void cmb_history_add(struct cmb_engine *engine, int at, struct cmb_engine_trade trade)
{
    struct cmb_engine_market *market = &engine->markets[at];
    trade.id = engine->next_trade++;
    trade.market = at;
    market->trades[market->trade_count++ % CMB_ENGINE_TRADES] = trade;
    struct cmb_engine_candle *candle = candle_at(market, trade.time_ns, trade.price);
    if (candle->volume == 0)
        candle->open = candle->high = candle->low = trade.price;
    candle->high = trade.price > candle->high ? trade.price : candle->high;
    candle->low = trade.price < candle->low ? trade.price : candle->low;
    candle->close = trade.price;
    candle->volume += trade.amount;
    candle->cost += trade.cost;
}

static void invent_trade(struct cmb_engine *engine, int at, int64_t time_ns)
{
    struct cmb_engine_market *market = &engine->markets[at];
    int64_t step = market->rules->start_price / 5000 + 1;
    uint64_t chance = cmb_random_number(&engine->random);
    int64_t pull = (market->rules->start_price - market->middle) / 50;
    market->middle += (int64_t)(chance % (uint64_t)(2 * step + 1)) - step + pull;
    int64_t amount = market->rules->typical_amount / 4 + 1 +
                     (int64_t)((chance >> 32) % (uint64_t)market->rules->typical_amount);
    cmb_history_add(engine, at, (struct cmb_engine_trade){
        .side = chance & 1 ? CAMBIST_SIDE_BUY : CAMBIST_SIDE_SELL, .type = CAMBIST_TYPE_MARKET,
        .price = market->middle, .amount = amount, .time_ns = time_ns,
        .cost = cmb_engine_cost(market, market->middle, amount) });
}

void cmb_history_invent(struct cmb_engine *engine, int market)
{
    int64_t end = engine->now_ns - engine->now_ns % minute_ns;
    for (int64_t i = HISTORY_MINUTES; i > 0; i--)
        for (int64_t k = 0; k < MINUTE_TRADES; k++)
            invent_trade(engine, market,
                         end - i * minute_ns + k * (minute_ns / MINUTE_TRADES) + 1000000);
}
