/* refused with: channels row 1 (watch_trades), frames: "" is no path here */
#include "broken.h"

#define CHANNEL { "watch_trades", "stream", .name = "\"{market}\"", .frames = "e=t !", TRADES }
STREAMS(THE_DIALECT, CHANNEL, THE_RULE, THE_SIGNAL)
