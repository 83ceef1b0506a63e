/* Does each fault of a request do what its name says, and tell no more of it than it should?
 *
 * Over a network that is only played; what the ledger says is the truth. */
#include "number/decimal.h"
#include "support/practice_world.h"

static struct practice_world world;
static struct cmb_run *run;

/* A world in which one order rests and the markets are known. */
static void open_world(const char *plugin)
{
    practice_world_open(&world, plugin, 21);
    run = cmb_run_new();
    CU_ASSERT_FATAL(run != NULL);
}

static void close_world(void)
{
    practice_world_close(&world);
    cmb_run_free(run);
}

static int ask(uint32_t operation, const char *arguments)
{
    return practice_world_ask(&world, run, operation, arguments);
}

static int place(const char *client_id)
{
    return practice_world_place(&world, run, client_id);
}

static int cancel(const char *client_id)
{
    return practice_world_ask_order(&world, run, CAMBIST_OPERATION_cancel_order, client_id);
}

static int look_up(const char *client_id)
{
    return practice_world_ask_order(&world, run, CAMBIST_OPERATION_fetch_order, client_id);
}

static const struct cambist_order *order(void)
{
    CU_ASSERT_FATAL(run->call->row_count > 0);
    return (const struct cambist_order *)(const void *)run->call->rows;
}

static void strike(const char *fault, uint32_t count)
{
    practice_world_strike(&world, fault, count);
}

static size_t orders(void)
{
    return cmb_ledger_order_count(world.exchange->practice);
}

static struct cmb_ledger_order truth(size_t number)
{
    return practice_world_truth(&world, number);
}

static const struct cmb_ledger_request *last_request(void)
{
    return practice_world_last_request(&world);
}

static bool is_number(const struct cambist_decimal *number, const char *text)
{
    struct cambist_decimal expected;
    return cmb_decimal_parse(cmb_text_of(text), &expected) == CMB_NUMBER_FINE &&
           cmb_decimal_compare(number, &expected) == 0;
}

/* ---- answers that are damaged on the wire ---- */

struct damage {
    const char *fault;
    int status;
    size_t executed;
};

/* An order that went wrong on the wire is unknown, but for those that were refused in words. */
static void check_damage(const struct damage *damage)
{
    open_world("binance");
    ASSERT_NUMBER(place("first"), CAMBIST_OK);
    strike(damage->fault, 1);
    int status = place("second");
    bool is_right = status == damage->status && orders() == 1 + damage->executed &&
                    (status == CAMBIST_OK || run->error.outcome == CAMBIST_OUTCOME_UNKNOWN);
    if (!is_right)
        printf("\n    %s: status %d, outcome %u, %zu orders: %s", damage->fault, status,
               run->error.outcome, orders(), run->error.message);
    CU_ASSERT(is_right);
    ASSERT_TEXT(cmb_fault_name(last_request()->fault), damage->fault);
    ASSERT_NUMBER(last_request()->is_executed, damage->executed);
    ASSERT_NUMBER(place("third"), CAMBIST_OK); /* once, and no more */
    close_world();
}

static void an_answer_that_is_damaged_is_no_answer(void)
{
    static const struct damage damages[] = {
        { "cut", CAMBIST_UNAVAILABLE, 0 },          { "reset", CAMBIST_UNAVAILABLE, 0 },
        { "execute-then-cut", CAMBIST_UNAVAILABLE, 1 },
        { "execute-then-reset", CAMBIST_UNAVAILABLE, 1 },
        { "cut-status", CAMBIST_GARBLED, 1 },       { "reset-status", CAMBIST_UNAVAILABLE, 1 },
        { "cut-headers", CAMBIST_GARBLED, 1 },      { "reset-headers", CAMBIST_UNAVAILABLE, 1 },
        { "truncate", CAMBIST_GARBLED, 1 },         { "reset-body", CAMBIST_UNAVAILABLE, 1 },
        { "stall", CAMBIST_TIMEOUT, 1 },            { "stall-body", CAMBIST_TIMEOUT, 1 },
        { "short-length", CAMBIST_GARBLED, 1 },     { "long-length", CAMBIST_GARBLED, 1 },
        { "bad-chunks", CAMBIST_GARBLED, 1 },       { "cut-gzip", CAMBIST_GARBLED, 1 },
        { "huge-headers", CAMBIST_TOO_LARGE, 1 },   { "garble", CAMBIST_GARBLED, 1 },
        { "empty", CAMBIST_GARBLED, 1 },            { "error", CAMBIST_UNAVAILABLE, 0 },
        { "execute-then-error", CAMBIST_UNAVAILABLE, 1 },
        { "interim", CAMBIST_OK, 1 },               { "slow", CAMBIST_OK, 1 },
        { "drip", CAMBIST_OK, 1 },
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++)
        check_damage(&damages[i]);
}

