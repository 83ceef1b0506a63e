/* What does the transport add to a request, beside epoll and OpenSSL used by hand?
 *
 * Blocks of both clients are interleaved in one process; the server is a process on the other CPU.
 * The raw client is the floor: no timeouts, no pool, no checks, and it looks for nothing but the
 * length of the answer. */
#include "bench/raw_client.h"
#include "bench/transport_server.h"
#include "support/allocations.h"
#include "transport/pool.h"

#include <stdatomic.h>

enum { BLOCK = 400, ROUNDS = 41, IN_FLIGHT = 50 };

static const char request_text[] =
    "GET /api/v3/order?symbol=BTCUSDT&orderId=12345678&timestamp=1700000000000&recvWindow=5000"
    "&signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71 HTTP/1.1\r\n"
    "Host: api.binance.com\r\nX-MBX-APIKEY: "
    "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A\r\n"
    "Accept-Encoding: gzip\r\nUser-Agent: cambist\r\n\r\n";
static const char close_text[] = "GET /close HTTP/1.1\r\nHost: a\r\n\r\n";

static struct bench_server server;

/* --- our client --- */

static struct cmb_loop *loop;
static struct cmb_pool *pool;
static struct cmb_origin *origin;
static int answers, in_block;
static int patience_ms = -1; /* 0: spins */

static void on_answer(const struct cmb_answer *answer, void *user)
{
    (void)user;
    if (answer->status != CAMBIST_OK) {
        fprintf(stderr, "failed: %s\n", answer->error->message);
        abort();
    }
    answers++;
}

static void ours_init(void)
{
    struct cmb_pool_settings settings = { .trust.ca_file = test_certificates_ca_file(),
                                          .connections_per_origin_most = 2 * IN_FLIGHT };
    struct cambist_error error = { 0 };
    loop = cmb_loop_new(&cmb_clock_system);
    pool = cmb_pool_new(loop, &settings, &error);
    if (!pool)
        abort();
    origin = cmb_pool_open_origin(pool, server.url, &error);
}

static void ours_send(const char *text, size_t length, cmb_answer_fn then)
{
    struct cmb_text slice = { text, length };
    struct cmb_request request = {
        .origin = origin, .slices = &slice, .slice_count = 1, .on_answer = then
    };
    if (!cmb_pool_send(pool, &request, NULL))
        abort();
}

static void ours_wait(int until)
{
    while (answers < until)
        cmb_loop_run_once(loop, patience_ms);
}

#define RAW  "raw epoll + OpenSSL"
#define OURS "our pool"

/* --- one in flight --- */

static struct raw kept;

static void raw_once(void)
{
    raw_send(&kept, request_text, sizeof request_text - 1);
    raw_wait(&kept);
}

static void ours_once(void)
{
    ours_send(request_text, sizeof request_text - 1, on_answer);
    ours_wait(answers + 1);
}

#define ALONE    "kept TLS connection, one in flight"
#define SPINNING "kept TLS connection, one in flight, spinning"

static void set_patience(int ms)
{
    patience_ms = raw_patience_ms = ms;
}

static void bench_one_in_flight(void)
{
    raw_open(&kept, server.port, false);
    for (int i = 0; i < 100; i++) {
        raw_once();
        ours_once();
    }
    for (int round = 0; bench_has_round(round, ROUNDS); round++) {
        bench_run_block(ALONE, RAW, raw_once, bench_size(BLOCK, 40));
        bench_run_block(ALONE, OURS, ours_once, bench_size(BLOCK, 40));
        set_patience(0);
        bench_run_block(SPINNING, RAW, raw_once, bench_size(BLOCK, 40));
        bench_run_block(SPINNING, OURS, ours_once, bench_size(BLOCK, 40));
        set_patience(-1);
    }
    bench_tell(ALONE);
    bench_tell(SPINNING);
    raw_close(&kept);
}

static void count_allocations(void)
{
#ifndef TEST_CANNOT_COUNT
    long ours = atomic_load(&test_allocations_ours), others = atomic_load(&test_allocations_others);
    for (int i = 0; i < BLOCK; i++)
        ours_once();
    ours = atomic_load(&test_allocations_ours) - ours;
    others = atomic_load(&test_allocations_others) - others;
    bench_note(ALONE, "ours", "allocations", (double)ours / BLOCK);
    bench_note(ALONE, "of libcurl and OpenSSL", "allocations", (double)others / BLOCK);
    bench_tell(ALONE);
#endif
}

/* --- many in flight --- */

static struct raw crowd[IN_FLIGHT];

static void raw_crowd(void)
{
    struct epoll_event ready[IN_FLIGHT];
    int sent = 0, whole = 0;
    for (; sent < IN_FLIGHT; sent++)
        raw_send(&crowd[sent], request_text, sizeof request_text - 1);
    while (whole < BLOCK) {
        int count = epoll_wait(raw_epoll, ready, IN_FLIGHT, -1);
        for (int i = 0; i < count; i++) {
            if (!raw_receive(ready[i].data.ptr))
                continue;
            whole++;
            if (sent < BLOCK) {
                raw_send(ready[i].data.ptr, request_text, sizeof request_text - 1);
                sent++;
            }
        }
    }
}

static void on_crowd_answer(const struct cmb_answer *answer, void *user)
{
    on_answer(answer, user);
    if (in_block < BLOCK) {
        in_block++;
        ours_send(request_text, sizeof request_text - 1, on_crowd_answer);
    }
}

static void ours_crowd(void)
{
    int until = answers + BLOCK;
    for (in_block = 0; in_block < IN_FLIGHT; in_block++)
        ours_send(request_text, sizeof request_text - 1, on_crowd_answer);
    ours_wait(until);
}

