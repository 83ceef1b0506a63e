/* bench/raw_client.h - the floor of everything that crosses a socket: epoll and OpenSSL by hand.
 *
 * No timeouts, no pool, no checks beyond the certificate; of an answer it looks for nothing but
 * the end.
 */
#ifndef BENCH_RAW_CLIENT_H
#define BENCH_RAW_CLIENT_H

#include "bench/bench.h"
#include "support/certificates.h"

#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { RAW_BYTES = 64 * 1024 };

/* One connection, and what was read of it. */
struct raw {
    int fd;
    SSL *tls;
    char *bytes; /* RAW_BYTES and a NUL */
    size_t have;
};

static SSL_CTX *raw_context;
static SSL_SESSION *raw_session; /* of the last connection that was resumable */
static int raw_epoll;
static int raw_patience_ms = -1; /* 0: spins instead of waiting */

static inline int raw_keep_session_(SSL *tls, SSL_SESSION *session)
{
    (void)tls;
    SSL_SESSION_free(raw_session);
    raw_session = session;
    return 1;
}

/* `ca_file` is the authority that is believed. */
static inline void raw_init(const char *ca_file)
{
    raw_context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_load_verify_file(raw_context, ca_file);
    SSL_CTX_set_verify(raw_context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(raw_context, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(raw_context, raw_keep_session_);
    raw_epoll = epoll_create1(EPOLL_CLOEXEC);
}

static inline void raw_clear(void)
{
    close(raw_epoll);
    SSL_SESSION_free(raw_session);
    SSL_CTX_free(raw_context);
}

static inline void raw_open(struct raw *raw, uint16_t port, bool is_resuming)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int one = 1;
    raw->have = 0;
    raw->bytes = calloc(1, RAW_BYTES + 1);
    raw->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bench_require(connect(raw->fd, (struct sockaddr *)&address, sizeof address) == 0,
                  "the server does not listen");
    setsockopt(raw->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    raw->tls = SSL_new(raw_context);
    if (is_resuming && raw_session)
        SSL_set_session(raw->tls, raw_session);
    SSL_set_fd(raw->tls, raw->fd);
    bench_require(raw->bytes && SSL_connect(raw->tls) == 1, "the raw client's handshake failed");
    fcntl(raw->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = raw };
    epoll_ctl(raw_epoll, EPOLL_CTL_ADD, raw->fd, &event);
}

static inline void raw_close(struct raw *raw)
{
    SSL_shutdown(raw->tls); /* else OpenSSL forgets the session */
    SSL_free(raw->tls);
    close(raw->fd);
    free(raw->bytes);
}

static inline void raw_send(struct raw *raw, const char *text, size_t length)
{
    raw->have = 0;
    SSL_write(raw->tls, text, (int)length);
}

/* Answers whether the answer is whole. */
static inline bool raw_receive(struct raw *raw)
{
    for (;;) {
        int got = SSL_read(raw->tls, raw->bytes + raw->have, (int)(RAW_BYTES - raw->have));
        if (got <= 0)
            return false;
        raw->have += (size_t)got;
        raw->bytes[raw->have] = 0;
        const char *end = strstr(raw->bytes, "\r\n\r\n");
        const char *length = end ? strcasestr(raw->bytes, "content-length:") : NULL;
        if (length && raw->bytes + raw->have >= end + 4 + strtol(length + 15, NULL, 10))
            return true;
    }
}

/* Waits until a connection is readable; the connection. */
static inline struct raw *raw_wait_readable(void)
{
    struct epoll_event ready;
    while (epoll_wait(raw_epoll, &ready, 1, raw_patience_ms) <= 0)
        ;
    return ready.data.ptr;
}

static inline void raw_wait(struct raw *raw)
{
    do
        raw_wait_readable();
    while (!raw_receive(raw));
}

/* ---- WebSockets: the server's frames, as they come ---- */

/* Opens a WebSocket and says one short text. */
static inline void raw_open_websocket(struct raw *raw, uint16_t port, const char *path,
                                      const char *subscription)
{
    char text[512];
    raw_open(raw, port, false);
    int length = snprintf(text, sizeof text,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path);
    raw_send(raw, text, (size_t)length);
    do {
        raw_wait_readable();
        int got = SSL_read(raw->tls, raw->bytes + raw->have, (int)(RAW_BYTES - raw->have));
        raw->have += got > 0 ? (size_t)got : 0;
        raw->bytes[raw->have] = 0;
    } while (!strstr(raw->bytes, "\r\n\r\n"));
    char *end = strstr(raw->bytes, "\r\n\r\n") + 4;
    raw->have -= (size_t)(end - raw->bytes);
    memmove(raw->bytes, end, raw->have + 1);
    size_t size = strlen(subscription);
    if (size) { /* masked with zeros */
        memcpy(text, (char[]){ (char)0x81, (char)(0x80 | size), 0, 0, 0, 0 }, 6);
        memcpy(text + 6, subscription, size);
        SSL_write(raw->tls, text, (int)size + 6);
    }
}

/* Hands over each whole frame that is here; a close frame has length -1. */
static inline void raw_read_frames(struct raw *raw,
                                   void (*on_frame)(const char *at, ptrdiff_t length, void *user),
                                   void *user)
{
    int got;
    while ((got = SSL_read(raw->tls, raw->bytes + raw->have, (int)(RAW_BYTES - raw->have))) > 0) {
        size_t at = 0;
        raw->have += (size_t)got;
        raw->bytes[raw->have] = 0;
        while (raw->have - at >= 4) {
            const unsigned char *head = (const unsigned char *)raw->bytes + at;
            size_t short_length = head[1], head_length = short_length == 126 ? 4 : 2;
            size_t length = short_length == 126 ? (size_t)head[2] << 8 | head[3] : short_length;
            if (raw->have - at < head_length + length)
                break;
            on_frame(raw->bytes + at + head_length, head[0] == 0x88 ? -1 : (ptrdiff_t)length, user);
            at += head_length + length;
        }
        raw->have -= at;
        memmove(raw->bytes, raw->bytes + at, raw->have + 1);
    }
}

#endif
