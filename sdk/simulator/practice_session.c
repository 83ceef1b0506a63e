/* What does an exchange do with a stream of a network that is only played? */
#include "simulator/practice_socket.h"

#include <stdlib.h>

enum { TICK_MS = 50, QUIET_TICK_MS = 250 };

static const int64_t millisecond_ns = 1000000;

static void post_end(struct cmb_practice_socket *socket, int status, const char *reason)
{
    struct cmb_parcel *parcel = cmb_parcel_new(CMB_PARCEL_ENDED, (struct cmb_text){ 0 });
    if (parcel) {
        parcel->status = status;
        parcel->reason = reason;
    }
    cmb_lane_post(socket, &socket->to_client, parcel);
}

void cmb_practice_session_stop(struct cmb_practice_socket *socket)
{
    cmb_loop_stop_timer(cmb_practice_socket_loop(socket), &socket->tick);
    cmb_lane_clear(socket, &socket->to_server);
    if (socket->is_served)
        cmb_session_close(&socket->session);
    socket->is_served = false;
}

/* The end behind a frame that no client may take; NULL: it can be taken. */
static const char *end_of(uint32_t fault, int *ret_status)
{
    *ret_status = CAMBIST_GARBLED;
    switch (fault) {
    case CMB_FAULT_MASKED: return "a server's frame is masked";
    case CMB_FAULT_RESERVED_BITS: return "a frame has bits that were not agreed on";
    case CMB_FAULT_BAD_OPCODE: return "a frame has a kind that does not exist";
    case CMB_FAULT_BAD_TEXT: return "a text is no UTF-8";
    case CMB_FAULT_OVERSIZE: *ret_status = CAMBIST_TOO_LARGE; return "a message is too large";
    case CMB_FAULT_CUT_STREAM: *ret_status = CAMBIST_UNAVAILABLE; return "the connection broke";
    default: return NULL;
    }
}

/* False: the connection has ended. */
static bool post_frames(struct cmb_practice_socket *socket)
{
    struct cmb_session *session = &socket->session;
    for (uint32_t i = 0; i < session->outgoing_count; i++) {
        const struct cmb_outgoing *outgoing = &session->outgoing[i];
        int status;
        const char *reason = end_of(outgoing->fault, &status);
        if (reason) {
            post_end(socket, status, reason);
            return false;
        }
        struct cmb_text text = { outgoing->text, outgoing->length };
        cmb_lane_post(socket, &socket->to_client,
                      cmb_parcel_new(outgoing->is_ping ? CMB_PARCEL_PING : CMB_PARCEL_TEXT, text));
    }
    cmb_session_drain(session);
    return true;
}

static bool has_public_topics(const struct cmb_session *session)
{
    for (uint32_t i = 0; i < session->subscription_count; i++)
        if (!cmb_topic_is_private(session->subscriptions[i]->channel->topic))
            return true;
    return false;
}

/* With a goodbye or without one. */
static void post_over(struct cmb_practice_socket *socket)
{
    struct cmb_parcel *parcel = cmb_parcel_new(CMB_PARCEL_ENDED, (struct cmb_text){ 0 });
    if (parcel) {
        parcel->code = (uint16_t)socket->session.close_code;
        parcel->status = parcel->code ? CAMBIST_OK : CAMBIST_UNAVAILABLE;
        parcel->reason = "the connection broke";
    }
    cmb_lane_post(socket, &socket->to_client, parcel);
}

void cmb_practice_session_on_tick(struct cmb_timer *timer, void *user)
{
    struct cmb_practice_socket *socket = user;
    int64_t now_ns = cmb_practice_network_wall_ns(socket->place->network);
    cmb_reception_turn(&socket->place->reception, now_ns);
    cmb_session_tick(&socket->session, now_ns);
    bool is_over = !post_frames(socket);
    if (!is_over && socket->session.is_over)
        post_over(socket);
    if (is_over || socket->session.is_over) {
        cmb_practice_session_stop(socket);
        return;
    }
    int64_t tick_ms = has_public_topics(&socket->session) ? TICK_MS : QUIET_TICK_MS;
    cmb_loop_start_timer(cmb_practice_socket_loop(socket), timer, tick_ms * millisecond_ns);
}

