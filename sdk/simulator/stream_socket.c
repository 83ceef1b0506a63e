/* How do a session's frames reach the wire, and what is wrong with them on purpose? */
#include "simulator/socket.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <openssl/evp.h>

enum { READ_BYTES = 16384, FRAME_BYTES_MOST = 64 << 20, STALL_MS = 60000, ONE_MIB = 1 << 20 };

/* ---- handshake ---- */

static struct cmb_text header_of(const struct cmb_received *received, const char *name)
{
    for (uint32_t i = 0; i < received->header_count; i++)
        if (cmb_text_is_word(received->headers[i].name, cmb_text_of(name)))
            return received->headers[i].value;
    return (struct cmb_text){ 0 };
}

bool cmb_socket_is_asked(const struct cmb_received *received)
{
    return cmb_text_is_word(header_of(received, "Upgrade"), CMB_TEXT("websocket"));
}

static void format_accept(struct cmb_text key, char ret_accept[static 32])
{
    char both[128];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    snprintf(both, sizeof both, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
             (int)(key.length < 64 ? key.length : 64), key.at ? key.at : "");
    EVP_Digest(both, strlen(both), digest, &size, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)ret_accept, digest, (int)size);
}

static bool refuse(struct cmb_peer *peer, const char *line)
{
    char text[160];
    int length = snprintf(text, sizeof text,
                          "HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", line);
    (void)cmb_peer_write(peer, text, (size_t)length);
    return false;
}

