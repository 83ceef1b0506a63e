/* support/memory_disk.h - a disk in memory on which everything can fail
 *
 * One folder, any path.  The disk keeps a log of all that was done to it, of which memory_crash.h
 * makes what a loss of power leaves.  It is stepped: code under test starts no thread, and one
 * thread uses it.
 */
#ifndef TEST_SUPPORT_MEMORY_DISK_H
#define TEST_SUPPORT_MEMORY_DISK_H

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/disk.h"

enum { MEMORY_FILES_MOST = 256, MEMORY_HANDLES_MOST = 64 };
enum { MEMORY_NAME_SIZE = 32 };
enum { MEMORY_FOLDER = 1, MEMORY_FIRST_FILE = 2 }; /* what open answers */

enum memory_operation_kind {
    MEMORY_WRITE = 1,
    MEMORY_ALLOCATE,
    MEMORY_SYNC,
    MEMORY_SYNC_FOLDER,
    MEMORY_LINK, /* `name` is the file */
    MEMORY_UNLINK
};

struct memory_operation {
    enum memory_operation_kind kind;
    int file;
    int64_t offset;
    size_t size; /* of the bytes; of the file for ALLOCATE */
    unsigned char *bytes;
    char name[MEMORY_NAME_SIZE], removed[MEMORY_NAME_SIZE]; /* LINK may be a renaming */
};

struct memory_file {
    unsigned char *bytes;
    size_t size, room;
    int opened, lock; /* handles; 0: nobody's */
};

struct memory_name {
    char name[MEMORY_NAME_SIZE];
    int file;
};

struct memory_disk {
    struct cmb_disk disk; /* what the code under test is given */
    struct memory_file files[MEMORY_FILES_MOST];
    int file_count;
    struct memory_name names[MEMORY_FILES_MOST];
    int name_count;
    int handles[MEMORY_HANDLES_MOST]; /* the file and 1; 0: free */
    struct memory_operation *log;
    size_t log_count, log_room;
    bool forgets; /* keeps no log */
    /* What goes wrong: call number `fails_at` (1 is the first) and, if `fails_on`, all later ones,
     * answer -`fault`; with fault 0 reads and writes are short instead, others well. */
    uint64_t calls, fails_at;
    int fault;
    bool fails_on;
    int64_t space_bytes; /* that files may take; 0: any */
};

static inline struct memory_disk *memory_disk_of(const struct cmb_disk *disk)
{
    return (struct memory_disk *)(uintptr_t)disk; /* its first member */
}

/* Counts a call; answers 0 or the fault it ends with. */
static inline int memory_disk_call(struct memory_disk *disk, bool *ret_is_short)
{
    uint64_t call = ++disk->calls;
    bool fails =
        disk->fails_at && (disk->fails_on ? call >= disk->fails_at : call == disk->fails_at);
    if (ret_is_short)
        *ret_is_short = fails && disk->fault == 0;
    return fails ? -disk->fault : 0;
}

static inline struct memory_operation *memory_disk_log(struct memory_disk *disk,
                                                       enum memory_operation_kind kind, int file)
{
    static struct memory_operation ignored;
    if (disk->forgets)
        return &ignored;
    if (disk->log_count == disk->log_room) {
        disk->log_room = disk->log_room ? disk->log_room * 2 : 64;
        disk->log = realloc(disk->log, disk->log_room * sizeof *disk->log);
    }
    disk->log[disk->log_count] = (struct memory_operation){ .kind = kind, .file = file };
    return &disk->log[disk->log_count++];
}

/* --- files --- */

static inline void memory_name_set(char to[static MEMORY_NAME_SIZE], const char *name)
{
    snprintf(to, MEMORY_NAME_SIZE, "%s", name);
}

static inline void memory_file_grow(struct memory_file *file, size_t size)
{
    if (size > file->room) {
        file->room = size > file->room * 2 ? size : file->room * 2;
        file->bytes = realloc(file->bytes, file->room);
    }
    if (size > file->size) {
        memset(file->bytes + file->size, 0, size - file->size);
        file->size = size;
    }
}

static inline void memory_file_put(struct memory_file *file, const void *bytes, size_t size,
                                   int64_t offset)
{
    memory_file_grow(file, (size_t)offset + size);
    if (size)
        memcpy(file->bytes + offset, bytes, size);
}

static inline struct memory_name *memory_disk_find(struct memory_disk *disk, const char *name)
{
    for (int i = 0; i < disk->name_count; i++)
        if (strcmp(disk->names[i].name, name) == 0)
            return &disk->names[i];
    return NULL;
}

