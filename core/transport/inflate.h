/* transport/inflate.h - what do these compressed bytes say, within bounds?
 *
 * Bodies of HTTP answers and messages of WebSockets, with one set of ceilings: an inflated size,
 * and a ratio to what was received, so that a few bytes cannot become a gigabyte.  Memory is reused
 * from one stream to the next.  One thread at a time for each inflater.
 */
#ifndef CMB_TRANSPORT_INFLATE_H
#define CMB_TRANSPORT_INFLATE_H

#include <cambist/status.h>

#include "base/text.h"

#include <zlib.h>

#define CMB_INFLATE_RATIO_MOST       200          /* inflated to received ... */
#define CMB_INFLATE_RATIO_FREE_BYTES (256 * 1024) /* ... above this size */

enum cmb_packing {
    CMB_PACKING_GZIP = 1, /* one member or several */
    CMB_PACKING_DEFLATE,  /* in zlib's wrapping, or bare: as servers send what HTTP calls deflate */
    CMB_PACKING_BARE,     /* deflate without any wrapping */
    CMB_PACKING_MESSAGES  /* bare, a stream that is flushed after each message (RFC 7692) */
};

/* Zeroed is ready for cmb_inflater_start. */
struct cmb_inflater {
    z_stream stream;
    size_t received_bytes; /* since the start */
    enum cmb_packing packing;
    bool has_stream, is_whole; /* the compression has ended */
    const char *reason;        /* static sentence, where it failed */
};

/* Releases; accepts a zeroed one. */
void cmb_inflater_clear(struct cmb_inflater *inflater);

/* Begins anew: what was read before is forgotten, the memory is kept. */
void cmb_inflater_start(struct cmb_inflater *inflater, enum cmb_packing packing);

/* Reads on and appends to `to`, whose ceiling is one byte more than what is allowed: that byte
 * tells "too long" from "just fits".  What comes out, and whether it fails, does not depend on the
 * cuts.  CAMBIST_OK; GARBLED, TOO_LARGE, NO_MEMORY with the reason in inflater->reason. */
int cmb_inflater_add(struct cmb_inflater *inflater, struct cmb_text packed, struct cmb_buffer *to);
/* No more bytes: whether the compression has ended too.  As above. */
int cmb_inflater_end(struct cmb_inflater *inflater, const struct cmb_buffer *to);

/* Inflates one whole, self-contained piece into `to`, which is emptied first.  As above. */
int cmb_inflate(struct cmb_inflater *inflater, enum cmb_packing packing, struct cmb_text packed,
                struct cmb_buffer *to);

/* Inflates one whole message of a stream of MESSAGES that was started once; `forgets`: the other
 * side compresses each message by itself.  `to` is emptied first.  As above. */
int cmb_inflate_message(struct cmb_inflater *inflater, bool forgets, struct cmb_text packed,
                        struct cmb_buffer *to);

#endif
