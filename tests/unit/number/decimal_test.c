/* Do digits survive, and is nothing clamped? */
#include "number/decimal.h"

#include "support/decimal.h"
#include "support/test.h"

static void keeps_the_digits(void)
{
    static const char *const rows[][2] = {
        { "0", "0" },
        { "0.10", "0.10" },
        { "-0.10", "-0.10" },
        { "0.00", "0.00" },
        { "-0.00", "0.00" },
        { "100", "100" },
        { "1e-8", "0.00000001" },
        { "1.50E-3", "0.00150" },
        { "1e3", "1000" },
        { "-1.5e3", "-1500" },
        { "12.345e1", "123.45" },
        { "0e5", "0" },
        { "0e-3", "0.000" },
        { "123456789012345678", "123456789012345678" },
        { "1234567890.123456789", "1234567890.123456789" },
        { "9999999999999999999", "9999999999999999999" },
        { "-9223372036854775808", "-9223372036854775808" },
        { "12345678901234567890123", "12345678901234567890123" },
        { "0.10000000000000000055", "0.10000000000000000055" },
        { "170141183460469231731687303715884105727", "170141183460469231731687303715884105727" },
        { "-170141183460469231731687303715884105728", "-170141183460469231731687303715884105728" },
        { "0.00000000000000000000000000000000000000000000000001",
          "0.00000000000000000000000000000000000000000000000001" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cambist_decimal value = decimal(rows[i][0]);
        char text[CMB_DECIMAL_TEXT_SIZE];
        ASSERT_NUMBER(cmb_decimal_format(&value, text), strlen(rows[i][1]));
        ASSERT_TEXT(text, rows[i][1]);
    }
}

static void stays_within_its_buffer(void)
{
    static const char *const texts[] = { "-170141183460469231731687303715884105728e1000",
                                         "-170141183460469231731687303715884105728e-1000", "1e1000",
                                         "-1e-1000" };
    static const size_t lengths[] = { 1040, 1003, 1001, 1003 };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cambist_decimal value = decimal(texts[i]);
        char text[CMB_DECIMAL_TEXT_SIZE];
        ASSERT_NUMBER(cmb_decimal_format(&value, text), lengths[i]);
        ASSERT_NUMBER(strlen(text), lengths[i]);
    }
}

static void refuses_what_is_no_number(void)
{
    static const char *const texts[] = { "",   "-",   "+1",  "01",    "-01", ".5",   "5.",  "-.5",
                                         "1e", "1e+", "1.e", "1.2.3", " 1",  "1 ",   "1,0", "NaN",
                                         "0x", "1-1", "--1", "1e1e1", "e5",  "00.1", "1.-2" };
    struct cambist_decimal value = { .low = 77 };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ASSERT_NUMBER(cmb_decimal_parse(cmb_text_of(texts[i]), &value), CMB_NUMBER_GARBLED);
    ASSERT_NUMBER(cmb_decimal_parse((struct cmb_text){ 0 }, &value), CMB_NUMBER_GARBLED);
    ASSERT_NUMBER(value.low, 77);
}

