/* Does whatever becomes of two orders lead to what the rules say, and is it told as it was? */
#include "support/arbitrage_world.h"

static struct arbitrage_world world;

static const struct cmb_trade_settings executing = { .is_executed = true };

/* ---- what happens to a book while orders are on their way ---- */

static int market_number(void)
{
    return cmb_engine_find_market(CMB_TEXT("BTC/USDT"));
}

/* The house takes back what the leg would have met; of it remains so much, in the market's units. */
static void leave(int side, int64_t amount)
{
    struct cmb_engine *engine = world.sides[side].engine;
    struct cmb_engine_market *market = &engine->markets[market_number()];
    uint32_t facing = side == 0 ? CAMBIST_SIDE_SELL : CAMBIST_SIDE_BUY;
    struct cmb_engine_side *book = cmb_book_side(market, facing);
    int64_t price = book->orders[0]->price;
    while (book->count)
        (void)cmb_engine_cancel(engine, book->orders[0], NULL);
    struct cmb_engine_order *order;
    if (amount)
        CU_ASSERT(cmb_engine_submit(engine, CMB_HOUSE, &(struct cmb_engine_intent){
            .market = market_number(), .side = facing, .type = CAMBIST_TYPE_LIMIT,
            .time_in_force = CAMBIST_TIME_IN_FORCE_GTC, .price = price, .amount = amount },
            &order, NULL) == CAMBIST_OK);
}

enum ending { WHOLE, PART, NONE, LOST_DONE, LOST_UNDONE, FORBIDDEN, ENDINGS };
static enum ending wanted[2];

static void spoil(struct arbitrage_world *at)
{
    static const char *const faults[ENDINGS] = { [LOST_DONE] = "execute-then-cut@create_order",
                                                 [LOST_UNDONE] = "cut@create_order",
                                                 [FORBIDDEN] = "forbid@create_order" };
    for (int side = 0; side < 2; side++) {
        enum ending ending = wanted[side];
        at->sides[side].engine->rest_ns = INT64_MAX / 2; /* the house quotes nothing new meanwhile */
        if (ending == PART || ending == NONE)
            leave(side, ending == PART ? 1000 : 0); /* 0.001 BTC */
        if (faults[ending])
            CU_ASSERT(cmb_practice_network_strike(at->network, at->sides[side].name,
                                                  faults[ending], 1, &at->error) == CAMBIST_OK);
    }
    at->on_sent = NULL; /* only the first execution */
}

static const char *const pairs[][2] = { { "okx", "binance" },
                                        { "kraken", "coinbase" },
                                        { "coinbase", "okx" } };
enum { PAIRS = sizeof pairs / sizeof *pairs, SEEDS = 30 };
static const char *const *names = pairs[0];

static void open_world(enum ending buy, enum ending sell, bool is_hedged)
{
    struct cmb_trade_settings settings = { .is_executed = true, .is_hedged = is_hedged,
                                           .executions_most = 1 };
    wanted[0] = buy;
    wanted[1] = sell;
    arbitrage_world_open(&world, names[0], names[1], 11);
    world.on_sent = spoil;
    arbitrage_world_lean(&world, 8000);
    int status = arbitrage_world_begin(&world, settings, "600");
    if (status != CAMBIST_OK)
        printf("\n    %s", world.error.message);
    CU_ASSERT_FATAL(status == CAMBIST_OK);
}

static void play_until_settled(void)
{
    for (int second = 0; second < 400 && !world.told[CAMBIST_ARBITRAGE_SETTLED]; second++)
        arbitrage_world_play_ms(&world, 1000);
}

static bool is_equal(struct cambist_decimal a, struct cambist_decimal b)
{
    bool is = cmb_decimal_compare(&a, &b) == 0;
    if (!is) {
        char text[2][CMB_DECIMAL_TEXT_SIZE];
        cmb_decimal_format(&a, text[0]);
        cmb_decimal_format(&b, text[1]);
        printf("\n    %s is not %s", text[0], text[1]);
    }
    return is;
}

/* ---- the pairs of endings ---- */

