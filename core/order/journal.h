/* order/journal.h - what has been decided about orders, kept so that a crash forgets none of it.
 *
 * A journal is a folder of segments (00000001.journal ...).  Records are only ever appended; each
 * has a number (1, 2, 3 ... over all runs), a type, two times, the run that wrote it and a payload
 * whose meaning is the caller's.  The journal knows nothing of orders.  NO SECRET EVER STANDS IN A
 * RECORD: the caller's duty, who names an account by its alias.
 *
 * When is a record safe?
 *
 *     power    when it is on the disk (fdatasync); records that wait together share one
 *     process  when it is in the page cache: outlives the process (kill -9), not a loss of power
 *     off      at once, and nothing is kept; for simulations of strategies over old data
 *
 * Each record also says up to which number everything had been promised to be safe when it was
 * written, and a mark behind the last record says it once more.  From this follows what reading
 * does with a place where the next record should stand and does not: if anything valid behind it
 * says that this number was promised, the journal is damaged and is refused, with file, offset and
 * reason.  If nothing does, the rest was never promised to anybody and is cut.  After a loss of
 * power a journal in `process` may therefore be refused, rather than be read with a hole in it.
 *
 * What fails: an error of write or fdatasync ends the journal for this run.  Everything from then
 * on is refused with that first reason, and nothing is tried again: after a failed fdatasync nobody
 * knows what is on the disk.  A full disk is no such error: segments are allocated before they are
 * needed, and when no further one can be had, records that begin something are refused while the
 * last quarter of the present segment is kept for those that end something.
 *
 * One process writes a journal (a lock in the folder).  All functions belong to the loop's thread.
 * None waits for fdatasync but open, close, and what fills two segments while the thread of the
 * journal's, which does such work, is still at the first.  With a disk that is stepped there is no
 * such thread: cmb_journal_step does one step of its work.
 */
#ifndef CMB_ORDER_JOURNAL_H
#define CMB_ORDER_JOURNAL_H

#include <cambist/status.h>

#include "base/disk.h"
#include "base/text.h"
#include "transport/loop.h"

#include <stdbool.h>

/* What a record is about: name, number, whether it begins something (refused first when the disk is
 * full) or goes on with it, and what it says.  RUN and CHECKPOINT are written by the journal.
 *
 * A number that is not in this list is refused when read: a record that this version does not
 * understand may end an order that it would then take for a live one.  A new type therefore comes
 * with a new CMB_JOURNAL_VERSION. */
#define CMB_JOURNAL_TYPE_LIST(X)                                                                   \
    X(RUN, 1, GOES_ON, "a run begins; the payload is a struct cmb_journal_run")                    \
    X(CONFIG, 2, GOES_ON, "the settings of this run, as a hash")                                   \
    X(INTENT, 3, BEGINS, "an order will be submitted")                                             \
    X(SENDING, 4, GOES_ON, "its first byte is about to leave")                                     \
    X(OUTCOME, 5, GOES_ON, "what became of a request")                                             \
    X(EVENT, 6, GOES_ON, "what the exchange said of an order: a state, a fill")                    \
    X(PENDING, 7, GOES_ON, "a cancel or an amendment of an order begins")                          \
    X(RESOLVE, 8, GOES_ON, "what was unknown is proved, and by what")                              \
    X(NONCE, 9, GOES_ON, "nonces up to this one may have been used")                               \
    X(CHECKPOINT, 10, GOES_ON, "all that still counts stands in the records just before")

enum cmb_journal_type {
#define X(name, number, class, text) CMB_JOURNAL_##name = number,
    CMB_JOURNAL_TYPE_LIST(X)
#undef X
};

enum cmb_journal_mode { CMB_JOURNAL_POWER = 1, CMB_JOURNAL_PROCESS = 2, CMB_JOURNAL_OFF = 3 };

#define CMB_JOURNAL_VERSION       1
#define CMB_JOURNAL_SEGMENT_BYTES (16 * 1024 * 1024)
#define CMB_JOURNAL_PAYLOAD_MOST  (64 * 1024)

/* The payload of RUN, little-endian. */
struct cmb_journal_run {
    uint32_t mode;    /* enum cmb_journal_mode */
    uint32_t process; /* its id */
};

/* A record as it is read; valid during the callback. */
struct cmb_journal_record {
    uint64_t number;
    uint64_t run;  /* the run that wrote it */
    uint32_t type; /* enum cmb_journal_type */
    int64_t wall_ns, monotonic_ns;
    struct cmb_text payload;
    const char *file; /* for messages: where it stands */
    uint64_t offset;
};

/* Takes a record that is read.  Anything but CAMBIST_OK ends the reading, and is what open returns;
 * it fills `error`. */
