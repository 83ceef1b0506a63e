/* bench/transport_server.h - a fast TLS server in a process of its own, on the first CPU.
 *
 * It never sleeps where it has that CPU for itself: a virtual machine may take ten microseconds to wake
 * a CPU that has gone to sleep, and whether it has depends on how long the client thinks, so that each
 * microsecond of the client's would count three times.
 *
 * One thread, epoll, several ports, an answer for every blank line: what Binance would say, or 1 kB of nothing.
 * "GET /close" closes afterwards.  To a WebSocket that has subscribed it sends a depth update every
 * two milliseconds, whose event time is the moment of sending: this machine's monotonic clock, in
 * microseconds.  On the second port everything costs a hundredth more.
 */
#ifndef BENCH_TRANSPORT_SERVER_H
#define BENCH_TRANSPORT_SERVER_H

#include "bench/bench.h"
#include "bench/depth_texts.h"
#include "support/certificates.h"

#include <openssl/err.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

enum { BENCH_PACE_NS = 2000000, BENCH_TICK_LEVELS = 8, BENCH_WEBSOCKETS_MOST = 32, BENCH_PORTS = 20,
       BENCH_DEARER = 67000 };

struct bench_server {
    pid_t process;
    uint16_t port, ports[BENCH_PORTS]; /* port is the first of them */
    char url[64];
};

struct bench_peer {
    int fd;
    SSL *tls;
    bool is_websocket, is_subscribed, is_dear; /* dear: of the second port */
    unsigned long next; /* number of a depth update */
};

/* ---- what is answered ---- */

/* "%s" is the client order id of the request. */
#define BENCH_ORDER_                                                                               \
    "{\"symbol\":\"BTCUSDT\",\"orderId\":12345678,\"orderListId\":-1,\"clientOrderId\":\"%s\","    \
    "\"price\":\"43250.12000000\",\"origQty\":\"0.01000000\",\"executedQty\":\"0.01000000\","      \
    "\"cummulativeQuoteQty\":\"432.50120000\",\"status\":\"FILLED\",\"timeInForce\":\"GTC\","      \
    "\"type\":\"LIMIT\",\"side\":\"BUY\",\"stopPrice\":\"0.00000000\",\"icebergQty\":"             \
    "\"0.00000000\",\"time\":1700000000000,\"transactTime\":1700000000000,\"updateTime\":"         \
    "1700000000000,\"isWorking\":true,\"workingTime\":1700000000000,\"selfTradePreventionMode\":"  \
    "\"NONE\"}"
#define BENCH_MARKETS_                                                                             \
    "{\"timezone\":\"UTC\",\"symbols\":[{\"symbol\":\"BTCUSDT\",\"status\":\"TRADING\","           \
    "\"baseAsset\":\"BTC\",\"quoteAsset\":\"USDT\",\"baseAssetPrecision\":8,\"quotePrecision\":8," \
    "\"isSpotTradingAllowed\":true,\"filters\":[{\"filterType\":\"PRICE_FILTER\",\"tickSize\":"    \
    "\"0.01000000\"},{\"filterType\":\"LOT_SIZE\",\"stepSize\":\"0.00000100\"}]}]}"

static char bench_depth_[2][1 << 16], bench_filling_[1025]; /* the second is dear */

static inline const char *bench_client_id_(const char *request, char id[static 65])
{
    const char *at = strstr(request, "newClientOrderId=");
    size_t length = at ? strcspn(at + 17, "& \r\n") : 0;
    snprintf(id, 65, "%.*s", (int)(length < 64 ? length : 64), at ? at + 17 : "");
    return id;
}

