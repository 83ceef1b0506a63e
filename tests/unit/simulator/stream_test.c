/* Does a practice exchange tell over streams what the tables say and the engine did? */
#include "support/practice_feed.h"

static const char *const plugins[] = { "binance", "kraken", "okx", "coinbase" };
enum { PLUGINS = sizeof plugins / sizeof *plugins };

static struct practice_feed feed;

/* ---- helpers ---- */

static const char *symbol_for(const struct cmb_channel *channel)
{
    uint32_t kinds = channel->row->kinds;
    if (channel->topic == CAMBIST_TOPIC_watch_positions)
        return "BTC/USDT:USDT";
    return !kinds || (kinds & CAMBIST_KIND_SPOT) ? "BTC/USDT" : "BTC/USDT:USDT";
}

static const struct cmb_channel *find_channel(uint32_t topic)
{
    for (uint32_t i = 0; i < feed.plugin->channel_count; i++)
        if (feed.plugin->channels[i].topic == topic)
            return &feed.plugin->channels[i];
    return NULL;
}

static const struct cmb_dialect *dialect_of(const struct cmb_channel *channel)
{
    return &feed.plugin->dialects[channel->dialect];
}

/* Connects, logs in where there is a login, subscribes where there is a name. */
static void subscribe(const struct cmb_channel *channel, const char *symbol)
{
    const struct cmb_dialect *dialect = dialect_of(channel);
    const char *token = dialect->row->needs_token
                            ? cmb_practice_new_token(&feed.practice,
                                                     cmb_clock_wall_ns(&feed.clock))
                            : NULL;
    practice_feed_connect(&feed, channel, token);
    if (dialect->login.count)
        (void)practice_feed_say(&feed, channel, &dialect->login, symbol, token);
    practice_feed_hear(&feed);
    if (channel->row->name && dialect->subscribe.count)
        (void)practice_feed_say(&feed, channel, &dialect->subscribe, symbol, token);
    practice_feed_hear(&feed);
}

static int order_at(const char *symbol, int64_t per_cent, struct cmb_engine_order **ret)
{
    struct cmb_engine *engine = feed.practice.engine;
    int market = cmb_engine_find_market(cmb_text_of(symbol));
    return cmb_engine_submit(engine, CMB_CUSTOMER, &(struct cmb_engine_intent){
        .market = market, .side = CAMBIST_SIDE_BUY, .type = CAMBIST_TYPE_LIMIT,
        .time_in_force = CAMBIST_TIME_IN_FORCE_GTC, .amount = 10,
        .price = engine->markets[market].middle * per_cent / 100 }, ret, &feed.error);
}

/* ---- every row ---- */

static void tell_something(const struct cmb_channel *channel)
{
    struct cmb_engine_order *order;
    if (cmb_topic_is_private(channel->topic)) {
        CU_ASSERT(order_at(symbol_for(channel), 50, &order) == CAMBIST_OK);
        CU_ASSERT(order_at(symbol_for(channel), 110, &order) == CAMBIST_OK);
    }
    for (int i = 0; i < 40; i++)
        practice_feed_turn(&feed, 200);
}

static void check_row(const struct cmb_channel *channel)
{
    bool has_row_before = false; /* which is what comes unasked */
    for (const struct cmb_channel *other = feed.plugin->channels; other < channel; other++)
        has_row_before |= !channel->row->name && other->topic == channel->topic &&
                          other->dialect == channel->dialect;
    if (has_row_before || (channel->row->kinds & CAMBIST_KIND_FUTURE && !channel->row->name &&
                           !(channel->row->kinds & CAMBIST_KIND_SWAP)))
        return;
    feed.data = feed.notices = feed.others = feed.records = 0;
    feed.means = CAMBIST_NOTICE;
    subscribe(channel, symbol_for(channel));
    if (channel->row->name)
        CU_ASSERT(feed.means == CAMBIST_ACKNOWLEDGES);
    bool is_subscribed = feed.session.subscription_count > 0;
    tell_something(channel);
    bool is_good = is_subscribed && feed.data > 0 && feed.others == 0;
    if (!is_good)
        printf("\n    %s %s: %d data, %d notices, %d unknown, %u subscriptions; last %.200s",
               feed.plugin->name.at, channel->row->topic, feed.data, feed.notices, feed.others,
               feed.session.subscription_count, feed.last);
    CU_ASSERT(is_good);
    CU_ASSERT(feed.records > 0 || channel->book);
}

