/* How does an answer look on the wire, and what is wrong with it on purpose? */
#include "simulator/sending.h"

#include <stdlib.h>

#include <zlib.h>

enum { SLOW_MS = 500, DRIP_MS = 2, PADDING_LINES = 100, PADDING_BYTES = 1024,
       PACKED_BYTES_MOST = 64 << 20, GZIP_WINDOW = 15 + 16 };

static const char page[] = "<html><head><title>Bad Gateway</title></head><body>nginx</body></html>";

uint32_t cmb_sending_wait_ms(const struct cmb_sending *sending)
{
    return sending->fault == CMB_FAULT_SLOW ? SLOW_MS : 0;
}

uint32_t cmb_sending_drip_ms(const struct cmb_sending *sending)
{
    return sending->fault == CMB_FAULT_DRIP ? DRIP_MS : 0;
}

/* ---- what is said ---- */

struct said {
    uint32_t status;
    struct cmb_text body;
    const char *type;
};

static struct said page_of(uint32_t status)
{
    return (struct said){ status, CMB_TEXT(page), "text/html" };
}

static struct said choose(const struct cmb_sending *sending)
{
    switch (sending->fault) {
    case CMB_FAULT_ERROR: return page_of(503);
    case CMB_FAULT_EXECUTE_THEN_ERROR: return page_of(502);
    case CMB_FAULT_GARBLE: return page_of(200);
    case CMB_FAULT_FORBID: return page_of(403);
    case CMB_FAULT_REDIRECT: return (struct said){ 307, CMB_TEXT(""), "text/plain" };
    case CMB_FAULT_EMPTY: return (struct said){ 200, CMB_TEXT(""), "application/json" };
    default: break;
    }
    const struct cmb_reply *reply = &sending->reply;
    return (struct said){ reply->http_status ? reply->http_status : 500,
                          cmb_text_of(reply->body ? reply->body : ""), "application/json" };
}

/* ---- the head ---- */

static void write_padding(struct cmb_buffer *to)
{
    for (int i = 0; i < PADDING_LINES; i++) {
        cmb_buffer_addf(to, "X-Padding-%d: ", i);
        for (int k = 0; k < PADDING_BYTES; k++)
            cmb_buffer_add_char(to, 'x');
        cmb_buffer_add(to, CMB_TEXT("\r\n"));
    }
}

static size_t length_told(uint32_t fault, size_t length)
{
    return fault == CMB_FAULT_SHORT_LENGTH ? length / 2
           : fault == CMB_FAULT_LONG_LENGTH ? length + 16 : length;
}

static void write_head(const struct cmb_sending *sending, const struct said *said,
                       struct cmb_buffer *to)
{
    uint32_t fault = sending->fault;
    if (fault == CMB_FAULT_INTERIM)
        cmb_buffer_add(to, CMB_TEXT("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
                                    "Link: </style>; rel=preload\r\n\r\n"));
    cmb_buffer_add(to, CMB_TEXT("HTTP/1.1 "));
    cmb_buffer_add_number(to, said->status);
    cmb_buffer_add(to, said->status < 300 ? CMB_TEXT(" OK\r\nContent-Type: ")
                                          : CMB_TEXT(" Refused\r\nContent-Type: "));
    cmb_buffer_add(to, cmb_text_of(said->type));
    if (fault == CMB_FAULT_BAD_CHUNKS) {
        cmb_buffer_add(to, CMB_TEXT("\r\nTransfer-Encoding: chunked\r\n"));
    } else {
        cmb_buffer_add(to, CMB_TEXT("\r\nContent-Length: "));
        cmb_buffer_add_number(to, (int64_t)length_told(fault, said->body.length));
        cmb_buffer_add(to, CMB_TEXT("\r\n"));
    }
    if (fault == CMB_FAULT_REDIRECT)
        cmb_buffer_add(to, CMB_TEXT("Location: https://elsewhere.invalid/\r\n"));
    if (fault == CMB_FAULT_CUT_GZIP)
        cmb_buffer_add(to, CMB_TEXT("Content-Encoding: gzip\r\n"));
    if (fault == CMB_FAULT_HUGE_HEADERS)
        write_padding(to);
    cmb_buffer_add(to, cmb_text_of(sending->headers));
    cmb_buffer_add(to, CMB_TEXT("\r\n"));
}

