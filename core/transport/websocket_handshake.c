/* Does the server answer our handshake as RFC 6455 wants, and if not, what does it say? */
#include "transport/websocket_inner.h"

#include "base/fail.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum { KEY_BYTES = 16, KEY_CHARACTERS = 24, ACCEPT_CHARACTERS = 28 };

/* Our side asks for little: the server may keep its window, and we send nothing compressed. */
static const struct cmb_deflate_terms wanted = { .client_forgets = true };

/* --- the request --- */

/* Base64 of SHA-1 of the key and a fixed text. */
static bool derive_accept(const char *key, char ret_accept[static 32])
{
    static const char fixed[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char text[KEY_CHARACTERS + sizeof fixed];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    memcpy(text, key, KEY_CHARACTERS);
    memcpy(text + KEY_CHARACTERS, fixed, sizeof fixed);
    if (EVP_Digest(text, sizeof text - 1, digest, &size, EVP_sha1(), NULL) != 1)
        return false;
    EVP_EncodeBlock((unsigned char *)ret_accept, digest, (int)size);
    return true;
}

/* "api.example.com" of "https://api.example.com:443". */
static struct cmb_text host_of(struct cmb_text name)
{
    bool is_tls = cmb_text_begins(name, CMB_TEXT("https"));
    struct cmb_text port = is_tls ? CMB_TEXT(":443") : CMB_TEXT(":80");
    size_t scheme = is_tls ? 8 : 7;
    struct cmb_text host = { name.at + scheme, name.length - scheme };
    struct cmb_text end = { host.at + host.length - port.length, port.length };
    if (host.length > port.length && cmb_text_is(end, port))
        host.length -= port.length;
    return host;
}

static bool has_blank_or_control(struct cmb_text text)
{
    return text.length && (memchr(text.at, ' ', text.length) || cmb_text_has_control(text));
}

static int check_settings(const struct cmb_websocket_settings *settings,
                          struct cambist_error *error)
{
    struct cmb_text path = settings->path;
    if (path.length && (path.at[0] != '/' || has_blank_or_control(path)))
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "a WebSocket's path cannot be sent");
    if (settings->subprotocols.length && cmb_text_has_control(settings->subprotocols))
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "subprotocols cannot be sent");
    for (size_t i = 0; i < settings->header_count; i++) {
        const struct cmb_header *header = &settings->headers[i];
        if (!header->name.length || has_blank_or_control(header->name) ||
            memchr(header->name.at, ':', header->name.length) ||
            (header->value.length && cmb_text_has_control(header->value)))
            return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "a header cannot be sent");
    }
    return CAMBIST_OK;
}

static void add_line(struct cmb_buffer *to, struct cmb_text name, struct cmb_text value)
{
    cmb_buffer_add(to, name);
    cmb_buffer_add(to, CMB_TEXT(": "));
    cmb_buffer_add(to, value);
    cmb_buffer_add(to, CMB_TEXT("\r\n"));
}

static void write_request(struct cmb_buffer *to, const struct cmb_websocket_settings *settings,
                          const char *key)
{
    cmb_buffer_add(to, CMB_TEXT("GET "));
    cmb_buffer_add(to, settings->path.length ? settings->path : CMB_TEXT("/"));
    cmb_buffer_add(to, CMB_TEXT(" HTTP/1.1\r\n"));
    add_line(to, CMB_TEXT("Host"), host_of(cmb_text_of(cmb_target_name(settings->target))));
    cmb_buffer_add(to, CMB_TEXT("Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Version: 13\r\n"));
    add_line(to, CMB_TEXT("Sec-WebSocket-Key"), cmb_text_of(key));
    if (settings->subprotocols.length)
        add_line(to, CMB_TEXT("Sec-WebSocket-Protocol"), settings->subprotocols);
    if (settings->offers_deflate) {
        cmb_buffer_add(to, CMB_TEXT("Sec-WebSocket-Extensions: "));
        cmb_deflate_write_offer(&wanted, to);
        cmb_buffer_add(to, CMB_TEXT("\r\n"));
    }
    for (size_t i = 0; i < settings->header_count; i++)
        add_line(to, settings->headers[i].name, settings->headers[i].value);
    cmb_buffer_add(to, CMB_TEXT("\r\n"));
}

int cmb_websocket_ask(struct cmb_websocket *websocket,
                      const struct cmb_websocket_settings *settings, struct cambist_error *error)
{
    struct cmb_websocket_handshake *handshake = websocket->handshake;
    unsigned char chance[KEY_BYTES];
    char key[KEY_CHARACTERS + 1];
    if (check_settings(settings, error) != CAMBIST_OK)
        return CAMBIST_BAD_ARGUMENT;
    if (settings->subprotocols.length >= sizeof handshake->subprotocols)
        return cmb_fail(error, CAMBIST_TOO_LARGE, "too many subprotocols");
    if (settings->subprotocols.length)
        memcpy(handshake->subprotocols, settings->subprotocols.at, settings->subprotocols.length);
    settings->fill_random(settings->random_user, chance, sizeof chance);
    EVP_EncodeBlock((unsigned char *)key, chance, sizeof chance);
    if (!derive_accept(key, handshake->accept))
        return cmb_fail(error, CAMBIST_NO_MEMORY, "no memory for a WebSocket");
    write_request(&websocket->queue, settings, key);
    if (!cmb_buffer_is_whole(&websocket->queue))
        return cmb_fail(error, CAMBIST_NO_MEMORY, "no memory for a WebSocket");
    if (websocket->queue.length > CMB_WEBSOCKET_REQUEST_BYTES_MOST)
        return cmb_fail(error, CAMBIST_TOO_LARGE, "a WebSocket's handshake is too long");
    cmb_http_start(&handshake->http,
                   &(struct cmb_http_expect){ .body_bytes_most = CMB_WEBSOCKET_REFUSAL_BYTES_MOST,
                                              .may_upgrade = true });
    return CAMBIST_OK;
}

