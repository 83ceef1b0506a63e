/* refused with: signals row 1 (ok), writes: "status" is no path=value */
#include "broken.h"

#define MORE .signals = CAMBIST_ROWS(signal, { "ok", CAMBIST_ACKNOWLEDGES, .writes = "status" }),
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time", FIELDS })
