/* How does Kraken's spot exchange differ? */
#include <cambist/plugin.h>

/* https://docs.kraken.com/api/ - NOTES.md says which page an odd row is from. */

static const struct cambist_server servers[] = {
    { "rest", "https://api.kraken.com", NULL },
    { "stream", "wss://ws.kraken.com/v2", NULL },
    { "private stream", "wss://ws-auth.kraken.com/v2", NULL },
};

static const struct cambist_credential credentials[] = {
    { "key", "the API key", CAMBIST_SENT },
    { "secret", "the private key", CAMBIST_SECRET, CAMBIST_AS_BASE64 },
};

/* The counters of the lowest tier, Starter.  They fall by 0.33 a second: 15 in 45 seconds. */
static const struct cambist_limit limits[] = {
    { "public", CAMBIST_PER_ADDRESS, CAMBIST_TOKEN_BUCKET, 5, 5000 },
    { "market", CAMBIST_PER_MARKET, CAMBIST_TOKEN_BUCKET, 5, 5000 },
    { "private", CAMBIST_PER_ACCOUNT, CAMBIST_TOKEN_BUCKET, 15, 45000 },
    { "trading", CAMBIST_PER_MARKET, CAMBIST_TOKEN_BUCKET, 60, 60000 },
    { "connections", CAMBIST_PER_ADDRESS, CAMBIST_ROLLING_WINDOW, 150, 600000 }, /* of streams */
};
#define CHARGED(limit, weight) .charges = CAMBIST_ROWS(charge, { limit, weight })

static const struct cambist_derived derived[] = {
    { "inner", "{nonce}{body}", CAMBIST_SHA256, CAMBIST_AS_RAW },
    { "sign", "{path}{inner}", CAMBIST_HMAC_SHA512, CAMBIST_AS_BASE64, "secret" },
    /* A stop is a type of its own, and then `price` is where it wakes up. */
    { "order_type", "stop-loss", .when = "trigger_price type=market" },
    { "order_type", "stop-loss-limit", .when = "trigger_price type=limit" },
    { "order_type", "{type}" },
    { "first_price", "{trigger_price}", .when = "trigger_price" },
    { "first_price", "{price}" },
    { "volume", "{cost}", .when = "type=market cost" }, /* oflags viqc: volume in quote */
    { "volume", "{amount}" },
};

static const struct cambist_stamp stamps[] = {
    { CAMBIST_SIGNED, CAMBIST_BY_METHOD, "nonce", "{nonce}", .json_form = CAMBIST_STRING },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "API-Key", "{key}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "API-Sign", "{sign}" },
};

