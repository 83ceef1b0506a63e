/* How long does a client listen, and what ends it? */
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "simulator/seat.h"
#include "simulator/socket.h"

enum { TICK_MS = 50, TAKE_MS = 5000, TAKE_AT_ONCE_MS = 100, SMALL_BUFFER = 4608 };

/* What is not taken within this time is a reason to cut. */
static void limit_patience(struct cmb_peer *peer, int most_ms)
{
    struct timeval most = { .tv_sec = most_ms / 1000, .tv_usec = most_ms % 1000 * 1000 };
    setsockopt(peer->fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
}

static bool write_all(struct cmb_socket *socket, struct cmb_session *session)
{
    for (uint32_t i = 0; i < session->outgoing_count; i++)
        cmb_socket_add(socket, &session->outgoing[i]);
    cmb_session_drain(session);
    if (cmb_socket_flush(socket))
        return true;
    cmb_peer_reset(socket->peer); /* who does not read would not see an orderly end behind it */
    return false;
}

/* What the client has sent; false: it has gone, or must. */
static bool take_frame(struct cmb_seat *seat, struct cmb_socket *socket,
                       struct cmb_session *session, const struct cmb_frame *frame)
{
    switch (frame->kind) {
    case CMB_FRAME_CLOSE:
        (void)cmb_frame_write_close(NULL, frame->close_code == CMB_CLOSE_NO_CODE
                                              ? 0 : frame->close_code, CMB_TEXT(""), &socket->out);
        (void)cmb_socket_flush(socket);
        return false;
    case CMB_FRAME_PING:
        (void)cmb_frame_write(&(struct cmb_frame_shape){ .kind = CMB_FRAME_PONG }, frame->payload,
                              &socket->out);
        return true;
    case CMB_FRAME_PONG: cmb_session_take_pong(session, frame->payload); return true;
    default: break;
    }
    cmb_seat_lock(seat);
    session->now_ns = cmb_seat_now_ns(seat);
    cmb_seat_turn(seat);
    cmb_session_take(session, frame->payload);
    cmb_seat_unlock(seat);
    return true;
}

/* Whatever comes is taken first, but not for longer than a tick. */
static bool turn(struct cmb_seat *seat, struct cmb_socket *socket, struct cmb_session *session)
{
    struct cmb_frame frame;
    int status = cmb_socket_read(socket, TICK_MS, &frame);
    for (int i = 0; status == CAMBIST_OK && i < 100; i++) {
        if (!take_frame(seat, socket, session, &frame))
            return false;
        status = cmb_socket_read(socket, 0, &frame);
    }
    if (status != CAMBIST_AGAIN && status != CAMBIST_OK)
        return false;
    cmb_seat_lock(seat);
    cmb_seat_turn(seat);
    cmb_session_tick(session, cmb_seat_now_ns(seat));
    bool is_hasty = cmb_faults_is_on(session->faults, session->exchange, CMB_FAULT_SLOW_CONSUMER,
                                     CAMBIST_TOPIC_NONE);
    cmb_seat_unlock(seat);
    limit_patience(socket->peer, is_hasty ? TAKE_AT_ONCE_MS : TAKE_MS);
    return write_all(socket, session) && !session->is_over && !socket->is_cut;
}

/* Nothing passes while that is on, and nobody is told. */
static bool is_half_open(struct cmb_seat *seat, const struct cmb_session *session)
{
    cmb_seat_lock(seat);
    session->faults->now_ns = cmb_seat_now_ns(seat);
    bool is_on = cmb_faults_is_on(session->faults, session->exchange, CMB_FAULT_HALF_OPEN,
                                  CAMBIST_TOPIC_NONE);
    cmb_seat_unlock(seat);
    return is_on;
}

static void serve(struct cmb_seat *seat, struct cmb_socket *socket, struct cmb_session *session,
                  const struct cmb_received *received, uint32_t fault)
{
    if (!cmb_socket_welcome(socket, received, fault))
        return;
    bool is_there = true;
    while (is_there)
        is_there = is_half_open(seat, session) ? !cmb_peer_wait_gone(socket->peer, TICK_MS)
                                               : turn(seat, socket, session);
    if (session->is_over && session->close_code) {
        (void)cmb_frame_write_close(NULL, (uint16_t)session->close_code, CMB_TEXT("restart"),
                                    &socket->out);
        (void)cmb_socket_flush(socket);
    }
}

/* With a small buffer a client that does not read is noticed soon. */
static void shrink_buffer(struct cmb_peer *peer)
{
    int size = SMALL_BUFFER;
    setsockopt(peer->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

bool cmb_seat_serve_stream(void *user, struct cmb_peer *peer, struct cmb_received *received,
                           struct cmb_text target, struct cmb_text early)
{
    struct cmb_seat *seat = user;
    struct cmb_session *session = calloc(1, sizeof *session);
    struct cmb_socket *socket = calloc(1, sizeof *socket);
    bool is_stream = false;
    if (session && socket) {
        cmb_seat_lock(seat);
        is_stream = cmb_seat_open_session(seat, session, target);
        struct cmb_quota_word word = { .http_status = 200 };
        if (is_stream)
            word = cmb_seat_connect(seat, session);
        uint32_t fault = is_stream ? cmb_faults_draw_stream(session->faults, session->exchange,
                                                            CMB_AT_HANDSHAKE, CAMBIST_TOPIC_NONE)
                                   : CMB_FAULT_NONE;
        bool is_hasty = is_stream && cmb_faults_is_on(session->faults, session->exchange,
                                                      CMB_FAULT_SLOW_CONSUMER, CAMBIST_TOPIC_NONE);
        cmb_seat_unlock(seat);
        cmb_socket_init(socket, peer);
        socket->length = early.length < sizeof socket->bytes ? early.length : 0;
        memcpy(socket->bytes, early.at, socket->length);
        if (is_hasty)
            shrink_buffer(peer);
        if (is_stream && word.http_status != 200)
            cmb_socket_refuse(socket, &word);
        else if (is_stream)
            serve(seat, socket, session, received, fault);
        cmb_socket_clear(socket);
    }
    if (is_stream)
        cmb_session_close(session);
    free(session);
    free(socket);
    return is_stream;
}
