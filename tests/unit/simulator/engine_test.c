/* Does the matching engine keep its promises? */
#include "simulator/engine.h"
#include "support/test.h"

enum { BTC_USDT = 0, NOW_S = 1754006400 };

static struct cmb_engine *engine;

static void start(void)
{
    engine = cmb_engine_new(1, NOW_S * (int64_t)1000000000);
    CU_ASSERT_FATAL(engine != NULL);
    /* Only what a test places stands in the book. */
    struct cmb_engine_market *market = &engine->markets[BTC_USDT];
    while (market->bids.count)
        (void)cmb_engine_cancel(engine, market->bids.orders[0], NULL);
    while (market->asks.count)
        (void)cmb_engine_cancel(engine, market->asks.orders[0], NULL);
}

static void stop(void)
{
    cmb_engine_free(engine);
}

static struct cmb_engine_intent limit(uint32_t side, int64_t price, int64_t amount)
{
    return (struct cmb_engine_intent){ .market = BTC_USDT, .side = side,
                                       .type = CAMBIST_TYPE_LIMIT, .price = price,
                                       .amount = amount,
                                       .time_in_force = CAMBIST_TIME_IN_FORCE_GTC };
}

static struct cmb_engine_order *place(int account, struct cmb_engine_intent intent)
{
    struct cmb_engine_order *order = NULL;
    CU_ASSERT(cmb_engine_submit(engine, account, &intent, &order, NULL) == CAMBIST_OK);
    return order;
}

static void better_prices_trade_first_and_older_orders_before_newer_ones(void)
{
    start();
    struct cmb_engine_order *late = place(CMB_CUSTOMER, limit(CAMBIST_SIDE_SELL, 6000200, 100));
    struct cmb_engine_order *first = place(CMB_CUSTOMER, limit(CAMBIST_SIDE_SELL, 6000100, 100));
    struct cmb_engine_order *second = place(CMB_CUSTOMER, limit(CAMBIST_SIDE_SELL, 6000100, 100));
    place(CMB_HOUSE, limit(CAMBIST_SIDE_BUY, 6000200, 150));
    ASSERT_NUMBER(first->filled, 100);
    ASSERT_NUMBER(second->filled, 50);
    ASSERT_NUMBER(late->filled, 0);
    ASSERT_NUMBER(first->state, CAMBIST_STATE_CLOSED);
    ASSERT_NUMBER(second->state, CAMBIST_STATE_OPEN);
    stop();
}

static void a_taker_gets_the_makers_price(void)
{
    start();
    place(CMB_HOUSE, limit(CAMBIST_SIDE_SELL, 6000000, 1000));
    struct cmb_engine_order *order = place(CMB_CUSTOMER, limit(CAMBIST_SIDE_BUY, 6100000, 1000));
    ASSERT_NUMBER(order->state, CAMBIST_STATE_CLOSED);
    ASSERT_NUMBER(order->cost, cmb_engine_cost(&engine->markets[BTC_USDT], 6000000, 1000));
    ASSERT_NUMBER(order->held, 0);
    ASSERT_NUMBER(engine->balances[CMB_CUSTOMER][4].used, 0);
    stop();
}

static void what_is_left_of_a_partial_fill_rests(void)
{
    start();
    place(CMB_HOUSE, limit(CAMBIST_SIDE_SELL, 6000000, 400));
    struct cmb_engine_order *order = place(CMB_CUSTOMER, limit(CAMBIST_SIDE_BUY, 6000000, 1000));
    ASSERT_NUMBER(order->filled, 400);
    ASSERT_NUMBER(order->state, CAMBIST_STATE_OPEN);
    CU_ASSERT(engine->markets[BTC_USDT].bids.orders[0] == order);
    ASSERT_NUMBER(engine->balances[CMB_CUSTOMER][4].used,
                  cmb_engine_cost(&engine->markets[BTC_USDT], 6000000, 600));
    stop();
}

