/* What is the signature of these pieces, and did this key make it? */
#include "crypto/sign.h"

#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/fail.h"
#include "base/memory.h"
#include "crypto/key_object.h"
#include "crypto/private_key.h"

enum { P256_BYTES = 32, RSA_LEAST_BITS = 2048, RSA_MOST_BITS = 8192 };
enum { MESSAGE_MOST_BYTES = 4 * 1024 * 1024 };

struct cmb_sign_key {
    struct cmb_vault *vault;
    struct cmb_private_key numbers;
    unsigned char point[CMB_P256_POINT_BYTES]; /* ES256: the public key */
    EVP_PKEY *kept;                            /* NULL: made for each signature */
};

/* The kept object or a new one; give_object releases either.  Between the two OpenSSL's list of
 * errors is ours: one left behind would look like a failure of the next TLS read. */
static EVP_PKEY *take_object(const struct cmb_sign_key *key)
{
    ERR_set_mark();
    return key->kept ? key->kept : cmb_key_object_new(&key->numbers, key->point);
}

static void give_object(const struct cmb_sign_key *key, EVP_PKEY *object)
{
    if (object != key->kept)
        EVP_PKEY_free(object);
    ERR_pop_to_mark();
}

static bool is_public_half(EVP_PKEY *object, struct cmb_text claimed)
{
    unsigned char is[32];
    size_t length = sizeof is;
    return !claimed.at || (EVP_PKEY_get_raw_public_key(object, is, &length) == 1 &&
                           cmb_text_is((struct cmb_text){ (char *)is, length }, claimed));
}

/* NULL when `object` is a key that we sign with, or why not. */
static const char *find_refusal(const struct cmb_sign_key *key, EVP_PKEY *object)
{
    if (!object)
        return "is not accepted by OpenSSL";
    if (!is_public_half(object, key->numbers.public_half))
        return "does not belong to the public key behind it";
    if (key->numbers.kind == CMB_SIGN_RSA_SHA256 &&
        (EVP_PKEY_get_bits(object) < RSA_LEAST_BITS || EVP_PKEY_get_bits(object) > RSA_MOST_BITS))
        return "is an RSA key outside 2048 to 8192 bits";
    return NULL;
}

/* Tries the key once, so that a wrong one is refused at load and not at the first order. */
static int try_key(struct cmb_sign_key *key, bool is_kept, struct cambist_error *error)
{
    if (key->numbers.kind == CMB_SIGN_ES256 &&
        !cmb_key_object_find_point(&key->numbers, key->point))
        return cmb_fail(error, CAMBIST_BAD_CONFIG, "the private key is no number of P-256");
    ERR_set_mark();
    EVP_PKEY *object = cmb_key_object_new(&key->numbers, key->point);
    ERR_pop_to_mark();
    const char *refusal = find_refusal(key, object);
    if (is_kept && !refusal)
        key->kept = object;
    else
        EVP_PKEY_free(object);
    return refusal ? cmb_fail(error, CAMBIST_BAD_CONFIG, "the private key %s", refusal)
                   : CAMBIST_OK;
}

struct cmb_sign_key *cmb_sign_key_new(struct cmb_vault *vault, enum cmb_sign_kind kind,
                                      struct cmb_text material, bool is_kept,
                                      struct cambist_error *error)
{
    static const char *const names[] = { "any", "Ed25519", "ES256", "RSA" };
    struct cmb_sign_key *key = cmb_calloc(1, sizeof *key);
    if (!key) {
        cmb_fail(error, CAMBIST_NO_MEMORY, "no memory for a private key");
        return NULL;
    }
    key->vault = vault;
    int status = cmb_private_key_parse(vault, material, &key->numbers, error);
    if (status == CAMBIST_OK && kind != CMB_SIGN_NONE && kind != key->numbers.kind)
        status = cmb_fail(error, CAMBIST_BAD_CONFIG, "the private key is for %s, not for %s",
                          names[key->numbers.kind], names[kind]);
    if (status == CAMBIST_OK)
        status = try_key(key, is_kept, error);
    if (status == CAMBIST_OK)
        return key;
    cmb_sign_key_free(key);
    return NULL;
}

void cmb_sign_key_free(struct cmb_sign_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->kept);
    cmb_private_key_clear(key->vault, &key->numbers);
    free(key);
}

enum cmb_sign_kind cmb_sign_key_kind(const struct cmb_sign_key *key)
{
    return key->numbers.kind;
}