/* --- the answer --- */

/* Whether the header's values, a list each, hold the word. */
static bool lists(const struct cmb_http *http, struct cmb_text name, struct cmb_text word)
{
    for (size_t i = 0; i < http->header_count; i++) {
        struct cmb_text left = http->headers[i].value, one;
        if (!cmb_text_is_word(http->headers[i].name, name))
            continue;
        while (left.at) {
            left = cmb_text_cut(left, ',', &one);
            if (cmb_text_is_word(cmb_text_trim(one), word))
                return true;
        }
    }
    return false;
}

/* The header's value; false where it is there more than once. */
static bool find_single(const struct cmb_http *http, struct cmb_text name,
                        struct cmb_text *ret_value)
{
    size_t count = 0;
    *ret_value = (struct cmb_text){ 0 };
    for (size_t i = 0; i < http->header_count; i++)
        if (cmb_text_is_word(http->headers[i].name, name)) {
            *ret_value = http->headers[i].value;
            count++;
        }
    return count <= 1;
}

static const char *check_accept(const struct cmb_websocket_handshake *handshake)
{
    struct cmb_text accept;
    if (!find_single(&handshake->http, CMB_TEXT("Sec-WebSocket-Accept"), &accept))
        return "the handshake is accepted twice";
    if (!cmb_text_is(accept, (struct cmb_text){ handshake->accept, ACCEPT_CHARACTERS }))
        return "the handshake's key was not answered";
    return NULL;
}

static const char *check_extensions(struct cmb_websocket *websocket)
{
    struct cmb_text extensions;
    bool is_single =
        find_single(&websocket->handshake->http, CMB_TEXT("Sec-WebSocket-Extensions"), &extensions);
    if (is_single && !extensions.at)
        return NULL;
    if (!is_single || !websocket->settings.offers_deflate ||
        !cmb_deflate_read_answer(extensions, &wanted, &websocket->terms))
        return "the server uses an extension that was not offered";
    websocket->facts.is_deflated = true;
    return NULL;
}

static bool was_offered(const char *offered, struct cmb_text protocol)
{
    struct cmb_text left = cmb_text_of(offered), one;
    while (left.at) {
        left = cmb_text_cut(left, ',', &one);
        if (cmb_text_is(cmb_text_trim(one), protocol))
            return true;
    }
    return false;
}

static const char *check_subprotocol(struct cmb_websocket *websocket)
{
    struct cmb_text protocol;
    const struct cmb_websocket_handshake *handshake = websocket->handshake;
    bool is_single = find_single(&handshake->http, CMB_TEXT("Sec-WebSocket-Protocol"), &protocol);
    if (is_single && !protocol.at)
        return NULL;
    if (!is_single || !protocol.length || protocol.length > sizeof websocket->subprotocol ||
        !was_offered(handshake->subprotocols, protocol))
        return "the server uses a subprotocol that was not offered";
    memcpy(websocket->subprotocol, protocol.at, protocol.length);
    websocket->facts.subprotocol = (struct cmb_text){ websocket->subprotocol, protocol.length };
    return NULL;
}

/* What is wrong with a 101; NULL: nothing. */
static const char *check_answer(struct cmb_websocket *websocket)
{
    const struct cmb_http *http = &websocket->handshake->http;
    if (http->parser.http_minor < 1)
        return "the handshake's answer is not HTTP/1.1";
    if (!lists(http, CMB_TEXT("Upgrade"), CMB_TEXT("websocket")))
        return "the server upgrades to something else";
    if (!lists(http, CMB_TEXT("Connection"), CMB_TEXT("upgrade")))
        return "the server does not upgrade the connection";
    const char *problem = check_accept(websocket->handshake);
    if (!problem)
        problem = check_extensions(websocket);
    return problem ? problem : check_subprotocol(websocket);
}

/* An answer that is no 101, perhaps without all of its body. */
static void end_refused(struct cmb_websocket *websocket)
{
    uint32_t code = cmb_http_status(&websocket->handshake->http);
    int status = code == 429 || code == 418 ? CAMBIST_RATE_LIMITED : CAMBIST_UNAVAILABLE;
    cmb_fail(&websocket->error, status, "the server refused the WebSocket with HTTP status %u",
             code);
    cmb_websocket_end(websocket, status, NULL);
}

void cmb_websocket_give_up(struct cmb_websocket *websocket, int status, const char *reason)
{
    struct cmb_http *http = &websocket->handshake->http;
    if (http->status == CAMBIST_AGAIN)
        cmb_http_end(http);
    if (http->has_headers && cmb_http_status(http) != 101)
        end_refused(websocket);
    else
        cmb_websocket_end(websocket, status, reason);
}

void cmb_websocket_hear(struct cmb_websocket *websocket, size_t size, size_t *ret_used)
{
    struct cmb_http *http = &websocket->handshake->http;
    int status = cmb_http_read(http, websocket->bytes, size, ret_used);
    if (status == CAMBIST_AGAIN)
        return;
    if (status != CAMBIST_OK || cmb_http_status(http) != 101) {
        cmb_websocket_give_up(websocket, status, http->reason);
        return;
    }
    const char *problem = check_answer(websocket);
    if (problem)
        cmb_websocket_end(websocket, CAMBIST_GARBLED, problem);
    else
        cmb_websocket_begin(websocket);
}
