/* Which answers are read by a stencil, and do they say what the tables would have read? */
#include "support/test_exchange.h"

static const struct cambist_server servers[] = { { "rest", "https://api.example.com" } };
static const struct cambist_word words[] = {
    { "state", "open", "new" }, { "state", "closed", "filled" },
    { "side", "buy", "B" },     { "side", "sell", "S" },
};
/* A value that another may stand for, one that its object chooses, a word, a sum. */
static const struct cambist_field order_fields[] = {
    { "symbol", "s" },
    { "id", "i" },
    { "timestamp", "t|T", CAMBIST_MS },
    { "state", "x", .words = "state" },
    { "side", "[kind!=none].d", .words = "side" },
    { "price", "p" },
    { "amount", "q" },
    { "fee_cost", "fills[].c", CAMBIST_SUM },
    { "fee_currency", "fills[].a", CAMBIST_SUM },
};
static const struct cambist_field ticker_fields[] = {
    { "symbol", "s" }, { "last", "{market}.l" },
};
static const struct cambist_endpoint endpoints[] = {
    { "fetch_order", "GET /o", .rows = "data[]", .fields = CAMBIST_TABLE(order_fields) },
    { "fetch_ticker", "GET /t", .fields = CAMBIST_TABLE(ticker_fields) },
};
static const struct cambist_failure failures[] = { { "code", "0", "code", "msg" } };
static const struct cambist_plugin tables = {
    .magic = CAMBIST_PLUGIN_MAGIC,
    .abi_major = CAMBIST_ABI_MAJOR,
    .abi_minor = CAMBIST_ABI_MINOR,
    .size = sizeof(struct cambist_plugin),
    .name = "made_up",
    .body = CAMBIST_JSON,
    .servers = CAMBIST_TABLE(servers),
    .words = CAMBIST_TABLE(words),
    .endpoints = CAMBIST_TABLE(endpoints),
    .failures = CAMBIST_TABLE(failures),
};

enum { READ = CAMBIST_OPERATION_fetch_order, ASK = CAMBIST_OPERATION_fetch_ticker };
#define ABOUT "symbol=BTC/USDT;id=1"
#define ORDER                                                                                      \
    "{\"code\":\"0\",\"data\":[{\"s\":\"XBTUSDT\",\"i\":\"17\",\"kind\":\"any\",\"t\":5,\"T\":6,"          \
    "\"x\":\"new\",\"d\":\"B\",\"p\":\"1.50\",\"q\":null,\"r\":true}]}"

static struct test_exchange test;

static int read_answer(const char *body)
{
    return test_exchange_read(&test, READ, ABOUT, 200, cmb_text_of(body));
}

static bool is_stencilled(void)
{
    return test.call->found != NULL;
}

static void reads_an_answer_that_looks_like_one_before(void)
{
    test_exchange_open(&test, &tables);
    ASSERT_NUMBER(read_answer(ORDER), CAMBIST_OK);
    CU_ASSERT(!is_stencilled());
    ASSERT_NUMBER(read_answer("{\"code\":\"0\",\"data\":[{\"s\":\"XBTUSDT\",\"i\":\"1800\","
                              "\"kind\":\"any\",\"t\":0,\"T\":7,\"x\":\"filled\",\"d\":\"S\","
                              "\"p\":\"20\",\"q\":null,\"r\":true}]}"),
                  CAMBIST_OK);
    CU_ASSERT(is_stencilled());
    const struct cambist_order *order = (const void *)test.call->rows;
    ASSERT_TEXT(order->id, "1800");
    ASSERT_TEXT(order->symbol, "BTC/USDT");
    ASSERT_NUMBER(order->timestamp, 7000000);
    ASSERT_NUMBER(order->state, CAMBIST_STATE_CLOSED);
    ASSERT_NUMBER(order->side, CAMBIST_SIDE_SELL);
    ASSERT_NUMBER(order->price.low, 20);
    CU_ASSERT(!order->amount.is_set);
    test_exchange_close(&test);
}

