/* How does Coinbase differ: Advanced Trade, spot and the futures beside it?
 *
 * One server for everything: public market data under .../market/, the rest behind a token (JWT)
 * that is made anew for every request.  Odd rules, with the pages that say them, are in NOTES.md. */
#include <cambist/plugin.h>

/* What stands in the rows of endpoints. */
#define API         "/api/v3/brokerage/"
#define MARKET_DATA .charges = CAMBIST_ROWS(charge, { "public", 1 })
#define SIGNED      .access = CAMBIST_SIGNED, .charges = CAMBIST_ROWS(charge, { "private", 1 })
#define WALLET      .charges = CAMBIST_ROWS(charge, { "wallet", 1 })
#define SENDS(name) .parameters = CAMBIST_TABLE(name##_parameters)
#define GIVES(name) .fields = CAMBIST_TABLE(name##_fields)
#define OPTIONAL    CAMBIST_OPTIONAL
#define CONTRACTS   CAMBIST_KIND_SWAP | CAMBIST_KIND_FUTURE

static const struct cambist_server servers[] = {
    { "api", "https://api.coinbase.com", "https://api-sandbox.coinbase.com" },
    { "stream", "wss://advanced-trade-ws.coinbase.com" },
    { "user", "wss://advanced-trade-ws-user.coinbase.com" },
};

static const struct cambist_credential credentials[] = {
    { "key", "the key's name: organizations/.../apiKeys/..., or its id", CAMBIST_SENT },
    { "secret", "its private key: a PEM (ECDSA) or 88 characters of base64 (Ed25519)",
      CAMBIST_SECRET, CAMBIST_AS_BASE64 },
};

static const struct cambist_limit limits[] = {
    { "public", CAMBIST_PER_ADDRESS, CAMBIST_FIXED_WINDOW, 10, 1000 },
    { "private", CAMBIST_PER_ACCOUNT, CAMBIST_FIXED_WINDOW, 30, 1000 },
    { "wallet", CAMBIST_PER_ACCOUNT, CAMBIST_FIXED_WINDOW, 10000, 3600000 },
    { "connections", CAMBIST_PER_ADDRESS, CAMBIST_FIXED_WINDOW, 8, 1000 }, /* of streams */
};

/* ---- signing ---- */

/* The token is for one method and path, without the query; a stream's is for none. */
#define CLAIMS                                                                                     \
    "{{\"aud\":[\"retail_rest_api_proxy\"],\"iss\":\"coinbase-cloud\",\"nbf\":{time_s},"             \
    "\"exp\":{time_s+120},\"sub\":{key:json},\"iat\":{time_s}"
static const struct cambist_derived derived[] = {
    { "algorithm", "ES256", .when = "secret_form=ec" },
    { "algorithm", "EdDSA" },
    { "header",
      "{{\"alg\":\"{algorithm}\",\"typ\":\"JWT\",\"kid\":{key:json},\"nonce\":\"{random}\"}}",
      CAMBIST_PLAIN, CAMBIST_AS_BASE64URL },
    { "claims", CLAIMS "}}", CAMBIST_PLAIN, CAMBIST_AS_BASE64URL, .when = "server=stream|user" },
    { "claims", CLAIMS ",\"uri\":\"{method} {host}{path}\"}}", CAMBIST_PLAIN, CAMBIST_AS_BASE64URL },
    { "token_signature", "{header}.{claims}", CAMBIST_ES256, CAMBIST_AS_BASE64URL, "secret",
      "secret_form=ec" },
    { "token_signature", "{header}.{claims}", CAMBIST_ED25519, CAMBIST_AS_BASE64URL, "secret",
      "secret_form=text|ed25519" },
};
static const struct cambist_stamp stamps[] = {
    { CAMBIST_SIGNED, CAMBIST_HEADER, "Authorization",
      "Bearer {header}.{claims}.{token_signature}" },
};

/* ---- words ---- */

