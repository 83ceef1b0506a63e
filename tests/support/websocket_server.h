/* support/websocket_server.h - the other end of a WebSocket, for test_server's on_request.
 *
 * Blocking calls in the peer's thread, with the core's own codec in the server's role.  A script
 * welcomes, then reads and says what the test wants. */
#ifndef TEST_SUPPORT_WEBSOCKET_SERVER_H
#define TEST_SUPPORT_WEBSOCKET_SERVER_H

#include "support/tls_server.h"
#include "transport/frame.h"

#include <openssl/evp.h>

struct test_websocket {
    struct test_peer *peer;
    struct cmb_frame_reader reader;
    size_t at, length;
    char bytes[65536];
};

/* What answers the key in the request `text`; "" where there is none. */
static inline void test_websocket_accept(const char *text, char ret_accept[static 32])
{
    const char *key = strcasestr(text, "\r\nSec-WebSocket-Key: ");
    char both[64] = "";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    ret_accept[0] = 0;
    if (!key)
        return;
    snprintf(both, sizeof both, "%.24s%s", key + 21, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    EVP_Digest(both, strlen(both), digest, &size, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)ret_accept, digest, (int)size);
}

/* The 101, with further lines ("" or each with its end), in `to`; returns its length. */
static inline size_t test_websocket_welcome_text(const char *text, const char *lines, char *to,
                                                 size_t size)
{
    char accept[32];
    test_websocket_accept(text, accept);
    int length = snprintf(to, size,
                          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
                          accept, lines);
    return (size_t)length;
}

/* Says the 101 and makes `websocket` ready.  The caller clears websocket->reader. */
static inline void test_websocket_welcome(struct test_websocket *websocket, struct test_peer *peer,
                                          const char *text, const char *lines)
{
    char answer[1024];
    size_t length = test_websocket_welcome_text(text, lines, answer, sizeof answer);
    websocket->peer = peer;
    websocket->at = websocket->length = 0;
    cmb_frame_reader_init(&websocket->reader,
                          &(struct cmb_frame_rules){ .role = CMB_FRAME_SERVER });
    test_peer_write(peer, answer, length);
}

/* The next message or control frame; false at the end of the connection. */
static inline bool test_websocket_next(struct test_websocket *websocket,
                                       struct cmb_frame *ret_frame)
{
    for (;;) {
        size_t used;
        int status = cmb_frame_read(&websocket->reader, websocket->bytes + websocket->at,
                                    websocket->length - websocket->at, &used, ret_frame);
        websocket->at += used;
        if (status != CAMBIST_AGAIN)
            return status == CAMBIST_OK;
        ssize_t got = test_peer_read_(websocket->peer, websocket->bytes, sizeof websocket->bytes);
        if (got <= 0)
            return false;
        websocket->at = 0;
        websocket->length = (size_t)got;
    }
}

/* Says one frame; `first` is its first byte (0x81: a text). */
static inline bool test_websocket_say(struct test_websocket *websocket, unsigned char first,
                                      const void *payload, size_t length)
{
    unsigned char head[CMB_FRAME_HEAD_BYTES_MOST];
    struct cmb_frame_shape shape = { .kind = CMB_FRAME_TEXT };
    size_t size = cmb_frame_write_head(&shape, length, head);
    head[0] = first;
    return test_peer_write(websocket->peer, (const char *)head, size) &&
           test_peer_write(websocket->peer, payload, length);
}

static inline bool test_websocket_say_text(struct test_websocket *websocket, const char *text)
{
    return test_websocket_say(websocket, 0x81, text, strlen(text));
}

/* A close with a code, in network order as two bytes, and a reason. */
static inline bool test_websocket_say_close(struct test_websocket *websocket, unsigned code,
                                            const char *reason)
{
    char payload[CMB_FRAME_CONTROL_BYTES_MOST + 1];
    int length = snprintf(payload, sizeof payload, "%c%c%s", (char)(code >> 8), (char)code, reason);
    payload[0] = (char)(code >> 8);
    payload[1] = (char)code;
    return test_websocket_say(websocket, 0x88, payload, (size_t)length);
}

/* Answers nothing and waits until the client has gone. */
static inline void test_websocket_end(struct test_websocket *websocket)
{
    cmb_frame_reader_clear(&websocket->reader);
    test_peer_cut(websocket->peer);
}

#endif
