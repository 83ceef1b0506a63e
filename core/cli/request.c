/* cambist request, cambist map: what would be sent, what does an answer say? */
#include "cli/cli.h"

int cmb_cli_request(int count, char **words)
{
    if (count == 2 && strcmp(words[1], "--batch") == 0)
        return cmb_cli_request_batch();
    return cmb_cli_usage("request", "needs --batch");
}

int cmb_cli_map(int count, char **words)
{
    if (count == 2 && strcmp(words[1], "--batch") == 0)
        return cmb_cli_map_batch();
    return cmb_cli_usage("map", "needs --batch");
}
