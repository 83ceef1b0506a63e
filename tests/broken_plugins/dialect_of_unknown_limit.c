/* refused with: dialects row 1 (stream), connects: there is no limit "handshakes" */
#include "broken.h"

#define DIALECT { GOOD_DIALECT, .connects = "handshakes" }
STREAMS(DIALECT, THE_CHANNEL, THE_RULE, THE_SIGNAL)