void cmb_practice_socket_stir(struct cmb_practice_place *place)
{
    struct cmb_practice_socket *socket;
    TAILQ_FOREACH(socket, &place->network->sockets, link)
        if (socket->place == place && socket->is_served)
            cmb_loop_start_timer(place->network->loop, &socket->tick, 0);
}

/* What the client has said. */
static void hear(struct cmb_practice_socket *socket, const struct cmb_parcel *parcel)
{
    struct cmb_text text = { parcel->text, parcel->length };
    if (parcel->kind == CMB_PARCEL_PONG) {
        cmb_session_take_pong(&socket->session, text);
        return;
    }
    socket->session.now_ns = cmb_practice_network_wall_ns(socket->place->network);
    cmb_reception_turn(&socket->place->reception, socket->session.now_ns);
    cmb_session_take(&socket->session, text);
    cmb_loop_start_timer(cmb_practice_socket_loop(socket), &socket->tick, 0);
}

/* ---- the handshake ---- */

static void refuse(struct cmb_practice_socket *socket, uint32_t http_status, int64_t retry_ns)
{
    struct cmb_parcel *parcel = cmb_parcel_new(CMB_PARCEL_ENDED, (struct cmb_text){ 0 });
    if (parcel) {
        parcel->status = http_status == 429 || http_status == 418 ? CAMBIST_RATE_LIMITED
                                                                  : CAMBIST_UNAVAILABLE;
        parcel->http_status = http_status;
        parcel->retry_ns = retry_ns;
        parcel->reason = "the server refused the WebSocket";
    }
    cmb_lane_post(socket, &socket->to_client, parcel);
}

static void welcome(struct cmb_practice_socket *socket)
{
    struct cmb_practice_place *place = socket->place;
    int64_t now_ns = cmb_practice_network_wall_ns(place->network);
    cmb_reception_turn(&place->reception, now_ns);
    socket->is_served =
        cmb_session_open(&socket->session, &place->practice, place->reception.faults,
                         place->reception.exchange, cmb_text_of(socket->path), now_ns);
    if (!socket->is_served) {
        refuse(socket, 404, 0);
        return;
    }
    struct cmb_quota_word word = cmb_reception_connect(
        &place->reception, cmb_session_dialect(&socket->session), now_ns);
    if (word.http_status != 200) {
        refuse(socket, word.http_status, word.retry_ns);
        cmb_practice_session_stop(socket);
        return;
    }
    uint32_t fault = cmb_faults_draw_stream(place->reception.faults, place->reception.exchange,
                                            CMB_AT_HANDSHAKE, CAMBIST_TOPIC_NONE);
    switch (fault) {
    case CMB_FAULT_NO_UPGRADE: refuse(socket, 200, 0); break;
    case CMB_FAULT_REFUSE_UPGRADE: refuse(socket, 503, 0); break;
    case CMB_FAULT_WRONG_ACCEPT:
        post_end(socket, CAMBIST_GARBLED, "the handshake's key was not answered");
        break;
    case CMB_FAULT_STALL_UPGRADE: break;
    default:
        cmb_lane_post(socket, &socket->to_client,
                      cmb_parcel_new(CMB_PARCEL_OPENED, (struct cmb_text){ 0 }));
        cmb_loop_start_timer(cmb_practice_socket_loop(socket), &socket->tick, 0);
        return;
    }
    cmb_practice_session_stop(socket);
}

void cmb_practice_session_on_parcels(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_practice_socket *socket = user;
    struct cmb_parcel *parcel;
    while ((parcel = cmb_lane_take(socket, &socket->to_server))) {
        if (parcel->kind == CMB_PARCEL_OPENED)
            welcome(socket);
        else if (socket->is_served)
            hear(socket, parcel);
        free(parcel);
    }
}
