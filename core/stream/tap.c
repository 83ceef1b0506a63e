/* What of the things that pass over the wire may be recorded? */
#include "stream/way.h"

#include <stdlib.h>

#include "base/memory.h"

enum { SECRETS_MOST = 32, SECRET_BYTES_LEAST = 4, TEXT_BYTES_MOST = 64 << 20 };

struct cmb_tap {
    const struct cmb_stream_tap *told;
    char *secrets[SECRETS_MOST]; /* that were hidden; the oldest is replaced */
    uint32_t secret_count;
    struct cmb_buffer url, text; /* without them */
};

static void forget(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void cmb_tap_free(struct cmb_tap *tap)
{
    if (!tap)
        return;
    for (uint32_t i = 0; i < SECRETS_MOST; i++)
        forget(tap->secrets[i]);
    cmb_buffer_clear(&tap->url);
    cmb_buffer_clear(&tap->text);
    free(tap);
}

void cmb_stream_set_tap(struct cmb_stream *stream, const struct cmb_stream_tap *told)
{
    cmb_tap_free(stream->tap);
    stream->tap = told ? cmb_calloc(1, sizeof *stream->tap) : NULL;
    if (!stream->tap)
        return;
    stream->tap->told = told;
    cmb_buffer_init(&stream->tap->url, TEXT_BYTES_MOST);
    cmb_buffer_init(&stream->tap->text, TEXT_BYTES_MOST);
}

/* ---- what was hidden once stays hidden ---- */

static bool is_remembered(const struct cmb_tap *tap, struct cmb_text secret)
{
    for (uint32_t i = 0; i < SECRETS_MOST && tap->secrets[i]; i++)
        if (cmb_text_is(cmb_text_of(tap->secrets[i]), secret))
            return true;
    return false;
}

static void remember(struct cmb_tap *tap, const struct cmb_call *call)
{
    for (uint32_t i = 0; i < call->hidden_count; i++) {
        struct cmb_text secret = call->hidden[i];
        char **place = &tap->secrets[tap->secret_count % SECRETS_MOST];
        if (secret.length < SECRET_BYTES_LEAST || is_remembered(tap, secret))
            continue;
        forget(*place);
        *place = cmb_strndup(secret.at, secret.length);
        tap->secret_count++;
    }
}

/* Copies `text` with REDACTED in every place of `secret`. */
static void cut_out(struct cmb_buffer *text, struct cmb_text secret)
{
    const char *found = text->length ? memmem(text->at, text->length, secret.at, secret.length)
                                     : NULL;
    if (!found)
        return;
    struct cmb_buffer clean;
    const char *at = text->at, *end = text->at + text->length;
    cmb_buffer_init(&clean, TEXT_BYTES_MOST);
    for (; found; found = memmem(at, (size_t)(end - at), secret.at, secret.length)) {
        cmb_buffer_add(&clean, (struct cmb_text){ at, (size_t)(found - at) });
        cmb_buffer_add(&clean, CMB_HIDDEN);
        at = found + secret.length;
    }
    cmb_buffer_add(&clean, (struct cmb_text){ at, (size_t)(end - at) });
    cmb_buffer_clear(text);
    *text = clean;
}

static void clean(const struct cmb_tap *tap, const struct cmb_exchange *exchange,
                  struct cmb_buffer *text)
{
    for (uint32_t i = 0; i < exchange->plugin->tables.credentials.count; i++) {
        struct cmb_text secret = cmb_secret_reveal(exchange->credentials[i]);
        if (secret.length >= SECRET_BYTES_LEAST)
            cut_out(text, secret);
    }
    for (uint32_t i = 0; i < SECRETS_MOST && tap->secrets[i]; i++)
        cut_out(text, cmb_text_of(tap->secrets[i]));
}

/* ---- notes ---- */

static void tell(struct cmb_stream *stream, struct cmb_wire_note *note)
{
    struct cmb_tap *tap = stream->tap;
    clean(tap, stream->desk->exchange, &tap->url);
    clean(tap, stream->desk->exchange, &tap->text);
    note->url = cmb_text_of(cmb_buffer_string(&tap->url));
    note->text = cmb_buffer_text(&tap->text);
    if (cmb_buffer_is_whole(&tap->url) && cmb_buffer_is_whole(&tap->text))
        tap->told->on_note(note, tap->told->user);
}

static void start_note(struct cmb_tap *tap, struct cmb_text url, struct cmb_text text)
{
    cmb_buffer_reset(&tap->url);
    cmb_buffer_reset(&tap->text);
    cmb_buffer_add(&tap->url, url);
    cmb_buffer_add(&tap->text, text);
}

/* A connection is made like one for requests: http://, https://. */
static void start_note_of(struct cmb_line *line, struct cmb_text text)
{
    struct cmb_text name = cmb_text_of(cmb_target_name(line->target)), scheme;
    struct cmb_text rest = cmb_text_cut(name, ':', &scheme);
    bool is_tls = cmb_text_is(scheme, CMB_TEXT("https"));
    start_note(line->stream->tap, is_tls ? CMB_TEXT("wss:") : CMB_TEXT("ws:"), text);
    cmb_buffer_add(&line->stream->tap->url, rest);
}

/* Renders once more, with secrets hidden, and notes which ones these were. */
static struct cmb_text render_hidden(struct cmb_stream *stream, const struct cmb_template *template)
{
    struct cmb_call *call = stream->call;
    struct cmb_text text = { 0 }, missing = { 0 };
    call->hides = true;
    call->hidden_count = 0;
    int status = cmb_render(call, template, &text, &missing);
    call->hides = false;
    remember(stream->tap, call);
    call->hidden_count = 0;
    return status == CAMBIST_OK && text.at ? text : CMB_HIDDEN;
}

void cmb_tap_opened(struct cmb_line *line)
{
    struct cmb_stream *stream = line->stream;
    if (!stream->tap)
        return;
    struct cmb_text base = stream->desk->exchange->servers[line->dialect->server].base;
    start_note_of(line, CMB_TEXT(""));
    cmb_buffer_add(&stream->tap->url, base);
    cmb_buffer_add(&stream->tap->url, render_hidden(stream, &line->dialect->path));
    tell(stream, &(struct cmb_wire_note){ .kind = CMB_WIRE_OPENED,
                                          .connection = line->connection });
}

void cmb_tap_sent(struct cmb_line *line, const struct cmb_template *message)
{
    struct cmb_stream *stream = line->stream;
    if (!stream->tap)
        return;
    start_note_of(line, render_hidden(stream, message));
    tell(stream, &(struct cmb_wire_note){ .kind = CMB_WIRE_SENT,
                                          .connection = line->connection });
}

void cmb_tap_received(struct cmb_line *line, struct cmb_text text, bool is_text)
{
    struct cmb_stream *stream = line->stream;
    if (!stream->tap)
        return;
    start_note_of(line, text);
    tell(stream, &(struct cmb_wire_note){ .kind = CMB_WIRE_RECEIVED,
                                          .connection = line->connection,
                                          .is_binary = !is_text });
}

void cmb_tap_answered(struct cmb_stream *stream, const struct cmb_run *run)
{
    const struct cmb_call *call = run->call;
    if (!stream->tap || !call->endpoint)
        return;
    start_note(stream->tap,
               cmb_text_of(stream->desk->exchange->servers[call->endpoint->server].url),
               cmb_buffer_text(&run->body));
    cmb_buffer_add(&stream->tap->url, call->path);
    if (call->query.length) {
        cmb_buffer_add_char(&stream->tap->url, '?');
        cmb_buffer_add(&stream->tap->url, cmb_buffer_text(&call->query));
    }
    tell(stream, &(struct cmb_wire_note){ .kind = CMB_WIRE_ANSWER });
}
