/* support/websocket_client.h - a WebSocket on a loop of its own, and a log of what it was told. */
#ifndef TEST_SUPPORT_WEBSOCKET_CLIENT_H
#define TEST_SUPPORT_WEBSOCKET_CLIENT_H

#include "support/certificates.h"
#include "transport/websocket.h"

#include <openssl/rand.h>
#include <stdlib.h>

struct test_websocket_client {
    struct cmb_clock clock; /* turnable */
    struct cmb_loop *loop;
    struct cmb_trust *trust;
    struct cmb_connector *connector;
    struct cmb_target *target;
    struct cmb_websocket *websocket;
    /* Of all callbacks, in order: "open text:Hello binary:*70000 pong:x close". */
    struct cmb_buffer log;
    int opens, messages, pongs, closes;
    int64_t received_ns;
    /* Of the end. */
    int status;
    bool was_open, is_said;
    uint16_t code;
    uint32_t http_status;
    char reason[128], retry_after[64], body[512], message[320];
    /* What a callback does on top: closes the websocket in the nth one; sends. */
    int close_in_callback, callbacks;
    void (*on_message)(struct test_websocket_client *client,
                       const struct cmb_websocket_message *message);
};

static inline void test_note_(struct test_websocket_client *client, const char *word,
                              struct cmb_text payload)
{
    cmb_buffer_addf(&client->log, "%s%s", client->log.length ? " " : "", word);
    if (payload.length > 100)
        cmb_buffer_addf(&client->log, "*%zu", payload.length);
    else
        cmb_buffer_add(&client->log, payload);
    if (++client->callbacks == client->close_in_callback) {
        cmb_websocket_close(client->websocket);
        client->websocket = NULL;
    }
}

static inline void test_on_open_(struct cmb_websocket *websocket, void *user)
{
    struct test_websocket_client *client = user;
    (void)websocket;
    client->opens++;
    test_note_(client, "open", (struct cmb_text){ 0 });
}

static inline void test_on_message_(struct cmb_websocket *websocket,
                                    const struct cmb_websocket_message *message, void *user)
{
    struct test_websocket_client *client = user;
    (void)websocket;
    client->messages++;
    client->received_ns = message->received_ns;
    if (client->on_message)
        client->on_message(client, message);
    test_note_(client, message->is_text ? "text:" : "binary:", message->payload);
}

static inline void test_on_pong_(struct cmb_websocket *websocket, struct cmb_text payload,
                                 void *user)
{
    struct test_websocket_client *client = user;
    (void)websocket;
    client->pongs++;
    test_note_(client, "pong:", payload);
}

static inline void test_copy_(char *to, size_t size, struct cmb_text text)
{
    snprintf(to, size, "%.*s", (int)text.length, text.at ? text.at : "");
}

static inline void test_on_close_(struct cmb_websocket *websocket,
                                  const struct cmb_websocket_end *end, void *user)
{
    struct test_websocket_client *client = user;
    (void)websocket;
    client->closes++;
    client->status = end->status;
    client->was_open = end->was_open;
    client->is_said = end->is_said;
    client->code = end->code;
    client->http_status = end->http_status;
    test_copy_(client->reason, sizeof client->reason, end->reason);
    test_copy_(client->retry_after, sizeof client->retry_after, end->retry_after);
    test_copy_(client->body, sizeof client->body, end->body);
    snprintf(client->message, sizeof client->message, "%s", end->error->message);
    test_note_(client, "close", (struct cmb_text){ 0 });
}

static const struct cmb_websocket_events test_websocket_events_ = { .on_open = test_on_open_,
                                                                    .on_message = test_on_message_,
                                                                    .on_pong = test_on_pong_,
                                                                    .on_close = test_on_close_ };

static inline void test_fill_random_(void *user, void *to, size_t size)
{
    (void)user;
    if (RAND_bytes(to, (int)size) != 1)
        abort();
}

/* Makes loop, connector and target; `url` as of test_server. */
static inline void test_websocket_client_init(struct test_websocket_client *client, const char *url)
{
    struct cmb_trust_settings trust = { .ca_file = test_certificates_ca_file(),
                                        .is_ca_file_alone = true };
    *client = (struct test_websocket_client){ .status = -1 };
    cmb_clock_init_turnable(&client->clock, 1700000000000000000);
    cmb_clock_turn(&client->clock, 1000000000);
    cmb_buffer_init(&client->log, 1 << 20);
    client->loop = cmb_loop_new(&client->clock);
    client->trust = cmb_trust_new(&trust, NULL);
    client->connector = cmb_connector_new(client->loop, client->trust, NULL);
    client->target = cmb_target_new(url, NULL);
    if (!client->loop || !client->trust || !client->connector || !client->target)
        abort();
}

/* Opens with `settings` (NULL: none), whose loop, connector, target and events are ours. */
static inline void test_websocket_client_open(struct test_websocket_client *client,
                                              const struct cmb_websocket_settings *settings,
                                              struct cambist_error *error)
{
    struct cmb_websocket_settings own = settings ? *settings : (struct cmb_websocket_settings){ 0 };
    own.loop = client->loop;
    own.connector = client->connector;
    own.target = client->target;
    own.fill_random = test_fill_random_;
    own.events = &test_websocket_events_;
    own.user = client;
    client->websocket = cmb_websocket_open(&own, error);
}

static inline void test_websocket_client_clear(struct test_websocket_client *client)
{
    cmb_websocket_close(client->websocket);
    cmb_target_free(client->target);
    cmb_connector_free(client->connector);
    cmb_trust_free(client->trust);
    cmb_loop_free(client->loop);
    cmb_buffer_clear(&client->log);
}

/* Turns the loop until `condition` holds, which other threads bring about. */
#define TEST_WEBSOCKET_TURN_UNTIL(client, condition)                                               \
    do {                                                                                           \
        for (int turns_ = 0; !(condition) && turns_ < 10000; turns_++)                             \
            cmb_loop_run_once((client)->loop, 1);                                                  \
        CU_ASSERT(condition);                                                                      \
    } while (0)

#endif
