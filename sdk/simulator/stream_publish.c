/* What is new in the markets that a client watches? */
#include "simulator/stream.h"

#include "simulator/serve.h"

enum { TICKER_MS = 100 };

bool cmb_stream_has_market(const struct cmb_practice *practice, const struct cmb_channel *channel,
                           int market)
{
    const struct cmb_engine_rules *rules = &cmb_engine_rules[market];
    uint32_t kinds = channel->row->kinds;
    return (!kinds || (kinds & rules->kind)) &&
           cmb_markets_find(practice->exchange->markets, cmb_text_of(rules->symbol), rules->kind);
}

/* ---- writing ---- */

static bool is_list(const struct cmb_path *rows)
{
    for (uint32_t i = 0; i < rows->count; i++)
        if (rows->steps[i].kind == CMB_PATH_EACH_ELEMENT ||
            rows->steps[i].kind == CMB_PATH_EACH_MEMBER)
            return true;
    return false;
}

static void say(struct cmb_session *session, const struct cmb_session_subscription *subscription)
{
    struct cmb_call *call = session->practice->call;
    cmb_session_say_data(session, subscription->channel->topic,
                         cmb_stream_write(call, subscription->channel, subscription->name));
}

/* All rows in one frame, or a frame for each. */
static void say_rows(struct cmb_session *session,
                     const struct cmb_session_subscription *subscription)
{
    struct cmb_call *call = session->practice->call;
    char *rows = call->rows;
    uint32_t count = call->row_count;
    if (!count)
        return;
    if (is_list(&call->endpoint->rows)) {
        say(session, subscription);
        return;
    }
    call->row_count = 1;
    for (uint32_t i = 0; i < count; i++, call->rows += call->schema->size)
        say(session, subscription);
    call->rows = rows;
    call->row_count = count;
}

static struct cmb_call *start(struct cmb_session *session,
                              const struct cmb_session_subscription *subscription, int market)
{
    struct cmb_call *call = cmb_session_start_call(session, subscription->channel);
    const struct cmb_engine_rules *rules = &cmb_engine_rules[market];
    call->market = cmb_markets_find(session->practice->exchange->markets,
                                    cmb_text_of(rules->symbol), rules->kind);
    return call;
}

/* ---- topics ---- */

static void publish_trades(struct cmb_session *session,
                           struct cmb_session_subscription *subscription, int at)
{
    const struct cmb_engine *engine = session->practice->engine;
    const struct cmb_engine_market *market = &engine->markets[at];
    uint64_t *told = &subscription->trades[at];
    if (!subscription->has_begun || market->trade_count - *told > CMB_ENGINE_TRADES)
        *told = market->trade_count;
    struct cmb_call *call = start(session, subscription, at);
    for (; *told < market->trade_count; ++*told) {
        struct cambist_trade *row = cmb_call_add_row(call);
        if (row)
            cmb_record_trade(call, engine, &market->trades[*told % CMB_ENGINE_TRADES], false, row);
    }
    say_rows(session, subscription);
}

/* A ticker is told when something has changed, but not more often than exchanges do. */
static void publish_ticker(struct cmb_session *session,
                           struct cmb_session_subscription *subscription, int at)
{
    const struct cmb_engine_market *market = &session->practice->engine->markets[at];
    uint64_t state = market->sequence + market->trade_count + 1;
    if (subscription->changes[at] == state)
        return;
    subscription->changes[at] = state;
    struct cmb_call *call = start(session, subscription, at);
    struct cambist_ticker *row = cmb_call_add_row(call);
    if (!row)
        return;
    cmb_record_ticker(session->practice->engine, at, row);
    say_rows(session, subscription);
}

static bool add_candle(struct cmb_session *session, struct cmb_session_subscription *subscription,
                       int at, int64_t time_ns, bool is_closed)
{
    struct cmb_text timeframe = cmb_text_of(subscription->timeframe);
    struct cambist_candle candle;
    if (!cmb_serve_candle_at(session->practice->engine, at, timeframe, time_ns, &candle))
        return false;
    struct cambist_candle *row = cmb_call_add_row(session->practice->call);
    if (!row)
        return false;
    *row = candle;
    row->symbol = cmb_engine_rules[at].symbol;
    row->timeframe = timeframe.length ? timeframe.at : "1m";
    row->closed = is_closed ? CAMBIST_FLAG_YES : CAMBIST_FLAG_NO;
    return true;
}

/* With each trade the present candle; when the next one begins, the last one closed. */
static void publish_candle(struct cmb_session *session,
                           struct cmb_session_subscription *subscription, int at)
{
    struct cmb_engine *engine = session->practice->engine;
    struct cambist_candle now;
    if (subscription->trades[at] == engine->markets[at].trade_count + 1 ||
        !cmb_serve_candle_at(engine, at, cmb_text_of(subscription->timeframe), INT64_MAX, &now))
        return;
    subscription->trades[at] = engine->markets[at].trade_count + 1;
    start(session, subscription, at);
    if (subscription->changes[at] && subscription->changes[at] != (uint64_t)now.timestamp)
        (void)add_candle(session, subscription, at, (int64_t)subscription->changes[at], true);
    subscription->changes[at] = (uint64_t)now.timestamp;
    (void)add_candle(session, subscription, at, INT64_MAX, false);
    say_rows(session, subscription);
}

static void publish_market(struct cmb_session *session,
                           struct cmb_session_subscription *subscription, int market)
{
    switch (subscription->channel->topic) {
    case CAMBIST_TOPIC_watch_order_book:
        cmb_session_publish_book(session, subscription, market);
        break;
    case CAMBIST_TOPIC_watch_trades: publish_trades(session, subscription, market); break;
    case CAMBIST_TOPIC_watch_ticker:
    case CAMBIST_TOPIC_watch_bids_asks: publish_ticker(session, subscription, market); break;
    case CAMBIST_TOPIC_watch_ohlcv: publish_candle(session, subscription, market); break;
    default: break;
    }
}

static bool is_too_early(const struct cmb_session *session,
                         struct cmb_session_subscription *subscription)
{
    bool is_ticker = subscription->channel->topic == CAMBIST_TOPIC_watch_ticker ||
                     subscription->channel->topic == CAMBIST_TOPIC_watch_bids_asks;
    if (is_ticker && session->now_ns - subscription->told_ns < TICKER_MS * 1000000ll)
        return true;
    subscription->told_ns = session->now_ns;
    return false;
}

void cmb_session_publish(struct cmb_session *session,
                         struct cmb_session_subscription *subscription)
{
    if (cmb_topic_is_private(subscription->channel->topic) || is_too_early(session, subscription))
        return;
    for (int market = 0; market < CMB_ENGINE_MARKETS; market++)
        if (subscription->market == market ||
            (subscription->market < 0 &&
             cmb_stream_has_market(session->practice, subscription->channel, market)))
            publish_market(session, subscription, market);
    subscription->has_begun = true;
}
