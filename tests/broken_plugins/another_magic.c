/* refused with: magic 12345678, not 54534243 */
#include "broken.h"

#undef CAMBIST_PLUGIN_MAGIC
#define CAMBIST_PLUGIN_MAGIC 0x12345678u
CAMBIST_PLUGIN(.name = "broken", SERVERS)
