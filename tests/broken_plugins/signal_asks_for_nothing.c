/* refused with: signals row 1 (ask), answer: is missing */
#include "broken.h"

#define SIGNAL { "ask", CAMBIST_ASKS }
STREAMS(THE_DIALECT, THE_CHANNEL, THE_RULE, SIGNAL)
