/* support/tls_server.h - an HTTP server on loopback that does what a test tells it.
 *
 * In the test's process: a thread accepts, one thread serves each connection, with blocking calls.
 * Every whole request is counted before `on_request` is called, as an exchange would execute an
 * order, and the bytes that came out of TLS are counted too.  Certificates are made at the start.
 * SIGPIPE is blocked in the server's threads only, so that the client's own care is tested.
 */
#ifndef TEST_SUPPORT_TLS_SERVER_H
#define TEST_SUPPORT_TLS_SERVER_H

#include "support/certificates.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TEST_PEERS_MOST 4096

struct test_peer;
struct test_server;

/* One whole request; `text` is NUL-terminated. */
typedef void (*test_request_fn)(struct test_peer *peer, const char *text, void *user);

struct test_server_settings {
    test_request_fn on_request;
    void *user;
    enum test_certificate certificate;
    int tls_most;        /* TLS1_1_VERSION ...; 0: the newest */
    bool is_plain;       /* no TLS */
    bool is_mute;        /* accepts, and never says a word, not even of TLS */
    bool closes_at_once; /* closes what it accepted */
};

struct test_peer {
    struct test_server *server;
    pthread_t thread;
    int fd;
    SSL *ssl;
    bool is_over; /* on_request set it by test_peer_cut or test_peer_reset */
    size_t length;
    char text[65536];
};

struct test_server {
    struct test_server_settings settings;
    SSL_CTX *tls;
    int fd;
    uint16_t port;
    char url[64]; /* "https://127.0.0.1:port" */
    pthread_t thread;
    pthread_mutex_t lock;
    struct test_peer *peers[TEST_PEERS_MOST];
    size_t peer_count;
    atomic_int accepted, handshakes, resumed, requests, request_bytes, gone, named;
};

/* --- for on_request --- */

