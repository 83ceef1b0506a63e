/* What is refused before anything leaves, what becomes of lists, and what can be looked up? */
#include "support/order_world.h"

static struct order_world world;
static struct cmb_run *run;
static bool is_done;

static void open_world(const char *plugin)
{
    order_world_open(&world, plugin, 3, CMB_JOURNAL_PROCESS);
    world.practice.exchange->practice->engine->rest_ns = 60000000000ll; /* nobody else trades */
    run = cmb_run_new();
    CU_ASSERT_FATAL(run != NULL);
    order_world_play_ms(&world, 3000);
}

static void close_world(void)
{
    cmb_run_free(run);
    order_world_close(&world);
}

/* ---- asking ---- */

static void on_done(struct cmb_run *ended, void *user)
{
    (void)ended;
    *(bool *)user = true;
}

static int go(void)
{
    is_done = false;
    cmb_orders_run(world.orders, run, on_done, &is_done);
    order_world_play_ms(&world, 3000);
    CU_ASSERT_FATAL(is_done);
    return (int)run->error.status;
}

static int ask(uint32_t operation, const char *arguments)
{
    cmb_run_init(run, world.practice.desk, operation);
    practice_world_set(&world.practice, run, arguments);
    return go();
}


static int place(const char *more)
{
    char arguments[256];
    snprintf(arguments, sizeof arguments, PRACTICE_WORLD_FAR_ORDER "%s", more);
    return ask(CAMBIST_OPERATION_create_order, arguments);
}

static uint32_t life_of(const char *client_id)
{
    const struct cmb_order *order = cmb_orders_find(world.orders, cmb_text_of(client_id));
    return order ? order->life : 0;
}

static size_t executed(void)
{
    return order_world_engine(&world)->order_count;
}

/* ---- refused ---- */

static void a_blocked_account_places_and_changes_nothing_but_cancels(void)
{
    open_world("okx");
    ASSERT_NUMBER(place(";client_order_id=a"), CAMBIST_OK);
    cmb_orders_block(world.orders, true);
    ASSERT_NUMBER(place(";client_order_id=b"), CAMBIST_MARKET_CLOSED);
    ASSERT_TEXT(run->error.message, "okx: orders are blocked here");
    ASSERT_NUMBER(run->error.outcome, CAMBIST_OUTCOME_NOT_DONE);
    ASSERT_NUMBER(ask(CAMBIST_OPERATION_edit_order,
                      PRACTICE_WORLD_FAR_ORDER ";client_order_id=a;amount=0.02"),
                  CAMBIST_MARKET_CLOSED);
    ASSERT_NUMBER(ask(CAMBIST_OPERATION_cancel_order, "symbol=BTC/USDT;client_order_id=a"),
                  CAMBIST_OK);
    cmb_orders_block(world.orders, false);
    ASSERT_NUMBER(place(";client_order_id=b"), CAMBIST_OK);
    ASSERT_NUMBER(executed(), 2);
    close_world();
}

static void behind_a_broken_journal_too(void)
{
    open_world("okx");
    ASSERT_NUMBER(place(";client_order_id=a"), CAMBIST_OK);
    world.disk->fails_at = world.disk->calls + 1;
    world.disk->fault = EIO;
    ASSERT_NUMBER(ask(CAMBIST_OPERATION_cancel_order, "symbol=BTC/USDT;client_order_id=a"),
                  CAMBIST_OK);
    ASSERT_NUMBER(life_of("a"), CAMBIST_LIFE_CANCELED);
    ASSERT_NUMBER(place(";client_order_id=b"), CAMBIST_JOURNAL);
    ASSERT_NUMBER(run->error.outcome, CAMBIST_OUTCOME_NOT_DONE);
    ASSERT_NUMBER(life_of("b"), 0);
    ASSERT_NUMBER(executed(), 1);
    close_world();
}

static void a_name_is_given_once(void)
{
    open_world("okx");
    ASSERT_NUMBER(place(";client_order_id=a"), CAMBIST_OK);
    ASSERT_NUMBER(place(";client_order_id=a"), CAMBIST_DUPLICATE_ORDER);
    ASSERT_TEXT(run->error.message, "the client id a was used before");
    ASSERT_NUMBER(run->error.outcome, CAMBIST_OUTCOME_NOT_DONE);
    ASSERT_NUMBER(executed(), 1);
    close_world();
}

