/* Are connections kept, shared, limited and renewed as the pool's settings say? */
#include "support/pool_client.h"
#include "support/test.h"
#include "support/tls_server.h"

static void answer_ok(struct test_peer *peer, const char *text, void *user)
{
    (void)user;
    test_peer_answer(peer, strstr(text, "Content-Length: 7") ? "done" : "{}");
}

/* Holds every answer back until the gate is open. */
static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_opened = PTHREAD_COND_INITIALIZER;
static bool is_gate_open;
static char order_of_arrival[512];

static void answer_at_the_gate(struct test_peer *peer, const char *text, void *user)
{
    (void)user;
    pthread_mutex_lock(&gate_lock);
    size_t length = strlen(order_of_arrival);
    if (length < sizeof order_of_arrival - 1)
        order_of_arrival[length] = text[5]; /* "GET /x": the letter of the path */
    while (!is_gate_open)
        pthread_cond_wait(&gate_opened, &gate_lock);
    pthread_mutex_unlock(&gate_lock);
    test_peer_answer(peer, "{}");
}

static void set_gate(bool is_open)
{
    pthread_mutex_lock(&gate_lock);
    is_gate_open = is_open;
    if (!is_open)
        memset(order_of_arrival, 0, sizeof order_of_arrival);
    pthread_cond_broadcast(&gate_opened);
    pthread_mutex_unlock(&gate_lock);
}

static struct test_server *server;
static struct test_client client;
static struct cmb_origin_state state;

static void open_both(test_request_fn on_request, bool is_plain,
                      const struct cmb_pool_settings *settings)
{
    server = test_server_start(
        &(struct test_server_settings){ .on_request = on_request, .is_plain = is_plain });
    test_client_open(&client, server->url, settings);
}

static void close_both(void)
{
    test_client_close(&client);
    test_server_stop(server);
}

static const struct cmb_origin_state *look(void)
{
    cmb_origin_look(client.origin, &state);
    return &state;
}

/* --- reuse --- */

static void keeps_one_connection_for_many_requests(void)
{
    for (int is_plain = 0; is_plain < 2; is_plain++) {
        open_both(answer_ok, is_plain, NULL);
        for (int i = 0; i < 200; i++) {
            struct test_reply reply = test_ask(&client, TEST_POST, NULL);
            CU_ASSERT(reply.status == CAMBIST_OK && reply.is_reused == (i > 0));
            CU_ASSERT(strcmp(reply.body, "done") == 0 && reply.count == 1);
        }
        ASSERT_NUMBER(atomic_load(&server->accepted), 1);
        ASSERT_NUMBER(cmb_pool_counters(client.pool)->opened, 1);
        ASSERT_NUMBER(cmb_pool_counters(client.pool)->reused, 199);
        close_both();
    }
}

static void tells_times_in_their_order(void)
{
    open_both(answer_ok, false, NULL);
    struct test_reply reply = test_ask(&client, TEST_GET, NULL);
    CU_ASSERT(reply.queued_ns > 0 && reply.queued_ns < reply.started_ns);
    CU_ASSERT(reply.started_ns < reply.first_byte_ns);
    CU_ASSERT(reply.first_byte_ns <= reply.complete_ns && reply.connect_ns > 0);
    reply = test_ask(&client, TEST_GET, NULL);
    CU_ASSERT(reply.queued_ns <= reply.started_ns && reply.connect_ns == 0);
    close_both();
}

