/* refused with: value: there is no filter or table of words "rot13" */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time", FIELDS,
           .parameters = CAMBIST_ROWS(parameter, { "s", "{symbol:rot13}" }) })
