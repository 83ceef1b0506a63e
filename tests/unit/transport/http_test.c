/* Is every well-formed answer read, wherever it is cut, and every other one refused? */
#include "transport/http.h"

#include "support/test.h"

#include <stdlib.h>

static struct cmb_http http;

__attribute__((constructor)) static void init_reader(void)
{
    cmb_http_init(&http);
}

/* Reads `text` in pieces of `step` bytes; `is_end`: then the connection ends. */
static int read_in_steps(const char *text, size_t length, size_t step, bool is_end,
                         const struct cmb_http_expect *expect)
{
    size_t used;
    int status = CAMBIST_AGAIN;
    cmb_http_start(&http, expect);
    for (size_t at = 0; at < length && status == CAMBIST_AGAIN; at += step)
        status = cmb_http_read(&http, text + at, length - at < step ? length - at : step, &used);
    return is_end && status == CAMBIST_AGAIN ? cmb_http_end(&http) : status;
}

static int read_whole(const char *text, const struct cmb_http_expect *expect)
{
    return read_in_steps(text, strlen(text), 1 << 20, true, expect);
}

#define ASSERT_STATUS(text, expected) ASSERT_NUMBER(read_whole(text, NULL), expected)

static bool body_is(const char *text)
{
    return cmb_text_is(cmb_buffer_text(&http.body), cmb_text_of(text));
}

static bool header_is(const char *name, const char *value)
{
    struct cmb_text found = cmb_header_find(http.headers, http.header_count, cmb_text_of(name));
    return value ? cmb_text_is(found, cmb_text_of(value)) : found.at == NULL;
}

static void reads_a_plain_answer(void)
{
    ASSERT_STATUS("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                  "X-MBX-USED-WEIGHT-1M:  7 \r\nContent-Length: 2\r\n\r\n{}",
                  CAMBIST_OK);
    ASSERT_NUMBER(cmb_http_status(&http), 200);
    CU_ASSERT(body_is("{}") && cmb_http_may_keep(&http));
    CU_ASSERT(header_is("x-mbx-used-weight-1m", "7"));
    CU_ASSERT(header_is("content-TYPE", "application/json"));
    CU_ASSERT(header_is("retry-after", NULL));
    ASSERT_NUMBER(http.header_count, 3);
}

static void keeps_duplicate_headers_in_order(void)
{
    ASSERT_STATUS("HTTP/1.1 429 Slow\r\nA: 1\r\nA: 2\r\nContent-Length: 0\r\n\r\n", CAMBIST_OK);
    CU_ASSERT(header_is("a", "1"));
    CU_ASSERT(cmb_text_is(http.headers[1].value, CMB_TEXT("2")));
    ASSERT_NUMBER(cmb_http_status(&http), 429);
}

static void says_whether_the_connection_may_be_kept(void)
{
    ASSERT_STATUS("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", CAMBIST_OK);
    CU_ASSERT(!cmb_http_may_keep(&http));
    ASSERT_STATUS("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", CAMBIST_OK);
    CU_ASSERT(!cmb_http_may_keep(&http));
    ASSERT_STATUS("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
                  CAMBIST_OK);
    CU_ASSERT(cmb_http_may_keep(&http));
    ASSERT_STATUS("HTTP/1.1 200 OK\r\n\r\nuntil the end", CAMBIST_OK);
    CU_ASSERT(!cmb_http_may_keep(&http) && body_is("until the end"));
}

static void knows_answers_without_a_body(void)
{
    ASSERT_STATUS("HTTP/1.1 204 No Content\r\n\r\n", CAMBIST_OK);
    ASSERT_STATUS("HTTP/1.1 304 Not Modified\r\nContent-Length: 99999999999\r\n\r\n", CAMBIST_OK);
    CU_ASSERT(body_is(""));
    struct cmb_http_expect head = { .is_head = true };
    ASSERT_NUMBER(read_whole("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n", &head), CAMBIST_OK);
    CU_ASSERT(body_is("") && cmb_http_may_keep(&http));
}

