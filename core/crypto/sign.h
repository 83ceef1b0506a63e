/* crypto/sign.h - signatures with a private key: Ed25519, ES256, RSA-SHA256.
 *
 * The key's bytes lie in the vault.  By default the library's key object is made for each
 * signature and freed behind it, which leaves nothing of the key outside the vault and costs time:
 * what the two ways cost stands in docs/performance.md.  With `is_kept` the object is kept, on
 * OpenSSL's heap, where a core dump would find it; the operator's setting `key_cache` asks for
 * that.
 */
#ifndef CMB_CRYPTO_SIGN_H
#define CMB_CRYPTO_SIGN_H

#include "crypto/vault.h"

enum cmb_sign_kind {
    CMB_SIGN_NONE = 0,
    CMB_SIGN_ED25519 = 1,   /* 64 bytes; deterministic */
    CMB_SIGN_ES256 = 2,     /* ECDSA, P-256, SHA-256; r || s, 64 bytes, as in JOSE */
    CMB_SIGN_RSA_SHA256 = 3 /* PKCS #1 v1.5; as many bytes as the modulus */
};

/* Room for any signature: RSA with 8192 bits, larger keys are refused. */
#define CMB_SIGN_MOST_BYTES     1024
/* Longer key material is refused. */
#define CMB_SIGN_KEY_MOST_BYTES 8192

struct cmb_sign_key;

/* Reads a private key: PEM (PKCS #8, SEC1 or PKCS #1, line ends may be the two characters \n), DER
 * or base64 of DER; for Ed25519 also the 32-byte seed in hex, and base64 or bare bytes of the
 * seed or of seed and public key.  `kind` NONE takes what the material is, anything else must agree
 * with it. `material` is copied into the vault and may go.  On failure (BAD_CONFIG, NO_MEMORY) the
 * result is NULL and the reason says nothing of the key.  The vault must outlive the key. */
struct cmb_sign_key *cmb_sign_key_new(struct cmb_vault *vault, enum cmb_sign_kind kind,
                                      struct cmb_text material, bool is_kept,
                                      struct cambist_error *error);
/* Wipes the key.  Accepts NULL. */
void cmb_sign_key_free(struct cmb_sign_key *key);
enum cmb_sign_kind cmb_sign_key_kind(const struct cmb_sign_key *key);

/* Signs `pieces` put end to end into `ret_signature` (room for CMB_SIGN_MOST_BYTES) and returns
 * the signature's length; 0 when OpenSSL failed or memory ran out. [any thread, many at once] */
size_t cmb_sign(const struct cmb_sign_key *key, const struct cmb_text *pieces, size_t count,
                unsigned char *ret_signature);
/* Whether `signature` was made of `pieces` with this key: the key's public half decides.
 * [any thread] */
bool cmb_sign_check(const struct cmb_sign_key *key, const struct cmb_text *pieces, size_t count,
                    struct cmb_text signature);

#endif
