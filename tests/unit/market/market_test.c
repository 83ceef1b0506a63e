/* Is a market found by every name that is used for it? */
#include "market/market.h"

#include "base/schema.h"
#include "support/test.h"

static struct cambist_market market_of(const char *id, const char *base, const char *quote,
                                       const char *settle, uint64_t kind)
{
    return (struct cambist_market){ .id = id, .base = base, .quote = quote, .settle = settle,
                                    .kind = kind };
}

static const char *symbol_of(const struct cambist_market *market)
{
    static char symbol[128];
    return cmb_market_format_symbol(market, symbol, sizeof symbol) ? symbol : "(none)";
}

static void symbols_are_made_of_parts(void)
{
    struct cambist_market spot = market_of("a", "BTC", "USDT", NULL, CAMBIST_KIND_SPOT);
    struct cambist_market swap = market_of("b", "BTC", "USDT", "USDT", CAMBIST_KIND_SWAP);
    struct cambist_market future = market_of("c", "BTC", "USD", "BTC", CAMBIST_KIND_FUTURE);
    struct cambist_market option = market_of("d", "BTC", "USD", "BTC", CAMBIST_KIND_OPTION);
    future.expiry = option.expiry = 1766736000ll * 1000000000; /* 2025-12-26T08:00:00Z */
    option.strike = (struct cambist_decimal){ .low = 60000, .is_set = 1 };
    option.option_type = CAMBIST_OPTION_TYPE_PUT;
    ASSERT_TEXT(symbol_of(&spot), "BTC/USDT");
    ASSERT_TEXT(symbol_of(&swap), "BTC/USDT:USDT");
    ASSERT_TEXT(symbol_of(&future), "BTC/USD:BTC-251226");
    ASSERT_TEXT(symbol_of(&option), "BTC/USD:BTC-251226-60000-P");
    option.strike = (struct cambist_decimal){ .low = 6000050, .exponent = -2, .is_set = 1 };
    ASSERT_TEXT(symbol_of(&option), "BTC/USD:BTC-251226-60000.5-P");
    option.strike = (struct cambist_decimal){ .low = 6000000, .exponent = -2, .is_set = 1 };
    ASSERT_TEXT(symbol_of(&option), "BTC/USD:BTC-251226-60000-P");
}

static void a_symbol_with_missing_parts_is_none(void)
{
    struct cambist_market swap = market_of("b", "BTC", "USDT", NULL, CAMBIST_KIND_SWAP);
    struct cambist_market future = market_of("c", "BTC", "USD", "BTC", CAMBIST_KIND_FUTURE);
    ASSERT_TEXT(symbol_of(&swap), "(none)");
    ASSERT_TEXT(symbol_of(&future), "(none)");
}

static struct cmb_markets *two_kinds(void)
{
    struct cmb_markets *markets = cmb_markets_new();
    struct cambist_market spot = market_of("BTCUSDT", "BTC", "USDT", NULL, CAMBIST_KIND_SPOT);
    struct cambist_market swap = market_of("BTCUSDT", "BTC", "USDT", "USDT", CAMBIST_KIND_SWAP);
    struct cambist_market nameless = market_of("X", NULL, "USDT", NULL, CAMBIST_KIND_SPOT);
    spot.alias = "XBTUSDT";
    CU_ASSERT_FATAL(markets != NULL);
    CU_ASSERT(cmb_markets_add(markets, &spot) == CAMBIST_OK);
    CU_ASSERT(cmb_markets_add(markets, &swap) == CAMBIST_OK);
    CU_ASSERT(cmb_markets_add(markets, &nameless) == CAMBIST_OK);
    return markets;
}

static void one_id_in_two_kinds_is_told_apart(void)
{
    struct cmb_markets *markets = two_kinds();
    struct cmb_text id = CMB_TEXT("BTCUSDT");
    ASSERT_NUMBER(cmb_markets_count(markets), 2);
    ASSERT_TEXT(cmb_markets_find_id(markets, id, CAMBIST_KIND_SPOT)->symbol, "BTC/USDT");
    ASSERT_TEXT(cmb_markets_find_id(markets, id, CAMBIST_KIND_SWAP)->symbol, "BTC/USDT:USDT");
    CU_ASSERT(cmb_markets_find_id(markets, id, CAMBIST_KIND_OPTION) == NULL);
    ASSERT_TEXT(cmb_markets_find(markets, CMB_TEXT("BTC/USDT:USDT"), 0)->id, "BTCUSDT");
    ASSERT_TEXT(cmb_markets_find_id(markets, CMB_TEXT("XBTUSDT"), 0)->symbol, "BTC/USDT");
    CU_ASSERT(cmb_markets_find(markets, CMB_TEXT("ETH/USDT"), 0) == NULL);
    cmb_markets_free(markets);
}

static void symbols_are_data_and_never_patterns(void)
{
    static const char *const evil[] = { "*", "BTC/%s", "BTC/USDT\n", "../", "", "?", "btc/usdt" };
    struct cmb_markets *markets = two_kinds();
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++)
        CU_ASSERT(cmb_markets_find(markets, cmb_text_of(evil[i]), 0) == NULL);
    cmb_markets_free(markets);
}

static void thousands_of_markets_are_all_found(void)
{
    struct cmb_markets *markets = cmb_markets_new();
    char id[16], base[16];
    for (int i = 0; i < 5000; i++) {
        snprintf(id, sizeof id, "M%d", i);
        snprintf(base, sizeof base, "B%d", i);
        struct cambist_market market = market_of(id, base, "USDT", NULL, CAMBIST_KIND_SPOT);
        CU_ASSERT(cmb_markets_add(markets, &market) == CAMBIST_OK);
    }
    int found = 0;
    for (int i = 0; i < 5000; i++) {
        snprintf(id, sizeof id, "M%d", i);
        const struct cambist_market *market = cmb_markets_find_id(markets, cmb_text_of(id), 0);
        found += market && strcmp(market->id, id) == 0;
    }
    ASSERT_NUMBER(found, 5000);
    cmb_markets_free(markets);
}

TEST_SUITE("market/market", { "symbols are made of parts", symbols_are_made_of_parts },
           { "a symbol with missing parts is none", a_symbol_with_missing_parts_is_none },
           { "one id in two kinds is told apart", one_id_in_two_kinds_is_told_apart },
           { "symbols are data and never patterns", symbols_are_data_and_never_patterns },
           { "thousands of markets are all found", thousands_of_markets_are_all_found })