static const struct cambist_word words[] = {
    { "side", "buy", "BUY" },
    { "side", "sell", "SELL" },
    { "stop_direction", "buy", "STOP_DIRECTION_STOP_UP" },
    { "stop_direction", "sell", "STOP_DIRECTION_STOP_DOWN" },

    { "type", "limit", "LIMIT" },
    { "type", "market", "MARKET" },
    { "type", "limit", "STOP_LIMIT" },
    { "type", "limit", "BRACKET" },
    { "type", "limit", "TWAP" },
    { "type", "limit", "ROLL_OPEN" },
    { "type", "limit", "ROLL_CLOSE" },
    { "type", "market", "LIQUIDATION" },

    { "time_in_force", "GTC", "GOOD_UNTIL_CANCELLED" },
    { "time_in_force", "IOC", "IMMEDIATE_OR_CANCEL" },
    { "time_in_force", "FOK", "FILL_OR_KILL" },
    { "time_in_force", "GTD", "GOOD_UNTIL_DATE_TIME" },

    { "state", "open", "OPEN" },
    { "state", "open", "PENDING" },
    { "state", "open", "QUEUED" },
    { "state", "open", "EDIT_QUEUED" },
    { "state", "closed", "FILLED" },
    { "state", "canceled", "CANCELLED" },
    { "state", "canceling", "CANCEL_QUEUED" },
    { "state", "expired", "EXPIRED" },
    { "state", "rejected", "FAILED" },

    { "product", "spot", "SPOT" },
    { "product", "swap", "FUTURE" },
    { "product", "future", "FUTURE" },
    { "contract", "swap", "PERPETUAL" },
    { "contract", "future", "EXPIRING" },
    { "trading_disabled", "false", "true" },
    { "trading_disabled", "true", "false" },

    { "liquidity", "maker", "MAKER" },
    { "liquidity", "taker", "TAKER" },
    { "position_side", "long", "LONG" },
    { "position_side", "short", "SHORT" },

    { "timeframe", "1m", "ONE_MINUTE" },
    { "timeframe", "5m", "FIVE_MINUTE" },
    { "timeframe", "15m", "FIFTEEN_MINUTE" },
    { "timeframe", "30m", "THIRTY_MINUTE" },
    { "timeframe", "1h", "ONE_HOUR" },
    { "timeframe", "2h", "TWO_HOUR" },
    { "timeframe", "4h", "FOUR_HOUR" },
    { "timeframe", "6h", "SIX_HOUR" },
    { "timeframe", "1d", "ONE_DAY" },

    { "level_side", "buy", "bid" }, /* of streams */
    { "level_side", "sell", "offer" },
    { "stream_type", "limit", "Limit" },
    { "stream_type", "market", "Market" },
    { "stream_type", "limit", "Stop Limit" },
    { "stream_type", "limit", "*" },
    { "stream_side", "long", "FUTURES_POSITION_SIDE_LONG" },
    { "stream_side", "short", "FUTURES_POSITION_SIDE_SHORT" },
    { "stream_side", "long", "LONG" },
    { "stream_side", "short", "SHORT" },
    { "whole", "true", "snapshot" }, /* messages about books */
    { "whole", "false", "update" },
};

/* ---- fields ---- */

static const struct cambist_field time_fields[] = { { "timestamp", "data.epoch", CAMBIST_S } };

#define CONTRACT "future_product_details."

static const struct cambist_field market_fields[] = {
    { "id", "product_id" },
    { "kind", "[product_type=SPOT].product_type", .words = "product" },
    { "kind", CONTRACT "contract_expiry_type", .words = "contract" },
    { "base_id", "[product_type=FUTURE]." CONTRACT "contract_root_unit|base_currency_id" },
    { "quote_id", "quote_currency_id" },
    { "settle_id", "[product_type=FUTURE].quote_currency_id" },
    { "contract_size", "[product_type=FUTURE]." CONTRACT "contract_size" },
    { "expiry", "[product_type=FUTURE]." CONTRACT "contract_expiry", CAMBIST_ISO },
    { "active", "trading_disabled", .words = "trading_disabled" },
    { "tick_size", "price_increment|quote_increment" }, { "lot_size", "base_increment" },
    { "min_amount", "base_min_size" }, { "max_amount", "base_max_size" },
    { "min_cost", "quote_min_size" }, { "max_cost", "quote_max_size" },
};

static const struct cambist_field currency_fields[] = {
    { "id", "code" }, { "name", "name" }, { "type", "type" },
    { "precision", "exponent", CAMBIST_DIGITS },
};

/* Rates name every currency, money too, and say nothing else of it: what others load is read. */
static const struct cambist_field rated_fields[] = { { "id", "@key" } };

