/* Is a request executed at most once, and does its answer say whether it had left? */
#include "support/pool_client.h"
#include "support/test.h"
#include "support/tls_server.h"

#include <sched.h>
#include <semaphore.h>
#include <stdio.h>

enum { RUNS = 1000 };

static void answer_ok(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    (void)user;
    test_peer_answer(peer, "{}");
}

/* Answers warm-up requests; ends the connection without a word for orders. */
static void cut_orders(struct test_peer *peer, const char *text, void *user)
{
    bool is_reset = *(bool *)user;
    if (strncmp(text, "POST", 4) != 0)
        test_peer_answer(peer, "{}");
    else if (is_reset)
        test_peer_reset(peer);
    else
        test_peer_cut(peer);
}

/* One order over a kept connection that dies after the server has executed it. */
static void lose_one(struct test_client *client, struct test_server *server)
{
    int before = atomic_load(&server->requests);
    struct test_reply warm = test_ask(client, TEST_GET, NULL);
    CU_ASSERT(warm.status == CAMBIST_OK);
    struct test_reply order = test_ask(client, TEST_POST, NULL);
    CU_ASSERT(order.status == CAMBIST_UNAVAILABLE);
    CU_ASSERT(order.has_left && order.is_reused && order.count == 1);
    CU_ASSERT(order.written_bytes == strlen(TEST_POST));
    CU_ASSERT(atomic_load(&server->requests) == before + 2);
}

static void lose_many(bool is_plain, bool is_reset, int runs)
{
    struct test_server *server = test_server_start(&(struct test_server_settings){
        .on_request = cut_orders, .user = &is_reset, .is_plain = is_plain });
    struct test_client client;
    test_client_open(&client, server->url, NULL);
    for (int run = 0; run < runs; run++)
        lose_one(&client, server);
    ASSERT_NUMBER(atomic_load(&server->requests), 2 * runs);
    ASSERT_NUMBER(atomic_load(&server->accepted), runs);
    test_client_close(&client);
    test_server_stop(server);
}

static void executes_once_when_cut_after_the_request(void)
{
    lose_many(true, false, RUNS);
    lose_many(false, false, RUNS / 4);
}

static void executes_once_when_reset_after_the_request(void)
{
    lose_many(true, true, RUNS);
    lose_many(false, true, RUNS / 4);
}

/* --- cut at every place of the answer --- */

static const char whole[] = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";

static void say_part(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    test_peer_write(peer, whole, *(size_t *)user);
    test_peer_cut(peer);
}

static void a_cut_answer_is_never_whole(void)
{
    size_t length = 0;
    struct test_server *server = test_server_start(&(struct test_server_settings){
        .on_request = say_part, .user = &length, .is_plain = true });
    struct test_client client;
    test_client_open(&client, server->url, NULL);
    for (length = 0; length < sizeof whole - 1; length++) {
        struct test_reply reply = test_ask(&client, TEST_POST, NULL);
        ASSERT_NUMBER(reply.status, length ? CAMBIST_GARBLED : CAMBIST_UNAVAILABLE);
        CU_ASSERT(reply.has_left && reply.body_length == 0);
    }
    test_client_close(&client);
    test_server_stop(server);
}

static void say_until_the_end(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    test_peer_say(peer, "HTTP/1.1 200 OK\r\n\r\n{\"half\":");
    if (*(bool *)user)
        SSL_shutdown(peer->ssl);
    test_peer_cut(peer);
}

static void an_end_without_farewell_is_no_end(void)
{
    bool has_farewell = false;
    struct test_server *server = test_server_start(
        &(struct test_server_settings){ .on_request = say_until_the_end, .user = &has_farewell });
    struct test_client client;
    test_client_open(&client, server->url, NULL);
    ASSERT_NUMBER(test_ask(&client, TEST_GET, NULL).status, CAMBIST_UNAVAILABLE);
    has_farewell = true;
    ASSERT_NUMBER(test_ask(&client, TEST_GET, NULL).status, CAMBIST_OK);
    test_client_close(&client);
    test_server_stop(server);
}

/* --- connections that die while nobody uses them --- */

