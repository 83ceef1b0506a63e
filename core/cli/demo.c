/* cambist demo: what does it look like when it works? */
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/demo.h"

enum { EXCHANGES = CMB_DEMO_EXCHANGES, SYMBOLS = 3, STEP_PAUSE_MS = 150 };

const char *const cmb_demo_exchanges[EXCHANGES] = { "binance", "kraken", "okx", "coinbase" };

static const char *const symbols[SYMBOLS] = { "BTC/USDT", "ETH/USDT", "SOL/USDT" };

struct demo {
    struct cmb_simulator *simulator;
    struct cambist *host;
    struct cambist_error error;
    char folder[64];          /* of the made-up credentials; only ours */
    struct cmb_buffer config;
    unsigned orders, filled, cancelled;
    struct cmb_table *steps;  /* of the orders */
    struct cambist_error order_error;
    atomic_bool is_traded, is_fine;
    struct cmb_demo_sight sight;
};

/* ---- setting the stage ---- */

static int start_simulator(struct demo *demo)
{
    struct cmb_simulator_settings settings = { .seed = 20251123 };
    demo->simulator = cmb_simulator_new(&settings, &demo->error);
    int status = demo->simulator ? CAMBIST_OK : CAMBIST_NO_MEMORY;
    for (int i = 0; i < EXCHANGES && status == CAMBIST_OK; i++) {
        const struct cmb_plugin *plugin;
        uint32_t kind;
        status = cmb_cli_find_plugin(cmb_text_of(cmb_demo_exchanges[i]), &plugin, &kind,
                                     &demo->error);
        if (status == CAMBIST_OK)
            status = cmb_simulator_add(demo->simulator, plugin, 0, &demo->error);
    }
    return status == CAMBIST_OK ? cmb_simulator_start(demo->simulator, &demo->error) : status;
}

/* What an operator would do: a file that only its owner can read. */
static int write_credentials(struct demo *demo, const char *exchange, char *path, size_t size)
{
    static const char *const names[] = { "key", "secret", "passphrase", "private_key" };
    snprintf(path, size, "%s/%s.keys", demo->folder, exchange);
    FILE *file = fopen(path, "w");
    if (!file || fchmod(fileno(file), 0600) != 0)
        return cmb_fail(&demo->error, CAMBIST_BAD_CONFIG, "%s cannot be written", path);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = cmb_simulator_credential(demo->simulator, exchange, names[i]);
        if (value)
            fprintf(file, "%s = %s\n", names[i], value);
    }
    fclose(file);
    return CAMBIST_OK;
}

static int write_config(struct demo *demo)
{
    snprintf(demo->folder, sizeof demo->folder, "/tmp/cambist-demo-XXXXXX");
    if (!mkdtemp(demo->folder))
        return cmb_fail_plain(&demo->error, CAMBIST_BAD_CONFIG, CMB_TEXT("no folder under /tmp"));
    cmb_buffer_init(&demo->config, 1 << 16);
    cmb_buffer_addf(&demo->config, "[host]\nwarm_connections = 1\n");
    int status = CAMBIST_OK;
    for (int i = 0; i < EXCHANGES && status == CAMBIST_OK; i++) {
        char path[128];
        status = write_credentials(demo, cmb_demo_exchanges[i], path, sizeof path);
        cmb_buffer_addf(&demo->config,
                        "\n[exchange %s]\nenvironment = simulated\nrest = %s\nca_file = %s\n"
                        "credentials = file:%s\n", cmb_demo_exchanges[i],
                        cmb_simulator_url(demo->simulator, cmb_demo_exchanges[i]),
                        cmb_simulator_ca(demo->simulator), path);
    }
    return status;
}

static int open_demo(struct demo *demo)
{
    int status = start_simulator(demo);
    if (status == CAMBIST_OK)
        status = write_config(demo);
    if (status == CAMBIST_OK)
        status = cambist_open_text(cmb_buffer_string(&demo->config), "(the demo's configuration)",
                                   0, &demo->host, &demo->error);
    return status;
}

