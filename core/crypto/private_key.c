/* Which kind of private key is this text, and where are its numbers? */
#include "crypto/private_key.h"

#include "base/fail.h"
#include "crypto/der.h"
#include "crypto/encode.h"

enum { ED25519_BYTES = 32, P256_BYTES = 32 };

#define OID_ED25519 CMB_TEXT("\x2b\x65\x70")
#define OID_RSA     CMB_TEXT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")
#define OID_EC      CMB_TEXT("\x2a\x86\x48\xce\x3d\x02\x01")
#define OID_P256    CMB_TEXT("\x2a\x86\x48\xce\x3d\x03\x01\x07")

/* What was found out about a key before its numbers are moved to the front. */
struct finding {
    enum cmb_sign_kind kind;
    struct cmb_text numbers;
    const char *refusal; /* NULL: none */
};

static struct finding refuse(const char *refusal)
{
    return (struct finding){ .refusal = refusal };
}

/* RFC 5915, behind the version: d, [0] curve, [1] public key.  `is_p256` when the curve was named
 * outside. */
static struct finding read_sec1(struct cmb_text rest, bool is_p256)
{
    struct cmb_text d, curve, oid;
    if (!cmb_der_take(&rest, CMB_DER_OCTETS, &d) || d.length > P256_BYTES || d.length == 0)
        return refuse("not a P-256 key");
    if (cmb_der_take(&rest, CMB_DER_CONTEXT_0, &curve))
        is_p256 = cmb_der_take(&curve, CMB_DER_OID, &oid) && cmb_text_is(oid, OID_P256);
    if (!is_p256)
        return refuse("an elliptic curve key, but not of P-256");
    return (struct finding){ .kind = CMB_SIGN_ES256, .numbers = d };
}

static struct finding read_inner_ec(struct cmb_text inner, struct cmb_text algorithm)
{
    struct cmb_text curve, sequence, version;
    bool is_p256 = cmb_der_take(&algorithm, CMB_DER_OID, &curve) && cmb_text_is(curve, OID_P256);
    if (!cmb_der_take(&inner, CMB_DER_SEQUENCE, &sequence) ||
        !cmb_der_take(&sequence, CMB_DER_INTEGER, &version))
        return refuse("a damaged elliptic curve key");
    return read_sec1(sequence, is_p256);
}

/* RFC 5958, behind the version: algorithm, and the key in its own form in an octet string. */
static struct finding read_pkcs8(struct cmb_text rest)
{
    struct cmb_text algorithm, oid, inner, seed;
    if (!cmb_der_take(&rest, CMB_DER_SEQUENCE, &algorithm) ||
        !cmb_der_take(&algorithm, CMB_DER_OID, &oid) ||
        !cmb_der_take(&rest, CMB_DER_OCTETS, &inner))
        return refuse("a damaged PKCS #8 key");
    if (cmb_text_is(oid, OID_EC))
        return read_inner_ec(inner, algorithm);
    if (cmb_text_is(oid, OID_RSA))
        return (struct finding){ .kind = CMB_SIGN_RSA_SHA256, .numbers = inner };
    if (!cmb_text_is(oid, OID_ED25519))
        return refuse("a key for an algorithm other than Ed25519, P-256 and RSA");
    if (!cmb_der_take(&inner, CMB_DER_OCTETS, &seed) || seed.length != ED25519_BYTES)
        return refuse("a damaged Ed25519 key");
    return (struct finding){ .kind = CMB_SIGN_ED25519, .numbers = seed };
}

static struct finding read_der(struct cmb_text der)
{
    struct cmb_text whole = der, rest, version;
    if (!cmb_der_take(&der, CMB_DER_SEQUENCE, &rest) ||
        !cmb_der_take(&rest, CMB_DER_INTEGER, &version))
        return refuse("not a private key");
    switch (rest.length ? (unsigned char)rest.at[0] : 0) {
    case CMB_DER_SEQUENCE:
        return read_pkcs8(rest);
    case CMB_DER_OCTETS:
        return read_sec1(rest, /* is_p256= */ false);
    case CMB_DER_INTEGER:
        return (struct finding){ .kind = CMB_SIGN_RSA_SHA256, .numbers = whole };
    default:
        return refuse("not a private key");
    }
}

/* 32 bytes are a seed, 64 a seed and its public key, anything else should be DER. */
static struct finding read_bytes(struct cmb_text bytes)
{
    if (bytes.length == ED25519_BYTES ||
        (bytes.length == 2 * ED25519_BYTES && !cmb_der_is_sequence(bytes)))
        return (struct finding){ .kind = CMB_SIGN_ED25519, .numbers = bytes };
    return read_der(bytes);
}

