/* simulator/practice_network.h - a network that is only played: no socket, no thread, no waiting.
 *
 * Requests and streams of the core (transport/network.h) reach practice exchanges in the same
 * thread, after delays out of a seed, as timers of a loop whose clock is turned.  What goes wrong
 * is what faults.h has, in the same bytes as over sockets.  Everything that happens depends on the
 * seed, on the questions in their order and on the clock, and on nothing else: one seed, one
 * history.
 *
 *     cmb_clock_init_turnable(&clock, now_ns);
 *     loop = cmb_loop_new(&clock);
 *     network = cmb_practice_network_new(&(struct cmb_practice_network_settings){
 *         .seed = 7, .loop = loop, .clock = &clock }, &error);
 *     cmb_practice_network_add(network, plugin, &error);
 *     cmb_office_init(&office, loop, cmb_practice_network_way(network));
 *     ... exchanges with environment simulated, servers at cmb_practice_network_url
 *     while (!is_done && cmb_practice_network_step(network, until_ns))
 *         continue;
 *
 * Private keys that a plugin cannot do without are made anew each time, and with them signatures;
 * nothing of a history depends on their bytes.  One thread: the loop's.
 */
#ifndef CMB_SIMULATOR_PRACTICE_NETWORK_H
#define CMB_SIMULATOR_PRACTICE_NETWORK_H

#include "simulator/reception.h"
#include "transport/network.h"

/* How long something is on its way, in one direction: evenly between the two, and now and then
 * longer by up to `tail_most_us`. */
struct cmb_practice_delays {
    uint32_t least_us, most_us, tail_most_us, tail_per_million;
};

struct cmb_practice_network_settings {
    uint64_t seed;
    struct cmb_loop *loop;   /* over `clock`; both outlive the network */
    struct cmb_clock *clock; /* turnable */
    struct cmb_practice_delays delays; /* zeros: 2 to 30 ms, one in 500 up to 8 s longer */
    uint32_t house_rest_ms; /* between two moves of the markets, which is most of what a history of
                             * orders costs; 0: 200 */
};

struct cmb_practice_network;

/* A network without exchanges.  NULL with the reason. */
struct cmb_practice_network *
cmb_practice_network_new(const struct cmb_practice_network_settings *settings,
                         struct cambist_error *error);
/* Ends all requests with CLOSED, calling back from here; streams were closed before.  Accepts
 * NULL. */
void cmb_practice_network_free(struct cmb_practice_network *network);

/* Adds a practice exchange.  `plugin` outlives the network. */
int cmb_practice_network_add(struct cmb_practice_network *network, const struct cmb_plugin *plugin,
                             struct cambist_error *error);
/* The table for the core; lives as long as the network. */
struct cmb_network *cmb_practice_network_way(struct cmb_practice_network *network);
/* The exchange of that name (faults, ledger, engine); NULL: it was not added. */
struct cmb_reception *cmb_practice_network_find(struct cmb_practice_network *network,
                                                const char *exchange);
/* What stands for all of its servers ("https://kraken.practice"; `is_stream`: "wss://...").  The
 * text is the network's. */
const char *cmb_practice_network_url(struct cmb_practice_network *network, const char *exchange,
                                     bool is_stream);
/* The made-up credential of that name, NULL where there is none. */
const char *cmb_practice_network_credential(struct cmb_practice_network *network,
                                            const char *exchange, const char *name);

/* Adds a fault, or one that strikes `count` times (or lasts so many seconds) at one exchange; as
 * cmb_simulator_add_fault and cmb_simulator_strike. */
int cmb_practice_network_add_fault(struct cmb_practice_network *network, const char *text,
                                   struct cambist_error *error);
int cmb_practice_network_strike(struct cmb_practice_network *network, const char *exchange,
                                const char *fault, uint32_t count, struct cambist_error *error);
/* From now on nothing strikes. */
void cmb_practice_network_clear_faults(struct cmb_practice_network *network);
/* How often a fault has struck. */
uint64_t cmb_practice_network_struck(const struct cmb_practice_network *network, uint32_t fault);

/* Does what is due now (timers and posts; no descriptor is looked at) or, if nothing is, turns the
 * clock to the next timer and does that.  False, with the clock at `until_ns` (monotonic; INT64_MAX:
 * no end) or where it stood, when nothing is left before that time. */
bool cmb_practice_network_step(struct cmb_practice_network *network, int64_t until_ns);
/* Steps until there is nothing left, or the time has come. */
void cmb_practice_network_run(struct cmb_practice_network *network, int64_t until_ns);

#endif
