/* Is a network that is only played one to the core, and is its history the seed's? */
#include "support/practice_world.h"

#define ORDER "symbol=BTC/USDT;side=buy;type=limit;amount=0.01;price=30000"

static const char *const plugins[] = { "binance", "okx", "kraken", "coinbase" };
enum { PLUGINS = sizeof plugins / sizeof *plugins };

static struct practice_world world;
static struct cmb_run *run;

static void open_world(const char *plugin, uint64_t seed)
{
    practice_world_open(&world, plugin, seed);
    run = cmb_run_new();
    CU_ASSERT_FATAL(run != NULL);
}

static void close_world(void)
{
    practice_world_close(&world);
    cmb_run_free(run);
}

static int place(void)
{
    return practice_world_ask(&world, run, CAMBIST_OPERATION_create_order, ORDER);
}

static const struct cambist_order *order(void)
{
    CU_ASSERT_FATAL(run->call->row_count == 1);
    return (const struct cambist_order *)(const void *)run->call->rows;
}

/* ---- requests ---- */

static void a_request_is_answered(void)
{
    for (int i = 0; i < PLUGINS; i++) {
        open_world(plugins[i], 1);
        int status = place();
        if (status != CAMBIST_OK)
            printf("\n    %s: %s", plugins[i], run->error.message);
        ASSERT_NUMBER(status, CAMBIST_OK);
        ASSERT_NUMBER(world.exchange->practice->engine->order_count, 1);
        ASSERT_NUMBER(practice_world_ask(&world, run, CAMBIST_OPERATION_fetch_open_orders,
                                         "symbol=BTC/USDT"), CAMBIST_OK);
        ASSERT_NUMBER(order()->state, CAMBIST_STATE_OPEN);
        CU_ASSERT(world.clock.turned_monotonic_ns > 8000000); /* four ways of 2 ms at least */
        CU_ASSERT(world.exchange->ledger->count >= 2);
        close_world();
    }
}

/* What the real network would say of it: has a byte left, and how did it end? */
static void check_end(const char *fault, int status, uint32_t outcome, size_t orders)
{
    open_world("binance", 2);
    ASSERT_NUMBER(place(), CAMBIST_OK); /* the markets are known */
    practice_world_add_fault(&world, fault);
    int is = place();
    if (is != status || run->error.outcome != outcome)
        printf("\n    %s: status %d, outcome %u: %s", fault, is, run->error.outcome,
               run->error.message);
    ASSERT_NUMBER(is, status);
    ASSERT_NUMBER(run->error.outcome, outcome);
    ASSERT_NUMBER(world.exchange->practice->engine->order_count, orders + 1);
    close_world();
}

static void what_goes_wrong_is_told_as_over_a_socket(void)
{
    check_end("cut@create_order", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN, 0);
    check_end("execute-then-cut@create_order", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN, 1);
    check_end("execute-then-reset@create_order", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN, 1);
    check_end("truncate@create_order", CAMBIST_GARBLED, CAMBIST_OUTCOME_UNKNOWN, 1);
    check_end("garble@create_order", CAMBIST_GARBLED, CAMBIST_OUTCOME_UNKNOWN, 1);
    check_end("stall@create_order", CAMBIST_TIMEOUT, CAMBIST_OUTCOME_UNKNOWN, 1);
    check_end("error@create_order", CAMBIST_UNAVAILABLE, CAMBIST_OUTCOME_UNKNOWN, 0);
}

static void no_byte_of_a_request_without_a_connection_has_left(void)
{
    open_world("binance", 3);
    ASSERT_NUMBER(place(), CAMBIST_OK);
    practice_world_add_fault(&world, "not-connected");
    size_t noted = world.exchange->ledger->count;
    ASSERT_NUMBER(place(), CAMBIST_UNAVAILABLE);
    ASSERT_NUMBER(run->error.outcome, CAMBIST_OUTCOME_NOT_DONE);
    ASSERT_NUMBER(world.exchange->ledger->count, noted);
    close_world();
}

static void count_answers(const struct cmb_answer *answer, void *user)
{
    ((int *)user)[answer->status == CAMBIST_OK]++;
}

