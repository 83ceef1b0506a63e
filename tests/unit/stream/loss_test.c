/* Is nothing lost, nothing told twice, and nothing told that was not said? */
#include "support/stream_exchange.h"

static struct test_feed feed;

struct told {
    int records, books, live, unreadable;
    uint32_t state;
    char reason[400];
    int doubled;
    bool is_told[100000];
};

static void note_trade(struct told *told, const struct cambist_trade *trade)
{
    int id = (int)strtol(trade->id, NULL, 10);
    CU_ASSERT_FATAL(id >= 0 && id < (int)(sizeof told->is_told / sizeof *told->is_told));
    told->doubled += told->is_told[id];
    told->is_told[id] = true;
}

static void on_event(const struct cmb_event *event, void *user)
{
    struct told *told = user;
    told->state = event->state;
    told->records += event->record != NULL;
    told->books += event->book && !event->is_state;
    told->live += event->is_state && event->state == CAMBIST_WATCH_LIVE;
    if (event->error) {
        told->unreadable += event->error->status == CAMBIST_GARBLED;
        snprintf(told->reason, sizeof told->reason, "%s", event->error->message);
    }
    if (event->record && event->topic == CAMBIST_TOPIC_watch_trades)
        note_trade(told, event->record);
}

static void acknowledge(struct test_feed *of, struct test_websocket *websocket, const char *text)
{
    (void)of;
    if (strstr(text, "\"sub\"") || strstr(text, "\"unsub\""))
        test_feed_acknowledge(websocket, text);
}

static void answer_book(struct test_feed *of, struct test_peer *peer, const char *text)
{
    (void)of;
    (void)text;
    test_peer_answer(peer, "{\"n\":10,\"bids\":[[\"99.5\",\"1\"]],\"asks\":[[\"100.25\",\"2\"]]}");
}

static void set_up(void)
{
    memset(&feed, 0, sizeof feed);
    test_feed_open(&feed, acknowledge);
    feed.on_question = answer_book;
    test_exchange_add_market(&feed.exchange, "XETUSDT", "ETH/USDT", CAMBIST_KIND_SPOT);
}

static int count_alive(void)
{
    return atomic_load(&feed.open_now);
}

/* ---- what the exchange says ---- */

static void say_trade(int id)
{
    char text[120];
    snprintf(text, sizeof text,
             "{\"e\":\"trade\",\"s\":\"XBTUSDT\",\"d\":[{\"i\":\"%d\",\"p\":\"1\",\"q\":\"2\"}]}", id);
    test_feed_say(&feed, text);
}

static void say_update(int number)
{
    char text[120];
    snprintf(text, sizeof text,
             "{\"e\":\"book\",\"s\":\"XBTUSDT\",\"f\":%d,\"n\":%d,\"b\":[[\"99.5\",\"%d\"]],\"a\":[]}",
             number, number, number);
    test_feed_say(&feed, text);
}

/* ---- frames that cannot be read ---- */

static struct told btc, eth, trades;

/* Two books and trades, all live. */
static void set_up_books(void)
{
    memset(&btc, 0, sizeof btc);
    memset(&eth, 0, sizeof eth);
    memset(&trades, 0, sizeof trades);
    set_up();
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_order_book, "BTC/USDT", on_event, &btc);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_order_book, "ETH/USDT", on_event, &eth);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, &trades);
    TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "GET /book") == 2);
    test_feed_say(&feed, "{\"e\":\"book\",\"s\":\"XBTUSDT\",\"f\":11,\"n\":12,\"b\":[],\"a\":[]}");
    test_feed_say(&feed, "{\"e\":\"book\",\"s\":\"XETUSDT\",\"f\":11,\"n\":12,\"b\":[],\"a\":[]}");
    TEST_FEED_RUN_UNTIL(&feed, btc.state == CAMBIST_WATCH_LIVE && eth.state == CAMBIST_WATCH_LIVE &&
                                   trades.state == CAMBIST_WATCH_LIVE);
    say_trade(0); /* behind the updates */
    TEST_FEED_RUN_UNTIL(&feed, trades.records == 1);
    trades.records = 0;
}

/* The snapshot is asked for again, and the next update bridges it. */
static void heal(const char *update, struct told *told, int questions)
{
    TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "GET /book") == questions);
    test_feed_say(&feed, update);
    TEST_FEED_RUN_UNTIL(&feed, told->state == CAMBIST_WATCH_LIVE);
}