static uint32_t state_that_follows(enum ending ending)
{
    return ending == WHOLE || ending == LOST_DONE ? CAMBIST_LEG_FILLED
           : ending == PART                       ? CAMBIST_LEG_PARTIAL
                                                  : CAMBIST_LEG_NOTHING;
}

/* The engine takes the buyer's fee in base and the seller's in quote: what is open is what was
 * bought less what was sold, and the account has that, less the fee of what it bought. */
static void check_money(void)
{
    struct cambist_decimal base = arbitrage_world_gain(&world, "BTC"), fee, rest = { 0 };
    struct cambist_decimal rate = decimal("0.001"), bought = world.last.legs[0].filled;
    if (!bought.is_set)
        bought = decimal("0");
    cmb_decimal_multiply(&bought, &rate, &fee);
    cmb_decimal_subtract(&world.last.open, &fee, &rest);
    CU_ASSERT(is_equal(base, rest));
    struct cambist_decimal quote = arbitrage_world_gain(&world, "USDT"), told = decimal("0");
    cmb_decimal_subtract(&world.last.legs[1].cost, &world.last.legs[1].fee, &told);
    cmb_decimal_subtract(&told, &world.last.legs[0].cost, &told);
    CU_ASSERT(is_equal(quote, told));
}

static void check_endings(enum ending buy, enum ending sell)
{
    unsigned failed = CU_get_number_of_failures();
    /* what was done may be told by the account's stream before the answer is missed */
    bool is_doubtful = buy == LOST_UNDONE || sell == LOST_UNDONE;
    bool is_even = state_that_follows(buy) == state_that_follows(sell);
    struct cambist_arbitrage_counts counts;
    open_world(buy, sell, /* is_hedged= */ false);
    play_until_settled();
    ASSERT_NUMBER(world.told[CAMBIST_ARBITRAGE_SENT], 1);
    ASSERT_NUMBER(world.told[CAMBIST_ARBITRAGE_SETTLED], 1);
    CU_ASSERT(!is_doubtful || world.told[CAMBIST_ARBITRAGE_DOUBTED] == 1);
    ASSERT_NUMBER(world.last.legs[0].state, state_that_follows(buy));
    ASSERT_NUMBER(world.last.legs[1].state, state_that_follows(sell));
    check_money();
    cmb_trade_count(world.trade, &counts);
    ASSERT_NUMBER(counts.left_open, !is_even);
    arbitrage_world_close(&world);
    if (CU_get_number_of_failures() != failed)
        printf("\n    %s ends %d, %s %d", names[0], (int)buy, names[1], (int)sell);
}

static void each_pair_of_endings_is_told_as_it_was(void)
{
    for (int pair = 0; pair < PAIRS; pair++) {
        names = pairs[pair];
        for (enum ending buy = WHOLE; buy < ENDINGS; buy++)
            for (enum ending sell = WHOLE; sell < ENDINGS; sell++)
                check_endings(buy, sell);
    }
    names = pairs[0];
}

/* ---- many executions, while everything goes wrong ---- */

static struct cambist_decimal base_told, quote_told;
static uint32_t settled, ends[8];

static void add(struct cambist_decimal *sum, const struct cambist_decimal *value, bool is_taken)
{
    if (value->is_set)
        CU_ASSERT((is_taken ? cmb_decimal_subtract(sum, value, sum)
                            : cmb_decimal_add(sum, value, sum)) == CMB_NUMBER_FINE);
}

/* The engine takes a buyer's fee in base, a seller's in quote. */
static void add_up(struct arbitrage_world *at)
{
    const struct cambist_decimal kept = decimal("0.999");
    for (uint32_t i = 0; i < 2 + at->last.is_hedged; i++) {
        const struct cambist_executed_leg *leg = &at->last.legs[i];
        bool is_buy = leg->side == CAMBIST_SIDE_BUY;
        struct cambist_decimal filled = leg->filled;
        if (is_buy && filled.is_set)
            cmb_decimal_multiply(&filled, &kept, &filled);
        add(&base_told, &filled, !is_buy);
        add(&quote_told, &leg->cost, is_buy);
        if (!is_buy)
            add(&quote_told, &leg->fee, true);
        ends[leg->state]++;
    }
    settled++;
}