/* ---- the whole ---- */

/* Packs, and leaves the end of it out. */
static struct cmb_text pack_half(struct cmb_text body, struct cmb_buffer *packed)
{
    z_stream stream = { .next_in = (Bytef *)(uintptr_t)body.at, .avail_in = (uInt)body.length };
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return (struct cmb_text){ 0 };
    size_t most = deflateBound(&stream, body.length);
    stream.next_out = (Bytef *)cmb_buffer_reserve(packed, most);
    stream.avail_out = stream.next_out ? (uInt)most : 0;
    (void)deflate(&stream, Z_FINISH);
    packed->length = stream.total_out;
    (void)deflateEnd(&stream);
    return (struct cmb_text){ packed->at, packed->length - packed->length / 4 };
}

/* How much of it goes out before the connection ends. */
static size_t length_sent(uint32_t fault, size_t head, size_t whole)
{
    switch (fault) {
    case CMB_FAULT_CUT_STATUS:
    case CMB_FAULT_RESET_STATUS: return 10;
    case CMB_FAULT_CUT_HEADERS:
    case CMB_FAULT_RESET_HEADERS: return head * 3 / 4;
    case CMB_FAULT_TRUNCATE:
    case CMB_FAULT_RESET_BODY:
    case CMB_FAULT_STALL_BODY: return whole - (whole - head + 3) / 4;
    default: return whole;
    }
}

static enum cmb_ending ending_of(uint32_t fault)
{
    switch (fault) {
    case CMB_FAULT_CUT:
    case CMB_FAULT_EXECUTE_THEN_CUT:
    case CMB_FAULT_LATE_CUT:
    case CMB_FAULT_CUT_LIST:
    case CMB_FAULT_EDIT_HALF_CUT:
    case CMB_FAULT_CUT_STATUS:
    case CMB_FAULT_CUT_HEADERS:
    case CMB_FAULT_TRUNCATE:
    case CMB_FAULT_LONG_LENGTH: return CMB_ENDING_CLOSED;
    case CMB_FAULT_RESET:
    case CMB_FAULT_EXECUTE_THEN_RESET:
    case CMB_FAULT_RESET_STATUS:
    case CMB_FAULT_RESET_HEADERS:
    case CMB_FAULT_RESET_BODY: return CMB_ENDING_RESET;
    case CMB_FAULT_STALL:
    case CMB_FAULT_STALL_BODY: return CMB_ENDING_MUTE;
    default: return CMB_ENDING_KEPT;
    }
}

static bool is_silent(uint32_t fault)
{
    switch (fault) {
    case CMB_FAULT_CUT:
    case CMB_FAULT_EXECUTE_THEN_CUT:
    case CMB_FAULT_RESET:
    case CMB_FAULT_EXECUTE_THEN_RESET:
    case CMB_FAULT_LATE_CUT:
    case CMB_FAULT_CUT_LIST:
    case CMB_FAULT_EDIT_HALF_CUT:
    case CMB_FAULT_STALL: return true;
    default: return false;
    }
}

enum cmb_ending cmb_sending_write(const struct cmb_sending *sending, struct cmb_buffer *to)
{
    struct said said = choose(sending);
    struct cmb_buffer packed = { 0 };
    size_t start = to->length;
    if (is_silent(sending->fault))
        return ending_of(sending->fault);
    cmb_buffer_init(&packed, PACKED_BYTES_MOST);
    if (sending->fault == CMB_FAULT_CUT_GZIP)
        said.body = pack_half(said.body, &packed);
    write_head(sending, &said, to);
    size_t head = to->length - start;
    if (sending->fault == CMB_FAULT_BAD_CHUNKS)
        cmb_buffer_add(to, CMB_TEXT("many\r\n"));
    cmb_buffer_add(to, said.body);
    cmb_buffer_clear(&packed);
    if (cmb_buffer_is_whole(to))
        to->length = start + length_sent(sending->fault, head, to->length - start);
    return ending_of(sending->fault);
}
