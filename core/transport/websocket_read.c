/* What does the server say, and to whom is it handed on? */
#include "transport/websocket_inner.h"

enum { READS_MOST = 64 }; /* of one websocket in one turn: a megabyte */

/* --- messages --- */

static struct cmb_buffer *emptied(struct cmb_websocket *websocket, struct cmb_buffer *buffer)
{
    if (buffer->capacity > CMB_FRAME_KEPT_BYTES)
        cmb_buffer_clear(buffer);
    buffer->ceiling = websocket->settings.message_bytes_most + 1;
    return buffer;
}

static void fail_to_unpack(struct cmb_websocket *websocket, int status, const char *reason)
{
    uint16_t code = status == CAMBIST_TOO_LARGE   ? CMB_CLOSE_TOO_LARGE
                    : status == CAMBIST_NO_MEMORY ? CMB_CLOSE_INTERNAL
                                                  : CMB_CLOSE_BAD_TEXT;
    cmb_websocket_fail(websocket, status, code, reason);
}

/* permessage-deflate; false: it has failed. */
static bool inflate_payload(struct cmb_websocket *websocket, const struct cmb_frame *frame,
                            struct cmb_text *payload)
{
    struct cmb_buffer *to = emptied(websocket, &websocket->inflated);
    int status =
        cmb_inflate_message(&websocket->inflater, websocket->terms.server_forgets, *payload, to);
    if (status != CAMBIST_OK) {
        fail_to_unpack(websocket, status, websocket->inflater.reason);
        return false;
    }
    *payload = cmb_buffer_text(to);
    if (frame->kind == CMB_FRAME_TEXT && !cmb_utf8_check(*payload)) {
        fail_to_unpack(websocket, CAMBIST_GARBLED, "a text is no UTF-8");
        return false;
    }
    return true;
}

/* What the exchange packs itself; false: it has failed. */
static bool decode_payload(struct cmb_websocket *websocket, struct cmb_text *payload)
{
    struct cmb_buffer *to = emptied(websocket, &websocket->decoded);
    enum cmb_packing packing =
        websocket->settings.codec == CMB_WEBSOCKET_GZIP ? CMB_PACKING_GZIP : CMB_PACKING_BARE;
    int status = cmb_inflate(&websocket->decoder, packing, *payload, to);
    if (status != CAMBIST_OK) {
        fail_to_unpack(websocket, status, websocket->decoder.reason);
        return false;
    }
    *payload = cmb_buffer_text(to);
    return true;
}

static void take_message(struct cmb_websocket *websocket, const struct cmb_frame *frame)
{
    const struct cmb_websocket_settings *settings = &websocket->settings;
    struct cmb_websocket_message message = { .payload = frame->payload,
                                             .is_text = frame->kind == CMB_FRAME_TEXT,
                                             .received_ns = websocket->facts.received_ns };
    if (frame->is_deflated && !inflate_payload(websocket, frame, &message.payload))
        return;
    if (!message.is_text && settings->codec && !decode_payload(websocket, &message.payload))
        return;
    websocket->facts.messages++;
    if (settings->events->on_message)
        settings->events->on_message(websocket, &message, settings->user);
}

/* --- control frames --- */

static void take_ping(struct cmb_websocket *websocket, const struct cmb_frame *frame)
{
    websocket->facts.pings++;
    if (websocket->state != CMB_WEBSOCKET_OPEN)
        return;
    int status =
        cmb_websocket_put(websocket, CMB_FRAME_PONG, frame->payload, CMB_WEBSOCKET_CONTROL_ROOM);
    if (status == CAMBIST_TOO_LARGE || status == CAMBIST_NO_MEMORY)
        cmb_websocket_end(websocket, status, "no room for the answers to pings");
}

static void take_pong(struct cmb_websocket *websocket, const struct cmb_frame *frame)
{
    const struct cmb_websocket_settings *settings = &websocket->settings;
    websocket->facts.pongs++;
    if (settings->events->on_pong)
        settings->events->on_pong(websocket, frame->payload, settings->user);
}

static void take_close(struct cmb_websocket *websocket, const struct cmb_frame *frame)
{
    websocket->is_said = true;
    websocket->code = frame->close_code;
    websocket->reason_length = frame->payload.length;
    memcpy(websocket->reason, frame->payload.at, frame->payload.length);
    cmb_websocket_part(websocket);
}

static void take_frame(struct cmb_websocket *websocket, const struct cmb_frame *frame)
{
    if (frame->kind == CMB_FRAME_PING)
        take_ping(websocket, frame);
    else if (frame->kind == CMB_FRAME_PONG)
        take_pong(websocket, frame);
    else if (frame->kind == CMB_FRAME_CLOSE)
        take_close(websocket, frame);
    else
        take_message(websocket, frame);
}

/* --- bytes --- */

static void read_frames(struct cmb_websocket *websocket, char *bytes, size_t length)
{
    struct cmb_frame_reader *reader = &websocket->reader;
    struct cmb_frame frame;
    size_t used;
    while (!cmb_websocket_is_over(websocket)) {
        int status = cmb_frame_read(reader, bytes, length, &used, &frame);
        bytes += used;
        length -= used;
        if (status == CAMBIST_OK) {
            take_frame(websocket, &frame);
            continue;
        }
        if (status != CAMBIST_AGAIN && status != CAMBIST_CLOSED)
            cmb_websocket_fail(websocket, status, reader->close_code, reader->reason);
        return;
    }
}

static void take_bytes(struct cmb_websocket *websocket, size_t size)
{
    size_t used = 0;
    websocket->facts.received_ns = cmb_loop_now_ns(websocket->settings.loop);
    if (websocket->state == CMB_WEBSOCKET_SHAKING)
        cmb_websocket_hear(websocket, size, &used);
    websocket->facts.received_bytes += size - used;
    if (!cmb_websocket_is_over(websocket) && websocket->state != CMB_WEBSOCKET_SHAKING)
        read_frames(websocket, websocket->bytes + used, size - used);
}

static void end_of_connection(struct cmb_websocket *websocket, int status)
{
    const char *reason =
        status == CAMBIST_OK ? "the server closed the connection" : "the connection broke";
    if (websocket->state == CMB_WEBSOCKET_SHAKING)
        cmb_websocket_give_up(websocket, CAMBIST_UNAVAILABLE, reason);
    else if (websocket->state == CMB_WEBSOCKET_LEFT)
        cmb_websocket_end(websocket, CAMBIST_OK, NULL);
    else
        cmb_websocket_end(websocket, CAMBIST_UNAVAILABLE,
                          status == CAMBIST_OK ? "the server closed without a goodbye" : reason);
}

void cmb_websocket_read_on(struct cmb_websocket *websocket)
{
    for (int reads = 0; !cmb_websocket_is_over(websocket); reads++) {
        size_t size;
        if (reads == READS_MOST) {
            cmb_websocket_wake(websocket);
            return;
        }
        int status = cmb_connection_read(websocket->connection, websocket->bytes,
                                         sizeof websocket->bytes, &size);
        if (status == CAMBIST_AGAIN)
            return;
        if (status == CAMBIST_OK && size)
            take_bytes(websocket, size);
        else
            end_of_connection(websocket, status);
    }
}
