/* transport/deflate.h - how do two sides agree on permessage-deflate, and how is a message packed?
 *
 * RFC 7692 for both sides: offer and answer in Sec-WebSocket-Extensions, and the compression of
 * whole messages.  Inflating them is inflate.h's.  One thread at a time for each deflater.
 */
#ifndef CMB_TRANSPORT_DEFLATE_H
#define CMB_TRANSPORT_DEFLATE_H

#include "transport/inflate.h"

/* What each side does when it compresses. */
struct cmb_deflate_terms {
    bool client_forgets, server_forgets; /* "no context takeover": each message by itself */
    uint8_t client_bits, server_bits;    /* of the window, 8 to 15; 0: 15 */
};

/* The client: appends an offer that asks for `wanted` and leaves its own side to the server. */
void cmb_deflate_write_offer(const struct cmb_deflate_terms *wanted, struct cmb_buffer *to);
/* The client: reads the server's answer to that offer, the header's value.  False where it is not
 * exactly permessage-deflate, with known parameters once each, within what was offered. */
bool cmb_deflate_read_answer(struct cmb_text value, const struct cmb_deflate_terms *wanted,
                             struct cmb_deflate_terms *ret_terms);

/* The server: takes the first offer in the header's value that it can keep within `limits`, and
 * appends the answer.  False where there is none: then no extension is used. */
bool cmb_deflate_choose(struct cmb_text offers, const struct cmb_deflate_terms *limits,
                        struct cmb_deflate_terms *ret_terms, struct cmb_buffer *answer);

/* Compresses messages.  Zeroed is ready for open. */
struct cmb_deflater {
    z_stream stream;
    bool is_open, forgets;
};

/* `bits` is 9 to 15 (zlib has no window of 8), `forgets` as in the terms.  CAMBIST_OK, BAD_ARGUMENT
 * or NO_MEMORY. */
int cmb_deflater_open(struct cmb_deflater *deflater, uint8_t bits, bool forgets);
/* Accepts a zeroed one. */
void cmb_deflater_close(struct cmb_deflater *deflater);
/* Packs one message into `to`, which is emptied first.  CAMBIST_OK, or NO_MEMORY where `to` has no
 * room for it; after that only closing makes sense. */
int cmb_deflate_message(struct cmb_deflater *deflater, struct cmb_text plain,
                        struct cmb_buffer *to);

#endif