static void say_close(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    (void)user;
    test_peer_say(peer, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

static void say_too_much(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    (void)user;
    test_peer_say(peer, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n12");
}

static void does_not_keep_what_the_server_wants_closed(void)
{
    open_both(say_close, false, NULL);
    for (int i = 0; i < 3; i++)
        CU_ASSERT(!test_ask(&client, TEST_GET, NULL).is_reused);
    ASSERT_NUMBER(cmb_pool_counters(client.pool)->opened, 3);
    close_both();
}

static void does_not_keep_what_is_out_of_step(void)
{
    open_both(say_too_much, false, NULL);
    struct test_reply reply = test_ask(&client, TEST_GET, NULL);
    CU_ASSERT(reply.status == CAMBIST_GARBLED && reply.has_left && reply.body_length == 0);
    ASSERT_NUMBER(look()->idle + look()->busy, 0);
    close_both();
}

static void knows_that_a_head_has_no_body(void)
{
    open_both(answer_ok, false, NULL);
    struct cmb_request head = { .is_head = true };
    static const char text[] = "HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n";
    /* This server answers with a body, against the rule: what it says next is not believed. */
    ASSERT_NUMBER(test_ask(&client, text, &head).status, CAMBIST_GARBLED);
    close_both();
}

static void say_in_pieces(struct test_peer *peer, const char *text, void *user)
{
    (void)user;
    static const char answer[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                 "5\r\nhello\r\n0\r\n\r\n";
    size_t cut = (size_t)strtoul(text + 5, NULL, 10);
    test_peer_write(peer, answer, cut);
    test_peer_write(peer, answer + cut, sizeof answer - 1 - cut);
}

static void does_not_depend_on_how_the_answer_arrives(void)
{
    for (int is_plain = 0; is_plain < 2; is_plain++) {
        open_both(say_in_pieces, is_plain, NULL);
        for (int cut = 1; cut < 60; cut++) {
            char text[64];
            snprintf(text, sizeof text, "GET /%d HTTP/1.1\r\nHost: a\r\n\r\n", cut);
            struct test_reply reply = test_ask(&client, text, NULL);
            CU_ASSERT(reply.status == CAMBIST_OK && strcmp(reply.body, "hello") == 0);
        }
        ASSERT_NUMBER(cmb_pool_counters(client.pool)->opened, 1);
        close_both();
    }
}

/* --- limits --- */

enum { CROWD = 120 };

static void send_crowd(struct test_reply *replies, int count, const char *text,
                       const struct cmb_request *with)
{
    for (int i = 0; i < count; i++)
        CU_ASSERT(test_send(&client, text, with, &replies[i]) != NULL);
}

static void wait_for_crowd(struct test_reply *replies, int count)
{
    for (int i = 0; i < count; i++) {
        test_wait(&client, &replies[i]);
        CU_ASSERT(replies[i].status == CAMBIST_OK && replies[i].count == 1);
    }
}

static void holds_fifty_connections_to_one_server(void)
{
    static struct test_reply replies[CROWD], orders[CROWD];
    set_gate(false);
    open_both(answer_at_the_gate, true, NULL);
    send_crowd(replies, CROWD, TEST_GET, NULL);
    TEST_TURN_UNTIL(&client, atomic_load(&server->requests) == 45);
    ASSERT_NUMBER(look()->busy, 45); /* five are the orders' */
    send_crowd(orders, 10, TEST_GET, &(struct cmb_request){ .is_priority = true });
    TEST_TURN_UNTIL(&client, atomic_load(&server->requests) == 50);
    for (int i = 0; i < 20; i++)
        cmb_loop_run_once(client.loop, 1);
    ASSERT_NUMBER(look()->busy, 50);
    ASSERT_NUMBER(atomic_load(&server->accepted), 50);
    set_gate(true);
    wait_for_crowd(replies, CROWD);
    wait_for_crowd(orders, 10);
    ASSERT_NUMBER(atomic_load(&server->accepted), 50);
    ASSERT_NUMBER(look()->waiting, 0);
    ASSERT_NUMBER(cmb_pool_counters(client.pool)->waited, CROWD + 10);
    close_both();
}

static int sum_of_requests(struct test_server **servers, int count)
{
    int sum = 0;
    for (int i = 0; i < count; i++)
        sum += atomic_load(&servers[i]->requests);
    return sum;
}

static void holds_two_hundred_connections_in_all(void)
{
    enum { SERVERS = 5, EACH = 60 };
    static struct test_reply replies[SERVERS][EACH];
    struct cmb_origin *origins[SERVERS];
    struct test_server *servers[SERVERS];
    set_gate(false);
    open_both(answer_at_the_gate, true, NULL);
    for (int i = 0; i < SERVERS; i++) {
        servers[i] = test_server_start(
            &(struct test_server_settings){ .on_request = answer_at_the_gate, .is_plain = true });
        origins[i] = cmb_pool_open_origin(client.pool, servers[i]->url, NULL);
        send_crowd(replies[i], EACH, TEST_GET,
                   &(struct cmb_request){ .origin = origins[i], .timeout_ms = 60000 });
    }
    TEST_TURN_UNTIL(&client, sum_of_requests(servers, SERVERS) == 190);
    struct test_reply order;
    CU_ASSERT(test_send(&client, TEST_GET, &(struct cmb_request){ .is_priority = true }, &order) !=
              NULL);
    TEST_TURN_UNTIL(&client, atomic_load(&server->requests) == 1);
    set_gate(true);
    for (int i = 0; i < SERVERS; i++)
        wait_for_crowd(replies[i], EACH);
    test_wait(&client, &order);
    CU_ASSERT(cmb_pool_counters(client.pool)->evicted > 0);
    close_both();
    for (int i = 0; i < SERVERS; i++)
        test_server_stop(servers[i]);
}

static const char *path(char letter)
{
    static char text[64];
    snprintf(text, sizeof text, "GET /%c HTTP/1.1\r\nHost: a\r\n\r\n", letter);
    return text;
}

static void serves_orders_first_and_the_rest_in_turn(void)
{
    struct test_reply replies[6];
    struct cmb_request order = { .is_priority = true };
    struct cmb_pool_settings settings = { .connections_per_origin_most = 1 };
    set_gate(false);
    open_both(answer_at_the_gate, true, &settings);
    for (int i = 0; i < 4; i++)
        test_send(&client, path((char)('a' + i)), NULL, &replies[i]);
    TEST_TURN_UNTIL(&client, atomic_load(&server->requests) == 1);
    test_send(&client, path('y'), &order, &replies[4]);
    test_send(&client, path('z'), &order, &replies[5]);
    set_gate(true);
    wait_for_crowd(replies, 6);
    ASSERT_TEXT(order_of_arrival, "ayzbcd");
    ASSERT_NUMBER(atomic_load(&server->accepted), 1);
    close_both();
}

static void a_waiting_request_has_a_deadline_too(void)
{
    struct test_reply first, second;
    struct cmb_pool_settings settings = { .connections_per_origin_most = 1, .waiting_most = 1 };
    set_gate(false);
    open_both(answer_at_the_gate, true, &settings);
    test_send(&client, TEST_GET, NULL, &first);
    TEST_TURN_UNTIL(&client, atomic_load(&server->requests) == 1);
    test_send(&client, TEST_POST, &(struct cmb_request){ .timeout_ms = 30 }, &second);
    struct test_reply third;
    CU_ASSERT(test_send(&client, TEST_POST, NULL, &third) == NULL); /* one may wait */
    test_wait(&client, &second);
    CU_ASSERT(second.status == CAMBIST_TIMEOUT && !second.has_left);
    set_gate(true);
    test_wait(&client, &first);
    ASSERT_NUMBER(atomic_load(&server->requests), 1);
    close_both();
}

/* --- time --- */

static void ends_the_life_of_a_connection(void)
{
    struct cmb_pool_settings settings = { .life_most_ms = 30 };
    open_both(answer_ok, false, &settings);
    CU_ASSERT(!test_ask(&client, TEST_GET, NULL).is_reused);
    CU_ASSERT(test_ask(&client, TEST_GET, NULL).is_reused);
    int64_t end_ns = cmb_loop_now_ns(client.loop) + 31000000;
    while (cmb_loop_now_ns(client.loop) < end_ns)
        cmb_loop_run_once(client.loop, 1);
    CU_ASSERT(!test_ask(&client, TEST_GET, NULL).is_reused);
    ASSERT_NUMBER(cmb_pool_counters(client.pool)->expired, 1);
    close_both();
}

static void say_keep_alive(struct test_peer *peer, const char *text, void *user)
{
    (void)text;
    (void)user;
    test_peer_say(peer, "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0, max=9\r\n"
                        "Content-Length: 0\r\n\r\n");
}

static void believes_when_the_server_says_it_will_close(void)
{
    open_both(say_keep_alive, false, NULL);
    CU_ASSERT(test_ask(&client, TEST_GET, NULL).status == CAMBIST_OK);
    CU_ASSERT(!test_ask(&client, TEST_GET, NULL).is_reused);
    close_both();
}

static void closes_what_nobody_uses(void)
{
    struct cmb_pool_settings settings = { .idle_most_ms = 1 };
    open_both(answer_ok, true, &settings);
    CU_ASSERT(test_ask(&client, TEST_GET, NULL).status == CAMBIST_OK);
    TEST_TURN_UNTIL(&client, look()->idle == 0);
    ASSERT_NUMBER(cmb_pool_counters(client.pool)->expired, 1);
    close_both();
}

static void keeps_connections_warm(void)
{
    struct cmb_pool_settings settings = { .idle_most_ms = 1 };
    open_both(answer_ok, false, &settings);
    cmb_pool_warm(client.pool, client.origin, 3);
    TEST_TURN_UNTIL(&client, look()->idle == 3);
    CU_ASSERT(test_ask(&client, TEST_POST, NULL).connect_ns > 0);
    ASSERT_NUMBER(atomic_load(&server->accepted), 3);
    test_server_hang_up(server);
    TEST_TURN_UNTIL(&client, look()->idle == 3 && atomic_load(&server->accepted) == 6);
    ASSERT_NUMBER(cmb_pool_counters(client.pool)->found_dead, 3);
    close_both();
}

static void warms_what_cannot_be_reached_later_and_later(void)
{
    test_client_open(&client, "http://127.0.0.1:1", NULL);
    cmb_pool_warm(client.pool, client.origin, 1);
    TEST_TURN_UNTIL(&client, look()->last_failure == CAMBIST_UNAVAILABLE);
    for (int i = 0; i < 50; i++)
        cmb_loop_run_once(client.loop, 1);
    ASSERT_NUMBER(cmb_pool_counters(client.pool)->not_opened, 1);
    test_client_close(&client);
}

/* --- requests made at the last moment --- */

static int fill_count;

static int fill_order(struct cmb_buffer *request, void *user)
{
    (void)user;
    fill_count++;
    cmb_buffer_add(request, cmb_text_of(TEST_POST));
    return CAMBIST_OK;
}

static int refuse_to_fill(struct cmb_buffer *request, void *user)
{
    (void)user;
    cmb_buffer_add(request, CMB_TEXT("POST /half"));
    return CAMBIST_BAD_CONFIG;
}

static void makes_the_request_when_a_connection_is_there(void)
{
    open_both(answer_ok, false, NULL);
    fill_count = 0;
    struct test_reply reply;
    test_send(&client, NULL, &(struct cmb_request){ .fill = fill_order }, &reply);
    ASSERT_NUMBER(fill_count, 0);
    test_wait(&client, &reply);
    ASSERT_NUMBER(fill_count, 1);
    ASSERT_TEXT(reply.body, "done");
    int bytes = atomic_load(&server->request_bytes);
    reply = test_ask(&client, NULL, &(struct cmb_request){ .fill = refuse_to_fill });
    CU_ASSERT(reply.status == CAMBIST_BAD_CONFIG && !reply.has_left && reply.count == 1);
    CU_ASSERT(test_ask(&client, TEST_GET, NULL).is_reused);
    ASSERT_NUMBER(atomic_load(&server->request_bytes), bytes + (int)strlen(TEST_GET));
    close_both();
}

/* --- from inside a callback --- */

static struct test_reply chain_reply;
static int chain_left;

static void send_next(const struct cmb_answer *answer, void *user)
{
    test_reply_note(answer, user);
    struct cmb_text slice = CMB_TEXT(TEST_GET);
    struct cmb_request request = { .origin = client.origin,
                                   .slices = &slice,
                                   .slice_count = 1,
                                   .on_answer = send_next,
                                   .user = user };
    if (--chain_left > 0)
        CU_ASSERT(cmb_pool_send(client.pool, &request, NULL) != NULL);
}

static void an_answer_may_send_the_next_request(void)
{
    open_both(answer_ok, false, NULL);
    chain_left = 100;
    chain_reply = (struct test_reply){ 0 };
    struct cmb_text slice = CMB_TEXT(TEST_GET);
    struct cmb_request request = { .origin = client.origin,
                                   .slices = &slice,
                                   .slice_count = 1,
                                   .on_answer = send_next,
                                   .user = &chain_reply };
    CU_ASSERT(cmb_pool_send(client.pool, &request, NULL) != NULL);
    TEST_TURN_UNTIL(&client, chain_left == 0);
    ASSERT_NUMBER(chain_reply.count, 100);
    ASSERT_NUMBER(atomic_load(&server->accepted), 1);
    close_both();
}

TEST_SUITE(
    "transport/pool",
    { "keeps one connection for many requests", keeps_one_connection_for_many_requests },
    { "tells times in their order", tells_times_in_their_order },
    { "does not keep what the server wants closed", does_not_keep_what_the_server_wants_closed },
    { "does not keep what is out of step", does_not_keep_what_is_out_of_step },
    { "knows that a HEAD has no body", knows_that_a_head_has_no_body },
    { "does not depend on how the answer arrives", does_not_depend_on_how_the_answer_arrives },
    { "holds fifty connections to one server", holds_fifty_connections_to_one_server },
    { "holds two hundred connections in all", holds_two_hundred_connections_in_all },
    { "serves orders first and the rest in turn", serves_orders_first_and_the_rest_in_turn },
    { "a waiting request has a deadline too", a_waiting_request_has_a_deadline_too },
    { "ends the life of a connection", ends_the_life_of_a_connection },
    { "believes when the server says it will close", believes_when_the_server_says_it_will_close },
    { "closes what nobody uses", closes_what_nobody_uses },
    { "keeps connections warm", keeps_connections_warm },
    { "warms what cannot be reached later and later",
      warms_what_cannot_be_reached_later_and_later },
    { "makes the request when a connection is there",
      makes_the_request_when_a_connection_is_there },
    { "an answer may send the next request", an_answer_may_send_the_next_request })
