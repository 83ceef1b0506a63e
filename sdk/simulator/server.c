/* Who listens, and how does it end? */
#include "simulator/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fail.h"

/* Threads inherit the mask of the thread that starts them. */
static int start_thread(pthread_t *thread, void *(*run)(void *), void *user)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(thread, NULL, run, user);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

/* Joins what is over; all of them when the server stops. */
static void join_peers(struct cmb_server_seat *server, bool are_all)
{
    struct cmb_peer **at = &server->peers;
    while (*at) {
        struct cmb_peer *peer = *at;
        pthread_mutex_lock(&server->lock);
        bool is_due = peer->is_over || are_all;
        if (are_all && !peer->is_over)
            shutdown(peer->fd, SHUT_RDWR);
        pthread_mutex_unlock(&server->lock);
        if (!is_due) {
            at = &peer->next;
            continue;
        }
        pthread_join(peer->thread, NULL);
        *at = peer->next;
        free(peer);
    }
}

static void welcome(struct cmb_server_seat *server, int fd)
{
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    join_peers(server, false);
    struct cmb_peer *peer = calloc(1, sizeof *peer);
    if (!peer) {
        close(fd);
        return;
    }
    peer->server = server;
    peer->fd = fd;
    if (start_thread(&peer->thread, cmb_peer_run, peer) != 0) {
        close(fd);
        free(peer);
        return;
    }
    peer->next = server->peers;
    server->peers = peer;
}

/* The list of peers is this thread's alone until it has ended. */
static void *listen_on(void *user)
{
    struct cmb_server_seat *server = user;
    int fd;
    while ((fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        welcome(server, fd);
    return NULL;
}

static int open_port(struct cmb_server_seat *server, struct cambist_error *error)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                   .sin_port = htons(server->port) };
    socklen_t size = sizeof address;
    int one = 1;
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_open = server->fd >= 0 &&
                   setsockopt(server->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
                   bind(server->fd, (struct sockaddr *)&address, size) == 0 &&
                   listen(server->fd, 256) == 0 &&
                   getsockname(server->fd, (struct sockaddr *)&address, &size) == 0;
    if (!is_open) {
        if (server->fd >= 0)
            close(server->fd);
        return cmb_fail(error, CAMBIST_BAD_CONFIG, "port %u of 127.0.0.1 cannot be had",
                        server->port);
    }
    server->port = ntohs(address.sin_port);
    return CAMBIST_OK;
}

int cmb_server_start(struct cmb_server_seat *server, struct cambist_error *error)
{
    int status = open_port(server, error);
    if (status != CAMBIST_OK)
        return status;
    pthread_mutex_init(&server->lock, NULL);
    if (start_thread(&server->thread, listen_on, server) != 0) {
        close(server->fd);
        return cmb_fail(error, CAMBIST_NO_MEMORY, "no thread for a server");
    }
    server->is_running = true;
    return CAMBIST_OK;
}

void cmb_server_stop(struct cmb_server_seat *server)
{
    if (!server->is_running)
        return;
    server->is_running = false;
    shutdown(server->fd, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->fd);
    join_peers(server, true);
    pthread_mutex_destroy(&server->lock);
}
