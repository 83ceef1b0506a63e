/* What becomes of a host, a request, a stream and an order when memory runs out at any moment?
 *
 * The public interface over real sockets and TLS.  The nth time that the core asks for memory it gets
 * none, or from then on none at all, for n = 1, 2, ... until a whole walk asks less often; then there
 * is memory again, and all has to be well.  The practice exchange has threads, and memory, of its own: its ledger is the truth. */
#include <cambist/orders.h>

#include <dirent.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "plugin/plugin.h"
#include "simulator/simulator.h"
#include "support/test.h"

static const char name[] = "okx";
static struct cmb_simulator *simulator;
static struct cmb_plugin *plugin;
static char folder[64], keys[80], journal[80];

static void start_exchange(void)
{
    struct cmb_simulator_settings settings = { .seed = 11 };
    struct cambist_error error = { 0 };
    CU_ASSERT_FATAL(cmb_plugin_open(name, &(struct cmb_plugin_rules){ 0 }, &plugin, &error) ==
                    CAMBIST_OK);
    simulator = cmb_simulator_new(&settings, &error);
    CU_ASSERT_FATAL(simulator && cmb_simulator_add(simulator, plugin, 0, &error) == CAMBIST_OK &&
                    cmb_simulator_start(simulator, &error) == CAMBIST_OK);
    snprintf(folder, sizeof folder, "/tmp/cambist-memory-XXXXXX");
    CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
    snprintf(keys, sizeof keys, "%s/keys", folder);
    snprintf(journal, sizeof journal, "%s/journal", folder);
    FILE *file = fopen(keys, "w");
    CU_ASSERT_FATAL(file && fchmod(fileno(file), 0600) == 0);
    static const char *const credentials[] = { "key", "secret", "passphrase" };
    for (size_t i = 0; i < 3; i++)
        fprintf(file, "%s = %s\n", credentials[i],
                cmb_simulator_credential(simulator, name, credentials[i]));
    fclose(file);
}

static void empty_journal(void)
{
    DIR *files = opendir(journal);
    struct dirent *entry;
    while (files && (entry = readdir(files))) {
        char path[400];
        snprintf(path, sizeof path, "%s/%s", journal, entry->d_name);
        unlink(path);
    }
    if (files)
        closedir(files);
    rmdir(journal);
    CU_ASSERT_FATAL(mkdir(journal, 0700) == 0);
}

static void stop_exchange(void)
{
    empty_journal();
    rmdir(journal);
    unlink(keys);
    rmdir(folder);
    cmb_simulator_free(simulator);
    cmb_plugin_close(plugin);
}

/* NULL with the reason. */
static struct cambist *open_host(bool has_journal, struct cambist_error *error)
{
    char config[1024];
    struct cambist *host = NULL;
    *error = (struct cambist_error){ 0 };
    snprintf(config, sizeof config,
             "[host]\nconnect_timeout_ms = 300\nwarm_connections = 0\n%s%s\n%s"
             "[exchange %s]\nenvironment = simulated\nrest = %s\nca_file = %s\n"
             "credentials = file:%s\n",
             has_journal ? "journal = " : "", has_journal ? journal : "",
             has_journal ? "durability = process\n" : "", name, cmb_simulator_url(simulator, name),
             cmb_simulator_ca(simulator), keys);
    cambist_open_text(config, "memory_test", CAMBIST_NO_THREAD, &host, error);
    return host;
}

/* Whether the nth was reached; there is memory again. */
static bool end_of_shortage(void)
{
    bool was_reached = cmb_memory_has_refused();
    cmb_memory_refuse(0, 0);
    return was_reached;
}

/* What a failure for want of memory may be called: libcurl has words of its own, and what finds no
 * room is not asked whether that was a ceiling's or the machine's. */
static bool is_said(int status)
{
    return status == CAMBIST_OK || status == CAMBIST_NO_MEMORY || status == CAMBIST_UNAVAILABLE ||
           status == CAMBIST_TIMEOUT || status == CAMBIST_TOO_LARGE || status == CAMBIST_BAD_TIME;
}

/* How many requests in a row get nothing. */
static uint64_t scarcity;

static void walk_on(bool (*walk)(uint64_t nth), uint64_t refused, uint64_t step)
{
    uint64_t nth = 1;
    scarcity = refused;
    while (walk(nth))
        nth += step;
    CU_ASSERT(nth > 10);
    printf(" (%llu)", (unsigned long long)nth);
}

/* Each request for memory is refused, then each fifth with all behind it, until a whole walk asks less
 * often than that. */
static void with_every_scarcity(bool (*walk)(uint64_t nth))
{
    walk_on(walk, 1, 1);
    walk_on(walk, UINT32_MAX, 5);
}

/* ---- opening ---- */

