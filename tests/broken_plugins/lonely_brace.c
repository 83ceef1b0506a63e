/* refused with: request: a brace stands alone */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time/{market", FIELDS })
