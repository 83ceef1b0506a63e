/* Does a new process know of orders what the last one knew, and refuse what it cannot understand? */
#include "support/decimal.h"
#include "support/order_world.h"

static struct order_world world;

/* ---- by way of a journal ---- */

static bool take_first(const struct cmb_order *order, void *user)
{
    *(const struct cmb_order **)user = order;
    return false;
}

static const struct cmb_order *first_order(void)
{
    const struct cmb_order *order = NULL;
    cmb_orders_each(world.orders, take_first, &order);
    CU_ASSERT_FATAL(order != NULL);
    return order;
}

/* An order that was placed, cancelled, and is settled. */
static void open_with_settled_order(void)
{
    char arguments[200];
    order_world_open(&world, "okx", 3, CMB_JOURNAL_PROCESS);
    order_world_play_ms(&world, 3000);
    order_world_begin(&world, CAMBIST_OPERATION_create_order,
                      "symbol=BTC/USDT;side=buy;type=limit;amount=0.01;price=30000");
    order_world_play_ms(&world, 3000);
    snprintf(arguments, sizeof arguments, "symbol=BTC/USDT;client_order_id=%s",
             first_order()->client_id);
    order_world_begin(&world, CAMBIST_OPERATION_cancel_order, arguments);
    order_world_play_ms(&world, 3000);
    ASSERT_NUMBER(first_order()->life, CAMBIST_LIFE_CANCELED);
    CU_ASSERT(cmb_order_is_settled(first_order()));
}

static void checkpoint(void)
{
    CU_ASSERT(cmb_recovery_checkpoint(&world.recovery, &world.practice.error) == CAMBIST_OK);
    while (cmb_journal_step(world.journal))
        continue;
}

static void hear_trade(const char *id, const char *amount)
{
    struct cambist_trade trade = { .id = id, .order_id = first_order()->id, .timestamp = 1,
                                   .amount = decimal(amount) };
    cmb_orders_hear_trade(world.orders, &trade);
}

static void assert_counted(const char *expected)
{
    char text[CMB_DECIMAL_TEXT_SIZE];
    cmb_decimal_format(&first_order()->counted, text);
    ASSERT_TEXT(text, expected);
}

static void what_a_checkpoint_has_left_out_is_written_again_when_it_matters(void)
{
    open_with_settled_order();
    checkpoint();
    hear_trade("late", "0.004");
    hear_trade("later", "0.002");
    order_world_kill(&world, /* is_power= */ false, 1);
    assert_counted("0.006");
    hear_trade("late", "0.004"); /* it was counted by the process before */
    assert_counted("0.006");
    order_world_close(&world);
}

static void what_a_checkpoint_has_left_out_is_forgotten_else(void)
{
    open_with_settled_order();
    checkpoint();
    order_world_kill(&world, /* is_power= */ false, 1);
    const struct cmb_order *order = NULL;
    cmb_orders_each(world.orders, take_first, &order);
    CU_ASSERT(order == NULL);
    order_world_close(&world);
}

/* ---- record by record ---- */

static int take(enum cmb_journal_type type, const char *payload)
{
    struct cmb_journal_record record = { .number = 7, .type = type, .offset = 64,
                                         .file = "00000001.journal",
                                         .payload = cmb_text_of(payload) };
    world.practice.error = (struct cambist_error){ 0 };
    return cmb_recovery_take(&record, &world.recovery, &world.practice.error);
}

static void assert_refused(enum cmb_journal_type type, const char *payload, const char *reason)
{
    char expected[200];
    snprintf(expected, sizeof expected, "00000001.journal, record 7 at 64: %s", reason);
    ASSERT_NUMBER(take(type, payload), CAMBIST_JOURNAL);
    ASSERT_TEXT(world.practice.error.message, expected);
}

#define NEWS(kind, more) "{\"news\":" #kind ",\"exchange\":\"okx\",\"client_id\":\"a\"" more "}"
#define TERMS ",\"symbol\":\"BTC/USDT\",\"side\":1,\"type\":1,\"amount\":\"2\",\"price\":\"3\""