static void every_row_is_acknowledged_and_told(void)
{
    for (int p = 0; p < PLUGINS; p++) {
        practice_feed_open(&feed, plugins[p]);
        for (uint32_t i = 0; i < feed.plugin->channel_count; i++)
            if (!(feed.plugin->channels[i].row->kinds == CAMBIST_KIND_FUTURE) &&
                !(feed.plugin->channels[i].topic == CAMBIST_TOPIC_watch_positions &&
                  !strcmp(plugins[p], "coinbase"))) /* no swaps are listed there */
                check_row(&feed.plugin->channels[i]);
        practice_feed_close(&feed);
    }
}

/* ---- books ---- */

static void ask_snapshot(const struct cmb_channel *channel, const char *symbol)
{
    struct cmb_subscription *subscription = TAILQ_FIRST(&feed.stream->subscriptions);
    struct cambist_order_book book;
    if (!channel->book->snapshot_limit)
        return;
    cmb_session_start_call(&feed.session, channel);
    cmb_record_book(feed.practice.call, feed.practice.engine,
                    cmb_engine_find_market(cmb_text_of(symbol)), 1000, &book);
    CU_ASSERT_FATAL(subscription != NULL);
    CU_ASSERT(cmb_book_take_snapshot(subscription, &book,
                                     cmb_clock_monotonic_ns(&feed.clock), NULL) == CAMBIST_OK);
}

/* The client's side at the engine's scales. */
static bool is_equal_side(const struct cmb_book_view *view, const struct cmb_scaled_level *own,
                          size_t count, const struct cmb_engine_side *side,
                          const struct cmb_engine_rules *rules)
{
    struct cmb_engine_level levels[32];
    size_t told = cmb_change_levels(side, 10, levels);
    bool is_equal = count >= told;
    int64_t price_unit = 1, amount_unit = 1;
    for (unsigned i = rules->price_scale; i < view->price_scale; i++)
        price_unit *= 10;
    for (unsigned i = rules->amount_scale; i < view->amount_scale; i++)
        amount_unit *= 10;
    for (size_t i = 0; is_equal && i < told; i++)
        is_equal = own[i].price == levels[i].price * price_unit &&
                   own[i].amount == levels[i].amount * amount_unit;
    return is_equal;
}

static bool is_engines_book(const char *symbol)
{
    struct cmb_subscription *subscription = TAILQ_FIRST(&feed.stream->subscriptions);
    const struct cmb_engine_market *market =
        &feed.practice.engine->markets[cmb_engine_find_market(cmb_text_of(symbol))];
    struct cmb_scaled_level bids[10], asks[10];
    struct cmb_book_view view = { .bids = bids, .asks = asks };
    return subscription && subscription->feed &&
           cmb_book_read(subscription->feed->book, 10, 0, &view) &&
           is_equal_side(&view, bids, view.bid_count, &market->bids, market->rules) &&
           is_equal_side(&view, asks, view.ask_count, &market->asks, market->rules);
}

/* With trades, and orders of the customer's own that come and go. */
static void follow_book(const struct cmb_channel *channel, const char *symbol)
{
    struct cmb_engine_order *order = NULL;
    subscribe(channel, symbol);
    practice_feed_turn(&feed, 200);
    practice_feed_turn(&feed, 200);
    ask_snapshot(channel, symbol);
    int equal = 0;
    for (int i = 0; i < 100; i++) {
        if (i % 7 == 3)
            CU_ASSERT(order_at(symbol, 99, &order) == CAMBIST_OK);
        if (i % 7 == 5 && order->state == CAMBIST_STATE_OPEN)
            CU_ASSERT(cmb_engine_cancel(feed.practice.engine, order, &feed.error) == CAMBIST_OK);
        practice_feed_turn(&feed, i % 3 ? 200 : 50);
        equal += is_engines_book(symbol);
    }
    if (equal != 100)
        printf("\n    %s %s: equal %d of 100; last %.300s", feed.plugin->name.at, symbol, equal,
               feed.last);
    ASSERT_NUMBER(equal, 100);
}