/* The body of the answer; its length. */
static inline size_t bench_write_body_(const char *request, bool is_dear, char *to, size_t room)
{
    char id[65];
    struct timespec now;
    const char *path = strchr(request, ' ') + 1;
    if (strncmp(path, "/api/v3/order", 13) == 0)
        return (size_t)snprintf(to, room, BENCH_ORDER_, bench_client_id_(request, id));
    if (strstr(path, "/exchangeInfo "))
        return (size_t)snprintf(to, room, "%s", BENCH_MARKETS_);
    if (strncmp(path, "/api/v3/depth", 13) == 0)
        return (size_t)snprintf(to, room, "%s", bench_depth_[is_dear]);
    if (strncmp(path, "/api/v3/time", 12) == 0) {
        clock_gettime(CLOCK_REALTIME, &now);
        return (size_t)snprintf(to, room, "{\"serverTime\":%lld}",
                                (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000);
    }
    return (size_t)snprintf(to, room, "%s", bench_filling_);
}

static inline void bench_prepare_answers_(void)
{
    memset(bench_filling_, 'x', sizeof bench_filling_ - 1);
    for (int is_dear = 0; is_dear < 2; is_dear++) {
        depth_dearer = is_dear ? BENCH_DEARER : 0;
        depth_write_snapshot(bench_depth_[is_dear], sizeof bench_depth_[0], 200, 1000);
    }
}

static inline void bench_answer_(struct bench_peer *peer, const char *request)
{
    static char body[sizeof bench_depth_[0]], answer[sizeof body + 512];
    size_t size = bench_write_body_(request, peer->is_dear, body, sizeof body);
    int length = snprintf(answer, sizeof answer,
                          "HTTP/1.1 200 OK\r\nServer: bench\r\n"
                          "Content-Type: application/json;charset=UTF-8\r\n"
                          "Content-Length: %zu\r\nConnection: keep-alive\r\n"
                          "x-mbx-uuid: 0c1f8e6c-9d1b-4c1f-8d55-2a1b9f0a5a3e\r\n\r\n", size);
    memcpy(answer + length, body, size);
    SSL_write(peer->tls, answer, length + (int)size);
}

/* ---- WebSockets ---- */

static struct bench_peer *bench_websockets_[BENCH_WEBSOCKETS_MOST];

static inline void bench_welcome_(struct bench_peer *peer, const char *request)
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char key[128], accept[64], answer[256];
    unsigned char digest[20];
    const char *at = strcasestr(request, "Sec-WebSocket-Key:") + 18;
    at += strspn(at, " ");
    int length = snprintf(key, sizeof key, "%.*s%s", (int)strcspn(at, "\r\n"), at, guid);
    EVP_Digest(key, (size_t)length, digest, NULL, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)accept, digest, sizeof digest);
    length = snprintf(answer, sizeof answer,
                      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                      "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
    SSL_write(peer->tls, answer, length);
    peer->is_websocket = true;
    for (int i = 0; i < BENCH_WEBSOCKETS_MOST; i++)
        if (!bench_websockets_[i]) {
            bench_websockets_[i] = peer;
            break;
        }
}

/* A text of `length` bytes that stands four bytes behind `frame`. */
static inline void bench_say_(struct bench_peer *peer, char *frame, size_t length)
{
    bool is_short = length < 126;
    if (is_short)
        memcpy(frame + 2, (char[]){ (char)0x81, (char)length }, 2);
    else
        memcpy(frame, (char[]){ (char)0x81, 126, (char)(length >> 8), (char)length }, 4);
    SSL_write(peer->tls, frame + (is_short ? 2 : 0), (int)length + (is_short ? 2 : 4));
}

/* One frame of the client's: a subscription is acknowledged, and anything else is nothing to us. */
static inline void bench_hear_(struct bench_peer *peer, unsigned char *frame, size_t got)
{
    char answer[64];
    size_t length = frame[1] & 0x7f, head = length == 126 ? 8 : 6;
    const unsigned char *mask = frame + head - 4;
    if ((frame[0] & 0xf) != 1 || got < head)
        return;
    for (size_t i = head; i < got; i++)
        frame[i] ^= mask[(i - head) % 4];
    const char *id = strstr((char *)frame + head, "\"id\":");
    length = (size_t)snprintf(answer + 4, sizeof answer - 4, "{\"result\":null,\"id\":%ld}",
                              id ? strtol(id + 5, NULL, 10) : 1);
    bench_say_(peer, answer, length);
    peer->is_subscribed = !strstr((char *)frame + head, "UNSUBSCRIBE");
    peer->next = 1001; /* the snapshot's number is 1000 */
}

/* Everybody gets the next update. */
static inline void bench_tick_(void)
{
    static char frame[8192];
    struct timespec now;
    for (int i = 0; i < BENCH_WEBSOCKETS_MOST; i++) {
        struct bench_peer *peer = bench_websockets_[i];
        if (!peer || !peer->is_subscribed)
            continue;
        depth_dearer = peer->is_dear ? BENCH_DEARER : 0;
        clock_gettime(CLOCK_MONOTONIC, &now);
        int64_t now_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
        bench_say_(peer, frame, depth_write_binance_at(frame + 4, sizeof frame - 4, now_us,
                                                       peer->next, BENCH_TICK_LEVELS));
        peer->next += 10;
    }
}

/* ---- serving ---- */

