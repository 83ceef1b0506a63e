/* Is a moment read and written to the nanosecond, and refused beyond its range? */
#include "number/time.h"

#include "support/test.h"

static void reads_iso_texts(void)
{
    static const struct {
        const char *text;
        int64_t time_ns;
    } rows[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "2021-05-31T09:59:59Z", 1622455199000000000 },
        { "2021-05-31T09:59:59", 1622455199000000000 },
        { "2021-05-31 09:59:59", 1622455199000000000 },
        { "2021-05-31T09:59:59.1Z", 1622455199100000000 },
        { "2021-05-31T09:59:59.123", 1622455199123000000 },
        { "2021-05-31T09:59:59.123456789Z", 1622455199123456789 },
        { "2021-05-31T09:59:59.123456789987654321Z", 1622455199123456789 },
        { "2021-05-31T09:59:59+00:00", 1622455199000000000 },
        { "2021-05-31T09:59:59.5+0000", 1622455199500000000 },
        { "2021-05-31T05:59:59-04:00", 1622455199000000000 },
        { "2021-05-31T18:59:59+09:00", 1622455199000000000 },
        { "2020-02-29T23:59:59Z", 1583020799000000000 },
        { "2000-02-29T00:00:00Z", 951782400000000000 },
        { "1969-12-31T23:59:59.999999999Z", -1 },
        { "1677-09-21T00:12:43.145224192Z", INT64_MIN },
        { "2262-04-11T23:47:16.854775807Z", INT64_MAX },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t time_ns = 77;
        ASSERT_NUMBER(cmb_time_parse_iso(cmb_text_of(rows[i].text), &time_ns), CMB_NUMBER_FINE);
        ASSERT_NUMBER(time_ns, rows[i].time_ns);
    }
}

static void refuses_garbled_iso_texts(void)
{
    static const char *const texts[] = {
        "",
        "2021",
        "2021-05-31",
        "2021-05-31T09:59",
        "2021-05-31T09:59:59z",
        "2021-5-31T09:59:59Z",
        "2021-05-31t09:59:59Z",
        "2021-05-31T09:59:59.Z",
        "2021-05-31T09:59:59ZZ",
        "2021-05-31T09:59:59Z ",
        " 2021-05-31T09:59:59Z",
        "2021-05-31T09:59:60Z",
        "2021-05-31T24:00:00Z",
        "2021-05-31T09:60:00Z",
        "2021-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2021-04-31T00:00:00Z",
        "2021-13-01T00:00:00Z",
        "2021-00-01T00:00:00Z",
        "2021-01-00T00:00:00Z",
        "2021-05-31T09:59:59+24:00",
        "2021-05-31T09:59:59+09",
        "2021-05-31T09:59:59+09:0",
        "-2021-05-31T09:59:59Z",
        "12021-05-31T09:59:59Z",
        "2021-05-31  09:59:59Z",
        "2021/05/31T09:59:59Z",
    };
    int64_t time_ns = 77;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ASSERT_NUMBER(cmb_time_parse_iso(cmb_text_of(texts[i]), &time_ns), CMB_NUMBER_GARBLED);
    ASSERT_NUMBER(time_ns, 77);
}