static void books_equal_the_engines_at_every_update(void)
{
    for (int p = 0; p < PLUGINS; p++) {
        practice_feed_open(&feed, plugins[p]);
        uint32_t count = feed.plugin->channel_count;
        practice_feed_close(&feed);
        for (uint32_t i = 0; i < count; i++) {
            practice_feed_open(&feed, plugins[p]);
            const struct cmb_channel *channel = &feed.plugin->channels[i];
            if (channel->book)
                follow_book(channel, symbol_for(channel));
            practice_feed_close(&feed);
        }
    }
}

static void a_snapshot_of_rest_joins_later_updates(void)
{
    practice_feed_open(&feed, "binance");
    const struct cmb_channel *channel = find_channel(CAMBIST_TOPIC_watch_order_book);
    subscribe(channel, "BTC/USDT");
    for (int i = 0; i < 10; i++)
        practice_feed_turn(&feed, 200);
    cmb_clock_turn(&feed.clock, 200 * 1000000ll);
    cmb_engine_turn(feed.practice.engine, cmb_clock_wall_ns(&feed.clock));
    ask_snapshot(channel, "BTC/USDT"); /* ahead of what was told */
    practice_feed_turn(&feed, 0);
    practice_feed_turn(&feed, 200);
    CU_ASSERT(is_engines_book("BTC/USDT"));
    practice_feed_close(&feed);
}

/* ---- refusals ---- */

