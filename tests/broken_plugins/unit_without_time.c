/* refused with: as: only a time has a unit */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_ticker", "GET /t", .fields = CAMBIST_ROWS(field, { "bid", "b", CAMBIST_MS }) })
