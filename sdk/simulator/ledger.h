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
/* ---- the truth about the account, for whoever compares it with what a client believes ---- */

/* An order that the exchange has taken.  Texts live as long as the exchange. */
struct cmb_ledger_order {
    uint64_t id;
    const char *client_id, *symbol; /* client_id "": none */
    uint32_t side, type, state;     /* numbers of the vocabularies, as in cambist_order */
    bool is_external;               /* its owner placed it elsewhere */
    struct cambist_decimal price, amount, filled, cost; /* price not set: a market order */
    size_t request;                 /* that brought it, in the ledger; SIZE_MAX: none */
    int64_t arrived_ns;  /* that request, by the simulator's clock */
    int64_t executed_ns; /* when the engine took it, by the same */
    int64_t updated_ns;  /* the last change, by the exchange's clock */
};
struct cmb_ledger_fill {
    uint64_t id, order_id;
    const char *client_id, *symbol;
    uint32_t side, liquidity; /* one's own */
    struct cambist_decimal price, amount, fee;
    const char *fee_currency;
    int64_t time_ns; /* by the exchange's clock */
};
struct cmb_ledger_balance {
    const char *currency;
    struct cambist_decimal free, used;
};

/* Orders in the order in which they were taken, fills as they happened; `number` is below the count. */
size_t cmb_ledger_order_count(const struct cmb_practice *practice);
void cmb_ledger_order(const struct cmb_practice *practice, size_t number,
                      struct cmb_ledger_order *ret);
size_t cmb_ledger_fill_count(const struct cmb_practice *practice);
void cmb_ledger_fill(const struct cmb_practice *practice, size_t number,
                     struct cmb_ledger_fill *ret);
size_t cmb_ledger_balance_count(void);
void cmb_ledger_balance(const struct cmb_practice *practice, size_t number,
                        struct cmb_ledger_balance *ret);

/* The whole as JSON; the caller frees it.  NULL without memory. */
char *cmb_ledger_format(const struct cmb_ledger *ledger, const struct cmb_practice *practices,
                        uint32_t count);

#endif
