/* Does a text fit a stencil exactly where it differs in the holes alone? */
#include "json/stencil.h"

#include "support/test.h"

/* Every number is a hole, every string that begins with a point, and every array of numbers. */
static bool is_hole(const char *at, enum cmb_json_kind kind, void *user)
{
    (void)user;
    return kind == CMB_JSON_NUMBER || (kind == CMB_JSON_STRING && *at == '.') ||
           (kind == CMB_JSON_ARRAY && at[1] == '[');
}

static struct cmb_json_stencil stencil;

static void cut(const char *text)
{
    CU_ASSERT_FATAL(cmb_json_stencil_cut(&stencil, cmb_text_of(text), is_hole, NULL));
}

/* Whether the text fits; what stands in its holes, with a bar behind each. */
static bool fits(struct cmb_text text, char *holes, size_t room)
{
    struct cmb_json_reader reader;
    struct cmb_json_value value;
    size_t length = 0;
    cmb_json_init(&reader, text, 0);
    *holes = '\0';
    for (uint32_t i = 0; i < stencil.count; i++) {
        if (!cmb_json_stencil_pass(&stencil, i, &reader) ||
            !cmb_json_stencil_read(&stencil, i, &reader, &value))
            return false;
        length += (size_t)snprintf(holes + length, room - length, "%.*s|", (int)value.raw.length,
                                   value.raw.at);
    }
    return cmb_json_stencil_pass(&stencil, stencil.count, &reader);
}

#define MESSAGE "{\"e\":\"depth\",\"u\":17,\"s\":\".a\",\"b\":[[1,2]],\"x\":{\"y\":[3,true]}}"

static void reads_what_stands_in_the_holes(void)
{
    char holes[100];
    cut(MESSAGE);
    ASSERT_NUMBER(stencil.count, 4);
    CU_ASSERT(fits(CMB_TEXT(MESSAGE), holes, sizeof holes));
    ASSERT_TEXT(holes, "17|.a|[[1,2]]|3|");
    CU_ASSERT(fits(CMB_TEXT("{\"e\":\"depth\",\"u\":-1.5e3,\"s\":\"\",\"b\":[],\"x\":{\"y\":[0,true]}}"),
                   holes, sizeof holes));
    ASSERT_TEXT(holes, "-1.5e3||[]|0|");
}

static void refuses_what_differs_elsewhere(void)
{
    static const char *const others[] = {
        "",
        "{",
        "{\"e\":\"trade\",\"u\":17,\"s\":\".a\",\"b\":[[1,2]],\"x\":{\"y\":[3,true]}}",
        "{\"e\":\"depth\",\"v\":17,\"s\":\".a\",\"b\":[[1,2]],\"x\":{\"y\":[3,true]}}",
        "{\"e\":\"depth\", \"u\":17,\"s\":\".a\",\"b\":[[1,2]],\"x\":{\"y\":[3,true]}}",
        "{\"e\":\"depth\",\"u\":17,\"s\":\".a\",\"b\":[[1,2]],\"x\":{\"y\":[3,true]}} ",
        "{\"e\":\"depth\",\"u\":17,\"s\":\".a\",\"b\":[[1,2]],\"x\":{\"y\":[3,true]}}}",
        "{\"e\":\"depth\",\"u\":17,\"s\":\".a\",\"b\":[[1,2]],\"x\":{\"y\":[3,true]}",
        "{\"e\":\"depth\",\"u\":17,\"s\":\".a\",\"b\":[[1,2]],\"x\":{\"y\":[3,false]}}",
        "{\"e\":\"depth\",\"u\":\"17\",\"s\":\".a\",\"b\":[[1,2]],\"x\":{\"y\":[3,true]}}",
        "{\"e\":\"depth\",\"u\":null,\"s\":\".a\",\"b\":[[1,2]],\"x\":{\"y\":[3,true]}}",
        "{\"e\":\"depth\",\"u\":017,\"s\":\".a\",\"b\":[[1,2]],\"x\":{\"y\":[3,true]}}",
        "{\"e\":\"depth\",\"u\":17,\"s\":5,\"b\":[[1,2]],\"x\":{\"y\":[3,true]}}",
        "{\"e\":\"depth\",\"u\":17,\"s\":\".a\",\"b\":{},\"x\":{\"y\":[3,true]}}",
        "{\"e\":\"depth\",\"u\":17,\"s\":\".a\",\"b\":[[1,2],],\"x\":{\"y\":[3,true]}}",
        "{\"e\":\"depth\",\"u\":17,\"s\":\".a\",\"b\":[[1,2]],\"x\":{\"y\":[3,4,true]}}",
    };
    char holes[100];
    cut(MESSAGE);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        CU_ASSERT(!fits(cmb_text_of(others[i]), holes, sizeof holes));
}

/* Each byte of a message is made each other byte: what fits must be valid. */
static void lets_nothing_pass_that_is_no_json(void)
{
    char text[] = MESSAGE, holes[200];
    size_t length = sizeof text - 1, fitted = 0;
    cut(MESSAGE);
    for (size_t at = 0; at < length; at++) {
        char was = text[at];
        for (int byte = 0; byte < 256; byte++) {
            text[at] = (char)byte;
            bool is_fit = fits((struct cmb_text){ text, length }, holes, sizeof holes);
            fitted += is_fit;
            CU_ASSERT(!is_fit || cmb_json_check((struct cmb_text){ text, length }));
        }
        text[at] = was;
    }
    CU_ASSERT(fitted > length); /* digits and the bytes of a string */
}

static void is_a_stencil_without_a_hole_too(void)
{
    char holes[10];
    cut("{\"op\":\"pong\"}");
    ASSERT_NUMBER(stencil.count, 0);
    CU_ASSERT(fits(CMB_TEXT("{\"op\":\"pong\"}"), holes, sizeof holes));
    CU_ASSERT(!fits(CMB_TEXT("{\"op\":\"ping\"}"), holes, sizeof holes));
}

static void keeps_within_its_bounds(void)
{
    char text[CMB_STENCIL_BYTES + 100] = "[1";
    for (int i = 1; i < CMB_STENCIL_HOLES; i++)
        memcpy(text + 2 * i, ",1", 3);
    size_t length = strlen(text);
    memcpy(text + length, "]", 2);
    CU_ASSERT(cmb_json_stencil_cut(&stencil, cmb_text_of(text), is_hole, NULL));
    ASSERT_NUMBER(stencil.count, CMB_STENCIL_HOLES);
    memcpy(text + length, ",1]", 4);
    CU_ASSERT(!cmb_json_stencil_cut(&stencil, cmb_text_of(text), is_hole, NULL));
    memset(text, 'a', sizeof text);
    text[0] = text[CMB_STENCIL_BYTES - 1] = '"';
    CU_ASSERT(cmb_json_stencil_cut(&stencil, (struct cmb_text){ text, CMB_STENCIL_BYTES }, is_hole,
                                   NULL));
    text[CMB_STENCIL_BYTES - 1] = 'a';
    text[CMB_STENCIL_BYTES] = '"';
    CU_ASSERT(!cmb_json_stencil_cut(&stencil, (struct cmb_text){ text, CMB_STENCIL_BYTES + 1 },
                                    is_hole, NULL));
}

TEST_SUITE("json/stencil",
           { "reads what stands in the holes", reads_what_stands_in_the_holes },
           { "refuses what differs elsewhere", refuses_what_differs_elsewhere },
           { "lets nothing pass that is no JSON", lets_nothing_pass_that_is_no_json },
           { "is a stencil without a hole, too", is_a_stencil_without_a_hole_too },
           { "keeps within its bounds", keeps_within_its_bounds })
