/* How does Binance differ: spot and USD-M futures?
 *
 * Spot and futures are two servers with the same dialect: the same signing, words and errors, and
 * records that differ in a few names.  Both share their tables wherever the exchange does.
 * Odd rules, with the pages that say them, are in NOTES.md. */
#include <cambist/plugin.h>

/* Tables that endpoints share, and what names them in their rows. */
#define CHARGES(name)    static const struct cambist_charge name##_charges[] =
#define FIELDS(name)     static const struct cambist_field name##_fields[] =
#define PARAMETERS(name) static const struct cambist_parameter name##_parameters[] =
#define GIVES(name)      .fields = CAMBIST_TABLE(name##_fields)
#define SENDS(name)      .parameters = CAMBIST_TABLE(name##_parameters)
#define OPTIONAL         CAMBIST_OPTIONAL
#define NOT_ZERO         CAMBIST_NOT_ZERO
#define OF_SPOT          .kinds = CAMBIST_KIND_SPOT
#define USDM_KINDS       CAMBIST_KIND_SWAP | CAMBIST_KIND_FUTURE
#define SIGNED           .access = CAMBIST_SIGNED

#include "streams.h"

static const struct cambist_alias aliases[] = { { "binanceusdm", CAMBIST_KIND_SWAP } };

static const struct cambist_server servers[] = {
    { "spot", "https://api.binance.com", "https://testnet.binance.vision" },
    { "futures", "https://fapi.binance.com", "https://demo-fapi.binance.com" },
    { "options", "https://eapi.binance.com" }, STREAM_SERVERS,
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
    { "orders/day", BY_ACCOUNT, 200000, 86400000, .used_header = "X-MBX-ORDER-COUNT-1D" },
    { "wallet weight", BY_ADDRESS, 12000, 60000, BANS, .used_header = "X-SAPI-USED-IP-WEIGHT-1M" },
    { "usdm weight", BY_ADDRESS, 2400, 60000, BANS, .used_header = "X-MBX-USED-WEIGHT-1M" },
    { "usdm orders", BY_ACCOUNT, 300, 10000, .used_header = "X-MBX-ORDER-COUNT-10S" },
    { "usdm orders/min", BY_ACCOUNT, 1200, 60000, .used_header = "X-MBX-ORDER-COUNT-1M" },
    { "option weight", BY_ADDRESS, 400, 60000, BANS, .used_header = "X-MBX-USED-WEIGHT-1M" },
    { "connections", BY_ADDRESS, 300, 300000, BANS }, /* of streams */
};

CHARGES(order) { { "weight", 1 }, { "orders", 1 }, { "orders/day", 1 } };
CHARGES(usdm_order) { { "usdm orders", 1 }, { "usdm orders/min", 1 } };
CHARGES(batch) { { "usdm weight", 5 }, { "usdm orders", 1, 1 }, { "usdm orders/min", 1, 1 } };
/* Rows add up: 101 levels cost 5 + 20.  Futures give 500 rows where no limit is asked for. */
CHARGES(depth) {
    { "weight", 5 }, { "weight", 20, .when = "limit>100" },
    { "weight", 25, .when = "limit>500" }, { "weight", 200, .when = "limit>1000" },
};
#define ABOVE(limit, weight) { "usdm weight", weight, .when = "limit>" #limit }
#define UNASKED(weight)      { "usdm weight", weight, .when = "!limit" }
CHARGES(usdm_depth) {
    { "usdm weight", 2 }, ABOVE(50, 3), ABOVE(100, 5), ABOVE(500, 10), UNASKED(8),
};
CHARGES(usdm_candle) { { "usdm weight", 1 }, ABOVE(99, 1), ABOVE(499, 3), ABOVE(1000, 5),
                       UNASKED(4) };
CHARGES(open_order) { { "weight", 6 }, { "weight", 74, .when = "!symbol" } };
CHARGES(open) { { "usdm weight", 1 }, { "usdm weight", 39, .when = "!symbol" } };

/* ---- signing ---- */

/* Signed as the kind of the secret wants it. */
#define BY_SECRET(name, text)                                                                      \
    { name, text, CAMBIST_HMAC_SHA256, CAMBIST_AS_HEX, "secret", "secret_form=text" },             \
    { name, text, CAMBIST_ED25519, CAMBIST_AS_BASE64, "secret", "secret_form=ed25519" },           \
    { name, text, CAMBIST_RSA_SHA256, CAMBIST_AS_BASE64, "secret", "secret_form=rsa" }
