/* How is a journal opened, and how does a run begin and end? */
#include "order/journal.h"

#include <errno.h>
#include <stdlib.h>

#include "base/fail.h"
#include "base/memory.h"
#include "order/journal_inner.h"
#include "order/journal_read.h"

/* Its folder cannot be used for a reason of the disk. */
static int refuse_disk(const struct cmb_journal *journal, const char *what, int status,
                       struct cambist_error *error)
{
    return cmb_fail(error, CAMBIST_JOURNAL, "%s: %s: %s", journal->path, what, strerror(-status));
}

/* --- the folder --- */

static int open_folder(struct cmb_journal *journal, struct cambist_error *error)
{
    journal->folder = cmb_disk_open_folder(journal->disk, journal->path);
    if (journal->folder == -EPERM)
        return cmb_fail(error, CAMBIST_JOURNAL,
                        "%s: must belong to us and be closed to others (mode 0700)", journal->path);
    if (journal->folder < 0)
        return refuse_disk(journal, "cannot be opened", journal->folder, error);
    return CAMBIST_OK;
}

static int lock_folder(struct cmb_journal *journal, struct cambist_error *error)
{
    journal->lock = cmb_disk_open_file(journal->disk, journal->folder, "lock", CMB_DISK_CREATE);
    int status = journal->lock < 0 ? journal->lock : cmb_disk_lock(journal->disk, journal->lock);
    if (status == -EAGAIN)
        return cmb_fail(error, CAMBIST_JOURNAL, "%s: another process keeps this journal",
                        journal->path);
    if (status < 0)
        return refuse_disk(journal, "cannot be locked", status, error);
    return CAMBIST_OK;
}

/* --- what was recovered --- */

/* Makes a segment that was read durable: after a kill it may be in the page cache alone. */
static int sync_segment(struct cmb_journal *journal, uint64_t segment, int *ret_file)
{
    char name[CMB_JOURNAL_NAME_SIZE];
    cmb_journal_name_format(segment, name);
    int file = cmb_disk_open_file(journal->disk, journal->folder, name, CMB_DISK_EXISTING);
    int status = file < 0 ? file : cmb_disk_sync(journal->disk, file);
    if (status < 0) {
        cmb_disk_close(journal->disk, file);
        return status;
    }
    *ret_file = file;
    return 0;
}

/* What was read is safe from here on, and the last segment open. */
static int keep_recovered(struct cmb_journal *journal, const struct cmb_journal_end *end,
                          struct cambist_error *error)
{
    for (uint64_t segment = end->start; segment && segment <= end->segment; segment++) {
        cmb_disk_close(journal->disk, journal->file);
        journal->file = -1;
        int status = sync_segment(journal, segment, &journal->file);
        if (status < 0)
            return refuse_disk(journal, "what was read cannot be made durable", status, error);
    }
    journal->promised = end->next - 1;
    return CAMBIST_OK;
}

/* Removes segments that were made, or begun without a promise, behind the last one; one by one, so
 * that none is ever missing in between. */
static int cut(struct cmb_journal *journal, const struct cmb_journal_end *end,
               struct cambist_error *error)
{
    char name[CMB_JOURNAL_NAME_SIZE];
    for (uint64_t segment = end->newest; segment > end->segment; segment--) {
        cmb_journal_name_format(segment, name);
        int status = cmb_disk_remove(journal->disk, journal->folder, name);
        if (status == 0)
            status = cmb_disk_sync_folder(journal->disk, journal->folder);
        if (status < 0)
            return refuse_disk(journal, "a segment that was never used cannot be removed", status,
                               error);
    }
    return CAMBIST_OK;
}

/* Goes on where the records end. */
static int go_on(struct cmb_journal *journal, const struct cmb_journal_end *end,
                 struct cambist_error *error)
{
    int64_t size = journal->file < 0 ? 0 : cmb_disk_size(journal->disk, journal->file);
    if (size < 0)
        return refuse_disk(journal, "the last segment has no size", (int)size, error);
    journal->segment = end->segment;
    journal->at = end->at;
    journal->capacity = size;
    journal->next = end->next;
    journal->chain = end->chain;
    journal->size_bytes = end->size_bytes;
    journal->work.file = journal->file;
    journal->work.synced = journal->promised;
    journal->work.next_segment = end->segment + 1;
    journal->work.oldest = end->oldest;
    journal->work.remove_before = end->start;
    return CAMBIST_OK;
}

static int recover(struct cmb_journal *journal, const struct cmb_journal_settings *settings,
                   struct cambist_error *error)
{
    struct cmb_journal_source source = { .disk = journal->disk,
                                         .folder = journal->folder,
                                         .path = journal->path,
                                         .on_record = settings->on_record,
                                         .user = settings->user };
    struct cmb_journal_end end;
    int status = cmb_journal_read(&source, &end, error);
    if (status == CAMBIST_OK)
        status = keep_recovered(journal, &end, error);
    if (status == CAMBIST_OK)
        status = cut(journal, &end, error);
    if (status == CAMBIST_OK)
        status = go_on(journal, &end, error);
    if (status == CAMBIST_OK && end.run >= journal->run)
        journal->run = end.run + 1;
    return status;
}

