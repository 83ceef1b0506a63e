/* Does the codec keep RFC 6455, on both sides, wherever the bytes are cut?
 *
 * A case is written in one line.  The wire is frames: the first byte in hex, a colon, the payload
 * (%NN is a byte, *N stands for N times "x"); "!" before it masks it the wrong way round, "=" means
 * raw bytes in hex, in which "m" stands for the mask bit of the role and "M" for its key.  What has
 * to come out is messages in order, and the close code of a refusal at the end. */
#include "transport/frame.h"

#include "support/allocations.h"
#include "support/test.h"

#include <stdlib.h>

enum { WIRE_MOST = 400000 };

struct wire_case {
    const char *wire, *expected;
    size_t message_bytes_most;
    bool may_deflate;
};

static const unsigned char mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
static char wire[WIRE_MOST], scratch[WIRE_MOST];
static struct cmb_buffer got;

static int hex_of(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static size_t expand(const char *at, size_t length, char *to)
{
    size_t size = 0;
    if (length && at[0] == '*') {
        size = strtoul(at + 1, NULL, 10);
        memset(to, 'x', size);
        return size;
    }
    for (size_t i = 0; i < length; i++) {
        bool is_escape = at[i] == '%';
        to[size++] = at[i];
        if (is_escape)
            to[size - 1] = (char)(hex_of(at[i + 1]) << 4 | hex_of(at[i + 2]));
        i += is_escape ? 2 : 0;
    }
    return size;
}

static size_t expand_raw(const char *at, size_t length, bool is_masked, char *to)
{
    size_t size = 0;
    for (size_t i = 0; i < length; i++) {
        if (is_hex(at[i]) && i + 1 < length && is_hex(at[i + 1])) {
            to[size++] = (char)(hex_of(at[i]) << 4 | hex_of(at[i + 1]));
            i++;
        } else if (at[i] == 'm') { /* of the byte before it */
            to[size - 1] = (char)(to[size - 1] | (is_masked ? 0x80 : 0));
        } else if (at[i] == 'M' && is_masked) {
            memcpy(to + size, mask, 4);
            size += 4;
        }
    }
    return size;
}

static size_t expand_frame(const char *at, size_t length, bool is_masked, char *to)
{
    static char payload[WIRE_MOST];
    size_t size = expand(at + 3, length - 3, payload);
    struct cmb_frame_shape shape = { .kind = CMB_FRAME_TEXT, .mask = is_masked ? mask : NULL };
    size_t head = cmb_frame_write_head(&shape, size, (unsigned char *)to);
    to[0] = (char)(hex_of(at[0]) << 4 | hex_of(at[1]));
    for (size_t i = 0; i < size; i++)
        to[head + i] = is_masked ? (char)(payload[i] ^ (char)mask[i & 3]) : payload[i];
    return head + size;
}

static size_t expand_wire(const char *text, enum cmb_frame_role role)
{
    bool is_masked = role == CMB_FRAME_SERVER;
    size_t size = 0;
    for (struct cmb_text left = cmb_text_of(text), word; left.at;) {
        left = cmb_text_cut(left, ' ', &word);
        if (!word.length)
            continue;
        if (word.at[0] == '=')
            size += expand_raw(word.at + 1, word.length - 1, is_masked, wire + size);
        else if (word.at[0] == '!')
            size += expand_frame(word.at + 1, word.length - 1, !is_masked, wire + size);
        else
            size += expand_frame(word.at, word.length, is_masked, wire + size);
    }
    return size;
}

/* --- what comes out, in the words of the cases --- */

static bool is_all_x(struct cmb_text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] != 'x')
            return false;
    return true;
}

static void note_payload(struct cmb_text payload)
{
    if (payload.length > 60 && is_all_x(payload)) {
        cmb_buffer_addf(&got, "*%zu", payload.length);
        return;
    }
    for (size_t i = 0; i < payload.length; i++)
        if (payload.at[i] > ' ' && payload.at[i] < 0x7f)
            cmb_buffer_add_char(&got, payload.at[i]);
        else
            cmb_buffer_addf(&got, "%%%02x", (unsigned char)payload.at[i]);
}