static void a_request_that_is_cancelled_calls_nobody(void)
{
    const struct cmb_text get = CMB_TEXT("GET /api/v3/time HTTP/1.1\r\nHost: x\r\n\r\n");
    int answers[2] = { 0 };
    open_world("binance", 4);
    struct cmb_network *way = cmb_practice_network_way(world.network);
    struct cmb_request request = {
        .origin = way->open_origin(way, "https://binance.practice", NULL), .slices = &get,
        .slice_count = 1, .on_answer = count_answers, .user = answers };
    CU_ASSERT_FATAL(request.origin != NULL);
    struct cmb_flight *flight = way->send(way, &request, NULL);
    CU_ASSERT(!way->cancel(way, flight)); /* nothing has left */
    practice_world_play_ms(&world, 10000);
    ASSERT_NUMBER(world.exchange->ledger->count, 0);
    flight = way->send(way, &request, NULL);
    practice_world_play_ms(&world, 1);
    CU_ASSERT(way->cancel(way, flight));
    practice_world_play_ms(&world, 10000);
    ASSERT_NUMBER(world.exchange->ledger->count, 1); /* it was on its way */
    ASSERT_NUMBER(answers[0] + answers[1], 0);
    (void)way->send(way, &request, NULL);
    practice_world_play_ms(&world, 10000);
    ASSERT_NUMBER(answers[true], 1);
    CU_ASSERT(way->open_origin(way, "https://example.com", NULL) == NULL);
    close_world();
}

static void several_exchanges_share_a_network(void)
{
    struct cmb_plugin_rules rules = { 0 };
    struct cmb_plugin *others[PLUGINS] = { 0 };
    open_world("binance", 9);
    for (int i = 1; i < PLUGINS; i++) {
        CU_ASSERT_FATAL(cmb_plugin_open(plugins[i], &rules, &others[i], NULL) == CAMBIST_OK);
        CU_ASSERT_FATAL(cmb_practice_network_add(world.network, others[i], NULL) == CAMBIST_OK);
        CU_ASSERT(cmb_practice_network_find(world.network, plugins[i])->exchange == (uint32_t)i);
    }
    CU_ASSERT(cmb_practice_network_find(world.network, "nobody") == NULL);
    CU_ASSERT(cmb_practice_network_strike(world.network, "nobody", "cut", 1, NULL) ==
              CAMBIST_BAD_ARGUMENT);
    practice_world_strike(&world, "cut", 1); /* at this one */
    struct cmb_network *way = cmb_practice_network_way(world.network);
    for (int i = 0; i < PLUGINS; i++) {
        const char *url = cmb_practice_network_url(world.network, plugins[i], false);
        int answers[2] = { 0 };
        const struct cmb_text get = CMB_TEXT("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
        struct cmb_request request = { .origin = way->open_origin(way, url, NULL), .slices = &get,
                                       .slice_count = 1, .on_answer = count_answers,
                                       .user = answers };
        CU_ASSERT(way->send(way, &request, NULL) != NULL);
        practice_world_play_ms(&world, 10000);
        ASSERT_NUMBER(answers[i != 0], 1);
    }
    practice_world_close(&world);
    cmb_run_free(run);
    for (int i = 1; i < PLUGINS; i++)
        cmb_plugin_close(others[i]);
}

/* ---- streams ---- */

struct heard {
    int lives, orders, ends;
    uint32_t state;
};

static void on_event(const struct cmb_event *event, void *user)
{
    struct heard *heard = user;
    heard->orders += event->record != NULL;
    heard->lives += event->is_state && event->state == CAMBIST_WATCH_LIVE;
    heard->ends += event->is_state && event->state == CAMBIST_WATCH_WAITING;
    heard->state = event->state;
}

static void listen(uint32_t topic, const char *symbol, struct heard *heard)
{
    struct cmb_arguments arguments = { 0 };
    *heard = (struct heard){ 0 };
    arguments.values[CAMBIST_ARGUMENT_symbol] = cmb_text_of(symbol);
    CU_ASSERT_FATAL(cmb_stream_listen(world.stream, topic, &arguments, on_event, heard,
                                      &world.error) != NULL);
}

static void a_stream_tells_of_an_order(void)
{
    for (int i = 0; i < PLUGINS; i++) {
        struct heard heard;
        open_world(plugins[i], 5);
        listen(CAMBIST_TOPIC_watch_orders, NULL, &heard);
        practice_world_play_ms(&world, 3000);
        ASSERT_NUMBER(heard.state, CAMBIST_WATCH_LIVE);
        ASSERT_NUMBER(place(), CAMBIST_OK);
        practice_world_play_ms(&world, 1000);
        if (heard.orders != 1)
            printf("\n    %s: %d", plugins[i], heard.orders);
        ASSERT_NUMBER(heard.orders, 1);
        close_world();
    }
}

static void a_book_is_kept_true(void)
{
    struct heard heard;
    open_world("binance", 6);
    listen(CAMBIST_TOPIC_watch_order_book, "BTC/USDT", &heard);
    practice_world_play_ms(&world, 20000);
    ASSERT_NUMBER(heard.state, CAMBIST_WATCH_LIVE);
    practice_world_add_fault(&world, "gap@watch_order_book:1/20");
    practice_world_play_ms(&world, 60000);
    CU_ASSERT(cmb_stream_counts(world.stream)->resyncs > 2);
    cmb_practice_network_clear_faults(world.network);
    practice_world_play_ms(&world, 20000);
    ASSERT_NUMBER(heard.state, CAMBIST_WATCH_LIVE);
    close_world();
}

static void a_stream_comes_back(void)
{
    static const char *const faults[] = { "cut-stream@watch_trades:1/5", "masked-frame:1/9",
                                          "oversize:1/9", "refuse-upgrade:1/2",
                                          "stall-upgrade:1/2", "wrong-accept:1/2", "short-life",
                                          "half-open" };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct heard heard;
        open_world("binance", 7);
        listen(CAMBIST_TOPIC_watch_trades, "BTC/USDT", &heard);
        practice_world_play_ms(&world, 5000);
        ASSERT_NUMBER(heard.state, CAMBIST_WATCH_LIVE);
        practice_world_add_fault(&world, faults[i]);
        if (strstr(faults[i], "upgrade") || strstr(faults[i], "accept"))
            practice_world_add_fault(&world, "cut-stream@watch_trades:1/5");
        practice_world_play_ms(&world, 120000);
        if (!heard.ends && cmb_stream_counts(world.stream)->handovers == 0)
            printf("\n    %s: no end", faults[i]);
        CU_ASSERT(heard.ends > 0 || cmb_stream_counts(world.stream)->handovers > 0);
        cmb_practice_network_clear_faults(world.network);
        practice_world_play_ms(&world, 120000);
        if (heard.state != CAMBIST_WATCH_LIVE)
            printf("\n    %s: state %u", faults[i], heard.state);
        ASSERT_NUMBER(heard.state, CAMBIST_WATCH_LIVE);
        close_world();
    }
}

