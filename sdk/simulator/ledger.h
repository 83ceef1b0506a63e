/* simulator/ledger.h - everything that happened, to be compared with what a client believes.
 *
 * Requests are noted as they arrive; orders, fills and balances are the engines' own.
 */
#ifndef CMB_SIMULATOR_LEDGER_H
#define CMB_SIMULATOR_LEDGER_H

#include "simulator/exchange.h"
#include "simulator/faults.h"

struct cmb_ledger_request {
    uint32_t exchange, operation, fault, http_status;
    bool is_executed;
    bool is_over_limit; /* refused because the client had asked too much */
    bool is_in_ban;     /* asked though it was banned */
    uint32_t weight;    /* over all limits that it was charged to */
    int64_t time_ns;    /* of arrival */
    int64_t executed_ns; /* later where it had to wait; 0: it was not */
    char method[8], path[120];
};

struct cmb_ledger {
    struct cmb_ledger_request *requests;
    size_t count, capacity;
};

void cmb_ledger_clear(struct cmb_ledger *ledger);
/* Notes a request; its number, SIZE_MAX without memory. */
size_t cmb_ledger_add(struct cmb_ledger *ledger, uint32_t exchange,
                      const struct cmb_received *received);
/* The request of that number, NULL when there is none.  Valid until the next one is noted. */
struct cmb_ledger_request *cmb_ledger_at(struct cmb_ledger *ledger, size_t number);
/* The whole as JSON; the caller frees it.  NULL without memory. */
char *cmb_ledger_format(const struct cmb_ledger *ledger, const struct cmb_practice *practices,
                        uint32_t count);

#endif