static const struct cambist_field ticker_fields[] = {
    { "last", "trades.0.price" }, { "timestamp", "trades.0.time", CAMBIST_ISO },
    { "bid", "best_bid" }, { "ask", "best_ask" },
};
static const struct cambist_field product_fields[] = {
    { "symbol", "product_id" }, { "last", "price" },
    { "percentage", "price_percentage_change_24h" },
    { "base_volume", "volume_24h" }, { "quote_volume", "approximate_quote_24h_volume" },
};

static const struct cambist_field book_fields[] = {
    { "symbol", "product_id" }, { "timestamp", "time", CAMBIST_ISO },
    { "bids", "bids" }, { "asks", "asks" },
    { "level_price", "price" }, { "level_amount", "size" },
};

static const struct cambist_field trade_fields[] = {
    { "id", "trade_id" }, { "symbol", "product_id" }, { "timestamp", "time", CAMBIST_ISO },
    { "price", "price" }, { "amount", "size" }, { "side", "side" },
};
/* A fill of a market order by cost tells its size in quote. */
static const struct cambist_field fill_fields[] = {
    { "id", "trade_id" }, { "order_id", "order_id" }, { "symbol", "product_id" },
    { "timestamp", "trade_time", CAMBIST_ISO }, { "side", "side" }, { "price", "price" },
    { "cost", "[size_in_quote=true].size" }, { "amount", "[size_in_quote!=true].size" },
    { "liquidity", "liquidity_indicator" },
    { "fee_cost", "commission" }, { "fee_currency", NULL, .constant = "{quote}" },
};

static const struct cambist_field candle_fields[] = {
    { "timestamp", "start", CAMBIST_S }, { "open", "open" }, { "high", "high" },
    { "low", "low" }, { "close", "close" }, { "volume", "volume" },
};

static const struct cambist_field balance_fields[] = {
    { "currency", "currency" }, { "free", "available_balance.value" }, { "used", "hold.value" },
    { "timestamp", "updated_at", CAMBIST_ISO },
};
/* The older wallet tells what is there, not what orders hold of it. */
static const struct cambist_field wallet_fields[] = {
    { "currency", "currency.code|balance.currency" }, { "total", "balance.amount" },
    { "currency", "balance.currency", CAMBIST_ONLY_WRITTEN },
    { NULL, "type", CAMBIST_ONLY_WRITTEN, .constant = "wallet" },
};

static const struct cambist_field fee_fields[] = {
    { "maker", "fee_tier.maker_fee_rate" }, { "taker", "fee_tier.taker_fee_rate" },
    { "tier", "fee_tier.pricing_tier" },
};

/* The one member of order_configuration is named after the type of the order. */
#define CONFIGURATION          "order_configuration.*."
#define PRACTICE_CONFIGURATION "order_configuration.limit_limit_gtc."

static const struct cambist_field order_fields[] = {
    { "id", "order_id" }, { "client_order_id", "client_order_id" },
    { "symbol", "product_id" }, { "side", "side" },
    { "timestamp", "created_time", CAMBIST_ISO },
    { "last_trade_timestamp", "last_fill_time", CAMBIST_ISO },
    { "last_update_timestamp", "last_update_time", CAMBIST_ISO },
    { "type", "order_type" }, { "time_in_force", "time_in_force" },
    { "price", PRACTICE_CONFIGURATION "limit_price", CAMBIST_ONLY_WRITTEN },
    { "amount", PRACTICE_CONFIGURATION "base_size", CAMBIST_ONLY_WRITTEN },
    { "price", CONFIGURATION "limit_price" }, { "amount", CONFIGURATION "base_size" },
    { "trigger_price", CONFIGURATION "stop_price|" CONFIGURATION "stop_trigger_price" },
    { "post_only", CONFIGURATION "post_only" }, { "reduce_only", CONFIGURATION "reduce_only" },
    { "filled", "filled_size" }, { "average", "average_filled_price", CAMBIST_NOT_ZERO },
    { "cost", "filled_value" }, { "state", "status" },
    { "fee_cost", "total_fees" }, { "fee_currency", NULL, .constant = "{quote}" },
};
static const struct cambist_field taken_fields[] = {
    { "id", "success_response.order_id|order_id" },
    { "client_order_id", "success_response.client_order_id" },
    { "symbol", "success_response.product_id" }, { "side", "success_response.side" },
};
static const struct cambist_field canceled_fields[] = {
    { "id", "order_id" }, { "error_code", "[success=false].failure_reason" },
    { NULL, "success", CAMBIST_ONLY_WRITTEN, .constant = "true" },
};

