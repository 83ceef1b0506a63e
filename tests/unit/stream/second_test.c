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

static void answer_slowly(struct test_feed *of, struct test_peer *peer, const char *text)
{
    (void)text;
    for (int i = 0; i < 2000 && test_feed_count_heard(of, "unsub") == 0; i++)
        poll(NULL, 0, 1);
    test_peer_answer(peer, "{\"n\":5,\"bids\":[[1,1]],\"asks\":[[2,1]]}");
}

static void answer_at_once(struct test_feed *of, struct test_peer *peer, const char *text)
{
    (void)of, (void)text;
    test_peer_answer(peer, "{\"n\":5,\"bids\":[[1,1]],\"asks\":[[2,1]]}");
}

/* With its snapshot, and while that is under way: what is left behind the sanitizer sees. */
static void a_book_that_is_left_leaves_nothing(void)
{
    for (int is_slow = 0; is_slow < 2; is_slow++) {
        struct told first = { 0 }, told = { 0 };
        set_up(&first);
        feed.on_question = is_slow ? answer_slowly : answer_at_once;
        struct cmb_listener *listener = test_feed_listen(&feed, CAMBIST_TOPIC_watch_order_book,
                                                         "BTC/USDT", on_event, &told);
        CU_ASSERT_FATAL(listener != NULL);
        TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "GET /book") == 1 &&
                                       (is_slow || told.state == CAMBIST_WATCH_LIVE));
        cmb_stream_leave(listener);
        TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "unsub") == 1 &&
                                       feed.stream->snapshots_under_way == 0);
        ASSERT_NUMBER(TAILQ_NEXT(TAILQ_FIRST(&feed.stream->subscriptions), link) == NULL, 1);
        test_feed_close(&feed);
    }
}

TEST_SUITE("stream/second",
           { "a second listener is told the state", a_second_listener_is_told_the_state },
           { "one that leaves at once is not", one_that_leaves_at_once_is_not },
           { "a book that is left leaves nothing", a_book_that_is_left_leaves_nothing })
