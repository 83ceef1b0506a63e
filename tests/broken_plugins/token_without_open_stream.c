/* refused with: dialects row 1 (stream), needs_token: there is no endpoint of open_stream */
#include "broken.h"

#define DIALECT { GOOD_DIALECT, .needs_token = 1 }
STREAMS(DIALECT, THE_CHANNEL, THE_RULE, THE_SIGNAL)