static void trade_among_faults(uint64_t seed)
{
    static const char *const faults[] = { "execute-then-cut@create_order:0.1",
                                          "cut@create_order:0.1", "late@create_order:0.1",
                                          "error@fetch_balance:0.2", "error@fetch_order:0.2" };
    struct cmb_trade_settings settings = { .is_executed = true, .is_hedged = true };
    arbitrage_world_open(&world, pairs[seed % PAIRS][0], pairs[seed % PAIRS][1], seed);
    world.on_settled = add_up;
    base_told = quote_told = decimal("0");
    arbitrage_world_lean(&world, 6000);
    CU_ASSERT_FATAL(arbitrage_world_begin(&world, settings, "600") == CAMBIST_OK);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        CU_ASSERT(cmb_practice_network_add_fault(world.network, faults[i], &world.error) ==
                  CAMBIST_OK);
    arbitrage_world_play_ms(&world, 60000);
    arbitrage_world_lean(&world, 0);
    cmb_practice_network_clear_faults(world.network);
    for (int i = 0; i < 600 && cmb_trade_open(world.trade); i++)
        arbitrage_world_play_ms(&world, 1000);
    ASSERT_NUMBER(cmb_trade_open(world.trade), 0);
    CU_ASSERT(is_equal(arbitrage_world_gain(&world, "BTC"), base_told));
    CU_ASSERT(is_equal(arbitrage_world_gain(&world, "USDT"), quote_told));
    arbitrage_world_close(&world);
}

static void money_adds_up_whatever_goes_wrong(void)
{
    settled = 0;
    memset(ends, 0, sizeof ends);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        unsigned failed = CU_get_number_of_failures();
        trade_among_faults(seed);
        if (CU_get_number_of_failures() != failed)
            printf("\n    seed %llu", (unsigned long long)seed);
    }
    CU_ASSERT(settled > SEEDS);
    CU_ASSERT(ends[CAMBIST_LEG_FILLED] > 0 && ends[CAMBIST_LEG_NOTHING] > 0);
}

/* ---- single rules ---- */

static void nothing_new_is_sent_while_an_outcome_is_unknown(void)
{
    struct cmb_trade_settings settings = executing;
    wanted[0] = WHOLE;
    wanted[1] = LOST_UNDONE;
    arbitrage_world_open(&world, "okx", "binance", 12);
    world.on_sent = spoil;
    arbitrage_world_lean(&world, 8000);
    CU_ASSERT_FATAL(arbitrage_world_begin(&world, settings, "600") == CAMBIST_OK);
    for (int i = 0; i < 2000 && !world.told[CAMBIST_ARBITRAGE_DOUBTED]; i++)
        arbitrage_world_play_ms(&world, 10);
    /* nobody can be asked what became of it */
    CU_ASSERT(cmb_practice_network_add_fault(world.network, "error@fetch_order", &world.error) ==
              CAMBIST_OK);
    arbitrage_world_play_ms(&world, 20000);
    ASSERT_NUMBER(world.told[CAMBIST_ARBITRAGE_DOUBTED], 1);
    ASSERT_NUMBER(world.told[CAMBIST_ARBITRAGE_SENT], 1);
    ASSERT_NUMBER(world.told[CAMBIST_ARBITRAGE_SETTLED], 0);
    CU_ASSERT(world.told[CAMBIST_ARBITRAGE_APPEARED] > 0);
    ASSERT_NUMBER(cmb_trade_open(world.trade), 1);
    cmb_practice_network_clear_faults(world.network);
    play_until_settled();
    ASSERT_NUMBER(world.told[CAMBIST_ARBITRAGE_SETTLED], 1);
    ASSERT_NUMBER(world.last.legs[1].state, CAMBIST_LEG_NOTHING);
    arbitrage_world_close(&world);
}