/* The file of that name, NULL if there is none. */
static inline struct memory_file *memory_disk_file(struct memory_disk *disk, const char *name)
{
    struct memory_name *found = memory_disk_find(disk, name);
    return found ? &disk->files[found->file] : NULL;
}

static inline void memory_disk_unlink(struct memory_disk *disk, const char *name)
{
    struct memory_name *found = memory_disk_find(disk, name);
    if (found)
        *found = disk->names[--disk->name_count];
}

static inline void memory_disk_link(struct memory_disk *disk, const char *name, int file)
{
    memory_disk_unlink(disk, name);
    struct memory_name *added = &disk->names[disk->name_count++];
    memory_name_set(added->name, name);
    added->file = file;
}

/* --- the table --- */

static inline int memory_open_folder(const struct cmb_disk *table, const char *path)
{
    (void)path;
    int fault = memory_disk_call(memory_disk_of(table), NULL);
    return fault ? fault : MEMORY_FOLDER;
}

static inline int memory_open_file(const struct cmb_disk *table, int folder, const char *name,
                                   enum cmb_disk_open how)
{
    (void)folder;
    struct memory_disk *disk = memory_disk_of(table);
    int fault = memory_disk_call(disk, NULL);
    struct memory_name *found = memory_disk_find(disk, name);
    if (fault)
        return fault;
    if (found ? how == CMB_DISK_NEW : how == CMB_DISK_EXISTING)
        return found ? -EEXIST : -ENOENT;
    int file = found ? found->file : disk->file_count++;
    if (!found) {
        memory_disk_link(disk, name, file);
        memory_name_set(memory_disk_log(disk, MEMORY_LINK, file)->name, name);
    }
    disk->files[file].opened++;
    int handle = 0;
    while (handle < MEMORY_HANDLES_MOST - 1 && disk->handles[handle])
        handle++;
    disk->handles[handle] = file + 1;
    return MEMORY_FIRST_FILE + handle;
}

/* The number of the file behind a handle. */
static inline int memory_number(const struct memory_disk *disk, int handle)
{
    return disk->handles[handle - MEMORY_FIRST_FILE] - 1;
}

static inline struct memory_file *memory_opened(const struct cmb_disk *table, int handle)
{
    struct memory_disk *disk = memory_disk_of(table);
    return &disk->files[memory_number(disk, handle)];
}

static inline void memory_close(const struct cmb_disk *table, int handle)
{
    if (handle == MEMORY_FOLDER)
        return;
    struct memory_file *file = memory_opened(table, handle);
    file->opened--;
    if (file->lock == handle)
        file->lock = 0;
    memory_disk_of(table)->handles[handle - MEMORY_FIRST_FILE] = 0;
}

static inline int memory_lock(const struct cmb_disk *table, int handle)
{
    int fault = memory_disk_call(memory_disk_of(table), NULL);
    struct memory_file *file = memory_opened(table, handle);
    if (!fault && file->lock && file->lock != handle)
        fault = -EAGAIN;
    if (!fault)
        file->lock = handle;
    return fault;
}

static inline int memory_list(const struct cmb_disk *table, int folder, cmb_disk_name_fn on_name,
                              void *user)
{
    (void)folder;
    struct memory_disk *disk = memory_disk_of(table);
    int fault = memory_disk_call(disk, NULL);
    for (int i = 0; !fault && i < disk->name_count; i++)
        on_name(disk->names[i].name, user);
    return fault;
}

static inline int64_t memory_size(const struct cmb_disk *table, int handle)
{
    int fault = memory_disk_call(memory_disk_of(table), NULL);
    return fault ? fault : (int64_t)memory_opened(table, handle)->size;
}

static inline int64_t memory_read(const struct cmb_disk *table, int handle, void *bytes,
                                  size_t size, int64_t offset)
{
    bool is_short;
    int fault = memory_disk_call(memory_disk_of(table), &is_short);
    struct memory_file *file = memory_opened(table, handle);
    if (fault)
        return fault;
    size_t left = (size_t)offset < file->size ? file->size - (size_t)offset : 0;
    size = size < left ? size : left;
    size = is_short && size > 1 ? size / 2 : size;
    if (size)
        memcpy(bytes, file->bytes + offset, size);
    return (int64_t)size;
}

