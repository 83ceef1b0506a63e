/* How does OKX stream?  Included by okx.c.
 *
 * Three paths speak one dialect: public data, candles ("business"), the account.  Ping and pong are
 * bare texts, no JSON. */
#ifndef OKX_STREAMS_H
#define OKX_STREAMS_H

#define OP(word) "{{\"op\":\"" word "\",\"id\":\"{number}\",\"args\":[{topics}]}}"
#define SPOKEN                                                                                     \
    .subscribe = OP("subscribe"), .unsubscribe = OP("unsubscribe"), .ping = "ping",                \
    .ping_ms = 20000, .quiet_ms = 30000, .topics_per_message = 100, .message_ms = 100,             \
    .acknowledges_each = 1, .connects = "connections"
static const struct cambist_dialect dialects[] = {
    { "public", SPOKEN },
    { "business", SPOKEN },
    { "private", SPOKEN,
      .login = "{{\"op\":\"login\",\"args\":[{{\"apiKey\":\"{key}\",\"passphrase\":{passphrase:json},"
               "\"timestamp\":\"{time_s}\",\"sign\":\"{login}\"}}]}}" },
};

/* The checksum is 0 since 2026-06-23; older recordings have it and no numbers. */
static const struct cambist_book_rule book_rules[] = {
    { "books", CAMBIST_BOOK_PREVIOUS, .checksum_order = CAMBIST_BID_ASK_BY_TURNS,
      .checksum_depth = 25, .checksum_mark = ":", .checksum_digits = CAMBIST_ZERO_IS_NONE },
};

static const struct cambist_field change_fields[] = {
    { "whole", "/action", .words = "whole" }, { "timestamp", "ts", CAMBIST_MS },
    { "sequence", "seqId" }, { "previous_sequence", "prevSeqId" }, { "checksum", "checksum" },
    { "bids", "bids" }, { "asks", "asks" },
};
static const struct cambist_field best_fields[] = {
    { "timestamp", "ts", CAMBIST_MS }, { "bid", "bids.0.0" }, { "bid_volume", "bids.0.1" },
    { "ask", "asks.0.0" }, { "ask_volume", "asks.0.1" },
};
static const struct cambist_field stream_candle_fields[] = {
    { "timeframe", "/arg.channel", .words = "candle" },
    { "timestamp", "0", CAMBIST_MS },
    { "open", "1" }, { "high", "2" }, { "low", "3" }, { "close", "4" }, { "volume", "5" },
    { "closed", "8", .words = "confirmed" },
};
static const struct cambist_field last_fill_fields[] = {
    { "id", "tradeId" }, { "order_id", "ordId" }, { "client_order_id", "clOrdId" },
    { "timestamp", "fillTime", CAMBIST_MS }, { "symbol", "instId" },
    { "side", "side" }, { "type", "ordType" }, { "liquidity", "execType" },
    { "price", "fillPx" }, { "amount", "fillSz" },
    { "fee_cost", "fillFee", CAMBIST_NEGATED }, { "fee_currency", "fillFeeCcy" },
};

#define TOPIC(channel)   .name = "{{\"channel\":\"" channel "\",\"instId\":\"{market}\"}}"
#define ACCOUNT(channel)     .name = "{{\"channel\":\"" channel "\",\"instType\":\"ANY\"}}"
#define OF_ARG           .market = "arg.instId"
#define PRIVATE          "private", .access = CAMBIST_SIGNED
static const struct cambist_channel channels[] = {
    { "watch_order_book", "public", TOPIC("books"), OF_ARG, .book = "books", .stale_ms = 70000,
      .frames = "arg.channel=books|books-l2-tbt action", .rows = "data[]",
      .fields = CAMBIST_TABLE(change_fields) },
    { "watch_trades", "public", TOPIC("trades"), OF_ARG, .frames = "arg.channel=trades|trades-all data",
      .rows = "data[]", .fields = CAMBIST_TABLE(trade_fields) },
    { "watch_ticker", "public", TOPIC("tickers"), OF_ARG, .frames = "arg.channel=tickers data",
      .rows = "data[]", .stale_ms = 60000, .fields = CAMBIST_TABLE(ticker_fields) },
    { "watch_bids_asks", "public", TOPIC("bbo-tbt"), OF_ARG, .frames = "arg.channel=bbo-tbt data",
      .rows = "data[]", .stale_ms = 60000, .fields = CAMBIST_TABLE(best_fields) },
    { "watch_ohlcv", "business", TOPIC("candle{timeframe=1m}"), OF_ARG,
      .frames = "arg.channel=candle* data", .rows = "data[]",
      .fields = CAMBIST_TABLE(stream_candle_fields) },

    { "watch_orders", PRIVATE, ACCOUNT("orders"), .frames = "arg.channel=orders data",
      .rows = "data[]", .fields = CAMBIST_TABLE(order_fields) },
    { "watch_my_trades", PRIVATE, ACCOUNT("orders"), .frames = "arg.channel=orders data",
      .rows = "data[].[tradeId!=]", .fields = CAMBIST_TABLE(last_fill_fields) },
    { "watch_balance", PRIVATE, .name = "{{\"channel\":\"account\"}}",
      .frames = "arg.channel=account data", .rows = "data[].details[]",
      .fields = CAMBIST_TABLE(balance_fields) },
    { "watch_positions", PRIVATE, ACCOUNT("positions"), .frames = "arg.channel=positions data",
      .rows = "data[]", .fields = CAMBIST_TABLE(position_fields) },
};

#define ABOUT .number = "id", .channel = "arg.channel", .market = "arg.instId"
static const struct cambist_signal signals[] = {
    { "event=subscribe", CAMBIST_ACKNOWLEDGES, ABOUT },
    { "event=login code=0", CAMBIST_LOGGED_IN },
    { "event=error|channel-conn-count-error", CAMBIST_REFUSES, ABOUT, .code = "code",
      .message = "msg" },
    { "event=notice code=64008", CAMBIST_GOES_AWAY },
    { "=pong" }, { "event" }, { "arg.channel" }, /* and channels that nobody asked for */
    { "op" }, { "table" }, /* answers to orders over the stream; version 3 */
};

#endif