static const struct cambist_word words[] = {
    { "currency", "BTC", "XBT" },
    { "currency", "BTC", "XXBT" },
    { "currency", "DOGE", "XDG" },
    { "currency", "DOGE", "XXDG" },
    { "currency", "ETH", "ETH" },
    { "currency", "ETH", "XETH" },
    { "currency", "ETC", "ETC" },
    { "currency", "ETC", "XETC" },
    { "currency", "LTC", "LTC" },
    { "currency", "LTC", "XLTC" },
    { "currency", "MLN", "MLN" },
    { "currency", "MLN", "XMLN" },
    { "currency", "REP", "REP" },
    { "currency", "REP", "XREP" },
    { "currency", "XLM", "XLM" },
    { "currency", "XLM", "XXLM" },
    { "currency", "XMR", "XMR" },
    { "currency", "XMR", "XXMR" },
    { "currency", "XRP", "XRP" },
    { "currency", "XRP", "XXRP" },
    { "currency", "ZEC", "ZEC" },
    { "currency", "ZEC", "XZEC" },
    { "currency", "AUD", "ZAUD" },
    { "currency", "CAD", "ZCAD" },
    { "currency", "EUR", "ZEUR" },
    { "currency", "GBP", "ZGBP" },
    { "currency", "JPY", "ZJPY" },
    { "currency", "USD", "ZUSD" },
    { "online", "true", "online" },
    { "online", "false", "*" },
    { "enabled", "true", "enabled" },
    { "enabled", "false", "*" },
    { "system_state", "ok", "online" },
    { "system_state", "maintenance", "maintenance" },
    { "system_state", "limited", "cancel_only" },
    { "system_state", "limited", "post_only" },
    { "side", "buy", "buy" },
    { "side", "sell", "sell" },
    { "side", "buy", "b" },
    { "side", "sell", "s" },
    { "position_side", "long", "buy" },
    { "position_side", "short", "sell" },
    { "type", "limit", "limit" },
    { "type", "market", "market" },
    { "type", "limit", "l" },
    { "type", "market", "m" },
    { "type", "limit", "iceberg" },
    { "type", "market", "stop-loss" },
    { "type", "limit", "stop-loss-limit" },
    { "type", "market", "take-profit" },
    { "type", "limit", "take-profit-limit" },
    { "type", "market", "trailing-stop" },
    { "type", "limit", "trailing-stop-limit" },
    { "type", "market", "settle-position" },
    { "time_in_force", "GTC", "GTC" }, /* GTD needs expiretm beside it */
    { "time_in_force", "GTD", "GTD" },
    { "time_in_force", "IOC", "IOC" },
    { "liquidity", "maker", "true" },
    { "liquidity", "taker", "false" },
    { "state", "open", "pending" },
    { "state", "open", "open" },
    { "state", "closed", "closed" },
    { "state", "canceled", "canceled" },
    { "state", "expired", "expired" },
    { "cancelling", "canceling", "true" },
    { "cancelling", "canceled", "false" },
    { "flags", "true", "post" },
    { "flags", "true", "post,fciq" },
    { "flags", "true", "fciq,post" },
    { "flags", "true", "post,fcib" },
    { "flags", "true", "fcib,post" },
    { "flags", "false", "*" },
    { "timeframe", "1m", "1" },
    { "timeframe", "5m", "5" },
    { "timeframe", "15m", "15" },
    { "timeframe", "30m", "30" },
    { "timeframe", "1h", "60" },
    { "timeframe", "4h", "240" },
    { "timeframe", "1d", "1440" },
    { "timeframe", "1w", "10080" },
    { "timeframe", "15d", "21600" },
    { "order_status", "open", "new" }, /* states and makers of streams */
    { "order_status", "open", "pending_new" },
    { "order_status", "open", "partially_filled" },
    { "order_status", "open", "triggered" },
    { "order_status", "closed", "filled" },
    { "order_status", "canceled", "canceled" },
    { "order_status", "expired", "expired" },
    { "indicator", "maker", "m" },
    { "indicator", "taker", "t" },
    { "whole", "true", "snapshot" }, /* messages about books */
    { "whole", "false", "update" },
};

/* ---- what answers say ---- */

