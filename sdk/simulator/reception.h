/* simulator/reception.h - what becomes of a request between its arrival at an exchange and its answer.
 *
 * The same for requests that came over a socket and for those of a network that is only played:
 * noted in the ledger, struck by faults, done, refused.  Called under the simulator's lock, with its
 * clock's time; the exchange's own clock may differ from it.
 */
#ifndef CMB_SIMULATOR_RECEPTION_H
#define CMB_SIMULATOR_RECEPTION_H

#include "simulator/ledger.h"
#include "simulator/sending.h"

struct cmb_reception {
    struct cmb_practice *practice;
    struct cmb_faults *faults;
    struct cmb_ledger *ledger;
    uint32_t exchange; /* number, for faults and ledger */
};

/* A request has arrived; `received` is cut.  Answers it in *ret, whose body is the caller's. */
void cmb_reception_take(struct cmb_reception *reception, struct cmb_received *received,
                        int64_t now_ns, struct cmb_sending *ret);
/* Time has passed: the house moves. */
void cmb_reception_turn(struct cmb_reception *reception, int64_t now_ns);

#endif
