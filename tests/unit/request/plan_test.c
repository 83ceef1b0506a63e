/* Is a request that is written by a plan the one that the normal way writes? */
#include "support/test_exchange.h"

static const struct cambist_server servers[] = { { "rest", "https://api.example.com" } };
static const struct cambist_credential credentials[] = {
    { "key", "the key", CAMBIST_SENT },
    { "secret", "the secret", CAMBIST_SECRET, CAMBIST_AS_BASE64 },
    { "passphrase", "the passphrase", CAMBIST_SENT },
};
#define DERIVED                                                                                    \
    { "inner", "{nonce}{body}", CAMBIST_SHA256, CAMBIST_AS_RAW },                                  \
    { "signature", "{path}{query}{body}", CAMBIST_HMAC_SHA512, CAMBIST_AS_BASE64, "secret" },      \
    { "proof", "{path}{inner}", CAMBIST_HMAC_SHA512, CAMBIST_AS_BASE64, "secret" },                \
    { "kind_of_order", "stop loss", .when = "trigger_price type=market" },                         \
    { "kind_of_order", "{type}" },                                                                 \
    { "first_price", "{trigger_price}", .when = "trigger_price" }, { "first_price", "{price}" }
static const struct cambist_derived derived[] = { DERIVED };
static const struct cambist_derived derived_sorted[] = { DERIVED, { "all", "{sorted_query}" } };
static const struct cambist_stamp stamps[] = {
    { CAMBIST_KEYED, CAMBIST_HEADER, "X-Key", "{key}" },
    { CAMBIST_SIGNED, 0, "fixed", "a b" },
    { CAMBIST_SIGNED, 0, "window", "{receive_window=5000}" },
    { CAMBIST_SIGNED, 0, "time", "{time_ms}" },
    { CAMBIST_SIGNED, 0, "nonce", "{nonce}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Time", "{time_iso}" },
    { CAMBIST_SIGNED, 0, "constant", "1" },
    { CAMBIST_SIGNED, 0, "signature", "{signature}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Fixed", "for ever" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Proof", "{proof}" },
};
static const struct cambist_word words[] = {
    { "side", "buy", "B&B" }, { "side", "sell", "S" },    { "type", "limit", "L" },
    { "type", "market", "M" }, { "timeframe", "1h", "60" }, { "currency", "BTC", "X BT" },
};
static const struct cambist_field order_fields[] = { { "id", "id" } };
static const struct cambist_field candle_fields[] = { { "timestamp", "0", CAMBIST_S } };
#define ORDER                                                                                      \
    { "m", "{market}" }, { "side", "{side}" }, { "kind", "{kind_of_order}" },                      \
    { "t", "{time_in_force=GTC}", .when = "type=limit !post_only" },                               \
    { "q", "{amount}", .when = "!cost" }, { "cost", "{cost}", CAMBIST_OPTIONAL },                  \
    { "p", "{first_price}", .when = "type=limit" }, { "post", "yes/no", .when = "post_only" },     \
    { "stop", "{trigger_price}", CAMBIST_OPTIONAL }, { "b", "{base_id}:{quote_id}" },              \
    { "c [1]", "{client_order_id}", CAMBIST_OPTIONAL },                                            \
    { "u", "{uuid}", .when = "!client_order_id" },                                                 \
    { "up", "{client_order_id:upper}", CAMBIST_OPTIONAL },                                         \
    { "swap", "1", .when = "market_kind=swap" }
#define ROW(place_, ...)                                                                           \
    .access = CAMBIST_SIGNED, .place = place_, .fields = CAMBIST_TABLE(order_fields),                        \
    .parameters = CAMBIST_ROWS(parameter, __VA_ARGS__)
static const struct cambist_endpoint endpoints[] = {
    { "create_order", "POST /orders", ROW(CAMBIST_FORM, ORDER) },
    { "edit_order", "POST /edit", ROW(CAMBIST_JSON, ORDER) },
    { "fetch_order", "GET /orders/{id}", ROW(CAMBIST_QUERY, { "c", "{code}", CAMBIST_OPTIONAL }) },
    { "cancel_order", "DELETE /orders", ROW(CAMBIST_QUERY, { "m", "{market}", CAMBIST_OPTIONAL }) },
    { "fetch_orders", "GET /orders", ROW(CAMBIST_QUERY, { "n", "{limit=100}" },
                                         { "big", "1", .when = "limit>100" }) },
    { "fetch_open_orders", "GET /open", .cache_ms = 10,
      ROW(CAMBIST_QUERY, { "id", "{id}", CAMBIST_OPTIONAL }) },
    { "fetch_ohlcv", "GET /candles", .fields = CAMBIST_TABLE(candle_fields), .rows = "[]",
      .parameters = CAMBIST_ROWS(parameter, { "m", "{market}" }, { "w", "{timeframe}" },
                                 { "from", "{since_ms}", CAMBIST_OPTIONAL }) },
};
#define TABLES(derived_)                                                                           \
    { .magic = CAMBIST_PLUGIN_MAGIC, .abi_major = CAMBIST_ABI_MAJOR,                               \
      .abi_minor = CAMBIST_ABI_MINOR, .size = sizeof(struct cambist_plugin), .name = "made_up",    \
      .body = CAMBIST_JSON, .servers = CAMBIST_TABLE(servers),                                     \
      .credentials = CAMBIST_TABLE(credentials), .derived = CAMBIST_TABLE(derived_),               \
      .stamps = CAMBIST_TABLE(stamps), .words = CAMBIST_TABLE(words),                              \
      .endpoints = CAMBIST_TABLE(endpoints) }
static const struct cambist_plugin tables = TABLES(derived);
static const struct cambist_plugin tables_sorted = TABLES(derived_sorted);

/* Bodies of JSON: an object, a list that is the body, a list in it; all is proved in headers. */
static const struct cambist_stamp json_stamps[] = {
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Key", "{key}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Time", "{time_iso}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Signature", "{signature}" },
    { CAMBIST_SIGNED, CAMBIST_HEADER, "X-Id", "{client_order_id}", "client_order_id" },
};
static const struct cambist_endpoint json_endpoints[] = {
    { "create_order", "POST /orders", ROW(CAMBIST_JSON, ORDER), .items = "[]" },
    { "edit_order", "POST /edit", .items = "edits[]",
      ROW(CAMBIST_JSON, { "flat", "1", .json_form = CAMBIST_LITERAL, .is_beside = 1 }, ORDER) },
    { "fetch_order", "POST /ask",
      ROW(CAMBIST_JSON, { "a.id", "{id}" }, { "a.b.code", "{code}", CAMBIST_OPTIONAL },
          { "a.b.n", "{limit=100}", .json_form = CAMBIST_LITERAL }, { "list.0", "x" },
          { "at", "{time_ms}", .json_form = CAMBIST_LITERAL }, { "who", "{nonce}" }) },
    { "cancel_order", "POST /cancel", .items = "[]", ROW(CAMBIST_JSON, { "", "{id}" }) },
    { "fetch_orders", "POST /list", ROW(CAMBIST_JSON, { "ids.0", "{id}" }, { "ids.1", "{code}" }) },
};
static const struct cambist_plugin json_tables = {
    .magic = CAMBIST_PLUGIN_MAGIC, .abi_major = CAMBIST_ABI_MAJOR, .abi_minor = CAMBIST_ABI_MINOR,
    .size = sizeof(struct cambist_plugin), .name = "made_up", .body = CAMBIST_JSON,
    .servers = CAMBIST_TABLE(servers), .credentials = CAMBIST_TABLE(credentials),
    .derived = CAMBIST_TABLE(derived), .stamps = CAMBIST_TABLE(json_stamps),
    .words = CAMBIST_TABLE(words), .endpoints = CAMBIST_TABLE(json_endpoints),
};

#define CREATE CAMBIST_OPERATION_create_order
static const struct question {
    uint32_t operation;
    const char *arguments;
    bool has_plan; /* when it is asked a second time */
} questions[] = {
    { CREATE, "symbol=BTC/USDT;side=buy;type=limit;amount=1;price=2", true },
    { CREATE, "symbol=BTC/USDT;side=buy;type=limit;amount=0.0000001;price=43250.12", true },
    { CREATE, "symbol=BTC/USDT:USDT;side=buy;type=limit;amount=1;price=2", true },
    { CREATE, "symbol=BTC/USDT;side=sell;type=limit;amount=1;price=2", true },
    { CREATE, "symbol=BTC/USDT;side=sell;type=limit;amount=1;price=2;post_only=true", true },
    { CREATE, "symbol=BTC/USDT;side=sell;type=limit;amount=1;price=2;post_only=false", true },
    { CREATE, "symbol=BTC/USDT;side=sell;type=limit;amount=1;price=2;time_in_force=IOC", true },
    { CREATE, "symbol=BTC/USDT;side=sell;type=limit;amount=1;price=2;time_in_force=PO", true },
    { CREATE, "symbol=BTC/USDT;side=buy;type=market;amount=1", true },
    { CREATE, "symbol=BTC/USDT;side=buy;type=market;cost=10.50", true },
    { CREATE, "symbol=BTC/USDT;side=buy;type=market;amount=1;trigger_price=7", true },
    { CREATE, "symbol=BTC/USDT;side=buy;type=limit;amount=1;price=2;trigger_price=7", true },
    { CREATE, "symbol=BTC/USDT;side=buy;type=limit;amount=1;price=2;client_order_id=x-1", true },
    { CREATE, "symbol=BTC/USDT;side=buy;type=limit;amount=1;price=2;client_order_id=a&b c%=", true },
    { CREATE, "symbol=BTC/USDT;side=buy;type=limit;amount=1;price=2;client_order_id=", true },
    { CREATE, "symbol=BTC/USDT;side=buy;type=limit;amount=1;price=2;receive_window=9", true },
    { CREATE, "symbol=BTC/USDT;side=buy;type=limit;amount=1;price=2;x=y", false },
    { CREATE, "symbol=BTC/USDT;side=buy;type=limit;amount=1", false },
    { CREATE, "symbol=BTC/USDT;side=buy;type=limit;price=2", false },
    { CREATE, "side=buy;type=limit;amount=1;price=2", false },
    { CREATE, "symbol=BTC/EUR;side=buy;type=limit;amount=1;price=2", false },
    { CAMBIST_OPERATION_edit_order, "symbol=BTC/USDT;side=buy;type=limit;amount=1;price=2", false },
    { CAMBIST_OPERATION_fetch_order, "id=a/b", true },
    { CAMBIST_OPERATION_fetch_order, "id=7;code=BTC", true },
    { CAMBIST_OPERATION_fetch_order, "id=7;code=EU R", true },
    { CAMBIST_OPERATION_cancel_order, "symbol=BTC/USDT", false },
    { CAMBIST_OPERATION_cancel_order, "", false },
    { CAMBIST_OPERATION_fetch_orders, "", false },
    { CAMBIST_OPERATION_fetch_orders, "limit=101", false },
    { CAMBIST_OPERATION_fetch_open_orders, "id=7", false },
    { CAMBIST_OPERATION_fetch_ohlcv, "symbol=BTC/USDT;timeframe=1h", false },
    { CAMBIST_OPERATION_fetch_ohlcv, "symbol=BTC/USDT;timeframe=1h;since=1753920000000", false },
};
enum { QUESTIONS = sizeof questions / sizeof *questions };

#define ORDERED "side=buy;type=limit;amount=1;price=2"
static const struct question json_questions[] = {
    { CREATE, "symbol=BTC/USDT;" ORDERED, true },
    { CREATE, "symbol=BTC/USDT:USDT;side=sell;type=market;cost=10.50", true },
    { CREATE, "symbol=BTC/USDT;" ORDERED ";client_order_id=x-1", true },
    { CREATE, "symbol=BTC/USDT;" ORDERED ";client_order_id=a\"b\\c", true },
    { CREATE, "symbol=BTC/USDT;" ORDERED ";client_order_id=", true },
    { CREATE, "symbol=BTC/USDT;" ORDERED ";trigger_price=7;post_only=true", true },
    { CREATE, "symbol=BTC/USDT;" ORDERED ";x=y", false },
    { CREATE, "symbol=BTC/USDT;side=buy;type=limit;amount=1", false },
    { CREATE, "symbol=BTC/EUR;" ORDERED, false },
    { CAMBIST_OPERATION_edit_order, "symbol=BTC/USDT;" ORDERED, true },
    { CAMBIST_OPERATION_edit_order, "symbol=BTC/USDT;" ORDERED ";time_in_force=IOC", true },
    { CAMBIST_OPERATION_fetch_order, "id=7;code=BTC", true },
    { CAMBIST_OPERATION_fetch_order, "id=7;code=X;limit=5", true },
    { CAMBIST_OPERATION_fetch_order, "id=7", true },
    { CAMBIST_OPERATION_fetch_order, "", false },
    { CAMBIST_OPERATION_cancel_order, "id=7", true },
    { CAMBIST_OPERATION_fetch_orders, "id=7;code=8", false }, /* a value behind a comma */
};
enum { JSON_QUESTIONS = sizeof json_questions / sizeof *json_questions };

static struct test_exchange test;

/* The same nonce and random numbers for both. */
static int ask(struct cmb_call *call, const struct question *question)
{
    struct cmb_call *own = test.call;
    test.call = call;
    atomic_store(&test.exchange->last_nonce, 0);
    cmb_random_init_seeded(&test.random, 1);
    int status = test_exchange_request(&test, question->operation, question->arguments);
    test.call = own;
    return status;
}

/* Asks with a call that knows plans and with one that knows none. */
static void compare(const struct question *question)
{
    struct cambist_error error;
    struct cmb_call *fresh = cmb_call_new();
    CU_ASSERT_FATAL(fresh != NULL);
    int status = ask(test.call, question);
    error = test.error;
    ASSERT_NUMBER(ask(fresh, question), status);
    CU_ASSERT(fresh->plan == NULL);
    ASSERT_TEXT(error.message, test.error.message);
    if (status == CAMBIST_OK) {
        CU_ASSERT(cmb_text_is(test.call->path, fresh->path));
        CU_ASSERT(test.call->content_type == fresh->content_type);
        ASSERT_TEXT(cmb_buffer_string(&test.call->query), cmb_buffer_string(&fresh->query));
        ASSERT_TEXT(cmb_buffer_string(&test.call->body), cmb_buffer_string(&fresh->body));
        ASSERT_TEXT(cmb_buffer_string(&test.call->headers), cmb_buffer_string(&fresh->headers));
    }
    cmb_call_free(fresh);
}

static void renew_call(void)
{
    cmb_call_free(test.call);
    test.call = cmb_call_new();
    CU_ASSERT_FATAL(test.call != NULL);
}

static void see_whether_planned(const struct cambist_plugin *of, const struct question *asked,
                                size_t count)
{
    test_exchange_open(&test, of);
    for (size_t i = 0; i < count; i++) {
        renew_call();
        compare(&asked[i]);
        compare(&asked[i]);
        CU_ASSERT((test.call->plan != NULL) == asked[i].has_plan);
        if ((test.call->plan != NULL) != asked[i].has_plan)
            printf("\n    %s", asked[i].arguments);
    }
    test_exchange_close(&test);
}

static void a_question_of_the_same_shape_is_written_by_a_plan(void)
{
    see_whether_planned(&tables, questions, QUESTIONS);
    see_whether_planned(&json_tables, json_questions, JSON_QUESTIONS);
}

static void ask_one_behind_each_other(const struct cambist_plugin *of,
                                      const struct question *asked, size_t count)
{
    test_exchange_open(&test, of);
    for (size_t i = 0; i < count; i++) {
        renew_call();
        compare(&asked[i]);
        for (size_t j = 0; j < count; j++) {
            compare(&asked[j]);
            compare(&asked[i]);
        }
    }
    test_exchange_close(&test);
}

static void a_plan_never_answers_another_question(void)
{
    ask_one_behind_each_other(&tables, questions, QUESTIONS);
    ask_one_behind_each_other(&json_tables, json_questions, JSON_QUESTIONS);
}

/* ---- questions of all lengths ---- */

static uint64_t dice = 1;

static unsigned roll(unsigned sides)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (unsigned)((dice >> 16) % sides);
}

