/* Are all orders cancelled when their owner is not there any more, and only then?
 *
 * Over a network that is only played, at practice exchanges with a dead man's switch. */
#include "support/order_world.h"

enum { SPAN_MS = 60000, ORDERS = 3 };

static const struct place {
    const char *plugin, *symbol;
} places[] = {
    { "kraken", "BTC/USDT" }, { "okx", "BTC/USDT" },
    { "binance", "BTC/USDT:USDT" }, /* a switch for each market */
};
enum { PLACES = sizeof places / sizeof *places };

static struct order_world world;
static unsigned placed;

static unsigned open_orders(void)
{
    const struct cmb_engine *engine = order_world_engine(&world);
    unsigned open = 0;
    for (size_t i = 0; i < engine->order_count; i++)
        open += engine->orders[i]->state == CAMBIST_STATE_OPEN;
    return open;
}

/* A client with orders that rest, and a switch that is set. */
static void open_world(const struct place *place)
{
    char arguments[128];
    snprintf(arguments, sizeof arguments, "symbol=%s;side=buy;type=limit;amount=0.01;price=30000",
             place->symbol);
    order_world_open_with(&world, place->plugin, 3, CMB_JOURNAL_PROCESS, SPAN_MS);
    order_world_play_ms(&world, 3000);
    for (int i = 0; i < ORDERS; i++) {
        CU_ASSERT(order_world_begin(&world, CAMBIST_OPERATION_create_order, arguments));
        order_world_play_ms(&world, 10000);
    }
    placed = open_orders(); /* one may be refused: its nonce may be overtaken by a question's */
    CU_ASSERT(placed >= ORDERS - 1);
}

static void whoever_lives_keeps_the_orders(void)
{
    for (size_t i = 0; i < PLACES; i++) {
        open_world(&places[i]);
        for (int minute = 0; minute < 10; minute++) {
            order_world_play_ms(&world, 60000);
            CU_ASSERT(cmb_orders_armed_until_ns(world.orders) > cmb_orders_now_ns(world.orders));
        }
        ASSERT_NUMBER(open_orders(), placed);
        order_world_close(&world);
    }
}

static void whoever_is_killed_leaves_no_order_behind(void)
{
    for (size_t i = 0; i < PLACES; i++) {
        open_world(&places[i]);
        order_world_silence(&world);
        cmb_orders_stop(world.orders);
        order_world_play_ms(&world, SPAN_MS / 2);
        ASSERT_NUMBER(open_orders(), placed);
        order_world_play_ms(&world, SPAN_MS / 2 + 1000);
        ASSERT_NUMBER(open_orders(), 0);
        order_world_close(&world);
    }
}

/* What is not written down any more must not live on unwatched. */
static void whoever_cannot_write_the_journal_is_not_there(void)
{
    for (size_t i = 0; i < PLACES; i++) {
        open_world(&places[i]);
        world.disk->fault = 5; /* EIO */
        world.disk->fails_at = world.disk->calls + 1;
        world.disk->fails_on = true;
        order_world_begin(&world, CAMBIST_OPERATION_create_order,
                          "symbol=BTC/USDT;side=buy;type=limit;amount=0.01;price=30000");
        order_world_play_ms(&world, SPAN_MS / 2);
        CU_ASSERT(cmb_journal_failure(world.journal) != NULL);
        ASSERT_NUMBER(open_orders(), placed); /* and the new one was never sent */
        order_world_play_ms(&world, SPAN_MS + 1000);
        ASSERT_NUMBER(open_orders(), 0);
        order_world_close(&world);
    }
}

static void without_orders_nothing_is_set(void)
{
    order_world_open_with(&world, "kraken", 3, CMB_JOURNAL_PROCESS, SPAN_MS);
    order_world_play_ms(&world, 3 * SPAN_MS);
    ASSERT_NUMBER(cmb_orders_armed_until_ns(world.orders), 0);
    order_world_close(&world);
}

/* A new process has orders of the last one, and looks after them. */
static void whoever_comes_back_in_time_keeps_the_orders(void)
{
    for (size_t i = 0; i < PLACES; i++) {
        open_world(&places[i]);
        order_world_kill(&world, /* is_power= */ false, 7);
        order_world_play_ms(&world, 5 * SPAN_MS);
        ASSERT_NUMBER(open_orders(), placed);
        order_world_close(&world);
    }
}

TEST_SUITE("order/dead_man",
           { "whoever lives keeps the orders", whoever_lives_keeps_the_orders },
           { "whoever is killed leaves no order behind", whoever_is_killed_leaves_no_order_behind },
           { "whoever cannot write the journal is not there",
             whoever_cannot_write_the_journal_is_not_there },
           { "without orders nothing is set", without_orders_nothing_is_set },
           { "whoever comes back in time keeps the orders",
             whoever_comes_back_in_time_keeps_the_orders })
