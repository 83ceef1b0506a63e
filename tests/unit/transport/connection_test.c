/* Is a connection what others are told it is, for those who speak on it themselves? */
#include "transport/connection.h"

#include "support/test.h"
#include "support/tls_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <sched.h>

static struct cmb_loop *loop;
static struct cmb_trust *trust;
static struct cmb_connector *connector;
static struct cmb_target *target;
static struct test_server *server;
static int opened;

static void on_open(struct cmb_connection *connection, int status,
                    const struct cambist_error *error, void *user)
{
    (void)connection;
    CU_ASSERT(user == &opened);
    CU_ASSERT(error->status == (uint32_t)status);
    opened = status == CAMBIST_OK ? 1 : -status;
}

/* The answer to an upgrade, and a first frame. */
static void greet(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    (void)user;
    test_peer_say(peer, "HTTP/1.1 101 Switching\r\n\r\n");
    test_peer_say(peer, "first frame");
}

static void set_up(const struct test_server_settings *settings,
                   const struct cmb_connector_settings *own)
{
    struct cmb_trust_settings trusted = { .ca_file = test_certificates_ca_file(),
                                          .is_ca_file_alone = true };
    server = test_server_start(settings);
    loop = cmb_loop_new(&cmb_clock_system);
    trust = cmb_trust_new(&trusted, NULL);
    connector = cmb_connector_new(loop, trust, own);
    target = cmb_target_new(server->url, NULL);
    CU_ASSERT(loop && trust && connector && target);
    opened = 0;
}

static void tear_down(void)
{
    cmb_target_free(target);
    cmb_connector_free(connector);
    cmb_trust_free(trust);
    cmb_loop_free(loop);
    test_server_stop(server);
}

static struct cmb_connection *open_one(void)
{
    struct cmb_connection *connection = cmb_connection_open(connector, target, on_open, &opened);
    CU_ASSERT(connection != NULL && opened == 0);
    while (!opened)
        cmb_loop_run_once(loop, 10000);
    return connection;
}

static int option(int fd, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;
    getsockopt(fd, level, name, &value, &size);
    return value;
}

