/* How long does it take from an exchange's update to our book, and to an order that it has taken?
 *
 * A server sends a small depth update every two milliseconds over TLS.  "Book" is the time from its
 * sending to the updated book; "acknowledged" to the answer to an order that the update made us
 * place, signed, over another TLS connection.  The raw client does the same with epoll and OpenSSL,
 * framing, decoding and signing by hand, and checks nothing. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/hmac.h>

#include "bench/hand_reader.h"
#include "bench/host_client.h"
#include "bench/peer.h"
#include "bench/raw_client.h"
#include "book/side.h"

enum { TICKS = 150, QUICK_TICKS = 20, UNCOUNTED = 15, ROUNDS = 9,
       CCXT_ROUNDS = 3 /* it takes seconds for each */, PATIENCE_S = 20 };

#define BOOK          "update sent to updated book"
#define BOOK_SPINNING "update sent to updated book, spinning"
#define TICK          "update sent to order acknowledged"
#define TICK_SPINNING "update sent to order acknowledged, spinning"
#define RAW           "raw epoll + OpenSSL"
#define OURS          "cambist"
#define CCXT          "node ccxt.pro"

static struct bench_server server;
static struct peer node;
static bool is_trading; /* an order is placed for each update that finds none under way */
static int tick_count, seen;
static double times_us[TICKS];

/* The moment is that of the update; those of a round that begins are not counted. */
static void note_time(int64_t sent_us)
{
    if (seen++ >= UNCOUNTED && seen - UNCOUNTED <= tick_count)
        times_us[seen - UNCOUNTED - 1] = (double)(bench_now_ns() / 1000 - sent_us);
}

static bool is_over(void)
{
    return seen >= tick_count + UNCOUNTED;
}

/* ---- raw ---- */

static struct raw stream, rest;
static struct cmb_side sides[2];
static int64_t ordered_us; /* the update that the order under way answers; 0: none is */

static void put_levels(struct cmb_side *side, const struct depth_side *levels)
{
    for (size_t i = 0; i < levels->count; i++)
        cmb_side_put(side, levels->levels[i], (struct cmb_scaled_digits){ 0, 0 });
}

