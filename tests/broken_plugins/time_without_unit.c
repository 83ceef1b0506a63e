/* refused with: as: a time must say its unit */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time", .fields = CAMBIST_ROWS(field, { "timestamp", "t" }) })
