/* Is the request that is made the one that the tables say? */
#include "support/test_exchange.h"

static const struct cambist_server servers[] = { { "rest", "https://api.example.com/v9" } };
static const struct cambist_credential credentials[] = {
    { "key", "the key", CAMBIST_SENT },
    { "secret", "the secret", CAMBIST_SECRET, CAMBIST_AS_BASE64 },
    { "passphrase", "the passphrase", CAMBIST_SENT },
};
static const struct cambist_derived derived[] = {
    { "inner", "{nonce}{body}", CAMBIST_SHA256, CAMBIST_AS_RAW },
    { "signature", "{path}{inner}", CAMBIST_HMAC_SHA512, CAMBIST_AS_BASE64, "secret" },
};
static const struct cambist_stamp stamps[] = {
    { CAMBIST_SIGNED, 0, "nonce", "{nonce}" },
    { CAMBIST_KEYED, CAMBIST_HEADER, "X-Key", "{key}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Sign", "{signature}" },
    { CAMBIST_PUBLIC, CAMBIST_HEADER, "X-Route", "{route}", "query" },
    { CAMBIST_PUBLIC, CAMBIST_HEADER, "X-Type", "{content_type}", "body access=public" },
};
static const struct cambist_word words[] = {
    { "side", "buy", "B" },  { "side", "sell", "S" },
    { "type", "limit", "L" }, { "timeframe", "1h", "60" },
};
static const struct cambist_field clock_fields[] = { { "timestamp", "time", CAMBIST_MS } };
static const struct cambist_field order_fields[] = { { "id", "id" } };
static const struct cambist_field candle_fields[] = { { "timestamp", "0", CAMBIST_S } };
static const struct cambist_endpoint endpoints[] = {
    { "fetch_time", "GET /time", .fields = CAMBIST_TABLE(clock_fields) },
    { "fetch_order", "GET /orders/{id}/at/{market}", .fields = CAMBIST_TABLE(order_fields) },
    { "fetch_ohlcv", "GET /candles", .fields = CAMBIST_TABLE(candle_fields), .rows = "[]",
      .parameters = CAMBIST_ROWS(parameter, { "m", "{market}" }, { "w", "{timeframe}" },
                                 { "from", "{since_ms-1}", CAMBIST_OPTIONAL },
                                 { "to", "{end_s}", CAMBIST_OPTIONAL },
                                 { "n", "{limit=100}" }) },
    { "create_order", "POST /orders", CAMBIST_SIGNED, .kinds = CAMBIST_KIND_SPOT,
      .place = CAMBIST_FORM, .when = "!trigger_price", .fields = CAMBIST_TABLE(order_fields),
      .parameters = CAMBIST_ROWS(parameter, { "m", "{market}" }, { "s", "{side}" },
                                 { "t", "{type}" }, { "q", "{amount}" },
                                 { "p", "{price}", .when = "type=limit" },
                                 { "c", "{client_order_id}", CAMBIST_OPTIONAL },
                                 { "post", "yes", .when = "post_only" },
                                 { "big", "1", .when = "limit>100" }) },
    { "create_order", "POST /swaps", .kinds = CAMBIST_KIND_SWAP, .place = CAMBIST_JSON,
      .items = "orders[]", .fields = CAMBIST_TABLE(order_fields),
      .parameters = CAMBIST_ROWS(parameter, { "a.m", "{market}" }, { "a.b.q", "{amount}" },
                                 { "a.ids.0", "{side}" },
                                 { "flag", "true", .json_form = CAMBIST_LITERAL }) },
    { "fetch_tickers", "GET /tickers", .fields = CAMBIST_ROWS(field, { "bid", "b" }),
      .parameters = CAMBIST_ROWS(parameter, { "l", "{markets:json}", CAMBIST_OPTIONAL },
                                 { "r", "{markets}", CAMBIST_OPTIONAL, .is_repeated = 1 }) },
};
static const struct cambist_plugin tables = {
    .magic = CAMBIST_PLUGIN_MAGIC, .abi_major = CAMBIST_ABI_MAJOR, .abi_minor = CAMBIST_ABI_MINOR,
    .size = sizeof(struct cambist_plugin), .name = "made_up", .body = CAMBIST_JSON,
    .servers = CAMBIST_TABLE(servers), .credentials = CAMBIST_TABLE(credentials),
    .derived = CAMBIST_TABLE(derived), .stamps = CAMBIST_TABLE(stamps),
    .words = CAMBIST_TABLE(words), .endpoints = CAMBIST_TABLE(endpoints),
};

