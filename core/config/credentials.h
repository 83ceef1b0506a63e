/* config/credentials.h - an account's secrets, out of exactly one source, straight into the vault.
 *
 * Sources, best first:
 *     systemd:NAME             $CREDENTIALS_DIRECTORY/NAME (LoadCredential= of the unit)
 *     file:/PATH               a file that only its owner may read, see config/trusted_file.h
 *     fd:N                     an inherited descriptor, read to its end and closed
 *     env:NAME                 an environment variable, wiped where it lies
 *     command:/PATH;ARG;ARG    a program's standard output; no shell, 10 s
 *
 * Content: lines `name = value`, "#" begins a comment.  Names are lower-case words: key, secret,
 * passphrase, uid, private_key, wallet_address, or what else a plugin asks for.  A value that
 * begins with "-----BEGIN" goes on to its "-----END" line; behind an empty value it may begin on
 * the next line.
 */
#ifndef CMB_CONFIG_CREDENTIALS_H
#define CMB_CONFIG_CREDENTIALS_H

#include "crypto/vault.h"

#define CMB_CREDENTIALS_MOST            16
#define CMB_CREDENTIALS_NAME_MOST       32
/* Ceiling of a file; what cannot say its size before (fd, command) has the smaller one. */
#define CMB_CREDENTIALS_FILE_MOST_BYTES ((size_t)64 * 1024)
#define CMB_CREDENTIALS_PIPE_MOST_BYTES ((size_t)16 * 1024)
#define CMB_CREDENTIALS_TIMEOUT_MS      10000

struct cmb_credential {
    char name[CMB_CREDENTIALS_NAME_MOST];
    struct cmb_secret value;
};

struct cmb_credentials {
    struct cmb_vault *vault;
    char *at; /* the content, in the vault */
    size_t size;
    struct cmb_credential rows[CMB_CREDENTIALS_MOST];
    size_t count;
};

/* Reads `source`, which is never shown in an error beyond the part before ":" and a file's path.
 * BAD_CONFIG, TIMEOUT or NO_MEMORY; the credentials are then empty.  Reading `env:` and `fd:`
 * changes the process: once, before other threads start. */
int cmb_credentials_read(struct cmb_credentials *credentials, struct cmb_vault *vault,
                         const char *source, struct cambist_error *error);
/* Takes over `size` bytes at `at`, which were taken from the vault, also on failure.  `origin`
 * stands in the errors. */
int cmb_credentials_parse(struct cmb_credentials *credentials, struct cmb_vault *vault, char *at,
                          size_t size, const char *origin, struct cambist_error *error);
/* Wipes everything.  Accepts a zeroed struct. */
void cmb_credentials_clear(struct cmb_credentials *credentials);

/* The value by its name; an absent secret (hidden_at NULL) where there is none. */
struct cmb_secret cmb_credentials_get(const struct cmb_credentials *credentials, const char *name);

/* NULL when `source` has one of the forms above, or what is wrong with it, in words that may be
 * shown.  Reads nothing. */
const char *cmb_credentials_check_source(const char *source);

#endif
