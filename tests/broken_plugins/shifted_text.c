/* refused with: only a time in s, ms, us or ns can be shifted */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time", FIELDS,
           .parameters = CAMBIST_ROWS(parameter, { "s", "{symbol+1}" }) })
