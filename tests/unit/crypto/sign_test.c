/* Are keys read in every form that exchanges hand out, and do signatures hold? */
#include "crypto/sign.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/encode.h"
#include "keys.h"
#include "support/test.h"

static struct cmb_vault vault;

static void opens_a_vault(void)
{
    CU_ASSERT_FATAL(cmb_vault_open(&vault, CMB_VAULT_SIZE_BYTES, NULL) == CAMBIST_OK);
}

static struct cmb_sign_key *key_of(enum cmb_sign_kind kind, const char *material)
{
    struct cambist_error error = { 0 };
    struct cmb_sign_key *key =
        cmb_sign_key_new(&vault, kind, cmb_text_of(material), /* is_kept= */ false, &error);
    if (!key)
        printf("\n    %s", error.message);
    CU_ASSERT_FATAL(key != NULL);
    return key;
}

/* RFC 8032, section 7.1, tests 1 to 3. */
static const struct {
    const char *seed, *public_key, *text, *signature;
} rfc_8032[] = {
    { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
      "b46bd25bf5f0595bbe24655141438e7a100b" },
    { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
      "1d8c387b2eaeb4302aeeb00d291612bb0c00" },
    { "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
      "c6594a7c15e9716ed28dc027beceea1ec40a" },
};

static void signs_as_rfc_8032(void)
{
    for (size_t i = 0; i < sizeof rfc_8032 / sizeof *rfc_8032; i++) {
        struct cmb_sign_key *key = key_of(CMB_SIGN_ED25519, rfc_8032[i].seed);
        unsigned char text_bytes[2], signature[CMB_SIGN_MOST_BYTES];
        char hex[129];
        size_t length = 0;
        cmb_decode_hex(cmb_text_of(rfc_8032[i].text), text_bytes, sizeof text_bytes, &length);
        struct cmb_text text = { (char *)text_bytes, length };
        ASSERT_NUMBER(cmb_sign(key, &text, 1, signature), 64);
        *cmb_encode_hex(signature, 64, hex) = 0;
        ASSERT_TEXT(hex, rfc_8032[i].signature);
        CU_ASSERT(cmb_sign_check(key, &text, 1, (struct cmb_text){ (char *)signature, 64 }));
        cmb_sign_key_free(key);
    }
}

