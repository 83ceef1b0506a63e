/* Is this a whole, well-formed HTTP/1.1 answer, and what does it say? */
#include "transport/http.h"

#include <stdlib.h>
#include <strings.h>

enum encoding { PLAIN = 1, GZIP, DEFLATE };

enum { INFLATE_STEP_BYTES = 16 * 1024, RATIO_STEP_BYTES = 1024, RESERVED_MOST_BYTES = 1024 * 1024 };

static const struct cmb_http_expect expect_default = { 0 };

/* Ends the reading; the non-zero result stops the parser. */
static int fail(struct cmb_http *http, int status, const char *reason)
{
    http->status = status;
    http->reason = reason;
    return -1;
}

static struct cmb_http *of(const struct http_parser *parser)
{
    return parser->data;
}

/* --- header lines --- */

/* Interim answers count too, so that a flood of them ends. */
static int count_header(struct cmb_http *http, size_t bytes)
{
    http->header_bytes += bytes;
    if (http->header_bytes > CMB_HTTP_HEADER_BYTES_MOST)
        return fail(http, CAMBIST_TOO_LARGE, "the answer's headers are too long");
    return 0;
}

static int keep(struct cmb_http *http, const char *at, size_t length)
{
    cmb_buffer_add(&http->text, (struct cmb_text){ at, length });
    if (!cmb_buffer_is_whole(&http->text))
        return fail(http, CAMBIST_NO_MEMORY, "no memory for the answer's headers");
    return 0;
}

static int on_status(struct http_parser *parser, const char *at, size_t length)
{
    (void)at;
    return count_header(of(parser), length);
}

static int on_header_field(struct http_parser *parser, const char *at, size_t length)
{
    struct cmb_http *http = of(parser);
    if (count_header(http, length) != 0)
        return -1;
    if (http->has_headers) { /* trailers say nothing that we believe */
        http->is_value = false;
        return 0;
    }
    if (http->is_value || http->header_count == 0) {
        if (http->header_count == CMB_HTTP_HEADERS_MOST)
            return fail(http, CAMBIST_TOO_LARGE, "the answer has too many headers");
        http->places[http->header_count].name = (uint32_t)http->text.length;
        http->places[http->header_count].name_length = 0;
        http->places[http->header_count].value_length = 0;
        http->header_count++;
        http->is_value = false;
    }
    http->places[http->header_count - 1].name_length += (uint32_t)length;
    return keep(http, at, length);
}

static int on_header_value(struct http_parser *parser, const char *at, size_t length)
{
    struct cmb_http *http = of(parser);
    size_t colon_and_end = http->is_value ? 0 : 4;
    http->is_value = true;
    if (count_header(http, length + colon_and_end) != 0)
        return -1;
    if (http->has_headers)
        return 0;
    http->places[http->header_count - 1].value_length += (uint32_t)length;
    return keep(http, at, length);
}

/* The buffer has stopped moving: places become texts. */
static void settle_headers(struct cmb_http *http)
{
    const char *at = http->text.at;
    for (size_t i = 0; i < http->header_count; i++) {
        size_t name = http->places[i].name, length = http->places[i].name_length;
        struct cmb_text value = { at + name + length, http->places[i].value_length };
        http->headers[i].name = (struct cmb_text){ at + name, length };
        http->headers[i].value = cmb_text_trim(value);
    }
}

/* The parser lets blanks in names pass; a server that sends them means to deceive somebody. */
static int check_names(struct cmb_http *http)
{
    for (size_t i = 0; i < http->header_count; i++)
        if (memchr(http->headers[i].name.at, ' ', http->headers[i].name.length))
            return fail(http, CAMBIST_GARBLED, "the answer has a header with a blank in its name");
    return 0;
}

static bool is_word(struct cmb_text text, const char *word)
{
    return text.length == strlen(word) && strncasecmp(text.at, word, text.length) == 0;
}

struct cmb_text cmb_header_find(const struct cmb_header *headers, size_t count,
                                struct cmb_text name)
{
    for (size_t i = 0; i < count; i++)
        if (headers[i].name.length == name.length &&
            strncasecmp(headers[i].name.at, name.at, name.length) == 0)
            return headers[i].value;
    return (struct cmb_text){ 0 };
}

