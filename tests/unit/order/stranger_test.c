/* Which orders that nobody here has placed are told of? */
#include "support/order_world.h"

static struct order_world world;

static void open_world(void)
{
    order_world_open(&world, "okx", 9, CMB_JOURNAL_PROCESS);
    order_world_play_ms(&world, 1000);
}

static uint32_t life_of(const char *client_id)
{
    const struct cmb_order *order = cmb_orders_find(world.orders, cmb_text_of(client_id));
    return order ? order->life : 0;
}

/* A report of an order under the n-th name of an earlier run, or under a name that is no run's. */
static void hear(unsigned n, bool is_ours, uint64_t state, uint32_t proof)
{
    char name[CMB_CLIENT_ID_SIZE], id[16];
    cmb_client_id_write(world.recovery.install, 1, n, name);
    snprintf(id, sizeof id, "%u", 70000 + n);
    cmb_orders_hear_order(world.orders,
                          &(struct cambist_order){ .id = id, .symbol = "BTC/USDT", .state = state,
                                                   .client_order_id = is_ours ? name : "mine" },
                          proof);
}

static void an_open_order_under_our_name_is_an_orphan(void)
{
    open_world();
    hear(1, true, CAMBIST_STATE_OPEN, CAMBIST_PROOF_QUERY);
    ASSERT_NUMBER(world.orphans, 1);
    hear(1, true, CAMBIST_STATE_OPEN, CAMBIST_PROOF_QUERY);
    ASSERT_NUMBER(world.orphans, 1); /* each is told of once */
    order_world_close(&world);
}

static void what_the_stream_tells_is_new(void)
{
    open_world();
    hear(1, true, CAMBIST_STATE_CLOSED, CAMBIST_PROOF_STREAM);
    hear(2, false, CAMBIST_STATE_CLOSED, CAMBIST_PROOF_STREAM);
    ASSERT_NUMBER(world.orphans, 1);
    ASSERT_NUMBER(world.strangers, 1);
    order_world_close(&world);
}

/* The journal and the host forget what is over and settled, a list of old orders does not. */
static void what_was_over_long_ago_is_no_orphan(void)
{
    static const uint64_t ends[] = { CAMBIST_STATE_CLOSED, CAMBIST_STATE_CANCELED,
                                     CAMBIST_STATE_EXPIRED, CAMBIST_STATE_REJECTED };
    open_world();
    for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++) {
        hear(i, true, ends[i], CAMBIST_PROOF_QUERY);
        hear(10 + i, false, ends[i], CAMBIST_PROOF_QUERY);
    }
    ASSERT_NUMBER(world.orphans, 0);
    ASSERT_NUMBER(world.strangers, 0);
    CU_ASSERT(cmb_orders_is_stranger(world.orders, "70000")); /* its trades are not ours to seek */
    order_world_close(&world);
}

/* However many old orders a list holds: what was told of is not told again. */
static void old_orders_do_not_drive_out_what_was_told(void)
{
    open_world();
    hear(0, true, CAMBIST_STATE_OPEN, CAMBIST_PROOF_QUERY);
    for (unsigned i = 1; i <= 2 * CMB_STRANGER_SETS * CMB_STRANGERS_PER_SET; i++)
        hear(i, true, CAMBIST_STATE_CANCELED, CAMBIST_PROOF_QUERY);
    hear(0, true, CAMBIST_STATE_OPEN, CAMBIST_PROOF_QUERY);
    ASSERT_NUMBER(world.orphans, 1);
    order_world_close(&world);
}

/* Each of those trades may be the order's, until one asks whose it was. */
static void a_lost_order_is_proved_not_to_be_among_many_trades_of_others(void)
{
    enum { OTHERS = 30 };
    struct cmb_engine_order *others[OTHERS];
    open_world();
    struct cmb_engine *engine = world.practice.exchange->practice->engine;
    engine->rest_ns = 60000000000ll; /* nobody else trades */
    for (int i = 0; i < OTHERS; i++)
        others[i] = order_world_place_elsewhere(&world);
    order_world_play_ms(&world, 20000);
    practice_world_strike(&world.practice, "cut@create_order", 1);
    order_world_begin(&world, CAMBIST_OPERATION_create_order,
                      PRACTICE_WORLD_FAR_ORDER ";client_order_id=lost");
    for (int i = 0; i < OTHERS; i++)
        cmb_engine_hit(engine, others[i], others[i]->amount);
    order_world_play_ms(&world, 500);
    memset(&world.orders->told, 0, sizeof world.orders->told); /* long ago, and forgotten */
    ASSERT_NUMBER(life_of("lost"), CAMBIST_LIFE_UNKNOWN);
    order_world_play_ms(&world, 60000);
    ASSERT_NUMBER(life_of("lost"), CAMBIST_LIFE_REJECTED);
    order_world_close(&world);
}

TEST_SUITE("order/stranger",
           { "an open order under our name is an orphan",
             an_open_order_under_our_name_is_an_orphan },
           { "what the stream tells is new", what_the_stream_tells_is_new },
           { "what was over long ago is no orphan", what_was_over_long_ago_is_no_orphan },
           { "old orders do not drive out what was told",
             old_orders_do_not_drive_out_what_was_told },
           { "a lost order is proved not to be among many trades of others",
             a_lost_order_is_proved_not_to_be_among_many_trades_of_others })
