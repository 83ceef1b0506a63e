/* Does the engine find what a slow model finds, in every state of random books, and nothing else?
 *
 * The model knows no screen, no index and no levels: after each update it goes through all pairs of
 * exchanges and takes unit after unit, the cheapest against the dearest. */
#include "base/memory.h"
#include "crypto/random.h"
#include "support/arbitrage_books.h"

enum { VENUES_MOST = 6, LEVELS = 4, UPDATES = 400, SEEDS = 60, UNITS_MOST = 64 };

struct side {
    int64_t prices[LEVELS], amounts[LEVELS]; /* amounts in units of 0.1 */
    int count;
};

struct model {
    struct side bids[VENUES_MOST], asks[VENUES_MOST];
    int64_t fees[VENUES_MOST]; /* in 0.0001 */
    int64_t lots[VENUES_MOST], least[VENUES_MOST]; /* in units */
    int64_t quotes[VENUES_MOST], bases[VENUES_MOST]; /* balances; -1: not known */
    int venues;
    int64_t edge_ppm;
};

struct seen {
    bool stands[VENUES_MOST][VENUES_MOST];
    struct cambist_opportunity last[VENUES_MOST][VENUES_MOST];
};

static struct cmb_random chance;

static int64_t pick(int64_t from, int64_t to)
{
    return from + (int64_t)(cmb_random_number(&chance) % (uint64_t)(to - from + 1));
}

/* ---- the model ---- */

static int spread(const struct side *side, int64_t *units)
{
    int count = 0;
    for (int i = 0; i < side->count; i++)
        for (int64_t k = 0; k < side->amounts[i] && count < UNITS_MOST; k++)
            units[count++] = side->prices[i];
    return count;
}

static bool unit_pays(const struct model *model, int buyer, int seller, int64_t ask, int64_t bid)
{
    int64_t paid = ask * (10000 + model->fees[buyer]), got = bid * (10000 - model->fees[seller]);
    return got > paid && got * 1000000 >= paid * (1000000 + model->edge_ppm);
}

/* Whether that many units may be ordered at this limit with the buyer's money: prices are in 0.01,
 * units 0.1, money in 1. */
static bool has_money(const struct model *model, int buyer, int64_t units, int64_t limit)
{
    if (model->quotes[buyer] < 0)
        return true;
    return units * limit * (10000 + model->fees[buyer]) <= model->quotes[buyer] * 1000 * 10000;
}

/* How many units the two exchanges give. */
static int64_t model_units(const struct model *model, int buyer, int seller)
{
    int64_t asks[UNITS_MOST], bids[UNITS_MOST], count = 0;
    int64_t most = spread(&model->asks[buyer], asks), others = spread(&model->bids[seller], bids);
    most = others < most ? others : most;
    if (model->bases[seller] >= 0 && model->bases[seller] * 10 < most)
        most = model->bases[seller] * 10;
    while (count < most && unit_pays(model, buyer, seller, asks[count], bids[count]) &&
           has_money(model, buyer, count + 1, asks[count]))
        count++;
    while (count % model->lots[buyer] || count % model->lots[seller])
        count--;
    return count < model->least[buyer] || count < model->least[seller] ? 0 : count;
}

/* Profit in 10^-7: price in 0.01, units of 0.1, fees in 0.0001. */
static int64_t model_profit(const struct model *model, int buyer, int seller, int64_t units)
{
    int64_t asks[UNITS_MOST], bids[UNITS_MOST], paid = 0, got = 0;
    spread(&model->asks[buyer], asks);
    spread(&model->bids[seller], bids);
    for (int64_t i = 0; i < units; i++) {
        paid += asks[i];
        got += bids[i];
    }
    return got * (10000 - model->fees[seller]) - paid * (10000 + model->fees[buyer]);
}

/* ---- the engine beside it ---- */

static void on_opportunity(uint32_t tiding, const struct cambist_opportunity *opportunity,
                           void *user)
{
    struct seen *seen = user;
    int buyer = opportunity->legs[0].exchange[0] - 'a';
    int seller = opportunity->legs[1].exchange[0] - 'a';
    bool stands = seen->stands[buyer][seller];
    CU_ASSERT(stands == (tiding != CAMBIST_ARBITRAGE_APPEARED)); /* appeared, changed, gone */
    seen->stands[buyer][seller] = tiding != CAMBIST_ARBITRAGE_GONE;
    if (tiding != CAMBIST_ARBITRAGE_GONE)
        seen->last[buyer][seller] = *opportunity;
}

