/* Can the core's own streams live on a practice exchange, whatever the wire does? */
#include "support/practice_client.h"
#include "transport/frame.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

static const char *const plugins[] = { "binance", "kraken", "okx", "coinbase" };
enum { PLUGINS = sizeof plugins / sizeof *plugins };

static struct practice_client client;

/* What a listener hears. */
struct told {
    uint32_t state, records, books, resyncings;
    uint64_t order_state;
    char id[64];
    bool is_own;
};

static void on_event(const struct cmb_event *event, void *user)
{
    struct told *told = user;
    told->resyncings += event->state == CAMBIST_WATCH_RESYNCING && told->state != event->state;
    told->state = event->state;
    told->records += event->record != NULL;
    told->books += event->book && !event->is_state && event->state == CAMBIST_WATCH_LIVE;
    if (event->topic != CAMBIST_TOPIC_watch_orders || !event->record)
        return;
    const struct cambist_order *order = event->record;
    if (!*told->id || strcmp(order->id, told->id) == 0)
        told->order_state = order->state;
}

static bool can(uint32_t topic)
{
    for (uint32_t i = 0; i < client.plugin->channel_count; i++)
        if (client.plugin->channels[i].topic == topic)
            return true;
    return false;
}

/* A book that has been live for a few updates. */
static void follow(const char *plugin, struct told *told)
{
    *told = (struct told){ 0 };
    practice_client_open(&client, plugin);
    CU_ASSERT_FATAL(practice_client_listen(&client, CAMBIST_TOPIC_watch_order_book, "BTC/USDT",
                                           on_event, told) != NULL);
    PRACTICE_RUN_UNTIL(&client, told->books >= 3);
}

/* ---- all topics ---- */

static void markets_are_told(void)
{
    static const uint32_t topics[] = { CAMBIST_TOPIC_watch_order_book, CAMBIST_TOPIC_watch_trades,
                                       CAMBIST_TOPIC_watch_ticker };
    for (int p = 0; p < PLUGINS; p++) {
        struct told told[3] = { 0 };
        practice_client_open(&client, plugins[p]);
        for (int i = 0; i < 3; i++)
            CU_ASSERT_FATAL(practice_client_listen(&client, topics[i], "BTC/USDT", on_event,
                                                   &told[i]) != NULL);
        PRACTICE_RUN_UNTIL(&client, told[0].books >= 10 && told[1].records && told[2].records);
        for (int i = 0; i < 3; i++)
            ASSERT_NUMBER(told[i].state, CAMBIST_WATCH_LIVE);
        ASSERT_NUMBER(cmb_stream_counts(client.stream)->unknown, 0);
        ASSERT_NUMBER(cmb_stream_counts(client.stream)->unreadable, 0);
        ASSERT_NUMBER(cmb_stream_counts(client.stream)->losses, 0);
        ASSERT_NUMBER(cmb_stream_counts(client.stream)->gaps, 0);
        practice_client_close(&client);
    }
}

static bool is_live(const struct told *told)
{
    return told->state == CAMBIST_WATCH_LIVE;
}