static void a_name_has_an_end(void)
{
    char more[140];
    int length = snprintf(more, sizeof more, ";client_order_id=");
    memset(more + length, 'x', CMB_ORDER_TEXT_SIZE);
    more[length + CMB_ORDER_TEXT_SIZE] = '\0';
    open_world("okx");
    ASSERT_NUMBER(place(more), CAMBIST_BAD_ARGUMENT);
    ASSERT_TEXT(run->error.message, "the client id is too long");
    world.orders->client_count = CMB_CLIENT_IDS_MOST;
    ASSERT_NUMBER(place(""), CAMBIST_NO_MEMORY);
    ASSERT_TEXT(run->error.message, "no name for an order is left");
    ASSERT_NUMBER(executed(), 0);
    close_world();
}

static void what_the_tables_refuse_is_never_written_down(void)
{
    open_world("okx");
    uint64_t before = cmb_journal_size_bytes(world.journal);
    ASSERT_NUMBER(ask(CAMBIST_OPERATION_create_order,
                      "symbol=NO/SUCH;side=buy;type=limit;amount=1"),
                  CAMBIST_BAD_SYMBOL);
    ASSERT_NUMBER(cmb_journal_size_bytes(world.journal), before);
    ASSERT_NUMBER(place(";client_order_id=a"), CAMBIST_OK);
    ASSERT_NUMBER(ask(CAMBIST_OPERATION_edit_order, "symbol=NO/SUCH;client_order_id=a;amount=1"),
                  CAMBIST_BAD_SYMBOL);
    ASSERT_NUMBER(life_of("a"), CAMBIST_LIFE_WORKING);
    close_world();
}

static void a_receive_window_may_be_longer_than_the_rule(void)
{
    open_world("okx");
    ASSERT_NUMBER(place(";client_order_id=a;receive_window=9000"), CAMBIST_OK);
    ASSERT_NUMBER(place(";client_order_id=b;receive_window=100"), CAMBIST_OK);
    const struct cmb_order *longer = cmb_orders_find(world.orders, CMB_TEXT("a"));
    const struct cmb_order *shorter = cmb_orders_find(world.orders, CMB_TEXT("b"));
    CU_ASSERT(longer->deadline_ns - longer->asked_ns >= 9000 * 1000000ll);
    CU_ASSERT(shorter->deadline_ns - shorter->asked_ns >= 5000 * 1000000ll);
    close_world();
}

/* ---- lists ---- */

static struct cmb_arguments items[3];

static int ask_three(uint32_t operation, bool has_terms)
{
    static const char *const ids[] = { "a", "b", "c" };
    memset(items, 0, sizeof items);
    cmb_run_init(run, world.practice.desk, operation);
    for (int i = 0; i < 3; i++) {
        items[i].values[CAMBIST_ARGUMENT_symbol] = CMB_TEXT("BTC/USDT");
        items[i].values[CAMBIST_ARGUMENT_client_order_id] = cmb_text_of(ids[i]);
        if (!has_terms)
            continue;
        items[i].values[CAMBIST_ARGUMENT_side] = CMB_TEXT("buy");
        items[i].values[CAMBIST_ARGUMENT_type] = CMB_TEXT("limit");
        items[i].values[CAMBIST_ARGUMENT_amount] = CMB_TEXT("0.01");
        items[i].values[CAMBIST_ARGUMENT_price] = CMB_TEXT("30000");
    }
    run->call->arguments.items = items;
    run->call->arguments.item_count = 3;
    return go();
}

static void each_order_of_a_list_has_its_own_end(void)
{
    open_world("okx");
    practice_world_strike(&world.practice, "mixed-list", 1);
    ASSERT_NUMBER(ask_three(CAMBIST_OPERATION_create_orders, true), CAMBIST_OK);
    ASSERT_NUMBER(life_of("a"), CAMBIST_LIFE_WORKING);
    ASSERT_NUMBER(life_of("b"), CAMBIST_LIFE_REJECTED);
    ASSERT_NUMBER(life_of("c"), CAMBIST_LIFE_WORKING);
    ASSERT_NUMBER(ask_three(CAMBIST_OPERATION_cancel_orders, false), CAMBIST_OK);
    order_world_play_ms(&world, 60000);
    ASSERT_NUMBER(life_of("a"), CAMBIST_LIFE_CANCELED);
    ASSERT_NUMBER(life_of("c"), CAMBIST_LIFE_CANCELED);
    CU_ASSERT(order_world_is_right(&world));
    close_world();
}

static void a_list_that_was_cut_is_unknown_until_it_is_proved(void)
{
    open_world("okx");
    practice_world_strike(&world.practice, "cut-list", 1);
    ask_three(CAMBIST_OPERATION_create_orders, true);
    ASSERT_NUMBER(run->error.outcome, CAMBIST_OUTCOME_UNKNOWN);
    order_world_play_ms(&world, 60000);
    CU_ASSERT(order_world_is_right(&world));
    close_world();
}