static void a_difference_is_closed_where_it_lies(void)
{
    open_world(WHOLE, NONE, /* is_hedged= */ true);
    play_until_settled();
    ASSERT_NUMBER(world.last.is_hedged, 1);
    ASSERT_TEXT(world.last.legs[2].exchange, "okx");
    ASSERT_NUMBER(world.last.legs[2].side, CAMBIST_SIDE_SELL);
    ASSERT_NUMBER(world.last.legs[2].state, CAMBIST_LEG_FILLED);
    CU_ASSERT(cmb_decimal_is_zero(&world.last.open));
    CU_ASSERT(cmb_decimal_is_negative(&world.last.profit)); /* spread and two fees */
    arbitrage_world_close(&world);
}

static void a_difference_is_bought_back(void)
{
    open_world(NONE, WHOLE, /* is_hedged= */ true);
    play_until_settled();
    ASSERT_TEXT(world.last.legs[2].exchange, "binance");
    ASSERT_NUMBER(world.last.legs[2].side, CAMBIST_SIDE_BUY);
    ASSERT_NUMBER(world.last.legs[2].state, CAMBIST_LEG_FILLED);
    CU_ASSERT(cmb_decimal_is_zero(&world.last.open));
    arbitrage_world_close(&world);
}

static void executes_again_when_books_have_changed(void)
{
    struct cmb_trade_settings settings = { .is_executed = true, .is_hedged = true,
                                           .executions_most = 5 };
    struct cambist_arbitrage_counts counts;
    arbitrage_world_open(&world, "okx", "binance", 13);
    arbitrage_world_lean(&world, 8000);
    CU_ASSERT_FATAL(arbitrage_world_begin(&world, settings, "600") == CAMBIST_OK);
    for (int i = 0; i < 60 && !world.told[CAMBIST_ARBITRAGE_STOPPED]; i++)
        arbitrage_world_play_ms(&world, 1000);
    cmb_trade_count(world.trade, &counts);
    ASSERT_NUMBER(counts.executions, 5);
    ASSERT_NUMBER(world.told[CAMBIST_ARBITRAGE_STOPPED], 1);
    ASSERT_TEXT(world.reason, "as much was executed as may be");
    arbitrage_world_close(&world);
}

static void stops_behind_a_loss(void)
{
    struct cmb_trade_settings settings = { .is_executed = true, .is_hedged = true,
                                           .loss_most = decimal("0.01") };
    wanted[0] = WHOLE;
    wanted[1] = NONE;
    arbitrage_world_open(&world, "okx", "binance", 14);
    world.on_sent = spoil;
    arbitrage_world_lean(&world, 8000);
    CU_ASSERT_FATAL(arbitrage_world_begin(&world, settings, "600") == CAMBIST_OK);
    play_until_settled();
    arbitrage_world_play_ms(&world, 5000);
    ASSERT_NUMBER(world.told[CAMBIST_ARBITRAGE_SENT], 1);
    ASSERT_TEXT(world.reason, "as much was lost as may be");
    arbitrage_world_close(&world);
}

/* Each refusal leaves the other leg alone: it is closed, which costs, and not tried for ever. */
static void stops_when_orders_are_refused(void)
{
    struct cmb_trade_settings settings = { .is_executed = true, .is_hedged = true };
    arbitrage_world_open(&world, "okx", "binance", 18);
    arbitrage_world_lean(&world, 8000);
    CU_ASSERT(cmb_practice_network_add_fault(world.network, "forbid@create_order", &world.error) ==
              CAMBIST_OK);
    CU_ASSERT_FATAL(arbitrage_world_begin(&world, settings, "600") == CAMBIST_OK);
    for (int i = 0; i < 60 && !world.told[CAMBIST_ARBITRAGE_STOPPED]; i++)
        arbitrage_world_play_ms(&world, 1000);
    arbitrage_world_play_ms(&world, 5000);
    ASSERT_NUMBER(world.told[CAMBIST_ARBITRAGE_SENT], 3);
    ASSERT_TEXT(world.reason, "orders were refused, or could not be sent, three times in a row");
    arbitrage_world_close(&world);
}

