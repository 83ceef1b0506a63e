/* Does the interface for programs keep its promises over real sockets and real TLS? */
#include <cambist/cambist.h>

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/plugin.h"
#include "simulator/simulator.h"
#include "support/test.h"

static struct cmb_simulator *simulator;
static struct cmb_plugin *plugin;
static char keys[64];

static char host_lines[128]; /* of the configuration */
static const char *name; /* of the exchange that is simulated */

static void start_named(const char *exchange)
{
    name = exchange;
    struct cmb_plugin_rules rules = { 0 };
    struct cmb_simulator_settings settings = { .seed = 7 };
    struct cambist_error error = { 0 };
    CU_ASSERT_FATAL(cmb_plugin_open(name, &rules, &plugin, &error) == CAMBIST_OK);
    simulator = cmb_simulator_new(&settings, &error);
    CU_ASSERT_FATAL(simulator != NULL);
    CU_ASSERT_FATAL(cmb_simulator_add(simulator, plugin, 0, &error) == CAMBIST_OK);
    CU_ASSERT_FATAL(cmb_simulator_start(simulator, &error) == CAMBIST_OK);
    snprintf(keys, sizeof keys, "/tmp/cambist-host-XXXXXX");
    int file = mkstemp(keys);
    CU_ASSERT_FATAL(file >= 0 && fchmod(file, 0600) == 0);
    dprintf(file, "key = %s\nsecret = %s\n", cmb_simulator_credential(simulator, name, "key"),
            cmb_simulator_credential(simulator, name, "secret"));
    close(file);
}

static void start_exchange(void)
{
    start_named("binance");
}

static void stop_exchange(void)
{
    unlink(keys);
    cmb_simulator_free(simulator);
    cmb_plugin_close(plugin);
}

static struct cambist *open_host(uint32_t flags)
{
    char config[1024];
    struct cambist *host = NULL;
    struct cambist_error error = { 0 };
    snprintf(config, sizeof config,
             "%s[exchange %s]\nenvironment = simulated\nrest = %s\nca_file = %s\n"
             "credentials = file:%s\n",
             host_lines, name, cmb_simulator_url(simulator, name), cmb_simulator_ca(simulator), keys);
    if (cambist_open_text(config, "test", flags, &host, &error) != CAMBIST_OK)
        printf("\n    %s", error.message);
    CU_ASSERT_FATAL(host != NULL);
    return host;
}

static void a_blocking_call_answers_a_typed_record(void)
{
    start_exchange();
    struct cambist *host = open_host(0);
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    struct cambist_exchange *exchange = cambist_find_exchange(host, "binance");
    int status = cambist_fetch_ticker(exchange, &(struct cambist_arguments){ .symbol = "BTC/USDT" },
                                      &answer, &error);
    CU_ASSERT_FATAL(status == CAMBIST_OK);
    const struct cambist_ticker *ticker = cambist_answer_ticker(answer, 0);
    CU_ASSERT(ticker && ticker->last.is_set);
    ASSERT_TEXT(ticker->symbol, "BTC/USDT");
    CU_ASSERT(cambist_answer_order(answer, 0) == NULL); /* another record */
    CU_ASSERT(cambist_answer_ticker(answer, 1) == NULL);
    CU_ASSERT(strstr(cambist_answer_json(answer), "\"symbol\":\"BTC/USDT\"") != NULL);
    CU_ASSERT(strstr(cambist_answer_trace(answer), "sign ") != NULL);
    cambist_answer_free(answer);
    cambist_close(host);
    stop_exchange();
}

static void markets_that_nobody_loads_are_asked_for_by_name(void)
{
    start_exchange();
    struct cambist *host = open_host(0);
    struct cambist_exchange *exchange = cambist_find_exchange(host, "binance");
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    struct cambist_arguments options = { .kind = CAMBIST_KIND_OPTION };
    int status = cambist_fetch_markets(exchange, &options, &answer, &error);
    ASSERT_NUMBER(status, CAMBIST_OK);
    ASSERT_NUMBER(cambist_answer_count(answer), 0); /* the practice exchange trades none */
    cambist_answer_free(answer);
    struct cambist_arguments swaps = { .kind = CAMBIST_KIND_SWAP };
    status = cambist_fetch_markets(exchange, &swaps, &answer, &error);
    ASSERT_NUMBER(status, CAMBIST_OK);
    CU_ASSERT(cambist_answer_count(answer) > 0);
    cambist_answer_free(answer);
    cambist_close(host);
    stop_exchange();
}

