/* refused with: live: must begin with https:// or wss:// */
#include "broken.h"

CAMBIST_PLUGIN(.name = "broken",
               .servers = CAMBIST_ROWS(server, { "rest", "http://api.example.com" }))
