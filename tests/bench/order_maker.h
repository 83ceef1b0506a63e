/* bench/order_maker.h - an exchange with made-up keys makes the same order again and again. */
#ifndef BENCH_ORDER_MAKER_H
#define BENCH_ORDER_MAKER_H

#include "bench/bench.h"
#include "request/call.h"

/* The made-up pair of Kraken's documentation; Binance and OKX take any text. */
#define ORDER_SECRET                                                                               \
    "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="

struct order_maker {
    const char *plugin, *market; /* its file's name, and what BTC/USDT is called there */
    struct cmb_text secret;
    bool is_key_cached;
    struct cmb_vault vault;
    struct cmb_exchange *exchange;
    struct cmb_call *call;
    struct cambist_error error;
};

/* Opens what the first four members say. */
static inline void order_maker_open(struct order_maker *maker)
{
    const struct cmb_pair credentials[] = {
        { CMB_TEXT("key"), CMB_TEXT("vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A") },
        { CMB_TEXT("secret"), maker->secret },
        { CMB_TEXT("passphrase"), CMB_TEXT("any word") },
    };
    struct cmb_plugin *plugin;
    struct cmb_exchange_settings settings = {
        .environment = CMB_ENVIRONMENT_LIVE, .is_key_cached = maker->is_key_cached,
        .credentials = credentials,
        .credential_count = strcmp(maker->plugin, "okx") == 0 ? 3 : 2,
    };
    struct cambist_market market = { .id = maker->market, .symbol = "BTC/USDT", .base = "BTC",
                                     .quote = "USDT", .base_id = "BTC", .quote_id = "USDT",
                                     .kind = CAMBIST_KIND_SPOT };
    if (cmb_vault_open(&maker->vault, 64 * 1024, &maker->error) != CAMBIST_OK ||
        cmb_plugin_open(maker->plugin, &(struct cmb_plugin_rules){ .search_path = PLUGINS }, &plugin,
                        &maker->error) != CAMBIST_OK ||
        cmb_exchange_open(plugin, &maker->vault, &settings, &maker->exchange, &maker->error) !=
            CAMBIST_OK)
        bench_fail(maker->error.message);
    maker->exchange->markets = cmb_markets_new();
    cmb_markets_add(maker->exchange->markets, &market);
    maker->call = cmb_call_new();
}

/* Pick, fill, sign: everything that stands between a question and the first byte on the wire. */
static inline void order_maker_make(struct order_maker *maker)
{
    static const struct {
        uint32_t argument;
        struct cmb_text value;
    } arguments[] = {
        { CAMBIST_ARGUMENT_symbol, CMB_TEXT("BTC/USDT") },
        { CAMBIST_ARGUMENT_side, CMB_TEXT("buy") },
        { CAMBIST_ARGUMENT_type, CMB_TEXT("limit") },
        { CAMBIST_ARGUMENT_amount, CMB_TEXT("0.01000000") },
        { CAMBIST_ARGUMENT_price, CMB_TEXT("43250.12000000") },
        { CAMBIST_ARGUMENT_client_order_id, CMB_TEXT("0123456789abcdef") },
    };
    struct cmb_call *call = maker->call;
    cmb_call_start(call, maker->exchange, CAMBIST_OPERATION_create_order, &maker->error);
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
        call->arguments.values[arguments[i].argument] = arguments[i].value;
    if (cmb_pick(call) != CAMBIST_OK || cmb_fill(call) != CAMBIST_OK ||
        cmb_sign_call(call) != CAMBIST_OK)
        bench_fail(maker->error.message);
}

#endif
