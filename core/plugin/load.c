/* Which file is a plugin loaded from, and may it be trusted? */
#include "plugin/plugin.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/memory.h"
#include "crypto/digest.h"
#include "crypto/encode.h"
#include "plugin/note.h"

enum { PLUGIN_BYTES_MOST = 64 << 20 };

/* Nobody but root and ourselves may be able to change what we are about to run. */
static int check_owner(const struct stat *found, const char *path, bool is_strict,
                       struct cambist_error *error)
{
    if (found->st_mode & (S_IWOTH | S_IWGRP) && !(found->st_mode & S_ISVTX))
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s may be changed by others (mode %03o)", path,
                        found->st_mode & 07777);
    if (is_strict && found->st_uid != 0 && found->st_uid != geteuid())
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s belongs to user %u", path, found->st_uid);
    return CAMBIST_OK;
}

/* Every directory above the file, when strict; the one it lies in, always. */
static int check_parents(const char *path, bool is_strict, struct cambist_error *error)
{
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s", path);
    for (char *slash = strrchr(parent, '/'); slash; slash = strrchr(parent, '/')) {
        *(slash == parent ? slash + 1 : slash) = 0;
        struct stat found;
        if (stat(parent, &found) != 0)
            return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s: %s", parent, strerror(errno));
        int status = check_owner(&found, parent, is_strict, error);
        if (status != CAMBIST_OK || !is_strict || slash == parent)
            return status;
    }
    return CAMBIST_OK;
}

static int check_hash(struct cmb_text image, const char *path, const char *required,
                      struct cmb_plugin *plugin, struct cambist_error *error)
{
    unsigned char digest[64];
    size_t size = cmb_digest(CMB_HASH_SHA256, &image, 1, digest);
    *cmb_encode_hex(digest, size, plugin->sha256) = 0;
    if (required && strcmp(required, plugin->sha256) != 0)
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s has SHA-256 %s, %.64s is required", path,
                        plugin->sha256, required);
    return CAMBIST_OK;
}

static int read_whole(int file, size_t size, char *to, const char *path,
                      struct cambist_error *error)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = pread(file, to + done, size - done, (off_t)done);
        if (got <= 0)
            return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s cannot be read", path);
        done += (size_t)got;
    }
    return CAMBIST_OK;
}

/* Checks the opened file, so that it cannot be exchanged between the check and the use. */
static int check_file(int file, const char *path, const struct cmb_plugin_rules *rules,
                      struct cmb_plugin *plugin, struct cambist_error *error)
{
    struct stat found;
    if (fstat(file, &found) != 0 || !S_ISREG(found.st_mode))
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s is no regular file", path);
    if (found.st_size > PLUGIN_BYTES_MOST)
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s is larger than any plugin", path);
    int status = check_owner(&found, path, rules->is_strict, error);
    if (status == CAMBIST_OK)
        status = check_parents(path, rules->is_strict, error);
    if (status != CAMBIST_OK)
        return status;
    size_t size = (size_t)found.st_size;
    char *image = cmb_malloc(size + 1);
    if (!image)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory to read a plugin"));
    status = read_whole(file, size, image, path, error);
    struct cmb_text bytes = { image, size };
    if (status == CAMBIST_OK)
        status = cmb_note_check(bytes, path, error);
    if (status == CAMBIST_OK)
        status = check_hash(bytes, path, rules->sha256, plugin, error);
    free(image);
    return status;
}

/* Runs the plugin's first instruction: everything that can be known before is known. */
static int find_tables(const char *path, void **ret_handle, const struct cambist_plugin **ret,
                       struct cambist_error *error)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle)
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s cannot be loaded: %.160s", path, dlerror());
    cambist_plugin_entry_fn *entry =
        (cambist_plugin_entry_fn *)(uintptr_t)dlsym(handle, CAMBIST_PLUGIN_ENTRY_NAME);
    const struct cambist_plugin *tables = entry ? entry() : NULL;
    if (!tables) {
        dlclose(handle);
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s %s", path,
                        entry ? "answers with no tables"
                              : "has no symbol " CAMBIST_PLUGIN_ENTRY_NAME);
    }
    *ret_handle = handle;
    *ret = tables;
    return CAMBIST_OK;
}

/* A file cambist_x.so must hold the plugin x: names in configs are names of files. */
static int check_name(const char *path, const char *name, struct cambist_error *error)
{
    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    char expected[128];
    snprintf(expected, sizeof expected, "cambist_%s.so", name);
    if (strcmp(base, expected) != 0)
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s holds the plugin \"%s\", which belongs into %s",
                        path, name, expected);
    return CAMBIST_OK;
}

int cmb_plugin_open_file(const char *path, const struct cmb_plugin_rules *rules,
                         struct cmb_plugin **ret, struct cambist_error *error)
{
    char real[PATH_MAX];
    if (!realpath(path, real))
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s: %s", path, strerror(errno));
    int file = open(real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s: %s", real, strerror(errno));
    struct cmb_plugin checked = { 0 };
    const struct cambist_plugin *tables = NULL;
    int status = check_file(file, real, rules, &checked, error);
    if (status == CAMBIST_OK)
        status = find_tables(real, &checked.handle, &tables, error);
    close(file);
    if (status == CAMBIST_OK)
        status = cmb_plugin_compile(tables, ret, error);
    if (status == CAMBIST_OK)
        status = check_name(real, (*ret)->tables.name, error);
    if (status != CAMBIST_OK)
        return status;
    memcpy((*ret)->sha256, checked.sha256, sizeof checked.sha256);
    snprintf((*ret)->path, sizeof (*ret)->path, "%s", real);
    (*ret)->handle = checked.handle;
    return CAMBIST_OK;
}

static bool is_plugin_name(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return length > 0 && length < 64 && name[length] == 0;
}

int cmb_plugin_open(const char *name, const struct cmb_plugin_rules *rules,
                    struct cmb_plugin **ret, struct cambist_error *error)
{
    if (!is_plugin_name(name))
        return cmb_fail(error, CAMBIST_BAD_PLUGIN,
                        "\"%.60s\" is no name of a plugin (lower case letters, digits, _)", name);
    const char *search_path = rules->search_path && *rules->search_path
                                  ? rules->search_path : cmb_plugin_default_path();
    struct cmb_text left = cmb_text_of(search_path);
    while (left.at) {
        struct cmb_text directory;
        left = cmb_text_cut(left, ':', &directory);
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%.*s/cambist_%s.so", (int)directory.length, directory.at,
                 name);
        if (access(path, F_OK) == 0)
            return cmb_plugin_open_file(path, rules, ret, error);
    }
    return cmb_fail(error, CAMBIST_BAD_PLUGIN, "there is no cambist_%s.so in %.200s", name,
                    search_path);
}
