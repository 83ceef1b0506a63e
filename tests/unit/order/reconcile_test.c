/* How much is asked for so as to know what was missed? */
#include "support/order_world.h"

static struct order_world world;

/* Orders rest in these markets, and nothing of the limit is used. */
static void open_world(const char *plugin, const char *const *symbols, size_t count)
{
    order_world_open(&world, plugin, 9, CMB_JOURNAL_PROCESS);
    order_world_play_ms(&world, 2000);
    for (size_t i = 0; i < count; i++) {
        char arguments[ORDER_WORLD_TEXT];
        snprintf(arguments, sizeof arguments,
                 "symbol=%s;side=buy;type=limit;amount=1;price=%d", symbols[i],
                 strncmp(symbols[i], "BTC", 3) == 0 ? 30000 : 100);
        CU_ASSERT(order_world_begin(&world, CAMBIST_OPERATION_create_order, arguments));
    }
    order_world_play_ms(&world, 57000); /* shortly before a minute has gone by */
    ASSERT_NUMBER(world.endings[CAMBIST_OUTCOME_DONE], count);
}

/* What the answers to a reconciliation's questions were taken for by the limit. */
static uint32_t reconcile(const char *limit)
{
    const struct cmb_plugin *plugin = world.practice.client->plugin;
    uint32_t i = 0;
    while (strcmp(plugin->tables.limits.rows[i].name, limit) != 0)
        i++;
    struct cmb_bucket *bucket = cmb_desk_bucket(world.practice.desk, i);
    uint64_t syncs = world.syncs;
    uint32_t before = cmb_bucket_used(bucket, cmb_loop_now_ns(world.practice.loop));
    cmb_orders_reconcile(world.orders);
    for (int waited = 0; world.syncs == syncs && waited < 1000; waited++)
        order_world_play_ms(&world, 1);
    ASSERT_NUMBER(world.syncs, syncs + 1);
    return cmb_bucket_used(bucket, cmb_loop_now_ns(world.practice.loop)) - before;
}

static const char *const spot[] = { "BTC/USDT", "ETH/USDT", "SOL/USDT" };

static void the_trades_of_all_markets_are_asked_for_at_once(void)
{
    open_world("kraken", spot, 3);
    ASSERT_NUMBER(reconcile("private"), 1 + 2);
    CU_ASSERT(order_world_is_right(&world));
    order_world_close(&world);
}

/* Somebody else's, on the same account. */
static void trade_elsewhere(unsigned trades)
{
    struct cmb_engine *engine = world.practice.exchange->practice->engine;
    for (unsigned i = 0; i < trades; i++) {
        struct cmb_engine_order *order = order_world_place_elsewhere(&world);
        cmb_engine_hit(engine, order, order->amount);
    }
}

static void what_does_not_stand_on_one_page_is_asked_for_market_by_market(void)
{
    open_world("kraken", spot, 3);
    trade_elsewhere(50);
    ASSERT_NUMBER(reconcile("private"), 1 + 2 + 3 * 2);
    CU_ASSERT(order_world_is_right(&world));
    order_world_close(&world);
}

/* A question without a symbol means markets of one kind. */
static void markets_of_several_kinds_are_asked_for_by_their_names(void)
{
    open_world("kraken", spot, 3);
    struct cmb_markets *markets = world.practice.client->markets;
    struct cambist_market *market =
        (struct cambist_market *)(uintptr_t)cmb_markets_find(markets, cmb_text_of(spot[2]), 0);
    market->kind = CAMBIST_KIND_SWAP;
    ASSERT_NUMBER(reconcile("private"), 1 + 3 * 2);
    order_world_close(&world);
}

TEST_SUITE("order/reconcile",
           { "the trades of all markets are asked for at once",
             the_trades_of_all_markets_are_asked_for_at_once },
           { "what does not stand on one page is asked for market by market",
             what_does_not_stand_on_one_page_is_asked_for_market_by_market },
           { "markets of several kinds are asked for by their names",
             markets_of_several_kinds_are_asked_for_by_their_names })