static void refuses_moments_beyond_the_range(void)
{
    static const char *const texts[] = { "1677-09-21T00:12:43.145224191Z", "1677-09-21T00:12:42Z",
                                         "2262-04-11T23:47:16.854775808Z", "2262-04-12T00:00:00Z",
                                         "0001-01-01T00:00:00Z",           "9999-12-31T23:59:59Z" };
    int64_t time_ns = 77;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ASSERT_NUMBER(cmb_time_parse_iso(cmb_text_of(texts[i]), &time_ns), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(cmb_time_parse_number(CMB_TEXT("9223372037"), CMB_TIME_S, &time_ns),
                  CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(cmb_time_of_count(9223372036855, CMB_TIME_MS, &time_ns), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(time_ns, 77);
}

static void reads_numbers_of_every_unit(void)
{
    static const struct {
        const char *text;
        enum cmb_time_unit unit;
        int64_t time_ns;
    } rows[] = {
        { "1688669597.8277369", CMB_TIME_S, 1688669597827736900 },
        { "1688669597", CMB_TIME_S, 1688669597000000000 },
        { "1688669597827", CMB_TIME_MS, 1688669597827000000 },
        { "1688669597827.7369", CMB_TIME_MS, 1688669597827736900 },
        { "1688669597827736", CMB_TIME_US, 1688669597827736000 },
        { "1688669597827736912", CMB_TIME_NS, 1688669597827736912 },
        { "1.688669597827e12", CMB_TIME_MS, 1688669597827000000 },
        { "1688669597.0000000019", CMB_TIME_S, 1688669597000000001 },
        { "-0.5", CMB_TIME_S, -500000000 },
        { "0", CMB_TIME_US, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t time_ns = 77;
        ASSERT_NUMBER(cmb_time_parse_number(cmb_text_of(rows[i].text), rows[i].unit, &time_ns),
                      CMB_NUMBER_FINE);
        ASSERT_NUMBER(time_ns, rows[i].time_ns);
    }
    int64_t time_ns;
    ASSERT_NUMBER(cmb_time_parse_number(CMB_TEXT("now"), CMB_TIME_S, &time_ns), CMB_NUMBER_GARBLED);
}

static void writes_texts(void)
{
    static const struct {
        int64_t time_ns;
        enum cmb_time_unit unit;
        const char *iso, *number;
    } rows[] = {
        { 0, CMB_TIME_MS, "1970-01-01T00:00:00.000Z", "0" },
        { 1622455199123456789, CMB_TIME_S, "2021-05-31T09:59:59Z", "1622455199" },
        { 1622455199123456789, CMB_TIME_MS, "2021-05-31T09:59:59.123Z", "1622455199123" },
        { 1622455199123456789, CMB_TIME_US, "2021-05-31T09:59:59.123456Z", "1622455199123456" },
        { 1622455199123456789, CMB_TIME_NS, "2021-05-31T09:59:59.123456789Z",
          "1622455199123456789" },
        { -1, CMB_TIME_MS, "1969-12-31T23:59:59.999Z", "-1" },
        { INT64_MIN, CMB_TIME_NS, "1677-09-21T00:12:43.145224192Z", "-9223372036854775808" },
        { INT64_MAX, CMB_TIME_NS, "2262-04-11T23:47:16.854775807Z", "9223372036854775807" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[CMB_TIME_TEXT_SIZE];
        ASSERT_NUMBER(cmb_time_format_iso(rows[i].time_ns, rows[i].unit, text),
                      strlen(rows[i].iso));
        ASSERT_TEXT(text, rows[i].iso);
        ASSERT_NUMBER(cmb_time_format_number(rows[i].time_ns, rows[i].unit, text),
                      strlen(rows[i].number));
        ASSERT_TEXT(text, rows[i].number);
    }
}

static void reads_every_day_that_it_writes(void)
{
    const int64_t step_ns = 86400000000000 - 1234567891;
    int64_t time_ns = INT64_MIN;
    struct cmb_time_day day = { .number = 0 };
    for (int i = 0; i < 213000 && time_ns < INT64_MAX - step_ns; i++, time_ns += step_ns) {
        char text[CMB_TIME_TEXT_SIZE], kept[CMB_TIME_TEXT_SIZE];
        int64_t again = 0;
        size_t length = cmb_time_format_iso(time_ns, CMB_TIME_NS, text);
        for (int twice = 0; twice < 2; twice++) {
            CU_ASSERT(cmb_time_format_iso_kept(&day, time_ns, CMB_TIME_NS, kept) == length);
            CU_ASSERT(strcmp(kept, text) == 0);
        }
        cmb_time_parse_iso((struct cmb_text){ text, length }, &again);
        if (again != time_ns) {
            ASSERT_NUMBER(again, time_ns);
            return;
        }
    }
}

TEST_SUITE("number/time", { "reads the ISO texts that exchanges write", reads_iso_texts },
           { "refuses garbled ISO texts", refuses_garbled_iso_texts },
           { "refuses moments beyond the range", refuses_moments_beyond_the_range },
           { "reads numbers of every unit to the nanosecond", reads_numbers_of_every_unit },
           { "writes texts, cut downwards", writes_texts },
           { "reads every day that it writes", reads_every_day_that_it_writes })