static void stops_when_orders_are_blocked(void)
{
    struct cmb_trade_settings settings = { .is_executed = true };
    arbitrage_world_open(&world, "okx", "binance", 19);
    arbitrage_world_lean(&world, 8000);
    cmb_orders_block(world.sides[0].orders, true);
    cmb_orders_block(world.sides[1].orders, true);
    CU_ASSERT_FATAL(arbitrage_world_begin(&world, settings, "600") == CAMBIST_OK);
    arbitrage_world_play_ms(&world, 20000);
    ASSERT_NUMBER(world.told[CAMBIST_ARBITRAGE_SENT], 3);
    ASSERT_NUMBER(world.told[CAMBIST_ARBITRAGE_STOPPED], 1);
    ASSERT_NUMBER(world.sides[0].engine->order_count + world.sides[1].engine->order_count, 0);
    arbitrage_world_close(&world);
}

static int add_live_account(struct cmb_trade_settings settings)
{
    const struct arbitrage_side *side = &world.sides[1];
    struct cmb_trade_account account = { side->name, side->desk, side->stream, side->orders };
    uint32_t number;
    settings.loop = world.loop;
    world.error = (struct cambist_error){ 0 };
    cmb_trade_free(world.trade);
    world.trade = cmb_trade_new(&settings);
    return cmb_trade_add_account(world.trade, &account, &number, &world.error);
}

static void nothing_is_executed_where_it_is_live(void)
{
    struct cmb_trade_settings settings = executing;
    arbitrage_world_open(&world, "okx", "binance", 15);
    world.sides[1].client->environment = CMB_ENVIRONMENT_LIVE;
    ASSERT_NUMBER(add_live_account(settings), CAMBIST_DENIED);
    CU_ASSERT(strstr(world.error.message, "binance is live") != NULL);
    settings.is_live_allowed = true;
    ASSERT_NUMBER(add_live_account(settings), CAMBIST_OK);
    settings.is_live_allowed = settings.is_executed = false;
    ASSERT_NUMBER(add_live_account(settings), CAMBIST_OK); /* to look is no harm */
    arbitrage_world_close(&world);
}

static void nothing_is_executed_without_balances(void)
{
    struct cmb_trade_settings settings = executing;
    arbitrage_world_open(&world, "okx", "binance", 17);
    ASSERT_NUMBER(add_live_account(settings), CAMBIST_OK);
    ASSERT_NUMBER(cmb_trade_start(world.trade, &world.error), CAMBIST_DENIED);
    arbitrage_world_close(&world);
}

static void finds_without_executing(void)
{
    struct cmb_trade_settings settings = { .is_executed = false };
    arbitrage_world_open(&world, "okx", "binance", 16);
    arbitrage_world_lean(&world, 8000);
    CU_ASSERT_FATAL(arbitrage_world_begin(&world, settings, "600") == CAMBIST_OK);
    arbitrage_world_play_ms(&world, 5000);
    CU_ASSERT(world.told[CAMBIST_ARBITRAGE_APPEARED] > 0);
    ASSERT_NUMBER(world.told[CAMBIST_ARBITRAGE_SENT], 0);
    arbitrage_world_close(&world);
}

TEST_SUITE("arbitrage/trade",
           { "trade: each pair of endings is told as it was",
             each_pair_of_endings_is_told_as_it_was },
           { "trade: money adds up whatever goes wrong", money_adds_up_whatever_goes_wrong },
           { "trade: nothing new is sent while an outcome is unknown",
             nothing_new_is_sent_while_an_outcome_is_unknown },
           { "trade: a difference is closed where it lies", a_difference_is_closed_where_it_lies },
           { "trade: a difference is bought back", a_difference_is_bought_back },
           { "trade: executes again when books have changed",
             executes_again_when_books_have_changed },
           { "trade: stops when orders are refused", stops_when_orders_are_refused },
           { "trade: stops when orders are blocked", stops_when_orders_are_blocked },
           { "trade: stops behind a loss", stops_behind_a_loss },
           { "trade: nothing is executed where it is live", nothing_is_executed_where_it_is_live },
           { "trade: nothing is executed without balances", nothing_is_executed_without_balances },
           { "trade: finds without executing", finds_without_executing })
