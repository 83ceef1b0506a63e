/* An exchange that nobody has: no limits, and requests that live for half a second only, so that
 * what became of an order whose answer was lost is proved soon. */
#include <cambist/plugin.h>

#define SIGNED .access = CAMBIST_SIGNED

static const struct cambist_server servers[] = { { "rest", "https://brisk.invalid" } };

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
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Until", "{deadline_ms}", "receive_window" },
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
static const struct cambist_field trade_fields[] = {
    { "id", "id" }, { "order_id", "order" }, { "symbol", "market" }, { "side", "side" },
    { "price", "price" }, { "amount", "amount" }, { "timestamp", "time", CAMBIST_MS },
};
static const struct cambist_parameter order_parameters[] = {
    { "market", "{market}" }, { "side", "{side}" }, { "type", "{type}" },
    { "amount", "{amount}" }, { "price", "{price}", CAMBIST_OPTIONAL },
    { "tag", "{client_order_id}", CAMBIST_OPTIONAL },
};
static const struct cambist_parameter name_parameters[] = {
    { "tag", "{client_order_id}", CAMBIST_OPTIONAL }, { "id", "{id}", CAMBIST_OPTIONAL },
};
static const struct cambist_parameter list_parameters[] = {
    { "market", "{market}", CAMBIST_OPTIONAL }, { "since", "{since_ms}", CAMBIST_OPTIONAL },
    { "limit", "{limit=1000}" },
};

#define ORDERS .fields = CAMBIST_TABLE(order_fields)
static const struct cambist_endpoint endpoints[] = {
    { "fetch_time", "GET /time",
      .fields = CAMBIST_ROWS(field, { "timestamp", "time", CAMBIST_MS }) },
    { "fetch_markets", "GET /markets", .kinds = CAMBIST_KIND_SPOT, .rows = "rows[]",
      .fields = CAMBIST_TABLE(market_fields) },
    { "create_order", "POST /order", SIGNED, .parameters = CAMBIST_TABLE(order_parameters),
      .rows = "order", ORDERS },
    { "cancel_order", "POST /cancel", SIGNED, .parameters = CAMBIST_TABLE(name_parameters),
      .rows = "order", ORDERS },
    { "fetch_order", "GET /order", SIGNED, .parameters = CAMBIST_TABLE(name_parameters),
      .rows = "order", ORDERS },
    { "fetch_open_orders", "GET /open", SIGNED,
      .parameters = CAMBIST_TABLE(list_parameters), .rows = "rows[]", ORDERS },
    { "fetch_closed_orders", "GET /closed", SIGNED,
      .parameters = CAMBIST_TABLE(list_parameters), .rows = "rows[]", ORDERS },
    { "fetch_my_trades", "GET /trades", SIGNED,
      .parameters = CAMBIST_TABLE(list_parameters), .rows = "rows[]",
      .fields = CAMBIST_TABLE(trade_fields) },
};

static const struct cambist_failure failures[] = { { "error", NULL, "error", "reason" } };
static const struct cambist_fault faults[] = {
    { "denied", CAMBIST_DENIED },
    { "late", CAMBIST_BAD_TIME },
    { "poor", CAMBIST_INSUFFICIENT_FUNDS },
    { "unknown", CAMBIST_ORDER_NOT_FOUND },
    { "wrong", CAMBIST_INVALID_ORDER },
    { "twice", CAMBIST_DUPLICATE_ORDER },
    { "nonsense", CAMBIST_BAD_ARGUMENT },
    { "hurry", CAMBIST_RATE_LIMITED },
};

static const struct cambist_order_rule order_rules[] = {
    { 0, CAMBIST_UNIQUE_AMONG_OPEN, 36, CAMBIST_DEADLINE_IN_ENGINE, .window_ms = 500,
      .engine_ms = 0, .lag_ms = 100, .page_rows = 1000 },
};

CAMBIST_PLUGIN(.name = "brisk", .title = "Nobody's quick exchange", .version = "1",
               .body = CAMBIST_JSON,
               .servers = CAMBIST_TABLE(servers), .credentials = CAMBIST_TABLE(credentials),
               .derived = CAMBIST_TABLE(derived), .stamps = CAMBIST_TABLE(stamps),
               .endpoints = CAMBIST_TABLE(endpoints), .failures = CAMBIST_TABLE(failures),
               .faults = CAMBIST_TABLE(faults), .order_rules = CAMBIST_TABLE(order_rules))