static void unknown_markets_and_channels_are_refused(void)
{
    static const struct { const char *plugin, *message; } rows[] = {
        { "okx", "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"books\",\"instId\":\"NO-PE\"}]}" },
        { "okx", "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"tea\",\"instId\":\"BTC-USDT\"}]}" },
        { "kraken", "{\"method\":\"subscribe\",\"params\":{\"channel\":\"book\",\"symbol\":"
                    "[\"NO/PE\"]},\"req_id\":3}" },
        { "kraken", "{\"method\":\"subscribe\",\"params\":{\"channel\":\"tea\",\"symbol\":"
                    "[\"BTC/USDT\"]},\"req_id\":3}" },
        { "coinbase", "{\"type\":\"subscribe\",\"product_ids\":[\"NO-PE\"],\"channel\":\"level2\"}" },
        { "binance", "{\"method\":\"SUBSCRIBE\",\"params\":[\"nope@depth@100ms\"],\"id\":1}" },
        { "binance", "{\"method\":\"TEA\",\"id\":1}" },
        { "okx", "certainly no JSON" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        practice_feed_open(&feed, rows[i].plugin);
        practice_feed_connect(&feed, find_channel(CAMBIST_TOPIC_watch_order_book), NULL);
        feed.means = CAMBIST_NOTICE;
        cmb_session_take(&feed.session, cmb_text_of(rows[i].message));
        practice_feed_hear(&feed);
        if (feed.means != CAMBIST_REFUSES)
            printf("\n    %s: %s", rows[i].message, feed.last);
        CU_ASSERT(feed.means == CAMBIST_REFUSES);
        ASSERT_NUMBER(feed.session.subscription_count, 0);
        practice_feed_close(&feed);
    }
}

static void messages_of_other_programs_are_understood(void)
{
    static const struct { const char *plugin, *target, *message; } rows[] = {
        { "binance", "/stream/ws/12",
          "{\"id\":1,\"params\":[\"btcusdt@miniTicker\",\"ethusdt@trade\"],\"method\":\"SUBSCRIBE\"}" },
        { "binance", "/public/ws/3",
          "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth@100ms\"],\"id\":1}" },
        { "kraken", "/v2", "{\"req_id\":4,\"method\":\"subscribe\",\"params\":{\"symbol\":"
                           "[\"BTC/USDT\"],\"channel\":\"book\",\"depth\":25}}" },
        { "okx", "/ws/v5/public", "{\"args\":[{\"instId\":\"BTC-USDT\",\"channel\":\"trades\"}],"
                                  "\"op\":\"subscribe\"}" },
        { "coinbase", "/", "{\"channel\":\"level2\",\"product_ids\":[\"BTCUSDT\"],"
                           "\"type\":\"subscribe\",\"more\":{\"a\":[1]}}" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        practice_feed_open(&feed, rows[i].plugin);
        CU_ASSERT_FATAL(cmb_session_open(&feed.session, &feed.practice, &feed.faults, 0,
                                         cmb_text_of(rows[i].target),
                                         cmb_clock_wall_ns(&feed.clock)));
        cmb_session_take(&feed.session, cmb_text_of(rows[i].message));
        practice_feed_hear(&feed);
        if (feed.means != CAMBIST_ACKNOWLEDGES)
            printf("\n    %s: %s", rows[i].message, feed.last);
        CU_ASSERT(feed.means == CAMBIST_ACKNOWLEDGES);
        CU_ASSERT(feed.session.subscription_count > 0);
        practice_feed_close(&feed);
    }
}

static void what_is_unsubscribed_from_is_silent(void)
{
    for (int p = 0; p < PLUGINS; p++) {
        practice_feed_open(&feed, plugins[p]);
        const struct cmb_channel *channel = find_channel(CAMBIST_TOPIC_watch_order_book);
        subscribe(channel, "BTC/USDT");
        practice_feed_turn(&feed, 200);
        practice_feed_turn(&feed, 200);
        CU_ASSERT(feed.data > 0);
        (void)practice_feed_say(&feed, channel, &dialect_of(channel)->unsubscribe, "BTC/USDT",
                                NULL);
        practice_feed_hear(&feed);
        CU_ASSERT(feed.means != CAMBIST_REFUSES);
        feed.data = 0;
        practice_feed_turn(&feed, 200);
        ASSERT_NUMBER(feed.data, 0);
        ASSERT_NUMBER(feed.session.subscription_count, 0);
        practice_feed_close(&feed);
    }
}

/* Every beginning of a good message, and it with each of its bytes turned. */
static void damaged_messages_do_no_harm(void)
{
    for (int p = 0; p < PLUGINS; p++) {
        char text[512];
        practice_feed_open(&feed, plugins[p]);
        const struct cmb_channel *channel = find_channel(CAMBIST_TOPIC_watch_order_book);
        practice_feed_connect(&feed, channel, NULL);
        struct cmb_text message = practice_feed_say(&feed, channel, &dialect_of(channel)->subscribe,
                                                    "BTC/USDT", NULL);
        CU_ASSERT_FATAL(message.length < sizeof text);
        cmb_session_drain(&feed.session);
        for (size_t i = 0; i < message.length; i++) {
            cmb_session_take(&feed.session, (struct cmb_text){ message.at, i });
            CU_ASSERT(feed.session.outgoing_count == 1); /* each is refused */
            cmb_session_drain(&feed.session);
            memcpy(text, message.at, message.length);
            text[i] ^= 0x10;
            cmb_session_take(&feed.session, (struct cmb_text){ text, message.length });
            cmb_session_drain(&feed.session);
        }
        practice_feed_close(&feed);
    }
}

static void a_path_without_a_stream_has_none(void)
{
    practice_feed_open(&feed, "okx");
    CU_ASSERT(!cmb_session_open(&feed.session, &feed.practice, &feed.faults, 0,
                                CMB_TEXT("/api/v5/market/books"), TEST_PRACTICE_NOW_NS));
    practice_feed_close(&feed);
}

/* ---- who may ---- */

static void private_channels_need_proof(void)
{
    for (int p = 0; p < PLUGINS; p++) {
        practice_feed_open(&feed, plugins[p]);
        const struct cmb_channel *channel = find_channel(CAMBIST_TOPIC_watch_orders);
        const struct cmb_dialect *dialect = dialect_of(channel);
        struct cmb_engine_order *order;
        practice_feed_connect(&feed, channel, "no such token");
        feed.means = CAMBIST_NOTICE;
        practice_feed_start_call(&feed, channel, NULL, "no such token");
        if (channel->row->name && !dialect->login.count)
            (void)practice_feed_say(&feed, channel, &dialect->subscribe, NULL, "no such token");
        if (channel->row->name && !dialect->login.count)
            CU_ASSERT(feed.session.outgoing_count == 1);
        CU_ASSERT(order_at(symbol_for(channel), 50, &order) == CAMBIST_OK);
        practice_feed_turn(&feed, 200);
        ASSERT_NUMBER(feed.data, 0);
        CU_ASSERT(!feed.session.is_logged_in);
        practice_feed_close(&feed);
    }
}

static void a_wrong_signature_is_refused(void)
{
    practice_feed_open(&feed, "okx");
    const struct cmb_channel *channel = find_channel(CAMBIST_TOPIC_watch_orders);
    char message[600];
    practice_feed_connect(&feed, channel, NULL);
    snprintf(message, sizeof message, "{\"op\":\"login\",\"args\":[{\"apiKey\":\"%s\","
             "\"passphrase\":\"%s\",\"timestamp\":\"%lld\",\"sign\":\"bm90IHNpZ25lZA==\"}]}",
             feed.practice.credentials[0], feed.practice.credentials[2],
             (long long)(TEST_PRACTICE_NOW_NS / 1000000000));
    cmb_session_take(&feed.session, cmb_text_of(message));
    practice_feed_hear(&feed);
    ASSERT_NUMBER(feed.means, CAMBIST_REFUSES);
    CU_ASSERT(!feed.session.is_logged_in);
    (void)practice_feed_say(&feed, channel, &dialect_of(channel)->login, "BTC/USDT", NULL);
    practice_feed_hear(&feed);
    ASSERT_NUMBER(feed.means, CAMBIST_LOGGED_IN);
    CU_ASSERT(feed.session.is_logged_in);
    practice_feed_close(&feed);
}

/* The USD-M stream of Binance lives on a listen key. */
static void a_token_dies_and_can_be_kept(void)
{
    practice_feed_open(&feed, "binance");
    const struct cmb_channel *channel = NULL;
    struct cmb_engine_order *order;
    for (uint32_t i = 0; i < feed.plugin->channel_count && !channel; i++)
        if (feed.plugin->channels[i].topic == CAMBIST_TOPIC_watch_orders &&
            dialect_of(&feed.plugin->channels[i])->row->needs_token)
            channel = &feed.plugin->channels[i];
    CU_ASSERT_FATAL(channel != NULL);
    subscribe(channel, NULL);
    practice_feed_turn(&feed, 50 * 60 * 1000);
    cmb_practice_renew_tokens(&feed.practice, cmb_clock_wall_ns(&feed.clock));
    practice_feed_turn(&feed, 50 * 60 * 1000);
    CU_ASSERT(order_at("BTC/USDT:USDT", 50, &order) == CAMBIST_OK);
    practice_feed_turn(&feed, 200);
    CU_ASSERT(feed.data > 0);
    practice_feed_turn(&feed, 61 * 60 * 1000);
    feed.data = 0;
    CU_ASSERT(order_at("BTC/USDT:USDT", 50, &order) == CAMBIST_OK);
    practice_feed_turn(&feed, 200);
    ASSERT_NUMBER(feed.data, 0);
    CU_ASSERT(!feed.session.is_over); /* it is silent, not cut */
    practice_feed_close(&feed);
}

TEST_SUITE("simulator/stream",
           { "every row is acknowledged and told", every_row_is_acknowledged_and_told },
           { "books equal the engine's at every update",
             books_equal_the_engines_at_every_update },
           { "a snapshot of REST joins later updates", a_snapshot_of_rest_joins_later_updates },
           { "unknown markets and channels are refused",
             unknown_markets_and_channels_are_refused },
           { "messages of other programs are understood",
             messages_of_other_programs_are_understood },
           { "what is unsubscribed from is silent", what_is_unsubscribed_from_is_silent },
           { "damaged messages do no harm", damaged_messages_do_no_harm },
           { "a path without a stream has none", a_path_without_a_stream_has_none },
           { "private channels need proof", private_channels_need_proof },
           { "a wrong signature is refused", a_wrong_signature_is_refused },
           { "a token dies and can be kept", a_token_dies_and_can_be_kept })
