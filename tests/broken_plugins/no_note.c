/* refused with: is not a cambist plugin: it has no contract note */
#include "broken.h"

__attribute__((visibility("default"))) const struct cambist_plugin *cambist_plugin_entry(void);
const struct cambist_plugin *cambist_plugin_entry(void)
{
    return NULL;
}
