/* Is the value at a path found, its absence told, and bad JSON reported? */
#include "json/path.h"

#include "support/test.h"

static const char answer[] =
    "{\"code\":\"0\",\"data\":[{\"sCode\":\"51000\",\"n\":1},[10,[20]]],\"e\":{\"\":5},"
    "\"data\":7,\"\\u0078y\":null,\"0\":\"zero\"}";

static void finds_values(void)
{
    static const struct {
        const char *path, *raw;
        enum cmb_json_kind kind;
    } rows[] = {
        { "", answer, CMB_JSON_OBJECT },
        { "code", "0", CMB_JSON_STRING },
        { "data.0.sCode", "51000", CMB_JSON_STRING },
        { "data.0.n", "1", CMB_JSON_NUMBER },
        { "data.0", "{\"sCode\":\"51000\",\"n\":1}", CMB_JSON_OBJECT },
        { "data.1.1.0", "20", CMB_JSON_NUMBER },
        { "data.-1.-1.0", "20", CMB_JSON_NUMBER },
        { "data.-2.n", "1", CMB_JSON_NUMBER },
        { "data.1.1", "[20]", CMB_JSON_ARRAY },
        { "e", "{\"\":5}", CMB_JSON_OBJECT },
        { "xy", "null", CMB_JSON_NULL },
        { "0", "zero", CMB_JSON_STRING },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cmb_json_value value = { 0 };
        ASSERT_NUMBER(cmb_json_path_find(cmb_text_of(answer), cmb_text_of(rows[i].path), &value, NULL),
                      CAMBIST_OK);
        ASSERT_NUMBER(value.kind, rows[i].kind);
        CU_ASSERT(cmb_text_is(value.raw, cmb_text_of(rows[i].raw)));
    }
}

static void tells_absence(void)
{
    static const char *const paths[] = {
        "none",   "data.2", "data.0.none", "data.x",     "data.-3",
        "data.-0", "data.--1", "code.0", "code.x", "xy.a",        "data.0.n.0", "data.99999999999999999999999999",
        "e.x"
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct cmb_json_value value = { .kind = CMB_JSON_TRUE };
        struct cambist_error error = { 0 };
        int status = cmb_json_path_find(cmb_text_of(answer), cmb_text_of(paths[i]), &value, &error);
        ASSERT_NUMBER(status, CAMBIST_OK);
        ASSERT_NUMBER(value.kind, CMB_JSON_NONE);
        ASSERT_NUMBER(error.status, CAMBIST_OK);
    }
}

static void reports_bad_json(void)
{
    static const char *const rows[][2] = {
        { "", "" },
        { "", "a" },
        { "{\"a\":[1,]}", "a.7" },
        { "{\"a\":tru}", "a" },
        { "{\"b\":01}", "a" },
        { "[1", "5" },
        { "[1,2", "x" },
        { "{\"a\":\"\xff\"}", "b" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cmb_json_value value = { .kind = CMB_JSON_TRUE };
        struct cambist_error error = { 0 };
        ASSERT_NUMBER(cmb_json_path_find(cmb_text_of(rows[i][0]), cmb_text_of(rows[i][1]), &value, &error),
                      CAMBIST_GARBLED);
        ASSERT_NUMBER(error.status, CAMBIST_GARBLED);
        ASSERT_NUMBER(value.kind, CMB_JSON_TRUE);
    }
}

TEST_SUITE("json/path", { "finds values by keys and indices", finds_values },
           { "tells absence from failure", tells_absence },
           { "reports bad JSON", reports_bad_json })
