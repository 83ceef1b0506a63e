/* What has traded? */
#include "simulator/serve.h"

int cmb_serve_fetch_trades(struct cmb_serve *serve)
{
    int market, status = cmb_serve_need_market(serve, &market);
    if (status != CAMBIST_OK)
        return status;
    struct cmb_serve_window window = cmb_serve_window_of(serve);
    const struct cmb_engine_market *at = &serve->engine->markets[market];
    uint64_t first = at->trade_count > CMB_ENGINE_TRADES ? at->trade_count - CMB_ENGINE_TRADES : 0;
    if (!window.is_from_start && at->trade_count - first > (uint64_t)window.limit)
        first = at->trade_count - (uint64_t)window.limit;
    for (uint64_t i = first; i < at->trade_count && window.limit > 0; i++) {
        const struct cmb_engine_trade *trade = &at->trades[i % CMB_ENGINE_TRADES];
        struct cambist_trade *row = cmb_serve_is_within(&window, trade->time_ns) ? cmb_serve_add_row(serve) : NULL;
        if (!row)
            continue;
        cmb_record_trade(serve->call, serve->engine, trade, false, row);
        window.limit--;
    }
    return CAMBIST_OK;
}

/* 1m, 4h, 1d ... in nanoseconds; 0 for anything else. */
static int64_t frame_of(struct cmb_text timeframe)
{
    static const struct { char unit; int64_t seconds; } units[] = {
        { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 }, { 'M', 2592000 },
    };
    if (timeframe.length < 2)
        return timeframe.at ? 0 : 60000000000;
    int64_t count = cmb_serve_number_of((struct cmb_text){ timeframe.at, timeframe.length - 1 }, 0);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (units[i].unit == timeframe.at[timeframe.length - 1])
            return count * units[i].seconds * 1000000000;
    return 0;
}

static void open_candle(const struct cmb_engine_market *market,
                        const struct cmb_engine_candle *candle, struct cambist_candle *ret)
{
    unsigned price = market->rules->price_scale;
    *ret = (struct cambist_candle){
        .timestamp = candle->time_ns, .open = cmb_record_number(candle->open, price),
        .high = cmb_record_number(candle->high, price),
        .low = cmb_record_number(candle->low, price),
        .close = cmb_record_number(candle->close, price),
        .volume = cmb_record_number(candle->volume, market->rules->amount_scale) };
}

/* Joins a minute to the candle that it is part of. */
static void join(struct cmb_engine_candle *whole, const struct cmb_engine_candle *minute)
{
    whole->high = minute->high > whole->high ? minute->high : whole->high;
    whole->low = minute->low < whole->low ? minute->low : whole->low;
    whole->close = minute->close;
    whole->volume += minute->volume;
}

static uint32_t collect_candles(const struct cmb_engine_market *market, int64_t frame_ns,
                                const struct cmb_serve_window *window, struct cmb_engine_candle *ret)
{
    uint64_t count = market->candle_count;
    uint32_t made = 0;
    for (uint64_t i = count > CMB_ENGINE_CANDLES ? count - CMB_ENGINE_CANDLES : 0; i < count; i++) {
        struct cmb_engine_candle minute = market->candles[i % CMB_ENGINE_CANDLES];
        minute.time_ns -= minute.time_ns % frame_ns;
        if (!cmb_serve_is_within(window, minute.time_ns))
            continue;
        if (made && ret[made - 1].time_ns == minute.time_ns)
            join(&ret[made - 1], &minute);
        else
            ret[made++] = minute;
    }
    return made;
}

int cmb_serve_fetch_ohlcv(struct cmb_serve *serve)
{
    int market, status = cmb_serve_need_market(serve, &market);
    if (status != CAMBIST_OK)
        return status;
    int64_t frame_ns = frame_of(ARGUMENT(serve, timeframe));
    struct cmb_engine_candle *candles =
        cmb_arena_take(&serve->call->arena, CMB_ENGINE_CANDLES * sizeof *candles);
    if (!frame_ns || !candles)
        return cmb_fail(serve->error, CAMBIST_BAD_ARGUMENT, "there is no such timeframe");
    struct cmb_serve_window window = cmb_serve_window_of(serve);
    uint32_t count =
        collect_candles(&serve->engine->markets[market], frame_ns, &window, candles);
    uint32_t shown = count < window.limit ? count : (uint32_t)window.limit;
    uint32_t first = window.is_from_start ? 0 : count - shown;
    for (uint32_t i = first; i < first + shown; i++) {
        struct cambist_candle *row = cmb_serve_add_row(serve);
        if (row)
            open_candle(&serve->engine->markets[market], &candles[i], row);
    }
    return CAMBIST_OK;
}

bool cmb_serve_candle_at(const struct cmb_engine *engine, int at, struct cmb_text timeframe,
                         int64_t time_ns, struct cambist_candle *ret)
{
    const struct cmb_engine_market *market = &engine->markets[at];
    int64_t frame_ns = frame_of(timeframe.length ? timeframe : (struct cmb_text){ 0 });
    struct cmb_engine_candle whole = { 0 };
    uint64_t count = market->candle_count;
    if (!frame_ns || !count)
        return false;
    int64_t newest_ns = market->candles[(count - 1) % CMB_ENGINE_CANDLES].time_ns;
    int64_t start_ns = time_ns == INT64_MAX ? newest_ns - newest_ns % frame_ns : time_ns;
    for (uint64_t i = count > CMB_ENGINE_CANDLES ? count - CMB_ENGINE_CANDLES : 0; i < count; i++) {
        const struct cmb_engine_candle *minute = &market->candles[i % CMB_ENGINE_CANDLES];
        if (minute->time_ns < start_ns || minute->time_ns >= start_ns + frame_ns)
            continue;
        if (whole.time_ns)
            join(&whole, minute);
        else
            whole = *minute;
    }
    whole.time_ns = start_ns;
    open_candle(market, &whole, ret);
    return true;
}
