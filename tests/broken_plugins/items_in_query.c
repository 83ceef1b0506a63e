/* refused with: items: must be "name[]", or "[]" in a JSON body */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time", FIELDS, .items = "[]" })
