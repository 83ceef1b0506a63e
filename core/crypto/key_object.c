/* How does a private key become OpenSSL's object without leaving a trace on the heap? */
#include "crypto/key_object.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>

#include "crypto/der.h"

enum { P256_BYTES = 32, RSA_NUMBERS = 8 };

bool cmb_key_object_find_point(const struct cmb_private_key *key, unsigned char *ret_point)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *point = group ? EC_POINT_new(group) : NULL;
    BIGNUM *d = BN_secure_new();
    bool is_found = point && d && BN_bin2bn(key->at, P256_BYTES, d) && !BN_is_zero(d) &&
                    BN_cmp(d, EC_GROUP_get0_order(group)) < 0 &&
                    EC_POINT_mul(group, point, d, NULL, NULL, NULL) &&
                    EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, ret_point,
                                       CMB_P256_POINT_BYTES, NULL) == CMB_P256_POINT_BYTES;
    BN_clear_free(d);
    EC_POINT_free(point);
    EC_GROUP_free(group);
    return is_found;
}

static EVP_PKEY *make_of(const char *algorithm, OSSL_PARAM *parameters)
{
    EVP_PKEY *made = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
    if (context && EVP_PKEY_fromdata_init(context) == 1)
        EVP_PKEY_fromdata(context, &made, EVP_PKEY_KEYPAIR, parameters);
    EVP_PKEY_CTX_free(context);
    return made;
}

static EVP_PKEY *make_es256(const struct cmb_private_key *key, const unsigned char *point)
{
    unsigned char d[P256_BYTES]; /* in the machine's byte order, as OSSL_PARAM wants numbers */
    for (size_t i = 0; i < sizeof d; i++)
        d[i] = key->at[__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? sizeof d - 1 - i : i];
    char curve[] = "prime256v1";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 0),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, d, sizeof d),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point,
                                          CMB_P256_POINT_BYTES),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *made = make_of("EC", parameters);
    explicit_bzero(d, sizeof d);
    return made;
}

/* Reads the numbers behind the version of a PKCS #1 key and gives them to `build`. */
static bool push_rsa_numbers(struct cmb_text der, OSSL_PARAM_BLD *build, BIGNUM **numbers)
{
    static const char *const names[RSA_NUMBERS] = {
        OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
        OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
        OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
        OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
    };
    struct cmb_text sequence, number;
    if (!cmb_der_take(&der, CMB_DER_SEQUENCE, &sequence) ||
        !cmb_der_take(&sequence, CMB_DER_INTEGER, &number))
        return false;
    for (size_t i = 0; i < RSA_NUMBERS; i++) {
        numbers[i] = i < 2 ? BN_new() : BN_secure_new();
        if (!numbers[i] || !cmb_der_take(&sequence, CMB_DER_INTEGER, &number) ||
            !BN_bin2bn((const unsigned char *)number.at, (int)number.length, numbers[i]) ||
            !OSSL_PARAM_BLD_push_BN(build, names[i], numbers[i]))
            return false;
    }
    return true;
}

static EVP_PKEY *make_rsa(const struct cmb_private_key *key)
{
    BIGNUM *numbers[RSA_NUMBERS] = { NULL };
    struct cmb_text der = { (const char *)key->at, key->length };
    OSSL_PARAM *parameters = NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    if (build && push_rsa_numbers(der, build, numbers))
        parameters = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY *made = parameters ? make_of("RSA", parameters) : NULL;
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    for (size_t i = 0; i < RSA_NUMBERS; i++)
        BN_clear_free(numbers[i]);
    return made;
}

EVP_PKEY *cmb_key_object_new(const struct cmb_private_key *key, const unsigned char *point)
{
    switch (key->kind) {
    case CMB_SIGN_ED25519:
        return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key->at, key->length);
    case CMB_SIGN_ES256:
        return make_es256(key, point);
    case CMB_SIGN_RSA_SHA256:
        return make_rsa(key);
    case CMB_SIGN_NONE:
        break;
    }
    return NULL;
}
