/* How does Binance differ: spot and USD-M futures?
 *
 * Spot and futures are two servers with the same dialect: the same signing, words and errors, and
 * records that differ in a few names.  Both share their tables wherever the exchange does.
 * Odd rules, with the pages that say them, are in NOTES.md. */
#include <cambist/plugin.h>

/* What stands in the rows of endpoints. */
#define SPOT(operation, request)    operation, request, .kinds = CAMBIST_KIND_SPOT
#define FUTURES(operation, request)                                                                \
    operation, request, .kinds = CAMBIST_KIND_SWAP | CAMBIST_KIND_FUTURE, .server = "futures"
#define SIGNED       .access = CAMBIST_SIGNED
#define EACH         .rows = "[]"
#define SENDS(name)  .parameters = CAMBIST_TABLE(name##_parameters)
#define GIVES(name)  .fields = CAMBIST_TABLE(name##_fields)
#define COSTS(name)  .charges = CAMBIST_TABLE(name##_charges)
#define WEIGHT(n)         .charges = CAMBIST_ROWS(charge, { "weight", n })
#define WALLET_WEIGHT(n)  .charges = CAMBIST_ROWS(charge, { "wallet weight", n })
#define FUTURES_WEIGHT(n) .charges = CAMBIST_ROWS(charge, { "futures weight", n })
#define OPTIONAL     CAMBIST_OPTIONAL

static const struct cambist_alias aliases[] = { { "binanceusdm", CAMBIST_KIND_SWAP } };

static const struct cambist_server servers[] = {
    { "spot", "https://api.binance.com", "https://testnet.binance.vision" },
    { "futures", "https://fapi.binance.com", "https://demo-fapi.binance.com" },
};

static const struct cambist_credential credentials[] = {
    { "key", "the API key", CAMBIST_SENT },
    { "secret", "the API secret, or the Ed25519 or RSA private key as PEM", CAMBIST_SECRET },
};

/* ---- limits ---- */

#define BY_ADDRESS CAMBIST_PER_ADDRESS, CAMBIST_FIXED_WINDOW
#define BY_ACCOUNT CAMBIST_PER_ACCOUNT, CAMBIST_FIXED_WINDOW
#define BANS       .is_fatal = 1

static const struct cambist_limit limits[] = {
    { "weight", BY_ADDRESS, 6000, 60000, BANS, .used_header = "X-MBX-USED-WEIGHT-1M" },
    { "orders", BY_ACCOUNT, 100, 10000, .used_header = "X-MBX-ORDER-COUNT-10S" },
    { "orders a day", BY_ACCOUNT, 200000, 86400000, .used_header = "X-MBX-ORDER-COUNT-1D" },
    { "wallet weight", BY_ADDRESS, 12000, 60000, BANS, .used_header = "X-SAPI-USED-IP-WEIGHT-1M" },
    { "futures weight", BY_ADDRESS, 2400, 60000, BANS, .used_header = "X-MBX-USED-WEIGHT-1M" },
    { "futures orders", BY_ACCOUNT, 300, 10000, .used_header = "X-MBX-ORDER-COUNT-10S" },
    { "futures orders a minute", BY_ACCOUNT, 1200, 60000, .used_header = "X-MBX-ORDER-COUNT-1M" },
};

static const struct cambist_charge order_charges[] = {
    { "weight", 1 }, { "orders", 1 }, { "orders a day", 1 },
};
static const struct cambist_charge futures_order_charges[] = {
    { "futures orders", 1 }, { "futures orders a minute", 1 },
};
static const struct cambist_charge batch_charges[] = {
    { "futures weight", 5 }, { "futures orders", 5 }, { "futures orders a minute", 5 },
};
/* Rows add up: 101 levels cost 5 + 20. */
static const struct cambist_charge depth_charges[] = {
    { "weight", 5 }, { "weight", 20, .when = "limit>100" },
    { "weight", 25, .when = "limit>500" }, { "weight", 200, .when = "limit>1000" },
};
static const struct cambist_charge futures_depth_charges[] = {
    { "futures weight", 2 }, { "futures weight", 3, .when = "limit>50" },
    { "futures weight", 5, .when = "limit>100" }, { "futures weight", 10, .when = "limit>500" },
    { "futures weight", 8, .when = "!limit" },
};
static const struct cambist_charge futures_candle_charges[] = {
    { "futures weight", 1 }, { "futures weight", 1, .when = "limit>99" },
    { "futures weight", 3, .when = "limit>499" }, { "futures weight", 5, .when = "limit>1000" },
    { "futures weight", 4, .when = "!limit" },
};
static const struct cambist_charge open_order_charges[] = {
    { "weight", 6, .when = "symbol" }, { "weight", 80, .when = "!symbol" },
};
static const struct cambist_charge futures_open_order_charges[] = {
    { "futures weight", 1, .when = "symbol" }, { "futures weight", 40, .when = "!symbol" },
};

/* ---- signing ---- */

#define SIGNED_TEXT "signature", "{query}{body}"

