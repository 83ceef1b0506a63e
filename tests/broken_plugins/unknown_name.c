/* refused with: parameters row 1 (s), value: there is no name {simbol} */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time", FIELDS,
           .parameters = CAMBIST_ROWS(parameter, { "s", "{simbol}" }) })
