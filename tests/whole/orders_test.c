/* Is an order that went wrong on the wire ever executed twice, or its end ever guessed?
 *
 * The public interface over real sockets and TLS against a practice exchange whose ledger is the
 * truth. */
#include <cambist/cambist.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simulator/simulator.h"
#include "support/test.h"

#ifndef PRACTICE_PLUGINS
#define PRACTICE_PLUGINS "."
#endif

struct stage {
    struct cmb_plugin *plugin;
    struct cmb_simulator *simulator;
    struct cambist *host;
    struct cambist_exchange *exchange;
    struct cambist_error error;
    char keys[64];
};

/* ---- the stage ---- */

static void require(struct stage *stage, bool holds)
{
    if (!holds)
        printf("\n    %s", stage->error.message);
    CU_ASSERT_FATAL(holds);
}

static void write_keys(struct stage *stage)
{
    snprintf(stage->keys, sizeof stage->keys, "/tmp/cambist-orders-XXXXXX");
    int fd = mkstemp(stage->keys);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    require(stage, file && fchmod(fd, 0600) == 0);
    fprintf(file, "key = %s\nsecret = %s\n",
            cmb_simulator_credential(stage->simulator, "practice", "key"),
            cmb_simulator_credential(stage->simulator, "practice", "secret"));
    fclose(file);
}

static void open_host(struct stage *stage)
{
    char config[1024];
    snprintf(config, sizeof config,
             "[host]\nplugin_path = %s\n[exchange practice]\nenvironment = simulated\nrest = %s\n"
             "ca_file = %s\ncredentials = file:%s\n", PRACTICE_PLUGINS,
             cmb_simulator_url(stage->simulator, "practice"), cmb_simulator_ca(stage->simulator),
             stage->keys);
    require(stage, cambist_open_text(config, "orders_test", 0, &stage->host, &stage->error) ==
                       CAMBIST_OK);
    stage->exchange = cambist_find_exchange(stage->host, "practice");
    require(stage, stage->exchange != NULL);
}

static void open_simulator(struct stage *stage, uint32_t certificate)
{
    struct cmb_plugin_rules rules = { .search_path = PRACTICE_PLUGINS };
    struct cmb_simulator_settings settings = { .seed = 5, .certificate = certificate };
    *stage = (struct stage){ 0 };
    require(stage, cmb_plugin_open("practice", &rules, &stage->plugin, &stage->error) ==
                       CAMBIST_OK);
    stage->simulator = cmb_simulator_new(&settings, &stage->error);
    require(stage, stage->simulator &&
                       cmb_simulator_add(stage->simulator, stage->plugin, 0, &stage->error) ==
                           CAMBIST_OK &&
                       cmb_simulator_start(stage->simulator, &stage->error) == CAMBIST_OK);
    write_keys(stage);
    open_host(stage);
}

static void clear_stage(struct stage *stage)
{
    cambist_close(stage->host);
    cmb_simulator_free(stage->simulator);
    cmb_plugin_close(stage->plugin);
    unlink(stage->keys);
}

static void add_fault(struct stage *stage, const char *fault)
{
    require(stage, cmb_simulator_add_fault(stage->simulator, fault, &stage->error) == CAMBIST_OK);
}

/* ---- orders ---- */

struct end {
    int status;
    uint32_t outcome;
};

static struct end place(struct stage *stage, const char *client_id)
{
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    int status = cambist_create_order(stage->exchange,
                                      &(struct cambist_arguments){
                                          .symbol = "BTC/USDT", .side = CAMBIST_SIDE_BUY,
                                          .type = CAMBIST_TYPE_LIMIT, .amount = "0.0001",
                                          .price = "30000", .client_order_id = client_id },
                                      &answer, &error);
    cambist_answer_free(answer);
    return (struct end){ status, error.outcome };
}

/* Places `count` orders; what each one's end may be follows from the ledger. */
static unsigned place_many(struct stage *stage, const char *prefix, unsigned count)
{
    unsigned unknown = 0;
    for (unsigned i = 0; i < count; i++) {
        char id[64];
        snprintf(id, sizeof id, "%s%u", prefix, i);
        struct end end = place(stage, id);
        size_t executed = cmb_simulator_count_orders(stage->simulator, "practice", id);
        bool is_known = end.status == CAMBIST_OK || end.outcome == CAMBIST_OUTCOME_NOT_DONE;
        CU_ASSERT(executed <= 1);
        CU_ASSERT(is_known || end.outcome == CAMBIST_OUTCOME_UNKNOWN);
        CU_ASSERT(!is_known || executed == (end.status == CAMBIST_OK));
        unknown += end.outcome == CAMBIST_OUTCOME_UNKNOWN;
    }
    return unknown;
}

