/* refused with: book_rules row 1 (counted), checksum_digits: digits and mark belong to an order */
#include "broken.h"

#define RULE { GOOD_RULE, .checksum_digits = CAMBIST_DIGITS_BARE }
STREAMS(THE_DIALECT, THE_CHANNEL, RULE, THE_SIGNAL)
