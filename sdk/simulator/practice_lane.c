/* What is on its way between a client and an exchange, and when does it arrive? */
#include "simulator/practice_socket.h"

#include <stdlib.h>

enum { HELD_MS = 100 };

static const int64_t millisecond_ns = 1000000;

struct cmb_parcel *cmb_parcel_new(enum cmb_parcel_kind kind, struct cmb_text text)
{
    struct cmb_parcel *parcel = calloc(1, sizeof *parcel + text.length + 1);
    if (!parcel)
        return NULL;
    parcel->kind = kind;
    parcel->length = text.length;
    if (text.length)
        memcpy(parcel->text, text.at, text.length);
    return parcel;
}

void cmb_lane_post(struct cmb_practice_socket *socket, struct cmb_lane *lane,
                   struct cmb_parcel *parcel)
{
    if (!parcel)
        return;
    int64_t now_ns = cmb_loop_now_ns(cmb_practice_socket_loop(socket));
    int64_t due_ns = now_ns + cmb_practice_network_delay_ns(socket->place->network);
    lane->last_ns = parcel->due_ns = due_ns > lane->last_ns ? due_ns : lane->last_ns;
    TAILQ_INSERT_TAIL(&lane->parcels, parcel, link);
    if (!cmb_timer_is_running(&lane->timer))
        cmb_loop_start_timer_at(cmb_practice_socket_loop(socket), &lane->timer,
                                TAILQ_FIRST(&lane->parcels)->due_ns);
}

bool cmb_practice_socket_is_half_open(const struct cmb_practice_socket *socket)
{
    const struct cmb_reception *reception = &socket->place->reception;
    reception->faults->now_ns = cmb_practice_network_wall_ns(socket->place->network);
    return cmb_faults_is_on(reception->faults, reception->exchange, CMB_FAULT_HALF_OPEN,
                            CAMBIST_TOPIC_NONE);
}

struct cmb_parcel *cmb_lane_take(struct cmb_practice_socket *socket, struct cmb_lane *lane)
{
    struct cmb_parcel *parcel = TAILQ_FIRST(&lane->parcels);
    struct cmb_loop *loop = cmb_practice_socket_loop(socket);
    if (!parcel || socket->is_closed)
        return NULL;
    if (cmb_practice_socket_is_half_open(socket)) {
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

void cmb_lane_clear(struct cmb_practice_socket *socket, struct cmb_lane *lane)
{
    struct cmb_parcel *parcel;
    cmb_loop_stop_timer(cmb_practice_socket_loop(socket), &lane->timer);
    while ((parcel = TAILQ_FIRST(&lane->parcels))) {
        TAILQ_REMOVE(&lane->parcels, parcel, link);
        free(parcel);
    }
}