static const struct cambist_field market_fields[] = {
    { "id", "@key" },
    { "alias", "altname" },
    { "kind", .constant = "spot" },
    { "base_id", "base" },
    { "quote_id", "quote" },
    { "active", "status", .words = "online" },
    { "tick_size", "tick_size" },
    { "tick_size", "pair_decimals", CAMBIST_DIGITS },
    { "lot_size", "lot_decimals", CAMBIST_DIGITS },
    { "taker", "fees.0.1", CAMBIST_PERCENT }, /* of the lowest volume */
    { "maker", "fees_maker.0.1", CAMBIST_PERCENT },
    { "min_amount", "ordermin" },
    { "min_cost", "costmin" },
    { "max_leverage", "leverage_buy.-1" },
};
static const struct cambist_field currency_fields[] = {
    { "id", "@key" },
    { "name", "altname" },
    { "active", "status", .words = "enabled" },
    { "precision", "decimals", CAMBIST_DIGITS },
};
/* Pairs of values: today, and the last 24 hours. */
static const struct cambist_field ticker_fields[] = {
    { "symbol", "@key" },
    { "high", "h.1" },
    { "low", "l.1" },
    { "bid", "b.0" },
    { "bid_volume", "b.2" },
    { "ask", "a.0" },
    { "ask_volume", "a.2" },
    { "vwap", "p.1" },
    { "open", "o" },
    { "last", "c.0" },
    { "base_volume", "v.1" },
};
static const struct cambist_field trade_fields[] = {
    { "id", "6" },
    { "timestamp", "2", CAMBIST_S },
    { "type", "4" },
    { "side", "3" },
    { "price", "0" },
    { "amount", "1" },
};
static const struct cambist_field candle_fields[] = {
    { "timestamp", "0", CAMBIST_S },
    { "open", "1" },
    { "high", "2" },
    { "low", "3" },
    { "close", "4" },
    { "volume", "6" },
};
static const struct cambist_field balance_fields[] = {
    { "currency", "@key" },
    { "total", "balance" },
    { "used", "hold_trade" },
};
static const struct cambist_field order_fields[] = {
    { "id", "@key" },
    { "client_order_id", "cl_ord_id|userref" },
    { "timestamp", "opentm", CAMBIST_S },
    { "last_update_timestamp", "closetm", CAMBIST_S },
    { "symbol", "descr.pair" },
    { "type", "descr.ordertype" },
    { "post_only", "oflags", .words = "flags" },
    { "side", "descr.type" },
    { "price", "descr[ordertype=limit].price", CAMBIST_NOT_ZERO },
    { "price", "descr[ordertype=stop-loss-limit].price2", CAMBIST_NOT_ZERO },
    { "price", "descr[ordertype=take-profit-limit].price2", CAMBIST_NOT_ZERO },
    { "price", "limitprice", CAMBIST_NOT_ZERO },
    { "trigger_price", "descr[ordertype=stop-loss].price", CAMBIST_NOT_ZERO },
    { "trigger_price", "descr[ordertype=stop-loss-limit].price", CAMBIST_NOT_ZERO },
    { "stop_loss_price", "descr[ordertype=stop-loss].price", CAMBIST_NOT_ZERO },
    { "stop_loss_price", "descr[ordertype=stop-loss-limit].price", CAMBIST_NOT_ZERO },
    { "take_profit_price", "descr[ordertype=take-profit].price", CAMBIST_NOT_ZERO },
    { "take_profit_price", "descr[ordertype=take-profit-limit].price", CAMBIST_NOT_ZERO },
    { "amount", "vol" },
    { "filled", "vol_exec" },
    { "cost", "cost" },
    { "average", "price", CAMBIST_NOT_ZERO },
    { "state", "status" },
    { "fee_cost", "fee" },
    { "fee_currency", "[oflags=fcib]", .constant = "{base}" },
    { "fee_currency", "[oflags=fcib,post]", .constant = "{base}" },
    { "fee_currency", "[oflags=post,fcib]", .constant = "{base}" },
    { "fee_currency", .constant = "{quote}" },
};
/* "buy 1.25000000 XBTUSD @ limit 27500.0": the order as it was understood. */
static const struct cambist_field placed_fields[] = {
    { "id", "txid.0|txid" },
    { "side", "descr.order: 0" },
    { "amount", "descr.order: 1", .when = "!cost" },
    { "symbol", "descr.order: 2", .when = "!cost" },
    { "price", "descr.order: 5", .when = "type=limit !trigger_price" },
    { "error_message", "error" },
    { "state", "error", .constant = "rejected" },
};
static const struct cambist_field cancelled_fields[] = {
    { "state", "pending", .words = "cancelling" },
};
static const struct cambist_field own_trade_fields[] = {
    { "id", "@key" },
    { "order_id", "ordertxid" },
    { "timestamp", "time", CAMBIST_S },
    { "symbol", "pair" },
    { "type", "ordertype" },
    { "side", "type" },
    { "liquidity", "maker" },
    { "price", "price" },
    { "amount", "vol" },
    { "cost", "cost" },
    { "fee_cost", "fee" },
    { "fee_currency", .constant = "{quote}" },
};
static const struct cambist_field position_fields[] = {
    { "id", "@key" },
    { "symbol", "pair" },
    { "timestamp", "time", CAMBIST_S },
    { "side", "type" },
    { "contracts", "vol" },
    { "leverage", "leverage" },
    { "initial_margin", "margin" },
    { "unrealized_pnl", "net" },
};

