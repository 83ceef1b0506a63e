/* Does the interface of arbitrage refuse what makes no sense, and end cleanly whenever it is closed?
 *
 * The public interface over real sockets and TLS against two practice exchanges. */
#include <cambist/arbitrage.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simulator/simulator.h"
#include "support/test.h"

enum { SIDES = 2, PATIENCE_MS = 20000 };

static const char *const names[SIDES] = { "okx", "kraken" };
static const char *const symbols[] = { "BTC/USDT" };

struct stage {
    struct cmb_plugin *plugins[SIDES];
    struct cmb_simulator *simulator;
    struct cambist *host;
    struct cambist_error error;
    char keys[SIDES][64];
    pthread_mutex_t lock;
    pthread_cond_t told_more;
    uint32_t told[16];
};

static struct stage stage;

/* ---- the stage ---- */

static void require(bool holds)
{
    if (!holds)
        printf("\n    %s", stage.error.message);
    CU_ASSERT_FATAL(holds);
}

static void write_keys(int side)
{
    static const char *const rows[] = { "key", "secret", "passphrase" };
    snprintf(stage.keys[side], sizeof stage.keys[side], "/tmp/cambist-arbitrage-XXXXXX");
    int fd = mkstemp(stage.keys[side]);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    require(file && fchmod(fd, 0600) == 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *value = cmb_simulator_credential(stage.simulator, names[side], rows[i]);
        if (value)
            fprintf(file, "%s = %s\n", rows[i], value);
    }
    fclose(file);
}

static void open_simulator(void)
{
    struct cmb_simulator_settings settings = { .seed = 9 };
    stage.simulator = cmb_simulator_new(&settings, &stage.error);
    require(stage.simulator != NULL);
    for (int i = 0; i < SIDES; i++) {
        struct cmb_plugin_rules rules = { 0 };
        require(cmb_plugin_open(names[i], &rules, &stage.plugins[i], &stage.error) == CAMBIST_OK &&
                cmb_simulator_add(stage.simulator, stage.plugins[i], 0, &stage.error) ==
                    CAMBIST_OK);
    }
    require(cmb_simulator_start(stage.simulator, &stage.error) == CAMBIST_OK);
}

static void open_stage(void)
{
    char config[2048];
    stage = (struct stage){ .lock = PTHREAD_MUTEX_INITIALIZER,
                            .told_more = PTHREAD_COND_INITIALIZER };
    open_simulator();
    size_t length = (size_t)snprintf(config, sizeof config, "[host]\n");
    for (int i = 0; i < SIDES; i++) {
        write_keys(i);
        length += (size_t)snprintf(config + length, sizeof config - length,
                                   "[exchange %s]\nenvironment = simulated\nrest = %s\n"
                                   "ca_file = %s\ncredentials = file:%s\ntaker_fee = 0.001\n",
                                   names[i], cmb_simulator_url(stage.simulator, names[i]),
                                   cmb_simulator_ca(stage.simulator), stage.keys[i]);
    }
    require(cambist_open_text(config, "arbitrage_test", 0, &stage.host, &stage.error) ==
            CAMBIST_OK);
}

static void close_stage(void)
{
    cambist_close(stage.host);
    cmb_simulator_free(stage.simulator);
    for (int i = 0; i < SIDES; i++) {
        cmb_plugin_close(stage.plugins[i]);
        unlink(stage.keys[i]);
    }
}

/* ---- telling ---- */

static void on_event(const struct cambist_arbitrage_event *event, void *user)
{
    (void)user;
    pthread_mutex_lock(&stage.lock);
    stage.told[event->tiding]++;
    pthread_cond_broadcast(&stage.told_more);
    pthread_mutex_unlock(&stage.lock);
}

static bool wait_for(uint32_t tiding)
{
    struct timespec end;
    int failed = 0;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_MS / 1000;
    pthread_mutex_lock(&stage.lock);
    while (!stage.told[tiding] && !failed)
        failed = pthread_cond_timedwait(&stage.told_more, &stage.lock, &end);
    bool is_told = stage.told[tiding] > 0;
    pthread_mutex_unlock(&stage.lock);
    return is_told;
}

static struct cambist_arbitrage_settings usual(void)
{
    return (struct cambist_arbitrage_settings){ .size = sizeof(struct cambist_arbitrage_settings),
                                                .symbols = symbols, .symbol_count = 1,
                                                .edge_least_ppm = 1000, .cost_most = "500" };
}

/* ---- sentences ---- */

static int open_with(struct cambist_arbitrage_settings settings)
{
    struct cambist_arbitrage *arbitrage = NULL;
    int status = cambist_arbitrage_open(stage.host, &settings, on_event, NULL, &arbitrage,
                                        &stage.error);
    CU_ASSERT((status == CAMBIST_OK) == (arbitrage != NULL));
    CU_ASSERT(status == CAMBIST_OK || *stage.error.message);
    cambist_arbitrage_close(arbitrage);
    return status;
}

