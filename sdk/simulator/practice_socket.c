/* How does a stream reach its listener without a socket, and what ends it? */
#include "simulator/practice_network_inner.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"

enum { TICK_MS = 50, QUIET_TICK_MS = 250, HELD_MS = 100, HANDSHAKE_MS = 5000, QUIET_MS = 15000,
       PONG_MS = 10000 };

static const int64_t millisecond_ns = 1000000;

/* ---- what is on its way ---- */

enum parcel_kind { OPENED = 1, TEXT, PING, PONG, ENDED };

struct parcel {
    TAILQ_ENTRY(parcel) link;
    enum parcel_kind kind;
    int64_t due_ns;
    /* Of ENDED. */
    int status;
    uint32_t http_status;
    int64_t retry_ns;
    uint16_t code;
    const char *reason;
    size_t length;
    char text[];
};
TAILQ_HEAD(parcels, parcel);

/* One direction: nothing overtakes what was sent before. */
struct lane {
    struct parcels parcels;
    struct cmb_timer timer;
    int64_t last_ns;
};

struct cmb_practice_socket {
    TAILQ_ENTRY(cmb_practice_socket) link;
    struct cmb_practice_place *place;
    struct cmb_websocket_settings settings;
    struct cmb_session session;
    bool is_served; /* the exchange has a session for it */
    bool is_open;   /* the client knows that it is */
    bool is_ended, is_closed;
    struct lane to_client, to_server;
    struct cmb_timer tick, silence, gone;
    int64_t heard_ns;
    struct cambist_error error;
    char path[];
};

static struct cmb_loop *loop_of(const struct cmb_practice_socket *socket)
{
    return socket->place->network->loop;
}

static bool is_half_open(const struct cmb_practice_socket *socket)
{
    const struct cmb_reception *reception = &socket->place->reception;
    reception->faults->now_ns = cmb_practice_network_wall_ns(socket->place->network);
    return cmb_faults_is_on(reception->faults, reception->exchange, CMB_FAULT_HALF_OPEN,
                            CAMBIST_TOPIC_NONE);
}

static struct parcel *make_parcel(enum parcel_kind kind, struct cmb_text text)
{
    struct parcel *parcel = calloc(1, sizeof *parcel + text.length + 1);
    if (!parcel)
        return NULL;
    parcel->kind = kind;
    parcel->length = text.length;
    if (text.length)
        memcpy(parcel->text, text.at, text.length);
    return parcel;
}

/* Without memory it is lost on the way, as things are. */
static void post(struct cmb_practice_socket *socket, struct lane *lane, struct parcel *parcel)
{
    if (!parcel)
        return;
    int64_t now_ns = cmb_loop_now_ns(loop_of(socket));
    int64_t due_ns = now_ns + cmb_practice_network_delay_ns(socket->place->network);
    lane->last_ns = parcel->due_ns = due_ns > lane->last_ns ? due_ns : lane->last_ns;
    TAILQ_INSERT_TAIL(&lane->parcels, parcel, link);
    if (!cmb_timer_is_running(&lane->timer))
        cmb_loop_start_timer_at(loop_of(socket), &lane->timer,
                                TAILQ_FIRST(&lane->parcels)->due_ns);
}

static void post_end(struct cmb_practice_socket *socket, int status, const char *reason)
{
    struct parcel *parcel = make_parcel(ENDED, (struct cmb_text){ 0 });
    if (parcel) {
        parcel->status = status;
        parcel->reason = reason;
    }
    post(socket, &socket->to_client, parcel);
}

static void clear_lane(struct cmb_practice_socket *socket, struct lane *lane)
{
    struct parcel *parcel;
    cmb_loop_stop_timer(loop_of(socket), &lane->timer);
    while ((parcel = TAILQ_FIRST(&lane->parcels))) {
        TAILQ_REMOVE(&lane->parcels, parcel, link);
        free(parcel);
    }
}

/* ---- at the exchange ---- */

