/* Are sums, products, quotients and rounded values right to the last digit? */
#include "number/decimal.h"

#include "support/decimal.h"
#include "support/test.h"

typedef enum cmb_number_fault (*operation_fn)(const struct cambist_decimal *a,
                                              const struct cambist_decimal *b,
                                              struct cambist_decimal *ret_value);

static void assert_decimal(const struct cambist_decimal *value, const char *expected)
{
    char text[CMB_DECIMAL_TEXT_SIZE];
    cmb_decimal_format(value, text);
    ASSERT_TEXT(text, expected);
}

static void assert_operation(operation_fn operation, const char *a, const char *b,
                             const char *expected)
{
    struct cambist_decimal left = decimal(a), right = decimal(b), result = { 0 };
    ASSERT_NUMBER(operation(&left, &right, &result), CMB_NUMBER_FINE);
    assert_decimal(&result, expected);
}

static void assert_quotient(const char *a, const char *b, unsigned digits, const char *expected)
{
    struct cambist_decimal left = decimal(a), right = decimal(b), result = { 0 };
    ASSERT_NUMBER(cmb_decimal_divide(&left, &right, digits, &result), CMB_NUMBER_FINE);
    assert_decimal(&result, expected);
}

/* Made with Python's decimal module. */
static const struct {
    const char *a, *b, *sum, *difference, *product;
    unsigned digits;
    const char *quotient;
} known[] = {
    /* clang-format off */
        { "21250.919908", "0.0840", "21251.003908", "21250.835908", "1785.0772722720", 12, "252987.141762" },
        { "0.000000064", "0.000444", "0.000444064", "-0.000443936", "0.000000000028416", 5, "0.00014414" },
        { "0.000564", "36.57", "36.570564", "-36.569436", "0.02062548", 28, "0.00001542247744052502050861361772" },
        { "81699332.5456", "180018.8482", "81879351.3938", "81519313.6974", "14707419743567.68597792", 28, "453.8376584591435020635800291" },
        { "0.02929179284", "60171388257.8", "60171388257.82929179284", "-60171388257.77070820716", "1762527839.742686114152", 28, "0.0000000000004868060001291878652806773932" },
        { "-0.000000079", "-89608377210.7567230", "-89608377210.756723079", "89608377210.756722921", "7079.0617996497811170", 28, "0.0000000000000000008816140014922256888391294471" },
        { "337508.673038680", "-10986.393", "326522.280038680", "348495.066038680", "-3708002922.911442681240", 28, "-30.72060803201560330128368792" },
        { "-618750973896365.5", "-31439.5342", "-618750973927805.0342", "-618750973864925.9658", "19453242405098090392.95010", 5, "19681000000" },
        { "0.057934655362", "-90976363870695115400", "-90976363870695115399.942065344638", "90976363870695115400.057934655362", "-5270684286936629842.075818774800", 12, "-0.000000000000000000000636809967964" },
        { "-548013645.773", "-0.00000000860", "-548013645.77300000860", "-548013645.77299999140", "4.71291735364780", 20, "63722516950348837.209" },
        { "-6.2", "-806849483.587759", "-806849489.787759", "806849477.387759", "5002466798.2441058", 1, "0.000000008" },
        { "189203426030.121", "-3930878876558080", "-3930689673132049.879", "3931068079984110.121", "-743735750754221826622885927.680", 5, "-0.000048133" },
        { "-53.404922", "-0.00170", "-53.406622", "-53.403222", "0.09078836740", 28, "31414.66" },
        { "-0.0948526166", "-814419959085.439565", "-814419959085.5344176166", "814419959085.3447123834", "77249864130.5188857014157790", 20, "0.00000000000011646646860977673508" },
    /* clang-format on */
};

static void agrees_with_another_implementation(void)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_operation(cmb_decimal_add, known[i].a, known[i].b, known[i].sum);
        assert_operation(cmb_decimal_subtract, known[i].a, known[i].b, known[i].difference);
        assert_operation(cmb_decimal_multiply, known[i].a, known[i].b, known[i].product);
        assert_quotient(known[i].a, known[i].b, known[i].digits, known[i].quotient);
    }
}

static void adds_at_the_edges(void)
{
    assert_operation(cmb_decimal_add, "0.1", "0.20", "0.30");
    assert_operation(cmb_decimal_add, "1e3", "0.001", "1000.001");
    assert_operation(cmb_decimal_subtract, "0.3", "0.30", "0.00");
    assert_operation(cmb_decimal_subtract, "1", "1.01", "-0.01");
    assert_operation(cmb_decimal_add, "1e100", "0",
                     "1"
                     "0000000000"
                     "0000000000"
                     "0000000000"
                     "0000000000"
                     "0000000000"
                     "0000000000"
                     "0000000000"
                     "0000000000"
                     "0000000000"
                     "0000000000");
    assert_operation(cmb_decimal_add, "170141183460469231731687303715884105727", "0.00",
                     "170141183460469231731687303715884105727");
    assert_operation(cmb_decimal_add, "323.45", "44.275971666341421917273133287994010930",
                     "367.72597166634142191727313328799401093");
    assert_operation(cmb_decimal_subtract, "-170141183460469231731687303715884105727", "1",
                     "-170141183460469231731687303715884105728");
}

