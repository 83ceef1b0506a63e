/* Does each pair of endings of two orders lead to what the rules say? */
#include "arbitrage/legs.h"
#include "support/decimal.h"
#include "support/test.h"

enum ending { FILLED, PARTIAL, NOTHING, REFUSED, UNWRITTEN, UNKNOWN, WORKING, ASKED, ENDINGS };

static struct cmb_leg leg_that(enum ending ending, uint64_t side, const char *price)
{
    static const uint32_t lives[ENDINGS] = {
        [FILLED] = CAMBIST_LIFE_FILLED,    [PARTIAL] = CAMBIST_LIFE_EXPIRED,
        [NOTHING] = CAMBIST_LIFE_CANCELED, [REFUSED] = CAMBIST_LIFE_REJECTED,
        [UNKNOWN] = CAMBIST_LIFE_UNKNOWN,  [WORKING] = CAMBIST_LIFE_WORKING,
        [ASKED] = CAMBIST_LIFE_SENT,
    };
    struct cmb_leg leg = { .side = side, .amount = decimal("2"), .price = decimal(price),
                           .taker = decimal("0.001"), .life = lives[ending],
                           .is_answered = ending != ASKED,
                           .is_settled = ending <= REFUSED };
    if (ending == FILLED)
        leg.filled = decimal("2");
    if (ending == PARTIAL || ending == WORKING)
        leg.filled = decimal("0.5");
    return leg;
}

static struct cmb_legs legs_that(enum ending buy, enum ending sell)
{
    return (struct cmb_legs){ .legs = { leg_that(buy, CAMBIST_SIDE_BUY, "100"),
                                        leg_that(sell, CAMBIST_SIDE_SELL, "110") },
                              .count = 2 };
}

/* What was filled, in halves; -1: that is not known yet. */
static int filled_of(enum ending ending)
{
    return ending == FILLED ? 4 : ending == PARTIAL ? 1 : ending < UNKNOWN ? 0 : -1;
}

static void every_pair_of_endings_leads_to_its_step(void)
{
    for (enum ending buy = FILLED; buy < ENDINGS; buy++)
        for (enum ending sell = FILLED; sell < ENDINGS; sell++) {
            struct cmb_legs legs = legs_that(buy, sell);
            int bought = filled_of(buy), sold = filled_of(sell);
            enum cmb_legs_step expected = bought < 0 || sold < 0 ? CMB_LEGS_WAIT
                                          : bought == sold       ? CMB_LEGS_END
                                                                 : CMB_LEGS_CLOSE;
            ASSERT_NUMBER(cmb_legs_next(&legs), expected);
            ASSERT_NUMBER(cmb_legs_is_doubtful(&legs), buy == UNKNOWN || sell == UNKNOWN);
            struct cambist_decimal profit = cmb_legs_profit(&legs);
            if (expected == CMB_LEGS_CLOSE)
                CU_ASSERT(!profit.is_set);
        }
}

static void a_leg_is_called_what_it_is(void)
{
    static const uint32_t states[ENDINGS] = {
        [FILLED] = CAMBIST_LEG_FILLED,    [PARTIAL] = CAMBIST_LEG_PARTIAL,
        [NOTHING] = CAMBIST_LEG_NOTHING,  [REFUSED] = CAMBIST_LEG_NOTHING,
        [UNWRITTEN] = CAMBIST_LEG_NOTHING, [UNKNOWN] = CAMBIST_LEG_UNKNOWN,
        [WORKING] = CAMBIST_LEG_UNDER_WAY, [ASKED] = CAMBIST_LEG_UNDER_WAY,
    };
    for (enum ending ending = FILLED; ending < ENDINGS; ending++) {
        struct cmb_leg leg = leg_that(ending, CAMBIST_SIDE_BUY, "100");
        ASSERT_NUMBER(cmb_leg_state(&leg), states[ending]);
    }
    ASSERT_TEXT(cambist_leg_state_name(CAMBIST_LEG_PARTIAL), "partial");
    ASSERT_TEXT(cambist_leg_state_name(0), "?");
    ASSERT_TEXT(cambist_leg_state_name(99), "?");
}

