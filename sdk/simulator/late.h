/* simulator/late.h - what an exchange has accepted and does later.
 *
 * Requests that wait in its queue, and orders of which it has said more than is so yet.  Times are
 * the simulator's clock's.  A part of reception.h.
 */
#ifndef CMB_SIMULATOR_LATE_H
#define CMB_SIMULATOR_LATE_H

#include "simulator/exchange.h"

enum cmb_late_kind { CMB_LATE_REQUEST = 1, CMB_LATE_CANCEL, CMB_LATE_FILL };

struct cmb_late {
    struct cmb_late *next;
    uint32_t kind;      /* enum cmb_late_kind */
    int64_t due_ns;     /* when it is done */
    struct cmb_engine_order *order; /* of CANCEL and FILL */
    /* Of a request. */
    struct cmb_received *received;
    int64_t arrived_ns;
    int64_t checked_ns; /* when it reached the engine, and was looked at once more */
    int proved;         /* status of the proof when it arrived */
    size_t noted;       /* number in the ledger */
    uint64_t ticket;    /* for whoever waits for the answer; 0: nobody does */
    struct cmb_reply reply;
};

/* A copy that lives on its own; NULL without memory.  Free accepts NULL. */
struct cmb_received *cmb_received_copy(const struct cmb_received *received);
void cmb_received_free(struct cmb_received *received);

/* Puts it where its time is; what is due together is done in the order in which it came. */
void cmb_late_insert(struct cmb_late **list, struct cmb_late *late);
/* Takes off the first that is due; NULL: nothing is. */
struct cmb_late *cmb_late_take_due(struct cmb_late **list, int64_t now_ns);
void cmb_late_free(struct cmb_late *late);

#endif
