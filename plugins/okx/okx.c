/* How does OKX differ: spot, perpetual swaps and futures, API v5? */
#include <cambist/plugin.h>

/* https://www.okx.com/docs-v5/en/ - NOTES.md says which chapter an odd row is from. */

static const struct cambist_server servers[] = {
    { "rest", "https://www.okx.com", "https://www.okx.com" }, /* the sandbox is a header */
    { "public", "wss://ws.okx.com:8443/ws/v5/public", "wss://wspap.okx.com:8443/ws/v5/public" },
    { "business", "wss://ws.okx.com:8443/ws/v5/business", "wss://wspap.okx.com:8443/ws/v5/business" },
    { "private", "wss://ws.okx.com:8443/ws/v5/private", "wss://wspap.okx.com:8443/ws/v5/private" },
};

static const struct cambist_credential credentials[] = {
    { "key", "the API key", CAMBIST_SENT },
    { "secret", "the secret key", CAMBIST_SECRET },
    { "passphrase", "the passphrase chosen for the API key", CAMBIST_SENT },
};

/* Every endpoint has a rule of its own, most in windows of two seconds. */
#define IP     CAMBIST_PER_ADDRESS, CAMBIST_ROLLING_WINDOW
#define USER   CAMBIST_PER_ACCOUNT, CAMBIST_ROLLING_WINDOW
#define MARKET CAMBIST_PER_MARKET, CAMBIST_ROLLING_WINDOW
static const struct cambist_limit limits[] = {
    { "time", IP, 10, 2000 }, { "status", IP, 1, 5000 }, { "instruments", IP, 20, 2000 },
    { "ticker", IP, 20, 2000 }, { "tickers", IP, 20, 2000 },
    { "books", IP, 40, 2000 }, { "trades", IP, 100, 2000 }, { "candles", IP, 40, 2000 },
    { "funding-rate", IP, 10, 2000 }, { "funding-rate-history", IP, 10, 2000 },
    { "currencies", USER, 6, 1000 }, { "deposit-address", USER, 6, 1000 },
    { "balance", USER, 10, 2000 }, { "asset-balances", USER, 6, 1000 },
    { "trade-fee", USER, 5, 2000 },
    { "positions", USER, 10, 2000 }, { "set-leverage", USER, 20, 2000 },
    { "orders", USER, 1000, 2000 }, /* new and amended orders of a sub-account */
    { "batch-orders", MARKET, 300, 2000 }, { "order-algo", MARKET, 20, 2000 },
    { "amend-order", MARKET, 60, 2000 },
    { "cancel-order", MARKET, 60, 2000 }, { "cancel-batch-orders", MARKET, 300, 2000 },
    { "cancel-algos", USER, 20, 2000 }, { "cancel-all-after", USER, 1, 1000 },
    { "order", MARKET, 60, 2000 }, { "algo-order", USER, 20, 2000 },
    { "orders-pending", USER, 60, 2000 }, { "algo-pending", USER, 20, 2000 },
    { "orders-history", USER, 40, 2000 }, { "algo-history", USER, 20, 2000 },
    { "fills-history", USER, 10, 2000 },
    { "connections", IP, 3, 1000 }, /* of streams */
};
#define CHARGED(limit)      .charges = CAMBIST_ROWS(charge, { limit, 1 })
#define CHARGED_EACH(limit) .charges = CAMBIST_ROWS(charge, { limit, 1, 1 })

static const struct cambist_derived derived[] = {
    { "sign", "{time_iso}{method}{target}{body}", CAMBIST_HMAC_SHA256, CAMBIST_AS_BASE64,
      "secret" },
    { "login", "{time_s}GET/users/self/verify", CAMBIST_HMAC_SHA256, CAMBIST_AS_BASE64, "secret" },
    /* What an order's parameters say depends on each other. */
    { "order_type", "trigger", .when = "trigger_price" }, /* refused in a list of plain orders */
    { "order_type", "post_only", .when = "post_only" },
    { "order_type", "{type}", .when = "type=market time_in_force=IOC" },
    { "order_type", "{time_in_force}", .when = "time_in_force=PO|IOC|FOK|GTD" },
    { "order_type", "{type}" },
    { "trade_mode", "{margin_mode}", .when = "margin_mode" },
    { "trade_mode", "cash", .when = "market_kind=spot" },
    { "trade_mode", "cross" },
    { "size", "{cost}", .when = "market_kind=spot type=market cost" },
    { "size", "{amount}" },
    { "size_unit", "quote_ccy", .when = "type=market cost" },
    { "size_unit", "base_ccy" },
    { "stop_price", "{price}", .when = "type=limit" },
    { "stop_price", "-1" }, /* a market order once triggered */
};

