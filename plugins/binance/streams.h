/* How does Binance stream: spot, its user data over the WebSocket API, USD-M futures?
 *
 * Included by binance.c, whose short names for tables it uses.  All servers speak one dialect; USD-M
 * has a path for each sort of data, and is silent about streams that are on another path. */
#ifndef BINANCE_STREAMS_H
#define BINANCE_STREAMS_H

#define SUBSCRIBES                                                                                 \
    .subscribe = "{{\"method\":\"SUBSCRIBE\",\"params\":[{topics}],\"id\":{number}}}",             \
    .unsubscribe = "{{\"method\":\"UNSUBSCRIBE\",\"params\":[{topics}],\"id\":{number}}}",         \
    .path = "/ws", .topics_per_message = 50, .topics_per_connection = 1024,                        \
    .envelope = "stream data"
#define A_DAY .life_ms = 86400000
#define SPOT_PACE .message_ms = 250, .connects = "connections"
#define USDM_PACE .message_ms = 125, .connects = "connections"

static const struct cambist_dialect dialects[] = {
    { "stream", SUBSCRIBES, SPOT_PACE, A_DAY, .quiet_ms = 60000 },
    { "user", .login = "{{\"id\":\"{number}\",\"method\":\"userDataStream.subscribe.signature\","
                       "\"params\":{{\"apiKey\":\"{key}\",\"timestamp\":{time_ms},"
                       "\"signature\":\"{stream_signature}\"}}}}",
      SPOT_PACE, A_DAY, .quiet_ms = 60000, .envelope = "subscriptionId event" },
    { "usdm public", SUBSCRIBES, USDM_PACE, A_DAY, .quiet_ms = 360000 },
    { "usdm market", SUBSCRIBES, USDM_PACE, A_DAY, .quiet_ms = 360000 },
    { "usdm private", "/ws?listenKey={token}", USDM_PACE, A_DAY, .quiet_ms = 360000,
      .needs_token = 1, .token_life_ms = 3600000, .envelope = "stream data" },
};

static const struct cambist_book_rule book_rules[] = {
    { "spot", CAMBIST_BOOK_RANGE, .snapshot_limit = 1000 },
    { "usdm", CAMBIST_BOOK_RANGE_PREVIOUS, .snapshot_limit = 1000 },
};

FIELDS(stream_ticker) {
    { "symbol", "s" }, { "timestamp", "C|E", CAMBIST_MS }, { "last", "c" }, { "open", "o" },
    { "high", "h" }, { "low", "l" }, { "base_volume", "v" }, { "quote_volume", "q" },
    { "vwap", "w" }, { "change", "p" }, { "percentage", "P" }, { "previous_close", "x" },
    { "bid", "b" }, { "bid_volume", "B" }, { "ask", "a" }, { "ask_volume", "A" },
};
FIELDS(best) {
    { "symbol", "s" }, { "timestamp", "T|E", CAMBIST_MS }, { "bid", "b" }, { "bid_volume", "B" },
    { "ask", "a" }, { "ask_volume", "A" },
};
FIELDS(change) {
    { "symbol", "s" }, { "timestamp", "T|E", CAMBIST_MS }, { "first_sequence", "U" },
    { "sequence", "u" }, { "previous_sequence", "pu" }, { "bids", "b" }, { "asks", "a" },
};
FIELDS(stream_trade) {
    { "symbol", "s" }, { "id", "t|a" }, { "timestamp", "T", CAMBIST_MS }, { "price", "p" },
    { "amount", "q" }, { "side", "m", .words = "buyer_made" },
};
FIELDS(stream_candle) {
    { "symbol", "s" }, { "timeframe", "i" }, { "timestamp", "t", CAMBIST_MS }, { "open", "o" },
    { "high", "h" }, { "low", "l" }, { "close", "c" }, { "volume", "v" }, { "closed", "x" },
};