static void a_redirect_is_not_followed(void)
{
    open_world("binance");
    ASSERT_NUMBER(place("first"), CAMBIST_OK);
    strike("redirect@create_order", 1);
    CU_ASSERT(place("second") != CAMBIST_OK);
    ASSERT_NUMBER(orders(), 1);
    ASSERT_NUMBER(last_request()->operation, CAMBIST_OPERATION_create_order);
    ASSERT_NUMBER(place("third"), CAMBIST_OK);
    close_world();
}

static void the_firewall_says_no(void)
{
    open_world("binance");
    ASSERT_NUMBER(place("first"), CAMBIST_OK);
    strike("forbid@create_order", 1);
    ASSERT_NUMBER(place("second"), CAMBIST_PERMISSION);
    ASSERT_NUMBER(orders(), 1);
    close_world();
}

/* ---- nobody knows ---- */

static void an_exchange_says_in_its_own_words_that_nobody_knows(void)
{
    static const char *const plugins[] = { "binance", "okx", "kraken", "coinbase" };
    for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++) {
        open_world(plugins[i]);
        ASSERT_NUMBER(ask(CAMBIST_OPERATION_create_order, PRACTICE_WORLD_FAR_ORDER), CAMBIST_OK);
        strike("unknown@create_order", 1);
        CU_ASSERT(ask(CAMBIST_OPERATION_create_order, PRACTICE_WORLD_FAR_ORDER) != CAMBIST_OK);
        ASSERT_NUMBER(run->error.outcome, CAMBIST_OUTCOME_UNKNOWN);
        CU_ASSERT(*run->error.code != 0);
        ASSERT_NUMBER(orders(), 1);
        strike("execute-then-unknown@create_order", 1);
        CU_ASSERT(ask(CAMBIST_OPERATION_create_order, PRACTICE_WORLD_FAR_ORDER) != CAMBIST_OK);
        ASSERT_NUMBER(run->error.outcome, CAMBIST_OUTCOME_UNKNOWN);
        ASSERT_NUMBER(orders(), 2);
        close_world();
    }
    open_world("binance");
    strike("unknown@create_order", 1);
    CU_ASSERT(place("one") != CAMBIST_OK);
    ASSERT_TEXT(run->error.code, "-1007");
    close_world();
}

static void a_limit_may_be_told_although_it_was_done(void)
{
    open_world("binance");
    strike("execute-then-limit@create_order", 1);
    ASSERT_NUMBER(place("one"), CAMBIST_RATE_LIMITED);
    ASSERT_NUMBER(orders(), 1);
    close_world();
}

/* ---- late ---- */

static void an_order_is_executed_late_and_not_found_until_then(void)
{
    int late = 0, refused = 0;
    open_world("binance");
    ASSERT_NUMBER(place("first"), CAMBIST_OK);
    for (int i = 0; i < 20; i++) {
        char id[16];
        snprintf(id, sizeof id, "late-%d", i);
        size_t before = orders();
        strike("late-cut@create_order", 1);
        ASSERT_NUMBER(place(id), CAMBIST_UNAVAILABLE);
        ASSERT_NUMBER(run->error.outcome, CAMBIST_OUTCOME_UNKNOWN);
        if (orders() == before)
            ASSERT_NUMBER(look_up(id), CAMBIST_ORDER_NOT_FOUND);
        practice_world_play_ms(&world, 25000); /* window, and what the engine may take */
        late += orders() == before + 1;
        refused += orders() == before;
        if (orders() == before)
            continue;
        struct cmb_ledger_order is = truth(before);
        ASSERT_TEXT(is.client_id, id);
        CU_ASSERT(is.executed_ns > is.arrived_ns);
        CU_ASSERT(is.executed_ns <= is.arrived_ns + 20000000000ll);
        ASSERT_NUMBER(world.exchange->ledger->requests[is.request].executed_ns, is.executed_ns);
    }
    CU_ASSERT(late > 5);
    CU_ASSERT(refused > 0); /* it reached the engine behind its window */
    close_world();
}