bool cmb_socket_welcome(struct cmb_socket *socket, const struct cmb_received *received,
                        uint32_t fault)
{
    char accept[32];
    struct pollfd watched = { .fd = socket->peer->fd, .events = POLLRDHUP };
    switch (fault) {
    case CMB_FAULT_NO_UPGRADE: return refuse(socket->peer, "200 OK");
    case CMB_FAULT_REFUSE_UPGRADE: return refuse(socket->peer, "503 Service Unavailable");
    case CMB_FAULT_STALL_UPGRADE: (void)poll(&watched, 1, STALL_MS); return false;
    default: break;
    }
    format_accept(fault == CMB_FAULT_WRONG_ACCEPT ? CMB_TEXT("another key")
                                                  : header_of(received, "Sec-WebSocket-Key"),
                  accept);
    cmb_buffer_addf(&socket->out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                  "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
    if (fault == CMB_FAULT_GLUED_FRAME)
        cmb_frame_write(&(struct cmb_frame_shape){ .kind = CMB_FRAME_PING }, CMB_TEXT("at once"),
                        &socket->out);
    return cmb_socket_flush(socket);
}

void cmb_socket_refuse(struct cmb_socket *socket, const struct cmb_quota_word *word)
{
    char line[96];
    snprintf(line, sizeof line, "%u Too Many\r\nRetry-After: %lld", word->http_status,
             (long long)((word->retry_ns + 999999999) / 1000000000));
    (void)refuse(socket->peer, line);
}

/* ---- life ---- */

void cmb_socket_init(struct cmb_socket *socket, struct cmb_peer *peer)
{
    *socket = (struct cmb_socket){ .peer = peer };
    cmb_buffer_init(&socket->out, FRAME_BYTES_MOST);
    cmb_frame_reader_init(&socket->reader, &(struct cmb_frame_rules){ .role = CMB_FRAME_SERVER });
}

void cmb_socket_clear(struct cmb_socket *socket)
{
    cmb_buffer_clear(&socket->out);
    cmb_frame_reader_clear(&socket->reader);
}

/* ---- reading ---- */

int cmb_socket_read(struct cmb_socket *socket, int most_ms, struct cmb_frame *ret_frame)
{
    struct pollfd watched = { .fd = socket->peer->fd, .events = POLLIN };
    for (;;) {
        size_t used = 0;
        int status = cmb_frame_read(&socket->reader, socket->bytes + socket->at,
                                    socket->length - socket->at, &used, ret_frame);
        socket->at += used;
        if (status != CAMBIST_AGAIN)
            return status;
        bool is_waiting = socket->peer->ssl && SSL_pending(socket->peer->ssl) > 0;
        if (!is_waiting && poll(&watched, 1, most_ms) == 0)
            return CAMBIST_AGAIN;
        ssize_t got = cmb_peer_read(socket->peer, socket->bytes, sizeof socket->bytes);
        if (got <= 0)
            return CAMBIST_UNAVAILABLE;
        socket->at = 0;
        socket->length = (size_t)got;
    }
}

/* ---- writing ---- */

bool cmb_socket_flush(struct cmb_socket *socket)
{
    struct cmb_text text = cmb_buffer_text(&socket->out);
    bool is_sent = cmb_buffer_is_whole(&socket->out) &&
                   cmb_peer_write(socket->peer, text.at, text.length);
    cmb_buffer_reset(&socket->out);
    return is_sent;
}

static struct cmb_text part_of(struct cmb_text text, size_t from, size_t to)
{
    return (struct cmb_text){ text.at + from, to - from };
}

/* A text in three frames; `between` puts a ping behind each but the last. */
static void write_fragments(struct cmb_socket *socket, struct cmb_text text, bool between)
{
    size_t third = text.length / 3;
    for (int i = 0; i < 3; i++) {
        struct cmb_frame_shape shape = { .kind = i ? CMB_FRAME_CONTINUATION : CMB_FRAME_TEXT,
                                         .is_fragment = i < 2 };
        struct cmb_text part = part_of(text, (size_t)i * third,
                                       i == 2 ? text.length : (size_t)(i + 1) * third);
        (void)cmb_frame_write(&shape, part, &socket->out);
        if (between && i < 2)
            (void)cmb_frame_write(&(struct cmb_frame_shape){ .kind = CMB_FRAME_PING },
                                  CMB_TEXT("between"), &socket->out);
    }
}

/* A frame whose first byte is another than it should be. */
static void write_with_head(struct cmb_socket *socket, struct cmb_text text, unsigned char first)
{
    size_t at = socket->out.length;
    if (cmb_frame_write(&(struct cmb_frame_shape){ .kind = CMB_FRAME_TEXT }, text, &socket->out))
        socket->out.at[at] = (char)first;
}

static void write_oversize(struct cmb_socket *socket)
{
    unsigned char head[CMB_FRAME_HEAD_BYTES_MOST];
    size_t length = cmb_frame_write_head(&(struct cmb_frame_shape){ .kind = CMB_FRAME_TEXT },
                                         (uint64_t)ONE_MIB * ONE_MIB, head);
    cmb_buffer_add(&socket->out, (struct cmb_text){ (const char *)head, length });
}

static void write_bad_text(struct cmb_socket *socket, struct cmb_text text)
{
    size_t end = socket->out.length + 2;
    write_with_head(socket, text, 0x81);
    if (socket->out.length > end)
        socket->out.at[socket->out.length - 1] = (char)0xff;
}

static void write_half(struct cmb_socket *socket, struct cmb_text text)
{
    size_t before = socket->out.length;
    (void)cmb_frame_write(&(struct cmb_frame_shape){ .kind = CMB_FRAME_TEXT }, text, &socket->out);
    socket->out.length = before + (socket->out.length - before) / 2;
    socket->is_cut = true;
}

void cmb_socket_add(struct cmb_socket *socket, const struct cmb_outgoing *outgoing)
{
    static const unsigned char mask[4] = { 1, 2, 3, 4 };
    struct cmb_text text = { outgoing->text, outgoing->length };
    if (socket->is_cut)
        return;
    struct cmb_frame_shape shape = { .kind = outgoing->is_ping ? CMB_FRAME_PING : CMB_FRAME_TEXT };
    switch (outgoing->fault) {
    case CMB_FAULT_FRAGMENTS: write_fragments(socket, text, false); return;
    case CMB_FAULT_CONTROL_BETWEEN: write_fragments(socket, text, true); return;
    case CMB_FAULT_RESERVED_BITS: write_with_head(socket, text, 0xb1); return;
    case CMB_FAULT_BAD_OPCODE: write_with_head(socket, text, 0x85); return;
    case CMB_FAULT_OVERSIZE: write_oversize(socket); return;
    case CMB_FAULT_BAD_TEXT: write_bad_text(socket, text); return;
    case CMB_FAULT_CUT_STREAM: write_half(socket, text); return;
    case CMB_FAULT_MASKED: shape.mask = mask; break;
    default: break;
    }
    (void)cmb_frame_write(&shape, text, &socket->out);
}
