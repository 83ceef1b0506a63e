/* Does each fault of a stream do what its name says, and no more often than asked? */
#include "support/practice_feed.h"

#include <stdlib.h>

static struct practice_feed feed;

static const struct cmb_channel *channel_of(uint32_t topic)
{
    for (uint32_t i = 0; i < feed.plugin->channel_count; i++)
        if (feed.plugin->channels[i].topic == topic)
            return &feed.plugin->channels[i];
    return NULL;
}

static void strike(const char *fault, uint32_t count)
{
    CU_ASSERT_FATAL(cmb_faults_strike(&feed.faults, 0, fault, count,
                                      cmb_clock_wall_ns(&feed.clock), &feed.error) == CAMBIST_OK);
}

static void hear_nothing(void)
{
    feed.data = feed.notices = feed.others = feed.records = 0;
    feed.means = CAMBIST_NOTICE;
}

/* Subscribes; answers are not heard yet. */
static void ask(const char *plugin, uint32_t topic, const char *fault)
{
    practice_feed_open(&feed, plugin);
    const struct cmb_channel *channel = channel_of(topic);
    practice_feed_connect(&feed, channel, NULL);
    if (fault)
        strike(fault, 1);
    (void)practice_feed_say(&feed, channel, &feed.plugin->dialects[channel->dialect].subscribe,
                            "BTC/USDT", NULL);
}

static void ask_snapshot(void)
{
    struct cmb_subscription *subscription = TAILQ_FIRST(&feed.stream->subscriptions);
    const struct cmb_channel *channel = channel_of(CAMBIST_TOPIC_watch_order_book);
    struct cambist_order_book book;
    if (!channel->book->snapshot_limit)
        return;
    cmb_session_start_call(&feed.session, channel);
    cmb_record_book(feed.practice.call, feed.practice.engine,
                    cmb_engine_find_market(CMB_TEXT("BTC/USDT")), 1000, &book);
    CU_ASSERT_FATAL(subscription != NULL);
    (void)cmb_book_take_snapshot(subscription, &book, cmb_clock_monotonic_ns(&feed.clock), NULL);
}

/* A book that is live, before anything goes wrong. */
static void follow(const char *plugin)
{
    ask(plugin, CAMBIST_TOPIC_watch_order_book, NULL);
    practice_feed_hear(&feed);
    practice_feed_turn(&feed, 200);
    practice_feed_turn(&feed, 200);
    ask_snapshot();
    practice_feed_turn(&feed, 200);
    hear_nothing();
}

static struct cmb_book *book(void)
{
    struct cmb_subscription *subscription = TAILQ_FIRST(&feed.stream->subscriptions);
    CU_ASSERT_FATAL(subscription && subscription->feed);
    return subscription->feed->book;
}

static struct cmb_book_counts counts(void)
{
    struct cmb_book_counts counts;
    cmb_book_count(book(), &counts);
    return counts;
}

static void turn(int times)
{
    for (int i = 0; i < times; i++)
        practice_feed_turn(&feed, 200);
}

/* ---- answers ---- */

static void an_acknowledgement_is_lost_doubled_or_for_another(void)
{
    ask("binance", CAMBIST_TOPIC_watch_trades, "lost-answer");
    ASSERT_NUMBER(feed.session.outgoing_count, 0);
    ASSERT_NUMBER(feed.session.subscription_count, 1);
    practice_feed_close(&feed);
    ask("binance", CAMBIST_TOPIC_watch_trades, "double-answer@watch_trades");
    ASSERT_NUMBER(feed.session.outgoing_count, 2);
    practice_feed_close(&feed);
    ask("binance", CAMBIST_TOPIC_watch_trades, "wrong-answer");
    CU_ASSERT(strstr(feed.session.outgoing[0].text, "987654321") != NULL);
    practice_feed_close(&feed);
    ask("binance", CAMBIST_TOPIC_watch_trades, "lost-answer@watch_ticker");
    ASSERT_NUMBER(feed.session.outgoing_count, 1);
    practice_feed_close(&feed);
}

static void a_subscription_is_refused(void)
{
    ask("kraken", CAMBIST_TOPIC_watch_trades, "refuse-topic");
    practice_feed_hear(&feed);
    ASSERT_NUMBER(feed.means, CAMBIST_REFUSES);
    ASSERT_NUMBER(feed.session.subscription_count, 0);
    practice_feed_close(&feed);
}

/* ---- silence and ends ---- */

static void a_mute_stream_says_nothing(void)
{
    follow("kraken");
    strike("mute@watch_order_book", 4);
    turn(19);
    ASSERT_NUMBER(feed.data, 0);
    CU_ASSERT(feed.notices > 0); /* its heart still beats */
    CU_ASSERT(!feed.session.is_over);
    turn(2); /* four seconds are over */
    CU_ASSERT(feed.data > 0);
    CU_ASSERT(cmb_book_state(book()) == CMB_BOOK_LIVE);
    practice_feed_close(&feed);
}

