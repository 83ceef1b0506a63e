/* refused with: order_rules row 2, window_ms: deadline and window belong together */
#include "broken.h"

#define NAME "broken"
#define MORE .order_rules = CAMBIST_ROWS(order_rule, { CAMBIST_KIND_SPOT }, { 0, .window_ms = 5000 }),
ENDPOINT({ "fetch_time", "GET /time", FIELDS })
