/* transport/trust.h - whose certificates are believed?
 *
 * The certificate authorities, loaded once and shared by all connections.  Reading the system's
 * bundle costs about 20 ms of CPU, more than a thousand requests; a library that reads it for each
 * connection spends most of its time there.
 */
#ifndef CMB_TRANSPORT_TRUST_H
#define CMB_TRANSPORT_TRUST_H

#include <cambist/status.h>

#include <stdbool.h>

struct cmb_trust;

struct cmb_trust_settings {
    /* A PEM file believed besides the system's authorities; NULL: none. */
    const char *ca_file;
    /* Leaves out the system's authorities, so that ca_file alone is believed. */
    bool is_ca_file_alone;
};

/* Loads the authorities.  NULL with the reason in `error`: BAD_CONFIG for a file that cannot be
 * read or holds no certificate, NO_MEMORY.  Freeing accepts NULL; connections that are open keep
 * what they need.  [any thread, one at a time] */
struct cmb_trust *cmb_trust_new(const struct cmb_trust_settings *settings,
                                struct cambist_error *error);
void cmb_trust_free(struct cmb_trust *trust);

/* Makes an SSL_CTX (OpenSSL's, passed as void *) use the authorities. */
void cmb_trust_install(struct cmb_trust *trust, void *ssl_ctx);

#endif
