/* Is each frame that comes alone timed as a whole, every 16th stage by stage, and each one that somebody
 * follows? */
#include "support/stream_exchange.h"

enum { DELIVERY_NS = 1000 };

static struct test_feed feed;
static int records;

/* Telling takes its time, and nothing else does: the clock is the test's. */
static void on_event(const struct cmb_event *event, void *user)
{
    (void)user;
    if (event->record)
        cmb_clock_turn(&feed.exchange.clock, DELIVERY_NS);
    records += event->record != NULL;
}

static void acknowledge(struct test_feed *of, struct test_websocket *websocket, const char *text)
{
    (void)of;
    test_feed_acknowledge(websocket, text);
}

/* One connection, one subscription; the first frame is its acknowledgement. */
static struct cmb_listener *open_feed(void)
{
    memset(&feed, 0, sizeof feed);
    records = 0;
    test_feed_open(&feed, acknowledge);
    struct cmb_listener *listener =
        test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, NULL);
    CU_ASSERT_FATAL(listener != NULL);
    TEST_FEED_RUN_UNTIL(&feed, cmb_stream_counts(feed.stream)->frames == 1);
    return listener;
}

static void say_trades(int count)
{
    for (int i = 0; i < count; i++) {
        char text[128];
        int before = records;
        snprintf(text, sizeof text, "{\"e\":\"trade\",\"s\":\"XBTUSDT\",\"d\":[{\"i\":\"%d\","
                 "\"p\":\"1.5\",\"q\":\"2\",\"d\":\"B\"}]}", i);
        test_feed_say(&feed, text);
        TEST_FEED_RUN_UNTIL(&feed, records == before + 1);
    }
}

static void close_feed(struct cmb_listener *listener)
{
    cmb_stream_leave(listener);
    test_feed_close(&feed);
}

static struct cmb_histogram_summary summary_of(unsigned stage)
{
    return cmb_histogram_summarize(&cmb_stream_times(feed.stream)->histograms[stage]);
}

static void each_frame_is_timed_and_every_16th_by_its_stages(void)
{
    struct cmb_listener *listener = open_feed();
    say_trades(4 * CMB_STREAM_TIMED_EACH);
    struct cmb_histogram_summary whole = summary_of(CMB_STREAM_STAGE_COUNT);
    struct cmb_histogram_summary deliver = summary_of(CMB_STREAM_DELIVER);
    ASSERT_NUMBER(whole.count, 4 * CMB_STREAM_TIMED_EACH); /* the acknowledgement is no data */
    ASSERT_NUMBER(whole.sum_ns, 4 * CMB_STREAM_TIMED_EACH * DELIVERY_NS);
    ASSERT_NUMBER(deliver.count, 4);
    ASSERT_NUMBER(deliver.min_ns, DELIVERY_NS);
    ASSERT_NUMBER(summary_of(CMB_STREAM_BOOK).count, 0);
    close_feed(listener);
}

static void of_frames_that_came_together_the_first_is_timed_and_every_16th(void)
{
    struct cmb_listener *listener = open_feed();
    struct cmb_line *line = TAILQ_FIRST(&feed.stream->lines);
    int64_t received_ns = cmb_stream_clock_ns(feed.stream);
    while (cmb_stream_counts(feed.stream)->frames % CMB_STREAM_TIMED_EACH != 1)
        say_trades(1);
    uint64_t before = summary_of(CMB_STREAM_STAGE_COUNT).count;
    for (int i = 0; i < 2 * CMB_STREAM_TIMED_EACH; i++)
        CU_ASSERT(cmb_message_take(feed.stream, line,
                                   CMB_TEXT("{\"e\":\"trade\",\"s\":\"XBTUSDT\",\"d\":[]}"),
                                   received_ns) == CAMBIST_OK);
    ASSERT_NUMBER(summary_of(CMB_STREAM_STAGE_COUNT).count - before, 1 + 2);
    close_feed(listener);
}

/* ---- following ---- */

static int laps, right_laps;

static void on_lap(const struct cmb_lap *lap, void *user)
{
    int64_t sum_ns = 0;
    CU_ASSERT(user == &feed);
    for (int i = 0; i < CMB_STREAM_STAGE_COUNT; i++)
        sum_ns += lap->stage_ns[i];
    laps++;
    right_laps += lap->stage_ns[CMB_STREAM_DELIVER] == DELIVERY_NS &&
                  sum_ns == lap->entered_ns - lap->begun_ns;
}

static void who_follows_is_told_of_each_frame(void)
{
    struct cmb_listener *listener = open_feed();
    laps = right_laps = 0;
    cmb_stream_follow_laps(feed.stream, on_lap, &feed);
    say_trades(10);
    ASSERT_NUMBER(laps, 10);
    ASSERT_NUMBER(right_laps, 10);
    cmb_stream_follow_laps(feed.stream, NULL, NULL);
    test_feed_say(&feed, "{\"e\":\"tick\",\"s\":\"XBTUSDT\",\"l\":\"1\"}");
    TEST_FEED_RUN_UNTIL(&feed, cmb_stream_counts(feed.stream)->frames == 12);
    ASSERT_NUMBER(laps, 10);
    close_feed(listener);
}

TEST_SUITE("stream/measure",
           { "of frames that came together the first is timed, and every 16th",
             of_frames_that_came_together_the_first_is_timed_and_every_16th },
           { "each frame is timed, and every 16th by its stages",
             each_frame_is_timed_and_every_16th_by_its_stages },
           { "who follows is told of each frame", who_follows_is_told_of_each_frame })
