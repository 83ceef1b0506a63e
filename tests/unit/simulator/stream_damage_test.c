/* Is a book out of frames true whenever it says live, however the frames are damaged?
 *
 * A practice exchange tells of a busy market; its frames come to the core through a channel that
 * loses, repeats, swaps, delays, cuts and falsifies; snapshots come late, old, early or never,
 * connections are lost, the exchange counts anew.  After every frame a live book must be the
 * exchange's own at that number and time, and nothing may have been told as live that was not.
 * `test_simulator_stream_damage SEED [UPDATES]` replays one seed.
 */
#include "support/damaged_channel.h"
#include "support/practice_feed.h"

#include <inttypes.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UPDATES 30000
#else
#define UPDATES 200000 /* of each book */
#endif
enum {
    NOT_LIVE_MOST = 1000,  /* steps */
    WAITING_MOST = 60,     /* steps until an answer is taken for lost */
    CROSSED_MOST_MS = 20,
    ORDERS_MOST = 40,      /* on a side */
    NUMBERS_LEAST = 6000,  /* before it is counted anew: old numbers must not be taken for new */
};

/* ---- books ---- */

static const struct run {
    const char *name, *plugin, *symbol, *path; /* path: of snapshots; NULL: they are sent */
    uint32_t book, kind;
} runs[] = {
    { "binance spot", "binance", "BTC/USDT", "/api/v3/depth?symbol=BTCUSDT&limit=1000", SPOT,
      CAMBIST_KIND_SPOT },
    { "binance usd-m", "binance", "BTC/USDT:USDT", "/fapi/v1/depth?symbol=BTCUSDT&limit=1000", USDM,
      CAMBIST_KIND_SWAP },
    { "okx", "okx", "BTC/USDT", NULL, OKX, CAMBIST_KIND_SPOT },
    { "okx, no checksums", "okx", "BTC/USDT", NULL, OKX_BARE, CAMBIST_KIND_SPOT },
    { "kraken", "kraken", "BTC/USDT", NULL, KRAKEN, CAMBIST_KIND_SPOT },
    { "coinbase", "coinbase", "BTC/USDT", NULL, COINBASE, CAMBIST_KIND_SPOT },
};

struct scene {
    const struct run *run;
    struct practice_feed feed;
    struct truth truth;
    struct damaged_channel channel;
    const struct cmb_channel *topic;
    const struct cmb_engine_market *market;
    int market_number;
    struct cmb_line *line;
    struct cmb_subscription *subscription;
    struct cmb_line *old_line; /* until the line has taken over; NULL: it has */
    struct cmb_session old_session;
    struct damaged_channel old_channel;
    char *answer;     /* a snapshot under way */
    int64_t step, answer_at, asked_at; /* 0: nothing comes; not asked */
    int64_t updates, live, not_live, not_live_longest;
    const char *wrong; /* the first thing that was */
};

static struct scene scene;
static uint64_t first_seed = 1, last_seed = 1;
static int64_t updates_wanted = UPDATES;

static uint64_t pick(uint64_t below)
{
    return channel_pick(&scene.channel, below);
}

static bool strikes(enum damage damage)
{
    return channel_strikes(&scene.channel, damage);
}

static struct cmb_book *book(void)
{
    return scene.subscription->feed->book;
}

static bool is_live(void)
{
    return cmb_book_state(book()) == CMB_BOOK_LIVE;
}

/* ---- what a live book must be ---- */

static void on_event(const struct cmb_event *event, void *user)
{
    (void)user;
    if (event->book && event->state == CAMBIST_WATCH_LIVE &&
        cmb_book_state(event->book) != CMB_BOOK_LIVE)
        scene.wrong = "told as live what is not";
}

static void check(void)
{
    static struct cmb_scaled_level bids[TRUTH_LEVELS * 2], asks[TRUTH_LEVELS * 2];
    struct cmb_book_view view = { .bids = bids, .asks = asks };
    bool is_told_live = scene.subscription->state == CAMBIST_WATCH_LIVE;
    if (cmb_book_read(book(), TRUTH_LEVELS * 2, 0, &view) != is_told_live)
        scene.wrong = "the state that was told is not the book's";
    else if (!is_told_live && (view.bid_count || view.ask_count))
        scene.wrong = "levels of a book that is not live";
    else if (is_told_live && !truth_has(&scene.truth, scene.topic->book->depth, &view))
        scene.wrong = "live, but not the exchange's book at its number";
}