static const struct cambist_stamp stamps[] = {
    { CAMBIST_SIGNED, CAMBIST_HEADER, "OK-ACCESS-KEY", "{key}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "OK-ACCESS-SIGN", "{sign}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "OK-ACCESS-TIMESTAMP", "{time_iso}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "OK-ACCESS-PASSPHRASE", "{passphrase}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "expTime", "{deadline_ms}", "receive_window" },
    { CAMBIST_PUBLIC, CAMBIST_HEADER, "x-simulated-trading", "1", "environment=sandbox" },
};

static const struct cambist_word words[] = {
    { "kind", "spot", "SPOT" },
    { "kind", "swap", "SWAP" },
    { "kind", "future", "FUTURES" },
    { "kind", "option", "OPTION" },
    { "option_type", "call", "C" },
    { "option_type", "put", "P" },
    { "trading", "true", "live" },
    { "trading", "false", "*" },
    { "type", "limit", "limit" },
    { "type", "market", "market" },
    { "type", "limit", "post_only" },
    { "type", "limit", "fok" },
    { "type", "limit", "ioc" },
    { "type", "limit", "mmp" },
    { "type", "limit", "mmp_and_post_only" },
    { "type", "limit", "op_fok" },
    { "type", "market", "optimal_limit_ioc" },
    { "time_in_force", "PO", "post_only" }, /* and no GTD */
    { "time_in_force", "IOC", "ioc" },
    { "time_in_force", "FOK", "fok" },
    { "validity", "GTC", "limit" },
    { "validity", "IOC", "market" },
    { "validity", "PO", "post_only" },
    { "validity", "FOK", "fok" },
    { "validity", "IOC", "ioc" },
    { "validity", "GTC", "mmp" },
    { "validity", "PO", "mmp_and_post_only" },
    { "validity", "FOK", "op_fok" },
    { "validity", "IOC", "optimal_limit_ioc" },
    { "state", "open", "live" },
    { "state", "open", "partially_filled" },
    { "state", "closed", "filled" },
    { "state", "canceled", "canceled" },
    { "state", "canceled", "mmp_canceled" },
    { "stop_state", "open", "live" },
    { "stop_state", "open", "pause" },
    { "stop_state", "open", "partially_effective" },
    { "stop_state", "closed", "effective" },
    { "stop_state", "canceled", "canceled" },
    { "stop_state", "rejected", "order_failed" },
    { "stop_state", "rejected", "partially_failed" },
    { "stop_type", "market", "-1" },
    { "stop_type", "limit", "*" },
    { "liquidity", "taker", "T" },
    { "liquidity", "maker", "M" },
    { "position_side", "long", "long" },
    { "position_side", "short", "short" },
    { "sign", "long", "+" },
    { "sign", "short", "-" },
    { "hedged", "false", "net" },
    { "hedged", "true", "*" },
    { "system_state", "maintenance", "ongoing" },
    { "timeframe", "1m", "1m" },
    { "timeframe", "3m", "3m" },
    { "timeframe", "5m", "5m" },
    { "timeframe", "15m", "15m" },
    { "timeframe", "30m", "30m" },
    { "timeframe", "1h", "1H" },
    { "timeframe", "2h", "2H" },
    { "timeframe", "4h", "4H" },
    { "timeframe", "6h", "6Hutc" }, /* days of the others begin in Hong Kong */
    { "timeframe", "12h", "12Hutc" },
    { "timeframe", "1d", "1Dutc" },
    { "timeframe", "1w", "1Wutc" },
    { "timeframe", "1M", "1Mutc" },
    { "timeframe", "3M", "3Mutc" },
    { "candle", "1m", "candle1m" },
    { "candle", "3m", "candle3m" },
    { "candle", "5m", "candle5m" },
    { "candle", "15m", "candle15m" },
    { "candle", "30m", "candle30m" },
    { "candle", "1h", "candle1H" },
    { "candle", "2h", "candle2H" },
    { "candle", "4h", "candle4H" },
    { "candle", "6h", "candle6Hutc" },
    { "candle", "12h", "candle12Hutc" },
    { "candle", "1d", "candle1Dutc" },
    { "candle", "1w", "candle1Wutc" },
    { "candle", "1M", "candle1Mutc" },
    { "candle", "3M", "candle3Mutc" },
    { "confirmed", "true", "1" },
    { "confirmed", "false", "0" },
    { "whole", "true", "snapshot" }, /* messages about books */
    { "whole", "false", "update" },
};

