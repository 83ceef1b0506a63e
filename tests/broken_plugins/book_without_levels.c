/* refused with: channels row 1 (watch_order_book), fields: a book has bids and asks */
#include "broken.h"

#define BIDS    .fields = CAMBIST_ROWS(field, SYMBOL, { "bids", "b" })
#define CHANNEL { GOOD_BOOK, .book = "counted", BIDS }
STREAMS(THE_DIALECT, CHANNEL, THE_RULE, THE_SIGNAL)
