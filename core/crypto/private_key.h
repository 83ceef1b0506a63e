/* crypto/private_key.h - a private key's bare numbers out of the forms that exchanges hand out. */
#ifndef CMB_CRYPTO_PRIVATE_KEY_H
#define CMB_CRYPTO_PRIVATE_KEY_H

#include "crypto/sign.h"

/* What is left of a key's text: Ed25519 the seed (32 bytes), ES256 the number d (32 bytes, big
 * end first), RSA the PKCS #1 sequence. */
struct cmb_private_key {
    enum cmb_sign_kind kind;
    unsigned char *at; /* in the vault */
    size_t length;
    struct cmb_text public_half; /* in the vault behind `at`: what an Ed25519 key of 64 bytes says
                                    its public key is; absent otherwise */
    size_t taken;                /* bytes taken from the vault */
};

/* Reads `material` as cmb_sign_key_new says.  On failure nothing is taken from the vault. */
int cmb_private_key_parse(struct cmb_vault *vault, struct cmb_text material,
                          struct cmb_private_key *ret_key, struct cambist_error *error);
/* Wipes it.  Accepts a zeroed key. */
void cmb_private_key_clear(struct cmb_vault *vault, struct cmb_private_key *key);

#endif
