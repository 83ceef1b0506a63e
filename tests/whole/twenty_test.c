/* Do twenty exchanges with fifty symbols each fit into 64 MiB, besides the books' levels?
 *
 * Five sections for each of four plugins speak to practice exchanges in a process of their own, over
 * real TLS, and watch all that these serve until it is live.  Then each gets 1,500 more markets, as
 * many as a real exchange lists, and watches book, trades and ticker of fifty of them: subscriptions
 * that are about to be asked for, with their books. */
#include <cambist/cambist.h>

#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/host.h"
#include "simulator/simulator.h"
#include "support/test.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_OWN_HEAP true /* a sanitizer's, which is larger */
#else
#define HAS_OWN_HEAP false
#endif

enum { PLUGINS = 4, EACH = 5, EXCHANGES = PLUGINS * EACH, SYMBOLS = 50, LISTED = 1500 };
enum { WATCHES_MOST = EXCHANGES * SYMBOLS * 3 + 2000 };

static const size_t bound_bytes = 64 << 20;
static const char *const names[PLUGINS] = { "binance", "coinbase", "kraken", "okx" };
static const uint32_t topics[] = { CAMBIST_TOPIC_watch_order_book, CAMBIST_TOPIC_watch_trades,
                                   CAMBIST_TOPIC_watch_ticker };

/* What the other process tells. */
struct served {
    char url[PLUGINS][64], ca[256];
};

static void serve(int to)
{
    struct cmb_simulator_settings settings = { .seed = 3 };
    struct cambist_error error = { 0 };
    struct served served = { 0 };
    struct cmb_simulator *simulator = cmb_simulator_new(&settings, &error);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; simulator && i < PLUGINS; i++) {
        struct cmb_plugin *plugin;
        if (cmb_plugin_open(names[i], &(struct cmb_plugin_rules){ 0 }, &plugin, &error) ||
            cmb_simulator_add(simulator, plugin, 0, &error))
            abort();
    }
    if (!simulator || cmb_simulator_start(simulator, &error))
        abort();
    for (int i = 0; i < PLUGINS; i++)
        snprintf(served.url[i], sizeof served.url[i], "%s", cmb_simulator_url(simulator, names[i]));
    snprintf(served.ca, sizeof served.ca, "%s", cmb_simulator_ca(simulator));
    if (write(to, &served, sizeof served) != sizeof served)
        abort();
    pause();
    _exit(0);
}

static pid_t start_exchanges(struct served *served)
{
    int ends[2];
    CU_ASSERT_FATAL(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0)
        serve(ends[1]);
    CU_ASSERT_FATAL(child > 0 && read(ends[0], served, sizeof *served) == sizeof *served);
    close(ends[0]);
    close(ends[1]);
    return child;
}

static struct cambist *open_host(const struct served *served)
{
    struct cmb_buffer config;
    struct cambist_error error = { 0 };
    struct cambist *host = NULL;
    cmb_buffer_init(&config, 1 << 16);
    for (int i = 0; i < EXCHANGES; i++)
        cmb_buffer_addf(&config,
                        "[exchange %s-%d]\nplugin = %s\nenvironment = simulated\nrest = %s\n"
                        "ca_file = %s\n", names[i % PLUGINS], i, names[i % PLUGINS],
                        served->url[i % PLUGINS], served->ca);
    int status = cambist_open_text(cmb_buffer_string(&config), "twenty", CAMBIST_NO_THREAD, &host,
                                   &error);
    if (status != CAMBIST_OK)
        printf("\n    %s", error.message);
    CU_ASSERT_FATAL(status == CAMBIST_OK);
    cmb_buffer_clear(&config);
    return host;
}

/* ---- watching ---- */

static struct cambist_watch *watches[WATCHES_MOST];
static size_t watch_count;
static unsigned live_books;

static void count_live(const struct cambist_event *event, void *user)
{
    bool *is_live = user;
    if (event->state != CAMBIST_WATCH_LIVE || *is_live)
        return;
    *is_live = true;
    live_books++;
}

