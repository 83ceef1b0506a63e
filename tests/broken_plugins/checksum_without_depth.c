/* refused with: book_rules row 1 (sum), checksum_depth: order and depth belong together */
#include "broken.h"

#define RULE { "sum", CAMBIST_BOOK_CHECKSUM, .checksum_order = CAMBIST_ASKS_THEN_BIDS }
STREAMS(THE_DIALECT, THE_CHANNEL, RULE, THE_SIGNAL)