static const struct cambist_derived derived[] = {
    { SIGNED_TEXT, CAMBIST_HMAC_SHA256, CAMBIST_AS_HEX, "secret", "secret_form=text" },
    { SIGNED_TEXT, CAMBIST_ED25519, CAMBIST_AS_BASE64, "secret", "secret_form=ed25519" },
    { SIGNED_TEXT, CAMBIST_RSA_SHA256, CAMBIST_AS_BASE64, "secret", "secret_form=rsa" },
};

/* The signature is the last parameter, over everything before it. */
static const struct cambist_stamp stamps[] = {
    { CAMBIST_KEYED, CAMBIST_HEADER, "X-MBX-APIKEY", "{key}" },
    { CAMBIST_SIGNED, CAMBIST_BY_METHOD, "recvWindow", "{receive_window=10000}" },
    { CAMBIST_SIGNED, CAMBIST_BY_METHOD, "timestamp", "{time_ms}" },
    { CAMBIST_SIGNED, CAMBIST_BY_METHOD, "signature", "{signature}" },
};

/* ---- words ---- */

static const struct cambist_word words[] = {
    { "side", "buy", "BUY" },
    { "side", "sell", "SELL" },

    { "type", "limit", "LIMIT" },
    { "type", "market", "MARKET" },
    { "type", "limit", "LIMIT_MAKER" },
    { "type", "limit", "STOP_LOSS_LIMIT" },
    { "type", "limit", "TAKE_PROFIT_LIMIT" },
    { "type", "market", "STOP_LOSS" },
    { "type", "market", "TAKE_PROFIT" },
    /* Futures call a stop with a limit price STOP, and TAKE_PROFIT is not what it is in spot. */
    { "futures_type", "limit", "LIMIT" },
    { "futures_type", "market", "MARKET" },
    { "futures_type", "limit", "STOP" },
    { "futures_type", "limit", "TAKE_PROFIT" },
    { "futures_type", "market", "STOP_MARKET" },
    { "futures_type", "market", "TAKE_PROFIT_MARKET" },
    { "futures_type", "market", "TRAILING_STOP_MARKET" },
    { "futures_type", "market", "LIQUIDATION" },

    { "post_only", "true", "LIMIT_MAKER" },
    { "post_only", "false", "*" },

    { "time_in_force", "GTC", "GTC" },
    { "time_in_force", "IOC", "IOC" },
    { "time_in_force", "FOK", "FOK" },
    { "time_in_force", "PO", "GTX" },
    { "time_in_force", "GTD", "GTD" },
    { "time_in_force", "GTC", "GTE_GTC" },

    { "state", "open", "NEW" },
    { "state", "open", "PARTIALLY_FILLED" },
    { "state", "open", "PENDING_NEW" },
    { "state", "closed", "FILLED" },
    { "state", "canceled", "CANCELED" },
    { "state", "canceling", "PENDING_CANCEL" },
    { "state", "rejected", "REJECTED" },
    { "state", "expired", "EXPIRED" },
    { "state", "expired", "EXPIRED_IN_MATCH" },
    { "state", "open", "TRIGGERING" }, /* of conditional orders */
    { "state", "open", "TRIGGERED" },
    { "state", "closed", "FINISHED" },

    { "contract", "swap", "PERPETUAL" },
    { "contract", "swap", "TRADIFI_PERPETUAL" },
    { "contract", "future", "CURRENT_MONTH" },
    { "contract", "future", "NEXT_MONTH" },
    { "contract", "future", "CURRENT_QUARTER" },
    { "contract", "future", "NEXT_QUARTER" },
    { "trading", "true", "TRADING" },
    { "trading", "false", "*" },
    { "is_fiat", "fiat", "true" },
    { "is_fiat", "crypto", "false" },
    { "system_state", "ok", "0" },
    { "system_state", "maintenance", "1" },

    { "buyer_made", "sell", "true" }, /* the buyer's order stood in the book: the taker sold */
    { "buyer_made", "buy", "false" },
    { "is_buyer", "buy", "true" },
    { "is_buyer", "sell", "false" },
    { "liquidity", "maker", "true" },
    { "liquidity", "taker", "false" },

    { "currency", "BSV", "BCHSV" },
    { "position_side", "long", "LONG" },
    { "position_side", "short", "SHORT" },
    { "sign", "long", "+" },
    { "sign", "short", "-" },
    { "margin_mode", "cross", "cross" },
    { "margin_mode", "isolated", "isolated" },
};

/* ---- fields ---- */

static const struct cambist_field time_fields[] = { { "timestamp", "serverTime", CAMBIST_MS } };
static const struct cambist_field status_fields[] = { { "state", "status" } };

#define FILTER(type) "filters.[filterType=" type "]."

