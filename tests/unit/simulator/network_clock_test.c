/* Is any request refused for its time, once the exchange's time was asked for? */
#include "support/practice_world.h"

static const char *const plugins[] = { "binance", "okx", "kraken", "coinbase" };
enum { PLUGINS = sizeof plugins / sizeof *plugins };

static const int64_t second_ns = 1000000000, hour_ns = 3600 * (int64_t)1000000000;

static struct practice_world world;
static struct cmb_run *run;

/* The machine's clock of the client: its wall hand can be set. */
static struct {
    struct cmb_clock clock; /* first */
    int64_t set_ns;
} machine;

static int64_t machine_monotonic(const struct cmb_clock *clock)
{
    (void)clock;
    return cmb_clock_monotonic_ns(&world.clock);
}

static int64_t machine_wall(const struct cmb_clock *clock)
{
    (void)clock;
    return cmb_clock_wall_ns(&world.clock) + machine.set_ns;
}

static void open_world(const char *plugin, struct cmb_practice_delays delays)
{
    practice_world_open_with(&world, plugin,
                             (struct cmb_practice_network_settings){ .seed = 23, .delays = delays });
    machine.clock = (struct cmb_clock){ machine_monotonic, machine_wall };
    machine.set_ns = 0;
    world.client->clock = &machine.clock;
    run = cmb_run_new();
    CU_ASSERT_FATAL(run != NULL);
}

static void close_world(void)
{
    practice_world_close(&world);
    cmb_run_free(run);
}

static size_t orders(void)
{
    return cmb_ledger_order_count(world.exchange->practice);
}

static size_t asked(uint32_t operation)
{
    size_t count = 0;
    for (size_t i = 0; i < world.exchange->ledger->count; i++)
        count += world.exchange->ledger->requests[i].operation == operation;
    return count;
}

/* As orders go: with a window, which is their deadline. */
static int place(void)
{
    return practice_world_ask(&world, run, CAMBIST_OPERATION_create_order,
                              PRACTICE_WORLD_FAR_ORDER ";receive_window=5000");
}

/* Places an order and asks for the balance; how many of both were refused for their time. */
static int refused(void)
{
    int count = 0;
    if (place() != CAMBIST_OK)
        printf("\n    %s", run->error.message);
    ASSERT_NUMBER(run->error.status, CAMBIST_OK);
    count += run->is_signed_anew;
    ASSERT_NUMBER(practice_world_ask(&world, run, CAMBIST_OPERATION_fetch_balance, ""), CAMBIST_OK);
    return count + run->is_signed_anew;
}

static void clocks_that_were_wrong_all_along_do_no_harm(void)
{
    static const int64_t wrong_s[] = { -3600, -600, 600, 3600 };
    for (size_t i = 0; i < PLUGINS; i++)
        for (size_t k = 0; k < 4; k++) {
            open_world(plugins[i], (struct cmb_practice_delays){ 0 });
            practice_world_add_fault(&world, k % 2 ? "clock-ahead" : "clock-behind");
            machine.set_ns = wrong_s[k] * second_ns;
            ASSERT_NUMBER(refused(), 0);
            ASSERT_NUMBER(orders(), 1);
            close_world();
        }
}

static void steps_of_the_wall_clock_do_nothing(void)
{
    for (size_t i = 0; i < PLUGINS; i++) {
        open_world(plugins[i], (struct cmb_practice_delays){ 0 });
        ASSERT_NUMBER(refused(), 0);
        for (int step = 0; step < 6; step++) {
            machine.set_ns += (step % 3 == 0 ? -2 : 1) * hour_ns;
            practice_world_play_ms(&world, 61000);
            ASSERT_NUMBER(refused(), 0);
        }
        close_world();
    }
}

static void delays_that_differ_and_drift_are_within_the_bound(void)
{
    static const struct cmb_practice_delays slow = { 2000, 300000, 0, 0 };
    for (size_t i = 0; i < PLUGINS; i++) {
        open_world(plugins[i], slow);
        practice_world_add_fault(&world, "clock-drift");
        for (int turn = 0; turn < 40; turn++) {
            ASSERT_NUMBER(refused(), 0);
            practice_world_play_ms(&world, turn % 10 == 9 ? 7200000 : 300000);
        }
        CU_ASSERT(asked(CAMBIST_OPERATION_fetch_time) <= 90);
        close_world();
    }
}

static void a_step_of_the_exchanges_clock_costs_one_more_signature(void)
{
    for (size_t i = 0; i < PLUGINS; i++) {
        open_world(plugins[i], (struct cmb_practice_delays){ 0 });
        ASSERT_NUMBER(refused(), 0);
        practice_world_strike(&world, "clock-step", 30);
        ASSERT_NUMBER(place(), CAMBIST_OK);
        bool is_stamped = strcmp(plugins[i], "kraken") != 0; /* a deadline in the past, else */
        CU_ASSERT(run->is_signed_anew || !is_stamped);
        ASSERT_NUMBER(refused(), 0);
        ASSERT_NUMBER(orders(), 3);
        close_world();
    }
}