static void close_when_told(struct test_peer *peer, const char *text, void *user)
{
    (void)user;
    test_peer_answer(peer, "{}");
    if (strstr(text, "/last"))
        test_peer_cut(peer);
}

#define GET_LAST "GET /last HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

static sem_t may_close;

static void answer_and_close_when_told(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    (void)user;
    test_peer_answer(peer, "{}");
    sem_wait(&may_close);
    test_peer_cut(peer);
}

/* The loop does not turn between the server's end and the next request: the pool has to see it
 * when it takes the connection. */
static void replaces_a_kept_connection_that_is_dead(void)
{
    enum { TIMES = 50 };
    sem_init(&may_close, 0, 0);
    for (int is_plain = 0; is_plain < 2; is_plain++) {
        struct test_server *server = test_server_start(&(struct test_server_settings){
            .on_request = answer_and_close_when_told, .is_plain = is_plain });
        struct test_client client;
        test_client_open(&client, server->url, NULL);
        for (int run = 0; run < TIMES; run++) {
            struct test_reply reply = test_ask(&client, TEST_POST, NULL);
            CU_ASSERT(reply.status == CAMBIST_OK && !reply.is_reused && reply.has_left);
            sem_post(&may_close);
            while (atomic_load(&server->gone) <= run)
                sched_yield();
        }
        ASSERT_NUMBER(atomic_load(&server->requests), TIMES);
        ASSERT_NUMBER(cmb_pool_counters(client.pool)->found_dead, TIMES - 1);
        ASSERT_NUMBER(cmb_pool_counters(client.pool)->failures, 0);
        test_client_close(&client);
        test_server_stop(server);
    }
    sem_destroy(&may_close);
}

static void drops_an_idle_connection_that_the_server_closes(void)
{
    struct test_server *server =
        test_server_start(&(struct test_server_settings){ .on_request = close_when_told });
    struct test_client client;
    struct cmb_origin_state state;
    test_client_open(&client, server->url, NULL);
    CU_ASSERT(test_ask(&client, GET_LAST, NULL).status == CAMBIST_OK);
    TEST_TURN_UNTIL(&client, (cmb_origin_look(client.origin, &state), state.idle == 0));
    ASSERT_NUMBER(cmb_pool_counters(client.pool)->closed, 1);
    CU_ASSERT(test_ask(&client, TEST_POST, NULL).status == CAMBIST_OK);
    test_client_close(&client);
    test_server_stop(server);
}

/* --- time --- */

static void be_silent(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    (void)user;
    test_peer_wait_gone(peer, 20000);
}

static void drip(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    (void)user;
    for (size_t i = 0; i < sizeof whole - 1; i++)
        if (!test_peer_write(peer, whole + i, 1) || test_peer_wait_gone(peer, 40))
            return;
}

static int64_t now_ns(void)
{
    return cmb_clock_monotonic_ns(&cmb_clock_system);
}

static void time_out(test_request_fn on_request)
{
    struct test_server *server =
        test_server_start(&(struct test_server_settings){ .on_request = on_request });
    struct test_client client;
    test_client_open(&client, server->url, NULL);
    int64_t start_ns = now_ns();
    struct test_reply reply =
        test_ask(&client, TEST_POST, &(struct cmb_request){ .timeout_ms = 150 });
    int64_t took_ms = (now_ns() - start_ns) / 1000000;
    ASSERT_NUMBER(reply.status, CAMBIST_TIMEOUT);
    CU_ASSERT(reply.has_left && took_ms >= 150 && took_ms < 400);
    test_client_close(&client);
    test_server_stop(server);
}

static void ends_in_time_when_nothing_comes(void)
{
    time_out(be_silent);
}

static void ends_in_time_when_bytes_drip(void)
{
    time_out(drip);
}

static void nothing_has_left_while_the_connection_is_not_open(void)
{
    struct test_server *server = test_server_start(
        &(struct test_server_settings){ .on_request = answer_ok, .is_mute = true });
    struct test_client client;
    struct cmb_pool_settings settings = { .connector.connect_timeout_ms = 100 };
    test_client_open(&client, server->url, &settings);
    struct test_reply reply = test_ask(&client, TEST_POST, NULL);
    ASSERT_NUMBER(reply.status, CAMBIST_TIMEOUT);
    CU_ASSERT(!reply.has_left && reply.written_bytes == 0);
    reply = test_ask(&client, TEST_POST, &(struct cmb_request){ .timeout_ms = 20 });
    ASSERT_NUMBER(reply.status, CAMBIST_TIMEOUT);
    CU_ASSERT(!reply.has_left);
    test_client_close(&client);
    ASSERT_NUMBER(atomic_load(&server->request_bytes), 0);
    test_server_stop(server);
}