static const struct cambist_field market_fields[] = {
    { "id", "symbol" }, { "base_id", "baseAsset" }, { "quote_id", "quoteAsset" },
    { "settle_id", "marginAsset" }, { "kind", "contractType", .words = "contract" },
    /* Futures are ordered in base, not in contracts. */
    { "contract_size", NULL, .constant = "1", .when = "market_kind=swap|future" },
    { "active", "status|contractStatus", .words = "trading" },
    { "tick_size", FILTER("PRICE_FILTER") "tickSize", CAMBIST_NOT_ZERO },
    { "min_price", FILTER("PRICE_FILTER") "minPrice" },
    { "max_price", FILTER("PRICE_FILTER") "maxPrice" },
    { "lot_size", FILTER("LOT_SIZE") "stepSize", CAMBIST_NOT_ZERO },
    { "min_amount", FILTER("LOT_SIZE") "minQty" },
    { "max_amount", FILTER("LOT_SIZE") "maxQty" },
    { "min_market_amount", FILTER("MARKET_LOT_SIZE") "minQty" },
    { "max_market_amount", FILTER("MARKET_LOT_SIZE") "maxQty" },
    { "min_cost", FILTER("NOTIONAL") "minNotional|" FILTER("MIN_NOTIONAL") "minNotional" },
    { "min_cost", FILTER("MIN_NOTIONAL") "notional" },
    { "max_cost", FILTER("NOTIONAL") "maxNotional" },
    { "base_precision", "baseAssetPrecision", CAMBIST_DIGITS },
    { "quote_precision", "quotePrecision", CAMBIST_DIGITS },
    { "expiry", "deliveryDate", CAMBIST_MS }, { "created", "onboardDate", CAMBIST_MS },
};

#define NETWORK "networkList.[isDefault=true]."

static const struct cambist_field currency_fields[] = {
    { "id", "coin" }, { "name", "name" }, { "type", "isLegalMoney", .words = "is_fiat" },
    { "active", "trading" },
    { "deposit", "depositAllEnable" }, { "withdraw", "withdrawAllEnable" },
    { "fee", NETWORK "withdrawFee" },
    { "precision", NETWORK "withdrawIntegerMultiple", CAMBIST_NOT_ZERO },
    { "min_withdraw", NETWORK "withdrawMin" }, { "max_withdraw", NETWORK "withdrawMax" },
};

static const struct cambist_field ticker_fields[] = {
    { "symbol", "symbol" }, { "timestamp", "closeTime|time", CAMBIST_MS },
    { "open", "openPrice" }, { "high", "highPrice" },
    { "low", "lowPrice" }, { "last", "lastPrice" },
    { "bid", "bidPrice" }, { "bid_volume", "bidQty" },
    { "ask", "askPrice" }, { "ask_volume", "askQty" },
    { "base_volume", "volume" }, { "quote_volume", "quoteVolume" },
    { "vwap", "weightedAvgPrice" }, { "previous_close", "prevClosePrice" },
    { "change", "priceChange" }, { "percentage", "priceChangePercent" },
};

static const struct cambist_field book_fields[] = {
    { "bids", "bids" }, { "asks", "asks" },
    { "sequence", "lastUpdateId" }, { "timestamp", "T", CAMBIST_MS },
};

/* Aggregated trades have one-letter names, all others long ones; only one's own have an order. */
static const struct cambist_field trade_fields[] = {
    { "id", "a|id" }, { "timestamp", "T|time", CAMBIST_MS },
    { "price", "p|price" }, { "amount", "q|qty" }, { "cost", "quoteQty" },
    { "side", "side" }, { "side", "isBuyer", .words = "is_buyer" },
    { "side", "m|isBuyerMaker", .words = "buyer_made" },
    { "symbol", "symbol" }, { "order_id", "orderId" }, { "liquidity", "isMaker|maker" },
    { "fee_cost", "commission" }, { "fee_currency", "commissionAsset" },
};

static const struct cambist_field candle_fields[] = {
    { "timestamp", "0", CAMBIST_MS }, { "open", "1" }, { "high", "2" },
    { "low", "3" }, { "close", "4" }, { "volume", "5" },
};

static const struct cambist_field balance_fields[] = {
    { "currency", "asset" }, { "free", "free" }, { "used", "locked" },
    { "timestamp", "/updateTime", CAMBIST_MS },
};
static const struct cambist_field margin_fields[] = {
    { "currency", "asset" }, { "free", "availableBalance" },
    { "used", "initialMargin" }, { "total", "marginBalance" },
};

static const struct cambist_field fee_fields[] = {
    { "symbol", "symbol" }, { "maker", "makerCommission|makerCommissionRate" },
    { "taker", "takerCommission|takerCommissionRate" },
};

/* Orders of spot and of futures, and the conditional ones that futures keep apart (algo...). */
static const struct cambist_field order_fields[] = {
    { "id", "orderId|algoId" }, { "client_order_id", "clientOrderId|clientAlgoId" },
    { "timestamp", "time|createTime|transactTime|updateTime", CAMBIST_MS },
    { "last_update_timestamp", "updateTime|transactTime", CAMBIST_MS },
    { "symbol", "symbol" }, { "side", "side" },
    { "type", "type", .when = "market_kind=spot" },
    { "type", "type|orderType", .words = "futures_type", .when = "market_kind=swap|future" },
    { "post_only", "type", .words = "post_only", .when = "market_kind=spot" },
    { "time_in_force", "timeInForce" }, { "reduce_only", "reduceOnly" },
    { "price", "price", CAMBIST_NOT_ZERO },
    { "trigger_price", "stopPrice|triggerPrice", CAMBIST_NOT_ZERO },
    { "amount", "origQty|quantity" }, { "filled", "executedQty" },
    { "average", "avgPrice", CAMBIST_NOT_ZERO }, { "cost", "cummulativeQuoteQty|cumQuote" },
    { "state", "status|algoStatus" },
    { "error_code", "code" }, { "error_message", "msg" }, /* of one order in a batch */
};
/* There is one list of all orders: of closed ones the others are passed over. */
#define CLOSED      .rows = "[].[status!=NEW].[status!=PARTIALLY_FILLED]"
#define CLOSED_ALGO .rows = "[].[algoStatus!=NEW].[algoStatus!=TRIGGERING].[algoStatus!=TRIGGERED]"