/* ---- what answers say ---- */

static const struct cambist_field status_fields[] = {
    { "state", "data[state=ongoing].state" },
    { "state", .constant = "ok" }, /* only announced maintenance is listed */
    { "eta", "data[state=ongoing].end", CAMBIST_MS }, { "url", "data[state=ongoing].href" },
};
static const struct cambist_field market_fields[] = {
    { "id", "instId" }, { "kind", "instType" },
    { "base_id", "baseCcy|uly:-0" }, { "quote_id", "quoteCcy|uly:-1" },
    { "settle_id", "settleCcy" }, { "active", "state", .words = "trading" },
    { "tick_size", "tickSz" }, { "lot_size", "lotSz" },
    { "contract_size", "[instType!=OPTION].ctVal" }, /* an option's is ctVal x ctMult */
    { "created", "listTime", CAMBIST_MS }, { "expiry", "expTime", CAMBIST_MS },
    { "strike", "stk" }, { "option_type", "optType" },
    { "min_amount", "minSz" }, { "max_amount", "maxLmtSz" },
    { "max_market_amount", "[instType!=SPOT].maxMktSz" }, /* spot says it in USDT */
    { "max_leverage", "lever" },
};
static const struct cambist_field currency_fields[] = {
    { NULL, "mainNet", .constant = "true" }, /* one row per chain: the currency's own */
    { "id", "ccy" }, { "name", "name" },
    { "type", "chain", .constant = "crypto" }, { "deposit", "canDep" }, { "withdraw", "canWd" },
    { "precision", "wdTickSz", CAMBIST_DIGITS }, { "fee", "fee" },
    { "min_withdraw", "minWd" }, { "max_withdraw", "maxWd" },
};
/* Spot counts volCcy24h in quote, contracts in base; vol24h is in base or contracts. */
static const struct cambist_field ticker_fields[] = {
    { "symbol", "instId" }, { "timestamp", "ts", CAMBIST_MS },
    { "open", "open24h" }, { "high", "high24h" }, { "low", "low24h" }, { "last", "last" },
    { "bid", "bidPx" }, { "bid_volume", "bidSz" },
    { "ask", "askPx" }, { "ask_volume", "askSz" },
    { "base_volume", "vol24h", .when = "market_kind=spot" },
    { "quote_volume", "volCcy24h", .when = "market_kind=spot" },
    { "base_volume", "volCcy24h", .when = "market_kind=swap|future" },
};
static const struct cambist_field book_fields[] = {
    { "bids", "bids" }, { "asks", "asks" },
    { "timestamp", "ts", CAMBIST_MS }, { "sequence", "seqId" },
};
static const struct cambist_field trade_fields[] = {
    { "id", "tradeId" }, { "timestamp", "ts", CAMBIST_MS }, { "symbol", "instId" },
    { "side", "side" }, { "price", "px" }, { "amount", "sz" },
};
static const struct cambist_field candle_fields[] = {
    { "timestamp", "0", CAMBIST_MS },
    { "open", "1" }, { "high", "2" }, { "low", "3" }, { "close", "4" },
    { "volume", "5" }, /* in base, or contracts */
};
/* availEq is only said where positions share the currency; there it is what is not in use. */
static const struct cambist_field balance_fields[] = {
    { "currency", "ccy" },
    { "total", "eq" }, { "free", "availEq|availBal" }, { "used", "[availEq=].frozenBal" },
    { "timestamp", "/data.0.uTime", CAMBIST_MS },
};
static const struct cambist_field funding_account_fields[] = {
    { "currency", "ccy" }, { "total", "bal" }, { "free", "availBal" }, { "used", "frozenBal" },
};
/* Rates are negative where they are paid. */
static const struct cambist_field fee_fields[] = {
    { "maker", "makerU", CAMBIST_NEGATED, .when = "market_kind=swap|future settle=USDT" },
    { "maker", "makerUSDC", CAMBIST_NEGATED, .when = "market_kind=swap|future settle=USDC" },
    { "maker", "maker", CAMBIST_NEGATED },
    { "taker", "takerU", CAMBIST_NEGATED, .when = "market_kind=swap|future settle=USDT" },
    { "taker", "takerUSDC", CAMBIST_NEGATED, .when = "market_kind=swap|future settle=USDC" },
    { "taker", "taker", CAMBIST_NEGATED },
};
/* Plain and stop orders alike; market orders can be sized in quote. */
#define ANY_ORDER                                                                                  \
    { "timestamp", "cTime", CAMBIST_MS }, { "last_update_timestamp", "uTime", CAMBIST_MS },        \
    { "symbol", "instId" }, { "side", "side" }, { "amount", "[tgtCcy!=quote_ccy].sz" },            \
    { "reduce_only", "reduceOnly" },                                                               \
    { "take_profit_price", "attachAlgoOrds.0.tpTriggerPx|tpTriggerPx" },                           \
    { "stop_loss_price", "attachAlgoOrds.0.slTriggerPx|slTriggerPx" }
