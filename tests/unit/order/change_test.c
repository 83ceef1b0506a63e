/* Is the end of a cancel or edit taken for what it is the end of? */
#include "support/order_world.h"

static struct order_world world;

static const struct cmb_order *only_order(void)
{
    const struct cmb_engine *engine = order_world_engine(&world);
    CU_ASSERT_FATAL(engine->order_count == 1);
    const struct cmb_order *order =
        cmb_orders_find(world.orders, cmb_text_of(engine->orders[0]->client_id));
    CU_ASSERT_FATAL(order != NULL);
    return order;
}

static void edit(const char *amount, const char *price)
{
    char arguments[200];
    snprintf(arguments, sizeof arguments,
             "symbol=BTC/USDT;side=buy;type=limit;client_order_id=%s;amount=%s;price=%s",
             only_order()->client_id, amount, price);
    CU_ASSERT(order_world_begin(&world, CAMBIST_OPERATION_edit_order, arguments));
}

static void open_world(void)
{
    order_world_open(&world, "okx", 4, CMB_JOURNAL_PROCESS);
    order_world_play_ms(&world, 3000);
    order_world_begin(&world, CAMBIST_OPERATION_create_order,
                      "symbol=BTC/USDT;side=buy;type=limit;amount=0.01;price=30000");
    order_world_play_ms(&world, 3000);
    ASSERT_NUMBER(only_order()->life, CAMBIST_LIFE_WORKING);
}

/* The stream tells what the first edit did long before its answer comes: that answer must not be
 * taken for the second edit's, which was lost. */
static void the_answer_to_an_edit_is_not_the_next_edits(void)
{
    struct cambist_decimal really;
    open_world();
    practice_world_strike(&world.practice, "slow@edit_order", 1);
    edit("0.02", "30001");
    order_world_play_ms(&world, 200);
    ASSERT_NUMBER(only_order()->pending, CAMBIST_PENDING_NOTHING);
    practice_world_strike(&world.practice, "cut@edit_order", 1);
    edit("0.01", "30002");
    order_world_play_ms(&world, 60000);
    really = cmb_record_number(order_world_engine(&world)->orders[0]->amount,
                               order_world_engine(&world)->markets[0].rules->amount_scale);
    CU_ASSERT(cmb_decimal_compare(&only_order()->amount, &really) == 0);
    ASSERT_NUMBER(world.understated, 0);
    ASSERT_NUMBER(world.answered, world.asked);
    order_world_close(&world);
}

static void an_edit_may_follow_when_the_one_before_was_answered(void)
{
    struct cambist_decimal wanted;
    open_world();
    edit("0.02", "30001");
    order_world_play_ms(&world, 3000);
    edit("0.03", "30002");
    order_world_play_ms(&world, 3000);
    CU_ASSERT(cmb_decimal_parse(CMB_TEXT("0.03"), &wanted) == CMB_NUMBER_FINE);
    CU_ASSERT(cmb_decimal_compare(&only_order()->amount, &wanted) == 0);
    ASSERT_NUMBER(world.endings[CAMBIST_OUTCOME_DONE], 3);
    order_world_close(&world);
}

TEST_SUITE("order/change",
           { "the answer to an edit is not the next edit's",
             the_answer_to_an_edit_is_not_the_next_edits },
           { "an edit may follow when the one before was answered",
             an_edit_may_follow_when_the_one_before_was_answered })
