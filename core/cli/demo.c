/* cambist demo: what does it look like when it works? */
#include "cli/ask.h"

int cmb_cli_demo(int count, char **words)
{
    (void)count;
    (void)words;
    fputs("cambist demo: the practice exchanges are not built in yet\n", stderr);
    return CMB_EXIT_FAILED;
}