/* Moves what stands between the armour of the private key in `text` to *ret_body. */
static const char *find_armoured(struct cmb_text text, struct cmb_text *ret_body)
{
    static const char label_end[] = "PRIVATE KEY-----", end_mark[] = "-----END ";
    const char *limit = text.at + text.length;
    const char *label = memmem(text.at, text.length, label_end, sizeof label_end - 1);
    if (!label)
        return "PEM without a private key";
    if (label - text.at >= 10 && memcmp(label - 10, "ENCRYPTED ", 10) == 0)
        return "an encrypted PEM: decrypt it, or keep it in a source that does";
    if (label - text.at >= 8 && memcmp(label - 8, "OPENSSH ", 8) == 0)
        return "an OpenSSH key: convert it to PKCS #8";
    const char *body = label + sizeof label_end - 1;
    const char *end = memmem(body, (size_t)(limit - body), end_mark, sizeof end_mark - 1);
    if (!end)
        return "PEM without its last line";
    *ret_body = (struct cmb_text){ body, (size_t)(end - body) };
    return NULL;
}

/* Copies `body` without blanks, line ends and the two-character "\n" and "\r".  Returns the new
 * length. */
static size_t pack_base64(struct cmb_text body, char *to)
{
    char *start = to;
    for (size_t i = 0; i < body.length; i++) {
        char c = body.at[i];
        if (c == '\\' && i + 1 < body.length && (body.at[i + 1] == 'n' || body.at[i + 1] == 'r'))
            i++;
        else if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            *to++ = c;
    }
    return (size_t)(to - start);
}

/* Whether this can be text: 64 characters may be base64 of DER, hex of a seed, but never a bare
 * seed and its public key. */
static bool is_printable(struct cmb_text bytes)
{
    bool is_text = true;
    for (size_t i = 0; i < bytes.length; i++)
        is_text &= (bytes.at[i] >= ' ' && bytes.at[i] <= '~') || bytes.at[i] == '\n' ||
                   bytes.at[i] == '\r' || bytes.at[i] == '\t';
    return is_text;
}

/* Turns the text at `at` into what it encodes, in place: each decoder's output stays behind what
 * it still has to read. */
static struct finding read_text(char *at, size_t length)
{
    struct cmb_text body = { at, length };
    if (cmb_text_contains(body, CMB_TEXT("-----BEGIN"))) {
        const char *refusal = find_armoured(body, &body);
        if (refusal)
            return refuse(refusal);
        body = (struct cmb_text){ at, pack_base64(body, at) };
        if (!cmb_decode_base64(body, (unsigned char *)at, length, &length))
            return refuse("PEM that is not base64");
        return read_der((struct cmb_text){ at, length });
    }
    if (!is_printable(body))
        return read_bytes(body);
    if (length == 2 * ED25519_BYTES && cmb_decode_hex(body, (unsigned char *)at, length, &length))
        return read_bytes((struct cmb_text){ at, length });
    body.length = pack_base64(body, at);
    if (!cmb_decode_base64(body, (unsigned char *)at, length, &length))
        return refuse("neither PEM, DER nor base64");
    return read_bytes((struct cmb_text){ at, length });
}

/* Moves the numbers to the front of what was taken; d gets its leading zeros back. */
static void settle(struct finding found, struct cmb_private_key *key)
{
    size_t missing = found.kind == CMB_SIGN_ES256 ? P256_BYTES - found.numbers.length : 0;
    memmove(key->at + missing, found.numbers.at, found.numbers.length);
    memset(key->at, 0, missing);
    key->kind = found.kind;
    key->length = found.numbers.length + missing;
    explicit_bzero(key->at + key->length, key->taken - key->length);
    if (found.kind == CMB_SIGN_ED25519 && key->length > ED25519_BYTES) {
        key->public_half = (struct cmb_text){ (char *)key->at + ED25519_BYTES, ED25519_BYTES };
        key->length = ED25519_BYTES;
    }
}

int cmb_private_key_parse(struct cmb_vault *vault, struct cmb_text material,
                          struct cmb_private_key *ret_key, struct cambist_error *error)
{
    if (material.length == 0 || material.length > CMB_SIGN_KEY_MOST_BYTES)
        return cmb_fail(error, CAMBIST_BAD_CONFIG, "a private key of %zu bytes", material.length);
    size_t taken = material.length < 64 ? 64 : material.length;
    char *at = cmb_vault_take(vault, taken);
    if (!at)
        return cmb_fail(error, CAMBIST_NO_MEMORY, "the vault of secrets is full");
    memcpy(at, material.at, material.length);
    struct finding found = read_text(at, material.length);
    if (found.refusal) {
        cmb_vault_give(vault, at, taken);
        return cmb_fail(error, CAMBIST_BAD_CONFIG, "the private key is %s", found.refusal);
    }
    *ret_key = (struct cmb_private_key){ .at = (unsigned char *)at, .taken = taken };
    settle(found, ret_key);
    return CAMBIST_OK;
}

void cmb_private_key_clear(struct cmb_vault *vault, struct cmb_private_key *key)
{
    cmb_vault_give(vault, key->at, key->taken);
    *key = (struct cmb_private_key){ 0 };
}
