/* refused with: words row 1 (side), ours: "sideways" is no side */
#include "broken.h"

#define NAME "broken"
#define MORE .words = CAMBIST_ROWS(word, { "side", "sideways", "S" }),
ENDPOINT({ "fetch_time", "GET /time", FIELDS })
