/* refused with: text: there is no name {signature} */
#include "broken.h"

#define NAME "broken"
#define MORE                                                                          \
    .derived = CAMBIST_ROWS(derived, { "signature", "{signature}", CAMBIST_SHA256,    \
                                       CAMBIST_AS_HEX }),
ENDPOINT({ "fetch_time", "GET /time", FIELDS })
