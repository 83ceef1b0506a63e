/* refused with: value: reuse_ms: a nonce is never sent twice */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time", FIELDS, .reuse_ms = 1000,
           .parameters = CAMBIST_ROWS(parameter, { "n", "{nonce}" }) })