static const struct cambist_field order_fields[] = {
    ANY_ORDER,
    { "id", "ordId" }, { "client_order_id", "clOrdId" },
    { "last_trade_timestamp", "fillTime", CAMBIST_MS },
    { "type", "ordType" }, { "time_in_force", "ordType", .words = "validity" },
    { "reduce_only", .constant = "false", .when = "market_kind=spot" },
    { "price", "px" }, { "filled", "accFillSz" }, { "average", "avgPx" }, { "state", "state" },
    { "fee_cost", "fee", CAMBIST_NEGATED }, { "fee_currency", "feeCcy" },
};
static const struct cambist_field stop_fields[] = {
    ANY_ORDER,
    { "id", "algoId" }, { "client_order_id", "algoClOrdId" },
    { "last_trade_timestamp", "triggerTime", CAMBIST_MS },
    { "type", "ordPx", .words = "stop_type" },
    { "price", "[ordPx!=-1].ordPx" }, { "trigger_price", "triggerPx" },
    { "state", "state", .words = "stop_state" },
};
/* An acknowledgement: the order's names, and a code where it was refused. */
static const struct cambist_field named_fields[] = {
    { "id", "ordId|algoId" }, { "client_order_id", "clOrdId|algoClOrdId" },
    { "reduce_only", .constant = "false", .when = "market_kind=spot" },
    { "state", "[sCode!=0].sCode", .constant = "rejected" },
    { "error_code", "[sCode!=0].sCode" }, { "error_message", "[sCode!=0].sMsg" },
};
static const struct cambist_field fill_fields[] = {
    { "id", "tradeId" }, { "order_id", "ordId" }, { "client_order_id", "clOrdId" },
    { "timestamp", "ts", CAMBIST_MS }, { "symbol", "instId" },
    { "side", "side" }, { "liquidity", "execType" },
    { "price", "fillPx" }, { "amount", "fillSz" },
    { "fee_cost", "fee", CAMBIST_NEGATED }, { "fee_currency", "feeCcy" },
    { "fee_rate", "feeRate", CAMBIST_NEGATED },
};
/* In net mode the sign of `pos` tells the side.  A closed position says what it was opened and
 * closed at. */
static const struct cambist_field position_fields[] = {
    { "id", "posId" }, { "symbol", "instId" },
    { "timestamp", "cTime", CAMBIST_MS }, { "last_update_timestamp", "uTime", CAMBIST_MS },
    { "side", "[posSide=net].pos", CAMBIST_SIGN | CAMBIST_NOT_ZERO, .words = "sign" },
    { "side", "[posSide!=net].posSide" },
    { "hedged", "posSide", .words = "hedged" },
    { "contracts", "pos", CAMBIST_ABSOLUTE }, { "notional", "notionalUsd" },
    { "entry_price", "avgPx|openAvgPx" }, { "liquidation_price", "liqPx" },
    { "mark_price", "markPx" }, { "last_price", "last|closeAvgPx" },
    { "margin_mode", "mgnMode" }, { "leverage", "lever" }, { "collateral", "margin" },
    { "initial_margin", "imr" }, { "maintenance_margin", "mmr" },
    { "realized_pnl", "realizedPnl" },
    { "unrealized_pnl", "upl" }, { "percentage", "uplRatio", CAMBIST_SHARE },
};
static const struct cambist_field funding_fields[] = {
    { "symbol", "instId" }, { "timestamp", "ts", CAMBIST_MS },
    { "funding_rate", "fundingRate" }, { "funding_timestamp", "fundingTime", CAMBIST_MS },
    { "next_funding_rate", "nextFundingRate" },
    { "next_funding_timestamp", "nextFundingTime", CAMBIST_MS },
    { "interest_rate", "interestRate" },
};
static const struct cambist_field past_funding_fields[] = {
    { "symbol", "instId" }, { "timestamp", "fundingTime", CAMBIST_MS },
    { "funding_rate", "realizedRate|fundingRate" },
};

/* ---- what requests say ---- */

