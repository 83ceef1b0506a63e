/* How does OKX differ: spot, perpetual swaps and futures, API v5? */
#include <cambist/plugin.h>

/* https://www.okx.com/docs-v5/en/ - NOTES.md says which chapter an odd row is from. */

static const struct cambist_server servers[] = {
    { "rest", "https://www.okx.com", "https://www.okx.com" }, /* the sandbox is a header */
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
    { "time", IP, 10, 2000 },
    { "status", IP, 1, 5000 },
    { "instruments", IP, 20, 2000 },
    { "tickers", IP, 20, 2000 },
    { "ticker", IP, 20, 2000 },
    { "books", IP, 40, 2000 },
    { "trades", IP, 100, 2000 },
    { "candles", IP, 40, 2000 },
    { "funding-rate", IP, 10, 2000 },
    { "funding-rate-history", IP, 10, 2000 },
    { "currencies", USER, 6, 1000 },
    { "asset-balances", USER, 6, 1000 },
    { "deposit-address", USER, 6, 1000 },
    { "balance", USER, 10, 2000 },
    { "trade-fee", USER, 5, 2000 },
    { "positions", USER, 10, 2000 },
    { "set-leverage", USER, 20, 2000 },
    { "orders", USER, 1000, 2000 }, /* new and amended orders of a sub-account */
    { "batch-orders", MARKET, 300, 2000 },
    { "order-algo", MARKET, 20, 2000 },
    { "amend-order", MARKET, 60, 2000 },
    { "cancel-order", MARKET, 60, 2000 },
    { "cancel-batch-orders", MARKET, 300, 2000 },
    { "cancel-algos", USER, 20, 2000 },
    { "cancel-all-after", USER, 1, 1000 },
    { "order", MARKET, 60, 2000 },
    { "orders-pending", USER, 60, 2000 },
    { "orders-history", USER, 40, 2000 },
    { "algo-order", USER, 20, 2000 },
    { "algo-pending", USER, 20, 2000 },
    { "algo-history", USER, 20, 2000 },
    { "fills-history", USER, 10, 2000 },
};
#define CHARGED(limit) .charges = CAMBIST_ROWS(charge, { limit, 1 })

static const struct cambist_derived derived[] = {
    { "sign", "{time_iso}{method}{target}{body}", CAMBIST_HMAC_SHA256, CAMBIST_AS_BASE64, "secret" },
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
};

/* ---- what answers say ---- */