typedef int (*cmb_journal_record_fn)(const struct cmb_journal_record *record, void *user,
                                     struct cambist_error *error);

struct cmb_journal_settings {
    const struct cmb_disk *disk; /* NULL: the system's */
    const char *folder;          /* is there already, ours alone (0700); unused in off */
    enum cmb_journal_mode mode;
    struct cmb_loop *loop;           /* outlives the journal; its clock stamps the records */
    uint32_t segment_bytes;          /* 0: CMB_JOURNAL_SEGMENT_BYTES; tests have smaller ones */
    cmb_journal_record_fn on_record; /* gets what the journal holds, in order; may be NULL */
    void *user;
};

struct cmb_journal;
struct cmb_journal_wait;

/* Called once, from a turn of the loop: CAMBIST_OK when the record is safe, CAMBIST_JOURNAL when
 * nobody will ever know (cmb_journal_failure says why).  The wait may be used again; the callback
 * may write and wait, but not close the journal. */
typedef void (*cmb_journal_wait_fn)(struct cmb_journal_wait *wait, int status, void *user);

/* Who waits for a record.  The owner sets on_durable and user, zeroes the rest, and keeps it. */
struct cmb_journal_wait {
    cmb_journal_wait_fn on_durable;
    void *user;
    uint64_t number;                       /* the journal's, while it waits */
    struct cmb_journal_wait *next, **link; /* the journal's */
};

/* Opens the journal in a folder: locks it, hands all its records to on_record, cuts what was never
 * promised, and begins a run, whose RUN record is durable when this returns (but in `off`).
 *
 * CAMBIST_JOURNAL with folder, file, offset and reason for a journal that is in use, damaged, of a
 * newer version, or whose disk fails.  No record is changed or removed then.  May take a while:
 * reads every segment since the last checkpoint, twice if there was one, and may allocate one. */
int cmb_journal_open(const struct cmb_journal_settings *settings, struct cmb_journal **ret_journal,
                     struct cambist_error *error);

/* Makes what is written durable (but in `off`), ends the thread and gives up the lock.  Calls
 * nobody: waits are forgotten.  NULL is fine. */
void cmb_journal_close(struct cmb_journal *journal);

/* The number of this run: greater than that of every earlier one in this journal, and not below the
 * seconds since 1970, so that it is new even after the folder was lost.  Never 0. */
uint64_t cmb_journal_run_id(const struct cmb_journal *journal);

/* Appends a record.  In the page cache when this returns; one system call, nothing allocated.
 * BAD_ARGUMENT for a type that is not the caller's; TOO_LARGE beyond CMB_JOURNAL_PAYLOAD_MOST (or a
 * segment); JOURNAL when nothing can be written any more, or, for what begins something, when the
 * disk is full.  `ret_number` may be NULL. */
int cmb_journal_write(struct cmb_journal *journal, enum cmb_journal_type type,
                      struct cmb_text payload, uint64_t *ret_number, struct cambist_error *error);

/* Asks to hear when everything up to `number` is safe.  CAMBIST_OK: it is already, on_durable is
 * not called.  CAMBIST_AGAIN: on_durable will be called, in the order of the asking.
 * CAMBIST_JOURNAL: it never will be.  BAD_ARGUMENT: no record has that number yet.  `wait` is not
 * waiting. */
int cmb_journal_when_durable(struct cmb_journal *journal, uint64_t number,
                             struct cmb_journal_wait *wait, struct cambist_error *error);
/* Waits no longer; nothing is called.  Twice is fine, also for one that never waited. */
void cmb_journal_forget(struct cmb_journal *journal, struct cmb_journal_wait *wait);

/* Writes all that still counts, with cmb_journal_write.  Not CAMBIST_OK: gives up, fills `error`.
 */
typedef int (*cmb_journal_state_fn)(struct cmb_journal *journal, void *user,
                                    struct cambist_error *error);

/* Begins a new segment and has `write_state` write into it all that still counts.  Once that is
 * durable the older segments are removed; a crash in between loses nothing: either all the older
 * records are read, or the state.  When `write_state` gives up, what it wrote is never read and all
 * goes on as before.  In `off` nothing is called. */
int cmb_journal_checkpoint(struct cmb_journal *journal, cmb_journal_state_fn write_state,
                           void *user, struct cambist_error *error);

/* The bytes in records since the last checkpoint: when is the next one due? */
uint64_t cmb_journal_size_bytes(const struct cmb_journal *journal);

/* Why nothing can be written any more; NULL while it can. */
const struct cambist_error *cmb_journal_failure(const struct cmb_journal *journal);

/* With a stepped disk: does one step of what the thread would do; false: there is nothing to do. */
bool cmb_journal_step(struct cmb_journal *journal);

#endif
