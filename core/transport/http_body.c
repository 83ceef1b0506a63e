/* Is the body of an answer whole, undamaged and within bounds? */
#include "transport/http_body.h"

enum { RESERVED_MOST_BYTES = 1024 * 1024 };

/* A length that is known makes room at once, up to a point: it is only the server's word. */
int cmb_http_body_begin(struct cmb_http *http)
{
    uint64_t length = http->parser.content_length;
    if (http->encoding != CMB_HTTP_PLAIN)
        cmb_inflater_start(&http->inflater, http->encoding == CMB_HTTP_GZIP ? CMB_PACKING_GZIP
                                                                            : CMB_PACKING_DEFLATE);
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

/* Of the inflater's: 0, or its failure. */
static int judge(struct cmb_http *http, int status)
{
    return status == CAMBIST_OK ? 0 : cmb_http_fail(http, status, http->inflater.reason);
}

int cmb_http_body_add(struct cmb_http *http, const char *at, size_t length)
{
    size_t room = http->expect.body_bytes_most - http->received_bytes;
    size_t part = length < room ? length : room;
    struct cmb_text bytes = { at, part };
    http->received_bytes += part;
    if (http->encoding == CMB_HTTP_PLAIN)
        cmb_buffer_add(&http->body, bytes);
    else if (judge(http, cmb_inflater_add(&http->inflater, bytes, &http->body)) != 0)
        return -1;
    if (part < length)
        return cmb_http_fail(http, CAMBIST_TOO_LARGE, "the answer is too long");
    return check_body(http);
}

int cmb_http_body_end(struct cmb_http *http)
{
    if (http->encoding == CMB_HTTP_PLAIN || http->received_bytes == 0)
        return 0;
    return judge(http, cmb_inflater_end(&http->inflater, &http->body));
}