static void close_demo(struct demo *demo)
{
    cambist_close(demo->host);
    cmb_simulator_free(demo->simulator);
    for (int i = 0; i < EXCHANGES && *demo->folder; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s.keys", demo->folder, cmb_demo_exchanges[i]);
        unlink(path);
    }
    if (*demo->folder)
        rmdir(demo->folder);
    cmb_buffer_clear(&demo->config);
}

/* ---- prices ---- */

static void pause_ms(long ms)
{
    struct timespec wait = { ms / 1000, ms % 1000 * 1000000 };
    nanosleep(&wait, NULL);
}

/* The price of one symbol out of an answer about several. */
static void add_price(struct cmb_table *table, const struct cambist_answer *answer,
                      const char *symbol)
{
    const struct cambist_ticker *ticker;
    for (size_t i = 0; answer && (ticker = cambist_answer_ticker(answer, i)); i++) {
        if (!ticker->symbol || strcmp(ticker->symbol, symbol) != 0)
            continue;
        cmb_table_add_decimal(table, &ticker->last);
        return;
    }
    cmb_table_add(table, "");
}

/* One question for all symbols: what an exchange allows in a second is not wasted. */
static struct cambist_answer *ask_prices(struct demo *demo, const char *exchange)
{
    struct cambist_answer *answer = NULL;
    struct cambist_arguments arguments = { .symbols = "BTC/USDT,ETH/USDT,SOL/USDT" };
    if (cambist_fetch_tickers(cambist_find_exchange(demo->host, exchange), &arguments, &answer,
                              &demo->error) != CAMBIST_OK)
        fprintf(stderr, "%s\n", demo->error.message);
    return answer;
}

static void print_prices(struct demo *demo)
{
    static const char *const titles[] = { "symbol", "binance", "kraken", "okx", "coinbase" };
    struct cmb_table *table = cmb_table_new(titles, 1 + EXCHANGES);
    struct cambist_answer *answers[EXCHANGES];
    for (int exchange = 0; exchange < EXCHANGES; exchange++)
        answers[exchange] = ask_prices(demo, cmb_demo_exchanges[exchange]);
    for (int symbol = 0; symbol < SYMBOLS; symbol++) {
        cmb_table_add(table, symbols[symbol]);
        for (int exchange = 0; exchange < EXCHANGES; exchange++)
            add_price(table, answers[exchange], symbols[symbol]);
    }
    for (int exchange = 0; exchange < EXCHANGES; exchange++)
        cambist_answer_free(answers[exchange]);
    cmb_table_print(table);
}

static void show_prices(struct demo *demo)
{
    puts("Last prices, asked over TLS:\n");
    print_prices(demo);
    puts("");
    fflush(stdout);
}

/* ---- orders ---- */

static void add_order(struct cmb_table *table, const char *exchange, const char *what,
                      const struct cambist_order *order)
{
    cmb_table_add(table, exchange);
    cmb_table_add(table, what);
    cmb_table_add(table, order->id);
    cmb_table_add_word(table, CMB_MEMBER_STATE, order->state);
    cmb_table_add_decimal(table, &order->amount);
    cmb_table_add_decimal(table, &order->filled);
    cmb_table_add_decimal(table, &order->average);
}

static void add_failure(struct cmb_table *table, const char *exchange, const char *what,
                        const struct cambist_error *error)
{
    cmb_table_add(table, exchange);
    cmb_table_add(table, what);
    cmb_table_add(table, error->message);
    for (int i = 0; i < 4; i++)
        cmb_table_add(table, "");
}

/* Asks, and shows what came of it.  The order's id is kept for the next question. */
static bool step(struct demo *demo, struct cmb_table *table, const char *exchange, const char *what,
                 uint32_t operation, const struct cambist_arguments *arguments, char *id)
{
    struct cambist_answer *answer;
    struct cambist_exchange *at = cambist_find_exchange(demo->host, exchange);
    if (cambist_call(at, operation, arguments, &answer, &demo->order_error) != CAMBIST_OK) {
        add_failure(table, exchange, what, &demo->order_error);
        return false;
    }
    pause_ms(STEP_PAUSE_MS);
    const struct cambist_order *order = cambist_answer_order(answer, 0);
    if (order && order->id)
        snprintf(id, 64, "%s", order->id);
    if (order)
        add_order(table, exchange, what, order);
    demo->filled += operation == CAMBIST_OPERATION_fetch_order && order &&
                    order->state == CAMBIST_STATE_CLOSED;
    cambist_answer_free(answer);
    return true;
}

