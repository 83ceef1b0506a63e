/* refused with: book_rules row 1 (counted), kind: there is no kind 0 */
#include "broken.h"

#define RULE { "counted" }
STREAMS(THE_DIALECT, THE_CHANNEL, RULE, THE_SIGNAL)
