/* How does a record get behind the last one, and what if it cannot? */
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "order/journal_inner.h"

/* --- failure --- */

int cmb_journal_refuse(const struct cmb_journal *journal, struct cambist_error *error)
{
    return cmb_fail(error, CAMBIST_JOURNAL, "%s", journal->failure.message);
}

void cmb_journal_fail(struct cmb_journal *journal, const struct cambist_error *reason)
{
    if (journal->has_failed)
        return;
    journal->has_failed = true;
    journal->failure = *reason;
    cmb_loop_post(journal->loop, &journal->post);
}

/* Writes to the present segment; an error of the disk is the end. */
static int write_bytes(struct cmb_journal *journal, const void *bytes, size_t size,
                       struct cambist_error *error)
{
    int status = cmb_disk_write(journal->disk, journal->file, bytes, size, journal->at);
    if (status == 0)
        return CAMBIST_OK;
    struct cambist_error reason = { 0 };
    cmb_fail(&reason, CAMBIST_JOURNAL, "%s/%08llu.journal: cannot be written: %s", journal->path,
             (unsigned long long)journal->segment, strerror(-status));
    cmb_journal_fail(journal, &reason);
    return cmb_journal_refuse(journal, error);
}

/* --- records --- */

/* The mark that stands behind the record `previous` while `promised` is safe. */
static void format_mark(const struct cmb_journal *journal, uint32_t previous, uint64_t number,
                        uint64_t promised, unsigned char *to)
{
    struct cmb_journal_head mark = { .previous = previous,
                                     .type = CMB_JOURNAL_MARK,
                                     .number = number,
                                     .promised = promised,
                                     .run = journal->run };
    cmb_journal_record_format(&mark, (struct cmb_text){ 0 }, to);
}

int cmb_journal_write_mark(struct cmb_journal *journal, struct cambist_error *error)
{
    format_mark(journal, journal->chain, journal->next, journal->promised, journal->frame);
    return write_bytes(journal, journal->frame, CMB_JOURNAL_HEAD_BYTES, error);
}

/* Whether a record of that size fits, and a mark behind it. */
static bool fits(const struct cmb_journal *journal, size_t size)
{
    return journal->at + (int64_t)size + CMB_JOURNAL_HEAD_BYTES <= journal->capacity;
}

/* Writes record and mark with one call. */
static int write_record(struct cmb_journal *journal, struct cmb_journal_head *head,
                        struct cmb_text payload, struct cambist_error *error)
{
    size_t size = cmb_journal_record_size(payload.length);
    uint64_t promised = journal->mode == CMB_JOURNAL_PROCESS ? head->number : journal->promised;
    cmb_journal_record_format(head, payload, journal->frame);
    format_mark(journal, head->crc, head->number + 1, promised, journal->frame + size);
    int status = write_bytes(journal, journal->frame, size + CMB_JOURNAL_HEAD_BYTES, error);
    if (status != CAMBIST_OK)
        return status;
    journal->at += (int64_t)size;
    journal->size_bytes += size;
    journal->chain = head->crc;
    journal->next++;
    journal->promised = promised;
    return CAMBIST_OK;
}

static int append_to_segment(struct cmb_journal *journal, enum cmb_journal_type type,
                             struct cmb_text payload, struct cambist_error *error)
{
    if (!fits(journal, cmb_journal_record_size(payload.length))) {
        int status = cmb_journal_roll(journal, /* flags= */ 0, error);
        if (status != CAMBIST_OK)
            return status;
    }
    struct cmb_journal_head head = { .previous = journal->chain,
                                     .type = (uint16_t)type,
                                     .flags = journal->flags,
                                     .number = journal->next,
                                     .promised = journal->promised,
                                     .wall_ns = cmb_clock_wall_ns(journal->clock),
                                     .monotonic_ns = cmb_clock_monotonic_ns(journal->clock),
                                     .run = journal->run };
    return write_record(journal, &head, payload, error);
}

int cmb_journal_append(struct cmb_journal *journal, enum cmb_journal_type type,
                       struct cmb_text payload, uint64_t *ret_number, struct cambist_error *error)
{
    int status = CAMBIST_OK;
    if (journal->mode == CMB_JOURNAL_OFF)
        journal->promised = journal->next++;
    else
        status = append_to_segment(journal, type, payload, error);
    if (status == CAMBIST_OK && ret_number)
        *ret_number = journal->next - 1;
    return status;
}