static void deliver(struct damaged_channel *channel, struct cmb_line *line)
{
    struct frame frame;
    while (line && !scene.wrong && channel_receive(channel, &frame)) {
        int status = cmb_message_take(scene.feed.stream, line,
                                      (struct cmb_text){ frame.text, frame.length },
                                      cmb_clock_monotonic_ns(&scene.feed.clock));
        scene.updates += status == CAMBIST_OK;
        free(frame.text);
        check();
    }
}

/* ---- the exchange ---- */

/* An order more, one less, or a trade. */
static void change_book(void)
{
    struct cmb_engine *engine = scene.feed.practice.engine;
    struct cmb_engine_market *market = &engine->markets[scene.market_number];
    bool is_buy = pick(2);
    struct cmb_engine_side *side = is_buy ? &market->bids : &market->asks;
    uint64_t dice = pick(10);
    struct cmb_engine_order *order;
    struct cmb_engine_intent intent = {
        .market = scene.market_number, .side = is_buy ? CAMBIST_SIDE_BUY : CAMBIST_SIDE_SELL,
        .type = dice == 9 ? CAMBIST_TYPE_MARKET : CAMBIST_TYPE_LIMIT,
        .time_in_force = CAMBIST_TIME_IN_FORCE_GTC,
        .amount = 1 + (int64_t)pick((uint64_t)market->rules->typical_amount) };
    int64_t away = (int64_t)pick((uint64_t)market->middle / 400) - market->middle / 4000;
    intent.price = dice == 9 ? 0 : market->middle + (is_buy ? -away : away);
    if (side->count >= ORDERS_MOST || (dice < 4 && side->count > 2))
        (void)cmb_engine_cancel(engine, side->orders[pick(side->count)], NULL);
    else
        (void)cmb_engine_submit(engine, CMB_HOUSE, &intent, &order, NULL);
}

/* Time passes; now and then the whole house moves. */
static void turn(void)
{
    uint64_t pasts = scene.market->past_count;
    cmb_clock_turn(&scene.feed.clock, (1 + (int64_t)pick(8)) * 1000000);
    int64_t time_ns = cmb_clock_wall_ns(&scene.feed.clock);
    truth_remember(&scene.truth, scene.market, time_ns, NULL);
    cmb_engine_turn(scene.feed.practice.engine, time_ns);
    if (scene.market->past_count == pasts)
        scene.truth.count--; /* it moved not: nobody can ask for it at this time */
    for (uint64_t i = 1 + pick(2); i > 0; i--)
        change_book();
}

static void strike(enum damage damage, const char *fault)
{
    struct practice_feed *feed = &scene.feed;
    if (!strikes(damage))
        return;
    CU_ASSERT(cmb_faults_strike(&feed->faults, 0, fault, 1, cmb_clock_wall_ns(&feed->clock),
                                &feed->error) == CAMBIST_OK);
    scene.channel.done[damage]++;
}

static void strike_update(void)
{
    strike(CROSSED, "crossed");
    strike(ZERO_UNKNOWN, "zero-unknown");
    strike(WRONG_CHECKSUM, "wrong-checksum");
    strike(FINER_TICK, "finer-tick");
    if (scene.market->sequence > NUMBERS_LEAST)
        strike(SEQUENCE_RESET, "sequence-reset");
}

static void tell(struct cmb_session *session, struct damaged_channel *channel)
{
    cmb_session_tick(session, cmb_clock_wall_ns(&scene.feed.clock));
    truth_remember(&scene.truth, scene.market, scene.feed.practice.engine->now_ns,
                   session->subscription_count ? session->subscriptions[0] : NULL);
    for (uint32_t i = 0; i < session->outgoing_count; i++) {
        struct cmb_outgoing *outgoing = &session->outgoing[i];
        if (outgoing->is_ping) {
            cmb_session_take_pong(session, cmb_text_of(outgoing->text));
            continue;
        }
        channel_send(channel, (struct frame){ outgoing->text, outgoing->length });
        outgoing->text = NULL;
    }
    cmb_session_drain(session);
}

static void say(const struct cmb_template *message)
{
    (void)practice_feed_say(&scene.feed, scene.topic, message, scene.run->symbol, NULL);
}

/* ---- the feeder's part ---- */