static const char *word_of(enum cmb_frame_kind kind)
{
    return kind == CMB_FRAME_TEXT     ? "text"
           : kind == CMB_FRAME_BINARY ? "binary"
           : kind == CMB_FRAME_CLOSE  ? "close"
           : kind == CMB_FRAME_PING   ? "ping"
                                      : "pong";
}

static void note(const struct cmb_frame *frame)
{
    cmb_buffer_addf(&got, "%s%s%s:", got.length ? " " : "", frame->is_deflated ? "packed-" : "",
                    word_of(frame->kind));
    if (frame->kind == CMB_FRAME_CLOSE)
        cmb_buffer_addf(&got, "%u:", frame->close_code);
    note_payload(frame->payload);
}

/* Feeds `length` bytes at `bytes`, as they would lie in a read buffer. */
static int feed(struct cmb_frame_reader *reader, const char *bytes, size_t length)
{
    size_t at = 0, used;
    struct cmb_frame frame;
    memcpy(scratch, bytes, length);
    for (;;) {
        int status = cmb_frame_read(reader, scratch + at, length - at, &used, &frame);
        at += used;
        CU_ASSERT(at <= length && (status != CAMBIST_AGAIN || at == length));
        if (status != CAMBIST_OK)
            return status;
        note(&frame);
    }
}

/* Reads the wire in a first piece of `first` bytes and further ones of `step`. */
static const char *read_cut(const struct wire_case *one, enum cmb_frame_role role, size_t size,
                            size_t first, size_t step)
{
    static struct cmb_frame_reader reader;
    struct cmb_frame_rules rules = { role, one->message_bytes_most, one->may_deflate };
    cmb_frame_reader_clear(&reader);
    cmb_frame_reader_init(&reader, &rules);
    cmb_buffer_reset(&got);
    got.ceiling = WIRE_MOST;
    int status = feed(&reader, wire, first);
    for (size_t at = first; at < size && status == CAMBIST_AGAIN; at += step)
        status = feed(&reader, wire + at, size - at < step ? size - at : step);
    if (status == CAMBIST_GARBLED || status == CAMBIST_TOO_LARGE)
        cmb_buffer_addf(&got, "%s%u", got.length ? " " : "", reader.close_code);
    else if (status == CAMBIST_AGAIN && cmb_frame_is_inside(&reader))
        cmb_buffer_addf(&got, "%s...", got.length ? " " : "");
    cmb_frame_reader_clear(&reader);
    return cmb_buffer_string(&got);
}

static void check(const struct wire_case *one, enum cmb_frame_role role)
{
    size_t size = expand_wire(one->wire, role), failures = 0;
    size_t stride = size > 2000 ? size / 97 : 1;
    for (size_t first = 0; first <= size; first += stride)
        failures += strcmp(read_cut(one, role, size, first, size), one->expected) != 0;
    for (size_t step = 1; step < 20; step += 3)
        failures += strcmp(read_cut(one, role, size, 0, step), one->expected) != 0;
    if (failures)
        printf("\n    %s \"%s\": \"%s\", not \"%s\"",
               role == CMB_FRAME_CLIENT ? "client" : "server", one->wire,
               read_cut(one, role, size, size, 1), one->expected);
    CU_ASSERT(failures == 0);
}

static void check_all(const struct wire_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check(&cases[i], CMB_FRAME_CLIENT);
        check(&cases[i], CMB_FRAME_SERVER);
    }
}

#define CHECK_ALL(cases) check_all((cases), sizeof(cases) / sizeof *(cases))

