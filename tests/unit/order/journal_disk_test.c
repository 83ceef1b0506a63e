/* What becomes of a journal whose disk fails, once or for good, at any call, or is full? */
#include "journals.h"

#include "support/allocations.h"

/* --- a life in which any call may fail --- */

enum { ORDERS = 90 };

struct life {
    bool is_open, has_failed;
    int written, safe;      /* orders; the first `safe` were said to be */
    uint64_t refused_calls; /* calls of the disk for what was refused */
};

static struct life life;
static struct noted_wait waits[ORDERS];

static int write_all(struct cmb_journal *to, void *user, struct cambist_error *ret_error)
{
    (void)user;
    char text[16];
    int status = CAMBIST_OK;
    for (int i = 0; i < life.written && status == CAMBIST_OK; i++) {
        snprintf(text, sizeof text, "%d", i);
        status = cmb_journal_write(to, CMB_JOURNAL_INTENT, cmb_text_of(text), NULL, ret_error);
    }
    return status;
}

static void live_order(int order)
{
    char text[16];
    snprintf(text, sizeof text, "%d", order);
    bool was_refused = cmb_journal_failure(journal) != NULL;
    uint64_t calls = disk.calls;
    uint64_t number = write_text(CMB_JOURNAL_INTENT, text);
    life.written += number != 0;
    CU_ASSERT(number != 0 || (error.status == CAMBIST_JOURNAL && error.message[0]));
    if (was_refused) {
        CU_ASSERT(number == 0);
        life.refused_calls += disk.calls - calls;
    }
    waits[order].status = -1;
    if (number && wait_for(&waits[order], number) == CAMBIST_OK)
        waits[order].status = CAMBIST_OK;
    if (order % 3 == 0)
        work();
}

/* Opens, writes, rolls over, makes a checkpoint, closes. */
static void live(enum cmb_journal_mode mode)
{
    life = (struct life){ 0 };
    life.is_open = open_journal(mode) == CAMBIST_OK;
    CU_ASSERT(life.is_open || error.message[0]);
    if (!life.is_open)
        return;
    for (int order = 0; order < ORDERS; order++) {
        live_order(order);
        if (order == 70)
            cmb_journal_checkpoint(journal, write_all, NULL, NULL);
    }
    work();
    while (life.safe < ORDERS && waits[life.safe].status == CAMBIST_OK)
        life.safe++;
    life.has_failed = cmb_journal_failure(journal) != NULL;
    close_journal();
}

/* What is read afterwards: orders 0, 1, 2 ..., all that were written or at least all safe ones. */
static int count_faults(enum cmb_journal_mode mode)
{
    int faults = open_journal(mode) != CAMBIST_OK, next = 0;
    char text[16];
    if (faults)
        printf("\n    %s", error.message);
    for (size_t i = 0; i < record_count; i++) {
        snprintf(text, sizeof text, "%d", next);
        if (records[i].type == CMB_JOURNAL_INTENT)
            faults += strcmp(records[i].text, text) != 0, next++;
    }
    /* A write that failed may have been written whole; nobody was told that it is safe. */
    faults += next < life.safe || next > life.written + 1;
    close_journal();
    return faults;
}

static uint64_t count_calls(enum cmb_journal_mode mode)
{
    begin();
    live(mode);
    CU_ASSERT(life.is_open && !life.has_failed && life.safe == ORDERS);
    uint64_t calls = disk.calls;
    CU_ASSERT(count_faults(mode) == 0);
    end();
    return calls;
}

static int fail_at(uint64_t call, int fault, bool fails_on, enum cmb_journal_mode mode)
{
    begin();
    disk.fails_at = call;
    disk.fault = fault;
    disk.fails_on = fails_on;
    live(mode);
    disk.fails_at = 0;
    int faults = memory_disk_open_count(&disk) + count_faults(mode) + (life.refused_calls != 0);
    if (fault == 0)
        faults += life.safe != ORDERS; /* short reads and writes go on */
    if (faults)
        printf("\n    call %d, fault %d, %s", (int)call, fault, fails_on ? "on and on" : "once");
    end();
    return faults;
}

