/* Are answers read as the tables say, and refused in words when they are not? */
#include "support/test_exchange.h"

static const struct cambist_server servers[] = { { "rest", "https://api.example.com" } };
static const struct cambist_word words[] = {
    { "side", "buy", "B" },         { "side", "sell", "S" },       { "type", "limit", "limit" },
    { "state", "open", "NEW" },     { "state", "closed", "DONE" }, { "currency", "BTC", "XBT" },
    { "taker_sold", "sell", "true" }, { "taker_sold", "buy", "false" },
    { "direction", "long", "+" },   { "direction", "short", "-" },
    { "post_only", "true", "PO" },  { "post_only", "false", "*" },
};
static const struct cambist_field ticker_fields[] = {
    { "symbol", "@key" }, { "last", "c.0|last" }, { "bid", "b", CAMBIST_NOT_ZERO },
    { "timestamp", "/at", CAMBIST_S },
};
static const struct cambist_field book_fields[] = {
    { "bids", "bids" }, { "asks", "asks" }, { "sequence", "n" },
};
static const struct cambist_field object_book_fields[] = {
    { "bids", "book.bids" }, { "asks", "book.asks" },
    { "level_price", "price" }, { "level_amount", "size" },
};
static const struct cambist_field trade_fields[] = {
    { "id", "0" }, { "price", "1" }, { "amount", "2" }, { "timestamp", "3", CAMBIST_S },
    { "side", "4", .words = "taker_sold" },
};
static const struct cambist_field order_fields[] = {
    { "id", "id" }, { "symbol", "m" }, { "side", "side" }, { "state", "state" },
    { "price", "cfg.*.price", CAMBIST_NOT_ZERO }, { "type", "cfg.*.@key" },
    { "amount", "qty" }, { "filled", "done" }, { "average", "avg", CAMBIST_NOT_ZERO },
    { "timestamp", "t", CAMBIST_ISO }, { "post_only", "tif", .words = "post_only" },
};
static const struct cambist_field market_fields[] = {
    { "id", "@key" }, { "base_id", "base" }, { "quote_id", "quote" },
    { "tick_size", "filters[type=PRICE].tick" }, { "lot_size", "decimals", CAMBIST_DIGITS },
    { NULL, "status", .constant = "on" },
};
static const struct cambist_field position_fields[] = {
    { "symbol", "m" }, { "contracts", "size", CAMBIST_ABSOLUTE },
    { "side", "size", CAMBIST_SIGN, .words = "direction" },
};
static const struct cambist_field balance_fields[] = {
    { "currency", "@key" }, { "total", "balance" }, { "used", "hold" },
};
static const struct cambist_field fee_fields[] = {
    { "taker", "fees.{market}.fee" }, { "maker", "fees{market}.maker" },
};
static const struct cambist_endpoint endpoints[] = {
    { "fetch_tickers", "GET /t", .rows = "result{}", .fields = CAMBIST_TABLE(ticker_fields) },
    { "fetch_order_book", "GET /b", .kinds = CAMBIST_KIND_SPOT,
      .fields = CAMBIST_TABLE(book_fields) },
    { "fetch_order_book", "GET /b2", .kinds = CAMBIST_KIND_SWAP,
      .fields = CAMBIST_TABLE(object_book_fields) },
    { "fetch_trades", "GET /tr", .rows = "result.*[]", .fields = CAMBIST_TABLE(trade_fields) },
    { "fetch_order", "GET /o", .fields = CAMBIST_TABLE(order_fields) },
    { "create_order", "GET /o", CAMBIST_SIGNED, .fields = CAMBIST_TABLE(order_fields) },
    { "fetch_markets", "GET /m", .kinds = CAMBIST_KIND_SPOT, .rows = "{}",
      .fields = CAMBIST_TABLE(market_fields) },
    { "fetch_positions", "GET /p", .rows = "data[].positions[]",
      .fields = CAMBIST_TABLE(position_fields) },
    { "fetch_trading_fee", "GET /f", .fields = CAMBIST_TABLE(fee_fields) },
    { "fetch_balance", "GET /bal", .rows = "{}", .fields = CAMBIST_TABLE(balance_fields) },
};
static const struct cambist_failure failures[] = {
    { "data.0.sCode", "0", "data.0.sCode", "data.0.sMsg" },
    { "code", "0|200", "code", "msg" },
    { "error.0", NULL, "error.0", "error.0" },
    { "status", NULL, "reason", NULL, .bad = "error|failed" },
};
static const struct cambist_fault faults[] = {
    { "51", CAMBIST_INSUFFICIENT_FUNDS, .text = "balance" },
    { "51", CAMBIST_INVALID_ORDER },
    { "60", CAMBIST_TIMEOUT, CAMBIST_OUTCOME_UNKNOWN },
    { "EOrder:*", CAMBIST_REJECTED },
    { .http_status = 418, .status = CAMBIST_BANNED },
};
static const struct cambist_plugin tables = {
    .magic = CAMBIST_PLUGIN_MAGIC, .abi_major = CAMBIST_ABI_MAJOR, .abi_minor = CAMBIST_ABI_MINOR,
    .size = sizeof(struct cambist_plugin), .name = "made_up", .body = CAMBIST_JSON,
    .servers = CAMBIST_TABLE(servers), .words = CAMBIST_TABLE(words),
    .endpoints = CAMBIST_TABLE(endpoints), .failures = CAMBIST_TABLE(failures),
    .faults = CAMBIST_TABLE(faults),
};

