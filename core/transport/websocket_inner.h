/* transport/websocket_inner.h - the inner side of websocket.h, for the websocket's files only.
 *
 *     websocket.c            life: opened, waited for, ended
 *     websocket_handshake.c  the request, and whether the answer is the right one
 *     websocket_read.c       what the server says: frames, unpacked and handed on
 *     websocket_write.c      what we say: masked, queued, written
 *
 * A callback may close its websocket: after each one the caller asks cmb_websocket_is_over.
 */
#ifndef CMB_TRANSPORT_WEBSOCKET_INNER_H
#define CMB_TRANSPORT_WEBSOCKET_INNER_H

#include "transport/deflate.h"
#include "transport/websocket.h"

#define CMB_WEBSOCKET_READ_BYTES (16 * 1024) /* the most that a record of TLS holds */

enum cmb_websocket_state {
    CMB_WEBSOCKET_CONNECTING = 1,
    CMB_WEBSOCKET_SHAKING, /* hands */
    CMB_WEBSOCKET_OPEN,
    CMB_WEBSOCKET_LEAVING, /* we said goodbye, the server has not */
    CMB_WEBSOCKET_LEFT,    /* both have; the server ends the connection */
    CMB_WEBSOCKET_ENDED
};

struct cmb_websocket_handshake {
    struct cmb_http http;
    char accept[32]; /* what the server has to answer to our key */
    char subprotocols[256], subprotocol[64];
};

struct cmb_websocket {
    struct cmb_websocket_settings settings; /* without zeros; path and headers are forgotten */
    enum cmb_websocket_state state;
    struct cmb_connection *connection;
    struct cmb_websocket_handshake *handshake; /* until it is open */
    struct cmb_timer timer;                    /* of the state: handshake, silence, goodbye */
    struct cmb_post post;                      /* more to read, or a failure to tell */
    unsigned calls;                            /* of the loop, within which it cannot be freed */
    bool is_released;

    struct cmb_frame_reader reader;
    struct cmb_deflate_terms terms; /* where facts.is_deflated */
    struct cmb_inflater inflater, decoder;
    struct cmb_buffer inflated, decoded;
    uint64_t pinged_at; /* received_bytes, when we asked after a silence */
    bool is_pinged;

    struct cmb_buffer queue; /* the handshake's request, then frames */
    size_t written_bytes;    /* of the queue */
    unsigned char masks[256];
    size_t masks_left;

    struct cmb_websocket_facts facts;
    char subprotocol[64];
    int failure; /* of writing, to be told by the post; CAMBIST_OK: none */
    bool is_said;
    uint16_t code;
    char reason[CMB_FRAME_REASON_BYTES_MOST];
    size_t reason_length;
    struct cambist_error error;
    char bytes[CMB_WEBSOCKET_READ_BYTES];
};

static inline bool cmb_websocket_is_over(const struct cmb_websocket *websocket)
{
    return websocket->state == CMB_WEBSOCKET_ENDED;
}

/* --- websocket.c --- */

/* Ends it and calls on_close.  From the loop only. */
void cmb_websocket_end(struct cmb_websocket *websocket, int status, const char *reason);
/* As above, after telling the server why. */
void cmb_websocket_fail(struct cmb_websocket *websocket, int status, uint16_t code,
                        const char *reason);
/* The handshake is done: from now on frames. */
void cmb_websocket_begin(struct cmb_websocket *websocket);
/* The server has said goodbye: waits for the end of the connection. */
void cmb_websocket_part(struct cmb_websocket *websocket);
/* Has the post run in the next turn. */
void cmb_websocket_wake(struct cmb_websocket *websocket);

/* --- websocket_handshake.c --- */

/* Writes the request into the queue.  CAMBIST_OK, or the failure with its reason. */
int cmb_websocket_ask(struct cmb_websocket *websocket,
                      const struct cmb_websocket_settings *settings, struct cambist_error *error);
/* Reads a part of the answer; tells in *ret_used how many bytes were no frames yet. */
void cmb_websocket_hear(struct cmb_websocket *websocket, size_t size, size_t *ret_used);
/* The connection has ended, or the time is up, during the handshake. */
void cmb_websocket_give_up(struct cmb_websocket *websocket, int status, const char *reason);

/* --- websocket_read.c --- */

/* Reads until nothing is there, or for so long that others wait: then the post goes on. */
void cmb_websocket_read_on(struct cmb_websocket *websocket);

/* --- websocket_write.c --- */

/* Writes what is queued, and watches.  CAMBIST_OK, also where something is left; UNAVAILABLE,
 * NO_MEMORY. */
int cmb_websocket_flush(struct cmb_websocket *websocket);
/* Queues a frame and writes; `room` is beyond the queue's ceiling, for frames that the protocol
 * demands.  As cmb_websocket_send. */
int cmb_websocket_put(struct cmb_websocket *websocket, enum cmb_frame_kind kind,
                      struct cmb_text payload, size_t room);
/* The same for a close; `code` 0: none. */
int cmb_websocket_put_close(struct cmb_websocket *websocket, uint16_t code, struct cmb_text reason);
/* Frees the queue, and wipes what was asked with keys. */
void cmb_websocket_wipe(struct cmb_websocket *websocket);

/* What pongs and closes may take beyond the queue's ceiling. */
#define CMB_WEBSOCKET_CONTROL_ROOM (64 * 1024)

/* The loop's callback of the connection's watch. */
void cmb_websocket_on_ready(struct cmb_watch *watch, uint32_t events, void *user);

#endif