static void sets_up_the_socket(void)
{
    struct cmb_connector_settings own = { .user_timeout_ms = 1234,
                                          .keepalive_idle_s = 7,
                                          .keepalive_interval_s = 3,
                                          .keepalive_probes = 4 };
    set_up(&(struct test_server_settings){ .on_request = greet }, &own);
    struct cmb_connection *connection = open_one();
    ASSERT_NUMBER(opened, 1);
    const struct cmb_connection_facts *facts = cmb_connection_facts(connection);
    ASSERT_NUMBER(option(facts->fd, IPPROTO_TCP, TCP_NODELAY), 1);
    ASSERT_NUMBER(option(facts->fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    ASSERT_NUMBER(option(facts->fd, IPPROTO_TCP, TCP_KEEPIDLE), 7);
    ASSERT_NUMBER(option(facts->fd, IPPROTO_TCP, TCP_KEEPINTVL), 3);
    ASSERT_NUMBER(option(facts->fd, IPPROTO_TCP, TCP_KEEPCNT), 4);
    ASSERT_NUMBER(option(facts->fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 1234);
    CU_ASSERT((fcntl(facts->fd, F_GETFD) & FD_CLOEXEC) != 0);
    CU_ASSERT((fcntl(facts->fd, F_GETFL) & O_NONBLOCK) != 0);
    ASSERT_TEXT(facts->address, "127.0.0.1");
    CU_ASSERT(facts->is_tls && !facts->is_resumed && facts->opened_ns > facts->started_ns);
    cmb_connection_close(connection);
    tear_down();
}

/* Asking for it takes a right; without that the connection is as good as any. */
static void asks_for_busy_polling(void)
{
    struct cmb_connector_settings own = { .busy_poll_us = 41 };
    unsigned wanted_us = 41;
    set_up(&(struct test_server_settings){ .on_request = greet }, &own);
    struct cmb_connection *connection = open_one();
    ASSERT_NUMBER(opened, 1);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL, &wanted_us, sizeof wanted_us);
    ASSERT_NUMBER(option(cmb_connection_facts(connection)->fd, SOL_SOCKET, SO_BUSY_POLL),
                  option(fd, SOL_SOCKET, SO_BUSY_POLL));
    close(fd);
    cmb_connection_close(connection);
    tear_down();
}

static int ready_events;

static void note_ready(struct cmb_watch *watch, uint32_t events, void *user)
{
    (void)watch;
    (void)user;
    ready_events |= (int)events;
}

/* Reads so many bytes, into room for more or just as many. */
static void read_until(struct cmb_connection *connection, char *to, size_t room, size_t length)
{
    size_t have = 0, size;
    while (have < length) {
        int status = cmb_connection_read(connection, to + have, room - have, &size);
        have += size;
        if (status == CAMBIST_AGAIN)
            cmb_loop_run_once(loop, 10000);
        else if (status != CAMBIST_OK || size == 0)
            break;
    }
    CU_ASSERT(have == length);
}

static void carries_bytes_both_ways(void)
{
    for (int is_plain = 0; is_plain < 2; is_plain++) {
        static const char expected[] = "HTTP/1.1 101 Switching\r\n\r\nfirst frame";
        char got[64] = "";
        size_t size;
        set_up(&(struct test_server_settings){ .on_request = greet, .is_plain = is_plain }, NULL);
        struct cmb_connection *connection = open_one();
        ASSERT_NUMBER(cmb_connection_read(connection, got, 1, &size), CAMBIST_AGAIN);
        ASSERT_NUMBER(cmb_connection_watch(connection, EPOLLIN, note_ready, NULL), CAMBIST_OK);
        ASSERT_NUMBER(cmb_connection_write(connection, "GET /\r\n\r\n", 9, &size), CAMBIST_OK);
        ASSERT_NUMBER(size, 9);
        read_until(connection, got, sizeof expected - 1, sizeof expected - 1);
        ASSERT_TEXT(got, expected);
        test_server_hang_up(server);
        ready_events = 0;
        while (!(ready_events & EPOLLRDHUP))
            cmb_loop_run_once(loop, 10000);
        int status = cmb_connection_read(connection, got, 1, &size);
        CU_ASSERT(size == 0 && status == (is_plain ? CAMBIST_OK : CAMBIST_UNAVAILABLE));
        cmb_connection_close(connection);
        tear_down();
    }
}

static void reset(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    (void)user;
    test_peer_reset(peer);
}

/* SIGPIPE would end this program. */
static void writing_to_a_dead_connection_only_fails(void)
{
    for (int is_plain = 0; is_plain < 2; is_plain++) {
        set_up(&(struct test_server_settings){ .on_request = reset, .is_plain = is_plain }, NULL);
        struct cmb_connection *connection = open_one();
        size_t size;
        ASSERT_NUMBER(cmb_connection_write(connection, "GET /\r\n\r\n", 9, &size), CAMBIST_OK);
        while (atomic_load(&server->gone) == 0)
            sched_yield();
        ASSERT_NUMBER(cmb_connection_write(connection, "again", 5, &size), CAMBIST_UNAVAILABLE);
        ASSERT_NUMBER(size, 0);
        ASSERT_NUMBER(cmb_connection_write(connection, "again", 5, &size), CAMBIST_UNAVAILABLE);
        cmb_connection_close(connection);
        tear_down();
    }
}

/* The first request is answered, the second breaks the connection. */
static void answer_then_reset(struct test_peer *peer, const char *text, void *user)
{
    if (strstr(text, "first"))
        test_peer_say(peer, "answer");
    else
        reset(peer, text, user);
}

/* As who does not know how long the answer is. */
static void read_answer(struct cmb_connection *connection)
{
    char got[64] = "";
    read_until(connection, got, sizeof got, 6);
    CU_ASSERT(memcmp(got, "answer", 6) == 0);
}

static struct cmb_connection *open_answered(test_request_fn on_request)
{
    size_t size;
    set_up(&(struct test_server_settings){ .on_request = on_request }, NULL);
    struct cmb_connection *connection = open_one();
    ASSERT_NUMBER(cmb_connection_watch(connection, EPOLLIN, note_ready, NULL), CAMBIST_OK);
    ASSERT_NUMBER(cmb_connection_write(connection, "GET /first\r\n\r\n", 14, &size), CAMBIST_OK);
    read_answer(connection);
    return connection;
}

static void behind_an_answer_the_same_holds(void)
{
    char got[8];
    size_t size;
    struct cmb_connection *connection = open_answered(answer_then_reset);
    ASSERT_NUMBER(cmb_connection_read(connection, got, 1, &size), CAMBIST_AGAIN);
    ASSERT_NUMBER(cmb_connection_write(connection, "GET /next\r\n\r\n", 13, &size), CAMBIST_OK);
    while (atomic_load(&server->gone) == 0)
        sched_yield();
    ASSERT_NUMBER(cmb_connection_write(connection, "again", 5, &size), CAMBIST_UNAVAILABLE);
    ASSERT_NUMBER(cmb_connection_read(connection, got, 1, &size), CAMBIST_UNAVAILABLE);
    ASSERT_NUMBER(size, 0);
    cmb_connection_close(connection);
    tear_down();
}

/* OpenSSL keeps one queue of errors for a thread, and the application may have left something in it. */
static void an_error_of_somebody_else_is_not_the_connection_s(void)
{
    char got[8];
    size_t size;
    struct cmb_connection *connection = open_answered(answer_then_reset);
    ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
    ASSERT_NUMBER(cmb_connection_read(connection, got, 1, &size), CAMBIST_AGAIN);
    CU_ASSERT(ERR_peek_error() != 0); /* it is not taken away either */
    ASSERT_NUMBER(cmb_connection_write(connection, "GET /first\r\n\r\n", 14, &size), CAMBIST_OK);
    read_answer(connection);
    ERR_clear_error();
    cmb_connection_close(connection);
    tear_down();
}

static void say_farewell(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    (void)user;
    test_peer_say(peer, "answer");
    SSL_shutdown(peer->ssl);
    test_peer_cut(peer);
}

static void a_farewell_is_an_orderly_end(void)
{
    char got[8];
    size_t size;
    int status;
    struct cmb_connection *connection = open_answered(say_farewell);
    while ((status = cmb_connection_read(connection, got, 1, &size)) == CAMBIST_AGAIN)
        cmb_loop_run_once(loop, 10000);
    ASSERT_NUMBER(status, CAMBIST_OK);
    ASSERT_NUMBER(size, 0);
    cmb_connection_close(connection);
    tear_down();
}

static atomic_bool is_held;

/* Reads nothing more while it is held. */
static void answer_when_let(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    (void)user;
    test_peer_say(peer, "answer");
    while (atomic_load(&is_held))
        sched_yield();
}

/* Writes all of it, or as much as the socket takes. */
static bool write_whole(struct cmb_connection *connection, const char *bytes, size_t length,
                        size_t *sent)
{
    for (size_t size; *sent < length; *sent += size)
        if (cmb_connection_write(connection, bytes + *sent, length - *sent, &size) != CAMBIST_OK)
            return false;
    return true;
}

static void a_full_socket_goes_on_with_the_same_bytes(void)
{
    static char text[60000];
    size_t sent = 0, head = (size_t)sprintf(text, "POST / HTTP/1.1\r\nContent-Length: 50000\r\n\r\n");
    int requests = 0;
    atomic_store(&is_held, true);
    struct cmb_connection *connection = open_answered(answer_when_let);
    for (; write_whole(connection, text, head + 50000, &sent); requests++)
        sent = 0;
    atomic_store(&is_held, false);
    while (!write_whole(connection, text, head + 50000, &sent))
        sched_yield();
    while (atomic_load(&server->requests) < 2 + requests)
        sched_yield();
    ASSERT_NUMBER(atomic_load(&server->request_bytes), 14 + (1 + requests) * (int)(head + 50000));
    CU_ASSERT(requests > 0);
    cmb_connection_close(connection);
    tear_down();
}

static void closing_while_it_opens_forbids_the_call(void)
{
    set_up(&(struct test_server_settings){ .on_request = greet, .is_mute = true }, NULL);
    for (int turns = 0; turns < 5; turns++) {
        struct cmb_connection *connection =
            cmb_connection_open(connector, target, on_open, &opened);
        for (int i = 0; i < turns; i++)
            cmb_loop_run_once(loop, 1);
        size_t size;
        ASSERT_NUMBER(cmb_connection_write(connection, "x", 1, &size), CAMBIST_UNAVAILABLE);
        cmb_connection_close(connection);
    }
    cmb_loop_run_once(loop, 1);
    ASSERT_NUMBER(opened, 0);
    tear_down();
}

static void many_open_at_once_and_stay_open(void)
{
    enum { MANY = 60 };
    struct cmb_connection *connections[MANY];
    set_up(&(struct test_server_settings){ .on_request = greet }, NULL);
    for (int i = 0; i < MANY; i++)
        connections[i] = open_one(), opened = 0;
    char got[64];
    size_t size;
    for (int i = 0; i < MANY; i++) {
        ASSERT_NUMBER(cmb_connection_watch(connections[i], EPOLLIN, note_ready, NULL), CAMBIST_OK);
        ASSERT_NUMBER(cmb_connection_write(connections[i], "GET /\r\n\r\n", 9, &size), CAMBIST_OK);
        read_until(connections[i], got, 26 + 11, 26 + 11);
        cmb_connection_close(connections[i]);
    }
    ASSERT_NUMBER(atomic_load(&server->accepted), MANY);
    tear_down();
}

static void a_name_that_does_not_resolve_does_not_hold_the_loop(void)
{
    set_up(&(struct test_server_settings){ .on_request = greet }, NULL);
    cmb_target_free(target);
    target = cmb_target_new("https://no-such-host.invalid", NULL);
    struct cmb_connection *connection = open_one();
    ASSERT_NUMBER(opened, -CAMBIST_UNAVAILABLE);
    cmb_connection_close(connection);
    opened = 0;
    connection = cmb_connection_open(connector, target, on_open, &opened);
    cmb_loop_run_once(loop, 0);
    cmb_connection_close(connection); /* while the resolver's thread may still ask */
    ASSERT_NUMBER(opened, 0);
    tear_down();
}

static void a_websocket_goes_where_https_goes(void)
{
    static const struct {
        const char *url, *name; /* NULL: refused */
    } cases[] = {
        { "wss://Stream.Example.com/ws?a=1", "https://stream.example.com:443" },
        { "WSS://stream.example.com:9443", "https://stream.example.com:9443" },
        { "ws://127.0.0.1/x", "http://127.0.0.1:80" },
        { "ws://[::1]:81", "http://[::1]:81" },
        { "wss://key@example.com", NULL },
        { "wss://", NULL },
        { "wsss://example.com", NULL },
        { "wss:/example.com", NULL },
        { "ftp://example.com", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cambist_error error = { 0 };
        struct cmb_target *one = cmb_target_new(cases[i].url, &error);
        CU_ASSERT((one != NULL) == (cases[i].name != NULL));
        if (one)
            ASSERT_TEXT(cmb_target_name(one), cases[i].name);
        else
            ASSERT_NUMBER(error.status, CAMBIST_BAD_ARGUMENT);
        cmb_target_free(one);
    }
}

TEST_SUITE("transport/connection", { "sets up the socket", sets_up_the_socket },
           { "asks for busy polling", asks_for_busy_polling },
           { "carries bytes both ways", carries_bytes_both_ways },
           { "writing to a dead connection only fails", writing_to_a_dead_connection_only_fails },
           { "behind an answer the same holds", behind_an_answer_the_same_holds },
           { "an error of somebody else is not the connection's",
             an_error_of_somebody_else_is_not_the_connection_s },
           { "a farewell is an orderly end", a_farewell_is_an_orderly_end },
           { "a full socket goes on with the same bytes",
             a_full_socket_goes_on_with_the_same_bytes },
           { "closing while it opens forbids the call", closing_while_it_opens_forbids_the_call },
           { "many open at once and stay open", many_open_at_once_and_stay_open },
           { "a name that does not resolve does not hold the loop",
             a_name_that_does_not_resolve_does_not_hold_the_loop },
           { "a WebSocket goes where https goes", a_websocket_goes_where_https_goes })
