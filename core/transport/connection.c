/* How does one verified connection come about, and how is it spoken on? */
#include "transport/connector.h"

#include "base/fail.h"
#include "base/memory.h"
#include "transport/tls.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum state { OPENING = 1, OPEN, FAILED };
enum { READ_AHEAD_BYTES = 64 * 1024 /* of TLS: three records, which hold 16 KB at most */ };

struct cmb_connection {
    struct cmb_connector *connector;
    struct cmb_target *target;
    CURL *easy;
    enum state state;
    bool is_write_broken; /* what the server said before that can still be read */
    struct cmb_watch watch;
    struct cmb_connection_facts facts;
    SSL *tls; /* libcurl's; NULL: plain */
    bool is_taken; /* it is spoken without libcurl's layers */
    cmb_connection_open_fn on_open;
    void *user;
    char reason[CURL_ERROR_SIZE]; /* libcurl's words */
};

/* --- what libcurl asks while it opens --- */

static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)user;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                  address->protocol);
}

static int set_socket(void *user, curl_socket_t fd, curlsocktype purpose)
{
    (void)purpose;
    const struct cmb_connection *connection = user;
    unsigned timeout_ms = connection->connector->settings.user_timeout_ms;
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
    int probes = (int)connection->connector->settings.keepalive_probes;
    if (probes)
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    unsigned busy_poll_us = connection->connector->settings.busy_poll_us;
    if (busy_poll_us) /* without the right to it all goes on, later by an interrupt */
        setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL, &busy_poll_us, sizeof busy_poll_us);
    return CURL_SOCKOPT_OK;
}

/* The shared authorities instead of 20 ms of reading files, and four changes to libcurl's choices:
 * a missing farewell can be seen (is_orderly_end); buffers stay for the next record; one read
 * fetches some whole records; a full socket need not be retried from the same address. */
static CURLcode set_tls(CURL *easy, void *ssl_ctx, void *user)
{
    (void)easy;
    struct cmb_trust *trust = user;
    if (trust)
        cmb_trust_install(trust, ssl_ctx);
    SSL_CTX_clear_options(ssl_ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_clear_mode(ssl_ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(ssl_ctx, 1);
    SSL_CTX_set_default_read_buffer_len(ssl_ctx, READ_AHEAD_BYTES);
    SSL_CTX_set_mode(ssl_ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return CURLE_OK;
}

static size_t ignore_bytes(char *bytes, size_t size, size_t count, void *user)
{
    (void)bytes;
    (void)user;
    return size * count; /* a proxy's own answer */
}

/* --- the options --- */

#define SET(option, value) (curl_easy_setopt(easy, (option), (value)) != CURLE_OK)

static bool set_where(CURL *easy, const struct cmb_connection *connection)
{
    const struct cmb_connector *connector = connection->connector;
    const struct cmb_target *target = connection->target;
    long dns_cache_s = target->has_failed ? 0 : (long)connector->settings.dns_cache_s;
    int failures =
        SET(CURLOPT_URL, target->name) + SET(CURLOPT_PROTOCOLS_STR, "http,https") +
        SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) +
        SET(CURLOPT_DNS_CACHE_TIMEOUT, dns_cache_s) +
        /* Never wait for a slow resolver's thread. */
        SET(CURLOPT_QUICK_EXIT, 1L) +
        /* "": the environment has no say. */
        SET(CURLOPT_PROXY, connector->proxy ? connector->proxy : "") + SET(CURLOPT_NOPROXY, "") +
        SET(CURLOPT_HTTPPROXYTUNNEL, connector->proxy ? 1L : 0L) +
        SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) + SET(CURLOPT_WRITEFUNCTION, ignore_bytes) +
        SET(CURLOPT_HEADERFUNCTION, ignore_bytes);
    return failures == 0;
}

static bool set_tcp(CURL *easy, struct cmb_connection *connection)
{
    const struct cmb_connector_settings *settings = &connection->connector->settings;
    int failures = SET(CURLOPT_CONNECT_ONLY, 1L) + SET(CURLOPT_FRESH_CONNECT, 1L) +
                   SET(CURLOPT_NOSIGNAL, 1L) + SET(CURLOPT_TCP_NODELAY, 1L) +
                   SET(CURLOPT_CONNECTTIMEOUT_MS, (long)settings->connect_timeout_ms) +
                   SET(CURLOPT_TCP_KEEPALIVE, 1L) +
                   SET(CURLOPT_TCP_KEEPIDLE, (long)settings->keepalive_idle_s) +
                   SET(CURLOPT_TCP_KEEPINTVL, (long)settings->keepalive_interval_s) +
                   SET(CURLOPT_OPENSOCKETFUNCTION, open_socket) +
                   SET(CURLOPT_SOCKOPTFUNCTION, set_socket) + SET(CURLOPT_SOCKOPTDATA, connection) +
                   SET(CURLOPT_ERRORBUFFER, connection->reason) + SET(CURLOPT_PRIVATE, connection);
    return failures == 0;
}

static bool set_verification(CURL *easy, const struct cmb_connection *connection)
{
    int failures = SET(CURLOPT_SSL_VERIFYPEER, 1L) + SET(CURLOPT_SSL_VERIFYHOST, 2L) +
                   SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) +
                   SET(CURLOPT_CAINFO, NULL) + SET(CURLOPT_CAPATH, NULL) +
                   SET(CURLOPT_SSL_CTX_FUNCTION, set_tls) +
                   SET(CURLOPT_SSL_CTX_DATA, connection->connector->trust) +
                   SET(CURLOPT_SHARE, connection->target->sessions);
    return failures == 0;
}

