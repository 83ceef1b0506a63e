/* support/stream_exchange.h - a made-up exchange whose streams do what a test tells them.
 *
 * Tables that use the words of the contract about streams, a server of WebSockets and of requests
 * on loopback (plain: TLS has tests of its own), and a stream whose clock the test turns.  What the
 * client says is kept in `heard`; what the server should say by itself is put into `pending`. */
#ifndef TEST_SUPPORT_STREAM_EXCHANGE_H
#define TEST_SUPPORT_STREAM_EXCHANGE_H

#include "stream/way.h"
#include "support/test_exchange.h"
#include "support/websocket_server.h"

#include <sched.h>

enum { TEST_HEARD_MOST = 512, TEST_HEARD_BYTES = 400 };

/* ---- the exchange ---- */

static const struct cambist_server test_stream_servers[] = {
    { "rest", "https://api.example.com", NULL },
    { "stream", "wss://stream.example.com/v1", NULL },
    { "private", "wss://private.example.com/v1", NULL },
};
static const struct cambist_credential test_stream_credentials[] = {
    { "key", "the key", CAMBIST_SENT }, { "secret", "the secret", CAMBIST_SECRET },
};
static const struct cambist_limit test_stream_limits[] = {
    { "connections", CAMBIST_PER_ADDRESS, CAMBIST_FIXED_WINDOW, 20, 60000 },
};
static const struct cambist_derived test_stream_derived[] = {
    { "login", "{time_s}{key}", CAMBIST_HMAC_SHA256, CAMBIST_AS_HEX, "secret" },
};
static const struct cambist_word test_stream_words[] = {
    { "whole", "true", "snapshot" }, { "whole", "false", "update" },
    { "side", "buy", "B" }, { "side", "sell", "S" },
    { "state", "open", "new" }, { "state", "closed", "filled" },
};

static const struct cambist_dialect test_stream_dialects[] = {
    { "stream", "/ws", .subscribe = "{{\"op\":\"sub\",\"args\":[{topics}],\"id\":{number}}}",
      .unsubscribe = "{{\"op\":\"unsub\",\"args\":[{topics}],\"id\":{number}}}",
      .topics_per_message = 3, .topics_per_connection = 4, .quiet_ms = 20000,
      .life_ms = 3600000, .connects = "connections", .handle = "h" },
    { "private", "/own?token={token}", .needs_token = 1, .token_life_ms = 600000,
      .login = "{{\"op\":\"login\",\"key\":\"{key}\",\"sign\":\"{login}\"}}",
      .subscribe = "{{\"op\":\"sub\",\"args\":[{topics}],\"id\":{number}}}",
      .connects = "connections" },
};
static const struct cambist_book_rule test_stream_rules[] = {
    { "asked", CAMBIST_BOOK_RANGE, .snapshot_limit = 100 },
    { "sent", CAMBIST_BOOK_PREVIOUS },
};
static const struct cambist_field test_stream_change_fields[] = {
    { "symbol", "s" }, { "whole", "k", .words = "whole" }, { "first_sequence", "f" },
    { "sequence", "n" }, { "previous_sequence", "p" }, { "bids", "b" }, { "asks", "a" },
};
static const struct cambist_field test_stream_trade_fields[] = {
    { "symbol", "/s" }, { "id", "i" }, { "price", "p" }, { "amount", "q" }, { "side", "d" },
};
static const struct cambist_field test_stream_ticker_fields[] = {
    { "symbol", "s" }, { "last", "l" },
};
/* Whose it is, only the number `h` tells, which the acknowledgement gave. */
static const struct cambist_field test_stream_best_fields[] = {
    { "bid", "best.0" }, { "ask", "best.1" },
};
static const struct cambist_field test_stream_order_fields[] = {
    { "symbol", "s" }, { "id", "i" }, { "state", "x" },
};
static const struct cambist_channel test_stream_channels[] = {
    { "watch_trades", "stream", .name = "\"trade.{market}\"", .frames = "e=trade", .rows = "d[]",
      .fields = CAMBIST_TABLE(test_stream_trade_fields) },
    { "watch_ticker", "stream", .name = "\"tick.{market}\"", .frames = "e=tick",
      .stale_ms = 5000, .fields = CAMBIST_TABLE(test_stream_ticker_fields) },
    { "watch_bids_asks", "stream", .name = "\"best.{market}\"", .frames = "best",
      .fields = CAMBIST_TABLE(test_stream_best_fields) },
    { "watch_order_book", "stream", .name = "\"book.{market}\"", .frames = "e=book",
      .book = "asked", .kinds = CAMBIST_KIND_SPOT,
      .fields = CAMBIST_TABLE(test_stream_change_fields) },
    { "watch_order_book", "stream", .name = "\"chain.{market}\"", .frames = "e=chain",
      .book = "sent", .kinds = CAMBIST_KIND_SWAP, .stale_ms = 5000,
      .fields = CAMBIST_TABLE(test_stream_change_fields) },
    { "watch_orders", "private", .name = "\"orders\"", .access = CAMBIST_SIGNED,
      .frames = "e=order", .fields = CAMBIST_TABLE(test_stream_order_fields) },
};
static const struct cambist_signal test_stream_signals[] = {
    { "ok", CAMBIST_ACKNOWLEDGES, .number = "ok", .handle = "gives" },
    { "no", CAMBIST_REFUSES, .number = "no", .code = "code", .message = "why" },
    { "in", CAMBIST_LOGGED_IN },
    { "ask", CAMBIST_ASKS, .number = "ask", .answer = "{{\"answer\":{number}}}" },
    { "bye", CAMBIST_GOES_AWAY },
    { "heartbeat" },
};
static const struct cambist_field test_stream_book_fields[] = {
    { "bids", "bids" }, { "asks", "asks" }, { "sequence", "n" },
};
static const struct cambist_field test_stream_key_fields[] = { { "token", "token" } };
static const struct cambist_parameter test_stream_book_parameters[] = {
    { "market", "{market}" }, { "limit", "{limit}" },
};
static const struct cambist_endpoint test_stream_endpoints[] = {
    { "fetch_order_book", "GET /book", .parameters = CAMBIST_TABLE(test_stream_book_parameters),
      .fields = CAMBIST_TABLE(test_stream_book_fields) },
    { "open_stream", "POST /token", .fields = CAMBIST_TABLE(test_stream_key_fields) },
    { "keep_stream", "PUT /token", .fields = CAMBIST_TABLE(test_stream_key_fields) },
};

