/* Which buckets do other processes have in common with us, and who may see them?
 *
 * Two locks.  The one of the descriptor says who is there: exclusive while the table is made or
 * cleared, shared as long as it is used; the kernel gives it up for the dead.  The robust mutex
 * guards the putting of entries: an entry counts from the moment in which the count passes it, so
 * that whoever dies in between leaves nothing to repair.
 */
#include "limit/table_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static const uint64_t magic = 0x63616d626c696d31; /* "camblim1" */

/* ---- the file ---- */

static int refuse(struct cambist_error *error, const char *path, const char *reason)
{
    return cmb_fail(error, CAMBIST_BAD_CONFIG,
                    "%s: %s; shared_limits = false does without it", path, reason);
}

/* Opened first and looked at then: what the descriptor is cannot change any more. */
static int open_file(const char *path, int *ret_fd, struct cambist_error *error)
{
    struct stat facts;
    const char *reason = NULL;
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (fd < 0)
        return refuse(error, path, errno == ELOOP ? "is a link" : strerror(errno));
    if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode))
        reason = "is not a regular file";
    else if (facts.st_uid != geteuid())
        reason = "belongs to somebody else";
    else if (facts.st_mode & (S_IRWXG | S_IRWXO))
        reason = "is open to others; its mode should be 0600";
    else if (facts.st_size > (off_t)sizeof(struct cmb_limit_file))
        reason = "is something else";
    else if (facts.st_size < (off_t)sizeof(struct cmb_limit_file)) {
        /* Taken from the memory now, so that no page is missing later. */
        int failed = posix_fallocate(fd, 0, sizeof(struct cmb_limit_file));
        reason = failed ? strerror(failed) : NULL;
    }
    if (!reason) {
        *ret_fd = fd;
        return CAMBIST_OK;
    }
    close(fd);
    return refuse(error, path, reason);
}

static bool lock_file(int fd, short type, int command)
{
    struct flock lock = { .l_type = type, .l_whence = SEEK_SET };
    int failed;
    while ((failed = fcntl(fd, command, &lock)) != 0 && errno == EINTR)
        continue;
    return !failed;
}

static void read_boot(char boot[static 40])
{
    memset(boot, 0, 40);
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, boot, 36);
    if (length < 36)
        memset(boot, 0, 40);
    if (fd >= 0)
        close(fd);
}

static bool is_ours(const struct cmb_limit_file *file)
{
    char boot[40];
    read_boot(boot);
    return atomic_load(&file->magic) == magic && file->version == CMB_LIMIT_TABLE_VERSION &&
           file->entry_size == sizeof(struct cmb_limit_entry) &&
           memcmp(file->boot, boot, sizeof boot) == 0 &&
           atomic_load(&file->count) <= CMB_LIMIT_TABLE_ENTRIES;
}

/* ---- alone ---- */

static bool begin_afresh(struct cmb_limit_file *file)
{
    pthread_mutexattr_t kind;
    atomic_store(&file->magic, 0);
    atomic_store(&file->count, 0);
    file->version = CMB_LIMIT_TABLE_VERSION;
    file->entry_size = sizeof(struct cmb_limit_entry);
    read_boot(file->boot);
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    bool is_made = pthread_mutex_init(&file->lock, &kind) == 0;
    pthread_mutexattr_destroy(&kind);
    if (is_made)
        atomic_store(&file->magic, magic);
    return is_made;
}

/* A mark always counts; a bucket while something of it is used, or it is closed. */
static bool still_counts(struct cmb_limit_entry *entry, int64_t now_ns)
{
    return entry->is_mark || cmb_bucket_used(&entry->bucket, now_ns) ||
           cmb_bucket_is_closed(&entry->bucket, now_ns);
}

static void clear_away(struct cmb_limit_file *file, int64_t now_ns)
{
    uint32_t kept = 0, count = atomic_load(&file->count);
    for (uint32_t i = 0; i < count; i++) {
        if (!still_counts(&file->entries[i], now_ns))
            continue;
        if (kept != i)
            memcpy((void *)&file->entries[kept], (void *)&file->entries[i], sizeof *file->entries);
        kept++;
    }
    atomic_store(&file->count, kept);
}

