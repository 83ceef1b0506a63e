/* An exchange that nobody has, with no limit on how much may be asked: what tests of orders are run
 * against, a thousand at a time. */
#include <cambist/plugin.h>

#define SIGNED .access = CAMBIST_SIGNED

static const struct cambist_server servers[] = { { "rest", "https://practice.invalid" } };

static const struct cambist_credential credentials[] = {
    { "key", "any word", CAMBIST_SENT },
    { "secret", "any word", CAMBIST_SECRET },
};

static const struct cambist_derived derived[] = {
    { "signature", "{time_ms}{method}{target}{body}", CAMBIST_HMAC_SHA256, CAMBIST_AS_HEX,
      "secret" },
};
static const struct cambist_stamp stamps[] = {
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Key", "{key}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Time", "{time_ms}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Deadline", "{time_ms+20000}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Signature", "{signature}" },
};

static const struct cambist_field market_fields[] = {
    { "id", "name" }, { "base_id", "base" }, { "quote_id", "quote" }, { "active", "trades" },
    { "tick_size", "tick" }, { "lot_size", "lot" },
};
static const struct cambist_field order_fields[] = {
    { "id", "id" }, { "client_order_id", "tag" }, { "symbol", "market" }, { "side", "side" },
    { "type", "type" }, { "price", "price" }, { "amount", "amount" }, { "filled", "filled" },
    { "state", "state" }, { "timestamp", "time", CAMBIST_MS },
};
static const struct cambist_parameter order_parameters[] = {
    { "market", "{market}" }, { "side", "{side}" }, { "type", "{type}" },
    { "amount", "{amount}" }, { "price", "{price}", CAMBIST_OPTIONAL },
    { "tag", "{client_order_id}", CAMBIST_OPTIONAL },
};

static const struct cambist_endpoint endpoints[] = {
    { "fetch_time", "GET /time",
      .fields = CAMBIST_ROWS(field, { "timestamp", "time", CAMBIST_MS }) },
    { "fetch_markets", "GET /markets", .kinds = CAMBIST_KIND_SPOT, .rows = "rows[]",
      .fields = CAMBIST_TABLE(market_fields) },
    { "create_order", "POST /order", SIGNED, .parameters = CAMBIST_TABLE(order_parameters),
      .rows = "order", .fields = CAMBIST_TABLE(order_fields) },
    { "fetch_order", "GET /order", SIGNED, .rows = "order",
      .parameters = CAMBIST_ROWS(parameter, { "tag", "{client_order_id}" }),
      .fields = CAMBIST_TABLE(order_fields) },
};

static const struct cambist_failure failures[] = { { "error", NULL, "error", "reason" } };
static const struct cambist_fault faults[] = {
    { "denied", CAMBIST_DENIED },
    { "late", CAMBIST_BAD_TIME },
    { "poor", CAMBIST_INSUFFICIENT_FUNDS },
    { "unknown", CAMBIST_ORDER_NOT_FOUND },
    { "twice", CAMBIST_DUPLICATE_ORDER },
    { "nonsense", CAMBIST_BAD_ARGUMENT },
    { "hurry", CAMBIST_RATE_LIMITED },
};

CAMBIST_PLUGIN(.name = "practice", .title = "Nobody's exchange", .version = "1",
               .body = CAMBIST_JSON,
               .servers = CAMBIST_TABLE(servers), .credentials = CAMBIST_TABLE(credentials),
               .derived = CAMBIST_TABLE(derived), .stamps = CAMBIST_TABLE(stamps),
               .endpoints = CAMBIST_TABLE(endpoints), .failures = CAMBIST_TABLE(failures),
               .faults = CAMBIST_TABLE(faults))