static const struct cambist_field position_fields[] = {
    { "symbol", "product_id" }, { "side", "side" }, { "contracts", "number_of_contracts" },
    { "entry_price", "avg_entry_price" }, { "mark_price", "current_price" },
    { "unrealized_pnl", "unrealized_pnl" }, { "realized_pnl", "daily_realized_pnl" },
};

/* ---- parameters ---- */

static const struct cambist_parameter products_parameters[] = {
    { "product_ids", "{markets}", OPTIONAL, .is_repeated = 1 },
    { "product_type", "{market_kind:product}" },
};
static const struct cambist_parameter one_trade_parameters[] = { { "limit", "1" } };
static const struct cambist_parameter trade_parameters[] = {
    { "limit", "{limit=100}" }, { "start", "{since_s}", OPTIONAL },
    { "end", "{until_s}", OPTIONAL },
};
static const struct cambist_parameter book_parameters[] = {
    { "product_id", "{market}" }, { "limit", "{limit}", OPTIONAL },
};
/* Both ends must be told, with at most 350 candles between them. */
static const struct cambist_parameter candle_parameters[] = {
    { "granularity", "{timeframe}" }, { "start", "{begin_s=300}" }, { "end", "{end_s=300}" },
};

static const struct cambist_parameter account_parameters[] = { { "limit", "250" } };
#define OF_MARKET { "product_id", "{market}", OPTIONAL }, { "limit", "{limit=100}" }
#define SPAN { "start_date", "{since_iso}", OPTIONAL }, { "end_date", "{until_iso}", OPTIONAL }
static const struct cambist_parameter history_parameters[] = { OF_MARKET, SPAN };
static const struct cambist_parameter open_parameters[] = {
    { "order_status", "OPEN" }, OF_MARKET, SPAN,
};
static const struct cambist_parameter closed_parameters[] = {
    { "order_status", "FILLED" }, OF_MARKET, SPAN,
};
static const struct cambist_parameter fill_parameters[] = {
    OF_MARKET, { "start_sequence_timestamp", "{since_iso}", OPTIONAL },
    { "end_sequence_timestamp", "{until_iso}", OPTIONAL },
};

#define ORDER(configuration)                                                                       \
    { "client_order_id", "{client_order_id}", .when = "client_order_id" },                         \
    { "client_order_id", "{uuid}", .when = "!client_order_id" }, { "product_id", "{market}" },     \
    { "side", "{side}" }, { "order_configuration." configuration ".base_size", "{amount}",         \
      .when = "!cost" }
#define AT_PRICE(configuration) { "order_configuration." configuration ".limit_price", "{price}" }
#define POST_ONLY(configuration)                                                                   \
    { "order_configuration." configuration ".post_only", "{post_only=false}",                      \
      .json_form = CAMBIST_LITERAL }

static const struct cambist_parameter gtc_parameters[] = {
    ORDER("limit_limit_gtc"), AT_PRICE("limit_limit_gtc"), POST_ONLY("limit_limit_gtc"),
};
static const struct cambist_parameter ioc_parameters[] = {
    ORDER("sor_limit_ioc"), AT_PRICE("sor_limit_ioc"),
};
static const struct cambist_parameter fok_parameters[] = {
    ORDER("limit_limit_fok"), AT_PRICE("limit_limit_fok"),
};
#define STOP "stop_limit_stop_limit_gtc"
static const struct cambist_parameter stop_parameters[] = {
    ORDER(STOP), AT_PRICE(STOP),
    { "order_configuration." STOP ".stop_price", "{trigger_price}" },
    { "order_configuration." STOP ".stop_direction", "{side:stop_direction}" },
};
static const struct cambist_parameter market_parameters[] = {
    ORDER("market_market_ioc"),
    { "order_configuration.market_market_ioc.quote_size", "{cost}", OPTIONAL },
};

static const struct cambist_parameter edit_parameters[] = {
    { "order_id", "{id}" }, { "size", "{amount}" }, { "price", "{price}" },
};
static const struct cambist_parameter id_parameters[] = { { "", "{id}" } };

