/* Are slices right, do failures stick, and is no byte read beyond the end? */
#include "walk.h"

#include "support/test.h"

static struct cmb_json_reader reader_of(struct cmb_text text)
{
    struct cmb_json_reader reader;
    cmb_json_init(&reader, text, 0);
    return reader;
}

static const struct cmb_text depth_update = {
    "{\"e\":\"depthUpdate\",\"E\":1571889248277,\"T\":1571889248276,\"s\":\"BTCUSDT\","
    "\"U\":390497796,\"u\":390497878,\"pu\":390497794,"
    "\"b\":[[\"7403.89\",\"0.002\"],[\"7403.90\",\"3.906\"]],"
    "\"a\":[[\"7405.96\",\"3.340\"],[\"7406.63\",\"4.525\"]]}",
    204
};

static void hands_out_slices_of_the_input(void)
{
    struct cmb_json_reader reader =
        reader_of(CMB_TEXT(" {\"s\" : \"BTC\\u002fUSDT\", \"n\":-1.50e3 "
                           ",\"t\":true,\"f\":false,\"z\":null,\"o\":{\"a\":[1]}}"));
    static const struct {
        const char *key, *raw;
        enum cmb_json_kind kind;
        bool has_escapes;
    } rows[] = {
        { "s", "BTC\\u002fUSDT", CMB_JSON_STRING, true },
        { "n", "-1.50e3", CMB_JSON_NUMBER, false },
        { "t", "true", CMB_JSON_TRUE, false },
        { "f", "false", CMB_JSON_FALSE, false },
        { "z", "null", CMB_JSON_NULL, false },
        { "o", "{\"a\":[1]}", CMB_JSON_OBJECT, false },
    };
    struct cmb_json_value key, value;
    CU_ASSERT(cmb_json_enter_object(&reader));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CU_ASSERT_FATAL(cmb_json_next_member(&reader, &key));
        CU_ASSERT(cmb_json_is(&key, cmb_text_of(rows[i].key)));
        ASSERT_NUMBER(cmb_json_peek(&reader), rows[i].kind);
        CU_ASSERT_FATAL(cmb_json_read_value(&reader, &value));
        ASSERT_NUMBER(value.kind, rows[i].kind);
        ASSERT_NUMBER(value.has_escapes, rows[i].has_escapes);
        CU_ASSERT(cmb_text_is(value.raw, cmb_text_of(rows[i].raw)));
    }
    CU_ASSERT(!cmb_json_next_member(&reader, &key));
    CU_ASSERT(cmb_json_finish(&reader));
}

static void compares_keys_with_their_escapes(void)
{
    struct cmb_json_reader reader = reader_of(CMB_TEXT("[\"\\u0062\", \"b\", 1]"));
    struct cmb_json_value value;
    cmb_json_enter_array(&reader);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT(cmb_json_next_element(&reader) && cmb_json_read_value(&reader, &value));
        ASSERT_NUMBER(cmb_json_is(&value, CMB_TEXT("b")), i < 2);
        CU_ASSERT(!cmb_json_is(&value, CMB_TEXT("1")));
    }
}

static void keeps_the_first_failure(void)
{
    struct cmb_json_reader reader = reader_of(CMB_TEXT("[1, 2 3]"));
    struct cambist_error error = { 0 };
    struct cmb_json_value value;
    CU_ASSERT(!cmb_json_skip(&reader));
    ASSERT_NUMBER(reader.failed_at, 6);
    CU_ASSERT(!cmb_json_read_value(&reader, &value));
    CU_ASSERT(!cmb_json_read_string(&reader, &value));
    CU_ASSERT(!cmb_json_enter_array(&reader));
    CU_ASSERT(!cmb_json_enter_object(&reader));
    CU_ASSERT(!cmb_json_next_element(&reader));
    CU_ASSERT(!cmb_json_next_member(&reader, &value));
    CU_ASSERT(!cmb_json_leave_array(&reader));
    CU_ASSERT(!cmb_json_fail(&reader, "another"));
    CU_ASSERT(!cmb_json_finish(&reader));
    ASSERT_NUMBER(cmb_json_peek(&reader), CMB_JSON_NONE);
    ASSERT_NUMBER(cmb_json_report(&reader, &error), CAMBIST_GARBLED);
    ASSERT_NUMBER(error.status, CAMBIST_GARBLED);
    ASSERT_TEXT(error.message, "JSON, byte 6: a comma or the closing bracket is expected");
}

