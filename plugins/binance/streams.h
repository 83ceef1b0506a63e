/* How does Binance stream: spot, its user data over the WebSocket API, USD-M futures?
 *
 * Included by binance.c, whose short names for tables it uses.  All servers speak one dialect; USD-M
 * has a path for each sort of data, and is silent about streams that are on another path. */
#ifndef BINANCE_STREAMS_H
#define BINANCE_STREAMS_H

#define STREAM_SERVERS                                                                             \
    { "stream", "wss://stream.binance.com:9443", "wss://stream.testnet.binance.vision" },          \
    { "user", "wss://ws-api.binance.com:443/ws-api/v3",                                            \
      "wss://ws-api.testnet.binance.vision/ws-api/v3" },                                           \
    USDM_SERVER("public"), USDM_SERVER("market"), USDM_SERVER("private")
#define USDM_SERVER(path)                                                                          \
    { "usdm " path, "wss://fstream.binance.com/" path, "wss://fstream.binancefuture.com/" path }

#define STREAM_LOGIN "apiKey={key}&timestamp={time_ms}"
/* The listen key of USD-M: asking again renews it. */
FIELDS(key) { { "token", "listenKey" } };
#define STREAM_ENDPOINTS                                                                           \
    { USDM(1, "open_stream", "POST /fapi/v1/listenKey"), .access = CAMBIST_KEYED, GIVES(key) },    \
    { USDM(1, "keep_stream", "PUT /fapi/v1/listenKey"), .access = CAMBIST_KEYED, GIVES(key) }

#define SUBSCRIBES                                                                                 \
    .subscribe = "{{\"method\":\"SUBSCRIBE\",\"params\":[{topics}],\"id\":{number}}}",             \
    .unsubscribe = "{{\"method\":\"UNSUBSCRIBE\",\"params\":[{topics}],\"id\":{number}}}",         \
    .path = "/ws", .envelope = "stream data", .topics_per_message = 50,                            \
    .topics_per_connection = 1024
#define LIVES(pace, quiet)                                                                         \
    .message_ms = pace, .quiet_ms = quiet, .life_ms = 86400000, .connects = "connections"

static const struct cambist_dialect dialects[] = {
    { "stream", SUBSCRIBES, LIVES(250, 60000) },
    { "user", .login = "{{\"id\":\"{number}\",\"method\":\"userDataStream.subscribe.signature\","
                       "\"params\":{{\"apiKey\":\"{key}\",\"timestamp\":{time_ms},"
                       "\"signature\":\"{stream_signature}\"}}}}",
      LIVES(250, 60000), .envelope = "subscriptionId event" },
    { "usdm public", SUBSCRIBES, LIVES(125, 360000) },
    { "usdm market", SUBSCRIBES, LIVES(125, 360000) },
    { "usdm private", "/ws?listenKey={token}", LIVES(125, 360000), .needs_token = 1,
      .token_life_ms = 3600000, .envelope = "stream data" },
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
    { NULL, "ps", CAMBIST_ONLY_WRITTEN, .constant = "BOTH" },
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
    { "side", "pa", CAMBIST_SIGN | NOT_ZERO, .words = "sign" }, { "margin_mode", "mt" },
    { "contracts", "pa", CAMBIST_ABSOLUTE }, { "entry_price", "ep", NOT_ZERO },
    { "unrealized_pnl", "up" }, { "collateral", "iw", NOT_ZERO },
};

/* A row begins with where it comes, and which event it is. */
#define SPOT_TELLS(topic)       "watch_" topic, "stream", OF_SPOT
#define USDM_TELLS(topic, path) "watch_" topic, "usdm " path, .kinds = USDM_KINDS
#define SPOT_OWN(topic)         "watch_" topic, "user", OF_SPOT, SIGNED
#define USDM_OWN(topic)         USDM_TELLS(topic, "private"), SIGNED
#define NAMED(stream)           .name = "\"{market:lower}@" stream "\""
#define SAYS(event)             .frames = "e=" event
#define CANDLES_SAY             NAMED("kline_{timeframe=1m}"), SAYS("kline"), .rows = "k"
#define IN_A_MINUTE             .stale_ms = 60000

