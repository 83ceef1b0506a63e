/* Is somebody who comes later told how things stand? */
#include "support/stream_exchange.h"

struct told {
    int events, states;
    uint32_t state;
};

static void on_event(const struct cmb_event *event, void *user)
{
    struct told *told = user;
    told->events++;
    told->states += event->is_state;
    told->state = event->state;
}

static struct test_feed feed;

static void acknowledge(struct test_feed *of, struct test_websocket *websocket, const char *text)
{
    (void)of;
    test_feed_acknowledge(websocket, text);
}

static void set_up(struct told *first)
{
    memset(&feed, 0, sizeof feed);
    test_feed_open(&feed, acknowledge);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, first);
    TEST_FEED_RUN_UNTIL(&feed, first->state == CAMBIST_WATCH_LIVE);
}

static void a_second_listener_is_told_the_state(void)
{
    struct told first = { 0 }, second = { 0 };
    set_up(&first);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, &second);
    ASSERT_NUMBER(second.events, 0); /* not before it knows its listener */
    TEST_FEED_RUN_UNTIL(&feed, second.events > 0);
    ASSERT_NUMBER(second.state, CAMBIST_WATCH_LIVE);
    ASSERT_NUMBER(second.states, 1);
    ASSERT_NUMBER(first.states, 1); /* to whom it is nothing new */
    test_feed_turn(&feed, 10);
    ASSERT_NUMBER(second.events, 1);
    test_feed_close(&feed);
}

static void one_that_leaves_at_once_is_not(void)
{
    struct told first = { 0 }, second = { 0 };
    set_up(&first);
    cmb_stream_leave(
        test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, &second));
    test_feed_turn(&feed, 10);
    ASSERT_NUMBER(second.events, 0);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, &second);
    test_feed_close(&feed); /* with one that was not told yet */
}

TEST_SUITE("stream/second",
           { "a second listener is told the state", a_second_listener_is_told_the_state },
           { "one that leaves at once is not", one_that_leaves_at_once_is_not })
