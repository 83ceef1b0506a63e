/* limit/backoff.h - how long to wait before trying again?
 *
 * Doubling ceilings from a table made once, and full jitter below each, so that many clients do not
 * come back at the same moment; the spread is as wide at the last step as the step itself.
 */
#ifndef CMB_LIMIT_BACKOFF_H
#define CMB_LIMIT_BACKOFF_H

#include <stdint.h>

#define CMB_BACKOFF_STEPS 24

struct cmb_backoff {
    int64_t floor_ns; /* never shorter */
    int64_t ceiling_ns[CMB_BACKOFF_STEPS];
};

/* Waits are between `floor_ns` and first_ns, 2 first_ns, 4 first_ns ... most_ns.  Silly values are
 * put right: 0 <= floor_ns <= first_ns <= most_ns. */
void cmb_backoff_init(struct cmb_backoff *backoff, int64_t floor_ns, int64_t first_ns,
                      int64_t most_ns);
/* The wait before try `attempt` + 1, counted from 0; `random` is 64 random bits. [any thread] */
int64_t cmb_backoff_wait_ns(const struct cmb_backoff *backoff, unsigned attempt, uint64_t random);

#endif
