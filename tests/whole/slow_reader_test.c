/* What does a program cost that watches and never reads: memory, other readers, its own orders? */
#include <cambist/cambist.h>

#include <poll.h>

#include "support/test.h"
#include "support/websocket_server.h"

enum { TRADES = 100000, ORDERS = 1000, WARM = 10000, CAPACITY = 1000,
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
       GROWTH_BYTES = 512 << 20 /* what is freed is kept for a while */
#else
       GROWTH_BYTES = 4 << 20
#endif
};

/* ---- an exchange that tells WARM trades, then TRADES with orders among them ---- */

static struct test_server *server;
static atomic_bool may_begin, may_flood;

static bool say_trades(struct test_websocket *websocket, int from, int to)
{
    char text[200];
    bool is_said = true;
    for (int i = from; i < to && is_said; i++) {
        snprintf(text, sizeof text,
                 "{\"e\":\"trade\",\"s\":\"XY\",\"i\":\"%d\",\"p\":\"67123.10\",\"q\":\"0.25\"}", i);
        is_said = test_websocket_say_text(websocket, text);
        if (i < WARM || i % (TRADES / ORDERS) || !is_said)
            continue;
        snprintf(text, sizeof text, "{\"e\":\"order\",\"s\":\"XY\",\"i\":\"o%d\"}", i);
        is_said = test_websocket_say_text(websocket, text);
    }
    return is_said;
}

static void await(const atomic_bool *flag)
{
    for (int turns = 0; turns < 60000 && !atomic_load(flag); turns++)
        poll(NULL, 0, 1);
}

static void serve_stream(struct test_peer *peer, const char *text)
{
    struct test_websocket websocket;
    struct cmb_frame frame;
    char said[200];
    test_websocket_welcome(&websocket, peer, text, "");
    int subscribed = 0;
    while (subscribed < 2 && test_websocket_next(&websocket, &frame)) {
        if (frame.kind != CMB_FRAME_TEXT)
            continue;
        snprintf(said, sizeof said, "%.*s", (int)frame.payload.length, frame.payload.at);
        subscribed += (strstr(said, "\"trades\"") != NULL) + (strstr(said, "\"orders\"") != NULL);
        const char *id = strstr(said, "\"id\":");
        snprintf(said, sizeof said, "{\"ok\":%ld}", id ? strtol(id + 5, NULL, 10) : 0);
        test_websocket_say_text(&websocket, said);
    }
    await(&may_begin);
    if (say_trades(&websocket, 0, WARM)) {
        await(&may_flood);
        say_trades(&websocket, WARM, WARM + TRADES);
    }
    while (test_websocket_next(&websocket, &frame))
        continue;
    test_websocket_end(&websocket);
}

static void on_request(struct test_peer *peer, const char *text, void *user)
{
    (void)user;
    if (strcasestr(text, "Upgrade: websocket"))
        serve_stream(peer, text);
    else
        test_peer_answer(peer, "[{\"id\":\"XY\",\"base\":\"X\",\"quote\":\"Y\"}]");
}

/* ---- who reads, and who does not ---- */

struct reader {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int records;
};

static void on_event(const struct cambist_event *event, void *user)
{
    struct reader *reader = user;
    if (!event->row)
        return;
    pthread_mutex_lock(&reader->lock);
    reader->records++;
    pthread_cond_signal(&reader->changed);
    pthread_mutex_unlock(&reader->lock);
}

static void wait_for(struct reader *reader, int records)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 60;
    pthread_mutex_lock(&reader->lock);
    while (reader->records < records &&
           pthread_cond_timedwait(&reader->changed, &reader->lock, &end) == 0)
        continue;
    ASSERT_NUMBER(reader->records, records);
    pthread_mutex_unlock(&reader->lock);
}

static long resident_bytes(void)
{
    long pages = 0, ignored;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &ignored, &pages) != 2)
        pages = 0;
    if (file)
        fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

/* What a watch had to give at the end. */
struct rest {
    uint64_t taken, dropped, first, last, states;
    uint32_t status;
    char last_id[32];
};

static struct rest drain(struct cambist_watch *watch)
{
    struct rest rest = { 0 };
    const struct cambist_event *event;
    while (cambist_watch_next(watch, 0, &event) == CAMBIST_OK) {
        const struct cambist_trade *trade = event->row;
        rest.first = rest.first ? rest.first : event->sequence;
        rest.last = event->sequence;
        rest.taken++;
        rest.states += event->is_state;
        rest.dropped = event->dropped;
        rest.status = event->error ? event->error->status : CAMBIST_OK;
        if (event->record == CAMBIST_RECORD_TRADE)
            snprintf(rest.last_id, sizeof rest.last_id, "%s", trade->id);
    }
    return rest;
}

