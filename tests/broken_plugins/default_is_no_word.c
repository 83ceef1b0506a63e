/* refused with: value: the default "sideways" is no side */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time", FIELDS,
           .parameters = CAMBIST_ROWS(parameter, { "s", "{side=sideways}" }) })
