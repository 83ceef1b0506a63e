/* transport/http_body.h - what the files of an answer's reader share.
 *
 * For http.c, http_common.c and http_body.c only.  Where it is not said otherwise the functions
 * answer 0, or -1 after cmb_http_fail.
 */
#ifndef CMB_TRANSPORT_HTTP_BODY_H
#define CMB_TRANSPORT_HTTP_BODY_H

#include "transport/http.h"

enum cmb_http_encoding { CMB_HTTP_PLAIN = 1, CMB_HTTP_GZIP, CMB_HTTP_DEFLATE };

/* Ends the reading with `status`; the result, -1, stops the parser.  `reason` is static. */
int cmb_http_fail(struct cmb_http *http, int status, const char *reason);

/* Reads an answer of the common form that lies there as a whole.  False: it is of another form, or not
 * whole, and nothing was read.  Else http->status says how it ended. */
bool cmb_http_read_common(struct cmb_http *http, const char *bytes, size_t length,
                          size_t *ret_used);

/* How the body is encoded, by the headers. */
int cmb_http_check_encoding(struct cmb_http *http);

/* The headers are known: refuses a length above the ceiling, makes room. */
int cmb_http_body_begin(struct cmb_http *http);
/* More bytes, as they came; inflates them. */
int cmb_http_body_add(struct cmb_http *http, const char *at, size_t length);
/* No more bytes: whether the compression has ended too. */
int cmb_http_body_end(struct cmb_http *http);

#endif
