/* Which whole messages are in these bytes, and does every frame keep RFC 6455? */
#include "transport/frame.h"

enum { FINAL = 0x80, RESERVED = 0x70, DEFLATED = 0x40, OPCODE = 0x0f, MASKED = 0x80, SIZE = 0x7f };
enum { LENGTH_16 = 126, LENGTH_64 = 127, RESERVED_MOST_BYTES = 1024 * 1024 };

void cmb_frame_reader_init(struct cmb_frame_reader *reader, const struct cmb_frame_rules *rules)
{
    *reader = (struct cmb_frame_reader){ .rules = *rules, .status = CAMBIST_AGAIN };
    if (!reader->rules.message_bytes_most)
        reader->rules.message_bytes_most = CMB_FRAME_MESSAGE_BYTES_MOST;
    cmb_buffer_init(&reader->message, reader->rules.message_bytes_most);
}

void cmb_frame_reader_clear(struct cmb_frame_reader *reader)
{
    cmb_buffer_clear(&reader->message);
}

bool cmb_frame_is_inside(const struct cmb_frame_reader *reader)
{
    return reader->kind || reader->is_in_payload || reader->head_length;
}

bool cmb_close_code_check(uint32_t code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

static int fail(struct cmb_frame_reader *reader, int status, uint16_t close_code,
                const char *reason)
{
    reader->close_code = close_code;
    reader->reason = reason;
    return reader->status = status;
}

static int refuse(struct cmb_frame_reader *reader, const char *reason)
{
    return fail(reader, CAMBIST_GARBLED, CMB_CLOSE_PROTOCOL, reason);
}

/* --- heads --- */

static bool is_control(unsigned opcode)
{
    return (opcode & 8) != 0;
}

static bool is_known(unsigned opcode)
{
    return opcode <= CMB_FRAME_BINARY || (opcode >= CMB_FRAME_CLOSE && opcode <= CMB_FRAME_PONG);
}

/* Which the first two bytes tell. */
static size_t head_size(const unsigned char *head)
{
    unsigned size = head[1] & SIZE;
    size_t more = size == LENGTH_16 ? 2 : size == LENGTH_64 ? 8 : 0;
    return 2 + more + (head[1] & MASKED ? 4 : 0);
}

static int check_control(struct cmb_frame_reader *reader, const unsigned char *head)
{
    if (!(head[0] & FINAL))
        return refuse(reader, "a control frame is a fragment");
    if ((head[1] & SIZE) > CMB_FRAME_CONTROL_BYTES_MOST)
        return refuse(reader, "a control frame is longer than 125 bytes");
    return CAMBIST_AGAIN;
}

static int check_order(struct cmb_frame_reader *reader, unsigned opcode)
{
    if (opcode == CMB_FRAME_CONTINUATION && !reader->kind)
        return refuse(reader, "a continuation without a beginning");
    if (opcode != CMB_FRAME_CONTINUATION && reader->kind)
        return refuse(reader, "a message begins within another");
    return CAMBIST_AGAIN;
}

/* All that the first two bytes can get wrong. */
static int check_start(struct cmb_frame_reader *reader, const unsigned char *head)
{
    unsigned opcode = head[0] & OPCODE;
    bool may_deflate =
        reader->rules.may_deflate && (opcode == CMB_FRAME_TEXT || opcode == CMB_FRAME_BINARY);
    if (head[0] & RESERVED & ~(may_deflate ? (unsigned)DEFLATED : 0u))
        return refuse(reader, "a reserved bit is set");
    if (!is_known(opcode))
        return refuse(reader, "an unknown opcode");
    if (((head[1] & MASKED) != 0) != (reader->rules.role == CMB_FRAME_SERVER))
        return refuse(reader, reader->rules.role == CMB_FRAME_SERVER
                                  ? "a client's frame is not masked"
                                  : "a server's frame is masked");
    return is_control(opcode) ? check_control(reader, head) : check_order(reader, opcode);
}

static uint64_t read_number(const unsigned char *at, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | at[i];
    return number;
}

/* The length, and where the mask begins in *ret_mask. */
static int read_length(struct cmb_frame_reader *reader, const unsigned char *head,
                       const unsigned char **ret_mask)
{
    unsigned size = head[1] & SIZE;
    size_t more = size == LENGTH_16 ? 2 : size == LENGTH_64 ? 8 : 0;
    *ret_mask = head + 2 + more;
    reader->left = size;
    if (size == LENGTH_16)
        reader->left = (uint64_t)head[2] << 8 | head[3];
    else if (size == LENGTH_64)
        reader->left = read_number(head + 2, 8);
    if (reader->left > INT64_MAX)
        return refuse(reader, "a length above 2^63");
    if ((size == LENGTH_16 && reader->left < LENGTH_16) ||
        (size == LENGTH_64 && reader->left <= UINT16_MAX))
        return refuse(reader, "a length is written longer than needed");
    return CAMBIST_AGAIN;
}

static void begin_message(struct cmb_frame_reader *reader, const unsigned char *head)
{
    reader->kind = head[0] & OPCODE;
    reader->is_deflated = (head[0] & DEFLATED) != 0;
    reader->utf8 = (struct cmb_utf8){ 0 };
    if (reader->message.capacity > CMB_FRAME_KEPT_BYTES)
        cmb_buffer_clear(&reader->message);
    cmb_buffer_reset(&reader->message);
}

/* A whole head: AGAIN, or what is wrong with it. */
static int begin_frame(struct cmb_frame_reader *reader, const unsigned char *head)
{
    const unsigned char *mask;
    if (check_start(reader, head) != CAMBIST_AGAIN ||
        read_length(reader, head, &mask) != CAMBIST_AGAIN)
        return reader->status;
    reader->opcode = head[0] & OPCODE;
    reader->is_final = (head[0] & FINAL) != 0;
    reader->is_in_payload = true;
    reader->phase = 0;
    if (head[1] & MASKED)
        memcpy(reader->mask, mask, sizeof reader->mask);
    if (is_control(reader->opcode)) {
        reader->control_length = 0;
        return CAMBIST_AGAIN;
    }
    if (reader->opcode != CMB_FRAME_CONTINUATION)
        begin_message(reader, head);
    if (reader->left > reader->rules.message_bytes_most - reader->message.length)
        return fail(reader, CAMBIST_TOO_LARGE, CMB_CLOSE_TOO_LARGE, "a message is too long");
    return CAMBIST_AGAIN;
}

/* The next head: in the bytes where it lies whole there, else gathered; NULL: more is needed. */
static const unsigned char *gather_head(struct cmb_frame_reader *reader, const char *bytes,
                                        size_t length, size_t *ret_used)
{
    const unsigned char *head = (const unsigned char *)bytes;
    if (reader->head_length == 0 && length >= 2 && length >= head_size(head)) {
        *ret_used = head_size(head);
        return head;
    }
    for (size_t used = 0; used < length;) {
        reader->head[reader->head_length++] = head[used++];
        if (reader->head_length >= 2 && reader->head_length == head_size(reader->head)) {
            reader->head_length = 0;
            *ret_used = used;
            return reader->head;
        }
    }
    *ret_used = length;
    return NULL;
}

static int read_head(struct cmb_frame_reader *reader, const char *bytes, size_t length,
                     size_t *ret_used)
{
    const unsigned char *head = gather_head(reader, bytes, length, ret_used);
    if (head)
        return begin_frame(reader, head);
    return reader->head_length >= 2 ? check_start(reader, reader->head) : CAMBIST_AGAIN;
}

/* --- payloads --- */

static int read_close(struct cmb_frame_reader *reader, struct cmb_frame *frame)
{
    struct cmb_text *payload = &frame->payload;
    frame->close_code = CMB_CLOSE_NO_CODE;
    if (payload->length == 1)
        return refuse(reader, "a close has half a code");
    if (payload->length) {
        uint64_t code = read_number((const unsigned char *)payload->at, 2);
        if (!cmb_close_code_check((uint32_t)code))
            return refuse(reader, "a close has a code that may not be sent");
        frame->close_code = (uint16_t)code;
        payload->at += 2;
        payload->length -= 2;
        if (!cmb_utf8_check(*payload))
            return fail(reader, CAMBIST_GARBLED, CMB_CLOSE_BAD_TEXT,
                        "a close's reason is no UTF-8");
    }
    reader->status = CAMBIST_CLOSED;
    return CAMBIST_OK;
}

static int read_control(struct cmb_frame_reader *reader, const char *at, size_t length,
                        struct cmb_frame *ret_frame)
{
    struct cmb_text payload = { at, length };
    if (reader->left || reader->control_length) {
        memcpy(reader->control + reader->control_length, at, length);
        reader->control_length = (uint8_t)(reader->control_length + length);
        payload = (struct cmb_text){ reader->control, reader->control_length };
    }
    if (reader->left)
        return CAMBIST_AGAIN;
    reader->is_in_payload = false;
    struct cmb_frame frame = { .kind = (enum cmb_frame_kind)reader->opcode, .payload = payload };
    int status = frame.kind == CMB_FRAME_CLOSE ? read_close(reader, &frame) : CAMBIST_OK;
    if (status == CAMBIST_OK)
        *ret_frame = frame;
    return status;
}

/* A length is only the other side's word: room is made up to a point. */
static int keep(struct cmb_frame_reader *reader, const char *at, size_t length)
{
    size_t room = reader->left < RESERVED_MOST_BYTES ? (size_t)reader->left : RESERVED_MOST_BYTES;
    if (cmb_buffer_reserve(&reader->message, length + room))
        cmb_buffer_add(&reader->message, (struct cmb_text){ at, length });
    if (!cmb_buffer_is_whole(&reader->message))
        return fail(reader, CAMBIST_NO_MEMORY, CMB_CLOSE_INTERNAL, "no memory for a message");
    return CAMBIST_AGAIN;
}

static int end_message(struct cmb_frame_reader *reader, struct cmb_text payload,
                       struct cmb_frame *ret_frame)
{
    if (!cmb_utf8_is_whole(&reader->utf8))
        return fail(reader, CAMBIST_GARBLED, CMB_CLOSE_BAD_TEXT, "a text ends within a character");
    *ret_frame = (struct cmb_frame){ .kind = (enum cmb_frame_kind)reader->kind,
                                     .is_deflated = reader->is_deflated,
                                     .payload = payload.at ? payload : CMB_TEXT("") };
    reader->kind = 0;
    return CAMBIST_OK;
}

static int read_message(struct cmb_frame_reader *reader, const char *at, size_t length,
                        struct cmb_frame *ret_frame)
{
    struct cmb_text part = { at, length };
    bool is_end = reader->left == 0 && reader->is_final;
    bool is_whole = is_end && reader->message.length == 0;
    if (reader->kind == CMB_FRAME_TEXT && !reader->is_deflated &&
        !cmb_utf8_add(&reader->utf8, part))
        return fail(reader, CAMBIST_GARBLED, CMB_CLOSE_BAD_TEXT, "a text is no UTF-8");
    if (!is_whole && keep(reader, at, length) != CAMBIST_AGAIN)
        return reader->status;
    reader->is_in_payload = reader->left != 0;
    if (!is_end)
        return CAMBIST_AGAIN;
    return end_message(reader, is_whole ? part : cmb_buffer_text(&reader->message), ret_frame);
}

static int read_payload(struct cmb_frame_reader *reader, char *at, size_t length,
                        struct cmb_frame *ret_frame)
{
    if (reader->rules.role == CMB_FRAME_SERVER) {
        cmb_frame_mask(reader->mask, reader->phase, at, at, length);
        reader->phase = (uint32_t)(reader->phase + length) & 3;
    }
    reader->left -= length;
    if (is_control(reader->opcode))
        return read_control(reader, at, length, ret_frame);
    return read_message(reader, at, length, ret_frame);
}

/* Nearly all that a client is sent: a whole message of less than 64 KiB that lies whole in the
 * bytes.  Takes only what is right in every way; anything else goes the long way, and fails there.
 */
static bool read_usual(const struct cmb_frame_reader *reader, const char *bytes, size_t length,
                       size_t *ret_used, struct cmb_frame *ret_frame)
{
    const unsigned char *head = (const unsigned char *)bytes;
    if (cmb_frame_is_inside(reader) || reader->rules.role != CMB_FRAME_CLIENT || length < 4 ||
        (head[0] != (FINAL | CMB_FRAME_TEXT) && head[0] != (FINAL | CMB_FRAME_BINARY)) ||
        head[1] > LENGTH_16)
        return false;
    bool is_short = head[1] < LENGTH_16;
    size_t begin = is_short ? 2 : 4, size = is_short ? head[1] : (size_t)head[2] << 8 | head[3];
    struct cmb_text payload = { bytes + begin, size };
    if (size > length - begin || size > reader->rules.message_bytes_most ||
        (!is_short && size < LENGTH_16) ||
        (head[0] == (FINAL | CMB_FRAME_TEXT) && !cmb_utf8_check(payload)))
        return false;
    *ret_frame =
        (struct cmb_frame){ .kind = (enum cmb_frame_kind)(head[0] & OPCODE), .payload = payload };
    *ret_used = begin + size;
    return true;
}

int cmb_frame_read(struct cmb_frame_reader *reader, char *bytes, size_t length, size_t *ret_used,
                   struct cmb_frame *ret_frame)
{
    if (reader->status == CAMBIST_AGAIN && read_usual(reader, bytes, length, ret_used, ret_frame))
        return CAMBIST_OK;
    size_t at = 0, used;
    int status = reader->status;
    while (status == CAMBIST_AGAIN && (at < length || (reader->is_in_payload && !reader->left))) {
        if (!reader->is_in_payload) {
            status = read_head(reader, bytes + at, length - at, &used);
        } else {
            used = reader->left < length - at ? (size_t)reader->left : length - at;
            status = read_payload(reader, bytes + at, used, ret_frame);
        }
        at += used;
    }
    *ret_used = at;
    return status;
}