static void watch(struct cambist_exchange *exchange, uint32_t topic, const char *symbol)
{
    static bool are_live[WATCHES_MOST];
    struct cambist_error error = { 0 };
    struct cambist_arguments arguments = { .symbol = symbol };
    CU_ASSERT_FATAL(watch_count < WATCHES_MOST);
    int status = cambist_watch(exchange, topic, &arguments, count_live, &are_live[watch_count],
                               &watches[watch_count], &error);
    if (status == CAMBIST_OK)
        watch_count++;
    else /* not every exchange has every stream for every kind of market */
        CU_ASSERT(status == CAMBIST_NOT_SUPPORTED);
}

static void watch_all(struct cambist_exchange *exchange, const char *symbol)
{
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        watch(exchange, topics[i], symbol);
}

/* All that the practice exchange lists; its markets are known from then on. */
static void watch_what_is_served(struct cambist_exchange *exchange)
{
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    int status = cambist_fetch_ticker(exchange, &(struct cambist_arguments){ .symbol = "BTC/USDT" },
                                      &answer, &error);
    if (status != CAMBIST_OK)
        printf("\n    %s: %s", cambist_exchange_name(exchange), error.message);
    CU_ASSERT_FATAL(status == CAMBIST_OK);
    cambist_answer_free(answer);
    const struct cmb_markets *markets = exchange->exchange->markets;
    for (uint32_t i = 0; i < cmb_markets_count(markets); i++)
        watch_all(exchange, cmb_markets_get(markets, i)->symbol);
}

static void list_and_watch_more(struct cambist_exchange *exchange)
{
    struct cmb_markets *markets = exchange->exchange->markets;
    struct cambist_market made = *cmb_markets_get(markets, 0);
    for (int i = 0; i < LISTED; i++) {
        char id[32], symbol[32], base[16];
        snprintf(id, sizeof id, "MADE%dUSDT", i);
        snprintf(symbol, sizeof symbol, "MADE%d/USDT", i);
        snprintf(base, sizeof base, "MADE%d", i);
        made.id = made.alias = id;
        made.symbol = symbol;
        made.base = made.base_id = base;
        CU_ASSERT_FATAL(cmb_markets_add(markets, &made) == CAMBIST_OK);
        if (i < SYMBOLS)
            watch_all(exchange, symbol);
    }
}

static void wait_until_live(struct cambist *host, unsigned wanted)
{
    struct pollfd waiting = { .fd = cambist_fd(host), .events = POLLIN };
    for (int turns = 0; live_books < wanted && turns < 3000; turns++) {
        poll(&waiting, 1, 100);
        cambist_dispatch(host);
    }
    CU_ASSERT(live_books >= wanted);
}

/* ---- measuring ---- */

static size_t heap_bytes(void)
{
    struct mallinfo2 heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

/* Memory of this process alone: no file stands behind it. */
static size_t resident_bytes(void)
{
    char line[128];
    unsigned long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file) && !kib)
        if (strncmp(line, "RssAnon:", 8) == 0)
            kib = strtoul(line + 8, NULL, 10);
    if (file)
        fclose(file);
    return kib * 1024;
}

static void print_sizes(const char *when)
{
    printf("\n    %-44s heap %5.1f MiB, resident %5.1f MiB", when, (double)heap_bytes() / 1048576,
           (double)resident_bytes() / 1048576);
}

static void twenty_exchanges_fit(void)
{
    struct served served;
    pid_t child = start_exchanges(&served);
    print_sizes("before");
    struct cambist *host = open_host(&served);
    print_sizes("twenty exchanges open");
    for (size_t i = 0; i < EXCHANGES; i++)
        watch_what_is_served(cambist_exchange_at(host, i));
    size_t served_count = watch_count;
    wait_until_live(host, (unsigned)served_count);
    print_sizes("what is served is live");
    for (size_t i = 0; i < EXCHANGES; i++)
        list_and_watch_more(cambist_exchange_at(host, i));
    print_sizes("fifty more symbols each are watched");
    printf("\n    %zu watches are live, %zu more begun", served_count, watch_count - served_count);
    CU_ASSERT(watch_count - served_count >= (size_t)EXCHANGES * SYMBOLS * 2);
    CU_ASSERT(HAS_OWN_HEAP || heap_bytes() < bound_bytes);
    CU_ASSERT(HAS_OWN_HEAP || resident_bytes() < bound_bytes);
    for (size_t i = 0; i < watch_count; i++)
        cambist_unwatch(watches[i]);
    cambist_close(host);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

TEST_SUITE("whole/twenty", { "twenty exchanges with fifty symbols each fit", twenty_exchanges_fit })
