/* refused with: has no symbol cambist_plugin_entry */
#define CAMBIST_PLUGIN_ENTRY another_entry
#include "broken.h"

CAMBIST_PLUGIN(.name = "broken", SERVERS)
