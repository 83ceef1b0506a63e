/* Is exactly RFC 8259 accepted?  CAMBIST_JSON_SUITE may name the folder test_parsing of the
 * JSONTestSuite, which is then judged too. */
#include "walk.h"

#include "support/test.h"

#include <dirent.h>

#define ROW(literal)                                                                               \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

static const struct cmb_text accepted[] = {
    /* arrays */
    ROW("[]"),
    ROW("[ ]"),
    ROW("[[]]"),
    ROW("[[] ,[ ]\t]"),
    ROW("[\"\"]"),
    ROW("[true]"),
    ROW("[null,1,\"1\",{},[],false,-2.5e3]"),
    ROW(" [7]"),
    ROW("[7] "),
    ROW("[7\n]"),
    ROW("\r\n\t [ 1 , 2 ] \r\n\t"),
    ROW("[1,null,null,null,2]"),
    ROW("[\"x\"]\n"),
    /* numbers */
    ROW("[0]"),
    ROW("[-0]"),
    ROW("[9]"),
    ROW("[-1]"),
    ROW("[1234567890]"),
    ROW("[ 3]"),
    ROW("[0.5]"),
    ROW("[-0.0]"),
    ROW("[10.010]"),
    ROW("[0e0]"),
    ROW("[0E+0]"),
    ROW("[0e-0]"),
    ROW("[12e34]"),
    ROW("[12E34]"),
    ROW("[12e+34]"),
    ROW("[12e-34]"),
    ROW("[1.5e22]"),
    ROW("[1e007]"),
    ROW("[-98.76E-54]"),
    ROW("[123456789012345678901234567890]"),
    ROW("[1e99999]"),
    ROW("[-0.0000000000000000000000000000000000000000000000000000000000000000000000000001]"),
    /* objects */
    ROW("{}"),
    ROW("{ }"),
    ROW("{\"\":0}"),
    ROW("{\"a\":{}}"),
    ROW("{\"a\":[]}"),
    ROW("{\"a\":1,\"b\":2}"),
    ROW("{ \"a\" : 1 , \"b\" : 2 }"),
    ROW("{\n\"a\"\n:\n1\n}"),
    ROW("{\"a\":1,\"a\":2}"),
    ROW("{\"a\":1,\"a\":1}"),
    ROW("{\"a\\u0000b\":1}"),
    ROW("{\"\\u0061\":\"\\u0062\"}"),
    ROW("{\"least\":-1.0e+28,\"most\":1.0e+28}"),
    ROW("{\"x\":[{\"id\":\"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\"}],"
        "\"id\":\"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\"}"),
    ROW("{\"\xe8\xbf\x99\xe6\x98\xaf\":\"\xe6\xb5\x8b\xe8\xaf\x95\xe5\xb8\x81\"}"),
    /* strings: escapes */
    ROW("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
    ROW("[\"\\\"\"]"),
    ROW("[\"\\\\\"]"),
    ROW("[\"\\\\n\"]"),
    ROW("[\"\\\\u0000\"]"),
    ROW("[\"\\u0000\"]"),
    ROW("[\"\\u001f\"]"),
    ROW("[\"\\u0022\"]"),
    ROW("[\"\\u005C\"]"),
    ROW("[\"\\u007F\"]"),
    ROW("[\"\\u00e9\\u0416\\u20aC\"]"),
    ROW("[\"\\u2028\\u200b\"]"),
    ROW("[\"\\uD7FF\\uE000\"]"),
    ROW("[\"\\uFFFE\\uFFFF\\uFDD0\"]"),
    ROW("[\"\\ud83d\\ude00\"]"),
    ROW("[\"\\uD800\\uDC00\\uDBFF\\uDFFF\"]"),
    ROW("[\"\\ud83d\\ude00\\ud83d\\ude01\"]"),
    ROW("[\"\\uD83F\\uDFFE\"]"),
    ROW("[\"x\\u000Ay\"]"),
    /* strings: plain */
    ROW("[\"abc\"]"),
    ROW("[ \"abc\"]"),
    ROW("[\"a b \"]"),
    ROW("[\"a/*b*/c//d\"]"),
    ROW("\" \""),
    ROW("[\"\x7f\"]"),
    ROW("[\"a\x7fz\"]"),
    ROW("[\"{}[]:,'\"]"),
    /* strings: UTF-8, first and last of each length */
    ROW("[\"\xc2\x80\xdf\xbf\"]"),
    ROW("[\"\xe0\xa0\x80\xed\x9f\xbf\"]"),
    ROW("[\"\xee\x80\x80\xef\xbf\xbf\"]"),
    ROW("[\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"]"),
    ROW("[\"\xe2\x80\xa8\xe2\x80\xa9\"]"),
    ROW("[\"\xe2\x82\xac\xf0\x9d\x84\x9e\"]"),
    /* the whole text */
    ROW("0"),
    ROW("-0.1"),
    ROW("42"),
    ROW("1e1"),
    ROW("true"),
    ROW("false"),
    ROW("null"),
    ROW("\"\""),
    ROW("\"abc\""),
    ROW(" true "),
    ROW("\n\"x\"\n"),
};

static const struct cmb_text refused[] = {
    /* nothing, or no value */
    ROW(""),
    ROW(" "),
    ROW("\n"),
    ROW("\0"),
    ROW("*"),
    ROW("<a>"),
    ROW("abc"),
    ROW("a\xc3\xa5"),
    ROW("\xc3\xa5"),
    ROW("\xe5"),
    ROW("\xe9"),
    ROW("\xef\xbb\xbf"),
    ROW("\xef\xbb\xbf{}"),
    ROW("\xef\xbb{}"),
    ROW("\xff\xfe[\0]\0"),
    ROW("\0[\0]"),
    ROW("[\0]\0"),
    /* arrays */
    ROW("["),
    ROW("]"),
    ROW("[[]"),
    ROW("[]]"),
    ROW("[1"),
    ROW("[1,"),
    ROW("[1,]"),
    ROW("[1,,]"),
    ROW("[,]"),
    ROW("[,"),
    ROW("[,1]"),
    ROW("[ , 1]"),
    ROW("[1,,2]"),
    ROW("[1 2]"),
    ROW("[1 true]"),
    ROW("[1:2]"),
    ROW("[\"\":1]"),
    ROW("[1;2]"),
    ROW("[3[4]]"),
    ROW("[1}"),
    ROW("[{}"),
    ROW("[{"),
    ROW("[1]x"),
    ROW("[1]]"),
    ROW("1]"),
    ROW("[1],"),
    ROW("[][]"),
    ROW("[\"a\",\n4\n,1,"),
    ROW("[1,\n1\n,1"),
    ROW("[*]"),
    ROW("[x"),
    ROW("[x]"),
    ROW("[<null>]"),
    ROW("['x']"),
    ROW("['"),
    ROW("[\x0b]"),
    ROW("[\x0c]"),
    ROW("[\xc2\xa0]"),
    ROW("[\xe2\x81\xa0]"),
    ROW("[\"\x0b\"\\f]"),
    ROW("[\xff]"),
    ROW("[a\xe5]"),
    ROW("[\xc3\xa9]"),
    ROW("[\0]"),
    ROW("[1]\0"),
    /* words */
    ROW("[tru]"),
    ROW("[fals]"),
    ROW("[nul]"),
    ROW("[ false, nul"),
    ROW("[ true, fals"),
    ROW("[ false, tru"),
    ROW("tru"),
    ROW("truee"),
    ROW("nulll"),
    ROW("True"),
    ROW("[True]"),
    ROW("[NULL]"),
    ROW("[undefined]"),
    ROW("[\"x\", truth]"),
    /* numbers */
    ROW("-"),
    ROW("[-]"),
    ROW("[- 1]"),
    ROW("[--1]"),
    ROW("[+1]"),
    ROW("[++1]"),
    ROW("[01]"),
    ROW("[-01]"),
    ROW("[00]"),
    ROW("[-00]"),
    ROW("[012.5]"),
    ROW("[1.]"),
    ROW("[-2.]"),
    ROW("[.5]"),
    ROW("[-.5]"),
    ROW("[.-1]"),
    ROW("[.2e-3]"),
    ROW("[1..2]"),
    ROW("[0.1.2]"),
    ROW("[-1.0.]"),
    ROW("[1e]"),
    ROW("[1E]"),
    ROW("[1e+]"),
    ROW("[1e-]"),
    ROW("[0E+]"),
    ROW("[0.3e]"),
    ROW("[0.3e+]"),
    ROW("[0.e1]"),
    ROW("[2.e3]"),
    ROW("[2.e+3]"),
    ROW("[2.e-3]"),
    ROW("[9.e+]"),
    ROW("[1eE2]"),
    ROW("[1ea]"),
    ROW("[1e1.5]"),
    ROW("[0e+-1]"),
    ROW("[1+2]"),
    ROW("[1 000.0]"),
    ROW("[1_000]"),
    ROW("[1,000"),
    ROW("[0x1]"),
    ROW("[0x4F]"),
    ROW("[NaN]"),
    ROW("[-NaN]"),
    ROW("[Infinity]"),
    ROW("[-Infinity]"),
    ROW("[Inf]"),
    ROW("[+Inf]"),
    ROW("[-foo]"),
    ROW("[-1x]"),
    ROW("[1.2a-3]"),
    ROW("[-123.123foo]"),
    ROW("[1.5H-308]"),
    ROW("[\xef\xbc\x91]"),
    ROW("[123\xe5]"),
    ROW("[1e1\xe5]"),
    ROW("[1e\xe5]"),
    ROW("[0\xe5]\n"),
    ROW("123\0"),
    ROW("2@"),
    ROW("1 2"),
    ROW("1.5."),
    ROW("-"),
    ROW("[9999999999999999"),
    ROW("[9999999999999999x]"),
    /* objects */
    ROW("{"),
    ROW("}"),
    ROW("{]"),
    ROW("{}}"),
    ROW("{,"),
    ROW("{,}"),
    ROW("{["),
    ROW("{\"a"),
    ROW("{\"a\""),
    ROW("{\"a\":"),
    ROW("{\"a\":}"),
    ROW("{\"a\":1"),
    ROW("{\"a\":1,"),
    ROW("{\"a\":1,}"),
    ROW("{\"a\":1,,}"),
    ROW("{\"a\":1,,\"b\":2}"),
    ROW("{\"a\"}"),
    ROW("{\"a\":1,\"b\"}"),
    ROW("{\"a\" 1}"),
    ROW("{\"a\" \"b\"}"),
    ROW("{\"a\",1}"),
    ROW("{\"a\"::1}"),
    ROW("{:1}"),
    ROW("{1:1}"),
    ROW("{9999E9999:1}"),
    ROW("{null:null}"),
    ROW("{a:1}"),
    ROW("{'a':1}"),
    ROW("{'a'"),
    ROW("{[:1}\n"),
    ROW("{\"a\":'b'}"),
    ROW("{\"a\":1 2}"),
    ROW("{\"a\":1]"),
    ROW("{\"a\":true} \"x\""),
    ROW("{\"a\":1}#"),
    ROW("{\"a\":1}/"),
    ROW("{\"a\":1}//"),
    ROW("{\"a\":1}/**/"),
    ROW("{\"a\":/*b*/1}"),
    ROW("{\"a\":1}#{}"),
    ROW("{\"\xb9\":\"0\"}"),
    ROW("{\"\xb9\":\"0\",}"),
    ROW("{\xf0\x9f\x87\xa8}"),
    ROW("{\"a\":\"a"),
    ROW("{\"\\x\":1}"),
    /* strings: cut off */
    ROW("\""),
    ROW("[\"a"),
    ROW("[\"a]"),
    ROW("[\"a\""),
    ROW("[\"\\\"]"),
    ROW("[\"\\"),
    ROW("[\"\\u"),
    ROW("[\"\\u12"),
    ROW("[\"\\\\\\\"]"),
    ROW("[\"\\{[\"\\{"),
    ROW("\"\"x"),
    ROW("abc\""),
    ROW("['one']"),
    /* strings: control characters */
    ROW("[\"a\0z\"]"),
    ROW("[\"\t\"]"),
    ROW("[\"a\nz\"]"),
    ROW("[\"\x1f\"]"),
    ROW("[\"\r\"]"),
    /* strings: escapes */
    ROW("[\"\\a\"]"),
    ROW("[\"\\x00\"]"),
    ROW("[\"\\'\"]"),
    ROW("[\"\\0\"]"),
    ROW("[\"\\\0\"]"),
    ROW("[\"\\\t\"]"),
    ROW("[\"\\N\"]"),
    ROW("[\"\\U0041\"]"),
    ROW("\"\\U0041\""),
    ROW("[\"\\u00A\"]"),
    ROW("[\"\\u00 1\"]"),
    ROW("[\"\\u+041\"]"),
    ROW("[\"\\uqqqq\"]"),
    ROW("[\"\\u\xe5\"]"),
    ROW("[\"\\\xe5\"]"),
    ROW("[\"\\\xf0\x9f\x8c\x80\"]"),
    ROW("[\\n]"),
    ROW("[\\u0020\"x\"]"),
    ROW("[\\u000A\"\"]"),
    /* strings: surrogates alone, in the wrong order, cut off */
    ROW("[\"\\ud800\"]"),
    ROW("[\"\\udfff\"]"),
    ROW("[\"\\uD800x\"]"),
    ROW("[\"\\uD800\\n\"]"),
    ROW("[\"\\uD800\\u0041\"]"),
    ROW("[\"\\uD800\\uD800\"]"),
    ROW("[\"\\uDC00\\uD800\"]"),
    ROW("[\"\\uD800\\uE000\"]"),
    ROW("[\"\\uD800\\\"]"),
    ROW("[\"\\uD800\\u\"]"),
    ROW("[\"\\uD800\\u1\"]"),
    ROW("[\"\\uD800\\u1x\"]"),
    ROW("[\"\\uD834\\uDd\"]"),
    ROW("[\"\\uD800\\uD800\\x\"]"),
    ROW("{\"\\uDFAA\":0}"),
    /* strings: bytes that are not UTF-8 */
    ROW("[\"\x80\"]"),
    ROW("[\"\xbf\"]"),
    ROW("[\"\xc0\xaf\"]"),
    ROW("[\"\xc1\xbf\"]"),
    ROW("[\"\xc2\"]"),
    ROW("[\"\xc2\x7f\"]"),
    ROW("[\"\xdf\xc0\"]"),
    ROW("[\"\xe0\x9f\xbf\"]"),
    ROW("[\"\xe0\xff\"]"),
    ROW("[\"\xe1\x80\"]"),
    ROW("[\"\xe1\x80\x7f\"]"),
    ROW("[\"\xed\xa0\x80\"]"),
    ROW("[\"\xed\xbf\xbf\"]"),
    ROW("[\"\xf0\x8f\xbf\xbf\"]"),
    ROW("[\"\xf0\x90\x80\"]"),
    ROW("[\"\xf4\x90\x80\x80\"]"),
    ROW("[\"\xf5\x80\x80\x80\"]"),
    ROW("[\"\xfc\x80\x80\x80\x80\x80\"]"),
    ROW("[\"\xff\"]"),
    ROW("[\"\xe6\x97\xa5\xd1\x88\xfa\"]"),
    ROW("[\"\xe9\"]"),
    ROW("[\"abcdefghijklmnopqrstuvwxyz\xe9\"]"),
};

static void assert_all(const struct cmb_text *rows, size_t count, int expected)
{
    for (size_t i = 0; i < count; i++) {
        int verdict = judge(rows[i]);
        CU_ASSERT(verdict == expected);
        if (verdict != expected)
            printf("\n    row %zu, \"%.60s\": %d", i, rows[i].at, verdict);
    }
}

static void accepts_what_the_standard_accepts(void)
{
    assert_all(accepted, sizeof accepted / sizeof *accepted, 1);
}

static void refuses_what_the_standard_refuses(void)
{
    assert_all(refused, sizeof refused / sizeof *refused, 0);
}

/* `count` times `piece`, and then `tail`. */
static int judge_repeated(const char *piece, size_t count, const char *tail)
{
    struct cmb_buffer buffer;
    cmb_buffer_init(&buffer, 8 << 20);
    for (size_t i = 0; i < count; i++)
        cmb_buffer_add(&buffer, cmb_text_of(piece));
    cmb_buffer_add(&buffer, cmb_text_of(tail));
    int verdict = cmb_buffer_is_whole(&buffer) ? judge(cmb_buffer_text(&buffer)) : -2;
    cmb_buffer_clear(&buffer);
    return verdict;
}

static void refuses_bombs(void)
{
    ASSERT_NUMBER(judge_repeated("[", 100000, ""), 0);
    ASSERT_NUMBER(judge_repeated("[{\"\":", 50000, "\n"), 0);
    ASSERT_NUMBER(judge_repeated("{\"a\":", 65, "1"), 0);
    ASSERT_NUMBER(judge_repeated("[1,", 100000, "1"), 0);
    ASSERT_NUMBER(judge_repeated("9", 100000, "x"), 0);
}

static void accepts_long_texts(void)
{
    ASSERT_NUMBER(judge_repeated("9", 1000000, ""), 1);
    ASSERT_NUMBER(judge_repeated(" ", 1000000, "[]"), 1);
    ASSERT_NUMBER(judge_repeated("0.", 1, "0000000000000000000000000000000000000000"), 1);
}

static struct cmb_text read_file(const char *folder, const char *name)
{
    static char bytes[1 << 20];
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    size_t length = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (file)
        fclose(file);
    CU_ASSERT_FATAL(file != NULL);
    return (struct cmb_text){ bytes, length };
}

static void agrees_with_the_public_suite(void)
{
    const char *folder = getenv("CAMBIST_JSON_SUITE");
    DIR *listing = folder ? opendir(folder) : NULL;
    int accepts = 0, refuses = 0;
    if (!listing) {
        printf("skipped, CAMBIST_JSON_SUITE names no folder ... ");
        return;
    }
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        char rule = entry->d_name[0];
        if ((rule != 'y' && rule != 'n') || entry->d_name[1] != '_')
            continue;
        int verdict = judge(read_file(folder, entry->d_name));
        accepts += rule == 'y' && verdict == 1;
        refuses += rule == 'n' && verdict == 0;
        if (verdict != (rule == 'y'))
            printf("\n    %s: %d", entry->d_name, verdict);
    }
    closedir(listing);
    ASSERT_NUMBER(accepts, 95);
    ASSERT_NUMBER(refuses, 188);
}

TEST_SUITE("json/grammar",
           { "accepts what the standard accepts", accepts_what_the_standard_accepts },
           { "refuses what the standard refuses", refuses_what_the_standard_refuses },
           { "refuses deep and endless texts", refuses_bombs },
           { "accepts long numbers and many blanks", accepts_long_texts },
           { "agrees with the public suite", agrees_with_the_public_suite })
