/* refused with: when: "weather" is nothing that a condition can ask about */
#include "broken.h"

#define MORE
#define NAME "broken"
ENDPOINT({ "fetch_time", "GET /time", FIELDS, .when = "weather=fine" })
