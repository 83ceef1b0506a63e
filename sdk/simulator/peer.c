/* What does one client ask, and what does it get? */
#include "simulator/server.h"
#include "simulator/socket.h"

#include <http_parser.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 16384, TEXT_BYTES_MOST = 256 << 10, ARENA_BYTES_MOST = 8 << 20, COLLECT_MS = 20 };

/* A request while it arrives.  Names and values are collected as texts with offsets, because they
 * may come in pieces. */
struct reading {
    struct http_parser parser;
    struct cmb_buffer target, headers, body;
    struct {
        size_t name, name_length, value, value_length;
    } places[CMB_RECEIVED_HEADERS];
    uint32_t count;
    bool is_value, is_whole;
};

/* ---- reading ---- */

static struct reading *own(struct http_parser *parser)
{
    return parser->data;
}

static int on_url(struct http_parser *parser, const char *at, size_t length)
{
    cmb_buffer_add(&own(parser)->target, (struct cmb_text){ at, length });
    return !cmb_buffer_is_whole(&own(parser)->target);
}

static int on_field(struct http_parser *parser, const char *at, size_t length)
{
    struct reading *reading = own(parser);
    if (reading->is_value || !reading->count) {
        if (reading->count == CMB_RECEIVED_HEADERS)
            return 1;
        reading->places[reading->count++].name = reading->headers.length;
        reading->is_value = false;
    }
    reading->places[reading->count - 1].name_length += length;
    cmb_buffer_add(&reading->headers, (struct cmb_text){ at, length });
    return !cmb_buffer_is_whole(&reading->headers);
}

static int on_value(struct http_parser *parser, const char *at, size_t length)
{
    struct reading *reading = own(parser);
    if (!reading->is_value)
        reading->places[reading->count - 1].value = reading->headers.length;
    reading->is_value = true;
    reading->places[reading->count - 1].value_length += length;
    cmb_buffer_add(&reading->headers, (struct cmb_text){ at, length });
    return !cmb_buffer_is_whole(&reading->headers);
}

static int on_body(struct http_parser *parser, const char *at, size_t length)
{
    cmb_buffer_add(&own(parser)->body, (struct cmb_text){ at, length });
    return !cmb_buffer_is_whole(&own(parser)->body);
}

/* Stops here: what follows is the next request. */
static int on_end(struct http_parser *parser)
{
    own(parser)->is_whole = true;
    http_parser_pause(parser, 1);
    return 0;
}

static const struct http_parser_settings settings = {
    .on_url = on_url, .on_header_field = on_field, .on_header_value = on_value,
    .on_body = on_body, .on_message_complete = on_end,
};

static void start_reading(struct reading *reading)
{
    http_parser_init(&reading->parser, HTTP_REQUEST);
    reading->parser.data = reading;
    cmb_buffer_reset(&reading->target);
    cmb_buffer_reset(&reading->headers);
    cmb_buffer_reset(&reading->body);
    memset(reading->places, 0, sizeof reading->places);
    reading->count = 0;
    reading->is_value = reading->is_whole = false;
}

ssize_t cmb_peer_read(struct cmb_peer *peer, char *to, size_t size)
{
    if (peer->ssl)
        return SSL_read(peer->ssl, to, (int)size);
    return recv(peer->fd, to, size, 0);
}

/* Reads one request.  *length bytes of the next one are left in `bytes`. */
static bool read_request(struct cmb_peer *peer, struct reading *reading, char *bytes,
                         size_t *length)
{
    start_reading(reading);
    for (;;) {
        if (*length) {
            size_t used = http_parser_execute(&reading->parser, &settings, bytes, *length);
            enum http_errno failure = HTTP_PARSER_ERRNO(&reading->parser);
            if (failure != HPE_OK && failure != HPE_PAUSED)
                return false;
            memmove(bytes, bytes + used, *length - used);
            *length -= used;
        }
        if (reading->is_whole)
            return true;
        ssize_t got = cmb_peer_read(peer, bytes + *length, READ_BYTES - *length);
        if (got <= 0)
            return false;
        *length += (size_t)got;
    }
}

