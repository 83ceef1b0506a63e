/* support/test_exchange.h - a made-up exchange for tests: small tables that use every word of the
 * contract, a clock that stands still, made-up keys, two markets. */
#ifndef TEST_SUPPORT_TEST_EXCHANGE_H
#define TEST_SUPPORT_TEST_EXCHANGE_H

#include "request/answer.h"
#include "request/stencil.h"
#include "support/test.h"

/* 2025-08-01T00:00:00.123Z */
#define TEST_NOW_MS 1754006400123

struct test_exchange {
    struct cmb_vault vault;
    struct cmb_clock clock;
    struct cmb_random random;
    struct cmb_plugin *plugin;
    struct cmb_exchange *exchange;
    struct cmb_call *call;
    struct cambist_error error;
    struct cmb_buffer json;
};

static inline void test_exchange_add_market(struct test_exchange *test, const char *id,
                                     const char *symbol, uint64_t kind)
{
    struct cambist_market market = { .id = id, .symbol = symbol, .base = "BTC", .quote = "USDT",
                                     .base_id = "XBT", .quote_id = "USDT", .kind = kind };
    CU_ASSERT_FATAL(cmb_markets_add(test->exchange->markets, &market) == CAMBIST_OK);
}

static inline void test_exchange_open_with(struct test_exchange *test, uint32_t environment,
                                           const struct cambist_plugin *tables,
                                           const struct cmb_pair *servers, uint32_t server_count)
{
    static const struct cmb_pair credentials[] = { { CMB_TEXT("key"), CMB_TEXT("made-up-key") },
                                                   { CMB_TEXT("secret"), CMB_TEXT("bWFkZS11cA==") },
                                                   { CMB_TEXT("passphrase"), CMB_TEXT("pass") } };
    *test = (struct test_exchange){ 0 };
    cmb_buffer_init(&test->json, 1 << 22);
    cmb_clock_init_turnable(&test->clock, TEST_NOW_MS * 1000000ll);
    cmb_random_init_seeded(&test->random, 1);
    CU_ASSERT_FATAL(cmb_vault_open(&test->vault, 64 * 1024, NULL) == CAMBIST_OK);
    if (cmb_plugin_compile(tables, &test->plugin, &test->error) != CAMBIST_OK)
        printf("\n    %s", test->error.message);
    CU_ASSERT_FATAL(test->plugin != NULL);
    struct cmb_exchange_settings settings = { .environment = environment,
                                              .clock = &test->clock, .random = &test->random,
                                              .credentials = credentials, .credential_count = 3,
                                              .servers = servers, .server_count = server_count };
    if (cmb_exchange_open(test->plugin, &test->vault, &settings, &test->exchange, &test->error))
        printf("\n    %s", test->error.message);
    CU_ASSERT_FATAL(test->exchange != NULL);
    test->exchange->markets = cmb_markets_new();
    test_exchange_add_market(test, "XBTUSDT", "BTC/USDT", CAMBIST_KIND_SPOT);
    test_exchange_add_market(test, "XBTUSDT-P", "BTC/USDT:USDT", CAMBIST_KIND_SWAP);
    test->call = cmb_call_new();
    CU_ASSERT_FATAL(test->call != NULL);
}

static inline void test_exchange_open_in(struct test_exchange *test, uint32_t environment,
                                         const struct cambist_plugin *tables)
{
    test_exchange_open_with(test, environment, tables, NULL, 0);
}

/* Simulated, at servers of the test's own. */
static inline void test_exchange_open_at(struct test_exchange *test,
                                         const struct cambist_plugin *tables,
                                         const struct cmb_pair *servers, uint32_t server_count)
{
    test_exchange_open_with(test, CMB_ENVIRONMENT_SIMULATED, tables, servers, server_count);
}

static inline void test_exchange_open(struct test_exchange *test,
                                      const struct cambist_plugin *tables)
{
    test_exchange_open_in(test, CMB_ENVIRONMENT_LIVE, tables);
}

static inline void test_exchange_close(struct test_exchange *test)
{
    cmb_call_free(test->call);
    cmb_exchange_close(test->exchange);
    cmb_plugin_close(test->plugin);
    cmb_vault_close(&test->vault);
    cmb_buffer_clear(&test->json);
}

/* Starts a question; `arguments` is "name=value;name=value". */
static inline int test_exchange_start(struct test_exchange *test, uint32_t operation,
                               const char *arguments)
{
    cmb_fail_reset(&test->error);
    cmb_call_start(test->call, test->exchange, operation, &test->error);
    struct cmb_text left = cmb_text_of(arguments);
    int status = CAMBIST_OK;
    while (left.length && status == CAMBIST_OK) {
        struct cmb_text word, name;
        left = cmb_text_cut(left, ';', &word);
        struct cmb_text value = cmb_text_cut(word, '=', &name);
        status = cmb_arguments_set(&test->call->arguments, name, value, CAMBIST_STRING,
                                   &test->error);
    }
    return status;
}

/* The whole request, rendered and signed. */
static inline int test_exchange_request(struct test_exchange *test, uint32_t operation,
                                 const char *arguments)
{
    int status = test_exchange_start(test, operation, arguments);
    if (status == CAMBIST_OK)
        status = cmb_pick(test->call);
    if (status == CAMBIST_OK)
        status = cmb_fill(test->call);
    return status == CAMBIST_OK ? cmb_sign_call(test->call) : status;
}

static inline int test_exchange_read(struct test_exchange *test, uint32_t operation,
                                     const char *arguments, uint32_t http_status,
                                     struct cmb_text body)
{
    struct cmb_json_writer writer;
    int status = test_exchange_start(test, operation, arguments);
    cmb_buffer_reset(&test->json);
    if (status == CAMBIST_OK)
        status = cmb_pick(test->call);
    if (status == CAMBIST_OK)
        status = cmb_judge(test->call, http_status, body);
    if (status == CAMBIST_OK)
        status = cmb_map_answer(test->call);
    if (status == CAMBIST_OK)
        status = cmb_answer(test->call);
    cmb_json_writer_init(&writer, &test->json);
    if (status == CAMBIST_OK)
        cmb_answer_write(test->call, &writer);
    return status;
}

/* What an answer says, as JSON; NULL when it is an error.  Read once more, by a stencil maybe, it says
 * the same. */
static inline const char *test_exchange_map(struct test_exchange *test, uint32_t operation,
                                            const char *arguments, uint32_t http_status,
                                            const char *body)
{
    int status = test_exchange_read(test, operation, arguments, http_status, cmb_text_of(body));
    char *said = strdup(cmb_buffer_string(&test->json));
    CU_ASSERT(test_exchange_read(test, operation, arguments, http_status, cmb_text_of(body)) ==
              status);
    CU_ASSERT(said && strcmp(cmb_buffer_string(&test->json), said) == 0);
    free(said);
    return status == CAMBIST_OK ? cmb_buffer_string(&test->json) : NULL;
}

#endif