static void reads_messages_of_all_lengths(void)
{
    static const struct wire_case cases[] = {
        { "", "" },
        { "81:Hello", "text:Hello" },
        { "82:Hello", "binary:Hello" },
        { "81:", "text:" },
        { "82:", "binary:" },
        { "82:%00", "binary:%00" },
        { "81:x", "text:x" },
        { "82:%ff%fe%80", "binary:%ff%fe%80" },
        { "81:*124", "text:*124" },
        { "81:*125", "text:*125" },
        { "81:*126", "text:*126" },
        { "81:*127", "text:*127" },
        { "81:*128", "text:*128" },
        { "82:*255", "binary:*255" },
        { "82:*256", "binary:*256" },
        { "82:*65535", "binary:*65535" },
        { "82:*65536", "binary:*65536" },
        { "81:*65537", "text:*65537" },
        { "81:a 82:b 81:c", "text:a binary:b text:c" },
        { "81: 81: 82:", "text: text: binary:" },
        { "81:*200 81:*300 82:*126", "text:*200 text:*300 binary:*126" },
        { "81:a 89:b 8a:c 81:d", "text:a ping:b pong:c text:d" },
    };
    CHECK_ALL(cases);
}

static void joins_fragments(void)
{
    static const struct wire_case cases[] = {
        { "01:Hel 80:lo", "text:Hello" },
        { "02:Hel 80:lo", "binary:Hello" },
        { "01:a 00:b 00:c 80:d", "text:abcd" },
        { "01: 80:", "text:" },
        { "02: 00: 00: 80:", "binary:" },
        { "01: 80:x", "text:x" },
        { "01:x 80:", "text:x" },
        { "01: 00: 00:x 00: 80:", "text:x" },
        { "02:*70000 00:*70000 80:*1", "binary:*140001" },
        { "01:a 80:b 01:c 80:d", "text:ab text:cd" },
        { "01:a 80:b 81:c", "text:ab text:c" },
        { "81:a 02:b 80:c 89:d", "text:a binary:bc ping:d" },
        { "01:Hel", "..." },
        { "01:Hel 00:lo", "..." },
        { "=8105mM", "..." },
        { "=8105m", "..." },
        { "81:a =81", "text:a ..." },
    };
    CHECK_ALL(cases);
}

static void hands_out_controls_in_between(void)
{
    static const struct wire_case cases[] = {
        { "89:", "ping:" },
        { "8a:", "pong:" },
        { "89:Hello", "ping:Hello" },
        { "8a:Hello", "pong:Hello" },
        { "89:%00%ff%fe%fd", "ping:%00%ff%fe%fd" },
        { "89:*125", "ping:*125" },
        { "8a:*125", "pong:*125" },
        { "89:1 89:2 89:3", "ping:1 ping:2 ping:3" },
        { "01:Hel 89:p 80:lo", "ping:p text:Hello" },
        { "01:Hel 8a:p 80:lo", "pong:p text:Hello" },
        { "01:H 89:1 00:e 89:2 00:l 8a:3 80:lo", "ping:1 ping:2 pong:3 text:Hello" },
        { "01: 89: 80:", "ping: text:" },
        { "01:%ce 89:x 80:%ba", "ping:x text:%ce%ba" },
        { "02:a 88:%03%e8", "close:1000:" },
    };
    CHECK_ALL(cases);
}

static void refuses_reserved_bits_and_opcodes(void)
{
    static const struct wire_case cases[] = {
        { "c1:x", "1002" },
        { "a1:x", "1002" },
        { "91:x", "1002" },
        { "f1:x", "1002" },
        { "c2:x", "1002" },
        { "e2:x", "1002" },
        { "c9:x", "1002" },
        { "a9:", "1002" },
        { "9a:", "1002" },
        { "d8:", "1002" },
        { "41:x", "1002" },
        { "01:a c0:b", "1002" },
        { "01:a 40:b", "1002" },
        { "83:", "1002" },
        { "84:x", "1002" },
        { "85:x", "1002" },
        { "86:", "1002" },
        { "87:*126", "1002" },
        { "8b:", "1002" },
        { "8c:", "1002" },
        { "8d:x", "1002" },
        { "8e:", "1002" },
        { "8f:x", "1002" },
        { "03:x", "1002" },
        { "0b:", "1002" },
        { "81:a 83:b", "text:a 1002" },
        { "81:a c1:b", "text:a 1002" },
        { "01:a 8f:", "1002" },
        { "89:p 93:", "ping:p 1002" },
    };
    CHECK_ALL(cases);
}