static void a_list_with_a_used_name_is_refused_whole(void)
{
    open_world("okx");
    ASSERT_NUMBER(place(";client_order_id=b"), CAMBIST_OK);
    ASSERT_NUMBER(ask_three(CAMBIST_OPERATION_create_orders, true), CAMBIST_DUPLICATE_ORDER);
    ASSERT_NUMBER(life_of("a"), 0);
    ASSERT_NUMBER(executed(), 1);
    close_world();
}

/* The first is written down, the second cannot be: nothing leaves. */
static void a_list_that_cannot_be_written_whole_is_taken_back(void)
{
    open_world("okx");
    world.disk->fails_at = world.disk->calls + 2;
    world.disk->fault = EIO;
    ASSERT_NUMBER(ask_three(CAMBIST_OPERATION_create_orders, true), CAMBIST_JOURNAL);
    ASSERT_NUMBER(run->error.outcome, CAMBIST_OUTCOME_NOT_DONE);
    ASSERT_NUMBER(life_of("a"), CAMBIST_LIFE_NOT_SENT);
    ASSERT_NUMBER(life_of("b"), 0);
    ASSERT_NUMBER(executed(), 0);
    close_world();
}

static void when_all_are_cancelled_each_is_asked_for(void)
{
    open_world("kraken");
    ASSERT_NUMBER(place(";client_order_id=a"), CAMBIST_OK);
    ASSERT_NUMBER(place(";client_order_id=b"), CAMBIST_OK);
    ASSERT_NUMBER(ask(CAMBIST_OPERATION_cancel_all_orders, ""), CAMBIST_OK);
    order_world_play_ms(&world, 120000);
    ASSERT_NUMBER(life_of("a"), CAMBIST_LIFE_CANCELED);
    ASSERT_NUMBER(life_of("b"), CAMBIST_LIFE_CANCELED);
    close_world();
}

/* ---- looking and deciding ---- */

static int resolve(const char *client_id, uint32_t life)
{
    world.practice.error = (struct cambist_error){ 0 };
    return cmb_orders_resolve(world.orders, cmb_text_of(client_id), life, &world.practice.error);
}

static void somebody_s_word_is_taken_for_what_is_unknown_only(void)
{
    open_world("okx");
    ASSERT_NUMBER(place(";client_order_id=a"), CAMBIST_OK);
    ASSERT_NUMBER(resolve("nobody", CAMBIST_LIFE_CANCELED), CAMBIST_ORDER_NOT_FOUND);
    ASSERT_NUMBER(resolve("a", CAMBIST_LIFE_CANCELED), CAMBIST_BAD_ARGUMENT);
    ASSERT_TEXT(world.practice.error.message, "a is working: it cannot be said to be canceled");
    practice_world_strike(&world.practice, "cut", 1000); /* and nothing can be found out */
    CU_ASSERT(place(";client_order_id=b") != CAMBIST_OK);
    ASSERT_NUMBER(life_of("b"), CAMBIST_LIFE_UNKNOWN);
    ASSERT_NUMBER(resolve("b", CAMBIST_LIFE_FILLED), CAMBIST_BAD_ARGUMENT);
    ASSERT_NUMBER(resolve("b", CAMBIST_LIFE_NOT_SENT), CAMBIST_BAD_ARGUMENT);
    ASSERT_NUMBER(resolve("b", CAMBIST_LIFE_REJECTED), CAMBIST_OK);
    ASSERT_NUMBER(life_of("b"), CAMBIST_LIFE_REJECTED);
    ASSERT_NUMBER(cmb_orders_find(world.orders, CMB_TEXT("b"))->proof, CAMBIST_PROOF_OPERATOR);
    order_world_kill(&world, /* is_power= */ false, 1);
    ASSERT_NUMBER(life_of("b"), CAMBIST_LIFE_REJECTED);
    close_world();
}

static void only_orders_go_this_way(void)
{
    CU_ASSERT(cmb_orders_has(CAMBIST_OPERATION_create_order));
    CU_ASSERT(cmb_orders_has(CAMBIST_OPERATION_cancel_order));
    CU_ASSERT(!cmb_orders_has(CAMBIST_OPERATION_fetch_order));
    CU_ASSERT(!cmb_orders_has(CAMBIST_OPERATION_fetch_ticker));
}

static void lives_proofs_and_what_is_under_way_have_names(void)
{
    ASSERT_TEXT(cambist_life_name(CAMBIST_LIFE_NOT_SENT), "not sent");
    ASSERT_TEXT(cambist_proof_name(CAMBIST_PROOF_QUERY), "asked for");
    ASSERT_TEXT(cambist_pending_name(CAMBIST_PENDING_AMEND), "amend");
    ASSERT_TEXT(cambist_life_name(99), "?");
}

