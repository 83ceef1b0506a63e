/* bench/transport_server.h - a fast TLS server in a process of its own, on the first CPU.
 *
 * One thread, epoll, an answer of 1 kB for every blank line; "GET /close" closes afterwards.
 */
#ifndef BENCH_TRANSPORT_SERVER_H
#define BENCH_TRANSPORT_SERVER_H

#include "support/certificates.h"

#include <openssl/err.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct bench_server {
    pid_t process;
    uint16_t port;
    char url[64];
};

struct bench_peer {
    int fd;
    SSL *tls;
};

static char bench_answer[2048];
static int bench_answer_length;

static inline void bench_pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static inline void bench_prepare_answer_(void)
{
    char body[1025];
    memset(body, 'x', sizeof body - 1);
    body[sizeof body - 1] = 0;
    bench_answer_length = snprintf(bench_answer, sizeof bench_answer,
                                   "HTTP/1.1 200 OK\r\nServer: bench\r\n"
                                   "Content-Type: application/json;charset=UTF-8\r\n"
                                   "Content-Length: %zu\r\nConnection: keep-alive\r\n"
                                   "x-mbx-uuid: 0c1f8e6c-9d1b-4c1f-8d55-2a1b9f0a5a3e\r\n"
                                   "x-mbx-used-weight: 1\r\nx-mbx-used-weight-1m: 1\r\n\r\n%s",
                                   strlen(body), body);
}

static inline void bench_accept_(int epoll, int listener, SSL_CTX *context)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), one = 1;
    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct bench_peer *peer = calloc(1, sizeof *peer);
    peer->fd = fd;
    peer->tls = SSL_new(context);
    SSL_set_fd(peer->tls, fd);
    SSL_set_accept_state(peer->tls);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = peer };
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static inline void bench_close_(struct bench_peer *peer)
{
    SSL_free(peer->tls);
    close(peer->fd);
    free(peer);
}

static inline void bench_serve_(struct bench_peer *peer)
{
    char request[4096];
    for (;;) {
        ERR_clear_error(); /* another peer's failure must not count as this one's */
        int got = SSL_read(peer->tls, request, sizeof request - 1);
        if (got <= 0) {
            int error = SSL_get_error(peer->tls, got);
            if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
                bench_close_(peer);
            return;
        }
        request[got] = 0;
        SSL_write(peer->tls, bench_answer, bench_answer_length);
        if (strncmp(request, "GET /close", 10) == 0) {
            SSL_shutdown(peer->tls);
            bench_close_(peer);
            return;
        }
    }
}

static inline void bench_server_run_(int listener, SSL_CTX *context)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = { .events = EPOLLIN }, ready[64];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(epoll, ready, 64, -1);
        for (int i = 0; i < count; i++)
            if (ready[i].data.ptr)
                bench_serve_(ready[i].data.ptr);
            else
                bench_accept_(epoll, listener, context);
    }
}

static inline void bench_server_start(struct bench_server *server)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 512) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        abort();
    server->port = ntohs(address.sin_port);
    snprintf(server->url, sizeof server->url, "https://127.0.0.1:%u", server->port);
    SSL_CTX *context = test_certificates_context(TEST_GOOD, 0);
    bench_prepare_answer_();
    fflush(stdout);
    server->process = fork();
    if (server->process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
        bench_pin(0);
        bench_server_run_(listener, context);
    }
    SSL_CTX_free(context);
    close(listener);
}

static inline void bench_server_stop(struct bench_server *server)
{
    kill(server->process, SIGKILL);
    waitpid(server->process, NULL, 0);
}

#endif
