/* Has somebody said that nothing may be placed any more? */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "host/host.h"

/* The file that says it stands beside the journal, where every process with that journal looks. */
static bool write_path(const struct cambist *host, char path[static PATH_MAX])
{
    const char *folder = host->settings.host.journal;
    int length = snprintf(path, PATH_MAX, "%s/blocked", folder);
    return *folder && length < PATH_MAX;
}

/* Somebody has said stop (cambist kill), maybe in another process. */
void cmb_host_look_for_block(struct cambist *host)
{
    char path[PATH_MAX];
    if (!write_path(host, path))
        return;
    bool is_blocked = access(path, F_OK) == 0;
    for (size_t i = 0; i < host->exchange_count && is_blocked != host->is_blocked; i++)
        cmb_orders_block(host->accounts[i], is_blocked);
    host->is_blocked = is_blocked;
}

int cambist_block_all_orders(struct cambist *host, int is_blocked, struct cambist_error *error)
{
    char path[PATH_MAX];
    if (!write_path(host, path))
        return cmb_fail_plain(error, CAMBIST_BAD_CONFIG,
                              CMB_TEXT("without a journal there is no place to say it for others"));
    int fd = is_blocked ? open(path, O_CREAT | O_CLOEXEC | O_WRONLY, 0600) : -1;
    bool is_done = is_blocked ? fd >= 0 : unlink(path) == 0 || errno == ENOENT;
    if (fd >= 0)
        close(fd);
    return is_done ? CAMBIST_OK
                   : cmb_fail(error, CAMBIST_JOURNAL, "%s: %s", path, strerror(errno));
}
