/* How does Coinbase Advanced Trade stream?  Included by coinbase.c.
 *
 * Every frame of a connection is counted, whatever its channel: a missing number breaks all its
 * books.  Connections without data are closed: the heartbeats, which are asked for first, are some. */
#ifndef COINBASE_STREAMS_H
#define COINBASE_STREAMS_H

#define JWT ",\"jwt\":\"{header}.{claims}.{token_signature}\""
#define SAYS(word, more)                                                                           \
    "{{\"type\":\"" word "\",\"product_ids\":[{topics}],\"channel\":\"{channel}\"" more "}}"
#define SPOKEN(more)                                                                               \
    .subscribe = SAYS("subscribe", more), .unsubscribe = SAYS("unsubscribe", more),                \
    .login = "{{\"type\":\"subscribe\",\"channel\":\"heartbeats\"" more "}}",                      \
    .quiet_ms = 10000, .message_ms = 150, .connects = "connections",                               \
    .sequence_counts_all = 1, .sequence = "sequence_num"
static const struct cambist_dialect dialects[] = {
    { "stream", SPOKEN(""), .topics_per_message = 50 },
    { "user", SPOKEN(JWT) },
};

static const struct cambist_book_rule book_rules[] = {
    { "level2", CAMBIST_BOOK_COUNTED, .scope = CAMBIST_OF_CONNECTION },
};

#define FRAME_TIME { "timestamp", "/timestamp", CAMBIST_ISO }
static const struct cambist_field change_fields[] = {
    { "symbol", "product_id" }, { "whole", "type", .words = "whole" }, FRAME_TIME,
    { "bids", "updates" }, { "asks", "updates" }, { "level_side", "side", .words = "level_side" },
    { "level_price", "price_level" }, { "level_amount", "new_quantity" },
};
static const struct cambist_field stream_ticker_fields[] = {
    { "symbol", "product_id" }, FRAME_TIME, { "last", "price" },
    { "high", "high_24_h" }, { "low", "low_24_h" }, { "base_volume", "volume_24_h" },
    { "percentage", "price_percent_chg_24_h" },
    { "bid", "best_bid" }, { "bid_volume", "best_bid_quantity" },
    { "ask", "best_ask" }, { "ask_volume", "best_ask_quantity" },
};
static const struct cambist_field stream_candle_fields[] = {
    { "symbol", "product_id" }, { "timeframe", NULL, .constant = "5m" },
    { "timestamp", "start", CAMBIST_S }, { "open", "open" }, { "high", "high" },
    { "low", "low" }, { "close", "close" }, { "volume", "volume" },
};
static const struct cambist_field order_event_fields[] = {
    { "id", "order_id" }, { "client_order_id", "client_order_id" }, { "symbol", "product_id" },
    { "side", "order_side" }, { "type", "order_type", .words = "stream_type" },
    { "time_in_force", "time_in_force" }, { "post_only", "post_only" },
    { "price", "limit_price", CAMBIST_NOT_ZERO }, { "trigger_price", "stop_price", CAMBIST_NOT_ZERO },
    { "filled", "cumulative_quantity" }, { "remaining", "leaves_quantity" },
    { "average", "avg_price", CAMBIST_NOT_ZERO }, { "cost", "filled_value" },
    { "state", "status" }, { "timestamp", "creation_time", CAMBIST_ISO },
    { "last_update_timestamp", "/timestamp", CAMBIST_ISO },
    { "fee_cost", "total_fees" }, { "fee_currency", NULL, .constant = "{quote}" },
};
#define POSITION                                                                                   \
    { "symbol", "product_id" }, FRAME_TIME, { "unrealized_pnl", "unrealized_pnl" }
static const struct cambist_field expiring_fields[] = {
    POSITION, { "side", "side" }, { "contracts", "number_of_contracts" },
    { "entry_price", "entry_price" }, { "realized_pnl", "realized_pnl" },
};
static const struct cambist_field perpetual_fields[] = {
    POSITION, { "side", "position_side", .words = "stream_side" },
    { "contracts", "net_size", CAMBIST_ABSOLUTE }, { "entry_price", "entry_vwap" },
    { "mark_price", "mark_price" }, { "liquidation_price", "liquidation_price" },
    { "leverage", "leverage" },
};

#define PRODUCT .name = "\"{market}\""
#define OWN     "user", .access = CAMBIST_SIGNED, .channel = "user", .name = "", .frames = "channel=user"
static const struct cambist_channel channels[] = {
    { "watch_order_book", "stream", "level2", PRODUCT, .frames = "channel=l2_data",
      .rows = "events[]", .book = "level2", .fields = CAMBIST_TABLE(change_fields) },
    { "watch_trades", "stream", "market_trades", PRODUCT, .frames = "channel=market_trades",
      .rows = "events[].trades[]", .fields = CAMBIST_TABLE(trade_fields) },
    { "watch_ticker", "stream", "ticker", PRODUCT, .frames = "channel=ticker|ticker_batch",
      .rows = "events[].tickers[]", .fields = CAMBIST_TABLE(stream_ticker_fields) },
    { "watch_ohlcv", "stream", "candles", PRODUCT, .frames = "channel=candles",
      .rows = "events[].candles[]", .when = "timeframe=5m",
      .fields = CAMBIST_TABLE(stream_candle_fields) },

    { "watch_orders", OWN, .rows = "events[].orders[]",
      .fields = CAMBIST_TABLE(order_event_fields) },
    { "watch_positions", OWN, .rows = "events[].positions.perpetual_futures_positions[]",
      .kinds = CAMBIST_KIND_SWAP, .fields = CAMBIST_TABLE(perpetual_fields) },
    { "watch_positions", OWN, .rows = "events[].positions.expiring_futures_positions[]",
      .kinds = CAMBIST_KIND_FUTURE, .fields = CAMBIST_TABLE(expiring_fields) },
};

static const struct cambist_signal signals[] = {
    { "channel=heartbeats" },
    { "channel=subscriptions", CAMBIST_ACKNOWLEDGES, 
      .writes = "events.0.subscriptions={\"heartbeats\":[\"heartbeats\"]}" },
    { "type=error", CAMBIST_REFUSES, .message = "message" },
    { "channel" }, /* channels that nobody asked for */
    { "type" },    /* the older Exchange feed */
};

#endif
