/* What does it cost to learn, from an update of a book, that there is something to be earned?
 *
 * Books of one to fifty symbols at two, eight and twenty exchanges, twenty levels a side; an update
 * changes the best ask of one of them.  The floor is a bare loop over as many best prices.
 */
#include "arbitrage/arbitrage.h"
#include "bench/interleaved.h"

#include <string.h>

enum { EXCHANGES_MOST = 20, SYMBOLS_MOST = 50, LEVELS = 20, TURNS = 2000 };

/* ---- exchanges with books ---- */

struct setup {
    const char *title;
    uint32_t exchanges, symbols;
    int64_t crossing; /* how many ticks the first exchange asks below what the others bid */
    struct cmb_arbitrage *arbitrage;
    struct cmb_book *books[EXCHANGES_MOST * SYMBOLS_MOST]; /* symbol by symbol */
    int64_t sequences[EXCHANGES_MOST * SYMBOLS_MOST];
    uint32_t next; /* whose book changes */
};

static const struct cambist_book_rule counted = { .kind = CAMBIST_BOOK_COUNTED };
static char names[SYMBOLS_MOST][16];
static uint64_t told;

static void on_opportunity(uint32_t tiding, const struct cambist_opportunity *opportunity,
                           void *user)
{
    (void)user;
    told += tiding;
    INTERLEAVED_KEEP(opportunity->edge_ppm);
}

static void load_book(struct setup *setup, uint32_t place, int64_t middle)
{
    struct cmb_scaled_level bids[LEVELS], asks[LEVELS];
    for (int i = 0; i < LEVELS; i++) {
        bids[i] = (struct cmb_scaled_level){ middle - 10 - i, 100000000 };
        asks[i] = (struct cmb_scaled_level){ middle + 10 + i, 100000000 };
    }
    struct cmb_book_update whole = { .is_snapshot = true, .has_sequence = true, .sequence = 1,
                                     .bids = bids, .asks = asks, .bid_count = LEVELS,
                                     .ask_count = LEVELS };
    setup->sequences[place] = 1;
    if (cmb_book_apply(setup->books[place], &whole) != CMB_BOOK_APPLIED)
        exit(1);
    cmb_arbitrage_update(setup->arbitrage, place, 0);
}

static void add_place(struct setup *setup, uint32_t exchange, uint32_t symbol)
{
    static struct cambist_market markets[EXCHANGES_MOST * SYMBOLS_MOST];
    const struct cambist_decimal fee = { .low = 1, .exponent = -3, .is_set = 1 };
    uint32_t place;
    struct cambist_market *market = &markets[symbol * EXCHANGES_MOST + exchange];
    *market = (struct cambist_market){ .symbol = names[symbol], .base = names[symbol],
                                       .quote = "USDT", .kind = CAMBIST_KIND_SPOT,
                                       .tick_size = { .low = 1, .exponent = -2, .is_set = 1 },
                                       .lot_size = { .low = 1, .exponent = -8, .is_set = 1 } };
    if (cmb_arbitrage_add_place(setup->arbitrage, exchange, market, &fee, &place, NULL))
        exit(1);
    setup->books[place] = cmb_book_new(&counted, 2, 8);
}

static void open_setup(struct setup *setup)
{
    struct cmb_arbitrage_rules rules = { .age_most_ns = INT64_MAX,
                                         .on_opportunity = on_opportunity };
    uint32_t venue;
    setup->arbitrage = cmb_arbitrage_new(&rules);
    for (uint32_t i = 0; i < setup->exchanges; i++)
        if (cmb_arbitrage_add_venue(setup->arbitrage, "x", &venue, NULL))
            exit(1);
    for (uint32_t symbol = 0; symbol < setup->symbols; symbol++) {
        snprintf(names[symbol], sizeof names[symbol], "S%u", symbol);
        for (uint32_t i = 0; i < setup->exchanges; i++)
            add_place(setup, i, symbol);
    }
    if (cmb_arbitrage_find_routes(setup->arbitrage, NULL))
        exit(1);
    for (uint32_t place = 0; place < setup->exchanges * setup->symbols; place++) {
        bool is_first = place % setup->exchanges == 0, is_last = (place + 1) % setup->exchanges == 0;
        cmb_arbitrage_set_book(setup->arbitrage, place, setup->books[place]);
        /* one exchange may be lower than the others, one higher */
        load_book(setup, place, 6700000 - (is_first ? setup->crossing : 0) +
                                    (is_last ? setup->crossing : 0));
    }
}

