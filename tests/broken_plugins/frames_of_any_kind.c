/* refused with: channels row 1 (watch_trades), frames: nothing tells its frames from others */
#include "broken.h"

#define CHANNEL { "watch_trades", "stream", .name = "\"{market}\"", .frames = " ", TRADES }
STREAMS(THE_DIALECT, CHANNEL, THE_RULE, THE_SIGNAL)
