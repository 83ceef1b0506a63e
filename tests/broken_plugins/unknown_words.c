/* refused with: words: there is no table of words "directions" */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_trades", "GET /t",
           .fields = CAMBIST_ROWS(field, { "side", "s", .words = "directions" }) })