static void each_call_may_fail(void)
{
    static const int faults[] = { EIO, ENOSPC, EINTR, 0 };
    static const enum cmb_journal_mode modes[] = { CMB_JOURNAL_POWER, CMB_JOURNAL_PROCESS };
    int wrong = 0, lives = 0;
    for (size_t mode = 0; mode < 2; mode++) {
        uint64_t calls = count_calls(modes[mode]);
        for (uint64_t call = 1; call <= calls; call++)
            for (size_t i = 0; i < sizeof faults / sizeof *faults; i++, lives += 2) {
                wrong += fail_at(call, faults[i], false, modes[mode]);
                wrong += fail_at(call, faults[i], true, modes[mode]);
            }
    }
    printf("(%d lives) ", lives);
    ASSERT_NUMBER(wrong, 0);
}

/* --- the errors that end a journal --- */

static void a_failed_sync_ends_the_journal_and_is_never_tried_again(void)
{
    struct noted_wait first, second, third;
    begin();
    open_journal(CMB_JOURNAL_POWER);
    work();
    wait_for(&first, write_text(CMB_JOURNAL_INTENT, "safe"));
    work();
    wait_for(&second, write_text(CMB_JOURNAL_INTENT, "lost"));
    disk.fails_at = disk.calls + 1;
    disk.fault = EIO;
    work();
    uint64_t calls = disk.calls;
    ASSERT_NUMBER(first.status, CAMBIST_OK);
    ASSERT_NUMBER(second.status, CAMBIST_JOURNAL);
    ASSERT_TEXT(cmb_journal_failure(journal)->message,
                "/journal/00000001.journal: cannot be made durable: Input/output error");
    ASSERT_NUMBER(write_text(CMB_JOURNAL_INTENT, "refused"), 0);
    ASSERT_NUMBER(error.status, CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message, cmb_journal_failure(journal)->message);
    ASSERT_NUMBER(write_text(CMB_JOURNAL_OUTCOME, "refused"), 0);
    ASSERT_NUMBER(wait_for(&third, second.wait.number), CAMBIST_JOURNAL);
    ASSERT_NUMBER(wait_for(&third, first.wait.number), CAMBIST_OK);
    ASSERT_NUMBER(cmb_journal_checkpoint(journal, write_all, NULL, NULL), CAMBIST_JOURNAL);
    CU_ASSERT(!cmb_journal_step(journal));
    close_journal();
    ASSERT_NUMBER(disk.calls, calls); /* the disk was left alone */
    end();
}

static void a_failed_write_ends_the_journal(void)
{
    struct noted_wait wait, synced;
    begin();
    open_journal(CMB_JOURNAL_POWER);
    work();
    wait_for(&synced, write_text(CMB_JOURNAL_INTENT, "synced"));
    CU_ASSERT(cmb_journal_step(journal)); /* the loop has not heard yet */
    wait_for(&wait, write_text(CMB_JOURNAL_INTENT, "written"));
    disk.fails_at = disk.calls + 1;
    disk.fault = EIO;
    ASSERT_NUMBER(write_text(CMB_JOURNAL_OUTCOME, "not written"), 0);
    ASSERT_TEXT(error.message, "/journal/00000001.journal: cannot be written: Input/output error");
    ASSERT_NUMBER(wait.status, -1); /* told in the next turn, not within the call */
    cmb_loop_run_once(loop, 0);
    ASSERT_NUMBER(synced.status, CAMBIST_OK);
    ASSERT_NUMBER(wait.status, CAMBIST_JOURNAL);
    close_journal();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
    ASSERT_TEXT(read_texts(), "synced written");
    end();
}

static void a_failed_mark_ends_the_journal_but_keeps_the_promise(void)
{
    struct noted_wait wait;
    begin();
    open_journal(CMB_JOURNAL_POWER);
    work();
    wait_for(&wait, write_text(CMB_JOURNAL_INTENT, "synced"));
    CU_ASSERT(cmb_journal_step(journal));
    disk.fails_at = disk.calls + 1;
    disk.fault = EIO;
    cmb_loop_run_once(loop, 0);
    ASSERT_NUMBER(wait.status, CAMBIST_OK);
    CU_ASSERT(cmb_journal_failure(journal) != NULL);
    end();
}