/* ---- one seed, one history ---- */

static uint64_t mixed(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x9e3779b97f4a7c15u + (hash >> 29);
}

static void on_any(const struct cmb_event *event, void *user)
{
    uint64_t *hash = user;
    *hash = mixed(*hash, event->topic * 31u + event->state);
    *hash = mixed(*hash, (uint64_t)event->received_ns);
}

/* Orders and their stream with everything going wrong now and then; all that was told, hashed. */
static uint64_t play_history(const char *plugin, uint64_t seed)
{
    static const char *const faults[] = {
        "execute-then-cut:0.05", "cut:0.05", "not-connected:0.05", "error:0.05", "truncate:0.05",
        "slow:0.1", "stall:0.02", "cut-stream:0.02", "gap@watch_orders:0.05", "duplicate:0.05",
    };
    uint64_t hash = seed;
    struct cmb_arguments arguments = { 0 };
    open_world(plugin, seed);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        practice_world_add_fault(&world, faults[i]);
    CU_ASSERT_FATAL(cmb_stream_listen(world.stream, CAMBIST_TOPIC_watch_orders, &arguments, on_any,
                                      &hash, &world.error) != NULL);
    for (int i = 0; i < 50; i++) {
        hash = mixed(hash, (uint64_t)place());
        hash = mixed(hash, run->error.outcome);
        hash = mixed(hash, (uint64_t)world.clock.turned_monotonic_ns);
    }
    const struct cmb_engine *engine = world.exchange->practice->engine;
    hash = mixed(hash, engine->order_count * 1000 + engine->fill_count);
    for (size_t i = 0; i < world.exchange->ledger->count; i++)
        hash = mixed(hash, (uint64_t)world.exchange->ledger->requests[i].time_ns);
    close_world();
    return hash;
}