static void add_number(struct cmb_buffer *text, const char *name)
{
    cmb_buffer_addf(text, ";%s=%u", name, 1 + roll(9));
    for (unsigned left = roll(18); left; left--)
        cmb_buffer_addf(text, "%u", roll(10));
    if (roll(2))
        cmb_buffer_addf(text, ".%u%u", roll(10), roll(1000000));
}

/* Mostly plain, sometimes with what a query or JSON has to write otherwise. */
static void add_id(struct cmb_buffer *text)
{
    static const char plain[] = "abcXYZ019-_.", all[] = "ab1~ %&=+\"\\/?#\xc3\xa4\xff";
    const char *letters = roll(3) ? plain : all;
    cmb_buffer_add(text, CMB_TEXT(";client_order_id="));
    for (unsigned left = roll(70); left; left--)
        cmb_buffer_add_char(text, letters[roll((unsigned)strlen(letters))]);
}

static void roll_question(struct cmb_buffer *text)
{
    static const char *const more[] = { ";post_only=true", ";post_only=false", ";time_in_force=IOC",
                                        ";time_in_force=PO", ";receive_window=4000", ";x=y" };
    cmb_buffer_reset(text);
    cmb_buffer_addf(text, "symbol=%s;side=%s;type=%s", roll(4) ? "BTC/USDT" : "BTC/USDT:USDT",
                    roll(2) ? "buy" : "sell", roll(4) ? "limit" : "market");
    add_number(text, "amount");
    if (roll(8))
        add_number(text, "price");
    if (roll(2))
        add_id(text);
    if (!roll(4))
        add_number(text, "trigger_price");
    if (!roll(4))
        cmb_buffer_addf(text, "%s", more[roll(sizeof more / sizeof *more)]);
}

