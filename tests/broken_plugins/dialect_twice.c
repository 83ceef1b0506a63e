/* refused with: dialects row 2 (stream), server: a row above speaks with it */
#include "broken.h"

#define DIALECT { GOOD_DIALECT }, { "stream", "/other" }
STREAMS(DIALECT, THE_CHANNEL, THE_RULE, THE_SIGNAL)
