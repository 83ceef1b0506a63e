/* Does a book stay true when another connection takes over, whose frames come later or get lost?
 *
 * Two sessions of one practice exchange tell of the same book.  Where its frames are counted by
 * their connection, a snapshot of the one says nothing about the updates of the other. */
#include "support/practice_feed.h"
#include "support/practice_truth.h"

#include <stdlib.h>

enum { FRAMES = 16 };

static const char *const plugins[] = { "kraken", "okx", "coinbase" };
enum { PLUGINS = sizeof plugins / sizeof *plugins };

static struct practice_feed feed;
static struct truth truth;
static const struct cmb_channel *channel;
static struct cmb_line *line, *heir;
static struct cmb_subscription *subscription;
static struct cmb_session old_session; /* of `line`; the feed's own is the heir's by then */
static char *held[FRAMES];             /* what the heir's connection brings, later */
static int held_count, lies;

static void on_event(const struct cmb_event *event, void *user)
{
    (void)user;
    lies += event->book && event->state == CAMBIST_WATCH_LIVE &&
            cmb_book_state(event->book) != CMB_BOOK_LIVE;
}

static bool is_live(void)
{
    return cmb_book_state(subscription->feed->book) == CMB_BOOK_LIVE;
}

static void check(void)
{
    static struct cmb_scaled_level bids[TRUTH_LEVELS], asks[TRUTH_LEVELS];
    struct cmb_book_view view = { .bids = bids, .asks = asks };
    bool is_told_live = cmb_book_read(subscription->feed->book, TRUTH_LEVELS, 0, &view);
    CU_ASSERT(!is_told_live || truth_has(&truth, channel->book->depth, &view));
    CU_ASSERT(is_told_live == (subscription->state == CAMBIST_WATCH_LIVE));
    ASSERT_NUMBER(lies, 0);
}

static void take(struct cmb_line *from, const char *text)
{
    (void)cmb_message_take(feed.stream, from, cmb_text_of(text),
                           cmb_clock_monotonic_ns(&feed.clock));
    check();
}

static void hear(struct cmb_session *session, struct cmb_line *from)
{
    cmb_session_tick(session, cmb_clock_wall_ns(&feed.clock));
    for (uint32_t i = 0; i < session->outgoing_count; i++)
        if (from)
            take(from, session->outgoing[i].text);
        else if (held_count < FRAMES)
            held[held_count++] = strdup(session->outgoing[i].text);
    cmb_session_drain(session);
}

/* The book moves, and both connections tell it: the old one at once. */
static void move(void)
{
    cmb_clock_turn(&feed.clock, 200 * 1000000ll);
    cmb_engine_turn(feed.practice.engine, cmb_clock_wall_ns(&feed.clock));
    truth_remember(&truth, &feed.practice.engine->markets[0], feed.practice.engine->now_ns, NULL);
    if (heir)
        hear(&old_session, line);
    hear(&feed.session, heir ? NULL : line);
}

static void subscribe(void)
{
    practice_feed_connect(&feed, channel, NULL);
    (void)practice_feed_say(&feed, channel, &feed.plugin->dialects[channel->dialect].subscribe,
                            "BTC/USDT", NULL);
}

/* A book that is live on a connection, and another that takes over. */
static void begin(const char *plugin)
{
    practice_feed_open(&feed, plugin);
    memset(&truth, 0, sizeof truth);
    heir = NULL;
    held_count = lies = 0;
    channel = feed.plugin->channels;
    while (!channel->book)
        channel++;
    cmb_stream_observe(feed.stream, on_event, NULL);
    subscription = cmb_subscription_new(
        feed.stream, channel,
        cmb_markets_find(feed.client->markets, CMB_TEXT("BTC/USDT"), CAMBIST_KIND_SPOT),
        (struct cmb_text){ 0 });
    line = cmb_line_new(feed.stream, &feed.plugin->dialects[channel->dialect]);
    CU_ASSERT_FATAL(subscription && line);
    cmb_seat_take(&subscription->seats[0], line);
    line->state = CMB_LINE_READY;
    subscribe();
    move();
    move();
    CU_ASSERT(is_live());
    old_session = feed.session;
    feed.session = (struct cmb_session){ 0 };
    cmb_line_hand_over(line);
    heir = line->heir;
    CU_ASSERT_FATAL(heir != NULL);
    heir->state = CMB_LINE_READY;
    subscribe();
    for (int i = 0; i < 4; i++)
        move();
    CU_ASSERT(is_live());
    CU_ASSERT(held_count >= 5); /* an acknowledgement, the snapshot, updates */
}

static void end(void)
{
    for (int i = 0; i < held_count; i++)
        free(held[i]);
    cmb_session_close(&old_session);
    practice_feed_close(&feed);
}

static bool is_snapshot(const char *text)
{
    return strstr(text, "\"snapshot\"") != NULL;
}

static void an_heir_that_is_late_takes_over(void)
{
    for (int p = 0; p < PLUGINS; p++) {
        begin(plugins[p]);
        for (int i = 0; i < held_count; i++)
            take(heir, held[i]);
        CU_ASSERT(is_live());
        CU_ASSERT(cmb_seat_of(subscription)->line == heir);
        end();
    }
}

static void an_heir_without_a_snapshot_proves_nothing(void)
{
    for (int p = 0; p < PLUGINS; p++) {
        begin(plugins[p]);
        for (int i = 0; i < held_count; i++)
            if (!is_snapshot(held[i]))
                take(heir, held[i]);
        end();
    }
}

static void an_heir_that_begins_late_proves_nothing(void)
{
    for (int p = 0; p < PLUGINS; p++) {
        begin(plugins[p]);
        for (int i = held_count - 2; i < held_count; i++)
            take(heir, held[i]);
        CU_ASSERT(!is_live() || channel->book->scope != CAMBIST_OF_CONNECTION);
        end();
    }
}

TEST_SUITE("simulator/stream_hand_over",
           { "an heir that is late takes over", an_heir_that_is_late_takes_over },
           { "an heir without a snapshot proves nothing",
             an_heir_without_a_snapshot_proves_nothing },
           { "an heir that begins late proves nothing", an_heir_that_begins_late_proves_nothing })
