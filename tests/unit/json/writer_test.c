/* Is what is written valid JSON, and does it say what was meant? */
#include "json/writer.h"

#include "number/decimal.h"
#include "walk.h"

#include "support/test.h"

static void write_order(struct cmb_json_writer *writer)
{
    struct cambist_decimal price = { 0 }, absent = { 0 };
    cmb_decimal_parse(CMB_TEXT("0.10"), &price);
    cmb_json_begin_object(writer);
    cmb_json_write_key(writer, CMB_TEXT("symbol"));
    cmb_json_write_string(writer, CMB_TEXT("BTC/USDT"));
    cmb_json_write_key(writer, CMB_TEXT("levels"));
    cmb_json_begin_array(writer);
    cmb_json_write_integer(writer, INT64_MIN);
    cmb_json_write_raw(writer, CMB_TEXT("1.50"));
    cmb_json_begin_array(writer);
    cmb_json_end_array(writer);
    cmb_json_begin_object(writer);
    cmb_json_end_object(writer);
    cmb_json_end_array(writer);
    cmb_json_write_key(writer, CMB_TEXT("post"));
    cmb_json_write_bool(writer, true);
    cmb_json_write_key(writer, CMB_TEXT("price"));
    cmb_json_write_decimal(writer, &price);
    cmb_json_write_key(writer, CMB_TEXT("stop"));
    cmb_json_write_decimal(writer, &absent);
    cmb_json_end_object(writer);
}

static void writes_commas_and_colons(void)
{
    struct cmb_buffer buffer;
    struct cmb_json_writer writer;
    cmb_buffer_init(&buffer, 1000);
    cmb_json_writer_init(&writer, &buffer);
    write_order(&writer);
    ASSERT_TEXT(cmb_buffer_string(&buffer),
                "{\"symbol\":\"BTC/USDT\",\"levels\":[-9223372036854775808,1.50,[],{}],"
                "\"post\":true,\"price\":\"0.10\",\"stop\":null}");
    ASSERT_NUMBER(judge(cmb_buffer_text(&buffer)), 1);
    cmb_buffer_clear(&buffer);
}

static void writes_for_people(void)
{
    struct cmb_buffer buffer;
    struct cmb_json_writer writer;
    cmb_buffer_init(&buffer, 1000);
    cmb_json_writer_init(&writer, &buffer);
    writer.is_pretty = true;
    write_order(&writer);
    ASSERT_TEXT(cmb_buffer_string(&buffer), "{\n"
                                            "  \"symbol\": \"BTC/USDT\",\n"
                                            "  \"levels\": [\n"
                                            "    -9223372036854775808,\n"
                                            "    1.50,\n"
                                            "    [],\n"
                                            "    {}\n"
                                            "  ],\n"
                                            "  \"post\": true,\n"
                                            "  \"price\": \"0.10\",\n"
                                            "  \"stop\": null\n"
                                            "}");
    ASSERT_NUMBER(judge(cmb_buffer_text(&buffer)), 1);
    cmb_buffer_clear(&buffer);
}

static void assert_string(struct cmb_text text, const char *expected)
{
    struct cmb_buffer buffer;
    struct cmb_json_writer writer;
    cmb_buffer_init(&buffer, 1000);
    cmb_json_writer_init(&writer, &buffer);
    cmb_json_write_string(&writer, text);
    ASSERT_TEXT(cmb_buffer_string(&buffer), expected);
    ASSERT_NUMBER(judge(cmb_buffer_text(&buffer)), 1);
    cmb_buffer_clear(&buffer);
}

static void escapes_strings(void)
{
    assert_string(CMB_TEXT(""), "\"\"");
    assert_string((struct cmb_text){ 0 }, "null");
    assert_string(CMB_TEXT("a\"b\\c/"), "\"a\\\"b\\\\c/\"");
    assert_string(CMB_TEXT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
    assert_string(CMB_TEXT("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\x7f\"");
    assert_string(CMB_TEXT("\xe6\xb5\x8b\xf0\x9f\x98\x80"), "\"\xe6\xb5\x8b\xf0\x9f\x98\x80\"");
    assert_string(CMB_TEXT("a\xff"
                           "b\xe6\xb5"),
                  "\"a\xef\xbf\xbd"
                  "b\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void gives_back_every_byte(void)
{
    char all[256], back[256];
    for (size_t i = 0; i < 128; i++)
        all[i] = (char)i;
    struct cmb_buffer buffer;
    struct cmb_json_writer writer;
    cmb_buffer_init(&buffer, 1000);
    cmb_json_writer_init(&writer, &buffer);
    cmb_json_write_string(&writer, (struct cmb_text){ all, 128 });
    struct cmb_json_reader reader;
    struct cmb_json_value value;
    size_t length = 0;
    cmb_json_init(&reader, cmb_buffer_text(&buffer), 0);
    CU_ASSERT_FATAL(cmb_json_read_string(&reader, &value));
    CU_ASSERT(cmb_json_unescape(value.raw, back, sizeof back, &length));
    ASSERT_NUMBER(length, 128);
    CU_ASSERT(memcmp(all, back, 128) == 0);
    cmb_buffer_clear(&buffer);
}

static void is_cut_at_the_ceiling(void)
{
    struct cmb_buffer buffer;
    struct cmb_json_writer writer;
    cmb_buffer_init(&buffer, 20);
    cmb_json_writer_init(&writer, &buffer);
    write_order(&writer);
    CU_ASSERT(!cmb_buffer_is_whole(&buffer));
    CU_ASSERT(cmb_buffer_text(&buffer).length <= 20);
    cmb_buffer_clear(&buffer);
}

TEST_SUITE("json/writer", { "writes commas and colons by itself", writes_commas_and_colons },
           { "writes one value a line for people", writes_for_people },
           { "escapes strings and replaces what is not UTF-8", escapes_strings },
           { "gives back every ASCII byte", gives_back_every_byte },
           { "is cut at the buffer's ceiling", is_cut_at_the_ceiling })
