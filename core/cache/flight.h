/* cache/flight.h - many ask the same question at once, one request flies.
 *
 * The first who joins a key leads: it fetches, and lands the flight with what came.  Who joins in
 * between waits and is called in the order of joining.  One thread at a time.
 */
#ifndef CMB_CACHE_FLIGHT_H
#define CMB_CACHE_FLIGHT_H

#include "base/text.h"

struct cmb_flights;

/* One who waits; the caller's memory, untouched and in place until it is called or has left. */
struct cmb_flight_waiter {
    /* `answer` is what the leader gave to land, NULL for nothing. */
    void (*landed)(struct cmb_flight_waiter *waiter, int status, const void *answer);
    struct cmb_flight_waiter *next; /* the registry's, and so is `flight` */
    struct cmb_shared_flight *flight;      /* NULL when it waits for nothing */
};

enum cmb_flight_role {
    CMB_FLIGHT_LEADS = 1,
    CMB_FLIGHT_WAITS = 2,
    CMB_FLIGHT_ALONE = 3 /* no room: fetch for yourself, land nothing */
};

/* Room for `flights_most` questions at once.  NULL without memory. */
struct cmb_flights *cmb_flights_new(size_t flights_most);
/* Calls nobody: land what is under way before.  Accepts NULL. */
void cmb_flights_free(struct cmb_flights *flights);

/* The first to join `key` leads (`waiter` is then not kept), the others wait. */
enum cmb_flight_role cmb_flights_join(struct cmb_flights *flights, struct cmb_text key,
                                      struct cmb_flight_waiter *waiter);
/* Ends the flight and calls everybody who waits.  They may join again, which starts a new one.
 * Returns how many were called; 0 too for a key that nobody leads. */
size_t cmb_flights_land(struct cmb_flights *flights, struct cmb_text key, int status,
                        const void *answer);
/* Waits no longer: a deadline passed.  Fine for one that does not wait. */
void cmb_flights_leave(struct cmb_flights *flights, struct cmb_flight_waiter *waiter);
/* Questions under way. */
size_t cmb_flights_count(const struct cmb_flights *flights);

#endif
