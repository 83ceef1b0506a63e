/* Does anything leave that is not written down, when the journal's disk fails in the middle of it? */
#include "support/order_world.h"

static struct order_world world;

enum { CALLS = 12 };

static bool take_first(const struct cmb_order *order, void *user)
{
    *(const struct cmb_order **)user = order;
    return false;
}

/* The name of the first order, which lives through everything. */
static const char *first_name(void)
{
    static char name[CMB_ORDER_TEXT_SIZE];
    const struct cmb_order *order = NULL;
    cmb_orders_each(world.orders, take_first, &order);
    CU_ASSERT_FATAL(order != NULL);
    snprintf(name, sizeof name, "%s", order->client_id);
    return name;
}

static void open_with_order(const char *plugin, enum cmb_journal_mode mode)
{
    order_world_open(&world, plugin, 3, mode);
    world.practice.exchange->practice->engine->rest_ns = 60000000000ll;
    order_world_play_ms(&world, 3000);
    order_world_begin(&world, CAMBIST_OPERATION_create_order,
                      "symbol=BTC/USDT;side=buy;type=limit;amount=0.01;price=30000");
    order_world_play_ms(&world, 5000);
}

static bool count_loose(const struct cmb_order *order, void *user)
{
    *(unsigned *)user += order->life <= CAMBIST_LIFE_UNKNOWN || order->pending;
    return true;
}

/* What is believed never to have come into being; it is asked for no more. */
static bool check_absent(const struct cmb_order *order, void *user)
{
    (void)user;
    const struct cmb_engine *engine = order_world_engine(&world);
    for (size_t i = 0; i < engine->order_count && order->life >= CAMBIST_LIFE_REJECTED; i++)
        CU_ASSERT(strcmp(engine->orders[i]->client_id, order->client_id) != 0);
    return true;
}

/* All is known in the end, and is so. */
static void assert_right_after_a_kill(unsigned call)
{
    unsigned loose = 1;
    order_world_kill(&world, /* is_power= */ false, 1);
    cmb_orders_each(world.orders, check_absent, NULL);
    for (int i = 0; i < 200 && loose; i++) {
        order_world_play_ms(&world, 5000);
        loose = 0;
        cmb_orders_each(world.orders, count_loose, &loose);
    }
    bool is_right = order_world_is_right(&world);
    if (!is_right)
        printf("\n    when call %u of the disk fails", call);
    CU_ASSERT(is_right);
}

static void fail_from(unsigned call, int fault, bool fails_on)
{
    world.disk->fails_at = world.disk->calls + call;
    world.disk->fault = fault;
    world.disk->fails_on = fails_on;
}

static void check_placing(enum cmb_journal_mode mode, int fault, bool fails_on)
{
    for (unsigned call = 1; call < CALLS; call++) {
        open_with_order("okx", mode);
        fail_from(call, fault, fails_on);
        order_world_begin(&world, CAMBIST_OPERATION_create_order,
                          "symbol=BTC/USDT;side=buy;type=limit;amount=0.02;price=30000");
        order_world_play_ms(&world, 3000);
        assert_right_after_a_kill(call);
        order_world_close(&world);
    }
}

static void no_order_leaves_that_is_not_written_down(void)
{
    check_placing(CMB_JOURNAL_PROCESS, EIO, true);
    check_placing(CMB_JOURNAL_POWER, EIO, true);
    check_placing(CMB_JOURNAL_PROCESS, ENOSPC, false);
}

static void no_change_leaves_that_is_not_written_down(void)
{
    char arguments[200];
    for (unsigned call = 1; call < CALLS; call++) {
        open_with_order("okx", CMB_JOURNAL_PROCESS);
        snprintf(arguments, sizeof arguments,
                 "symbol=BTC/USDT;side=buy;type=limit;amount=0.05;price=30000;client_order_id=%s",
                 first_name());
        fail_from(call, EIO, true);
        order_world_begin(&world, CAMBIST_OPERATION_edit_order, arguments);
        order_world_play_ms(&world, 3000);
        const struct cmb_engine_order *real = order_world_engine(&world)->orders[0];
        const struct cmb_order *known = cmb_orders_find(world.orders, cmb_text_of(first_name()));
        struct cambist_decimal exposure = cmb_order_exposure(known);
        struct cambist_decimal amount = cmb_record_number(
            real->amount, order_world_engine(&world)->markets[real->market].rules->amount_scale);
        CU_ASSERT(cmb_decimal_compare(&exposure, &amount) >= 0);
        assert_right_after_a_kill(call);
        order_world_close(&world);
    }
}

static void cancels_go_on(void)
{
    char arguments[200];
    for (unsigned call = 1; call < CALLS; call++) {
        open_with_order("okx", CMB_JOURNAL_PROCESS);
        snprintf(arguments, sizeof arguments, "symbol=BTC/USDT;client_order_id=%s", first_name());
        fail_from(call, EIO, true);
        order_world_begin(&world, CAMBIST_OPERATION_cancel_order, arguments);
        order_world_play_ms(&world, 3000);
        ASSERT_NUMBER(order_world_engine(&world)->orders[0]->state, CAMBIST_STATE_CANCELED);
        assert_right_after_a_kill(call);
        order_world_close(&world);
    }
}

TEST_SUITE("order/submit",
           { "no order leaves that is not written down", no_order_leaves_that_is_not_written_down },
           { "no change leaves that is not written down",
             no_change_leaves_that_is_not_written_down },
           { "cancels go on", cancels_go_on })
