/* A plugin as it was built with the contract 1.0: one of every table, to be loaded for ever. */
#include <cambist/plugin.h>

static const struct cambist_server servers[] = {
    { "rest", "https://api.quayside.example", "https://sandbox.quayside.example" },
};
static const struct cambist_credential credentials[] = {
    { "key", "the key", CAMBIST_SENT },
    { "secret", "the secret", CAMBIST_SECRET },
};
static const struct cambist_limit limits[] = {
    { "weight", CAMBIST_PER_ADDRESS, CAMBIST_FIXED_WINDOW, 1200, 60000 },
};
static const struct cambist_derived derived[] = {
    { "signature", "{time_ms}{method}{target}", CAMBIST_HMAC_SHA256, CAMBIST_AS_HEX, "secret" },
};
static const struct cambist_stamp stamps[] = {
    { CAMBIST_KEYED, CAMBIST_HEADER, "X-Key", "{key}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Time", "{time_ms}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Sign", "{signature}" },
};
static const struct cambist_word words[] = {
    { "side", "buy", "B" }, { "side", "sell", "S" }, { "state", "open", "NEW" },
};
static const struct cambist_field order_fields[] = {
    { "id", "id" }, { "side", "side" }, { "state", "state" }, { "price", "px", CAMBIST_NOT_ZERO },
    { "timestamp", "t", CAMBIST_MS },
};
static const struct cambist_endpoint endpoints[] = {
    { "fetch_order", "GET /orders/{id}", CAMBIST_SIGNED, .fields = CAMBIST_TABLE(order_fields),
      .charges = CAMBIST_ROWS(charge, { "weight", 2 }) },
};
static const struct cambist_failure failures[] = { { "code", "0", "code", "msg" } };
static const struct cambist_fault faults[] = { { "9", CAMBIST_ORDER_NOT_FOUND } };
static const struct cambist_vector vectors[] = {
    { "fetch_order", "id=7", "key=K secret=S", NULL, 1754006400123,
      "https://api.quayside.example/orders/7", NULL,
      "X-Sign: 6c22aa934d2b1afeb60252fee9c97f61bbec5de62196a8ae7cd84a9d52083fb5" },
};

CAMBIST_PLUGIN(.name = "old", .title = "Quayside", .version = "1", .body = CAMBIST_JSON,
               .servers = CAMBIST_TABLE(servers), .credentials = CAMBIST_TABLE(credentials),
               .limits = CAMBIST_TABLE(limits), .derived = CAMBIST_TABLE(derived),
               .stamps = CAMBIST_TABLE(stamps), .words = CAMBIST_TABLE(words),
               .endpoints = CAMBIST_TABLE(endpoints), .failures = CAMBIST_TABLE(failures),
               .faults = CAMBIST_TABLE(faults), .vectors = CAMBIST_TABLE(vectors))