/* ---- what requests say ---- */

static const struct cambist_parameter order_parameters[] = {
    { "pair", "{market}", .is_beside = 1 },
    { "type", "{side}" },
    { "ordertype", "{order_type}" },
    { "volume", "{volume}" },
    { "cl_ord_id", "{client_order_id}", CAMBIST_OPTIONAL },
    { "price", "{first_price}", .when = "type=limit" },
    { "price", "{first_price}", .when = "type=market trigger_price" },
    { "price2", "{price}", .when = "type=limit trigger_price" },
    { "oflags", "post", .when = "post_only" },
    { "oflags", "post", .when = "!post_only time_in_force=PO" },
    { "oflags", "viqc", .when = "type=market cost" },
    { "timeinforce", "{time_in_force}", .when = "time_in_force=GTC|IOC|FOK|GTD" },
    { "reduce_only", "true", .json_form = CAMBIST_LITERAL, .when = "reduce_only" },
    { "deadline", "{deadline_iso}", .when = "receive_window", .is_beside = 1 },
};
static const struct cambist_parameter name_parameters[] = {
    { "txid", "{id}", .when = "id" },
    { "cl_ord_id", "{client_order_id}", .when = "!id" },
};
static const struct cambist_parameter amend_parameters[] = {
    { "txid", "{id}", .when = "id" },
    { "cl_ord_id", "{client_order_id}", .when = "!id" },
    { "order_qty", "{amount}", CAMBIST_OPTIONAL },
    { "limit_price", "{price}", CAMBIST_OPTIONAL },
    { "trigger_price", "{trigger_price}", CAMBIST_OPTIONAL },
    { "post_only", "true", .when = "post_only" },
    { "deadline", "{deadline_iso}", .when = "receive_window" },
};
#define PAIR { "pair", "{market}" }
#define PAST                                                                                       \
    { "start", "{since_s}", CAMBIST_OPTIONAL }, { "end", "{until_s}", CAMBIST_OPTIONAL }
#define WITH(...)  .parameters = CAMBIST_ROWS(parameter, __VA_ARGS__)
#define ASKS(table) .parameters = CAMBIST_TABLE(table)
#define SAYS(table) .fields = CAMBIST_TABLE(table)
#define FIELDS(...) .fields = CAMBIST_ROWS(field, __VA_ARGS__)

