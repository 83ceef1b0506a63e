/* refused with: fields: the row says nothing about the answer */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time" })