static void multiplies_at_the_edges(void)
{
    assert_operation(cmb_decimal_multiply, "0.10", "0.10", "0.0100");
    assert_operation(cmb_decimal_multiply, "-3", "0.0", "0.0");
    assert_operation(cmb_decimal_multiply, "100000000000000000000", "100000000000000000000",
                     "10000000000000000000000000000000000000000");
    assert_operation(cmb_decimal_multiply, "5", "9303563261613.5628110630900117458425364",
                     "46517816308067.814055315450058729212682");
    assert_operation(cmb_decimal_multiply, "-340920465277294893904.7775", "195.613927028398",
                     "-66688791017240257506706.511233350371445");
    assert_operation(cmb_decimal_multiply, "13043817825332782212", "13043817825332782212",
                     "170141183460469231722567801800623612944");
}

static void divides_with_named_digits(void)
{
    assert_quotient("1", "3", 5, "0.33333");
    assert_quotient("2", "3", 38, "0.66666666666666666666666666666666666667");
    assert_quotient("-2", "3", 1, "-0.7");
    assert_quotient("1", "4", 10, "0.25");
    assert_quotient("100", "1", 1, "100");
    assert_quotient("125", "1", 2, "120"); /* the tie goes to the even digit */
    assert_quotient("135", "1", 2, "140");
    assert_quotient("125.1", "1", 2, "130"); /* beyond the tie by what was cut */
    assert_quotient("1251", "10", 2, "130");
    assert_quotient("999.6", "1", 3, "1000");
    assert_quotient("99.96", "1", 3, "100");
    assert_quotient("0", "7", 3, "0");
    assert_quotient("1", "170141183460469231731687303715884105727", 3,
                    "0.00000000000000000000000000000000000000588");
    assert_quotient("170141183460469231731687303715884105726",
                    "170141183460469231731687303715884105727", 5, "1.0000");
}

