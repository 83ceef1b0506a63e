/* Is what is watched subscribed to, told, and brought back when it is lost? */
#include "support/stream_exchange.h"

/* ---- what a listener hears ---- */

struct told {
    int records, books, states;
    uint32_t state;
    char last[64], reason[400];
};

static void on_event(const struct cmb_event *event, void *user)
{
    struct told *told = user;
    told->state = event->state;
    told->states += event->is_state;
    told->books += event->book && !event->is_state;
    told->records += event->record != NULL;
    if (event->error)
        snprintf(told->reason, sizeof told->reason, "%s", event->error->message);
    if (event->topic == CAMBIST_TOPIC_watch_trades && event->record)
        snprintf(told->last, sizeof told->last, "%s",
                 ((const struct cambist_trade *)event->record)->id);
}

static struct test_feed feed;

static void acknowledge(struct test_feed *of, struct test_websocket *websocket, const char *text)
{
    (void)of;
    if (strstr(text, "\"sub\"") || strstr(text, "\"unsub\""))
        test_feed_acknowledge(websocket, text);
    else if (strstr(text, "login"))
        test_websocket_say_text(websocket, "{\"in\":1}");
}

static void set_up(test_feed_fn *on_text)
{
    memset(&feed, 0, sizeof feed);
    test_feed_open(&feed, on_text);
}

/* ---- subscribing ---- */

static void tells_trades(void)
{
    struct told told = { 0 };
    set_up(acknowledge);
    struct cmb_listener *listener =
        test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, &told);
    CU_ASSERT_FATAL(listener != NULL);
    TEST_FEED_RUN_UNTIL(&feed, told.state == CAMBIST_WATCH_LIVE);
    CU_ASSERT(test_feed_count_heard(&feed, "GET /v1/ws HTTP/1.1") == 1);
    CU_ASSERT(test_feed_count_heard(&feed, "{\"op\":\"sub\",\"args\":[\"trade.XBTUSDT\"],\"id\":1}") == 1);
    test_feed_say(&feed, "{\"e\":\"trade\",\"s\":\"XBTUSDT\",\"d\":[{\"i\":\"7\",\"p\":\"1.5\",\"q\":\"2\",\"d\":\"B\"}]}");
    TEST_FEED_RUN_UNTIL(&feed, told.records == 1);
    ASSERT_TEXT(told.last, "7");
    cmb_stream_leave(listener);
    TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "unsub") == 1);
    TEST_FEED_RUN_UNTIL(&feed, atomic_load(&feed.open_now) == 0);
    test_feed_close(&feed);
}

/* Each message of ours gets a number for what comes of it: ten times its own. */
static void give_number(struct test_feed *of, struct test_websocket *websocket, const char *text)
{
    char answer[100];
    (void)of;
    snprintf(answer, sizeof answer, "{\"ok\":%ld,\"gives\":%ld}", test_feed_number(text),
             test_feed_number(text) * 10);
    test_websocket_say_text(websocket, answer);
}

static void tells_by_number(void)
{
    struct told spot = { 0 }, swap = { 0 };
    set_up(give_number);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_bids_asks, "BTC/USDT", on_event, &spot);
    TEST_FEED_RUN_UNTIL(&feed, spot.state == CAMBIST_WATCH_LIVE);
    struct cmb_listener *listener =
        test_feed_listen(&feed, CAMBIST_TOPIC_watch_bids_asks, "BTC/USDT:USDT", on_event, &swap);
    TEST_FEED_RUN_UNTIL(&feed, swap.state == CAMBIST_WATCH_LIVE);
    test_feed_say(&feed, "{\"h\":20,\"best\":[\"1.5\",\"2\"]}");
    TEST_FEED_RUN_UNTIL(&feed, swap.records == 1);
    ASSERT_NUMBER(spot.records, 0);
    test_feed_say(&feed, "{\"h\":10,\"best\":[\"1.5\",\"2\"]}");
    TEST_FEED_RUN_UNTIL(&feed, spot.records == 1);
    ASSERT_NUMBER(swap.records, 1);
    uint64_t notices = cmb_stream_counts(feed.stream)->notices;
    cmb_stream_leave(listener);
    TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "unsub") == 1);
    test_feed_say(&feed, "{\"h\":20,\"best\":[\"1.6\",\"2\"]}");
    TEST_FEED_RUN_UNTIL(&feed, cmb_stream_counts(feed.stream)->notices > notices);
    ASSERT_NUMBER(cmb_stream_counts(feed.stream)->unknown, 0);
    ASSERT_NUMBER(spot.records, 1);
    test_feed_close(&feed);
}

static void refuse_second(struct test_feed *of, struct test_websocket *websocket, const char *text)
{
    char answer[100];
    if (!strstr(text, "tick.")) {
        acknowledge(of, websocket, text);
        return;
    }
    snprintf(answer, sizeof answer, "{\"no\":%ld,\"code\":4,\"why\":\"no such thing\"}",
             test_feed_number(text));
    test_websocket_say_text(websocket, answer);
}