/* --- what kind of body follows --- */

static int check_encoding(struct cmb_http *http)
{
    struct cmb_text coding =
        cmb_header_find(http->headers, http->header_count, CMB_TEXT("content-encoding"));
    http->encoding = PLAIN;
    if (is_word(coding, "gzip") || is_word(coding, "x-gzip"))
        http->encoding = GZIP;
    else if (is_word(coding, "deflate"))
        http->encoding = DEFLATE;
    else if (coding.length && !is_word(coding, "identity"))
        return fail(http, CAMBIST_GARBLED, "the answer is encoded in a way that was not asked for");
    struct cmb_text transfer =
        cmb_header_find(http->headers, http->header_count, CMB_TEXT("transfer-encoding"));
    if (transfer.at && !is_word(transfer, "chunked"))
        return fail(http, CAMBIST_GARBLED, "the answer has an unknown transfer encoding");
    return 0;
}

static int check_length(struct cmb_http *http)
{
    uint64_t length = http->parser.content_length;
    if (length == UINT64_MAX) /* not given */
        return 0;
    if (length > http->expect.body_bytes_most)
        return fail(http, CAMBIST_TOO_LARGE, "the answer is too long");
    if (http->encoding == PLAIN &&
        !cmb_buffer_reserve(&http->body,
                            length < RESERVED_MOST_BYTES ? (size_t)length : RESERVED_MOST_BYTES))
        return fail(http, CAMBIST_NO_MEMORY, "no memory for the answer");
    return 0;
}

static bool has_body(const struct cmb_http *http)
{
    unsigned code = http->parser.status_code;
    return !http->expect.is_head && code != 101 && code != 204 && code != 304;
}

/* Answers 1 where no body follows, whatever the headers say. */
static int on_headers_complete(struct http_parser *parser)
{
    struct cmb_http *http = of(parser);
    unsigned code = parser->status_code;
    if (parser->http_major != 1 || code < 100)
        return fail(http, CAMBIST_GARBLED, "the answer is not HTTP/1");
    if (code == 101 && !http->expect.may_upgrade)
        return fail(http, CAMBIST_GARBLED, "the server changed the protocol unasked");
    if (code < 200 && code != 101)
        return 0;
    settle_headers(http);
    http->has_headers = true;
    if (check_names(http) != 0)
        return -1;
    if (!has_body(http))
        return 1;
    return check_encoding(http) != 0 || check_length(http) != 0 ? -1 : 0;
}

/* --- the body --- */

static int check_body(struct cmb_http *http)
{
    if (!cmb_buffer_is_whole(&http->body))
        return fail(http, CAMBIST_NO_MEMORY, "no memory for the answer");
    if (http->body.length > http->expect.body_bytes_most)
        return fail(http, CAMBIST_TOO_LARGE, "the answer is too long");
    return 0;
}

static int check_ratio(struct cmb_http *http)
{
    size_t size = http->body.length;
    if (size > CMB_HTTP_RATIO_FREE_BYTES && size / CMB_HTTP_RATIO_MOST > http->received_bytes)
        return fail(http, CAMBIST_TOO_LARGE, "the answer inflates beyond all measure");
    return 0;
}

/* "deflate" means zlib's wrapping, but some servers send it bare: a wrapped one begins with 8 in
 * its low half byte, a bare one practically never does. */
static int window_bits(const struct cmb_http *http, unsigned char first)
{
    if (http->encoding == GZIP)
        return 15 + 16;
    return (first & 0x0f) == 8 ? 15 : -15;
}

static int start_inflater(struct cmb_http *http, unsigned char first)
{
    int bits = window_bits(http, first);
    int result = http->has_inflater ? inflateReset2(&http->inflater, bits)
                                    : inflateInit2(&http->inflater, bits);
    if (result != Z_OK)
        return fail(http, CAMBIST_NO_MEMORY, "no memory to inflate the answer");
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
        return fail(http, CAMBIST_NO_MEMORY, "no memory to inflate the answer");
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        return fail(http, CAMBIST_GARBLED, "the answer's compression is damaged");
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
            (http->encoding != GZIP || start_inflater(http, *http->inflater.next_in) != 0))
            return fail(http, CAMBIST_GARBLED, "something follows the compressed answer");
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