static void answers_faults_instead_of_wrong_values(void)
{
    struct cambist_decimal most = decimal("170141183460469231731687303715884105727");
    struct cambist_decimal least = decimal("-170141183460469231731687303715884105728");
    struct cambist_decimal one = decimal("1"), zero = decimal("0.0"), absent = { 0 };
    struct cambist_decimal tiny = decimal("1e-1000"), result = { .low = 77 };
    ASSERT_NUMBER(cmb_decimal_add(&most, &one, &result), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(cmb_decimal_subtract(&least, &one, &result), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(cmb_decimal_add(&one, &tiny, &result), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(cmb_decimal_negate(&least, &result), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(cmb_decimal_multiply(&most, &most, &result), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(cmb_decimal_multiply(&tiny, &tiny, &result), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(cmb_decimal_divide(&one, &zero, 5, &result), CMB_NUMBER_BY_ZERO);
    ASSERT_NUMBER(cmb_decimal_divide(&one, &one, 0, &result), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(cmb_decimal_divide(&one, &one, 39, &result), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(cmb_decimal_add(&absent, &one, &result), CMB_NUMBER_ABSENT);
    ASSERT_NUMBER(cmb_decimal_multiply(&one, &absent, &result), CMB_NUMBER_ABSENT);
    ASSERT_NUMBER(cmb_decimal_round(&one, &zero, CMB_ROUND_UP, &result), CMB_NUMBER_BY_ZERO);
    ASSERT_NUMBER(cmb_decimal_round(&one, &least, CMB_ROUND_UP, &result), CMB_NUMBER_GARBLED);
    ASSERT_NUMBER(cmb_decimal_round(&most, &tiny, CMB_ROUND_UP, &result), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(result.low, 77);
}

static void rounds_to_steps(void)
{
    static const struct {
        const char *value, *step, *down, *up, *nearest;
    } rows[] = {
        { "123.456", "0.01", "123.45", "123.46", "123.46" },
        { "123.456", "0.10", "123.40", "123.50", "123.50" },
        { "-123.456", "0.1", "-123.4", "-123.5", "-123.5" },
        { "0.125", "0.05", "0.10", "0.15", "0.10" }, /* a tie: 2 steps, not 3 */
        { "0.175", "0.05", "0.15", "0.20", "0.20" },
        { "7", "5", "5", "10", "5" },
        { "1234", "1e2", "1200", "1300", "1200" },
        { "0.5", "1", "0", "1", "0" },
        { "-0.5", "1", "0", "-1", "0" },
        { "1.5", "1", "1", "2", "2" },
        { "3", "0.25", "3.00", "3.00", "3.00" },
        { "0", "0.001", "0.000", "0.000", "0.000" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cambist_decimal value = decimal(rows[i].value), step = decimal(rows[i].step), result;
        ASSERT_NUMBER(cmb_decimal_round(&value, &step, CMB_ROUND_DOWN, &result), CMB_NUMBER_FINE);
        assert_decimal(&result, rows[i].down);
        ASSERT_NUMBER(cmb_decimal_round(&value, &step, CMB_ROUND_UP, &result), CMB_NUMBER_FINE);
        assert_decimal(&result, rows[i].up);
        ASSERT_NUMBER(cmb_decimal_round(&value, &step, CMB_ROUND_NEAREST, &result),
                      CMB_NUMBER_FINE);
        assert_decimal(&result, rows[i].nearest);
    }
}

/* A fixed sequence, so that a failure can be repeated. */
static uint64_t random_bits(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static struct cambist_decimal random_decimal(uint64_t *state)
{
    int64_t number = (int64_t)random_bits(state) >> (random_bits(state) % 64);
    return (struct cambist_decimal){ .low = (uint64_t)number,
                                     .high = number < 0 ? -1 : 0,
                                     .exponent = (int32_t)(random_bits(state) % 9) - 4,
                                     .is_set = 1 };
}

/* a + b - b = a;  a * b = b * a;  a * b / b = a, exactly. */
static bool obeys_the_laws(const struct cambist_decimal *a, const struct cambist_decimal *b)
{
    struct cambist_decimal sum, back, product, other, quotient;
    if (cmb_decimal_add(a, b, &sum) || cmb_decimal_subtract(&sum, b, &back) ||
        cmb_decimal_compare(&back, a) != 0)
        return false;
    if (cmb_decimal_multiply(a, b, &product) || cmb_decimal_multiply(b, a, &other) ||
        cmb_decimal_compare(&product, &other) != 0)
        return false;
    if (cmb_decimal_is_zero(b))
        return true;
    return !cmb_decimal_divide(&product, b, 38, &quotient) &&
           cmb_decimal_compare(&quotient, a) == 0;
}

static void obeys_the_laws_of_arithmetic(void)
{
    uint64_t state = 88172645463325252u;
    int broken = 0;
    for (int i = 0; i < 100000; i++) {
        struct cambist_decimal a = random_decimal(&state), b = random_decimal(&state);
        broken += !obeys_the_laws(&a, &b);
    }
    ASSERT_NUMBER(broken, 0);
}

static void rounds_within_one_step(void)
{
    uint64_t state = 362436069u;
    int broken = 0;
    for (int i = 0; i < 100000; i++) {
        struct cambist_decimal value = random_decimal(&state), step = random_decimal(&state);
        struct cambist_decimal down, near, up, width;
        if (cmb_decimal_is_negative(&step))
            cmb_decimal_negate(&step, &step);
        if (cmb_decimal_is_negative(&value))
            cmb_decimal_negate(&value, &value);
        if (cmb_decimal_is_zero(&step))
            continue;
        broken += cmb_decimal_round(&value, &step, CMB_ROUND_DOWN, &down) ||
                  cmb_decimal_round(&value, &step, CMB_ROUND_NEAREST, &near) ||
                  cmb_decimal_round(&value, &step, CMB_ROUND_UP, &up) ||
                  cmb_decimal_subtract(&up, &down, &width) ||
                  cmb_decimal_compare(&down, &value) > 0 || cmb_decimal_compare(&up, &value) < 0 ||
                  cmb_decimal_compare(&near, &down) < 0 || cmb_decimal_compare(&near, &up) > 0 ||
                  cmb_decimal_compare(&width, &step) > 0;
    }
    ASSERT_NUMBER(broken, 0);
}

TEST_SUITE("number/arithmetic",
           { "agrees with another implementation", agrees_with_another_implementation },
           { "adds and subtracts at the edges", adds_at_the_edges },
           { "multiplies at the edges", multiplies_at_the_edges },
           { "divides with a named count of digits, half to even", divides_with_named_digits },
           { "answers faults instead of wrong values", answers_faults_instead_of_wrong_values },
           { "rounds to steps down, up and to the nearest", rounds_to_steps },
           { "obeys the laws of arithmetic, 100,000 times", obeys_the_laws_of_arithmetic },
           { "rounds within one step, 100,000 times", rounds_within_one_step })
