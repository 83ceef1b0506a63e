/* Could anybody but root and us have written this file, or read this secret? */
#include "config/trusted_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fail.h"

enum { COMPONENT_MOST = 256 };

static bool is_ours(const struct stat *facts)
{
    return facts->st_uid == 0 || facts->st_uid == geteuid();
}

/* NULL, or what is wrong with a folder on the way. */
static const char *check_parent(const struct stat *facts)
{
    if (!is_ours(facts))
        return "belongs to somebody else";
    if (facts->st_mode & (S_IWGRP | S_IWOTH) && !(facts->st_mode & S_ISVTX))
        return "may be written by others";
    return NULL;
}

/* An ACL can let in whom the mode does not show. */
static bool has_acl(int fd)
{
    return fgetxattr(fd, "system.posix_acl_access", NULL, 0) > 0;
}

static const char *check_readers(int fd, const struct stat *facts, enum cmb_trust trust)
{
    mode_t open_to = facts->st_mode & (S_IRWXG | S_IRWXO);
    if (trust == CMB_TRUST_PUBLIC)
        return NULL;
    if (trust == CMB_TRUST_SERVICE)
        return open_to & ~(mode_t)S_IRGRP ? "is open to others" : NULL;
    if (open_to == S_IRGRP && facts->st_uid == 0 && facts->st_gid == getegid())
        open_to = 0;
    if (open_to)
        return "is open to others; its mode should be 0600 or 0400";
    return has_acl(fd) ? "has an access control list" : NULL;
}

/* NULL, or what is wrong with the file itself. */
static const char *check_file(int fd, const struct stat *facts, enum cmb_trust trust)
{
    if (!S_ISREG(facts->st_mode))
        return "is not a regular file";
    if (!is_ours(facts))
        return "belongs to somebody else";
    if (facts->st_mode & (S_IWGRP | S_IWOTH))
        return "may be written by others";
    return check_readers(fd, facts, trust);
}

static int refuse(struct cambist_error *error, const char *path, size_t length, const char *reason)
{
    return cmb_fail(error, CAMBIST_BAD_CONFIG, "%.*s: %s", (int)length, path, reason);
}

static const char *explain_open(void)
{
    if (errno == ELOOP || errno == ENOTDIR)
        return "is a link, or not a folder";
    if (errno == ENOENT)
        return "does not exist";
    return errno == EACCES ? "may not be opened by us" : "cannot be opened";
}

/* Copies the component of `path` at `start` to `name`; returns its length, 0 at the end, and -1 for
 * one that leads elsewhere. */
static int read_component(const char *start, char *name)
{
    size_t length = strcspn(start, "/");
    if (length >= COMPONENT_MOST || (length == 2 && memcmp(start, "..", 2) == 0))
        return -1;
    memcpy(name, start, length);
    name[length] = 0;
    return (int)length;
}

/* Opens the file `name` in the folder and checks it. */
static int open_last(int folder, const char *name, const char *path, enum cmb_trust trust,
                     struct cmb_trusted_file *file, struct cambist_error *error)
{
    struct stat facts;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return refuse(error, path, strlen(path), explain_open());
    const char *reason = fstat(fd, &facts) == 0 ? check_file(fd, &facts, trust) : "is gone";
    if (reason) {
        close(fd);
        return refuse(error, path, strlen(path), reason);
    }
    *file = (struct cmb_trusted_file){ .fd = fd, .size_bytes = (size_t)facts.st_size };
    return CAMBIST_OK;
}

/* Opens the next folder on the way and checks it; closes `folder` in any case. */
static int open_parent(int folder, const char *name, const char **ret_reason)
{
    struct stat facts;
    int fd = openat(folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    *ret_reason = fd < 0 ? explain_open() : NULL;
    if (fd >= 0)
        *ret_reason = fstat(fd, &facts) == 0 ? check_parent(&facts) : "is gone";
    if (folder >= 0)
        close(folder);
    return fd;
}

/* Walks from the root: folder after folder, then the file. */
static int walk(struct cmb_trusted_file *file, const char *path, enum cmb_trust trust,
                struct cambist_error *error)
{
    char name[COMPONENT_MOST];
    const char *at = path, *reason;
    int folder = open_parent(-1, "/", &reason);
    int status = reason ? refuse(error, "/", 1, reason) : CAMBIST_OK;
    while (status == CAMBIST_OK) {
        at += strspn(at, "/");
        int length = read_component(at, name);
        const char *end = at + (length > 0 ? length : 0);
        if (length <= 0) {
            status = refuse(error, path, strlen(path), "is not a path to a file");
        } else if (*end == 0) {
            status = open_last(folder, name, path, trust, file, error);
            break;
        } else {
            folder = open_parent(folder, name, &reason);
            if (reason)
                status = refuse(error, path, (size_t)(end - path), reason);
        }
        at = end;
    }
    if (folder >= 0)
        close(folder);
    return status;
}

int cmb_trusted_file_open(struct cmb_trusted_file *file, const char *path, enum cmb_trust trust,
                          size_t most_bytes, struct cambist_error *error)
{
    *file = (struct cmb_trusted_file){ .fd = -1 };
    if (path[0] != '/')
        return refuse(error, path, strlen(path), "is not an absolute path to an existing file");
    int status = walk(file, path, trust, error);
    if (status == CAMBIST_OK && file->size_bytes > most_bytes) {
        close(file->fd);
        *file = (struct cmb_trusted_file){ .fd = -1 };
        return cmb_fail(error, CAMBIST_TOO_LARGE, "%s: has more than %zu bytes", path, most_bytes);
    }
    return status;
}