/* The exchange that is nobody's writes until when each request counts. */
static void a_deadline_is_kept_in_front_of_the_engine(void)
{
    int late = 0, refused = 0;
    open_world("practice");
    ASSERT_NUMBER(place("first"), CAMBIST_OK);
    for (int i = 0; i < 20; i++) {
        char id[16];
        size_t before = orders();
        snprintf(id, sizeof id, "late-%d", i);
        strike("late-cut@create_order", 1);
        ASSERT_NUMBER(place(id), CAMBIST_UNAVAILABLE);
        practice_world_play_ms(&world, 40000);
        late += orders() == before + 1;
        refused += orders() == before;
        ASSERT_NUMBER(look_up(id), orders() == before ? CAMBIST_ORDER_NOT_FOUND : CAMBIST_OK);
        if (orders() > before) /* the deadline, and what the engine may take */
            CU_ASSERT(truth(before).executed_ns <= truth(before).arrived_ns + 30000000000ll);
    }
    CU_ASSERT(late > 5);
    CU_ASSERT(refused > 0);
    close_world();
}

static void a_late_order_may_be_answered_late(void)
{
    int answered = 0;
    open_world("binance");
    ASSERT_NUMBER(place("first"), CAMBIST_OK);
    world.office.answer_timeout_ms = 60000;
    for (int i = 0; i < 10; i++) {
        char id[16];
        snprintf(id, sizeof id, "late-%d", i);
        strike("late@create_order", 1);
        int status = place(id);
        CU_ASSERT(status == CAMBIST_OK || status == CAMBIST_BAD_TIME);
        answered += status == CAMBIST_OK;
        if (status == CAMBIST_OK)
            ASSERT_TEXT(order()->client_order_id, id);
    }
    ASSERT_NUMBER(orders(), 1 + answered);
    CU_ASSERT(answered > 2);
    close_world();
}

/* ---- client ids ---- */

static void client_ids_follow_each_of_four_rules(void)
{
    static const struct {
        const char *rule;
        bool while_open, when_done;
    } rules[] = { { NULL, false, false }, { "ids-among-open", false, true },
                  { "ids-any", true, true }, { "ids-last-wins", true, true } };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        open_world("binance");
        if (rules[i].rule)
            practice_world_add_fault(&world, rules[i].rule);
        ASSERT_NUMBER(place("same"), CAMBIST_OK);
        ASSERT_NUMBER(place("same"), rules[i].while_open ? CAMBIST_OK : CAMBIST_DUPLICATE_ORDER);
        ASSERT_NUMBER(cancel("same"), CAMBIST_OK);
        ASSERT_NUMBER(place("same"), rules[i].when_done ? CAMBIST_OK : CAMBIST_DUPLICATE_ORDER);
        ASSERT_NUMBER(look_up("same"), CAMBIST_OK);
        size_t last = orders() - 1;
        char id[24];
        snprintf(id, sizeof id, "%llu", (unsigned long long)truth(last).id);
        bool is_last = strcmp(order()->id, id) == 0;
        CU_ASSERT(rules[i].rule && strcmp(rules[i].rule, "ids-any") == 0 ? !is_last : is_last);
        close_world();
    }
}

static void what_differs_between_exchanges_can_be_set(void)
{
    open_world("binance");
    world.exchange->practice->rules = (struct cmb_practice_rules){
        .client_ids = CMB_IDS_AMONG_OPEN, .query_lag_ns = 60000000000ll };
    ASSERT_NUMBER(place("same"), CAMBIST_OK);
    ASSERT_NUMBER(cancel("same"), CAMBIST_OK);
    ASSERT_NUMBER(place("same"), CAMBIST_OK);
    ASSERT_NUMBER(look_up("same"), CAMBIST_ORDER_NOT_FOUND);
    practice_world_play_ms(&world, 61000);
    ASSERT_NUMBER(look_up("same"), CAMBIST_OK);
    close_world();
}

