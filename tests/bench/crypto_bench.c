/* What does a signature cost over the bare compressions that it cannot do without? */
#define OPENSSL_SUPPRESS_DEPRECATED /* the floor: bare SHA compressions */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <string.h>

#include "base/processor.h"
#include "bench/interleaved.h"
#include "crypto/encode.h"
#include "crypto/mac.h"
#include "crypto/sign.h"

static const char secret[] = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
/* 163 bytes, as a Binance limit order is. */
static const char order[] =
    "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01000000&price=43250.12000000"
    "&newClientOrderId=x-0123456789ab&recvWindow=5000&timestamp=1700000000000";

static struct cmb_vault vault;
static struct cmb_mac *mac_256, *mac_512;
static struct cmb_sign_key *ed25519, *ed25519_kept, *es256, *es256_kept, *rsa, *rsa_kept;
static char hex[129];

#define ORDER ((struct cmb_text){ order, sizeof order - 1 })
_Static_assert(sizeof order - 1 == 163, "the order of docs/performance.md");

/* Three blocks of text and one of the inner digest, each chain begun from a kept state. */
static void compress_256(size_t turns)
{
    static unsigned char text[SHA256_CBLOCK * 4];
    SHA256_CTX start, state;
    SHA256_Init(&start);
    for (size_t i = 0; i < turns; i++) {
        state = start;
        for (size_t block = 0; block < 3; block++)
            SHA256_Transform(&state, text + block * SHA256_CBLOCK);
        memcpy(text, state.h, 32);
        state = start;
        SHA256_Transform(&state, text);
        memcpy(text + 64, state.h, 32);
    }
    INTERLEAVED_KEEP(state.h[0]);
}

static void compress_512(size_t turns)
{
    static unsigned char text[SHA512_CBLOCK * 3];
    SHA512_CTX state;
    SHA512_Init(&state);
    for (size_t i = 0; i < turns; i++)
        for (size_t block = 0; block < 3; block++)
            SHA512_Transform(&state, text + block * SHA512_CBLOCK);
    INTERLEAVED_KEEP(state.h[0]);
}

static void write_mac(size_t turns)
{
    unsigned char bytes[CMB_DIGEST_MOST_BYTES];
    for (size_t i = 0; i < turns; i++) {
        cmb_mac_write(mac_256, &ORDER, 1, bytes);
        INTERLEAVED_KEEP(bytes);
    }
}

static void write_mac_hex(size_t turns)
{
    unsigned char bytes[CMB_DIGEST_MOST_BYTES];
    for (size_t i = 0; i < turns; i++) {
        cmb_encode_hex(bytes, cmb_mac_write(mac_256, &ORDER, 1, bytes), hex);
        INTERLEAVED_KEEP(hex);
    }
}

static void write_mac_hex_pieces(size_t turns)
{
    unsigned char bytes[CMB_DIGEST_MOST_BYTES];
    struct cmb_text pieces[] = { { order, 13 }, { order + 13, 60 }, { order + 73, 90 } };
    for (size_t i = 0; i < turns; i++) {
        cmb_encode_hex(bytes, cmb_mac_write(mac_256, pieces, 3, bytes), hex);
        INTERLEAVED_KEEP(hex);
    }
}

static void write_mac_512_hex(size_t turns)
{
    unsigned char bytes[CMB_DIGEST_MOST_BYTES];
    for (size_t i = 0; i < turns; i++) {
        cmb_encode_hex(bytes, cmb_mac_write(mac_512, &ORDER, 1, bytes), hex);
        INTERLEAVED_KEEP(hex);
    }
}

static void hmac_one_shot(size_t turns, const EVP_MD *hash)
{
    unsigned char bytes[64];
    unsigned length;
    for (size_t i = 0; i < turns; i++) {
        HMAC(hash, secret, sizeof secret - 1, (const unsigned char *)order, sizeof order - 1, bytes,
             &length);
        for (size_t j = 0; j < length; j++)
            snprintf(hex + 2 * j, 3, "%02x", bytes[j]);
        INTERLEAVED_KEEP(hex);
    }
}

static void hmac_bare(size_t turns)
{
    unsigned char bytes[64];
    unsigned length;
    for (size_t i = 0; i < turns; i++)
        HMAC(EVP_sha256(), secret, sizeof secret - 1, (const unsigned char *)order,
             sizeof order - 1, bytes, &length);
    INTERLEAVED_KEEP(bytes);
}

static void hmac_naive(size_t turns)
{
    hmac_one_shot(turns, EVP_sha256());
}

static void hmac_naive_512(size_t turns)
{
    hmac_one_shot(turns, EVP_sha512());
}

static void kept_evp_mac(size_t turns)
{
    EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(algorithm);
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = { OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                                OSSL_PARAM_construct_end() };
    EVP_MAC_init(context, (const unsigned char *)secret, sizeof secret - 1, parameters);
    unsigned char bytes[64];
    size_t length;
    for (size_t i = 0; i < turns; i++) {
        EVP_MAC_init(context, NULL, 0, NULL);
        EVP_MAC_update(context, (const unsigned char *)order, sizeof order - 1);
        EVP_MAC_final(context, bytes, &length, sizeof bytes);
    }
    INTERLEAVED_KEEP(bytes);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(algorithm);
}

static void hex_only(size_t turns)
{
    static unsigned char bytes[32];
    for (size_t i = 0; i < turns; i++) {
        cmb_encode_hex(bytes, sizeof bytes, hex);
        INTERLEAVED_KEEP(hex);
    }
}

static void hex_forced(enum cmb_width width, size_t turns)
{
    cmb_width_force(cmb_width_is_there(width) ? width : 0);
    hex_only(turns);
    cmb_width_force(0);
}