static struct test_exchange test;

/* What an answer with HTTP status 200 says, or the reason why it says nothing. */
static const char *read_answer(uint32_t operation, const char *arguments, const char *body)
{
    const char *json = test_exchange_map(&test, operation, arguments, 200, body);
    return json ? json : test.error.message;
}

static void members_of_an_object_are_rows_by_their_key(void)
{
    test_exchange_open(&test, &tables);
    ASSERT_TEXT(read_answer(CAMBIST_OPERATION_fetch_tickers, "",
                            "{\"at\":1.5,\"result\":{\"XBTUSDT\":{\"c\":[\"2.50\",\"1\"],\"b\":0},"
                            "\"new\":{\"last\":7,\"b\":\"1\"}}}"),
                "{\"BTC/USDT\":{\"symbol\":\"BTC/USDT\",\"timestamp\":1500,"
                "\"datetime\":\"1970-01-01T00:00:01.500Z\",\"close\":\"2.50\",\"last\":\"2.50\"},"
                "\"new\":{\"symbol\":\"new\",\"timestamp\":1500,"
                "\"datetime\":\"1970-01-01T00:00:01.500Z\",\"bid\":\"1\",\"close\":\"7\","
                "\"last\":\"7\"}}");
    test_exchange_close(&test);
}

static void a_member_is_found_by_the_name_of_the_market(void)
{
    test_exchange_open(&test, &tables);
    ASSERT_TEXT(read_answer(CAMBIST_OPERATION_fetch_trading_fee, "symbol=BTC/USDT",
                            "{\"fees\":{\"ETHUSDT\":{\"fee\":1,\"maker\":2},"
                            "\"XBTUSDT\":{\"fee\":3,\"maker\":4}}}"),
                "{\"symbol\":\"BTC/USDT\",\"maker\":\"4\",\"taker\":\"3\"}");
    ASSERT_TEXT(read_answer(CAMBIST_OPERATION_fetch_trading_fee, "symbol=BTC/USDT",
                            "{\"fees\":{\"ETHUSDT\":{\"fee\":1,\"maker\":2}}}"),
                "{\"symbol\":\"BTC/USDT\"}");
    test_exchange_close(&test);
}

static void books_keep_every_digit(void)
{
    test_exchange_open(&test, &tables);
    ASSERT_TEXT(read_answer(CAMBIST_OPERATION_fetch_order_book, "symbol=BTC/USDT",
                            "{\"bids\":[[\"1.10\",\"2\",0],[1.0,3e-8]],\"asks\":[],\"n\":12}"),
                "{\"symbol\":\"BTC/USDT\",\"bids\":[[\"1.10\",\"2\"],[\"1.0\",\"0.00000003\"]],"
                "\"asks\":[],\"nonce\":\"12\"}");
    ASSERT_TEXT(read_answer(CAMBIST_OPERATION_fetch_order_book, "symbol=BTC/USDT:USDT",
                            "{\"book\":{\"asks\":[{\"size\":\"1\",\"x\":[],\"price\":\"9\"}],"
                            "\"bids\":null}}"),
                "{\"symbol\":\"BTC/USDT:USDT\",\"bids\":[],\"asks\":[[\"9\",\"1\"]]}");
    test_exchange_close(&test);
}