/* ---- queries ---- */

static void queries_tell_of_two_seconds_ago(void)
{
    open_world("binance");
    ASSERT_NUMBER(place("old"), CAMBIST_OK);
    practice_world_play_ms(&world, 5000);
    practice_world_add_fault(&world, "queries-lag");
    ASSERT_NUMBER(place("new"), CAMBIST_OK);
    ASSERT_NUMBER(look_up("new"), CAMBIST_ORDER_NOT_FOUND);
    ASSERT_NUMBER(cancel("old"), CAMBIST_OK);
    ASSERT_NUMBER(look_up("old"), CAMBIST_OK);
    ASSERT_NUMBER(order()->state, CAMBIST_STATE_OPEN);
    ASSERT_NUMBER(ask(CAMBIST_OPERATION_fetch_open_orders, "symbol=BTC/USDT"), CAMBIST_OK);
    ASSERT_NUMBER(run->call->row_count, 1);
    practice_world_play_ms(&world, 3000);
    ASSERT_NUMBER(look_up("new"), CAMBIST_OK);
    ASSERT_NUMBER(look_up("old"), CAMBIST_OK);
    ASSERT_NUMBER(order()->state, CAMBIST_STATE_CANCELED);
    close_world();
}

static void orders_that_are_done_cannot_be_found(void)
{
    char by_id[96];
    open_world("binance");
    ASSERT_NUMBER(place("done"), CAMBIST_OK);
    snprintf(by_id, sizeof by_id, "symbol=BTC/USDT;id=%s", order()->id);
    ASSERT_NUMBER(cancel("done"), CAMBIST_OK);
    ASSERT_NUMBER(look_up("done"), CAMBIST_OK);
    practice_world_add_fault(&world, "closed-by-id-only");
    ASSERT_NUMBER(look_up("done"), CAMBIST_ORDER_NOT_FOUND);
    ASSERT_NUMBER(ask(CAMBIST_OPERATION_fetch_order, by_id), CAMBIST_OK);
    practice_world_add_fault(&world, "closed-not-found");
    ASSERT_NUMBER(ask(CAMBIST_OPERATION_fetch_order, by_id), CAMBIST_ORDER_NOT_FOUND);
    ASSERT_NUMBER(place("open"), CAMBIST_OK);
    ASSERT_NUMBER(look_up("open"), CAMBIST_OK);
    close_world();
}

static void a_history_tells_everything_twice(void)
{
    open_world("binance");
    ASSERT_NUMBER(place("one"), CAMBIST_OK);
    strike("history-twice@fetch_open_orders", 1);
    ASSERT_NUMBER(ask(CAMBIST_OPERATION_fetch_open_orders, "symbol=BTC/USDT"), CAMBIST_OK);
    ASSERT_NUMBER(run->call->row_count, 2);
    CU_ASSERT(cmb_practice_network_add_fault(world.network, "history-twice@create_order",
                                             &world.error) == CAMBIST_BAD_ARGUMENT);
    close_world();
}

/* ---- cancels ---- */

static void cancels_and_fills_race(void)
{
    open_world("binance");
    ASSERT_NUMBER(place("filled"), CAMBIST_OK);
    strike("fill-before-cancel", 1);
    ASSERT_NUMBER(cancel("filled"), CAMBIST_ORDER_NOT_FOUND);
    ASSERT_NUMBER(truth(0).state, CAMBIST_STATE_CLOSED);
    ASSERT_NUMBER(cmb_ledger_fill_count(world.exchange->practice), 1);

    ASSERT_NUMBER(place("half"), CAMBIST_OK);
    strike("fill-then-cancel", 1);
    ASSERT_NUMBER(cancel("half"), CAMBIST_OK);
    ASSERT_NUMBER(truth(1).state, CAMBIST_STATE_CANCELED);
    ASSERT_NUMBER(cmb_ledger_fill_count(world.exchange->practice), 2);
    ASSERT_NUMBER(order()->state, CAMBIST_STATE_CANCELED);
    CU_ASSERT(is_number(&order()->filled, "0.005"));
    close_world();
}

