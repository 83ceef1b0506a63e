/* refused with: endpoints row 1 (fetch_weather), operation: there is no operation "fetch_weather" */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_weather", "GET /weather", FIELDS })
