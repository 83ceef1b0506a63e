/* support/certificates.h - good and bad certificates, made when they are needed.
 *
 * test_certificates_ca_file() names a PEM file with the authority that the good ones come from; it
 * is removed when the process ends.
 */
#ifndef TEST_SUPPORT_CERTIFICATES_H
#define TEST_SUPPORT_CERTIFICATES_H

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum test_certificate {
    TEST_GOOD = 0, /* for 127.0.0.1 and localhost */
    TEST_EXPIRED,
    TEST_NOT_YET,
    TEST_WRONG_NAME,
    TEST_SELF_SIGNED,
    TEST_UNKNOWN_CA,
};

struct test_authority {
    EVP_PKEY *key;
    X509 *certificate;
    char file[64];
};

static inline void test_extend_(X509 *certificate, int kind, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);
    if (!extension || !X509_add_ext(certificate, extension, -1))
        abort();
    X509_EXTENSION_free(extension);
}

/* A certificate for `key`, signed by `by`, or by itself. */
static inline X509 *test_certify_(EVP_PKEY *key, const struct test_authority *by, const char *name,
                                  const char *names, long from_s, long to_s)
{
    static long serial = 1000;
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), from_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate), to_s);
    X509_set_pubkey(certificate, key);
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(certificate, by ? X509_get_subject_name(by->certificate) : subject);
    test_extend_(certificate, NID_basic_constraints, names ? "CA:FALSE" : "critical,CA:TRUE");
    if (names)
        test_extend_(certificate, NID_subject_alt_name, names);
    if (!X509_sign(certificate, by ? by->key : key, EVP_sha256()))
        abort();
    return certificate;
}

static struct test_authority test_authority_;

static inline void test_authority_forget_(void)
{
    unlink(test_authority_.file);
    X509_free(test_authority_.certificate);
    EVP_PKEY_free(test_authority_.key);
}

static inline const struct test_authority *test_authority(void)
{
    struct test_authority *authority = &test_authority_;
    if (authority->key)
        return authority;
    authority->key = EVP_EC_gen("P-256");
    authority->certificate =
        test_certify_(authority->key, NULL, "Test Authority", NULL, -86400, 86400);
    snprintf(authority->file, sizeof authority->file, "/tmp/cambist-test-ca-XXXXXX");
    int fd = mkstemp(authority->file);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file || !PEM_write_X509(file, authority->certificate))
        abort();
    fclose(file);
    atexit(test_authority_forget_);
    return authority;
}

static inline const char *test_certificates_ca_file(void)
{
    return test_authority()->file;
}

static inline X509 *test_certificate_for_(EVP_PKEY *key, enum test_certificate kind)
{
    const char *names =
        kind == TEST_WRONG_NAME ? "DNS:other.example" : "IP:127.0.0.1,DNS:localhost";
    long from_s = kind == TEST_NOT_YET ? 3600 : -7200;
    long to_s = kind == TEST_EXPIRED ? -3600 : 86400;
    if (kind == TEST_SELF_SIGNED)
        return test_certify_(key, NULL, "127.0.0.1", names, from_s, to_s);
    if (kind != TEST_UNKNOWN_CA)
        return test_certify_(key, test_authority(), "server", names, from_s, to_s);
    struct test_authority stranger = { .key = EVP_EC_gen("P-256") };
    stranger.certificate = test_certify_(stranger.key, NULL, "Stranger", NULL, -86400, 86400);
    X509 *certificate = test_certify_(key, &stranger, "server", names, from_s, to_s);
    X509_free(stranger.certificate);
    EVP_PKEY_free(stranger.key);
    return certificate;
}

/* A server's context; `tls_most` is the newest version it speaks, 0 for all. */
static inline SSL_CTX *test_certificates_context(enum test_certificate kind, int tls_most)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = test_certificate_for_(key, kind);
    if (!context || SSL_CTX_use_certificate(context, certificate) != 1 ||
        SSL_CTX_use_PrivateKey(context, key) != 1)
        abort();
    if (tls_most) { /* old versions need old digests */
        SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
        SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context, tls_most);
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    return context;
}

#endif