static void breaks_the_book_it_was_about(void)
{
    set_up_books();
    int books = eth.books;
    test_feed_say(&feed, "{\"e\":\"book\",\"s\":\"XBTUSDT\",\"f\":13,\"n\":14,\"b\":[[\"99.5\"]],\"a\":[]}");
    TEST_FEED_RUN_UNTIL(&feed, btc.state == CAMBIST_WATCH_RESYNCING);
    CU_ASSERT(strstr(btc.reason, "an amount is expected") != NULL);
    ASSERT_NUMBER(btc.unreadable, 1);
    ASSERT_NUMBER(eth.state, CAMBIST_WATCH_LIVE);
    ASSERT_NUMBER(eth.unreadable + trades.unreadable, 0);
    ASSERT_NUMBER(cmb_stream_counts(feed.stream)->unreadable, 1);
    heal("{\"e\":\"book\",\"s\":\"XBTUSDT\",\"f\":11,\"n\":16,\"b\":[],\"a\":[]}", &btc, 3);
    test_feed_say(&feed, "{\"e\":\"book\",\"s\":\"XETUSDT\",\"f\":13,\"n\":14,\"b\":[],\"a\":[]}");
    TEST_FEED_RUN_UNTIL(&feed, eth.books == books + 1);
    ASSERT_NUMBER(eth.live, 0); /* was never anything else: books are live with their data */
    test_feed_close(&feed);
}

/* Where the symbol was not reached, the frame may have been about any of the channel's books. */
static void breaks_all_it_may_have_been_about(void)
{
    set_up_books();
    test_feed_say(&feed, "{\"e\":\"book\",\"f\":13,\"n\":");
    TEST_FEED_RUN_UNTIL(&feed, btc.state == CAMBIST_WATCH_RESYNCING &&
                                   eth.state == CAMBIST_WATCH_RESYNCING);
    ASSERT_NUMBER(btc.unreadable, 1);
    ASSERT_NUMBER(eth.unreadable, 1);
    ASSERT_NUMBER(trades.unreadable, 0);
    ASSERT_NUMBER(trades.state, CAMBIST_WATCH_LIVE);
    heal("{\"e\":\"book\",\"s\":\"XBTUSDT\",\"f\":11,\"n\":16,\"b\":[],\"a\":[]}", &btc, 4);
    heal("{\"e\":\"book\",\"s\":\"XETUSDT\",\"f\":11,\"n\":16,\"b\":[],\"a\":[]}", &eth, 4);
    test_feed_close(&feed);
}

/* There is nothing to heal where there is no book: the channel goes on. */
static void tells_that_trades_were_unreadable(void)
{
    set_up_books();
    test_feed_say(&feed, "{\"e\":\"trade\",\"s\":\"XBTUSDT\",\"d\":[{\"i\":\"1\",\"p\":\"1.5.5\",\"q\":\"2\"}]}");
    TEST_FEED_RUN_UNTIL(&feed, trades.unreadable == 1);
    ASSERT_NUMBER(trades.state, CAMBIST_WATCH_LIVE);
    ASSERT_NUMBER(trades.records, 0);
    ASSERT_NUMBER(btc.unreadable, 0);
    ASSERT_NUMBER(btc.state, CAMBIST_WATCH_LIVE);
    test_feed_say(&feed, "{\"e\":\"trade\",\"s\":\"XBTUSDT\",\"d\":[{\"i\":\"2\",\"p\":\"1.5\",\"q\":\"2\"}]}");
    TEST_FEED_RUN_UNTIL(&feed, trades.records == 1);
    test_feed_close(&feed);
}

/* ---- what is no trade ---- */

static void tells_no_trade_without_price(void)
{
    set_up_books();
    test_feed_say(&feed, "{\"e\":\"trade\",\"s\":\"XBTUSDT\",\"d\":[{\"i\":\"1\",\"q\":\"2\",\"d\":\"B\"},"
                         "{\"i\":\"2\",\"p\":\"1\",\"q\":\"2\",\"d\":\"B\"},{\"i\":\"3\",\"p\":\"1\"},"
                         "{\"i\":\"4\",\"p\":null,\"q\":\"1\"},{\"i\":\"5\",\"p\":\"1\",\"q\":\"3\"}]}");
    TEST_FEED_RUN_UNTIL(&feed, trades.is_told[5]);
    ASSERT_NUMBER(trades.records, 2);
    CU_ASSERT(trades.is_told[2]);
    ASSERT_NUMBER(trades.unreadable, 0);
    test_feed_close(&feed);
}

/* ---- handing over ---- */

static int books_before;

/* Some trades and updates at once; until the last of them was told: turned time must not overtake
 * what is under way. */
static void talk(int *said)
{
    for (int i = 0; i < 3; i++) {
        say_trade(++*said);
        say_update(12 + *said);
    }
    TEST_FEED_RUN_UNTIL(&feed, trades.is_told[*said] && btc.books >= books_before + *said);
}

static int count_subscribed(void)
{
    return test_feed_count_heard(&feed, "\"trade.XBTUSDT\"");
}

/* The exchange says goodbye, and goes on talking to both connections until the old one is left. */
static bool hand_over(int *said)
{
    int subscribed = count_subscribed();
    test_feed_say(&feed, "{\"bye\":1}");
    for (int i = 0; i < 2000 && count_subscribed() == subscribed; i++)
        talk(said);
    for (int i = 0; i < 8 && count_alive() != 1; i++) {
        talk(said);
        test_feed_turn(&feed, 1000);
    }
    TEST_FEED_RUN_UNTIL(&feed, count_alive() == 1);
    talk(said);
    test_feed_turn(&feed, 3000); /* the exchange's budget of connections */
    /* Turned time may overtake an answer that is under way: then it was asked for twice. */
    return count_alive() == 1 && count_subscribed() > subscribed;
}