static const struct cambist_derived derived[] = {
    BY_SECRET("signature", "{query}{body}"), BY_SECRET("stream_signature", STREAM_LOGIN),
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
    { "side", "buy", "BUY" }, { "side", "sell", "SELL" },

    { "type", "limit", "LIMIT" }, { "type", "market", "MARKET" },
    { "type", "limit", "LIMIT_MAKER" }, { "type", "limit", "STOP_LOSS_LIMIT" },
    { "type", "limit", "TAKE_PROFIT_LIMIT" }, { "type", "market", "STOP_LOSS" },
    { "type", "market", "TAKE_PROFIT" },
    /* Futures call a stop with a limit price STOP, and TAKE_PROFIT is not what it is in spot. */
    { "futures_type", "limit", "LIMIT" }, { "futures_type", "market", "MARKET" },
    { "futures_type", "limit", "STOP" }, { "futures_type", "limit", "TAKE_PROFIT" },
    { "futures_type", "market", "STOP_MARKET" }, { "futures_type", "market", "TAKE_PROFIT_MARKET" },
    { "futures_type", "market", "TRAILING_STOP_MARKET" },
    { "futures_type", "market", "LIQUIDATION" },

    { "post_only", "true", "LIMIT_MAKER" }, { "post_only", "false", "*" },

    { "time_in_force", "GTC", "GTC" }, { "time_in_force", "IOC", "IOC" },
    { "time_in_force", "FOK", "FOK" }, { "time_in_force", "PO", "GTX" },
    { "time_in_force", "GTD", "GTD" }, { "time_in_force", "GTC", "GTE_GTC" },

    { "state", "open", "NEW" }, { "state", "open", "PARTIALLY_FILLED" },
    { "state", "open", "PENDING_NEW" }, { "state", "closed", "FILLED" },
    { "state", "canceled", "CANCELED" }, { "state", "canceling", "PENDING_CANCEL" },
    { "state", "rejected", "REJECTED" }, { "state", "expired", "EXPIRED" },
    { "state", "expired", "EXPIRED_IN_MATCH" },
    { "state", "open", "TRIGGERING" }, /* of conditional orders */
    { "state", "open", "TRIGGERED" }, { "state", "closed", "FINISHED" },
    { "state", "canceled", "CANCELLED" },

    { "contract", "swap", "PERPETUAL" }, { "contract", "swap", "TRADIFI_PERPETUAL" },
    { "contract", "future", "CURRENT_MONTH" }, { "contract", "future", "NEXT_MONTH" },
    { "contract", "future", "CURRENT_QUARTER" }, { "contract", "future", "NEXT_QUARTER" },
    { "trading", "true", "TRADING" }, { "trading", "false", "*" },
    { "is_fiat", "fiat", "true" }, { "is_fiat", "crypto", "false" },
    { "system_state", "ok", "0" }, { "system_state", "maintenance", "1" },

    { "buyer_made", "sell", "true" }, /* the buyer's order stood in the book: the taker sold */
    { "buyer_made", "buy", "false" },
    { "is_buyer", "buy", "true" }, { "is_buyer", "sell", "false" },
    { "liquidity", "maker", "true" }, { "liquidity", "taker", "false" },

    { "currency", "BSV", "BCHSV" },
    { "position_side", "long", "LONG" }, { "position_side", "short", "SHORT" },
    { "sign", "long", "+" }, { "sign", "short", "-" },
    { "option_type", "call", "CALL" }, { "option_type", "put", "PUT" },
    { "margin_mode", "cross", "cross" }, { "margin_mode", "isolated", "isolated" },
};

/* ---- fields ---- */

FIELDS(time) { { "timestamp", "serverTime", CAMBIST_MS } };
FIELDS(status) { { "state", "status" } };

#define PRICE       "filters.[filterType=PRICE_FILTER]."
#define LOT         "filters.[filterType=LOT_SIZE]."
#define MARKET_LOT  "filters.[filterType=MARKET_LOT_SIZE]."
#define COST        "filters.[filterType=NOTIONAL]."
#define LEAST_COST  "filters.[filterType=MIN_NOTIONAL]."
#define FILTERED { "tick_size", PRICE "tickSize", NOT_ZERO }, { "min_price", PRICE "minPrice" },   \
                 { "max_price", PRICE "maxPrice" }, { "lot_size", LOT "stepSize", NOT_ZERO },      \
                 { "min_amount", LOT "minQty" }, { "max_amount", LOT "maxQty" }