static const struct cambist_field status_fields[] = {
    { "state", "data[state=ongoing].state" },
    { "state", .constant = "ok" }, /* only announced maintenance is listed */
    { "eta", "data[state=ongoing].end", CAMBIST_MS },
    { "url", "data[state=ongoing].href" },
};
static const struct cambist_field market_fields[] = {
    { "id", "instId" },
    { "kind", "instType" },
    { "base_id", "baseCcy|uly:-0" },
    { "quote_id", "quoteCcy|uly:-1" },
    { "settle_id", "settleCcy" },
    { "active", "state", .words = "trading" },
    { "tick_size", "tickSz" },
    { "lot_size", "lotSz" },
    { "contract_size", "[instType!=OPTION].ctVal" }, /* an option's is ctVal x ctMult */
    { "expiry", "expTime", CAMBIST_MS },
    { "strike", "stk" },
    { "option_type", "optType" },
    { "min_amount", "minSz" },
    { "max_amount", "maxLmtSz" },
    { "max_leverage", "lever" },
    { "created", "listTime", CAMBIST_MS },
};
static const struct cambist_field currency_fields[] = {
    { NULL, "mainNet", .constant = "true" }, /* one row per chain: the currency's own */
    { "id", "ccy" },
    { "name", "name" },
    { "type", "chain", .constant = "crypto" },
    { "deposit", "canDep" },
    { "withdraw", "canWd" },
    { "precision", "wdTickSz", CAMBIST_DIGITS },
    { "fee", "fee" },
    { "min_withdraw", "minWd" },
    { "max_withdraw", "maxWd" },
};
/* Spot counts volCcy24h in quote, contracts in base; vol24h is in base or contracts. */
static const struct cambist_field ticker_fields[] = {
    { "symbol", "instId" },
    { "timestamp", "ts", CAMBIST_MS },
    { "high", "high24h" },
    { "low", "low24h" },
    { "bid", "bidPx" },
    { "bid_volume", "bidSz" },
    { "ask", "askPx" },
    { "ask_volume", "askSz" },
    { "open", "open24h" },
    { "last", "last" },
    { "base_volume", "vol24h", .when = "market_kind=spot" },
    { "quote_volume", "volCcy24h", .when = "market_kind=spot" },
    { "base_volume", "volCcy24h", .when = "market_kind=swap|future" },
};
static const struct cambist_field book_fields[] = {
    { "bids", "bids" },
    { "asks", "asks" },
    { "timestamp", "ts", CAMBIST_MS },
    { "sequence", "seqId" },
};
static const struct cambist_field trade_fields[] = {
    { "id", "tradeId" },
    { "timestamp", "ts", CAMBIST_MS },
    { "symbol", "instId" },
    { "side", "side" },
    { "price", "px" },
    { "amount", "sz" },
};
static const struct cambist_field candle_fields[] = {
    { "timestamp", "0", CAMBIST_MS },
    { "open", "1" },
    { "high", "2" },
    { "low", "3" },
    { "close", "4" },
    { "volume", "5" }, /* in base, or contracts */
};
/* availEq is only said where positions share the currency; there it is what is not in use. */
static const struct cambist_field balance_fields[] = {
    { "currency", "ccy" },
    { "total", "eq" },
    { "free", "availEq|availBal" },
    { "used", "[availEq=].frozenBal" },
    { "timestamp", "/data.0.uTime", CAMBIST_MS },
};
static const struct cambist_field funding_account_fields[] = {
    { "currency", "ccy" },
    { "total", "bal" },
    { "free", "availBal" },
    { "used", "frozenBal" },
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
static const struct cambist_field order_fields[] = {
    { "id", "ordId" },
    { "client_order_id", "clOrdId" },
    { "timestamp", "cTime", CAMBIST_MS },
    { "last_trade_timestamp", "fillTime", CAMBIST_MS },
    { "last_update_timestamp", "uTime", CAMBIST_MS },
    { "symbol", "instId" },
    { "type", "ordType" },
    { "time_in_force", "ordType", .words = "validity" },
    { "reduce_only", "reduceOnly" },
    { "reduce_only", .constant = "false", .when = "market_kind=spot" },
    { "side", "side" },
    { "price", "px" },
    { "amount", "[tgtCcy!=quote_ccy].sz" }, /* market orders can be sized in quote */
    { "filled", "accFillSz" },
    { "average", "avgPx" },
    { "state", "state" },
    { "fee_cost", "fee", CAMBIST_NEGATED },
    { "fee_currency", "feeCcy" },
    { "take_profit_price", "attachAlgoOrds.0.tpTriggerPx|tpTriggerPx" },
    { "stop_loss_price", "attachAlgoOrds.0.slTriggerPx|slTriggerPx" },
};
static const struct cambist_field stop_fields[] = {
    { "id", "algoId" },
    { "client_order_id", "algoClOrdId" },
    { "timestamp", "cTime", CAMBIST_MS },
    { "last_trade_timestamp", "triggerTime", CAMBIST_MS },
    { "last_update_timestamp", "uTime", CAMBIST_MS },
    { "symbol", "instId" },
    { "type", "ordPx", .words = "stop_type" },
    { "reduce_only", "reduceOnly" },
    { "side", "side" },
    { "price", "[ordPx!=-1].ordPx" },
    { "trigger_price", "triggerPx" },
    { "amount", "[tgtCcy!=quote_ccy].sz" },
    { "state", "state", .words = "stop_state" },
    { "take_profit_price", "tpTriggerPx" },
    { "stop_loss_price", "slTriggerPx" },
};
/* An acknowledgement: the order's names, and a code where it was refused. */
static const struct cambist_field named_fields[] = {
    { "id", "ordId|algoId" },
    { "client_order_id", "clOrdId|algoClOrdId" },
    { "reduce_only", .constant = "false", .when = "market_kind=spot" },
    { "state", "[sCode!=0].sCode", .constant = "rejected" },
    { "error_code", "[sCode!=0].sCode" },
    { "error_message", "[sCode!=0].sMsg" },
};
static const struct cambist_field fill_fields[] = {
    { "id", "tradeId" },
    { "order_id", "ordId" },
    { "timestamp", "ts", CAMBIST_MS },
    { "symbol", "instId" },
    { "side", "side" },
    { "liquidity", "execType" },
    { "price", "fillPx" },
    { "amount", "fillSz" },
    { "fee_cost", "fee", CAMBIST_NEGATED },
    { "fee_currency", "feeCcy" },
    { "fee_rate", "feeRate", CAMBIST_NEGATED },
    { "client_order_id", "clOrdId" },
};
/* In net mode the sign of `pos` tells the side. */
static const struct cambist_field position_fields[] = {
    { "id", "posId" },
    { "symbol", "instId" },
    { "timestamp", "cTime", CAMBIST_MS },
    { "last_update_timestamp", "uTime", CAMBIST_MS },
    { "side", "[posSide=net].pos", CAMBIST_SIGN | CAMBIST_NOT_ZERO, .words = "sign" },
    { "side", "[posSide!=net].posSide" },
    { "hedged", "posSide", .words = "hedged" },
    { "contracts", "pos", CAMBIST_ABSOLUTE },
    { "entry_price", "avgPx" },
    { "mark_price", "markPx" },
    { "last_price", "last" },
    { "liquidation_price", "liqPx" },
    { "notional", "notionalUsd" },
    { "leverage", "lever" },
    { "collateral", "margin" },
    { "initial_margin", "imr" },
    { "maintenance_margin", "mmr" },
    { "unrealized_pnl", "upl" },
    { "realized_pnl", "realizedPnl" },
    { "percentage", "uplRatio", CAMBIST_SHARE },
    { "margin_mode", "mgnMode" },
};
static const struct cambist_field funding_fields[] = {
    { "symbol", "instId" },
    { "timestamp", "ts", CAMBIST_MS },
    { "funding_rate", "fundingRate" },
    { "funding_timestamp", "fundingTime", CAMBIST_MS },
    { "next_funding_rate", "nextFundingRate" },
    { "next_funding_timestamp", "nextFundingTime", CAMBIST_MS },
    { "interest_rate", "interestRate" },
};
static const struct cambist_field past_funding_fields[] = {
    { "symbol", "instId" },
    { "timestamp", "fundingTime", CAMBIST_MS },
    { "funding_rate", "realizedRate|fundingRate" },
};

/* ---- what requests say ---- */

#define MARKET_ROW { "instId", "{market}" }
static const struct cambist_parameter order_parameters[] = {
    MARKET_ROW,
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
    MARKET_ROW,
    { "side", "{side}" },
    { "ordType", "trigger" },
    { "sz", "{amount}" },
    { "tdMode", "{trade_mode}" },
    { "tgtCcy", "base_ccy", .when = "market_kind=spot" },
    { "triggerPx", "{trigger_price}" },
    { "orderPx", "{stop_price}" },
    { "reduceOnly", "true", .json_form = CAMBIST_LITERAL, .when = "reduce_only" },
    { "algoClOrdId", "{client_order_id}", CAMBIST_OPTIONAL },
};
/* One of an order's two names; its own goes first where both are known. */
static const struct cambist_parameter name_parameters[] = {
    MARKET_ROW,
    { "ordId", "{id}", .when = "id" },
    { "clOrdId", "{client_order_id}", .when = "!id" },
};
static const struct cambist_parameter amend_parameters[] = {
    MARKET_ROW,
    { "ordId", "{id}", .when = "id" },
    { "clOrdId", "{client_order_id}", .when = "!id" },
    { "newSz", "{amount}", CAMBIST_OPTIONAL },
    { "newPx", "{price}", CAMBIST_OPTIONAL },
};
static const struct cambist_parameter stop_name_parameters[] = {
    MARKET_ROW,
    { "algoId", "{id}", .when = "id" },
    { "algoClOrdId", "{client_order_id}", .when = "!id" },
};
/* Lists are taken from a market, or from a kind of markets. */
#define LISTED                                                                                     \
    { "instType", "{market_kind:kind}", .when = "symbol" }, { "instId", "{market}", CAMBIST_OPTIONAL }
#define PAST                                                                                       \
    { "begin", "{since_ms}", CAMBIST_OPTIONAL }, { "end", "{until_ms}", CAMBIST_OPTIONAL }
#define AT_MOST { "limit", "{limit}", CAMBIST_OPTIONAL }
#define LISTS(...) .rows = "data[]", .parameters = CAMBIST_ROWS(parameter, __VA_ARGS__)
#define ASKS(table) .rows = "data[]", .parameters = CAMBIST_TABLE(table)
#define SAYS(table) .fields = CAMBIST_TABLE(table)

static const struct cambist_endpoint endpoints[] = {
    { "fetch_time", "GET /api/v5/public/time", .rows = "data[]", CHARGED("time"),
      .fields = CAMBIST_ROWS(field, { "timestamp", "ts", CAMBIST_MS }) },
    { "fetch_status", "GET /api/v5/system/status", SAYS(status_fields), CHARGED("status") },
    { "fetch_markets", "GET /api/v5/public/instruments", SAYS(market_fields), CHARGED("instruments"),
      .kinds = CAMBIST_KIND_SPOT | CAMBIST_KIND_SWAP | CAMBIST_KIND_FUTURE,
      LISTS({ "instType", "{market_kind:kind}" }) },
    { "fetch_currencies", "GET /api/v5/asset/currencies", CAMBIST_SIGNED, .rows = "data[]",
      SAYS(currency_fields), CHARGED("currencies") },
    { "fetch_ticker", "GET /api/v5/market/ticker", LISTS(MARKET_ROW), SAYS(ticker_fields),
      CHARGED("ticker") },
    { "fetch_tickers", "GET /api/v5/market/tickers", LISTS({ "instType", "{market_kind:kind}" }),
      SAYS(ticker_fields), CHARGED("tickers") },
    { "fetch_order_book", "GET /api/v5/market/books", SAYS(book_fields), CHARGED("books"),
      LISTS(MARKET_ROW, { "sz", "{limit}", CAMBIST_OPTIONAL }) },
    { "fetch_trades", "GET /api/v5/market/trades", LISTS(MARKET_ROW, AT_MOST), SAYS(trade_fields),
      CHARGED("trades") },
    /* before and after exclude their own moment. */
    { "fetch_ohlcv", "GET /api/v5/market/candles", SAYS(candle_fields), CHARGED("candles"),
      LISTS(MARKET_ROW, { "bar", "{timeframe=1m}" }, AT_MOST,
            { "before", "{since_ms-1}", CAMBIST_OPTIONAL },
            { "after", "{end_ms}", CAMBIST_OPTIONAL }) },

    { "fetch_balance", "GET /api/v5/asset/balances", CAMBIST_SIGNED, .when = "account=funding",
      .rows = "data[]", SAYS(funding_account_fields), CHARGED("asset-balances") },
    { "fetch_balance", "GET /api/v5/account/balance", CAMBIST_SIGNED, .rows = "data[].details[]",
      SAYS(balance_fields), CHARGED("balance") },
    { "fetch_trading_fee", "GET /api/v5/account/trade-fee", CAMBIST_SIGNED, SAYS(fee_fields),
      CHARGED("trade-fee"),
      LISTS({ "instType", "{market_kind:kind}" },
            { "instId", "{market}", .when = "market_kind=spot" },
            { "uly", "{base_id}-{quote_id}", .when = "market_kind=swap|future" }) },

    { "create_order", "POST /api/v5/trade/order-algo", CAMBIST_SIGNED,
      .when = "trigger_price !post_only !time_in_force", ASKS(stop_parameters), SAYS(named_fields),
      .charges = CAMBIST_ROWS(charge, { "order-algo", 1 }, { "orders", 1 }) },
    /* A list of one: the rule of the list is five times that of the single order. */
    { "create_order", "POST /api/v5/trade/batch-orders", CAMBIST_SIGNED, .items = "[]",
      .when = "!trigger_price", ASKS(order_parameters), SAYS(named_fields),
      .charges = CAMBIST_ROWS(charge, { "batch-orders", 1 }, { "orders", 1 }) },
    { "create_orders", "POST /api/v5/trade/batch-orders", CAMBIST_SIGNED, .items = "[]",
      ASKS(order_parameters), SAYS(named_fields),
      .charges = CAMBIST_ROWS(charge, { "batch-orders", 1, 1 }, { "orders", 1, 1 }) },
    { "edit_order", "POST /api/v5/trade/amend-order", CAMBIST_SIGNED, .when = "!trigger",
      ASKS(amend_parameters), SAYS(named_fields),
      .charges = CAMBIST_ROWS(charge, { "amend-order", 1 }, { "orders", 1 }) },
    { "cancel_order", "POST /api/v5/trade/cancel-algos", CAMBIST_SIGNED, .when = "trigger",
      .items = "[]", ASKS(stop_name_parameters), SAYS(named_fields), CHARGED("cancel-algos") },
    { "cancel_order", "POST /api/v5/trade/cancel-order", CAMBIST_SIGNED, ASKS(name_parameters),
      SAYS(named_fields), CHARGED("cancel-order") },
    { "cancel_orders", "POST /api/v5/trade/cancel-algos", CAMBIST_SIGNED, .when = "trigger",
      .items = "[]", ASKS(stop_name_parameters), SAYS(named_fields),
      .charges = CAMBIST_ROWS(charge, { "cancel-algos", 1, 1 }) },
    { "cancel_orders", "POST /api/v5/trade/cancel-batch-orders", CAMBIST_SIGNED, .items = "[]",
      ASKS(name_parameters), SAYS(named_fields),
      .charges = CAMBIST_ROWS(charge, { "cancel-batch-orders", 1, 1 }) },
    { "cancel_all_orders_after", "POST /api/v5/trade/cancel-all-after", CAMBIST_SIGNED,
      LISTS({ "timeOut", "{timeout_s}" }), CHARGED("cancel-all-after"),
      .fields = CAMBIST_ROWS(field, { "timestamp", "ts", CAMBIST_MS },
                             { "trigger_time", "triggerTime", CAMBIST_MS }) },

    { "fetch_order", "GET /api/v5/trade/order-algo", CAMBIST_SIGNED, .when = "trigger",
      ASKS(stop_name_parameters), SAYS(stop_fields), CHARGED("algo-order") },
    { "fetch_order", "GET /api/v5/trade/order", CAMBIST_SIGNED, ASKS(name_parameters),
      SAYS(order_fields), CHARGED("order") },
    { "fetch_open_orders", "GET /api/v5/trade/orders-algo-pending", CAMBIST_SIGNED,
      .when = "trigger", LISTS({ "ordType", "trigger" }, LISTED, AT_MOST), SAYS(stop_fields),
      CHARGED("algo-pending") },
    { "fetch_open_orders", "GET /api/v5/trade/orders-pending", CAMBIST_SIGNED,
      LISTS({ "instId", "{market}", CAMBIST_OPTIONAL }, AT_MOST), SAYS(order_fields),
      CHARGED("orders-pending") },
    { "fetch_closed_orders", "GET /api/v5/trade/orders-algo-history", CAMBIST_SIGNED,
      .when = "trigger", SAYS(stop_fields), CHARGED("algo-history"),
      LISTS({ "ordType", "trigger" }, { "state", "effective" }, LISTED, AT_MOST) },
    { "fetch_closed_orders", "GET /api/v5/trade/orders-history", CAMBIST_SIGNED,
      SAYS(order_fields), CHARGED("orders-history"),
      LISTS({ "instType", "{market_kind:kind}" }, { "instId", "{market}", CAMBIST_OPTIONAL },
            { "state", "filled" }, PAST, AT_MOST) },
    /* Without `limit`: the newest hundred come, and `limit` means the oldest since `since`. */
    { "fetch_my_trades", "GET /api/v5/trade/fills-history", CAMBIST_SIGNED, SAYS(fill_fields),
      CHARGED("fills-history"),
      LISTS({ "instType", "{market_kind:kind}" }, { "instId", "{market}", CAMBIST_OPTIONAL },
            PAST) },

    { "fetch_positions", "GET /api/v5/account/positions", CAMBIST_SIGNED, SAYS(position_fields),
      CHARGED("positions"), LISTS({ "instId", "{markets}", CAMBIST_OPTIONAL }) },
    { "fetch_funding_rate", "GET /api/v5/public/funding-rate", LISTS(MARKET_ROW),
      SAYS(funding_fields), CHARGED("funding-rate") },
    { "fetch_funding_rates", "GET /api/v5/public/funding-rate", LISTS({ "instId", "ANY" }),
      SAYS(funding_fields), CHARGED("funding-rate") },
    { "fetch_funding_rate_history", "GET /api/v5/public/funding-rate-history",
      SAYS(past_funding_fields), CHARGED("funding-rate-history"),
      LISTS(MARKET_ROW, { "before", "{since_ms-1}", CAMBIST_OPTIONAL },
            { "after", "{until_ms}", CAMBIST_OPTIONAL }, AT_MOST) },
    { "set_leverage", "POST /api/v5/account/set-leverage", CAMBIST_SIGNED,
      LISTS(MARKET_ROW, { "lever", "{leverage}" }, { "mgnMode", "{margin_mode=cross}" }),
      CHARGED("set-leverage"),
      .fields = CAMBIST_ROWS(field, { "symbol", "instId" }, { "leverage", "lever" }) },
    { "fetch_deposit_address", "GET /api/v5/asset/deposit-address", CAMBIST_SIGNED,
      LISTS({ "ccy", "{code}" }), CHARGED("deposit-address"),
      .fields = CAMBIST_ROWS(field, { "currency", "ccy" }, { "address", "addr" },
                             { "tag", "tag|memo|pmtId" }, { "network", "chain" }) },
};

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
};

CAMBIST_PLUGIN(.name = "okx", .title = "OKX", .version = "1",
               .docs_url = "https://www.okx.com/docs-v5/en/", .body = CAMBIST_JSON,
               .servers = CAMBIST_TABLE(servers), .credentials = CAMBIST_TABLE(credentials),
               .limits = CAMBIST_TABLE(limits), .derived = CAMBIST_TABLE(derived),
               .stamps = CAMBIST_TABLE(stamps), .words = CAMBIST_TABLE(words),
               .endpoints = CAMBIST_TABLE(endpoints), .failures = CAMBIST_TABLE(failures),
               .faults = CAMBIST_TABLE(faults), .vectors = CAMBIST_TABLE(vectors))
