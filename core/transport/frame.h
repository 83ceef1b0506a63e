/* transport/frame.h - which WebSocket messages are in these bytes, and how is one written?
 *
 * The framing of RFC 6455 for both sides, without a socket.  A reader is fed with bytes that are
 * cut anywhere and gives whole messages: fragments joined, control frames between them one by one.
 * What comes out does not depend on the cuts.  A message that is one frame and lies whole in the
 * bytes is not copied.  After warm-up nothing is allocated.
 *
 * No dependence on anything but base.  One thread at a time for each reader.
 */
#ifndef CMB_TRANSPORT_FRAME_H
#define CMB_TRANSPORT_FRAME_H

#include <cambist/status.h>

#include "base/text.h"
#include "base/utf8.h"

#define CMB_FRAME_HEAD_BYTES_MOST    14
#define CMB_FRAME_CONTROL_BYTES_MOST 125                /* payload of a ping, pong or close */
#define CMB_FRAME_REASON_BYTES_MOST  123                /* text of a close */
#define CMB_FRAME_MESSAGE_BYTES_MOST (16 * 1024 * 1024) /* fragments joined; the default */
#define CMB_FRAME_KEPT_BYTES         (256 * 1024)       /* larger buffers are released */

/* On whose side we read: a client is sent bare frames, a server masked ones. */
enum cmb_frame_role { CMB_FRAME_CLIENT = 1, CMB_FRAME_SERVER };

enum cmb_frame_kind {
    CMB_FRAME_CONTINUATION = 0, /* on the wire only */
    CMB_FRAME_TEXT = 1,
    CMB_FRAME_BINARY = 2,
    CMB_FRAME_CLOSE = 8,
    CMB_FRAME_PING = 9,
    CMB_FRAME_PONG = 10
};

/* What a close says. */
enum cmb_close_code {
    CMB_CLOSE_NORMAL = 1000,
    CMB_CLOSE_GOING_AWAY = 1001,
    CMB_CLOSE_PROTOCOL = 1002,
    CMB_CLOSE_NO_CODE = 1005,  /* never on the wire: the close had no code */
    CMB_CLOSE_ABNORMAL = 1006, /* never on the wire: there was no close */
    CMB_CLOSE_BAD_TEXT = 1007,
    CMB_CLOSE_TOO_LARGE = 1009,
    CMB_CLOSE_INTERNAL = 1011
};

/* A whole message or control frame. */
struct cmb_frame {
    enum cmb_frame_kind kind; /* never CONTINUATION */
    bool is_deflated;         /* to be inflated (RFC 7692); such a text is not checked yet */
    uint16_t close_code;      /* of a CLOSE; NO_CODE where it has none */
    /* Unmasked; a CLOSE's reason.  In the bytes that were read or in the reader: valid until the
     * next read. */
    struct cmb_text payload;
};

struct cmb_frame_rules {
    enum cmb_frame_role role;
    size_t message_bytes_most; /* 0: the default */
    bool may_deflate;          /* permessage-deflate was agreed: RSV1 has a meaning */
};

struct cmb_frame_reader {
    struct cmb_frame_rules rules;
    int status;          /* CAMBIST_AGAIN while it reads, CLOSED, or the failure */
    uint16_t close_code; /* what to tell the other side after a failure */
    const char *reason;  /* static sentence, where it failed */
    struct cmb_buffer message;
    struct cmb_utf8 utf8;
    uint64_t left;  /* payload bytes of the frame that are still to come */
    uint32_t phase; /* position in the mask */
    uint8_t kind;   /* of the message that is being joined; 0: none */
    uint8_t opcode; /* of the frame whose payload is being read */
    bool is_deflated, is_final, is_in_payload;
    uint8_t head_length, control_length;
    unsigned char mask[4];
    unsigned char head[CMB_FRAME_HEAD_BYTES_MOST];
    char control[CMB_FRAME_CONTROL_BYTES_MOST];
};

/* Prepares; allocates nothing. */
void cmb_frame_reader_init(struct cmb_frame_reader *reader, const struct cmb_frame_rules *rules);
/* Releases; accepts a zeroed one. */
void cmb_frame_reader_clear(struct cmb_frame_reader *reader);

/* Reads on; *ret_used tells how many of the bytes were used, and the caller comes again with the
 * rest.  CAMBIST_OK: *ret_frame is filled.  AGAIN: more is needed, all bytes were used.  CLOSED: a
 * close was read before, what follows it means nothing.  GARBLED, TOO_LARGE, NO_MEMORY: failed,
 * with reader->reason and reader->close_code; every further call answers the same.
 * `bytes` is written to where frames are masked: they are unmasked in place. */
int cmb_frame_read(struct cmb_frame_reader *reader, char *bytes, size_t length, size_t *ret_used,
                   struct cmb_frame *ret_frame);

/* Whether a message has begun that is not whole yet. */
bool cmb_frame_is_inside(const struct cmb_frame_reader *reader);

/* --- writing --- */

/* A frame to be written. */
struct cmb_frame_shape {
    enum cmb_frame_kind kind;
    bool is_fragment;          /* more of the message follows in CONTINUATION frames */
    bool is_deflated;          /* RSV1 */
    const unsigned char *mask; /* four bytes that nobody can foresee; NULL: bare (a server) */
};

/* Writes the head of a frame with `length` bytes of payload; returns the head's length. */
size_t cmb_frame_write_head(const struct cmb_frame_shape *shape, uint64_t length,
                            unsigned char to[static CMB_FRAME_HEAD_BYTES_MOST]);

/* XORs `length` bytes, which begin at position `phase` of the payload, from `from` to `to`; the two
 * may be the same, or not overlap. */
void cmb_frame_mask(const unsigned char mask[static 4], uint32_t phase, const char *from, char *to,
                    size_t length);

/* Appends a whole frame.  False, with the buffer as it was, where it has no room (its is_cut stays
 * false). */
bool cmb_frame_write(const struct cmb_frame_shape *shape, struct cmb_text payload,
                     struct cmb_buffer *to);

/* Appends a close; `code` 0: without code and reason.  A reason that is too long is cut between
 * characters.  False as above. */
bool cmb_frame_write_close(const unsigned char *mask, uint16_t code, struct cmb_text reason,
                           struct cmb_buffer *to);

/* Whether `code` may stand in a close: 1000 to 1003, 1007 to 1014, 3000 to 4999. */
bool cmb_close_code_check(uint32_t code);

#endif
