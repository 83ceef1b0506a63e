/* refused with: fields row 4 (level_side), words: no table names the sides */
#include "broken.h"

#define SIDED   { "bids", "l" }, { "asks", "l" }, { "level_side", "side" }
#define CHANNEL { GOOD_BOOK, .book = "counted", .fields = CAMBIST_ROWS(field, SYMBOL, SIDED) }
STREAMS(THE_DIALECT, CHANNEL, THE_RULE, THE_SIGNAL)
