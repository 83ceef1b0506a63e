/* refused with: book_rules row 2 (counted), name: a row above has it */
#include "broken.h"

#define RULE { GOOD_RULE }, { "counted", CAMBIST_BOOK_PREVIOUS }
STREAMS(THE_DIALECT, THE_CHANNEL, RULE, THE_SIGNAL)