static void ioc_takes_what_is_there_and_leaves_nothing(void)
{
    start();
    place(CMB_HOUSE, limit(CAMBIST_SIDE_SELL, 6000000, 400));
    struct cmb_engine_intent intent = limit(CAMBIST_SIDE_BUY, 6000000, 1000);
    intent.time_in_force = CAMBIST_TIME_IN_FORCE_IOC;
    struct cmb_engine_order *order = place(CMB_CUSTOMER, intent);
    ASSERT_NUMBER(order->filled, 400);
    ASSERT_NUMBER(order->state, CAMBIST_STATE_CANCELED);
    ASSERT_NUMBER(engine->markets[BTC_USDT].bids.count, 0);
    ASSERT_NUMBER(engine->balances[CMB_CUSTOMER][4].used, 0);
    stop();
}

static void fok_takes_all_or_nothing(void)
{
    start();
    place(CMB_HOUSE, limit(CAMBIST_SIDE_SELL, 6000000, 400));
    struct cmb_engine_intent intent = limit(CAMBIST_SIDE_BUY, 6000000, 401);
    intent.time_in_force = CAMBIST_TIME_IN_FORCE_FOK;
    struct cmb_engine_order *order = place(CMB_CUSTOMER, intent);
    ASSERT_NUMBER(order->filled, 0);
    ASSERT_NUMBER(order->state, CAMBIST_STATE_CANCELED);
    intent.amount = 400;
    order = place(CMB_CUSTOMER, intent);
    ASSERT_NUMBER(order->filled, 400);
    ASSERT_NUMBER(order->state, CAMBIST_STATE_CLOSED);
    stop();
}

static void post_only_refuses_rather_than_taking(void)
{
    start();
    place(CMB_HOUSE, limit(CAMBIST_SIDE_SELL, 6000000, 400));
    struct cmb_engine_intent intent = limit(CAMBIST_SIDE_BUY, 6000000, 100);
    struct cmb_engine_order *order = NULL;
    intent.is_post_only = true;
    ASSERT_NUMBER(cmb_engine_submit(engine, CMB_CUSTOMER, &intent, &order, NULL),
                  CAMBIST_INVALID_ORDER);
    CU_ASSERT(order == NULL);
    ASSERT_NUMBER(engine->order_count, 0);
    intent.price = 5999999;
    ASSERT_NUMBER(place(CMB_CUSTOMER, intent)->state, CAMBIST_STATE_OPEN);
    stop();
}

static void a_client_id_is_taken_once(void)
{
    start();
    struct cmb_engine_intent intent = limit(CAMBIST_SIDE_BUY, 5000000, 100);
    struct cmb_engine_order *order = NULL;
    intent.client_id = CMB_TEXT("mine");
    struct cmb_engine_order *first = place(CMB_CUSTOMER, intent);
    ASSERT_NUMBER(cmb_engine_submit(engine, CMB_CUSTOMER, &intent, &order, NULL),
                  CAMBIST_DUPLICATE_ORDER);
    CU_ASSERT(cmb_engine_find_order(engine, 0, CMB_TEXT("mine")) == first);
    CU_ASSERT(cmb_engine_cancel(engine, first, NULL) == CAMBIST_OK);
    ASSERT_NUMBER(cmb_engine_cancel(engine, first, NULL), CAMBIST_ORDER_NOT_FOUND);
    stop();
}

static void nobody_orders_more_than_he_has(void)
{
    start();
    struct cmb_engine_order *order = NULL;
    struct cmb_engine_intent intent = limit(CAMBIST_SIDE_BUY, 6000000, 100 * 1000000);
    ASSERT_NUMBER(cmb_engine_submit(engine, CMB_CUSTOMER, &intent, &order, NULL),
                  CAMBIST_INSUFFICIENT_FUNDS);
    intent.amount = INT64_MAX; /* more than any number of money can say */
    ASSERT_NUMBER(cmb_engine_submit(engine, CMB_CUSTOMER, &intent, &order, NULL),
                  CAMBIST_INSUFFICIENT_FUNDS);
    ASSERT_NUMBER(engine->balances[CMB_CUSTOMER][4].used, 0);
    stop();
}