/* {"code": 200, "msg": "The operation of cancel all open order is done."}: no order is told. */
static const struct cambist_field done_fields[] = { { NULL, "status", .constant = "CANCELED" } };
static const struct cambist_field algo_done_fields[] = {
    { "id", "algoId" }, { "client_order_id", "clientAlgoId" },
};
static const struct cambist_field timer_fields[] = { { "timeout", "countdownTime" } };

static const struct cambist_field position_fields[] = {
    { "symbol", "symbol" }, { "timestamp", "updateTime", CAMBIST_MS },
    { "side", "[positionSide!=BOTH].positionSide" },
    { "side", "positionAmt", CAMBIST_SIGN | CAMBIST_NOT_ZERO, .words = "sign" },
    { "contracts", "positionAmt", CAMBIST_ABSOLUTE }, { "margin_mode", "marginType" },
    { "entry_price", "entryPrice", CAMBIST_NOT_ZERO }, { "mark_price", "markPrice" },
    { "liquidation_price", "liquidationPrice", CAMBIST_NOT_ZERO },
    { "notional", "notional", CAMBIST_ABSOLUTE }, { "leverage", "leverage" },
    { "collateral", "isolatedMargin", CAMBIST_NOT_ZERO },
    { "initial_margin", "initialMargin" }, { "maintenance_margin", "maintMargin" },
    { "unrealized_pnl", "unRealizedProfit" },
};
static const struct cambist_field leverage_fields[] = {
    { "symbol", "symbol" }, { "leverage", "leverage" },
};

static const struct cambist_field funding_fields[] = {
    { "symbol", "symbol" }, { "timestamp", "time", CAMBIST_MS },
    { "funding_rate", "lastFundingRate" }, { "funding_timestamp", "nextFundingTime", CAMBIST_MS },
    { "mark_price", "markPrice" }, { "index_price", "indexPrice" },
    { "interest_rate", "interestRate" }, { "estimated_settle_price", "estimatedSettlePrice" },
};
static const struct cambist_field past_funding_fields[] = {
    { "symbol", "symbol" }, { "timestamp", "fundingTime", CAMBIST_MS },
    { "funding_rate", "fundingRate" }, { "mark_price", "markPrice" },
};

static const struct cambist_field address_fields[] = {
    { "currency", "coin" }, { "address", "address" }, { "tag", "tag" },
};

/* ---- parameters ---- */

static const struct cambist_parameter symbol_parameters[] = { { "symbol", "{market}" } };
static const struct cambist_parameter any_symbol_parameters[] = {
    { "symbol", "{market}", OPTIONAL },
};
static const struct cambist_parameter depth_parameters[] = {
    { "symbol", "{market}" }, { "limit", "{limit}", OPTIONAL },
};
#define SPAN                                                                                       \
    { "symbol", "{market}" }, { "startTime", "{since_ms}", OPTIONAL },                             \
    { "endTime", "{until_ms}", OPTIONAL }
static const struct cambist_parameter history_parameters[] = {
    SPAN, { "limit", "{limit}", OPTIONAL },
};
/* Open orders are taken out of the answer: a limit of closed ones is not the exchange's. */
static const struct cambist_parameter closed_parameters[] = { SPAN };
static const struct cambist_parameter candle_parameters[] = {
    SPAN, { "interval", "{timeframe=1m}" }, { "limit", "{limit}", OPTIONAL },
};

/* One order, by the exchange's id or by one's own. */
static const struct cambist_parameter one_order_parameters[] = {
    { "symbol", "{market}" }, { "orderId", "{id}", .when = "!client_order_id" },
    { "origClientOrderId", "{client_order_id}", OPTIONAL },
};
static const struct cambist_parameter one_algo_parameters[] = {
    { "algoId", "{id}", .when = "!client_order_id" },
    { "clientAlgoId", "{client_order_id}", OPTIONAL },
};

#define SPOT_ORDER                                                                                 \
    { "symbol", "{market}" }, { "side", "{side}" },                                                \
    { "type", "LIMIT_MAKER", .when = "type=limit post_only" },                                     \
    { "type", "STOP_LOSS_LIMIT", .when = "type=limit !post_only trigger_price" },                  \
    { "type", "{type}", .when = "type=limit !post_only !trigger_price" },                          \
    { "type", "STOP_LOSS", .when = "type=market trigger_price" },                                  \
    { "type", "{type}", .when = "type=market !trigger_price" },                                    \
    { "timeInForce", "{time_in_force=GTC}", .when = "type=limit !post_only" },                     \
    { "quantity", "{amount}", .when = "!cost" }, { "quoteOrderQty", "{cost}", OPTIONAL },          \
    { "price", "{price}", .when = "type=limit" }, { "stopPrice", "{trigger_price}", OPTIONAL },    \
    { "newClientOrderId", "{client_order_id}", OPTIONAL }, { "newOrderRespType", "FULL" }