static void a_late_pong_is_the_end(void)
{
    follow("okx");
    CU_ASSERT(cmb_faults_add(&feed.faults, "strict-ping", &feed.error) == CAMBIST_OK);
    turn(20); /* pongs come */
    CU_ASSERT(!feed.session.is_over);
    for (int i = 0; i < 10; i++) {
        cmb_clock_turn(&feed.clock, 200 * 1000000ll);
        cmb_session_tick(&feed.session, cmb_clock_wall_ns(&feed.clock));
        cmb_session_take_pong(&feed.session, CMB_TEXT("another")); /* says nothing */
        cmb_session_drain(&feed.session);
    }
    CU_ASSERT(feed.session.is_over);
    practice_feed_close(&feed);
}

static void a_short_life_ends_with_a_goodbye(void)
{
    follow("okx");
    CU_ASSERT(cmb_faults_add(&feed.faults, "short-life", &feed.error) == CAMBIST_OK);
    feed.session.opened_ns = cmb_clock_wall_ns(&feed.clock);
    feed.means = CAMBIST_NOTICE;
    turn(9);
    CU_ASSERT(feed.means != CAMBIST_GOES_AWAY);
    turn(2);
    ASSERT_NUMBER(feed.means, CAMBIST_GOES_AWAY);
    CU_ASSERT(!feed.session.is_over);
    turn(5);
    CU_ASSERT(feed.session.is_over);
    ASSERT_NUMBER(feed.session.close_code, 1001);
    practice_feed_close(&feed);
}

/* ---- damaged books ---- */

static void a_gap_breaks_a_book_once(void)
{
    static const char *const plugins[] = { "binance", "okx" };
    for (int i = 0; i < 2; i++) {
        follow(plugins[i]);
        strike("gap@watch_order_book", 1);
        turn(3);
        ASSERT_NUMBER(counts().broken[CMB_BOOK_GAP], 1);
        CU_ASSERT(cmb_book_state(book()) == CMB_BOOK_RESYNCING);
        practice_feed_close(&feed);
    }
}

static int64_t number_in(const char *text)
{
    const char *at = strstr(text, "\"sequence_num\":");
    return at ? strtoll(at + 15, NULL, 10) : -1;
}

static void a_gap_is_seen_where_all_frames_are_counted(void)
{
    follow("coinbase");
    int64_t before = number_in(feed.last);
    strike("gap", 1);
    turn(2);
    CU_ASSERT(before >= 0);
    CU_ASSERT(number_in(feed.last) > before + feed.data + feed.notices);
    practice_feed_close(&feed);
}

static void what_comes_twice_is_passed_over(void)
{
    follow("binance");
    strike("duplicate", 1);
    turn(3);
    ASSERT_NUMBER(counts().passed_over, 1);
    CU_ASSERT(cmb_book_state(book()) == CMB_BOOK_LIVE);
    practice_feed_close(&feed);
}

static void what_comes_too_late_is_a_gap(void)
{
    follow("binance");
    strike("reorder", 1);
    turn(3);
    ASSERT_NUMBER(counts().broken[CMB_BOOK_GAP], 1);
    practice_feed_close(&feed);
}

static bool is_crossed(void)
{
    struct cmb_scaled_level bids[1], asks[1];
    struct cmb_book_view view = { .bids = bids, .asks = asks };
    (void)cmb_book_read(book(), 1, CMB_BOOK_LAST_KNOWN, &view);
    return view.is_crossed;
}

static void a_crossed_book_comes_apart_again(void)
{
    static const char *const plugins[] = { "binance", "kraken", "okx", "coinbase" };
    for (int i = 0; i < 4; i++) {
        follow(plugins[i]);
        strike("crossed", 1);
        turn(1);
        CU_ASSERT(is_crossed());
        turn(1);
        CU_ASSERT(!is_crossed());
        CU_ASSERT(cmb_book_state(book()) == CMB_BOOK_LIVE);
        practice_feed_close(&feed);
    }
}

static void a_level_that_never_was_is_removed(void)
{
    follow("binance");
    uint64_t before = counts().unknown_removed;
    strike("zero-unknown", 1);
    turn(1);
    CU_ASSERT(counts().unknown_removed > before);
    CU_ASSERT(cmb_book_state(book()) == CMB_BOOK_LIVE);
    practice_feed_close(&feed);
}

static void a_wrong_checksum_breaks_a_book(void)
{
    follow("kraken");
    strike("wrong-checksum", 1);
    turn(2);
    ASSERT_NUMBER(counts().broken[CMB_BOOK_CHECKSUM], 1);
    practice_feed_close(&feed);
}