static void refuses_bad_order(void)
{
    static const struct wire_case cases[] = {
        { "80:x", "1002" },
        { "00:x", "1002" },
        { "80:", "1002" },
        { "00: 81:x", "1002" },
        { "81:a 80:b", "text:a 1002" },
        { "81:a 00:b", "text:a 1002" },
        { "01:a 80:b 80:c", "text:ab 1002" },
        { "01:a 81:b", "1002" },
        { "01:a 01:b", "1002" },
        { "01:a 82:b", "1002" },
        { "02:a 02:b", "1002" },
        { "02:a 81:b", "1002" },
        { "01:a 89:p 81:b", "ping:p 1002" },
    };
    CHECK_ALL(cases);
}

static void refuses_the_wrong_mask(void)
{
    static const struct wire_case cases[] = {
        { "!81:x", "1002" },
        { "!82:", "1002" },
        { "!89:", "1002" },
        { "!88:%03%e8", "1002" },
        { "81:a !81:b", "text:a 1002" },
        { "01:a !80:b", "1002" },
        { "!8a:*125", "1002" },
        { "!81:*126", "1002" },
        { "!82:*65536", "1002" },
    };
    CHECK_ALL(cases);
}

static void refuses_bad_controls(void)
{
    static const struct wire_case cases[] = {
        { "09:", "1002" },         { "0a:x", "1002" },      { "08:%03%e8", "1002" },
        { "89:*126", "1002" },     { "8a:*126", "1002" },   { "88:*126", "1002" },
        { "89:*65536", "1002" },   { "01:a 09:p", "1002" }, { "01:a 89:*126", "1002" },
        { "=897em007dM", "1002" },
    };
    CHECK_ALL(cases);
}

static void refuses_bad_lengths(void)
{
    static const struct wire_case cases[] = {
        { "=827em0000M", "1002" },
        { "=827em007dM", "1002" },
        { "=827fm0000000000000000M", "1002" },
        { "=827fm000000000000007dM", "1002" },
        { "=827fm000000000000ffffM", "1002" },
        { "=827fm8000000000000000M", "1002" },
        { "=827fmffffffffffffffffM", "1002" },
        { "=827fm7fffffffffffffffM", "1009" },
        { "=827fm0000000001000001M", "1009" },
        { "=827fm0000000001000000M", "..." },
        { "=827em007eM", "..." },
        { "=827fm0000000000010000M", "..." },
    };
    CHECK_ALL(cases);
}

static void holds_the_ceiling(void)
{
    static const struct wire_case cases[] = {
        { "81:*10", "text:xxxxxxxxxx", 10 },
        { "81:*11", "1009", 10 },
        { "82:*11", "1009", 10 },
        { "01:*5 80:*5", "text:xxxxxxxxxx", 10 },
        { "01:*5 80:*6", "1009", 10 },
        { "01:*10 80:", "text:xxxxxxxxxx", 10 },
        { "01:*10 00:x", "1009", 10 },
        { "01:*5 89:*100 80:*5", "ping:*100 text:xxxxxxxxxx", 10 },
        { "81:*10 81:*10 81:*11", "text:xxxxxxxxxx text:xxxxxxxxxx 1009", 10 },
        { "82:*126", "1009", 125 },
        { "82:*70000", "binary:*70000", 70000 },
        { "82:*70001", "1009", 70000 },
        { "02:*60000 80:*10001", "1009", 70000 },
        { "89:*125", "ping:*125", 1 },
    };
    CHECK_ALL(cases);
}

