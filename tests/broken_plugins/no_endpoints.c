/* refused with: endpoints: the table is empty */
#include "broken.h"

CAMBIST_PLUGIN(.name = "broken", SERVERS)