/* The first exchange of the next symbol: its best ask is larger or smaller by one unit. */
static uint32_t change_book(struct setup *setup)
{
    uint32_t place = setup->next * setup->exchanges;
    struct cmb_scaled_level ask = { 6700010 - setup->crossing,
                                    100000000 + (setup->sequences[place] & 1) };
    struct cmb_book_update update = { .has_sequence = true,
                                      .sequence = ++setup->sequences[place],
                                      .asks = &ask, .ask_count = 1 };
    setup->next = (setup->next + 1) % setup->symbols;
    if (cmb_book_apply(setup->books[place], &update) != CMB_BOOK_APPLIED)
        exit(1);
    return place;
}

/* ---- cases ---- */

static struct setup *now; /* whose cases run */
static int64_t tops[2][EXCHANGES_MOST];

static void loop_tops(size_t turns)
{
    for (size_t i = 0; i < turns; i++) {
        uint64_t found = 0;
        for (uint32_t k = 0; k < now->exchanges; k++)
            found += (uint64_t)(tops[0][k] >= tops[1][0]) + (uint64_t)(tops[1][k] <= tops[0][0]);
        INTERLEAVED_KEEP(found);
        __asm__ volatile("" : : : "memory");
    }
}

static void look(size_t turns)
{
    for (size_t i = 0; i < turns; i++) {
        cmb_arbitrage_update(now->arbitrage, now->next * now->exchanges, 0);
        now->next = (now->next + 1) % now->symbols;
    }
}

static void apply(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        INTERLEAVED_KEEP(change_book(now));
}

static void apply_and_look(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        cmb_arbitrage_update(now->arbitrage, change_book(now), 0);
}

/* ---- round one exchange ---- */

static struct cmb_arbitrage *circle;
static struct cmb_book *circle_books[3]; /* BTC/USDT, ETH/USDT, ETH/BTC */
static int64_t circle_sequence;

static void open_circle(void)
{
    static const struct cambist_decimal fee = { .low = 1, .exponent = -3, .is_set = 1 };
    static struct cambist_market markets[] = {
        { .symbol = "BTC/USDT", .base = "BTC", .quote = "USDT", .kind = CAMBIST_KIND_SPOT },
        { .symbol = "ETH/USDT", .base = "ETH", .quote = "USDT", .kind = CAMBIST_KIND_SPOT },
        { .symbol = "ETH/BTC", .base = "ETH", .quote = "BTC", .kind = CAMBIST_KIND_SPOT },
    };
    struct cmb_arbitrage_rules rules = { .age_most_ns = INT64_MAX, .is_triangular = true,
                                         .on_opportunity = on_opportunity };
    uint32_t number;
    circle = cmb_arbitrage_new(&rules);
    bench_require(cmb_arbitrage_add_venue(circle, "x", &number, NULL) == CAMBIST_OK, "no venue");
    for (int i = 0; i < 3; i++) {
        markets[i].tick_size =
            (struct cambist_decimal){ .low = 1, .exponent = i < 2 ? -2 : -5, .is_set = 1 };
        markets[i].lot_size = (struct cambist_decimal){ .low = 1, .exponent = -4, .is_set = 1 };
        bench_require(cmb_arbitrage_add_place(circle, 0, &markets[i], &fee, &number, NULL) ==
                          CAMBIST_OK, "no place");
        circle_books[i] = cmb_book_new(&counted, i < 2 ? 2 : 5, 4);
    }
    bench_require(cmb_arbitrage_find_routes(circle, NULL) == CAMBIST_OK, "no routes");
}

