/* refused with: request: "?" cannot stand in a path */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time?a=1", FIELDS })
