/* Are interrupted calls repeated and short ones continued, and are files ours alone? */
#include "base/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/memory_crash.h"
#include "support/test.h"

/* --- any disk --- */

static struct memory_disk memory;
static int folder, file;

static void begin(void)
{
    memory_disk_init(&memory);
    folder = cmb_disk_open_folder(&memory.disk, "/any");
    file = cmb_disk_open_file(&memory.disk, folder, "file", CMB_DISK_NEW);
}

static void interrupt_next(bool for_ever)
{
    memory.fails_at = memory.calls + 1;
    memory.fault = EINTR;
    memory.fails_on = for_ever;
}

static void what_is_interrupted_is_repeated(void)
{
    char bytes[4] = "";
    begin();
    const struct cmb_disk *disk = &memory.disk;
    interrupt_next(false);
    ASSERT_NUMBER(cmb_disk_open_folder(disk, "/any"), MEMORY_FOLDER);
    interrupt_next(false);
    ASSERT_NUMBER(cmb_disk_write(disk, file, "text", 4, 0), 0);
    interrupt_next(false);
    ASSERT_NUMBER(cmb_disk_read(disk, file, bytes, 4, 0), 4);
    CU_ASSERT(memcmp(bytes, "text", 4) == 0);
    interrupt_next(false);
    ASSERT_NUMBER(cmb_disk_allocate(disk, file, 100), 0);
    interrupt_next(false);
    ASSERT_NUMBER(cmb_disk_lock(disk, file), 0);
    interrupt_next(false);
    CU_ASSERT(cmb_disk_open_file(disk, folder, "file", CMB_DISK_EXISTING) > 0);
    memory_disk_clear(&memory);
}

static void a_sync_is_never_repeated(void)
{
    begin();
    interrupt_next(false);
    uint64_t before = memory.calls;
    ASSERT_NUMBER(cmb_disk_sync(&memory.disk, file), -EINTR);
    ASSERT_NUMBER(memory.calls, before + 1);
    memory_disk_clear(&memory);
}

static void what_is_interrupted_for_ever_ends(void)
{
    begin();
    interrupt_next(true);
    ASSERT_NUMBER(cmb_disk_write(&memory.disk, file, "text", 4, 0), -EINTR);
    ASSERT_NUMBER(cmb_disk_open_folder(&memory.disk, "/any"), -EINTR);
    memory_disk_clear(&memory);
}

static void short_reads_and_writes_go_on(void)
{
    char bytes[16];
    begin();
    memory.fails_at = 1;
    memory.fails_on = true; /* every one is short */
    ASSERT_NUMBER(cmb_disk_write(&memory.disk, file, "0123456789", 10, 5), 0);
    ASSERT_NUMBER(cmb_disk_read(&memory.disk, file, bytes, 10, 5), 10);
    CU_ASSERT(memcmp(bytes, "0123456789", 10) == 0);
    ASSERT_NUMBER(cmb_disk_read(&memory.disk, file, bytes, 16, 10), 5); /* the end of the file */
    memory_disk_clear(&memory);
}

static int64_t write_nothing(const struct cmb_disk *disk, int to, const void *bytes, size_t size,
                             int64_t offset)
{
    (void)disk, (void)to, (void)bytes, (void)size, (void)offset;
    return 0;
}

static void a_write_that_gets_nowhere_is_an_error(void)
{
    struct cmb_disk disk = { .write = write_nothing };
    ASSERT_NUMBER(cmb_disk_write(&disk, 1, "x", 1, 0), -EIO);
    ASSERT_NUMBER(cmb_disk_write(&disk, 1, "", 0, 0), 0);
}

/* --- the system's --- */

static char path[64];
static const struct cmb_disk *const SYSTEM = &cmb_disk_system;

static void begin_system(void)
{
    snprintf(path, sizeof path, "/tmp/cambist-disk-XXXXXX");
    CU_ASSERT_FATAL(mkdtemp(path) != NULL);
    folder = cmb_disk_open_folder(SYSTEM, path);
    CU_ASSERT_FATAL(folder >= 0);
}

