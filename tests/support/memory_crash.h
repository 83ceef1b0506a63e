/* support/memory_crash.h - what is left of a disk in memory after a loss of power or a kill
 *
 * Of any beginning of the disk's log memory_disk_crash makes a disk as a loss of power at that
 * moment might have left it: what was synced is there; of the rest any part, in sectors of 512
 * bytes, a write torn at any byte, names created, renamed and removed or not.
 */
#ifndef TEST_SUPPORT_MEMORY_CRASH_H
#define TEST_SUPPORT_MEMORY_CRASH_H

#include "support/memory_disk.h"

enum { MEMORY_SECTOR = 512 };

static inline uint64_t memory_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* The index behind the last sync of the file before `end`; file -1: of the folder. */
static inline size_t memory_disk_synced(const struct memory_disk *disk, size_t end, int file)
{
    for (; end > 0; end--) {
        const struct memory_operation *done = &disk->log[end - 1];
        if (file < 0 ? done->kind == MEMORY_SYNC_FOLDER
                     : done->kind == MEMORY_SYNC && done->file == file)
            break;
    }
    return end;
}

/* Of a write that was not synced: all of it, nothing, or some of its sectors. */
static inline void memory_crash_write(struct memory_file *file, const struct memory_operation *done,
                                      uint64_t *seed)
{
    uint64_t how = memory_random(seed) % 4; /* 0: nothing, 1: all, 2, 3: some */
    size_t size = done->size;
    if (how == 3) /* torn: it ends at any byte */
        size = memory_random(seed) % (size + 1);
    for (size_t at = 0, piece; at < size && how > 0; at += piece) {
        piece = MEMORY_SECTOR - ((size_t)done->offset + at) % MEMORY_SECTOR;
        piece = piece < size - at ? piece : size - at;
        if (how == 1 || memory_random(seed) % 2)
            memory_file_put(file, done->bytes + at, piece, done->offset + (int64_t)at);
    }
}

static inline void memory_crash_file(const struct memory_disk *from, size_t end, int file,
                                     struct memory_file *to, uint64_t *seed)
{
    size_t synced = memory_disk_synced(from, end, file);
    for (size_t i = 0; i < end; i++) {
        const struct memory_operation *done = &from->log[i];
        if (done->file != file || (done->kind != MEMORY_WRITE && done->kind != MEMORY_ALLOCATE))
            continue;
        if (done->kind == MEMORY_ALLOCATE && (i < synced || memory_random(seed) % 2))
            memory_file_grow(to, done->size);
        else if (done->kind == MEMORY_WRITE && i < synced)
            memory_file_put(to, done->bytes, done->size, done->offset);
        else if (done->kind == MEMORY_WRITE)
            memory_crash_write(to, done, seed);
    }
}

static inline void memory_crash_names(const struct memory_disk *from, size_t end,
                                      struct memory_disk *to, uint64_t *seed)
{
    size_t synced = memory_disk_synced(from, end, -1);
    for (size_t i = 0; i < end; i++) {
        const struct memory_operation *done = &from->log[i];
        if ((done->kind != MEMORY_LINK && done->kind != MEMORY_UNLINK) ||
            (i >= synced && memory_random(seed) % 2))
            continue;
        if (done->kind == MEMORY_UNLINK)
            memory_disk_unlink(to, done->name);
        if (done->kind == MEMORY_LINK && done->removed[0])
            memory_disk_unlink(to, done->removed);
        if (done->kind == MEMORY_LINK)
            memory_disk_link(to, done->name, done->file);
    }
}

/* Makes `ret_disk` as power might have left `from` when `end` operations of its log were done; each
 * seed (not 0) is another possibility.  Its log begins empty. */
static inline void memory_disk_crash(const struct memory_disk *from, size_t end, uint64_t seed,
                                     struct memory_disk *ret_disk)
{
    memory_disk_init(ret_disk);
    ret_disk->file_count = from->file_count;
    for (int file = 0; file < from->file_count; file++)
        memory_crash_file(from, end, file, &ret_disk->files[file], &seed);
    memory_crash_names(from, end, ret_disk, &seed);
}

/* Logs all that is there as synced long ago, so that power can be cut a second time. */
static inline void memory_disk_settle(struct memory_disk *disk)
{
    for (int i = 0; i < disk->file_count; i++) {
        const struct memory_file *file = &disk->files[i];
        struct memory_operation *done = memory_disk_log(disk, MEMORY_WRITE, i);
        done->size = file->size;
        done->bytes = malloc(file->size + 1);
        if (file->size)
            memcpy(done->bytes, file->bytes, file->size);
        memory_disk_log(disk, MEMORY_SYNC, i);
    }
    for (int i = 0; i < disk->name_count; i++)
        memory_name_set(memory_disk_log(disk, MEMORY_LINK, disk->names[i].file)->name,
                        disk->names[i].name);
    memory_disk_log(disk, MEMORY_SYNC_FOLDER, 0);
}

/* Does one logged operation again, and logs it. */
static inline void memory_disk_repeat(struct memory_disk *disk, const struct memory_operation *done)
{
    struct memory_file *file = &disk->files[done->file];
    struct memory_operation *again = memory_disk_log(disk, done->kind, done->file);
    *again = *done;
    if (done->kind == MEMORY_WRITE) {
        again->bytes = malloc(done->size);
        memcpy(again->bytes, done->bytes, done->size);
        memory_file_put(file, done->bytes, done->size, done->offset);
    }
    if (done->kind == MEMORY_ALLOCATE)
        memory_file_grow(file, done->size);
    if (done->kind == MEMORY_UNLINK)
        memory_disk_unlink(disk, done->name);
    if (done->kind == MEMORY_LINK && done->removed[0])
        memory_disk_unlink(disk, done->removed);
    if (done->kind == MEMORY_LINK)
        memory_disk_link(disk, done->name, done->file);
}

/* What a process leaves that is killed after `end` operations: all that was done, nothing open.  Of
 * what was not synced, power can still take its part: the log is kept. */
static inline void memory_disk_kill(const struct memory_disk *from, size_t end,
                                    struct memory_disk *ret_disk)
{
    memory_disk_init(ret_disk);
    ret_disk->file_count = from->file_count;
    for (size_t i = 0; i < end; i++)
        memory_disk_repeat(ret_disk, &from->log[i]);
}

#endif
