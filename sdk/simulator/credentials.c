/* Which made-up credentials can a plugin's signatures be made with? */
#include "simulator/exchange.h"

#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "crypto/encode.h"
#include "crypto/random.h"

enum { KEY_BYTES = 64 };

static char *take_text(const char *text, size_t length)
{
    char *copy = malloc(length + 1);
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = 0;
    }
    return copy;
}

static char *make_plain(struct cmb_random *random, uint32_t form)
{
    unsigned char bytes[KEY_BYTES];
    char text[3 * KEY_BYTES];
    cmb_random_fill(random, bytes, sizeof bytes);
    char *end = form == CAMBIST_AS_BASE64 ? cmb_encode_base64(bytes, sizeof bytes, text)
                                          : cmb_encode_hex(bytes, sizeof bytes / 2, text);
    return take_text(text, (size_t)(end - text));
}

static EVP_PKEY *make_key(uint32_t algorithm)
{
    if (algorithm == CAMBIST_ES256)
        return EVP_EC_gen("P-256");
    if (algorithm == CAMBIST_ED25519)
        return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
}

/* EC keys in the older form, which every library reads. */
static char *make_pem(uint32_t algorithm)
{
    EVP_PKEY *key = make_key(algorithm);
    BIO *memory = BIO_new(BIO_s_mem());
    char *text = NULL, *copy = NULL;
    bool is_written = key && memory &&
                      (algorithm == CAMBIST_ES256
                           ? PEM_write_bio_PrivateKey_traditional(memory, key, NULL, NULL, 0, NULL,
                                                                  NULL)
                           : PEM_write_bio_PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL));
    long length = is_written ? BIO_get_mem_data(memory, &text) : 0;
    if (length > 0)
        copy = take_text(text, (size_t)length);
    BIO_free(memory);
    EVP_PKEY_free(key);
    return copy;
}

/* Whether the derived row can be used with a secret that is no PEM. */
static bool takes_text(const struct cmb_derived *derived)
{
    for (uint32_t i = 0; i < derived->when.count; i++) {
        const struct cmb_term *term = &derived->when.terms[i];
        bool has_text = term->name != CMB_NAME_SECRET_FORM;
        for (uint32_t v = 0; v < term->count; v++)
            has_text |= cmb_text_is(term->values[v], CMB_TEXT("text"));
        if (!has_text)
            return false;
    }
    return true;
}

/* The asymmetric algorithm that is the only way to sign with this credential; 0: a text will do. */
static uint32_t algorithm_for(const struct cmb_plugin *plugin, int credential)
{
    uint32_t asymmetric = 0;
    for (uint32_t i = 0; i < plugin->derived_count; i++) {
        const struct cmb_derived *derived = &plugin->derived[i];
        if (derived->credential != credential)
            continue;
        if (derived->row->algorithm < CAMBIST_ED25519 && takes_text(derived))
            return 0;
        if (derived->row->algorithm >= CAMBIST_ED25519 && !asymmetric)
            asymmetric = derived->row->algorithm;
    }
    return asymmetric;
}

const char *cmb_practice_credential(const struct cmb_practice *practice, const char *name)
{
    for (uint32_t i = 0; i < practice->plugin->tables.credentials.count &&
                         i < CMB_CREDENTIAL_TEXTS; i++)
        if (strcmp(practice->plugin->tables.credentials.rows[i].name, name) == 0)
            return practice->credentials[i];
    return NULL;
}

bool cmb_practice_make_credentials(struct cmb_practice *practice, uint64_t seed)
{
    const struct cmb_plugin *plugin = practice->plugin;
    struct cmb_random random;
    cmb_random_init_seeded(&random, ~seed); /* other bytes than the engine's */
    for (uint32_t i = 0; i < plugin->tables.credentials.count && i < CMB_CREDENTIAL_TEXTS; i++) {
        uint32_t algorithm = algorithm_for(plugin, (int)i);
        practice->credentials[i] =
            algorithm ? make_pem(algorithm)
                      : make_plain(&random, plugin->tables.credentials.rows[i].form);
        if (!practice->credentials[i])
            return false;
    }
    return true;
}
