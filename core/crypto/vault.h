/* crypto/vault.h - the one place where secrets lie in memory.
 *
 * Pages of their own between two guard pages: locked (never swapped), left out of core dumps, and
 * read as zero in a forked child.  What is given back is wiped first, and so is everything when
 * the vault closes.  Signing keys, key schedules and the text of credentials live here and nowhere
 * else in the process.
 *
 * Honest limit: a key or passphrase that travels in a header leaves the vault for the connection's
 * buffers.  Only what signs is promised to stay.
 */
#ifndef CMB_CRYPTO_VAULT_H
#define CMB_CRYPTO_VAULT_H

#include <cambist/status.h>

#include <pthread.h>

#include "base/text.h"

/* The usual size; RLIMIT_MEMLOCK is 8 MiB on Debian 12, 64 KiB on older systems. */
#define CMB_VAULT_SIZE_BYTES ((size_t)64 * 1024)
/* The vault gives out whole cells. */
#define CMB_VAULT_CELL_BYTES ((size_t)64)
/* No vault is larger than this. */
#define CMB_VAULT_MOST_BYTES ((size_t)1024 * 1024)

struct cmb_vault {
    char *at; /* first byte between the guards; NULL while closed */
    size_t size_bytes;
    uint64_t *taken; /* one bit per cell */
    bool is_locked;  /* false: the system refused mlock(); a daemon should refuse to start */
    pthread_mutex_t lock;
};

/* A secret as a value: no formatter, no comparison but cmb_secret_is_equal.  The bytes are the
 * vault's and live until their owner gives them back.  An absent secret has a NULL `hidden_at`. */
struct cmb_secret {
    const char *hidden_at;
    size_t length;
};

/* Maps a vault of `size_bytes` (rounded up to whole pages, at most CMB_VAULT_MOST_BYTES), and sets
 * up OpenSSL's secure heap where nobody has.  Being unable to lock is no failure: see is_locked.
 * Fails with NO_MEMORY or BAD_ARGUMENT, `vault` is then closed. */
int cmb_vault_open(struct cmb_vault *vault, size_t size_bytes, struct cambist_error *error);
/* Wipes and unmaps.  Accepts a zeroed vault and one that was closed before. */
void cmb_vault_close(struct cmb_vault *vault);

/* `size` zeroed bytes, aligned to a cell; NULL when there is no such run of free cells or size is
 * 0.  The taker gives them back. [any thread] */
void *cmb_vault_take(struct cmb_vault *vault, size_t size);
/* Wipes and releases what was taken with the same `size`.  Accepts NULL. [any thread] */
void cmb_vault_give(struct cmb_vault *vault, void *at, size_t size);
/* Wipes and releases what lies behind the first `kept` bytes of a taken run. [any thread] */
void cmb_vault_trim(struct cmb_vault *vault, void *at, size_t size, size_t kept);
/* Bytes in free cells, not necessarily in one run. [any thread] */
size_t cmb_vault_free_bytes(struct cmb_vault *vault);

/* Compares without telling by its time where the difference is; lengths are no secret. */
bool cmb_crypto_is_equal(const void *a, const void *b, size_t length);

/* The secret's bytes, to be handed to a function of this folder and to no other. */
static inline struct cmb_text cmb_secret_reveal(struct cmb_secret secret)
{
    return (struct cmb_text){ secret.hidden_at, secret.length };
}

static inline bool cmb_secret_is_equal(struct cmb_secret a, struct cmb_secret b)
{
    return a.length == b.length && cmb_crypto_is_equal(a.hidden_at, b.hidden_at, a.length);
}

#endif
