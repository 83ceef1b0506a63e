/* Does what a stream tells of an account go wrong as its faults say, and nothing else? */
#include "number/decimal.h"
#include "support/practice_world.h"

#define SWAP "BTC/USDT:USDT" /* its streams live on a key */

enum { HEARD_MOST = 64 };

static struct practice_world world;
static struct cmb_run *run;

/* What was told of an order, in the order in which it came. */
static struct {
    int count, ends, stales;
    uint32_t state;
    struct {
        bool is_filled;
        uint64_t state;
        int64_t received_ns;
    } orders[HEARD_MOST];
} heard;

static void on_event(const struct cmb_event *event, void *user)
{
    (void)user;
    heard.state = event->state;
    heard.ends += event->is_state && event->state == CAMBIST_WATCH_WAITING;
    heard.stales += event->is_state && event->state == CAMBIST_WATCH_STALE;
    if (!event->record || heard.count == HEARD_MOST)
        return;
    const struct cambist_order *order = event->record;
    heard.orders[heard.count].is_filled = !cmb_decimal_is_zero(&order->filled);
    heard.orders[heard.count].state = order->state;
    heard.orders[heard.count++].received_ns = event->received_ns;
}

/* A world that listens to the account's orders, in one market or all. */
static void open_world_of(const char *plugin, const char *symbol, const char *fault)
{
    struct cmb_arguments arguments = { 0 };
    arguments.values[CAMBIST_ARGUMENT_symbol] = cmb_text_of(symbol);
    memset(&heard, 0, sizeof heard);
    practice_world_open(&world, plugin, 31);
    run = cmb_run_new();
    CU_ASSERT_FATAL(run != NULL);
    if (fault)
        practice_world_strike(&world, fault, 1);
    CU_ASSERT_FATAL(cmb_stream_listen(world.stream, CAMBIST_TOPIC_watch_orders, &arguments,
                                      on_event, NULL, &world.error) != NULL);
    practice_world_play_ms(&world, 1500);
}

static void open_world(const char *plugin)
{
    open_world_of(plugin, NULL, NULL);
}

static void close_world(void)
{
    practice_world_close(&world);
    cmb_run_free(run);
}

/* Trades at once, whole. */
static void take_at(const char *symbol)
{
    char arguments[128];
    snprintf(arguments, sizeof arguments,
             "symbol=%s;side=buy;type=limit;amount=0.001;price=70000", symbol);
    ASSERT_NUMBER(practice_world_ask(&world, run, CAMBIST_OPERATION_create_order, arguments),
                  CAMBIST_OK);
}

static void take(void)
{
    take_at("BTC/USDT");
}

static void take_swap(void)
{
    take_at(SWAP);
}

/* ---- fills ---- */

static void a_fill_is_told_before_its_order(void)
{
    open_world("binance");
    take();
    practice_world_play_ms(&world, 1000);
    ASSERT_NUMBER(heard.count, 2);
    CU_ASSERT(!heard.orders[0].is_filled && heard.orders[1].is_filled);
    practice_world_strike(&world, "fill-first", 1);
    take();
    practice_world_play_ms(&world, 1000);
    ASSERT_NUMBER(heard.count, 4);
    CU_ASSERT(heard.orders[2].is_filled && !heard.orders[3].is_filled);
    close_world();
}

static void a_fill_is_told_twice(void)
{
    open_world("binance");
    practice_world_strike(&world, "fill-twice@watch_orders", 1);
    take();
    practice_world_play_ms(&world, 1000);
    ASSERT_NUMBER(heard.count, 2);
    practice_world_play_ms(&world, 3000);
    ASSERT_NUMBER(heard.count, 3);
    CU_ASSERT(heard.orders[2].is_filled);
    ASSERT_NUMBER(cmb_ledger_fill_count(world.exchange->practice), 1);
    close_world();
}

static void a_fill_is_told_behind_the_cancel(void)
{
    open_world("binance");
    ASSERT_NUMBER(practice_world_place(&world, run, "half"), CAMBIST_OK);
    practice_world_strike(&world, "fill-then-cancel", 1);
    practice_world_strike(&world, "fill-late@watch_orders", 1);
    ASSERT_NUMBER(practice_world_ask_order(&world, run, CAMBIST_OPERATION_cancel_order, "half"),
                  CAMBIST_OK);
    practice_world_play_ms(&world, 1000);
    ASSERT_NUMBER(heard.count, 2);
    ASSERT_NUMBER(heard.orders[1].state, CAMBIST_STATE_CANCELED);
    practice_world_play_ms(&world, 3000);
    ASSERT_NUMBER(heard.count, 3);
    CU_ASSERT(heard.orders[2].is_filled && heard.orders[2].state == CAMBIST_STATE_OPEN);
    close_world();
}

