/* refused with: faults row 1, code: the row says nothing */
#include "broken.h"

#define NAME "broken"
#define MORE .faults = CAMBIST_ROWS(fault, { .status = CAMBIST_DENIED }),
ENDPOINT({ "fetch_time", "GET /time", FIELDS })
