/* refused with: request: must be a method and a path */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "/time", FIELDS })