static void end_system(void)
{
    cmb_disk_close(SYSTEM, folder);
    CU_ASSERT(rmdir(path) == 0);
}

static void files_are_made_read_written_and_removed(void)
{
    char bytes[8];
    struct stat facts;
    begin_system();
    ASSERT_NUMBER(cmb_disk_open_file(SYSTEM, folder, "a", CMB_DISK_EXISTING), -ENOENT);
    file = cmb_disk_open_file(SYSTEM, folder, "a", CMB_DISK_NEW);
    CU_ASSERT(file >= 0 && fcntl(file, F_GETFD) == FD_CLOEXEC);
    CU_ASSERT(fstat(file, &facts) == 0 && (facts.st_mode & 0777) == 0600);
    ASSERT_NUMBER(cmb_disk_open_file(SYSTEM, folder, "a", CMB_DISK_NEW), -EEXIST);
    ASSERT_NUMBER(cmb_disk_allocate(SYSTEM, file, 10000), 0);
    ASSERT_NUMBER(cmb_disk_size(SYSTEM, file), 10000);
    ASSERT_NUMBER(cmb_disk_write(SYSTEM, file, "text", 4, 9990), 0);
    ASSERT_NUMBER(cmb_disk_read(SYSTEM, file, bytes, 8, 9990), 8);
    CU_ASSERT(memcmp(bytes, "text\0\0\0\0", 8) == 0);
    ASSERT_NUMBER(cmb_disk_sync(SYSTEM, file), 0);
    ASSERT_NUMBER(cmb_disk_rename(SYSTEM, folder, "a", "b"), 0);
    ASSERT_NUMBER(cmb_disk_sync_folder(SYSTEM, folder), 0);
    ASSERT_NUMBER(cmb_disk_remove(SYSTEM, folder, "a"), -ENOENT);
    ASSERT_NUMBER(cmb_disk_remove(SYSTEM, folder, "b"), 0);
    cmb_disk_close(SYSTEM, file);
    cmb_disk_close(SYSTEM, -1);
    end_system();
}

static void what_fails_says_why(void)
{
    char bytes[8];
    ASSERT_NUMBER(cmb_disk_size(SYSTEM, -1), -EBADF);
    ASSERT_NUMBER(cmb_disk_read(SYSTEM, -1, bytes, 8, 0), -EBADF);
    ASSERT_NUMBER(cmb_disk_write(SYSTEM, -1, bytes, 8, 0), -EBADF);
    ASSERT_NUMBER(cmb_disk_sync(SYSTEM, -1), -EBADF);
    ASSERT_NUMBER(cmb_disk_allocate(SYSTEM, -1, 8), -EBADF);
    ASSERT_NUMBER(cmb_disk_list(SYSTEM, -1, NULL, NULL), -EBADF);
    ASSERT_NUMBER(cmb_disk_open_folder(SYSTEM, "/does/not/exist"), -ENOENT);
}

static void a_file_is_locked_once_also_in_this_process(void)
{
    begin_system();
    file = cmb_disk_open_file(SYSTEM, folder, "lock", CMB_DISK_CREATE);
    int other = cmb_disk_open_file(SYSTEM, folder, "lock", CMB_DISK_CREATE);
    ASSERT_NUMBER(cmb_disk_lock(SYSTEM, file), 0);
    ASSERT_NUMBER(cmb_disk_lock(SYSTEM, file), 0); /* it is ours */
    ASSERT_NUMBER(cmb_disk_lock(SYSTEM, other), -EAGAIN);
    cmb_disk_close(SYSTEM, file);
    ASSERT_NUMBER(cmb_disk_lock(SYSTEM, other), 0);
    cmb_disk_close(SYSTEM, other);
    cmb_disk_remove(SYSTEM, folder, "lock");
    end_system();
}