FIELDS(market) {
    { "id", "symbol" }, { "base_id", "baseAsset" }, { "quote_id", "quoteAsset" },
    { "settle_id", "marginAsset" }, { "kind", "contractType", .words = "contract" },
    /* Futures are ordered in base, not in contracts. */
    { "contract_size", NULL, .constant = "1", .when = "market_kind=swap|future" },
    { "active", "status|contractStatus", .words = "trading" }, FILTERED,
    { "min_market_amount", MARKET_LOT "minQty" }, { "expiry", "deliveryDate", CAMBIST_MS },
    { "max_market_amount", MARKET_LOT "maxQty" }, { "created", "onboardDate", CAMBIST_MS },
    { "base_precision", "baseAssetPrecision", CAMBIST_DIGITS }, { "min_cost", COST "minNotional" },
    { "quote_precision", "quotePrecision", CAMBIST_DIGITS }, { "max_cost", COST "maxNotional" },
    { "min_cost", LEAST_COST "minNotional|" LEAST_COST "notional" },
    { NULL, "orderTypes", CAMBIST_ONLY_WRITTEN,
      .constant = "[\"LIMIT\", \"LIMIT_MAKER\", \"MARKET\"]" },
};
/* An option says its base in its name only: ETH-230224-800-C.  It is settled in the quote. */
FIELDS(option) {
    { "id", "symbol" }, { "base_id", "symbol:-0" }, { "quote_id", "quoteAsset" },
    { "settle_id", "quoteAsset" }, { "strike", "strikePrice" }, { "taker", "takerFeeRate" },
    { "contract_size", "unit" }, { "expiry", "expiryDate", CAMBIST_MS }, { "option_type", "side" },
    { "active", "status", .words = "trading" }, { "maker", "makerFeeRate" }, FILTERED,
};

#define NETWORK "networkList.[isDefault=true]."

FIELDS(currency) {
    { "id", "coin" }, { "name", "name" }, { "type", "isLegalMoney", .words = "is_fiat" },
    { "active", "trading" }, { "deposit", "depositAllEnable" }, { "withdraw", "withdrawAllEnable" },
    { "fee", NETWORK "withdrawFee" }, { "precision", NETWORK "withdrawIntegerMultiple", NOT_ZERO },
    { "min_withdraw", NETWORK "withdrawMin" }, { "max_withdraw", NETWORK "withdrawMax" },
};

FIELDS(ticker) {
    { "symbol", "symbol" }, { "timestamp", "closeTime|time", CAMBIST_MS }, { "last", "lastPrice" },
    { "open", "openPrice" }, { "high", "highPrice" }, { "low", "lowPrice" },
    { "bid", "bidPrice" }, { "bid_volume", "bidQty" }, { "base_volume", "volume" },
    { "ask", "askPrice" }, { "ask_volume", "askQty" }, { "quote_volume", "quoteVolume" },
    { "vwap", "weightedAvgPrice" }, { "previous_close", "prevClosePrice" },
    { "change", "priceChange" }, { "percentage", "priceChangePercent" },
};

FIELDS(book) {
    { "bids", "bids" }, { "asks", "asks" },
    { "sequence", "lastUpdateId|u" }, { "timestamp", "T", CAMBIST_MS },
};

/* Aggregated trades have one-letter names, all others long ones; only one's own have an order. */
FIELDS(trade) {
    { "id", "a|id" }, { "timestamp", "T|time", CAMBIST_MS },
    { "price", "p|price" }, { "amount", "q|qty" }, { "cost", "quoteQty" }, { "side", "side" },
    { "side", "isBuyer", .words = "is_buyer" }, { "side", "m|isBuyerMaker", .words = "buyer_made" },
    { "symbol", "symbol" }, { "order_id", "orderId" }, { "liquidity", "isMaker|maker" },
    { "fee_cost", "commission" }, { "fee_currency", "commissionAsset" },
    /* What tells other programs that it is a spot trade. */
    { NULL, "M", CAMBIST_ONLY_WRITTEN, .when = "market_kind=spot", .constant = "true" },
};

/* Candles are lists; those of options are objects. */
FIELDS(candle) {
    { "timestamp", "0|openTime", CAMBIST_MS }, { "open", "1|open" }, { "high", "2|high" },
    { "low", "3|low" }, { "close", "4|close" }, { "volume", "5|volume", .when = "!candle_price" },
    { "volume", NULL, .constant = "0", .when = "candle_price" }, /* nothing trades at these */
};