/* --- a run --- */

static bool is_synced(const struct cmb_journal_work *work)
{
    return work->retired < 0 && work->synced >= work->wanted;
}

/* Has everything that is written made durable, and says so in a mark. */
static int settle(struct cmb_journal *journal, struct cambist_error *error)
{
    cmb_journal_work_want_sync(journal);
    cmb_journal_work_wait(journal, is_synced);
    pthread_mutex_lock(&journal->work.lock);
    if (journal->work.has_failed)
        cmb_journal_fail(journal, &journal->work.failure);
    pthread_mutex_unlock(&journal->work.lock);
    if (journal->has_failed)
        return cmb_journal_refuse(journal, error);
    journal->promised = journal->next - 1;
    return cmb_journal_write_mark(journal, error);
}

static int begin_run(struct cmb_journal *journal, struct cambist_error *error)
{
    int status = cmb_journal_append_run(journal, error);
    if (status == CAMBIST_OK)
        status = settle(journal, error);
    if (status == CAMBIST_OK)
        status = cmb_journal_work_start(journal, error);
    return status;
}

static int open_on_disk(struct cmb_journal *journal, const struct cmb_journal_settings *settings,
                        struct cambist_error *error)
{
    int status = open_folder(journal, error);
    if (status == CAMBIST_OK)
        status = lock_folder(journal, error);
    if (status == CAMBIST_OK)
        status = recover(journal, settings, error);
    if (status == CAMBIST_OK)
        status = begin_run(journal, error);
    return status;
}

/* Gives everything back. */
static void release(struct cmb_journal *journal)
{
    cmb_journal_work_stop(journal);
    cmb_loop_unpost(journal->loop, &journal->post);
    cmb_disk_close(journal->disk, journal->work.retired);
    cmb_disk_close(journal->disk, journal->work.next_file);
    cmb_disk_close(journal->disk, journal->file);
    cmb_disk_close(journal->disk, journal->lock);
    cmb_disk_close(journal->disk, journal->folder);
    free(journal);
}

static struct cmb_journal *new_journal(const struct cmb_journal_settings *settings)
{
    const char *path = settings->folder ? settings->folder : "";
    size_t size = strlen(path) + 1;
    struct cmb_journal *journal = cmb_calloc(1, sizeof *journal + size);
    if (!journal)
        return NULL;
    memcpy(journal->path, path, size);
    journal->disk = settings->disk ? settings->disk : &cmb_disk_system;
    journal->loop = settings->loop;
    journal->clock = cmb_loop_clock(settings->loop);
    journal->mode = settings->mode;
    journal->segment_bytes =
        settings->segment_bytes ? settings->segment_bytes : CMB_JOURNAL_SEGMENT_BYTES;
    journal->folder = journal->lock = journal->file = -1;
    journal->capacity = INT64_MAX;
    journal->next = 1;
    journal->waits_end = &journal->waits;
    journal->post = (struct cmb_post){ .on_run = cmb_journal_on_post, .user = journal };
    int64_t wall_ns = cmb_clock_wall_ns(journal->clock);
    journal->run = wall_ns >= 1000000000 ? (uint64_t)wall_ns / 1000000000 : 1;
    cmb_journal_work_init(journal);
    return journal;
}

static int check_settings(const struct cmb_journal_settings *settings, struct cambist_error *error)
{
    enum { SEGMENT_LEAST = 1024 };
    if (settings->mode < CMB_JOURNAL_POWER || settings->mode > CMB_JOURNAL_OFF)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "%d is no mode of a journal", settings->mode);
    if (settings->segment_bytes && settings->segment_bytes < SEGMENT_LEAST)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "a segment of %u bytes is too small",
                        settings->segment_bytes);
    if (!settings->folder && settings->mode != CMB_JOURNAL_OFF)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "a journal needs a folder");
    return CAMBIST_OK;
}

int cmb_journal_open(const struct cmb_journal_settings *settings, struct cmb_journal **ret_journal,
                     struct cambist_error *error)
{
    int status = check_settings(settings, error);
    if (status != CAMBIST_OK)
        return status;
    struct cmb_journal *journal = new_journal(settings);
    if (!journal)
        return cmb_fail(error, CAMBIST_NO_MEMORY, "no memory for a journal");
    if (journal->mode != CMB_JOURNAL_OFF)
        status = open_on_disk(journal, settings, error);
    if (status != CAMBIST_OK) {
        release(journal);
        return status;
    }
    *ret_journal = journal;
    return CAMBIST_OK;
}

void cmb_journal_close(struct cmb_journal *journal)
{
    if (!journal)
        return;
    if (journal->mode != CMB_JOURNAL_OFF && !journal->has_failed &&
        settle(journal, NULL) == CAMBIST_OK)
        cmb_disk_sync(journal->disk, journal->file);
    release(journal);
}

uint64_t cmb_journal_run_id(const struct cmb_journal *journal)
{
    return journal->run;
}

uint64_t cmb_journal_size_bytes(const struct cmb_journal *journal)
{
    return journal->size_bytes;
}

const struct cambist_error *cmb_journal_failure(const struct cmb_journal *journal)
{
    return journal->has_failed ? &journal->failure : NULL;
}