static void reads_closes(void)
{
    static const struct wire_case cases[] = {
        { "88:", "close:1005:" },
        { "88:%03%e8", "close:1000:" },
        { "88:%03%e8bye", "close:1000:bye" },
        { "88:%03%e9", "close:1001:" },
        { "88:%03%ea", "close:1002:" },
        { "88:%03%eb", "close:1003:" },
        { "88:%03%ef", "close:1007:" },
        { "88:%03%f0", "close:1008:" },
        { "88:%03%f1", "close:1009:" },
        { "88:%03%f2", "close:1010:" },
        { "88:%03%f3", "close:1011:" },
        { "88:%03%f4", "close:1012:" },
        { "88:%03%f5", "close:1013:" },
        { "88:%03%f6", "close:1014:" },
        { "88:%0b%b8", "close:3000:" },
        { "88:%0f%9f", "close:3999:" },
        { "88:%0f%a0", "close:4000:" },
        { "88:%13%87", "close:4999:" },
        { "88:%03%e8%e2%82%ac", "close:1000:%e2%82%ac" },
        { "88:%03%e8 81:late 88:", "close:1000:" },
        { "88: 83:broken", "close:1005:" },
        { "88:%00", "1002" },
        { "88:%03", "1002" },
        { "88:%00%00", "1002" },
        { "88:%03%e7", "1002" },
        { "88:%03%ec", "1002" },
        { "88:%03%ed", "1002" },
        { "88:%03%ee", "1002" },
        { "88:%03%f7", "1002" },
        { "88:%03%f8", "1002" },
        { "88:%04%4c", "1002" },
        { "88:%07%d0", "1002" },
        { "88:%0b%b7", "1002" },
        { "88:%13%88", "1002" },
        { "88:%ff%ff", "1002" },
        { "88:%03%e8%ff", "1007" },
        { "88:%03%e8%ce", "1007" },
        { "88:%03%e8a%ed%a0%80", "1007" },
        { "88:%03%ee%ff", "1002" },
    };
    CHECK_ALL(cases);
}

static void takes_only_utf8_in_texts(void)
{
    static const struct wire_case cases[] = {
        { "81:%ce%ba%e1%bd%b9%cf%83", "text:%ce%ba%e1%bd%b9%cf%83" },
        { "81:%00", "text:%00" },
        { "81:%7f", "text:%7f" },
        { "81:%c2%80", "text:%c2%80" },
        { "81:%df%bf", "text:%df%bf" },
        { "81:%e0%a0%80", "text:%e0%a0%80" },
        { "81:%ed%9f%bf", "text:%ed%9f%bf" },
        { "81:%ee%80%80", "text:%ee%80%80" },
        { "81:%ef%bf%bd", "text:%ef%bf%bd" },
        { "81:%ef%bf%bf", "text:%ef%bf%bf" },
        { "81:%f0%90%80%80", "text:%f0%90%80%80" },
        { "81:%f4%8f%bf%bf", "text:%f4%8f%bf%bf" },
        { "01:%f0 00:%90 00:%80 80:%80", "text:%f0%90%80%80" },
        { "01:a%e2 80:%82%ac", "text:a%e2%82%ac" },
        { "01:%e2%82 00: 80:%ac", "text:%e2%82%ac" },
        { "81:%80", "1007" },
        { "81:%bf", "1007" },
        { "81:a%80b", "1007" },
        { "81:%c0%80", "1007" },
        { "81:%c1%bf", "1007" },
        { "81:%c2", "1007" },
        { "81:%c2a", "1007" },
        { "81:%e0%80%80", "1007" },
        { "81:%e0%9f%bf", "1007" },
        { "81:%e0%a0", "1007" },
        { "81:%ed%a0%80", "1007" },
        { "81:%ed%bf%bf", "1007" },
        { "81:%ed%a0%80%ed%b0%80", "1007" },
        { "81:%f0%80%80%80", "1007" },
        { "81:%f0%8f%bf%bf", "1007" },
        { "81:%f0%90%80", "1007" },
        { "81:%f4%90%80%80", "1007" },
        { "81:%f5%80%80%80", "1007" },
        { "81:%f8%88%80%80%80", "1007" },
        { "81:%fc%84%80%80%80%80", "1007" },
        { "81:%fe", "1007" },
        { "81:%ff", "1007" },
        { "01:%ce 80:a", "1007" },
        { "01:%ce 80:", "1007" },
        { "01:a%ff", "1007" },
        { "01:%f4 00:%90", "1007" },
        { "01:ok 00:%ed%a0 80:%80", "1007" },
        { "81:ok 81:%ff", "text:ok 1007" },
        { "81:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx%ffxxxxxxxxxxxxxxxxxxxxx", "1007" },
        { "82:%ff", "binary:%ff" },
        { "02:%ff 80:%80", "binary:%ff%80" },
        { "89:%ff", "ping:%ff" },
        { "81:%ce 82:x", "1007" },
    };
    CHECK_ALL(cases);
}