/* ---- room ---- */

static void intend(const char *client_id, bool is_sent)
{
    struct cmb_kept *kept = NULL;
    struct cmb_news intent = { .kind = CMB_NEWS_INTENT, .client_id = client_id,
                               .report = { .symbol = "BTC/USDT" } };
    CU_ASSERT_FATAL(cmb_orders_intend(world.orders, &intent, &kept, NULL) == CAMBIST_OK);
    if (!is_sent)
        cmb_kept_take(kept, &(struct cmb_news){ .kind = CMB_NEWS_END,
                                                .ending = CMB_ENDED_UNSENT });
}

static void is_traded(const char *client_id, const char *id)
{
    const struct cambist_decimal one = cmb_record_number(1, 0);
    cmb_orders_hear_order(world.orders,
                          &(struct cambist_order){ .id = id, .client_order_id = client_id,
                                                   .symbol = "BTC/USDT", .amount = one,
                                                   .filled = one, .state = CAMBIST_STATE_CLOSED },
                          CAMBIST_PROOF_STREAM);
    cmb_orders_hear_trade(world.orders, &(struct cambist_trade){ .id = "1", .order_id = id,
                                                                 .price = one, .amount = one });
}

static void the_oldest_that_are_over_make_room(void)
{
    char id[32];
    open_world("okx");
    intend("traded", true);
    is_traded("traded", "70000");
    intend("open", true);
    for (int i = 0; i < CMB_KEPT_SETTLED + 5; i++) {
        snprintf(id, sizeof id, "id%d", i);
        intend(id, false);
    }
    ASSERT_NUMBER(life_of("open"), CAMBIST_LIFE_INTENT);
    ASSERT_NUMBER(life_of("traded"), 0);
    CU_ASSERT(cmb_orders_is_stranger(world.orders, "70000")); /* its trades are no other order's */
    ASSERT_NUMBER(life_of("id0"), 0);
    ASSERT_NUMBER(life_of("id3"), 0);
    ASSERT_NUMBER(life_of("id4"), CAMBIST_LIFE_NOT_SENT);
    ASSERT_NUMBER(world.orders->count, CMB_KEPT_SETTLED + 2);
    close_world();
}

/* Reports of it may still come, twice or late: they must not find it forgotten. */
static void what_has_just_ended_is_known_however_old_it_is(void)
{
    char id[32];
    open_world("okx");
    intend("old", true);
    for (int i = 0; i < CMB_KEPT_SETTLED + 5; i++) {
        snprintf(id, sizeof id, "id%d", i);
        intend(id, false);
    }
    is_traded("old", "70000");
    intend("next", false);
    ASSERT_NUMBER(life_of("old"), CAMBIST_LIFE_FILLED);
    is_traded("old", "70000");
    ASSERT_NUMBER(world.orphans, 0);
    ASSERT_NUMBER(world.orders->count, CMB_KEPT_SETTLED + 1);
    close_world();
}

TEST_SUITE("order/orders",
           { "what has just ended is known, however old it is",
             what_has_just_ended_is_known_however_old_it_is },
           { "a blocked account places and changes nothing, but cancels",
             a_blocked_account_places_and_changes_nothing_but_cancels },
           { "behind a broken journal too", behind_a_broken_journal_too },
           { "a name is given once", a_name_is_given_once },
           { "a name has an end", a_name_has_an_end },
           { "what the tables refuse is never written down",
             what_the_tables_refuse_is_never_written_down },
           { "a receive window may be longer than the rule",
             a_receive_window_may_be_longer_than_the_rule },
           { "each order of a list has its own end", each_order_of_a_list_has_its_own_end },
           { "a list that was cut is unknown until it is proved",
             a_list_that_was_cut_is_unknown_until_it_is_proved },
           { "a list with a used name is refused whole",
             a_list_with_a_used_name_is_refused_whole },
           { "a list that cannot be written whole is taken back",
             a_list_that_cannot_be_written_whole_is_taken_back },
           { "when all are cancelled each is asked for",
             when_all_are_cancelled_each_is_asked_for },
           { "somebody's word is taken for what is unknown only",
             somebody_s_word_is_taken_for_what_is_unknown_only },
           { "only orders go this way", only_orders_go_this_way },
           { "lives, proofs and what is under way have names",
             lives_proofs_and_what_is_under_way_have_names },
           { "the oldest that are over make room", the_oldest_that_are_over_make_room })