static void an_event_of_the_account_is_lost(void)
{
    open_world("binance");
    practice_world_strike(&world, "gap@watch_orders", 1);
    take();
    practice_world_play_ms(&world, 3000);
    ASSERT_NUMBER(heard.count, 1);
    close_world();
}

/* ---- keys ---- */

static void a_dead_key_is_silent(void)
{
    open_world_of("binance", SWAP, NULL);
    take_swap();
    practice_world_play_ms(&world, 1000);
    ASSERT_NUMBER(heard.count, 2); /* so it is with a good one */
    close_world();
    open_world_of("binance", SWAP, "dead-key");
    take_swap();
    practice_world_play_ms(&world, 60000);
    ASSERT_NUMBER(heard.count, 0);
    ASSERT_NUMBER(heard.ends, 0); /* nothing tells it */
    ASSERT_NUMBER(cmb_stream_counts(world.stream)->connections, 1);
    close_world();
}

static void a_key_dies_and_nobody_says_so(void)
{
    open_world_of("binance", SWAP, "key-dies");
    take_swap();
    practice_world_play_ms(&world, 5000);
    ASSERT_NUMBER(heard.count, 2);
    take_swap();
    practice_world_play_ms(&world, 60000);
    ASSERT_NUMBER(heard.count, 2);
    ASSERT_NUMBER(heard.ends, 0);
    close_world();
}

/* Told that the key has ended the core takes another connection, with another key. */
static void a_key_expires_and_that_is_said(void)
{
    open_world_of("binance", SWAP, "key-expires");
    practice_world_play_ms(&world, 10000);
    CU_ASSERT(cmb_stream_counts(world.stream)->handovers > 0);
    take_swap();
    practice_world_play_ms(&world, 5000);
    ASSERT_NUMBER(heard.count, 2);
    close_world();
}

/* ---- connections ---- */

static void a_connection_ends_in_the_middle_of_a_frame(void)
{
    open_world("binance");
    practice_world_strike(&world, "cut-stream@watch_orders", 1);
    take();
    practice_world_play_ms(&world, 10000);
    CU_ASSERT(heard.ends > 0);
    ASSERT_NUMBER(cmb_stream_counts(world.stream)->losses, 1);
    int before = heard.count;
    take();
    practice_world_play_ms(&world, 5000);
    ASSERT_NUMBER(heard.count, before + 2);
    close_world();
}

static void nothing_passes_over_a_half_open_connection(void)
{
    open_world("binance");
    practice_world_strike(&world, "half-open", 120);
    take();
    practice_world_play_ms(&world, 20000);
    ASSERT_NUMBER(heard.count, 0);
    practice_world_play_ms(&world, 80000);
    CU_ASSERT(cmb_stream_counts(world.stream)->losses > 0); /* no pong came */
    practice_world_play_ms(&world, 60000);
    take();
    practice_world_play_ms(&world, 5000);
    CU_ASSERT(heard.count >= 2);
    close_world();
}

static void connections_are_limited(void)
{
    size_t refused = 0;
    open_world("coinbase");
    practice_world_add_fault(&world, "limits");
    for (int i = 0; i < 20; i++) {
        struct cmb_quota_word word = cmb_reception_connect(
            world.exchange, &world.plugin->dialects[0], cmb_clock_wall_ns(&world.clock));
        refused += word.http_status == 429 && word.retry_ns > 0;
    }
    CU_ASSERT(refused >= 12); /* eight in a second */
    practice_world_play_ms(&world, 2000);
    ASSERT_NUMBER(cmb_reception_connect(world.exchange, &world.plugin->dialects[0],
                                        cmb_clock_wall_ns(&world.clock)).http_status, 200);
    close_world();
}

TEST_SUITE("simulator/network_stream",
           { "a fill is told before its order", a_fill_is_told_before_its_order },
           { "a fill is told twice", a_fill_is_told_twice },
           { "a fill is told behind the cancel", a_fill_is_told_behind_the_cancel },
           { "an event of the account is lost", an_event_of_the_account_is_lost },
           { "a dead key is silent", a_dead_key_is_silent },
           { "a key dies and nobody says so", a_key_dies_and_nobody_says_so },
           { "a key expires and that is said", a_key_expires_and_that_is_said },
           { "a connection ends in the middle of a frame",
             a_connection_ends_in_the_middle_of_a_frame },
           { "nothing passes over a half-open connection",
             nothing_passes_over_a_half_open_connection },
           { "connections are limited", connections_are_limited })