static void skips_interim_answers(void)
{
    ASSERT_STATUS("HTTP/1.1 100 Continue\r\nX: interim\r\n\r\nHTTP/1.1 103 Hints\r\nLink: a\r\n\r\n"
                  "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1",
                  CAMBIST_OK);
    ASSERT_NUMBER(cmb_http_status(&http), 200);
    CU_ASSERT(body_is("1") && header_is("x", NULL));
    ASSERT_STATUS("HTTP/1.1 100 Continue\r\n\r\n", CAMBIST_GARBLED);
    ASSERT_STATUS("HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
                  CAMBIST_GARBLED);
}

static void hands_a_redirect_over_like_any_answer(void)
{
    ASSERT_STATUS("HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\n"
                  "Content-Length: 0\r\n\r\n",
                  CAMBIST_OK);
    ASSERT_NUMBER(cmb_http_status(&http), 302);
}

static void stops_at_an_upgrade_and_leaves_the_first_frame(void)
{
    struct cmb_http_expect expect = { .may_upgrade = true };
    static const char text[] = "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n"
                               "Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n\x81\x02hi";
    size_t used;
    cmb_http_start(&http, &expect);
    ASSERT_NUMBER(cmb_http_read(&http, text, sizeof text - 1, &used), CAMBIST_OK);
    ASSERT_NUMBER(used, sizeof text - 1 - 4);
    CU_ASSERT(header_is("sec-websocket-accept", "x"));
}

static void tells_where_the_answer_ends(void)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK";
    size_t used;
    cmb_http_start(&http, NULL);
    ASSERT_NUMBER(cmb_http_read(&http, text, sizeof text - 1, &used), CAMBIST_OK);
    ASSERT_NUMBER(used, sizeof text - 1 - 15);
    static const char chunked[] =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nrest";
    cmb_http_start(&http, NULL);
    ASSERT_NUMBER(cmb_http_read(&http, chunked, sizeof chunked - 1, &used), CAMBIST_OK);
    ASSERT_NUMBER(used, sizeof chunked - 1 - 4);
}

static void refuses_what_is_not_an_answer(void)
{
    static const char *const texts[] = {
        "",
        "<html>busy</html>",
        "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 OK\r\n\r\n",
        "HTTP/1.1 042 Odd\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}abc\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nBad Name: x\r\nContent-Length: 0\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ASSERT_STATUS(texts[i], CAMBIST_GARBLED);
        CU_ASSERT(http.reason != NULL);
    }
}

/* --- ceilings --- */

static char *repeated(const char *start, const char *part, size_t count, const char *end)
{
    struct cmb_buffer text;
    cmb_buffer_init(&text, 1 << 26);
    cmb_buffer_add(&text, cmb_text_of(start));
    for (size_t i = 0; i < count; i++)
        cmb_buffer_add(&text, cmb_text_of(part));
    cmb_buffer_add(&text, cmb_text_of(end));
    cmb_buffer_string(&text);
    return text.at;
}

static void has_a_ceiling_for_headers(void)
{
    char *long_value = repeated("HTTP/1.1 200 OK\r\nA: ", "x", 70000, "\r\n\r\n");
    ASSERT_STATUS(long_value, CAMBIST_TOO_LARGE);
    free(long_value);
    char *many = repeated("HTTP/1.1 200 OK\r\n", "A: b\r\n", 129, "Content-Length: 0\r\n\r\n");
    ASSERT_STATUS(many, CAMBIST_TOO_LARGE);
    free(many);
    char *enough = repeated("HTTP/1.1 200 OK\r\n", "A: b\r\n", 127, "Content-Length: 0\r\n\r\n");
    ASSERT_STATUS(enough, CAMBIST_OK);
    free(enough);
    char *interim = repeated("", "HTTP/1.1 100 Go\r\nAbcdefgh: ijklmnop\r\n\r\n", 9000, "");
    ASSERT_STATUS(interim, CAMBIST_TOO_LARGE);
    free(interim);
    char *trailers = repeated("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
                              "Abcdefgh: ijklmnop\r\n", 9000, "\r\n");
    ASSERT_STATUS(trailers, CAMBIST_TOO_LARGE);
    free(trailers);
}

