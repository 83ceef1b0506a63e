/* refused with: dialects row 1 (stream), sequence: is missing */
#include "broken.h"

#define DIALECT { GOOD_DIALECT, .sequence_counts_all = 1 }
STREAMS(DIALECT, THE_CHANNEL, THE_RULE, THE_SIGNAL)