static void marks_what_is_packed(void)
{
    static const struct wire_case cases[] = {
        { "c1:%f2H%cd%c9%c9%07%00", "packed-text:%f2H%cd%c9%c9%07%00", 0, true },
        { "c2:%ff", "packed-binary:%ff", 0, true },
        { "81:plain c1:%ff", "text:plain packed-text:%ff", 0, true },
        { "41:%f2H 00:%cd 80:%c9", "packed-text:%f2H%cd%c9", 0, true },
        { "41:%f2 89:p 80:H", "ping:p packed-text:%f2H", 0, true },
        { "c1:%ff 81:%ff", "packed-text:%ff 1007", 0, true },
        { "01:a c0:b", "1002", 0, true },
        { "41:a c0:b", "1002", 0, true },
        { "c9:", "1002", 0, true },
        { "c8:", "1002", 0, true },
        { "ca:x", "1002", 0, true },
        { "e1:x", "1002", 0, true },
        { "a1:x", "1002", 0, true },
    };
    CHECK_ALL(cases);
}

/* --- memory --- */

static void does_not_copy_a_whole_frame(void)
{
    char bytes[] = "\x81\x05Hello\x82\x01y";
    struct cmb_frame_reader reader;
    struct cmb_frame frame;
    size_t used;
    cmb_frame_reader_init(&reader, &(struct cmb_frame_rules){ .role = CMB_FRAME_CLIENT });
    ASSERT_NUMBER(cmb_frame_read(&reader, bytes, 10, &used, &frame), CAMBIST_OK);
    CU_ASSERT(used == 7 && frame.payload.at == bytes + 2 && frame.payload.length == 5);
    ASSERT_NUMBER(cmb_frame_read(&reader, bytes + 7, 3, &used, &frame), CAMBIST_OK);
    CU_ASSERT(used == 3 && frame.payload.at == bytes + 9);
    CU_ASSERT(reader.message.at == NULL);
    cmb_frame_reader_clear(&reader);
}

/* A length is only a word: what is claimed is not allocated. */
static void believes_no_length(void)
{
    char bytes[] = "\x82\x7f\0\0\0\0\0\xff\xff\xff\x01";
    struct cmb_frame_reader reader;
    struct cmb_frame frame;
    size_t used;
    cmb_frame_reader_init(&reader, &(struct cmb_frame_rules){ .role = CMB_FRAME_CLIENT });
    ASSERT_NUMBER(cmb_frame_read(&reader, bytes, 11, &used, &frame), CAMBIST_AGAIN);
    CU_ASSERT(reader.message.capacity <= 4u << 20);
    cmb_frame_reader_clear(&reader);
}

