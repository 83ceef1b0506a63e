/* crypto/random.h - random bytes, which a test can make repeat.
 *
 * All code that needs chance asks a cmb_random: the system's for real, a seeded one where a run
 * must repeat (tests, simulator, `request --batch`).
 */
#ifndef CMB_CRYPTO_RANDOM_H
#define CMB_CRYPTO_RANDOM_H

#include "base/text.h"

struct cmb_random {
    void (*fill)(struct cmb_random *random, void *to, size_t size);
    uint64_t state; /* of a seeded one */
};

/* Characters of a UUID, without a NUL. */
#define CMB_UUID_SIZE 36

/* The kernel's getrandom().  Stops the process if the kernel has none to give: there is no safe
 * way on. [any thread] */
extern struct cmb_random cmb_random_system;
/* Repeats the same bytes for the same seed.  Not for keys or nonces that matter. [one thread] */
void cmb_random_init_seeded(struct cmb_random *random, uint64_t seed);

static inline void cmb_random_fill(struct cmb_random *random, void *to, size_t size)
{
    random->fill(random, to, size);
}

uint64_t cmb_random_number(struct cmb_random *random);
/* A UUID version 4 in lower case: CMB_UUID_SIZE characters, no NUL.  Returns where it ended. */
char *cmb_random_uuid(struct cmb_random *random, char *to);
/* `digits` random lower-case hex digits, no NUL.  Returns where they ended. */
char *cmb_random_hex(struct cmb_random *random, size_t digits, char *to);

#endif
