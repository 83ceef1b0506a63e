/* Do four processes on one address together keep what one may ask, while they are killed?
 *
 * This program is both: the parent, which has the practice exchanges and kills, and with the word
 * "client" one of the four, which asks as fast as it is let.  What the exchanges have counted is the
 * truth. */
#include <cambist/cambist.h>

#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "limit/table_inner.h"
#include "simulator/simulator.h"
#include "support/test.h"

enum { CLIENTS = 4, EXCHANGES = 2, ROUND_MS = 250, ROUNDS = 48 };

extern char **environ;

static const char *const names[EXCHANGES] = { "okx", "coinbase" };
static const char *program;

/* ---- a client ---- */

static void *ask_without_end(void *user)
{
    struct cambist_exchange *exchange = user;
    for (;;) {
        struct cambist_answer *answer = NULL;
        struct cambist_error error = { 0 };
        (void)cambist_fetch_ticker(exchange, &(struct cambist_arguments){ .symbol = "BTC/USDT" },
                                   &answer, &error);
        cambist_answer_free(answer);
    }
    return NULL;
}

/* Until it is killed. */
static int be_client(char **urls)
{
    char config[1024] = "";
    size_t length = 0;
    struct cambist *host = NULL;
    struct cambist_error error = { 0 };
    pthread_t other;
    for (int i = 0; i < EXCHANGES; i++)
        length += (size_t)snprintf(config + length, sizeof config - length,
                                   "[exchange %s]\nenvironment = simulated\nrest = %s\n", names[i],
                                   urls[i]);
    if (cambist_open_text(config, "client", 0, &host, &error) != CAMBIST_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    pthread_create(&other, NULL, ask_without_end, cambist_find_exchange(host, names[0]));
    ask_without_end(cambist_find_exchange(host, names[1]));
    return 0;
}

/* ---- the parent ---- */

static struct cmb_plugin *plugins[EXCHANGES];
static struct cmb_simulator *simulator;
static char urls[EXCHANGES][64];
static pid_t clients[CLIENTS];

static void open_exchanges(void)
{
    struct cmb_plugin_rules rules = { 0 };
    struct cambist_error error = { 0 };
    simulator = cmb_simulator_new(
        &(struct cmb_simulator_settings){ .seed = 5, .is_plain = true }, &error);
    CU_ASSERT_FATAL(simulator != NULL);
    for (int i = 0; i < EXCHANGES; i++) {
        CU_ASSERT_FATAL(cmb_plugin_open(names[i], &rules, &plugins[i], &error) == CAMBIST_OK);
        CU_ASSERT_FATAL(cmb_simulator_add(simulator, plugins[i], 0, &error) == CAMBIST_OK);
    }
    CU_ASSERT_FATAL(cmb_simulator_add_fault(simulator, "limits", &error) == CAMBIST_OK);
    CU_ASSERT_FATAL(cmb_simulator_start(simulator, &error) == CAMBIST_OK);
    for (int i = 0; i < EXCHANGES; i++)
        snprintf(urls[i], sizeof urls[i], "%s", cmb_simulator_url(simulator, names[i]));
}

static void close_exchanges(void)
{
    cmb_simulator_free(simulator);
    for (int i = 0; i < EXCHANGES; i++)
        cmb_plugin_close(plugins[i]);
}

static void start_client(int i)
{
    char word[] = "client";
    char *words[] = { (char *)(uintptr_t)program, word, urls[0], urls[1], NULL };
    CU_ASSERT_FATAL(posix_spawn(&clients[i], program, NULL, NULL, words, environ) == 0);
}

static void kill_client(int i)
{
    int status = 0;
    kill(clients[i], SIGKILL);
    CU_ASSERT(waitpid(clients[i], &status, 0) == clients[i]);
    CU_ASSERT(WIFSIGNALED(status)); /* it had not ended by itself */
}

/* A process that dies with the table's lock, in the middle of putting something. */
static void lose_the_lock(void)
{
    pid_t child = fork();
    CU_ASSERT_FATAL(child >= 0);
    if (child == 0) {
        struct cmb_limit_table *table = NULL;
        if (cmb_limit_table_open(NULL, 1, &table, NULL) != CAMBIST_OK)
            _exit(1);
        if (pthread_mutex_lock(&table->file->lock) != 0)
            pthread_mutex_consistent(&table->file->lock);
        raise(SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CU_ASSERT(WIFSIGNALED(status));
}

/* The next who wants the lock has it soon. */
static void expect_lock(void)
{
    static const struct cmb_bucket_rule rule = { CMB_BUCKET_TOKENS, 10, 0, 1000000000 };
    struct cmb_limit_name name = { .high = 1, .low = (uint64_t)getpid() };
    struct cmb_limit_table *table = NULL;
    int64_t before_ns = cmb_clock_monotonic_ns(&cmb_clock_system);
    CU_ASSERT_FATAL(cmb_limit_table_open(NULL, before_ns, &table, NULL) == CAMBIST_OK);
    CU_ASSERT(cmb_limit_table_bucket(table, name, &rule) != NULL);
    CU_ASSERT(cmb_clock_monotonic_ns(&cmb_clock_system) - before_ns < 100000000);
    cmb_limit_table_close(table);
}

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;
    while ((text = strstr(text, word))) {
        text += strlen(word);
        count++;
    }
    return count;
}

/* A round is nothing that is waited for: the clients work meanwhile. */
static void four_processes_that_are_killed_keep_the_limits(void)
{
    open_exchanges();
    srand(7);
    for (int i = 0; i < CLIENTS; i++)
        start_client(i);
    for (int round = 0; round < ROUNDS; round++) {
        usleep(ROUND_MS * 1000);
        int victim = rand() % CLIENTS;
        kill_client(victim);
        if (round % 4 == 0) {
            lose_the_lock();
            expect_lock();
        }
        start_client(victim);
    }
    for (int i = 0; i < CLIENTS; i++)
        kill_client(i);
    char *ledger = cmb_simulator_ledger(simulator);
    CU_ASSERT_FATAL(ledger != NULL);
    size_t asked = count_of(ledger, "\"operation\":\"fetch_ticker\"");
    size_t refused = count_of(ledger, "\"overLimit\"") + count_of(ledger, "\"inBan\"");
    ASSERT_NUMBER(refused, 0);
    /* Together about 17 a second would be let go; half of that is no accident. */
    CU_ASSERT(asked * 1000 / (ROUNDS * ROUND_MS) >= 8);
    printf("\n    %zu questions in %d s", asked, ROUNDS * ROUND_MS / 1000);
    free(ledger);
    close_exchanges();
}

int main(int count, char **words)
{
    if (count == 2 + EXCHANGES && strcmp(words[1], "client") == 0)
        return be_client(words + 2);
    program = words[0];
    CU_TestInfo tests[] = { { "four processes that are killed keep the limits",
                              four_processes_that_are_killed_keep_the_limits },
                            CU_TEST_INFO_NULL };
    return test_run("whole/shared_limits", tests);
}