FIELDS(cash) {
    { "currency", "asset" }, { "free", "free" }, { "used", "locked" },
    { "timestamp", "/updateTime", CAMBIST_MS },
};
FIELDS(margin) {
    { "currency", "asset" }, { "free", "availableBalance" },
    { "used", "initialMargin" }, { "total", "marginBalance" },
};

FIELDS(fee) {
    { "symbol", "symbol" }, { "maker", "makerCommission|makerCommissionRate" },
    { "taker", "takerCommission|takerCommissionRate" }, { "tier", "feeTier" },
};

/* Orders of spot and of futures, and the conditional ones that futures (algo...) and the portfolio
 * margin (strategy...) keep apart: until they are triggered they have no order, whose id is 0. */
FIELDS(order) {
    { "id", "orderId|algoId|strategyId", NOT_ZERO },
    { "client_order_id", "clientOrderId|clientAlgoId|newClientStrategyId" },
    { "timestamp", "time|createTime|transactTime|updateTime", CAMBIST_MS },
    { "last_update_timestamp", "updateTime|transactTime", CAMBIST_MS },
    { "symbol", "symbol" }, { "side", "side" }, { "type", "type", .when = "market_kind=spot" },
    { "type", "type|orderType", .words = "futures_type", .when = "market_kind=swap|future" },
    { "post_only", "type", .words = "post_only", .when = "market_kind=spot" },
    { "price", "price", NOT_ZERO }, { "trigger_price", "stopPrice|triggerPrice", NOT_ZERO },
    { "reduce_only", "reduceOnly" }, { "amount", "origQty|quantity" }, { "filled", "executedQty" },
    { "filled", "[orderId=0].strategyId", .constant = "0" }, { "average", "avgPrice", NOT_ZERO },
    { "time_in_force", "timeInForce" }, { "cost", "cummulativeQuoteQty|cumQuote" },
    { "fee_cost", "fills[].commission", CAMBIST_SUM }, /* of an order that was just placed */
    { "fee_currency", "fills[].commissionAsset", CAMBIST_SUM },
    /* and of one order in a batch that was refused: */
    { "state", "status|algoStatus|strategyStatus" },
    { "error_code", "code" }, { "error_message", "msg" },
};
/* There is one list of all orders: those that are not filled are passed over. */
#define CLOSED      .rows = "[].[status=FILLED]"
#define CLOSED_ALGO .rows = "[].[algoStatus=FINISHED]"

/* {"code": 200, "msg": "The operation of cancel all open order is done."}: no order is told. */
FIELDS(done) { { NULL, "status", .constant = "CANCELED" } };
FIELDS(algo_done) { { "id", "algoId" }, { "client_order_id", "clientAlgoId" } };
FIELDS(timer) { { "timeout", "countdownTime" } };

FIELDS(position) {
    { "timestamp", "updateTime", CAMBIST_MS }, { "side", "[positionSide!=BOTH].positionSide" },
    { "symbol", "symbol" }, { "side", "positionAmt", CAMBIST_SIGN | NOT_ZERO, .words = "sign" },
    { "contracts", "positionAmt", CAMBIST_ABSOLUTE }, { "initial_margin", "initialMargin" },
    { "margin_mode", "marginType" }, { "leverage", "leverage" }, { "mark_price", "markPrice" },
    { "entry_price", "entryPrice", NOT_ZERO }, { "unrealized_pnl", "unRealizedProfit" },
    { "liquidation_price", "liquidationPrice", NOT_ZERO }, { "maintenance_margin", "maintMargin" },
    { "notional", "notional", CAMBIST_ABSOLUTE }, { "collateral", "isolatedMargin", NOT_ZERO },
};
FIELDS(leverage) { { "symbol", "symbol" }, { "leverage", "leverage" } };

FIELDS(funding) {
    { "symbol", "symbol" }, { "timestamp", "time", CAMBIST_MS },
    { "funding_rate", "lastFundingRate" }, { "funding_timestamp", "nextFundingTime", CAMBIST_MS },
    { "mark_price", "markPrice" }, { "index_price", "indexPrice" },
    { "interest_rate", "interestRate" }, { "estimated_settle_price", "estimatedSettlePrice" },
};
FIELDS(past_funding) {
    { "symbol", "symbol" }, { "timestamp", "fundingTime", CAMBIST_MS },
    { "funding_rate", "fundingRate" }, { "mark_price", "markPrice" },
};