static void prices_become_finer(void)
{
    static const char *const plugins[] = { "binance", "coinbase" };
    struct cmb_book_best before, after;
    for (int i = 0; i < 2; i++) {
        follow(plugins[i]);
        CU_ASSERT(cmb_book_best(book(), &before));
        strike("finer-tick", 1);
        turn(3);
        CU_ASSERT(cmb_book_best(book(), &after));
        ASSERT_NUMBER(after.price_scale, before.price_scale + 1);
        practice_feed_close(&feed);
    }
}

/* Where each update names the one before it, that is no loss; elsewhere it is noticed. */
static void the_exchange_counts_anew(void)
{
    follow("okx");
    strike("sequence-reset", 1);
    turn(5);
    CU_ASSERT(cmb_book_state(book()) == CMB_BOOK_LIVE);
    practice_feed_close(&feed);
    follow("binance");
    strike("sequence-reset", 1);
    turn(20);
    ASSERT_NUMBER(counts().broken[CMB_BOOK_REGRESSED], 1);
    ask_snapshot();
    turn(2);
    CU_ASSERT(cmb_book_state(book()) == CMB_BOOK_LIVE);
    practice_feed_close(&feed);
}

static void a_snapshot_is_too_old(void)
{
    ask("okx", CAMBIST_TOPIC_watch_order_book, NULL);
    for (int i = 0; i < 10; i++) { /* so that there is a past */
        cmb_clock_turn(&feed.clock, 200 * 1000000ll);
        cmb_engine_turn(feed.practice.engine, cmb_clock_wall_ns(&feed.clock));
    }
    strike("old-snapshot", 1);
    turn(3);
    ASSERT_NUMBER(counts().broken[CMB_BOOK_GAP], 1);
    practice_feed_close(&feed);
    follow("binance");
    turn(20);
    feed.practice.engine->moves_back = cmb_fault_moves(CMB_FAULT_FAR_BEHIND);
    cmb_book_break(book(), CMB_BOOK_GAP);
    turn(2);
    ask_snapshot();
    CU_ASSERT(cmb_book_state(book()) != CMB_BOOK_LIVE);
    feed.practice.engine->moves_back = 0;
    turn(1);
    ask_snapshot();
    turn(1);
    CU_ASSERT(cmb_book_state(book()) == CMB_BOOK_LIVE);
    practice_feed_close(&feed);
}

/* ---- names ---- */

static void faults_have_names_and_limits(void)
{
    const char *help;
    uint32_t count = 0;
    while (cmb_simulator_fault(count, &help)) {
        CU_ASSERT(*help);
        CU_ASSERT(cmb_faults_add(&feed.faults, cmb_simulator_fault(count++, &help), NULL) ==
                  CAMBIST_OK);
        feed.faults.count = 0;
    }
    CU_ASSERT(count > 40);
    CU_ASSERT(cmb_faults_add(&feed.faults, "gap@watch_tea", &feed.error) ==
              CAMBIST_BAD_ARGUMENT);
    cmb_faults_init(&feed.faults, 1);
    strike("gap@watch_trades", 2);
    uint32_t struck = 0;
    for (int i = 0; i < 10; i++)
        struck += cmb_faults_draw_stream(&feed.faults, 0, CMB_AT_DATA,
                                         CAMBIST_TOPIC_watch_trades) != CMB_FAULT_NONE;
    ASSERT_NUMBER(struck, 2);
    strike("gap@watch_trades", 2);
    CU_ASSERT(cmb_faults_draw_stream(&feed.faults, 1, CMB_AT_DATA, CAMBIST_TOPIC_watch_trades) ==
              CMB_FAULT_NONE); /* another exchange */
}

TEST_SUITE("simulator/stream_faults",
           { "an acknowledgement is lost doubled or for another",
             an_acknowledgement_is_lost_doubled_or_for_another },
           { "a subscription is refused",
             a_subscription_is_refused },
           { "a mute stream says nothing",
             a_mute_stream_says_nothing },
           { "a late pong is the end",
             a_late_pong_is_the_end },
           { "a short life ends with a goodbye",
             a_short_life_ends_with_a_goodbye },
           { "a gap breaks a book once",
             a_gap_breaks_a_book_once },
           { "a gap is seen where all frames are counted",
             a_gap_is_seen_where_all_frames_are_counted },
           { "what comes twice is passed over",
             what_comes_twice_is_passed_over },
           { "what comes too late is a gap",
             what_comes_too_late_is_a_gap },
           { "a crossed book comes apart again",
             a_crossed_book_comes_apart_again },
           { "a level that never was is removed",
             a_level_that_never_was_is_removed },
           { "a wrong checksum breaks a book",
             a_wrong_checksum_breaks_a_book },
           { "prices become finer",
             prices_become_finer },
           { "the exchange counts anew",
             the_exchange_counts_anew },
           { "a snapshot is too old",
             a_snapshot_is_too_old },
           { "faults have names and limits",
             faults_have_names_and_limits })
