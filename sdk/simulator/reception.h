/* simulator/reception.h - what becomes of a request between its arrival at an exchange and its answer.
 *
 * The same for requests that came over a socket and for those of a network that is only played:
 * noted in the ledger, charged, struck by faults, done at once or later, refused.  Called under the
 * simulator's lock.  All times are the simulator's clock's; the exchange's own may differ from it,
 * and is what the exchange stamps and judges by.
 */
#ifndef CMB_SIMULATOR_RECEPTION_H
#define CMB_SIMULATOR_RECEPTION_H

#include "simulator/late.h"
#include "simulator/ledger.h"
#include "simulator/quota.h"
#include "simulator/sending.h"

/* How an exchange's clock goes, besides what faults make of it. */
struct cmb_reception_clock {
    int64_t ahead_ns;
    int64_t drift_ppb; /* parts in a thousand million */
    int64_t since_ns;  /* when it was right but for `ahead_ns` */
};

struct cmb_reception {
    struct cmb_practice *practice;
    struct cmb_faults *faults;
    struct cmb_ledger *ledger;
    uint32_t exchange; /* number, for faults and ledger */
    struct cmb_reception_clock clock;
    int64_t drifts_since_ns; /* by a fault; 0: it does not */
    struct cmb_quota quota;
    uint32_t limits_percent;  /* of what the tables say, while limits are kept; 0: 100 */
    struct cmb_random random; /* how late is late */
    struct cmb_late *waiting; /* the first due first */
    struct cmb_late *done;    /* with answers that somebody waits for */
    uint64_t tickets;
};

void cmb_reception_init(struct cmb_reception *reception, struct cmb_practice *practice,
                        struct cmb_faults *faults, struct cmb_ledger *ledger, uint32_t exchange);
void cmb_reception_clear(struct cmb_reception *reception);

/* A request has arrived; `received` is cut.  Answers it in *ret, whose body is the caller's; with a
 * ticket the answer is to be collected when it is due. */
void cmb_reception_take(struct cmb_reception *reception, struct cmb_received *received,
                        int64_t now_ns, struct cmb_sending *ret);
/* The answer to a ticket, once time has passed that far; false: it is not due. */
bool cmb_reception_collect(struct cmb_reception *reception, uint64_t ticket, int64_t now_ns,
                           struct cmb_sending *ret);
/* Time has passed: the house moves, and what was accepted before is done. */
void cmb_reception_turn(struct cmb_reception *reception, int64_t now_ns);
/* When the next of what was accepted is done; INT64_MAX: nothing waits. */
int64_t cmb_reception_next_ns(const struct cmb_reception *reception);
/* The exchange's own clock. */
int64_t cmb_reception_clock_ns(const struct cmb_reception *reception, int64_t now_ns);
/* Somebody wants to open a stream of that dialect: 200, or a refusal. */
struct cmb_quota_word cmb_reception_connect(struct cmb_reception *reception,
                                            const struct cmb_dialect *dialect, int64_t now_ns);
/* The account's owner places an order elsewhere, which rests; a status. */
int cmb_reception_place_elsewhere(struct cmb_reception *reception, int64_t now_ns);

#endif
