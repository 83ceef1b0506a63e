/* order/journal_inner.h - what the files of a journal that is written share. */
#ifndef CMB_ORDER_JOURNAL_INNER_H
#define CMB_ORDER_JOURNAL_INNER_H

#include "order/journal_format.h"

#include <pthread.h>

/* What a segment is called until its space is taken. */
#define CMB_JOURNAL_UNFINISHED "unfinished"

/* Is there a segment to go on in, once the present one is full? */
enum cmb_journal_next {
    CMB_JOURNAL_NEXT_WANTED = 1,
    CMB_JOURNAL_NEXT_READY = 2,
    CMB_JOURNAL_NEXT_SHORT = 3 /* the disk was full when it was wanted last */
};

/* What is left to a thread, because it takes time: syncing, allocating, removing.  All under
 * `lock`, which nobody holds while a disk works. */
struct cmb_journal_work {
    pthread_mutex_t lock;
    pthread_cond_t is_wanted, is_done;
    pthread_t thread;
    bool has_thread, stops;
    int file;                /* the segment that is written; the writer closes it */
    int retired;             /* the one before, to be synced and closed; -1: none */
    uint64_t wanted, synced; /* numbers of records */
    enum cmb_journal_next next;
    bool is_short;          /* no next segment could be had, and none was since */
    int next_file;          /* READY */
    uint64_t next_segment;  /* its number */
    int64_t tried_ns;       /* when one was SHORT, monotonic */
    uint64_t oldest;        /* the first segment that is there */
    uint64_t remove_before; /* older ones go once all that is wanted is synced */
    bool has_failed;
    struct cambist_error failure;
};

struct cmb_journal {
    const struct cmb_disk *disk;
    const struct cmb_clock *clock;
    struct cmb_loop *loop;
    enum cmb_journal_mode mode;
    int folder, lock;
    uint32_t segment_bytes;
    uint64_t run;
    /* Where the next record goes. */
    int file;
    uint64_t segment;
    int64_t at, capacity;
    uint64_t next, promised;
    uint32_t chain;
    uint16_t flags; /* of records: RESTATES during a checkpoint */
    uint64_t size_bytes;
    bool has_failed;
    struct cambist_error failure;
    struct cmb_journal_wait *waits, **waits_end;
    struct cmb_post post; /* the work has got on, or nothing can be written any more */
    struct cmb_journal_work work;
    /* Where a record and its mark are put together. */
    unsigned char frame[CMB_JOURNAL_HEAD_BYTES * 2 + CMB_JOURNAL_PAYLOAD_MOST];
    char path[]; /* the folder's */
};

/* --- journal_work.c --- */

void cmb_journal_work_init(struct cmb_journal *journal);
/* CAMBIST_OK, or NO_MEMORY: no thread could be started. */
int cmb_journal_work_start(struct cmb_journal *journal, struct cambist_error *error);
void cmb_journal_work_stop(struct cmb_journal *journal);
/* Waits until `is_settled` says so, which some work brings about, or the work has failed; without a
 * thread, does it. */
void cmb_journal_work_wait(struct cmb_journal *journal,
                           bool (*is_settled)(const struct cmb_journal_work *work));
/* Wants everything up to the last record synced. */
void cmb_journal_work_want_sync(struct cmb_journal *journal);
/* Wants the same, and the segments before that one removed afterwards. */
void cmb_journal_work_want_removal(struct cmb_journal *journal, uint64_t before);
/* Wants a segment again if there was none, once a second.  Answers whether there is none still. */
bool cmb_journal_work_is_short(struct cmb_journal *journal);

/* --- journal_write.c --- */

/* Refuses for the reason that ended the journal. */
int cmb_journal_refuse(const struct cmb_journal *journal, struct cambist_error *error);
/* Ends the journal for this run.  Waits hear of it in the next turn of the loop. */
void cmb_journal_fail(struct cmb_journal *journal, const struct cambist_error *reason);
/* Appends a record of any type. */
int cmb_journal_append(struct cmb_journal *journal, enum cmb_journal_type type,
                       struct cmb_text payload, uint64_t *ret_number, struct cambist_error *error);
int cmb_journal_append_run(struct cmb_journal *journal, struct cambist_error *error);
/* Says behind the last record up to where all is safe.  Failing ends the journal. */
int cmb_journal_write_mark(struct cmb_journal *journal, struct cambist_error *error);
/* Goes on in the next segment. */
int cmb_journal_roll(struct cmb_journal *journal, uint32_t flags, struct cambist_error *error);

/* --- journal_durable.c --- */

void cmb_journal_on_post(struct cmb_post *post, void *user);

#endif