/* --- a full disk --- */

/* Fills the segment with what may be written, until that is refused; answers how many were. */
static int fill_with(enum cmb_journal_type type)
{
    int count = 0;
    while (write_text(type, "text"))
        count++;
    return count;
}

static void begin_full(void)
{
    begin();
    disk.space_bytes = SEGMENT + 100;
    CU_ASSERT(open_journal(CMB_JOURNAL_POWER) == CAMBIST_OK);
    work();
}

static void a_full_disk_keeps_room_for_what_ends_something(void)
{
    begin_full();
    int begun = fill_with(CMB_JOURNAL_INTENT);
    ASSERT_TEXT(error.message,
                "/journal: the disk is full; what is left is kept for what ends something");
    CU_ASSERT(cmb_journal_failure(journal) == NULL);
    CU_ASSERT(begun >= 40);
    int ended = fill_with(CMB_JOURNAL_OUTCOME);
    ASSERT_TEXT(error.message, "/journal: the disk is full");
    CU_ASSERT(ended >= SEGMENT / 4 / 64 - 2);
    ASSERT_NUMBER(cmb_journal_checkpoint(journal, write_all, NULL, NULL), CAMBIST_JOURNAL);
    struct noted_wait wait;
    ASSERT_NUMBER(wait_for(&wait, (uint64_t)(begun + ended + 1)), CAMBIST_AGAIN);
    work();
    ASSERT_NUMBER(wait.status, CAMBIST_OK); /* what was written is safe all the same */
    close_journal();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL); /* RUN has no room */
    ASSERT_TEXT(error.message, "/journal: the disk is full");
    disk.space_bytes = 0;
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
    ASSERT_NUMBER(record_count, begun + ended + 1);
    end();
}

static void space_that_comes_back_is_found(void)
{
    begin_full();
    fill_with(CMB_JOURNAL_INTENT);
    disk.space_bytes = 0;
    ASSERT_NUMBER(write_text(CMB_JOURNAL_INTENT, "at once"), 0);
    work();
    ASSERT_NUMBER(write_text(CMB_JOURNAL_INTENT, "at once"), 0); /* not tried all the time */
    cmb_clock_turn(&turnable, 1000000000);
    ASSERT_NUMBER(write_text(CMB_JOURNAL_INTENT, "asks"), 0);
    work();
    CU_ASSERT(write_text(CMB_JOURNAL_INTENT, "again") != 0);
    end();
}

static void a_full_segment_asks_for_space_itself(void)
{
    begin_full();
    fill_with(CMB_JOURNAL_OUTCOME);
    disk.space_bytes = 0;
    cmb_clock_turn(&turnable, 1000000000);
    CU_ASSERT(write_text(CMB_JOURNAL_OUTCOME, "again") != 0);
    end();
}

static void removed_segments_are_space_again(void)
{
    begin();
    disk.space_bytes = 2 * SEGMENT + 100;
    open_journal(CMB_JOURNAL_POWER);
    work();
    life.written = 3;
    ASSERT_NUMBER(cmb_journal_checkpoint(journal, write_all, NULL, NULL), CAMBIST_OK);
    work();                        /* no room for a third one, then the first one goes */
    fill_with(CMB_JOURNAL_INTENT); /* for ever, but for the space */
    CU_ASSERT(cmb_journal_size_bytes(journal) > SEGMENT);
    end();
}

static void a_quota_is_a_full_disk_too(void)
{
    begin();
    open_journal(CMB_JOURNAL_POWER);
    disk.fails_at = disk.calls + 3; /* remove, open, allocate */
    disk.fault = EDQUOT;
    CU_ASSERT(cmb_journal_step(journal));
    CU_ASSERT(cmb_journal_failure(journal) == NULL);
    CU_ASSERT(memory_disk_file(&disk, "unfinished") == NULL);
    end();
}

/* --- opening --- */

