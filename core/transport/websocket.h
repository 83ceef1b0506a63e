/* transport/websocket.h - a WebSocket to an exchange: opened, spoken on, and ended for a reason.
 *
 * The client of RFC 6455 over connection.h, with its promises: TLS verified, nothing from the
 * environment.  Messages are delivered straight out of the read buffer where they are one whole
 * frame.  Everything has a ceiling, and every wait a deadline on the loop's timers.  After warm-up
 * nothing is allocated per message.
 *
 *     websocket = cmb_websocket_open(&(struct cmb_websocket_settings){
 *         .loop = loop, .connector = connector, .target = target, .path = CMB_TEXT("/ws"),
 *         .fill_random = fill_random, .events = &events, .user = session }, &error);
 *     ... on_open: cmb_websocket_send(websocket, CMB_TEXT("{\"op\":\"subscribe\"}"));
 *     ... on_close, or any time: cmb_websocket_close(websocket);
 *
 * What the other side's pings ask is answered at once.  We send messages uncompressed, also where
 * permessage-deflate was agreed: a client's are short, and RFC 7692 leaves the choice to the
 * sender.
 *
 * Everything belongs to the loop's thread.  Callbacks come from the loop, never from inside a
 * function of this header; they may call any function of it, cmb_websocket_close included.
 */
#ifndef CMB_TRANSPORT_WEBSOCKET_H
#define CMB_TRANSPORT_WEBSOCKET_H

#include "transport/connection.h"
#include "transport/frame.h"
#include "transport/http.h"

#define CMB_WEBSOCKET_QUEUE_BYTES_MOST   (1024 * 1024) /* written, not taken yet; the default */
#define CMB_WEBSOCKET_REQUEST_BYTES_MOST (64 * 1024)   /* the handshake's request */
#define CMB_WEBSOCKET_REFUSAL_BYTES_MOST (64 * 1024)   /* body of an answer that is no 101 */

struct cmb_websocket;

struct cmb_websocket_message {
    struct cmb_text payload; /* unpacked; valid during the call */
    bool is_text;            /* it was sent as text, and is UTF-8; false: as binary */
    int64_t received_ns;     /* monotonic, of the loop's turn that read its last byte */
};

/* How it ended.  Valid during on_close only; copy what has to last. */
struct cmb_websocket_end {
    /* CAMBIST_OK: both sides have said goodbye, whoever began.
     * Before on_open: what cmb_connection_open_fn tells; TIMEOUT: no handshake in time;
     * RATE_LIMITED: refused with 429 or 418; UNAVAILABLE: refused otherwise, or the connection
     * broke; GARBLED: no right handshake; TOO_LARGE.
     * After it: UNAVAILABLE: the connection broke, or ended without a goodbye; TIMEOUT: silent,
     * or no goodbye in time; GARBLED: the framing or the compression was broken; TOO_LARGE: a
     * message, or the queue of answers to pings; NO_MEMORY. */
    int status;
    bool was_open;          /* on_open was called */
    bool is_said;           /* the server sent a close */
    uint16_t code;          /* the server's, NO_CODE without one; else what we told it; ABNORMAL */
    struct cmb_text reason; /* the server's, at most 123 bytes of UTF-8; from outside: escape it */
    /* Of an answer that was no handshake; else 0 and absent. */
    uint32_t http_status;
    struct cmb_text retry_after; /* the header's value, for limit/retry_after.h */
    struct cmb_text body;
    const struct cmb_header *headers;
    size_t header_count;
    const struct cambist_error *error; /* the first reason; status CAMBIST_OK where all went well */
};

/* Any may be NULL. */
struct cmb_websocket_events {
    /* The handshake is done; messages may be sent.  (Earlier ones are refused.) */
    void (*on_open)(struct cmb_websocket *websocket, void *user);
    void (*on_message)(struct cmb_websocket *websocket, const struct cmb_websocket_message *message,
                       void *user);
    /* A pong came, asked for or not. */
    void (*on_pong)(struct cmb_websocket *websocket, struct cmb_text payload, void *user);
    /* The end, exactly once, unless cmb_websocket_close came first; nothing follows it. */
    void (*on_close)(struct cmb_websocket *websocket, const struct cmb_websocket_end *end,
                     void *user);
};