/* What the exchange answers to a request for the book, as it is or as it was so many moves ago.  A
 * state with a level that only the stream told of is none that both agree about. */
static char *fetch_snapshot(uint64_t moves)
{
    const struct cmb_engine_past *past = cmb_change_past(scene.market, moves);
    uint64_t number = past ? past->sequence : scene.market->sequence;
    if (!number || truth_had_extra(&scene.truth, (int64_t)number))
        return NULL;
    scene.feed.practice.engine->moves_back = moves;
    char *body = practice_feed_fetch(&scene.feed, scene.run->path);
    scene.feed.practice.engine->moves_back = 0;
    return body;
}

static void give_snapshot(char *body)
{
    char url[128];
    snprintf(url, sizeof url, "https://127.0.0.1:1%s", scene.run->path);
    if (body && cmb_stream_feed_snapshot(scene.feed.stream, cmb_text_of(url), cmb_text_of(body),
                                         cmb_clock_monotonic_ns(&scene.feed.clock),
                                         &scene.feed.error) != CAMBIST_OK)
        scene.wrong = "a snapshot that no book wants";
    free(body);
    check();
}

/* The exchange looks at its book when it is asked; what it saw comes later. */
static void ask_snapshot(void)
{
    uint64_t moves = 0;
    if (strikes(OLD_SNAPSHOT))
        moves = cmb_fault_moves(CMB_FAULT_OLD_SNAPSHOT);
    else if (strikes(FAR_BEHIND))
        moves = cmb_fault_moves(CMB_FAULT_FAR_BEHIND);
    free(scene.answer);
    scene.answer = fetch_snapshot(moves);
    if (scene.answer && moves)
        scene.channel.done[moves == UINT64_MAX ? FAR_BEHIND : OLD_SNAPSHOT]++;
}

/* Asks as the book says, and takes an answer that does not come for lost. */
static void ask(void)
{
    bool is_refresh = scene.run->path && pick(500) == 0;
    bool is_needed = cmb_book_need(book()) != CMB_BOOK_NEEDS_NOTHING;
    if (!is_needed && !scene.answer_at)
        scene.asked_at = 0;
    if ((!is_needed && !is_refresh) ||
        (scene.asked_at && scene.step - scene.asked_at <= WAITING_MOST))
        return;
    scene.asked_at = scene.step;
    scene.answer_at = scene.step + 1 + (int64_t)pick(20);
    if (scene.run->path)
        ask_snapshot();
    if (strikes(UNANSWERED)) {
        scene.channel.done[UNANSWERED]++;
        scene.answer_at = 0;
    }
}

static bool is_answer_due(void)
{
    if (!scene.answer_at || scene.step < scene.answer_at)
        return false;
    scene.answer_at = 0;
    return true;
}

/* Where a book is sent, the answer is a new subscription. */
static void subscribe_anew(void)
{
    const struct cmb_dialect *dialect = scene.line->dialect;
    if (scene.run->path || !is_answer_due())
        return;
    strike(OLD_SNAPSHOT, "old-snapshot");
    strike(FAR_BEHIND, "far-behind");
    say(&dialect->unsubscribe);
    say(&dialect->subscribe);
}

static void answer(void)
{
    char *body = scene.answer;
    if (!scene.run->path || !is_answer_due())
        return;
    scene.answer = NULL;
    scene.asked_at = 0;
    give_snapshot(body);
}

/* A snapshot of what the stream has not told yet. */
static void answer_ahead(void)
{
    if (cmb_book_need(book()) != CMB_BOOK_NEEDS_SNAPSHOT || !strikes(AHEAD))
        return;
    scene.channel.done[AHEAD]++;
    truth_remember(&scene.truth, scene.market, scene.feed.practice.engine->now_ns, NULL);
    give_snapshot(fetch_snapshot(0));
}

static void go_online(void)
{
    practice_feed_connect(&scene.feed, scene.topic, NULL);
    scene.line->state = CMB_LINE_READY;
    say(&scene.line->dialect->subscribe);
}

/* A new connection repeats nothing of the old one. */
static void disconnect(void)
{
    channel_clear(&scene.channel);
    scene.asked_at = scene.answer_at = 0;
    scene.channel.done[DISCONNECTED]++;
    cmb_line_break(scene.line, CAMBIST_UNAVAILABLE, "lost");
    check();
    go_online();
}

/* Another connection takes over; both tell until it has.  What a fault has put into the book is told
 * of by one connection and taken back by the same: then not. */
