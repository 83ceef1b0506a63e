/* refused with: when: "sideways" is no side */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time", FIELDS, .when = "side=sideways" })