static uint32_t compare(const struct model *model, const struct seen *seen)
{
    uint32_t standing = 0, wrong = 0;
    for (int buyer = 0; buyer < model->venues; buyer++)
        for (int seller = 0; seller < model->venues; seller++) {
            int64_t units = buyer == seller ? 0 : model_units(model, buyer, seller);
            bool stands = seen->stands[buyer][seller];
            wrong += stands != (units > 0);
            standing += stands;
            if (!stands || !units)
                continue;
            struct cambist_decimal amount, profit;
            cmb_decimal_of_scaled(units, 1, &amount);
            cmb_decimal_of_scaled(model_profit(model, buyer, seller, units), 7, &profit);
            const struct cambist_opportunity *last = &seen->last[buyer][seller];
            wrong += cmb_decimal_compare(&amount, &last->legs[0].amount) != 0;
            wrong += cmb_decimal_compare(&profit, &last->profit) != 0;
        }
    CU_ASSERT(wrong == 0);
    return standing;
}

static void begin(struct model *model, struct arbitrage_books *books, struct seen *seen)
{
    static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
    struct cmb_arbitrage_rules rules = { .age_most_ns = 1000000000 };
    memset(model, 0, sizeof *model);
    memset(seen, 0, sizeof *seen);
    model->venues = (int)pick(2, VENUES_MOST);
    model->edge_ppm = rules.edge_least_ppm = pick(0, 1) * pick(1, 9000);
    arbitrage_books_open(books, &rules);
    cmb_arbitrage_free(books->arbitrage);
    rules.on_opportunity = on_opportunity;
    rules.user = seen;
    books->arbitrage = cmb_arbitrage_new(&rules);
    for (int i = 0; i < model->venues; i++) {
        char fee[16], lot[16];
        struct cambist_market market = MARKET("0.01", "0.1");
        model->fees[i] = pick(-5, 60);
        model->lots[i] = pick(1, 3);
        model->least[i] = pick(0, 4);
        model->quotes[i] = pick(0, 1) ? -1 : pick(50, 400);
        model->bases[i] = model->quotes[i] < 0 ? -1 : pick(0, 3);
        snprintf(fee, sizeof fee, "%s0.%04d", model->fees[i] < 0 ? "-" : "",
                 (int)(model->fees[i] < 0 ? -model->fees[i] : model->fees[i]));
        snprintf(lot, sizeof lot, "0.%d", (int)model->lots[i]);
        market.lot_size = decimal(lot);
        cmb_decimal_of_scaled(model->least[i], 1, &market.min_amount);
        arbitrage_books_add(books, names[i], market, fee);
    }
    arbitrage_books_begin(books);
    for (uint32_t i = 0; i < (uint32_t)model->venues; i++) {
        char amount[16];
        if (model->quotes[i] < 0)
            continue;
        snprintf(amount, sizeof amount, "%d", (int)model->quotes[i]);
        arbitrage_books_balance(books, i, "USDT", amount);
        snprintf(amount, sizeof amount, "%d", (int)model->bases[i]);
        arbitrage_books_balance(books, i, "BTC", amount);
    }
}

static void change(struct model *model, struct arbitrage_books *books)
{
    int venue = (int)pick(0, model->venues - 1);
    int64_t middle = pick(9900, 10100);
    struct cmb_scaled_level bids[LEVELS], asks[LEVELS];
    struct side *to_bids = &model->bids[venue], *to_asks = &model->asks[venue];
    to_bids->count = (int)pick(0, LEVELS);
    to_asks->count = (int)pick(0, LEVELS);
    for (int i = 0; i < LEVELS; i++) {
        to_bids->prices[i] = middle - 1 - i * pick(1, 9);
        to_asks->prices[i] = middle + 1 + i * pick(1, 9);
        if (i && to_bids->prices[i] >= to_bids->prices[i - 1])
            to_bids->prices[i] = to_bids->prices[i - 1] - 1;
        if (i && to_asks->prices[i] <= to_asks->prices[i - 1])
            to_asks->prices[i] = to_asks->prices[i - 1] + 1;
        to_bids->amounts[i] = pick(1, 9);
        to_asks->amounts[i] = pick(1, 9);
        bids[i] = (struct cmb_scaled_level){ to_bids->prices[i], to_bids->amounts[i] };
        asks[i] = (struct cmb_scaled_level){ to_asks->prices[i], to_asks->amounts[i] };
    }
    SET_BOOK(books, (uint32_t)venue, .bids = bids, .bid_count = (size_t)to_bids->count,
             .asks = asks, .ask_count = (size_t)to_asks->count);
}

static void finds_what_the_model_finds(void)
{
    uint64_t standing = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct arbitrage_books books;
        struct model model;
        struct seen seen;
        unsigned failed = CU_get_number_of_failures();
        cmb_random_init_seeded(&chance, seed);
        begin(&model, &books, &seen);
        for (int i = 0; i < UPDATES; i++) {
            change(&model, &books);
            standing += compare(&model, &seen);
        }
        if (CU_get_number_of_failures() != failed)
            printf("\n    seed %llu", (unsigned long long)seed);
        arbitrage_books_close(&books);
    }
    CU_ASSERT(standing > 10000); /* the books do cross */
}

