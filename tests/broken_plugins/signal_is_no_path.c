/* refused with: signals row 1 (a..b=1), frames: "a..b" is no path here */
#include "broken.h"

#define SIGNAL { "a..b=1", CAMBIST_ACKNOWLEDGES }
STREAMS(THE_DIALECT, THE_CHANNEL, THE_RULE, SIGNAL)