static void a_cancel_may_be_answered_otherwise_than_it_went(void)
{
    open_world("binance");
    ASSERT_NUMBER(place("gone"), CAMBIST_OK);
    strike("cancel-then-refuse", 1);
    ASSERT_NUMBER(cancel("gone"), CAMBIST_ORDER_NOT_FOUND);
    ASSERT_NUMBER(truth(0).state, CAMBIST_STATE_CANCELED);

    ASSERT_NUMBER(place("later"), CAMBIST_OK);
    strike("cancel-late", 1);
    ASSERT_NUMBER(cancel("later"), CAMBIST_OK);
    ASSERT_NUMBER(truth(1).state, CAMBIST_STATE_OPEN);
    practice_world_play_ms(&world, 1500);
    ASSERT_NUMBER(truth(1).state, CAMBIST_STATE_CANCELED);

    ASSERT_NUMBER(place("vain"), CAMBIST_OK);
    strike("cancel-vain", 1);
    ASSERT_NUMBER(cancel("vain"), CAMBIST_OK);
    practice_world_play_ms(&world, 1500);
    ASSERT_NUMBER(truth(2).state, CAMBIST_STATE_CLOSED);
    close_world();
}

/* ---- several orders, other orders ---- */

static void edit(const char *client_id)
{
    char arguments[192];
    snprintf(arguments, sizeof arguments,
             "symbol=BTC/USDT;side=buy;type=limit;amount=0.02;price=29000;client_order_id=%s",
             client_id);
    CU_ASSERT(ask(CAMBIST_OPERATION_edit_order, arguments) != CAMBIST_OK);
    ASSERT_NUMBER(run->error.outcome, CAMBIST_OUTCOME_UNKNOWN);
}

static void an_edit_is_done_by_half(void)
{
    open_world("okx");
    ASSERT_NUMBER(place("one"), CAMBIST_OK);
    strike("edit-half", 1);
    edit("one");
    ASSERT_NUMBER(truth(0).state, CAMBIST_STATE_CANCELED);
    ASSERT_NUMBER(orders(), 1);
    ASSERT_NUMBER(place("two"), CAMBIST_OK);
    strike("edit-half-cut", 1);
    edit("two");
    ASSERT_NUMBER(truth(1).state, CAMBIST_STATE_CANCELED);
    close_world();
}

static const struct cmb_text no_text = { 0 };

/* Three orders in one request. */
static int place_three(void)
{
    static const char *const ids[] = { "a", "b", "c" };
    static struct cmb_arguments items[3];
    bool is_done = false;
    cmb_run_init(run, world.desk, CAMBIST_OPERATION_create_orders);
    for (int i = 0; i < 3; i++) {
        struct cmb_text *values = items[i].values;
        for (int k = 0; k < CAMBIST_ARGUMENT_COUNT; k++)
            values[k] = no_text;
        values[CAMBIST_ARGUMENT_symbol] = CMB_TEXT("BTC/USDT");
        values[CAMBIST_ARGUMENT_side] = CMB_TEXT("buy");
        values[CAMBIST_ARGUMENT_type] = CMB_TEXT("limit");
        values[CAMBIST_ARGUMENT_amount] = CMB_TEXT("0.01");
        values[CAMBIST_ARGUMENT_price] = CMB_TEXT("30000");
        values[CAMBIST_ARGUMENT_client_order_id] = cmb_text_of(ids[i]);
    }
    run->call->arguments.items = items;
    run->call->arguments.item_count = 3;
    cmb_run_start(run, practice_world_on_done, &is_done);
    while (!is_done && cmb_practice_network_step(world.network, INT64_MAX))
        continue;
    return (int)run->error.status;
}

static void a_list_has_mixed_results(void)
{
    open_world("okx");
    strike("mixed-list", 1);
    ASSERT_NUMBER(place_three(), CAMBIST_OK);
    ASSERT_NUMBER(run->call->row_count, 3);
    ASSERT_NUMBER(last_request()->operation, CAMBIST_OPERATION_create_orders);
    ASSERT_NUMBER(orders(), 2);
    ASSERT_TEXT(truth(1).client_id, "c");
    close_world();
    open_world("okx");
    strike("cut-list", 1);
    ASSERT_NUMBER(place_three(), CAMBIST_UNAVAILABLE);
    ASSERT_NUMBER(run->error.outcome, CAMBIST_OUTCOME_UNKNOWN);
    ASSERT_NUMBER(orders(), 2);
    ASSERT_TEXT(truth(1).client_id, "b");
    close_world();
}