/* The same seed as bare bytes, base64, seed and public key, PKCS #8 in DER and PEM. */
static void reads_ed25519_in_every_form(void)
{
    unsigned char both[64], der[48], bare[CMB_SIGN_MOST_BYTES], again[CMB_SIGN_MOST_BYTES];
    char forms[5][160] = { "" }, base64[CMB_BASE64_SIZE(sizeof der) + 1];
    size_t length;
    cmb_decode_hex(cmb_text_of(rfc_8032[1].seed), both, 32, &length);
    cmb_decode_hex(cmb_text_of(rfc_8032[1].public_key), both + 32, 32, &length);
    memcpy(der, "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16);
    memcpy(der + 16, both, 32);
    cmb_encode_base64(both, 32, forms[0]);
    cmb_encode_base64(both, 64, forms[1]);
    *cmb_encode_base64(der, sizeof der, base64) = 0;
    memcpy(forms[2], base64, sizeof base64);
    snprintf(forms[3], sizeof forms[3],
             "-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n", base64);
    snprintf(forms[4], sizeof forms[4],
             "-----BEGIN PRIVATE KEY-----\r\n%s\r\n-----END PRIVATE KEY-----", base64);
    struct cmb_text text = CMB_TEXT("GET/users/self/verify");
    struct cmb_sign_key *key =
        cmb_sign_key_new(&vault, CMB_SIGN_NONE, (struct cmb_text){ (char *)both, 32 }, false, NULL);
    CU_ASSERT_FATAL(key != NULL);
    cmb_sign(key, &text, 1, bare);
    cmb_sign_key_free(key);
    for (size_t i = 0; i < 5; i++) {
        key = key_of(CMB_SIGN_NONE, forms[i]);
        ASSERT_NUMBER(cmb_sign_key_kind(key), CMB_SIGN_ED25519);
        ASSERT_NUMBER(cmb_sign(key, &text, 1, again), 64);
        CU_ASSERT(memcmp(bare, again, 64) == 0);
        cmb_sign_key_free(key);
    }
}

static void reads_and_signs(enum cmb_sign_kind kind, const char *material, size_t size)
{
    struct cmb_sign_key *key = key_of(kind, material);
    struct cmb_text pieces[] = { CMB_TEXT("header"), CMB_TEXT("."), CMB_TEXT("payload") };
    struct cmb_text whole = CMB_TEXT("header.payload"), other = CMB_TEXT("header.paxload");
    unsigned char bytes[CMB_SIGN_MOST_BYTES];
    for (int i = 0; i < 20; i++) {
        struct cmb_text signature = { (char *)bytes, cmb_sign(key, pieces, 3, bytes) };
        ASSERT_NUMBER(signature.length, size);
        CU_ASSERT(cmb_sign_check(key, &whole, 1, signature));
        CU_ASSERT(!cmb_sign_check(key, &other, 1, signature));
        bytes[i] ^= 1;
        CU_ASSERT(!cmb_sign_check(key, &whole, 1, signature));
        signature.length--;
        CU_ASSERT(!cmb_sign_check(key, &whole, 1, signature));
    }
    CU_ASSERT(!cmb_sign_check(key, &whole, 1, (struct cmb_text){ 0 }));
    cmb_sign_key_free(key);
}

static void reads_and_signs_es256(void)
{
    reads_and_signs(CMB_SIGN_ES256, EC_SEC1_PEM, 64);
    reads_and_signs(CMB_SIGN_ES256, EC_PKCS8_PEM, 64);
    reads_and_signs(CMB_SIGN_ES256, EC_SEC1_BASE64, 64);
    reads_and_signs(CMB_SIGN_NONE,
                    "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
                    "-----END EC PARAMETERS-----\n" EC_SEC1_PEM,
                    64);
}

static void reads_and_signs_rsa(void)
{
    reads_and_signs(CMB_SIGN_RSA_SHA256, RSA_PKCS1_PEM, 256);
    reads_and_signs(CMB_SIGN_NONE, RSA_PKCS8_PEM, 256);
}

/* RFC 6979, A.2.5: P-256, SHA-256, "sample".  The key as raw DER without its public half. */
static void checks_the_signature_of_rfc_6979(void)
{
    unsigned char der[51], signature[64];
    size_t length;
    CU_ASSERT(
        cmb_decode_hex(CMB_TEXT("30310201010420c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b1"
                                "27b8a622b120f6721a00a06082a8648ce3d030107"),
                       der, sizeof der, &length));
    CU_ASSERT(
        cmb_decode_hex(CMB_TEXT("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3"
                                "716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f84"
                                "3acda8"),
                       signature, sizeof signature, &(size_t){ 0 }));
    struct cmb_sign_key *key = cmb_sign_key_new(
        &vault, CMB_SIGN_ES256, (struct cmb_text){ (char *)der, length }, false, NULL);
    CU_ASSERT_FATAL(key != NULL);
    struct cmb_text sample = CMB_TEXT("sample");
    CU_ASSERT(cmb_sign_check(key, &sample, 1, (struct cmb_text){ (char *)signature, 64 }));
    cmb_sign_key_free(key);
}

static void refuses_other_keys(void)
{
    static const struct {
        enum cmb_sign_kind kind;
        const char *material, *reason;
    } cases[] = {
        { 0, "", "a private key of 0 bytes" },
        { 0, "hello", "neither PEM, DER nor base64" },
        { 0, "aGVsbG8=", "not a private key" },
        { 0, EC_SECP256K1_PEM, "an elliptic curve key, but not of P-256" },
        { 0, EC_ENCRYPTED_PEM, "an encrypted PEM" },
        { 0, "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END", "an OpenSSH key" },
        { 0, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
          "without a private key" },
        { 0, "-----BEGIN PRIVATE KEY-----\nAAAA\n", "without its last line" },
        { 0, "-----BEGIN PRIVATE KEY-----\n#AAA\n-----END PRIVATE KEY-----", "is not base64" },
        { 0, X25519_BASE64, "other than Ed25519, P-256 and RSA" },
        { 0, RSA_1024_BASE64, "RSA key outside 2048 to 8192 bits" },
        { CMB_SIGN_ES256, RSA_PKCS1_PEM, "is for RSA, not for ES256" },
        { CMB_SIGN_ED25519, EC_SEC1_PEM, "is for ES256, not for Ed25519" },
        { 0,
          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
          "AA==",
          "does not belong to the public key" },
        { 0, "MDECAQEEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAoAoGCCqGSM49AwEH",
          "is no number of P-256" },
        { 0, "MIQAAAAQAgEB", "not a private key" },
    };
    size_t before = cmb_vault_free_bytes(&vault);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cambist_error error = { 0 };
        CU_ASSERT(cmb_sign_key_new(&vault, cases[i].kind, cmb_text_of(cases[i].material), false,
                                   &error) == NULL);
        if (!strstr(error.message, cases[i].reason))
            printf("\n    is \"%s\", should say \"%s\"", error.message, cases[i].reason);
        CU_ASSERT(strstr(error.message, cases[i].reason) != NULL);
        ASSERT_NUMBER(error.status, CAMBIST_BAD_CONFIG);
    }
    ASSERT_NUMBER(cmb_vault_free_bytes(&vault), before);
}

