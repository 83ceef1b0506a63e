/* refused with: dialects row 1 (stream), handle: "ids[]" is no path here */
#include "broken.h"

#define DIALECT { GOOD_DIALECT, .handle = "ids[]" }
STREAMS(DIALECT, THE_CHANNEL, THE_RULE, THE_SIGNAL)
