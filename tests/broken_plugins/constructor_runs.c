/* refused with: needs ABI 7. */
#include "broken.h"

#include <stdlib.h>

/* Refused before any of its code runs: this would end the test. */
__attribute__((constructor)) static void run(void)
{
    abort();
}

#undef CAMBIST_ABI_MAJOR
#define CAMBIST_ABI_MAJOR 7u
CAMBIST_PLUGIN(.name = "broken", SERVERS)
