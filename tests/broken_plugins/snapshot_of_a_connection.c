/* refused with: book_rules row 1 (range), scope: no asked-for snapshot */
#include "broken.h"

#define RULE { "range", CAMBIST_BOOK_RANGE, CAMBIST_OF_CONNECTION, .snapshot_limit = 100 }
STREAMS(THE_DIALECT, THE_CHANNEL, RULE, THE_SIGNAL)
