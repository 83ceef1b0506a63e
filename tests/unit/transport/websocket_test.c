/* Does a WebSocket deliver all that it is sent, and end for the reason that there was? */
#include "support/allocations.h"
#include "support/test.h"
#include "support/websocket_client.h"
#include "support/websocket_server.h"
#include "transport/deflate.h"

#include <sched.h>

static struct test_server *server;
static struct test_websocket_client client;
static char seen[4096]; /* what the server has read, in words; read after it has ended */
static atomic_int steps;

static void set_up(test_request_fn on_request, bool is_plain, void *user)
{
    server = test_server_start(&(struct test_server_settings){
        .on_request = on_request, .is_plain = is_plain, .user = user });
    test_websocket_client_init(&client, server->url);
    memset(seen, 0, sizeof seen);
    atomic_store(&steps, 0);
}

static void tear_down(void)
{
    test_websocket_client_clear(&client);
    test_server_stop(server);
}

static void open_it(const struct cmb_websocket_settings *settings)
{
    struct cambist_error error = { 0 };
    test_websocket_client_open(&client, settings, &error);
    CU_ASSERT_FATAL(client.websocket != NULL);
    ASSERT_NUMBER(client.opens + client.closes, 0);
}

static void run_until_closed(const struct cmb_websocket_settings *settings)
{
    open_it(settings);
    TEST_WEBSOCKET_TURN_UNTIL(&client, client.closes);
    ASSERT_NUMBER(client.closes, 1);
}

static void note_seen(const struct cmb_frame *frame)
{
    size_t length = strlen(seen);
    snprintf(seen + length, sizeof seen - length, "%s%x:%.*s", length ? " " : "",
             (unsigned)frame->kind, (int)frame->payload.length, frame->payload.at);
    length = strlen(seen);
    if (frame->kind == CMB_FRAME_CLOSE)
        snprintf(seen + length, sizeof seen - length, "%u", frame->close_code);
}

/* Reads on until the client has gone. */
static void read_out(struct test_websocket *websocket)
{
    struct cmb_frame frame;
    while (test_websocket_next(websocket, &frame))
        note_seen(&frame);
    test_websocket_end(websocket);
}

/* --- the handshake --- */

static char request[8192];

static void note_request(struct test_peer *peer, const char *text, void *user)
{
    struct test_websocket websocket;
    snprintf(request, sizeof request, "%s", text);
    test_websocket_welcome(&websocket, peer, text, user ? user : "");
    test_websocket_say_close(&websocket, 1000, "");
    read_out(&websocket);
}

static void asks_as_the_standard_wants(void)
{
    struct cmb_header headers[] = { { CMB_TEXT("X-Key"), CMB_TEXT("a b") },
                                    { CMB_TEXT("Origin"), CMB_TEXT("https://example.com") } };
    struct cmb_websocket_settings settings = { .path = CMB_TEXT("/ws/btc?streams=a/b"),
                                               .headers = headers,
                                               .header_count = 2,
                                               .subprotocols = CMB_TEXT("v1, v2") };
    set_up(note_request, true, "Sec-WebSocket-Protocol: v2\r\n");
    run_until_closed(&settings);
    char expected[256];
    snprintf(expected, sizeof expected,
             "GET /ws/btc?streams=a/b HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n", server->port);
    CU_ASSERT(strncmp(request, expected, strlen(expected)) == 0);
    CU_ASSERT(strstr(request, "\r\nUpgrade: websocket\r\n") != NULL);
    CU_ASSERT(strstr(request, "\r\nConnection: Upgrade\r\n") != NULL);
    CU_ASSERT(strstr(request, "\r\nSec-WebSocket-Version: 13\r\n") != NULL);
    CU_ASSERT(strstr(request, "\r\nX-Key: a b\r\nOrigin: https://example.com\r\n\r\n") != NULL);
    CU_ASSERT(strstr(request, "\r\nSec-WebSocket-Protocol: v1, v2\r\n") != NULL);
    CU_ASSERT(strstr(request, "Extensions") == NULL);
    const char *key = strstr(request, "\r\nSec-WebSocket-Key: ");
    CU_ASSERT_FATAL(key != NULL);
    CU_ASSERT(strncmp(key + 21 + 22, "==\r\n", 4) == 0);
    CU_ASSERT(cmb_text_is(cmb_websocket_facts(client.websocket)->subprotocol, CMB_TEXT("v2")));
    ASSERT_NUMBER(client.opens, 1);
    tear_down();
}

