/* Does a practice exchange cancel all orders of a client that it does not hear of any more?
 *
 * Over a network that is only played. */
#include "support/practice_world.h"

#define SWAP_ORDER "symbol=%s;side=buy;type=limit;amount=0.01;price=%s"

static struct practice_world world;
static struct cmb_run *run;

static void open_world(const char *plugin)
{
    practice_world_open(&world, plugin, 33);
    run = cmb_run_new();
    CU_ASSERT_FATAL(run != NULL);
}

static void close_world(void)
{
    practice_world_close(&world);
    cmb_run_free(run);
}

static void place(const char *symbol, const char *price)
{
    char arguments[128];
    snprintf(arguments, sizeof arguments, SWAP_ORDER, symbol, price);
    ASSERT_NUMBER(practice_world_ask(&world, run, CAMBIST_OPERATION_create_order, arguments),
                  CAMBIST_OK);
}

static const struct cambist_timer *set(const char *arguments)
{
    ASSERT_NUMBER(practice_world_ask(&world, run, CAMBIST_OPERATION_cancel_all_orders_after,
                                     arguments), CAMBIST_OK);
    CU_ASSERT_FATAL(run->call->row_count == 1);
    return (const struct cambist_timer *)(const void *)run->call->rows;
}

static unsigned open_in(const char *symbol)
{
    unsigned open = 0;
    for (size_t i = 0; i < cmb_ledger_order_count(world.exchange->practice); i++) {
        struct cmb_ledger_order order = practice_world_truth(&world, i);
        open += order.state == CAMBIST_STATE_OPEN && strcmp(order.symbol, symbol) == 0;
    }
    return open;
}

static void all_orders_go_when_the_time_has_come(void)
{
    static const char *const plugins[] = { "kraken", "okx" };
    for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++) {
        open_world(plugins[i]);
        place("BTC/USDT", "30000");
        place("ETH/USDT", "1500");
        const struct cambist_timer *timer = set("timeout=10000");
        CU_ASSERT(timer->trigger_time > timer->timestamp);
        practice_world_play_ms(&world, 9000);
        ASSERT_NUMBER(open_in("BTC/USDT") + open_in("ETH/USDT"), 2);
        practice_world_play_ms(&world, 1500);
        ASSERT_NUMBER(open_in("BTC/USDT") + open_in("ETH/USDT"), 0);
        place("BTC/USDT", "30000"); /* it went off once, and no more */
        practice_world_play_ms(&world, 60000);
        ASSERT_NUMBER(open_in("BTC/USDT"), 1);
        close_world();
    }
}

static void whoever_sets_it_again_keeps_the_orders(void)
{
    open_world("kraken");
    place("BTC/USDT", "30000");
    for (int i = 0; i < 10; i++) {
        set("timeout=10000");
        practice_world_play_ms(&world, 6000);
    }
    ASSERT_NUMBER(open_in("BTC/USDT"), 1);
    practice_world_play_ms(&world, 6000);
    ASSERT_NUMBER(open_in("BTC/USDT"), 0);
    close_world();
}

static void a_timeout_of_nothing_disarms(void)
{
    open_world("kraken");
    place("BTC/USDT", "30000");
    set("timeout=10000");
    ASSERT_NUMBER(set("timeout=0")->trigger_time, 0);
    practice_world_play_ms(&world, 60000);
    ASSERT_NUMBER(open_in("BTC/USDT"), 1);
    close_world();
}

static void a_switch_of_one_market_is_no_other_markets(void)
{
    open_world("binance");
    place("BTC/USDT:USDT", "30000");
    place("ETH/USDT:USDT", "1500");
    ASSERT_NUMBER(set("symbol=BTC/USDT:USDT;timeout=10000")->timeout.low, 10000);
    practice_world_play_ms(&world, 11000);
    ASSERT_NUMBER(open_in("BTC/USDT:USDT"), 0);
    ASSERT_NUMBER(open_in("ETH/USDT:USDT"), 1);
    close_world();
}

TEST_SUITE("simulator/dead_man",
           { "all orders go when the time has come", all_orders_go_when_the_time_has_come },
           { "whoever sets it again keeps the orders", whoever_sets_it_again_keeps_the_orders },
           { "a timeout of nothing disarms", a_timeout_of_nothing_disarms },
           { "a switch of one market is no other market's",
             a_switch_of_one_market_is_no_other_markets })
