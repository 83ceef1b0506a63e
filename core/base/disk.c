/* How are files opened, read, written and made durable, whatever interrupts it? */
#include "base/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- the system's disk --- */

static int answer(int result)
{
    return result < 0 ? -errno : result;
}

static int system_open_folder(const struct cmb_disk *disk, const char *path)
{
    (void)disk;
    struct stat facts;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return -errno;
    if (fstat(folder, &facts) == 0 && facts.st_uid == geteuid() &&
        !(facts.st_mode & (S_IRWXG | S_IRWXO)))
        return folder;
    close(folder);
    return -EPERM;
}

static int system_open_file(const struct cmb_disk *disk, int folder, const char *name,
                            enum cmb_disk_open how)
{
    static const int flags[] = { [CMB_DISK_CREATE] = O_CREAT, [CMB_DISK_NEW] = O_CREAT | O_EXCL };
    (void)disk;
    int more = how == CMB_DISK_EXISTING ? 0 : flags[how];
    return answer(openat(folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | more, 0600));
}

static void system_close(const struct cmb_disk *disk, int file)
{
    (void)disk;
    close(file); /* closed even when it was interrupted */
}

/* A lock of the open file, not of the process: a second opening in this process is refused too. */
static int system_lock(const struct cmb_disk *disk, int file)
{
    (void)disk;
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int status = answer(fcntl(file, F_OFD_SETLK, &lock));
    return status == -EACCES ? -EAGAIN : status;
}

static int system_list(const struct cmb_disk *disk, int folder, cmb_disk_name_fn on_name,
                       void *user)
{
    (void)disk;
    int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = again < 0 ? NULL : fdopendir(again);
    const struct dirent *entry;
    if (!names) {
        int status = -errno;
        if (again >= 0)
            close(again);
        return status;
    }
    while (errno = 0, (entry = readdir(names)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            on_name(entry->d_name, user);
    int status = -errno;
    closedir(names);
    return status;
}

static int64_t system_size(const struct cmb_disk *disk, int file)
{
    (void)disk;
    struct stat facts;
    return fstat(file, &facts) == 0 ? (int64_t)facts.st_size : -errno;
}

static int64_t system_read(const struct cmb_disk *disk, int file, void *bytes, size_t size,
                           int64_t offset)
{
    (void)disk;
    ssize_t count = pread(file, bytes, size, offset);
    return count < 0 ? -errno : count;
}

static int64_t system_write(const struct cmb_disk *disk, int file, const void *bytes, size_t size,
                            int64_t offset)
{
    (void)disk;
    ssize_t count = pwrite(file, bytes, size, offset);
    return count < 0 ? -errno : count;
}

static int system_allocate(const struct cmb_disk *disk, int file, int64_t size_bytes)
{
    (void)disk;
    return -posix_fallocate(file, 0, size_bytes);
}

static int system_sync(const struct cmb_disk *disk, int file)
{
    (void)disk;
    return answer(fdatasync(file));
}

static int system_sync_folder(const struct cmb_disk *disk, int folder)
{
    (void)disk;
    return answer(fsync(folder));
}

static int system_rename(const struct cmb_disk *disk, int folder, const char *from, const char *to)
{
    (void)disk;
    return answer(renameat(folder, from, folder, to));
}

static int system_remove(const struct cmb_disk *disk, int folder, const char *name)
{
    (void)disk;
    return answer(unlinkat(folder, name, 0));
}

const struct cmb_disk cmb_disk_system = {
    .open_folder = system_open_folder,
    .open_file = system_open_file,
    .close = system_close,
    .lock = system_lock,
    .list = system_list,
    .size = system_size,
    .read = system_read,
    .write = system_write,
    .allocate = system_allocate,
    .sync = system_sync,
    .sync_folder = system_sync_folder,
    .rename = system_rename,
    .remove = system_remove,
};

/* --- any disk: what was interrupted or cut short goes on --- */

/* A disk that says EINTR for ever would otherwise hold its caller for ever. */
enum { INTERRUPTIONS_MOST = 100 };

#define REPEAT_INTERRUPTED(status, call)                                                           \
    do {                                                                                           \
        int attempts_ = 0;                                                                         \
        do                                                                                         \
            (status) = (call);                                                                     \
        while ((status) == -EINTR && ++attempts_ < INTERRUPTIONS_MOST);                            \
    } while (0)

int cmb_disk_open_folder(const struct cmb_disk *disk, const char *path)
{
    int folder;
    REPEAT_INTERRUPTED(folder, disk->open_folder(disk, path));
    return folder;
}

int cmb_disk_open_file(const struct cmb_disk *disk, int folder, const char *name,
                       enum cmb_disk_open how)
{
    int file;
    REPEAT_INTERRUPTED(file, disk->open_file(disk, folder, name, how));
    return file;
}

void cmb_disk_close(const struct cmb_disk *disk, int file)
{
    if (file >= 0)
        disk->close(disk, file);
}

int cmb_disk_lock(const struct cmb_disk *disk, int file)
{
    int status;
    REPEAT_INTERRUPTED(status, disk->lock(disk, file));
    return status;
}

int cmb_disk_list(const struct cmb_disk *disk, int folder, cmb_disk_name_fn on_name, void *user)
{
    return disk->list(disk, folder, on_name, user);
}

int64_t cmb_disk_size(const struct cmb_disk *disk, int file)
{
    return disk->size(disk, file);
}

int64_t cmb_disk_read(const struct cmb_disk *disk, int file, void *bytes, size_t size,
                      int64_t offset)
{
    size_t done = 0;
    while (done < size) {
        int64_t count;
        REPEAT_INTERRUPTED(count, disk->read(disk, file, (char *)bytes + done, size - done,
                                             offset + (int64_t)done));
        if (count < 0)
            return count;
        if (count == 0)
            break;
        done += (size_t)count;
    }
    return (int64_t)done;
}

int cmb_disk_write(const struct cmb_disk *disk, int file, const void *bytes, size_t size,
                   int64_t offset)
{
    size_t done = 0;
    while (done < size) {
        int64_t count;
        REPEAT_INTERRUPTED(count, disk->write(disk, file, (const char *)bytes + done, size - done,
                                              offset + (int64_t)done));
        if (count <= 0)
            return count < 0 ? (int)count : -EIO; /* neither written nor refused */
        done += (size_t)count;
    }
    return 0;
}

int cmb_disk_allocate(const struct cmb_disk *disk, int file, int64_t size_bytes)
{
    int status;
    REPEAT_INTERRUPTED(status, disk->allocate(disk, file, size_bytes));
    return status;
}

int cmb_disk_sync(const struct cmb_disk *disk, int file)
{
    return disk->sync(disk, file);
}

int cmb_disk_sync_folder(const struct cmb_disk *disk, int folder)
{
    return disk->sync_folder(disk, folder);
}

int cmb_disk_rename(const struct cmb_disk *disk, int folder, const char *from, const char *to)
{
    return disk->rename(disk, folder, from, to);
}

int cmb_disk_remove(const struct cmb_disk *disk, int folder, const char *name)
{
    return disk->remove(disk, folder, name);
}
