/* How does Binance differ: spot and USD-M futures? */
#include <cambist/plugin.h>

static const struct cambist_server servers[] = {
    { "spot", "https://api.binance.com", "https://testnet.binance.vision" },
    { "futures", "https://fapi.binance.com", "https://testnet.binancefuture.com" },
};
static const struct cambist_credential credentials[] = {
    { "key", "the API key", CAMBIST_SENT },
    { "secret", "the API secret, or an Ed25519 or RSA private key as PEM", CAMBIST_SECRET },
};
static const struct cambist_derived derived[] = {
    { "signature", "{query}{body}", CAMBIST_HMAC_SHA256, CAMBIST_AS_HEX, "secret", "secret_form=text" },
};
static const struct cambist_stamp stamps[] = {
    { CAMBIST_KEYED, CAMBIST_HEADER, "X-MBX-APIKEY", "{key}" },
    { CAMBIST_SIGNED, 0, "timestamp", "{time_ms}" },
    { CAMBIST_SIGNED, 0, "recvWindow", "{receive_window=10000}" },
    { CAMBIST_SIGNED, 0, "signature", "{signature}" },
};
static const struct cambist_word words[] = {
    { "side", "buy", "BUY" }, { "side", "sell", "SELL" },
    { "type", "limit", "LIMIT" }, { "type", "market", "MARKET" },
    { "state", "open", "NEW" }, { "state", "closed", "FILLED" },
};
static const struct cambist_field ticker_fields[] = {
    { "symbol", "symbol" }, { "timestamp", "closeTime", CAMBIST_MS }, { "last", "lastPrice" }, { "bid", "bidPrice" },
};
static const struct cambist_field book_fields[] = {
    { "bids", "bids" }, { "asks", "asks" }, { "sequence", "lastUpdateId" },
};
static const struct cambist_field order_fields[] = {
    { "id", "orderId" }, { "symbol", "symbol" }, { "price", "price", CAMBIST_NOT_ZERO }, { "state", "status" },
};
static const struct cambist_parameter order_parameters[] = {
    { "symbol", "{market}" }, { "side", "{side}" }, { "type", "{type}" },
    { "quantity", "{amount}" }, { "price", "{price}", .when = "type=limit" },
    { "newClientOrderId", "{client_order_id}", CAMBIST_OPTIONAL },
};
static const struct cambist_endpoint endpoints[] = {
    { "fetch_ticker", "GET /api/v3/ticker/24hr", .kinds = CAMBIST_KIND_SPOT,
      .parameters = CAMBIST_ROWS(parameter, { "symbol", "{market}" }), .fields = CAMBIST_TABLE(ticker_fields) },
    { "fetch_order_book", "GET /api/v3/depth", .kinds = CAMBIST_KIND_SPOT,
      .parameters = CAMBIST_ROWS(parameter, { "symbol", "{market}" }, { "limit", "{limit}", CAMBIST_OPTIONAL }), .fields = CAMBIST_TABLE(book_fields) },
    { "create_order", "POST /api/v3/order", CAMBIST_SIGNED, .kinds = CAMBIST_KIND_SPOT,
      .parameters = CAMBIST_TABLE(order_parameters), .fields = CAMBIST_TABLE(order_fields) },
};
static const struct cambist_failure failures[] = { { "code", "200|0", "code", "msg" } };
static const struct cambist_fault faults[] = { { "-2010", CAMBIST_INSUFFICIENT_FUNDS, .text = "insufficient balance" } };

CAMBIST_PLUGIN(.name = "binance", .title = "Binance", .version = "1", .body = CAMBIST_FORM,
               .servers = CAMBIST_TABLE(servers), .credentials = CAMBIST_TABLE(credentials), .derived = CAMBIST_TABLE(derived),
               .stamps = CAMBIST_TABLE(stamps), .words = CAMBIST_TABLE(words), .endpoints = CAMBIST_TABLE(endpoints),
               .failures = CAMBIST_TABLE(failures), .faults = CAMBIST_TABLE(faults))