static struct test_exchange test;

static const char *query_of(uint32_t operation, const char *arguments)
{
    int status = test_exchange_request(&test, operation, arguments);
    return status == CAMBIST_OK ? cmb_buffer_string(&test.call->query) : test.error.message;
}

static void the_servers_path_stands_before_the_endpoints(void)
{
    test_exchange_open(&test, &tables);
    CU_ASSERT(test_exchange_request(&test, CAMBIST_OPERATION_fetch_time, "") == CAMBIST_OK);
    CU_ASSERT(cmb_text_is(test.call->path, CMB_TEXT("/v9/time")));
    ASSERT_TEXT(test.exchange->servers[0].url, "https://api.example.com");
    test_exchange_close(&test);
}

static void times_are_shifted_defaulted_and_computed(void)
{
    test_exchange_open(&test, &tables);
    ASSERT_TEXT(query_of(CAMBIST_OPERATION_fetch_ohlcv,
                         "symbol=BTC/USDT;timeframe=1h;since=1753920000000;limit=2"),
                "m=XBTUSDT&w=60&from=1753919999999&to=1753927200&n=2");
    ASSERT_TEXT(query_of(CAMBIST_OPERATION_fetch_ohlcv, "symbol=XBTUSDT;timeframe=1h"),
                "m=XBTUSDT&w=60&n=100");
    test_exchange_close(&test);
}

static void a_word_that_the_exchange_lacks_is_named(void)
{
    test_exchange_open(&test, &tables);
    ASSERT_TEXT(query_of(CAMBIST_OPERATION_fetch_ohlcv, "symbol=BTC/USDT;timeframe=7m"),
                "made_up has no timeframe \"7m\"");
    CU_ASSERT(test.error.status == CAMBIST_NOT_SUPPORTED);
    test_exchange_close(&test);
}

static void a_missing_argument_is_named(void)
{
    test_exchange_open(&test, &tables);
    ASSERT_TEXT(query_of(CAMBIST_OPERATION_fetch_ohlcv, "symbol=BTC/USDT"),
                "made_up: fetch_ohlcv needs timeframe");
    test_exchange_close(&test);
}

static void conditions_choose_parameters(void)
{
    test_exchange_open(&test, &tables);
    CU_ASSERT(test_exchange_request(&test, CAMBIST_OPERATION_create_order,
                                    "symbol=BTC/USDT;side=buy;type=limit;amount=0.10;price=3;"
                                    "post_only=true;limit=101") == CAMBIST_OK);
    ASSERT_TEXT(cmb_buffer_string(&test.call->body),
                "m=XBTUSDT&s=B&t=L&q=0.10&p=3&post=yes&big=1&nonce=1754006400123");
    CU_ASSERT(test_exchange_request(&test, CAMBIST_OPERATION_create_order,
                                    "symbol=BTC/USDT;side=sell;type=limit;amount=1;price=3;"
                                    "postOnly=false;limit=100") == CAMBIST_OK);
    ASSERT_TEXT(cmb_buffer_string(&test.call->body),
                "m=XBTUSDT&s=S&t=L&q=1&p=3&nonce=1754006400124");
    test_exchange_close(&test);
}

static void a_signature_is_a_list_of_derived_values(void)
{
    test_exchange_open(&test, &tables);
    CU_ASSERT(test_exchange_request(&test, CAMBIST_OPERATION_create_order,
                                    "symbol=BTC/USDT;side=buy;type=limit;amount=1;price=3") ==
              CAMBIST_OK);
    /* Computed with Python: hmac.new(b64decode(secret), path + sha256(nonce + body), sha512). */
    ASSERT_TEXT(cmb_buffer_string(&test.call->headers),
                "X-Key: made-up-key\r\n"
                "X-Sign: sPxzYV+HRVVD1j+6gkA/BI/6MQuRu48pl56Mx8/DtRBjpaU1UM46RLib54le1Mv/W4M9/9c6hJajECpCwxPd8g==\r\n");
    test_exchange_close(&test);
}

