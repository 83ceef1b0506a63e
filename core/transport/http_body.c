/* Is the body of an answer whole, undamaged and within bounds? */
#include "transport/http_body.h"

enum { INFLATE_STEP_BYTES = 16 * 1024, RATIO_STEP_BYTES = 1024, RESERVED_MOST_BYTES = 1024 * 1024 };

/* A length that is known makes room at once, up to a point: it is only the server's word. */
int cmb_http_body_begin(struct cmb_http *http)
{
    uint64_t length = http->parser.content_length;
    if (length == UINT64_MAX) /* not given */
        return 0;
    if (length > http->expect.body_bytes_most)
        return cmb_http_fail(http, CAMBIST_TOO_LARGE, "the answer is too long");
    if (http->encoding == CMB_HTTP_PLAIN &&
        !cmb_buffer_reserve(&http->body,
                            length < RESERVED_MOST_BYTES ? (size_t)length : RESERVED_MOST_BYTES))
        return cmb_http_fail(http, CAMBIST_NO_MEMORY, "no memory for the answer");
    return 0;
}

static int check_body(struct cmb_http *http)
{
    if (!cmb_buffer_is_whole(&http->body))
        return cmb_http_fail(http, CAMBIST_NO_MEMORY, "no memory for the answer");
    if (http->body.length > http->expect.body_bytes_most)
        return cmb_http_fail(http, CAMBIST_TOO_LARGE, "the answer is too long");
    return 0;
}

static int check_ratio(struct cmb_http *http)
{
    size_t size = http->body.length;
    if (size > CMB_HTTP_RATIO_FREE_BYTES && size / CMB_HTTP_RATIO_MOST > http->received_bytes)
        return cmb_http_fail(http, CAMBIST_TOO_LARGE, "the answer inflates beyond all measure");
    return 0;
}

/* "deflate" means zlib's wrapping, but some servers send it bare: a wrapped one begins with 8 in
 * its low half byte, a bare one practically never does. */
static int window_bits(const struct cmb_http *http, unsigned char first)
{
    if (http->encoding == CMB_HTTP_GZIP)
        return 15 + 16;
    return (first & 0x0f) == 8 ? 15 : -15;
}

static int start_inflater(struct cmb_http *http, unsigned char first)
{
    int bits = window_bits(http, first);
    int result = http->has_inflater ? inflateReset2(&http->inflater, bits)
                                    : inflateInit2(&http->inflater, bits);
    if (result != Z_OK)
        return cmb_http_fail(http, CAMBIST_NO_MEMORY, "no memory to inflate the answer");
    http->has_inflater = true;
    http->is_inflated = false;
    return 0;
}

/* One step into the body's buffer, which may hold one byte more than the ceiling: that byte tells
 * "too long" from "just fits". */
static int inflate_step(struct cmb_http *http)
{
    size_t room = http->body.ceiling - http->body.length;
    if (room > INFLATE_STEP_BYTES)
        room = INFLATE_STEP_BYTES;
    char *to = cmb_buffer_reserve(&http->body, room);
    if (!to)
        return check_body(http);
    http->inflater.next_out = (Bytef *)to;
    http->inflater.avail_out = (uInt)room;
    int result = inflate(&http->inflater, Z_NO_FLUSH);
    http->body.length += room - http->inflater.avail_out;
    http->is_inflated = result == Z_STREAM_END;
    if (result == Z_MEM_ERROR)
        return cmb_http_fail(http, CAMBIST_NO_MEMORY, "no memory to inflate the answer");
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        return cmb_http_fail(http, CAMBIST_GARBLED, "the answer's compression is damaged");
    return check_body(http);
}

static int inflate_part(struct cmb_http *http, const char *at, size_t length)
{
    if (http->received_bytes == 0 && start_inflater(http, (unsigned char)*at) != 0)
        return -1;
    http->received_bytes += length;
    http->inflater.next_in = (Bytef *)(uintptr_t)at;
    http->inflater.avail_in = (uInt)length;
    do {
        /* Several gzip members in a row are one body. */
        if (http->is_inflated && http->inflater.avail_in &&
            (http->encoding != CMB_HTTP_GZIP || start_inflater(http, *http->inflater.next_in) != 0))
            return cmb_http_fail(http, CAMBIST_GARBLED, "something follows the compressed answer");
        if (inflate_step(http) != 0)
            return -1;
    } while (http->inflater.avail_in || (http->inflater.avail_out == 0 && !http->is_inflated));
    return 0;
}

/* In steps that end at fixed places of the body, so that the ceilings see the same however the
 * bytes arrive. */
static int inflate_body(struct cmb_http *http, const char *at, size_t length)
{
    while (length) {
        size_t step = RATIO_STEP_BYTES - http->received_bytes % RATIO_STEP_BYTES;
        if (step > length)
            step = length;
        if (inflate_part(http, at, step) != 0)
            return -1;
        bool is_at_place = http->received_bytes % RATIO_STEP_BYTES == 0;
        if (is_at_place && check_ratio(http) != 0)
            return -1;
        at += step;
        length -= step;
    }
    return 0;
}

int cmb_http_body_add(struct cmb_http *http, const char *at, size_t length)
{
    size_t room = http->expect.body_bytes_most - http->received_bytes;
    size_t part = length < room ? length : room;
    if (http->encoding != CMB_HTTP_PLAIN) {
        if (inflate_body(http, at, part) != 0)
            return -1;
    } else {
        http->received_bytes += part;
        cmb_buffer_add(&http->body, (struct cmb_text){ at, part });
    }
    if (part < length)
        return cmb_http_fail(http, CAMBIST_TOO_LARGE, "the answer is too long");
    return check_body(http);
}

int cmb_http_body_end(struct cmb_http *http)
{
    if (http->encoding == CMB_HTTP_PLAIN || http->received_bytes == 0)
        return 0;
    if (!http->is_inflated)
        return cmb_http_fail(http, CAMBIST_GARBLED, "the compressed answer ends early");
    return check_ratio(http);
}