static const struct cambist_parameter order_parameters[] = { SPOT_ORDER };
/* A changed order is another order: this one is cancelled, and only then the new one is placed. */
static const struct cambist_parameter replace_parameters[] = {
    SPOT_ORDER, { "cancelReplaceMode", "STOP_ON_FAILURE" }, { "cancelOrderId", "{id}" },
};

#define FUTURES_ORDER                                                                              \
    { "symbol", "{market}" }, { "side", "{side}" },                                                \
    { "timeInForce", "GTX", .when = "type=limit post_only" },                                      \
    { "timeInForce", "{time_in_force=GTC}", .when = "type=limit !post_only" },                     \
    { "quantity", "{amount}" }, { "price", "{price}", .when = "type=limit" },                      \
    { "reduceOnly", "true", .when = "reduce_only" }

static const struct cambist_parameter futures_order_parameters[] = {
    FUTURES_ORDER, { "type", "{type}" }, { "newClientOrderId", "{client_order_id}", OPTIONAL },
    { "newOrderRespType", "RESULT" },
};
static const struct cambist_parameter algo_order_parameters[] = {
    FUTURES_ORDER, { "algoType", "CONDITIONAL" }, { "triggerPrice", "{trigger_price}" },
    { "type", "STOP", .when = "type=limit" }, { "type", "STOP_MARKET", .when = "type=market" },
    { "clientAlgoId", "{client_order_id}", OPTIONAL },
};
static const struct cambist_parameter edit_parameters[] = {
    { "symbol", "{market}" }, { "orderId", "{id}", .when = "!client_order_id" },
    { "origClientOrderId", "{client_order_id}", OPTIONAL }, { "side", "{side}" },
    { "quantity", "{amount}" }, { "price", "{price}" },
};
static const struct cambist_parameter ids_parameters[] = {
    { "symbol", "{market}", .is_beside = 1 }, { "", "{id}", .json_form = CAMBIST_LITERAL },
};
static const struct cambist_parameter timer_parameters[] = {
    { "symbol", "{market}" }, { "countdownTime", "{timeout}" },
};
static const struct cambist_parameter leverage_parameters[] = {
    { "symbol", "{market}" }, { "leverage", "{leverage}" },
};
static const struct cambist_parameter symbols_parameters[] = {
    { "symbols", "{markets:json}", OPTIONAL },
};
static const struct cambist_parameter address_parameters[] = {
    { "coin", "{code}" }, { "network", "{network}", OPTIONAL },
};

/* ---- endpoints ---- */

