/* refused with: dialects row 1 (stream), unsubscribe: there is no subscribe */
#include "broken.h"

#define DIALECT { "stream", .unsubscribe = "{topics}" }
STREAMS(DIALECT, THE_CHANNEL, THE_RULE, THE_SIGNAL)
