/* refused with: path: "a[]" is no path here: [] and {} belong into rows */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time",
           .fields = CAMBIST_ROWS(field, { "timestamp", "a[]", CAMBIST_MS }) })
