/* refused with: {secret} is secret: only a derived row can use it */
#include "broken.h"

#define NAME "broken"
#define MORE .credentials = CAMBIST_ROWS(credential, { "secret", "the secret", CAMBIST_SECRET }),
ENDPOINT({ "fetch_time", "GET /time", FIELDS,
           .parameters = CAMBIST_ROWS(parameter, { "s", "{secret}" }) })
