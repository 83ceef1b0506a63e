/* refused with: channels row 1 (watch_order_book), book: no row of book_rules */
#include "broken.h"

#define CHANNEL { GOOD_BOOK, .book = "sequenced", LEVELS }
STREAMS(THE_DIALECT, CHANNEL, THE_RULE, THE_SIGNAL)