static int on_body(struct http_parser *parser, const char *at, size_t length)
{
    struct cmb_http *http = of(parser);
    size_t room = http->expect.body_bytes_most - http->received_bytes;
    size_t part = length < room ? length : room;
    if (http->encoding != PLAIN) {
        if (inflate_body(http, at, part) != 0)
            return -1;
    } else {
        http->received_bytes += part;
        cmb_buffer_add(&http->body, (struct cmb_text){ at, part });
    }
    if (part < length)
        return fail(http, CAMBIST_TOO_LARGE, "the answer is too long");
    return check_body(http);
}

/* --- the end --- */

static void forget_headers(struct cmb_http *http)
{
    cmb_buffer_reset(&http->text);
    http->header_count = 0;
    http->is_value = false;
}

static int on_message_complete(struct http_parser *parser)
{
    struct cmb_http *http = of(parser);
    if (!http->has_headers) { /* an interim answer */
        forget_headers(http);
        return 0;
    }
    if (http->encoding != PLAIN && http->received_bytes && !http->is_inflated)
        return fail(http, CAMBIST_GARBLED, "the compressed answer ends early");
    if (http->encoding != PLAIN && check_ratio(http) != 0)
        return -1;
    http->status = CAMBIST_OK;
    http->may_keep = http_should_keep_alive(parser) && parser->status_code != 101;
    http_parser_pause(parser, 1);
    return 0;
}

static const struct http_parser_settings callbacks = {
    .on_status = on_status,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

/* What the parser itself objected to. */
static int judge(struct cmb_http *http)
{
    enum http_errno number = HTTP_PARSER_ERRNO(&http->parser);
    if (http->status != CAMBIST_AGAIN || number == HPE_OK)
        return http->status;
    if (number == HPE_HEADER_OVERFLOW)
        fail(http, CAMBIST_TOO_LARGE, "the answer's headers are too long");
    else if (number == HPE_INVALID_EOF_STATE)
        fail(http, CAMBIST_GARBLED, "the answer ends early");
    else
        fail(http, CAMBIST_GARBLED, http_errno_description(number));
    return http->status;
}

int cmb_http_read(struct cmb_http *http, const char *bytes, size_t length, size_t *ret_used)
{
    *ret_used = 0;
    if (http->status != CAMBIST_AGAIN || length == 0)
        return http->status;
    http->has_begun = true;
    *ret_used = http_parser_execute(&http->parser, &callbacks, bytes, length);
    return judge(http);
}

int cmb_http_end(struct cmb_http *http)
{
    if (http->status != CAMBIST_AGAIN)
        return http->status;
    http_parser_execute(&http->parser, &callbacks, NULL, 0);
    if (judge(http) == CAMBIST_AGAIN)
        fail(http, CAMBIST_GARBLED, "the connection ended without an answer");
    return http->status;
}

void cmb_http_init(struct cmb_http *http)
{
    memset(http, 0, sizeof *http);
    cmb_buffer_init(&http->text, CMB_HTTP_HEADER_BYTES_MOST);
}

void cmb_http_clear(struct cmb_http *http)
{
    cmb_buffer_clear(&http->text);
    cmb_buffer_clear(&http->body);
    if (http->has_inflater)
        inflateEnd(&http->inflater);
    cmb_http_init(http);
}

void cmb_http_start(struct cmb_http *http, const struct cmb_http_expect *expect)
{
    http->expect = expect ? *expect : expect_default;
    if (http->expect.body_bytes_most == 0)
        http->expect.body_bytes_most = CMB_HTTP_BODY_BYTES_MOST;
    http_parser_init(&http->parser, HTTP_RESPONSE);
    http->parser.data = http;
    http->status = CAMBIST_AGAIN;
    http->reason = NULL;
    http->encoding = PLAIN;
    http->is_inflated = http->has_headers = http->may_keep = http->has_begun = false;
    http->header_bytes = http->received_bytes = 0;
    forget_headers(http);
    if (http->body.capacity > CMB_HTTP_KEPT_BYTES)
        cmb_buffer_clear(&http->body);
    cmb_buffer_reset(&http->body);
    http->body.ceiling = http->expect.body_bytes_most + 1;
}