static void asks_for_no_memory_in_steady_state(void)
{
    struct arbitrage_books books;
    struct model model;
    struct seen seen;
    cmb_random_init_seeded(&chance, 1);
    begin(&model, &books, &seen);
    for (int i = 0; i < UPDATES; i++)
        change(&model, &books); /* the books grow to their size */
    uint64_t before = cmb_memory.asked;
    for (int i = 0; i < UPDATES; i++)
        change(&model, &books);
    ASSERT_NUMBER(cmb_memory.asked - before, 0);
    arbitrage_books_close(&books);
}

/* Two places and a round: false where memory ran out; nothing must be left behind. */
static bool build(void)
{
    struct cmb_arbitrage_rules rules = { .is_triangular = true };
    struct cmb_arbitrage *arbitrage = cmb_arbitrage_new(&rules);
    struct cambist_market markets[] = { MARKET("0.01", "0.1"), MARKET("0.1", "0.1"),
                                        MARKET("0.01", "0.1") };
    struct cambist_decimal fee = decimal("0.001");
    uint32_t venue, place;
    markets[1].symbol = "ETH/BTC";
    markets[1].base = "ETH";
    markets[1].quote = "BTC";
    markets[2].symbol = "ETH/USDT";
    markets[2].base = "ETH";
    bool is_whole = arbitrage != NULL;
    for (int exchange = 0; exchange < 2 && is_whole; exchange++) {
        is_whole = cmb_arbitrage_add_venue(arbitrage, "a", &venue, NULL) == CAMBIST_OK;
        for (int i = 0; i < 3 && is_whole; i++)
            is_whole = cmb_arbitrage_add_place(arbitrage, venue, &markets[i], &fee, &place,
                                               NULL) == CAMBIST_OK;
    }
    is_whole = is_whole && cmb_arbitrage_find_routes(arbitrage, NULL) == CAMBIST_OK;
    CU_ASSERT(!is_whole || cmb_arbitrage_route_count(arbitrage) == 3 * 2 + 2 * 2);
    cmb_arbitrage_free(arbitrage);
    return is_whole;
}

static void fails_whole_when_there_is_no_memory(void)
{
    bool is_built = false;
    uint64_t nth = 0;
    while (!is_built && nth < 1000) {
        cmb_memory_refuse(++nth, 1);
        is_built = build();
    }
    cmb_memory_refuse(0, 0);
    CU_ASSERT(is_built && nth > 5);
}

/* An update looks at the routes of its own symbol only, and of them at those that may pay. */
static void looks_only_where_it_may_pay(void)
{
    struct arbitrage_books books;
    struct cambist_arbitrage_counts before = { 0 }, after = { 0 };
    struct cmb_arbitrage_rules rules = { .edge_least_ppm = 0 };
    arbitrage_books_open(&books, &rules);
    for (int i = 0; i < 8; i++) {
        static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
        struct cambist_market other = MARKET("0.01", "0.001");
        other.symbol = "ETH/USDT";
        other.base = "ETH";
        arbitrage_books_add(&books, names[i], MARKET("0.01", "0.001"), "0.001");
        arbitrage_books_add(&books, names[i], other, "0.001");
    }
    arbitrage_books_begin(&books);
    for (uint32_t i = 0; i < 16; i++)
        SET_BOOK(&books, i, BIDS({ 9999, 10 }), ASKS({ 10001, 10 }));
    cmb_arbitrage_tell_counts(books.arbitrage, &before);
    ASSERT_NUMBER(before.routes, 2 * 8 * 7);
    CU_ASSERT(cmb_arbitrage_is_on_route(books.arbitrage, 0));
    ASSERT_NUMBER(before.checks, 0);
    SET_BOOK(&books, 0, BIDS({ 9998, 10 }), ASKS({ 10000, 10 }));
    SET_BOOK(&books, 2, BIDS({ 10100, 10 }), ASKS({ 10101, 10 }));
    cmb_arbitrage_tell_counts(books.arbitrage, &after);
    ASSERT_NUMBER(after.checks, 7); /* b sells what each of the others offers */
    ASSERT_NUMBER(after.opportunities, 7);
    ASSERT_NUMBER(after.standing, 7);
    arbitrage_books_close(&books);
}

TEST_SUITE("arbitrage/model",
           { "engine: finds what a slow model finds in random books", finds_what_the_model_finds },
           { "engine: asks for no memory in steady state", asks_for_no_memory_in_steady_state },
           { "engine: fails whole when there is no memory", fails_whole_when_there_is_no_memory },
           { "engine: looks only at routes that may pay", looks_only_where_it_may_pay })
