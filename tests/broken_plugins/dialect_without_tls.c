/* refused with: dialects row 1 (rest), server: must be a row of servers that begins with wss:// */
#include "broken.h"

#define DIALECT { "rest" }
STREAMS(DIALECT, THE_CHANNEL, THE_RULE, THE_SIGNAL)
