/* support/pool_client.h - a pool on a loop of its own, and requests that wait for their answer. */
#ifndef TEST_SUPPORT_POOL_CLIENT_H
#define TEST_SUPPORT_POOL_CLIENT_H

#include "support/certificates.h"
#include "transport/pool.h"

#include <string.h>

struct test_client {
    struct cmb_loop *loop;
    struct cmb_pool *pool;
    struct cmb_origin *origin;
};

/* A copy of an answer that outlives its callback. */
struct test_reply {
    int status; /* 0: OK; -1: not ended */
    int count;  /* of callbacks */
    bool has_left, is_reused;
    uint32_t http_status;
    size_t written_bytes, header_count;
    int64_t queued_ns, started_ns, first_byte_ns, complete_ns, connect_ns;
    char body[512];
    size_t body_length;
    char reason[320];
};

static inline void test_client_open(struct test_client *client, const char *url,
                                    const struct cmb_pool_settings *settings)
{
    struct cambist_error error = { 0 };
    struct cmb_pool_settings own = settings ? *settings : (struct cmb_pool_settings){ 0 };
    if (!own.trust.ca_file)
        own.trust.ca_file = test_certificates_ca_file();
    own.trust.is_ca_file_alone = true; /* the system's would be 20 ms each time */
    client->loop = cmb_loop_new(&cmb_clock_system);
    client->pool = cmb_pool_new(client->loop, &own, &error);
    client->origin = client->pool ? cmb_pool_open_origin(client->pool, url, &error) : NULL;
    if (!client->origin) {
        fprintf(stderr, "no client: %s\n", error.message);
        abort();
    }
}

static inline void test_client_close(struct test_client *client)
{
    cmb_pool_free(client->pool);
    cmb_loop_free(client->loop);
}

static inline void test_reply_note(const struct cmb_answer *answer, void *user)
{
    struct test_reply *reply = user;
    size_t length = answer->body.length;
    reply->status = answer->status;
    reply->count++;
    reply->has_left = answer->has_left;
    reply->is_reused = answer->is_reused;
    reply->http_status = answer->http_status;
    reply->written_bytes = answer->written_bytes;
    reply->header_count = answer->header_count;
    reply->queued_ns = answer->queued_ns;
    reply->started_ns = answer->started_ns;
    reply->first_byte_ns = answer->first_byte_ns;
    reply->complete_ns = answer->complete_ns;
    reply->connect_ns = answer->connect_ns;
    reply->body_length = length;
    if (length > sizeof reply->body - 1)
        length = sizeof reply->body - 1;
    if (length)
        memcpy(reply->body, answer->body.at, length);
    reply->body[length] = 0;
    snprintf(reply->reason, sizeof reply->reason, "%s", answer->error->message);
}

/* Sends `text`; `with` (may be NULL) brings the options. */
static inline struct cmb_flight *test_send(struct test_client *client, const char *text,
                                           const struct cmb_request *with, struct test_reply *reply)
{
    struct cmb_text slice = cmb_text_of(text);
    struct cmb_request request = with ? *with : (struct cmb_request){ 0 };
    if (!request.origin)
        request.origin = client->origin;
    if (!request.fill) {
        request.slices = &slice;
        request.slice_count = 1;
    }
    request.on_answer = test_reply_note;
    request.user = reply;
    *reply = (struct test_reply){ .status = -1 };
    return cmb_pool_send(client->pool, &request, NULL);
}

/* Turns the loop until the reply is there. */
static inline void test_wait(struct test_client *client, const struct test_reply *reply)
{
    while (reply->status < 0)
        cmb_loop_run_once(client->loop, 10000);
}

/* Turns the loop until `condition` holds, which other threads bring about. */
#define TEST_TURN_UNTIL(client, condition)                                                         \
    do {                                                                                           \
        for (int turns_ = 0; !(condition) && turns_ < 20000; turns_++)                             \
            cmb_loop_run_once((client)->loop, 1);                                                  \
        CU_ASSERT(condition);                                                                      \
    } while (0)

#define TEST_GET  "GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
#define TEST_POST "POST /order HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 7\r\n\r\norder=1"

static inline struct test_reply test_ask(struct test_client *client, const char *text,
                                         const struct cmb_request *with)
{
    struct test_reply reply;
    if (test_send(client, text, with, &reply))
        test_wait(client, &reply);
    return reply;
}

#endif