static bool open_without(uint64_t nth)
{
    struct cambist_error error;
    cmb_memory_refuse(nth, scarcity);
    struct cambist *host = open_host(/* has_journal= */ false, &error);
    bool was_reached = end_of_shortage();
    bool is_said_why = host || (error.status != CAMBIST_OK && *error.message);
    if (!is_said_why)
        printf("\n    no reason behind the %lluth", (unsigned long long)nth);
    CU_ASSERT(is_said_why);
    cambist_close(host);
    return was_reached;
}

static void a_host_opens_or_says_why_not(void)
{
    start_exchange();
    empty_journal();
    with_every_scarcity(open_without);
    stop_exchange();
}

/* ---- requests ---- */

static int ask(struct cambist *host)
{
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    struct cambist_arguments arguments = { .symbol = "BTC/USDT", .limit = 20 };
    int status = cambist_fetch_order_book(cambist_find_exchange(host, name), &arguments, &answer,
                                          &error);
    CU_ASSERT(status != CAMBIST_OK || cambist_answer_order_book(answer, 0)->bids.count > 0);
    CU_ASSERT(status == CAMBIST_OK || (!answer && *error.message));
    if (!is_said(status))
        printf("\n    %s", error.message);
    CU_ASSERT(is_said(status));
    cambist_answer_free(answer);
    return status;
}

static bool ask_without(uint64_t nth)
{
    struct cambist_error error;
    struct cambist *host = open_host(/* has_journal= */ false, &error);
    CU_ASSERT_FATAL(host != NULL);
    cmb_memory_refuse(nth, scarcity);
    ask(host);
    bool was_reached = end_of_shortage();
    ASSERT_NUMBER(ask(host), CAMBIST_OK);
    cambist_close(host);
    return was_reached;
}

static void a_request_fails_cleanly_and_the_next_one_works(void)
{
    start_exchange();
    empty_journal();
    with_every_scarcity(ask_without);
    stop_exchange();
}

/* Whatever grows with use has grown by then. */
static void a_warm_request_takes_none(void)
{
    struct cambist_error error;
    struct cambist_stage whole = { 0 };
    start_exchange();
    empty_journal();
    struct cambist *host = open_host(/* has_journal= */ false, &error);
    CU_ASSERT_FATAL(host != NULL);
    for (int i = 0; i < 50; i++)
        ask(host);
    uint64_t before = cmb_memory.asked;
    for (int i = 0; i < 100; i++)
        ask(host);
    ASSERT_NUMBER(cmb_memory.asked - before, 0);
    for (size_t i = 0; strcmp(whole.stage ? whole.stage : "", "whole") != 0; i++)
        CU_ASSERT_FATAL(cambist_exchange_stage(cambist_find_exchange(host, name), i, &whole));
    CU_ASSERT(whole.count >= 150 && whole.allocations > 0); /* it is told what the first ones took */
    cambist_close(host);
    stop_exchange();
}

/* ---- frames ---- */

/* What a watch has told so far. */
struct told {
    uint32_t state, status; /* status: of the latest failure */
    int updates;
};

static void note_event(const struct cambist_event *event, void *user)
{
    struct told *told = user;
    told->state = event->state;
    told->status = event->error ? event->error->status : told->status;
    told->updates += event->state == CAMBIST_WATCH_LIVE && !event->is_state;
}

static void turn_on(struct cambist *host)
{
    struct pollfd waiting = { .fd = cambist_fd(host), .events = POLLIN };
    poll(&waiting, 1, 20);
    cambist_dispatch(host);
}

/* Until an update was told, or that none will be. */
static void watch_for_one(struct cambist *host, struct told *told, int turns_most)
{
    told->updates = 0;
    for (int turns = 0; turns < turns_most; turns++) {
        if (told->updates || told->state == CAMBIST_WATCH_FAILED)
            return;
        turn_on(host);
    }
}

static int begin_watch(struct cambist *host, struct told *told, struct cambist_watch **ret)
{
    struct cambist_error error = { 0 };
    struct cambist_arguments arguments = { .symbol = "BTC/USDT" };
    int status = cambist_watch_order_book(cambist_find_exchange(host, name), &arguments, note_event,
                                          told, ret, &error);
    CU_ASSERT(status == CAMBIST_OK || (!*ret && *error.message));
    return status;
}

