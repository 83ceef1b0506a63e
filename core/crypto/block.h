/* crypto/block.h - the hash functions by their bare state: private to core/crypto.
 *
 * OpenSSL 3 marks SHA256_Init and its like deprecated in favour of EVP.  They are used here, and
 * only here, because their state is a plain struct: it can lie in the vault and is copied by
 * assignment.  EVP keeps such a state on its own heap, where a core dump finds it, and takes twice
 * the time for a short text (docs/performance.md).
 */
#ifndef CMB_CRYPTO_BLOCK_H
#define CMB_CRYPTO_BLOCK_H

#ifndef OPENSSL_SUPPRESS_DEPRECATED
#define OPENSSL_SUPPRESS_DEPRECATED
#endif
#include <openssl/md5.h>
#include <openssl/sha.h>

#include "crypto/digest.h"

#define CMB_BLOCK_MOST_BYTES SHA512_CBLOCK

union cmb_block_state {
    MD5_CTX md5;
    SHA256_CTX sha256;
    SHA512_CTX sha512; /* SHA-384 too */
};

/* Bytes that the hash takes at a time: 64 or 128. */
static inline size_t cmb_block_size(enum cmb_hash hash)
{
    return hash >= CMB_HASH_SHA384 ? SHA512_CBLOCK : SHA256_CBLOCK;
}

void cmb_block_init(enum cmb_hash hash, union cmb_block_state *state);
void cmb_block_add(enum cmb_hash hash, union cmb_block_state *state, const struct cmb_text *pieces,
                   size_t count);
void cmb_block_finish(enum cmb_hash hash, union cmb_block_state *state, unsigned char *ret_digest);

#endif
