/* Who fetches the answer to this question, and who waits for it? */
#include "cache/flight.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/key.h"

struct cmb_shared_flight {
    uint64_t hash;
    char *key;
    size_t key_length, capacity;
    struct cmb_flight_waiter *first, **end; /* in the order of joining */
    struct cmb_shared_flight *next;                /* in its chain, or among the free */
};

struct cmb_flights {
    struct cmb_shared_flight *flights, *first_free;
    struct cmb_shared_flight **chains;
    size_t most, chain_mask, count;
};

struct cmb_flights *cmb_flights_new(size_t flights_most)
{
    size_t chains = 8;
    while (chains < flights_most && chains < SIZE_MAX / 4)
        chains *= 2;
    struct cmb_flights *flights = cmb_calloc(1, sizeof *flights);
    if (!flights)
        return NULL;
    flights->flights = cmb_calloc(flights_most ? flights_most : 1, sizeof *flights->flights);
    flights->chains = cmb_calloc(chains, sizeof *flights->chains);
    flights->most = flights->flights ? flights_most : 0;
    flights->chain_mask = chains - 1;
    if (!flights->flights || !flights->chains) {
        cmb_flights_free(flights);
        return NULL;
    }
    for (size_t i = flights_most; i-- > 0;) {
        flights->flights[i].next = flights->first_free;
        flights->first_free = &flights->flights[i];
    }
    return flights;
}

void cmb_flights_free(struct cmb_flights *flights)
{
    if (!flights)
        return;
    for (size_t i = 0; i < flights->most; i++)
        free(flights->flights[i].key);
    free(flights->flights);
    free(flights->chains);
    free(flights);
}

/* Where the flight of `key` is linked from; *result is NULL when there is none. */
static struct cmb_shared_flight **find_link(struct cmb_flights *flights, uint64_t hash,
                                     struct cmb_text key)
{
    struct cmb_shared_flight **link = &flights->chains[hash & flights->chain_mask];
    while (*link && !((*link)->hash == hash &&
                      cmb_text_is((struct cmb_text){ (*link)->key, (*link)->key_length }, key)))
        link = &(*link)->next;
    return link;
}

static bool copy_key(struct cmb_shared_flight *flight, struct cmb_text key)
{
    if (key.length > flight->capacity) {
        char *larger = cmb_realloc(flight->key, key.length);
        if (!larger)
            return false;
        flight->key = larger;
        flight->capacity = key.length;
    }
    if (key.length)
        memcpy(flight->key, key.at, key.length);
    flight->key_length = key.length;
    return true;
}

/* Starts a flight at `link`, the end of its chain. */
static enum cmb_flight_role start(struct cmb_flights *flights, struct cmb_shared_flight **link,
                                  uint64_t hash, struct cmb_text key)
{
    struct cmb_shared_flight *flight = flights->first_free;
    if (!flight || !copy_key(flight, key))
        return CMB_FLIGHT_ALONE;
    flights->first_free = flight->next;
    flight->hash = hash;
    flight->first = NULL;
    flight->end = &flight->first;
    flight->next = NULL;
    *link = flight;
    flights->count++;
    return CMB_FLIGHT_LEADS;
}

enum cmb_flight_role cmb_flights_join(struct cmb_flights *flights, struct cmb_text key,
                                      struct cmb_flight_waiter *waiter)
{
    uint64_t hash = cmb_key_hash(key, (uintptr_t)flights);
    struct cmb_shared_flight **link = find_link(flights, hash, key);
    waiter->next = NULL;
    waiter->flight = *link;
    if (!*link)
        return start(flights, link, hash, key);
    *(*link)->end = waiter;
    (*link)->end = &waiter->next;
    return CMB_FLIGHT_WAITS;
}

/* Takes the first waiter off; NULL when there is none. */
static struct cmb_flight_waiter *take_first(struct cmb_shared_flight *flight)
{
    struct cmb_flight_waiter *waiter = flight->first;
    if (!waiter)
        return NULL;
    flight->first = waiter->next;
    waiter->next = NULL;
    waiter->flight = NULL;
    return waiter;
}

size_t cmb_flights_land(struct cmb_flights *flights, struct cmb_text key, int status,
                        const void *answer)
{
    uint64_t hash = cmb_key_hash(key, (uintptr_t)flights);
    struct cmb_shared_flight **link = find_link(flights, hash, key), *flight = *link;
    if (!flight)
        return 0;
    /* The waiters move to a flight that nobody can join, so that one who is called may join the
     * key anew, or make another one leave who was not called yet. */
    struct cmb_shared_flight landing = { .first = flight->first };
    for (struct cmb_flight_waiter *waiter = landing.first; waiter; waiter = waiter->next)
        waiter->flight = &landing;
    *link = flight->next;
    flight->next = flights->first_free;
    flights->first_free = flight;
    flights->count--;
    size_t called = 0;
    for (struct cmb_flight_waiter *waiter; (waiter = take_first(&landing)); called++)
        waiter->landed(waiter, status, answer);
    return called;
}

void cmb_flights_leave(struct cmb_flights *flights, struct cmb_flight_waiter *waiter)
{
    (void)flights;
    struct cmb_shared_flight *flight = waiter->flight;
    if (!flight)
        return;
    struct cmb_flight_waiter **link = &flight->first;
    while (*link != waiter)
        link = &(*link)->next;
    *link = waiter->next;
    if (!*link)
        flight->end = link;
    waiter->next = NULL;
    waiter->flight = NULL;
}

size_t cmb_flights_count(const struct cmb_flights *flights)
{
    return flights->count;
}
