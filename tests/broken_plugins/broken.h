/* What every broken plugin shares: the shortest plugin that is right, to break one thing in. */
#ifndef BROKEN_H
#define BROKEN_H

#include <cambist/plugin.h>

#define SERVERS .servers = CAMBIST_ROWS(server, { "rest", "https://api.example.com" })
#define FIELDS  .fields = CAMBIST_ROWS(field, { "timestamp", "time", CAMBIST_MS })

/* A plugin with this one endpoint.  The file defines MORE (further tables, with a comma behind)
 * and NAME. */
#define ENDPOINT(...)                                                                              \
    CAMBIST_PLUGIN(.name = NAME, SERVERS, MORE.endpoints = CAMBIST_ROWS(endpoint, __VA_ARGS__))

/* A plugin with streams: rows of the file's own, or THE_ ones, which are right. */
#define GOOD_DIALECT "stream", "/ws", .subscribe = "{{\"op\":\"sub\",\"args\":[{topics}]}}"
#define GOOD_CHANNEL "watch_trades", "stream", .name = "\"t.{market}\"", .frames = "e=trade"
#define GOOD_BOOK    "watch_order_book", "stream", .name = "\"b.{market}\"", .frames = "e=book"
#define GOOD_RULE    "counted", CAMBIST_BOOK_COUNTED
#define GOOD_SIGNAL  "ok", CAMBIST_ACKNOWLEDGES
#define THE_DIALECT  { GOOD_DIALECT }
#define THE_CHANNEL  { GOOD_CHANNEL, TRADES }
#define THE_RULE     { GOOD_RULE }
#define THE_SIGNAL   { GOOD_SIGNAL }
#define SYMBOL       { "symbol", "s" }
#define TRADES       .fields = CAMBIST_ROWS(field, SYMBOL, { "price", "p" })
#define LEVELS       .fields = CAMBIST_ROWS(field, SYMBOL, { "bids", "b" }, { "asks", "a" })

#define STREAMS(dialect_row, channel_row, rule_row, signal_row)                                    \
    CAMBIST_PLUGIN(.name = "broken",                                                               \
                   .servers = CAMBIST_ROWS(server, { "rest", "https://api.example.com" },          \
                                           { "stream", "wss://stream.example.com" }),              \
                   .endpoints = CAMBIST_ROWS(endpoint, { "fetch_time", "GET /time", FIELDS }),     \
                   .dialects = CAMBIST_ROWS(dialect, dialect_row),                                 \
                   .channels = CAMBIST_ROWS(channel, channel_row),                                 \
                   .book_rules = CAMBIST_ROWS(book_rule, rule_row),                                \
                   .signals = CAMBIST_ROWS(signal, signal_row))

#endif
