/* Can any bytes break the reader of frames, or make it read two things?
 *
 * The first byte chooses the rules and how the rest is cut.  Each input is read whole and in
 * pieces, and both readings must say the same; what was read is written again, for the other role,
 * and must be read back. */
#include "transport/frame.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static struct cmb_buffer whole, cut, again, copy;

static void check(bool is_right)
{
    if (!is_right)
        abort();
}

/* Kind, marks and payload of a frame, in a form that has only one reading. */
static void note(struct cmb_buffer *to, const struct cmb_frame *frame)
{
    uint64_t size = frame->payload.length;
    cmb_buffer_add_char(to, (char)((int)frame->kind | (frame->is_deflated ? 16 : 0)));
    cmb_buffer_add(to, (struct cmb_text){ (const char *)&frame->close_code, 2 });
    cmb_buffer_add(to, (struct cmb_text){ (const char *)&size, sizeof size });
    cmb_buffer_add(to, frame->payload);
}

static void write_again(const struct cmb_frame *frame, const struct cmb_frame_rules *rules)
{
    static const unsigned char mask[4] = { 1, 2, 3, 0xfe };
    struct cmb_frame_shape shape = { .kind = frame->kind,
                                     .is_deflated = frame->is_deflated,
                                     .mask = rules->role == CMB_FRAME_CLIENT ? mask : NULL };
    if (frame->kind == CMB_FRAME_CLOSE)
        check(cmb_frame_write_close(shape.mask,
                                    frame->close_code == CMB_CLOSE_NO_CODE ? 0 : frame->close_code,
                                    frame->payload, &again));
    else
        check(cmb_frame_write(&shape, frame->payload, &again));
}

/* Answers the status and the close code as one number. */
static int read_in_steps(const struct cmb_frame_rules *rules, const uint8_t *bytes, size_t length,
                         size_t step, struct cmb_buffer *to, bool is_written)
{
    struct cmb_frame_reader reader;
    struct cmb_frame frame;
    int status = CAMBIST_AGAIN;
    cmb_frame_reader_init(&reader, rules);
    cmb_buffer_reset(&copy);
    cmb_buffer_add(&copy, (struct cmb_text){ (const char *)bytes, length });
    for (size_t at = 0; at < length && status == CAMBIST_AGAIN; at += step) {
        size_t size = length - at < step ? length - at : step, from = 0, used;
        do {
            status = cmb_frame_read(&reader, copy.at + at + from, size - from, &used, &frame);
            from += used;
            check(from <= size && (status != CAMBIST_AGAIN || from == size));
            if (status != CAMBIST_OK)
                break;
            check(frame.payload.length <= reader.rules.message_bytes_most ||
                  frame.kind >= CMB_FRAME_CLOSE);
            note(to, &frame);
            if (is_written)
                write_again(&frame, rules);
        } while (true);
    }
    check(status == CAMBIST_AGAIN || status == CAMBIST_CLOSED || reader.reason != NULL);
    status = status << 16 | reader.close_code;
    cmb_frame_reader_clear(&reader);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length < 1)
        return 0;
    if (!whole.ceiling) {
        cmb_buffer_init(&whole, 1 << 28);
        cmb_buffer_init(&cut, 1 << 28);
        cmb_buffer_init(&again, 1 << 28);
        cmb_buffer_init(&copy, 1 << 28);
    }
    cmb_buffer_reset(&whole);
    cmb_buffer_reset(&cut);
    cmb_buffer_reset(&again);
    struct cmb_frame_rules rules = { .role = bytes[0] & 1 ? CMB_FRAME_CLIENT : CMB_FRAME_SERVER,
                                     .message_bytes_most = bytes[0] & 4 ? 40 : 1 << 20,
                                     .may_deflate = (bytes[0] & 2) != 0 };
    int status = read_in_steps(&rules, bytes + 1, length - 1, length, &whole, true);
    check(read_in_steps(&rules, bytes + 1, length - 1, 1u + (bytes[0] >> 3), &cut, false) ==
          status);
    check(cmb_text_is(cmb_buffer_text(&whole), cmb_buffer_text(&cut)));
    cmb_buffer_reset(&cut);
    rules.role = rules.role == CMB_FRAME_CLIENT ? CMB_FRAME_SERVER : CMB_FRAME_CLIENT;
    status = read_in_steps(&rules, (const uint8_t *)again.at, again.length, again.length + 1, &cut,
                           false);
    check(status >> 16 == CAMBIST_AGAIN || status >> 16 == CAMBIST_CLOSED);
    check(cmb_text_is(cmb_buffer_text(&whole), cmb_buffer_text(&cut)));
    return 0;
}