static void keeps_a_key_where_asked(void)
{
    struct cmb_text text = CMB_TEXT("text");
    unsigned char bytes[CMB_SIGN_MOST_BYTES];
    struct cmb_sign_key *key = cmb_sign_key_new(&vault, CMB_SIGN_ES256, cmb_text_of(EC_SEC1_PEM),
                                                /* is_kept= */ true, NULL);
    CU_ASSERT_FATAL(key != NULL);
    for (int i = 0; i < 3; i++) {
        struct cmb_text signature = { (char *)bytes, cmb_sign(key, &text, 1, bytes) };
        CU_ASSERT(cmb_sign_check(key, &text, 1, signature));
    }
    cmb_sign_key_free(key);
    cmb_sign_key_free(NULL);
}

/* How often the bytes, given inverted so that this search does not find itself, lie in writable
 * memory outside the vault. */
static int count_in_memory(const unsigned char *inverted, size_t length)
{
    int found = 0;
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    CU_ASSERT_FATAL(maps != NULL);
    while (fgets(line, sizeof line, maps)) {
        char *rest;
        uintptr_t at = strtoul(line, &rest, 16), end = strtoul(rest + 1, &rest, 16);
        if (strncmp(rest, " rw", 3) != 0 || (uintptr_t)vault.at == at || strstr(line, "[v"))
            continue;
        for (const unsigned char *p = (const unsigned char *)at;
             p + length <= (const unsigned char *)end; p++) {
            size_t same = 0;
            while (same < length && (p[same] ^ inverted[same]) == 0xff)
                same++;
            found += same == length;
        }
    }
    fclose(maps);
    return found;
}

/* A sanitizer keeps freed memory, and forbids to look into it. */
#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

static int count_copies(const char *pem, enum cmb_sign_kind kind, const char *inverted_hex,
                        bool is_kept)
{
    unsigned char inverted[16], bytes[CMB_SIGN_MOST_BYTES];
    size_t length = 0;
    struct cmb_text text = CMB_TEXT("text");
    CU_ASSERT(cmb_decode_hex(cmb_text_of(inverted_hex), inverted, sizeof inverted, &length));
    struct cmb_sign_key *key = cmb_sign_key_new(&vault, kind, cmb_text_of(pem), is_kept, NULL);
    CU_ASSERT_FATAL(key != NULL);
    for (int i = 0; i < 3; i++)
        CU_ASSERT(cmb_sign(key, &text, 1, bytes) > 0);
    int copies = count_in_memory(inverted, length);
    cmb_sign_key_free(key);
    return copies;
}

/* The first half of the numbers, inverted; ES256 also with its bytes the other way round, as
 * OpenSSL keeps numbers. */
static void leaves_no_key_in_memory(void)
{
    if (IS_SANITIZED) {
        printf(" (skipped under a sanitizer)");
        return;
    }
    const char *seed = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    const char *seed_inverted = "629e4e621002a59f457bb50b6d13d33b";
    ASSERT_NUMBER(count_copies(seed, CMB_SIGN_ED25519, seed_inverted, false), 0);
    printf(" (Ed25519: 0 copies, kept: %d;",
           count_copies(seed, CMB_SIGN_ED25519, seed_inverted, true));
    const char *d_inverted = "988ce21950eb2d24f0ac045b9a7f77c5";
    const char *d_inverted_turned = "c5777f9a5b04acf0242deb5019e28c98";
    ASSERT_NUMBER(count_copies(EC_SEC1_PEM, CMB_SIGN_ES256, d_inverted, false), 0);
    ASSERT_NUMBER(count_copies(EC_SEC1_PEM, CMB_SIGN_ES256, d_inverted_turned, false), 0);
    printf(" ES256: 0, kept: %d)",
           count_copies(EC_SEC1_PEM, CMB_SIGN_ES256, d_inverted_turned, true));
    ASSERT_NUMBER(count_copies(RSA_PKCS1_PEM, CMB_SIGN_RSA_SHA256, RSA_PRIME_INVERTED, false), 0);
    ASSERT_NUMBER(count_copies(RSA_PKCS1_PEM, CMB_SIGN_RSA_SHA256, RSA_PRIME_TURNED, false), 0);
}

static void closes_the_vault(void)
{
    ASSERT_NUMBER(cmb_vault_free_bytes(&vault), CMB_VAULT_SIZE_BYTES);
    cmb_vault_close(&vault);
}

TEST_SUITE("crypto/sign", { "(opens a vault)", opens_a_vault },
           { "signs Ed25519 as RFC 8032 says", signs_as_rfc_8032 },
           { "reads an Ed25519 key in every form", reads_ed25519_in_every_form },
           { "reads ES256 keys and checks what it signed", reads_and_signs_es256 },
           { "reads RSA keys and checks what it signed", reads_and_signs_rsa },
           { "checks the P-256 signature of RFC 6979", checks_the_signature_of_rfc_6979 },
           { "refuses other keys, with the reason and without the key", refuses_other_keys },
           { "keeps a key object where asked", keeps_a_key_where_asked },
           { "leaves no key in memory outside the vault", leaves_no_key_in_memory },
           { "(closes the vault and misses nothing)", closes_the_vault })