static void stop_serving(struct cmb_practice_socket *socket)
{
    cmb_loop_stop_timer(loop_of(socket), &socket->tick);
    clear_lane(socket, &socket->to_server);
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
        post(socket, &socket->to_client,
             make_parcel(outgoing->is_ping ? PING : TEXT,
                         (struct cmb_text){ outgoing->text, outgoing->length }));
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

static void on_tick(struct cmb_timer *timer, void *user)
{
    struct cmb_practice_socket *socket = user;
    int64_t now_ns = cmb_practice_network_wall_ns(socket->place->network);
    cmb_reception_turn(&socket->place->reception, now_ns);
    cmb_session_tick(&socket->session, now_ns);
    if (!post_frames(socket)) {
        stop_serving(socket);
    } else if (socket->session.is_over) {
        bool is_said = socket->session.close_code != 0;
        struct parcel *parcel = make_parcel(ENDED, (struct cmb_text){ 0 });
        if (parcel) {
            parcel->status = is_said ? CAMBIST_OK : CAMBIST_UNAVAILABLE;
            parcel->code = (uint16_t)socket->session.close_code;
            parcel->reason = "the connection broke";
        }
        post(socket, &socket->to_client, parcel);
        stop_serving(socket);
    } else {
        cmb_loop_start_timer(loop_of(socket), timer,
                             (has_public_topics(&socket->session) ? TICK_MS : QUIET_TICK_MS) *
                                 millisecond_ns);
    }
}

void cmb_practice_socket_stir(struct cmb_practice_place *place)
{
    struct cmb_practice_socket *socket;
    TAILQ_FOREACH(socket, &place->network->sockets, link)
        if (socket->place == place && socket->is_served)
            cmb_loop_start_timer(place->network->loop, &socket->tick, 0);
}

/* What the client has said. */
static void hear(struct cmb_practice_socket *socket, const struct parcel *parcel)
{
    struct cmb_text text = { parcel->text, parcel->length };
    if (parcel->kind == PONG) {
        cmb_session_take_pong(&socket->session, text);
        return;
    }
    socket->session.now_ns = cmb_practice_network_wall_ns(socket->place->network);
    cmb_reception_turn(&socket->place->reception, socket->session.now_ns);
    cmb_session_take(&socket->session, text);
    cmb_loop_start_timer(loop_of(socket), &socket->tick, 0);
}

/* ---- the handshake ---- */

static void refuse(struct cmb_practice_socket *socket, uint32_t http_status, int64_t retry_ns)
{
    struct parcel *parcel = make_parcel(ENDED, (struct cmb_text){ 0 });
    if (parcel) {
        parcel->status = http_status == 429 || http_status == 418 ? CAMBIST_RATE_LIMITED
                                                                  : CAMBIST_UNAVAILABLE;
        parcel->http_status = http_status;
        parcel->retry_ns = retry_ns;
        parcel->reason = "the server refused the WebSocket";
    }
    post(socket, &socket->to_client, parcel);
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
        stop_serving(socket);
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
        post(socket, &socket->to_client, make_parcel(OPENED, (struct cmb_text){ 0 }));
        cmb_loop_start_timer(loop_of(socket), &socket->tick, 0);
        return;
    }
    stop_serving(socket);
}

/* ---- at the client ---- */

static void end(struct cmb_practice_socket *socket, const struct parcel *parcel)
{
    struct cmb_websocket_end told = { .status = parcel->status, .was_open = socket->is_open,
                                      .is_said = parcel->code != 0, .code = parcel->code,
                                      .http_status = parcel->http_status,
                                      .error = &socket->error };
    socket->is_open = false;
    socket->is_ended = true;
    stop_serving(socket);
    clear_lane(socket, &socket->to_client);
    cmb_loop_stop_timer(loop_of(socket), &socket->silence);
    if (told.status != CAMBIST_OK)
        cmb_fail_plain(&socket->error, told.status, cmb_text_of(parcel->reason));
    char retry[24];
    if (parcel->retry_ns) {
        snprintf(retry, sizeof retry, "%lld", (long long)((parcel->retry_ns + 999999999) / 1000000000));
        told.retry_after = cmb_text_of(retry);
    }
    if (!told.code)
        told.code = CMB_CLOSE_ABNORMAL;
    if (socket->settings.events->on_close)
        socket->settings.events->on_close((struct cmb_websocket *)(void *)socket, &told,
                                          socket->settings.user);
}

static void open(struct cmb_practice_socket *socket)
{
    socket->is_open = true;
    cmb_loop_start_timer(loop_of(socket), &socket->silence,
                         socket->settings.quiet_ms * millisecond_ns);
    if (socket->settings.events->on_open)
        socket->settings.events->on_open((struct cmb_websocket *)(void *)socket,
                                         socket->settings.user);
}