static bool trade(struct demo *demo, struct cmb_table *table, const char *exchange)
{
    char id[64] = "";
    struct cambist_arguments rest = { .symbol = "BTC/USDT", .side = CAMBIST_SIDE_BUY,
                                      .type = CAMBIST_TYPE_LIMIT, .amount = "0.01",
                                      .price = "10000" };
    struct cambist_arguments market = { .symbol = "BTC/USDT", .side = CAMBIST_SIDE_SELL,
                                        .type = CAMBIST_TYPE_MARKET, .amount = "0.02" };
    struct cambist_arguments same = { .symbol = "BTC/USDT", .id = id };
    bool is_fine =
        step(demo, table, exchange, "place limit", CAMBIST_OPERATION_create_order, &rest, id) &&
        step(demo, table, exchange, "query", CAMBIST_OPERATION_fetch_order, &same, id) &&
        step(demo, table, exchange, "cancel", CAMBIST_OPERATION_cancel_order, &same, id) &&
        step(demo, table, exchange, "sell market", CAMBIST_OPERATION_create_order, &market, id) &&
        step(demo, table, exchange, "query", CAMBIST_OPERATION_fetch_order, &same, id);
    demo->orders += 2;
    demo->cancelled += is_fine;
    return is_fine;
}

/* In a thread of its own, while the books are on the screen. */
static void *trade_everywhere(void *user)
{
    struct demo *demo = user;
    bool is_fine = true;
    for (int i = 0; i < EXCHANGES; i++)
        is_fine &= trade(demo, demo->steps, cmb_demo_exchanges[i]);
    atomic_store(&demo->is_fine, is_fine);
    atomic_store(&demo->is_traded, true);
    return NULL;
}

/* Live books, and orders placed meanwhile. */
static bool show_books_and_orders(struct demo *demo)
{
    static const char *const titles[] = { "exchange", "step", "order", "status", "amount", "filled",
                                          "average" };
    pthread_t thread;
    demo->steps = cmb_table_new(titles, 7);
    puts("Live books over WebSocket, while orders are placed; an update will be withheld:\n");
    fflush(stdout);
    bool has_thread = pthread_create(&thread, NULL, trade_everywhere, demo) == 0;
    cmb_demo_watch(demo->host, demo->simulator, &demo->is_traded, &demo->sight);
    if (has_thread)
        pthread_join(thread, NULL);
    puts("\nOrders: a limit order far from the market rests and is cancelled, a market order "
         "fills:\n");
    cmb_table_print(demo->steps);
    puts("");
    return atomic_load(&demo->is_fine);
}

/* ---- balances ---- */

static void add_balance(struct cmb_table *table, const struct cambist_answer *answer,
                        const char *currency)
{
    const struct cambist_balance *balance;
    for (size_t i = 0; (balance = cambist_answer_balance(answer, i)); i++) {
        if (!balance->currency || strcmp(balance->currency, currency) != 0)
            continue;
        cmb_table_add_decimal(table, &balance->total);
        return;
    }
    cmb_table_add(table, "");
}

static void show_balances(struct demo *demo, const char *title)
{
    static const char *const titles[] = { "exchange", "BTC", "USDT" };
    struct cmb_table *table = cmb_table_new(titles, 3);
    for (int i = 0; i < EXCHANGES; i++) {
        struct cambist_answer *answer;
        cmb_table_add(table, cmb_demo_exchanges[i]);
        struct cambist_exchange *at = cambist_find_exchange(demo->host, cmb_demo_exchanges[i]);
        if (cambist_fetch_balance(at, NULL, &answer, &demo->error) != CAMBIST_OK) {
            cmb_table_add(table, demo->error.message);
            cmb_table_add(table, "");
            continue;
        }
        add_balance(table, answer, "BTC");
        add_balance(table, answer, "USDT");
        cambist_answer_free(answer);
    }
    printf("%s\n\n", title);
    cmb_table_print(table);
    puts("");
}

