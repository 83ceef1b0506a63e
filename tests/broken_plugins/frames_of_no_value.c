/* refused with: channels row 1 (watch_trades), frames: a term compares with nothing */
#include "broken.h"

#define CHANNEL { "watch_trades", "stream", .name = "\"{market}\"", .frames = "e=trade|", TRADES }
STREAMS(THE_DIALECT, CHANNEL, THE_RULE, THE_SIGNAL)