FIELDS(address) { { "currency", "coin" }, { "address", "address" }, { "tag", "tag" } };

/* ---- parameters ---- */

PARAMETERS(symbol) { { "symbol", "{market}" } };
PARAMETERS(any) { { "symbol", "{market}", OPTIONAL } };
PARAMETERS(depth) { { "symbol", "{market}" }, { "limit", "{limit}", OPTIONAL } };
#define SPAN { "startTime", "{since_ms}", OPTIONAL }, { "endTime", "{until_ms}", OPTIONAL }
PARAMETERS(history) { { "symbol", "{market}" }, SPAN, { "limit", "{limit}", OPTIONAL } };
/* Open orders are taken out of the answer: a limit of closed ones is not the exchange's. */
PARAMETERS(closed) { { "symbol", "{market}" }, SPAN };
#define CANDLE SPAN, { "interval", "{timeframe=1m}" }, { "limit", "{limit}", OPTIONAL }
PARAMETERS(candle) { { "symbol", "{market}" }, CANDLE };
PARAMETERS(index_candle) { { "pair", "{market}" }, CANDLE };

/* One order, by the exchange's id or by one's own. */
#define ONE_ORDER { "symbol", "{market}" }, { "orderId", "{id}", .when = "!client_order_id" },     \
                  { "origClientOrderId", "{client_order_id}", OPTIONAL }
