/* What do foreign WebSockets make of ours, on both sides?
 *
 *     websocket_peer client URL [deflate]    talks to a server that obeys the commands below
 *     websocket_peer server                  echoes; prints its port; ends with its input
 *
 * A server of the client's has to echo each text, but for commands: "!binary:N" asks for N bytes,
 * "!fragments:N:K" for a text of N in K fragments with a ping before each but the first,
 * "!close:CODE:REASON" for a goodbye, "!vanish" for an end without one. */
#include "support/websocket_server.h"
#include "transport/deflate.h"
#include "transport/websocket.h"

#include <stdio.h>
#include <sys/random.h>

enum { MEGABYTE = 1 << 20 };

/* --- the client --- */

struct step {
    const char *command; /* NULL: a text of `size` is echoed */
    size_t size;
    bool is_binary;
};

static const struct step steps[] = {
    { NULL, 0 },
    { NULL, 1 },
    { NULL, 125 },
    { NULL, 126 },
    { NULL, 65535 },
    { NULL, 65536 },
    { NULL, MEGABYTE },
    { "!binary:0", 0, true },
    { "!binary:1", 1, true },
    { "!binary:125", 125, true },
    { "!binary:126", 126, true },
    { "!binary:65535", 65535, true },
    { "!binary:65536", 65536, true },
    { "!binary:1048576", MEGABYTE, true },
    { "!fragments:3:3", 3 },
    { "!fragments:1000:4", 1000 },
    { "!fragments:1048576:16", MEGABYTE },
};
enum { STEPS = sizeof steps / sizeof *steps };

/* How the connection ends after the steps. */
struct ending {
    const char *command; /* NULL: the client leaves with the code */
    int status;
    uint16_t code;
    const char *reason;
    bool has_steps;
};

static const struct ending endings[] = {
    { "!close:1000:done", CAMBIST_OK, 1000, "done", true },
    { "!close:4001:\xe2\x82\xac", CAMBIST_OK, 4001, "\xe2\x82\xac" },
    { "!close:1001:", CAMBIST_OK, 1001, "" },
    { "!vanish", CAMBIST_UNAVAILABLE, CMB_CLOSE_ABNORMAL, "" },
    { NULL, CAMBIST_OK, 1000, NULL },
    { NULL, CAMBIST_OK, 4999, NULL },
};
enum { ENDINGS = sizeof endings / sizeof *endings };

struct client {
    struct cmb_loop *loop;
    const struct ending *ending;
    size_t step;
    bool wants_deflate, is_over;
    int failures;
};

/* What all messages begin with; it shrinks under compression, but within our ceilings. */
static char pattern[MEGABYTE];

static void fill_pattern(void)
{
    uint32_t state = 1;
    for (size_t i = 0; i < sizeof pattern; i++) {
        state = state * 1103515245 + 12345;
        pattern[i] = (char)('a' + (state >> 16 & 15));
    }
}

static void complain(struct client *client, const char *what)
{
    printf("step %zu, ending %td: %s\n", client->step, client->ending - endings, what);
    client->failures++;
}

static void go_on(struct client *client, struct cmb_websocket *websocket)
{
    const struct ending *ending = client->ending;
    int status;
    if (client->step < STEPS) {
        const struct step *step = &steps[client->step];
        struct cmb_text whole = { pattern, step->size };
        status = cmb_websocket_send(websocket, step->command ? cmb_text_of(step->command) : whole);
    } else if (ending->command) {
        status = cmb_websocket_send(websocket, cmb_text_of(ending->command));
    } else {
        status = cmb_websocket_leave(websocket, ending->code, CMB_TEXT("enough"));
    }
    if (status != CAMBIST_OK)
        complain(client, "cannot be sent");
}

static void on_open(struct cmb_websocket *websocket, void *user)
{
    struct client *client = user;
    if (cmb_websocket_facts(websocket)->is_deflated != client->wants_deflate)
        complain(client, "permessage-deflate was not agreed as wanted");
    go_on(client, websocket);
}

static void on_message(struct cmb_websocket *websocket, const struct cmb_websocket_message *message,
                       void *user)
{
    struct client *client = user;
    const struct step *step = &steps[client->step < STEPS ? client->step : 0];
    if (client->step >= STEPS)
        complain(client, "a message too many");
    else if (message->is_text == step->is_binary ||
             !cmb_text_is(message->payload, (struct cmb_text){ pattern, step->size }))
        complain(client, "another message came");
    client->step++;
    go_on(client, websocket);
}

static void on_close(struct cmb_websocket *websocket, const struct cmb_websocket_end *end,
                     void *user)
{
    struct client *client = user;
    const struct ending *ending = client->ending;
    client->is_over = true;
    if (end->status != ending->status || end->code != ending->code ||
        (ending->reason && !cmb_text_is(end->reason, cmb_text_of(ending->reason))) ||
        client->step != STEPS) {
        complain(client, "another end");
        printf("    status %d, code %u, \"%.*s\", %s\n", end->status, end->code,
               (int)end->reason.length, end->reason.at, end->error->message);
    }
    if (ending->has_steps && cmb_websocket_facts(websocket)->pings < 2 + 3 + 15)
        complain(client, "pings were lost");
}

static void fill_random(void *user, void *to, size_t size)
{
    (void)user;
    if (getrandom(to, size, 0) != (ssize_t)size)
        abort();
}

