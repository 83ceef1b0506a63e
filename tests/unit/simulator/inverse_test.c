/* Are the arguments found that make a template say a text? */
#include "simulator/request.h"
#include "support/test.h"

static const struct cambist_server servers[] = { { "rest", "https://example.invalid" } };
static const struct cambist_word words[] = {
    { "side", "buy", "B" }, { "side", "sell", "S" },
    { "type", "limit", "LMT" }, { "type", "market", "MKT" }, { "type", "limit", "ICEBERG" },
    { "timeframe", "1h", "60" },
};
static const struct cambist_derived derived[] = {
    { "order_type", "MAKER", .when = "post_only" },
    { "order_type", "{type}" },
    { "worth", "{trigger_price}", .when = "trigger_price" },
    { "worth", "{price}" },
};
#define READ CAMBIST_ROWS(field, { "timestamp", "t", CAMBIST_MS })
#define ORDER CAMBIST_ROWS(field, { "id", "id" })
static const struct cambist_endpoint endpoints[] = {
    { "fetch_time", "GET /time", .fields = READ },
    { "fetch_order", "GET /orders/{id}", .fields = ORDER },
    { "fetch_orders", "GET /orders/all", .rows = "[]", .fields = ORDER },
    { "fetch_ticker", "GET /ticker/{market:lower}", .fields = CAMBIST_ROWS(field, { "last", "l" }) },
    { "fetch_ohlcv", "GET /candles", .rows = "[]", .fields = CAMBIST_ROWS(field, { "open", "o" }),
      .parameters = CAMBIST_ROWS(parameter, { "range", "{since_s}-{until_s+1}" },
                                 { "frame", "{timeframe}m" }, { "pair", "{market}" }) },
    { "fetch_tickers", "GET /tickers", .rows = "[]", .fields = CAMBIST_ROWS(field, { "last", "l" }),
      .parameters = CAMBIST_ROWS(parameter, { "pairs", "{markets:json}" }) },
    { "create_order", "POST /orders", .when = "type=limit", .fields = ORDER,
      .parameters = CAMBIST_ROWS(parameter, { "pair", "{market}" }, { "side", "{side}" },
                                 { "kind", "{order_type}" }, { "limit.size", "{amount}" },
                                 { "limit.price", "{worth}" }) },
    { "create_order", "POST /orders", .when = "type=market", .fields = ORDER,
      .parameters = CAMBIST_ROWS(parameter, { "pair", "{market}" }, { "side", "{side}" },
                                 { "market.size", "{amount}" }) },
    { "cancel_orders", "POST /cancel", .items = "ids[]", .rows = "[]", .fields = ORDER,
      .parameters = CAMBIST_ROWS(parameter, { "", "{id}" }) },
};
static const struct cambist_failure failures[] = { { "error", NULL, "error" } };
static const struct cambist_plugin tables = {
    .magic = CAMBIST_PLUGIN_MAGIC, .abi_major = CAMBIST_ABI_MAJOR, .abi_minor = CAMBIST_ABI_MINOR,
    .size = sizeof(struct cambist_plugin), .name = "inverse", .title = "Inverse", .version = "1",
    .body = CAMBIST_JSON, .servers = CAMBIST_TABLE(servers), .derived = CAMBIST_TABLE(derived),
    .words = CAMBIST_TABLE(words), .endpoints = CAMBIST_TABLE(endpoints),
    .failures = CAMBIST_TABLE(failures),
};

static struct cmb_vault vault;
static struct cmb_plugin *plugin;
static struct cmb_exchange *exchange;
static struct cmb_capture capture;
static struct cmb_received received;

