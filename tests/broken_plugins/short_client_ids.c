/* refused with: order_rules row 1, client_id_length: the host's ids have 18 characters */
#include "broken.h"

#define NAME "broken"
#define MORE .order_rules = CAMBIST_ROWS(order_rule, { 0, CAMBIST_NOT_UNIQUE, 17 }),
ENDPOINT({ "fetch_time", "GET /time", FIELDS })