/* Of a message with several topics one is refused: the others are asked for again, alone. */
static void finds_the_refused_one(void)
{
    struct told trades = { 0 }, ticker = { 0 };
    set_up(refuse_second);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, &trades);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_ticker, "BTC/USDT", on_event, &ticker);
    TEST_FEED_RUN_UNTIL(&feed, ticker.state == CAMBIST_WATCH_FAILED);
    TEST_FEED_RUN_UNTIL(&feed, trades.state == CAMBIST_WATCH_LIVE);
    CU_ASSERT(strstr(ticker.reason, "no such thing") != NULL);
    CU_ASSERT(test_feed_count_heard(&feed, "\"tick.XBTUSDT\"]") >= 1);
    test_feed_close(&feed);
}

static void says_what_there_is_not(void)
{
    struct told told = { 0 };
    set_up(acknowledge);
    CU_ASSERT(!test_feed_listen(&feed, CAMBIST_TOPIC_watch_ohlcv, "BTC/USDT", on_event, &told));
    ASSERT_NUMBER(feed.exchange.error.status, CAMBIST_NOT_SUPPORTED);
    CU_ASSERT(!test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "XXX/YYY", on_event, &told));
    ASSERT_NUMBER(feed.exchange.error.status, CAMBIST_BAD_SYMBOL);
    CU_ASSERT(!test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, NULL, on_event, &told));
    ASSERT_NUMBER(feed.exchange.error.status, CAMBIST_BAD_ARGUMENT);
    test_feed_close(&feed);
}

/* ---- losing and healing ---- */

static void comes_back(void)
{
    struct told told = { 0 };
    set_up(acknowledge);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, &told);
    TEST_FEED_RUN_UNTIL(&feed, told.state == CAMBIST_WATCH_LIVE);
    atomic_fetch_add(&feed.cuts, 1);
    TEST_FEED_RUN_UNTIL(&feed, told.state == CAMBIST_WATCH_WAITING);
    test_feed_turn(&feed, 1000);
    TEST_FEED_RUN_UNTIL(&feed, told.state == CAMBIST_WATCH_LIVE);
    ASSERT_NUMBER(atomic_load(&feed.connections), 2);
    test_feed_close(&feed);
}

static void is_stale_when_silent(void)
{
    struct told told = { 0 };
    set_up(acknowledge);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_ticker, "BTC/USDT", on_event, &told);
    TEST_FEED_RUN_UNTIL(&feed, told.state == CAMBIST_WATCH_LIVE);
    test_feed_turn(&feed, 4999);
    ASSERT_NUMBER(told.state, CAMBIST_WATCH_LIVE);
    test_feed_turn(&feed, 1);
    ASSERT_NUMBER(told.state, CAMBIST_WATCH_STALE);
    /* Being subscribed anew is no data. */
    TEST_FEED_RUN_UNTIL(&feed, cmb_seat_of(TAILQ_FIRST(&feed.stream->subscriptions))->number == 3 &&
                                   cmb_seat_of(TAILQ_FIRST(&feed.stream->subscriptions))->ask ==
                                       CMB_ASK_GRANTED);
    ASSERT_NUMBER(told.state, CAMBIST_WATCH_STALE);
    test_feed_say(&feed, "{\"e\":\"tick\",\"s\":\"XBTUSDT\",\"l\":\"5\"}");
    TEST_FEED_RUN_UNTIL(&feed, told.records == 1);
    ASSERT_NUMBER(told.state, CAMBIST_WATCH_LIVE);
    ASSERT_NUMBER(atomic_load(&feed.connections), 1);
    test_feed_close(&feed);
}

/* ---- books ---- */

static void answer_book(struct test_feed *of, struct test_peer *peer, const char *text)
{
    (void)of;
    if (strstr(text, "/book?market=XBTUSDT&limit=100"))
        test_peer_answer(peer, "{\"n\":10,\"bids\":[[\"99.5\",\"1\"]],\"asks\":[[\"100.25\",\"2\"]]}");
    else
        test_peer_answer(peer, "{\"token\":\"made-up\"}");
}

static void bridges_a_book(void)
{
    struct told told = { 0 };
    set_up(acknowledge);
    feed.on_question = answer_book;
    struct cmb_listener *listener =
        test_feed_listen(&feed, CAMBIST_TOPIC_watch_order_book, "BTC/USDT", on_event, &told);
    TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "GET /book") == 1);
    test_feed_say(&feed, "{\"e\":\"book\",\"s\":\"XBTUSDT\",\"f\":11,\"n\":12,\"b\":[[\"99.5\",\"0\"],[\"99.125\",\"3\"]],\"a\":[]}");
    TEST_FEED_RUN_UNTIL(&feed, told.books >= 1 && told.state == CAMBIST_WATCH_LIVE);
    struct cmb_scaled_level bid, ask;
    struct cmb_book_view view = { .bids = &bid, .asks = &ask };
    TEST_FEED_RUN_UNTIL(&feed, cmb_book_read(cmb_listener_book(listener), 1, 0, &view) &&
                                   view.sequence == 12);
    ASSERT_NUMBER(view.price_scale, 3);
    ASSERT_NUMBER(bid.price, 99125);
    ASSERT_NUMBER(ask.price, 100250);
    /* A number is missing: it is not live until it was put together anew. */
    test_feed_say(&feed, "{\"e\":\"book\",\"s\":\"XBTUSDT\",\"f\":20,\"n\":21,\"b\":[],\"a\":[]}");
    TEST_FEED_RUN_UNTIL(&feed, told.state == CAMBIST_WATCH_RESYNCING);
    ASSERT_TEXT(told.reason, "gap");
    CU_ASSERT(!cmb_book_read(cmb_listener_book(listener), 1, 0, &view));
    test_feed_close(&feed);
}

