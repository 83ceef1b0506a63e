/* refused with: with: there is no credential "secrt" */
#include "broken.h"

#define NAME "broken"
#define MORE                                                                          \
    .derived = CAMBIST_ROWS(derived, { "signature", "{query}", CAMBIST_HMAC_SHA256,   \
                                       CAMBIST_AS_HEX, "secrt" }),
ENDPOINT({ "fetch_time", "GET /time", FIELDS })