static const struct cambist_endpoint endpoints[] = {
    { "fetch_time", "GET /0/public/Time", .rows = "result", CHARGED("public", 1),
      FIELDS({ "timestamp", "unixtime", CAMBIST_S }) },
    { "fetch_status", "GET /0/public/SystemStatus", .rows = "result", CHARGED("public", 1),
      FIELDS({ "state", "status" }, { "updated", "timestamp", CAMBIST_ISO }) },
    { "fetch_markets", "GET /0/public/AssetPairs", .kinds = CAMBIST_KIND_SPOT,
      .rows = "result{}", SAYS(market_fields), CHARGED("public", 1) },
    { "fetch_currencies", "GET /0/public/Assets", .rows = "result{}", SAYS(currency_fields),
      CHARGED("public", 1) },
    { "fetch_ticker", "GET /0/public/Ticker", .rows = "result{}", WITH(PAIR), SAYS(ticker_fields),
      CHARGED("public", 1) },
    { "fetch_tickers", "GET /0/public/Ticker", .rows = "result{}", SAYS(ticker_fields),
      WITH({ "pair", "{markets}", CAMBIST_OPTIONAL }), CHARGED("public", 1) },
    { "fetch_order_book", "GET /0/public/Depth", .rows = "result.*", CHARGED("market", 1),
      WITH(PAIR, { "count", "{limit}", CAMBIST_OPTIONAL }),
      FIELDS({ "bids", "bids" }, { "asks", "asks" }) },
    { "fetch_trades", "GET /0/public/Trades", .rows = "result.*[]", SAYS(trade_fields),
      WITH(PAIR, { "since", "{since_s}", CAMBIST_OPTIONAL },
           { "count", "{limit}", CAMBIST_OPTIONAL }), CHARGED("market", 1) },
    { "fetch_ohlcv", "GET /0/public/OHLC", .rows = "result.*[]", SAYS(candle_fields),
      WITH(PAIR, { "interval", "{timeframe=1m}" }, { "since", "{since_s-1}", CAMBIST_OPTIONAL }),
      CHARGED("market", 1), .when = "!candle_price" },

    { "fetch_balance", "POST /0/private/BalanceEx", CAMBIST_SIGNED, .rows = "result{}",
      SAYS(balance_fields), CHARGED("private", 1) },
    { "fetch_trading_fee", "POST /0/private/TradeVolume", CAMBIST_SIGNED, .rows = "result",
      WITH(PAIR), CHARGED("private", 1),
      FIELDS({ "taker", "fees.{market}.fee", CAMBIST_PERCENT },
             { "maker", "fees_maker.{market}.fee", CAMBIST_PERCENT }) },

    { "create_order", "POST /0/private/AddOrder", CAMBIST_SIGNED, .rows = "result",
      ASKS(order_parameters), SAYS(placed_fields), CHARGED("trading", 1) },
    { "create_orders", "POST /0/private/AddOrderBatch", CAMBIST_SIGNED, CAMBIST_JSON,
      .items = "orders[]", .rows = "result.orders[]", ASKS(order_parameters),
      SAYS(placed_fields), .charges = CAMBIST_ROWS(charge, { "trading", 1, 1 }) },
    { "edit_order", "POST /0/private/AmendOrder", CAMBIST_SIGNED, .rows = "result",
      ASKS(amend_parameters), CHARGED("trading", 4),
      FIELDS({ "id", "txid" }, { "client_order_id", "cl_ord_id" }) },
    { "cancel_order", "POST /0/private/CancelOrder", CAMBIST_SIGNED, .rows = "result",
      ASKS(name_parameters), SAYS(cancelled_fields), CHARGED("trading", 8) },
    /* Only how many were cancelled is answered, not which: no rows. */
    { "cancel_orders", "POST /0/private/CancelOrderBatch", CAMBIST_SIGNED, CAMBIST_JSON,
      .items = "orders[]", .rows = "result.orders[]", WITH({ "", "{id}" }),
      SAYS(cancelled_fields), .charges = CAMBIST_ROWS(charge, { "trading", 8, 1 }) },
    /* It knows no pair. */
    { "cancel_all_orders", "POST /0/private/CancelAll", CAMBIST_SIGNED, .is_for_all_markets = 1,
      .rows = "result.orders[]", SAYS(cancelled_fields), CHARGED("private", 1) },
    { "cancel_all_orders_after", "POST /0/private/CancelAllOrdersAfter", CAMBIST_SIGNED,
      .rows = "result", WITH({ "timeout", "{timeout_s}" }), CHARGED("private", 1),
      FIELDS({ "timestamp", "currentTime", CAMBIST_ISO },
             { "trigger_time", "[triggerTime!=0].triggerTime", CAMBIST_ISO }) },
    { "open_stream", "POST /0/private/GetWebSocketsToken", CAMBIST_SIGNED, .rows = "result",
      CHARGED("private", 1), FIELDS({ "token", "token" }) },

    { "fetch_order", "POST /0/private/QueryOrders", CAMBIST_SIGNED, .rows = "result{}",
      WITH({ "trades", "true" }, { "txid", "{id}" }), SAYS(order_fields), CHARGED("private", 1) },
    { "fetch_open_orders", "POST /0/private/OpenOrders", CAMBIST_SIGNED, .rows = "result.open{}",
      WITH({ "cl_ord_id", "{client_order_id}", CAMBIST_OPTIONAL }), SAYS(order_fields),
      CHARGED("private", 1) },
    { "fetch_closed_orders", "POST /0/private/ClosedOrders", CAMBIST_SIGNED,
      .rows = "result.closed{}", WITH(PAST), SAYS(order_fields), CHARGED("private", 2) },
    { "fetch_my_trades", "POST /0/private/TradesHistory", CAMBIST_SIGNED,
      .rows = "result.trades{}", WITH(PAST), SAYS(own_trade_fields), CHARGED("private", 2) },
    { "fetch_positions", "POST /0/private/OpenPositions", CAMBIST_SIGNED, .rows = "result{}",
      WITH({ "docalcs", "true" }), SAYS(position_fields), CHARGED("private", 1) },
    /* `network` is a method as DepositMethods names it: "Tether USD (TRC20)". */
    { "fetch_deposit_address", "POST /0/private/DepositAddresses", CAMBIST_SIGNED,
      .rows = "result[]", WITH({ "asset", "{code}" }, { "method", "{network}" }),
      CHARGED("private", 1), FIELDS({ "address", "address" }, { "tag", "tag|memo" }) },
};