static const struct cambist_endpoint endpoints[] = {
    { SPOT("fetch_time", "GET /api/v3/time"), WEIGHT(1), GIVES(time) },
    { FUTURES("fetch_time", "GET /fapi/v1/time"), FUTURES_WEIGHT(1), GIVES(time) },
    { "fetch_status", "GET /sapi/v1/system/status", WALLET_WEIGHT(1), GIVES(status) },
    { SPOT("fetch_markets", "GET /api/v3/exchangeInfo"), .rows = "symbols[]", WEIGHT(20),
      GIVES(market) },
    { FUTURES("fetch_markets", "GET /fapi/v1/exchangeInfo"), .rows = "symbols[]", FUTURES_WEIGHT(1),
      GIVES(market) },
    { "fetch_currencies", "GET /sapi/v1/capital/config/getall", SIGNED, EACH, WALLET_WEIGHT(10),
      GIVES(currency) },

    { SPOT("fetch_ticker", "GET /api/v3/ticker/24hr"), WEIGHT(2), SENDS(symbol), GIVES(ticker) },
    { FUTURES("fetch_ticker", "GET /fapi/v1/ticker/24hr"), FUTURES_WEIGHT(1), SENDS(symbol),
      GIVES(ticker) },
    { SPOT("fetch_tickers", "GET /api/v3/ticker/24hr"), EACH, WEIGHT(80), SENDS(symbols),
      GIVES(ticker) },
    { FUTURES("fetch_tickers", "GET /fapi/v1/ticker/24hr"), EACH, FUTURES_WEIGHT(40),
      GIVES(ticker) },
    { SPOT("fetch_order_book", "GET /api/v3/depth"), COSTS(depth), SENDS(depth), GIVES(book) },
    { FUTURES("fetch_order_book", "GET /fapi/v1/depth"), COSTS(futures_depth), SENDS(depth),
      GIVES(book) },
    { SPOT("fetch_trades", "GET /api/v3/aggTrades"), EACH, WEIGHT(4), SENDS(history),
      GIVES(trade) },
    { FUTURES("fetch_trades", "GET /fapi/v1/aggTrades"), EACH, FUTURES_WEIGHT(20), SENDS(history),
      GIVES(trade) },
    { SPOT("fetch_ohlcv", "GET /api/v3/klines"), EACH, WEIGHT(2), SENDS(candle), GIVES(candle) },
    { FUTURES("fetch_ohlcv", "GET /fapi/v1/klines"), EACH, COSTS(futures_candle), SENDS(candle),
      GIVES(candle) },

    { SPOT("fetch_balance", "GET /api/v3/account"), SIGNED, .rows = "balances[]", WEIGHT(20),
      GIVES(balance) },
    { FUTURES("fetch_balance", "GET /fapi/v3/account"), SIGNED, .rows = "assets[]",
      FUTURES_WEIGHT(5), GIVES(margin) },
    { SPOT("fetch_trading_fee", "GET /sapi/v1/asset/tradeFee"), SIGNED, EACH, WALLET_WEIGHT(1),
      SENDS(symbol), GIVES(fee) },
    { FUTURES("fetch_trading_fee", "GET /fapi/v1/commissionRate"), SIGNED, FUTURES_WEIGHT(20),
      SENDS(symbol), GIVES(fee) },
    { SPOT("fetch_trading_fees", "GET /sapi/v1/asset/tradeFee"), SIGNED, EACH, WALLET_WEIGHT(1),
      GIVES(fee) },

    { SPOT("create_order", "POST /api/v3/order"), SIGNED, COSTS(order), SENDS(order),
      GIVES(order) },
    { FUTURES("create_order", "POST /fapi/v1/order"), SIGNED, .when = "!trigger_price",
      COSTS(futures_order), SENDS(futures_order), GIVES(order) },
    { FUTURES("create_order", "POST /fapi/v1/algoOrder"), SIGNED, COSTS(futures_order),
      SENDS(algo_order), GIVES(order) },
    { FUTURES("create_orders", "POST /fapi/v1/batchOrders"), SIGNED, EACH, .items = "batchOrders[]",
      COSTS(batch), SENDS(futures_order), GIVES(order) },
    { SPOT("edit_order", "POST /api/v3/order/cancelReplace"), SIGNED, .rows = "newOrderResponse",
      COSTS(order), SENDS(replace), GIVES(order) },
    { FUTURES("edit_order", "PUT /fapi/v1/order"), SIGNED, COSTS(futures_order), SENDS(edit),
      GIVES(order) },
    { SPOT("cancel_order", "DELETE /api/v3/order"), SIGNED, WEIGHT(1), SENDS(one_order),
      GIVES(order) },
    { FUTURES("cancel_order", "DELETE /fapi/v1/order"), SIGNED, .when = "!trigger",
      FUTURES_WEIGHT(1), SENDS(one_order), GIVES(order) },
    { FUTURES("cancel_order", "DELETE /fapi/v1/algoOrder"), SIGNED, FUTURES_WEIGHT(1),
      SENDS(one_algo), GIVES(algo_done) },
    { FUTURES("cancel_orders", "DELETE /fapi/v1/batchOrders"), SIGNED, EACH,
      .items = "orderIdList[]", FUTURES_WEIGHT(1), SENDS(ids), GIVES(order) },
    { SPOT("cancel_all_orders", "DELETE /api/v3/openOrders"), SIGNED, EACH, WEIGHT(1),
      SENDS(symbol), GIVES(order) },
    { FUTURES("cancel_all_orders", "DELETE /fapi/v1/allOpenOrders"), SIGNED, .when = "!trigger",
      FUTURES_WEIGHT(1), SENDS(symbol), GIVES(done) },
    { FUTURES("cancel_all_orders", "DELETE /fapi/v1/algoOpenOrders"), SIGNED, FUTURES_WEIGHT(1),
      SENDS(symbol), GIVES(done) },
    { FUTURES("cancel_all_orders_after", "POST /fapi/v1/countdownCancelAll"), SIGNED,
      FUTURES_WEIGHT(10), SENDS(timer), GIVES(timer) },

    { SPOT("fetch_order", "GET /api/v3/order"), SIGNED, WEIGHT(4), SENDS(one_order), GIVES(order) },
    { FUTURES("fetch_order", "GET /fapi/v1/order"), SIGNED, .when = "!trigger", FUTURES_WEIGHT(1),
      SENDS(one_order), GIVES(order) },
    { FUTURES("fetch_order", "GET /fapi/v1/algoOrder"), SIGNED, FUTURES_WEIGHT(1), SENDS(one_algo),
      GIVES(order) },
    { SPOT("fetch_orders", "GET /api/v3/allOrders"), SIGNED, EACH, WEIGHT(20), SENDS(history),
      GIVES(order) },
    { FUTURES("fetch_orders", "GET /fapi/v1/allOrders"), SIGNED, EACH, .when = "!trigger",
      FUTURES_WEIGHT(5), SENDS(history), GIVES(order) },
    { FUTURES("fetch_orders", "GET /fapi/v1/allAlgoOrders"), SIGNED, EACH, FUTURES_WEIGHT(5),
      SENDS(history), GIVES(order) },
    { SPOT("fetch_open_orders", "GET /api/v3/openOrders"), SIGNED, EACH, COSTS(open_order),
      SENDS(any_symbol), GIVES(order) },
    { FUTURES("fetch_open_orders", "GET /fapi/v1/openOrders"), SIGNED, EACH, .when = "!trigger",
      COSTS(futures_open_order), SENDS(any_symbol), GIVES(order) },
    { FUTURES("fetch_open_orders", "GET /fapi/v1/openAlgoOrders"), SIGNED, EACH,
      COSTS(futures_open_order), SENDS(any_symbol), GIVES(order) },
    { SPOT("fetch_closed_orders", "GET /api/v3/allOrders"), SIGNED, CLOSED, WEIGHT(20),
      SENDS(closed), GIVES(order) },
    { FUTURES("fetch_closed_orders", "GET /fapi/v1/allOrders"), SIGNED, CLOSED, .when = "!trigger",
      FUTURES_WEIGHT(5), SENDS(closed), GIVES(order) },
    { FUTURES("fetch_closed_orders", "GET /fapi/v1/allAlgoOrders"), SIGNED, CLOSED_ALGO,
      FUTURES_WEIGHT(5), SENDS(closed), GIVES(order) },
    { SPOT("fetch_my_trades", "GET /api/v3/myTrades"), SIGNED, EACH, WEIGHT(20), SENDS(history),
      GIVES(trade) },
    { FUTURES("fetch_my_trades", "GET /fapi/v1/userTrades"), SIGNED, EACH, FUTURES_WEIGHT(5),
      SENDS(history), GIVES(trade) },

    { FUTURES("fetch_positions", "GET /fapi/v3/positionRisk"), SIGNED, EACH, FUTURES_WEIGHT(5),
      GIVES(position) },
    { FUTURES("fetch_funding_rate", "GET /fapi/v1/premiumIndex"), FUTURES_WEIGHT(1), SENDS(symbol),
      GIVES(funding) },
    { FUTURES("fetch_funding_rates", "GET /fapi/v1/premiumIndex"), EACH, FUTURES_WEIGHT(10),
      GIVES(funding) },
    { FUTURES("fetch_funding_rate_history", "GET /fapi/v1/fundingRate"), EACH, FUTURES_WEIGHT(1),
      SENDS(history), GIVES(past_funding) },
    { FUTURES("set_leverage", "POST /fapi/v1/leverage"), SIGNED, FUTURES_WEIGHT(1), SENDS(leverage),
      GIVES(leverage) },
    { "fetch_deposit_address", "GET /sapi/v1/capital/deposit/address", SIGNED, WALLET_WEIGHT(10),
      SENDS(address), GIVES(address) },
};

