/* simulator/practice_socket.h - a WebSocket over a network that is only played, from both ends.
 *
 * For practice_socket.c (the client's end, and its life) and practice_session.c (the exchange's end)
 * only.  Between them things are on their way as parcels, in two lanes.
 */
#ifndef CMB_SIMULATOR_PRACTICE_SOCKET_H
#define CMB_SIMULATOR_PRACTICE_SOCKET_H

#include "simulator/practice_network_inner.h"

enum cmb_parcel_kind {
    CMB_PARCEL_OPENED = 1, /* the handshake, or its answer */
    CMB_PARCEL_TEXT,
    CMB_PARCEL_PING,
    CMB_PARCEL_PONG,
    CMB_PARCEL_ENDED,
};

struct cmb_parcel {
    TAILQ_ENTRY(cmb_parcel) link;
    enum cmb_parcel_kind kind;
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
TAILQ_HEAD(cmb_parcels, cmb_parcel);

/* One direction: nothing overtakes what was sent before. */
struct cmb_lane {
    struct cmb_parcels parcels;
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
    bool is_closed; /* by the client: nothing more is told */
    struct cmb_lane to_client, to_server;
    struct cmb_timer tick, silence, gone;
    int64_t heard_ns;
    struct cambist_error error;
    char path[];
};

static inline struct cmb_loop *cmb_practice_socket_loop(const struct cmb_practice_socket *socket)
{
    return socket->place->network->loop;
}

/* A parcel with a text (may be absent); NULL without memory. */
struct cmb_parcel *cmb_parcel_new(enum cmb_parcel_kind kind, struct cmb_text text);
/* Sends it, behind what is on its way already.  One that is NULL is lost, as things are. */
void cmb_lane_post(struct cmb_practice_socket *socket, struct cmb_lane *lane,
                   struct cmb_parcel *parcel);
/* Takes off what is due; NULL: nothing is yet, or nothing passes. */
struct cmb_parcel *cmb_lane_take(struct cmb_practice_socket *socket, struct cmb_lane *lane);
void cmb_lane_clear(struct cmb_practice_socket *socket, struct cmb_lane *lane);

/* Whether nothing passes. */
bool cmb_practice_socket_is_half_open(const struct cmb_practice_socket *socket);

/* session: the callbacks of the exchange's timers, and its end of the connection. */
void cmb_practice_session_on_parcels(struct cmb_timer *timer, void *user);
void cmb_practice_session_on_tick(struct cmb_timer *timer, void *user);
void cmb_practice_session_stop(struct cmb_practice_socket *socket);

#endif
