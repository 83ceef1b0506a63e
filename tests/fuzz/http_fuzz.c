/* Can any bytes from a server break the reader of answers, or make it answer two things?
 *
 * The first byte chooses what is expected and how the rest is cut.  Each input is read whole and in
 * pieces; both readings must come to the same answer, or both fail.  (Which of two faults is named
 * may depend on the cut: the parser reports a part of a header before it has seen the rest.) */
#include "transport/http.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static struct cmb_http whole, cut;

static int read_in_steps(struct cmb_http *http, const struct cmb_http_expect *expect,
                         const char *bytes, size_t length, size_t step, size_t *ret_used)
{
    int status = CAMBIST_AGAIN;
    *ret_used = 0;
    cmb_http_start(http, expect);
    for (size_t at = 0; at < length && status == CAMBIST_AGAIN; at += step) {
        size_t used;
        status = cmb_http_read(http, bytes + at, length - at < step ? length - at : step, &used);
        *ret_used += used;
    }
    return status == CAMBIST_AGAIN ? cmb_http_end(http) : status;
}

static void check(bool is_right)
{
    if (!is_right)
        abort();
}

static void check_alike(size_t used_whole, size_t used_cut)
{
    check(used_whole == used_cut);
    check(cmb_http_status(&whole) == cmb_http_status(&cut));
    check(cmb_http_may_keep(&whole) == cmb_http_may_keep(&cut));
    check(cmb_text_is(cmb_buffer_text(&whole.body), cmb_buffer_text(&cut.body)));
    check(whole.header_count == cut.header_count);
    for (size_t i = 0; i < whole.header_count; i++) {
        check(cmb_text_is(whole.headers[i].name, cut.headers[i].name));
        check(cmb_text_is(whole.headers[i].value, cut.headers[i].value));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length < 1)
        return 0;
    if (!whole.text.ceiling) {
        cmb_http_init(&whole);
        cmb_http_init(&cut);
    }
    struct cmb_http_expect expect = { .body_bytes_most = (bytes[0] & 4) ? 40 : 1 << 20,
                                      .is_head = bytes[0] & 1,
                                      .may_upgrade = (bytes[0] & 2) != 0 };
    const char *text = (const char *)bytes + 1;
    size_t used_whole, used_cut;
    int status = read_in_steps(&whole, &expect, text, length - 1, length, &used_whole);
    int status_cut =
        read_in_steps(&cut, &expect, text, length - 1, 1u + (bytes[0] >> 3), &used_cut);
    check((status == CAMBIST_OK) == (status_cut == CAMBIST_OK));
    check(status != CAMBIST_AGAIN && (status == CAMBIST_OK) == (whole.reason == NULL));
    check(whole.body.length <= expect.body_bytes_most + 1);
    if (status == CAMBIST_OK)
        check_alike(used_whole, used_cut);
    return 0;
}
