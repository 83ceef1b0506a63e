/* transport/http_body.h - the inner side of http.h: what becomes of the bytes after the blank line.
 *
 * For http.c and http_body.c only.  The functions answer 0, or -1 after cmb_http_fail.
 */
#ifndef CMB_TRANSPORT_HTTP_BODY_H
#define CMB_TRANSPORT_HTTP_BODY_H

#include "transport/http.h"

enum cmb_http_encoding { CMB_HTTP_PLAIN = 1, CMB_HTTP_GZIP, CMB_HTTP_DEFLATE };

/* Ends the reading with `status`; the result, -1, stops the parser.  `reason` is static. */
int cmb_http_fail(struct cmb_http *http, int status, const char *reason);

/* The headers are known: refuses a length above the ceiling, makes room. */
int cmb_http_body_begin(struct cmb_http *http);
/* More bytes, as they came; inflates them. */
int cmb_http_body_add(struct cmb_http *http, const char *at, size_t length);
/* No more bytes: whether the compression has ended too. */
int cmb_http_body_end(struct cmb_http *http);

#endif