static unsigned ask_at_random(const struct cambist_plugin *of, unsigned count)
{
    struct cmb_buffer text;
    unsigned planned = 0;
    cmb_buffer_init(&text, 4096);
    test_exchange_open(&test, of);
    for (unsigned i = 0; i < count; i++) {
        roll_question(&text);
        const struct question asked = { roll(4) ? CREATE : CAMBIST_OPERATION_edit_order,
                                        cmb_buffer_string(&text), false };
        cmb_clock_turn(&test.clock, (int64_t)roll(2000000000) * roll(200));
        compare(&asked);
        planned += test.call->plan != NULL;
    }
    test_exchange_close(&test);
    cmb_buffer_clear(&text);
    return planned;
}

/* Few shapes are kept and many asked for: enough that some are met again. */
static void plans_write_texts_of_every_length(void)
{
    CU_ASSERT(ask_at_random(&tables, 4000) > 100);
    CU_ASSERT(ask_at_random(&json_tables, 4000) > 100);
}

static void sign_twice(const struct cambist_plugin *of, const struct question *question)
{
    test_exchange_open(&test, of);
    struct cmb_call *fresh = cmb_call_new();
    for (int i = 0; i < 2; i++)
        CU_ASSERT(ask(test.call, question) == CAMBIST_OK);
    CU_ASSERT(cmb_sign_call(test.call) == CAMBIST_OK);
    CU_ASSERT(test.call->plan != NULL);
    CU_ASSERT(ask(fresh, question) == CAMBIST_OK);
    CU_ASSERT(cmb_sign_call(fresh) == CAMBIST_OK);
    ASSERT_TEXT(cmb_buffer_string(&test.call->body), cmb_buffer_string(&fresh->body));
    ASSERT_TEXT(cmb_buffer_string(&test.call->headers), cmb_buffer_string(&fresh->headers));
    cmb_call_free(fresh);
    test_exchange_close(&test);
}

