/* What do the escapes mean, and is nothing written beyond the room? */
#include "json/string.h"

#include "support/test.h"

static void assert_unescaped(struct cmb_text raw, struct cmb_text expected)
{
    char to[64];
    size_t length = 0;
    CU_ASSERT(cmb_json_unescape(raw, to, sizeof to, &length));
    CU_ASSERT(cmb_text_is((struct cmb_text){ to, length }, expected));
    CU_ASSERT(cmb_json_unescaped_is(raw, expected));
    CU_ASSERT(length <= raw.length);
}

static void resolves_escapes(void)
{
    assert_unescaped(CMB_TEXT(""), CMB_TEXT(""));
    assert_unescaped(CMB_TEXT("plain"), CMB_TEXT("plain"));
    assert_unescaped(CMB_TEXT("\\\"\\\\\\/\\b\\f\\n\\r\\t"), CMB_TEXT("\"\\/\b\f\n\r\t"));
    assert_unescaped(CMB_TEXT("a\\u0041z"), CMB_TEXT("aAz"));
    assert_unescaped(CMB_TEXT("\\u0000"), CMB_TEXT("\0"));
    assert_unescaped(CMB_TEXT("\\u007f\\u0080\\u07fF"), CMB_TEXT("\x7f\xc2\x80\xdf\xbf"));
    assert_unescaped(CMB_TEXT("\\u0800\\uffff"), CMB_TEXT("\xe0\xa0\x80\xef\xbf\xbf"));
    assert_unescaped(CMB_TEXT("\\ud800\\udc00"), CMB_TEXT("\xf0\x90\x80\x80"));
    assert_unescaped(CMB_TEXT("\\uDBFF\\uDFFF"), CMB_TEXT("\xf4\x8f\xbf\xbf"));
    assert_unescaped(CMB_TEXT("\xe6\xb5\x8b\\n\xc2\xa2"), CMB_TEXT("\xe6\xb5\x8b\n\xc2\xa2"));
    assert_unescaped(CMB_TEXT("a long plain run of bytes\\u0020and one more run of bytes"),
                     CMB_TEXT("a long plain run of bytes and one more run of bytes"));
}

static void needs_no_more_room_than_the_result(void)
{
    char to[4] = "****";
    size_t length = 77;
    CU_ASSERT(cmb_json_unescape(CMB_TEXT("\\u0061bc"), to, 3, &length));
    ASSERT_NUMBER(length, 3);
    ASSERT_NUMBER(to[3], '*');
    CU_ASSERT(!cmb_json_unescape(CMB_TEXT("\\u0061bcd"), to, 3, &length));
    CU_ASSERT(!cmb_json_unescape(CMB_TEXT("\\ud800\\udc00"), to, 3, &length));
    ASSERT_NUMBER(to[3], '*');
    CU_ASSERT(cmb_json_unescape((struct cmb_text){ 0 }, to, 0, &length));
    ASSERT_NUMBER(length, 0);
}

static void refuses_what_is_no_content(void)
{
    static const struct cmb_text rows[] = {
        { "\"", 1 },      { "\\", 1 },      { "\\x", 2 },        { "\\u12", 4 },
        { "\\ud800", 6 }, { "\\udc00", 6 }, { "\n", 1 },         { "\0", 1 },
        { "\xff", 1 },    { "\xc2", 1 },    { "ab\xe0\x80", 4 }, { "\\ud800\\u0041", 12 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char to[16];
        size_t length;
        CU_ASSERT(!cmb_json_unescape(rows[i], to, sizeof to, &length));
    }
}

static void compares_with_a_literal(void)
{
    CU_ASSERT(cmb_json_unescaped_is(CMB_TEXT("\\u0062ids"), CMB_TEXT("bids")));
    CU_ASSERT(!cmb_json_unescaped_is(CMB_TEXT("\\u0062ids"), CMB_TEXT("bid")));
    CU_ASSERT(!cmb_json_unescaped_is(CMB_TEXT("\\u0062ids"), CMB_TEXT("bidss")));
    CU_ASSERT(!cmb_json_unescaped_is(CMB_TEXT("\\u0062ids"), CMB_TEXT("asks")));
    CU_ASSERT(!cmb_json_unescaped_is(CMB_TEXT("\\x"), CMB_TEXT("x")));
    CU_ASSERT(cmb_json_unescaped_is((struct cmb_text){ 0 }, CMB_TEXT("")));
}

/* At every length and place, so that the wide steps and the single ones meet each byte. */
static void finds_every_byte_that_needs_a_look(void)
{
    static const char looks[] = { '"', '\\', 0, 0x1f, '\n', (char)0x80, (char)0xff };
    char bytes[70];
    for (size_t length = 0; length <= sizeof bytes; length++) {
        memset(bytes, 'x', sizeof bytes);
        CU_ASSERT(cmb_json_scan_plain(bytes, bytes + length) == bytes + length);
        for (size_t at = 0; at < length; at++) {
            bytes[at] = looks[at % sizeof looks];
            CU_ASSERT(cmb_json_scan_plain(bytes, bytes + length) == bytes + at);
            bytes[at] = at % 2 ? ' ' : 0x7f;
        }
    }
}

TEST_SUITE("json/string", { "resolves escapes", resolves_escapes },
           { "needs no more room than the result", needs_no_more_room_than_the_result },
           { "refuses what is no content of a string", refuses_what_is_no_content },
           { "compares an escaped key with a literal", compares_with_a_literal },
           { "finds every byte that needs a look", finds_every_byte_that_needs_a_look })