static void hex_plain(size_t turns)
{
    hex_forced(CMB_WIDTH_PLAIN, turns);
}

static void hex_sse2(size_t turns)
{
    hex_forced(CMB_WIDTH_SSE2, turns);
}

static void hex_avx512(size_t turns)
{
    hex_forced(CMB_WIDTH_AVX512, turns);
}

static void base64_only(size_t turns)
{
    static unsigned char bytes[64];
    for (size_t i = 0; i < turns; i++) {
        cmb_encode_base64(bytes, sizeof bytes, hex);
        INTERLEAVED_KEEP(hex);
    }
}

static void sign_with(const struct cmb_sign_key *key, size_t turns)
{
    unsigned char signature[CMB_SIGN_MOST_BYTES];
    for (size_t i = 0; i < turns; i++)
        cmb_sign(key, &ORDER, 1, signature);
    INTERLEAVED_KEEP(signature);
}

#define SIGN_CASE(key)                                                                             \
    static void sign_##key(size_t turns)                                                           \
    {                                                                                              \
        sign_with(key, turns);                                                                     \
    }
SIGN_CASE(ed25519)
SIGN_CASE(ed25519_kept)
SIGN_CASE(es256)
SIGN_CASE(es256_kept)
SIGN_CASE(rsa)
SIGN_CASE(rsa_kept)

static struct cmb_sign_key *made_key(const char *algorithm, bool is_kept)
{
    unsigned char *der = NULL;
    EVP_PKEY *made = strcmp(algorithm, "RSA") == 0
                         ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048)
                     : strcmp(algorithm, "EC") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
                                                    : EVP_PKEY_Q_keygen(NULL, NULL, algorithm);
    int length = i2d_PrivateKey(made, &der);
    struct cmb_text text = { (char *)der, (size_t)length };
    struct cmb_sign_key *key = cmb_sign_key_new(&vault, CMB_SIGN_NONE, text, is_kept, NULL);
    OPENSSL_free(der);
    EVP_PKEY_free(made);
    if (!key)
        abort();
    return key;
}

static void open_all(void)
{
    if (cmb_vault_open(&vault, CMB_VAULT_SIZE_BYTES, NULL) != CAMBIST_OK)
        abort();
    mac_256 = cmb_mac_new(&vault, CMB_HASH_SHA256, CMB_TEXT(secret));
    mac_512 = cmb_mac_new(&vault, CMB_HASH_SHA512, CMB_TEXT(secret));
    ed25519 = made_key("ED25519", false);
    ed25519_kept = made_key("ED25519", true);
    es256 = made_key("EC", false);
    es256_kept = made_key("EC", true);
    rsa = made_key("RSA", false);
    rsa_kept = made_key("RSA", true);
}

static void close_all(void)
{
    struct cmb_sign_key *keys[] = { ed25519, ed25519_kept, es256, es256_kept, rsa, rsa_kept };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        cmb_sign_key_free(keys[i]);
    cmb_mac_free(&vault, mac_256);
    cmb_mac_free(&vault, mac_512);
    cmb_vault_close(&vault);
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct bench_goal goals[] = {
    { "HMAC-SHA256 of 163 bytes and hex, key schedule kept", NULL, "ns", "cmb_mac_write + hex",
      "3 + 1 bare compressions", .at_most = 2.0 },
    { "HMAC-SHA512 and hex, key schedule kept", NULL, "ns", "cmb_mac_write (SHA-512) + hex",
      "3 bare compressions", .at_most = 2.0 },
};

int main(int count, char **words)
{
    static const struct interleaved_case sha256[] = {
        { "3 + 1 bare compressions", compress_256, 20000 },
        { "cmb_mac_write", write_mac, 20000 },
        { "cmb_mac_write + hex", write_mac_hex, 20000 },
        { "the same, text in 3 pieces", write_mac_hex_pieces, 20000 },
        { "kept EVP_MAC", kept_evp_mac, 10000 },
        { "HMAC() one-shot", hmac_bare, 4000 },
        { "HMAC() one-shot + snprintf hex", hmac_naive, 2000 },
        { "hex of 32 bytes alone", hex_only, 50000 },
        { "hex of 32 bytes alone, plain C", hex_plain, 50000 },
        { "hex of 32 bytes alone, SSE2", hex_sse2, 50000 },
        { "hex of 32 bytes alone, AVX-512", hex_avx512, 50000 },
        { "base64 of 64 bytes alone", base64_only, 50000 },
    };
    static const struct interleaved_case sha512[] = {
        { "3 bare compressions", compress_512, 10000 },
        { "cmb_mac_write (SHA-512) + hex", write_mac_512_hex, 10000 },
        { "HMAC() one-shot + snprintf hex", hmac_naive_512, 2000 },
    };
    static const struct interleaved_case asymmetric[] = {
        { "Ed25519, key object kept", sign_ed25519_kept, 20 },
        { "Ed25519, load, sign, free", sign_ed25519, 20 },
        { "ES256, key object kept", sign_es256_kept, 20 },
        { "ES256, load, sign, free", sign_es256, 20 },
        { "RSA 2048, key object kept", sign_rsa_kept, 5 },
        { "RSA 2048, load, sign, free", sign_rsa, 5 },
    };
    bench_begin(count, words);
    open_all();
    interleaved_run("HMAC-SHA256 of a 163-byte order", sha256, COUNT(sha256));
    interleaved_run("HMAC-SHA512 of a 163-byte order", sha512, COUNT(sha512));
    interleaved_run("signatures of a 163-byte order", asymmetric, COUNT(asymmetric));
    close_all();
    return bench_end(goals, sizeof goals / sizeof *goals);
}
