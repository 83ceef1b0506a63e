/* simulator/practice_network_inner.h - the inner side of practice_network.h, for its files only.
 *
 *     practice_network.c  exchanges, time
 *     practice_flight.c   a request's way there and back
 *     practice_socket.c   a WebSocket's, at the client; practice_session.c at the exchange,
 *                         practice_lane.c between them
 */
#ifndef CMB_SIMULATOR_PRACTICE_NETWORK_INNER_H
#define CMB_SIMULATOR_PRACTICE_NETWORK_INNER_H

#include <sys/queue.h>

#include "simulator/practice_network.h"
#include "simulator/stream.h"

struct cmb_practice_flight;
struct cmb_practice_socket;
TAILQ_HEAD(cmb_practice_flights, cmb_practice_flight);
TAILQ_HEAD(cmb_practice_sockets, cmb_practice_socket);

/* An exchange at its address. */
struct cmb_practice_place {
    struct cmb_practice_network *network;
    struct cmb_practice practice;
    struct cmb_reception reception;
    struct cmb_timer late; /* of what it has accepted and does later */
    char url[96], stream_url[96];
};

struct cmb_practice_network {
    struct cmb_network way; /* first: the network is found by it */
    struct cmb_practice_network_settings settings;
    struct cmb_loop *loop;
    struct cmb_vault vault;
    struct cmb_faults faults;
    struct cmb_ledger ledger;
    struct cmb_random random; /* of delays */
    struct cmb_practice_place *places[CMB_SIMULATOR_EXCHANGES_MOST];
    uint32_t place_count;
    struct cmb_practice_flights unused, flying;
    struct cmb_practice_sockets sockets;
    bool is_closing;
    struct cmb_http http;         /* reads the answer in hand */
    struct cmb_received received; /* the request in hand */
};

static inline struct cmb_practice_network *cmb_practice_network_of(struct cmb_network *way)
{
    return (struct cmb_practice_network *)(void *)way;
}

/* How long the next thing is on its way. */
int64_t cmb_practice_network_delay_ns(struct cmb_practice_network *network);
int64_t cmb_practice_network_wall_ns(const struct cmb_practice_network *network);
/* Starts a timer at a time of the wall. */
void cmb_practice_network_start_at(struct cmb_practice_network *network, struct cmb_timer *timer,
                                   int64_t wall_ns);
/* What the exchange has accepted is done when it is due. */
void cmb_practice_network_await_late(struct cmb_practice_place *place);
/* The exchange that listens at "https://name.practice..."; NULL: nobody does. */
struct cmb_practice_place *cmb_practice_network_find_place(struct cmb_practice_network *network,
                                                           const char *url);

/* flight: the functions of the table, and the end of all. */
struct cmb_flight *cmb_practice_flight_send(struct cmb_network *way,
                                            const struct cmb_request *request,
                                            struct cambist_error *error);
bool cmb_practice_flight_cancel(struct cmb_network *way, struct cmb_flight *flight);
void cmb_practice_flight_end_all(struct cmb_practice_network *network);

/* socket: the functions of the table, and what sockets are told. */
struct cmb_websocket *cmb_practice_socket_open(struct cmb_network *way,
                                               const struct cmb_websocket_settings *settings,
                                               struct cambist_error *error);
int cmb_practice_socket_send(struct cmb_websocket *websocket, struct cmb_text text);
int cmb_practice_socket_ping(struct cmb_websocket *websocket, struct cmb_text payload);
void cmb_practice_socket_close(struct cmb_websocket *websocket);
/* Something has happened at the exchange: its streams tell it soon. */
void cmb_practice_socket_stir(struct cmb_practice_place *place);
void cmb_practice_socket_free_all(struct cmb_practice_network *network);

#endif
