/* Whose certificates are believed? */
#include "transport/trust.h"

#include "base/fail.h"
#include "base/memory.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <unistd.h>

struct cmb_trust {
    X509_STORE *store;
};

/* Where distributions keep all authorities in one file; OpenSSL's own default is a folder that is
 * searched during a handshake, file by file. */
static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch */
    "/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora */
    "/etc/ssl/cert.pem",                  /* Alpine */
};

static bool load_system(X509_STORE *store)
{
    for (size_t i = 0; i < sizeof bundles / sizeof *bundles; i++)
        if (access(bundles[i], R_OK) == 0)
            return X509_STORE_load_file(store, bundles[i]) == 1;
    return X509_STORE_set_default_paths(store) == 1;
}

static int load(struct cmb_trust *trust, const struct cmb_trust_settings *settings,
                struct cambist_error *error)
{
    X509_STORE_set_flags(trust->store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
    if (!settings->is_ca_file_alone && !load_system(trust->store))
        return cmb_fail(error, CAMBIST_BAD_CONFIG, "the system's authorities cannot be read");
    if (settings->ca_file && X509_STORE_load_file(trust->store, settings->ca_file) != 1)
        return cmb_fail(error, CAMBIST_BAD_CONFIG, "%s holds no certificate that can be read",
                        settings->ca_file);
    return CAMBIST_OK;
}

struct cmb_trust *cmb_trust_new(const struct cmb_trust_settings *settings,
                                struct cambist_error *error)
{
    struct cmb_trust *trust = cmb_calloc(1, sizeof *trust);
    if (trust)
        trust->store = X509_STORE_new();
    if (!trust || !trust->store) {
        cmb_fail(error, CAMBIST_NO_MEMORY, "no memory for the authorities");
        cmb_trust_free(trust);
        return NULL;
    }
    if (load(trust, settings, error) != CAMBIST_OK) {
        ERR_clear_error();
        cmb_trust_free(trust);
        return NULL;
    }
    return trust;
}

void cmb_trust_free(struct cmb_trust *trust)
{
    if (!trust)
        return;
    X509_STORE_free(trust->store);
    free(trust);
}

void cmb_trust_install(struct cmb_trust *trust, void *ssl_ctx)
{
    X509_STORE_up_ref(trust->store);
    SSL_CTX_set_cert_store(ssl_ctx, trust->store);
}