static void a_refusal_says_that_nothing_was_done(void)
{
    start_exchange();
    struct cambist *host = open_host(0);
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    struct cambist_arguments order = { .symbol = "BTC/USDT", .side = CAMBIST_SIDE_BUY,
                                       .type = CAMBIST_TYPE_LIMIT, .amount = "900000",
                                       .price = "50000" };
    int status = cambist_create_order(cambist_find_exchange(host, "binance"), &order, &answer,
                                      &error);
    ASSERT_NUMBER(status, CAMBIST_INSUFFICIENT_FUNDS);
    ASSERT_NUMBER(error.outcome, CAMBIST_OUTCOME_NOT_DONE);
    CU_ASSERT(answer == NULL && *error.code && *error.message);
    ASSERT_NUMBER(cmb_simulator_count_orders(simulator, "binance", NULL), 0);
    cambist_close(host);
    stop_exchange();
}

static void bad_arguments_never_leave(void)
{
    start_exchange();
    struct cambist *host = open_host(0);
    struct cambist_exchange *exchange = cambist_find_exchange(host, "binance");
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    struct cambist_arguments wrong[] = {
        { .symbol = "BTC/NOTHING", .side = CAMBIST_SIDE_BUY, .type = CAMBIST_TYPE_MARKET,
          .amount = "1" },
        { .symbol = "BTC/USDT", .side = CAMBIST_SIDE_BUY, .type = CAMBIST_TYPE_LIMIT,
          .amount = "1.0.0", .price = "1" },
        { .symbol = "BTC/USDT", .side = 77, .type = CAMBIST_TYPE_LIMIT, .amount = "1",
          .price = "1" },
        { .symbol = "BTC/USDT", .side = CAMBIST_SIDE_BUY, .type = CAMBIST_TYPE_LIMIT,
          .amount = "1" },
        { .symbol = "BTC/USDT\r\nX: y", .side = CAMBIST_SIDE_BUY, .type = CAMBIST_TYPE_MARKET,
          .amount = "1" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CU_ASSERT(cambist_create_order(exchange, &wrong[i], &answer, &error) != CAMBIST_OK);
        ASSERT_NUMBER(error.outcome, CAMBIST_OUTCOME_NOT_DONE);
        CU_ASSERT(answer == NULL && *error.message);
    }
    ASSERT_NUMBER(cmb_simulator_count_orders(simulator, "binance", NULL), 0);
    cambist_close(host);
    stop_exchange();
}

/* Kraken cancels the orders of all markets at once; who names one would lose the others too. */
static void nothing_is_done_beyond_what_was_asked_for(void)
{
    start_named("kraken");
    struct cambist *host = open_host(0);
    struct cambist_exchange *exchange = cambist_find_exchange(host, "kraken");
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    struct cambist_arguments one = { .symbol = "BTC/USDT" };
    ASSERT_NUMBER(cambist_cancel_all_orders(exchange, &one, &answer, &error),
                  CAMBIST_NOT_SUPPORTED);
    ASSERT_NUMBER(error.outcome, CAMBIST_OUTCOME_NOT_DONE);
    CU_ASSERT(strstr(error.message, "to all markets, not to BTC/USDT alone") != NULL);
    ASSERT_NUMBER(cambist_cancel_all_orders(exchange, NULL, &answer, &error), CAMBIST_OK);
    cambist_answer_free(answer);
    cambist_close(host);
    stop_exchange();
}

/* ---- what was measured ---- */

/* The figures of a stage; count 0 where it was never entered. */
static struct cambist_stage stage_of(const struct cambist_exchange *exchange, const char *way,
                                     const char *stage)
{
    struct cambist_stage found = { 0 };
    for (size_t i = 0; cambist_exchange_stage(exchange, i, &found); i++)
        if (strcmp(found.way, way) == 0 && strcmp(found.stage, stage) == 0)
            return found;
    return (struct cambist_stage){ .way = "none" };
}

static void place_and_cancel(struct cambist_exchange *exchange)
{
    struct cambist_answer *answer = NULL;
    struct cambist_arguments order = { .symbol = "BTC/USDT", .side = CAMBIST_SIDE_BUY,
                                       .type = CAMBIST_TYPE_LIMIT, .amount = "0.01",
                                       .price = "10000" };
    CU_ASSERT_FATAL(cambist_create_order(exchange, &order, &answer, NULL) == CAMBIST_OK);
    struct cambist_arguments named = { .symbol = "BTC/USDT",
                                       .id = cambist_answer_order(answer, 0)->id };
    struct cambist_answer *cancelled = NULL;
    CU_ASSERT(cambist_cancel_order(exchange, &named, &cancelled, NULL) == CAMBIST_OK);
    cambist_answer_free(cancelled);
    cambist_answer_free(answer);
}

static void each_stage_of_a_request_and_an_order_is_measured(void)
{
    start_exchange();
    struct cambist *host = open_host(0);
    struct cambist_exchange *exchange = cambist_find_exchange(host, "binance");
    ASSERT_NUMBER(stage_of(exchange, "order", "whole").count, 0);
    place_and_cancel(exchange);
    struct cambist_stage send = stage_of(exchange, "request", "send");
    struct cambist_stage order = stage_of(exchange, "order", "whole");
    struct cambist_stage answer = stage_of(exchange, "order", "acknowledge");
    CU_ASSERT(send.count >= 2 && send.p50_ns > 0 && send.p50_ns <= send.max_ns);
    ASSERT_NUMBER(order.count, 1);
    ASSERT_NUMBER(stage_of(exchange, "cancel", "whole").count, 1);
    CU_ASSERT(answer.count == 1 && answer.sum_ns > 0 && answer.sum_ns < order.sum_ns);
    CU_ASSERT(stage_of(exchange, "order", "leave").sum_ns + answer.sum_ns <= order.sum_ns);
    ASSERT_TEXT(stage_of(exchange, "order", "nowhere").way, "none");
    cambist_close(host);
    stop_exchange();
}

static void what_was_measured_is_written_like_snprintf(void)
{
    char text[1 << 16], start[16] = "untouched";
    start_exchange();
    struct cambist *host = open_host(0);
    place_and_cancel(cambist_find_exchange(host, "binance"));
    size_t length = cambist_metrics_text(host, text, sizeof text);
    CU_ASSERT_FATAL(length < sizeof text);
    ASSERT_NUMBER(strlen(text), length);
    CU_ASSERT(strstr(text, "cambist_stage_seconds_count{exchange=\"binance\",way=\"order\","
                           "stage=\"whole\"} 1\n") != NULL);
    ASSERT_NUMBER(cambist_metrics_text(host, NULL, 0), length);
    cambist_metrics_text(host, start, sizeof start);
    ASSERT_NUMBER(strlen(start), sizeof start - 1);
    CU_ASSERT(memcmp(start, text, sizeof start - 1) == 0);
    cambist_close(host);
    stop_exchange();
}

/* ---- a loop of the program's own ---- */

static void count_answer(struct cambist_answer *answer, const struct cambist_error *error,
                         void *user)
{
    int *count = user;
    *count += error->status == CAMBIST_OK ? 1 : 1000;
    cambist_answer_free(answer);
}

static void a_program_may_drive_the_io_itself(void)
{
    start_exchange();
    struct cambist *host = open_host(CAMBIST_NO_THREAD);
    struct cambist_exchange *exchange = cambist_find_exchange(host, "binance");
    struct cambist_arguments arguments = { .symbol = "ETH/USDT", .limit = 5 };
    int count = 0;
    for (int i = 0; i < 50; i++)
        CU_ASSERT(cambist_start(exchange, CAMBIST_OPERATION_fetch_order_book, &arguments,
                                count_answer, &count, NULL) == CAMBIST_OK);
    struct pollfd waiting = { .fd = cambist_fd(host), .events = POLLIN };
    while (count < 50 && poll(&waiting, 1, 10000) == 1)
        cambist_dispatch(host);
    ASSERT_NUMBER(count, 50);
    cambist_close(host);
    stop_exchange();
}

static void closing_ends_what_is_under_way(void)
{
    start_exchange();
    struct cambist *host = open_host(CAMBIST_NO_THREAD);
    struct cambist_arguments arguments = { .symbol = "ETH/USDT" };
    int count = 0;
    for (int i = 0; i < 20; i++)
        CU_ASSERT(cambist_start(cambist_find_exchange(host, "binance"),
                                CAMBIST_OPERATION_fetch_ticker, &arguments, count_answer, &count,
                                NULL) == CAMBIST_OK);
    cambist_close(host); /* nothing was dispatched: each is told that the host was closed */
    ASSERT_NUMBER(count, 20 * 1000);
    stop_exchange();
}

/* ---- many threads ---- */

enum { THREADS = 4, CALLS = 100 };

static void *ask_often(void *user)
{
    struct cambist_exchange *exchange = user;
    struct cambist_arguments arguments = { .symbol = "BTC/USDT", .limit = 5 };
    uintptr_t answers = 0;
    for (int i = 0; i < CALLS; i++) {
        struct cambist_answer *answer = NULL;
        if (cambist_fetch_order_book(exchange, &arguments, &answer, NULL) == CAMBIST_OK)
            answers += cambist_answer_order_book(answer, 0)->bids.count > 0;
        cambist_answer_free(answer);
    }
    return (void *)answers;
}

static void many_threads_ask_at_once(void)
{
    start_exchange();
    struct cambist *host = open_host(0);
    pthread_t threads[THREADS];
    uintptr_t answers = 0;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, ask_often, cambist_find_exchange(host, "binance"));
    for (int i = 0; i < CALLS; i++) { /* the figures may be read meanwhile */
        struct cambist_stage whole = stage_of(cambist_find_exchange(host, "binance"), "request",
                                              "whole");
        CU_ASSERT(whole.count <= THREADS * CALLS + 10);
    }
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        answers += (uintptr_t)result;
    }
    ASSERT_NUMBER(answers, THREADS * CALLS);
    cambist_close(host);
    stop_exchange();
}