static void signing_again_by_a_plan_takes_a_new_nonce_and_adds_nothing(void)
{
    sign_twice(&tables, &questions[0]);
    sign_twice(&json_tables, &json_questions[0]);
}

/* Another account may have another window, and may stand where a closed one stood. */
static void a_plan_is_of_one_exchange(void)
{
    static const struct cmb_pair keys[] = { { CMB_TEXT("key"), CMB_TEXT("another-key") },
                                            { CMB_TEXT("secret"), CMB_TEXT("YW5vdGhlcg==") } };
    test_exchange_open(&test, &tables);
    struct cmb_exchange *first = test.exchange, *second = NULL;
    for (uint32_t window_ms = 1000; window_ms < 9000; window_ms += 1000) {
        test.exchange = first;
        compare(&questions[0]);
        struct cmb_exchange_settings settings = { .environment = CMB_ENVIRONMENT_LIVE,
                                                  .receive_window_ms = window_ms,
                                                  .clock = &test.clock, .random = &test.random,
                                                  .credentials = keys, .credential_count = 2 };
        CU_ASSERT_FATAL(cmb_exchange_open(test.plugin, &test.vault, &settings, &second,
                                          &test.error) == CAMBIST_OK);
        test.exchange = second;
        second->markets = cmb_markets_new();
        test_exchange_add_market(&test, "OTHER", "BTC/USDT", CAMBIST_KIND_SPOT);
        for (int i = 0; i < 9; i++) /* at least one of these misses is noted */
            compare(&questions[0]);
        CU_ASSERT(test.call->plan != NULL);
        cmb_exchange_close(second);
    }
    test.exchange = first;
    compare(&questions[0]);
    test_exchange_close(&test);
}

static void without_pairs_nothing_that_needs_them_is_planned(void)
{
    test_exchange_open(&test, &tables_sorted);
    for (size_t i = 0; i < QUESTIONS; i++) {
        compare(&questions[i]);
        compare(&questions[i]);
        CU_ASSERT(test.call->plan == NULL);
    }
    test_exchange_close(&test);
}

TEST_SUITE("request/plan",
           { "a question of the same shape is written by a plan",
             a_question_of_the_same_shape_is_written_by_a_plan },
           { "a plan never answers another question", a_plan_never_answers_another_question },
           { "plans write texts of every length", plans_write_texts_of_every_length },
           { "signing again by a plan takes a new nonce and adds nothing",
             signing_again_by_a_plan_takes_a_new_nonce_and_adds_nothing },
           { "a plan is of one exchange", a_plan_is_of_one_exchange },
           { "without pairs nothing that needs them is planned",
             without_pairs_nothing_that_needs_them_is_planned })