static void says_where_it_failed(void)
{
    static const struct {
        const char *text;
        size_t failed_at;
    } rows[] = {
        { "", 0 },         { "  x", 2 },         { "[1,]", 3 },        { "{\"a\" 1}", 5 },
        { "[01]", 2 },     { "[1.x]", 3 },       { "[\"ab\\x\"]", 4 }, { "[\"ab\tc\"]", 4 },
        { "[\"ab", 4 },    { "[\"a\xff\"]", 3 }, { "[nul]", 1 },       { "[1] 2", 4 },
        { "{\"a\":1", 6 }, { "{1:2}", 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cmb_json_reader reader = reader_of(cmb_text_of(rows[i].text));
        CU_ASSERT(!cmb_json_skip(&reader) || !cmb_json_finish(&reader));
        ASSERT_NUMBER(reader.failed_at, rows[i].failed_at);
    }
}

static void lets_the_caller_fail(void)
{
    struct cmb_json_reader reader = reader_of(CMB_TEXT("[1,2]"));
    cmb_json_enter_array(&reader);
    CU_ASSERT(!cmb_json_fail(&reader, "a pair is expected"));
    CU_ASSERT(!cmb_json_next_element(&reader));
    ASSERT_TEXT(reader.reason, "a pair is expected");
    ASSERT_NUMBER(reader.failed_at, 1);
}

static void finishes_only_what_was_read(void)
{
    struct cmb_json_reader unread = reader_of(CMB_TEXT(" [] ")), open = reader_of(CMB_TEXT("[] "));
    CU_ASSERT(!cmb_json_finish(&unread));
    CU_ASSERT(cmb_json_enter_array(&open));
    CU_ASSERT(!cmb_json_finish(&open));
    struct cmb_json_reader nothing = reader_of((struct cmb_text){ 0 });
    CU_ASSERT(!cmb_json_finish(&nothing));
}

static void leaves_what_is_left(void)
{
    struct cmb_json_reader reader =
        reader_of(CMB_TEXT("{\"a\":[1,[2],{\"x\":3}],\"b\":4,\"c\":5}"));
    struct cmb_json_value value;
    CU_ASSERT(cmb_json_enter_object(&reader) && cmb_json_next_member(&reader, &value));
    CU_ASSERT(cmb_json_enter_array(&reader) && cmb_json_next_element(&reader));
    CU_ASSERT(cmb_json_skip(&reader));
    CU_ASSERT(cmb_json_leave_array(&reader));
    CU_ASSERT(cmb_json_next_member(&reader, &value) && cmb_json_is(&value, CMB_TEXT("b")));
    CU_ASSERT(cmb_json_skip(&reader));
    CU_ASSERT(cmb_json_leave_object(&reader));
    CU_ASSERT(cmb_json_finish(&reader));
}

static bool is_read_at_depth(unsigned nested, unsigned depth_most)
{
    char text[2 * 100];
    memset(text, '[', nested);
    memset(text + nested, ']', nested);
    struct cmb_json_reader skipping, walking;
    cmb_json_init(&skipping, (struct cmb_text){ text, 2 * nested }, depth_most);
    cmb_json_init(&walking, (struct cmb_text){ text, 2 * nested }, depth_most);
    bool is_skipped = cmb_json_skip(&skipping) && cmb_json_finish(&skipping);
    walk(&walking);
    CU_ASSERT(is_skipped == cmb_json_finish(&walking));
    return is_skipped;
}

static void stops_at_the_depth_ceiling(void)
{
    CU_ASSERT(is_read_at_depth(64, 0));
    CU_ASSERT(!is_read_at_depth(65, 0));
    CU_ASSERT(!is_read_at_depth(65, 1000));
    CU_ASSERT(is_read_at_depth(3, 3));
    CU_ASSERT(!is_read_at_depth(4, 3));
}

static void refuses_every_truncation(void)
{
    ASSERT_NUMBER(judge(depth_update), 1);
    for (size_t length = 0; length < depth_update.length; length++)
        ASSERT_NUMBER(judge((struct cmb_text){ depth_update.at, length }), 0);
}

static void survives_every_changed_byte(void)
{
    static const struct cmb_text odd = {
        "{\"\\ud83d\\ude00\":[-1.5e+3,true,null,\"\xe6\xb5\x8b\xf0\x9f\x98\x80\",{}]}", 49
    };
    const struct cmb_text texts[] = { depth_update, odd };
    for (size_t i = 0; i < 2; i++)
        for (size_t at = 0; at < texts[i].length; at++)
            for (unsigned byte = 0; byte < 256; byte++) {
                char changed[300];
                memcpy(changed, texts[i].at, texts[i].length);
                changed[at] = (char)byte;
                if (judge((struct cmb_text){ changed, texts[i].length }) < 0)
                    CU_FAIL("skipping and reading disagree");
            }
}

TEST_SUITE("json/reader", { "hands out slices of the input", hands_out_slices_of_the_input },
           { "compares keys with their escapes resolved", compares_keys_with_their_escapes },
           { "keeps the first failure and answers false from then on", keeps_the_first_failure },
           { "says where it failed", says_where_it_failed },
           { "lets the caller fail", lets_the_caller_fail },
           { "finishes only what was read to its end", finishes_only_what_was_read },
           { "leaves what is left of an object or array", leaves_what_is_left },
           { "stops at the depth ceiling", stops_at_the_depth_ceiling },
           { "refuses every truncation", refuses_every_truncation },
           { "survives every changed byte", survives_every_changed_byte })