#define ON_MARKET { "instId", "{market}" }
#define ANY_MARKET { "instId", "{market}", CAMBIST_OPTIONAL }
#define OF_KIND { "instType", "{market_kind:kind}" }
#define AT_MOST { "limit", "{limit}", CAMBIST_OPTIONAL }
static const struct cambist_parameter order_parameters[] = {
    ON_MARKET,
    { "side", "{side}" },
    { "ordType", "{order_type}" },
    { "sz", "{size}" },
    { "tdMode", "{trade_mode}" },
    { "tgtCcy", "{size_unit}", .when = "market_kind=spot" },
    { "px", "{price}", .when = "type=limit" },
    { "reduceOnly", "true", .json_form = CAMBIST_LITERAL, .when = "reduce_only" },
    { "clOrdId", "{client_order_id}", CAMBIST_OPTIONAL },
};
static const struct cambist_parameter stop_parameters[] = {
    ON_MARKET,
    { "side", "{side}" },
    { "ordType", "trigger" },
    { "sz", "{size}" },
    { "tdMode", "{trade_mode}" },
    { "tgtCcy", "{size_unit}", .when = "market_kind=spot" },
    { "triggerPx", "{trigger_price}" },
    { "orderPx", "{stop_price}" },
    { "reduceOnly", "true", .json_form = CAMBIST_LITERAL, .when = "reduce_only" },
    { "algoClOrdId", "{client_order_id}", CAMBIST_OPTIONAL },
};
/* One of an order's two names; the exchange's goes first where both are known. */
static const struct cambist_parameter name_parameters[] = {
    ON_MARKET,
    { "ordId", "{id}", .when = "id !trigger" },
    { "clOrdId", "{client_order_id}", .when = "!id !trigger" },
    { "algoId", "{id}", .when = "id trigger" },
    { "algoClOrdId", "{client_order_id}", .when = "!id trigger" },
};
static const struct cambist_parameter amend_parameters[] = {
    ON_MARKET,
    { "ordId", "{id}", .when = "id" },
    { "clOrdId", "{client_order_id}", .when = "!id" },
    { "newSz", "{amount}", CAMBIST_OPTIONAL },
    { "newPx", "{price}", CAMBIST_OPTIONAL },
};
/* before and after exclude their own moment. */
#define BETWEEN(end)                                                                               \
    { "before", "{since_ms-1}", CAMBIST_OPTIONAL }, { "after", end, CAMBIST_OPTIONAL }
#define PAST                                                                                       \
    { "begin", "{since_ms}", CAMBIST_OPTIONAL }, { "end", "{until_ms}", CAMBIST_OPTIONAL }
#define WITH(...)   .rows = "data[]", .parameters = CAMBIST_ROWS(parameter, __VA_ARGS__)
#define ASKS(table) .rows = "data[]", .parameters = CAMBIST_TABLE(table)
#define SAYS(table) .fields = CAMBIST_TABLE(table)
#define FIELDS(...) .fields = CAMBIST_ROWS(field, __VA_ARGS__)
#define COUNTED(limit) .charges = CAMBIST_ROWS(charge, { limit, 1 }, { "orders", 1 })
#define EACH_COUNTED(limit) .charges = CAMBIST_ROWS(charge, { limit, 1, 1 }, { "orders", 1, 1 })
#define OWN CAMBIST_SIGNED