static void believes_no_trailer(void)
{
    ASSERT_STATUS("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n"
                  "Retry-After: 9\r\n\r\n",
                  CAMBIST_OK);
    CU_ASSERT(header_is("retry-after", NULL));
}

static void has_a_ceiling_for_the_body(void)
{
    struct cmb_http_expect five = { .body_bytes_most = 5 };
    ASSERT_NUMBER(read_whole("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345", &five),
                  CAMBIST_OK);
    ASSERT_NUMBER(read_whole("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", &five),
                  CAMBIST_TOO_LARGE);
    ASSERT_NUMBER(read_whole("HTTP/1.1 200 OK\r\n\r\n123456", &five), CAMBIST_TOO_LARGE);
    ASSERT_NUMBER(read_whole("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "3\r\n123\r\n3\r\n456\r\n0\r\n\r\n",
                             &five),
                  CAMBIST_TOO_LARGE);
    ASSERT_NUMBER(read_whole("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", NULL),
                  CAMBIST_TOO_LARGE);
}

/* --- compression --- */

/* An answer with `body` compressed; bits as zlib counts them: 31 gzip, 15 zlib, -15 bare. */
static size_t pack(const char *body, size_t length, int bits, const char *name, char *to,
                   size_t size)
{
    size_t capacity = length + length / 1000 + 256;
    unsigned char *packed = malloc(capacity);
    z_stream stream = { 0 };
    deflateInit2(&stream, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = (Bytef *)(uintptr_t)body;
    stream.avail_in = (uInt)length;
    stream.next_out = packed;
    stream.avail_out = (uInt)capacity;
    CU_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    size_t got = stream.total_out;
    deflateEnd(&stream);
    int head = snprintf(to, size,
                        "HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        name, got);
    memcpy(to + head, packed, got);
    free(packed);
    return (size_t)head + got;
}

static void inflates_what_servers_send(void)
{
    static const struct {
        int bits;
        const char *name;
    } kinds[] = { { 31, "gzip" }, { 31, "X-GZip" }, { 15, "deflate" }, { -15, "deflate" } };
    static const char body[] = "{\"bids\":[[\"1.0\",\"2.0\"],[\"1.0\",\"2.0\"],[\"1.0\",\"2.0\"]]}";
    char text[1024];
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t length =
            pack(body, sizeof body - 1, kinds[i].bits, kinds[i].name, text, sizeof text);
        for (size_t step = 1; step <= length; step++) {
            ASSERT_NUMBER(read_in_steps(text, length, step, false, NULL), CAMBIST_OK);
            CU_ASSERT(body_is(body));
        }
    }
}

static void refuses_compression_that_ends_early(void)
{
    char text[1024];
    size_t length = pack("some body", 9, 31, "gzip", text, sizeof text);
    char *number = strstr(text, "Content-Length: ") + 16;
    for (int cut = 1; cut < 29; cut++) { /* fewer bytes, with a length that agrees */
        char shorter[1024];
        int head = snprintf(shorter, sizeof shorter,
                            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
                            "Content-Length: %d\r\n\r\n",
                            cut);
        const char *packed = strstr(number, "\r\n\r\n") + 4;
        if (packed + cut >= text + length)
            break;
        memcpy(shorter + head, packed, (size_t)cut);
        ASSERT_NUMBER(read_in_steps(shorter, (size_t)(head + cut), 4096, true, NULL),
                      CAMBIST_GARBLED);
    }
}

static void stops_an_inflating_bomb(void)
{
    size_t size = 8 << 20;
    char *zeros = calloc(1, size);
    char *text = malloc(1 << 20);
    size_t length = pack(zeros, size, 31, "gzip", text, 1 << 20);
    ASSERT_NUMBER(read_in_steps(text, length, 1 << 20, true, NULL), CAMBIST_TOO_LARGE);
    CU_ASSERT(http.body.length <= CMB_INFLATE_RATIO_MOST * (length + 100));
    struct cmb_http_expect small = { .body_bytes_most = 20000 };
    ASSERT_NUMBER(read_in_steps(text, length, 1 << 20, true, &small), CAMBIST_TOO_LARGE);
    ASSERT_NUMBER(pack(zeros, 20000, 31, "gzip", text, 1 << 20) > 0, 1);
    length = pack(zeros, 20000, 31, "gzip", text, 1 << 20);
    ASSERT_NUMBER(read_in_steps(text, length, 1 << 20, true, &small), CAMBIST_OK);
    ASSERT_NUMBER(http.body.length, 20000);
    free(zeros);
    free(text);
}

/* --- cuts --- */

static void does_not_depend_on_where_bytes_are_cut(void)
{
    static const char text[] =
        "HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n"
        "HTTP/1.1 200 All right\r\nServer: x\r\nTransfer-Encoding: chunked\r\n"
        "X-Empty:\r\nRetry-After: 3\r\n\r\n4;ext=1\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\nT: 1\r\n\r\n";
    size_t length = sizeof text - 1;
    for (size_t cut = 1; cut < length; cut++) {
        size_t used;
        cmb_http_start(&http, NULL);
        ASSERT_NUMBER(cmb_http_read(&http, text, cut, &used), CAMBIST_AGAIN);
        ASSERT_NUMBER(cmb_http_read(&http, text + cut, length - cut, &used), CAMBIST_OK);
        ASSERT_NUMBER(used, length - cut);
        CU_ASSERT(body_is("{\"a\":1}") && header_is("retry-after", "3") &&
                  header_is("x-empty", ""));
        ASSERT_NUMBER(http.header_count, 4);
    }
    for (size_t step = 1; step < length; step++)
        ASSERT_NUMBER(read_in_steps(text, length, step, false, NULL), CAMBIST_OK);
}

static void every_early_end_is_garbled(void)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd";
    for (size_t end = 0; end < sizeof text - 1; end++)
        ASSERT_NUMBER(read_in_steps(text, end, 4096, true, NULL), CAMBIST_GARBLED);
}