#define CROWD "kept TLS connections, 50 in flight"

static void run_crowd(const char *name, void (*all)(void))
{
    int64_t cpu_ns = bench_thread_cpu_ns(), start_ns = bench_now_ns();
    all();
    bench_note(CROWD, name, "us", (double)(bench_now_ns() - start_ns) / 1e3 / BLOCK);
    bench_note(CROWD, name, "CPU us", (double)(bench_thread_cpu_ns() - cpu_ns) / 1e3 / BLOCK);
}

static void bench_many_in_flight(void)
{
    for (int i = 0; i < IN_FLIGHT; i++)
        raw_open(&crowd[i], server.port, false);
    raw_crowd();
    ours_crowd();
    for (int round = 0; bench_has_round(round, ROUNDS); round++) {
        run_crowd(RAW, raw_crowd);
        run_crowd(OURS, ours_crowd);
    }
    bench_tell(CROWD);
    for (int i = 0; i < IN_FLIGHT; i++)
        raw_close(&crowd[i]);
}

/* --- new connections --- */

static void raw_new(bool is_resuming)
{
    struct raw raw = { 0 };
    raw_open(&raw, server.port, is_resuming);
    raw_send(&raw, close_text, sizeof close_text - 1);
    raw_wait(&raw);
    raw_close(&raw);
}

static struct cmb_connector *connector;
static struct cmb_target *target;
static int opened;

static void on_open(struct cmb_connection *connection, int status,
                    const struct cambist_error *error, void *user)
{
    (void)connection;
    (void)error;
    (void)user;
    opened = status == CAMBIST_OK ? 1 : -1;
}

static void on_ready(struct cmb_watch *watch, uint32_t events, void *user)
{
    (void)watch;
    (void)events;
    (void)user;
}

/* Opens, asks, and reads until the answer is there, which brings the TLS ticket. */
static void ours_new(void)
{
    size_t size;
    char bytes[4096];
    opened = 0;
    struct cmb_connection *connection = cmb_connection_open(connector, target, on_open, NULL);
    while (!opened)
        cmb_loop_run_once(loop, -1);
    if (opened < 0)
        abort();
    cmb_connection_write(connection, close_text, sizeof close_text - 1, &size);
    cmb_connection_watch(connection, EPOLLIN, on_ready, NULL);
    while (cmb_connection_read(connection, bytes, sizeof bytes, &size) == CAMBIST_AGAIN)
        cmb_loop_run_once(loop, -1);
    cmb_connection_close(connection);
}

static void raw_new_full(void)
{
    raw_new(false);
}

static void raw_new_resumed(void)
{
    raw_new(true);
}

static void ours_new_full(void)
{
    struct cambist_error error = { 0 };
    target = cmb_target_new(server.url, &error); /* knows no session yet */
    ours_new();
    cmb_target_free(target);
}

static struct cmb_target *known;

static void ours_new_resumed(void)
{
    target = known;
    ours_new();
}

#define NEW     "new TLS connection with one request"
#define TRUSTED "the system's authorities loaded, once"

static void time_trust(void)
{
    struct cmb_trust_settings system = { 0 };
    struct cambist_error error = { 0 };
    int64_t start_ns = bench_thread_cpu_ns();
    struct cmb_trust *trust = cmb_trust_new(&system, &error);
    bench_note(NEW, TRUSTED, "ms", (double)(bench_thread_cpu_ns() - start_ns) / 1e6);
    cmb_trust_free(trust);
}

static void bench_new_connections(void)
{
    static const struct {
        const char *name;
        void (*once)(void);
    } cases[] = { { "raw, full handshake", raw_new_full },
                  { "ours, full handshake", ours_new_full },
                  { "raw, resumed", raw_new_resumed },
                  { "ours, resumed", ours_new_resumed } };
    struct cambist_error error = { 0 };
    struct cmb_trust_settings trusted = { .ca_file = test_certificates_ca_file() };
    struct cmb_trust *trust = cmb_trust_new(&trusted, &error);
    connector = cmb_connector_new(loop, trust, NULL);
    known = cmb_target_new(server.url, &error);
    time_trust();
    for (int i = 0; i < 4; i++)
        cases[i].once();
    for (int round = 0; bench_has_round(round, 5); round++)
        for (int i = 0; i < 4; i++)
            bench_run_block(NEW, cases[i].name, cases[i].once, bench_size(BLOCK, 40));
    bench_tell(NEW);
    cmb_target_free(known);
    cmb_connector_free(connector);
    cmb_trust_free(trust);
}

static const struct bench_goal goals[] = {
    { "our pool: kept TLS request, CPU", ALONE, "CPU us", OURS, RAW, .at_most = 1.25 },
    { "our pool: 50 in flight, time per request", CROWD, "us", OURS, RAW, .at_least = 0.85 },
    { "new verified TLS connection, CPU", NEW, "CPU us", "ours, full handshake",
      "raw, full handshake", .at_most = 1.3 },
    { "new TLS connection, resumed, beside a full handshake", NEW, "CPU us", "ours, resumed",
      "ours, full handshake", .at_most = 0.75 },
    { "our allocations per kept request", ALONE, "allocations", "ours", .at_most = 0 },
};

int main(int count, char **words)
{
    bench_begin(count, words);
    signal(SIGPIPE, SIG_IGN); /* for the raw client */
    bench_server_start(&server);
    bench_pin(1);
    raw_init(test_certificates_ca_file());
    ours_init();
    bench_one_in_flight();
    count_allocations();
    bench_many_in_flight();
    bench_new_connections();
    cmb_pool_free(pool);
    cmb_loop_free(loop);
    raw_clear();
    bench_server_stop(&server);
    return bench_end(goals, sizeof goals / sizeof *goals);
}
