/* Which markets are loaded before anybody asks for them? */
#include "request/request_run.h"
#include "support/test_exchange.h"

static const struct cambist_server servers[] = {
    { "spot", "https://spot.example.com", "https://spot.sandbox.example.com" },
    { "swaps", "https://swaps.example.com" },
};
static const struct cambist_field market_fields[] = { { "id", "id" } };
static const struct cambist_field order_fields[] = { { "id", "id" } };
static const struct cambist_field clock_fields[] = { { "timestamp", "time", CAMBIST_MS } };

#define LISTS(kind, on) { "fetch_markets", "GET /" on, .kinds = kind, .server = on,                \
                          .fields = CAMBIST_TABLE(market_fields) }
#define HAS_ORDERS(of)  { "fetch_order", "GET /order", .kinds = of,                                \
                          .fields = CAMBIST_TABLE(order_fields) }

/* The first row serves every kind, but speaks of no market. */
static const struct cambist_endpoint some_served[] = {
    { "fetch_time", "GET /time", .fields = CAMBIST_TABLE(clock_fields) },
    LISTS(CAMBIST_KIND_SPOT, "spot"), LISTS(CAMBIST_KIND_SWAP, "swaps"),
    LISTS(CAMBIST_KIND_OPTION, "spot"), HAS_ORDERS(CAMBIST_KIND_SPOT | CAMBIST_KIND_SWAP),
};
static const struct cambist_endpoint all_served[] = {
    LISTS(CAMBIST_KIND_SPOT, "spot"), LISTS(CAMBIST_KIND_OPTION, "spot"), HAS_ORDERS(0),
};
static const struct cambist_endpoint all_in_one[] = { LISTS(0, "spot"), HAS_ORDERS(0) };

#define TABLES(rows)                                                                               \
    { .magic = CAMBIST_PLUGIN_MAGIC, .abi_major = CAMBIST_ABI_MAJOR,                               \
      .abi_minor = CAMBIST_ABI_MINOR, .size = sizeof(struct cambist_plugin), .name = "made_up",    \
      .body = CAMBIST_JSON, .servers = CAMBIST_TABLE(servers), .endpoints = CAMBIST_TABLE(rows) }

static const struct cambist_plugin some_tables = TABLES(some_served);
static const struct cambist_plugin all_tables = TABLES(all_served);
static const struct cambist_plugin one_table = TABLES(all_in_one);

static uint32_t kinds_in(uint32_t environment, const struct cambist_plugin *tables)
{
    struct test_exchange test;
    test_exchange_open_in(&test, environment, tables);
    uint32_t kinds = cmb_markets_kinds(test.exchange);
    test_exchange_close(&test);
    return kinds;
}

static void a_kind_that_is_only_listed_is_not_loaded(void)
{
    ASSERT_NUMBER(kinds_in(CMB_ENVIRONMENT_LIVE, &some_tables),
                  CAMBIST_KIND_SPOT | CAMBIST_KIND_SWAP);
}

static void a_row_without_kinds_serves_all_that_are_listed(void)
{
    ASSERT_NUMBER(kinds_in(CMB_ENVIRONMENT_LIVE, &all_tables),
                  CAMBIST_KIND_SPOT | CAMBIST_KIND_OPTION);
    ASSERT_NUMBER(kinds_in(CMB_ENVIRONMENT_LIVE, &one_table), 0);
}

static void a_kind_without_a_server_in_the_sandbox_is_not_loaded(void)
{
    ASSERT_NUMBER(kinds_in(CMB_ENVIRONMENT_SANDBOX, &some_tables), CAMBIST_KIND_SPOT);
}

static void a_kind_that_is_not_loaded_is_asked_for_by_name(void)
{
    struct test_exchange test;
    test_exchange_open(&test, &some_tables);
    CU_ASSERT(test_exchange_request(&test, CAMBIST_OPERATION_fetch_markets, "kind=option") ==
              CAMBIST_OK);
    ASSERT_NUMBER(test.call->endpoint->row->kinds, CAMBIST_KIND_OPTION);
    test_exchange_close(&test);
}

static void only_the_kinds_of_the_configuration_are_loaded(void)
{
    struct test_exchange test;
    test_exchange_open(&test, &some_tables);
    test.exchange->kinds = CAMBIST_KIND_SWAP | CAMBIST_KIND_FUTURE;
    ASSERT_NUMBER(cmb_markets_kinds(test.exchange), CAMBIST_KIND_SWAP);
    test_exchange_close(&test);
}

TEST_SUITE("request/markets",
           { "a kind that is only listed is not loaded", a_kind_that_is_only_listed_is_not_loaded },
           { "a row without kinds serves all that are listed",
             a_row_without_kinds_serves_all_that_are_listed },
           { "only the kinds of the configuration are loaded",
             only_the_kinds_of_the_configuration_are_loaded },
           { "a kind without a server in the sandbox is not loaded",
             a_kind_without_a_server_in_the_sandbox_is_not_loaded },
           { "a kind that is not loaded is asked for by name",
             a_kind_that_is_not_loaded_is_asked_for_by_name })
