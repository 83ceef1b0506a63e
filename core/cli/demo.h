/* cli/demo.h - what the parts of the demo share. */
#ifndef CMB_CLI_DEMO_H
#define CMB_CLI_DEMO_H

#include "cli/ask.h"
#include "metrics/histogram.h"
#include "simulator/simulator.h"

enum { CMB_DEMO_EXCHANGES = 4 };
extern const char *const cmb_demo_exchanges[CMB_DEMO_EXCHANGES];

/* What the live part has seen. */
struct cmb_demo_sight {
    uint64_t updates;
    struct cmb_histogram latencies;
    int64_t struck_ns, found_ns, healed_ns; /* wall clock; 0: it did not happen */
    bool is_stopped;                        /* somebody pressed Ctrl-C */
};

/* Shows live books of all exchanges until `is_done` holds and the gap that it causes is healed, or
 * some seconds are over.  On a terminal they are redrawn in place, else there are lines. */
void cmb_demo_watch(struct cambist *host, struct cmb_simulator *simulator,
                    const atomic_bool *is_done, struct cmb_demo_sight *ret);

/* Makes one exchange dearer, and shows how an arbitrage is found and executed between two of them.
 * False: it was not. */
bool cmb_demo_arbitrage(struct cambist *host, struct cmb_simulator *simulator);

#endif
