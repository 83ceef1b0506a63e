/* How does a client hear a stream without a socket, and what ends it? */
#include "simulator/practice_socket.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"

enum { HANDSHAKE_MS = 5000, QUIET_MS = 15000, PONG_MS = 10000 };

static const int64_t millisecond_ns = 1000000;

/* ---- at the client ---- */

static void end(struct cmb_practice_socket *socket, const struct cmb_parcel *parcel)
{
    struct cmb_websocket_end told = { .status = parcel->status, .was_open = socket->is_open,
                                      .is_said = parcel->code != 0, .code = parcel->code,
                                      .http_status = parcel->http_status,
                                      .error = &socket->error };
    socket->is_open = false;
    cmb_practice_session_stop(socket);
    cmb_lane_clear(socket, &socket->to_client);
    cmb_loop_stop_timer(cmb_practice_socket_loop(socket), &socket->silence);
    if (told.status != CAMBIST_OK)
        cmb_fail_plain(&socket->error, told.status, cmb_text_of(parcel->reason));
    char retry[24];
    int64_t retry_s = (parcel->retry_ns + 999999999) / 1000000000;
    snprintf(retry, sizeof retry, "%lld", (long long)retry_s);
    if (retry_s)
        told.retry_after = cmb_text_of(retry);
    if (!told.code)
        told.code = CMB_CLOSE_ABNORMAL;
    if (socket->settings.events->on_close)
        socket->settings.events->on_close((struct cmb_websocket *)(void *)socket, &told,
                                          socket->settings.user);
}

static void open(struct cmb_practice_socket *socket)
{
    socket->is_open = true;
    cmb_loop_start_timer(cmb_practice_socket_loop(socket), &socket->silence,
                         socket->settings.quiet_ms * millisecond_ns);
    if (socket->settings.events->on_open)
        socket->settings.events->on_open((struct cmb_websocket *)(void *)socket,
                                         socket->settings.user);
}

static void deliver(struct cmb_practice_socket *socket, const struct cmb_parcel *parcel)
{
    struct cmb_websocket_message message = { .payload = { parcel->text, parcel->length },
                                             .is_text = true };
    message.received_ns = socket->heard_ns = cmb_loop_now_ns(cmb_practice_socket_loop(socket));
    switch (parcel->kind) {
    case CMB_PARCEL_OPENED: open(socket); break;
    case CMB_PARCEL_PING:
        cmb_lane_post(socket, &socket->to_server, cmb_parcel_new(CMB_PARCEL_PONG, message.payload));
        break;
    case CMB_PARCEL_ENDED: end(socket, parcel); break;
    default:
        if (socket->settings.events->on_message)
            socket->settings.events->on_message((struct cmb_websocket *)(void *)socket, &message,
                                                socket->settings.user);
        break;
    }
}

static void on_to_client(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_practice_socket *socket = user;
    struct cmb_parcel *parcel;
    while ((parcel = cmb_lane_take(socket, &socket->to_client))) {
        deliver(socket, parcel);
        free(parcel);
    }
}

/* A ping that is answered, unless the connection is dead; or no handshake in time. */
static void on_silence(struct cmb_timer *timer, void *user)
{
    struct cmb_practice_socket *socket = user;
    int64_t now_ns = cmb_loop_now_ns(cmb_practice_socket_loop(socket));
    int64_t quiet_ns = socket->settings.quiet_ms * millisecond_ns;
    int64_t last_ns = socket->heard_ns + quiet_ns;
    struct cmb_parcel late = { .status = CAMBIST_TIMEOUT,
                               .reason = socket->is_open ? "the server is silent, also when asked"
                                                         : "no handshake in time" };
    if (socket->is_open && !cmb_practice_socket_is_half_open(socket) && now_ns >= last_ns)
        last_ns = (socket->heard_ns = now_ns) + quiet_ns;
    else if (socket->is_open && now_ns >= last_ns)
        last_ns += socket->settings.pong_ms * millisecond_ns;
    if (socket->is_open && now_ns < last_ns)
        cmb_loop_start_timer_at(cmb_practice_socket_loop(socket), timer, last_ns);
    else
        end(socket, &late);
}

/* ---- life ---- */

static void free_socket(struct cmb_practice_socket *socket)
{
    cmb_practice_session_stop(socket);
    cmb_lane_clear(socket, &socket->to_client);
    cmb_loop_stop_timer(cmb_practice_socket_loop(socket), &socket->silence);
    cmb_loop_stop_timer(cmb_practice_socket_loop(socket), &socket->gone);
    TAILQ_REMOVE(&socket->place->network->sockets, socket, link);
    free(socket);
}

