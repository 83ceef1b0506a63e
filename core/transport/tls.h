/* transport/tls.h - how is TLS spoken on a connection that libcurl has opened?
 *
 * libcurl resolves, connects and shakes hands.  Behind the first bytes that the server has said
 * nothing of that is left to do, and every byte need not pass its layers any more.
 *
 * [the loop's thread]
 */
#ifndef CMB_TRANSPORT_TLS_H
#define CMB_TRANSPORT_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>

/* From now on `tls` reads and writes the socket `fd` itself.  Both stay libcurl's, which closes them;
 * it hears of no session ticket any more.  False without memory: nothing has changed. */
bool cmb_tls_take(SSL *tls, int fd);

/* Whether the other side has taken its leave: only then its end is orderly. */
static inline bool cmb_tls_has_ended(const SSL *tls)
{
    return (SSL_get_shutdown(tls) & SSL_RECEIVED_SHUTDOWN) != 0;
}

/* As cmb_connection_read and _write say, of what was taken. */
int cmb_tls_read(SSL *tls, void *to, size_t size, size_t *ret_size);
int cmb_tls_write(SSL *tls, const void *from, size_t size, size_t *ret_size);

#endif
