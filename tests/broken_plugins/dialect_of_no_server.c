/* refused with: dialects row 1 (strem), server: must be a row of servers that begins with wss:// */
#include "broken.h"

#define DIALECT { "strem" }
STREAMS(DIALECT, THE_CHANNEL, THE_RULE, THE_SIGNAL)
