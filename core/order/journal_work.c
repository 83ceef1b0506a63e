/* How are records made durable, segments allocated and removed, while the loop goes on? */
#include <errno.h>
#include <signal.h>

#include "base/fail.h"
#include "order/journal_inner.h"

static const int64_t RETRY_NS = 1000000000;

/* --- steps: each is called with the lock held and gives it up while the disk works --- */

/* Nothing can be trusted any more: the writer is told. */
static void fail(struct cmb_journal *journal, uint64_t segment, const char *what, int status)
{
    struct cmb_journal_work *work = &journal->work;
    char name[CMB_JOURNAL_NAME_SIZE];
    cmb_journal_name_format(segment, name);
    cmb_fail(&work->failure, CAMBIST_JOURNAL, "%s/%s: cannot be %s: %s", journal->path, name, what,
             strerror(-status));
    work->has_failed = true;
    cmb_loop_post(journal->loop, &journal->post);
}

static void sync_retired(struct cmb_journal *journal)
{
    struct cmb_journal_work *work = &journal->work;
    uint64_t segment = work->next_segment - 2;
    int file = work->retired;
    pthread_mutex_unlock(&work->lock);
    int status = cmb_disk_sync(journal->disk, file);
    cmb_disk_close(journal->disk, file);
    pthread_mutex_lock(&work->lock);
    work->retired = -1;
    if (status < 0)
        fail(journal, segment, "made durable", status);
}

static void sync_present(struct cmb_journal *journal)
{
    struct cmb_journal_work *work = &journal->work;
    uint64_t number = work->wanted, segment = work->next_segment - 1;
    int file = work->file;
    pthread_mutex_unlock(&work->lock);
    int status = cmb_disk_sync(journal->disk, file);
    pthread_mutex_lock(&work->lock);
    if (status < 0) {
        fail(journal, segment, "made durable", status);
        return;
    }
    work->synced = number;
    cmb_loop_post(journal->loop, &journal->post);
}

/* Takes the space of a segment under another name: under its own one it is always whole. */
static int allocate_segment(const struct cmb_journal *journal, int file, const char *name)
{
    const struct cmb_disk *disk = journal->disk;
    int status = cmb_disk_allocate(disk, file, journal->segment_bytes);
    if (status == 0)
        status = cmb_disk_sync(disk, file);
    if (status == 0)
        status = cmb_disk_rename(disk, journal->folder, CMB_JOURNAL_UNFINISHED, name);
    if (status == 0)
        status = cmb_disk_sync_folder(disk, journal->folder);
    return status;
}

/* Makes a segment of zeros whose space is taken and whose name is durable.  Answers its file. */
static int make_segment(const struct cmb_journal *journal, uint64_t segment)
{
    const struct cmb_disk *disk = journal->disk;
    char name[CMB_JOURNAL_NAME_SIZE];
    cmb_journal_name_format(segment, name);
    cmb_disk_remove(disk, journal->folder, CMB_JOURNAL_UNFINISHED); /* a former attempt's */
    int file = cmb_disk_open_file(disk, journal->folder, CMB_JOURNAL_UNFINISHED, CMB_DISK_NEW);
    if (file < 0)
        return file;
    int status = allocate_segment(journal, file, name);
    if (status == 0)
        return file;
    cmb_disk_close(disk, file);
    cmb_disk_remove(disk, journal->folder, CMB_JOURNAL_UNFINISHED);
    return status;
}

static void make_next(struct cmb_journal *journal)
{
    struct cmb_journal_work *work = &journal->work;
    uint64_t segment = work->next_segment;
    pthread_mutex_unlock(&work->lock);
    int file = make_segment(journal, segment);
    pthread_mutex_lock(&work->lock);
    work->is_short = file == -ENOSPC || file == -EDQUOT;
    work->tried_ns = cmb_clock_monotonic_ns(journal->clock);
    work->next = file >= 0 ? CMB_JOURNAL_NEXT_READY : CMB_JOURNAL_NEXT_SHORT;
    work->next_file = file;
    if (file < 0 && !work->is_short)
        fail(journal, segment, "made", file);
}

/* A segment that cannot be removed costs space, nothing else; the next opening tries again. */
static void remove_oldest(struct cmb_journal *journal)
{
    struct cmb_journal_work *work = &journal->work;
    char name[CMB_JOURNAL_NAME_SIZE];
    cmb_journal_name_format(work->oldest, name);
    pthread_mutex_unlock(&work->lock);
    cmb_disk_remove(journal->disk, journal->folder, name);
    pthread_mutex_lock(&work->lock);
    work->oldest++;
    if (work->next == CMB_JOURNAL_NEXT_SHORT)
        work->next = CMB_JOURNAL_NEXT_WANTED;
}