static void an_edited_order_goes_to_the_end_of_its_queue(void)
{
    start();
    struct cmb_engine_order *first = place(CMB_CUSTOMER, limit(CAMBIST_SIDE_SELL, 6000000, 100));
    struct cmb_engine_order *second = place(CMB_CUSTOMER, limit(CAMBIST_SIDE_SELL, 6000000, 100));
    CU_ASSERT(cmb_engine_edit(engine, first, 0, 200, NULL) == CAMBIST_OK);
    CU_ASSERT(engine->markets[BTC_USDT].asks.orders[0] == second);
    ASSERT_NUMBER(first->amount, 200);
    /* Beyond the balance it stays as it was. */
    ASSERT_NUMBER(cmb_engine_edit(engine, first, 0, 100 * 1000000, NULL),
                  CAMBIST_INSUFFICIENT_FUNDS);
    ASSERT_NUMBER(first->amount, 200);
    ASSERT_NUMBER(first->state, CAMBIST_STATE_OPEN);
    stop();
}

/* ---- conservation ---- */

static int64_t whole_of(int currency)
{
    int64_t sum = engine->fees[currency];
    for (int account = 0; account < CMB_ENGINE_ACCOUNTS; account++)
        sum += engine->balances[account][currency].free + engine->balances[account][currency].used;
    return sum;
}

static struct cmb_engine_intent random_intent(struct cmb_random *random)
{
    uint64_t chance = cmb_random_number(random);
    int at = (int)(chance % 6); /* spot */
    int64_t middle = engine->markets[at].middle;
    return (struct cmb_engine_intent){
        .market = at, .side = (chance >> 8) % 2 ? CAMBIST_SIDE_BUY : CAMBIST_SIDE_SELL,
        .type = (chance >> 12) % 4 ? CAMBIST_TYPE_LIMIT : CAMBIST_TYPE_MARKET,
        .time_in_force = 1 + (uint32_t)((chance >> 16) % 3),
        .price = (chance >> 12) % 4 ? middle * (int64_t)(90 + (chance >> 20) % 20) / 100 : 0,
        .amount = 1 + (int64_t)((chance >> 28) % 500000), .is_post_only = (chance >> 50) % 8 == 0,
    };
}

static void no_coin_is_made_and_none_is_lost(void)
{
    struct cmb_random random;
    cmb_random_init_seeded(&random, 4711);
    start();
    int64_t before[CMB_ENGINE_CURRENCIES];
    for (int i = 0; i < CMB_ENGINE_CURRENCIES; i++)
        before[i] = whole_of(i);
    for (int i = 0; i < 5000; i++) {
        struct cmb_engine_intent intent = random_intent(&random);
        struct cmb_engine_order *order = NULL;
        (void)cmb_engine_submit(engine, CMB_CUSTOMER, &intent, &order, NULL);
        if (order && i % 3 == 0)
            (void)cmb_engine_cancel(engine, order, NULL);
        if (i % 20 == 0)
            cmb_engine_turn(engine, engine->now_ns + 300000000);
    }
    CU_ASSERT(engine->fill_count > 500);
    for (int i = 0; i < CMB_ENGINE_CURRENCIES; i++) {
        ASSERT_NUMBER(whole_of(i), before[i]);
        CU_ASSERT(engine->balances[CMB_CUSTOMER][i].free >= 0);
        CU_ASSERT(engine->balances[CMB_CUSTOMER][i].used >= 0);
    }
    stop();
}