/* Where the watch could not begin, or ended, another one is begun with memory. */
static bool watch_without(uint64_t nth)
{
    struct told told = { 0 };
    struct cambist_error error;
    struct cambist_watch *watch = NULL;
    struct cambist *host = open_host(/* has_journal= */ false, &error);
    CU_ASSERT_FATAL(host != NULL);
    cmb_memory_refuse(nth, scarcity);
    int status = begin_watch(host, &told, &watch);
    if (watch)
        watch_for_one(host, &told, 25);
    bool was_reached = end_of_shortage();
    CU_ASSERT(is_said(status));
    if (told.state == CAMBIST_WATCH_FAILED) {
        CU_ASSERT(is_said((int)told.status));
        cambist_unwatch(watch);
        watch = NULL;
    }
    if (!watch) {
        told = (struct told){ 0 };
        ASSERT_NUMBER(begin_watch(host, &told, &watch), CAMBIST_OK);
    }
    watch_for_one(host, &told, 500);
    if (!told.updates)
        printf("\n    not live again behind the %lluth", (unsigned long long)nth);
    CU_ASSERT(told.updates > 0);
    cambist_unwatch(watch);
    cambist_close(host);
    return was_reached;
}

static void a_stream_becomes_live_again(void)
{
    start_exchange();
    empty_journal();
    with_every_scarcity(watch_without);
    stop_exchange();
}

/* ---- orders ---- */

static void note_life(const struct cambist_known_order *order, void *user)
{
    *(uint32_t *)user = order->life;
}

/* An order that the exchange has is known here; one of which it is said that nothing was done, is
 * not there. */
static void assert_not_lost(struct cambist *host, const char *id, int status, uint32_t outcome)
{
    size_t executed = cmb_simulator_count_orders(simulator, name, id);
    uint32_t life = 0;
    struct cambist_exchange *exchange = cambist_find_exchange(host, name);
    CU_ASSERT(executed <= 1);
    CU_ASSERT(status != CAMBIST_OK || executed == 1);
    CU_ASSERT(status == CAMBIST_OK || outcome != CAMBIST_OUTCOME_NOT_DONE || executed == 0);
    for (int turns = 0; executed && life < CAMBIST_LIFE_WORKING && turns < 500; turns++) {
        turn_on(host);
        cambist_each_order(exchange, 0, note_life, &life);
    }
    if (executed)
        ASSERT_NUMBER(life, CAMBIST_LIFE_WORKING);
}

static bool place_without(uint64_t nth)
{
    static unsigned placed;
    char id[32];
    struct cambist_error error;
    struct cambist_answer *answer = NULL;
    empty_journal();
    struct cambist *host = open_host(/* has_journal= */ true, &error);
    CU_ASSERT_FATAL(host != NULL);
    snprintf(id, sizeof id, "memory%u", ++placed);
    struct cambist_arguments order = { .symbol = "BTC/USDT", .side = CAMBIST_SIDE_BUY,
                                       .type = CAMBIST_TYPE_LIMIT, .amount = "0.001",
                                       .price = "10000", .client_order_id = id };
    cmb_memory_refuse(nth, scarcity);
    int status = cambist_create_order(cambist_find_exchange(host, name), &order, &answer, &error);
    bool was_reached = end_of_shortage();
    if (!is_said(status))
        printf("\n    %s", error.message);
    CU_ASSERT(is_said(status));
    assert_not_lost(host, id, status, error.outcome);
    cambist_answer_free(answer);
    cambist_close(host);
    return was_reached;
}

static void place(struct cambist *host)
{
    struct cambist_error error = { 0 };
    struct cambist_answer *answer = NULL;
    struct cambist_arguments order = { .symbol = "BTC/USDT", .side = CAMBIST_SIDE_BUY,
                                       .type = CAMBIST_TYPE_LIMIT, .amount = "0.001",
                                       .price = "10000" };
    int status = cambist_create_order(cambist_find_exchange(host, name), &order, &answer, &error);
    CU_ASSERT(status == CAMBIST_OK);
    cambist_answer_free(answer);
}

static void a_warm_order_takes_its_own_record_alone(void)
{
    struct cambist_error error;
    start_exchange();
    empty_journal();
    struct cambist *host = open_host(/* has_journal= */ true, &error);
    CU_ASSERT_FATAL(host != NULL);
    for (int i = 0; i < 20; i++)
        place(host);
    uint64_t before = cmb_memory.asked;
    for (int i = 0; i < 20; i++)
        place(host);
    ASSERT_NUMBER(cmb_memory.asked - before, 20);
    cambist_close(host);
    stop_exchange();
}

static void no_order_is_lost(void)
{
    start_exchange();
    empty_journal();
    with_every_scarcity(place_without);
    stop_exchange();
}

TEST_SUITE("whole/memory", { "a host opens or says why not", a_host_opens_or_says_why_not },
           { "a request fails cleanly, and the next one works",
             a_request_fails_cleanly_and_the_next_one_works },
           { "a warm request takes none", a_warm_request_takes_none },
           { "a stream becomes live again", a_stream_becomes_live_again },
           { "no order is lost", no_order_is_lost },
           { "a warm order takes its own record alone", a_warm_order_takes_its_own_record_alone })
