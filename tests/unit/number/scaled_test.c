/* Are texts read into scaled int64 numbers exactly, or refused? */
#include "number/scaled.h"

#include "support/test.h"

#define PARSE(text, scale, ret) cmb_scaled_parse(CMB_TEXT(text), (scale), (ret))

static void reads_and_writes_back(void)
{
    static const struct {
        const char *text;
        unsigned scale;
        int64_t value;
        const char *written;
    } rows[] = {
        { "0", 0, 0, "0" },
        { "-0", 2, 0, "0.00" },
        { "0.00", 0, 0, "0" },
        { "67123.10", 2, 6712310, "67123.10" },
        { "67123.1", 2, 6712310, "67123.10" },
        { "-0.5", 1, -5, "-0.5" },
        { "0.00001234", 8, 1234, "0.00001234" },
        { "1.10000", 1, 11, "1.1" },
        { "1e3", 0, 1000, "1000" },
        { "1.5E-3", 4, 15, "0.0015" },
        { "12e-1", 1, 12, "1.2" },
        { "0e999999999999", 3, 0, "0.000" },
        { "9223372036854775807", 0, INT64_MAX, "9223372036854775807" },
        { "-9223372036854775808", 0, INT64_MIN, "-9223372036854775808" },
        { "9.223372036854775807", 18, INT64_MAX, "9.223372036854775807" },
        { "-9.223372036854775808", 18, INT64_MIN, "-9.223372036854775808" },
        { "9999999997.00000", 8, 999999999700000000, "9999999997.00000000" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t value = -77;
        char text[CMB_SCALED_TEXT_SIZE];
        ASSERT_NUMBER(cmb_scaled_parse(cmb_text_of(rows[i].text), rows[i].scale, &value),
                      CMB_NUMBER_FINE);
        ASSERT_NUMBER(value, rows[i].value);
        ASSERT_NUMBER(cmb_scaled_format(value, rows[i].scale, text), strlen(rows[i].written));
        ASSERT_TEXT(text, rows[i].written);
    }
}

static void refuses_what_is_no_number(void)
{
    static const char *const texts[] = { "",     "-",     "+1",  "01",       "-01",   "00",
                                         ".5",   "5.",    "1.",  "1e",       "1e+",   "1.e1",
                                         " 1",   "1 ",    "1,0", "0x10",     "1-",    "--1",
                                         "1..2", "1.2.3", "NaN", "Infinity", "1e1.0", "1_000" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t value = -77;
        ASSERT_NUMBER(cmb_scaled_parse(cmb_text_of(texts[i]), 2, &value), CMB_NUMBER_GARBLED);
        ASSERT_NUMBER(value, -77);
    }
    int64_t value;
    ASSERT_NUMBER(cmb_scaled_parse((struct cmb_text){ 0 }, 2, &value), CMB_NUMBER_GARBLED);
    ASSERT_NUMBER(cmb_scaled_parse((struct cmb_text){ "1\0002", 3 }, 2, &value),
                  CMB_NUMBER_GARBLED);
}

static void refuses_lost_digits_and_overflow(void)
{
    int64_t value = -77;
    ASSERT_NUMBER(PARSE("1.001", 2, &value), CMB_NUMBER_INEXACT);
    ASSERT_NUMBER(PARSE("1e-9", 8, &value), CMB_NUMBER_INEXACT);
    ASSERT_NUMBER(PARSE("1e-999999999999999999999", 8, &value), CMB_NUMBER_INEXACT);
    ASSERT_NUMBER(PARSE("9223372036854775808", 0, &value), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(PARSE("-9223372036854775809", 0, &value), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(PARSE("18446744073709551616", 0, &value), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(PARSE("92233720368547758.08", 2, &value), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(PARSE("1e400", 0, &value), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(PARSE("1e99999999999999999999", 0, &value), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(PARSE("1", 19, &value), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(value, -77);
}

static void cuts_only_when_asked(void)
{
    int64_t value = 0;
    ASSERT_NUMBER(cmb_scaled_parse_cut(CMB_TEXT("1.0099"), 2, &value), CMB_NUMBER_FINE);
    ASSERT_NUMBER(value, 100);
    ASSERT_NUMBER(cmb_scaled_parse_cut(CMB_TEXT("-1.0199"), 2, &value), CMB_NUMBER_FINE);
    ASSERT_NUMBER(value, -101);
    ASSERT_NUMBER(cmb_scaled_parse_cut(CMB_TEXT("-1e-30"), 2, &value), CMB_NUMBER_FINE);
    ASSERT_NUMBER(value, 0);
}

/* A fixed sequence, so that a failure can be repeated. */
static uint64_t random_bits(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void reads_what_it_wrote(void)
{
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 100000; i++) {
        int64_t value = (int64_t)random_bits(&state) >> (random_bits(&state) % 64), again = 0;
        unsigned scale = (unsigned)(random_bits(&state) % 19);
        char text[CMB_SCALED_TEXT_SIZE];
        size_t length = cmb_scaled_format(value, scale, text);
        enum cmb_number_fault fault =
            cmb_scaled_parse((struct cmb_text){ text, length }, scale, &again);
        if (fault != CMB_NUMBER_FINE || again != value) {
            ASSERT_NUMBER(fault, CMB_NUMBER_FINE);
            ASSERT_NUMBER(again, value);
            return;
        }
    }
}

TEST_SUITE("number/scaled",
           { "reads digits at a scale and writes them back", reads_and_writes_back },
           { "refuses what is no number", refuses_what_is_no_number },
           { "refuses lost digits and overflow", refuses_lost_digits_and_overflow },
           { "cuts digits only when asked", cuts_only_when_asked },
           { "reads what it wrote, 100,000 times", reads_what_it_wrote })
