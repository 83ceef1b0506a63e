/* support/loopback.h - a client of the core and a practice exchange, face to face without a socket.
 *
 * The client renders and signs what it asks, the exchange reads the very text, and the client reads
 * the very answer. */
#ifndef TEST_SUPPORT_LOOPBACK_H
#define TEST_SUPPORT_LOOPBACK_H

#include "request/answer.h"
#include "simulator/exchange.h"
#include "support/test.h"

struct test_loopback {
    struct cmb_vault vault;
    struct cmb_plugin *plugin;
    struct cmb_practice practice;
    struct cmb_exchange *client;
    struct cmb_call *call;
    struct cmb_received received;
    struct cmb_reply reply;
    struct cambist_error error;
};

static inline void test_loopback_open_client(struct test_loopback *loopback)
{
    const struct cambist_plugin *tables = &loopback->plugin->tables;
    struct cmb_pair servers[CMB_SERVERS_MOST], secrets[CMB_CREDENTIAL_TEXTS];
    struct cmb_exchange_settings settings = { .environment = CMB_ENVIRONMENT_SIMULATED,
                                              .servers = servers, .credentials = secrets };
    for (uint32_t i = 0; i < tables->servers.count; i++)
        servers[settings.server_count++] = (struct cmb_pair){
            cmb_text_of(tables->servers.rows[i].name), CMB_TEXT("https://127.0.0.1:1") };
    for (uint32_t i = 0; i < tables->credentials.count; i++)
        secrets[settings.credential_count++] =
            (struct cmb_pair){ cmb_text_of(tables->credentials.rows[i].name),
                               cmb_text_of(loopback->practice.credentials[i]) };
    if (cmb_exchange_open(loopback->plugin, &loopback->vault, &settings, &loopback->client,
                          &loopback->error) != CAMBIST_OK)
        printf("\n    %s", loopback->error.message);
    CU_ASSERT_FATAL(loopback->client != NULL);
    loopback->client->markets = cmb_practice_name_markets(loopback->plugin);
}

/* `name` is a plugin of the build. */
static inline void test_loopback_open(struct test_loopback *loopback, const char *name)
{
    struct cmb_plugin_rules rules = { 0 };
    *loopback = (struct test_loopback){ 0 };
    CU_ASSERT_FATAL(cmb_vault_open(&loopback->vault, 256 * 1024, NULL) == CAMBIST_OK);
    if (cmb_plugin_open(name, &rules, &loopback->plugin, &loopback->error) != CAMBIST_OK)
        printf("\n    %s", loopback->error.message);
    CU_ASSERT_FATAL(loopback->plugin != NULL);
    CU_ASSERT_FATAL(cmb_practice_open(&loopback->practice, loopback->plugin, &loopback->vault, 3,
                                      &cmb_clock_system, &loopback->error) == CAMBIST_OK);
    loopback->call = cmb_call_new();
    cmb_arena_init(&loopback->received.arena, 8 << 20);
    test_loopback_open_client(loopback);
}

static inline void test_loopback_close(struct test_loopback *loopback)
{
    free(loopback->reply.body);
    cmb_practice_close(&loopback->practice);
    cmb_exchange_close(loopback->client);
    cmb_call_free(loopback->call);
    cmb_arena_clear(&loopback->received.arena);
    cmb_plugin_close(loopback->plugin);
    cmb_vault_close(&loopback->vault);
}

static inline void test_loopback_set(struct test_loopback *loopback, const char *arguments)
{
    struct cmb_text left = cmb_text_of(arguments);
    while (left.at) {
        struct cmb_text word, name;
        left = cmb_text_cut(left, ' ', &word);
        struct cmb_text value = cmb_text_cut(word, '=', &name);
        if (value.at)
            CU_ASSERT(cmb_arguments_set(&loopback->call->arguments, name, value, CAMBIST_STRING,
                                        &loopback->error) == CAMBIST_OK);
    }
}

/* Renders and signs a question: "symbol=BTC/USDT limit=5".  Answers a status. */
static inline int test_loopback_ask(struct test_loopback *loopback, uint32_t operation,
                                    const char *arguments)
{
    loopback->error = (struct cambist_error){ 0 };
    cmb_call_start(loopback->call, loopback->client, operation, &loopback->error);
    test_loopback_set(loopback, arguments);
    int status = cmb_pick(loopback->call);
    if (status == CAMBIST_OK)
        status = cmb_fill(loopback->call);
    return status == CAMBIST_OK ? cmb_sign_call(loopback->call) : status;
}

static inline void test_loopback_cut_headers(struct test_loopback *loopback)
{
    struct cmb_received *received = &loopback->received;
    struct cmb_text left = cmb_buffer_text(&loopback->call->headers);
    while (left.length) {
        struct cmb_text line, name;
        left = cmb_text_cut(left, '\n', &line);
        struct cmb_text value = cmb_text_cut(line, ':', &name);
        if (!value.at)
            continue;
        value = (struct cmb_text){ value.at + 1, value.length - 2 }; /* blank, carriage return */
        received->headers[received->header_count++] =
            (struct cmb_received_pair){ .name = name, .value = value };
    }
}

/* Hands the question over as it would arrive. */
static inline void test_loopback_receive(struct test_loopback *loopback)
{
    struct cmb_call *call = loopback->call;
    struct cmb_arena arena = loopback->received.arena;
    cmb_arena_reset(&arena);
    size_t length = call->path.length + 1 + call->query.length;
    char *target = cmb_arena_take(&arena, length + 1);
    memcpy(target, call->path.at, call->path.length);
    target[call->path.length] = '?';
    if (call->query.length)
        memcpy(target + call->path.length + 1, call->query.at, call->query.length);
    loopback->received = (struct cmb_received){
        .method = call->endpoint->method, .host = CMB_TEXT("127.0.0.1:1"), .arena = arena,
        .body = { cmb_buffer_string(&call->body), call->body.length },
        .time_ns = cmb_clock_wall_ns(&cmb_clock_system) };
    test_loopback_cut_headers(loopback);
    cmb_received_cut(&loopback->received, (struct cmb_text){ target, length });
}

/* Serves what was received; answers the HTTP status. */
static inline uint32_t test_loopback_serve(struct test_loopback *loopback)
{
    free(loopback->reply.body);
    loopback->reply = (struct cmb_reply){ 0 };
    (void)cmb_practice_read(&loopback->practice, &loopback->received);
    CU_ASSERT_FATAL(cmb_practice_run(&loopback->practice, &loopback->reply));
    return loopback->reply.http_status;
}

/* The whole way there and back; the records are then in loopback->call. */
static inline int test_loopback_run(struct test_loopback *loopback, uint32_t operation,
                                    const char *arguments)
{
    int status = test_loopback_ask(loopback, operation, arguments);
    if (status != CAMBIST_OK)
        return status;
    test_loopback_receive(loopback);
    uint32_t http_status = test_loopback_serve(loopback);
    status = cmb_judge(loopback->call, http_status, cmb_text_of(loopback->reply.body));
    return status == CAMBIST_OK ? cmb_map_answer(loopback->call) : status;
}

#endif