static inline bool test_peer_write(struct test_peer *peer, const char *bytes, size_t length)
{
    while (length) {
        ssize_t written = peer->ssl ? SSL_write(peer->ssl, bytes, (int)length)
                                    : send(peer->fd, bytes, length, MSG_NOSIGNAL);
        if (written <= 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

static inline bool test_peer_say(struct test_peer *peer, const char *text)
{
    return test_peer_write(peer, text, strlen(text));
}

static inline void test_peer_answer(struct test_peer *peer, const char *body)
{
    char text[4096];
    snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(body),
             body);
    test_peer_say(peer, text);
}

/* The end of the connection: FIN, without the farewell of TLS. */
static inline void test_peer_cut(struct test_peer *peer)
{
    peer->is_over = true;
}

/* The end of the connection: RST. */
static inline void test_peer_reset(struct test_peer *peer)
{
    struct linger linger = { .l_onoff = 1 };
    setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    peer->is_over = true;
}

/* Waits until the other side has gone, or `timeout_ms` passed: a pause that ends with the test. */
static inline bool test_peer_wait_gone(struct test_peer *peer, int timeout_ms)
{
    struct pollfd one = { .fd = peer->fd, .events = POLLRDHUP };
    return poll(&one, 1, timeout_ms) > 0;
}

/* --- the server's own --- */

static inline ssize_t test_peer_read_(struct test_peer *peer, char *to, size_t size)
{
    ssize_t got = peer->ssl ? SSL_read(peer->ssl, to, (int)size) : recv(peer->fd, to, size, 0);
    if (got > 0)
        atomic_fetch_add(&peer->server->request_bytes, (int)got);
    return got;
}

static inline size_t test_request_size_(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n");
    if (!end)
        return 0;
    const char *length = strcasestr(text, "content-length:");
    size_t body = length && length < end ? (size_t)strtoul(length + 15, NULL, 10) : 0;
    return (size_t)(end - text) + 4 + body;
}

/* Reads one request into peer->text; false at the end of the connection. */
static inline bool test_peer_next_(struct test_peer *peer)
{
    peer->length = 0;
    for (;;) {
        peer->text[peer->length] = 0;
        size_t size = test_request_size_(peer->text);
        if (size && peer->length >= size)
            return true;
        size_t room = sizeof peer->text - 1 - peer->length;
        ssize_t got = room ? test_peer_read_(peer, peer->text + peer->length, room) : 0;
        if (got <= 0)
            return false;
        peer->length += (size_t)got;
    }
}

static inline bool test_peer_greet_(struct test_peer *peer)
{
    struct test_server *server = peer->server;
    if (server->settings.is_plain)
        return true;
    peer->ssl = SSL_new(server->tls);
    SSL_set_fd(peer->ssl, peer->fd);
    if (SSL_accept(peer->ssl) != 1)
        return false;
    atomic_fetch_add(&server->handshakes, 1);
    atomic_fetch_add(&server->resumed, SSL_session_reused(peer->ssl));
    atomic_fetch_add(&server->named, SSL_get_servername(peer->ssl, 0) != NULL);
    return true;
}

static inline void *test_peer_run_(void *user)
{
    struct test_peer *peer = user;
    struct test_server *server = peer->server;
    if (server->settings.is_mute)
        test_peer_wait_gone(peer, 10000);
    else if (!server->settings.closes_at_once && test_peer_greet_(peer))
        while (!peer->is_over && test_peer_next_(peer)) {
            atomic_fetch_add(&server->requests, 1);
            server->settings.on_request(peer, peer->text, server->settings.user);
        }
    SSL_free(peer->ssl);
    peer->ssl = NULL;
    pthread_mutex_lock(&server->lock);
    close(peer->fd);
    peer->fd = -1;
    pthread_mutex_unlock(&server->lock);
    atomic_fetch_add(&server->gone, 1);
    return NULL;
}

static inline void test_server_welcome_(struct test_server *server, int fd)
{
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    atomic_fetch_add(&server->accepted, 1);
    struct test_peer *peer = calloc(1, sizeof *peer);
    if (!peer || server->peer_count == TEST_PEERS_MOST)
        abort();
    peer->server = server;
    peer->fd = fd;
    pthread_mutex_lock(&server->lock);
    server->peers[server->peer_count++] = peer;
    pthread_mutex_unlock(&server->lock);
    if (pthread_create(&peer->thread, NULL, test_peer_run_, peer) != 0)
        abort();
}

static inline void *test_server_run_(void *user)
{
    struct test_server *server = user;
    int fd;
    while ((fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        test_server_welcome_(server, fd);
    return NULL;
}

static inline void test_server_listen_(struct test_server *server)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->fd < 0 || bind(server->fd, (struct sockaddr *)&address, size) != 0 ||
        listen(server->fd, 1024) != 0 ||
        getsockname(server->fd, (struct sockaddr *)&address, &size) != 0)
        abort();
    server->port = ntohs(address.sin_port);
    snprintf(server->url, sizeof server->url, "%s://127.0.0.1:%u",
             server->settings.is_plain ? "http" : "https", server->port);
}

/* Starts; never fails, but aborts the test. */
static inline struct test_server *test_server_start(const struct test_server_settings *settings)
{
    struct test_server *server = calloc(1, sizeof *server);
    if (!server)
        abort();
    server->settings = *settings;
    pthread_mutex_init(&server->lock, NULL);
    if (!settings->is_plain)
        server->tls = test_certificates_context(settings->certificate, settings->tls_most);
    test_server_listen_(server);
    sigset_t pipe, old;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &old); /* inherited by the server's threads */
    if (pthread_create(&server->thread, NULL, test_server_run_, server) != 0)
        abort();
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return server;
}

/* Ends all connections; waits until each has ended. */
static inline void test_server_hang_up(struct test_server *server)
{
    pthread_mutex_lock(&server->lock);
    size_t count = server->peer_count;
    for (size_t i = 0; i < count; i++)
        if (server->peers[i]->fd >= 0)
            shutdown(server->peers[i]->fd, SHUT_RDWR);
    server->peer_count = 0;
    pthread_mutex_unlock(&server->lock);
    for (size_t i = 0; i < count; i++) {
        pthread_join(server->peers[i]->thread, NULL);
        free(server->peers[i]);
    }
}

static inline void test_server_stop(struct test_server *server)
{
    shutdown(server->fd, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->fd);
    test_server_hang_up(server);
    SSL_CTX_free(server->tls);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

#endif