/* ---- endpoints ---- */

#define ORDERS "POST " API "orders"
#define CANCEL "POST " API "orders/batch_cancel", .items = "order_ids[]", .rows = "results[]"
#define LIST   "GET " API "orders/historical/batch", .rows = "orders[]"

static const struct cambist_endpoint endpoints[] = {
    { "fetch_time", "GET /v2/time", WALLET, GIVES(time) },
    { "fetch_markets", "GET " API "market/products", .rows = "products[]", MARKET_DATA,
      GIVES(market) },
    { "fetch_currencies", "GET /v2/currencies/crypto", .rows = "data[]", WALLET, GIVES(currency) },
    { "fetch_currencies", "GET /v2/exchange-rates", .rows = "data.rates{}", WALLET, GIVES(rated) },

    { "fetch_ticker", "GET " API "market/products/{market}/ticker", MARKET_DATA, SENDS(one_trade),
      GIVES(ticker) },
    { "fetch_tickers", "GET " API "market/products", .rows = "products[]", MARKET_DATA,
      SENDS(products), GIVES(product) },
    { "fetch_order_book", "GET " API "market/product_book", .rows = "pricebook", MARKET_DATA,
      SENDS(book), GIVES(book) },
    { "fetch_trades", "GET " API "market/products/{market}/ticker", .rows = "trades[]",
      MARKET_DATA, SENDS(trade), GIVES(trade) },
    { "fetch_ohlcv", "GET " API "market/products/{market}/candles", .rows = "candles[]",
      .when = "!candle_price", MARKET_DATA, SENDS(candle), GIVES(candle) },

    { "fetch_balance", "GET " API "accounts", .rows = "accounts[]", SIGNED, SENDS(account),
      GIVES(balance) },
    /* Not asked by the host: what other programs ask, for recorded answers and practice. */
    { "fetch_balance", "GET /v2/accounts", .rows = "data[]", SIGNED, SENDS(account),
      GIVES(wallet) },
    { "fetch_trading_fee", "GET " API "transaction_summary", SIGNED, GIVES(fee) },
    { "fetch_trading_fees", "GET " API "transaction_summary", SIGNED, GIVES(fee) },

    { "create_order", ORDERS, .when = "type=limit trigger_price", SIGNED, SENDS(stop),
      GIVES(taken) },
    { "create_order", ORDERS, .when = "type=limit time_in_force=IOC", SIGNED, SENDS(ioc),
      GIVES(taken) },
    { "create_order", ORDERS, .when = "type=limit time_in_force=FOK", SIGNED, SENDS(fok),
      GIVES(taken) },
    { "create_order", ORDERS, .when = "type=limit", SIGNED, SENDS(gtc), GIVES(taken) },
    { "create_order", ORDERS, .when = "type=market !trigger_price", SIGNED, SENDS(market),
      GIVES(taken) },
    { "edit_order", ORDERS "/edit", SIGNED, SENDS(edit), GIVES(taken) },
    { "cancel_order", CANCEL, SIGNED, SENDS(id), GIVES(canceled) },
    { "cancel_orders", CANCEL, SIGNED, SENDS(id), GIVES(canceled) },

    { "fetch_order", "GET " API "orders/historical/{id}", .rows = "order", SIGNED, GIVES(order) },
    { "fetch_orders", LIST, SIGNED, SENDS(history), GIVES(order) },
    { "fetch_open_orders", LIST, SIGNED, SENDS(open), GIVES(order) },
    { "fetch_closed_orders", LIST, SIGNED, SENDS(closed), GIVES(order) },
    { "fetch_my_trades", "GET " API "orders/historical/fills", .rows = "fills[]", SIGNED,
      SENDS(fill), GIVES(fill) },
    { "fetch_positions", "GET " API "cfm/positions", .kinds = CONTRACTS, .rows = "positions[]",
      SIGNED, GIVES(position) },
};

/* ---- errors ---- */

#include "streams.h"

/* An order that was not taken answers 200; the reason stands in one of several members, and the
 * others say that they do not know. */