/* --- large requests, of several TLS records --- */

static void a_large_request_arrives_whole(void)
{
    static char text[61000];
    struct test_server *server =
        test_server_start(&(struct test_server_settings){ .on_request = answer_ok });
    struct test_client client;
    test_client_open(&client, server->url, NULL);
    int head = snprintf(text, sizeof text, "POST /big HTTP/1.1\r\nContent-Length: 60000\r\n\r\n");
    memset(text + head, 'x', 60000);
    struct test_reply reply = test_ask(&client, text, NULL);
    ASSERT_NUMBER(reply.status, CAMBIST_OK);
    ASSERT_NUMBER(reply.written_bytes, strlen(text));
    ASSERT_NUMBER(atomic_load(&server->request_bytes), strlen(text));
    test_client_close(&client);
    test_server_stop(server);
}

static void a_request_above_the_ceiling_is_not_taken(void)
{
    struct test_client client;
    test_client_open(&client, "http://127.0.0.1:1", NULL);
    char *text = malloc(CMB_REQUEST_BYTES_MOST + 1);
    struct cmb_text slice = { text, CMB_REQUEST_BYTES_MOST + 1 };
    struct cambist_error error = { 0 };
    memset(text, 'x', slice.length);
    struct cmb_request request = {
        .origin = client.origin, .slices = &slice, .slice_count = 1, .on_answer = test_reply_note
    };
    CU_ASSERT(cmb_pool_send(client.pool, &request, &error) == NULL);
    ASSERT_NUMBER(error.status, CAMBIST_TOO_LARGE);
    free(text);
    test_client_close(&client);
}

static void cancelling_says_whether_it_had_left(void)
{
    struct test_server *server =
        test_server_start(&(struct test_server_settings){ .on_request = be_silent });
    struct test_client client;
    struct test_reply reply;
    test_client_open(&client, server->url, NULL);
    struct cmb_flight *flight = test_send(&client, TEST_POST, NULL, &reply);
    CU_ASSERT(!cmb_pool_cancel(client.pool, flight));
    flight = test_send(&client, TEST_POST, NULL, &reply);
    TEST_TURN_UNTIL(&client, atomic_load(&server->requests) == 1);
    CU_ASSERT(cmb_pool_cancel(client.pool, flight));
    ASSERT_NUMBER(reply.count, 0);
    ASSERT_NUMBER(cmb_pool_counters(client.pool)->cancelled, 2);
    flight = test_send(&client, TEST_POST, NULL, &reply);
    CU_ASSERT(flight != NULL);
    test_client_close(&client); /* ends the last one */
    ASSERT_NUMBER(reply.status, CAMBIST_CLOSED);
    test_server_stop(server);
}

TEST_SUITE("transport/once",
           { "executes once when cut after the request", executes_once_when_cut_after_the_request },
           { "executes once when reset after the request",
             executes_once_when_reset_after_the_request },
           { "a cut answer is never whole", a_cut_answer_is_never_whole },
           { "an end without farewell is no end", an_end_without_farewell_is_no_end },
           { "replaces a kept connection that is dead", replaces_a_kept_connection_that_is_dead },
           { "drops an idle connection that the server closes",
             drops_an_idle_connection_that_the_server_closes },
           { "ends in time when nothing comes", ends_in_time_when_nothing_comes },
           { "ends in time when bytes drip", ends_in_time_when_bytes_drip },
           { "nothing has left while the connection is not open",
             nothing_has_left_while_the_connection_is_not_open },
           { "a large request arrives whole", a_large_request_arrives_whole },
           { "a request above the ceiling is not taken", a_request_above_the_ceiling_is_not_taken },
           { "cancelling says whether it had left", cancelling_says_whether_it_had_left })