static void loses_and_doubles_nothing(void)
{
    int said = 0, times = 0;
    set_up_books();
    int books = books_before = btc.books;
    while (times < 100 && hand_over(&said))
        times++;
    ASSERT_NUMBER(times, 100);
    TEST_FEED_RUN_UNTIL(&feed, btc.books >= books + said && trades.records >= said);
    ASSERT_NUMBER(trades.records, said);
    ASSERT_NUMBER(trades.doubled, 0);
    ASSERT_NUMBER(btc.books, books + said);
    ASSERT_NUMBER(btc.state, CAMBIST_WATCH_LIVE);
    ASSERT_NUMBER(trades.live, 1); /* and nothing else was ever told */
    ASSERT_NUMBER(test_feed_count_heard(&feed, "GET /book"), 2);
    ASSERT_NUMBER(cmb_stream_counts(feed.stream)->handovers, 100);
    ASSERT_NUMBER(cmb_stream_counts(feed.stream)->losses, 0);
    test_feed_close(&feed);
}

/* The old connection may be the slower one: what comes over it is still told for a while. */
static void waits_for_the_slower_connection(void)
{
    set_up_books();
    test_feed_say(&feed, "{\"bye\":1}");
    TEST_FEED_RUN_UNTIL(&feed, cmb_stream_counts(feed.stream)->handovers == 1);
    atomic_store(&feed.late, 1);
    say_trade(1);
    TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "\"sub\"") >= 2 &&
                                   atomic_load(&feed.connections) == 2);
    say_trade(2);
    TEST_FEED_RUN_UNTIL(&feed, trades.is_told[2]);
    atomic_store(&feed.late, 0);
    TEST_FEED_RUN_UNTIL(&feed, trades.is_told[1]);
    ASSERT_NUMBER(trades.records, 2);
    test_feed_close(&feed);
}

/* The exchange does not wait until it is left. */
static void survives_a_cut_while_handing_over(void)
{
    set_up_books();
    test_feed_say(&feed, "{\"bye\":1}");
    TEST_FEED_RUN_UNTIL(&feed, atomic_load(&feed.connections) == 2);
    TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "\"trade.XBTUSDT\"") == 2);
    atomic_store(&feed.cut, 1);
    TEST_FEED_RUN_UNTIL(&feed, cmb_stream_counts(feed.stream)->losses == 1);
    TEST_FEED_RUN_UNTIL(&feed, trades.state == CAMBIST_WATCH_LIVE && count_alive() == 1);
    say_trade(1);
    TEST_FEED_RUN_UNTIL(&feed, trades.is_told[1]);
    ASSERT_NUMBER(trades.state, CAMBIST_WATCH_LIVE);
    ASSERT_NUMBER(atomic_load(&feed.connections), 2);
    heal("{\"e\":\"book\",\"s\":\"XBTUSDT\",\"f\":11,\"n\":16,\"b\":[],\"a\":[]}", &btc, 4);
    test_feed_close(&feed);
}

/* A second goodbye comes before the first one is dealt with. */
static void leaves_an_heir_too(void)
{
    set_up_books();
    for (int i = 2; i < 5; i++) {
        test_feed_say(&feed, "{\"bye\":1}");
        TEST_FEED_RUN_UNTIL(&feed, test_feed_count_heard(&feed, "\"trade.XBTUSDT\"") == i);
        say_trade(i);
        TEST_FEED_RUN_UNTIL(&feed, trades.is_told[i]);
    }
    for (int i = 0; i < 3; i++)
        test_feed_turn(&feed, 2000);
    TEST_FEED_RUN_UNTIL(&feed, count_alive() == 1);
    say_trade(9);
    TEST_FEED_RUN_UNTIL(&feed, trades.is_told[9]);
    ASSERT_NUMBER(trades.records, 4);
    ASSERT_NUMBER(trades.doubled, 0);
    ASSERT_NUMBER(trades.live, 1);
    ASSERT_NUMBER(btc.state, CAMBIST_WATCH_LIVE);
    ASSERT_NUMBER(cmb_stream_counts(feed.stream)->losses, 0);
    test_feed_close(&feed);
}

TEST_SUITE("stream/loss",
           { "breaks the book that an unreadable frame was about", breaks_the_book_it_was_about },
           { "breaks all that an unreadable frame may have been about",
             breaks_all_it_may_have_been_about },
           { "tells that trades were unreadable", tells_that_trades_were_unreadable },
           { "tells no trade without price or amount", tells_no_trade_without_price },
           { "hands over 100 times and loses and doubles nothing", loses_and_doubles_nothing },
           { "waits for the slower of two connections", waits_for_the_slower_connection },
           { "survives a cut while it hands over", survives_a_cut_while_handing_over },
           { "leaves an heir too", leaves_an_heir_too })