/* Whole books of three levels, so that a round pays so many thousandths, or does not. */
static void set_circle(int64_t thousandths)
{
    static const int64_t middles[] = { 6000000, 300000, 5000 };
    for (uint32_t i = 0; i < 3; i++) {
        int64_t middle = middles[i] + (i == 1 ? middles[i] * thousandths / 1000 : 0);
        struct cmb_scaled_level bids[3], asks[3];
        for (int k = 0; k < 3; k++) {
            bids[k] = (struct cmb_scaled_level){ middle - 1 - k, 10000 + i };
            asks[k] = (struct cmb_scaled_level){ middle + 1 + k, 10000 + i };
        }
        struct cmb_book_update whole = { .is_snapshot = true, .has_sequence = true,
                                         .sequence = ++circle_sequence, .bids = bids, .asks = asks,
                                         .bid_count = 3, .ask_count = 3 };
        cmb_book_apply(circle_books[i], &whole);
        cmb_arbitrage_set_book(circle, i, circle_books[i]);
        cmb_arbitrage_update(circle, i, 0);
    }
}

static void look_round(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        cmb_arbitrage_update(circle, (uint32_t)(i % 3), 0);
}

static void show_circle(void)
{
    static const struct interleaved_case quiet[] = { { "look: nothing pays", look_round, TURNS } };
    static const struct interleaved_case paying[] = { { "look: one way pays", look_round, TURNS } };
    open_circle();
    set_circle(0);
    interleaved_run("round one exchange, three markets, both ways", quiet, 1);
    set_circle(10);
    bench_require(told > 0, "no round was told");
    interleaved_run("the same, one way pays", paying, 1);
}

#define TITLE "%s: %u exchanges, %u symbols"
#define WHOLE "one level into the book, look, tell what is news"

static void show(struct setup *setup)
{
    const struct interleaved_case cases[] = {
        { "a bare loop over the best prices (floor)", loop_tops, TURNS },
        { "look: the book has changed", look, TURNS },
        { "one level into the book, no look", apply, TURNS },
        { WHOLE, apply_and_look, TURNS },
    };
    char title[80];
    open_setup(setup);
    now = setup;
    for (uint32_t i = 0; i < setup->exchanges; i++)
        tops[0][i] = 6699990, tops[1][i] = 6700010;
    snprintf(title, sizeof title, TITLE, setup->title, setup->exchanges, setup->symbols);
    interleaved_run(title, cases, sizeof cases / sizeof *cases);
}

static const struct bench_goal goals[] = {
    { "book update to opportunity, 20 exchanges", "one route pays: 20 exchanges, 1 symbols", "ns",
      WHOLE, .at_most = 1000 },
    { "book update to opportunity, 20 exchanges, 50 symbols",
      "one route pays: 20 exchanges, 50 symbols", "ns", WHOLE, .at_most = 1000 },
};

int main(int count, char **words)
{
    static struct setup setups[] = {
        { "nothing crosses", 2, 1 }, { "nothing crosses", 8, 1 }, { "nothing crosses", 20, 1 },
        { "nothing crosses", 20, 50 }, { "one route pays", 2, 1, 6712 },
        { "one route pays", 8, 1, 6712 }, { "one route pays", 20, 1, 6712 },
        { "one route pays", 20, 50, 6712 }, { "all pay that the first asks", 20, 1, 13412 },
    };
    bench_begin(count, words);
    for (size_t i = 0; i < sizeof setups / sizeof *setups; i++)
        show(&setups[i]);
    told = 0;
    show_circle();
    return bench_end(goals, sizeof goals / sizeof *goals);
}