static void hand_over(void)
{
    const struct cmb_session *session = &scene.feed.session;
    if (session->subscription_count && session->subscriptions[0]->has_extra[CMB_VIEW_BIDS])
        return;
    scene.old_session = scene.feed.session;
    scene.feed.session = (struct cmb_session){ 0 };
    scene.old_channel = scene.channel;
    for (size_t i = 0; i < CHANNEL_KEPT; i++)
        scene.channel.kept[i] = (struct frame){ 0 };
    scene.channel.count = scene.channel.kept_count = 0;
    scene.channel.is_swapping = false;
    scene.channel.done[HANDED_OVER]++;
    cmb_line_hand_over(scene.line);
    scene.old_line = scene.line;
    scene.line = scene.line->heir;
    CU_ASSERT_FATAL(scene.line != NULL);
    go_online();
}

static void end_hand_over(void)
{
    if (!scene.old_line || cmb_seat_of(scene.subscription)->line != scene.line)
        return;
    scene.old_line = NULL; /* the core lets go of it */
    cmb_session_close(&scene.old_session);
    channel_clear(&scene.old_channel);
}

static void fall_silent(void)
{
    struct cambist_error error = { .status = CAMBIST_STALE };
    scene.channel.done[SILENT]++;
    cmb_book_mark_stale(book());
    cmb_deliver_state(scene.subscription, CAMBIST_WATCH_STALE, &error);
    check();
}

static void disturb(void)
{
    if (!scene.old_line && strikes(DISCONNECTED))
        disconnect();
    if (!scene.old_line && strikes(HANDED_OVER))
        hand_over();
    if (is_live() && strikes(SILENT))
        fall_silent();
    if (strikes(DELAYED))
        channel_change_lag(&scene.channel);
    if (pick(50) == 0) { /* the core looks after its books once a second */
        (void)cmb_loop_run_once(scene.feed.loop, 0);
        check();
    }
}

/* ---- runs ---- */

static void step(void)
{
    scene.step++;
    turn();
    answer_ahead();
    if (!scene.old_line)
        strike_update();
    subscribe_anew();
    if (scene.old_line)
        tell(&scene.old_session, &scene.old_channel);
    tell(&scene.feed.session, &scene.channel);
    deliver(&scene.old_channel, scene.old_line);
    deliver(&scene.channel, scene.line);
    end_hand_over();
    ask();
    answer();
    disturb();
    scene.live += is_live();
    scene.not_live = is_live() ? 0 : scene.not_live + 1;
    if (scene.not_live > scene.not_live_longest)
        scene.not_live_longest = scene.not_live;
    if (scene.not_live > NOT_LIVE_MOST)
        scene.wrong = "not live again for too long";
}

static const struct cmb_channel *find_channel(const struct cmb_plugin *plugin, uint32_t kind)
{
    for (uint32_t i = 0; i < plugin->channel_count; i++)
        if (plugin->channels[i].book &&
            (!plugin->channels[i].row->kinds || (plugin->channels[i].row->kinds & kind)))
            return &plugin->channels[i];
    return NULL;
}

static void open_scene(const struct run *run, uint64_t seed)
{
    struct practice_feed *feed = &scene.feed;
    memset(&scene, 0, sizeof scene);
    scene.run = run;
    practice_feed_open(feed, run->plugin);
    scene.channel = (struct damaged_channel){ .book = run->book, .truth = &scene.truth };
    cmb_random_init_seeded(&scene.channel.random, seed);
    cmb_random_init_seeded(&feed->practice.engine->random, seed + 1);
    cmb_stream_observe(feed->stream, on_event, NULL);
    scene.topic = find_channel(feed->plugin, run->kind);
    scene.market_number = cmb_engine_find_market(cmb_text_of(run->symbol));
    CU_ASSERT_FATAL(scene.topic != NULL && scene.market_number >= 0);
    scene.market = &feed->practice.engine->markets[scene.market_number];
    truth_remember(&scene.truth, scene.market, feed->practice.engine->now_ns, NULL);
    const struct cambist_market *market =
        cmb_markets_find(feed->client->markets, cmb_text_of(run->symbol), run->kind);
    scene.subscription =
        cmb_subscription_new(feed->stream, scene.topic, market, (struct cmb_text){ 0 });
    scene.line = cmb_line_new(feed->stream, &feed->plugin->dialects[scene.topic->dialect]);
    CU_ASSERT_FATAL(market && scene.subscription && scene.line);
    cmb_seat_take(&scene.subscription->seats[0], scene.line);
    cmb_book_set_crossed_most(book(), CROSSED_MOST_MS * 1000000);
    go_online();
}