static struct cambist *open_host(void)
{
    char config[400];
    struct cambist *host = NULL;
    struct cambist_error error = { 0 };
    server = test_server_start(&(struct test_server_settings){ .on_request = on_request,
                                                               .is_plain = true });
    snprintf(config, sizeof config,
             "[host]\nplugin_path = " FLOOD_PLUGINS "\n"
             "[exchange flood]\nenvironment = simulated\nrest = http://127.0.0.1:%u\n"
             "stream = ws://127.0.0.1:%u\n", server->port, server->port);
    if (cambist_open_text(config, "test", 0, &host, &error) != CAMBIST_OK)
        printf("\n    %s", error.message);
    CU_ASSERT_FATAL(host != NULL);
    return host;
}

static struct cambist_watch *watch_slowly(struct cambist_exchange *exchange, uint32_t topic,
                                          uint32_t delivery, uint32_t capacity)
{
    struct cambist_watch *watch = NULL;
    struct cambist_arguments arguments = { 0 };
    struct cambist_error error = { 0 };
    if (cambist_watch_queued(exchange, topic, &arguments, delivery, capacity, &watch, &error) !=
        CAMBIST_OK)
        printf("\n    %s", error.message);
    CU_ASSERT_FATAL(watch != NULL);
    return watch;
}

static void a_reader_that_never_reads_costs_nothing_and_loses_no_order(void)
{
    struct cambist *host = open_host();
    struct cambist_exchange *exchange = cambist_find_exchange(host, "flood");
    struct reader reader = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };
    struct cambist_watch *every = watch_slowly(exchange, CAMBIST_TOPIC_watch_trades,
                                               CAMBIST_EVERY_EVENT, CAPACITY);
    struct cambist_watch *oldest = watch_slowly(exchange, CAMBIST_TOPIC_watch_trades,
                                                CAMBIST_DROP_OLDEST, CAPACITY);
    struct cambist_watch *newest = watch_slowly(exchange, CAMBIST_TOPIC_watch_trades,
                                                CAMBIST_NEWEST, CAPACITY);
    struct cambist_watch *orders = watch_slowly(exchange, CAMBIST_TOPIC_watch_orders,
                                                CAMBIST_DROP_OLDEST, 10);
    struct cambist_watch *fast = NULL, *own = NULL;
    struct reader own_reader = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };
    CU_ASSERT(cambist_watch_trades(exchange, &(struct cambist_arguments){ 0 }, on_event, &reader,
                                   &fast, NULL) == CAMBIST_OK);
    CU_ASSERT(cambist_watch_orders(exchange, &(struct cambist_arguments){ 0 }, on_event,
                                   &own_reader, &own, NULL) == CAMBIST_OK);
    atomic_store(&may_begin, true);
    wait_for(&reader, WARM);
    long before = resident_bytes();
    atomic_store(&may_flood, true);
    wait_for(&reader, WARM + TRADES); /* who reads gets everything, whoever else does not */
    wait_for(&own_reader, ORDERS);
    long grown = resident_bytes() - before;
    printf("\n    %d trades, %d orders: memory grew by %ld KiB ", TRADES, ORDERS, grown / 1024);
    CU_ASSERT(before > 0 && grown < GROWTH_BYTES);

    struct rest rest = drain(oldest);
    ASSERT_NUMBER(rest.taken + rest.dropped - rest.states, WARM + TRADES);
    ASSERT_NUMBER(rest.taken, CAPACITY);
    ASSERT_TEXT(rest.last_id, "109999");
    ASSERT_NUMBER(rest.last, rest.taken + rest.dropped);
    rest = drain(newest);
    ASSERT_NUMBER(rest.taken - rest.states, 1);
    ASSERT_NUMBER(rest.taken + rest.dropped - rest.states, WARM + TRADES);
    ASSERT_TEXT(rest.last_id, "109999");
    rest = drain(every);
    ASSERT_NUMBER(rest.taken, CAPACITY + 1);
    ASSERT_NUMBER(rest.status, CAMBIST_TOO_LARGE);
    rest = drain(orders);
    ASSERT_NUMBER(rest.taken - rest.states, ORDERS);
    ASSERT_NUMBER(rest.dropped, 0);
    ASSERT_NUMBER(rest.last, rest.taken);

    cambist_unwatch(every);
    cambist_unwatch(oldest);
    cambist_unwatch(newest);
    cambist_unwatch(orders);
    cambist_unwatch(fast);
    cambist_unwatch(own);
    cambist_close(host);
    test_server_stop(server);
}

TEST_SUITE("whole/slow_reader",
           { "a reader that never reads costs nothing and loses no order",
             a_reader_that_never_reads_costs_nothing_and_loses_no_order })