PARAMETERS(one_order) { ONE_ORDER };
PARAMETERS(one_algo) {
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

PARAMETERS(order) { SPOT_ORDER };
/* A changed order is another order: this one is cancelled, and only then the new one is placed. */
PARAMETERS(replace) {
    SPOT_ORDER, { "cancelReplaceMode", "STOP_ON_FAILURE" }, { "cancelOrderId", "{id}" },
};

#define USDM_ORDER                                                                              \
    { "symbol", "{market}" }, { "side", "{side}" },                                                \
    { "timeInForce", "GTX", .when = "type=limit post_only" },                                      \
    { "timeInForce", "{time_in_force=GTC}", .when = "type=limit !post_only" },                     \
    { "quantity", "{amount}" }, { "price", "{price}", .when = "type=limit" },                      \
    { "reduceOnly", "true", .when = "reduce_only" }

PARAMETERS(usdm_order) {
    USDM_ORDER, { "type", "{type}" }, { "newClientOrderId", "{client_order_id}", OPTIONAL },
    { "newOrderRespType", "RESULT" },
};
PARAMETERS(algo_order) {
    USDM_ORDER, { "algoType", "CONDITIONAL" }, { "triggerPrice", "{trigger_price}" },
    { "type", "STOP", .when = "type=limit" }, { "type", "STOP_MARKET", .when = "type=market" },
    { "clientAlgoId", "{client_order_id}", OPTIONAL },
};
PARAMETERS(edit) {
    ONE_ORDER, { "side", "{side}" }, { "quantity", "{amount}" }, { "price", "{price}" },
};
PARAMETERS(ids) {
    { "symbol", "{market}", .is_beside = 1 }, { "", "{id}", .json_form = CAMBIST_LITERAL },
};
PARAMETERS(timer) { { "symbol", "{market}" }, { "countdownTime", "{timeout}" } };
PARAMETERS(leverage) { { "symbol", "{market}" }, { "leverage", "{leverage}" } };
PARAMETERS(symbols) { { "symbols", "{markets:json}", OPTIONAL } };
PARAMETERS(address) { { "coin", "{code}" }, { "network", "{network}", OPTIONAL } };

/* ---- endpoints ---- */

/* A row begins with whose it is, its weight or the table of its charges, operation and request. */
#define COSTS(limit, weight) .charges = CAMBIST_ROWS(charge, { limit, weight })
#define TAKES(name)          .charges = CAMBIST_TABLE(name##_charges)
#define OF_USDM              .kinds = USDM_KINDS, .server = "futures"
#define SPOT(weight, operation, request) operation, request, OF_SPOT, COSTS("weight", weight)
#define SPOT_TAKES(name, operation, request) operation, request, OF_SPOT, TAKES(name)
#define USDM(weight, operation, request) operation, request, OF_USDM, COSTS("usdm weight", weight)
#define USDM_TAKES(name, operation, request) operation, request, OF_USDM, TAKES(name)
#define WALLET(weight, operation, request) operation, request, COSTS("wallet weight", weight)
#define SPOT_FEES(operation) WALLET(1, operation, "GET /sapi/v1/asset/tradeFee"), EACH, OF_SPOT
#define EACH   .rows = "[]"
/* Asked with these parameters, signed, and answered with these fields, most often an order's. */
#define ASKS(parameters, fields) SIGNED, SENDS(parameters), GIVES(fields)
#define ORDER(parameters)        ASKS(parameters, order)
#define CANDLES(name) EACH, SENDS(name), GIVES(candle)
#define TRADED .when = "!candle_price"
#define PLAIN  .when = "!trigger" /* of two rows the first: not the conditional orders */

static const struct cambist_endpoint endpoints[] = {
    { SPOT(1, "fetch_time", "GET /api/v3/time"), GIVES(time) },
    { USDM(1, "fetch_time", "GET /fapi/v1/time"), GIVES(time) },
    { WALLET(1, "fetch_status", "GET /sapi/v1/system/status"), GIVES(status) },
    { SPOT(20, "fetch_markets", "GET /api/v3/exchangeInfo"), .rows = "symbols[]", GIVES(market) },
    { USDM(1, "fetch_markets", "GET /fapi/v1/exchangeInfo"), .rows = "symbols[]", GIVES(market) },
    { "fetch_markets", "GET /eapi/v1/exchangeInfo", .kinds = CAMBIST_KIND_OPTION, GIVES(option),
      .server = "options", COSTS("option weight", 1), .rows = "optionSymbols[]" },
    { WALLET(10, "fetch_currencies", "GET /sapi/v1/capital/config/getall"), SIGNED, EACH,
      GIVES(currency) },

    { SPOT(2, "fetch_ticker", "GET /api/v3/ticker/24hr"), SENDS(symbol), GIVES(ticker) },
    { USDM(1, "fetch_ticker", "GET /fapi/v1/ticker/24hr"), SENDS(symbol), GIVES(ticker) },
    { SPOT(80, "fetch_tickers", "GET /api/v3/ticker/24hr"), EACH, SENDS(symbols), GIVES(ticker) },
    { USDM(40, "fetch_tickers", "GET /fapi/v1/ticker/24hr"), EACH, GIVES(ticker) },
    { SPOT_TAKES(depth, "fetch_order_book", "GET /api/v3/depth"), SENDS(depth), GIVES(book) },
    { USDM_TAKES(usdm_depth, "fetch_order_book", "GET /fapi/v1/depth"), SENDS(depth), GIVES(book) },
    { SPOT(4, "fetch_trades", "GET /api/v3/aggTrades"), EACH, SENDS(history), GIVES(trade) },
    { USDM(20, "fetch_trades", "GET /fapi/v1/aggTrades"), EACH, SENDS(history), GIVES(trade) },
    { SPOT(2, "fetch_ohlcv", "GET /api/v3/klines"), TRADED, CANDLES(candle) },
    { USDM_TAKES(usdm_candle, "fetch_ohlcv", "GET /fapi/v1/klines"), TRADED, CANDLES(candle) },
    { USDM_TAKES(usdm_candle, "fetch_ohlcv", "GET /fapi/v1/markPriceKlines"),
      .when = "candle_price=mark", CANDLES(candle) },
    { USDM_TAKES(usdm_candle, "fetch_ohlcv", "GET /fapi/v1/indexPriceKlines"),
      .when = "candle_price=index", CANDLES(index_candle) },

    { SPOT(20, "fetch_balance", "GET /api/v3/account"), SIGNED, .rows = "balances[]", GIVES(cash) },
    { USDM(5, "fetch_balance", "GET /fapi/v3/account"), SIGNED, .rows = "assets[]", GIVES(margin) },
    { SPOT_FEES("fetch_trading_fee"), ASKS(symbol, fee) },
    { USDM(20, "fetch_trading_fee", "GET /fapi/v1/commissionRate"), ASKS(symbol, fee) },
    { USDM(5, "fetch_trading_fees", "GET /fapi/v1/accountConfig"), SIGNED, GIVES(fee) },
    { SPOT_FEES("fetch_trading_fees"), SIGNED, GIVES(fee) },

    { SPOT_TAKES(order, "create_order", "POST /api/v3/order"), ORDER(order) },
    { USDM_TAKES(usdm_order, "create_order", "POST /fapi/v1/order"), .when = "!trigger_price",
      ORDER(usdm_order) },
    { USDM_TAKES(usdm_order, "create_order", "POST /fapi/v1/algoOrder"), ORDER(algo_order) },
    { USDM_TAKES(batch, "create_orders", "POST /fapi/v1/batchOrders"), EACH,
      .items = "batchOrders[]", ORDER(usdm_order) },
    { SPOT_TAKES(order, "edit_order", "POST /api/v3/order/cancelReplace"),
      .rows = "newOrderResponse", ORDER(replace) },
    { USDM_TAKES(usdm_order, "edit_order", "PUT /fapi/v1/order"), ORDER(edit) },
    { SPOT(1, "cancel_order", "DELETE /api/v3/order"), ORDER(one_order) },
    { USDM(1, "cancel_order", "DELETE /fapi/v1/order"), PLAIN, ORDER(one_order) },
    { USDM(1, "cancel_order", "DELETE /fapi/v1/algoOrder"), ASKS(one_algo, algo_done) },
    { USDM(1, "cancel_orders", "DELETE /fapi/v1/batchOrders"), EACH, .items = "orderIdList[]",
      ORDER(ids) },
    { SPOT(1, "cancel_all_orders", "DELETE /api/v3/openOrders"), EACH, ORDER(symbol) },
    { USDM(1, "cancel_all_orders", "DELETE /fapi/v1/allOpenOrders"), PLAIN, ASKS(symbol, done) },
    { USDM(1, "cancel_all_orders", "DELETE /fapi/v1/algoOpenOrders"), ASKS(symbol, done) },
    { USDM(10, "cancel_all_orders_after", "POST /fapi/v1/countdownCancelAll"), ASKS(timer, timer) },

    { SPOT(4, "fetch_order", "GET /api/v3/order"), ORDER(one_order) },
    { USDM(1, "fetch_order", "GET /fapi/v1/order"), PLAIN, ORDER(one_order) },
    { USDM(1, "fetch_order", "GET /fapi/v1/algoOrder"), ORDER(one_algo) },
    { SPOT(20, "fetch_orders", "GET /api/v3/allOrders"), EACH, ORDER(history) },
    { USDM(5, "fetch_orders", "GET /fapi/v1/allOrders"), EACH, PLAIN, ORDER(history) },
    { USDM(5, "fetch_orders", "GET /fapi/v1/allAlgoOrders"), EACH, ORDER(history) },
    { SPOT_TAKES(open_order, "fetch_open_orders", "GET /api/v3/openOrders"), EACH, ORDER(any) },
    { USDM_TAKES(open, "fetch_open_orders", "GET /fapi/v1/openOrders"), EACH, PLAIN, ORDER(any) },
    { USDM_TAKES(open, "fetch_open_orders", "GET /fapi/v1/openAlgoOrders"), EACH, ORDER(any) },
    { SPOT(20, "fetch_closed_orders", "GET /api/v3/allOrders"), CLOSED, ORDER(closed) },
    { USDM(5, "fetch_closed_orders", "GET /fapi/v1/allOrders"), CLOSED, PLAIN, ORDER(closed) },
    { USDM(5, "fetch_closed_orders", "GET /fapi/v1/allAlgoOrders"), CLOSED_ALGO, ORDER(closed) },
    { SPOT(20, "fetch_my_trades", "GET /api/v3/myTrades"), EACH, ASKS(history, trade) },
    { USDM(5, "fetch_my_trades", "GET /fapi/v1/userTrades"), EACH, ASKS(history, trade) },

    { USDM(5, "fetch_positions", "GET /fapi/v3/positionRisk"), SIGNED, EACH, GIVES(position) },
    { USDM(1, "fetch_funding_rate", "GET /fapi/v1/premiumIndex"), SENDS(symbol), GIVES(funding) },
    { USDM(10, "fetch_funding_rates", "GET /fapi/v1/premiumIndex"), EACH, GIVES(funding) },
    { USDM(1, "fetch_funding_rate_history", "GET /fapi/v1/fundingRate"), EACH, SENDS(history),
      GIVES(past_funding) },
    { USDM(1, "set_leverage", "POST /fapi/v1/leverage"), ASKS(leverage, leverage) },
    STREAM_ENDPOINTS,
    { WALLET(10, "fetch_deposit_address", "GET /sapi/v1/capital/deposit/address"),
      ASKS(address, address) },
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
    { "-1005", CAMBIST_PERMISSION },
    { "-1006", CAMBIST_UNAVAILABLE, UNKNOWN },
    { "-1007", CAMBIST_TIMEOUT, UNKNOWN },
    { "-1008", CAMBIST_UNAVAILABLE }, /* overloaded: turned away */
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

    { "-2008", CAMBIST_DENIED },
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
    { "-2012", CAMBIST_REJECTED },
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
    { "-4056", CAMBIST_DENIED },
    { "-4057", CAMBIST_DENIED },
    { "-4059", CAMBIST_REJECTED },
    { "-4080", CAMBIST_PERMISSION },
    { "-4087", CAMBIST_PERMISSION },
    { "-4088", CAMBIST_PERMISSION },
    { "-4108", CAMBIST_MARKET_CLOSED },
    { "-4109", CAMBIST_PERMISSION },
    { "-4116", CAMBIST_DUPLICATE_ORDER },
    { "-4131", CAMBIST_INVALID_ORDER },
    { "-4140", CAMBIST_MARKET_CLOSED },
    { "-4141", CAMBIST_MARKET_CLOSED },
    { "-4144", CAMBIST_BAD_SYMBOL },
    { "-4192", CAMBIST_PERMISSION },
    { "-420*", CAMBIST_PERMISSION },
    { "-440*", CAMBIST_PERMISSION },
    { "-4*", CAMBIST_INVALID_ORDER },
    { "-5021", CAMBIST_INVALID_ORDER }, /* FOK that could not be filled */
    { "-5022", CAMBIST_INVALID_ORDER }, /* GTX that would have taken */
    { "-5*", CAMBIST_INVALID_ORDER },

    { NULL, CAMBIST_UNAVAILABLE, .text = "Service Unavailable", .http_status = 503 },
    { NULL, CAMBIST_DENIED, .http_status = 401 },
    { NULL, CAMBIST_PERMISSION, .http_status = 403 }, /* the firewall in front of the exchange */
};

/* ---- known answers ---- */

/* The first was made with Python's hmac, the second with OpenSSL's command. */
static const struct cambist_vector vectors[] = {
    { "create_order", "symbol=LTC/BTC side=buy type=limit amount=1 price=0.1", "key=K secret=S",
      "LTCBTC LTC/BTC spot", 1499827319559, "https://api.binance.com/api/v3/order",
      "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
      "&newOrderRespType=FULL&recvWindow=10000&timestamp=1499827319559&signature="
      "f2b54c81347866895d67cbda1e90c8ebe73c236b9bf7efa73d33c431cce6dd0d", "X-MBX-APIKEY: K" },
    { "fetch_balance", "", "key=K secret=-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEILIHVPeDebjbwLkq1ER4L1AQU5T6MVrB/Eg7J6SBlWmp\n-----END PRIVATE KEY-----",
      NULL, 1499827319559, "https://api.binance.com/api/v3/account?recvWindow=10000"
      "&timestamp=1499827319559&signature=H5lfFBiZ2iN%2BLVWJBucMHBUUbl0RjnipkCEpsdS1ZERht1"
      "9QmRuRl5ntcfi8kFPfut%2BpI5ZVy%2FF6%2FtlmSKDYDw%3D%3D" },
};

#define TABLE(name) .name = CAMBIST_TABLE(name)
/* recvWindow is looked at on arrival and again in front of the matching engine, which gives an
 * answer up after 10 s (-1007).  Ids are unique among open orders only. */
static const struct cambist_order_rule order_rules[] = {
    { CAMBIST_KIND_SPOT, CAMBIST_UNIQUE_AMONG_OPEN, 36, CAMBIST_DEADLINE_IN_ENGINE, 5000, 10000,
      2000, /* cancelReplace: */ 1, 500 },
    { 0, CAMBIST_UNIQUE_AMONG_OPEN, 36, CAMBIST_DEADLINE_IN_ENGINE, 5000, 10000, 2000, 0, 500 },
};

CAMBIST_PLUGIN(.name = "binance", .title = "Binance", .version = "1", .body = CAMBIST_FORM,
               .docs_url = "https://developers.binance.com/docs/binance-spot-api-docs",
               TABLE(aliases), TABLE(servers), TABLE(credentials), TABLE(limits), TABLE(derived),
               TABLE(stamps), TABLE(words), TABLE(endpoints), TABLE(failures), TABLE(faults),
               TABLE(vectors), TABLE(dialects), TABLE(channels), TABLE(signals), TABLE(book_rules),
               TABLE(order_rules))