static void on_gone(struct cmb_timer *timer, void *user)
{
    (void)timer;
    free_socket(user);
}

static uint32_t or_usual(uint32_t ms, uint32_t usual_ms)
{
    return ms ? ms : usual_ms;
}

static void init(struct cmb_practice_socket *socket, const struct cmb_websocket_settings *settings)
{
    socket->settings = *settings;
    socket->settings.quiet_ms = or_usual(settings->quiet_ms, QUIET_MS);
    socket->settings.pong_ms = or_usual(settings->pong_ms, PONG_MS);
    socket->to_client.timer = (struct cmb_timer){ .on_due = on_to_client, .user = socket };
    socket->to_server.timer =
        (struct cmb_timer){ .on_due = cmb_practice_session_on_parcels, .user = socket };
    socket->tick = (struct cmb_timer){ .on_due = cmb_practice_session_on_tick, .user = socket };
    socket->silence = (struct cmb_timer){ .on_due = on_silence, .user = socket };
    socket->gone = (struct cmb_timer){ .on_due = on_gone, .user = socket };
    TAILQ_INIT(&socket->to_client.parcels);
    TAILQ_INIT(&socket->to_server.parcels);
}

struct cmb_websocket *cmb_practice_socket_open(struct cmb_network *way,
                                               const struct cmb_websocket_settings *settings,
                                               struct cambist_error *error)
{
    struct cmb_practice_network *network = cmb_practice_network_of(way);
    struct cmb_practice_place *place =
        cmb_practice_network_find_place(network, cmb_target_name(settings->target));
    struct cmb_text path = settings->path.length ? settings->path : CMB_TEXT("/");
    struct cmb_practice_socket *socket =
        place ? calloc(1, sizeof *socket + path.length + 1) : NULL;
    if (!socket) {
        cmb_fail(error, place ? CAMBIST_NO_MEMORY : CAMBIST_BAD_ARGUMENT,
                 "no stream of a practice exchange can be opened there");
        return NULL;
    }
    socket->place = place;
    memcpy(socket->path, path.at, path.length);
    init(socket, settings);
    TAILQ_INSERT_TAIL(&network->sockets, socket, link);
    cmb_lane_post(socket, &socket->to_server,
                  cmb_parcel_new(CMB_PARCEL_OPENED, (struct cmb_text){ 0 }));
    cmb_loop_start_timer(network->loop, &socket->silence,
                         or_usual(settings->handshake_timeout_ms, HANDSHAKE_MS) * millisecond_ns);
    return (struct cmb_websocket *)(void *)socket;
}

static struct cmb_practice_socket *own(struct cmb_websocket *websocket)
{
    return (struct cmb_practice_socket *)(void *)websocket;
}

int cmb_practice_socket_send(struct cmb_websocket *websocket, struct cmb_text text)
{
    struct cmb_practice_socket *socket = own(websocket);
    if (!socket->is_open)
        return CAMBIST_CLOSED;
    cmb_lane_post(socket, &socket->to_server, cmb_parcel_new(CMB_PARCEL_TEXT, text));
    return CAMBIST_OK;
}

/* Its pong shows in nothing but that the connection lives, which `silence` looks after. */
int cmb_practice_socket_ping(struct cmb_websocket *websocket, struct cmb_text payload)
{
    return payload.length > 125 ? CAMBIST_BAD_ARGUMENT
           : own(websocket)->is_open ? CAMBIST_OK : CAMBIST_CLOSED;
}

/* It may be closed from one of its own callbacks. */
void cmb_practice_socket_close(struct cmb_websocket *websocket)
{
    struct cmb_practice_socket *socket = own(websocket);
    if (!socket || socket->is_closed)
        return;
    socket->is_closed = true;
    socket->is_open = false;
    cmb_practice_session_stop(socket);
    cmb_loop_stop_timer(cmb_practice_socket_loop(socket), &socket->to_client.timer);
    cmb_loop_stop_timer(cmb_practice_socket_loop(socket), &socket->silence);
    cmb_loop_start_timer(cmb_practice_socket_loop(socket), &socket->gone, 0);
}

void cmb_practice_socket_free_all(struct cmb_practice_network *network)
{
    while (!TAILQ_EMPTY(&network->sockets))
        free_socket(TAILQ_FIRST(&network->sockets));
}