static const struct cambist_endpoint endpoints[] = {
    { "fetch_time", "GET /api/v5/public/time", .rows = "data[]", CHARGED("time"),
      FIELDS({ "timestamp", "ts", CAMBIST_MS }) },
    { "fetch_status", "GET /api/v5/system/status", SAYS(status_fields), CHARGED("status") },
    { "fetch_markets", "GET /api/v5/public/instruments", WITH(OF_KIND), SAYS(market_fields),
      .kinds = CAMBIST_KIND_SPOT | CAMBIST_KIND_SWAP | CAMBIST_KIND_FUTURE,
      CHARGED("instruments") },
    { "fetch_currencies", "GET /api/v5/asset/currencies", OWN, .rows = "data[]",
      SAYS(currency_fields), CHARGED("currencies") },
    { "fetch_ticker", "GET /api/v5/market/ticker", WITH(ON_MARKET), SAYS(ticker_fields),
      CHARGED("ticker") },
    { "fetch_tickers", "GET /api/v5/market/tickers", WITH(OF_KIND), SAYS(ticker_fields),
      CHARGED("tickers") },
    { "fetch_order_book", "GET /api/v5/market/books", SAYS(book_fields), CHARGED("books"),
      WITH(ON_MARKET, { "sz", "{limit}", CAMBIST_OPTIONAL }) },
    { "fetch_trades", "GET /api/v5/market/trades", WITH(ON_MARKET, AT_MOST), SAYS(trade_fields),
      CHARGED("trades") },
    { "fetch_ohlcv", "GET /api/v5/market/candles", SAYS(candle_fields), CHARGED("candles"),
      .when = "!candle_price",
      WITH(ON_MARKET, { "bar", "{timeframe=1m}" }, AT_MOST, BETWEEN("{end_ms}")) },

    { "fetch_balance", "GET /api/v5/asset/balances", OWN, .when = "account=funding",
      .rows = "data[]", SAYS(funding_account_fields), CHARGED("asset-balances") },
    { "fetch_balance", "GET /api/v5/account/balance", OWN, .rows = "data[].details[]",
      SAYS(balance_fields), CHARGED("balance") },
    { "fetch_trading_fee", "GET /api/v5/account/trade-fee", OWN, SAYS(fee_fields),
      WITH(OF_KIND, { "instId", "{market}", .when = "market_kind=spot" },
           { "uly", "{base_id}-{quote_id}", .when = "market_kind=swap|future" }),
      CHARGED("trade-fee") },

    { "create_order", "POST /api/v5/trade/order-algo", OWN, ASKS(stop_parameters),
      SAYS(named_fields), .when = "trigger_price !post_only !time_in_force",
      COUNTED("order-algo") },
    /* A list of one: the rule of the list is five times that of the single order. */
    { "create_order", "POST /api/v5/trade/batch-orders", OWN, .when = "!trigger_price",
      .items = "[]", ASKS(order_parameters), SAYS(named_fields), COUNTED("batch-orders") },
    { "create_orders", "POST /api/v5/trade/batch-orders", OWN, .items = "[]",
      ASKS(order_parameters), SAYS(named_fields), EACH_COUNTED("batch-orders") },
    { "edit_order", "POST /api/v5/trade/amend-order", OWN, .when = "!trigger",
      ASKS(amend_parameters), SAYS(named_fields), COUNTED("amend-order") },
    { "cancel_order", "POST /api/v5/trade/cancel-algos", OWN, .when = "trigger", .items = "[]",
      ASKS(name_parameters), SAYS(named_fields), CHARGED("cancel-algos") },
    { "cancel_order", "POST /api/v5/trade/cancel-order", OWN, ASKS(name_parameters),
      SAYS(named_fields), CHARGED("cancel-order") },
    { "cancel_orders", "POST /api/v5/trade/cancel-algos", OWN, .when = "trigger", .items = "[]",
      ASKS(name_parameters), SAYS(named_fields), CHARGED_EACH("cancel-algos") },
    { "cancel_orders", "POST /api/v5/trade/cancel-batch-orders", OWN, .items = "[]",
      ASKS(name_parameters), SAYS(named_fields), CHARGED_EACH("cancel-batch-orders") },
    { "cancel_all_orders_after", "POST /api/v5/trade/cancel-all-after", OWN,
      WITH({ "timeOut", "{timeout_s}" }), CHARGED("cancel-all-after"),
      FIELDS({ "timestamp", "ts", CAMBIST_MS }, { "trigger_time", "triggerTime", CAMBIST_MS }) },

    { "fetch_order", "GET /api/v5/trade/order-algo", OWN, .when = "trigger",
      ASKS(name_parameters), SAYS(stop_fields), CHARGED("algo-order") },
    { "fetch_order", "GET /api/v5/trade/order", OWN, ASKS(name_parameters), SAYS(order_fields),
      CHARGED("order") },
    { "fetch_open_orders", "GET /api/v5/trade/orders-algo-pending", OWN, .when = "trigger",
      WITH({ "ordType", "trigger" }, ANY_MARKET, AT_MOST), SAYS(stop_fields),
      CHARGED("algo-pending") },
    { "fetch_open_orders", "GET /api/v5/trade/orders-pending", OWN, WITH(ANY_MARKET, AT_MOST),
      SAYS(order_fields), CHARGED("orders-pending") },
    { "fetch_closed_orders", "GET /api/v5/trade/orders-algo-history", OWN, .when = "trigger",
      WITH({ "ordType", "trigger" }, { "state", "effective" }, ANY_MARKET, AT_MOST),
      SAYS(stop_fields), CHARGED("algo-history") },
    { "fetch_closed_orders", "GET /api/v5/trade/orders-history", OWN, SAYS(order_fields),
      WITH(OF_KIND, ANY_MARKET, { "state", "filled" }, PAST, AT_MOST), CHARGED("orders-history") },
    /* Without `limit`: the newest hundred come, and `limit` means the oldest since `since`. */
    { "fetch_my_trades", "GET /api/v5/trade/fills-history", OWN, SAYS(fill_fields),
      WITH(OF_KIND, ANY_MARKET, PAST), CHARGED("fills-history") },

    { "fetch_positions", "GET /api/v5/account/positions", OWN, SAYS(position_fields),
      WITH({ "instId", "{markets}", CAMBIST_OPTIONAL }), CHARGED("positions") },
    { "fetch_funding_rate", "GET /api/v5/public/funding-rate", WITH(ON_MARKET),
      SAYS(funding_fields), CHARGED("funding-rate") },
    { "fetch_funding_rates", "GET /api/v5/public/funding-rate", WITH({ "instId", "ANY" }),
      SAYS(funding_fields), CHARGED("funding-rate") },
    { "fetch_funding_rate_history", "GET /api/v5/public/funding-rate-history",
      WITH(ON_MARKET, BETWEEN("{until_ms}"), AT_MOST), SAYS(past_funding_fields),
      CHARGED("funding-rate-history") },
    { "set_leverage", "POST /api/v5/account/set-leverage", OWN, CHARGED("set-leverage"),
      WITH(ON_MARKET, { "lever", "{leverage}" }, { "mgnMode", "{margin_mode=cross}" }),
      FIELDS({ "symbol", "instId" }, { "leverage", "lever" }) },
    { "fetch_deposit_address", "GET /api/v5/asset/deposit-address", OWN,
      WITH({ "ccy", "{code}" }), CHARGED("deposit-address"),
      FIELDS({ "currency", "ccy" }, { "address", "addr" }, { "tag", "tag|memo|pmtId" },
             { "network", "chain" }) },
};