#define TEST_STREAM_TABLES                                                                         \
    {                                                                                              \
        .magic = CAMBIST_PLUGIN_MAGIC, .abi_major = CAMBIST_ABI_MAJOR,                             \
        .abi_minor = CAMBIST_ABI_MINOR, .size = sizeof(struct cambist_plugin), .name = "feed",     \
        .body = CAMBIST_FORM, .servers = CAMBIST_TABLE(test_stream_servers),                       \
        .credentials = CAMBIST_TABLE(test_stream_credentials),                                     \
        .limits = CAMBIST_TABLE(test_stream_limits),                                               \
        .derived = CAMBIST_TABLE(test_stream_derived), .words = CAMBIST_TABLE(test_stream_words),  \
        .endpoints = CAMBIST_TABLE(test_stream_endpoints),                                         \
        .dialects = CAMBIST_TABLE(test_stream_dialects),                                           \
        .channels = CAMBIST_TABLE(test_stream_channels),                                           \
        .signals = CAMBIST_TABLE(test_stream_signals),                                             \
        .book_rules = CAMBIST_TABLE(test_stream_rules),                                            \
    }

/* ---- the server ---- */

struct test_feed;
/* What the server does with a text of the client's, besides keeping it. */
typedef void test_feed_fn(struct test_feed *feed, struct test_websocket *websocket,
                          const char *text);

struct test_feed {
    struct test_exchange exchange;
    struct test_server *server;
    struct cmb_loop *loop;
    struct cmb_pool *pool;
    struct cmb_office office;
    struct cmb_desk *desk;
    struct cmb_stream *stream;
    char url[80];
    test_feed_fn *on_text;
    void (*on_question)(struct test_feed *feed, struct test_peer *peer, const char *text);
    pthread_mutex_t lock;
    char heard[TEST_HEARD_MOST][TEST_HEARD_BYTES]; /* in the order of their coming */
    int heard_count;
    char pending[TEST_HEARD_MOST][TEST_HEARD_BYTES]; /* to be said on every connection */
    int pending_count;
    atomic_int connections, open_now, cuts; /* cuts: grows to cut what is open */
    atomic_int cut; /* the connection (from 1) that ends; 0: none */
    atomic_int late; /* the connection (from 1) that is told what is pending later; 0: none */
    atomic_bool is_mute, refuses;
};

