/* refused with: fields row 1 (prise), field: a clock has no "prise" */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time", .fields = CAMBIST_ROWS(field, { "prise", "p" }) })