static void one_seed_is_one_history(void)
{
    for (int i = 0; i < PLUGINS; i++) {
        uint64_t first = play_history(plugins[i], 11);
        CU_ASSERT(play_history(plugins[i], 11) == first);
        CU_ASSERT(play_history(plugins[i], 12) != first);
    }
}

/* ---- everything at once ---- */

/* All that may strike an order, but what the tables of the plugins take for certain though it is
 * not: a limit that is told behind the order. */
static void add_all_faults(void)
{
    for (uint32_t fault = 1; fault < CMB_FAULT_COUNT; fault++) {
        char text[64];
        snprintf(text, sizeof text, "%s:0.02", cmb_fault_name(fault));
        if (!cmb_fault_lasts(fault) && fault != CMB_FAULT_EXECUTE_THEN_LIMIT)
            practice_world_add_fault(&world, text);
    }
}

static size_t count_taken(const char *client_id)
{
    size_t count = 0;
    for (size_t i = 0; i < cmb_ledger_order_count(world.exchange->practice); i++)
        count += strcmp(practice_world_truth(&world, i).client_id, client_id) == 0;
    return count;
}

/* What is told of an order is true, and stays true when all that waits is done. */
static void whatever_goes_wrong_nothing_untrue_is_told(void)
{
    enum { ORDERS = 400 };
    static struct { int status; uint32_t outcome; } ends[ORDERS];
    char id[16];
    int unknown = 0;
    open_world("practice", 8);
    add_all_faults();
    for (int i = 0; i < ORDERS; i++) {
        snprintf(id, sizeof id, "order-%d", i);
        ends[i].status = practice_world_place(&world, run, id);
        ends[i].outcome = run->error.outcome;
    }
    practice_world_play_ms(&world, 60000);
    for (int i = 0; i < ORDERS; i++) {
        snprintf(id, sizeof id, "order-%d", i);
        size_t taken = count_taken(id);
        bool is_unknown = ends[i].outcome == CAMBIST_OUTCOME_UNKNOWN;
        CU_ASSERT(taken <= 1);
        CU_ASSERT(is_unknown || taken == (ends[i].status == CAMBIST_OK));
        unknown += is_unknown;
    }
    CU_ASSERT(unknown > ORDERS / 10 && unknown < ORDERS);
    close_world();
}

static void of_a_burst_all_are_counted_and_some_in_their_stages(void)
{
    enum { BURST = 64, TIMED = 4 + BURST / 16 - 1 };
    struct cmb_run *runs[BURST];
    bool is_done[BURST] = { false };
    unsigned timed = 0;
    open_world("binance", 3);
    practice_world_play_ms(&world, 1000); /* the clock is there */
    for (int i = 0; i < BURST; i++) {
        runs[i] = cmb_run_new();
        CU_ASSERT_FATAL(runs[i] != NULL);
        cmb_run_init(runs[i], world.desk, CAMBIST_OPERATION_fetch_time);
        cmb_run_start(runs[i], practice_world_on_done, &is_done[i]);
        timed += runs[i]->is_timed;
    }
    ASSERT_NUMBER(timed, TIMED);
    practice_world_play_ms(&world, 10000);
    for (int i = 0; i < BURST; i++) {
        CU_ASSERT_FATAL(is_done[i]);
        cmb_run_free(runs[i]);
    }
    ASSERT_NUMBER(cmb_histogram_summarize(&world.desk->stages[CMB_STAGE_COUNT]).count, BURST);
    close_world();
}

TEST_SUITE("simulator/network",
           { "of a burst all are counted, and some in their stages",
             of_a_burst_all_are_counted_and_some_in_their_stages },
           { "a request is answered", a_request_is_answered },
           { "what goes wrong is told as over a socket", what_goes_wrong_is_told_as_over_a_socket },
           { "no byte of a request without a connection has left",
             no_byte_of_a_request_without_a_connection_has_left },
           { "a request that is cancelled calls nobody", a_request_that_is_cancelled_calls_nobody },
           { "several exchanges share a network", several_exchanges_share_a_network },
           { "a stream tells of an order", a_stream_tells_of_an_order },
           { "a book is kept true", a_book_is_kept_true },
           { "a stream comes back", a_stream_comes_back },
           { "one seed is one history", one_seed_is_one_history },
           { "whatever goes wrong, nothing untrue is told",
             whatever_goes_wrong_nothing_untrue_is_told })