static void what_open_orders_hold_is_what_is_used(void)
{
    struct cmb_random random;
    int64_t held[CMB_ENGINE_CURRENCIES] = { 0 };
    cmb_random_init_seeded(&random, 99);
    start();
    for (int i = 0; i < 1000; i++) {
        struct cmb_engine_intent intent = random_intent(&random);
        struct cmb_engine_order *order = NULL;
        (void)cmb_engine_submit(engine, CMB_CUSTOMER, &intent, &order, NULL);
    }
    for (size_t i = 0; i < engine->order_count; i++) {
        const struct cmb_engine_order *order = engine->orders[i];
        held[order->held_currency] += order->held;
        CU_ASSERT(order->state == CAMBIST_STATE_OPEN || order->held == 0);
    }
    for (int i = 0; i < CMB_ENGINE_CURRENCIES; i++)
        ASSERT_NUMBER(engine->balances[CMB_CUSTOMER][i].used, held[i]);
    stop();
}

static void a_seed_makes_the_same_market_again(void)
{
    int64_t now_ns = NOW_S * (int64_t)1000000000;
    struct cmb_engine *one = cmb_engine_new(7, now_ns), *other = cmb_engine_new(7, now_ns);
    for (int i = 1; i <= 50; i++) {
        cmb_engine_turn(one, now_ns + i * (int64_t)250000000);
        cmb_engine_turn(other, now_ns + i * (int64_t)250000000);
    }
    for (int at = 0; at < CMB_ENGINE_MARKETS; at++) {
        ASSERT_NUMBER(one->markets[at].middle, other->markets[at].middle);
        ASSERT_NUMBER(one->markets[at].trade_count, other->markets[at].trade_count);
        CU_ASSERT(one->markets[at].bids.count > 0);
        ASSERT_NUMBER(one->markets[at].bids.orders[0]->price,
                      other->markets[at].bids.orders[0]->price);
        CU_ASSERT(one->markets[at].bids.orders[0]->price < one->markets[at].asks.orders[0]->price);
    }
    cmb_engine_free(one);
    cmb_engine_free(other);
}

static void a_position_gains_what_the_price_gained(void)
{
    enum { SWAP = 6 };
    start();
    struct cmb_engine_market *market = &engine->markets[SWAP];
    int64_t before = engine->balances[CMB_CUSTOMER][4].free;
    struct cmb_engine_intent buy = { .market = SWAP, .side = CAMBIST_SIDE_BUY, .amount = 100,
                                     .type = CAMBIST_TYPE_MARKET };
    struct cmb_engine_intent sell = buy;
    sell.side = CAMBIST_SIDE_SELL;
    struct cmb_engine_order *opened = place(CMB_CUSTOMER, buy);
    ASSERT_NUMBER(market->position[CMB_CUSTOMER], 100);
    struct cmb_engine_order *closed = place(CMB_CUSTOMER, sell);
    ASSERT_NUMBER(market->position[CMB_CUSTOMER], 0);
    ASSERT_NUMBER(market->realized[CMB_CUSTOMER], closed->cost - opened->cost);
    ASSERT_NUMBER(engine->balances[CMB_CUSTOMER][4].free,
                  before + closed->cost - opened->cost - opened->fee - closed->fee);
    stop();
}

TEST_SUITE("simulator/engine",
           { "better prices trade first, and older orders before newer ones",
             better_prices_trade_first_and_older_orders_before_newer_ones },
           { "a taker gets the maker's price", a_taker_gets_the_makers_price },
           { "what is left of a partial fill rests", what_is_left_of_a_partial_fill_rests },
           { "IOC takes what is there and leaves nothing",
             ioc_takes_what_is_there_and_leaves_nothing },
           { "FOK takes all or nothing", fok_takes_all_or_nothing },
           { "post-only refuses rather than taking", post_only_refuses_rather_than_taking },
           { "a client id is taken once", a_client_id_is_taken_once },
           { "nobody orders more than he has", nobody_orders_more_than_he_has },
           { "an edited order goes to the end of its queue",
             an_edited_order_goes_to_the_end_of_its_queue },
           { "no coin is made and none is lost", no_coin_is_made_and_none_is_lost },
           { "what open orders hold is what is used", what_open_orders_hold_is_what_is_used },
           { "a seed makes the same market again", a_seed_makes_the_same_market_again },
           { "a position gains what the price gained", a_position_gains_what_the_price_gained })
