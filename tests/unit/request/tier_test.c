/* Does what the operator says of an account's tier hold, and is a slip refused by its name? */
#include "request/request_run.h"
#include "support/limited_exchange.h"

static void what_is_said_of_a_limit_holds_and_others_stay(void)
{
    struct test_exchange test;
    test_exchange_open(&test, &limited_exchange);
    ASSERT_NUMBER(cmb_exchange_set_limits(test.exchange, CMB_TEXT("orders:30/0.5"), &test.error),
                  CAMBIST_OK);
    ASSERT_NUMBER(test.exchange->limits[0].capacity, 100);
    ASSERT_NUMBER(test.exchange->limits[0].window_ms, 60000);
    ASSERT_NUMBER(test.exchange->limits[1].capacity, 30);
    ASSERT_NUMBER(test.exchange->limits[1].window_ms, 500);
    ASSERT_NUMBER(cmb_exchange_set_limits(test.exchange, CMB_TEXT(" weight : 5/1 ,orders:7/2"),
                                          &test.error), CAMBIST_OK);
    ASSERT_NUMBER(test.exchange->limits[0].capacity, 5);
    ASSERT_NUMBER(test.exchange->limits[1].capacity, 7);
    test_exchange_close(&test);
}

static void a_slip_is_refused_by_its_name(void)
{
    static const struct {
        struct cmb_text limits;
        const char *reason;
    } slips[] = {
        { CMB_TEXT("order:5/1"),
          "made_up: limits: \"order\" is no limit of it; there is weight, orders" },
        { CMB_TEXT("orders:5/1,"),
          "made_up: limits: \"\" is no limit of it; there is weight, orders" },
        { CMB_TEXT("orders:0/1"), "made_up: limits: \"orders:0/1\" should be NAME:WEIGHT/SECONDS" },
        { CMB_TEXT("orders:5/0"), "made_up: limits: \"orders:5/0\" should be NAME:WEIGHT/SECONDS" },
        { CMB_TEXT("orders:-5/1"),
          "made_up: limits: \"orders:-5/1\" should be NAME:WEIGHT/SECONDS" },
        { CMB_TEXT("orders:5"), "made_up: limits: \"orders:5\" should be NAME:WEIGHT/SECONDS" },
        { CMB_TEXT("orders:5/1s"),
          "made_up: limits: \"orders:5/1s\" should be NAME:WEIGHT/SECONDS" },
        { CMB_TEXT("orders:5000000000/1"),
          "made_up: limits: \"orders:5000000000/1\" should be NAME:WEIGHT/SECONDS" },
    };
    struct test_exchange test;
    test_exchange_open(&test, &limited_exchange);
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        ASSERT_NUMBER(cmb_exchange_set_limits(test.exchange, slips[i].limits, &test.error),
                      CAMBIST_BAD_CONFIG);
        ASSERT_TEXT(test.error.message, slips[i].reason);
        test.error = (struct cambist_error){ 0 };
    }
    test_exchange_close(&test);
}

/* A bucket of another tier would go on by the rule that it was made by. */
static void a_desk_goes_by_it_beside_one_that_does_not(void)
{
    struct test_exchange test;
    struct cmb_office office;
    test_exchange_open(&test, &limited_exchange);
    struct cmb_loop *loop = cmb_loop_new(&test.clock);
    CU_ASSERT_FATAL(loop != NULL);
    cmb_office_init(&office, loop, NULL);
    struct cmb_desk *usual = cmb_desk_new(&office, test.exchange);
    CU_ASSERT(cmb_exchange_set_limits(test.exchange, CMB_TEXT("orders:30/1"), &test.error) ==
              CAMBIST_OK);
    struct cmb_desk *wide = cmb_desk_new(&office, test.exchange);
    CU_ASSERT_FATAL(usual && wide);
    CU_ASSERT(usual->buckets[0] == wide->buckets[0]);
    ASSERT_NUMBER(atomic_load(&cmb_desk_bucket(usual, 1)->capacity), 10);
    ASSERT_NUMBER(atomic_load(&cmb_desk_bucket(wide, 1)->capacity), 30);
    cmb_desk_free(usual);
    cmb_desk_free(wide);
    cmb_office_clear(&office);
    cmb_loop_free(loop);
    test_exchange_close(&test);
}

TEST_SUITE("request/tier",
           { "what is said of a limit holds and others stay",
             what_is_said_of_a_limit_holds_and_others_stay },
           { "a slip is refused by its name", a_slip_is_refused_by_its_name },
           { "a desk goes by it beside one that does not",
             a_desk_goes_by_it_beside_one_that_does_not })