static void repeats_its_refusal(void)
{
    char bytes[] = "\x83\x01xx";
    struct cmb_frame_reader reader;
    struct cmb_frame frame;
    size_t used;
    cmb_frame_reader_init(&reader, &(struct cmb_frame_rules){ .role = CMB_FRAME_CLIENT });
    ASSERT_NUMBER(cmb_frame_read(&reader, bytes, 3, &used, &frame), CAMBIST_GARBLED);
    ASSERT_NUMBER(cmb_frame_read(&reader, bytes, 3, &used, &frame), CAMBIST_GARBLED);
    ASSERT_NUMBER(used, 0);
    ASSERT_NUMBER(reader.close_code, CMB_CLOSE_PROTOCOL);
    ASSERT_TEXT(reader.reason, "an unknown opcode");
    cmb_frame_reader_clear(&reader);
}

#ifndef TEST_CANNOT_COUNT
/* Masked, in fragments and cut: all that may need memory. */
static void allocates_nothing_after_warm_up(void)
{
    static const char text[] = "81:*700 01:*3000 89:p 00:*20 80:*90 82:*70000 88:%03%e8";
    size_t size = expand_wire(text, CMB_FRAME_SERVER), used, frames = 0;
    struct cmb_frame_reader reader;
    struct cmb_frame_rules rules = { .role = CMB_FRAME_SERVER };
    struct cmb_frame frame;
    long before = 0;
    cmb_frame_reader_init(&reader, &rules);
    for (int round = 0; round < 50; round++) {
        if (round == 1)
            before = atomic_load(&test_allocations_ours);
        reader.status = CAMBIST_AGAIN; /* after the close */
        memcpy(scratch, wire, size);
        for (size_t at = 0; at < size && reader.status == CAMBIST_AGAIN; at += used) {
            size_t step = size - at < 1000 ? size - at : 1000;
            frames += cmb_frame_read(&reader, scratch + at, step, &used, &frame) == CAMBIST_OK;
        }
    }
    ASSERT_NUMBER(frames, 50 * 5);
    ASSERT_NUMBER(atomic_load(&test_allocations_ours) - before, 0);
    CU_ASSERT(before > 0);
    cmb_frame_reader_clear(&reader);
}
#else
static void allocates_nothing_after_warm_up(void)
{
    printf("not counted under a sanitizer ... ");
}
#endif

/* --- writing --- */

static void reads_what_it_writes(void)
{
    static const size_t sizes[] = { 0, 1, 125, 126, 127, 65535, 65536, 200000 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes * 2; i++) {
        size_t size = sizes[i / 2], used;
        struct cmb_frame_reader reader;
        struct cmb_frame frame = { 0 };
        struct cmb_buffer written;
        struct cmb_frame_rules rules = { .role = i & 1 ? CMB_FRAME_SERVER : CMB_FRAME_CLIENT };
        struct cmb_frame_shape shape = { .kind = CMB_FRAME_BINARY, .mask = i & 1 ? mask : NULL };
        for (size_t k = 0; k < size; k++)
            wire[k] = (char)(k * 7);
        cmb_buffer_init(&written, WIRE_MOST);
        cmb_frame_reader_init(&reader, &rules);
        CU_ASSERT(cmb_frame_write(&shape, (struct cmb_text){ wire, size }, &written));
        ASSERT_NUMBER(cmb_frame_read(&reader, written.at, written.length, &used, &frame),
                      CAMBIST_OK);
        CU_ASSERT(used == written.length && frame.kind == CMB_FRAME_BINARY);
        CU_ASSERT(cmb_text_is(frame.payload, (struct cmb_text){ wire, size }));
        cmb_buffer_clear(&written);
        cmb_frame_reader_clear(&reader);
    }
}

/* The example of RFC 6455, 5.7. */
static void masks_as_the_standard_does(void)
{
    struct cmb_buffer written;
    cmb_buffer_init(&written, 100);
    struct cmb_frame_shape shape = { .kind = CMB_FRAME_TEXT, .mask = mask };
    CU_ASSERT(cmb_frame_write(&shape, CMB_TEXT("Hello"), &written));
    CU_ASSERT(cmb_text_is(cmb_buffer_text(&written),
                          CMB_TEXT("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")));
    cmb_buffer_clear(&written);
}

