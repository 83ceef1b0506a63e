/* transport/http.h - is this a whole, well-formed HTTP/1.1 answer, and what does it say?
 *
 * An incremental reader of one answer.  The answer that comes out does not depend on where the
 * bytes were cut.  Everything has a ceiling.  Interim answers (1xx) are skipped; redirects are
 * answers like any other.  gzip and deflate are undone; the body is complete or there is none: an
 * answer that ends early, is too long, or is badly chunked is GARBLED.
 *
 * Memory is reused from one answer to the next; texts live until the next start or clear.
 * One thread at a time.
 */
#ifndef CMB_TRANSPORT_HTTP_H
#define CMB_TRANSPORT_HTTP_H

#include <cambist/status.h>

#include "base/text.h"
#include "transport/inflate.h"

#include <http_parser.h>

#define CMB_HTTP_HEADERS_MOST      128                /* header lines */
#define CMB_HTTP_HEADER_BYTES_MOST (64 * 1024)        /* status line and header lines */
#define CMB_HTTP_BODY_BYTES_MOST   (16 * 1024 * 1024) /* inflated; the default */
#define CMB_HTTP_KEPT_BYTES        (256 * 1024)       /* larger body buffers are released */

struct cmb_header {
    struct cmb_text name, value;
};

/* How the answer is to be read. */
struct cmb_http_expect {
    size_t body_bytes_most; /* 0: the default */
    bool is_head;           /* the request was a HEAD: no body follows */
    bool may_upgrade;       /* 101 is an answer (WebSocket), and ends at its blank line */
};

struct cmb_http {
    struct http_parser parser;
    struct cmb_http_expect expect;
    struct cmb_buffer text; /* names and values */
    struct cmb_buffer body;
    struct cmb_inflater inflater;
    size_t header_count, header_bytes, received_bytes;
    int status;         /* of the reading: CAMBIST_AGAIN, OK, or the failure */
    const char *reason; /* static sentence, where it failed */
    uint8_t encoding;
    bool has_begun, has_headers, is_value, may_keep;
    struct {
        uint32_t name, name_length, value, value_length;
    } places[CMB_HTTP_HEADERS_MOST];
    struct cmb_header headers[CMB_HTTP_HEADERS_MOST]; /* valid when whole */
};

/* Prepares; allocates nothing. */
void cmb_http_init(struct cmb_http *http);
/* Releases; accepts a zeroed one. */
void cmb_http_clear(struct cmb_http *http);

/* Begins a new answer; `expect` may be NULL. */
void cmb_http_start(struct cmb_http *http, const struct cmb_http_expect *expect);

/* Reads on.  CAMBIST_AGAIN: more is needed, all bytes were used.  CAMBIST_OK: the answer is whole;
 * *ret_used tells how many of these bytes belong to it.  GARBLED, TOO_LARGE, NO_MEMORY: failed,
 * with the reason in http->reason; every further call answers the same. */
int cmb_http_read(struct cmb_http *http, const char *bytes, size_t length, size_t *ret_used);
/* The connection has ended.  CAMBIST_OK where that was the agreed end of the answer, else GARBLED.
 */
int cmb_http_end(struct cmb_http *http);

/* Whether any byte of an answer has been read. */
static inline bool cmb_http_has_begun(const struct cmb_http *http)
{
    return http->has_begun;
}
/* Of a whole answer. */
static inline uint32_t cmb_http_status(const struct cmb_http *http)
{
    return http->parser.status_code;
}
/* Whether the connection may be used again after this whole answer. */
static inline bool cmb_http_may_keep(const struct cmb_http *http)
{
    return http->may_keep;
}

/* The value of the first header of that name, any case; absent where there is none. */
struct cmb_text cmb_header_find(const struct cmb_header *headers, size_t count,
                                struct cmb_text name);

#endif
