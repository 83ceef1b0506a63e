/* refused with: needs ABI 1.77, this host has 1. */
#include "broken.h"

#undef CAMBIST_ABI_MINOR
#define CAMBIST_ABI_MINOR 77u
CAMBIST_PLUGIN(.name = "broken", SERVERS)