static inline void test_feed_keep(struct test_feed *feed, const char *text)
{
    pthread_mutex_lock(&feed->lock);
    if (feed->heard_count < TEST_HEARD_MOST)
        snprintf(feed->heard[feed->heard_count++], TEST_HEARD_BYTES, "%s", text);
    pthread_mutex_unlock(&feed->lock);
}

/* Has the server say something. */
static inline void test_feed_say(struct test_feed *feed, const char *text)
{
    pthread_mutex_lock(&feed->lock);
    snprintf(feed->pending[feed->pending_count++ % TEST_HEARD_MOST], TEST_HEARD_BYTES, "%s", text);
    pthread_mutex_unlock(&feed->lock);
}

static inline int test_feed_count_heard(struct test_feed *feed, const char *part)
{
    int count = 0;
    pthread_mutex_lock(&feed->lock);
    for (int i = 0; i < feed->heard_count; i++)
        count += strstr(feed->heard[i], part) != NULL;
    pthread_mutex_unlock(&feed->lock);
    return count;
}

/* The number that stands behind "id": in a message of ours. */
static inline long test_feed_number(const char *text)
{
    const char *id = strstr(text, "\"id\":");
    return id ? strtol(id + 5, NULL, 10) : 0;
}

static inline void test_feed_acknowledge(struct test_websocket *websocket, const char *text)
{
    char answer[64];
    snprintf(answer, sizeof answer, "{\"ok\":%ld}", test_feed_number(text));
    test_websocket_say_text(websocket, answer);
}

static inline bool test_feed_say_pending(struct test_feed *feed, struct test_websocket *websocket,
                                         int *said)
{
    char text[TEST_HEARD_BYTES];
    for (;;) {
        pthread_mutex_lock(&feed->lock);
        bool is_any = *said < feed->pending_count;
        if (is_any)
            memcpy(text, feed->pending[(*said)++ % TEST_HEARD_MOST], sizeof text);
        pthread_mutex_unlock(&feed->lock);
        if (!is_any)
            return true;
        if (!test_websocket_say_text(websocket, text))
            return false;
    }
}

static inline bool test_feed_is_readable(struct test_peer *peer)
{
    struct pollfd one = { .fd = peer->fd, .events = POLLIN };
    return poll(&one, 1, 2) > 0;
}

static inline void test_feed_hear(struct test_feed *feed, struct test_websocket *websocket,
                                  const struct cmb_frame *frame)
{
    char text[TEST_HEARD_BYTES];
    snprintf(text, sizeof text, "%.*s", (int)frame->payload.length, frame->payload.at);
    if (frame->kind == CMB_FRAME_PING && !atomic_load(&feed->is_mute))
        test_websocket_say(websocket, 0x8a, frame->payload.at, frame->payload.length);
    if (frame->kind != CMB_FRAME_TEXT)
        return;
    test_feed_keep(feed, text);
    if (feed->on_text && !atomic_load(&feed->is_mute))
        feed->on_text(feed, websocket, text);
}

static inline void test_feed_serve(struct test_feed *feed, struct test_peer *peer,
                                   const char *text)
{
    struct test_websocket websocket;
    struct cmb_frame frame;
    int cuts = atomic_load(&feed->cuts), said;
    pthread_mutex_lock(&feed->lock);
    said = feed->pending_count;
    pthread_mutex_unlock(&feed->lock);
    test_websocket_welcome(&websocket, peer, text, "");
    int number = atomic_fetch_add(&feed->connections, 1) + 1;
    atomic_fetch_add(&feed->open_now, 1);
    for (bool is_open = true; is_open && atomic_load(&feed->cuts) == cuts &&
                              atomic_load(&feed->cut) != number;) {
        if (websocket.at < websocket.length || test_feed_is_readable(peer)) {
            is_open = test_websocket_next(&websocket, &frame);
            if (is_open)
                test_feed_hear(feed, &websocket, &frame);
        }
        if (is_open && !atomic_load(&feed->is_mute) && atomic_load(&feed->late) != number)
            is_open = test_feed_say_pending(feed, &websocket, &said);
    }
    atomic_fetch_sub(&feed->open_now, 1);
    test_websocket_end(&websocket);
}

