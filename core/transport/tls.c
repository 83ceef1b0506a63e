/* How is TLS spoken on a connection that libcurl has opened? */
#include "transport/tls.h"

#include <cambist/status.h>
#include <errno.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>

/* ---- the socket, as OpenSSL wants it ---- */

/* OpenSSL's own method for sockets writes in a way that may end the process by SIGPIPE. */
static BIO_METHOD *method;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int fd_of(BIO *bio)
{
    return (int)(intptr_t)BIO_get_data(bio);
}

static bool is_later(ssize_t size)
{
    return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

static int read_socket(BIO *bio, char *to, int size)
{
    ssize_t taken = recv(fd_of(bio), to, (size_t)size, 0);
    BIO_clear_retry_flags(bio);
    if (is_later(taken))
        BIO_set_retry_read(bio);
    if (taken == 0)
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return (int)taken;
}

static int write_socket(BIO *bio, const char *from, int size)
{
    ssize_t taken = send(fd_of(bio), from, (size_t)size, MSG_NOSIGNAL);
    BIO_clear_retry_flags(bio);
    if (is_later(taken))
        BIO_set_retry_write(bio);
    return (int)taken;
}

static long control(BIO *bio, int command, long number, void *at)
{
    (void)number;
    (void)at;
    if (command == BIO_CTRL_EOF)
        return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    return command == BIO_CTRL_FLUSH;
}

static void make_method(void)
{
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (method && (!BIO_meth_set_read(method, read_socket) ||
                   !BIO_meth_set_write(method, write_socket) ||
                   !BIO_meth_set_ctrl(method, control))) {
        BIO_meth_free(method);
        method = NULL;
    }
}

bool cmb_tls_take(SSL *tls, int fd)
{
    pthread_once(&once, make_method);
    BIO *bio = method ? BIO_new(method) : NULL;
    if (!bio)
        return false;
    BIO_set_data(bio, (void *)(intptr_t)fd);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls, bio, bio);
    SSL_CTX_sess_set_new_cb(SSL_get_SSL_CTX(tls), NULL); /* libcurl's, for within libcurl alone */
    return true;
}

/* ---- speaking ---- */

/* Judged by what the socket has said: OpenSSL's queue of errors may hold somebody else's. */
static int status_of(SSL *tls)
{
    const BIO *socket = SSL_get_rbio(tls);
    bool waits = SSL_want_read(tls) ? BIO_should_read(socket)
                                    : SSL_want_write(tls) && BIO_should_write(socket);
    if (waits)
        return CAMBIST_AGAIN;
    ERR_clear_error();
    return CAMBIST_UNAVAILABLE;
}

int cmb_tls_read(SSL *tls, void *to, size_t size, size_t *ret_size)
{
    if (SSL_read_ex(tls, to, size, ret_size))
        return CAMBIST_OK;
    *ret_size = 0;
    return cmb_tls_has_ended(tls) ? CAMBIST_OK : status_of(tls);
}

int cmb_tls_write(SSL *tls, const void *from, size_t size, size_t *ret_size)
{
    if (SSL_write_ex(tls, from, size, ret_size))
        return CAMBIST_OK;
    *ret_size = 0;
    return status_of(tls);
}