static int run_client(const char *url, bool offers_deflate)
{
    static const struct cmb_websocket_events events = { .on_open = on_open,
                                                        .on_message = on_message,
                                                        .on_close = on_close };
    struct client client = { .loop = cmb_loop_new(&cmb_clock_system),
                             .wants_deflate = offers_deflate };
    struct cmb_connector *connector = cmb_connector_new(client.loop, NULL, NULL);
    fill_pattern();
    struct cmb_target *target = cmb_target_new(url, NULL);
    for (size_t i = 0; i < ENDINGS && target; i++) {
        client.ending = &endings[i];
        client.step = endings[i].has_steps ? 0 : STEPS;
        client.is_over = false;
        struct cmb_websocket_settings settings = { .loop = client.loop,
                                                   .connector = connector,
                                                   .target = target,
                                                   .path = CMB_TEXT("/any?a=1"),
                                                   .fill_random = fill_random,
                                                   .offers_deflate = offers_deflate,
                                                   .queue_bytes_most = 2 * MEGABYTE,
                                                   .events = &events,
                                                   .user = &client };
        struct cmb_websocket *websocket = cmb_websocket_open(&settings, NULL);
        while (websocket && !client.is_over)
            cmb_loop_run_once(client.loop, 1000);
        cmb_websocket_close(websocket);
    }
    printf("client%s: %d failures\n", offers_deflate ? ", deflate" : "", client.failures);
    cmb_target_free(target);
    cmb_connector_free(connector);
    cmb_loop_free(client.loop);
    return client.failures != 0 || !target;
}

/* --- the server --- */

struct echo {
    struct test_websocket websocket;
    struct cmb_deflate_terms terms;
    struct cmb_deflater deflater;
    struct cmb_inflater inflater;
    struct cmb_buffer plain, packed;
    bool is_deflated;
};

static void welcome(struct echo *echo, struct test_peer *peer, const char *request)
{
    struct cmb_deflate_terms limits = { 0 };
    struct cmb_buffer answer;
    struct cmb_text offers = { 0 };
    char lines[512] = "";
    const char *header = strcasestr(request, "\r\nSec-WebSocket-Extensions: ");
    cmb_buffer_init(&answer, 256);
    if (header)
        cmb_text_cut(cmb_text_of(header + strlen("\r\nSec-WebSocket-Extensions: ")), '\r', &offers);
    echo->is_deflated = cmb_deflate_choose(offers, &limits, &echo->terms, &answer) &&
                        cmb_deflater_open(&echo->deflater, echo->terms.server_bits,
                                          echo->terms.server_forgets) == CAMBIST_OK;
    if (echo->is_deflated)
        snprintf(lines, sizeof lines, "Sec-WebSocket-Extensions: %s\r\n",
                 cmb_buffer_string(&answer));
    test_websocket_welcome(&echo->websocket, peer, request, lines);
    echo->websocket.reader.rules.may_deflate = echo->is_deflated;
    cmb_buffer_clear(&answer);
}

static bool say_back(struct echo *echo, const struct cmb_frame *frame)
{
    struct cmb_text payload = frame->payload;
    unsigned char first = (unsigned char)(0x80 | (unsigned)frame->kind);
    if (frame->is_deflated) {
        if (cmb_inflate_message(&echo->inflater, echo->terms.client_forgets, payload,
                                &echo->plain) != CAMBIST_OK)
            return test_websocket_say_close(&echo->websocket, 1007, "not deflate") && false;
        payload = cmb_buffer_text(&echo->plain);
    }
    if (echo->is_deflated) {
        if (cmb_deflate_message(&echo->deflater, payload, &echo->packed) != CAMBIST_OK)
            return false;
        payload = cmb_buffer_text(&echo->packed);
        first |= 0x40;
    }
    return test_websocket_say(&echo->websocket, first, payload.at, payload.length);
}

static bool answer(struct echo *echo, const struct cmb_frame *frame)
{
    struct test_websocket *websocket = &echo->websocket;
    if (frame->kind == CMB_FRAME_PING)
        return test_websocket_say(websocket, 0x8a, frame->payload.at, frame->payload.length);
    if (frame->kind == CMB_FRAME_PONG)
        return true;
    if (frame->kind != CMB_FRAME_CLOSE)
        return say_back(echo, frame);
    if (frame->close_code == CMB_CLOSE_NO_CODE)
        test_websocket_say(websocket, 0x88, "", 0);
    else
        test_websocket_say_close(websocket, frame->close_code, "");
    return false;
}

static void serve(struct test_peer *peer, const char *request, void *user)
{
    struct echo *echo = calloc(1, sizeof *echo);
    struct cmb_frame frame;
    (void)user;
    cmb_buffer_init(&echo->plain, 4 * MEGABYTE);
    cmb_buffer_init(&echo->packed, 4 * MEGABYTE);
    welcome(echo, peer, request);
    struct cmb_frame_reader *reader = &echo->websocket.reader;
    while (test_websocket_next(&echo->websocket, &frame) && answer(echo, &frame))
        ;
    if (reader->status != CAMBIST_AGAIN && reader->status != CAMBIST_CLOSED)
        test_websocket_say_close(&echo->websocket, reader->close_code, reader->reason);
    test_websocket_end(&echo->websocket);
    cmb_deflater_close(&echo->deflater);
    cmb_inflater_clear(&echo->inflater);
    cmb_buffer_clear(&echo->plain);
    cmb_buffer_clear(&echo->packed);
    free(echo);
}

static int run_server(void)
{
    struct test_server *server =
        test_server_start(&(struct test_server_settings){ .on_request = serve, .is_plain = true });
    printf("%u\n", server->port);
    fflush(stdout);
    while (getchar() != EOF)
        ;
    test_server_stop(server);
    return 0;
}

int main(int count, char **words)
{
    if (count >= 3 && strcmp(words[1], "client") == 0)
        return run_client(words[2], count > 3 && strcmp(words[3], "deflate") == 0);
    if (count == 2 && strcmp(words[1], "server") == 0)
        return run_server();
    printf("websocket_peer client URL [deflate] | server\n");
    return 2;
}
