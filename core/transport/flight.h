/* transport/flight.h - one request on one connection: write once, wait, read.
 *
 * The inner side of pool.h, for the pool's files only.  A flight never sends again and never asks
 * for another connection; it says how it ended, and whether a byte has left.  Flights are reused
 * with their buffers, so that a warmed-up pool allocates nothing per request.
 */
#ifndef CMB_TRANSPORT_FLIGHT_H
#define CMB_TRANSPORT_FLIGHT_H

#include "transport/pool.h"

#include <sys/queue.h>

#define CMB_FLIGHT_READ_BYTES (64 * 1024)

enum cmb_flight_place {
    CMB_FLIGHT_FREE = 1,
    CMB_FLIGHT_WAITING,
    CMB_FLIGHT_FLYING,
    CMB_FLIGHT_ENDED
};

/* Called from the loop when a flight has ended; its answer is filled. */
typedef void (*cmb_flight_end_fn)(struct cmb_flight *flight);

struct cmb_flight {
    /* The pool's. */
    TAILQ_ENTRY(cmb_flight) link;
    struct cmb_origin *origin;
    struct cmb_wire *wire; /* while it flies */
    enum cmb_flight_place place;
    struct cmb_timer deadline;
    struct cmb_request asked; /* its slices are not valid any more */
    cmb_flight_end_fn on_end;
    char *scratch; /* CMB_FLIGHT_READ_BYTES, shared by all flights of the loop */
    /* The flight's. */
    struct cmb_connection *connection;
    struct cmb_loop *loop;
    struct cmb_buffer request; /* emptied and wiped as soon as it is written */
    bool is_filled, is_written;
    bool is_closing; /* the server has closed; what it said before is still read */
    struct cmb_http http;
    struct cmb_answer answer;
    struct cambist_error error;
};
TAILQ_HEAD(cmb_flights, cmb_flight);

/* Prepares a zeroed flight; allocates nothing.  Clearing releases the buffers. */
void cmb_flight_init(struct cmb_flight *flight);
void cmb_flight_clear(struct cmb_flight *flight);

/* Takes over a request: copies the slices.  CAMBIST_OK, TOO_LARGE, NO_MEMORY. */
int cmb_flight_load(struct cmb_flight *flight, const struct cmb_request *request);

/* Starts on an open connection that carries nothing else.  CAMBIST_AGAIN: under way, on_end will
 * be called.  Anything else: it has ended here, the answer is filled, on_end will not be called. */
int cmb_flight_start(struct cmb_flight *flight, struct cmb_connection *connection);

/* Fills the answer of a flight that cannot go on.  Calls nobody.  `reason` is copied. */
void cmb_flight_fail(struct cmb_flight *flight, int status, struct cmb_text reason);

/* Whether its connection may carry another request. */
bool cmb_flight_may_keep(const struct cmb_flight *flight);

#endif