/* --- how the attempt ended --- */

/* libcurl has one code for "the handshake was refused" and "the line went dead during it"; for the
 * first its words quote OpenSSL's, from whichever of its parts: "error:06880006:asn1 encoding ...". */
static bool is_refused(const char *reason)
{
    return strstr(reason, "error:") != NULL && strstr(reason, "unexpected eof") == NULL;
}

static int status_of(CURLcode code, const char *reason)
{
    switch (code) {
    case CURLE_OK:
        return CAMBIST_OK;
    case CURLE_OPERATION_TIMEDOUT:
        return CAMBIST_TIMEOUT;
    case CURLE_OUT_OF_MEMORY:
        return CAMBIST_NO_MEMORY;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return CAMBIST_BAD_ARGUMENT;
    case CURLE_SSL_CONNECT_ERROR:
        return is_refused(reason) ? CAMBIST_TLS : CAMBIST_UNAVAILABLE;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
        return CAMBIST_TLS;
    default:
        return CAMBIST_UNAVAILABLE;
    }
}

static void note_facts(struct cmb_connection *connection)
{
    struct cmb_connection_facts *facts = &connection->facts;
    curl_socket_t fd = CURL_SOCKET_BAD;
    char *address = NULL;
    struct curl_tlssessioninfo *tls = NULL;
    curl_easy_getinfo(connection->easy, CURLINFO_ACTIVESOCKET, &fd);
    curl_easy_getinfo(connection->easy, CURLINFO_PRIMARY_IP, &address);
    facts->fd = fd;
    facts->opened_ns = cmb_loop_now_ns(connection->connector->loop);
    snprintf(facts->address, sizeof facts->address, "%s", address ? address : "");
    if (facts->is_tls && !curl_easy_getinfo(connection->easy, CURLINFO_TLS_SSL_PTR, &tls) && tls &&
        tls->internals) {
        connection->tls = tls->internals;
        facts->is_resumed = SSL_session_reused(connection->tls) == 1;
    }
}

/* libcurl hands the connection over at the first read: until then it counts as idle, and an idle
 * one with bytes to read (a TLS ticket) is closed when the next connection is opened. */
static int take_over(struct cmb_connection *connection)
{
    char byte;
    size_t size;
    connection->state = OPEN;
    int status = cmb_connection_read(connection, &byte, 1, &size);
    note_facts(connection);
    if (status == CAMBIST_AGAIN && connection->facts.fd >= 0)
        return CAMBIST_OK;
    snprintf(connection->reason, sizeof connection->reason,
             "the server closed the connection at once, or spoke first");
    return CAMBIST_UNAVAILABLE;
}

static void explain(const struct cmb_connection *connection, int status, CURLcode code,
                    struct cambist_error *ret_error)
{
    const char *reason = *connection->reason ? connection->reason : curl_easy_strerror(code);
    struct cmb_buffer text;
    cmb_buffer_init(&text, 1024);
    cmb_buffer_add(&text, cmb_text_of(connection->target->name));
    cmb_buffer_add(&text, CMB_TEXT(": "));
    cmb_buffer_add_escaped(&text, cmb_text_of(reason), 160);
    *ret_error = (struct cambist_error){ 0 };
    cmb_fail_plain(ret_error, status, cmb_buffer_text(&text));
    cmb_buffer_clear(&text);
}

void cmb_connection_settle(struct cmb_connection *connection, CURLcode code)
{
    struct cambist_error error = { 0 };
    int status = status_of(code, connection->reason);
    if (status == CAMBIST_OK)
        status = take_over(connection);
    if (status != CAMBIST_OK) {
        connection->state = FAILED;
        explain(connection, status, code, &error);
    }
    connection->target->has_failed = status != CAMBIST_OK;
    connection->on_open(connection, status, &error, connection->user);
}

/* --- opening and closing --- */

static bool begin(struct cmb_connection *connection)
{
    CURL *easy = connection->easy = curl_easy_init();
    return easy && set_where(easy, connection) && set_tcp(easy, connection) &&
           set_verification(easy, connection) &&
           curl_multi_add_handle(connection->connector->multi, easy) == CURLM_OK;
}