#include "streams.h"

/* code 1: everything failed, and data says why; 2: some did, their rows say which. */
static const struct cambist_failure failures[] = {
    { "code", "0|2", "data.0.sCode|code", "data.0.sMsg|msg" },
};

static const struct cambist_fault faults[] = {
    { "50001", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN },
    { "50004", CAMBIST_TIMEOUT, CAMBIST_OUTCOME_UNKNOWN }, /* "does not mean success or failure" */
    { "50005", CAMBIST_UNAVAILABLE },
    { "50007", CAMBIST_PERMISSION },
    { "50009", CAMBIST_PERMISSION },
    { "50011", CAMBIST_RATE_LIMITED },
    { "50012", CAMBIST_PERMISSION },
    { "50013", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN },
    { "50026", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN },
    { "50027", CAMBIST_PERMISSION },
    { "50028", CAMBIST_REJECTED },
    { "50030", CAMBIST_PERMISSION },
    { "50035", CAMBIST_PERMISSION },
    { "50040", CAMBIST_RATE_LIMITED },
    { "50061", CAMBIST_RATE_LIMITED },
    { "50062", CAMBIST_MAINTENANCE },
    { "50008", CAMBIST_DENIED },
    { "500*", CAMBIST_BAD_ARGUMENT }, /* what is wrong with the request's form */
    { "50102", CAMBIST_BAD_TIME },
    { "50107", CAMBIST_BAD_TIME },
    { "50110", CAMBIST_PERMISSION }, /* the address is not in the key's list */
    { "50112", CAMBIST_BAD_TIME },
    { "50115", CAMBIST_BAD_ARGUMENT },
    { "50120", CAMBIST_PERMISSION },
    { "501*", CAMBIST_DENIED },
    { "51000", CAMBIST_BAD_SYMBOL, .text = "instId" },
    { "51000", CAMBIST_BAD_ARGUMENT },
    { "51001", CAMBIST_BAD_SYMBOL },
    { "51002", CAMBIST_BAD_SYMBOL },
    { "51003", CAMBIST_BAD_ARGUMENT },
    { "51008", CAMBIST_INSUFFICIENT_FUNDS },
    { "51009", CAMBIST_PERMISSION },
    { "51010", CAMBIST_PERMISSION },
    { "51012", CAMBIST_BAD_SYMBOL },
    { "51014", CAMBIST_BAD_SYMBOL },
    { "51015", CAMBIST_BAD_SYMBOL },
    { "51016", CAMBIST_DUPLICATE_ORDER },
    { "51021", CAMBIST_MARKET_CLOSED },
    { "51022", CAMBIST_MARKET_CLOSED },
    { "51024", CAMBIST_PERMISSION },
    { "51026", CAMBIST_BAD_SYMBOL },
    { "51027", CAMBIST_MARKET_CLOSED },
    { "51028", CAMBIST_MARKET_CLOSED },
    { "51029", CAMBIST_MARKET_CLOSED },
    { "51030", CAMBIST_MARKET_CLOSED },
    { "51054", CAMBIST_TIMEOUT, CAMBIST_OUTCOME_UNKNOWN },
    { "51065", CAMBIST_DUPLICATE_ORDER },
    { "51119", CAMBIST_INSUFFICIENT_FUNDS },
    { "51127", CAMBIST_INSUFFICIENT_FUNDS },
    { "51130", CAMBIST_BAD_SYMBOL },
    { "51131", CAMBIST_INSUFFICIENT_FUNDS },
    { "51149", CAMBIST_TIMEOUT, CAMBIST_OUTCOME_UNKNOWN },
    { "51155", CAMBIST_PERMISSION },
    { "51400", CAMBIST_ORDER_NOT_FOUND }, /* "filled, canceled or does not exist" */
    { "51401", CAMBIST_ORDER_NOT_FOUND },
    { "51402", CAMBIST_ORDER_NOT_FOUND },
    { "51410", CAMBIST_REJECTED },
    { "51502", CAMBIST_INSUFFICIENT_FUNDS },
    { "51503", CAMBIST_ORDER_NOT_FOUND },
    { "51509", CAMBIST_ORDER_NOT_FOUND },
    { "51510", CAMBIST_ORDER_NOT_FOUND },
    { "51603", CAMBIST_ORDER_NOT_FOUND },
    { "51736", CAMBIST_INSUFFICIENT_FUNDS },
    { "51*", CAMBIST_INVALID_ORDER },
    { "52000", CAMBIST_REJECTED },
    { "54*", CAMBIST_INVALID_ORDER },
    { "55*", CAMBIST_INVALID_ORDER },
    { "58001", CAMBIST_DENIED },
    { "58002", CAMBIST_PERMISSION },
    { "58004", CAMBIST_PERMISSION },
    { "58102", CAMBIST_RATE_LIMITED },
    { "58350", CAMBIST_INSUFFICIENT_FUNDS },
    { "58*", CAMBIST_REJECTED },
    { "59200", CAMBIST_INSUFFICIENT_FUNDS },
    { "59201", CAMBIST_INSUFFICIENT_FUNDS },
    { "59*", CAMBIST_REJECTED },
    { NULL, CAMBIST_RATE_LIMITED, .http_status = 429 },
    { NULL, CAMBIST_DENIED, .http_status = 401 },
};