static inline void test_feed_on_request(struct test_peer *peer, const char *text, void *user)
{
    struct test_feed *feed = user;
    char line[200];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\r"), text);
    test_feed_keep(feed, line);
    if (atomic_load(&feed->refuses))
        test_peer_cut(peer);
    else if (strcasestr(text, "Upgrade: websocket"))
        test_feed_serve(feed, peer, text);
    else if (feed->on_question)
        feed->on_question(feed, peer, text);
    else
        test_peer_answer(peer, "{\"token\":\"made-up\"}");
}

/* ---- opening ---- */

static inline void test_feed_open(struct test_feed *feed, test_feed_fn *on_text)
{
    static const struct cambist_plugin tables = TEST_STREAM_TABLES;
    pthread_mutex_init(&feed->lock, NULL);
    feed->on_text = on_text;
    feed->server = test_server_start(&(struct test_server_settings){
        .on_request = test_feed_on_request, .user = feed, .is_plain = true });
    snprintf(feed->url, sizeof feed->url, "ws://127.0.0.1:%u", feed->server->port);
    struct cmb_pair servers[] = { { CMB_TEXT("rest"), cmb_text_of(feed->server->url) },
                                  { CMB_TEXT("stream"), cmb_text_of(feed->url) },
                                  { CMB_TEXT("private"), cmb_text_of(feed->url) } };
    test_exchange_open_at(&feed->exchange, &tables, servers, 3);
    feed->loop = cmb_loop_new(&feed->exchange.clock);
    feed->pool = cmb_pool_new(feed->loop, &(struct cmb_pool_settings){ 0 }, NULL);
    cmb_office_init(&feed->office, feed->loop, cmb_pool_network(feed->pool));
    feed->desk = cmb_desk_new(&feed->office, feed->exchange.exchange);
    feed->stream = cmb_stream_new(feed->desk);
    CU_ASSERT_FATAL(feed->loop && feed->pool && feed->desk && feed->stream);
}

static inline void test_feed_close(struct test_feed *feed)
{
    cmb_stream_stop(feed->stream);
    cmb_pool_free(feed->pool);
    cmb_stream_free(feed->stream);
    cmb_desk_free(feed->desk);
    cmb_office_clear(&feed->office);
    cmb_loop_free(feed->loop);
    test_server_stop(feed->server);
    test_exchange_close(&feed->exchange);
    pthread_mutex_destroy(&feed->lock);
}

/* Runs the loop until `condition` holds; a failure after some seconds of real time. */
#define TEST_FEED_RUN_UNTIL(feed, condition)                                                       \
    do {                                                                                           \
        bool is_met_ = false;                                                                      \
        for (int turns_ = 0; turns_ < 4000 && !is_met_; turns_++) {                                \
            cmb_loop_run_once((feed)->loop, 1);                                                    \
            is_met_ = (condition);                                                                 \
        }                                                                                          \
        CU_ASSERT(is_met_);                                                                        \
        if (!is_met_)                                                                              \
            printf("\n    %s:%d: never came: %s", __FILE__, __LINE__, #condition);                 \
    } while (0)

/* Turns the clock and lets what is due happen. */
static inline void test_feed_turn(struct test_feed *feed, int64_t ms)
{
    cmb_clock_turn(&feed->exchange.clock, ms * 1000000);
    for (int i = 0; i < 3; i++)
        cmb_loop_run_once(feed->loop, 0);
}

static inline struct cmb_listener *test_feed_listen(struct test_feed *feed, uint32_t topic,
                                                    const char *symbol, cmb_event_fn *on_event,
                                                    void *user)
{
    struct cmb_arguments arguments = { 0 };
    arguments.values[CAMBIST_ARGUMENT_symbol] = cmb_text_of(symbol);
    cmb_fail_reset(&feed->exchange.error);
    return cmb_stream_listen(feed->stream, topic, &arguments, on_event, user,
                             &feed->exchange.error);
}

#endif