struct cmb_connection *cmb_connection_open(struct cmb_connector *connector,
                                           struct cmb_target *target,
                                           cmb_connection_open_fn on_open, void *user)
{
    struct cmb_connection *connection = cmb_calloc(1, sizeof *connection);
    if (!connection)
        return NULL;
    connection->connector = connector;
    connection->target = target;
    connection->on_open = on_open;
    connection->user = user;
    connection->state = OPENING;
    connection->facts = (struct cmb_connection_facts){
        .fd = -1, .is_tls = target->is_tls, .started_ns = cmb_loop_now_ns(connector->loop)
    };
    if (!begin(connection)) {
        cmb_connection_close(connection);
        return NULL;
    }
    return connection;
}

/* A connection made by CONNECT_ONLY ends when its handle leaves the multi handle. */
void cmb_connection_close(struct cmb_connection *connection)
{
    if (!connection)
        return;
    cmb_loop_stop_watch(connection->connector->loop, &connection->watch);
    if (connection->easy) {
        curl_multi_remove_handle(connection->connector->multi, connection->easy);
        curl_easy_cleanup(connection->easy);
    }
    free(connection);
}

/* --- speaking --- */

int cmb_connection_watch(struct cmb_connection *connection, uint32_t events, cmb_watch_fn on_ready,
                         void *user)
{
    connection->watch.on_ready = on_ready;
    connection->watch.user = user;
    return cmb_loop_start_watch(connection->connector->loop, &connection->watch,
                                connection->facts.fd, events | EPOLLRDHUP);
}

/* libcurl reports the end of TCP like the end of TLS; a cut answer could pass as a whole one. */
static bool is_orderly_end(const struct cmb_connection *connection)
{
    return !connection->tls || cmb_tls_has_ended(connection->tls);
}

bool cmb_connection_has_unread(const struct cmb_connection *connection)
{
    return connection->tls && SSL_has_pending(connection->tls);
}

static int read_by_libcurl(struct cmb_connection *connection, void *to, size_t size,
                           size_t *ret_size)
{
    CURLcode code = curl_easy_recv(connection->easy, to, size, ret_size);
    if (code == CURLE_AGAIN)
        return CAMBIST_AGAIN;
    return code == CURLE_OK && (*ret_size || is_orderly_end(connection)) ? CAMBIST_OK
                                                                         : CAMBIST_UNAVAILABLE;
}

static int write_by_libcurl(struct cmb_connection *connection, const void *from, size_t size,
                            size_t *ret_size)
{
    CURLcode code = curl_easy_send(connection->easy, from, size, ret_size);
    if (code == CURLE_AGAIN || (code == CURLE_OK && *ret_size == 0))
        return CAMBIST_AGAIN;
    return code == CURLE_OK ? CAMBIST_OK : CAMBIST_UNAVAILABLE;
}

/* Behind the server's first bytes, which come behind its session tickets: these libcurl keeps for the
 * next connection.  When it says that there is nothing more, nothing is left in its layers either.  A
 * proxy may be spoken to by TLS as well, below this one: then all stays libcurl's. */
static void take_tls(struct cmb_connection *connection, char *to, size_t size, size_t *ret_size)
{
    size_t more = 0;
    if (!connection->tls || connection->connector->proxy || *ret_size == size)
        return;
    int status = read_by_libcurl(connection, to + *ret_size, size - *ret_size, &more);
    *ret_size += more;
    if (status == CAMBIST_AGAIN)
        connection->is_taken = cmb_tls_take(connection->tls, connection->facts.fd);
}

int cmb_connection_read(struct cmb_connection *connection, void *to, size_t size, size_t *ret_size)
{
    *ret_size = 0;
    if (connection->state != OPEN)
        return CAMBIST_UNAVAILABLE;
    int status = connection->is_taken ? cmb_tls_read(connection->tls, to, size, ret_size)
                                      : read_by_libcurl(connection, to, size, ret_size);
    if (status == CAMBIST_OK && *ret_size && !connection->is_taken)
        take_tls(connection, to, size, ret_size);
    if (status == CAMBIST_UNAVAILABLE)
        connection->state = FAILED;
    return status;
}

int cmb_connection_write(struct cmb_connection *connection, const void *from, size_t size,
                         size_t *ret_size)
{
    *ret_size = 0;
    if (connection->state != OPEN || connection->is_write_broken)
        return CAMBIST_UNAVAILABLE;
    int status = connection->is_taken ? cmb_tls_write(connection->tls, from, size, ret_size)
                                      : write_by_libcurl(connection, from, size, ret_size);
    connection->is_write_broken = status == CAMBIST_UNAVAILABLE;
    return status;
}

const struct cmb_connection_facts *cmb_connection_facts(const struct cmb_connection *connection)
{
    return &connection->facts;
}
