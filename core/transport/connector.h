/* transport/connector.h - the inner side of connection.h: how libcurl is driven by the loop.
 *
 * For connector.c, target.c and connection.c only; everything else includes connection.h.
 */
#ifndef CMB_TRANSPORT_CONNECTOR_H
#define CMB_TRANSPORT_CONNECTOR_H

#include "transport/connection.h"

#include <curl/curl.h>

struct cmb_connector {
    struct cmb_loop *loop;
    struct cmb_trust *trust;
    struct cmb_connector_settings settings; /* without zeros */
    char *proxy;                            /* NULL: none */
    CURLM *multi;
    struct cmb_timer timer; /* libcurl's */
};

struct cmb_target {
    char *name;       /* "https://host:port" */
    CURLSH *sessions; /* TLS sessions of this target */
    bool is_tls;
    bool has_failed; /* the last attempt: the address is asked for anew */
};

/* Called by connector.c when libcurl has ended the attempt of `connection`. */
void cmb_connection_settle(struct cmb_connection *connection, CURLcode code);

#endif
