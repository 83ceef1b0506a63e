/* refuse FILE TEXT: is the plugin refused, and does the reason say this?
 *
 * Exit status 0 when it is.  A plugin that is taken, or refused for another reason, is shown.
 */
#include <stdio.h>

#include "request/known_answers.h"

int main(int count, char **words)
{
    struct cambist_error error = { 0 };
    struct cmb_plugin_rules rules = { 0 };
    struct cmb_plugin *plugin = NULL;
    struct cmb_vault vault = { 0 };
    if (count != 3 || cmb_vault_open(&vault, 64 * 1024, NULL) != CAMBIST_OK)
        return 2;
    int status = cmb_plugin_open_file(words[1], &rules, &plugin, &error);
    if (status == CAMBIST_OK)
        status = cmb_known_answers_check(plugin, &vault, &error);
    cmb_plugin_close(plugin);
    cmb_vault_close(&vault);
    printf("%s\n", status == CAMBIST_OK ? "taken" : error.message);
    return status != CAMBIST_BAD_PLUGIN || !strstr(error.message, words[2]);
}
