/* Where are plugins looked for when nobody says it? */
#include "plugin/plugin.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef CAMBIST_PLUGIN_DIRECTORY
#define CAMBIST_PLUGIN_DIRECTORY "/usr/local/lib/cambist"
#endif

/* The file that this code was loaded from: the library, or the program it is linked into. */
static bool find_own_file(char *to, size_t size)
{
    static const char anchor;
    Dl_info found;
    char real[PATH_MAX];
    if (!dladdr(&anchor, &found) || !found.dli_fname || !realpath(found.dli_fname, real))
        return false;
    return snprintf(to, size, "%s", real) < (int)size;
}

const char *cmb_plugin_default_path(void)
{
    static char path[2 * PATH_MAX + 128];
    static const char fallback[] = CAMBIST_PLUGIN_DIRECTORY;
    const char *given = getenv("CAMBIST_PLUGIN_PATH");
    if (given && *given)
        return given;
    char own[PATH_MAX];
    if (!find_own_file(own, sizeof own))
        return fallback;
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(own, '/');
        if (slash)
            *slash = 0;
    }
    snprintf(path, sizeof path, "%s/plugins:%s/lib/cambist:%s", own, own, fallback);
    return path;
}
