/* refused with: signals row 1 (ok), means: there is no meaning 77 */
#include "broken.h"

#define SIGNAL { "ok", 77 }
STREAMS(THE_DIALECT, THE_CHANNEL, THE_RULE, SIGNAL)
