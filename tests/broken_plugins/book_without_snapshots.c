/* refused with: channels row 1 (watch_order_book), book: asks for snapshots without fetch_order_ */
#include "broken.h"

#define RULE    { "range", CAMBIST_BOOK_RANGE, .snapshot_limit = 100 }
#define CHANNEL { GOOD_BOOK, .book = "range", LEVELS }
STREAMS(THE_DIALECT, CHANNEL, RULE, THE_SIGNAL)