static void histories_come_oldest_first_from_since_and_limited(void)
{
    static const char body[] = "{\"result\":{\"last\":\"9\",\"XBTUSDT\":[[\"c\",3,1,3,true],"
                               "[\"b\",2,1,2,false],[\"a\",1,1,1,false]]}}";
    test_exchange_open(&test, &tables);
    CU_ASSERT(test_exchange_map(&test, CAMBIST_OPERATION_fetch_trades, "symbol=BTC/USDT", 200,
                                body) != NULL);
    const struct cambist_trade *trades = (const void *)test.call->rows;
    ASSERT_NUMBER(test.call->row_count, 3);
    ASSERT_TEXT(trades[0].id, "a");
    ASSERT_NUMBER(trades[2].side, CAMBIST_SIDE_SELL);
    CU_ASSERT(test_exchange_map(&test, CAMBIST_OPERATION_fetch_trades,
                                "symbol=BTC/USDT;limit=2", 200, body) != NULL);
    trades = (const void *)test.call->rows;
    ASSERT_TEXT(trades[0].id, "b");
    CU_ASSERT(test_exchange_map(&test, CAMBIST_OPERATION_fetch_trades,
                                "symbol=BTC/USDT;limit=1;since=1500", 200, body) != NULL);
    trades = (const void *)test.call->rows;
    ASSERT_NUMBER(test.call->row_count, 1);
    ASSERT_TEXT(trades[0].id, "b");
    test_exchange_close(&test);
}

static void what_follows_is_filled_in_and_what_is_absent_stays_absent(void)
{
    test_exchange_open(&test, &tables);
    ASSERT_TEXT(read_answer(CAMBIST_OPERATION_fetch_order, "id=1",
                            "{\"id\":12345678901234567890123,\"m\":\"XBTUSDT\",\"side\":\"B\","
                            "\"state\":\"HALTED\",\"cfg\":{\"limit\":{\"price\":\"2\"}},"
                            "\"qty\":\"3.0\",\"done\":\"1\",\"avg\":\"0\",\"tif\":\"PO\","
                            "\"t\":\"2021-05-31T09:59:59Z\"}"),
                "{\"id\":\"12345678901234567890123\",\"timestamp\":1622455199000,"
                "\"datetime\":\"2021-05-31T09:59:59.000Z\",\"symbol\":\"BTC/USDT\","
                "\"type\":\"limit\",\"timeInForce\":\"PO\",\"postOnly\":true,\"side\":\"buy\",\"price\":\"2\","
                "\"amount\":\"3.0\",\"cost\":\"2\",\"filled\":\"1\",\"remaining\":\"2.0\","
                "\"status\":\"unknown\"}");
    CU_ASSERT(cmb_text_is(test.call->unknown_word, CMB_TEXT("HALTED")));
    test_exchange_close(&test);
}

static void a_row_with_another_constant_is_passed_over(void)
{
    test_exchange_open(&test, &tables);
    const char *json = read_answer(
        CAMBIST_OPERATION_fetch_markets, "",
        "{\"A\":{\"base\":\"XBT\",\"quote\":\"USD\",\"status\":\"on\",\"decimals\":3,"
        "\"filters\":[{\"type\":\"LOT\",\"tick\":\"9\"},{\"tick\":\"0.5\",\"type\":\"PRICE\"}]},"
        "\"B\":{\"base\":\"ETH\",\"quote\":\"USD\",\"status\":\"off\"}}");
    CU_ASSERT(json && strstr(json, "\"symbol\":\"BTC/USD\"") != NULL);
    CU_ASSERT(json && strstr(json, "\"precision\":{\"price\":\"0.5\",\"amount\":\"0.001\"}"));
    ASSERT_NUMBER(test.call->row_count, 1);
    test_exchange_close(&test);
}

static void signs_become_sides(void)
{
    test_exchange_open(&test, &tables);
    ASSERT_TEXT(read_answer(CAMBIST_OPERATION_fetch_positions, "",
                            "{\"data\":[{\"positions\":[{\"m\":\"XBTUSDT-P\",\"size\":\"-2.5\"}]},"
                            "{\"positions\":[]}]}"),
                "[{\"symbol\":\"BTC/USDT:USDT\",\"side\":\"short\",\"contracts\":\"2.5\"}]");
    test_exchange_close(&test);
}

static void balances_are_completed_exactly(void)
{
    test_exchange_open(&test, &tables);
    ASSERT_TEXT(read_answer(CAMBIST_OPERATION_fetch_balance, "",
                            "{\"XBT\":{\"balance\":1.2435,\"hold\":0.8423}}"),
                "{\"BTC\":{\"free\":\"0.4012\",\"used\":\"0.8423\",\"total\":\"1.2435\"},"
                "\"free\":{\"BTC\":\"0.4012\"},\"used\":{\"BTC\":\"0.8423\"},"
                "\"total\":{\"BTC\":\"1.2435\"}}");
    test_exchange_close(&test);
}