/* Whoever is alone makes the table or clears it; all others wait until that is done. */
static bool settle(const struct cmb_limit_table *table, int64_t now_ns)
{
    for (int attempt = 0; attempt < 8; attempt++) {
        if (lock_file(table->fd, F_WRLCK, F_OFD_SETLK)) {
            bool is_fine = is_ours(table->file) || begin_afresh(table->file);
            if (is_fine)
                clear_away(table->file, now_ns);
            return lock_file(table->fd, F_RDLCK, F_OFD_SETLK) && is_fine;
        }
        if (!lock_file(table->fd, F_RDLCK, F_OFD_SETLKW))
            return false;
        if (is_ours(table->file))
            return true;
        lock_file(table->fd, F_UNLCK, F_OFD_SETLK); /* its maker has died: be the next */
    }
    return false;
}

/* ---- opening ---- */

int cmb_limit_table_open(const char *path, int64_t now_ns, struct cmb_limit_table **ret,
                         struct cambist_error *error)
{
    char usual[64];
    snprintf(usual, sizeof usual, "/dev/shm/cambist-limits-%u-%d", (unsigned)geteuid(),
             CMB_LIMIT_TABLE_VERSION);
    path = path ? path : usual;
    struct cmb_limit_table *table = cmb_calloc(1, sizeof *table);
    if (!table)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for limits"));
    table->fd = -1;
    int status = open_file(path, &table->fd, error);
    if (status == CAMBIST_OK) {
        void *at = mmap(NULL, sizeof *table->file, PROT_READ | PROT_WRITE, MAP_SHARED, table->fd, 0);
        table->file = at == MAP_FAILED ? NULL : at;
        if (!table->file)
            status = refuse(error, path, strerror(errno));
        else if (!settle(table, now_ns))
            status = refuse(error, path, "cannot be locked");
    }
    if (status == CAMBIST_OK)
        *ret = table;
    else
        cmb_limit_table_close(table);
    return status;
}

void cmb_limit_table_close(struct cmb_limit_table *table)
{
    if (!table)
        return;
    if (table->file)
        munmap(table->file, sizeof *table->file);
    if (table->fd >= 0)
        close(table->fd);
    free(table);
}

/* ---- entries ---- */

static struct cmb_limit_entry *find(struct cmb_limit_file *file, struct cmb_limit_name name,
                                    bool is_mark)
{
    uint32_t count = atomic_load(&file->count);
    for (struct cmb_limit_entry *entry = file->entries; entry < file->entries + count; entry++)
        if (entry->name.low == name.low && entry->name.high == name.high &&
            entry->is_mark == is_mark)
            return entry;
    return NULL;
}

/* Behind the last; it counts when the count says so. */
static struct cmb_limit_entry *put(struct cmb_limit_file *file, struct cmb_limit_name name,
                                   const struct cmb_bucket_rule *rule)
{
    uint32_t count = atomic_load(&file->count);
    if (count == CMB_LIMIT_TABLE_ENTRIES)
        return NULL;
    struct cmb_limit_entry *entry = &file->entries[count];
    memset((void *)entry, 0, sizeof *entry);
    entry->name = name;
    entry->is_mark = rule == NULL;
    if (rule)
        (void)cmb_bucket_init(&entry->bucket, rule); /* a rule without sense admits nothing */
    atomic_store(&file->count, count + 1);
    return entry;
}

/* An owner that died left all entries below the count whole. */
static bool lock_entries(struct cmb_limit_file *file)
{
    int failed = pthread_mutex_lock(&file->lock);
    if (failed == EOWNERDEAD)
        failed = pthread_mutex_consistent(&file->lock);
    return !failed;
}

static struct cmb_limit_entry *find_or_put(struct cmb_limit_table *table,
                                           struct cmb_limit_name name,
                                           const struct cmb_bucket_rule *rule)
{
    if (!lock_entries(table->file))
        return NULL;
    struct cmb_limit_entry *entry = find(table->file, name, /* is_mark= */ rule == NULL);
    if (!entry)
        entry = put(table->file, name, rule);
    pthread_mutex_unlock(&table->file->lock);
    return entry;
}

struct cmb_bucket *cmb_limit_table_bucket(struct cmb_limit_table *table, struct cmb_limit_name name,
                                          const struct cmb_bucket_rule *rule)
{
    struct cmb_limit_entry *entry = find_or_put(table, name, rule);
    return entry ? &entry->bucket : NULL;
}

_Atomic int64_t *cmb_limit_table_mark(struct cmb_limit_table *table, struct cmb_limit_name name)
{
    struct cmb_limit_entry *entry = find_or_put(table, name, NULL);
    return entry ? &entry->mark : NULL;
}

uint32_t cmb_limit_table_count(const struct cmb_limit_table *table)
{
    return atomic_load(&table->file->count);
}
