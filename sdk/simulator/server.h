/* simulator/server.h - HTTP/1.1 on loopback, a thread per connection.
 *
 * A server belongs to one exchange.  It reads requests, hands each to `answer`, and writes what
 * comes back the way the fault says.  Its threads take no signals.
 */
#ifndef CMB_SIMULATOR_SERVER_H
#define CMB_SIMULATOR_SERVER_H

#include <openssl/ssl.h>
#include <pthread.h>

#include "simulator/sending.h"

enum { CMB_SERVER_BODY_MOST = 1 << 20 };

/* Called for each whole request, from any of the server's threads; fills *ret. */
typedef void cmb_server_answer_fn(void *user, struct cmb_received *received,
                                  struct cmb_text target, struct cmb_sending *ret);

/* The answer that was not there yet; false: it still is not. */
typedef bool cmb_server_collect_fn(void *user, uint64_t ticket, struct cmb_sending *ret);
/* Whether a connection is kept at all. */
typedef bool cmb_server_accept_fn(void *user);

struct cmb_peer;
/* Called for a request that asks for a WebSocket; false: there is none, it is answered like any
 * other.  `early` came behind the request. */
typedef bool cmb_server_stream_fn(void *user, struct cmb_peer *peer, struct cmb_received *received,
                                  struct cmb_text target, struct cmb_text early);

struct cmb_server_seat {
    int fd;
    uint16_t port;
    SSL_CTX *tls; /* NULL: plain; not owned */
    cmb_server_accept_fn *accept;
    cmb_server_answer_fn *answer;
    cmb_server_collect_fn *collect;
    cmb_server_stream_fn *stream;
    void *user;
    pthread_t thread;
    pthread_mutex_t lock; /* of the peers */
    struct cmb_peer *peers;
    bool is_stopping, is_running;
};

/* Listens on 127.0.0.1; port 0 takes any.  BAD_CONFIG when the port is taken. */
int cmb_server_start(struct cmb_server_seat *server, struct cambist_error *error);
/* Ends all connections and waits for their threads; stop twice is fine. */
void cmb_server_stop(struct cmb_server_seat *server);

/* peer: serves one client until either side has enough.  `server` is looked at only. */
struct cmb_peer {
    struct cmb_server_seat *server;
    struct cmb_peer *next;
    pthread_t thread;
    int fd;
    SSL *ssl;
    bool is_over; /* under the server's lock: may be joined */
};
void *cmb_peer_run(void *peer);
/* Writes the reply; false when the connection is to end. */
bool cmb_peer_send(struct cmb_peer *peer, const struct cmb_sending *sending);
/* Waits until the client has gone, at most so long; whether it has. */
bool cmb_peer_wait_gone(struct cmb_peer *peer, int most_ms);
/* The end of the connection will be a reset. */
void cmb_peer_reset(struct cmb_peer *peer);
bool cmb_peer_write(struct cmb_peer *peer, const char *bytes, size_t length);
/* At least one byte; 0 or less at the end. */
ssize_t cmb_peer_read(struct cmb_peer *peer, char *to, size_t size);

/* certificate: a server context with a certificate of that sort (enum
 * cmb_simulator_certificate), made for this run.  Its authority is written as PEM to a new file,
 * whose name is put into `ca_path`.  NULL when that fails. */
SSL_CTX *cmb_certificate_new(uint32_t sort, char *ca_path, size_t size);

#endif
