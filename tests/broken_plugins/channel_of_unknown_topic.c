/* refused with: channels row 1 (watch_nothing), topic: there is no topic "watch_nothing" */
#include "broken.h"

#define CHANNEL { "watch_nothing", "stream", .frames = "e=trade", TRADES }
STREAMS(THE_DIALECT, CHANNEL, THE_RULE, THE_SIGNAL)