static void signing_twice_takes_a_new_nonce_and_adds_nothing(void)
{
    test_exchange_open(&test, &tables);
    CU_ASSERT(test_exchange_request(&test, CAMBIST_OPERATION_create_order,
                                    "symbol=BTC/USDT;side=buy;type=limit;amount=1;price=3") ==
              CAMBIST_OK);
    CU_ASSERT(cmb_sign_call(test.call) == CAMBIST_OK);
    ASSERT_TEXT(cmb_buffer_string(&test.call->body),
                "m=XBTUSDT&s=B&t=L&q=1&p=3&nonce=1754006400124");
    test_exchange_close(&test);
}

static void dots_in_names_nest_in_a_json_body(void)
{
    test_exchange_open(&test, &tables);
    CU_ASSERT(test_exchange_request(&test, CAMBIST_OPERATION_create_order,
                                    "symbol=BTC/USDT:USDT;side=buy;type=limit;amount=1;x=y") ==
              CAMBIST_OK);
    ASSERT_TEXT(cmb_buffer_string(&test.call->body),
                "{\"orders\":[{\"a\":{\"m\":\"XBTUSDT-P\",\"b\":{\"q\":\"1\"},\"ids\":[\"B\"]},"
                "\"flag\":true,\"x\":\"y\"}]}");
    test_exchange_close(&test);
}

static void several_symbols_are_a_list_or_repeated(void)
{
    test_exchange_open(&test, &tables);
    ASSERT_TEXT(query_of(CAMBIST_OPERATION_fetch_tickers, "symbols=BTC/USDT,BTC/USDT:USDT"),
                "l=%5B%22XBTUSDT%22%2C%22XBTUSDT-P%22%5D&r=XBTUSDT&r=XBTUSDT-P");
    test_exchange_close(&test);
}

static void a_stamp_may_depend_on_query_and_body(void)
{
    test_exchange_open(&test, &tables);
    CU_ASSERT(test_exchange_request(&test, CAMBIST_OPERATION_fetch_ohlcv,
                                    "symbol=BTC/USDT;timeframe=1h") == CAMBIST_OK);
    ASSERT_TEXT(cmb_buffer_string(&test.call->headers), "X-Route: /candles\r\n");
    CU_ASSERT(test_exchange_request(&test, CAMBIST_OPERATION_create_order,
                                    "symbol=BTC/USDT:USDT;side=buy;amount=1") == CAMBIST_OK);
    ASSERT_TEXT(cmb_buffer_string(&test.call->headers), "X-Type: application/json\r\n");
    test_exchange_close(&test);
}

static void an_unknown_symbol_is_answered_with_alike_ones(void)
{
    test_exchange_open(&test, &tables);
    ASSERT_TEXT(query_of(CAMBIST_OPERATION_fetch_ohlcv, "symbol=BTC/EUR;timeframe=1h"),
                "made_up has no market \"BTC/EUR\" (it has BTC/USDT, BTC/USDT:USDT, ...)");
    CU_ASSERT(test.error.status == CAMBIST_BAD_SYMBOL);
    test_exchange_close(&test);
}

static void an_operation_that_is_not_there_is_answered_with_those_that_are(void)
{
    test_exchange_open(&test, &tables);
    ASSERT_TEXT(query_of(CAMBIST_OPERATION_fetch_balance, ""),
                "made_up has no fetch_balance (it has fetch_time, fetch_tickers, fetch_ohlcv, "
                "create_order, fetch_order)");
    test_exchange_close(&test);
}

/* Whatever an argument holds: one path, one header set, the fixed host. */
static void no_argument_leaves_its_place(void)
{
    static const char *const evil[] = { "../../withdraw", "a/../b", "a@evil.example", "%s%n", "a?b=c",
                                        "a#b", "a b", "\xf0\x9f\x92\xa9", "a%2e%2e", "a&b=c" };
    char arguments[256];
    test_exchange_open(&test, &tables);
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
        snprintf(arguments, sizeof arguments, "symbol=BTC/USDT;id=%s", evil[i]);
        CU_ASSERT(test_exchange_request(&test, CAMBIST_OPERATION_fetch_order, arguments) ==
                  CAMBIST_OK);
        struct cmb_text path = test.call->path;
        size_t slashes = 0;
        for (size_t c = 0; c < path.length; c++) {
            slashes += path.at[c] == '/';
            CU_ASSERT(path.at[c] > ' ' && path.at[c] < 0x7f && path.at[c] != '?' &&
                      path.at[c] != '#' && path.at[c] != '@');
        }
        ASSERT_NUMBER(slashes, 5);
        CU_ASSERT(test.call->headers.length == 0);
    }
    test_exchange_close(&test);
}