int cmb_journal_append_run(struct cmb_journal *journal, struct cambist_error *error)
{
    struct cmb_journal_run run = { .mode = journal->mode, .process = (uint32_t)getpid() };
    unsigned char payload[8];
    cmb_journal_run_format(run, payload);
    return cmb_journal_append(journal, CMB_JOURNAL_RUN,
                              (struct cmb_text){ (const char *)payload, sizeof payload }, NULL,
                              error);
}

/* --- segments --- */

/* The former segment is out of the way, and whether there is a next one is known. */
static bool may_roll(const struct cmb_journal_work *work)
{
    return work->retired < 0 && work->next != CMB_JOURNAL_NEXT_WANTED;
}

/* Takes over the segment that the work has made. */
static int take_next(struct cmb_journal *journal, struct cambist_error *error)
{
    struct cmb_journal_work *work = &journal->work;
    pthread_mutex_lock(&work->lock);
    int status = CAMBIST_OK;
    if (work->has_failed) {
        cmb_journal_fail(journal, &work->failure);
        status = cmb_journal_refuse(journal, error);
    } else if (work->next != CMB_JOURNAL_NEXT_READY) {
        status = cmb_fail(error, CAMBIST_JOURNAL, "%s: the disk is full", journal->path);
    } else {
        work->retired = journal->file;
        work->file = journal->file = work->next_file;
        journal->segment = work->next_segment++;
        work->next = CMB_JOURNAL_NEXT_WANTED;
        work->next_file = -1;
        pthread_cond_signal(&work->is_wanted);
    }
    pthread_mutex_unlock(&work->lock);
    return status;
}

int cmb_journal_roll(struct cmb_journal *journal, uint32_t flags, struct cambist_error *error)
{
    unsigned char header[CMB_JOURNAL_HEADER_BYTES];
    cmb_journal_work_is_short(journal);
    cmb_journal_work_wait(journal, may_roll);
    int status = take_next(journal, error);
    if (status != CAMBIST_OK)
        return status;
    cmb_journal_header_format(&(struct cmb_journal_header){ .version = CMB_JOURNAL_VERSION,
                                                            .segment = journal->segment,
                                                            .first = journal->next,
                                                            .previous = journal->chain,
                                                            .flags = flags,
                                                            .size_bytes = journal->segment_bytes },
                              header);
    journal->at = 0;
    journal->capacity = journal->segment_bytes;
    status = write_bytes(journal, header, sizeof header, error);
    journal->at = CMB_JOURNAL_HEADER_BYTES;
    return status;
}

/* --- what the caller writes --- */

/* Whether what begins something may take `size` bytes more: the last quarter of the segment is for
 * what ends something, while there is no next one. */
static bool may_begin(struct cmb_journal *journal, size_t size)
{
    int64_t left = journal->capacity - journal->at - (int64_t)size;
    return left >= journal->capacity / 4 || !cmb_journal_work_is_short(journal);
}

static int check_record(const struct cmb_journal *journal, enum cmb_journal_type type,
                        struct cmb_text payload, struct cambist_error *error)
{
    size_t most = journal->segment_bytes - CMB_JOURNAL_HEADER_BYTES - CMB_JOURNAL_HEAD_BYTES;
    if (!cmb_journal_type_is_known(type) || type == CMB_JOURNAL_RUN ||
        type == CMB_JOURNAL_CHECKPOINT)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "%u is no type of the caller's records",
                        (unsigned)type);
    if (payload.length > CMB_JOURNAL_PAYLOAD_MOST || cmb_journal_record_size(payload.length) > most)
        return cmb_fail(error, CAMBIST_TOO_LARGE, "a record of %zu bytes does not fit",
                        payload.length);
    return CAMBIST_OK;
}

int cmb_journal_write(struct cmb_journal *journal, enum cmb_journal_type type,
                      struct cmb_text payload, uint64_t *ret_number, struct cambist_error *error)
{
    int status = check_record(journal, type, payload, error);
    if (status != CAMBIST_OK)
        return status;
    if (journal->has_failed)
        return cmb_journal_refuse(journal, error);
    if (cmb_journal_type_begins(type) &&
        !may_begin(journal, cmb_journal_record_size(payload.length)))
        return cmb_fail(error, CAMBIST_JOURNAL,
                        "%s: the disk is full; what is left is kept for what ends something",
                        journal->path);
    return cmb_journal_append(journal, type, payload, ret_number, error);
}
