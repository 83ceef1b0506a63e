/* refused with: table limits claims 3 rows and has none */
#include "broken.h"

CAMBIST_PLUGIN(.name = "broken", SERVERS, .limits = { NULL, 3, sizeof(struct cambist_limit) })