static void raw_order(int64_t sent_us)
{
    static char body[512], text[1024];
    static unsigned number;
    unsigned char digest[32];
    unsigned size;
    int length = snprintf(body, sizeof body,
                          "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01000000"
                          "&price=43250.12000000&newClientOrderId=raw%u&recvWindow=10000"
                          "&timestamp=%lld", ++number,
                          (long long)bench_clock_ns(CLOCK_REALTIME) / 1000000);
    HMAC(EVP_sha256(), HOST_SECRET, sizeof HOST_SECRET - 1, (unsigned char *)body, (size_t)length,
         digest, &size);
    length += snprintf(body + length, sizeof body - (size_t)length, "&signature=");
    for (unsigned i = 0; i < size; i++)
        length += snprintf(body + length, sizeof body - (size_t)length, "%02x", digest[i]);
    int whole = snprintf(text, sizeof text,
                         "POST /api/v3/order HTTP/1.1\r\nHost: 127.0.0.1\r\nX-MBX-APIKEY: " HOST_KEY
                         "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                         "Content-Length: %d\r\n\r\n%s", length, body);
    ordered_us = sent_us;
    raw_send(&rest, text, (size_t)whole);
}

static void on_raw_frame(const char *at, ptrdiff_t length, void *user)
{
    static struct depth depth;
    (void)user;
    if (length < 1 || strncmp(at, "{\"e\"", 4) != 0)
        return;
    hand_read_update(at, false, &depth);
    put_levels(&sides[0], &depth.bids);
    put_levels(&sides[1], &depth.asks);
    if (!is_trading)
        note_time(depth.event_ms);
    else if (!ordered_us)
        raw_order(depth.event_ms);
}

static void raw_round(void)
{
    raw_open(&rest, server.port, false);
    raw_open_websocket(&stream, server.port, "/ws", "{\"method\":\"SUBSCRIBE\",\"id\":1}");
    ordered_us = 0;
    while (!is_over())
        if (raw_wait_readable() == &stream) {
            raw_read_frames(&stream, on_raw_frame, NULL);
        } else if (raw_receive(&rest)) {
            note_time(ordered_us);
            ordered_us = 0;
        }
    raw_close(&stream);
    raw_close(&rest);
}

/* ---- ours ---- */

static struct host_client client;

static void on_order(struct cambist_answer *answer, const struct cambist_error *error, void *user)
{
    (void)user;
    if (error->status != CAMBIST_OK)
        bench_fail(error->message);
    note_time(ordered_us);
    ordered_us = 0;
    cambist_answer_free(answer);
}

static void place_order(int64_t sent_us)
{
    static const struct cambist_arguments arguments = {
        .symbol = "BTC/USDT", .side = CAMBIST_SIDE_BUY, .type = CAMBIST_TYPE_LIMIT,
        .amount = "0.01", .price = "43250.12"
    };
    struct cambist_error error = { 0 };
    ordered_us = sent_us;
    if (cambist_start(client.exchanges[0], CAMBIST_OPERATION_create_order, &arguments, on_order,
                      NULL, &error) != CAMBIST_OK)
        bench_fail(error.message);
}

static void on_event(const struct cambist_event *event, void *user)
{
    (void)user;
    if (event->is_state || event->state != CAMBIST_WATCH_LIVE || !event->timestamp_ns)
        return;
    int64_t sent_us = event->timestamp_ns / 1000000; /* it stands where milliseconds would */
    if (!is_trading)
        note_time(sent_us);
    else if (!ordered_us && !is_over())
        place_order(sent_us);
}

/* Until it is not subscribed any more. */
static void turn_quietly(int ms)
{
    int64_t until_ns = bench_now_ns() + ms * 1000000ll;
    while (bench_now_ns() < until_ns || ordered_us)
        cmb_loop_run_once(client.host->loop, 10);
}

static void our_round(void)
{
    struct cambist_watch *watch;
    struct cambist_error error = { 0 };
    struct cambist_arguments arguments = { .symbol = "BTC/USDT" };
    int64_t until_ns = bench_now_ns() + PATIENCE_S * 1000000000ll;
    ordered_us = 0;
    if (cambist_watch_order_book(client.exchanges[0], &arguments, on_event, NULL, &watch, &error) !=
        CAMBIST_OK)
        bench_fail(error.message);
    while (!is_over() && bench_now_ns() < until_ns)
        cmb_loop_run_once(client.host->loop, raw_patience_ms < 0 ? 100 : 0);
    bench_require(is_over(), "no updates came");
    cambist_unwatch(watch);
    turn_quietly(bench_size(300, 20));
}

/* ---- rounds ---- */

static void run_one(const char *title, const char *name, void (*round)(void))
{
    seen = 0;
    round();
    bench_note(title, name, "p50 us", bench_percentile(times_us, (size_t)tick_count, 0.5));
    bench_note(title, name, "p99 us", bench_percentile(times_us, (size_t)tick_count, 0.99));
}

static void run_node(const char *title, const char *task)
{
    double us;
    if (!node.from)
        return;
    if (peer_ask(&node, &us, 1, "%s %s %d", task, server.url, tick_count)) {
        bench_note(title, CCXT, "p50 us", us);
        return;
    }
    bench_miss(CCXT, node.reason);
    peer_stop(&node);
}

static void run_round(const char *title, const char *spinning, const char *task, int round)
{
    run_one(title, RAW, raw_round);
    run_one(title, OURS, our_round);
    if (round < CCXT_ROUNDS)
        run_node(title, task);
    raw_patience_ms = 0;
    run_one(spinning, RAW, raw_round);
    run_one(spinning, OURS, our_round);
    raw_patience_ms = -1;
}

static void open_all(void)
{
    char *words[] = { "node", PEER_SCRIPT ".mjs", CCXT_FOLDER, WS_FOLDER,
                      (char *)(uintptr_t)test_certificates_ca_file(), NULL };
    bench_server_start(&server);
    bench_pin(1);
    raw_init(test_certificates_ca_file());
    host_open(&client, &server, 1);
    for (int i = 0; i < 2; i++)
        cmb_side_init(&sides[i], i == 1, CMB_BOOK_LEVELS_MOST, false);
    if (!peer_start(&node, words))
        bench_miss(CCXT, node.reason);
}

static void close_all(void)
{
    peer_stop(&node);
    host_close(&client);
    for (int i = 0; i < 2; i++)
        cmb_side_clear(&sides[i]);
    raw_clear();
    bench_server_stop(&server);
}

static const struct bench_goal goals[] = {
    { "update sent to updated book, p50", BOOK, "p50 us", OURS, RAW, .at_most = 1.15 },
    { "update sent to updated book, spinning, p50", BOOK_SPINNING, "p50 us", OURS, RAW,
      .at_most = 1.15 },
    { "update to acknowledged order, p50", TICK, "p50 us", OURS, RAW, .at_most = 1.15 },
    { "update to acknowledged order, spinning, p50", TICK_SPINNING, "p50 us", OURS, RAW,
      .at_most = 1.15 },
    { "update to acknowledged order, beside ccxt.pro", TICK, "p50 us", OURS, CCXT,
      .at_most = 0.35 },
};

int main(int count, char **words)
{
    bench_begin(count, words);
    signal(SIGPIPE, SIG_IGN); /* for the raw client */
    tick_count = bench_size(TICKS, QUICK_TICKS);
    open_all();
    for (int round = 0; bench_has_round(round, ROUNDS); round++) {
        is_trading = false;
        run_round(BOOK, BOOK_SPINNING, "paced", round);
        is_trading = true;
        run_round(TICK, TICK_SPINNING, "tick", round);
    }
    bench_tell(BOOK);
    bench_tell(BOOK_SPINNING);
    bench_tell(TICK);
    bench_tell(TICK_SPINNING);
    close_all();
    return bench_end(goals, sizeof goals / sizeof *goals);
}