static void refuses_what_makes_no_sense(void)
{
    static const char *const nowhere[] = { "okx", "nowhere" };
    static const char *const unknown[] = { "XYZ/ABC" };
    struct cambist_arbitrage_settings settings = usual();
    open_stage();
    settings.symbol_count = 0;
    ASSERT_NUMBER(open_with(settings), CAMBIST_BAD_ARGUMENT);
    settings = usual();
    settings.cost_most = "1,5";
    ASSERT_NUMBER(open_with(settings), CAMBIST_BAD_ARGUMENT);
    settings = usual();
    settings.loss_most = "-3";
    ASSERT_NUMBER(open_with(settings), CAMBIST_BAD_ARGUMENT);
    settings = usual();
    settings.edge_least_ppm = 1000001;
    ASSERT_NUMBER(open_with(settings), CAMBIST_BAD_ARGUMENT);
    settings = usual();
    settings.exchanges = nowhere;
    settings.exchange_count = 2;
    ASSERT_NUMBER(open_with(settings), CAMBIST_BAD_ARGUMENT);
    settings = usual();
    settings.symbols = unknown;
    ASSERT_NUMBER(open_with(settings), CAMBIST_NOT_SUPPORTED);
    settings = usual();
    settings.exchanges = names; /* one alone has no route */
    settings.exchange_count = 1;
    ASSERT_NUMBER(open_with(settings), CAMBIST_NOT_SUPPORTED);
    cambist_arbitrage_close(NULL);
    close_stage();
}

static void a_program_with_shorter_settings_is_understood(void)
{
    struct cambist_arbitrage_settings settings = usual();
    open_stage();
    settings.size = offsetof(struct cambist_arbitrage_settings, cost_most);
    settings.cost_most = "no number"; /* it does not belong to what was given */
    ASSERT_NUMBER(open_with(settings), CAMBIST_OK);
    close_stage();
}

static void finds_and_counts(void)
{
    struct cambist_arbitrage *arbitrage;
    struct cambist_arbitrage_counts counts = { 0 };
    struct cambist_arbitrage_settings settings = usual();
    open_stage();
    require(cambist_arbitrage_open(stage.host, &settings, on_event, NULL, &arbitrage,
                                   &stage.error) == CAMBIST_OK);
    require(cmb_simulator_lean(stage.simulator, "kraken", "BTC/USDT", 8000, &stage.error) ==
            CAMBIST_OK);
    CU_ASSERT(wait_for(CAMBIST_ARBITRAGE_APPEARED));
    cambist_arbitrage_count(arbitrage, &counts);
    ASSERT_NUMBER(counts.routes, 2);
    CU_ASSERT(counts.updates > 0 && counts.checks > 0 && counts.opportunities > 0);
    ASSERT_NUMBER(counts.executions, 0);
    cambist_arbitrage_close(arbitrage);
    close_stage();
}

/* Both orders are with the exchanges, which answer late: the program has lost interest. */
static void may_be_closed_while_orders_are_under_way(void)
{
    struct cambist_arbitrage *arbitrage;
    struct cambist_arbitrage_settings settings = usual();
    settings.is_executed = 1;
    open_stage();
    require(cmb_simulator_add_fault(stage.simulator, "slow@create_order", &stage.error) ==
            CAMBIST_OK);
    require(cambist_arbitrage_open(stage.host, &settings, on_event, NULL, &arbitrage,
                                   &stage.error) == CAMBIST_OK);
    cmb_simulator_lean(stage.simulator, "kraken", "BTC/USDT", 8000, NULL);
    CU_ASSERT(wait_for(CAMBIST_ARBITRAGE_SENT));
    cambist_arbitrage_close(arbitrage);
    pthread_mutex_lock(&stage.lock);
    uint32_t settled = stage.told[CAMBIST_ARBITRAGE_SETTLED];
    pthread_mutex_unlock(&stage.lock);
    ASSERT_NUMBER(settled, 0);
    CU_ASSERT(cambist_each_order(cambist_find_exchange(stage.host, "okx"), 0, NULL, NULL) == 1);
    close_stage();
}

TEST_SUITE("whole/arbitrage",
           { "arbitrage: refuses what makes no sense", refuses_what_makes_no_sense },
           { "arbitrage: a program with shorter settings is understood",
             a_program_with_shorter_settings_is_understood },
           { "arbitrage: finds and counts", finds_and_counts },
           { "arbitrage: may be closed while orders are under way",
             may_be_closed_while_orders_are_under_way })