/* The pieces in one run, as Ed25519 needs them: the piece itself where there is but one. */
static bool join(const struct cmb_text *pieces, size_t count, struct cmb_buffer *buffer,
                 struct cmb_text *ret_message)
{
    cmb_buffer_init(buffer, MESSAGE_MOST_BYTES);
    *ret_message = count == 1 ? pieces[0] : (struct cmb_text){ 0 };
    if (count <= 1)
        return true;
    for (size_t i = 0; i < count; i++)
        cmb_buffer_add(buffer, pieces[i]);
    *ret_message = cmb_buffer_text(buffer);
    return cmb_buffer_is_whole(buffer);
}

static const EVP_MD *digest_of(enum cmb_sign_kind kind)
{
    return kind == CMB_SIGN_ED25519 ? NULL : EVP_sha256();
}

/* Two numbers in DER to r || s with leading zeros; returns the length, 0 on failure. */
static size_t flatten(unsigned char *signature, size_t length)
{
    const unsigned char *at = signature;
    ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &at, (long)length);
    bool is_flat =
        numbers && BN_bn2binpad(ECDSA_SIG_get0_r(numbers), signature, P256_BYTES) == P256_BYTES &&
        BN_bn2binpad(ECDSA_SIG_get0_s(numbers), signature + P256_BYTES, P256_BYTES) == P256_BYTES;
    ECDSA_SIG_free(numbers);
    return is_flat ? 2 * P256_BYTES : 0;
}

/* r || s to DER in `ret_der`; returns its length, 0 on failure. */
static size_t unflatten(struct cmb_text signature, unsigned char *ret_der)
{
    const unsigned char *at = (const unsigned char *)signature.at;
    if (signature.length != 2 * P256_BYTES)
        return 0;
    BIGNUM *r = BN_bin2bn(at, P256_BYTES, NULL);
    BIGNUM *s = BN_bin2bn(at + P256_BYTES, P256_BYTES, NULL);
    ECDSA_SIG *numbers = ECDSA_SIG_new();
    int length = 0;
    if (r && s && numbers && ECDSA_SIG_set0(numbers, r, s) == 1) {
        length = i2d_ECDSA_SIG(numbers, &ret_der);
    } else {
        BN_free(r);
        BN_free(s);
    }
    ECDSA_SIG_free(numbers);
    return length > 0 ? (size_t)length : 0;
}

static size_t sign_message(EVP_PKEY *object, enum cmb_sign_kind kind, struct cmb_text message,
                           unsigned char *ret_signature)
{
    size_t length = CMB_SIGN_MOST_BYTES;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_signed = context &&
                     EVP_DigestSignInit(context, NULL, digest_of(kind), NULL, object) == 1 &&
                     EVP_DigestSign(context, ret_signature, &length,
                                    (const unsigned char *)message.at, message.length) == 1;
    EVP_MD_CTX_free(context);
    if (!is_signed)
        return 0;
    return kind == CMB_SIGN_ES256 ? flatten(ret_signature, length) : length;
}

size_t cmb_sign(const struct cmb_sign_key *key, const struct cmb_text *pieces, size_t count,
                unsigned char *ret_signature)
{
    struct cmb_buffer buffer = { 0 };
    struct cmb_text message;
    size_t length = 0;
    EVP_PKEY *object = take_object(key);
    if (object && join(pieces, count, &buffer, &message))
        length = sign_message(object, key->numbers.kind, message, ret_signature);
    give_object(key, object);
    cmb_buffer_clear(&buffer);
    return length;
}

static bool check_message(EVP_PKEY *object, enum cmb_sign_kind kind, struct cmb_text message,
                          struct cmb_text signature)
{
    unsigned char der[80]; /* two numbers of 33 bytes and three heads */
    if (kind == CMB_SIGN_ES256)
        signature = (struct cmb_text){ (char *)der, unflatten(signature, der) };
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_good = context &&
                   EVP_DigestVerifyInit(context, NULL, digest_of(kind), NULL, object) == 1 &&
                   EVP_DigestVerify(context, (const unsigned char *)signature.at, signature.length,
                                    (const unsigned char *)message.at, message.length) == 1;
    EVP_MD_CTX_free(context);
    return is_good;
}

bool cmb_sign_check(const struct cmb_sign_key *key, const struct cmb_text *pieces, size_t count,
                    struct cmb_text signature)
{
    struct cmb_buffer buffer = { 0 };
    struct cmb_text message;
    EVP_PKEY *object = take_object(key);
    bool is_good = object && join(pieces, count, &buffer, &message) &&
                   check_message(object, key->numbers.kind, message, signature);
    give_object(key, object);
    cmb_buffer_clear(&buffer);
    return is_good;
}
