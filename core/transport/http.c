/* Is this a whole, well-formed HTTP/1.1 answer, and what does it say? */
#include "transport/http_body.h"


static const struct cmb_http_expect expect_default = { 0 };

int cmb_http_fail(struct cmb_http *http, int status, const char *reason)
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
        return cmb_http_fail(http, CAMBIST_TOO_LARGE, "the answer's headers are too long");
    return 0;
}

static int keep(struct cmb_http *http, const char *at, size_t length)
{
    cmb_buffer_add(&http->text, (struct cmb_text){ at, length });
    if (!cmb_buffer_is_whole(&http->text))
        return cmb_http_fail(http, CAMBIST_NO_MEMORY, "no memory for the answer's headers");
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
            return cmb_http_fail(http, CAMBIST_TOO_LARGE, "the answer has too many headers");
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
            return cmb_http_fail(http, CAMBIST_GARBLED,
                                 "the answer has a header with a blank in its name");
    return 0;
}

struct cmb_text cmb_header_find(const struct cmb_header *headers, size_t count,
                                struct cmb_text name)
{
    for (size_t i = 0; i < count; i++)
        if (cmb_text_is_word(headers[i].name, name))
            return headers[i].value;
    return (struct cmb_text){ 0 };
}

/* --- what kind of body follows --- */

int cmb_http_check_encoding(struct cmb_http *http)
{
    struct cmb_text coding =
        cmb_header_find(http->headers, http->header_count, CMB_TEXT("content-encoding"));
    http->encoding = CMB_HTTP_PLAIN;
    if (cmb_text_is_word(coding, CMB_TEXT("gzip")) || cmb_text_is_word(coding, CMB_TEXT("x-gzip")))
        http->encoding = CMB_HTTP_GZIP;
    else if (cmb_text_is_word(coding, CMB_TEXT("deflate")))
        http->encoding = CMB_HTTP_DEFLATE;
    else if (coding.length && !cmb_text_is_word(coding, CMB_TEXT("identity")))
        return cmb_http_fail(http, CAMBIST_GARBLED,
                             "the answer is encoded in a way that was not asked for");
    struct cmb_text transfer =
        cmb_header_find(http->headers, http->header_count, CMB_TEXT("transfer-encoding"));
    if (transfer.at && !cmb_text_is_word(transfer, CMB_TEXT("chunked")))
        return cmb_http_fail(http, CAMBIST_GARBLED, "the answer has an unknown transfer encoding");
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
        return cmb_http_fail(http, CAMBIST_GARBLED, "the answer is not HTTP/1");
    if (code == 101 && !http->expect.may_upgrade)
        return cmb_http_fail(http, CAMBIST_GARBLED, "the server changed the protocol unasked");
    if (code < 200 && code != 101)
        return 0;
    settle_headers(http);
    http->has_headers = true;
    if (check_names(http) != 0)
        return -1;
    if (!has_body(http))
        return 1;
    return cmb_http_check_encoding(http) != 0 || cmb_http_body_begin(http) != 0 ? -1 : 0;
}

/* --- the end --- */

static void forget_headers(struct cmb_http *http)
{
    cmb_buffer_reset(&http->text);
    http->header_count = 0;
    http->is_value = false;
}

static int on_body(struct http_parser *parser, const char *at, size_t length)
{
    return cmb_http_body_add(of(parser), at, length);
}

static int on_message_complete(struct http_parser *parser)
{
    struct cmb_http *http = of(parser);
    if (!http->has_headers) { /* an interim answer */
        forget_headers(http);
        return 0;
    }
    if (cmb_http_body_end(http) != 0)
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
        cmb_http_fail(http, CAMBIST_TOO_LARGE, "the answer's headers are too long");
    else if (number == HPE_INVALID_EOF_STATE)
        cmb_http_fail(http, CAMBIST_GARBLED, "the answer ends early");
    else
        cmb_http_fail(http, CAMBIST_GARBLED, http_errno_description(number));
    return http->status;
}

int cmb_http_read(struct cmb_http *http, const char *bytes, size_t length, size_t *ret_used)
{
    *ret_used = 0;
    if (http->status != CAMBIST_AGAIN || length == 0)
        return http->status;
    if (!http->has_begun && cmb_http_read_common(http, bytes, length, ret_used))
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
        cmb_http_fail(http, CAMBIST_GARBLED, "the connection ended without an answer");
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
    cmb_inflater_clear(&http->inflater);
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
    http->encoding = CMB_HTTP_PLAIN;
    http->has_headers = http->may_keep = http->has_begun = false;
    http->header_bytes = http->received_bytes = 0;
    forget_headers(http);
    if (http->body.capacity > CMB_HTTP_KEPT_BYTES)
        cmb_buffer_clear(&http->body);
    cmb_buffer_reset(&http->body);
    http->body.ceiling = http->expect.body_bytes_most + 1;
}
