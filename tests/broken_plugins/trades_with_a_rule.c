/* refused with: channels row 1 (watch_trades), book: only watch_order_book has one */
#include "broken.h"

#define CHANNEL { GOOD_CHANNEL, .book = "count", TRADES }
STREAMS(THE_DIALECT, CHANNEL, THE_RULE, THE_SIGNAL)