static void deliver(struct cmb_practice_socket *socket, const struct parcel *parcel)
{
    struct cmb_websocket_message message = { .payload = { parcel->text, parcel->length },
                                             .is_text = true,
                                             .received_ns = cmb_loop_now_ns(loop_of(socket)) };
    socket->heard_ns = message.received_ns;
    switch (parcel->kind) {
    case OPENED: open(socket); break;
    case PING: post(socket, &socket->to_server, make_parcel(PONG, message.payload)); break;
    case ENDED: end(socket, parcel); break;
    default:
        if (socket->settings.events->on_message)
            socket->settings.events->on_message((struct cmb_websocket *)(void *)socket, &message,
                                                socket->settings.user);
        break;
    }
}

/* Takes off what is due; NULL: nothing is yet, or nothing passes. */
static struct parcel *take_due(struct cmb_practice_socket *socket, struct lane *lane)
{
    struct parcel *parcel = TAILQ_FIRST(&lane->parcels);
    struct cmb_loop *loop = loop_of(socket);
    if (!parcel || socket->is_closed)
        return NULL;
    if (is_half_open(socket)) {
        cmb_loop_start_timer(loop, &lane->timer, HELD_MS * millisecond_ns);
        return NULL;
    }
    if (parcel->due_ns > cmb_loop_now_ns(loop)) {
        cmb_loop_start_timer_at(loop, &lane->timer, parcel->due_ns);
        return NULL;
    }
    TAILQ_REMOVE(&lane->parcels, parcel, link);
    return parcel;
}

static void on_to_client(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_practice_socket *socket = user;
    struct parcel *parcel;
    while ((parcel = take_due(socket, &socket->to_client))) {
        deliver(socket, parcel);
        free(parcel);
    }
}

static void on_to_server(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_practice_socket *socket = user;
    struct parcel *parcel;
    while ((parcel = take_due(socket, &socket->to_server))) {
        if (parcel->kind == OPENED)
            welcome(socket);
        else if (socket->is_served)
            hear(socket, parcel);
        free(parcel);
    }
}

/* A ping that is answered, unless the connection is dead; or no handshake in time. */
static void on_silence(struct cmb_timer *timer, void *user)
{
    struct cmb_practice_socket *socket = user;
    int64_t now_ns = cmb_loop_now_ns(loop_of(socket));
    int64_t quiet_ns = socket->settings.quiet_ms * millisecond_ns;
    int64_t last_ns = socket->heard_ns + quiet_ns;
    struct parcel late = { .status = CAMBIST_TIMEOUT,
                           .reason = socket->is_open ? "the server is silent, also when asked"
                                                     : "no handshake in time" };
    if (socket->is_open && !is_half_open(socket) && now_ns >= last_ns)
        last_ns = (socket->heard_ns = now_ns) + quiet_ns;
    else if (socket->is_open && now_ns >= last_ns)
        last_ns += socket->settings.pong_ms * millisecond_ns;
    if (socket->is_open && now_ns < last_ns)
        cmb_loop_start_timer_at(loop_of(socket), timer, last_ns);
    else
        end(socket, &late);
}

/* ---- life ---- */

static void free_socket(struct cmb_practice_socket *socket)
{
    stop_serving(socket);
    clear_lane(socket, &socket->to_client);
    cmb_loop_stop_timer(loop_of(socket), &socket->silence);
    cmb_loop_stop_timer(loop_of(socket), &socket->gone);
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
    socket->to_server.timer = (struct cmb_timer){ .on_due = on_to_server, .user = socket };
    socket->tick = (struct cmb_timer){ .on_due = on_tick, .user = socket };
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
    post(socket, &socket->to_server, make_parcel(OPENED, (struct cmb_text){ 0 }));
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
    post(socket, &socket->to_server, make_parcel(TEXT, text));
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
    stop_serving(socket);
    cmb_loop_stop_timer(loop_of(socket), &socket->to_client.timer);
    cmb_loop_stop_timer(loop_of(socket), &socket->silence);
    cmb_loop_start_timer(loop_of(socket), &socket->gone, 0);
}

void cmb_practice_socket_free_all(struct cmb_practice_network *network)
{
    while (!TAILQ_EMPTY(&network->sockets))
        free_socket(TAILQ_FIRST(&network->sockets));
}