#include "streams.h"

static const struct cambist_failure failures[] = {
    { "error.0", NULL, "error.0", "error.0" },
};

/* "EOrder:Insufficient funds": a severity, a part, and what the documentation lists. */
static const struct cambist_fault faults[] = {
    { "EAPI:Invalid key*", CAMBIST_DENIED },
    { "EAPI:Invalid signature*", CAMBIST_DENIED },
    { "EAPI:Invalid nonce*", CAMBIST_BAD_TIME },
    { "EAPI:Bad request*", CAMBIST_BAD_ARGUMENT },
    { "EAPI:Feature disabled*", CAMBIST_PERMISSION },
    { "EAPI:Rate limit exceeded*", CAMBIST_RATE_LIMITED },
    { "EOrder:Rate limit exceeded*", CAMBIST_RATE_LIMITED },
    { "EGeneral:Too many requests*", CAMBIST_RATE_LIMITED },
    { "EService: Throttled*", CAMBIST_RATE_LIMITED },
    { "EService:Throttled*", CAMBIST_RATE_LIMITED },
    { "EGeneral:Temporary lockout*", CAMBIST_BANNED },
    { "EGeneral:Permission denied*", CAMBIST_PERMISSION },
    { "EGeneral:Invalid arguments:price*", CAMBIST_INVALID_ORDER },
    { "EGeneral:Invalid arguments:volume*", CAMBIST_INVALID_ORDER },
    { "EGeneral:Invalid arguments*", CAMBIST_BAD_ARGUMENT },
    { "EGeneral:Unknown method*", CAMBIST_NOT_SUPPORTED },
    { "EGeneral:Internal error*", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN },
    { "EDatabase:Internal error*", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN },
    { "EService:Unavailable*", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN },
    { "EService:Busy*", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN },
    { "EService:Timeout*", CAMBIST_TIMEOUT, CAMBIST_OUTCOME_UNKNOWN },
    { "EService:Deadline elapsed*", CAMBIST_TIMEOUT, CAMBIST_OUTCOME_UNKNOWN },
    { "EService:Market in *", CAMBIST_MARKET_CLOSED },
    { "ESession:Invalid session*", CAMBIST_DENIED },
    { "EQuery:Unknown asset pair*", CAMBIST_BAD_SYMBOL },
    { "EQuery:Invalid asset pair*", CAMBIST_BAD_SYMBOL },
    { "EQuery:Unknown asset*", CAMBIST_BAD_SYMBOL },
    { "EOrder:Insufficient funds", CAMBIST_INSUFFICIENT_FUNDS },
    { "EOrder:Insufficient *", CAMBIST_INSUFFICIENT_FUNDS }, /* funds, margin */
    { "EOrder:Unknown order*", CAMBIST_ORDER_NOT_FOUND },
    { "EOrder:Unknown position*", CAMBIST_INVALID_ORDER },
    { "EOrder:Order minimum not met*", CAMBIST_INVALID_ORDER },
    { "EOrder:Cost minimum not met*", CAMBIST_INVALID_ORDER },
    { "EOrder:Tick size check failed*", CAMBIST_INVALID_ORDER },
    { "EOrder:Post only order*", CAMBIST_INVALID_ORDER },
    { "EOrder:Margin *", CAMBIST_INVALID_ORDER },
    { "EOrder:Orders limit exceeded*", CAMBIST_INVALID_ORDER },
    { "EOrder:Positions limit exceeded*", CAMBIST_INVALID_ORDER },
    { "EOrder:Scheduled orders limit exceeded*", CAMBIST_INVALID_ORDER },
    { "EOrder:Trading agreement required*", CAMBIST_PERMISSION },
    { "EOrder:Cannot open *", CAMBIST_INVALID_ORDER },
    { "EOrder:*", CAMBIST_INVALID_ORDER },
    { "ETrade:User Locked*", CAMBIST_PERMISSION },
    { "EAccount:*", CAMBIST_PERMISSION },
    { "EAuth:Account temporary disabled*", CAMBIST_BANNED },
    { "EAuth:Account unconfirmed*", CAMBIST_PERMISSION },
    { "EAuth:Rate limit exceeded*", CAMBIST_RATE_LIMITED },
    { "EAuth:Too many requests*", CAMBIST_RATE_LIMITED },
    { "EFunding:No funding method*", CAMBIST_BAD_ARGUMENT },
    { "EFunding:Unknown asset*", CAMBIST_BAD_SYMBOL },
    { NULL, CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN, .http_status = 520 },
    { NULL, CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN, .http_status = 525 },
};

