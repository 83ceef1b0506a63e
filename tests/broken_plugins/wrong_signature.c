/* refused with: vectors row 1: url is "https://api.example.com/time?a=1", not "https://api.example.com/time?a=2" */
#include "broken.h"

#define NAME "broken"
#define MORE                                                                                       \
    .vectors = CAMBIST_ROWS(vector, { "fetch_time", .url = "https://api.example.com/time?a=2" }),
ENDPOINT({ "fetch_time", "GET /time", FIELDS,
           .parameters = CAMBIST_ROWS(parameter, { "a", "1" }) })