/* ---- errors ---- */

/* Some answers say {"code": 200}: that is no error. */
static const struct cambist_failure failures[] = { { "code", "0|200|000000", "code", "msg" } };

#define UNKNOWN CAMBIST_OUTCOME_UNKNOWN

/* Rows with a text stand before the row that takes the rest of the same code. */
static const struct cambist_fault faults[] = {
    { "-1003", CAMBIST_BANNED, .text = "IP banned" },
    { NULL, CAMBIST_BANNED, .http_status = 418 },
    { NULL, CAMBIST_RATE_LIMITED, .http_status = 429 },

    { "-1000", CAMBIST_UNAVAILABLE, UNKNOWN },
    { "-1001", CAMBIST_UNAVAILABLE, UNKNOWN },
    { "-1002", CAMBIST_DENIED },
    { "-1003", CAMBIST_RATE_LIMITED },
    { "-1004", CAMBIST_UNAVAILABLE },
    { "-1006", CAMBIST_UNAVAILABLE, UNKNOWN },
    { "-1007", CAMBIST_TIMEOUT, UNKNOWN },
    { "-1008", CAMBIST_RATE_LIMITED },
    { "-1010", CAMBIST_INSUFFICIENT_FUNDS, .text = "insufficient balance" },
    { "-1010", CAMBIST_ORDER_NOT_FOUND, .text = "Unknown order" },
    { "-1010", CAMBIST_INVALID_ORDER },
    { "-1011", CAMBIST_PERMISSION },
    { "-1013", CAMBIST_INVALID_ORDER },
    { "-1014", CAMBIST_INVALID_ORDER },
    { "-1015", CAMBIST_RATE_LIMITED },
    { "-1016", CAMBIST_UNAVAILABLE },
    { "-1020", CAMBIST_NOT_SUPPORTED },
    { "-1021", CAMBIST_BAD_TIME },
    { "-1022", CAMBIST_DENIED },
    { "-1023", CAMBIST_BAD_ARGUMENT },
    { "-1099", CAMBIST_DENIED },
    { "-1108", CAMBIST_BAD_ARGUMENT },
    { "-1109", CAMBIST_DENIED },
    { "-1110", CAMBIST_BAD_SYMBOL },
    { "-1111", CAMBIST_INVALID_ORDER },
    { "-1112", CAMBIST_INVALID_ORDER },
    { "-1114", CAMBIST_INVALID_ORDER },
    { "-1115", CAMBIST_INVALID_ORDER },
    { "-1116", CAMBIST_INVALID_ORDER },
    { "-1117", CAMBIST_INVALID_ORDER },
    { "-1121", CAMBIST_BAD_SYMBOL },
    { "-1122", CAMBIST_BAD_SYMBOL },
    { "-1220", CAMBIST_BAD_SYMBOL },
    { "-11*", CAMBIST_BAD_ARGUMENT },
    { "-12*", CAMBIST_INVALID_ORDER },

    { "-2010", CAMBIST_INSUFFICIENT_FUNDS, .text = "insufficient balance" },
    { "-2010", CAMBIST_DUPLICATE_ORDER, .text = "Duplicate order" },
    { "-2010", CAMBIST_MARKET_CLOSED, .text = "Market is closed" },
    { "-2010", CAMBIST_ORDER_NOT_FOUND, .text = "Unknown order" },
    { "-2010", CAMBIST_PERMISSION, .text = "this account" },
    { "-2010", CAMBIST_PERMISSION, .text = "This account" },
    { "-2010", CAMBIST_PERMISSION, .text = "API trading is not enabled" },
    { "-2010", CAMBIST_INVALID_ORDER }, /* would match, would trigger, filter failures ... */
    { "-2011", CAMBIST_PERMISSION, .text = "this account" },
    { "-2011", CAMBIST_PERMISSION, .text = "This account" },
    { "-2011", CAMBIST_REJECTED, .text = "cancel restrictions" },
    { "-2011", CAMBIST_ORDER_NOT_FOUND },
    { "-2013", CAMBIST_ORDER_NOT_FOUND },
    { "-2014", CAMBIST_DENIED },
    { "-2015", CAMBIST_DENIED },
    { "-2016", CAMBIST_MARKET_CLOSED },
    { "-2017", CAMBIST_PERMISSION },
    { "-2018", CAMBIST_INSUFFICIENT_FUNDS },
    { "-2019", CAMBIST_INSUFFICIENT_FUNDS },
    { "-2020", CAMBIST_INVALID_ORDER },
    /* The old order is gone and the new one is not there, or the other way round. */
    { "-2021", CAMBIST_REJECTED, UNKNOWN, .text = "partially" },
    { "-2021", CAMBIST_INVALID_ORDER }, /* futures: would trigger immediately */
    { "-2022", CAMBIST_INVALID_ORDER }, /* spot: neither happened; futures: reduce only */
    { "-2023", CAMBIST_PERMISSION },    /* in liquidation */
    { "-2024", CAMBIST_INSUFFICIENT_FUNDS },
    { "-2025", CAMBIST_INVALID_ORDER },
    { "-2026", CAMBIST_ORDER_NOT_FOUND, .text = "archived" },
    { "-2026", CAMBIST_INVALID_ORDER },
    { "-2027", CAMBIST_INVALID_ORDER },
    { "-2028", CAMBIST_INSUFFICIENT_FUNDS },
    { "-2039", CAMBIST_ORDER_NOT_FOUND },

    { "-4015", CAMBIST_BAD_ARGUMENT },
    { "-4028", CAMBIST_BAD_ARGUMENT },
    { "-4050", CAMBIST_INSUFFICIENT_FUNDS },
    { "-4051", CAMBIST_INSUFFICIENT_FUNDS },
    { "-4054", CAMBIST_REJECTED },
    { "-4059", CAMBIST_REJECTED },
    { "-4108", CAMBIST_MARKET_CLOSED },
    { "-4109", CAMBIST_PERMISSION },
    { "-4111", CAMBIST_DUPLICATE_ORDER },
    { "-4116", CAMBIST_DUPLICATE_ORDER },
    { "-4131", CAMBIST_INVALID_ORDER },
    { "-4140", CAMBIST_MARKET_CLOSED },
    { "-4141", CAMBIST_BAD_SYMBOL },
    { "-4144", CAMBIST_BAD_SYMBOL },
    { "-4*", CAMBIST_INVALID_ORDER },
    { "-5021", CAMBIST_INVALID_ORDER }, /* FOK that could not be filled */
    { "-5022", CAMBIST_INVALID_ORDER }, /* GTX that would have taken */
    { "-5*", CAMBIST_INVALID_ORDER },

    { NULL, CAMBIST_DENIED, .http_status = 401 },
    { NULL, CAMBIST_PERMISSION, .http_status = 403 }, /* the firewall in front of the exchange */
};