static bool step(struct cmb_journal *journal)
{
    struct cmb_journal_work *work = &journal->work;
    if (work->has_failed)
        return false;
    if (work->retired >= 0)
        sync_retired(journal);
    else if (work->synced < work->wanted)
        sync_present(journal);
    else if (work->next == CMB_JOURNAL_NEXT_WANTED)
        make_next(journal);
    else if (work->oldest < work->remove_before) /* what replaces it is synced */
        remove_oldest(journal);
    else
        return false;
    return true;
}

bool cmb_journal_step(struct cmb_journal *journal)
{
    pthread_mutex_lock(&journal->work.lock);
    bool has_worked = step(journal);
    pthread_mutex_unlock(&journal->work.lock);
    return has_worked;
}

/* --- the thread --- */

static void *run(void *argument)
{
    struct cmb_journal *journal = argument;
    struct cmb_journal_work *work = &journal->work;
    pthread_mutex_lock(&work->lock);
    while (!work->stops)
        if (step(journal))
            pthread_cond_broadcast(&work->is_done);
        else
            pthread_cond_wait(&work->is_wanted, &work->lock);
    pthread_mutex_unlock(&work->lock);
    return NULL;
}

void cmb_journal_work_init(struct cmb_journal *journal)
{
    struct cmb_journal_work *work = &journal->work;
    pthread_mutex_init(&work->lock, NULL);
    pthread_cond_init(&work->is_wanted, NULL);
    pthread_cond_init(&work->is_done, NULL);
    work->file = work->retired = work->next_file = -1;
    work->next = CMB_JOURNAL_NEXT_WANTED;
}

int cmb_journal_work_start(struct cmb_journal *journal, struct cambist_error *error)
{
    sigset_t all, before;
    if (journal->disk->is_stepped)
        return CAMBIST_OK;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* no signal interrupts a sync */
    int status = pthread_create(&journal->work.thread, NULL, run, journal);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (status != 0)
        return cmb_fail(error, CAMBIST_NO_MEMORY, "the journal's thread cannot be started: %s",
                        strerror(status));
    journal->work.has_thread = true;
    return CAMBIST_OK;
}

void cmb_journal_work_stop(struct cmb_journal *journal)
{
    struct cmb_journal_work *work = &journal->work;
    if (!work->has_thread)
        return;
    pthread_mutex_lock(&work->lock);
    work->stops = true;
    pthread_cond_signal(&work->is_wanted);
    pthread_mutex_unlock(&work->lock);
    pthread_join(work->thread, NULL);
    work->has_thread = false;
}

/* --- what the writer wants --- */

void cmb_journal_work_wait(struct cmb_journal *journal,
                           bool (*is_settled)(const struct cmb_journal_work *work))
{
    struct cmb_journal_work *work = &journal->work;
    pthread_mutex_lock(&work->lock);
    pthread_cond_signal(&work->is_wanted);
    while (!work->has_failed && !is_settled(work))
        if (work->has_thread)
            pthread_cond_wait(&work->is_done, &work->lock);
        else
            step(journal);
    pthread_mutex_unlock(&work->lock);
}

void cmb_journal_work_want_sync(struct cmb_journal *journal)
{
    struct cmb_journal_work *work = &journal->work;
    pthread_mutex_lock(&work->lock);
    work->wanted = journal->next - 1;
    pthread_cond_signal(&work->is_wanted);
    pthread_mutex_unlock(&work->lock);
}

void cmb_journal_work_want_removal(struct cmb_journal *journal, uint64_t before)
{
    struct cmb_journal_work *work = &journal->work;
    pthread_mutex_lock(&work->lock);
    work->wanted = journal->next - 1; /* synced first: see step */
    work->remove_before = before;
    pthread_cond_signal(&work->is_wanted);
    pthread_mutex_unlock(&work->lock);
}

bool cmb_journal_work_is_short(struct cmb_journal *journal)
{
    struct cmb_journal_work *work = &journal->work;
    pthread_mutex_lock(&work->lock);
    bool is_short = work->is_short;
    if (work->next == CMB_JOURNAL_NEXT_SHORT &&
        cmb_clock_monotonic_ns(journal->clock) - work->tried_ns >= RETRY_NS) {
        work->next = CMB_JOURNAL_NEXT_WANTED;
        pthread_cond_signal(&work->is_wanted);
    }
    pthread_mutex_unlock(&work->lock);
    return is_short;
}