static void masks_alike_from_any_position(void)
{
    char from[100], plain[100], turned[100];
    for (size_t i = 0; i < sizeof from; i++)
        from[i] = (char)(i * 31);
    for (size_t length = 0; length <= 90; length++)
        for (uint32_t phase = 0; phase < 8; phase++) {
            for (size_t i = 0; i < length; i++)
                plain[i] = (char)(from[i + phase] ^ (char)mask[(phase + i) & 3]);
            cmb_frame_mask(mask, phase, from + phase, turned, length);
            CU_ASSERT(memcmp(plain, turned, length) == 0);
        }
}

static void cuts_a_reason_between_characters(void)
{
    char reason[200];
    struct cmb_buffer written;
    memset(reason, 'x', sizeof reason);
    memcpy(reason + 122, "\xe2\x82\xac", 3);
    cmb_buffer_init(&written, 400);
    CU_ASSERT(cmb_frame_write_close(NULL, 1000, (struct cmb_text){ reason, 200 }, &written));
    ASSERT_NUMBER(written.length, 2 + 2 + 122);
    cmb_buffer_reset(&written);
    CU_ASSERT(cmb_frame_write_close(NULL, 0, CMB_TEXT("no code, no reason"), &written));
    CU_ASSERT(cmb_text_is(cmb_buffer_text(&written), CMB_TEXT("\x88\0")));
    cmb_buffer_reset(&written);
    CU_ASSERT(cmb_frame_write_close(NULL, 4999, CMB_TEXT("x"), &written));
    CU_ASSERT(cmb_text_is(cmb_buffer_text(&written), CMB_TEXT("\x88\x03\x13\x87x")));
    cmb_buffer_clear(&written);
}

static void a_full_buffer_stays_as_it_was(void)
{
    struct cmb_buffer written;
    struct cmb_frame_shape shape = { .kind = CMB_FRAME_TEXT };
    cmb_buffer_init(&written, 10);
    CU_ASSERT(cmb_frame_write(&shape, CMB_TEXT("12345"), &written));
    CU_ASSERT(!cmb_frame_write(&shape, CMB_TEXT("12"), &written));
    CU_ASSERT(written.length == 7 && cmb_buffer_is_whole(&written));
    CU_ASSERT(cmb_frame_write(&shape, CMB_TEXT("1"), &written));
    ASSERT_NUMBER(written.length, 10);
    cmb_buffer_clear(&written);
}

TEST_SUITE("transport/frame", { "reads messages of all lengths", reads_messages_of_all_lengths },
           { "joins fragments", joins_fragments },
           { "hands out controls in between", hands_out_controls_in_between },
           { "refuses reserved bits and opcodes", refuses_reserved_bits_and_opcodes },
           { "refuses bad order", refuses_bad_order },
           { "refuses the wrong mask", refuses_the_wrong_mask },
           { "refuses bad controls", refuses_bad_controls },
           { "refuses bad lengths", refuses_bad_lengths },
           { "holds the ceiling", holds_the_ceiling }, { "reads closes", reads_closes },
           { "takes only UTF-8 in texts", takes_only_utf8_in_texts },
           { "marks what is packed", marks_what_is_packed },
           { "does not copy a whole frame", does_not_copy_a_whole_frame },
           { "believes no length", believes_no_length },
           { "repeats its refusal", repeats_its_refusal },
           { "allocates nothing after warm-up", allocates_nothing_after_warm_up },
           { "reads what it writes", reads_what_it_writes },
           { "masks as the standard does", masks_as_the_standard_does },
           { "masks alike from any position", masks_alike_from_any_position },
           { "cuts a reason between characters", cuts_a_reason_between_characters },
           { "a full buffer stays as it was", a_full_buffer_stays_as_it_was })