static const struct cambist_failure failures[] = {
    { "error_response.preview_failure_reason", "UNKNOWN_PREVIEW_FAILURE_REASON",
      "error_response.preview_failure_reason", "error_response.message" },
    { "error_response.new_order_failure_reason", "UNKNOWN_FAILURE_REASON",
      "error_response.new_order_failure_reason", "error_response.message" },
    { "error_response.error", "UNKNOWN_FAILURE_REASON", "error_response.error",
      "error_response.message" },
    { "errors.0.edit_failure_reason", "UNKNOWN_EDIT_ORDER_FAILURE_REASON",
      "errors.0.edit_failure_reason" },
    { "errors.0.preview_failure_reason", "UNKNOWN_PREVIEW_FAILURE_REASON",
      "errors.0.preview_failure_reason" },
    { "success", "true", "failure_reason|error_response.error", "error_response.message" },
    { "errors.0.id", NULL, "errors.0.id", "errors.0.message" },
    { "error", NULL, "error", "message|error_details" },
};

static const struct cambist_fault faults[] = {
    /* of orders */
    { "INSUFFICIENT_FUND*", CAMBIST_INSUFFICIENT_FUNDS },
    { "PREVIEW_INSUFFICIENT_FUND", CAMBIST_INSUFFICIENT_FUNDS },
    { "PREVIEW_INSUFFICIENT_*", CAMBIST_INSUFFICIENT_FUNDS },
    { "INVALID_LEDGER_BALANCE", CAMBIST_INSUFFICIENT_FUNDS },
    { "PREVIEW_INVALID_LEDGER_BALANCE", CAMBIST_INSUFFICIENT_FUNDS },
    { "INVALID_PRODUCT_ID", CAMBIST_BAD_SYMBOL },
    { "PREVIEW_INVALID_PRODUCT_ID", CAMBIST_BAD_SYMBOL },
    { "INELIGIBLE_PAIR", CAMBIST_BAD_SYMBOL },
    { "UNTRADABLE_PRODUCT", CAMBIST_MARKET_CLOSED },
    { "INVALID_FCM_TRADING_SESSION", CAMBIST_MARKET_CLOSED },
    { "ORDER_ENTRY_DISABLED", CAMBIST_MARKET_CLOSED },
    { "GEOFENCING_RESTRICTION", CAMBIST_PERMISSION },
    { "PREVIEW_UNTRADABLE_FCM_ACCOUNT_STATUS", CAMBIST_PERMISSION },
    { "IN_LIQUIDATION", CAMBIST_PERMISSION },
    { "PREVIEW_IN_LIQUIDATION", CAMBIST_PERMISSION },
    { "INVALID_REQUEST", CAMBIST_BAD_ARGUMENT },
    { "UNSUPPORTED_ORDER_CONFIGURATION", CAMBIST_BAD_ARGUMENT },
    { "PREVIEW_INVALID_ORDER_CONFIG", CAMBIST_BAD_ARGUMENT },
    { "COMMANDER_REJECTED_NEW_ORDER", CAMBIST_REJECTED },
    { "PREVIEW_RISK_PROXY_FAILURE", CAMBIST_UNAVAILABLE },
    { "PREVIEW_MISSING_*", CAMBIST_UNAVAILABLE },
    { "PREVIEW_*", CAMBIST_INVALID_ORDER },
    { "INVALID_CANCEL_REQUEST", CAMBIST_ORDER_NOT_FOUND },
    { "DUPLICATE_CANCEL_REQUEST", CAMBIST_REJECTED },
    { "UNKNOWN_CANCEL_ORDER", CAMBIST_ORDER_NOT_FOUND },
    { "UNKNOWN_CANCEL_FAILURE_REASON", CAMBIST_REJECTED, CAMBIST_OUTCOME_UNKNOWN },
    { "COMMANDER_REJECTED_CANCEL_ORDER", CAMBIST_REJECTED },
    { "ORDER_NOT_FOUND", CAMBIST_ORDER_NOT_FOUND },
    { "ONLY_*", CAMBIST_INVALID_ORDER },
    { "CANNOT_EDIT_*", CAMBIST_INVALID_ORDER },
    { "COMMANDER_REJECTED_*", CAMBIST_REJECTED },
    { "UNKNOWN_*", CAMBIST_REJECTED },
    /* of the API; the ends of its names do not tell orders from the rest */
    { "INVALID_ARGUMENT", CAMBIST_BAD_ARGUMENT },
    { "PERMISSION_DENIED", CAMBIST_PERMISSION },
    { "UNAUTHENTICATED", CAMBIST_DENIED },
    { "NOT_FOUND", CAMBIST_ORDER_NOT_FOUND, .text = "order" },
    { "NOT_FOUND", CAMBIST_BAD_SYMBOL },
    { "RESOURCE_EXHAUSTED", CAMBIST_RATE_LIMITED },
    { "UNAVAILABLE", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN },
    { "DEADLINE_EXCEEDED", CAMBIST_TIMEOUT, CAMBIST_OUTCOME_UNKNOWN },
    { "INTERNAL", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN },
    { "unknown", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN },
    /* of the older wallet */
    { "authentication_error", CAMBIST_DENIED },
    { "unauthorized", CAMBIST_DENIED },
    { "invalid_token", CAMBIST_DENIED },
    { "revoked_token", CAMBIST_DENIED },
    { "expired_token", CAMBIST_BAD_TIME },
    { "invalid_scope", CAMBIST_PERMISSION },
    { "two_factor_required", CAMBIST_PERMISSION },
    { "personal_details_required", CAMBIST_PERMISSION },
    { "unverified_email", CAMBIST_PERMISSION },
    { "param_required", CAMBIST_BAD_ARGUMENT },
    { "validation_error", CAMBIST_BAD_ARGUMENT },
    { "invalid_request", CAMBIST_BAD_ARGUMENT },
    { "not_found", CAMBIST_REJECTED },
    { "rate_limit_exceeded", CAMBIST_RATE_LIMITED },
    { "internal_server_error", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN },
    /* the rest of the orders' reasons */
    { "INVALID_*", CAMBIST_INVALID_ORDER },
    { "STOP_*", CAMBIST_INVALID_ORDER },
    { "BRACKET_*", CAMBIST_INVALID_ORDER },
    { "FOK_*", CAMBIST_INVALID_ORDER },
    { "POST_ONLY_*", CAMBIST_INVALID_ORDER },
    { "QUOTE_SIZE_*", CAMBIST_INVALID_ORDER },
    { NULL, CAMBIST_DENIED, .http_status = 401 },
    { NULL, CAMBIST_PERMISSION, .http_status = 403 },
    { NULL, CAMBIST_RATE_LIMITED, .http_status = 429 },
};