static void begins_a_chain_anew(void)
{
    struct told told = { 0 };
    set_up(acknowledge);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_order_book, "BTC/USDT:USDT", on_event, &told);
    TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "chain.XBTUSDT-P") == 1);
    test_feed_say(&feed, "{\"e\":\"chain\",\"s\":\"XBTUSDT-P\",\"k\":\"snapshot\",\"n\":5,\"p\":-1,\"b\":[[1,1]],\"a\":[[2,1]]}");
    TEST_FEED_RUN_UNTIL(&feed, told.state == CAMBIST_WATCH_LIVE);
    test_feed_say(&feed, "{\"e\":\"chain\",\"s\":\"XBTUSDT-P\",\"k\":\"update\",\"n\":9,\"p\":8,\"b\":[[1,2]],\"a\":[]}");
    TEST_FEED_RUN_UNTIL(&feed, told.state == CAMBIST_WATCH_RESYNCING);
    TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "\"unsub\"") == 1);
    TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "\"sub\"") == 2);
    test_feed_say(&feed, "{\"e\":\"chain\",\"s\":\"XBTUSDT-P\",\"k\":\"snapshot\",\"n\":12,\"p\":-1,\"b\":[[1,1]],\"a\":[[2,1]]}");
    TEST_FEED_RUN_UNTIL(&feed, told.state == CAMBIST_WATCH_LIVE);
    test_feed_close(&feed);
}

/* ---- the account ---- */

static void logs_in_with_a_token(void)
{
    struct told told = { 0 };
    set_up(acknowledge);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_orders, NULL, on_event, &told);
    TEST_FEED_RUN_UNTIL(&feed, told.state == CAMBIST_WATCH_LIVE);
    CU_ASSERT(test_feed_count_heard(&feed, "POST /token") == 1);
    CU_ASSERT(test_feed_count_heard(&feed, "GET /v1/own?token=made-up") == 1);
    CU_ASSERT(test_feed_count_heard(&feed, "\"op\":\"login\"") == 1);
    test_feed_say(&feed, "{\"e\":\"order\",\"s\":\"XBTUSDT\",\"i\":\"1\",\"x\":\"new\"}");
    TEST_FEED_RUN_UNTIL(&feed, told.records == 1);
    test_feed_turn(&feed, 300000); /* half of the token's life */
    TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "PUT /token") == 1);
    test_feed_close(&feed);
}

static void hands_over(void)
{
    struct told told = { 0 };
    set_up(acknowledge);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, &told);
    TEST_FEED_RUN_UNTIL(&feed, told.state == CAMBIST_WATCH_LIVE);
    test_feed_say(&feed, "{\"bye\":1}");
    TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "\"sub\"") == 2);
    for (int i = 0; i < 20; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "{\"e\":\"trade\",\"s\":\"XBTUSDT\",\"d\":[{\"i\":\"%d\",\"p\":\"1\",\"q\":\"2\",\"d\":\"B\"}]}", i);
        test_feed_say(&feed, text);
    }
    TEST_FEED_RUN_UNTIL(&feed, told.records == 20);
    ASSERT_NUMBER(atomic_load(&feed.open_now), 2); /* the old one may be the slower */
    for (int i = 0; i < 3; i++)
        test_feed_turn(&feed, 2000);
    TEST_FEED_RUN_UNTIL(&feed, atomic_load(&feed.open_now) == 1);
    ASSERT_NUMBER(told.records, 20);
    ASSERT_NUMBER(atomic_load(&feed.connections), 2);
    CU_ASSERT(told.states == 1);
    test_feed_close(&feed);
}

TEST_SUITE("stream/stream", { "subscribes, tells, and unsubscribes", tells_trades },
           { "tells by the number that the exchange gave", tells_by_number },
           { "finds the one topic that a message was refused for", finds_the_refused_one },
           { "says what there is not", says_what_there_is_not },
           { "comes back when the connection is lost", comes_back },
           { "is stale when silent, and live again with data", is_stale_when_silent },
           { "bridges a book with an asked-for snapshot", bridges_a_book },
           { "begins a book anew whose chain has broken", begins_a_chain_anew },
           { "logs in with a token that it keeps alive", logs_in_with_a_token },
           { "hands over without a loss", hands_over })
