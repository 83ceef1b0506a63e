/* refused with: channels row 1 (watch_trades), server: no dialect is spoken with "rest" */
#include "broken.h"

#define CHANNEL { "watch_trades", "rest", .name = "\"{market}\"", .frames = "e=trade", TRADES }
STREAMS(THE_DIALECT, CHANNEL, THE_RULE, THE_SIGNAL)
