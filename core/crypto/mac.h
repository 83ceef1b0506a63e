/* crypto/mac.h - HMAC with the key schedule computed once.
 *
 * HMAC hashes one block made of the key before the text, and another before the inner digest.  A
 * cmb_mac keeps the hash states behind these two blocks, so that a signature costs the blocks of
 * the text and one more.  The states are as good as the key, so they lie in the vault.
 */
#ifndef CMB_CRYPTO_MAC_H
#define CMB_CRYPTO_MAC_H

#include "crypto/digest.h"
#include "crypto/vault.h"

struct cmb_mac;

/* Computes the schedule of `key` (any length, it may lie anywhere) for SHA-256, 384 or 512.  NULL
 * for another hash, or when the vault is full.  The caller frees it. */
struct cmb_mac *cmb_mac_new(struct cmb_vault *vault, enum cmb_hash hash, struct cmb_text key);
/* Wipes it.  Accepts NULL. */
void cmb_mac_free(struct cmb_vault *vault, struct cmb_mac *mac);

/* Bytes of a signature: 32, 48 or 64. */
size_t cmb_mac_size(const struct cmb_mac *mac);
/* The HMAC of `pieces` put end to end.  Writes cmb_mac_size bytes (room for CMB_DIGEST_MOST_BYTES)
 * and returns their number.  Allocates nothing. [any thread, many at once] */
size_t cmb_mac_write(const struct cmb_mac *mac, const struct cmb_text *pieces, size_t count,
                     unsigned char *ret_bytes);
/* Whether `expected` (raw bytes) is the HMAC of `pieces`, in constant time. [any thread] */
bool cmb_mac_check(const struct cmb_mac *mac, const struct cmb_text *pieces, size_t count,
                   struct cmb_text expected);

#endif