/* How the payload of a binary message is packed by the exchange, on top of WebSocket. */
enum cmb_websocket_codec {
    CMB_WEBSOCKET_PLAIN = 0,
    CMB_WEBSOCKET_GZIP,
    CMB_WEBSOCKET_DEFLATE /* without zlib's wrapping */
};

/* Chance for the handshake's key and for masks, which nobody may foresee. */
typedef void (*cmb_fill_random_fn)(void *user, void *to, size_t size);

/* Zero in any number means its default. */
struct cmb_websocket_settings {
    struct cmb_loop *loop;
    struct cmb_connector *connector; /* of that loop */
    struct cmb_target *target;       /* outlives the websocket, as do loop and connector */
    struct cmb_text path;            /* with its query; absent: "/" */
    /* Extra lines of the handshake's request (names and values without control characters), and
     * the subprotocols that are offered ("a, b"; absent: none); copied. */
    const struct cmb_header *headers;
    size_t header_count;
    struct cmb_text subprotocols;
    cmb_fill_random_fn fill_random;
    void *random_user;
    uint32_t handshake_timeout_ms; /* from the open connection to the 101; 5000 */
    uint32_t leave_timeout_ms;     /* from our goodbye to the end of the connection; 2000 */
    uint32_t quiet_ms;             /* without a byte: a ping is sent; 15 000 */
    uint32_t pong_ms;              /* and after that without a byte: it ends; 10 000 */
    size_t message_bytes_most;     /* joined and unpacked; CMB_FRAME_MESSAGE_BYTES_MOST */
    size_t queue_bytes_most;
    bool offers_deflate; /* permessage-deflate */
    enum cmb_websocket_codec codec;
    const struct cmb_websocket_events *events; /* outlives the websocket */
    void *user;
};

/* Begins to open.  The result belongs to the caller, who closes it in any case, also after
 * on_close.  NULL with the reason: BAD_ARGUMENT (a path that does not begin with a slash, a blank
 * or control character in it or in a header), TOO_LARGE (the request), NO_MEMORY. */
struct cmb_websocket *cmb_websocket_open(const struct cmb_websocket_settings *settings,
                                         struct cambist_error *error);
/* Ends at once, without a goodbye, and releases; no callback comes after it.  Accepts NULL. */
void cmb_websocket_close(struct cmb_websocket *websocket);

/* Sends a text, or queues what the socket does not take.  CAMBIST_OK; CLOSED: not open yet, or the
 * goodbye was said; TOO_LARGE: the queue is full, nothing was queued; NO_MEMORY; UNAVAILABLE: the
 * connection is broken, on_close follows. */
int cmb_websocket_send(struct cmb_websocket *websocket, struct cmb_text text);
/* Sends a ping with at most 125 bytes (BAD_ARGUMENT: longer); otherwise as above. */
int cmb_websocket_ping(struct cmb_websocket *websocket, struct cmb_text payload);
/* Says goodbye: on_close follows, when the server has answered or leave_timeout_ms has passed.
 * `code` is 1000, 1001 or 3000 to 4999; a reason above 123 bytes is cut.  BAD_ARGUMENT; CLOSED:
 * not open yet, or said already; NO_MEMORY; UNAVAILABLE as above. */
int cmb_websocket_leave(struct cmb_websocket *websocket, uint16_t code, struct cmb_text reason);

struct cmb_websocket_facts {
    uint64_t received_bytes, sent_bytes; /* of frames, their heads included */
    uint64_t messages, pings, pongs;     /* received */
    int64_t opened_ns;                   /* monotonic, the 101; 0 before it */
    int64_t received_ns;                 /* monotonic, the last byte */
    size_t queued_bytes;
    bool is_deflated;            /* permessage-deflate was agreed */
    struct cmb_text subprotocol; /* the one that the server chose; absent: none */
};
/* Lives as long as the websocket, and changes with it. */
const struct cmb_websocket_facts *cmb_websocket_facts(const struct cmb_websocket *websocket);
/* Its connection's; NULL before there is one. */
const struct cmb_connection_facts *cmb_websocket_connection(const struct cmb_websocket *websocket);

#endif