static void sees_that_an_answer_is_an_error(void)
{
    test_exchange_open(&test, &tables);
    (void)read_answer(ORDER);
    CU_ASSERT(read_answer("{\"code\":\"9\",\"data\":[{\"s\":\"XBTUSDT\",\"i\":\"17\",\"kind\":\"any\","
                          "\"t\":5,\"T\":6,\"x\":\"new\",\"d\":\"B\",\"p\":\"1.50\",\"q\":null,"
                          "\"r\":true}]}") != CAMBIST_OK);
    ASSERT_TEXT(test.error.code, "9");
    ASSERT_NUMBER(test_exchange_read(&test, READ, ABOUT, 503, CMB_TEXT(ORDER)),
                  CAMBIST_UNAVAILABLE);
    test_exchange_close(&test);
}

/* Values by which an object is chosen, the market's own key, and sums say more than is in holes. */
static void leaves_to_the_tables_what_depends_on_more(void)
{
    test_exchange_open(&test, &tables);
    (void)read_answer(ORDER);
    (void)read_answer("{\"code\":\"0\",\"data\":[{\"s\":\"XBTUSDT\",\"i\":\"17\",\"kind\":\"none\","
                      "\"t\":5,\"T\":6,\"x\":\"new\",\"d\":\"B\",\"p\":\"1.50\",\"q\":null,"
                      "\"r\":true}]}");
    CU_ASSERT(!is_stencilled());
    ASSERT_NUMBER(((const struct cambist_order *)(const void *)test.call->rows)->side, 0);
    for (int i = 0; i < 2; i++) {
        (void)test_exchange_read(&test, ASK, "symbol=BTC/USDT", 200,
                                 CMB_TEXT("{\"s\":\"XBTUSDT\",\"XBTUSDT\":{\"l\":1}}"));
        CU_ASSERT(!is_stencilled());
        (void)read_answer("{\"code\":\"0\",\"data\":[{\"s\":\"XBTUSDT\",\"fills\":["
                          "{\"c\":\"1\",\"a\":\"BTC\"},{\"c\":\"2\",\"a\":\"BTC\"}]}]}");
        CU_ASSERT(!is_stencilled());
    }
    test_exchange_close(&test);
}

/* Each byte is made each of several others; with stencils and without the same must come of it. */
static void reads_damaged_answers_as_the_tables_do(void)
{
    static const char bytes[] = "0159.-e\"\\{}[],: nBS\n\xc3";
    char text[] = ORDER;
    size_t length = sizeof text - 1, stencilled = 0;
    test_exchange_open(&test, &tables);
    struct cmb_stencils *stencils = test.exchange->stencils;
    for (size_t at = 0; at < length; at++)
        for (const char *byte = bytes; *byte; byte++) {
            struct cambist_error error;
            memcpy(text, ORDER, sizeof text);
            test.exchange->stencils = stencils;
            (void)read_answer(ORDER);
            text[at] = *byte;
            int status = test_exchange_read(&test, READ, ABOUT, 200,
                                            (struct cmb_text){ text, length });
            char *said = strdup(cmb_buffer_string(&test.json));
            error = test.error;
            stencilled += is_stencilled();
            test.exchange->stencils = NULL;
            CU_ASSERT(test_exchange_read(&test, READ, ABOUT, 200,
                                         (struct cmb_text){ text, length }) == status);
            CU_ASSERT(said && strcmp(said, cmb_buffer_string(&test.json)) == 0);
            CU_ASSERT(strcmp(error.message, test.error.message) == 0);
            free(said);
        }
    CU_ASSERT(stencilled > 100);
    test.exchange->stencils = stencils;
    test_exchange_close(&test);
}

TEST_SUITE("request/stencil",
           { "reads an answer that looks like one before",
             reads_an_answer_that_looks_like_one_before },
           { "sees that an answer is an error", sees_that_an_answer_is_an_error },
           { "leaves to the tables what depends on more", leaves_to_the_tables_what_depends_on_more },
           { "reads damaged answers as the tables do", reads_damaged_answers_as_the_tables_do })