static void what_cannot_be_understood_is_refused_with_its_place(void)
{
    order_world_open(&world, "okx", 3, CMB_JOURNAL_OFF);
    assert_refused(CMB_JOURNAL_EVENT, NEWS(4, ",\"state\":1"),
                   "news of an order that was never intended");
    assert_refused(CMB_JOURNAL_INTENT, "{\"news\":1,\"exchange\":\"moon\",\"client_id\":\"a\"}",
                   "an order at \"moon\", which the configuration does not have: enable that "
                   "exchange, or take another journal");
    assert_refused(CMB_JOURNAL_INTENT, "{\"news\":99}", "news of no known kind, or of no order");
    assert_refused(CMB_JOURNAL_CONFIG, "{\"install\":0}", "settings that cannot be read");
    assert_refused(CMB_JOURNAL_CONFIG, "{\"install\":1", "settings that cannot be read");
    ASSERT_NUMBER(take(CMB_JOURNAL_INTENT, NEWS(1, TERMS)), CAMBIST_OK);
    assert_refused(CMB_JOURNAL_INTENT, NEWS(1, TERMS), "an order is intended twice");
    order_world_close(&world);
}

static void settings_of_a_later_version_are_passed_over(void)
{
    order_world_open(&world, "okx", 3, CMB_JOURNAL_OFF);
    ASSERT_NUMBER(take(CMB_JOURNAL_CONFIG, "{\"install\":5,\"more\":[1],\"boot\":\"x\"}"),
                  CAMBIST_OK);
    ASSERT_NUMBER(world.recovery.install, 5);
    CU_ASSERT(!world.recovery.is_same_boot);
    order_world_close(&world);
}

/* An id may be used again once nobody remembers the order, which may be sooner than its records are
 * gone; and what a checkpoint has left out may still stand in front of it. */
static void a_settled_order_makes_room_for_another_of_its_name(void)
{
    order_world_open(&world, "okx", 3, CMB_JOURNAL_OFF);
    ASSERT_NUMBER(take(CMB_JOURNAL_INTENT, NEWS(1, TERMS)), CAMBIST_OK);
    ASSERT_NUMBER(take(CMB_JOURNAL_OUTCOME, NEWS(3, ",\"ending\":1")), CAMBIST_OK);
    ASSERT_NUMBER(first_order()->life, CAMBIST_LIFE_NOT_SENT);
    ASSERT_NUMBER(take(CMB_JOURNAL_EVENT, NEWS(10, TERMS ",\"life\":6,\"id\":\"x\"")), CAMBIST_OK);
    ASSERT_NUMBER(first_order()->life, CAMBIST_LIFE_CANCELED);
    ASSERT_NUMBER(take(CMB_JOURNAL_INTENT, NEWS(1, TERMS)), CAMBIST_OK);
    ASSERT_NUMBER(first_order()->life, CAMBIST_LIFE_INTENT);
    ASSERT_NUMBER(cmb_orders_open(world.orders), 1);
    order_world_close(&world);
}

/* Ten thousand orders later: what was dropped meanwhile may have been dropped later then. */
static void nothing_is_dropped_while_a_journal_is_read(void)
{
    char payload[256];
    order_world_open(&world, "okx", 3, CMB_JOURNAL_OFF);
    for (int i = 0; i <= CMB_KEPT_SETTLED + 1; i++) {
        snprintf(payload, sizeof payload,
                 "{\"news\":1,\"exchange\":\"okx\",\"client_id\":\"a%d\",\"symbol\":\"BTC/USDT\"}",
                 i);
        CU_ASSERT(take(CMB_JOURNAL_INTENT, payload) == CAMBIST_OK);
        snprintf(payload, sizeof payload,
                 "{\"news\":3,\"exchange\":\"okx\",\"client_id\":\"a%d\",\"ending\":1}", i);
        CU_ASSERT(take(CMB_JOURNAL_OUTCOME, payload) == CAMBIST_OK);
    }
    ASSERT_NUMBER(take(CMB_JOURNAL_EVENT,
                       "{\"news\":4,\"exchange\":\"okx\",\"client_id\":\"a0\",\"state\":1}"),
                  CAMBIST_OK);
    order_world_close(&world);
}

TEST_SUITE("order/recover",
           { "what a checkpoint has left out is written again when it matters",
             what_a_checkpoint_has_left_out_is_written_again_when_it_matters },
           { "what a checkpoint has left out is forgotten else",
             what_a_checkpoint_has_left_out_is_forgotten_else },
           { "what cannot be understood is refused with its place",
             what_cannot_be_understood_is_refused_with_its_place },
           { "settings of a later version are passed over",
             settings_of_a_later_version_are_passed_over },
           { "a settled order makes room for another of its name",
             a_settled_order_makes_room_for_another_of_its_name },
           { "nothing is dropped while a journal is read",
             nothing_is_dropped_while_a_journal_is_read })
