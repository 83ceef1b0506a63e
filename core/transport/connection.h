/* transport/connection.h - how does a verified connection come about, and how is it spoken on?
 *
 * A connector opens connections on a loop, without ever blocking it: libcurl resolves, connects
 * (both address families), speaks to a configured proxy, and does the TLS handshake.  From then on
 * the socket is watched by the loop, and libcurl only passes bytes through: of TLS without a proxy only
 * the server's first ones, then it is spoken without libcurl (tls.h).
 *
 * Not negotiable: the certificate and the host name are verified, TLS is 1.2 or newer, only http
 * and https (which ws and wss begin as), HTTP/1.1 is the only protocol offered, nothing is sent
 * before the handshake ended, proxies of the environment are ignored.
 *
 * HTTP exchanges use pool.h; WebSockets use this.  All of it belongs to the loop's thread.
 */
#ifndef CMB_TRANSPORT_CONNECTION_H
#define CMB_TRANSPORT_CONNECTION_H

#include <cambist/status.h>

#include "base/text.h"
#include "transport/loop.h"
#include "transport/trust.h"

struct cmb_connector;
struct cmb_connection;
struct cmb_target;

/* Zero in any member means its default. */
struct cmb_connector_settings {
    uint32_t connect_timeout_ms;   /* name, TCP and TLS together; 2000 */
    uint32_t user_timeout_ms;      /* unacknowledged bytes break the connection; 5000 */
    uint32_t keepalive_idle_s;     /* silence before the first probe; 15 */
    uint32_t keepalive_interval_s; /* between probes; 5 */
    uint32_t keepalive_probes;     /* unanswered ones that end it; 0: as the system says */
    uint32_t dns_cache_s;          /* how long an address is believed; 600 */
    const char *proxy;             /* URL of a proxy; NULL: none */
    uint32_t busy_poll_us; /* the kernel asks the network card that long; 0: not; needs a right */
};

/* `loop` and `trust` outlive the connector; `trust` may be NULL where only http is spoken.  NULL
 * without memory.  Freeing accepts NULL; all targets and connections are closed before. */
struct cmb_connector *cmb_connector_new(struct cmb_loop *loop, struct cmb_trust *trust,
                                        const struct cmb_connector_settings *settings);
void cmb_connector_free(struct cmb_connector *connector);

/* Where connections go: scheme, host and port of `url` (a path is ignored), with the TLS sessions
 * that make the next handshake cheap.  wss is https, and ws is http, in all that follows.  NULL
 * with the reason: BAD_ARGUMENT for a URL that is none of these, has no host, or carries a user
 * name; NO_MEMORY.  Freeing accepts NULL; its connections are closed before. */
struct cmb_target *cmb_target_new(const char *url, struct cambist_error *error);
void cmb_target_free(struct cmb_target *target);
/* "https://api.example.com:443": lower case, port always there.  Lives as long as the target. */
const char *cmb_target_name(const struct cmb_target *target);

/* Called once, later, from the loop.  `status` is CAMBIST_OK, or what failed, with the reason in
 * `error` (valid during the call): TLS: the certificate or the handshake was not accepted.
 * UNAVAILABLE: no address, or nobody answers there.  TIMEOUT.  No byte was sent over it. */
typedef void (*cmb_connection_open_fn)(struct cmb_connection *connection, int status,
                                       const struct cambist_error *error, void *user);

/* Begins to open a connection.  The result belongs to the caller, who closes it in any case, also
 * after a failure; closing before on_open forbids that call.  NULL without memory. */
struct cmb_connection *cmb_connection_open(struct cmb_connector *connector,
                                           struct cmb_target *target,
                                           cmb_connection_open_fn on_open, void *user);
/* Accepts NULL. */
void cmb_connection_close(struct cmb_connection *connection);

/* Watches the open connection; `events` is EPOLLIN, EPOLLOUT or both, and EPOLLRDHUP is always
 * told: the server has closed, though bytes may be left to read.  The same events again, with
 * another on_ready, cost no system call.  Before waiting for EPOLLIN the caller has read until
 * AGAIN: bytes that TLS has decrypted do not make the socket ready. */
int cmb_connection_watch(struct cmb_connection *connection, uint32_t events, cmb_watch_fn on_ready,
                         void *user);

/* CAMBIST_OK with 1..size bytes in *ret_size, or with 0 at the orderly end; AGAIN: nothing now;
 * UNAVAILABLE: the connection broke, or ended without the farewell that TLS demands. */
int cmb_connection_read(struct cmb_connection *connection, void *to, size_t size, size_t *ret_size);
/* Whether TLS holds bytes that were received and not read: the socket is not ready for these. */
bool cmb_connection_has_unread(const struct cmb_connection *connection);
/* CAMBIST_OK with 1..size bytes taken in *ret_size; AGAIN: the socket is full, repeat with the same
 * bytes (some of them may be on their way already); UNAVAILABLE: broken, and nothing of this call
 * left; what the server had said before can still be read. */
int cmb_connection_write(struct cmb_connection *connection, const void *from, size_t size,
                         size_t *ret_size);

struct cmb_connection_facts {
    int fd; /* -1 while not open */
    bool is_tls;
    bool is_resumed;    /* the TLS session was resumed */
    int64_t started_ns; /* monotonic */
    int64_t opened_ns;  /* monotonic; 0 while not open */
    char address[64];   /* of the other side, numeric */
};
const struct cmb_connection_facts *cmb_connection_facts(const struct cmb_connection *connection);

#endif