/* The secret and order of the example on the page "Spot REST Authentication"; the page puts the
 * nonce first, so this signature was made with Python's hmac. */
#define EXAMPLE_SECRET                                                                             \
    "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="
static const struct cambist_vector vectors[] = {
    { "create_order", "symbol=BTC/USD type=limit side=buy amount=1.25 price=37500",
      "key=K secret=" EXAMPLE_SECRET, "XBTUSD BTC/USD spot", 1616492376594,
      "https://api.kraken.com/0/private/AddOrder",
      "pair=XBTUSD&type=buy&ordertype=limit&volume=1.25&price=37500&nonce=1616492376594",
      "API-Sign: DJjftwtPMkjjv+wDN8ExS0WXrb2BU7Q6ILCzlorwFykO"
      "vdc+o/dFQGVozEXAED7Z1QizCYkeDaJ9/YJgRWjWPw==" },
};

/* `deadline` is looked at by the matching engine, 2 to 60 s ahead; ids are unique among open orders. */
static const struct cambist_order_rule order_rules[] = {
    { 0, CAMBIST_UNIQUE_AMONG_OPEN, 18, CAMBIST_DEADLINE_IN_ENGINE, 5000, 0, 2000, .page_rows = 50 },
};

CAMBIST_PLUGIN(.name = "kraken", .title = "Kraken", .version = "1",
               .docs_url = "https://docs.kraken.com/api/", .body = CAMBIST_FORM,
               .servers = CAMBIST_TABLE(servers), .credentials = CAMBIST_TABLE(credentials),
               .limits = CAMBIST_TABLE(limits), .derived = CAMBIST_TABLE(derived),
               .stamps = CAMBIST_TABLE(stamps), .words = CAMBIST_TABLE(words),
               .endpoints = CAMBIST_TABLE(endpoints), .failures = CAMBIST_TABLE(failures),
               .faults = CAMBIST_TABLE(faults), .vectors = CAMBIST_TABLE(vectors),
               .dialects = CAMBIST_TABLE(dialects), .channels = CAMBIST_TABLE(channels),
               .signals = CAMBIST_TABLE(signals), .book_rules = CAMBIST_TABLE(book_rules),
               .order_rules = CAMBIST_TABLE(order_rules))