static void own_orders_are_told(void)
{
    for (int p = 0; p < PLUGINS; p++) {
        struct told orders = { 0 }, fills = { 0 }, balance = { 0 };
        practice_client_open(&client, plugins[p]);
        practice_client_listen(&client, CAMBIST_TOPIC_watch_orders, NULL, on_event, &orders);
        if (can(CAMBIST_TOPIC_watch_my_trades))
            practice_client_listen(&client, CAMBIST_TOPIC_watch_my_trades, NULL, on_event, &fills);
        if (can(CAMBIST_TOPIC_watch_balance))
            practice_client_listen(&client, CAMBIST_TOPIC_watch_balance, NULL, on_event, &balance);
        PRACTICE_RUN_UNTIL(&client, is_live(&orders));
        CU_ASSERT(practice_client_ask(&client, CAMBIST_OPERATION_create_order,
                                      "symbol=BTC/USDT;side=buy;type=limit;amount=0.01;"
                                      "price=40000") == CAMBIST_OK);
        CU_ASSERT_FATAL(client.run->call->row_count == 1);
        snprintf(orders.id, sizeof orders.id, "%s",
                 ((const struct cambist_order *)(const void *)client.run->call->rows)->id);
        PRACTICE_RUN_UNTIL(&client, orders.order_state == CAMBIST_STATE_OPEN);
        char arguments[120];
        snprintf(arguments, sizeof arguments, "symbol=BTC/USDT;id=%s", orders.id);
        CU_ASSERT(practice_client_ask(&client, CAMBIST_OPERATION_cancel_order, arguments) ==
                  CAMBIST_OK);
        PRACTICE_RUN_UNTIL(&client, orders.order_state == CAMBIST_STATE_CANCELED);
        *orders.id = 0;
        CU_ASSERT(practice_client_ask(&client, CAMBIST_OPERATION_create_order,
                                      "symbol=BTC/USDT;side=sell;type=market;amount=0.01") ==
                  CAMBIST_OK);
        PRACTICE_RUN_UNTIL(&client, orders.order_state == CAMBIST_STATE_CLOSED);
        PRACTICE_RUN_UNTIL(&client, fills.records || !can(CAMBIST_TOPIC_watch_my_trades));
        PRACTICE_RUN_UNTIL(&client, balance.records || !can(CAMBIST_TOPIC_watch_balance));
        ASSERT_NUMBER(cmb_stream_counts(client.stream)->unreadable, 0);
        practice_client_close(&client);
    }
}

/* ---- the handshake ---- */

static void handshakes_fail_and_are_tried_again(void)
{
    static const char *const faults[] = { "no-upgrade", "refuse-upgrade", "wrong-accept",
                                          "stall-upgrade" };
    for (int i = 0; i < 4; i++) {
        struct told told = { 0 };
        practice_client_open(&client, "kraken");
        CU_ASSERT(cmb_simulator_strike(client.simulator, "kraken", faults[i], 1, &client.error) ==
                  CAMBIST_OK);
        practice_client_listen(&client, CAMBIST_TOPIC_watch_order_book, "BTC/USDT", on_event,
                               &told);
        PRACTICE_RUN_UNTIL(&client, told.books >= 1);
        ASSERT_NUMBER(cmb_stream_counts(client.stream)->losses, 1);
        practice_client_close(&client);
    }
}

static void a_frame_that_comes_with_the_handshake_is_read(void)
{
    struct told told = { 0 };
    practice_client_open(&client, "okx");
    CU_ASSERT(cmb_simulator_strike(client.simulator, "okx", "glued-frame", 1, &client.error) ==
              CAMBIST_OK);
    practice_client_listen(&client, CAMBIST_TOPIC_watch_order_book, "BTC/USDT", on_event, &told);
    PRACTICE_RUN_UNTIL(&client, told.books >= 1);
    ASSERT_NUMBER(cmb_stream_counts(client.stream)->losses, 0);
    practice_client_close(&client);
}

/* ---- frames ---- */

static void fragments_are_put_together(void)
{
    static const char *const faults[] = { "fragments", "control-between" };
    for (int i = 0; i < 2; i++) {
        struct told told;
        follow("binance", &told);
        CU_ASSERT(cmb_simulator_add_fault(client.simulator, faults[i], &client.error) ==
                  CAMBIST_OK);
        uint32_t before = told.books;
        PRACTICE_RUN_UNTIL(&client, told.books >= before + 5);
        ASSERT_NUMBER(cmb_stream_counts(client.stream)->losses, 0);
        ASSERT_NUMBER(told.resyncings, 1);
        practice_client_close(&client);
    }
}

static void broken_framing_ends_a_connection(void)
{
    static const char *const faults[] = { "masked-frame", "reserved-bits", "bad-opcode",
                                          "oversize", "bad-text", "cut-stream" };
    for (int i = 0; i < 6; i++) {
        struct told told;
        follow("okx", &told);
        CU_ASSERT(cmb_simulator_strike(client.simulator, "okx", faults[i], 1, &client.error) ==
                  CAMBIST_OK);
        PRACTICE_RUN_UNTIL(&client, cmb_stream_counts(client.stream)->losses == 1);
        uint32_t before = told.books;
        PRACTICE_RUN_UNTIL(&client, told.books >= before + 3 && is_live(&told));
        practice_client_close(&client);
    }
}