/* An order's event; of a cancel `c` is the cancel's own id and `C` the order's. */
#define ORDER_EVENT(types)                                                                         \
    { "symbol", "s" }, { "id", "i" }, { "client_order_id", "C|c" }, { "side", "S" },               \
    { "type", "o", .words = types }, { "time_in_force", "f" }, { "price", "p", NOT_ZERO },         \
    { "amount", "q" }, { "filled", "z" }, { "state", "X" },                                        \
    { "last_update_timestamp", "T", CAMBIST_MS }
FIELDS(order_event) {
    ORDER_EVENT("type"), { "timestamp", "O|T", CAMBIST_MS }, { "cost", "Z" },
    { "trigger_price", "P", NOT_ZERO }, { "post_only", "o", .words = "post_only" },
};
FIELDS(usdm_order_event) {
    ORDER_EVENT("futures_type"), { "timestamp", "T", CAMBIST_MS }, { "average", "ap", NOT_ZERO },
    { "trigger_price", "sp", NOT_ZERO }, { "reduce_only", "R" },
};
FIELDS(algo_event) {
    { "symbol", "s" }, { "id", "aid" }, { "client_order_id", "caid" }, { "side", "S" },
    { "type", "o", .words = "futures_type" }, { "time_in_force", "f" },
    { "price", "p", NOT_ZERO }, { "trigger_price", "tp", NOT_ZERO }, { "amount", "q" },
    { "filled", "aq" }, { "average", "ap", NOT_ZERO }, { "state", "X" }, { "reduce_only", "R" },
    { "timestamp", "/T", CAMBIST_MS },
};
FIELDS(fill_event) {
    { "symbol", "s" }, { "id", "t" }, { "order_id", "i" }, { "client_order_id", "C|c" },
    { "timestamp", "T", CAMBIST_MS }, { "side", "S" }, { "price", "L" }, { "amount", "l" },
    { "cost", "Y" }, { "fee_cost", "n" }, { "fee_currency", "N" },
    { "liquidity", "m" }, { "type", "o", .words = "type", .when = "market_kind=spot" },
    { "type", "o", .words = "futures_type", .when = "market_kind=swap|future" },
};
FIELDS(balance_event) {
    { "currency", "a" }, { "free", "f" }, { "used", "l" }, { "timestamp", "/u", CAMBIST_MS },
};
FIELDS(wallet_event) { { "currency", "a" }, { "total", "wb" }, { "timestamp", "/T", CAMBIST_MS } };
FIELDS(position_event) {
    { "symbol", "s" }, { "timestamp", "/T", CAMBIST_MS }, { "side", "[ps!=BOTH].ps" },
    { "side", "pa", CAMBIST_SIGN | NOT_ZERO, .words = "sign" }, { "contracts", "pa", CAMBIST_ABSOLUTE },
    { "entry_price", "ep", NOT_ZERO }, { "unrealized_pnl", "up" }, { "margin_mode", "mt" },
    { "collateral", "iw", NOT_ZERO },
};

#define NAMED(stream) .name = "\"{market:lower}@" stream "\""
#define ON_SPOT(topic, row_server) topic, row_server, .kinds = CAMBIST_KIND_SPOT
#define ON_USDM(topic, row_server)                                                                 \
    topic, row_server, .kinds = CAMBIST_KIND_SWAP | CAMBIST_KIND_FUTURE
#define IN_A_MINUTE .stale_ms = 60000

