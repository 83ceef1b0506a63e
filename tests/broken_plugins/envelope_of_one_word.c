/* refused with: dialects row 1 (stream), envelope: names two members */
#include "broken.h"

#define DIALECT { GOOD_DIALECT, .envelope = "stream" }
STREAMS(DIALECT, THE_CHANNEL, THE_RULE, THE_SIGNAL)