static void only_what_was_asked_for_is_answered(void)
{
    test_exchange_open(&test, &tables);
    ASSERT_TEXT(read_answer(CAMBIST_OPERATION_fetch_positions, "symbol=BTC/USDT:USDT",
                            "{\"data\":[{\"positions\":[{\"m\":\"other\",\"size\":\"1\"},"
                            "{\"m\":\"XBTUSDT-P\",\"size\":\"2\"}]}]}"),
                "[{\"symbol\":\"BTC/USDT:USDT\",\"side\":\"long\",\"contracts\":\"2\"}]");
    test_exchange_close(&test);
}

/* ---- errors ---- */

static void errors_have_class_outcome_code_and_text(void)
{
    static const struct {
        uint32_t operation, http_status;
        const char *body;
        uint32_t status, outcome;
        const char *code;
    } rows[] = {
        { CAMBIST_OPERATION_create_order, 400, "{\"code\":51,\"msg\":\"low balance\"}",
          CAMBIST_INSUFFICIENT_FUNDS, CAMBIST_OUTCOME_NOT_DONE, "51" },
        { CAMBIST_OPERATION_create_order, 200, "{\"code\":\"51\",\"msg\":\"bad price\"}",
          CAMBIST_INVALID_ORDER, CAMBIST_OUTCOME_NOT_DONE, "51" },
        { CAMBIST_OPERATION_create_order, 200, "{\"code\":1,\"data\":[{\"sCode\":\"60\"}]}",
          CAMBIST_TIMEOUT, CAMBIST_OUTCOME_UNKNOWN, "60" },
        { CAMBIST_OPERATION_create_order, 200, "{\"error\":[\"EOrder:Rate limit\"]}",
          CAMBIST_REJECTED, CAMBIST_OUTCOME_NOT_DONE, "EOrder:Rate limit" },
        { CAMBIST_OPERATION_create_order, 200, "{\"code\":99,\"msg\":\"nobody knows\"}",
          CAMBIST_REJECTED, CAMBIST_OUTCOME_UNKNOWN, "99" },
        { CAMBIST_OPERATION_create_order, 200, "{\"status\":\"failed\",\"reason\":\"51\"}",
          CAMBIST_INVALID_ORDER, CAMBIST_OUTCOME_NOT_DONE, "51" },
        { CAMBIST_OPERATION_create_order, 418, "", CAMBIST_BANNED, CAMBIST_OUTCOME_NOT_DONE, "" },
        { CAMBIST_OPERATION_create_order, 502, "<html>bad gateway</html>", CAMBIST_UNAVAILABLE,
          CAMBIST_OUTCOME_UNKNOWN, "" },
        { CAMBIST_OPERATION_fetch_order, 502, "<html>bad gateway</html>", CAMBIST_UNAVAILABLE,
          CAMBIST_OUTCOME_NOT_DONE, "" },
        { CAMBIST_OPERATION_fetch_order, 429, "{}", CAMBIST_RATE_LIMITED,
          CAMBIST_OUTCOME_NOT_DONE, "" },
        { CAMBIST_OPERATION_create_order, 302, "", CAMBIST_REJECTED, CAMBIST_OUTCOME_UNKNOWN, "" },
    };
    test_exchange_open(&test, &tables);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CU_ASSERT(test_exchange_map(&test, rows[i].operation, "", rows[i].http_status,
                                    rows[i].body) == NULL);
        ASSERT_NUMBER(test.error.status, rows[i].status);
        ASSERT_NUMBER(test.error.outcome, rows[i].outcome);
        ASSERT_TEXT(test.error.code, rows[i].code);
        CU_ASSERT(*test.error.message != 0);
    }
    test_exchange_close(&test);
}

static void text_from_outside_is_cut_and_escaped(void)
{
    static char body[100000];
    test_exchange_open(&test, &tables);
    memset(body, '\x1b', sizeof body - 1);
    CU_ASSERT(test_exchange_map(&test, CAMBIST_OPERATION_fetch_order, "", 500, body) == NULL);
    CU_ASSERT(strlen(test.error.message) < sizeof test.error.message);
    for (const char *at = test.error.message; *at; at++)
        CU_ASSERT(*at >= ' ' && *at < 0x7f);
    test_exchange_close(&test);
}

