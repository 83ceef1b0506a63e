/* How does Kraken stream: version 2, spot?  Included by kraken.c.
 *
 * Numbers are JSON numbers without their trailing zeros, symbols are ours.  A book has no numbers:
 * the checksum, over the digits that the market has, is the only proof. */
#ifndef KRAKEN_STREAMS_H
#define KRAKEN_STREAMS_H

#define METHOD(word, topics)                                                                       \
    "{{\"method\":\"" word "\",\"params\":{{{channel}," topics "}},\"req_id\":{number}}}"
#define MARKETS "\"symbol\":[{topics}]"
#define TOKEN   "\"token\":\"{token}\""
#define SPOKEN(topics)                                                                             \
    .subscribe = METHOD("subscribe", topics), .unsubscribe = METHOD("unsubscribe", topics),        \
    .ping = "{{\"method\":\"ping\",\"req_id\":{number}}}", .ping_ms = 30000, .quiet_ms = 40000,    \
    .acknowledges_each = 1, .connects = "connections"
static const struct cambist_dialect dialects[] = {
    { "stream", SPOKEN(MARKETS), .topics_per_message = 100, .message_ms = 50 },
    { "private stream", SPOKEN(TOKEN), .needs_token = 1 },
};

static const struct cambist_book_rule book_rules[] = {
    { "book", CAMBIST_BOOK_CHECKSUM, .depth = 10, .checksum_order = CAMBIST_ASKS_THEN_BIDS,
      .checksum_depth = 10, .checksum_digits = CAMBIST_DIGITS_BARE | CAMBIST_DIGITS_OF_MARKET },
};

static const struct cambist_field change_fields[] = {
    { "symbol", "symbol" }, { "whole", "/type", .words = "whole" },
    { "timestamp", "timestamp", CAMBIST_ISO }, { "checksum", "checksum" },
    { "bids", "bids" }, { "asks", "asks" },
    { "level_price", "price" }, { "level_amount", "qty" },
};
static const struct cambist_field stream_ticker_fields[] = {
    { "symbol", "symbol" }, { "timestamp", "timestamp", CAMBIST_ISO },
    { "bid", "bid" }, { "bid_volume", "bid_qty" }, { "ask", "ask" }, { "ask_volume", "ask_qty" },
    { "last", "last" }, { "high", "high" }, { "low", "low" }, { "vwap", "vwap" },
    { "base_volume", "volume" }, { "change", "change" }, { "percentage", "change_pct" },
};
static const struct cambist_field stream_trade_fields[] = {
    { "symbol", "symbol" }, { "id", "trade_id" }, { "timestamp", "timestamp", CAMBIST_ISO },
    { "side", "side" }, { "type", "ord_type" }, { "price", "price" }, { "amount", "qty" },
};
static const struct cambist_field stream_candle_fields[] = {
    { "symbol", "symbol" }, { "timeframe", "interval", .words = "timeframe" },
    { "timestamp", "interval_begin", CAMBIST_ISO }, { "open", "open" }, { "high", "high" },
    { "low", "low" }, { "close", "close" }, { "volume", "volume" },
};
/* A row says only what its event changed. */
#define EXECUTION                                                                                  \
    { "symbol", "symbol" }, { "client_order_id", "cl_ord_id" }, { "side", "side" },                \
    { "type", "order_type" }
static const struct cambist_field execution_fields[] = {
    EXECUTION, { "id", "order_id" }, { "last_update_timestamp", "timestamp", CAMBIST_ISO },
    { "state", "order_status", .words = "order_status" }, { "time_in_force", "time_in_force" },
    { "post_only", "post_only" }, { "reduce_only", "reduce_only" },
    { "price", "limit_price" }, { "trigger_price", "stop_price|triggers.price" },
    { "amount", "order_qty" }, { "filled", "cum_qty" }, { "cost", "cum_cost" },
    { "average", "avg_price", CAMBIST_NOT_ZERO },
};
static const struct cambist_field fill_fields[] = {
    EXECUTION, { "id", "exec_id" }, { "order_id", "order_id" },
    { "timestamp", "timestamp", CAMBIST_ISO }, { "price", "last_price" }, { "amount", "last_qty" },
    { "cost", "cost" }, { "liquidity", "liquidity_ind", .words = "indicator" },
    { "fee_cost", "fees.0.qty" }, { "fee_currency", "fees.0.asset" },
};
static const struct cambist_field stream_balance_fields[] = {
    { "currency", "asset" }, { "total", "balance" }, { "timestamp", "timestamp", CAMBIST_ISO },
};

#define CHANNEL(topic, more) .channel = "\"channel\":\"" topic "\"" more
#define FRAMES(topic)       .frames = "channel=" topic " data", .rows = "data[]"
#define SYMBOL              .name = "\"{base}/{quote}\""
#define OWN(topic)          CHANNEL(topic, ""), .name = "", .access = CAMBIST_SIGNED
static const struct cambist_channel channels[] = {
    { "watch_order_book", "stream", CHANNEL("book", ""), SYMBOL, FRAMES("book"), .book = "book",
      .fields = CAMBIST_TABLE(change_fields) },
    { "watch_trades", "stream", CHANNEL("trade", ""), SYMBOL, FRAMES("trade"),
      .fields = CAMBIST_TABLE(stream_trade_fields) },
    { "watch_ticker", "stream", CHANNEL("ticker", ""), SYMBOL, FRAMES("ticker"),
      .fields = CAMBIST_TABLE(stream_ticker_fields) },
    { "watch_bids_asks", "stream", CHANNEL("ticker", ",\"event_trigger\":\"bbo\""), SYMBOL,
      FRAMES("ticker"), .fields = CAMBIST_TABLE(stream_ticker_fields) },
    { "watch_ohlcv", "stream", CHANNEL("ohlc", ",\"interval\":{timeframe=1m}"), SYMBOL,
      FRAMES("ohlc"), .fields = CAMBIST_TABLE(stream_candle_fields) },

    { "watch_orders", "private stream", OWN("executions"), FRAMES("executions"),
      .fields = CAMBIST_TABLE(execution_fields) },
    { "watch_my_trades", "private stream", OWN("executions"), .frames = "channel=executions data",
      .rows = "data[].[exec_type=trade]", .fields = CAMBIST_TABLE(fill_fields) },
    { "watch_balance", "private stream", OWN("balances"), FRAMES("balances"),
      .fields = CAMBIST_TABLE(stream_balance_fields) },
};

static const struct cambist_signal signals[] = {
    { "method=subscribe success=true", CAMBIST_ACKNOWLEDGES, .number = "req_id",
      .channel = "result.channel", .market = "result.symbol" },
    { "method=subscribe success=false", CAMBIST_REFUSES, .number = "req_id", .message = "error",
      .market = "symbol" },
    { "channel=heartbeat" }, { "method=pong" }, { "channel=status" },
    { "channel" }, { "method" }, { "Error" }, /* channels and methods that are not used */
    { "event" }, { "errorMessage" }, { "-1" }, /* version 1 */
};

#endif