/* ---- a CPU given to latency ---- */

/* The I/O thread of this process, by its name; 0: there is none. */
static pid_t find_io_thread(void)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *entry;
    pid_t found = 0;
    while (tasks && (entry = readdir(tasks)) && !found) {
        char path[300], comm[32] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
        FILE *file = fopen(path, "r");
        if (file && fgets(comm, sizeof comm, file) && strcmp(comm, "cambist-io\n") == 0)
            found = (pid_t)strtol(entry->d_name, NULL, 10);
        if (file)
            fclose(file);
    }
    if (tasks)
        closedir(tasks);
    return found;
}

/* The last CPU that this process may use. */
static int last_cpu(void)
{
    cpu_set_t allowed;
    int last = 0;
    CU_ASSERT_FATAL(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        last = CPU_ISSET((size_t)cpu, &allowed) ? cpu : last;
    return last;
}

static void a_spinning_thread_answers_and_stays_on_its_cpu(void)
{
    cpu_set_t cpus;
    start_exchange();
    snprintf(host_lines, sizeof host_lines, "[host]\nbusy_poll = true\ncpu = %d\n", last_cpu());
    struct cambist *host = open_host(0);
    pid_t thread;
    do /* it names itself when it begins */
        thread = find_io_thread();
    while (!thread);
    CU_ASSERT_FATAL(sched_getaffinity(thread, sizeof cpus, &cpus) == 0);
    CU_ASSERT(CPU_COUNT(&cpus) == 1 && CPU_ISSET((size_t)last_cpu(), &cpus));
    ASSERT_NUMBER((uintptr_t)ask_often(cambist_find_exchange(host, "binance")), CALLS);
    cambist_close(host);
    host_lines[0] = 0;
    stop_exchange();
}

static void a_cpu_that_is_not_there_is_refused_in_words(void)
{
    struct cambist *host = NULL;
    struct cambist_error error = { 0 };
    ASSERT_NUMBER(cambist_open_text("[host]\ncpu = 9999\n", "test", 0, &host, &error),
                  CAMBIST_BAD_CONFIG);
    CU_ASSERT(strstr(error.message, "cpu = 9999: this machine has CPUs 0 to ") != NULL);
}

/* ---- configurations ---- */

static void a_wrong_configuration_names_the_place(void)
{
    static const struct {
        const char *config, *reason;
    } rows[] = {
        { "[exchange binance]\nenviroment = live\n", "environment" },
        { "[exchange nowhere]\n", "cambist_nowhere.so" },
        { "[exchange binance]\nsecret = abc\n", "secret" },
        { "[exchange binance]\nrest = https://127.0.0.1:1\n", "simulated" },
        { "[host]\nconnections_total = many\n", "connections_total" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cambist *host = NULL;
        struct cambist_error error = { 0 };
        CU_ASSERT(cambist_open_text(rows[i].config, "test.conf", 0, &host, &error) != CAMBIST_OK);
        CU_ASSERT(host == NULL);
        CU_ASSERT(strstr(error.message, rows[i].reason) != NULL);
        if (!strstr(error.message, rows[i].reason))
            printf("\n    %s", error.message);
    }
}

/* A simulator's certificate is believed for simulated exchanges alone, and only its own. */
static void another_authority_is_refused_before_anything_is_sent(void)
{
    start_exchange();
    struct cmb_simulator *own = simulator;
    struct cmb_simulator_settings settings = { .certificate = CMB_CERTIFICATE_UNKNOWN_CA };
    struct cambist_error error = { 0 };
    simulator = cmb_simulator_new(&settings, &error);
    CU_ASSERT_FATAL(simulator && cmb_simulator_add(simulator, plugin, 0, &error) == CAMBIST_OK);
    CU_ASSERT_FATAL(cmb_simulator_start(simulator, &error) == CAMBIST_OK);
    struct cambist *host = open_host(0);
    struct cambist_answer *answer = NULL;
    CU_ASSERT(cambist_fetch_time(cambist_find_exchange(host, "binance"), NULL, &answer, &error) ==
              CAMBIST_TLS);
    ASSERT_NUMBER(error.outcome, CAMBIST_OUTCOME_NOT_DONE);
    cambist_close(host);
    cmb_simulator_free(own);
    stop_exchange();
}

TEST_SUITE("whole/host",
           { "a blocking call answers a typed record", a_blocking_call_answers_a_typed_record },
           { "markets that nobody loads are asked for by name",
             markets_that_nobody_loads_are_asked_for_by_name },
           { "a refusal says that nothing was done", a_refusal_says_that_nothing_was_done },
           { "bad arguments never leave", bad_arguments_never_leave },
           { "nothing is done beyond what was asked for",
             nothing_is_done_beyond_what_was_asked_for },
           { "each stage of a request and an order is measured",
             each_stage_of_a_request_and_an_order_is_measured },
           { "what was measured is written like snprintf",
             what_was_measured_is_written_like_snprintf },
           { "a program may drive the I/O itself", a_program_may_drive_the_io_itself },
           { "closing ends what is under way", closing_ends_what_is_under_way },
           { "many threads ask at once", many_threads_ask_at_once },
           { "a spinning thread answers and stays on its CPU",
             a_spinning_thread_answers_and_stays_on_its_cpu },
           { "a CPU that is not there is refused in words",
             a_cpu_that_is_not_there_is_refused_in_words },
           { "a wrong configuration names the place", a_wrong_configuration_names_the_place },
           { "another authority is refused before anything is sent",
             another_authority_is_refused_before_anything_is_sent })
