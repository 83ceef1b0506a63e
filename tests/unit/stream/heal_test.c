/* Is silence noticed in time, a dead connection replaced, and the exchange's budget kept? */
#include "support/stream_exchange.h"

static struct test_feed feed;

struct told {
    int records;
    uint32_t state;
    int staleness, live;
};

static void on_event(const struct cmb_event *event, void *user)
{
    struct told *told = user;
    told->state = event->state;
    told->records += event->record != NULL;
    told->staleness += event->is_state && event->state == CAMBIST_WATCH_STALE;
    told->live += event->is_state && event->state == CAMBIST_WATCH_LIVE;
}

static void acknowledge(struct test_feed *of, struct test_websocket *websocket, const char *text)
{
    (void)of;
    if (strstr(text, "\"sub\"") || strstr(text, "\"unsub\""))
        test_feed_acknowledge(websocket, text);
}

static void set_up(void)
{
    memset(&feed, 0, sizeof feed);
    test_feed_open(&feed, acknowledge);
}

/* A channel falls mute a hundred times, its connection being alive: told at the limit each time. */
static void notices_a_mute_channel(void)
{
    struct told told = { 0 };
    set_up();
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_ticker, "BTC/USDT", on_event, &told);
    TEST_FEED_RUN_UNTIL(&feed, told.state == CAMBIST_WATCH_LIVE);
    for (int i = 0; i < 100; i++) {
        test_feed_say(&feed, "{\"e\":\"tick\",\"s\":\"XBTUSDT\",\"l\":\"5\"}");
        TEST_FEED_RUN_UNTIL(&feed, told.records == i + 1);
        ASSERT_NUMBER(told.state, CAMBIST_WATCH_LIVE);
        test_feed_turn(&feed, 4999);
        ASSERT_NUMBER(told.staleness, i);
        test_feed_turn(&feed, 1);
        ASSERT_NUMBER(told.staleness, i + 1);
    }
    ASSERT_NUMBER(atomic_load(&feed.connections), 1);
    test_feed_close(&feed);
}

/* Nobody answers any more, not even a ping: the connection ends at the limit. */
static void finds_a_half_open_connection(void)
{
    for (int i = 0; i < 20; i++) {
        struct told told = { 0 };
        set_up();
        test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, &told);
        TEST_FEED_RUN_UNTIL(&feed, told.state == CAMBIST_WATCH_LIVE);
        atomic_store(&feed.is_mute, true);
        test_feed_turn(&feed, 10000); /* half of quiet_ms: a ping is sent */
        ASSERT_NUMBER(told.state, CAMBIST_WATCH_LIVE);
        test_feed_turn(&feed, 9999);
        ASSERT_NUMBER(told.state, CAMBIST_WATCH_LIVE);
        test_feed_turn(&feed, 1);
        ASSERT_NUMBER(told.state, CAMBIST_WATCH_WAITING);
        atomic_store(&feed.is_mute, false);
        test_feed_close(&feed);
    }
}

/* A market may be silent where nothing says that it must not be: pings are answered, and in an hour
 * nothing is connected anew.  (The life of a connection is a day here: it is not cut.) */
static void leaves_a_quiet_hour_alone(void)
{
    struct told told = { 0 };
    set_up();
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, &told);
    TEST_FEED_RUN_UNTIL(&feed, told.state == CAMBIST_WATCH_LIVE);
    const struct cmb_line *line = TAILQ_FIRST(&feed.stream->lines);
    for (int second = 0; second < 3200; second += 8) { /* the life is 54 to 57 minutes here */
        uint64_t pongs = cmb_websocket_facts(line->socket)->pongs;
        test_feed_turn(&feed, 8000);
        if (second % 16 == 8) /* a ping was sent: its answer comes over the socket, in real time */
            TEST_FEED_RUN_UNTIL(&feed, cmb_websocket_facts(line->socket)->pongs > pongs);
    }
    ASSERT_NUMBER(told.state, CAMBIST_WATCH_LIVE);
    ASSERT_NUMBER(told.live, 1);
    ASSERT_NUMBER(atomic_load(&feed.connections), 1);
    ASSERT_NUMBER(feed.stream->counts.losses, 0);
    test_feed_close(&feed);
}

/* The network is back after ten minutes: everything is there again within a second. */
static void is_back_within_a_second(void)
{
    struct told trades = { 0 }, ticker = { 0 };
    set_up();
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, &trades);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_ticker, "BTC/USDT", on_event, &ticker);
    TEST_FEED_RUN_UNTIL(&feed, trades.state == CAMBIST_WATCH_LIVE &&
                                   ticker.state == CAMBIST_WATCH_LIVE);
    for (int i = 0; i < 5; i++) {
        atomic_store(&feed.refuses, true);
        atomic_fetch_add(&feed.cuts, 1);
        TEST_FEED_RUN_UNTIL(&feed, trades.state == CAMBIST_WATCH_WAITING);
        for (int ms = 0; ms < 20000; ms += 500) {
            int heard = test_feed_count_heard(&feed, "");
            test_feed_turn(&feed, 500);
            for (int turn = 0; turn < 20 && test_feed_count_heard(&feed, "") == heard; turn++)
                cmb_loop_run_once(feed.loop, 1);
        }
        cmb_clock_turn(&feed.exchange.clock, 120000 * 1000000ll); /* the budget is whole again */
        atomic_store(&feed.refuses, false);
        int64_t start_ns = cmb_clock_monotonic_ns(&feed.exchange.clock), back_ns = 0;
        while (trades.state != CAMBIST_WATCH_LIVE || ticker.state != CAMBIST_WATCH_LIVE) {
            test_feed_turn(&feed, 10);
            for (int turn = 0; turn < 10; turn++)
                cmb_loop_run_once(feed.loop, 1);
            back_ns = cmb_clock_monotonic_ns(&feed.exchange.clock) - start_ns;
            if (back_ns > 5000000000)
                break;
        }
        CU_ASSERT(back_ns <= 1200000000);
        if (back_ns > 1200000000)
            printf("\n    back after %lld ms", (long long)(back_ns / 1000000));
    }
    test_feed_close(&feed);
}

/* Ten minutes of refusals at the door: never more attempts than the exchange allows, and they do
 * not come in step. */
static void keeps_the_budget_of_connections(void)
{
    struct told told = { 0 };
    set_up();
    atomic_store(&feed.refuses, true);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, &told);
    int before = 0;
    for (int minute = 0; minute < 10; minute++) {
        for (int ms = 0; ms < 60000; ms += 100) {
            test_feed_turn(&feed, 100);
            for (int turn = 0; turn < 4; turn++)
                cmb_loop_run_once(feed.loop, 0);
        }
        int attempts = (int)feed.stream->counts.connections - before;
        CU_ASSERT(attempts > 0 && attempts <= 20); /* of the limit "connections" */
        before += attempts;
    }
    test_feed_close(&feed);
}

TEST_SUITE("stream/heal", { "notices a mute channel at its limit, 100 of 100", notices_a_mute_channel },
           { "finds a half-open connection at its limit, 20 of 20", finds_a_half_open_connection },
           { "leaves a quiet hour alone", leaves_a_quiet_hour_alone },
           { "is back within a second of the network", is_back_within_a_second },
           { "keeps the exchange's budget of connections", keeps_the_budget_of_connections })