static void a_folder_that_is_open_to_others_is_refused(void)
{
    begin();
    disk.fails_at = 1;
    disk.fault = EPERM;
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message, "/journal: must belong to us and be closed to others (mode 0700)");
    disk.fault = ENOENT;
    disk.fails_at = disk.calls + 1;
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message, "/journal: cannot be opened: No such file or directory");
    end();
}

static int write_state(struct cmb_journal *to, void *user, struct cambist_error *ret_error)
{
    (void)user;
    return cmb_journal_write(to, CMB_JOURNAL_INTENT, CMB_TEXT("state"), NULL, ret_error);
}

/* A journal of several segments, a checkpoint, and a segment that was made ahead. */
static void make_journal(void)
{
    begin();
    open_journal(CMB_JOURNAL_POWER);
    for (int i = 0; i < 130; i++)
        write_text(CMB_JOURNAL_EVENT, "old");
    cmb_journal_checkpoint(journal, write_state, NULL, NULL);
    for (int i = 0; i < 130; i++)
        write_text(CMB_JOURNAL_EVENT, "new");
    work();
    close_journal();
}

static void each_call_of_opening_may_fail(void)
{
    int refused = 0, status = CAMBIST_JOURNAL;
    for (uint64_t call = 1; status != CAMBIST_OK; call++) {
        make_journal();
        disk.fails_at = disk.calls + call;
        disk.fault = EIO;
        status = open_journal(CMB_JOURNAL_POWER);
        refused += status == CAMBIST_JOURNAL && strncmp(error.message, "/journal", 8) == 0 &&
                   strstr(error.message, ": Input/output error");
        close_journal();
        disk.fails_at = 0;
        ASSERT_NUMBER(memory_disk_open_count(&disk), 0);
        ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
        CU_ASSERT(strncmp(read_texts(), "state new new", 13) == 0 && record_count >= 133);
        end();
    }
    CU_ASSERT(refused > 30);
}

#ifndef TEST_CANNOT_COUNT
static void no_memory_is_said(void)
{
    begin();
    for (int i = 0; i < 20; i++)
        memory_disk_put(&disk, "notes", "", 0);
    open_journal(CMB_JOURNAL_POWER);
    for (int i = 0; i < 1200; i++)
        write_text(CMB_JOURNAL_EVENT, "text"); /* more segments than fit in the first list */
    close_journal();
    disk.forgets = true;
    int refused = 0, status = CAMBIST_NO_MEMORY;
    for (long nth = 1; status == CAMBIST_NO_MEMORY; nth++) {
        test_allocation_fails = nth;
        status = open_journal(CMB_JOURNAL_POWER);
        test_allocation_fails = 0;
        refused += status == CAMBIST_NO_MEMORY && error.message[0];
        CU_ASSERT(memory_disk_open_count(&disk) == 0 || status == CAMBIST_OK);
    }
    CU_ASSERT(refused >= 4);
    ASSERT_NUMBER(status, CAMBIST_OK);
    end();
}
#else
static void no_memory_is_said(void)
{
    printf("(not under a sanitizer) ");
}
#endif

TEST_SUITE("order/journal_disk", { "each call may fail, once or for good", each_call_may_fail },
           { "a failed sync ends the journal, and is never tried again",
             a_failed_sync_ends_the_journal_and_is_never_tried_again },
           { "a failed write ends the journal", a_failed_write_ends_the_journal },
           { "a failed mark ends the journal, but keeps the promise",
             a_failed_mark_ends_the_journal_but_keeps_the_promise },
           { "a full disk keeps room for what ends something",
             a_full_disk_keeps_room_for_what_ends_something },
           { "space that comes back is found", space_that_comes_back_is_found },
           { "a full segment asks for space itself", a_full_segment_asks_for_space_itself },
           { "removed segments are space again", removed_segments_are_space_again },
           { "a quota is a full disk too", a_quota_is_a_full_disk_too },
           { "a folder that is open to others is refused",
             a_folder_that_is_open_to_others_is_refused },
           { "each call of opening may fail", each_call_of_opening_may_fail },
           { "no memory is said", no_memory_is_said })
