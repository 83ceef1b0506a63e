/* Which certificate does the server show, and who vouches for it? */
#include "simulator/server.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { HOUR_S = 3600, DAY_S = 86400 };

/* What a certificate says. */
struct statement {
    const char *name;  /* its common name */
    const char *names; /* what it is for; NULL: it is an authority's */
    long from_s, to_s; /* from now */
};

static bool extend(X509 *certificate, int kind, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);
    bool is_added = extension && X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return is_added;
}

static bool write_statement(X509 *certificate, EVP_PKEY *key, const struct statement *statement)
{
    static long serial = 1;
    X509_NAME *subject = X509_get_subject_name(certificate);
    return X509_set_version(certificate, 2) &&
           ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial) &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), statement->from_s) &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), statement->to_s) &&
           X509_set_pubkey(certificate, key) &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                      (const unsigned char *)statement->name, -1, -1, 0) &&
           extend(certificate, NID_basic_constraints,
                  statement->names ? "critical,CA:FALSE" : "critical,CA:TRUE") &&
           extend(certificate, NID_key_usage,
                  statement->names ? "digitalSignature" : "keyCertSign") &&
           (!statement->names || extend(certificate, NID_subject_alt_name, statement->names));
}

/* A certificate for `key`, signed by `by`, or by itself when `issuer` is NULL. */
static X509 *certify(EVP_PKEY *key, const struct statement *statement, X509 *issuer, EVP_PKEY *by)
{
    X509 *certificate = key ? X509_new() : NULL;
    bool is_fine = certificate && write_statement(certificate, key, statement) &&
                   X509_set_issuer_name(certificate,
                                        X509_get_subject_name(issuer ? issuer : certificate)) &&
                   X509_sign(certificate, issuer ? by : key, EVP_sha256());
    if (is_fine)
        return certificate;
    X509_free(certificate);
    return NULL;
}

static bool write_authority(X509 *certificate, char *path, size_t size)
{
    snprintf(path, size, "/tmp/cambist-practice-ca-XXXXXX");
    int fd = mkstemp(path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    bool is_written = file && PEM_write_X509(file, certificate);
    if (file)
        is_written = fclose(file) == 0 && is_written;
    return is_written;
}

static SSL_CTX *context_of(X509 *certificate, EVP_PKEY *key)
{
    SSL_CTX *context = certificate ? SSL_CTX_new(TLS_server_method()) : NULL;
    bool is_fine = context && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) &&
                   SSL_CTX_use_certificate(context, certificate) == 1 &&
                   SSL_CTX_use_PrivateKey(context, key) == 1;
    if (is_fine)
        return context;
    SSL_CTX_free(context);
    return NULL;
}

static struct statement statement_of(uint32_t sort)
{
    return (struct statement){
        .name = "cambist practice exchange",
        .names = sort == CMB_CERTIFICATE_WRONG_NAME ? "DNS:other.example"
                                                    : "IP:127.0.0.1,DNS:localhost",
        .from_s = sort == CMB_CERTIFICATE_NOT_YET ? HOUR_S : -2 * HOUR_S,
        .to_s = sort == CMB_CERTIFICATE_EXPIRED ? -HOUR_S : 30 * DAY_S,
    };
}

SSL_CTX *cmb_certificate_new(uint32_t sort, char *ca_path, size_t size)
{
    static const struct statement authority = { "cambist practice authority", NULL, -DAY_S,
                                                30 * DAY_S };
    static const struct statement other = { "somebody else's authority", NULL, -DAY_S, 30 * DAY_S };
    EVP_PKEY *root_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
    EVP_PKEY *stranger_key = EVP_EC_gen("P-256");
    X509 *root = certify(root_key, &authority, NULL, NULL);
    X509 *stranger = certify(stranger_key, &other, NULL, NULL);
    struct statement statement = statement_of(sort);
    bool is_strange = sort == CMB_CERTIFICATE_UNKNOWN_CA;
    bool is_alone = sort == CMB_CERTIFICATE_SELF_SIGNED;
    X509 *leaf = root && stranger
                     ? certify(key, &statement, is_alone ? NULL : is_strange ? stranger : root,
                               is_strange ? stranger_key : root_key) : NULL;
    SSL_CTX *context = leaf && write_authority(root, ca_path, size) ? context_of(leaf, key) : NULL;
    X509_free(leaf);
    X509_free(root);
    X509_free(stranger);
    EVP_PKEY_free(root_key);
    EVP_PKEY_free(stranger_key);
    EVP_PKEY_free(key);
    return context;
}
