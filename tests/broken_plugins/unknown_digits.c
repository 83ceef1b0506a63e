/* refused with: book_rules row 1 (sum), checksum_digits: there are no such digits */
#include "broken.h"

#define RULE { "sum", CAMBIST_BOOK_CHECKSUM, .checksum_order = CAMBIST_ASKS_THEN_BIDS, \
    .checksum_depth = 10, .checksum_digits = 16 }
STREAMS(THE_DIALECT, THE_CHANNEL, RULE, THE_SIGNAL)