/* ---- gaps and snapshots ---- */

static void a_gap_is_healed_on_every_exchange(void)
{
    for (int p = 0; p < PLUGINS; p++) {
        struct told told;
        follow(plugins[p], &told);
        uint32_t resyncings = told.resyncings;
        CU_ASSERT(cmb_simulator_strike(client.simulator, plugins[p], "gap@watch_order_book", 1,
                                       &client.error) == CAMBIST_OK);
        PRACTICE_RUN_UNTIL(&client, told.resyncings > resyncings);
        uint32_t before = told.books;
        PRACTICE_RUN_UNTIL(&client, is_live(&told) && told.books >= before + 3);
        ASSERT_NUMBER(told.resyncings, resyncings + 1);
        practice_client_close(&client);
    }
}

static void old_snapshots_are_not_believed(void)
{
    static const char *const faults[] = { "old-snapshot", "far-behind" };
    for (int i = 0; i < 2; i++) {
        struct told told;
        follow("binance", &told);
        CU_ASSERT(cmb_simulator_strike(client.simulator, "binance", faults[i], 1, &client.error) ==
                  CAMBIST_OK);
        CU_ASSERT(cmb_simulator_strike(client.simulator, "binance", "gap@watch_order_book", 1,
                                       &client.error) == CAMBIST_OK);
        PRACTICE_RUN_UNTIL(&client, told.resyncings >= 2);
        uint32_t before = told.books;
        PRACTICE_RUN_UNTIL(&client, is_live(&told) && told.books >= before + 3);
        CU_ASSERT(cmb_stream_counts(client.stream)->resyncs >= 3); /* the first, the old, the good */
        practice_client_close(&client);
    }
}

/* ---- slow consumers ---- */

/* A client that subscribes to much and reads nothing. */
static int open_sleeper(unsigned port)
{
    static const char request[] =
        "GET /ws/v5/public HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n";
    static const char text[] = "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"books\","
                               "\"instId\":\"BTC-USDT\"}]}";
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    static const unsigned char mask[4] = { 9, 8, 7, 6 };
    struct cmb_buffer frame;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), size = 2048;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    CU_ASSERT_FATAL(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    cmb_buffer_init(&frame, 4096);
    cmb_frame_write(&(struct cmb_frame_shape){ .kind = CMB_FRAME_TEXT, .mask = mask },
                    CMB_TEXT(text), &frame);
    CU_ASSERT(write(fd, request, sizeof request - 1) == (ssize_t)sizeof request - 1);
    CU_ASSERT(write(fd, frame.at, frame.length) == (ssize_t)frame.length);
    cmb_buffer_clear(&frame);
    return fd;
}

static void who_does_not_read_is_cut(void)
{
    practice_client_open(&client, "okx");
    CU_ASSERT(cmb_simulator_add_fault(client.simulator, "slow-consumer", &client.error) ==
              CAMBIST_OK);
    const char *url = cmb_simulator_url(client.simulator, "okx");
    int fd = open_sleeper((unsigned)strtoul(strrchr(url, ':') + 1, NULL, 10));
    struct pollfd watched = { .fd = fd, .events = POLLRDHUP };
    CU_ASSERT(poll(&watched, 1, 20000) == 1);
    close(fd);
    practice_client_close(&client);
}

TEST_SUITE("simulator/stream_wire",
           { "markets are told", markets_are_told },
           { "own orders are told", own_orders_are_told },
           { "handshakes fail and are tried again", handshakes_fail_and_are_tried_again },
           { "a frame that comes with the handshake is read",
             a_frame_that_comes_with_the_handshake_is_read },
           { "fragments are put together", fragments_are_put_together },
           { "broken framing ends a connection", broken_framing_ends_a_connection },
           { "a gap is healed on every exchange", a_gap_is_healed_on_every_exchange },
           { "old snapshots are not believed", old_snapshots_are_not_believed },
           { "who does not read is cut", who_does_not_read_is_cut })