static void is_signed_anew_once_and_no_more(void)
{
    open_world("kraken", (struct cmb_practice_delays){ 0 });
    ASSERT_NUMBER(place(), CAMBIST_OK);
    atomic_store(&world.exchange->practice->exchange->last_nonce, INT64_MAX / 2);
    size_t before = asked(CAMBIST_OPERATION_create_order);
    ASSERT_NUMBER(place(), CAMBIST_BAD_TIME);
    ASSERT_NUMBER(run->error.outcome, CAMBIST_OUTCOME_NOT_DONE);
    ASSERT_NUMBER(asked(CAMBIST_OPERATION_create_order) - before, 2);
    ASSERT_NUMBER(orders(), 1);
    close_world();
}

static void does_not_sign_what_nobody_can_date(void)
{
    static const struct cmb_practice_delays very_slow = { 3000000, 4000000, 0, 0 };
    open_world("binance", very_slow);
    world.office.answer_timeout_ms = 60000;
    ASSERT_NUMBER(place(), CAMBIST_BAD_TIME);
    ASSERT_NUMBER(run->error.outcome, CAMBIST_OUTCOME_NOT_DONE);
    CU_ASSERT(strstr(run->error.message, "half of the window of 5000 ms") != NULL);
    ASSERT_NUMBER(asked(CAMBIST_OPERATION_create_order), 0);
    ASSERT_NUMBER(practice_world_ask(&world, run, CAMBIST_OPERATION_create_order,
                                     PRACTICE_WORLD_FAR_ORDER ";receive_window=30000"),
                  CAMBIST_OK);
    close_world();
}

static void an_order_waits_for_a_time_and_a_cancel_does_not(void)
{
    open_world("binance", (struct cmb_practice_delays){ 0 });
    practice_world_add_fault(&world, "error@fetch_time");
    ASSERT_NUMBER(place(), CAMBIST_BAD_TIME);
    ASSERT_NUMBER(run->error.outcome, CAMBIST_OUTCOME_NOT_DONE);
    CU_ASSERT(strstr(run->error.message, "time is not known") != NULL);
    ASSERT_NUMBER(asked(CAMBIST_OPERATION_create_order), 0);
    ASSERT_NUMBER(practice_world_ask_order(&world, run, CAMBIST_OPERATION_cancel_order, "nobody"),
                  CAMBIST_ORDER_NOT_FOUND);
    practice_world_play_ms(&world, 5000);
    cmb_practice_network_clear_faults(world.network);
    ASSERT_NUMBER(place(), CAMBIST_OK);
    close_world();
}

static void who_asks_for_nothing_of_his_own_pays_nothing(void)
{
    open_world("binance", (struct cmb_practice_delays){ 0 });
    ASSERT_NUMBER(practice_world_ask(&world, run, CAMBIST_OPERATION_fetch_ticker,
                                     "symbol=BTC/USDT"), CAMBIST_OK);
    ASSERT_NUMBER(asked(CAMBIST_OPERATION_fetch_time), 0);
    close_world();
}

static void one_question_is_enough_for_all_who_wait(void)
{
    enum { ORDERS = 8 };
    struct cmb_run *runs[ORDERS];
    bool is_done[ORDERS] = { false };
    open_world("binance", (struct cmb_practice_delays){ 0 });
    for (int i = 0; i < ORDERS; i++) {
        runs[i] = cmb_run_new();
        CU_ASSERT_FATAL(runs[i] != NULL);
        cmb_run_init(runs[i], world.desk, CAMBIST_OPERATION_create_order);
        practice_world_set(&world, runs[i], PRACTICE_WORLD_FAR_ORDER);
        cmb_run_start(runs[i], practice_world_on_done, &is_done[i]);
    }
    practice_world_play_ms(&world, 60000);
    for (int i = 0; i < ORDERS; i++) {
        CU_ASSERT(is_done[i]);
        ASSERT_NUMBER(runs[i]->error.status, CAMBIST_OK);
        cmb_run_free(runs[i]);
    }
    ASSERT_NUMBER(asked(CAMBIST_OPERATION_fetch_time), 1);
    ASSERT_NUMBER(orders(), ORDERS);
    close_world();
}

TEST_SUITE("simulator/network_clock",
           { "clocks that were wrong all along do no harm",
             clocks_that_were_wrong_all_along_do_no_harm },
           { "steps of the wall clock do nothing", steps_of_the_wall_clock_do_nothing },
           { "delays that differ, and drift, are within the bound",
             delays_that_differ_and_drift_are_within_the_bound },
           { "a step of the exchange's clock costs one more signature",
             a_step_of_the_exchanges_clock_costs_one_more_signature },
           { "is signed anew once, and no more", is_signed_anew_once_and_no_more },
           { "does not sign what nobody can date", does_not_sign_what_nobody_can_date },
           { "an order waits for a time, and a cancel does not",
             an_order_waits_for_a_time_and_a_cancel_does_not },
           { "who asks for nothing of his own pays nothing",
             who_asks_for_nothing_of_his_own_pays_nothing },
           { "one question is enough for all who wait", one_question_is_enough_for_all_who_wait })
