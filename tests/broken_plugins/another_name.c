/* refused with: which belongs into cambist_other.so */
#include "broken.h"

#define MORE
#define NAME "other"
ENDPOINT({ "fetch_time", "GET /time", FIELDS })
