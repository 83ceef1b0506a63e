/* refused with: derived row 1 (signature), with: the algorithm needs a credential */
#include "broken.h"

#define NAME "broken"
#define MORE                                                                          \
    .derived = CAMBIST_ROWS(derived, { "signature", "{query}", CAMBIST_HMAC_SHA256,   \
                                       CAMBIST_AS_HEX }),
ENDPOINT({ "fetch_time", "GET /time", FIELDS })