/* A thousand times on a connection that has just served another order. */
static void strike_every_second(const char *fault)
{
    struct stage stage;
    char text[64];
    open_simulator(&stage, CMB_CERTIFICATE_GOOD);
    snprintf(text, sizeof text, "%s@create_order:1/2", fault);
    add_fault(&stage, text);
    ASSERT_NUMBER(place_many(&stage, "half-", 2000), 1000);
    ASSERT_NUMBER(cmb_simulator_struck(stage.simulator, fault), 1000);
    ASSERT_NUMBER(cmb_simulator_count_orders(stage.simulator, "practice", NULL), 2000);
    clear_stage(&stage);
}

static void a_thousand_orders_whose_answers_are_cut_off_are_executed_once_each(void)
{
    strike_every_second("execute-then-cut");
}

static void a_thousand_resets_are_no_answer_either(void)
{
    strike_every_second("execute-then-reset");
}

static void it_is_the_same_on_new_connections(void)
{
    struct stage stage;
    open_simulator(&stage, CMB_CERTIFICATE_GOOD);
    add_fault(&stage, "execute-then-cut@create_order:1.0");
    ASSERT_NUMBER(place_many(&stage, "cut-", 200), 200);
    ASSERT_NUMBER(cmb_simulator_count_orders(stage.simulator, "practice", NULL), 200);
    clear_stage(&stage);
}

static void an_order_that_was_cut_before_it_was_done_is_unknown_too(void)
{
    struct stage stage;
    open_simulator(&stage, CMB_CERTIFICATE_GOOD);
    add_fault(&stage, "cut@create_order:1.0");
    ASSERT_NUMBER(place_many(&stage, "gone-", 100), 100);
    ASSERT_NUMBER(cmb_simulator_count_orders(stage.simulator, "practice", NULL), 0);
    clear_stage(&stage);
}

/* Every kind of trouble at once: whatever the caller is told must be true. */
static void no_trouble_makes_the_caller_believe_what_is_not(void)
{
    static const char *const faults[] = {
        "execute-then-cut@create_order:0.1", "execute-then-reset@create_order:0.1",
        "cut@create_order:0.1", "reset@create_order:0.1", "execute-then-error@create_order:0.1",
        "error@create_order:0.1", "truncate@create_order:0.1", "garble@create_order:0.1",
        "drip@create_order:0.02",
    };
    struct stage stage;
    open_simulator(&stage, CMB_CERTIFICATE_GOOD);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        add_fault(&stage, faults[i]);
    CU_ASSERT(place_many(&stage, "any-", 600) > 100);
    clear_stage(&stage);
}

static void what_is_unknown_can_be_asked_for(void)
{
    struct stage stage;
    open_simulator(&stage, CMB_CERTIFICATE_GOOD);
    add_fault(&stage, "execute-then-cut@create_order:1.0");
    ASSERT_NUMBER(place(&stage, "lost").outcome, CAMBIST_OUTCOME_UNKNOWN);
    struct cambist_answer *answer = NULL;
    require(&stage, cambist_fetch_order(stage.exchange,
                                        &(struct cambist_arguments){ .symbol = "BTC/USDT",
                                                                     .client_order_id = "lost" },
                                        &answer, &stage.error) == CAMBIST_OK);
    ASSERT_TEXT(cambist_answer_order(answer, 0)->client_order_id, "lost");
    ASSERT_NUMBER(cambist_answer_order(answer, 0)->state, CAMBIST_STATE_OPEN);
    cambist_answer_free(answer);
    clear_stage(&stage);
}

static void no_order_goes_to_a_server_that_cannot_prove_who_it_is(void)
{
    static const uint32_t certificates[] = { CMB_CERTIFICATE_EXPIRED, CMB_CERTIFICATE_NOT_YET,
                                             CMB_CERTIFICATE_WRONG_NAME,
                                             CMB_CERTIFICATE_SELF_SIGNED,
                                             CMB_CERTIFICATE_UNKNOWN_CA };
    for (size_t i = 0; i < sizeof certificates / sizeof *certificates; i++) {
        struct stage stage;
        open_simulator(&stage, certificates[i]);
        struct end end = place(&stage, "secret");
        ASSERT_NUMBER(end.status, CAMBIST_TLS);
        CU_ASSERT(end.outcome != CAMBIST_OUTCOME_UNKNOWN);
        char *ledger = cmb_simulator_ledger(stage.simulator);
        CU_ASSERT(ledger && strstr(ledger, "\"path\"") == NULL);
        free(ledger);
        clear_stage(&stage);
    }
}

TEST_SUITE("whole/orders",
           { "a thousand orders whose answers are cut off are executed once each",
             a_thousand_orders_whose_answers_are_cut_off_are_executed_once_each },
           { "a thousand resets are no answer either", a_thousand_resets_are_no_answer_either },
           { "it is the same on new connections", it_is_the_same_on_new_connections },
           { "an order that was cut before it was done is unknown too",
             an_order_that_was_cut_before_it_was_done_is_unknown_too },
           { "no trouble makes the caller believe what is not",
             no_trouble_makes_the_caller_believe_what_is_not },
           { "what is unknown can be asked for", what_is_unknown_can_be_asked_for },
           { "no order goes to a server that cannot prove who it is",
             no_order_goes_to_a_server_that_cannot_prove_who_it_is })