/* Of two rows for a topic the second is only recognised: other programs may have asked for it. */
static const struct cambist_channel channels[] = {
    { ON_SPOT("watch_order_book", "stream"), NAMED("depth@100ms"), .frames = "e=depthUpdate",
      .book = "spot", IN_A_MINUTE, GIVES(change) },
    { ON_SPOT("watch_trades", "stream"), NAMED("trade"), .frames = "e=trade", GIVES(stream_trade) },
    { ON_SPOT("watch_trades", "stream"), NAMED("aggTrade"), .frames = "e=aggTrade",
      GIVES(stream_trade) },
    { ON_SPOT("watch_ticker", "stream"), NAMED("ticker"), .frames = "e=24hrTicker", IN_A_MINUTE,
      GIVES(stream_ticker) },
    { ON_SPOT("watch_ticker", "stream"), NAMED("miniTicker"), .frames = "e=24hrMiniTicker",
      GIVES(stream_ticker) },
    { ON_SPOT("watch_ohlcv", "stream"), NAMED("kline_{timeframe=1m}"), .frames = "e=kline",
      .rows = "k", GIVES(stream_candle) },
    { ON_SPOT("watch_bids_asks", "stream"), NAMED("bookTicker"), .frames = "!e u s B A",
      IN_A_MINUTE, GIVES(best) },

    { ON_SPOT("watch_orders", "user"), SIGNED, .frames = "e=executionReport", GIVES(order_event) },
    { ON_SPOT("watch_my_trades", "user"), SIGNED, .frames = "e=executionReport x=TRADE",
      GIVES(fill_event) },
    { ON_SPOT("watch_balance", "user"), SIGNED, .frames = "e=outboundAccountPosition",
      .rows = "B[]", GIVES(balance_event) },

    { ON_USDM("watch_order_book", "usdm public"), NAMED("depth@100ms"),
      .frames = "e=depthUpdate pu", .book = "usdm", IN_A_MINUTE, GIVES(change) },
    { ON_USDM("watch_bids_asks", "usdm public"), NAMED("bookTicker"), .frames = "e=bookTicker",
      IN_A_MINUTE, GIVES(best) },
    { ON_USDM("watch_trades", "usdm market"), NAMED("aggTrade"), .frames = "e=aggTrade",
      GIVES(stream_trade) },
    { ON_USDM("watch_trades", "usdm public"), NAMED("trade"), .frames = "e=trade",
      GIVES(stream_trade) },
    { ON_USDM("watch_ticker", "usdm market"), NAMED("ticker"), .frames = "e=24hrTicker",
      IN_A_MINUTE, GIVES(stream_ticker) },
    { ON_USDM("watch_ticker", "usdm market"), NAMED("miniTicker"), .frames = "e=24hrMiniTicker",
      GIVES(stream_ticker) },
    { ON_USDM("watch_ohlcv", "usdm market"), NAMED("kline_{timeframe=1m}"), .frames = "e=kline",
      .rows = "k", GIVES(stream_candle) },

    { ON_USDM("watch_orders", "usdm private"), SIGNED, .frames = "e=ORDER_TRADE_UPDATE",
      .rows = "o", GIVES(usdm_order_event) },
    { ON_USDM("watch_orders", "usdm private"), SIGNED, .frames = "e=ALGO_UPDATE", .rows = "o",
      GIVES(algo_event) },
    { ON_USDM("watch_my_trades", "usdm private"), SIGNED,
      .frames = "e=ORDER_TRADE_UPDATE o.x=TRADE", .rows = "o", GIVES(fill_event) },
    { ON_USDM("watch_balance", "usdm private"), SIGNED, .frames = "e=ACCOUNT_UPDATE",
      .rows = "a.B[]", GIVES(wallet_event) },
    { ON_USDM("watch_positions", "usdm private"), SIGNED, .frames = "e=ACCOUNT_UPDATE",
      .rows = "a.P[]", GIVES(position_event) },
};

#define ERROR_AT(a, b) CAMBIST_REFUSES, .number = "id", .code = a, .message = b
static const struct cambist_signal signals[] = {
    { "result.subscriptionId", CAMBIST_LOGGED_IN, .number = "id" },
    { "error.code", ERROR_AT("error.code", "error.msg") }, { "code msg", ERROR_AT("code", "msg") },
    { "result id", CAMBIST_ACKNOWLEDGES, .number = "id" },
    { "e=serverShutdown|eventStreamTerminated|listenKeyExpired", CAMBIST_GOES_AWAY },
    { "e" }, { "lastUpdateId" }, { "openInterest" }, { "stream" }, /* what nobody asked for */
};

#endif