/* ---- known answers ---- */

/* Key and secret of the exchange's own example; the signature was computed with Python's hmac. */
static const struct cambist_vector vectors[] = {
    { "create_order", "symbol=LTC/BTC side=buy type=limit amount=1 price=0.1",
      "key=vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A "
      "secret=NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j",
      "LTCBTC LTC/BTC spot", 1499827319559, "https://api.binance.com/api/v3/order",
      "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
      "&newOrderRespType=FULL&recvWindow=10000&timestamp=1499827319559"
      "&signature=69596fcf94353d6533287094e15f183e44c2f2f96f53af5983431dfc9bcb9e49",
      "X-MBX-APIKEY: vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A" },
};

CAMBIST_PLUGIN(.name = "binance", .title = "Binance", .version = "1",
               .docs_url = "https://developers.binance.com/docs/binance-spot-api-docs",
               .body = CAMBIST_FORM, .aliases = CAMBIST_TABLE(aliases),
               .servers = CAMBIST_TABLE(servers), .credentials = CAMBIST_TABLE(credentials),
               .limits = CAMBIST_TABLE(limits), .derived = CAMBIST_TABLE(derived),
               .stamps = CAMBIST_TABLE(stamps), .words = CAMBIST_TABLE(words),
               .endpoints = CAMBIST_TABLE(endpoints), .failures = CAMBIST_TABLE(failures),
               .faults = CAMBIST_TABLE(faults), .vectors = CAMBIST_TABLE(vectors))