static void start(void)
{
    struct cambist_error error = { 0 };
    struct cmb_exchange_settings settings = { .environment = CMB_ENVIRONMENT_LIVE };
    struct cambist_market market = { .id = "XBT-USD", .symbol = "BTC/USD", .base = "BTC",
                                     .quote = "USD", .kind = CAMBIST_KIND_SPOT };
    CU_ASSERT_FATAL(cmb_vault_open(&vault, 64 * 1024, NULL) == CAMBIST_OK);
    if (cmb_plugin_compile(&tables, &plugin, &error) != CAMBIST_OK)
        printf("\n    %s", error.message);
    CU_ASSERT_FATAL(plugin != NULL);
    CU_ASSERT_FATAL(cmb_exchange_open(plugin, &vault, &settings, &exchange, &error) ==
                    CAMBIST_OK);
    exchange->markets = cmb_markets_new();
    (void)cmb_markets_add(exchange->markets, &market);
    market.id = "ETH-USD";
    market.symbol = "ETH/USD";
    (void)cmb_markets_add(exchange->markets, &market);
    market.id = "doge_usd";
    market.symbol = "DOGE/USD";
    (void)cmb_markets_add(exchange->markets, &market);
    capture = (struct cmb_capture){ .call = cmb_call_new() };
    cmb_arena_init(&received.arena, 1 << 20);
}

static void stop(void)
{
    cmb_call_free(capture.call);
    cmb_exchange_close(exchange);
    cmb_plugin_close(plugin);
    cmb_vault_close(&vault);
    cmb_arena_clear(&received.arena);
    plugin = NULL;
    exchange = NULL;
}

/* The operation that was asked; NONE when no row has the path. */
static uint32_t ask(const char *method, const char *target, const char *body)
{
    struct cmb_arena arena = received.arena;
    struct cmb_call *call = capture.call;
    cmb_arena_reset(&arena);
    received = (struct cmb_received){ .method = cmb_text_of(method), .body = cmb_text_of(body),
                                      .host = CMB_TEXT("localhost"), .arena = arena };
    capture = (struct cmb_capture){ .call = call };
    cmb_received_cut(&received, cmb_text_of(target));
    return cmb_question_read(&capture, exchange, &received, NULL) ? call->operation
                                                                  : CAMBIST_OPERATION_NONE;
}

static const char *argument(uint32_t name)
{
    static char text[128];
    struct cmb_text value = capture.call->arguments.values[name];
    snprintf(text, sizeof text, "%.*s", value.at ? (int)value.length : 6, value.at ? value.at
                                                                                   : "absent");
    return text;
}

static void a_name_in_a_path_is_one_segment(void)
{
    start();
    ASSERT_NUMBER(ask("GET", "/orders/4711", ""), CAMBIST_OPERATION_fetch_order);
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_id), "4711");
    ASSERT_NUMBER(ask("GET", "/orders/4711/fills", ""), CAMBIST_OPERATION_NONE);
    ASSERT_NUMBER(ask("PUT", "/orders/4711", ""), CAMBIST_OPERATION_NONE);
    ASSERT_NUMBER(ask("GET", "/nowhere", ""), CAMBIST_OPERATION_NONE);
    stop();
}

static void a_path_without_names_goes_before_one_with_names(void)
{
    start();
    ASSERT_NUMBER(ask("GET", "/orders/all", ""), CAMBIST_OPERATION_fetch_orders);
    stop();
}

static void filters_are_undone(void)
{
    start();
    ASSERT_NUMBER(ask("GET", "/ticker/xbt-usd", ""), CAMBIST_OPERATION_fetch_ticker);
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_symbol), "BTC/USD");
    stop();
}

static void times_and_words_are_read_backwards(void)
{
    start();
    ASSERT_NUMBER(ask("GET", "/candles?pair=ETH-USD&frame=60m&range=1700000000-1700003601", ""),
                  CAMBIST_OPERATION_fetch_ohlcv);
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_since), "1700000000000");
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_until), "1700003600000");
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_timeframe), "1h");
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_symbol), "ETH/USD");
    stop();
}