static inline int64_t memory_write(const struct cmb_disk *table, int handle, const void *bytes,
                                   size_t size, int64_t offset)
{
    struct memory_disk *disk = memory_disk_of(table);
    bool is_short;
    int fault = memory_disk_call(disk, &is_short);
    if (fault)
        return fault;
    size = is_short && size > 1 ? size / 2 : size;
    memory_file_put(memory_opened(table, handle), bytes, size, offset);
    struct memory_operation *done =
        memory_disk_log(disk, MEMORY_WRITE, memory_number(disk, handle));
    if (!disk->forgets) {
        done->offset = offset;
        done->size = size;
        done->bytes = malloc(size);
        memcpy(done->bytes, bytes, size);
    }
    return (int64_t)size;
}

static inline int64_t memory_disk_used(const struct memory_disk *disk)
{
    size_t used = 0;
    for (int i = 0; i < disk->name_count; i++)
        used += disk->files[disk->names[i].file].size;
    return (int64_t)used;
}

static inline int memory_allocate(const struct cmb_disk *table, int handle, int64_t size_bytes)
{
    struct memory_disk *disk = memory_disk_of(table);
    int fault = memory_disk_call(disk, NULL);
    if (fault)
        return fault;
    if (disk->space_bytes && memory_disk_used(disk) + size_bytes > disk->space_bytes)
        return -ENOSPC;
    memory_file_grow(memory_opened(table, handle), (size_t)size_bytes);
    memory_disk_log(disk, MEMORY_ALLOCATE, memory_number(disk, handle))->size = (size_t)size_bytes;
    return 0;
}

static inline int memory_sync(const struct cmb_disk *table, int handle)
{
    struct memory_disk *disk = memory_disk_of(table);
    int fault = memory_disk_call(disk, NULL);
    if (!fault)
        memory_disk_log(disk, MEMORY_SYNC, memory_number(disk, handle));
    return fault;
}

static inline int memory_sync_folder(const struct cmb_disk *table, int folder)
{
    (void)folder;
    int fault = memory_disk_call(memory_disk_of(table), NULL);
    if (!fault)
        memory_disk_log(memory_disk_of(table), MEMORY_SYNC_FOLDER, 0);
    return fault;
}

static inline int memory_rename(const struct cmb_disk *table, int folder, const char *from,
                                const char *to)
{
    (void)folder;
    struct memory_disk *disk = memory_disk_of(table);
    int fault = memory_disk_call(disk, NULL);
    struct memory_name *found = memory_disk_find(disk, from);
    if (fault || !found)
        return fault ? fault : -ENOENT;
    int file = found->file;
    struct memory_operation *done = memory_disk_log(disk, MEMORY_LINK, file);
    memory_name_set(done->name, to);
    memory_name_set(done->removed, from);
    memory_disk_unlink(disk, from);
    memory_disk_link(disk, to, file);
    return 0;
}

static inline int memory_remove(const struct cmb_disk *table, int folder, const char *name)
{
    (void)folder;
    struct memory_disk *disk = memory_disk_of(table);
    int fault = memory_disk_call(disk, NULL);
    if (fault || !memory_disk_find(disk, name))
        return fault ? fault : -ENOENT;
    memory_disk_unlink(disk, name);
    memory_name_set(memory_disk_log(disk, MEMORY_UNLINK, 0)->name, name);
    return 0;
}

/* An empty disk. */
static inline void memory_disk_init(struct memory_disk *disk)
{
    memset(disk, 0, sizeof *disk);
    disk->disk = (struct cmb_disk){ .open_folder = memory_open_folder,
                                    .open_file = memory_open_file,
                                    .close = memory_close,
                                    .lock = memory_lock,
                                    .list = memory_list,
                                    .size = memory_size,
                                    .read = memory_read,
                                    .write = memory_write,
                                    .allocate = memory_allocate,
                                    .sync = memory_sync,
                                    .sync_folder = memory_sync_folder,
                                    .rename = memory_rename,
                                    .remove = memory_remove,
                                    .is_stepped = true };
}

static inline void memory_disk_clear(struct memory_disk *disk)
{
    for (int i = 0; i < disk->file_count; i++)
        free(disk->files[i].bytes);
    for (size_t i = 0; i < disk->log_count; i++)
        free(disk->log[i].bytes);
    free(disk->log);
    memory_disk_init(disk);
}

/* How many files and folders are open still, the folder not counted. */
static inline int memory_disk_open_count(const struct memory_disk *disk)
{
    int count = 0;
    for (int i = 0; i < disk->file_count; i++)
        count += disk->files[i].opened;
    return count;
}

/* Puts a file there, as if it had always been. */
static inline void memory_disk_put(struct memory_disk *disk, const char *name, const void *bytes,
                                   size_t size)
{
    memory_disk_link(disk, name, disk->file_count);
    memory_file_put(&disk->files[disk->file_count++], bytes, size, 0);
}

#endif