/* ---- known answers ---- */

/* Only the address is fixed: every token holds a random value.  A key of one's own making. */
static const struct cambist_vector vectors[] = {
    { "fetch_order", "id=0000-000000-000000",
      "key=organizations/o/apiKeys/k "
      "secret=CFHwsHfxgLCOGqBpkiMY7DFzU+qi0Ic+9MsdB9WDyW1p9TIU6B2CvBonn2qT7mGVosFzEAK5nEbNw57lWOumlw==",
      NULL, 1754006400123,
      "https://api.coinbase.com/api/v3/brokerage/orders/historical/0000-000000-000000" },
};

/* A token that signs lives for two minutes, and nothing says earlier that a request is too late.  An
 * id that was used before is answered with the order that has it. */
static const struct cambist_order_rule order_rules[] = {
    { 0, CAMBIST_UNIQUE_FOR_EVER, 128, CAMBIST_DEADLINE_ON_ARRIVAL, 120000, 5000, 2000 },
};

CAMBIST_PLUGIN(.name = "coinbase", .title = "Coinbase Advanced Trade", .version = "1",
               .docs_url = "https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis",
               .body = CAMBIST_JSON, .servers = CAMBIST_TABLE(servers),
               .credentials = CAMBIST_TABLE(credentials), .limits = CAMBIST_TABLE(limits),
               .derived = CAMBIST_TABLE(derived), .stamps = CAMBIST_TABLE(stamps),
               .words = CAMBIST_TABLE(words), .endpoints = CAMBIST_TABLE(endpoints),
               .failures = CAMBIST_TABLE(failures), .faults = CAMBIST_TABLE(faults),
               .vectors = CAMBIST_TABLE(vectors),
               .dialects = CAMBIST_TABLE(dialects), .channels = CAMBIST_TABLE(channels),
               .signals = CAMBIST_TABLE(signals), .book_rules = CAMBIST_TABLE(book_rules),
               .order_rules = CAMBIST_TABLE(order_rules))