/* ---- answering ---- */

static void list_headers(struct reading *reading, struct cmb_received *received)
{
    const char *text = cmb_buffer_string(&reading->headers);
    received->header_count = reading->count;
    for (uint32_t i = 0; i < reading->count; i++) {
        struct cmb_received_pair *pair = &received->headers[i];
        pair->name = (struct cmb_text){ text + reading->places[i].name,
                                        reading->places[i].name_length };
        pair->value = (struct cmb_text){ text + reading->places[i].value,
                                         reading->places[i].value_length };
        if (cmb_text_is_word(pair->name, CMB_TEXT("host")))
            received->host = pair->value;
    }
}

/* What the exchange does later is answered later, if the client is still there. */
static bool await_answer(struct cmb_peer *peer, struct cmb_sending *sending)
{
    uint64_t ticket = sending->ticket;
    while (ticket && !peer->server->collect(peer->server->user, ticket, sending))
        if (cmb_peer_wait_gone(peer, COLLECT_MS))
            return false;
    return true;
}

static bool answer(struct cmb_peer *peer, struct reading *reading,
                   struct cmb_received *received, struct cmb_text early)
{
    struct cmb_arena arena = received->arena;
    struct cmb_sending sending = { 0 };
    cmb_arena_reset(&arena);
    *received = (struct cmb_received){
        .method = cmb_text_of(http_method_str(reading->parser.method)), .arena = arena,
        .body = { cmb_buffer_string(&reading->body), reading->body.length },
        .host = CMB_TEXT("127.0.0.1") };
    list_headers(reading, received);
    struct cmb_text target = { cmb_buffer_string(&reading->target), reading->target.length };
    if (cmb_socket_is_asked(received) && peer->server->stream &&
        peer->server->stream(peer->server->user, peer, received, target, early))
        return false;
    peer->server->answer(peer->server->user, received, target, &sending);
    bool may_go_on = await_answer(peer, &sending) && cmb_peer_send(peer, &sending);
    free(sending.reply.body);
    return may_go_on && http_should_keep_alive(&reading->parser);
}

static void serve(struct cmb_peer *peer)
{
    struct reading *reading = calloc(1, sizeof *reading);
    struct cmb_received *received = calloc(1, sizeof *received);
    char *bytes = malloc(READ_BYTES);
    size_t length = 0;
    if (reading && received && bytes) {
        cmb_buffer_init(&reading->target, TEXT_BYTES_MOST);
        cmb_buffer_init(&reading->headers, TEXT_BYTES_MOST);
        cmb_buffer_init(&reading->body, CMB_SERVER_BODY_MOST);
        cmb_arena_init(&received->arena, ARENA_BYTES_MOST);
        while (read_request(peer, reading, bytes, &length) &&
               answer(peer, reading, received, (struct cmb_text){ bytes, length }))
            ;
        cmb_buffer_clear(&reading->target);
        cmb_buffer_clear(&reading->headers);
        cmb_buffer_clear(&reading->body);
        cmb_arena_clear(&received->arena);
    }
    free(bytes);
    free(reading);
    free(received);
}

static bool greet(struct cmb_peer *peer)
{
    if (!peer->server->tls)
        return true;
    peer->ssl = SSL_new(peer->server->tls);
    return peer->ssl && SSL_set_fd(peer->ssl, peer->fd) == 1 &&
           SSL_accept(peer->ssl) == 1;
}

void *cmb_peer_run(void *user)
{
    struct cmb_peer *peer = user;
    if (peer->server->accept(peer->server->user) && greet(peer))
        serve(peer);
    SSL_free(peer->ssl);
    pthread_mutex_lock(&peer->server->lock);
    close(peer->fd);
    peer->is_over = true;
    pthread_mutex_unlock(&peer->server->lock);
    return NULL;
}
