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
    int64_t time_ns;
    char method[8], path[120];
};

struct cmb_ledger {
    struct cmb_ledger_request *requests;
    size_t count, capacity;
};

void cmb_ledger_clear(struct cmb_ledger *ledger);
/* Notes a request; NULL without memory.  Valid until the next one is noted. */
struct cmb_ledger_request *cmb_ledger_add(struct cmb_ledger *ledger, uint32_t exchange,
                                          const struct cmb_received *received);
/* The whole as JSON; the caller frees it.  NULL without memory. */
char *cmb_ledger_format(const struct cmb_ledger *ledger, const struct cmb_practice *practices,
                        uint32_t count);

#endif
