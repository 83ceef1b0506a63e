/* Is this an answer of the common form, whole and in one piece, so that no parser need be run?
 *
 *     HTTP/1.1 200 OK, then lines of a name of plain letters (base/plain.h) and a value of
 *     printable ASCII; one Content-Length, and as many bytes behind the blank line
 *
 * Whatever else stands there, good or bad, is http.c's: nothing has been read then.  Both give the
 * same answer, which the fuzz target sees to: it reads each input whole and in pieces. */
#include "transport/http_body.h"

#include <strings.h>

#include "base/plain.h"

enum { NAME_BYTES_MOST = 64, HEAD_BYTES_MOST = 8192, LENGTH_DIGITS_MOST = 9 };

#define START "HTTP/1.1 "

/* How far the head was read, and what it said. */
struct head {
    const char *start, *at, *end;
    unsigned code;
    int64_t length; /* of the body; -1: not said */
};

static bool pass(struct head *head, const char *text, size_t length)
{
    if ((size_t)(head->end - head->at) < length || memcmp(head->at, text, length) != 0)
        return false;
    head->at += length;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

/* The first byte that is not printable ASCII. */
static const char *skip_printable(const char *at, const char *end)
{
#ifdef __SSE2__
    for (; end - at >= 16; at += 16) {
        __m128i bytes = cmb_wide_load(at); /* as signed ones, those above ASCII are low, too */
        unsigned others =
            (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')),
                                                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8(127))));
        if (others)
            return at + __builtin_ctz(others);
    }
#endif
    while (at < end && is_printable(*at))
        at++;
    return at;
}

/* The first byte that no name has. */
static const char *skip_name(const char *at, const char *end)
{
#ifdef __SSE2__
    for (; end - at >= 16; at += 16) {
        unsigned others =
            (unsigned)_mm_movemask_epi8(cmb_plain_look(cmb_wide_load(at))) ^ 0xffffu;
        if (others)
            return at + __builtin_ctz(others);
    }
#endif
    while (at < end && cmb_plain_is(*at))
        at++;
    return at;
}

/* Passes printable ASCII up to the end of the line, and that. */
static bool pass_line(struct head *head, struct cmb_text *ret)
{
    const char *start = head->at;
    head->at = skip_printable(start, head->end);
    *ret = (struct cmb_text){ start, (size_t)(head->at - start) };
    return pass(head, "\r\n", 2);
}

static bool read_status(struct head *head)
{
    struct cmb_text reason;
    if (!pass(head, START, sizeof START - 1) || head->end - head->at < 4 || !is_digit(head->at[0]) ||
        !is_digit(head->at[1]) || !is_digit(head->at[2]) || head->at[3] != ' ')
        return false;
    head->code = (unsigned)(head->at[0] - '0') * 100 + (unsigned)(head->at[1] - '0') * 10 +
                 (unsigned)(head->at[2] - '0');
    head->at += 4;
    return head->code >= 200 && head->code != 204 && head->code != 304 && pass_line(head, &reason);
}

static bool read_length(struct head *head, struct cmb_text value)
{
    if (head->length >= 0 || value.length == 0 || value.length > LENGTH_DIGITS_MOST)
        return false;
    head->length = 0;
    for (size_t i = 0; i < value.length; i++) {
        if (!is_digit(value.at[i]))
            return false;
        head->length = head->length * 10 + (value.at[i] - '0');
    }
    return true;
}

/* Whether the header says nothing about the connection or the body's form that is not common. */
static bool check_header(struct head *head, const struct cmb_header *header)
{
    switch (header->name.length) {
    case 7: return !cmb_text_is_word(header->name, CMB_TEXT("upgrade"));
    case 10:
        return !cmb_text_is_word(header->name, CMB_TEXT("connection")) ||
               cmb_text_is_word(header->value, CMB_TEXT("keep-alive"));
    case 14:
        return !cmb_text_is_word(header->name, CMB_TEXT("content-length")) ||
               read_length(head, header->value);
    case 16: return !cmb_text_is_word(header->name, CMB_TEXT("proxy-connection"));
    default: /* the parser objects to longer names, too, that begin so */
        return header->name.length < 17 ||
               strncasecmp(header->name.at, "transfer-encoding", 17) != 0;
    }
}

static bool read_header(struct head *head, struct cmb_header *ret)
{
    const char *start = head->at;
    head->at = skip_name(start, head->end);
    ret->name = (struct cmb_text){ start, (size_t)(head->at - start) };
    if (ret->name.length == 0 || ret->name.length > NAME_BYTES_MOST || !pass(head, ":", 1) ||
        !pass_line(head, &ret->value))
        return false;
    ret->value = cmb_text_trim(ret->value);
    return check_header(head, ret);
}

static bool read_head(struct cmb_http *http, struct head *head)
{
    size_t count = 0;
    if (!read_status(head))
        return false;
    while (!pass(head, "\r\n", 2)) {
        if (count == CMB_HTTP_HEADERS_MOST || !read_header(head, &http->headers[count]))
            return false;
        count++;
    }
    http->header_count = count;
    return head->length >= 0 && head->at - head->start <= HEAD_BYTES_MOST;
}

/* The headers' texts go where they outlive the bytes that were read. */
static bool keep_head(struct cmb_http *http, const struct head *head)
{
    cmb_buffer_add(&http->text, (struct cmb_text){ head->start, (size_t)(head->at - head->start) });
    if (!cmb_buffer_is_whole(&http->text))
        return false;
    for (size_t i = 0; i < http->header_count; i++) {
        struct cmb_header *header = &http->headers[i];
        header->name.at = http->text.at + (header->name.at - head->start);
        header->value.at = http->text.at + (header->value.at - head->start);
    }
    return true;
}

bool cmb_http_read_common(struct cmb_http *http, const char *bytes, size_t length,
                          size_t *ret_used)
{
    struct head head = { .start = bytes, .at = bytes, .end = bytes + length, .length = -1 };
    if (http->expect.is_head || !read_head(http, &head) || head.end - head.at < head.length ||
        !keep_head(http, &head)) {
        http->header_count = 0;
        cmb_buffer_reset(&http->text);
        return false;
    }
    *ret_used = (size_t)(head.at - bytes) + (size_t)head.length;
    http->has_begun = http->has_headers = true;
    http->parser.status_code = head.code & 0xffff;
    http->parser.content_length = (uint64_t)head.length;
    if (cmb_http_check_encoding(http) != 0 || cmb_http_body_begin(http) != 0 ||
        (head.length && cmb_http_body_add(http, head.at, (size_t)head.length) != 0) ||
        cmb_http_body_end(http) != 0)
        return true; /* it failed, and said why */
    http->status = CAMBIST_OK;
    http->may_keep = true;
    return true;
}