/* Made with Python's hmac over the text that "Signature" in the chapter "REST Authentication"
 * prescribes. */
static const struct cambist_vector vectors[] = {
    { "cancel_order", "symbol=BTC/USDT id=1234567890123456789", "key=K secret=S passphrase=P",
      "BTC-USDT BTC/USDT spot", 1754006400123, "https://www.okx.com/api/v5/trade/cancel-order",
      "{\"instId\":\"BTC-USDT\",\"ordId\":\"1234567890123456789\"}",
      "OK-ACCESS-SIGN: OQZK+WnBZuzWRnRlstgVSjYRclJNcsqtYXSvdttVw84=" },
    { "fetch_order", "symbol=BTC/USDT id=1234567890123456789", "key=K secret=S passphrase=P",
      "BTC-USDT BTC/USDT spot", 1754006400123,
      "https://www.okx.com/api/v5/trade/order?instId=BTC-USDT&ordId=1234567890123456789", NULL,
      "OK-ACCESS-SIGN: nE+ka8gHvJxcRlm9xvY2x5cYMbJbXagLJeDk4KnQlVs=" },
    { "fetch_funding_rate", "symbol=BTC/USDT:USDT", NULL, "BTC-USDT-SWAP BTC/USDT:USDT swap",
      1754006400123, "https://www.okx.com/api/v5/public/funding-rate?instId=BTC-USDT-SWAP" },
};

/* expTime is until when a request may arrive. */
static const struct cambist_order_rule order_rules[] = {
    { 0, CAMBIST_UNIQUE_AMONG_OPEN, 32, CAMBIST_DEADLINE_ON_ARRIVAL, 5000, 5000, 2000 },
};

#define TABLE(name) .name = CAMBIST_TABLE(name)
CAMBIST_PLUGIN(.name = "okx", .title = "OKX", .version = "1", .body = CAMBIST_JSON,
               .docs_url = "https://www.okx.com/docs-v5/en/", TABLE(servers), TABLE(credentials),
               TABLE(limits), TABLE(derived), TABLE(stamps), TABLE(words), TABLE(endpoints),
               TABLE(failures), TABLE(faults), TABLE(vectors), TABLE(dialects), TABLE(channels),
               TABLE(signals), TABLE(book_rules), TABLE(order_rules))
