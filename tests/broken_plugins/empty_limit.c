/* refused with: limits row 1 (weight), capacity: capacity and window_ms must be more than 0 */
#include "broken.h"

#define NAME "broken"
#define MORE .limits = CAMBIST_ROWS(limit, { "weight", CAMBIST_PER_ADDRESS, CAMBIST_FIXED_WINDOW }),
ENDPOINT({ "fetch_time", "GET /time", FIELDS })