static void nothing_follows_while_a_question_is_under_way(void)
{
    struct cmb_legs legs = legs_that(FILLED, FILLED);
    legs.legs[1].is_answered = false; /* the stream was faster than the answer */
    ASSERT_NUMBER(cmb_legs_next(&legs), CMB_LEGS_WAIT);
}

static void the_difference_is_closed_once(void)
{
    struct cmb_legs legs = legs_that(FILLED, PARTIAL);
    struct cambist_decimal open = cmb_legs_open(&legs), expected = decimal("1.5");
    CU_ASSERT(cmb_decimal_compare(&open, &expected) == 0);
    legs.count = 3;
    legs.legs[2] = leg_that(NOTHING, CAMBIST_SIDE_SELL, "99");
    ASSERT_NUMBER(cmb_legs_next(&legs), CMB_LEGS_END); /* it is left open, and not tried again */
    CU_ASSERT(!cmb_legs_profit(&legs).is_set);
    legs.legs[2].filled = decimal("1.5");
    open = cmb_legs_open(&legs);
    CU_ASSERT(cmb_decimal_is_zero(&open));
    CU_ASSERT(cmb_legs_profit(&legs).is_set == 1);
}

static void trades_make_cost_and_fee(void)
{
    struct cambist_market market = { .base = "BTC", .quote = "USDT" };
    struct cmb_leg leg = leg_that(FILLED, CAMBIST_SIDE_BUY, "100");
    struct cambist_trade first = { .price = decimal("99"), .amount = decimal("1"),
                                   .fee_cost = decimal("0.5"), .fee_currency = "USDT" };
    struct cambist_trade second = { .price = decimal("98"), .amount = decimal("0.5"),
                                    .fee_cost = decimal("0.001"), .fee_currency = "BTC" };
    cmb_leg_add_trade(&leg, &first, &market);
    cmb_leg_add_trade(&leg, &second, &market);
    /* half of it was not told: at the limit of 100, with the rate of 0.001 */
    struct cambist_decimal cost = cmb_leg_cost(&leg), fee = cmb_leg_fee(&leg);
    struct cambist_decimal cost_should = decimal("198"), fee_should = decimal("0.648");
    CU_ASSERT(cmb_decimal_compare(&cost, &cost_should) == 0);
    CU_ASSERT(cmb_decimal_compare(&fee, &fee_should) == 0);
}

static void a_fee_in_another_currency_counts_by_the_rate(void)
{
    struct cambist_market market = { .base = "BTC", .quote = "USDT" };
    struct cmb_leg leg = leg_that(FILLED, CAMBIST_SIDE_BUY, "100");
    struct cambist_trade trade = { .price = decimal("100"), .amount = decimal("2"),
                                   .fee_cost = decimal("7"), .fee_currency = "BNB" };
    cmb_leg_add_trade(&leg, &trade, &market);
    struct cambist_decimal fee = cmb_leg_fee(&leg), should = decimal("0.2");
    CU_ASSERT(cmb_decimal_compare(&fee, &should) == 0);
}

static void profit_is_what_came_back(void)
{
    struct cmb_legs legs = legs_that(FILLED, FILLED);
    struct cambist_decimal profit = cmb_legs_profit(&legs), should = decimal("19.58");
    /* 220 - 200 - 0.22 - 0.2 */
    CU_ASSERT(cmb_decimal_compare(&profit, &should) == 0);
}

TEST_SUITE("arbitrage/legs",
           { "legs: every pair of endings leads to its step",
             every_pair_of_endings_leads_to_its_step },
           { "legs: a leg is called what it is", a_leg_is_called_what_it_is },
           { "legs: nothing follows while a question is under way",
             nothing_follows_while_a_question_is_under_way },
           { "legs: the difference is closed once", the_difference_is_closed_once },
           { "legs: trades make cost and fee", trades_make_cost_and_fee },
           { "legs: a fee in another currency counts by the rate",
             a_fee_in_another_currency_counts_by_the_rate },
           { "legs: profit is what came back", profit_is_what_came_back })
