/* refused with: charges row 1 (wait), limit: there is no limit "wait" */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time", FIELDS, .charges = CAMBIST_ROWS(charge, { "wait", 1 }) })