static void refuses_what_does_not_fit(void)
{
    static const char *const texts[] = { "170141183460469231731687303715884105728",
                                         "-170141183460469231731687303715884105729",
                                         "340282366920938463463374607431768211456",
                                         "999999999999999999999999999999999999999999999",
                                         "1e1001",
                                         "1e-1001",
                                         "0.1e-1000",
                                         "1e99999999999999999999",
                                         "1e-99999999999999999999" };
    struct cambist_decimal value = { .low = 77 };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ASSERT_NUMBER(cmb_decimal_parse(cmb_text_of(texts[i]), &value), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(value.low, 77);
}

static void compares_by_value(void)
{
    /* Rising, with equal neighbours marked. */
    static const struct {
        const char *text;
        int step;
    } rows[] = {
        { "-1e1000", 0 }, { "-170141183460469231731687303715884105728", 1 },
        { "-1.1", 1 },    { "-1", 1 },
        { "-1.000", 0 },  { "-1e-1000", 1 },
        { "0", 1 },       { "0.000", 0 },
        { "0e7", 0 },     { "1e-1000", 1 },
        { "0.1", 1 },     { "0.10", 0 },
        { "1e-1", 0 },    { "0.99999999999999999999999999999999999999", 1 },
        { "1", 1 },       { "1.00000000000000000000000000000000000000", 0 },
        { "9.9", 1 },     { "10", 1 },
        { "1e1", 0 },     { "99999999999999999999999999999999999999", 1 },
        { "1e38", 1 },    { "170141183460469231731687303715884105727", 1 },
        { "2e38", 1 },    { "9e38", 1 },
        { "1e39", 1 },    { "1e1000", 1 },
    };
    for (size_t i = 1; i < sizeof rows / sizeof *rows; i++) {
        struct cambist_decimal a = decimal(rows[i - 1].text), b = decimal(rows[i].text);
        ASSERT_NUMBER(cmb_decimal_compare(&a, &b), -rows[i].step);
        ASSERT_NUMBER(cmb_decimal_compare(&b, &a), rows[i].step);
    }
}

static void knows_absence_zero_and_sign(void)
{
    struct cambist_decimal absent = { 0 }, zero = decimal("0.00"), least = decimal("-1e-1000");
    char text[CMB_DECIMAL_TEXT_SIZE] = "x";
    ASSERT_NUMBER(cmb_decimal_format(&absent, text), 0);
    ASSERT_TEXT(text, "");
    CU_ASSERT(!cmb_decimal_is_zero(&absent));
    CU_ASSERT(cmb_decimal_is_zero(&zero));
    CU_ASSERT(!cmb_decimal_is_zero(&least));
    CU_ASSERT(cmb_decimal_is_negative(&least));
    CU_ASSERT(!cmb_decimal_is_negative(&zero));
    ASSERT_NUMBER(cmb_decimal_compare(&absent, &least), -1);
    ASSERT_NUMBER(cmb_decimal_compare(&least, &absent), 1);
    ASSERT_NUMBER(cmb_decimal_compare(&absent, &absent), 0);
}

static void survives_a_broken_record(void)
{
    struct cambist_decimal broken = { .low = 1, .exponent = INT32_MIN, .is_set = 1 };
    struct cambist_decimal huge = { .low = 1, .exponent = INT32_MAX, .is_set = 1 }, result;
    char text[CMB_DECIMAL_TEXT_SIZE];
    int64_t number;
    ASSERT_NUMBER(cmb_decimal_format(&broken, text), 0);
    ASSERT_NUMBER(cmb_decimal_compare(&broken, &huge), -1);
    ASSERT_NUMBER(cmb_decimal_add(&broken, &huge, &result), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(cmb_decimal_to_scaled(&huge, 0, &number), CMB_NUMBER_TOO_LARGE);
}

static void goes_to_scaled_numbers_and_back(void)
{
    struct cambist_decimal value = decimal("123.4500");
    int64_t scaled = -77;
    char text[CMB_DECIMAL_TEXT_SIZE];
    ASSERT_NUMBER(cmb_decimal_to_scaled(&value, 2, &scaled), CMB_NUMBER_FINE);
    ASSERT_NUMBER(scaled, 12345);
    ASSERT_NUMBER(cmb_decimal_to_scaled(&value, 1, &scaled), CMB_NUMBER_INEXACT);
    ASSERT_NUMBER(cmb_decimal_to_scaled(&value, 17, &scaled), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(cmb_decimal_to_scaled(&value, 19, &scaled), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(scaled, 12345);
    value = decimal("-9223372036854775808");
    ASSERT_NUMBER(cmb_decimal_to_scaled(&value, 0, &scaled), CMB_NUMBER_FINE);
    ASSERT_NUMBER(scaled, INT64_MIN);
    ASSERT_NUMBER(cmb_decimal_of_scaled(INT64_MIN, 18, &value), CMB_NUMBER_FINE);
    cmb_decimal_format(&value, text);
    ASSERT_TEXT(text, "-9.223372036854775808");
    ASSERT_NUMBER(cmb_decimal_of_scaled(1, 19, &value), CMB_NUMBER_TOO_LARGE);
    value = (struct cambist_decimal){ 0 };
    ASSERT_NUMBER(cmb_decimal_to_scaled(&value, 0, &scaled), CMB_NUMBER_ABSENT);
}

static void makes_a_step_of_a_count_of_digits(void)
{
    struct cambist_decimal step;
    char text[CMB_DECIMAL_TEXT_SIZE];
    ASSERT_NUMBER(cmb_decimal_of_digits(8, &step), CMB_NUMBER_FINE);
    cmb_decimal_format(&step, text);
    ASSERT_TEXT(text, "0.00000001");
    ASSERT_NUMBER(cmb_decimal_of_digits(-2, &step), CMB_NUMBER_FINE);
    cmb_decimal_format(&step, text);
    ASSERT_TEXT(text, "100");
    ASSERT_NUMBER(cmb_decimal_of_digits(1001, &step), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(cmb_decimal_of_digits(-1001, &step), CMB_NUMBER_TOO_LARGE);
}

TEST_SUITE("number/decimal", { "keeps the digits that were written", keeps_the_digits },
           { "writes the largest and finest within its buffer", stays_within_its_buffer },
           { "refuses what is no number", refuses_what_is_no_number },
           { "refuses what does not fit instead of clamping", refuses_what_does_not_fit },
           { "compares by value, not by digits", compares_by_value },
           { "knows absence, zero and sign", knows_absence_zero_and_sign },
           { "survives a record with a broken exponent", survives_a_broken_record },
           { "goes to scaled numbers and back, or refuses", goes_to_scaled_numbers_and_back },
           { "makes a step of a count of digits", makes_a_step_of_a_count_of_digits })