static inline void bench_accept_(int epoll, int listener, bool is_dear, SSL_CTX *context)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), one = 1;
    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct bench_peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        abort();
    peer->fd = fd;
    peer->is_dear = is_dear;
    peer->tls = SSL_new(context);
    SSL_set_fd(peer->tls, fd);
    SSL_set_accept_state(peer->tls);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = peer };
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static inline void bench_close_(struct bench_peer *peer)
{
    for (int i = 0; i < BENCH_WEBSOCKETS_MOST; i++)
        if (bench_websockets_[i] == peer)
            bench_websockets_[i] = NULL;
    SSL_free(peer->tls);
    close(peer->fd);
    free(peer);
}

/* What one read has brought; false: the peer is gone.  A request may come in two: its body counts
 * as nothing when it comes alone. */
static inline bool bench_take_(struct bench_peer *peer, char *request, int got)
{
    request[got] = 0;
    if (peer->is_websocket)
        bench_hear_(peer, (unsigned char *)request, (size_t)got);
    else if (strcasestr(request, "Upgrade: websocket"))
        bench_welcome_(peer, request);
    else if (strstr(request, " HTTP/1.1\r\n"))
        bench_answer_(peer, request);
    bool is_farewell = peer->is_websocket && (request[0] & 0xf) == 8;
    if (!is_farewell && strncmp(request, "GET /close", 10) != 0)
        return true;
    SSL_shutdown(peer->tls);
    bench_close_(peer);
    return false;
}

static inline void bench_serve_(struct bench_peer *peer)
{
    static char request[8192];
    int got;
    for (;;) {
        ERR_clear_error(); /* another peer's failure must not count as this one's */
        got = SSL_read(peer->tls, request, sizeof request - 1);
        if (got <= 0)
            break;
        if (!bench_take_(peer, request, got))
            return;
    }
    int error = SSL_get_error(peer->tls, got);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        bench_close_(peer);
}

/* What the server waits for besides its peers. */
static struct {
    int epoll, pace, listeners[BENCH_PORTS];
    SSL_CTX *context;
} bench_waits_;

static inline void bench_wait_for_(int fd, void *what)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };
    epoll_ctl(bench_waits_.epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Only once somebody listens to a WebSocket: nobody else is to be disturbed. */
static inline void bench_begin_pace_(void)
{
    struct itimerspec every = { { 0, BENCH_PACE_NS }, { 0, BENCH_PACE_NS } };
    if (bench_waits_.pace || !bench_websockets_[0])
        return;
    bench_waits_.pace = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    timerfd_settime(bench_waits_.pace, 0, &every, NULL);
    bench_wait_for_(bench_waits_.pace, &bench_waits_.pace);
}

static inline void bench_meet_(void *what)
{
    uint64_t ticks;
    int *listener = what;
    if (what == &bench_waits_.pace) {
        if (read(bench_waits_.pace, &ticks, sizeof ticks) == sizeof ticks)
            bench_tick_();
    } else if (listener >= bench_waits_.listeners &&
               listener < bench_waits_.listeners + BENCH_PORTS) {
        bench_accept_(bench_waits_.epoll, *listener, listener == &bench_waits_.listeners[1],
                      bench_waits_.context);
    } else {
        bench_serve_(what);
    }
}

static inline void bench_server_run_(void)
{
    struct epoll_event ready[64];
    int patience_ms = sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 0 : -1;
    bench_waits_.epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < BENCH_PORTS; i++)
        bench_wait_for_(bench_waits_.listeners[i], &bench_waits_.listeners[i]);
    for (;;) {
        int count = epoll_wait(bench_waits_.epoll, ready, 64, patience_ms);
        for (int i = 0; i < count; i++)
            bench_meet_(ready[i].data.ptr);
        bench_begin_pace_();
    }
}

static inline uint16_t bench_listen_(int *ret_listener)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 512) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        abort();
    *ret_listener = listener;
    return ntohs(address.sin_port);
}

static inline void bench_server_start(struct bench_server *server)
{
    for (int i = 0; i < BENCH_PORTS; i++)
        server->ports[i] = bench_listen_(&bench_waits_.listeners[i]);
    server->port = server->ports[0];
    snprintf(server->url, sizeof server->url, "https://127.0.0.1:%u", server->port);
    bench_waits_.context = test_certificates_context(TEST_GOOD, 0);
    bench_prepare_answers_();
    fflush(stdout);
    server->process = fork();
    if (server->process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
        bench_pin(0);
        bench_server_run_();
    }
    SSL_CTX_free(bench_waits_.context);
    for (int i = 0; i < BENCH_PORTS; i++)
        close(bench_waits_.listeners[i]);
}

static inline void bench_server_stop(struct bench_server *server)
{
    kill(server->process, SIGKILL);
    waitpid(server->process, NULL, 0);
}

#endif
