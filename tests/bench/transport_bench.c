/* What does the transport add to a request, beside epoll and OpenSSL used by hand?
 *
 * Blocks of both clients are interleaved in one process; the server is a process on the other CPU.
 * The raw client is the floor: no timeouts, no pool, no checks, and it looks for nothing but the
 * length of the answer. */
#include "bench/transport_server.h"
#include "support/allocations.h"
#include "transport/pool.h"

#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>

enum { BLOCK = 400, ROUNDS = 41, IN_FLIGHT = 50 };

static const char request_text[] =
    "GET /api/v3/order?symbol=BTCUSDT&orderId=12345678&timestamp=1700000000000&recvWindow=5000"
    "&signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71 HTTP/1.1\r\n"
    "Host: api.binance.com\r\nX-MBX-APIKEY: "
    "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A\r\n"
    "Accept-Encoding: gzip\r\nUser-Agent: cambist\r\n\r\n";
static const char close_text[] = "GET /close HTTP/1.1\r\nHost: a\r\n\r\n";

static struct bench_server server;

static int64_t clock_ns(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* --- the raw client --- */

struct raw {
    int fd;
    SSL *tls;
    char answer[4096];
    int got;
};

static SSL_CTX *raw_context;
static SSL_SESSION *raw_session;
static int raw_epoll;

static int keep_session(SSL *tls, SSL_SESSION *session)
{
    (void)tls;
    SSL_SESSION_free(raw_session);
    raw_session = session;
    return 1;
}

static void raw_init(void)
{
    raw_context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_load_verify_file(raw_context, test_certificates_ca_file());
    SSL_CTX_set_verify(raw_context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(raw_context, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(raw_context, keep_session);
    raw_epoll = epoll_create1(EPOLL_CLOEXEC);
}

static void raw_open(struct raw *raw, bool is_resuming)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(server.port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int one = 1;
    raw->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(raw->fd, (struct sockaddr *)&address, sizeof address) != 0)
        abort();
    setsockopt(raw->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    raw->tls = SSL_new(raw_context);
    if (is_resuming && raw_session)
        SSL_set_session(raw->tls, raw_session);
    SSL_set_fd(raw->tls, raw->fd);
    if (SSL_connect(raw->tls) != 1)
        abort();
    fcntl(raw->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = raw };
    epoll_ctl(raw_epoll, EPOLL_CTL_ADD, raw->fd, &event);
}

static void raw_close(struct raw *raw)
{
    SSL_shutdown(raw->tls); /* else OpenSSL forgets the session */
    SSL_free(raw->tls);
    close(raw->fd);
}

static void raw_send(struct raw *raw, const char *text, size_t length)
{
    raw->got = 0;
    SSL_write(raw->tls, text, (int)length);
}

/* Answers whether the answer is whole. */
static bool raw_receive(struct raw *raw)
{
    for (;;) {
        int got =
            SSL_read(raw->tls, raw->answer + raw->got, (int)sizeof raw->answer - 1 - raw->got);
        if (got <= 0)
            return false;
        raw->got += got;
        raw->answer[raw->got] = 0;
        const char *end = strstr(raw->answer, "\r\n\r\n");
        const char *length = end ? strcasestr(raw->answer, "content-length:") : NULL;
        if (length && raw->answer + raw->got >= end + 4 + strtol(length + 15, NULL, 10))
            return true;
    }
}

static int patience_ms = -1; /* 0: both clients spin instead of waiting */

static void raw_wait(struct raw *raw)
{
    struct epoll_event ready;
    do
        while (epoll_wait(raw_epoll, &ready, 1, patience_ms) == 0)
            ;
    while (!raw_receive(raw));
}

/* --- our client --- */

static struct cmb_loop *loop;
static struct cmb_pool *pool;
static struct cmb_origin *origin;
static int answers, in_block;

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

/* --- blocks --- */

struct figures {
    const char *name;
    double p50_us[ROUNDS], cpu_us[ROUNDS];
    int rounds;
};

static int64_t latencies[BLOCK];

static int compare_ns(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void note(struct figures *figures, int64_t cpu_ns)
{
    qsort(latencies, BLOCK, sizeof *latencies, compare_ns);
    figures->p50_us[figures->rounds] = (double)latencies[BLOCK / 2] / 1e3;
    figures->cpu_us[figures->rounds++] = (double)cpu_ns / 1e3 / BLOCK;
}

static void run_block(struct figures *figures, void (*once)(void))
{
    int64_t cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < BLOCK; i++) {
        int64_t start_ns = clock_ns(CLOCK_MONOTONIC);
        once();
        latencies[i] = clock_ns(CLOCK_MONOTONIC) - start_ns;
    }
    note(figures, clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns);
}

static void print(const struct figures *floor, const struct figures *figures)
{
    int middle = figures->rounds / 2;
    printf("%-44s p50 %7.1f us (x %4.2f)   CPU %6.2f us (x %4.2f)   least CPU %6.2f (x %4.2f)\n",
           figures->name, figures->p50_us[middle], figures->p50_us[middle] / floor->p50_us[middle],
           figures->cpu_us[middle], figures->cpu_us[middle] / floor->cpu_us[middle],
           figures->cpu_us[0], figures->cpu_us[0] / floor->cpu_us[0]);
}

static void print_all(const char *title, struct figures *figures, int count)
{
    printf("%s\n", title);
    for (int i = 0; i < count; i++) {
        qsort(figures[i].p50_us, (size_t)figures[i].rounds, sizeof(double), compare);
        qsort(figures[i].cpu_us, (size_t)figures[i].rounds, sizeof(double), compare);
    }
    for (int i = 0; i < count; i++)
        print(&figures[0], &figures[i]);
    printf("\n");
}

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

static void bench_one_in_flight(void)
{
    static struct figures figures[4] = { { .name = "raw epoll + OpenSSL" },
                                         { .name = "cmb_pool" },
                                         { .name = "raw epoll + OpenSSL, spinning" },
                                         { .name = "cmb_pool, spinning" } };
    raw_open(&kept, false);
    for (int i = 0; i < 100; i++) {
        raw_once();
        ours_once();
    }
    for (int round = 0; round < ROUNDS; round++) {
        run_block(&figures[0], raw_once);
        run_block(&figures[1], ours_once);
        patience_ms = 0;
        run_block(&figures[2], raw_once);
        run_block(&figures[3], ours_once);
        patience_ms = -1;
    }
    print_all("kept TLS connection, one in flight", figures, 2);
    print_all("the same, spinning", figures + 2, 2);
    raw_close(&kept);
}

static void count_allocations(void)
{
#ifdef TEST_CANNOT_COUNT
    printf("heap allocations are not counted in this build\n\n");
    return;
#endif
    long ours = atomic_load(&test_allocations_ours), others = atomic_load(&test_allocations_others);
    for (int i = 0; i < BLOCK; i++)
        ours_once();
    ours = atomic_load(&test_allocations_ours) - ours;
    others = atomic_load(&test_allocations_others) - others;
    const struct cmb_pool_counters *counters = cmb_pool_counters(pool);
    printf("connections: opened %llu, found dead %llu, expired %llu\n",
           (unsigned long long)counters->opened, (unsigned long long)counters->found_dead,
           (unsigned long long)counters->expired);
    printf("heap allocations per kept request: ours %.3f, libcurl and OpenSSL %.3f\n\n",
           (double)ours / BLOCK, (double)others / BLOCK);
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

static void run_crowd(struct figures *figures, void (*all)(void))
{
    int64_t cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID), start_ns = clock_ns(CLOCK_MONOTONIC);
    all();
    for (int i = 0; i < BLOCK; i++)
        latencies[i] = (clock_ns(CLOCK_MONOTONIC) - start_ns) / BLOCK;
    note(figures, clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns);
}

static void bench_many_in_flight(void)
{
    static struct figures figures[2] = { { .name = "raw epoll + OpenSSL" },
                                         { .name = "cmb_pool" } };
    for (int i = 0; i < IN_FLIGHT; i++)
        raw_open(&crowd[i], false);
    raw_crowd();
    ours_crowd();
    for (int round = 0; round < ROUNDS; round++) {
        run_crowd(&figures[0], raw_crowd);
        run_crowd(&figures[1], ours_crowd);
    }
    print_all("kept TLS connections, 50 in flight (p50: time per request)", figures, 2);
    for (int i = 0; i < IN_FLIGHT; i++)
        raw_close(&crowd[i]);
}

/* --- new connections --- */

static void raw_new(bool is_resuming)
{
    struct raw raw = { 0 };
    raw_open(&raw, is_resuming);
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

static void bench_new_connections(void)
{
    static struct figures figures[] = { { .name = "raw, full handshake" },
                                        { .name = "cmb_connection, full handshake, verified" },
                                        { .name = "raw, resumed" },
                                        { .name = "cmb_connection, resumed" } };
    static void (*const once[])(void) = { raw_new_full, ours_new_full, raw_new_resumed,
                                          ours_new_resumed };
    struct cambist_error error = { 0 };
    struct cmb_trust_settings trusted = { .ca_file = test_certificates_ca_file() };
    int64_t start_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    struct cmb_trust *trust = cmb_trust_new(&trusted, &error);
    printf("loading the system's authorities, once: %.1f ms\n",
           (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - start_ns) / 1e6);
    connector = cmb_connector_new(loop, trust, NULL);
    known = cmb_target_new(server.url, &error);
    for (int i = 0; i < 4; i++)
        once[i]();
    for (int round = 0; round < 5; round++)
        for (int i = 0; i < 4; i++)
            run_block(&figures[i], once[i]);
    print_all("new TLS connection with one request", figures, 4);
    cmb_target_free(known);
    cmb_connector_free(connector);
    cmb_trust_free(trust);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* for the raw client */
    bench_server_start(&server);
    bench_pin(1);
    raw_init();
    ours_init();
    bench_one_in_flight();
    count_allocations();
    bench_many_in_flight();
    bench_new_connections();
    cmb_pool_free(pool);
    cmb_loop_free(loop);
    close(raw_epoll);
    SSL_SESSION_free(raw_session);
    SSL_CTX_free(raw_context);
    bench_server_stop(&server);
    return 0;
}