/* Of two rows for a topic the second is only recognised: other programs may have asked for it. */
static const struct cambist_channel channels[] = {
    { SPOT_TELLS("order_book"), NAMED("depth@100ms"), SAYS("depthUpdate"), .book = "spot",
      IN_A_MINUTE, GIVES(change) },
    { SPOT_TELLS("trades"), NAMED("trade"), SAYS("trade"), GIVES(stream_trade) },
    { SPOT_TELLS("trades"), NAMED("aggTrade"), SAYS("aggTrade"), GIVES(stream_trade) },
    { SPOT_TELLS("ticker"), NAMED("ticker"), SAYS("24hrTicker"), IN_A_MINUTE,
      GIVES(stream_ticker) },
    { SPOT_TELLS("ticker"), NAMED("miniTicker"), SAYS("24hrMiniTicker"), GIVES(stream_ticker) },
    { SPOT_TELLS("ohlcv"), CANDLES_SAY, GIVES(stream_candle) },
    { SPOT_TELLS("bids_asks"), NAMED("bookTicker"), .frames = "!e u s B A", IN_A_MINUTE,
      GIVES(best) },

    { SPOT_OWN("orders"), SAYS("executionReport"), GIVES(order_event) },
    { SPOT_OWN("my_trades"), SAYS("executionReport x=TRADE"), GIVES(fill_event) },
    { SPOT_OWN("balance"), SAYS("outboundAccountPosition"), .rows = "B[]", GIVES(balance_event) },

    { USDM_TELLS("order_book", "public"), NAMED("depth@100ms"), SAYS("depthUpdate pu"),
      .book = "usdm", IN_A_MINUTE, GIVES(change) },
    { USDM_TELLS("bids_asks", "public"), NAMED("bookTicker"), SAYS("bookTicker"), IN_A_MINUTE,
      GIVES(best) },
    { USDM_TELLS("trades", "market"), NAMED("aggTrade"), SAYS("aggTrade"), GIVES(stream_trade) },
    { USDM_TELLS("trades", "public"), NAMED("trade"), SAYS("trade"), GIVES(stream_trade) },
    { USDM_TELLS("ticker", "market"), NAMED("ticker"), SAYS("24hrTicker"), IN_A_MINUTE,
      GIVES(stream_ticker) },
    { USDM_TELLS("ticker", "market"), NAMED("miniTicker"), SAYS("24hrMiniTicker"),
      GIVES(stream_ticker) },
    { USDM_TELLS("ohlcv", "market"), CANDLES_SAY, GIVES(stream_candle) },

    { USDM_OWN("orders"), SAYS("ORDER_TRADE_UPDATE"), .rows = "o", GIVES(usdm_order_event) },
    { USDM_OWN("orders"), SAYS("ALGO_UPDATE"), .rows = "o", GIVES(algo_event) },
    { USDM_OWN("my_trades"), SAYS("ORDER_TRADE_UPDATE o.x=TRADE"), .rows = "o", GIVES(fill_event) },
    { USDM_OWN("balance"), SAYS("ACCOUNT_UPDATE"), .rows = "a.B[]", GIVES(wallet_event) },
    { USDM_OWN("positions"), SAYS("ACCOUNT_UPDATE"), .rows = "a.P[]", GIVES(position_event) },
};

#define ERROR_AT(a, b) CAMBIST_REFUSES, .number = "id", .code = a, .message = b
static const struct cambist_signal signals[] = {
    { "result.subscriptionId", CAMBIST_LOGGED_IN, .number = "id",
      .writes = "status=200 result.subscriptionId=0" },
    { "error.code", ERROR_AT("error.code", "error.msg") }, { "code msg", ERROR_AT("code", "msg") },
    { "result id", CAMBIST_ACKNOWLEDGES, .number = "id" },
    { "e=serverShutdown|eventStreamTerminated|listenKeyExpired", CAMBIST_GOES_AWAY },
    { "e" }, { "lastUpdateId" }, { "openInterest" }, { "stream" }, /* what nobody asked for */
};

#endif