/* The example of RFC 6455, 1.3. */
static void the_accept_of_the_standard(void)
{
    char accept[32];
    test_websocket_accept("GET / HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                          accept);
    ASSERT_TEXT(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void refuses_what_cannot_be_asked(void)
{
    static const struct {
        const char *path, *name, *value;
        int status;
    } cases[] = {
        { "ws", NULL, NULL, CAMBIST_BAD_ARGUMENT },
        { "/a b", NULL, NULL, CAMBIST_BAD_ARGUMENT },
        { "/a\r\nX: y", NULL, NULL, CAMBIST_BAD_ARGUMENT },
        { "/", "A:B", "c", CAMBIST_BAD_ARGUMENT },
        { "/", "", "c", CAMBIST_BAD_ARGUMENT },
        { "/", "A B", "c", CAMBIST_BAD_ARGUMENT },
        { "/", "A", "c\r\nX: y", CAMBIST_BAD_ARGUMENT },
        { "/", "A\n", "c", CAMBIST_BAD_ARGUMENT },
    };
    set_up(note_request, true, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cambist_error error = { 0 };
        struct cmb_header header = { cmb_text_of(cases[i].name), cmb_text_of(cases[i].value) };
        test_websocket_client_open(
            &client,
            &(struct cmb_websocket_settings){ .path = cmb_text_of(cases[i].path),
                                              .headers = &header,
                                              .header_count = cases[i].name ? 1 : 0 },
            &error);
        CU_ASSERT(client.websocket == NULL);
        ASSERT_NUMBER(error.status, cases[i].status);
    }
    char *path = calloc(1, 70000);
    memset(path, '/', 69999);
    struct cambist_error error = { 0 };
    test_websocket_client_open(
        &client, &(struct cmb_websocket_settings){ .path = cmb_text_of(path) }, &error);
    CU_ASSERT(client.websocket == NULL);
    ASSERT_NUMBER(error.status, CAMBIST_TOO_LARGE);
    free(path);
    ASSERT_NUMBER(client.callbacks, 0);
    tear_down();
}

/* Says its text, in which "$" is the right accept, and ends. */
static void say_answer(struct test_peer *peer, const char *text, void *user)
{
    char accept[32];
    test_websocket_accept(text, accept);
    for (const char *at = user, *end; *at; at = end) {
        size_t length = strcspn(at, "$");
        test_peer_write(peer, at, length);
        end = at + length;
        if (*end == '$' && end++)
            test_peer_say(peer, accept);
    }
    if (!peer->ssl)
        shutdown(peer->fd, SHUT_WR);
    test_peer_cut(peer);
}

#define UPGRADE "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
#define ACCEPT  "Sec-WebSocket-Accept: $\r\n"

struct handshake_case {
    const char *answer;
    int status;
    uint32_t http_status;
    const char *retry_after;
    bool offers_deflate;
};

static const struct handshake_case handshakes[] = {
    { "", CAMBIST_UNAVAILABLE, 0, "" },
    { "HTTP/1.1 101 Go\r\nUpgr", CAMBIST_UNAVAILABLE, 0, "" },
    { "SSH-2.0-OpenSSH\r\n", CAMBIST_GARBLED, 0, "" },
    { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", CAMBIST_UNAVAILABLE, 200, "" },
    { "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", CAMBIST_UNAVAILABLE, 302,
      "" },
    { "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", CAMBIST_UNAVAILABLE, 401, "" },
    { "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", CAMBIST_UNAVAILABLE, 403, "" },
    { "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", CAMBIST_RATE_LIMITED, 429,
      "7" },
    { "HTTP/1.1 418 Teapot\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", CAMBIST_RATE_LIMITED,
      418, "120" },
    { "HTTP/1.1 503 No\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n",
      CAMBIST_UNAVAILABLE, 503, "Sun, 06 Nov 1994 08:49:37 GMT" },
    { "HTTP/1.1 429 Slow\r\nRetry-After: 9\r\nContent-Length: 100\r\n\r\ncut off",
      CAMBIST_RATE_LIMITED, 429, "9" },
    { "HTTP/1.1 429 Slow\r\nRetry-After: 9\r\nContent-Length: 999999999\r\n\r\n",
      CAMBIST_RATE_LIMITED, 429, "9" },
    { "HTTP/1.1 503 No\r\n\r\nuntil the end", CAMBIST_UNAVAILABLE, 503, "" },
    { UPGRADE "\r\n", CAMBIST_GARBLED, 101, "" },
    { UPGRADE "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", CAMBIST_GARBLED, 101,
      "" },
    { UPGRADE "Sec-WebSocket-Accept: \r\n\r\n", CAMBIST_GARBLED, 101, "" },
    { UPGRADE "Sec-WebSocket-Accept: x$\r\n\r\n", CAMBIST_GARBLED, 101, "" },
    { UPGRADE ACCEPT ACCEPT "\r\n", CAMBIST_GARBLED, 101, "" },
    { "HTTP/1.1 101 Go\r\nConnection: Upgrade\r\n" ACCEPT "\r\n", CAMBIST_GARBLED, 101, "" },
    { "HTTP/1.1 101 Go\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n" ACCEPT "\r\n", CAMBIST_GARBLED,
      101, "" },
    { "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\n" ACCEPT "\r\n", CAMBIST_GARBLED, 101, "" },
    { "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: close\r\n" ACCEPT "\r\n",
      CAMBIST_GARBLED, 101, "" },
    { "HTTP/1.0 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" ACCEPT "\r\n",
      CAMBIST_GARBLED, 101, "" },
    { UPGRADE ACCEPT "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", CAMBIST_GARBLED, 101,
      "" },
    { UPGRADE ACCEPT "Sec-WebSocket-Extensions: x-other\r\n\r\n", CAMBIST_GARBLED, 101, "", true },
    { UPGRADE ACCEPT "Sec-WebSocket-Extensions: permessage-deflate; what=1\r\n\r\n",
      CAMBIST_GARBLED, 101, "", true },
    { UPGRADE ACCEPT "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                     "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
      CAMBIST_GARBLED, 101, "", true },
    { UPGRADE ACCEPT "Sec-WebSocket-Protocol: v1\r\n\r\n", CAMBIST_GARBLED, 101, "" },
};

static void tells_why_a_handshake_failed(void)
{
    for (size_t i = 0; i < sizeof handshakes / sizeof *handshakes * 2; i++) {
        const struct handshake_case *one = &handshakes[i / 2];
        char answer[1024];
        snprintf(answer, sizeof answer, "%s", one->answer);
        set_up(say_answer, i & 1, answer);
        run_until_closed(&(struct cmb_websocket_settings){ .offers_deflate = one->offers_deflate });
        if (client.status != one->status || client.http_status != one->http_status)
            printf("\n    \"%s\": %d %u %s", one->answer, client.status, client.http_status,
                   client.message);
        ASSERT_NUMBER(client.status, one->status);
        ASSERT_NUMBER(client.http_status, one->http_status);
        ASSERT_TEXT(client.retry_after, one->retry_after);
        CU_ASSERT(!client.was_open && !client.is_said && client.opens == 0 && *client.message);
        ASSERT_NUMBER(client.code, CMB_CLOSE_ABNORMAL);
        ASSERT_NUMBER(cmb_websocket_send(client.websocket, CMB_TEXT("x")), CAMBIST_CLOSED);
        tear_down();
    }
}

static void hands_over_what_the_refusal_said(void)
{
    char answer[] = "HTTP/1.1 400 Bad\r\nContent-Length: 14\r\n\r\n{\"code\":-1003}";
    set_up(say_answer, true, answer);
    run_until_closed(NULL);
    ASSERT_TEXT(client.body, "{\"code\":-1003}");
    ASSERT_TEXT(client.message, "the server refused the WebSocket with HTTP status 400");
    tear_down();
}

static void headers_without_end_are_too_large(void)
{
    static char answer[200000];
    size_t length = (size_t)snprintf(answer, sizeof answer, "%s", UPGRADE);
    while (length < 100000)
        length += (size_t)snprintf(answer + length, sizeof answer - length, "X-%zu: %0900d\r\n",
                                   length, 0);
    set_up(say_answer, true, answer);
    run_until_closed(NULL);
    ASSERT_NUMBER(client.status, CAMBIST_TOO_LARGE);
    tear_down();
}

static void say_nothing(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    if (user)
        test_peer_say(peer, user);
    atomic_store(&steps, 1);
    test_peer_wait_gone(peer, 10000);
}

static void a_slow_handshake_has_a_deadline(void)
{
    static char part[] = UPGRADE;
    for (int i = 0; i < 4; i++) {
        set_up(say_nothing, i & 1, i & 2 ? part : NULL);
        open_it(&(struct cmb_websocket_settings){ .handshake_timeout_ms = 700 });
        TEST_WEBSOCKET_TURN_UNTIL(&client, atomic_load(&steps) == 1);
        cmb_loop_run_once(client.loop, 1);
        cmb_clock_turn(&client.clock, 699000000);
        cmb_loop_run_once(client.loop, 0);
        ASSERT_NUMBER(client.closes, 0);
        cmb_clock_turn(&client.clock, 1000000);
        TEST_WEBSOCKET_TURN_UNTIL(&client, client.closes);
        ASSERT_NUMBER(client.status, CAMBIST_TIMEOUT);
        tear_down();
    }
}

static void nobody_there(void)
{
    test_websocket_client_init(&client, "wss://127.0.0.1:1");
    open_it(NULL);
    TEST_WEBSOCKET_TURN_UNTIL(&client, client.closes);
    ASSERT_NUMBER(client.status, CAMBIST_UNAVAILABLE);
    ASSERT_TEXT(cmb_buffer_string(&client.log), "close");
    test_websocket_client_clear(&client);
}

static void a_false_certificate_ends_it(void)
{
    server = test_server_start(&(struct test_server_settings){ .on_request = note_request,
                                                               .certificate = TEST_WRONG_NAME });
    test_websocket_client_init(&client, server->url);
    run_until_closed(NULL);
    ASSERT_NUMBER(client.status, CAMBIST_TLS);
    ASSERT_NUMBER(atomic_load(&server->requests), 0);
    tear_down();
}

/* --- what comes --- */

/* Echoes messages until the client leaves. */
static void echo(struct test_peer *peer, const char *text, void *user)
{
    struct test_websocket websocket;
    struct cmb_frame frame;
    (void)user;
    test_websocket_welcome(&websocket, peer, text, "");
    while (test_websocket_next(&websocket, &frame)) {
        note_seen(&frame);
        if (frame.kind == CMB_FRAME_PING)
            test_websocket_say(&websocket, 0x8a, frame.payload.at, frame.payload.length);
        else if (frame.kind == CMB_FRAME_CLOSE)
            test_websocket_say_close(&websocket, frame.close_code, "");
        else
            test_websocket_say(&websocket, 0x80 | (unsigned char)frame.kind, frame.payload.at,
                               frame.payload.length);
    }
    test_websocket_end(&websocket);
}

static void sends_and_receives(void)
{
    static char large[300000];
    memset(large, 'y', sizeof large);
    for (int is_plain = 0; is_plain < 2; is_plain++) {
        set_up(echo, is_plain, NULL);
        open_it(NULL);
        ASSERT_NUMBER(cmb_websocket_send(client.websocket, CMB_TEXT("early")), CAMBIST_CLOSED);
        TEST_WEBSOCKET_TURN_UNTIL(&client, client.opens);
        CU_ASSERT(cmb_websocket_connection(client.websocket)->is_tls == !is_plain);
        ASSERT_NUMBER(cmb_websocket_send(client.websocket, CMB_TEXT("Hello")), CAMBIST_OK);
        ASSERT_NUMBER(cmb_websocket_send(client.websocket, CMB_TEXT("")), CAMBIST_OK);
        TEST_WEBSOCKET_TURN_UNTIL(&client, client.messages == 2);
        cmb_clock_turn(&client.clock, 5000000);
        ASSERT_NUMBER(cmb_websocket_send(client.websocket, (struct cmb_text){ large, 300000 }),
                      CAMBIST_OK);
        TEST_WEBSOCKET_TURN_UNTIL(&client, client.messages == 3);
        ASSERT_NUMBER(client.received_ns, cmb_clock_monotonic_ns(&client.clock));
        ASSERT_NUMBER(cmb_websocket_ping(client.websocket, CMB_TEXT("are you there")), CAMBIST_OK);
        ASSERT_NUMBER(cmb_websocket_ping(client.websocket, (struct cmb_text){ large, 126 }),
                      CAMBIST_BAD_ARGUMENT);
        TEST_WEBSOCKET_TURN_UNTIL(&client, client.pongs == 1);
        ASSERT_NUMBER(cmb_websocket_leave(client.websocket, 1000, CMB_TEXT("bye")), CAMBIST_OK);
        ASSERT_NUMBER(cmb_websocket_send(client.websocket, CMB_TEXT("late")), CAMBIST_CLOSED);
        TEST_WEBSOCKET_TURN_UNTIL(&client, client.closes);
        ASSERT_TEXT(cmb_buffer_string(&client.log),
                    "open text:Hello text: text:*300000 pong:are you there close");
        ASSERT_NUMBER(client.status, CAMBIST_OK);
        CU_ASSERT(client.is_said && client.code == 1000 && client.was_open);
        const struct cmb_websocket_facts *facts = cmb_websocket_facts(client.websocket);
        CU_ASSERT(facts->messages == 3 && facts->pongs == 1 && facts->queued_bytes == 0);
        tear_down();
    }
}

/* The 101 and all frames in one write, or byte by byte. */
static void greet(struct test_peer *peer, const char *text, void *user)
{
    static const char frames[] = "\x81\x05Hello\x01\x03Hel\x89\x01p\x80\x02lo\x82\x03\0\1\2"
                                 "\x88\x05\x03\xe8"
                                 "bye";
    struct test_websocket websocket;
    char all[1024];
    size_t step = *(size_t *)user;
    size_t length = test_websocket_welcome_text(text, "", all, sizeof all);
    memcpy(all + length, frames, sizeof frames - 1);
    length += sizeof frames - 1;
    websocket.peer = peer;
    websocket.at = websocket.length = 0;
    cmb_frame_reader_init(&websocket.reader, &(struct cmb_frame_rules){ .role = CMB_FRAME_SERVER });
    for (size_t at = 0; at < length; at += step)
        test_peer_write(peer, all + at, length - at < step ? length - at : step);
    read_out(&websocket);
}

static void delivers_what_is_glued_to_the_handshake(void)
{
    static const size_t cuts[] = { 1 << 20, 1, 2, 3, 7, 64, 139, 140, 141 };
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts * 2; i++) {
        size_t step = cuts[i / 2];
        set_up(greet, i & 1, &step);
        run_until_closed(NULL);
        CU_ASSERT(strncmp(cmb_buffer_string(&client.log), "open text:Hello text:Hello binary:",
                          strlen("open text:Hello text:Hello binary:")) == 0);
        ASSERT_NUMBER(client.messages, 3);
        ASSERT_NUMBER(client.status, CAMBIST_OK);
        ASSERT_TEXT(client.reason, "bye");
        ASSERT_NUMBER(cmb_websocket_facts(client.websocket)->received_bytes, 7 + 5 + 3 + 4 + 5 + 7);
        test_server_hang_up(server);
        ASSERT_TEXT(seen, "a:p 8:1000");
        tear_down();
    }
}

static void ping_much(struct test_peer *peer, const char *text, void *user)
{
    struct test_websocket websocket;
    struct cmb_frame frame;
    (void)user;
    test_websocket_welcome(&websocket, peer, text, "");
    test_websocket_say(&websocket, 0x89, "1700000000000", 13);
    bool is_alike = test_websocket_next(&websocket, &frame) && frame.kind == CMB_FRAME_PONG &&
                    cmb_text_is(frame.payload, CMB_TEXT("1700000000000"));
    for (int i = 0; i < 1000; i++)
        test_websocket_say(&websocket, 0x89, &i, sizeof i);
    for (int i = 0; i < 1000 && is_alike; i++)
        is_alike = test_websocket_next(&websocket, &frame) && frame.kind == CMB_FRAME_PONG &&
                   frame.payload.length == sizeof i && memcmp(frame.payload.at, &i, sizeof i) == 0;
    test_websocket_say_close(&websocket, is_alike ? 4000 : 4001, "");
    read_out(&websocket);
}

static void answers_pings_with_their_payload(void)
{
    set_up(ping_much, false, NULL);
    run_until_closed(NULL);
    ASSERT_NUMBER(client.code, 4000);
    ASSERT_NUMBER(cmb_websocket_facts(client.websocket)->pings, 1001);
    tear_down();
}

/* Reads nothing, and pings without end. */
static void ping_and_never_read(struct test_peer *peer, const char *text, void *user)
{
    struct test_websocket websocket;
    static char pings[127 * 500];
    int bytes = 128 * 1024;
    (void)user;
    setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof pings; i += 127)
        memcpy(pings + i, "\x89\x7d", 2);
    test_websocket_welcome(&websocket, peer, text, "");
    while (test_peer_write(peer, pings, sizeof pings))
        ;
    test_websocket_end(&websocket);
}

static void a_flood_of_pings_ends_it(void)
{
    set_up(ping_and_never_read, true, NULL);
    run_until_closed(&(struct cmb_websocket_settings){ .queue_bytes_most = 1 });
    ASSERT_NUMBER(client.status, CAMBIST_TOO_LARGE);
    tear_down();
}

/* --- silence --- */

static void mute(struct test_peer *peer, const char *text, void *user)
{
    struct test_websocket websocket;
    struct cmb_frame frame;
    (void)user;
    test_websocket_welcome(&websocket, peer, text, "");
    while (test_websocket_next(&websocket, &frame)) {
        note_seen(&frame);
        atomic_fetch_add(&steps, 1);
    }
    test_peer_wait_gone(peer, 10000);
    test_websocket_end(&websocket);
}

static void a_half_open_connection_is_noticed(void)
{
    set_up(mute, false, NULL);
    open_it(&(struct cmb_websocket_settings){ .quiet_ms = 1000, .pong_ms = 400 });
    TEST_WEBSOCKET_TURN_UNTIL(&client, client.opens);
    cmb_clock_turn(&client.clock, 999000000);
    cmb_loop_run_once(client.loop, 0);
    ASSERT_NUMBER(cmb_websocket_facts(client.websocket)->sent_bytes, 0);
    cmb_clock_turn(&client.clock, 1000000);
    TEST_WEBSOCKET_TURN_UNTIL(&client, atomic_load(&steps) == 1);
    cmb_clock_turn(&client.clock, 399000000);
    cmb_loop_run_once(client.loop, 0);
    ASSERT_NUMBER(client.closes, 0);
    cmb_clock_turn(&client.clock, 1000000);
    TEST_WEBSOCKET_TURN_UNTIL(&client, client.closes);
    ASSERT_NUMBER(client.status, CAMBIST_TIMEOUT);
    ASSERT_NUMBER(client.code, CMB_CLOSE_ABNORMAL);
    test_server_hang_up(server);
    ASSERT_TEXT(seen, "9:");
    tear_down();
}

static void a_quiet_server_that_answers_lives(void)
{
    set_up(echo, true, NULL);
    open_it(&(struct cmb_websocket_settings){ .quiet_ms = 1000, .pong_ms = 400 });
    TEST_WEBSOCKET_TURN_UNTIL(&client, client.opens);
    for (int i = 1; i <= 5; i++) {
        cmb_clock_turn(&client.clock, 1000000000);
        TEST_WEBSOCKET_TURN_UNTIL(&client, client.pongs == i);
        cmb_clock_turn(&client.clock, 400000000);
        cmb_loop_run_once(client.loop, 0);
    }
    ASSERT_NUMBER(client.closes, 0);
    tear_down();
}

static void what_is_heard_in_time_needs_no_ping(void)
{
    set_up(echo, true, NULL);
    open_it(&(struct cmb_websocket_settings){ .quiet_ms = 1000, .pong_ms = 400 });
    TEST_WEBSOCKET_TURN_UNTIL(&client, client.opens);
    for (int i = 1; i <= 20; i++) {
        cmb_clock_turn(&client.clock, 600000000);
        cmb_websocket_send(client.websocket, CMB_TEXT("x"));
        TEST_WEBSOCKET_TURN_UNTIL(&client, client.messages == i);
    }
    ASSERT_NUMBER(client.pongs + client.closes, 0);
    tear_down();
}

/* --- goodbyes --- */

struct goodbye {
    unsigned code;
    const char *reason;
    bool is_cut; /* without waiting for the answer */
};

static void say_goodbye(struct test_peer *peer, const char *text, void *user)
{
    const struct goodbye *goodbye = user;
    struct test_websocket websocket;
    test_websocket_welcome(&websocket, peer, text, "");
    if (!goodbye->code)
        test_websocket_say(&websocket, 0x88, "", 0);
    else
        test_websocket_say_close(&websocket, goodbye->code, goodbye->reason);
    struct cmb_frame frame;
    if (!goodbye->is_cut && test_websocket_next(&websocket, &frame))
        note_seen(&frame);
    test_websocket_end(&websocket);
}

static void tells_what_the_server_said_at_the_end(void)
{
    static struct goodbye cases[] = {
        { 1000, "done" },       { 1001, "restart" },      { 0, "" },
        { 1012, "" },           { 4999, "\xe2\x82\xac" }, { 1001, "", true },
        { 1013, "later", true }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases * 2; i++) {
        struct goodbye *one = &cases[i / 2];
        set_up(say_goodbye, i & 1, one);
        run_until_closed(NULL);
        ASSERT_NUMBER(client.status, CAMBIST_OK);
        ASSERT_NUMBER(client.code, one->code ? one->code : CMB_CLOSE_NO_CODE);
        ASSERT_TEXT(client.reason, one->reason);
        CU_ASSERT(client.is_said);
        test_server_hang_up(server);
        char expected[32];
        snprintf(expected, sizeof expected, "8:%u", one->code ? one->code : 1005);
        if (!one->is_cut)
            ASSERT_TEXT(seen, expected);
        tear_down();
    }
}

static void vanish(struct test_peer *peer, const char *text, void *user)
{
    struct test_websocket websocket;
    test_websocket_welcome(&websocket, peer, text, "");
    test_websocket_say_text(&websocket, "last words");
    if (user)
        test_peer_wait_gone(peer, 1);
    if (user)
        test_peer_reset(peer);
    test_websocket_end(&websocket);
}

static void say_goodbye_and_go(struct test_peer *peer, const char *text, void *user)
{
    struct test_websocket websocket;
    struct cmb_frame frame;
    (void)user;
    test_websocket_welcome(&websocket, peer, text, "");
    if (test_websocket_next(&websocket, &frame)) { /* the client is open, and looks away */
        test_websocket_say_text(&websocket, "last words");
        test_websocket_say_close(&websocket, 1008, "too many messages");
    }
    test_websocket_end(&websocket);
}

/* The server says why and goes; we notice it first when we cannot write. */
static void a_failed_write_does_not_hide_the_reason(void)
{
    for (int is_plain = 0; is_plain < 2; is_plain++) {
        int status = CAMBIST_OK;
        set_up(say_goodbye_and_go, is_plain, NULL);
        open_it(NULL);
        TEST_WEBSOCKET_TURN_UNTIL(&client, client.opens);
        ASSERT_NUMBER(cmb_websocket_send(client.websocket, CMB_TEXT("go")), CAMBIST_OK);
        while (atomic_load(&server->gone) == 0)
            sched_yield();
        for (int i = 0; i < 100000 && status == CAMBIST_OK; i++)
            status = cmb_websocket_send(client.websocket, CMB_TEXT("x"));
        ASSERT_NUMBER(status, CAMBIST_UNAVAILABLE);
        ASSERT_NUMBER(cmb_websocket_send(client.websocket, CMB_TEXT("x")), CAMBIST_UNAVAILABLE);
        TEST_WEBSOCKET_TURN_UNTIL(&client, client.closes);
        ASSERT_TEXT(cmb_buffer_string(&client.log), "open text:last words close");
        ASSERT_NUMBER(client.status, CAMBIST_OK);
        ASSERT_NUMBER(client.code, 1008);
        ASSERT_TEXT(client.reason, "too many messages");
        tear_down();
    }
}

static void an_end_without_a_goodbye_is_no_goodbye(void)
{
    int is_reset = 1;
    for (int i = 0; i < 4; i++) {
        set_up(vanish, i & 1, i & 2 ? &is_reset : NULL);
        run_until_closed(NULL);
        ASSERT_NUMBER(client.status, CAMBIST_UNAVAILABLE);
        ASSERT_NUMBER(client.code, CMB_CLOSE_ABNORMAL);
        CU_ASSERT(!client.is_said && client.was_open);
        if (!(i & 2))
            ASSERT_TEXT(cmb_buffer_string(&client.log), "open text:last words close");
        tear_down();
    }
}

static void a_goodbye_that_nobody_answers_has_a_deadline(void)
{
    set_up(mute, true, NULL);
    open_it(&(struct cmb_websocket_settings){ .leave_timeout_ms = 300 });
    TEST_WEBSOCKET_TURN_UNTIL(&client, client.opens);
    ASSERT_NUMBER(cmb_websocket_leave(client.websocket, 1006, CMB_TEXT("")), CAMBIST_BAD_ARGUMENT);
    ASSERT_NUMBER(cmb_websocket_leave(client.websocket, 4001, CMB_TEXT("")), CAMBIST_OK);
    ASSERT_NUMBER(cmb_websocket_leave(client.websocket, 1000, CMB_TEXT("")), CAMBIST_CLOSED);
    TEST_WEBSOCKET_TURN_UNTIL(&client, atomic_load(&steps) == 1);
    cmb_clock_turn(&client.clock, 299000000);
    cmb_loop_run_once(client.loop, 0);
    ASSERT_NUMBER(client.closes, 0);
    cmb_clock_turn(&client.clock, 1000000);
    TEST_WEBSOCKET_TURN_UNTIL(&client, client.closes);
    ASSERT_NUMBER(client.status, CAMBIST_TIMEOUT);
    CU_ASSERT(!client.is_said && client.code == 4001);
    tear_down();
}

/* --- what is refused --- */

struct offence {
    const char *bytes;
    size_t length;
    int status;
    uint16_t code;
};

static void offend(struct test_peer *peer, const char *text, void *user)
{
    const struct offence *offence = user;
    struct test_websocket websocket;
    test_websocket_welcome(&websocket, peer, text, "");
    test_peer_write(peer, offence->bytes, offence->length);
    read_out(&websocket);
}

static void tells_the_server_what_was_wrong(void)
{
    static struct offence cases[] = {
        { "\x83\x01x", 3, CAMBIST_GARBLED, 1002 },
        { "\xc1\x01x", 3, CAMBIST_GARBLED, 1002 },
        { "\x81\x81\1\2\3\4x", 7, CAMBIST_GARBLED, 1002 },
        { "\x80\x01x", 3, CAMBIST_GARBLED, 1002 },
        { "\x88\x01x", 3, CAMBIST_GARBLED, 1002 },
        { "\x81\x02\xff\xff", 4, CAMBIST_GARBLED, 1007 },
        { "\x82\x7f\0\0\0\0\0\0\x10\1", 10, CAMBIST_TOO_LARGE, 1009 },
        { "\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10, CAMBIST_GARBLED, 1002 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct offence *one = &cases[i];
        if (one->code == 1009)
            one->bytes = "\x82\x7f\0\0\0\0\0\1\0\1";
        set_up(offend, i & 1, one);
        run_until_closed(&(struct cmb_websocket_settings){ .message_bytes_most = 65536 });
        ASSERT_NUMBER(client.status, one->status);
        ASSERT_NUMBER(client.code, one->code);
        CU_ASSERT(!client.is_said && *client.message);
        test_server_hang_up(server);
        char expected[32];
        snprintf(expected, sizeof expected, "8:%u", one->code);
        ASSERT_TEXT(seen, expected);
        tear_down();
    }
}

/* --- compression --- */

static size_t pack(const char *from, size_t length, int bits, char *to, size_t size)
{
    z_stream stream = { 0 };
    deflateInit2(&stream, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = (Bytef *)(uintptr_t)from;
    stream.avail_in = (uInt)length;
    stream.next_out = (Bytef *)to;
    stream.avail_out = (uInt)size;
    CU_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&stream);
    return stream.total_out;
}

static void say_packed(struct test_peer *peer, const char *text, void *user)
{
    int bits = *(int *)user;
    struct test_websocket websocket;
    static char zeros[8 << 20], packed[1 << 16];
    test_websocket_welcome(&websocket, peer, text, "");
    size_t length = pack("{\"ping\":1}", 10, bits, packed, sizeof packed);
    test_websocket_say(&websocket, 0x82, packed, length);
    test_websocket_say_text(&websocket, "plain");
    test_websocket_say(&websocket, 0x02, packed, 5);
    test_websocket_say(&websocket, 0x80, packed + 5, length - 5);
    length = pack(zeros, sizeof zeros, bits, packed, sizeof packed);
    test_websocket_say(&websocket, 0x82, packed, length);
    read_out(&websocket);
}

static void unpacks_what_exchanges_pack_and_stops_bombs(void)
{
    static const struct {
        int bits;
        enum cmb_websocket_codec codec;
    } cases[] = { { 31, CMB_WEBSOCKET_GZIP }, { -15, CMB_WEBSOCKET_DEFLATE } };
    for (size_t i = 0; i < 2; i++) {
        int bits = cases[i].bits;
        set_up(say_packed, true, &bits);
        run_until_closed(&(struct cmb_websocket_settings){ .codec = cases[i].codec });
        ASSERT_TEXT(cmb_buffer_string(&client.log),
                    "open binary:{\"ping\":1} text:plain binary:{\"ping\":1} close");
        ASSERT_NUMBER(client.status, CAMBIST_TOO_LARGE);
        ASSERT_NUMBER(client.code, 1009);
        tear_down();
    }
}

static void damaged_packing_is_garbled(void)
{
    struct offence one = { "\x82\x02{}", 4, 0, 0 };
    set_up(offend, true, &one);
    run_until_closed(&(struct cmb_websocket_settings){ .codec = CMB_WEBSOCKET_GZIP });
    ASSERT_NUMBER(client.status, CAMBIST_GARBLED);
    ASSERT_NUMBER(client.code, 1007);
    tear_down();
}

static void say_deflated(struct test_peer *peer, const char *text, void *user)
{
    struct cmb_deflate_terms terms, limits = { .server_bits = 12 };
    struct cmb_deflater deflater = { 0 };
    struct cmb_buffer answer, packed;
    struct test_websocket websocket;
    char lines[512];
    const char *offers = strstr(text, "Sec-WebSocket-Extensions: ");
    const struct offence *last = user;
    cmb_buffer_init(&answer, 256);
    cmb_buffer_init(&packed, 1 << 20);
    struct cmb_text offer = { 0 };
    if (offers)
        cmb_text_cut(cmb_text_of(offers + 26), '\r', &offer);
    bool is_taken = cmb_deflate_choose(offer, &limits, &terms, &answer);
    snprintf(lines, sizeof lines, "Sec-WebSocket-Extensions: %s\r\n", cmb_buffer_string(&answer));
    test_websocket_welcome(&websocket, peer, text, is_taken ? lines : "");
    for (int i = 0;
         i < 3 && is_taken &&
         cmb_deflater_open(&deflater, terms.server_bits, terms.server_forgets) == CAMBIST_OK;
         i++) {
        for (int k = 0; k < 5; k++) { /* the later ones look back at the earlier ones */
            cmb_deflate_message(&deflater, CMB_TEXT("the same words again"), &packed);
            test_websocket_say(&websocket, 0xc1, packed.at, packed.length);
        }
        cmb_deflater_close(&deflater);
    }
    test_websocket_say_text(&websocket, "bare");
    test_peer_write(peer, last->bytes, last->length);
    cmb_buffer_clear(&answer);
    cmb_buffer_clear(&packed);
    read_out(&websocket);
}

static void permessage_deflate_is_undone(void)
{
    static struct offence lasts[] = {
        { "\x88\x02\x03\xe8", 4, CAMBIST_OK, 1000 },
        { "\xc1\x03\xfa\xff\x0f", 5, CAMBIST_GARBLED, 1007 },         /* no deflate */
        { "\xc1\x05\xfa\x0f\x08\x00\x00", 7, CAMBIST_GARBLED, 1007 }, /* no UTF-8, or no deflate */
        { "\xc9\x01x", 3, CAMBIST_GARBLED, 1002 },
    };
    for (size_t i = 0; i < sizeof lasts / sizeof *lasts; i++) {
        set_up(say_deflated, true, &lasts[i]);
        run_until_closed(&(struct cmb_websocket_settings){ .offers_deflate = true });
        ASSERT_NUMBER(client.messages, 16);
        CU_ASSERT(cmb_websocket_facts(client.websocket)->is_deflated);
        CU_ASSERT(strstr(cmb_buffer_string(&client.log),
                         "text:the same words again text:bare close") != NULL);
        ASSERT_NUMBER(client.status, lasts[i].status);
        ASSERT_NUMBER(client.code, lasts[i].code);
        tear_down();
    }
    set_up(say_deflated, true, &lasts[0]); /* not offered, so not chosen */
    run_until_closed(NULL);
    ASSERT_TEXT(cmb_buffer_string(&client.log), "open text:bare close");
    tear_down();
}

/* --- the queue --- */

static atomic_bool may_read;

static void read_late(struct test_peer *peer, const char *text, void *user)
{
    struct test_websocket websocket;
    struct cmb_frame frame;
    int expected = 0;
    (void)user;
    test_websocket_welcome(&websocket, peer, text, "");
    while (!atomic_load(&may_read))
        sched_yield();
    while (test_websocket_next(&websocket, &frame) && frame.kind == CMB_FRAME_TEXT) {
        int number = (int)strtol(frame.payload.at, NULL, 10);
        if (number != expected++)
            test_websocket_say_close(&websocket, 4002, "not in order");
        char answer[32];
        snprintf(answer, sizeof answer, "%d", expected);
        test_websocket_say_text(&websocket, answer);
    }
    read_out(&websocket);
}

static int last_number;

static void note_number(struct test_websocket_client *one,
                        const struct cmb_websocket_message *message)
{
    (void)one;
    char digits[16];
    test_copy_(digits, sizeof digits, message->payload);
    last_number = (int)strtol(digits, NULL, 10);
}

static void a_full_queue_says_so_and_loses_nothing(void)
{
    static char text[20000];
    for (int is_plain = 0; is_plain < 2; is_plain++) {
        int status = CAMBIST_OK, sent = 0;
        atomic_store(&may_read, false);
        set_up(read_late, is_plain, NULL);
        client.on_message = note_number;
        last_number = 0;
        open_it(&(struct cmb_websocket_settings){ .queue_bytes_most = 200000 });
        TEST_WEBSOCKET_TURN_UNTIL(&client, client.opens);
        memset(text, ' ', sizeof text);
        for (; status == CAMBIST_OK && sent < 10000; sent++) {
            char digits[16];
            snprintf(digits, sizeof digits, "%d", sent);
            memcpy(text, digits, strlen(digits));
            status = cmb_websocket_send(client.websocket, (struct cmb_text){ text, sizeof text });
        }
        sent--;
        ASSERT_NUMBER(status, CAMBIST_TOO_LARGE);
        CU_ASSERT(cmb_websocket_facts(client.websocket)->queued_bytes <= 200000);
        CU_ASSERT(cmb_websocket_facts(client.websocket)->queued_bytes > 150000);
        atomic_store(&may_read, true);
        TEST_WEBSOCKET_TURN_UNTIL(&client, last_number == sent || client.closes);
        ASSERT_NUMBER(last_number, sent);
        ASSERT_NUMBER(cmb_websocket_facts(client.websocket)->queued_bytes, 0);
        ASSERT_NUMBER(cmb_websocket_send(client.websocket, (struct cmb_text){ text, 1 }),
                      CAMBIST_OK);
        tear_down();
    }
}

/* --- life --- */

static void may_be_closed_in_any_callback(void)
{
    size_t step = 1 << 20;
    for (int i = 1; i <= 5; i++) {
        set_up(greet, i & 1, &step);
        client.close_in_callback = i;
        open_it(NULL);
        TEST_WEBSOCKET_TURN_UNTIL(&client, client.callbacks == i);
        for (int turns = 0; turns < 5; turns++)
            cmb_loop_run_once(client.loop, 1);
        ASSERT_NUMBER(client.callbacks, i);
        CU_ASSERT(client.websocket == NULL);
        tear_down();
    }
}

static void may_be_closed_at_any_time(void)
{
    for (int turns = 0; turns < 8; turns++) {
        set_up(echo, turns & 1, NULL);
        open_it(NULL);
        for (int i = 0; i < turns; i++)
            cmb_loop_run_once(client.loop, 5);
        cmb_websocket_close(client.websocket);
        client.websocket = NULL;
        int before = client.callbacks;
        cmb_loop_run_once(client.loop, 1);
        ASSERT_NUMBER(client.callbacks, before);
        tear_down();
    }
}

static void flood(struct test_peer *peer, const char *text, void *user)
{
    int count = *(int *)user;
    struct test_websocket websocket;
    char payload[250];
    static char frames[252 * 1000];
    test_websocket_welcome(&websocket, peer, text, "");
    memset(payload, 'z', sizeof payload);
    for (size_t i = 0; i < sizeof frames; i += 254) {
        if (i + 254 > sizeof frames)
            break;
        memcpy(frames + i, "\x81\x7e\0\xfa", 4);
        memcpy(frames + i + 4, payload, 250);
    }
    for (int i = 0; i < count; i++)
        if (!test_peer_write(peer, frames, sizeof frames / 254 * 254))
            break;
    test_websocket_say_close(&websocket, 1000, "");
    read_out(&websocket);
}

static long ours_before, ours_after;

static void count_ours(struct test_websocket_client *one,
                       const struct cmb_websocket_message *message)
{
    (void)message;
    cmb_buffer_reset(&one->log); /* the log is the test's own */
    if (one->messages == 10000)
        ours_before = atomic_load(&test_allocations_ours);
    if (one->messages == 40000)
        ours_after = atomic_load(&test_allocations_ours);
}

static void a_flood_is_delivered_without_memory(void)
{
    int count = 50;
    for (int is_plain = 0; is_plain < 2; is_plain++) {
        set_up(flood, is_plain, &count);
        client.on_message = count_ours;
        run_until_closed(NULL);
        ASSERT_NUMBER(client.messages, 50 * (252 * 1000 / 254));
        ASSERT_NUMBER(client.status, CAMBIST_OK);
        ASSERT_NUMBER(ours_after - ours_before, 0); /* always 0 where nothing can be counted */
        tear_down();
    }
}

#ifndef TEST_CANNOT_COUNT
/* Answers whether the nth allocation was reached at all. */
static bool survives_without_the_nth(test_request_fn on_request, void *user, long nth)
{
    struct cambist_error error = { 0 };
    set_up(on_request, true, user);
    cmb_buffer_reserve(&client.log, 4096); /* the test's own */
    test_allocation_fails = nth;
    test_websocket_client_open(&client, &(struct cmb_websocket_settings){ .offers_deflate = true },
                               &error);
    for (int turns = 0; client.websocket && !client.closes && turns < 500; turns++) {
        cmb_loop_run_once(client.loop, 10);
        cmb_clock_turn(&client.clock, 1000000);
    }
    bool is_reached = test_allocation_fails == 0;
    test_allocation_fails = 0;
    if (!client.websocket)
        ASSERT_NUMBER(error.status, CAMBIST_NO_MEMORY);
    else
        ASSERT_NUMBER(client.closes, 1);
    bool is_said = client.status == CAMBIST_OK || client.status == CAMBIST_NO_MEMORY ||
                   client.status == CAMBIST_TIMEOUT; /* where libcurl's socket is not watched */
    CU_ASSERT(!client.websocket || is_said);
    if (client.websocket && !is_said)
        printf("\n    allocation %ld: status %d, %s", nth, client.status, client.message);
    tear_down();
    return is_reached;
}

static void survives_without_memory(void)
{
    static struct offence last = { "\x01\x03Hel\x80\x02lo\x88\x02\x03\xe8", 13, 0, 0 };
    size_t step = 3;
    long nth = 1;
    while (nth < 1000 && survives_without_the_nth(say_deflated, &last, nth))
        nth++;
    CU_ASSERT(nth > 5 && nth < 1000);
    nth = 1;
    while (nth < 1000 && survives_without_the_nth(greet, &step, nth))
        nth++;
    CU_ASSERT(nth > 5 && nth < 1000);
}
#else
static void survives_without_memory(void)
{
    printf("not tried under a sanitizer ... ");
}
#endif

TEST_SUITE("transport/websocket", { "asks as the standard wants", asks_as_the_standard_wants },
           { "the accept of the standard", the_accept_of_the_standard },
           { "refuses what cannot be asked", refuses_what_cannot_be_asked },
           { "tells why a handshake failed", tells_why_a_handshake_failed },
           { "hands over what the refusal said", hands_over_what_the_refusal_said },
           { "headers without end are too large", headers_without_end_are_too_large },
           { "a slow handshake has a deadline", a_slow_handshake_has_a_deadline },
           { "nobody is there", nobody_there },
           { "a false certificate ends it", a_false_certificate_ends_it },
           { "sends and receives", sends_and_receives },
           { "delivers what is glued to the handshake", delivers_what_is_glued_to_the_handshake },
           { "answers pings with their payload", answers_pings_with_their_payload },
           { "a flood of pings ends it", a_flood_of_pings_ends_it },
           { "a half-open connection is noticed", a_half_open_connection_is_noticed },
           { "a quiet server that answers lives", a_quiet_server_that_answers_lives },
           { "what is heard in time needs no ping", what_is_heard_in_time_needs_no_ping },
           { "tells what the server said at the end", tells_what_the_server_said_at_the_end },
           { "a failed write does not hide the reason", a_failed_write_does_not_hide_the_reason },
           { "an end without a goodbye is no goodbye", an_end_without_a_goodbye_is_no_goodbye },
           { "a goodbye that nobody answers has a deadline",
             a_goodbye_that_nobody_answers_has_a_deadline },
           { "tells the server what was wrong", tells_the_server_what_was_wrong },
           { "unpacks what exchanges pack, and stops bombs",
             unpacks_what_exchanges_pack_and_stops_bombs },
           { "damaged packing is garbled", damaged_packing_is_garbled },
           { "permessage-deflate is undone", permessage_deflate_is_undone },
           { "a full queue says so and loses nothing", a_full_queue_says_so_and_loses_nothing },
           { "may be closed in any callback", may_be_closed_in_any_callback },
           { "may be closed at any time", may_be_closed_at_any_time },
           { "a flood is delivered without memory", a_flood_is_delivered_without_memory },
           { "survives without memory", survives_without_memory })
