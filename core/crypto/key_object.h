/* crypto/key_object.h - OpenSSL's key object for a private key: private to core/crypto.
 *
 * Made number by number and not with d2i_PrivateKey(), which leaves the key's DER behind on the
 * heap.  Private numbers go to OpenSSL's secure heap, and are wiped when the object is freed.
 */
#ifndef CMB_CRYPTO_KEY_OBJECT_H
#define CMB_CRYPTO_KEY_OBJECT_H

#include <openssl/evp.h>

#include "crypto/private_key.h"

#define CMB_P256_POINT_BYTES 65

/* The public key of an ES256 key.  False when its number is none of the curve's. */
bool cmb_key_object_find_point(const struct cmb_private_key *key, unsigned char *ret_point);

/* A new object, to be released with EVP_PKEY_free(); NULL when OpenSSL does not take the numbers.
 * `point` is looked at for ES256 only. [any thread] */
EVP_PKEY *cmb_key_object_new(const struct cmb_private_key *key, const unsigned char *point);

#endif
