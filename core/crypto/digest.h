/* crypto/digest.h - plain hashes of texts that need not lie side by side. */
#ifndef CMB_CRYPTO_DIGEST_H
#define CMB_CRYPTO_DIGEST_H

#include "base/text.h"

enum cmb_hash {
    CMB_HASH_NONE = 0,
    CMB_HASH_MD5 = 1,
    CMB_HASH_SHA256 = 2,
    CMB_HASH_SHA384 = 3,
    CMB_HASH_SHA512 = 4
};

/* Room for any digest. */
#define CMB_DIGEST_MOST_BYTES 64

/* Bytes of a digest; 0 for what is no hash. */
size_t cmb_digest_size(enum cmb_hash hash);

/* The hash of `pieces` put end to end; `count` may be 0.  Writes cmb_digest_size(hash) bytes and
 * returns their number, 0 where `hash` is none.  Allocates nothing, keeps nothing. [any thread] */
size_t cmb_digest(enum cmb_hash hash, const struct cmb_text *pieces, size_t count,
                  unsigned char *ret_digest);

#endif