static void answers_the_same_after_a_failure(void)
{
    size_t used;
    ASSERT_STATUS("nonsense", CAMBIST_GARBLED);
    ASSERT_NUMBER(cmb_http_read(&http, "HTTP/1.1 200 OK\r\n", 17, &used), CAMBIST_GARBLED);
    ASSERT_NUMBER(used, 0);
    ASSERT_NUMBER(cmb_http_end(&http), CAMBIST_GARBLED);
}

static void releases_large_buffers(void)
{
    char *text = repeated("HTTP/1.1 200 OK\r\n\r\n", "0123456789", 100000, "");
    ASSERT_STATUS(text, CAMBIST_OK);
    ASSERT_NUMBER(http.body.length, 1000000);
    cmb_http_start(&http, NULL);
    ASSERT_NUMBER(http.body.capacity, 0);
    free(text);
    cmb_http_clear(&http);
    cmb_http_clear(&http);
}

TEST_SUITE("transport/http", { "reads a plain answer", reads_a_plain_answer },
           { "keeps duplicate headers in order", keeps_duplicate_headers_in_order },
           { "says whether the connection may be kept", says_whether_the_connection_may_be_kept },
           { "knows answers without a body", knows_answers_without_a_body },
           { "skips interim answers", skips_interim_answers },
           { "hands a redirect over like any answer", hands_a_redirect_over_like_any_answer },
           { "stops at an upgrade and leaves the first frame",
             stops_at_an_upgrade_and_leaves_the_first_frame },
           { "tells where the answer ends", tells_where_the_answer_ends },
           { "refuses what is not an answer", refuses_what_is_not_an_answer },
           { "has a ceiling for headers", has_a_ceiling_for_headers },
           { "believes no trailer", believes_no_trailer },
           { "has a ceiling for the body", has_a_ceiling_for_the_body },
           { "inflates what servers send", inflates_what_servers_send },
           { "refuses compression that ends early", refuses_compression_that_ends_early },
           { "stops an inflating bomb", stops_an_inflating_bomb },
           { "does not depend on where bytes are cut", does_not_depend_on_where_bytes_are_cut },
           { "every early end is garbled", every_early_end_is_garbled },
           { "answers the same after a failure", answers_the_same_after_a_failure },
           { "releases large buffers", releases_large_buffers })