/* Truncated anywhere, an answer is an error, never half an answer. */
static void every_truncation_is_refused(void)
{
    static const char whole[] =
        "{\"id\":\"1\",\"m\":\"XBTUSDT\",\"side\":\"B\",\"cfg\":{\"limit\":{\"price\":\"2\"}},"
        "\"qty\":[1,{\"a\":null}],\"t\":\"2021-05-31T09:59:59Z\"}";
    char body[sizeof whole];
    test_exchange_open(&test, &tables);
    for (size_t length = 0; length + 1 < sizeof whole; length++) {
        memcpy(body, whole, length);
        body[length] = 0;
        CU_ASSERT(test_exchange_map(&test, CAMBIST_OPERATION_fetch_order, "", 200, body) == NULL);
        ASSERT_NUMBER(test.error.status, CAMBIST_GARBLED);
    }
    test_exchange_close(&test);
}

static void nonsense_is_refused_and_says_where(void)
{
    static const char *const bodies[] = {
        "<html></html>", "", "null x", "{\"id\":\"1\"} {}", "{\"id\":\"1\",\"id\":\"2\"}",
        "{\"qty\":\"1,5\"}", "{\"qty\":\"1e999999\"}", "{\"t\":\"yesterday\"}",
        "{\"qty\":\"99999999999999999999999999999999999999999999\"}", "{\"id\":\"a\\u0000b\"}",
    };
    test_exchange_open(&test, &tables);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        CU_ASSERT(test_exchange_map(&test, CAMBIST_OPERATION_fetch_order, "", 200, bodies[i]) ==
                  NULL);
        ASSERT_NUMBER(test.error.status, CAMBIST_GARBLED);
        CU_ASSERT(*test.error.message != 0);
    }
    CU_ASSERT(test_exchange_map(&test, CAMBIST_OPERATION_fetch_order, "", 200,
                                "{\"qty\":\"1,5\"}") == NULL);
    ASSERT_TEXT(test.error.message, "made_up fetch_order: amount at \"qty\" is \"1,5\": the text is "
                                    "not a number of the expected form");
    test_exchange_close(&test);
}

static void depth_has_a_ceiling(void)
{
    static char body[20000];
    test_exchange_open(&test, &tables);
    memset(body, '[', sizeof body - 1);
    CU_ASSERT(test_exchange_map(&test, CAMBIST_OPERATION_fetch_order, "", 200, body) == NULL);
    ASSERT_NUMBER(test.error.status, CAMBIST_GARBLED);
    test_exchange_close(&test);
}

/* An order that was answered with garbage may have been done. */
static void a_garbled_answer_to_an_order_leaves_it_unknown(void)
{
    test_exchange_open(&test, &tables);
    CU_ASSERT(test_exchange_map(&test, CAMBIST_OPERATION_create_order, "", 200, "[]") == NULL);
    ASSERT_NUMBER(test.error.outcome, CAMBIST_OUTCOME_UNKNOWN);
    CU_ASSERT(test_exchange_map(&test, CAMBIST_OPERATION_create_order, "", 200, "<html>") == NULL);
    ASSERT_NUMBER(test.error.outcome, CAMBIST_OUTCOME_UNKNOWN);
    test_exchange_close(&test);
}

TEST_SUITE("request/answer",
           { "members of an object are rows by their key",
             members_of_an_object_are_rows_by_their_key },
           { "a member is found by the name of the market",
             a_member_is_found_by_the_name_of_the_market },
           { "books keep every digit", books_keep_every_digit },
           { "histories come oldest first, from since, and limited",
             histories_come_oldest_first_from_since_and_limited },
           { "what follows is filled in and what is absent stays absent",
             what_follows_is_filled_in_and_what_is_absent_stays_absent },
           { "a row with another constant is passed over",
             a_row_with_another_constant_is_passed_over },
           { "signs become sides", signs_become_sides },
           { "balances are completed exactly", balances_are_completed_exactly },
           { "only what was asked for is answered", only_what_was_asked_for_is_answered },
           { "errors have class, outcome, code and text",
             errors_have_class_outcome_code_and_text },
           { "text from outside is cut and escaped", text_from_outside_is_cut_and_escaped },
           { "every truncation is refused", every_truncation_is_refused },
           { "nonsense is refused and says where", nonsense_is_refused_and_says_where },
           { "depth has a ceiling", depth_has_a_ceiling },
           { "a garbled answer to an order leaves it unknown",
             a_garbled_answer_to_an_order_leaves_it_unknown })
