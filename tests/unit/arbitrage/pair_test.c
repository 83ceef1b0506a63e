/* Is what two legs would earn told exactly, and nothing that could not be had? */
#include "support/arbitrage_books.h"

static const struct cmb_arbitrage_rules anything = { .edge_least_ppm = 0 };

/* Two exchanges with one market of tick 0.01 and lot 0.001 each. */
static void open_two(struct arbitrage_books *books, const struct cmb_arbitrage_rules *rules,
                     const char *fee_a, const char *fee_b)
{
    arbitrage_books_open(books, rules);
    arbitrage_books_add(books, "a", MARKET("0.01", "0.001"), fee_a);
    arbitrage_books_add(books, "b", MARKET("0.01", "0.001"), fee_b);
    arbitrage_books_begin(books);
}

static void names_both_legs(void)
{
    struct arbitrage_books books;
    open_two(&books, &anything, "0", "0");
    SET_BOOK(&books, 0, BIDS({ 9900, 1000 }), ASKS({ 10000, 2000 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 0);
    SET_BOOK(&books, 1, BIDS({ 10100, 1500 }), ASKS({ 10200, 1000 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 1);
    ASSERT_TEXT(books.last.legs[0].exchange, "a");
    ASSERT_NUMBER(books.last.legs[0].side, CAMBIST_SIDE_BUY);
    ASSERT_DECIMAL(books.last.legs[0].price, "100");
    ASSERT_TEXT(books.last.legs[1].exchange, "b");
    ASSERT_NUMBER(books.last.legs[1].side, CAMBIST_SIDE_SELL);
    ASSERT_DECIMAL(books.last.legs[1].price, "101");
    ASSERT_DECIMAL(books.last.legs[0].amount, "1.5");
    ASSERT_DECIMAL(books.last.cost, "150");
    ASSERT_DECIMAL(books.last.profit, "1.5");
    ASSERT_NUMBER(books.last.edge_ppm, 10000);
    ASSERT_TEXT(books.last.currency, "USDT");
    arbitrage_books_close(&books);
}

static void takes_both_fees_off(void)
{
    struct arbitrage_books books;
    open_two(&books, &anything, "0.001", "0.0025");
    SET_BOOK(&books, 0, ASKS({ 10000, 2000 }));
    SET_BOOK(&books, 1, BIDS({ 10100, 2000 }));
    /* paid 2 * 100 * 1.001, got 2 * 101 * 0.9975 */
    ASSERT_DECIMAL(books.last.cost, "200.2");
    ASSERT_DECIMAL(books.last.profit, "1.295");
    ASSERT_NUMBER(books.last.edge_ppm, 6468); /* 6468.53... */
    arbitrage_books_close(&books);
}

static void tells_nothing_that_only_breaks_even(void)
{
    struct arbitrage_books books;
    open_two(&books, &anything, "0", "0.01");
    SET_BOOK(&books, 0, ASKS({ 9900, 1000 }));
    SET_BOOK(&books, 1, BIDS({ 10000, 1000 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 0);
    SET_BOOK(&books, 1, BIDS({ 10001, 1000 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 1);
    ASSERT_DECIMAL(books.last.profit, "0.0099");
    arbitrage_books_close(&books);
}

static void goes_only_as_deep_as_each_level_pays(void)
{
    struct arbitrage_books books;
    open_two(&books, &anything, "0", "0");
    SET_BOOK(&books, 0, ASKS({ 10000, 1000 }, { 10050, 1000 }, { 10150, 5000 }));
    SET_BOOK(&books, 1, BIDS({ 10200, 500 }, { 10100, 1000 }, { 10000, 9000 }));
    ASSERT_DECIMAL(books.last.legs[0].amount, "1.5");
    ASSERT_DECIMAL(books.last.legs[0].price, "100.5");
    ASSERT_DECIMAL(books.last.legs[1].price, "101");
    ASSERT_DECIMAL(books.last.legs[0].average, "100.16666666");
    ASSERT_DECIMAL(books.last.profit, "1.75"); /* 0.5 * 2 + 0.5 * 1 + 0.5 * 0.5 */
    arbitrage_books_close(&books);
}

static void asks_each_level_for_the_least_edge(void)
{
    struct arbitrage_books books;
    struct cmb_arbitrage_rules rules = { .edge_least_ppm = 10000 };
    open_two(&books, &rules, "0", "0");
    SET_BOOK(&books, 0, ASKS({ 10000, 1000 }));
    SET_BOOK(&books, 1, BIDS({ 10100, 400 }, { 10099, 9000 }));
    ASSERT_DECIMAL(books.last.legs[0].amount, "0.4");
    ASSERT_NUMBER(books.last.edge_ppm, 10000);
    SET_BOOK(&books, 1, BIDS({ 10099, 9000 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_GONE], 1);
    arbitrage_books_close(&books);
}

static void looks_deeper_when_the_first_levels_all_pay(void)
{
    struct arbitrage_books books;
    struct cmb_scaled_level asks[40], bids[40];
    open_two(&books, &anything, "0", "0");
    for (int i = 0; i < 40; i++) {
        asks[i] = (struct cmb_scaled_level){ 10000 + i, 10 };
        bids[i] = (struct cmb_scaled_level){ 20000 - i, 10 };
    }
    SET_BOOK(&books, 0, .asks = asks, .ask_count = 40);
    SET_BOOK(&books, 1, .bids = bids, .bid_count = 40);
    ASSERT_DECIMAL(books.last.legs[0].amount, "0.4");
    ASSERT_DECIMAL(books.last.legs[0].price, "100.39");
    ASSERT_DECIMAL(books.last.legs[1].price, "199.61");
    arbitrage_books_close(&books);
}

static void counts_in_multiples_of_both_lots(void)
{
    struct arbitrage_books books;
    arbitrage_books_open(&books, &anything);
    arbitrage_books_add(&books, "a", MARKET("0.01", "0.004"), "0");
    arbitrage_books_add(&books, "b", MARKET("0.1", "0.06"), "0");
    arbitrage_books_begin(&books);
    SET_BOOK(&books, 0, ASKS({ 10000, 1000 }));
    SET_BOOK(&books, 1, BIDS({ 1010, 43 }));
    /* 0.43 at most; both lots divide 0.06, 0.12 ... of which 0.12, 0.24, 0.36 by 0.004 */
    ASSERT_DECIMAL(books.last.legs[0].amount, "0.42");
    ASSERT_DECIMAL(books.last.profit, "0.42");
    arbitrage_books_close(&books);
}

static void understands_books_of_other_scales(void)
{
    struct arbitrage_books books;
    arbitrage_books_open(&books, &anything);
    arbitrage_books_add(&books, "a", MARKET("0.00000001", "1"), "0.001");
    arbitrage_books_add(&books, "b", MARKET("0.0001", "0.01"), "0.001");
    arbitrage_books_begin(&books);
    SET_BOOK(&books, 0, ASKS({ 10000000, 7 }));
    SET_BOOK(&books, 1, BIDS({ 1010, 350 }));
    ASSERT_DECIMAL(books.last.legs[0].amount, "3");
    ASSERT_DECIMAL(books.last.legs[0].price, "0.1");
    ASSERT_DECIMAL(books.last.profit, "0.002397"); /* 3 * (0.101 * 0.999 - 0.1 * 1.001) */
    arbitrage_books_close(&books);
}

static void goes_on_when_a_book_changes_its_scale(void)
{
    struct arbitrage_books books;
    open_two(&books, &anything, "0", "0");
    SET_BOOK(&books, 0, ASKS({ 10000, 2000 }));
    SET_BOOK(&books, 1, BIDS({ 10100, 2000 }));
    ASSERT_NUMBER(cmb_book_rescale(books.books[1], 5, 8), CMB_NUMBER_FINE);
    SET_BOOK(&books, 1, BIDS({ 10100001, 150000001 }));
    ASSERT_DECIMAL(books.last.legs[1].price, "101.01"); /* on its tick: never below what was seen */
    ASSERT_DECIMAL(books.last.legs[0].amount, "1.5");
    arbitrage_books_close(&books);
}

static void keeps_the_minimums_of_both(void)
{
    struct arbitrage_books books;
    struct cambist_market a = MARKET("0.01", "0.001"), b = MARKET("0.01", "0.001");
    a.min_amount = decimal("0.5");
    b.min_cost = decimal("100");
    arbitrage_books_open(&books, &anything);
    arbitrage_books_add(&books, "a", a, "0");
    arbitrage_books_add(&books, "b", b, "0");
    arbitrage_books_begin(&books);
    SET_BOOK(&books, 0, ASKS({ 10000, 5000 }));
    SET_BOOK(&books, 1, BIDS({ 20100, 499 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 0); /* 0.499 is less than 0.5 */
    SET_BOOK(&books, 1, BIDS({ 19999, 500 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 0); /* 99.995 is less than 100 */
    SET_BOOK(&books, 1, BIDS({ 20000, 500 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 1);
    arbitrage_books_close(&books);
}

static void keeps_the_largest_orders_of_both(void)
{
    struct arbitrage_books books;
    struct cambist_market a = MARKET("0.01", "0.001"), b = MARKET("0.01", "0.001");
    a.max_cost = decimal("150");
    b.max_amount = decimal("2");
    arbitrage_books_open(&books, &anything);
    arbitrage_books_add(&books, "a", a, "0");
    arbitrage_books_add(&books, "b", b, "0");
    arbitrage_books_begin(&books);
    SET_BOOK(&books, 0, ASKS({ 10000, 5000 }));
    SET_BOOK(&books, 1, BIDS({ 10100, 5000 }));
    ASSERT_DECIMAL(books.last.legs[0].amount, "1.5");
    SET_BOOK(&books, 0, ASKS({ 5000, 5000 }));
    ASSERT_DECIMAL(books.last.legs[0].amount, "2");
    arbitrage_books_close(&books);
}

static void spends_no_more_than_there_is(void)
{
    struct arbitrage_books books;
    open_two(&books, &anything, "0.01", "0");
    arbitrage_books_balance(&books, 0, "USDT", "101");
    arbitrage_books_balance(&books, 1, "BTC", "0.8");
    SET_BOOK(&books, 0, ASKS({ 10000, 5000 }, { 10100, 5000 }));
    SET_BOOK(&books, 1, BIDS({ 10500, 5000 }));
    ASSERT_DECIMAL(books.last.legs[0].amount, "0.8");
    arbitrage_books_balance(&books, 1, "BTC", "20");
    SET_BOOK(&books, 1, BIDS({ 10500, 5001 }));
    ASSERT_DECIMAL(books.last.legs[0].amount, "1"); /* 1 * 100 * 1.01 */
    ASSERT_DECIMAL(books.last.legs[0].price, "100");
    arbitrage_books_close(&books);
}

static void holds_back_the_money_at_the_limit(void)
{
    struct arbitrage_books books;
    open_two(&books, &anything, "0", "0");
    arbitrage_books_balance(&books, 0, "USDT", "300");
    arbitrage_books_balance(&books, 1, "BTC", "20");
    SET_BOOK(&books, 0, ASKS({ 10000, 1000 }, { 20000, 5000 }));
    SET_BOOK(&books, 1, BIDS({ 30000, 5000 }));
    /* 1 at 100 leaves 200, but a limit order at 200 holds back 200 for each: 1.5 in all */
    ASSERT_DECIMAL(books.last.legs[0].amount, "1.5");
    arbitrage_books_close(&books);
}

static void leaves_alone_what_is_in_flight(void)
{
    struct arbitrage_books books;
    struct cambist_decimal held = decimal("0.3"), back = decimal("-0.3");
    open_two(&books, &anything, "0", "0");
    arbitrage_books_balance(&books, 0, "USDT", "1000");
    arbitrage_books_balance(&books, 1, "BTC", "1");
    cmb_arbitrage_hold(books.arbitrage, books.venues[1], "BTC", &held);
    SET_BOOK(&books, 0, ASKS({ 10000, 5000 }));
    SET_BOOK(&books, 1, BIDS({ 10500, 5000 }));
    ASSERT_DECIMAL(books.last.legs[0].amount, "0.7");
    cmb_arbitrage_hold(books.arbitrage, books.venues[1], "BTC", &back);
    SET_BOOK(&books, 1, BIDS({ 10500, 5001 }));
    ASSERT_DECIMAL(books.last.legs[0].amount, "1");
    arbitrage_books_close(&books);
}

static void finds_nothing_where_a_currency_is_not_there(void)
{
    struct arbitrage_books books;
    open_two(&books, &anything, "0", "0");
    arbitrage_books_balance(&books, 0, "EUR", "1000");
    SET_BOOK(&books, 0, ASKS({ 10000, 5000 }));
    SET_BOOK(&books, 1, BIDS({ 10500, 5000 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 0);
    arbitrage_books_close(&books);
}

/* Exchanges leave out what is empty: an answer that does not name a currency has none of it. */
static void forgets_what_is_not_told_any_more(void)
{
    struct arbitrage_books books;
    open_two(&books, &anything, "0", "0");
    cmb_arbitrage_clear_balances(books.arbitrage, books.venues[0]);
    arbitrage_books_balance(&books, 0, "USDT", "1000");
    SET_BOOK(&books, 0, ASKS({ 10000, 5000 }));
    SET_BOOK(&books, 1, BIDS({ 10500, 50000 }));
    ASSERT_DECIMAL(books.last.legs[0].amount, "5");
    cmb_arbitrage_clear_balances(books.arbitrage, books.venues[0]);
    arbitrage_books_balance(&books, 0, "BTC", "5");
    SET_BOOK(&books, 1, BIDS({ 10500, 50001 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_GONE], 1);
    arbitrage_books_close(&books);
}

static void spends_no_more_than_it_may(void)
{
    struct arbitrage_books books;
    struct cmb_arbitrage_rules rules = { .cost_most = decimal("250") };
    open_two(&books, &rules, "0", "0");
    SET_BOOK(&books, 0, ASKS({ 10000, 5000 }));
    SET_BOOK(&books, 1, BIDS({ 10500, 5000 }));
    ASSERT_DECIMAL(books.last.legs[0].amount, "2.5");
    arbitrage_books_close(&books);
}

static void uses_no_book_that_is_old_or_not_live(void)
{
    struct arbitrage_books books;
    open_two(&books, &anything, "0", "0");
    SET_BOOK(&books, 0, ASKS({ 10000, 5000 }));
    books.now_ns = 1000000001;
    SET_BOOK(&books, 1, BIDS({ 10500, 5000 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 0);
    SET_BOOK(&books, 0, ASKS({ 10000, 5000 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 1);
    cmb_book_break(books.books[0], CMB_BOOK_GAP);
    cmb_arbitrage_update(books.arbitrage, 0, books.now_ns);
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_GONE], 1);
    arbitrage_books_close(&books);
}

static void goes_when_time_passes(void)
{
    struct arbitrage_books books;
    open_two(&books, &anything, "0", "0");
    SET_BOOK(&books, 0, ASKS({ 10000, 5000 }));
    SET_BOOK(&books, 1, BIDS({ 10500, 5000 }));
    cmb_arbitrage_pass_time(books.arbitrage, 1000000000);
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_GONE], 0);
    cmb_arbitrage_pass_time(books.arbitrage, 1000000001);
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_GONE], 1);
    arbitrage_books_close(&books);
}

static void tells_the_same_only_once(void)
{
    struct arbitrage_books books;
    open_two(&books, &anything, "0", "0");
    SET_BOOK(&books, 0, ASKS({ 10000, 5000 }, { 20000, 1 }));
    SET_BOOK(&books, 1, BIDS({ 10500, 5000 }));
    SET_BOOK(&books, 0, ASKS({ 10000, 5000 }, { 20000, 2 }));
    SET_BOOK(&books, 1, BIDS({ 10500, 5000 }, { 5, 5 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 1);
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_CHANGED], 0);
    SET_BOOK(&books, 1, BIDS({ 10501, 5000 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_CHANGED], 1);
    SET_BOOK(&books, 1, BIDS({ 9501, 5000 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_GONE], 1);
    SET_BOOK(&books, 1, BIDS({ 9501, 5000 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_GONE], 1);
    arbitrage_books_close(&books);
}

static void gives_up_what_no_number_holds(void)
{
    struct arbitrage_books books;
    struct cambist_arbitrage_counts counts = { 0 };
    open_two(&books, &anything, "0.000000001", "0.000000001");
    SET_BOOK(&books, 0, ASKS({ INT64_MAX / 2, INT64_MAX / 2 }));
    SET_BOOK(&books, 1, BIDS({ INT64_MAX - 1, INT64_MAX - 1 }));
    cmb_arbitrage_tell_counts(books.arbitrage, &counts);
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 0);
    ASSERT_NUMBER(counts.too_large, 1);
    arbitrage_books_close(&books);
}

TEST_SUITE("arbitrage/pair", { "pair: names both legs, amount and profit", names_both_legs },
           { "pair: takes both fees off", takes_both_fees_off },
           { "pair: tells nothing that only breaks even", tells_nothing_that_only_breaks_even },
           { "pair: goes only as deep as each level pays", goes_only_as_deep_as_each_level_pays },
           { "pair: asks each level for the least edge", asks_each_level_for_the_least_edge },
           { "pair: looks deeper when the first levels all pay",
             looks_deeper_when_the_first_levels_all_pay },
           { "pair: counts in multiples of both lots", counts_in_multiples_of_both_lots },
           { "pair: understands books of other scales", understands_books_of_other_scales },
           { "pair: goes on when a book changes its scale", goes_on_when_a_book_changes_its_scale },
           { "pair: keeps the minimums of both", keeps_the_minimums_of_both },
           { "pair: keeps the largest orders of both", keeps_the_largest_orders_of_both },
           { "pair: spends no more than there is", spends_no_more_than_there_is },
           { "pair: holds back the money at the limit", holds_back_the_money_at_the_limit },
           { "pair: leaves alone what is in flight", leaves_alone_what_is_in_flight },
           { "pair: finds nothing where a currency is not there",
             finds_nothing_where_a_currency_is_not_there },
           { "pair: forgets what is not told any more", forgets_what_is_not_told_any_more },
           { "pair: spends no more than it may", spends_no_more_than_it_may },
           { "pair: uses no book that is old or not live", uses_no_book_that_is_old_or_not_live },
           { "pair: goes when time passes", goes_when_time_passes },
           { "pair: tells the same only once", tells_the_same_only_once },
           { "pair: gives up what no number holds", gives_up_what_no_number_holds })