/* ---- latency ---- */

static void show_latency(struct demo *demo)
{
    static const char *const titles[] = { "stage", "binance", "kraken", "okx", "coinbase" };
    struct cmb_table *table = cmb_table_new(titles, 1 + EXCHANGES);
    for (int stage = 0; stage < CMB_STAGE_COUNT; stage++) {
        cmb_table_add(table, cmb_way_row(&cmb_request_way, (size_t)stage)->name);
        for (int i = 0; i < EXCHANGES; i++) {
            struct cambist_exchange *at = cambist_find_exchange(demo->host, cmb_demo_exchanges[i]);
            struct cmb_histogram_summary summary =
                cmb_histogram_summarize(&at->desk->stages[stage]);
            char us[32];
            snprintf(us, sizeof us, "%.1f", (double)summary.p50_ns / 1000);
            cmb_table_add(table, summary.count ? us : "");
        }
    }
    puts("Where the time of a request goes, median in microseconds (send is the exchange's "
         "answer):\n");
    cmb_table_print(table);
    puts("");
}

static void print_streams(const struct cmb_demo_sight *sight)
{
    struct cmb_histogram_summary lags = cmb_histogram_summarize(&sight->latencies);
    printf("%llu updates of four books came; from the exchange's clock to ours half of them took\n"
           "%.1f ms or less, 99 of 100 %.1f ms.  ", (unsigned long long)sight->updates,
           (double)lags.p50_ns / 1e6, (double)lags.p99_ns / 1e6);
    if (sight->healed_ns)
        printf("One update was withheld: the gap was found after %.0f ms, the\n"
               "book was not shown until it was true again, %.0f ms later.\n",
               (double)(sight->found_ns - sight->struck_ns) / 1e6,
               (double)(sight->healed_ns - sight->found_ns) / 1e6);
    else
        puts(sight->is_stopped ? "It was ended early." : "The gap that was caused was NOT healed.");
}

static void print_summary(const struct demo *demo, double seconds)
{
    print_streams(&demo->sight);
    printf("\nFour practice exchanges ran on this machine, served out of the same plugins' tables\n"
           "that requests and subscriptions came from: signatures, timestamps and balances were\n"
           "checked, orders were matched.  %u orders were placed, %u cancelled, %u filled.  It\n"
           "took %.1f s, no key was needed and nothing left this machine.\n\n"
           "Next: cambist watch book okx:BTC/USDT (a real exchange), cambist --help, README.md\n",
           demo->orders, demo->cancelled, demo->filled, seconds);
}

/* What was promised has been seen. */
static bool is_seen(const struct cmb_demo_sight *sight)
{
    return sight->is_stopped || (sight->updates && sight->found_ns && sight->healed_ns);
}

int cmb_cli_demo(int count, char **words)
{
    struct demo demo = { 0 };
    if (count > 1)
        return cmb_cli_usage(words[0], "takes no words");
    int64_t start_ns = cmb_clock_monotonic_ns(&cmb_clock_system);
    int code = CMB_EXIT_DONE;
    if (open_demo(&demo) != CAMBIST_OK) {
        code = cmb_cli_fail(&demo.error);
    } else {
        show_prices(&demo);
        show_balances(&demo, "Balances before:");
        bool is_fine = show_books_and_orders(&demo);
        is_fine &= demo.sight.is_stopped || cmb_demo_arbitrage(demo.host, demo.simulator);
        code = is_fine && is_seen(&demo.sight) ? CMB_EXIT_DONE : CMB_EXIT_FAILED;
        show_balances(&demo, "Balances after:");
        show_latency(&demo);
        int64_t took_ns = cmb_clock_monotonic_ns(&cmb_clock_system) - start_ns;
        print_summary(&demo, (double)took_ns / 1e9);
    }
    close_demo(&demo);
    return code;
}