static void a_list_of_markets_becomes_symbols(void)
{
    start();
    ASSERT_NUMBER(ask("GET", "/tickers?pairs=%5B%22XBT-USD%22%2C%22ETH-USD%22%5D", ""),
                  CAMBIST_OPERATION_fetch_tickers);
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_symbols), "BTC/USD,ETH/USD");
    stop();
}

static void a_market_that_is_not_there_is_noticed(void)
{
    start();
    ASSERT_NUMBER(ask("GET", "/tickers?pairs=%5B%22NO%22%5D", ""), CAMBIST_OPERATION_fetch_tickers);
    CU_ASSERT(cmb_text_is(capture.bad_market, CMB_TEXT("NO")));
    stop();
}

static void members_of_a_body_are_found_in_any_order(void)
{
    start();
    ASSERT_NUMBER(ask("POST", "/orders",
                      "{\"limit\":{\"price\":\"7\",\"size\":1.50},\"extra\":[1],\"kind\":\"LMT\","
                      "\"side\":\"S\",\"pair\":\"XBT-USD\"}"),
                  CAMBIST_OPERATION_create_order);
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_side), "sell");
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_type), "limit");
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_amount), "1.50");
    stop();
}

static void what_a_condition_needs_is_not_made_up(void)
{
    start();
    (void)ask("POST", "/orders",
              "{\"pair\":\"XBT-USD\",\"side\":\"B\",\"kind\":\"LMT\","
              "\"limit\":{\"size\":\"1\",\"price\":\"7\"}}");
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_price), "7");
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_trigger_price), "absent");
    stop();
}

static void a_word_of_its_own_says_what_its_condition_says(void)
{
    start();
    (void)ask("POST", "/orders",
              "{\"pair\":\"XBT-USD\",\"side\":\"B\",\"kind\":\"MAKER\","
              "\"limit\":{\"size\":\"1\",\"price\":\"7\"}}");
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_post_only), "true");
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_type), "limit");
    stop();
}

static void of_two_rows_the_one_whose_parameters_are_there_is_taken(void)
{
    start();
    ASSERT_NUMBER(ask("POST", "/orders",
                      "{\"pair\":\"XBT-USD\",\"side\":\"B\",\"market\":{\"size\":\"2\"}}"),
                  CAMBIST_OPERATION_create_order);
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_type), "market");
    ASSERT_TEXT(argument(CAMBIST_ARGUMENT_amount), "2");
    stop();
}

static void each_item_of_a_list_has_its_own_arguments(void)
{
    start();
    ASSERT_NUMBER(ask("POST", "/cancel", "{\"ids\":[\"1\",\"2\",\"3\"]}"),
                  CAMBIST_OPERATION_cancel_orders);
    ASSERT_NUMBER(capture.call->arguments.item_count, 3);
    const struct cmb_arguments *last = &capture.call->arguments.items[2];
    CU_ASSERT(cmb_text_is(last->values[CAMBIST_ARGUMENT_id], CMB_TEXT("3")));
    stop();
}

TEST_SUITE("simulator/inverse",
           { "a name in a path is one segment", a_name_in_a_path_is_one_segment },
           { "a path without names goes before one with names",
             a_path_without_names_goes_before_one_with_names },
           { "filters are undone", filters_are_undone },
           { "times and words are read backwards", times_and_words_are_read_backwards },
           { "a list of markets becomes symbols", a_list_of_markets_becomes_symbols },
           { "a market that is not there is noticed", a_market_that_is_not_there_is_noticed },
           { "members of a body are found in any order", members_of_a_body_are_found_in_any_order },
           { "what a condition needs is not made up", what_a_condition_needs_is_not_made_up },
           { "a word of its own says what its condition says",
             a_word_of_its_own_says_what_its_condition_says },
           { "of two rows the one whose parameters are there is taken",
             of_two_rows_the_one_whose_parameters_are_there_is_taken },
           { "each item of a list has its own arguments",
             each_item_of_a_list_has_its_own_arguments })
