/* refused with: server: there is no server "attic" */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time", FIELDS, .server = "attic" })
