/* An exchange that nobody has, whose stream tells trades and orders without a login: what tests of
 * slow readers are run against. */
#include <cambist/plugin.h>

static const struct cambist_server servers[] = {
    { "rest", "https://flood.invalid" },
    { "stream", "wss://flood.invalid" },
};
static const struct cambist_field market_fields[] = {
    { "id", "id" }, { "base_id", "base" }, { "quote_id", "quote" },
};
static const struct cambist_field trade_fields[] = {
    { "symbol", "s" }, { "id", "i" }, { "price", "p" }, { "amount", "q" },
};
static const struct cambist_field order_fields[] = { { "symbol", "s" }, { "id", "i" } };

static const struct cambist_endpoint endpoints[] = {
    { "fetch_markets", "GET /markets", .kinds = CAMBIST_KIND_SPOT, .rows = "[]",
      .fields = CAMBIST_TABLE(market_fields) },
};
static const struct cambist_dialect dialects[] = {
    { "stream", .subscribe = "{{\"op\":\"sub\",\"args\":[{topics}],\"id\":{number}}}",
      .quiet_ms = 60000 },
};
static const struct cambist_channel channels[] = {
    { "watch_trades", "stream", .name = "\"trades\"", .frames = "e=trade",
      .fields = CAMBIST_TABLE(trade_fields) },
    { "watch_orders", "stream", .name = "\"orders\"", .frames = "e=order",
      .fields = CAMBIST_TABLE(order_fields) },
};
static const struct cambist_signal signals[] = {
    { "ok", CAMBIST_ACKNOWLEDGES, .number = "ok" },
};

CAMBIST_PLUGIN(.name = "flood", .title = "Nobody's stream", .version = "1", .body = CAMBIST_JSON,
               .servers = CAMBIST_TABLE(servers), .endpoints = CAMBIST_TABLE(endpoints),
               .dialects = CAMBIST_TABLE(dialects), .channels = CAMBIST_TABLE(channels),
               .signals = CAMBIST_TABLE(signals))
