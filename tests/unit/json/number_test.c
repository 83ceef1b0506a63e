/* Do numbers leave JSON exactly, bare and quoted, by the fast way and the slow one? */
#include "json/number.h"

#include "number/decimal.h"
#include "walk.h"

#include "support/test.h"

/* Reads `number` alone in an array, with `behind` bytes of blanks after it: without them the fast
 * way has no room and the slow one decides. */
static bool read_one(const char *number, const char *quote, size_t behind, unsigned scale,
                     int64_t *ret_value)
{
    char text[200];
    int length = snprintf(text, sizeof text, "[%s%s%s%*s]", quote, number, quote, (int)behind, "");
    struct cmb_text copy = exact_copy((struct cmb_text){ text, (size_t)length });
    struct cmb_json_reader reader;
    cmb_json_init(&reader, copy, 0);
    bool is_read = cmb_json_enter_array(&reader) && cmb_json_next_element(&reader) &&
                   cmb_json_read_scaled(&reader, scale, ret_value) &&
                   !cmb_json_next_element(&reader) && cmb_json_finish(&reader);
    free((void *)(uintptr_t)copy.at);
    return is_read;
}

/* All ways must say what the text alone says. */
static void assert_ways_agree(const char *number, unsigned scale)
{
    static const char *const quotes[] = { "", "\"" };
    int64_t expected = -77;
    bool is_good = cmb_scaled_parse(cmb_text_of(number), scale, &expected) == CMB_NUMBER_FINE;
    for (size_t quote = 0; quote < 2; quote++)
        for (size_t behind = 0; behind < 40; behind += 13) {
            int64_t value = -77;
            bool is_read = read_one(number, quotes[quote], behind, scale, &value);
            if (is_read != is_good || (is_good && value != expected)) {
                printf("\n    %s%s at %u, %zu behind:", quotes[quote], number, scale, behind);
                CU_ASSERT(is_read == is_good);
                ASSERT_NUMBER(value, expected);
            }
        }
}

static void agrees_with_the_number_alone(void)
{
    static const char *const numbers[] = {
        "0",
        "-0",
        "7",
        "12345678",
        "123456789",
        "123456789012345",
        "1234567890123456",
        "12345678901234567",
        "9223372036854775807",
        "9223372036854775808",
        "-1",
        "-0.5",
        "0.1",
        "0.00000001",
        "0.000000001",
        "12345678.12345678",
        "123456789.1",
        "1.123456789",
        "1.10",
        "1.100",
        "67123.10",
        "99999999.99999999",
        "1e3",
        "1.5e1",
        "1E2",
        "10e-1",
        "1e400",
        "01",
        "00.1",
        "1.",
        ".1",
        "1.2.3",
        "1e",
        "+1",
        "1-",
        "--1",
        "12a",
        "12345678.",
        "0.0",
        "0.00",
        "NaN",
        "1.5x",
        "9999999997.00000",
        "92233720368.54775807",
        "92233720368.54775808",
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        for (unsigned scale = 0; scale <= 20; scale++)
            assert_ways_agree(numbers[i], scale);
}

static void agrees_for_random_forms(void)
{
    static const char letters[] = "00123456789012345678901234567890..-e";
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 100000; i++) {
        char number[24];
        size_t length = 1 + state % 20;
        for (size_t at = 0; at < length; at++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            number[at] = letters[(state >> 33) % (sizeof letters - 1)];
        }
        number[length] = 0;
        assert_ways_agree(number, (unsigned)(state >> 40) % 19);
    }
}

static void refuses_other_kinds(void)
{
    static const char *const texts[] = { "null", "true", "{}", "[1]", "\"\"", "\"\\u0031\"", "" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cmb_json_reader reader;
        int64_t value = -77;
        cmb_json_init(&reader, cmb_text_of(texts[i]), 0);
        CU_ASSERT(!cmb_json_read_integer(&reader, &value));
        CU_ASSERT(reader.reason != NULL);
        ASSERT_NUMBER(value, -77);
    }
}

static void says_why_a_number_does_not_fit(void)
{
    struct cmb_json_reader reader;
    int64_t value;
    cmb_json_init(&reader, CMB_TEXT("[\"1.005\",2]"), 0);
    cmb_json_enter_array(&reader);
    cmb_json_next_element(&reader);
    CU_ASSERT(!cmb_json_read_scaled(&reader, 2, &value));
    ASSERT_NUMBER(reader.failed_at, 2);
    ASSERT_TEXT(reader.reason, cmb_number_fault_text(CMB_NUMBER_INEXACT));
}

static void reads_decimals_with_their_digits(void)
{
    struct cmb_json_reader reader;
    static const char *const expected[] = { "0.10",       "0.10", "1234567890123456789012.50",
                                            "",           "",     "100",
                                            "-0.00000001" };
    cmb_json_init(&reader,
                  CMB_TEXT("[0.10,\"0.10\",\"1234567890123456789012.50\",null,\"\",1e2,-1E-8]"), 0);
    CU_ASSERT(cmb_json_enter_array(&reader));
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct cambist_decimal value = { 0 };
        char text[CMB_DECIMAL_TEXT_SIZE];
        CU_ASSERT(cmb_json_next_element(&reader) && cmb_json_read_decimal(&reader, &value));
        cmb_decimal_format(&value, text);
        ASSERT_TEXT(text, expected[i]);
    }
    CU_ASSERT(!cmb_json_next_element(&reader) && cmb_json_finish(&reader));
}

static void refuses_decimals_that_are_none(void)
{
    static const char *const texts[] = { "\"abc\"", "\"1,5\"", "true", "[]", "\" 1\"", "1e1001" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cmb_json_reader reader;
        struct cambist_decimal value = { .low = 77 };
        cmb_json_init(&reader, cmb_text_of(texts[i]), 0);
        CU_ASSERT(!cmb_json_read_decimal(&reader, &value));
        ASSERT_NUMBER(value.low, 77);
    }
}

TEST_SUITE("json/number",
           { "agrees with the number alone at every scale", agrees_with_the_number_alone },
           { "agrees for 100,000 random forms, good and bad", agrees_for_random_forms },
           { "refuses what is not a number", refuses_other_kinds },
           { "says why and where a number does not fit", says_why_a_number_does_not_fit },
           { "reads decimals with all their digits", reads_decimals_with_their_digits },
           { "refuses decimals that are none", refuses_decimals_that_are_none })
