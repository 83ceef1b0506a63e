/* simulator/sending.h - an answer on its way: what it says, what is wrong with it, how it ends.
 *
 * The bytes are the same over a socket and over a network that is only played.
 */
#ifndef CMB_SIMULATOR_SENDING_H
#define CMB_SIMULATOR_SENDING_H

#include "simulator/exchange.h"
#include "simulator/faults.h"
#include "simulator/quota.h"

/* How a connection goes on behind an answer. */
enum cmb_ending {
    CMB_ENDING_KEPT = 0, /* for the next request */
    CMB_ENDING_CLOSED,   /* in order */
    CMB_ENDING_RESET,
    CMB_ENDING_MUTE,     /* it stays, and nothing more comes */
};

struct cmb_sending {
    struct cmb_reply reply;
    uint32_t fault;    /* enum cmb_fault */
    char headers[512]; /* more header lines */
    uint64_t ticket;   /* of a request that is done later, for its answer; 0: the answer is here */
    int64_t due_ns;    /* by the simulator's clock, when that is */
};

/* Appends what is to be sent, which may be nothing.  Without memory `to` is not whole. */
enum cmb_ending cmb_sending_write(const struct cmb_sending *sending, struct cmb_buffer *to);
/* How long the first byte is kept back, and each byte behind it. */
uint32_t cmb_sending_wait_ms(const struct cmb_sending *sending);
uint32_t cmb_sending_drip_ms(const struct cmb_sending *sending);

/* refuse: writes what the sending's fault says instead of an answer, over one that is there. */
void cmb_sending_refuse(struct cmb_sending *sending, const struct cmb_practice *practice);
/* The same for a limit that was passed. */
void cmb_sending_refuse_for_quota(struct cmb_sending *sending, const struct cmb_practice *practice,
                                  const struct cmb_quota_word *word);
/* Adds the line with the date, by the exchange's clock. */
void cmb_sending_add_date(struct cmb_sending *sending, int64_t now_ns);

#endif