static void control_characters_are_refused_everywhere(void)
{
    struct cmb_arguments arguments = { 0 };
    struct cambist_error error = { 0 };
    struct cmb_text evil[] = { CMB_TEXT("a\r\nX-Evil: 1"), CMB_TEXT("a\0b"), CMB_TEXT("a\nb"),
                               CMB_TEXT("\x7f") };
    for (uint32_t argument = 0; argument < CAMBIST_ARGUMENT_COUNT; argument++)
        for (size_t i = 0; i < sizeof evil / sizeof *evil; i++)
            CU_ASSERT(cmb_arguments_set(&arguments, cmb_argument_of(argument)->name, evil[i],
                                        CAMBIST_STRING, &error) == CAMBIST_BAD_ARGUMENT);
    CU_ASSERT(cmb_arguments_set(&arguments, CMB_TEXT("extra\r\n"), CMB_TEXT("1"), CAMBIST_STRING,
                                &error) == CAMBIST_BAD_ARGUMENT);
    CU_ASSERT(arguments.extra_count == 0);
}

static void dots_cannot_be_a_segment_of_the_path(void)
{
    test_exchange_open(&test, &tables);
    CU_ASSERT(test_exchange_request(&test, CAMBIST_OPERATION_fetch_order,
                                    "symbol=BTC/USDT;id=..") == CAMBIST_BAD_ARGUMENT);
    ASSERT_TEXT(test.error.message, "\"..\" cannot stand in a path");
    test_exchange_close(&test);
}

static void numbers_and_words_are_checked_before_anything_is_made(void)
{
    static const char *const wrong[] = { "amount=1,5", "amount=0x10", "amount=1e", "price=nan",
                                         "side=long", "limit=-1", "limit=1.5", "since=yesterday" };
    test_exchange_open(&test, &tables);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT(test_exchange_start(&test, CAMBIST_OPERATION_fetch_time, wrong[i]) ==
                  CAMBIST_BAD_ARGUMENT);
    test_exchange_close(&test);
}

static void nonces_only_rise(void)
{
    test_exchange_open(&test, &tables);
    int64_t first = cmb_exchange_nonce(test.exchange), last = first;
    ASSERT_NUMBER(first, TEST_NOW_MS);
    for (int i = 0; i < 1000; i++) {
        int64_t next = cmb_exchange_nonce(test.exchange);
        CU_ASSERT(next > last);
        last = next;
    }
    cmb_clock_turn(&test.clock, -3600ll * 1000000000);
    CU_ASSERT(cmb_exchange_nonce(test.exchange) > last);
    test_exchange_close(&test);
}

TEST_SUITE("request/request",
           { "the server's path stands before the endpoint's",
             the_servers_path_stands_before_the_endpoints },
           { "times are shifted, defaulted and computed",
             times_are_shifted_defaulted_and_computed },
           { "a word that the exchange lacks is named", a_word_that_the_exchange_lacks_is_named },
           { "a missing argument is named", a_missing_argument_is_named },
           { "conditions choose parameters", conditions_choose_parameters },
           { "a signature is a list of derived values", a_signature_is_a_list_of_derived_values },
           { "signing twice takes a new nonce and adds nothing",
             signing_twice_takes_a_new_nonce_and_adds_nothing },
           { "dots in names nest in a JSON body", dots_in_names_nest_in_a_json_body },
           { "several symbols are a list, or repeated", several_symbols_are_a_list_or_repeated },
           { "a stamp may depend on query and body", a_stamp_may_depend_on_query_and_body },
           { "an unknown symbol is answered with alike ones",
             an_unknown_symbol_is_answered_with_alike_ones },
           { "an operation that is not there is answered with those that are",
             an_operation_that_is_not_there_is_answered_with_those_that_are },
           { "no argument leaves its place", no_argument_leaves_its_place },
           { "control characters are refused everywhere",
             control_characters_are_refused_everywhere },
           { "dots cannot be a segment of the path", dots_cannot_be_a_segment_of_the_path },
           { "numbers and words are checked before anything is made",
             numbers_and_words_are_checked_before_anything_is_made },
           { "nonces only rise", nonces_only_rise })
