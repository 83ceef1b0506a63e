/* An exchange that nobody has, with no limit on how much may be asked, and quick in everything: what
 * tests of orders are run against, ten thousand at a time. */
#include <cambist/plugin.h>

#define SIGNED    .access = CAMBIST_SIGNED
#define SENDS(name) .parameters = CAMBIST_TABLE(name##_parameters)
#define GIVES(name) .fields = CAMBIST_TABLE(name##_fields)
#define OPTIONAL  CAMBIST_OPTIONAL

static const struct cambist_server servers[] = {
    { "rest", "https://practice.invalid" },
    { "stream", "wss://practice.invalid" },
};

static const struct cambist_credential credentials[] = {
    { "key", "any word", CAMBIST_SENT },
    { "secret", "any word", CAMBIST_SECRET },
};

static const struct cambist_derived derived[] = {
    { "signature", "{time_ms}{method}{target}{body}", CAMBIST_HMAC_SHA256, CAMBIST_AS_HEX,
      "secret" },
    { "login", "{time_ms}", CAMBIST_HMAC_SHA256, CAMBIST_AS_HEX, "secret" },
};
static const struct cambist_stamp stamps[] = {
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Key", "{key}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Time", "{time_ms}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Signature", "{signature}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Deadline", "{deadline_ms}", "receive_window" },
};

/* ---- what answers say ---- */

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
    { "id", "trade" }, { "order_id", "id" }, { "client_order_id", "tag" }, { "symbol", "market" },
    { "side", "side" }, { "price", "price" }, { "amount", "amount" },
    { "fee_cost", "fee" }, { "fee_currency", "fee_in" }, { "timestamp", "time", CAMBIST_MS },
};
static const struct cambist_field balance_fields[] = {
    { "currency", "currency" }, { "free", "free" }, { "used", "used" },
};
static const struct cambist_field timer_fields[] = {
    { "timestamp", "time", CAMBIST_MS }, { "trigger_time", "due", CAMBIST_MS },
};

/* ---- what questions ask ---- */

#define ORDER_PARAMETERS                                                                           \
    { "market", "{market}" }, { "side", "{side}" }, { "type", "{type}" },                          \
    { "amount", "{amount}" }, { "price", "{price}", OPTIONAL },                                    \
    { "validity", "{time_in_force}", OPTIONAL }, { "tag", "{client_order_id}", OPTIONAL }
static const struct cambist_parameter order_parameters[] = { ORDER_PARAMETERS };
static const struct cambist_parameter edit_parameters[] = {
    { "tag", "{client_order_id}" }, { "amount", "{amount}", OPTIONAL },
    { "price", "{price}", OPTIONAL },
};
static const struct cambist_parameter name_parameters[] = { { "tag", "{client_order_id}", OPTIONAL },
                                                            { "id", "{id}", OPTIONAL } };
static const struct cambist_parameter list_parameters[] = {
    { "market", "{market}", OPTIONAL }, { "since", "{since_ms}", OPTIONAL },
    { "until", "{until_ms}", OPTIONAL }, { "limit", "{limit=1000}" },
};
static const struct cambist_parameter timer_parameters[] = { { "timeout", "{timeout}" } };

static const struct cambist_endpoint endpoints[] = {
    { "fetch_time", "GET /time",
      .fields = CAMBIST_ROWS(field, { "timestamp", "time", CAMBIST_MS }) },
    { "fetch_markets", "GET /markets", .kinds = CAMBIST_KIND_SPOT, .rows = "rows[]",
      GIVES(market) },
    { "fetch_balance", "GET /balance", SIGNED, .rows = "rows[]", GIVES(balance) },

    { "create_order", "POST /order", SIGNED, .rows = "order", SENDS(order), GIVES(order) },
    { "create_orders", "POST /orders", SIGNED, .items = "orders[]", .rows = "rows[]",
      SENDS(order), GIVES(order) },
    { "edit_order", "POST /edit", SIGNED, .rows = "order", SENDS(edit), GIVES(order) },
    { "cancel_order", "POST /cancel", SIGNED, .rows = "order", SENDS(name), GIVES(order) },
    { "cancel_all_orders_after", "POST /cancel-after", SIGNED, SENDS(timer), GIVES(timer) },

    { "fetch_order", "GET /order", SIGNED, .rows = "order", SENDS(name), GIVES(order) },
    { "fetch_open_orders", "GET /open", SIGNED, .rows = "rows[]", SENDS(list), GIVES(order) },
    { "fetch_closed_orders", "GET /closed", SIGNED, .rows = "rows[]", SENDS(list), GIVES(order) },
    { "fetch_my_trades", "GET /trades", SIGNED, .rows = "rows[]", SENDS(list), GIVES(trade) },
};

/* ---- the account's stream ---- */

static const struct cambist_dialect dialects[] = {
    { "stream", "/stream", .quiet_ms = 2000,
      .login = "{{\"op\":\"login\",\"key\":\"{key}\",\"time\":\"{time_ms}\",\"sign\":\"{login}\"}}",
      .subscribe = "{{\"op\":\"sub\",\"args\":[{topics}],\"number\":{number}}}" },
};
static const struct cambist_channel channels[] = {
    { "watch_orders", "stream", .name = "\"orders\"", .access = CAMBIST_SIGNED,
      .frames = "about=orders", .rows = "row", GIVES(order) },
    { "watch_my_trades", "stream", .name = "\"trades\"", .access = CAMBIST_SIGNED,
      .frames = "about=trades", .rows = "row", GIVES(trade) },
};
static const struct cambist_signal signals[] = {
    { "done=sub", CAMBIST_ACKNOWLEDGES, .number = "number" },
    { "done=login", CAMBIST_LOGGED_IN },
    { "error", CAMBIST_REFUSES, .number = "number", .code = "error", .message = "reason" },
};

/* ---- errors ---- */

static const struct cambist_failure failures[] = { { "error", NULL, "error", "reason" } };
static const struct cambist_fault faults[] = {
    { "denied", CAMBIST_DENIED },
    { "late", CAMBIST_BAD_TIME },
    { "poor", CAMBIST_INSUFFICIENT_FUNDS },
    { "unknown", CAMBIST_ORDER_NOT_FOUND },
    { "twice", CAMBIST_DUPLICATE_ORDER },
    { "bad", CAMBIST_INVALID_ORDER },
    { "nonsense", CAMBIST_BAD_ARGUMENT },
    { "hurry", CAMBIST_RATE_LIMITED, CAMBIST_OUTCOME_UNKNOWN }, /* and may have done it */
    { "perhaps", CAMBIST_TIMEOUT, CAMBIST_OUTCOME_UNKNOWN },
};

static const struct cambist_order_rule order_rules[] = {
    { 0, CAMBIST_UNIQUE_FOR_EVER, 64, CAMBIST_DEADLINE_IN_ENGINE, .window_ms = 300,
      .engine_ms = 200, .lag_ms = 100, .page_rows = 1000 },
};

#define TABLE(name) .name = CAMBIST_TABLE(name)
CAMBIST_PLUGIN(.name = "practice", .title = "Nobody's exchange", .version = "1",
               .body = CAMBIST_JSON, TABLE(servers), TABLE(credentials), TABLE(derived),
               TABLE(stamps), TABLE(endpoints), TABLE(dialects), TABLE(channels), TABLE(signals),
               TABLE(failures), TABLE(faults), TABLE(order_rules))
