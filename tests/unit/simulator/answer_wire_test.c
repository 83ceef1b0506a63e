/* Is what goes wrong with an answer told alike over a socket and over a network that is only played? */
#include "simulator/faults.h"
#include "support/practice_client.h"
#include "support/practice_world.h"

static struct practice_client client;
static struct practice_world world;
static struct cmb_run *run;

static void open_both(void)
{
    practice_client_open(&client, "binance");
    practice_world_open(&world, "binance", 5);
    run = cmb_run_new();
    CU_ASSERT_FATAL(run != NULL);
    client.office.answer_timeout_ms = 1500;
    ASSERT_NUMBER(practice_client_ask(&client, CAMBIST_OPERATION_create_order,
                                      PRACTICE_WORLD_FAR_ORDER), CAMBIST_OK);
    ASSERT_NUMBER(practice_world_ask(&world, run, CAMBIST_OPERATION_create_order,
                                     PRACTICE_WORLD_FAR_ORDER), CAMBIST_OK);
}

static void close_both(void)
{
    practice_client_close(&client);
    practice_world_close(&world);
    cmb_run_free(run);
}

static size_t orders_of_client(void)
{
    return cmb_simulator_count_orders(client.simulator, "binance", NULL);
}

static void check_fault(const char *fault)
{
    char text[64];
    size_t before = orders_of_client();
    size_t played_before = cmb_ledger_order_count(world.exchange->practice);
    snprintf(text, sizeof text, "%s@create_order", fault);
    CU_ASSERT_FATAL(cmb_simulator_strike(client.simulator, "binance", text, 1, &client.error) ==
                    CAMBIST_OK);
    practice_world_strike(&world, text, 1);
    int status = practice_client_ask(&client, CAMBIST_OPERATION_create_order,
                                     PRACTICE_WORLD_FAR_ORDER);
    int played = practice_world_ask(&world, run, CAMBIST_OPERATION_create_order,
                                    PRACTICE_WORLD_FAR_ORDER);
    size_t done = orders_of_client() - before;
    size_t played_done = cmb_ledger_order_count(world.exchange->practice) - played_before;
    bool is_same = status == played && client.run->error.outcome == run->error.outcome &&
                   done == played_done;
    if (!is_same)
        printf("\n    %s: %d, outcome %u, %zu orders (%s); played: %d, %u, %zu (%s)", fault, status,
               client.run->error.outcome, done, client.run->error.message, played,
               run->error.outcome, played_done, run->error.message);
    CU_ASSERT(is_same);
}

/* Every fault that a single order can meet. */
static void damage_is_told_alike(void)
{
    static const uint32_t faults[] = {
        CMB_FAULT_EXECUTE_THEN_CUT, CMB_FAULT_EXECUTE_THEN_RESET, CMB_FAULT_CUT, CMB_FAULT_RESET,
        CMB_FAULT_EXECUTE_THEN_ERROR, CMB_FAULT_ERROR, CMB_FAULT_SLOW, CMB_FAULT_STALL,
        CMB_FAULT_TRUNCATE, CMB_FAULT_GARBLE, CMB_FAULT_CUT_STATUS,
        CMB_FAULT_CUT_HEADERS, CMB_FAULT_STALL_BODY, CMB_FAULT_SHORT_LENGTH,
        CMB_FAULT_LONG_LENGTH, CMB_FAULT_BAD_CHUNKS, CMB_FAULT_CUT_GZIP, CMB_FAULT_HUGE_HEADERS,
        CMB_FAULT_EMPTY, CMB_FAULT_INTERIM, CMB_FAULT_REDIRECT, CMB_FAULT_FORBID,
        CMB_FAULT_UNKNOWN, CMB_FAULT_EXECUTE_THEN_UNKNOWN, CMB_FAULT_LATE_CUT,
        CMB_FAULT_RATE_LIMIT,
    };
    open_both();
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        check_fault(cmb_fault_name(faults[i]));
        ASSERT_NUMBER(cmb_simulator_struck(client.simulator, cmb_fault_name(faults[i])), 1);
        ASSERT_NUMBER(cmb_practice_network_struck(world.network, faults[i]), 1);
    }
    close_both();
}

/* What a reset leaves of the bytes before it is the kernel's business: only that is the same which
 * counts. */
static void a_reset_in_an_answer_leaves_nothing_known(void)
{
    static const char *const faults[] = { "reset-status", "reset-headers", "reset-body" };
    open_both();
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        size_t before = orders_of_client();
        CU_ASSERT_FATAL(cmb_simulator_strike(client.simulator, "binance", faults[i], 1,
                                             &client.error) == CAMBIST_OK);
        CU_ASSERT(practice_client_ask(&client, CAMBIST_OPERATION_create_order,
                                      PRACTICE_WORLD_FAR_ORDER) != CAMBIST_OK);
        ASSERT_NUMBER(client.run->error.outcome, CAMBIST_OUTCOME_UNKNOWN);
        ASSERT_NUMBER(orders_of_client(), before + 1);
    }
    close_both();
}

static void a_connection_that_ends_at_once_carries_nothing(void)
{
    practice_client_open(&client, "binance");
    CU_ASSERT_FATAL(cmb_simulator_add_fault(client.simulator, "not-connected", &client.error) ==
                    CAMBIST_OK);
    CU_ASSERT(practice_client_ask(&client, CAMBIST_OPERATION_fetch_time, "") != CAMBIST_OK);
    char *ledger = cmb_simulator_ledger(client.simulator);
    CU_ASSERT(ledger && !strstr(ledger, "\"path\""));
    free(ledger);
    cmb_simulator_clear_faults(client.simulator);
    ASSERT_NUMBER(practice_client_ask(&client, CAMBIST_OPERATION_fetch_time, ""), CAMBIST_OK);
    practice_client_close(&client);
}

TEST_SUITE("simulator/answer_wire",
           { "damage is told alike over a socket and played", damage_is_told_alike },
           { "a reset in an answer leaves nothing known", a_reset_in_an_answer_leaves_nothing_known },
           { "a connection that ends at once carries nothing",
             a_connection_that_ends_at_once_carries_nothing })
