/* Is what goes round one exchange told exactly, and is none missed? */
#include "crypto/random.h"
#include "support/arbitrage_books.h"

enum { SEEDS = 40, UPDATES = 300 };

static struct cambist_market market(const char *symbol, const char *base, const char *quote,
                                    const char *tick, const char *lot)
{
    return (struct cambist_market){ .symbol = symbol, .base = base, .quote = quote,
                                    .kind = CAMBIST_KIND_SPOT, .tick_size = decimal(tick),
                                    .lot_size = decimal(lot) };
}

enum { BTC_USDT, ETH_USDT, ETH_BTC };

static void open_circle(struct arbitrage_books *books, const char *fee)
{
    struct cmb_arbitrage_rules rules = { .is_triangular = true };
    arbitrage_books_open(books, &rules);
    arbitrage_books_add(books, "a", market("BTC/USDT", "BTC", "USDT", "0.01", "0.001"), fee);
    arbitrage_books_add(books, "a", market("ETH/USDT", "ETH", "USDT", "0.01", "0.01"), fee);
    arbitrage_books_add(books, "a", market("ETH/BTC", "ETH", "BTC", "0.00001", "0.01"), fee);
    arbitrage_books_begin(books);
}

static void goes_round_in_the_order_that_pays(void)
{
    struct arbitrage_books books;
    open_circle(&books, "0");
    SET_BOOK(&books, BTC_USDT, BIDS({ 999900, 5000 }), ASKS({ 1000000, 5000 }));
    SET_BOOK(&books, ETH_BTC, BIDS({ 4990, 10000 }), ASKS({ 5000, 10000 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 0);
    SET_BOOK(&books, ETH_USDT, BIDS({ 51000, 4000 }), ASKS({ 51100, 5000 }));
    /* USDT -> BTC at 10000, BTC -> ETH at 0.05, 40 ETH -> USDT at 510 */
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 1);
    ASSERT_NUMBER(books.last.leg_count, 3);
    ASSERT_TEXT(books.last.currency, "USDT");
    ASSERT_TEXT(books.last.legs[0].symbol, "BTC/USDT");
    ASSERT_TEXT(books.last.legs[1].symbol, "ETH/BTC");
    ASSERT_TEXT(books.last.legs[2].symbol, "ETH/USDT");
    ASSERT_NUMBER(books.last.legs[1].side, CAMBIST_SIDE_BUY);
    ASSERT_NUMBER(books.last.legs[2].side, CAMBIST_SIDE_SELL);
    ASSERT_DECIMAL(books.last.legs[0].amount, "2");
    ASSERT_DECIMAL(books.last.legs[1].amount, "40");
    ASSERT_DECIMAL(books.last.cost, "20000");
    ASSERT_DECIMAL(books.last.profit, "400");
    ASSERT_NUMBER(books.last.edge_ppm, 20000);
    arbitrage_books_close(&books);
}

static void goes_round_the_other_way(void)
{
    struct arbitrage_books books;
    open_circle(&books, "0");
    SET_BOOK(&books, BTC_USDT, BIDS({ 1000000, 5000 }), ASKS({ 1000100, 5000 }));
    SET_BOOK(&books, ETH_BTC, BIDS({ 5000, 1000 }), ASKS({ 5010, 10000 }));
    SET_BOOK(&books, ETH_USDT, BIDS({ 48000, 4000 }), ASKS({ 49000, 5000 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_APPEARED], 1);
    ASSERT_TEXT(books.last.legs[0].symbol, "ETH/USDT");
    ASSERT_TEXT(books.last.legs[2].symbol, "BTC/USDT");
    ASSERT_DECIMAL(books.last.cost, "4900");
    ASSERT_DECIMAL(books.last.profit, "100");
    SET_BOOK(&books, ETH_USDT, BIDS({ 48000, 4000 }), ASKS({ 50000, 5000 }));
    ASSERT_NUMBER(books.told[CAMBIST_ARBITRAGE_GONE], 1);
    arbitrage_books_close(&books);
}

static void takes_the_fee_of_each_leg_and_cuts_to_lots(void)
{
    struct arbitrage_books books;
    open_circle(&books, "0.001");
    SET_BOOK(&books, BTC_USDT, ASKS({ 1000000, 1000 }));
    SET_BOOK(&books, ETH_BTC, ASKS({ 5000, 10000 }));
    SET_BOOK(&books, ETH_USDT, BIDS({ 51000, 40000 }));
    /* 1 BTC less 0.001 buys 19.98 ETH; less 0.01998 that is 19.96 in lots; 19.96 * 510 * 0.999 */
    ASSERT_DECIMAL(books.last.legs[0].amount, "1");
    ASSERT_DECIMAL(books.last.legs[1].amount, "19.98");
    ASSERT_DECIMAL(books.last.legs[2].amount, "19.96");
    ASSERT_DECIMAL(books.last.profit, "169.4204");
    ASSERT_NUMBER(books.last.edge_ppm, 16942);
    arbitrage_books_close(&books);
}

static void goes_only_as_deep_as_it_pays(void)
{
    struct arbitrage_books books;
    open_circle(&books, "0");
    SET_BOOK(&books, BTC_USDT, ASKS({ 1000000, 1000 }, { 1010000, 1000 }, { 1030000, 9000 }));
    SET_BOOK(&books, ETH_BTC, ASKS({ 5000, 100000 }));
    SET_BOOK(&books, ETH_USDT, BIDS({ 51000, 400000 }));
    ASSERT_DECIMAL(books.last.legs[0].amount, "2");
    ASSERT_DECIMAL(books.last.legs[0].price, "10100");
    ASSERT_DECIMAL(books.last.profit, "300");
    arbitrage_books_close(&books);
}

static void begins_with_no_more_than_there_is(void)
{
    struct arbitrage_books books;
    open_circle(&books, "0");
    arbitrage_books_balance(&books, 0, "USDT", "5005");
    SET_BOOK(&books, BTC_USDT, ASKS({ 1000000, 1000 }));
    SET_BOOK(&books, ETH_BTC, ASKS({ 5000, 100000 }));
    SET_BOOK(&books, ETH_USDT, BIDS({ 51000, 400000 }));
    ASSERT_DECIMAL(books.last.legs[0].amount, "0.5");
    arbitrage_books_close(&books);
}

static int64_t pick(struct cmb_random *chance, int64_t below)
{
    return (int64_t)(cmb_random_number(chance) % (uint64_t)below);
}

static void a_market_that_closes_no_circle_is_on_no_route(void)
{
    struct arbitrage_books books;
    struct cmb_arbitrage_rules rules = { .is_triangular = true };
    struct cambist_arbitrage_counts counts = { 0 };
    arbitrage_books_open(&books, &rules);
    arbitrage_books_add(&books, "a", market("BTC/USDT", "BTC", "USDT", "0.01", "0.001"), "0");
    arbitrage_books_add(&books, "a", market("ETH/USDT", "ETH", "USDT", "0.01", "0.01"), "0");
    arbitrage_books_add(&books, "a", market("ETH/BTC", "ETH", "BTC", "0.00001", "0.01"), "0");
    arbitrage_books_add(&books, "a", market("SOL/EUR", "SOL", "EUR", "0.01", "0.01"), "0");
    arbitrage_books_add(&books, "b", market("ETH/BTC", "ETH", "BTC", "0.00001", "0.01"), "0");
    arbitrage_books_begin(&books);
    cmb_arbitrage_tell_counts(books.arbitrage, &counts);
    ASSERT_NUMBER(counts.routes, 2 + 2); /* both ways round, both ways between a and b */
    for (uint32_t place = 0; place < 5; place++)
        CU_ASSERT(cmb_arbitrage_is_on_route(books.arbitrage, place) == (place != 3));
    arbitrage_books_close(&books);
}

/* ---- none is missed ---- */

/* The best of each market, in the units of its tick: what one unit of the beginning comes back as,
 * both ways, with fees of 0.001 taken off; exact in 128 bits. */
static bool pays(const int64_t *bids, const int64_t *asks, bool is_first_way)
{
    __extension__ typedef __int128 wide;
    wide kept = (wide)999 * 999 * 999, all = (wide)1000 * 1000 * 1000;
    if (is_first_way) /* buy BTC, buy ETH with it, sell ETH: prices in 0.01, 0.00001, 0.01 */
        return (wide)bids[ETH_USDT] * 100000 * kept > (wide)asks[BTC_USDT] * asks[ETH_BTC] * all;
    return (wide)bids[BTC_USDT] * bids[ETH_BTC] * kept > (wide)asks[ETH_USDT] * 100000 * all;
}

static void none_that_the_best_prices_show_is_missed(void)
{
    struct cmb_random chance;
    uint32_t paid = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct arbitrage_books books;
        int64_t bids[3], asks[3];
        cmb_random_init_seeded(&chance, seed);
        open_circle(&books, "0.001");
        for (int update = 0; update < UPDATES; update++) {
            static const int64_t middles[] = { 1000000, 50000, 5000 };
            uint32_t i = update < 3 ? (uint32_t)update : (uint32_t)pick(&chance, 3);
            int64_t middle = middles[i] + middles[i] * pick(&chance, 9) / 1000;
            bids[i] = middle - 1 - pick(&chance, 3);
            asks[i] = middle + 1;
            SET_BOOK(&books, i, BIDS({ bids[i], 1000000 }), ASKS({ asks[i], 1000000 }));
            if (update < 2)
                continue;
            uint32_t standing = books.told[CAMBIST_ARBITRAGE_APPEARED] -
                                books.told[CAMBIST_ARBITRAGE_GONE];
            uint32_t right = (uint32_t)pays(bids, asks, true) + (uint32_t)pays(bids, asks, false);
            ASSERT_NUMBER(standing, right);
            paid += right;
        }
        arbitrage_books_close(&books);
    }
    CU_ASSERT(paid > 500);
}

/* ---- what is told can be had ---- */

enum { LEVELS = 4 };

/* The books as they were set, one side after the other. */
static struct cmb_scaled_level shown[3][2][LEVELS];

static void set_random(struct arbitrage_books *books, struct cmb_random *chance, uint32_t i)
{
    static const int64_t middles[] = { 1000000, 50000, 5000 };
    int64_t middle = middles[i] + middles[i] * pick(chance, 13) / 1000;
    int64_t bid = middle, ask = middle;
    for (int k = 0; k < LEVELS; k++) {
        bid -= 1 + pick(chance, 20);
        ask += 1 + pick(chance, 20);
        shown[i][0][k] = (struct cmb_scaled_level){ bid, 1 + pick(chance, 9000) };
        shown[i][1][k] = (struct cmb_scaled_level){ ask, 1 + pick(chance, 9000) };
    }
    SET_BOOK(books, i, .bids = shown[i][0], .bid_count = LEVELS, .asks = shown[i][1],
             .ask_count = LEVELS);
}

static struct cambist_decimal of_scaled(int64_t value, unsigned scale)
{
    struct cambist_decimal decimal_of = { 0 };
    cmb_decimal_of_scaled(value, scale, &decimal_of);
    return decimal_of;
}

/* What an amount costs in a book, level by level, down to a limit; false: it is not there. */
static bool cost_of(uint32_t market, bool is_buy, const struct cambist_decimal *amount,
                    const struct cambist_decimal *limit, struct cambist_decimal *ret)
{
    static const unsigned price_scales[] = { 2, 2, 5 }, amount_scales[] = { 3, 2, 2 };
    struct cambist_decimal left = *amount, piece, cost, price, zero = decimal("0");
    *ret = zero;
    for (int k = 0; k < LEVELS && cmb_decimal_compare(&left, &zero) > 0; k++) {
        const struct cmb_scaled_level *level = &shown[market][is_buy][k];
        price = of_scaled(level->price, price_scales[market]);
        piece = of_scaled(level->amount, amount_scales[market]);
        int beyond = cmb_decimal_compare(&price, limit);
        if (is_buy ? beyond > 0 : beyond < 0)
            return false;
        if (cmb_decimal_compare(&piece, &left) > 0)
            piece = left;
        cmb_decimal_multiply(&price, &piece, &cost);
        cmb_decimal_add(ret, &cost, ret);
        cmb_decimal_subtract(&left, &piece, &left);
    }
    return cmb_decimal_is_zero(&left);
}

static uint32_t market_of(const char *symbol)
{
    return strcmp(symbol, "BTC/USDT") == 0 ? BTC_USDT : strcmp(symbol, "ETH/USDT") == 0 ? ETH_USDT
                                                                                        : ETH_BTC;
}

/* Goes round with the amounts that were told: each leg must have what the one before it brought, and
 * at the end there must be what was told to come back. */
static void check_round(const struct cambist_opportunity *told)
{
    const struct cambist_decimal kept = decimal("0.999");
    struct cambist_decimal have = { 0 }, profit;
    for (uint32_t i = 0; i < told->leg_count; i++) {
        const struct cambist_arbitrage_leg *leg = &told->legs[i];
        bool is_buy = leg->side == CAMBIST_SIDE_BUY;
        struct cambist_decimal cost;
        CU_ASSERT_FATAL(cost_of(market_of(leg->symbol), is_buy, &leg->amount, &leg->price, &cost));
        const struct cambist_decimal *needs = is_buy ? &cost : &leg->amount;
        int is_more = cmb_decimal_compare(needs, i ? &have : &told->cost);
        CU_ASSERT(i ? is_more <= 0 : is_more == 0);
        cmb_decimal_multiply(is_buy ? &leg->amount : &cost, &kept, &have);
    }
    cmb_decimal_subtract(&have, &told->cost, &profit);
    CU_ASSERT(cmb_decimal_compare(&profit, &told->profit) == 0);
    CU_ASSERT(!cmb_decimal_is_negative(&profit) && told->edge_ppm >= 0);
}

static void what_is_told_can_be_had(void)
{
    struct cmb_random chance;
    uint32_t checked = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct arbitrage_books books;
        cmb_random_init_seeded(&chance, seed);
        open_circle(&books, "0.001");
        for (uint32_t update = 0; update < UPDATES; update++) {
            books.told[CAMBIST_ARBITRAGE_APPEARED] = books.told[CAMBIST_ARBITRAGE_CHANGED] = 0;
            set_random(&books, &chance, update < 3 ? update : (uint32_t)pick(&chance, 3));
            if (books.told[CAMBIST_ARBITRAGE_APPEARED] || books.told[CAMBIST_ARBITRAGE_CHANGED]) {
                check_round(&books.last);
                checked++;
            }
        }
        arbitrage_books_close(&books);
    }
    CU_ASSERT(checked > 1000);
}

TEST_SUITE("arbitrage/round",
           { "round: goes round in the order that pays", goes_round_in_the_order_that_pays },
           { "round: goes round the other way", goes_round_the_other_way },
           { "round: takes the fee of each leg and cuts to lots",
             takes_the_fee_of_each_leg_and_cuts_to_lots },
           { "round: goes only as deep as it pays", goes_only_as_deep_as_it_pays },
           { "round: begins with no more than there is", begins_with_no_more_than_there_is },
           { "round: a market that closes no circle is on no route",
             a_market_that_closes_no_circle_is_on_no_route },
           { "round: none that the best prices show is missed",
             none_that_the_best_prices_show_is_missed },
           { "round: what is told can be had", what_is_told_can_be_had })
