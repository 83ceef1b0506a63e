/* base/disk.h - files as a table of functions, so that tests and simulations bring their own disk.
 *
 * All code that keeps something asks a cmb_disk, never the system: a disk of a test fails when it
 * is told to, and shows what a loss of power would have left.  The table mirrors the system calls,
 * with -errno instead of errno; callers use the functions cmb_disk_*, which are the one place where
 * interrupted calls are repeated and short reads and writes continued.
 *
 * Folders and files are small numbers (file descriptors of the system's disk).  Files are named by
 * their folder and a name without "/".
 */
#ifndef CMB_BASE_DISK_H
#define CMB_BASE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a file is opened: for reading and writing, and: */
enum cmb_disk_open {
    CMB_DISK_EXISTING = 1, /* -ENOENT without it */
    CMB_DISK_CREATE = 2,   /* made if it is not there, mode 0600 */
    CMB_DISK_NEW = 3       /* -EEXIST with it */
};

/* Called for each name in a folder, in no order. */
typedef void (*cmb_disk_name_fn)(const char *name, void *user);

/* What a disk does; each answers 0, a number, or -errno.  Callers: the functions below. */
struct cmb_disk {
    int (*open_folder)(const struct cmb_disk *disk, const char *path);
    int (*open_file)(const struct cmb_disk *disk, int folder, const char *name,
                     enum cmb_disk_open how);
    void (*close)(const struct cmb_disk *disk, int file);
    int (*lock)(const struct cmb_disk *disk, int file);
    int (*list)(const struct cmb_disk *disk, int folder, cmb_disk_name_fn on_name, void *user);
    int64_t (*size)(const struct cmb_disk *disk, int file);
    int64_t (*read)(const struct cmb_disk *disk, int file, void *bytes, size_t size,
                    int64_t offset);
    int64_t (*write)(const struct cmb_disk *disk, int file, const void *bytes, size_t size,
                     int64_t offset);
    int (*allocate)(const struct cmb_disk *disk, int file, int64_t size_bytes);
    int (*sync)(const struct cmb_disk *disk, int file);
    int (*sync_folder)(const struct cmb_disk *disk, int folder);
    int (*rename)(const struct cmb_disk *disk, int folder, const char *from, const char *to);
    int (*remove)(const struct cmb_disk *disk, int folder, const char *name);
    /* The disk is driven step by step: who uses it starts no thread for it. */
    bool is_stepped;
};

/* The machine's files. [any thread] */
extern const struct cmb_disk cmb_disk_system;

/* Opens the folder at `path`; it is there already.  A folder that is not ours, or that others may
 * enter, read or write, is refused with -EPERM; a link with -ENOTDIR or -ELOOP. */
int cmb_disk_open_folder(const struct cmb_disk *disk, const char *path);
int cmb_disk_open_file(const struct cmb_disk *disk, int folder, const char *name,
                       enum cmb_disk_open how);
/* Closes a file or folder, and gives up its lock.  Accepts -1. */
void cmb_disk_close(const struct cmb_disk *disk, int file);

/* Locks an open file against everybody else who locks it, in this process too, until it is closed;
 * -EAGAIN: somebody holds it.  Does not wait. */
int cmb_disk_lock(const struct cmb_disk *disk, int file);

/* Calls `on_name` for each name in the folder but "." and "..". */
int cmb_disk_list(const struct cmb_disk *disk, int folder, cmb_disk_name_fn on_name, void *user);

/* The bytes of a file. */
int64_t cmb_disk_size(const struct cmb_disk *disk, int file);

/* Reads `size` bytes; answers how many there were, fewer only at the end of the file. */
int64_t cmb_disk_read(const struct cmb_disk *disk, int file, void *bytes, size_t size,
                      int64_t offset);

/* Writes all of it to the page cache.  After a failure any part of it may have been written. */
int cmb_disk_write(const struct cmb_disk *disk, int file, const void *bytes, size_t size,
                   int64_t offset);

/* Makes the file `size_bytes` long, the new part zero and its space taken: -ENOSPC comes here. */
int cmb_disk_allocate(const struct cmb_disk *disk, int file, int64_t size_bytes);

/* Makes what was written to the file durable (fdatasync).  Never repeated, also not when it was
 * interrupted: a second call may say that all is well about pages that the first one lost. */
int cmb_disk_sync(const struct cmb_disk *disk, int file);

/* Makes names that were created, renamed or removed in the folder durable. */
int cmb_disk_sync_folder(const struct cmb_disk *disk, int folder);

int cmb_disk_rename(const struct cmb_disk *disk, int folder, const char *from, const char *to);
int cmb_disk_remove(const struct cmb_disk *disk, int folder, const char *name);

#endif