static void the_owner_places_orders_elsewhere(void)
{
    open_world("binance");
    strike("external@create_order", 1);
    ASSERT_NUMBER(place("mine"), CAMBIST_OK);
    ASSERT_NUMBER(orders(), 2);
    CU_ASSERT(truth(0).is_external && !truth(1).is_external);
    CU_ASSERT(truth(0).request == SIZE_MAX && truth(1).request != SIZE_MAX);
    ASSERT_TEXT(truth(1).client_id, "mine");
    close_world();
}

/* ---- the ledger ---- */

static void the_ledger_holds_the_whole_truth(void)
{
    struct cmb_ledger_fill fill;
    struct cmb_ledger_balance balance;
    open_world("binance");
    ASSERT_NUMBER(place("mine"), CAMBIST_OK);
    strike("fill-before-cancel", 1);
    (void)cancel("mine");
    struct cmb_ledger_order is = truth(0);
    ASSERT_TEXT(is.client_id, "mine");
    ASSERT_TEXT(is.symbol, "BTC/USDT");
    CU_ASSERT(is_number(&is.amount, "0.01") && is_number(&is.filled, "0.01"));
    CU_ASSERT(is.executed_ns == is.arrived_ns && is.arrived_ns > PRACTICE_WORLD_NOW_NS);
    ASSERT_NUMBER(world.exchange->ledger->requests[is.request].time_ns, is.arrived_ns);
    ASSERT_NUMBER(cmb_ledger_fill_count(world.exchange->practice), 1);
    cmb_ledger_fill(world.exchange->practice, 0, &fill);
    CU_ASSERT(fill.order_id == is.id && fill.id != 0 && is_number(&fill.price, "30000"));
    for (size_t i = 0; i < cmb_ledger_balance_count(); i++) {
        cmb_ledger_balance(world.exchange->practice, i, &balance);
        if (strcmp(balance.currency, "USDT") == 0)
            CU_ASSERT(is_number(&balance.used, "0"));
    }
    close_world();
}

static void there_are_forty_kinds_that_can_strike_an_order(void)
{
    int kinds = 0;
    for (uint32_t fault = 1; fault < CMB_FAULT_COUNT; fault++)
        kinds += cmb_fault_is_of_orders(fault);
    printf("\n    %d kinds", kinds);
    CU_ASSERT(kinds >= 40);
}

TEST_SUITE("simulator/network_faults",
           { "an answer that is damaged is no answer", an_answer_that_is_damaged_is_no_answer },
           { "a redirect is not followed", a_redirect_is_not_followed },
           { "the firewall says no", the_firewall_says_no },
           { "an exchange says in its own words that nobody knows",
             an_exchange_says_in_its_own_words_that_nobody_knows },
           { "a limit may be told although it was done", a_limit_may_be_told_although_it_was_done },
           { "an order is executed late and not found until then",
             an_order_is_executed_late_and_not_found_until_then },
           { "a deadline is kept in front of the engine",
             a_deadline_is_kept_in_front_of_the_engine },
           { "a late order may be answered late", a_late_order_may_be_answered_late },
           { "client ids follow each of four rules", client_ids_follow_each_of_four_rules },
           { "what differs between exchanges can be set",
             what_differs_between_exchanges_can_be_set },
           { "queries tell of two seconds ago", queries_tell_of_two_seconds_ago },
           { "orders that are done cannot be found", orders_that_are_done_cannot_be_found },
           { "a history tells everything twice", a_history_tells_everything_twice },
           { "cancels and fills race", cancels_and_fills_race },
           { "a cancel may be answered otherwise than it went",
             a_cancel_may_be_answered_otherwise_than_it_went },
           { "an edit is done by half", an_edit_is_done_by_half },
           { "a list has mixed results", a_list_has_mixed_results },
           { "the owner places orders elsewhere", the_owner_places_orders_elsewhere },
           { "the ledger holds the whole truth", the_ledger_holds_the_whole_truth },
           { "there are forty kinds that can strike an order",
             there_are_forty_kinds_that_can_strike_an_order })