static void close_scene(void)
{
    channel_clear(&scene.channel);
    channel_clear(&scene.old_channel);
    cmb_session_close(&scene.old_session);
    free(scene.answer);
    practice_feed_close(&scene.feed);
}

static void print(uint64_t seed)
{
    struct cmb_book_counts counts;
    cmb_book_count(book(), &counts);
    printf("\n    %s, seed %" PRIu64 ": %" PRId64 " updates in %" PRId64
           " steps, live %.1f %%, longest not live %" PRId64 "\n      done:",
           scene.run->name, seed, scene.updates, scene.step,
           100.0 * (double)scene.live / (double)scene.step, scene.not_live_longest);
    for (int i = 0; i < DAMAGE_KINDS; i++)
        if (damages[i].books & scene.run->book)
            printf(" %s %" PRId64 ",", damages[i].text, scene.channel.done[i]);
    printf("\n      broken:");
    for (int i = 1; i < CMB_BOOK_REASONS; i++)
        if (counts.broken[i])
            printf(" %s %" PRIu64 ",", cmb_book_reason_name((enum cmb_book_reason)i),
                   counts.broken[i]);
    printf(" live again %" PRIu64, counts.resyncs);
}

/* What holds over a whole run, besides every moment. */
static void check_counts(void)
{
    struct cmb_book_counts counts;
    cmb_book_count(book(), &counts);
    uint32_t of = scene.run->book;
    for (int i = 0; i < DAMAGE_KINDS; i++)
        if ((damages[i].books & of) && scene.channel.done[i] <= updates_wanted / 10000)
            scene.wrong = damages[i].text; /* hardly ever happened: nothing is shown */
    if (counts.broken[CMB_BOOK_DIFFERS] || counts.broken[CMB_BOOK_GARBLED])
        scene.wrong = "broken for a reason that there was not";
    if (!counts.broken[CMB_BOOK_UNREADABLE] || !counts.unknown_removed ||
        (of != KRAKEN && !counts.broken[CMB_BOOK_GAP]) ||
        ((of & CHECKED) && !counts.broken[CMB_BOOK_CHECKSUM]) ||
        ((of & ASKED) && !counts.broken[CMB_BOOK_REGRESSED]))
        scene.wrong = "damage that was never noticed";
    if (scene.live * 2 < scene.step)
        scene.wrong = "live for less than half of the time";
}

static void run_once(const struct run *run, uint64_t seed)
{
    open_scene(run, seed);
    while (scene.updates < updates_wanted && !scene.wrong)
        step();
    if (!scene.wrong)
        check_counts();
    print(seed);
    if (scene.wrong)
        printf("\n    WRONG: %s, seed %" PRIu64 ", step %" PRId64 ": %s; replay with "
               "test_simulator_stream_damage %" PRIu64 " %" PRId64 "\n",
               run->name, seed, scene.step, scene.wrong, seed, updates_wanted);
    CU_ASSERT(!scene.wrong);
    close_scene();
}

static void run_seeds(const char *name)
{
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        for (uint64_t seed = first_seed; !strcmp(runs[i].name, name) && seed <= last_seed; seed++)
            run_once(&runs[i], seed);
}

static void binance_spot(void) { run_seeds("binance spot"); }
static void binance_usdm(void) { run_seeds("binance usd-m"); }
static void okx(void) { run_seeds("okx"); }
static void okx_bare(void) { run_seeds("okx, no checksums"); }
static void kraken(void) { run_seeds("kraken"); }
static void coinbase(void) { run_seeds("coinbase"); }

static void take_arguments(int argc, char **argv)
{
    if (argc > 1)
        first_seed = last_seed = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        updates_wanted = strtoll(argv[2], NULL, 10);
}

TEST_SUITE_WITH(take_arguments, "simulator/stream_damage",
                { "ranges and asked-for snapshots", binance_spot },
                { "ranges that name the one before", binance_usdm },
                { "a chain that names the one before, and a checksum", okx },
                { "the same chain without checksums", okx_bare },
                { "a checksum and nothing else", kraken },
                { "numbers of a whole connection", coinbase })
