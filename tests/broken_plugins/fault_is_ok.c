/* refused with: status: there is no failure 0 */
#include "broken.h"

#define NAME "broken"
#define MORE .faults = CAMBIST_ROWS(fault, { "0", CAMBIST_OK }),
ENDPOINT({ "fetch_time", "GET /time", FIELDS })
