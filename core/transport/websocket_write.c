/* How do our frames reach the server, when the socket takes only a part of them? */
#include "transport/websocket_inner.h"

static int watch(struct cmb_websocket *websocket, uint32_t events)
{
    return cmb_connection_watch(websocket->connection, events, cmb_websocket_on_ready, websocket);
}

/* The handshake's request carries keys: nothing of it stays. */
static void empty_queue(struct cmb_websocket *websocket)
{
    struct cmb_buffer *queue = &websocket->queue;
    websocket->written_bytes = 0;
    if (websocket->state == CMB_WEBSOCKET_SHAKING || queue->capacity > CMB_FRAME_KEPT_BYTES)
        cmb_websocket_wipe(websocket);
    else
        cmb_buffer_reset(queue);
}

void cmb_websocket_wipe(struct cmb_websocket *websocket)
{
    if (websocket->queue.at)
        explicit_bzero(websocket->queue.at, websocket->queue.capacity);
    cmb_buffer_clear(&websocket->queue);
}

int cmb_websocket_flush(struct cmb_websocket *websocket)
{
    struct cmb_buffer *queue = &websocket->queue;
    while (websocket->written_bytes < queue->length) {
        size_t size;
        int status =
            cmb_connection_write(websocket->connection, queue->at + websocket->written_bytes,
                                 queue->length - websocket->written_bytes, &size);
        if (status == CAMBIST_UNAVAILABLE)
            return status;
        websocket->written_bytes += size;
        websocket->facts.queued_bytes = queue->length - websocket->written_bytes;
        if (status == CAMBIST_AGAIN)
            return watch(websocket, EPOLLIN | EPOLLOUT);
    }
    empty_queue(websocket);
    return watch(websocket, EPOLLIN);
}

/* Four bytes that nobody can foresee, drawn for many frames at once. */
static const unsigned char *take_mask(struct cmb_websocket *websocket)
{
    const struct cmb_websocket_settings *settings = &websocket->settings;
    if (!websocket->masks_left) {
        settings->fill_random(settings->random_user, websocket->masks, sizeof websocket->masks);
        websocket->masks_left = sizeof websocket->masks;
    }
    websocket->masks_left -= 4;
    return websocket->masks + websocket->masks_left;
}

/* Bytes that were written go, when that is cheap: they are at least half of all. */
static void compact(struct cmb_websocket *websocket)
{
    struct cmb_buffer *queue = &websocket->queue;
    size_t left = queue->length - websocket->written_bytes;
    if (!websocket->written_bytes || websocket->written_bytes < left)
        return;
    memmove(queue->at, queue->at + websocket->written_bytes, left);
    queue->length = left;
    websocket->written_bytes = 0;
}

/* Makes room for a frame with `length` bytes of payload. */
static int check_room(struct cmb_websocket *websocket, size_t length, size_t room)
{
    size_t most = websocket->settings.queue_bytes_most + room;
    compact(websocket);
    size_t left = websocket->queue.length - websocket->written_bytes;
    if (length > most || left + CMB_FRAME_HEAD_BYTES_MOST > most - length)
        return CAMBIST_TOO_LARGE;
    return CAMBIST_OK;
}

/* Writes at once, unless others wait before it. */
static int push(struct cmb_websocket *websocket, size_t before)
{
    struct cmb_websocket_facts *facts = &websocket->facts;
    size_t size = websocket->queue.length - before;
    bool is_waiting = facts->queued_bytes != 0;
    facts->queued_bytes += size;
    facts->sent_bytes += size;
    if (is_waiting)
        return CAMBIST_OK;
    int status = cmb_websocket_flush(websocket);
    if (status != CAMBIST_OK) {
        websocket->failure = status;
        cmb_websocket_wake(websocket);
    }
    return status;
}

int cmb_websocket_put(struct cmb_websocket *websocket, enum cmb_frame_kind kind,
                      struct cmb_text payload, size_t room)
{
    if (websocket->failure)
        return websocket->failure;
    int status = check_room(websocket, payload.length, room);
    if (status != CAMBIST_OK)
        return status;
    size_t before = websocket->queue.length;
    struct cmb_frame_shape shape = { .kind = kind, .mask = take_mask(websocket) };
    if (!cmb_frame_write(&shape, payload, &websocket->queue))
        return CAMBIST_NO_MEMORY;
    return push(websocket, before);
}

int cmb_websocket_put_close(struct cmb_websocket *websocket, uint16_t code, struct cmb_text reason)
{
    if (websocket->failure)
        return websocket->failure;
    compact(websocket);
    size_t before = websocket->queue.length;
    if (!cmb_frame_write_close(take_mask(websocket), code, reason, &websocket->queue))
        return CAMBIST_NO_MEMORY;
    return push(websocket, before);
}

int cmb_websocket_send(struct cmb_websocket *websocket, struct cmb_text text)
{
    if (websocket->state != CMB_WEBSOCKET_OPEN)
        return CAMBIST_CLOSED;
    return cmb_websocket_put(websocket, CMB_FRAME_TEXT, text, /* room= */ 0);
}

int cmb_websocket_ping(struct cmb_websocket *websocket, struct cmb_text payload)
{
    if (payload.length > CMB_FRAME_CONTROL_BYTES_MOST)
        return CAMBIST_BAD_ARGUMENT;
    if (websocket->state != CMB_WEBSOCKET_OPEN)
        return CAMBIST_CLOSED;
    return cmb_websocket_put(websocket, CMB_FRAME_PING, payload, /* room= */ 0);
}
