/* How did Kraken stream before version 2?  For recordings only: books, and their checksums.
 *
 * A frame is [channel, changes, "book-1000", "XBT/USD"], where changes of both sides stand in two
 * objects.  The checksum is taken over the digits as they were sent. */
#include <cambist/plugin.h>

static const struct cambist_server servers[] = {
    { "rest", "https://api.kraken.com" },
    { "stream", "wss://ws.kraken.com" },
};

static const struct cambist_field ticker_fields[] = { { "symbol", "pair" }, { "last", "c.0" } };
static const struct cambist_endpoint endpoints[] = {
    { "fetch_ticker", "GET /0/public/Ticker", .rows = "result.*",
      .parameters = CAMBIST_ROWS(parameter, { "pair", "{market}" }),
      .fields = CAMBIST_TABLE(ticker_fields) },
};

static const struct cambist_dialect dialects[] = {
    { "stream", .subscribe = "{{\"event\":\"subscribe\",\"pair\":[{topics}],"
                             "\"subscription\":{{\"name\":\"book\",\"depth\":1000}}}}" },
};
static const struct cambist_book_rule book_rules[] = {
    { "book", CAMBIST_BOOK_CHECKSUM, .depth = 1000, .checksum_order = CAMBIST_ASKS_THEN_BIDS,
      .checksum_depth = 10, .checksum_digits = CAMBIST_DIGITS_BARE },
};
static const struct cambist_field change_fields[] = {
    { "symbol", "-1" }, { "whole", "1.as", .constant = "true" }, { "checksum", "-3.c" },
    { "bids", "1.bs|1.b|2.b" }, { "asks", "1.as|1.a" },
};
static const struct cambist_channel channels[] = {
    { "watch_order_book", "stream", .name = "\"{market}\"", .frames = "-2=book-*", .book = "book",
      .fields = CAMBIST_TABLE(change_fields) },
};
static const struct cambist_signal signals[] = { { "event" }, { "-2" } };

CAMBIST_PLUGIN(.name = "krakenv1", .title = "Kraken, version 1", .version = "1",
               .docs_url = "https://docs.kraken.com/api/", .servers = CAMBIST_TABLE(servers),
               .endpoints = CAMBIST_TABLE(endpoints), .dialects = CAMBIST_TABLE(dialects),
               .channels = CAMBIST_TABLE(channels), .signals = CAMBIST_TABLE(signals),
               .book_rules = CAMBIST_TABLE(book_rules))
