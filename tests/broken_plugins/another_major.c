/* refused with: needs ABI 7. */
#include "broken.h"

#undef CAMBIST_ABI_MAJOR
#define CAMBIST_ABI_MAJOR 7u
CAMBIST_PLUGIN(.name = "broken", SERVERS)