static void folders_of_others_and_links_are_refused(void)
{
    char link_path[80];
    begin_system();
    snprintf(link_path, sizeof link_path, "%s.link", path);
    CU_ASSERT(symlink(path, link_path) == 0);
    int status = cmb_disk_open_folder(SYSTEM, link_path);
    CU_ASSERT(status == -ENOTDIR || status == -ELOOP);
    unlink(link_path);
    static const mode_t modes[] = { 0710, 0701, 0770, 0755 };
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        chmod(path, modes[i]);
        ASSERT_NUMBER(cmb_disk_open_folder(SYSTEM, path), -EPERM);
    }
    if (geteuid() != 0)
        ASSERT_NUMBER(cmb_disk_open_folder(SYSTEM, "/"), -EPERM);
    chmod(path, 0700);
    end_system();
}

static int listed;

static void count_name(const char *name, void *user)
{
    (void)user;
    listed += strcmp(name, "one") == 0 || strcmp(name, "two") == 0 ? 1 : 100;
}

static void all_names_are_listed_and_again(void)
{
    static const char *names[] = { "one", "two" };
    begin_system();
    for (size_t i = 0; i < 2; i++)
        cmb_disk_close(SYSTEM, cmb_disk_open_file(SYSTEM, folder, names[i], CMB_DISK_NEW));
    for (listed = 0; listed < 4;) {
        int before = listed;
        ASSERT_NUMBER(cmb_disk_list(SYSTEM, folder, count_name, NULL), 0);
        ASSERT_NUMBER(listed, before + 2);
    }
    for (size_t i = 0; i < 2; i++)
        cmb_disk_remove(SYSTEM, folder, names[i]);
    end_system();
}

/* --- what a loss of power leaves of the disk in memory --- */

static void what_was_synced_survives_and_the_rest_may(void)
{
    static struct memory_disk left;
    begin();
    const struct cmb_disk *disk = &memory.disk;
    cmb_disk_write(disk, file, "synced", 6, 0);
    cmb_disk_sync(disk, file);
    cmb_disk_sync_folder(disk, folder);
    cmb_disk_write(disk, file, "maybe", 5, 6);
    cmb_disk_rename(disk, folder, "file", "other");
    int kept = 0, lost = 0, torn = 0, renamed = 0, states = 200;
    for (int seed = 1; seed <= states; seed++) {
        memory_disk_crash(&memory, memory.log_count, (uint64_t)seed * 7919, &left);
        struct memory_file *other = memory_disk_file(&left, "other");
        struct memory_file *found = other ? other : memory_disk_file(&left, "file");
        CU_ASSERT(found && found->size >= 6 && memcmp(found->bytes, "synced", 6) == 0);
        renamed += other != NULL;
        kept += found && found->size == 11;
        lost += found && found->size == 6;
        torn += found && found->size > 6 && found->size < 11;
        memory_disk_clear(&left);
    }
    CU_ASSERT(kept > 20 && lost > 20 && torn > 5 && kept + lost + torn == states);
    CU_ASSERT(renamed > 20 && renamed < states - 20);
    memory_disk_clear(&memory);
}

TEST_SUITE("base/disk", { "what is interrupted is repeated", what_is_interrupted_is_repeated },
           { "a sync is never repeated", a_sync_is_never_repeated },
           { "what is interrupted for ever ends", what_is_interrupted_for_ever_ends },
           { "short reads and writes go on", short_reads_and_writes_go_on },
           { "a write that gets nowhere is an error", a_write_that_gets_nowhere_is_an_error },
           { "files are made, read, written and removed", files_are_made_read_written_and_removed },
           { "what fails says why", what_fails_says_why },
           { "a file is locked once, also in this process",
             a_file_is_locked_once_also_in_this_process },
           { "folders of others, and links, are refused", folders_of_others_and_links_are_refused },
           { "all names are listed, and again", all_names_are_listed_and_again },
           { "what was synced survives, and the rest may",
             what_was_synced_survives_and_the_rest_may })
