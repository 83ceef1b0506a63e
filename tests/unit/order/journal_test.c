/* Does a journal keep what it was told, and say when it is safe? */
#include "journals.h"

/* --- records --- */

static void a_new_journal_holds_nothing(void)
{
    begin();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
    ASSERT_NUMBER(record_count, 0);
    ASSERT_NUMBER(cmb_journal_run_id(journal), 1700000000);
    CU_ASSERT(cmb_journal_failure(journal) == NULL);
    end();
    ASSERT_NUMBER(memory_disk_open_count(&disk), 0);
}

static void what_is_written_is_read_again(void)
{
    begin();
    open_journal(CMB_JOURNAL_POWER);
    ASSERT_NUMBER(write_text(CMB_JOURNAL_CONFIG, "hash"), 2);
    cmb_clock_turn(&turnable, 7);
    ASSERT_NUMBER(write_text(CMB_JOURNAL_INTENT, "buy one"), 3);
    ASSERT_NUMBER(write_text(CMB_JOURNAL_SENDING, ""), 4);
    close_journal();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
    ASSERT_NUMBER(record_count, 4);
    ASSERT_NUMBER(records[0].type, CMB_JOURNAL_RUN);
    ASSERT_NUMBER(records[0].text[0], CMB_JOURNAL_POWER);
    ASSERT_NUMBER(records[2].number, 3);
    ASSERT_NUMBER(records[2].type, CMB_JOURNAL_INTENT);
    ASSERT_NUMBER(records[2].run, 1700000000);
    ASSERT_NUMBER(records[2].wall_ns, 1700000000000000007);
    ASSERT_NUMBER(records[2].monotonic_ns, 7);
    ASSERT_TEXT(records[2].text, "buy one");
    ASSERT_NUMBER(records[3].length, 0);
    end();
}

static void each_run_has_a_greater_number(void)
{
    begin();
    uint64_t last = 0;
    cmb_clock_init_turnable(&turnable, 0); /* a machine that does not know the time */
    for (int i = 0; i < 3; i++) {
        ASSERT_NUMBER(open_journal(CMB_JOURNAL_PROCESS), CAMBIST_OK);
        CU_ASSERT(cmb_journal_run_id(journal) > last);
        last = cmb_journal_run_id(journal);
        close_journal();
    }
    ASSERT_NUMBER(last, 3);
    end();
}

static void records_of_all_sizes_come_back_whole(void)
{
    static const size_t lengths[] = { 0, 1, 7, 8, 9, 63, 64, 65, 1000, 3920 };
    char payload[SEGMENT];
    begin();
    open_journal(CMB_JOURNAL_PROCESS);
    memset(payload, 'x', sizeof payload);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        ASSERT_NUMBER(cmb_journal_write(journal, CMB_JOURNAL_EVENT,
                                        (struct cmb_text){ payload, lengths[i] }, NULL, NULL),
                      CAMBIST_OK);
    ASSERT_NUMBER(cmb_journal_write(journal, CMB_JOURNAL_EVENT, (struct cmb_text){ payload, 3921 },
                                    NULL, NULL),
                  CAMBIST_TOO_LARGE);
    close_journal();
    open_journal(CMB_JOURNAL_PROCESS);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        ASSERT_NUMBER(records[i + 1].length, lengths[i]);
    end();
}

static void what_is_no_record_of_the_callers_is_refused(void)
{
    begin();
    open_journal(CMB_JOURNAL_POWER);
    struct cmb_text huge = { "", SIZE_MAX };
    static const uint32_t foreign[] = { 0, CMB_JOURNAL_RUN, CMB_JOURNAL_CHECKPOINT, 11, 0xffff };
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        error = (struct cambist_error){ 0 };
        ASSERT_NUMBER(cmb_journal_write(journal, foreign[i], CMB_TEXT(""), NULL, &error),
                      CAMBIST_BAD_ARGUMENT);
    }
    ASSERT_TEXT(error.message, "65535 is no type of the caller's records");
    ASSERT_NUMBER(cmb_journal_write(journal, CMB_JOURNAL_EVENT, huge, NULL, NULL),
                  CAMBIST_TOO_LARGE);
    CU_ASSERT(cmb_journal_failure(journal) == NULL);
    end();
}

static void a_full_segment_is_followed_by_the_next(void)
{
    begin();
    open_journal(CMB_JOURNAL_POWER);
    char text[32];
    for (int i = 0; i < 500; i++) {
        snprintf(text, sizeof text, "%d", i);
        CU_ASSERT(write_text(CMB_JOURNAL_EVENT, text) == (uint64_t)i + 2);
        if (i % 7 == 0)
            work();
    }
    CU_ASSERT(memory_disk_file(&disk, "00000008.journal") != NULL);
    close_journal();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
    ASSERT_NUMBER(record_count, 501);
    ASSERT_TEXT(records[500].text, "499");
    ASSERT_NUMBER(records[500].number, 501);
    end();
}

static void settings_that_make_no_sense_are_refused(void)
{
    begin();
    struct cmb_journal_settings settings = { .disk = &disk.disk, .folder = "/j", .loop = loop };
    ASSERT_NUMBER(cmb_journal_open(&settings, &journal, NULL), CAMBIST_BAD_ARGUMENT);
    settings.mode = CMB_JOURNAL_OFF + 1;
    ASSERT_NUMBER(cmb_journal_open(&settings, &journal, NULL), CAMBIST_BAD_ARGUMENT);
    settings.mode = CMB_JOURNAL_POWER;
    settings.segment_bytes = 1000;
    ASSERT_NUMBER(cmb_journal_open(&settings, &journal, NULL), CAMBIST_BAD_ARGUMENT);
    settings.segment_bytes = 0;
    settings.folder = NULL;
    ASSERT_NUMBER(cmb_journal_open(&settings, &journal, NULL), CAMBIST_BAD_ARGUMENT);
    CU_ASSERT(journal == NULL);
    ASSERT_NUMBER(disk.calls, 0);
    end();
}

static void a_journal_in_use_is_refused(void)
{
    begin();
    open_journal(CMB_JOURNAL_POWER);
    struct cmb_journal *first = journal;
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message, "/journal: another process keeps this journal");
    CU_ASSERT(journal == first);
    close_journal();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
    end();
}

static int refuse_second(const struct cmb_journal_record *record, void *user,
                         struct cambist_error *ret_error)
{
    (void)user;
    if (record->number != 2)
        return CAMBIST_OK;
    CU_ASSERT(strcmp(record->file, "00000001.journal") == 0 && record->offset == 128);
    snprintf(ret_error->message, sizeof ret_error->message, "what is that?");
    return CAMBIST_GARBLED;
}

static void a_reader_that_refuses_a_record_ends_the_opening(void)
{
    begin();
    open_journal(CMB_JOURNAL_POWER);
    write_text(CMB_JOURNAL_EVENT, "?");
    close_journal();
    struct cmb_journal_settings settings = { .disk = &disk.disk,
                                             .folder = "/journal",
                                             .mode = CMB_JOURNAL_POWER,
                                             .loop = loop,
                                             .on_record = refuse_second };
    ASSERT_NUMBER(cmb_journal_open(&settings, &journal, &error), CAMBIST_GARBLED);
    ASSERT_TEXT(error.message, "what is that?");
    ASSERT_NUMBER(memory_disk_open_count(&disk), 0);
    settings.on_record = NULL; /* nobody reads */
    ASSERT_NUMBER(cmb_journal_open(&settings, &journal, NULL), CAMBIST_OK);
    end();
}

/* --- durability --- */

static size_t count_syncs(void)
{
    size_t count = 0;
    for (size_t i = 0; i < disk.log_count; i++)
        count += disk.log[i].kind == MEMORY_SYNC;
    return count;
}

static void records_that_wait_together_share_one_sync(void)
{
    struct noted_wait waits[5];
    begin();
    open_journal(CMB_JOURNAL_POWER);
    work();
    size_t before = count_syncs();
    told = 0;
    for (int i = 0; i < 5; i++)
        ASSERT_NUMBER(wait_for(&waits[i], write_text(CMB_JOURNAL_INTENT, "x")), CAMBIST_AGAIN);
    cmb_loop_run_once(loop, 0);
    ASSERT_NUMBER(told, 0);
    work();
    ASSERT_NUMBER(count_syncs() - before, 1);
    for (int i = 0; i < 5; i++) {
        ASSERT_NUMBER(waits[i].status, CAMBIST_OK);
        ASSERT_NUMBER(waits[i].order, i + 1);
    }
    ASSERT_NUMBER(wait_for(&waits[0], 3), CAMBIST_OK); /* is already */
    ASSERT_NUMBER(waits[0].status, -1);
    end();
}

static void a_record_written_during_a_sync_waits_for_the_next(void)
{
    struct noted_wait first, second;
    begin();
    open_journal(CMB_JOURNAL_POWER);
    work();
    wait_for(&first, write_text(CMB_JOURNAL_INTENT, "x"));
    CU_ASSERT(cmb_journal_step(journal));
    wait_for(&second, write_text(CMB_JOURNAL_INTENT, "y")); /* the loop has not heard yet */
    cmb_loop_run_once(loop, 0);
    ASSERT_NUMBER(first.status, CAMBIST_OK);
    ASSERT_NUMBER(second.status, -1);
    work();
    ASSERT_NUMBER(second.status, CAMBIST_OK);
    end();
}

static void nobody_waits_for_a_record_that_is_not_written(void)
{
    struct noted_wait wait;
    begin();
    open_journal(CMB_JOURNAL_POWER);
    ASSERT_NUMBER(wait_for(&wait, 2), CAMBIST_BAD_ARGUMENT);
    ASSERT_TEXT(error.message, "record 2 is not written");
    end();
}

static void a_wait_that_is_forgotten_is_not_told(void)
{
    struct noted_wait waits[3];
    for (int forgotten = 0; forgotten < 3; forgotten++) {
        begin();
        open_journal(CMB_JOURNAL_POWER);
        for (int i = 0; i < 3; i++)
            wait_for(&waits[i], write_text(CMB_JOURNAL_INTENT, "x"));
        cmb_journal_forget(journal, &waits[forgotten].wait);
        cmb_journal_forget(journal, &waits[forgotten].wait);
        work();
        for (int i = 0; i < 3; i++)
            ASSERT_NUMBER(waits[i].status, i == forgotten ? -1 : CAMBIST_OK);
        end();
    }
}

static void in_process_mode_written_is_safe(void)
{
    struct noted_wait wait;
    begin();
    open_journal(CMB_JOURNAL_PROCESS);
    work();
    size_t before = count_syncs();
    ASSERT_NUMBER(wait_for(&wait, write_text(CMB_JOURNAL_INTENT, "x")), CAMBIST_OK);
    work();
    ASSERT_NUMBER(count_syncs(), before);
    struct memory_disk killed;
    memory_disk_kill(&disk, disk.log_count, &killed);
    close_journal();
    ASSERT_NUMBER(open_on(&killed.disk, CMB_JOURNAL_PROCESS), CAMBIST_OK);
    ASSERT_TEXT(read_texts(), "x");
    ASSERT_NUMBER(records[0].text[0], CMB_JOURNAL_PROCESS);
    close_journal();
    memory_disk_clear(&killed);
    end();
}

static int write_nothing(struct cmb_journal *to, void *user, struct cambist_error *ret_error)
{
    (void)to, (void)ret_error;
    ++*(int *)user;
    return CAMBIST_OK;
}

static void off_keeps_nothing_and_looks_the_same(void)
{
    struct noted_wait wait;
    int called = 0;
    begin();
    struct cmb_journal_settings settings = { .mode = CMB_JOURNAL_OFF, .loop = loop };
    ASSERT_NUMBER(cmb_journal_open(&settings, &journal, NULL), CAMBIST_OK);
    ASSERT_NUMBER(cmb_journal_run_id(journal), 1700000000);
    ASSERT_NUMBER(write_text(CMB_JOURNAL_INTENT, "x"), 1);
    ASSERT_NUMBER(write_text(CMB_JOURNAL_OUTCOME, "y"), 2);
    ASSERT_NUMBER(cmb_journal_write(journal, CMB_JOURNAL_RUN, CMB_TEXT(""), NULL, NULL),
                  CAMBIST_BAD_ARGUMENT);
    ASSERT_NUMBER(wait_for(&wait, 2), CAMBIST_OK);
    ASSERT_NUMBER(wait_for(&wait, 3), CAMBIST_BAD_ARGUMENT);
    ASSERT_NUMBER(cmb_journal_checkpoint(journal, write_nothing, &called, NULL), CAMBIST_OK);
    ASSERT_NUMBER(called, 0);
    ASSERT_NUMBER(cmb_journal_size_bytes(journal), 0);
    close_journal();
    ASSERT_NUMBER(disk.calls, 0);
    end();
}

/* --- checkpoints --- */

static int write_two(struct cmb_journal *to, void *user, struct cambist_error *ret_error)
{
    (void)user;
    int status = cmb_journal_write(to, CMB_JOURNAL_INTENT, CMB_TEXT("left"), NULL, ret_error);
    if (status == CAMBIST_OK)
        status = cmb_journal_write(to, CMB_JOURNAL_NONCE, CMB_TEXT("12"), NULL, ret_error);
    return status;
}

static int give_up(struct cmb_journal *to, void *user, struct cambist_error *ret_error)
{
    write_two(to, user, ret_error);
    snprintf(ret_error->message, sizeof ret_error->message, "never mind");
    return CAMBIST_BAD_ARGUMENT;
}

static int nest(struct cmb_journal *to, void *user, struct cambist_error *ret_error)
{
    return cmb_journal_checkpoint(to, write_two, user, ret_error);
}

static void a_checkpoint_replaces_what_was_before(void)
{
    begin();
    open_journal(CMB_JOURNAL_POWER);
    for (int i = 0; i < 100; i++)
        write_text(CMB_JOURNAL_EVENT, "old");
    uint64_t size = cmb_journal_size_bytes(journal);
    ASSERT_NUMBER(size, 101 * 64);
    ASSERT_NUMBER(cmb_journal_checkpoint(journal, write_two, NULL, &error), CAMBIST_OK);
    ASSERT_NUMBER(cmb_journal_size_bytes(journal), 0);
    write_text(CMB_JOURNAL_EVENT, "new");
    CU_ASSERT(memory_disk_file(&disk, "00000001.journal") != NULL);
    work();
    CU_ASSERT(memory_disk_file(&disk, "00000001.journal") == NULL);
    CU_ASSERT(memory_disk_file(&disk, "00000002.journal") == NULL);
    close_journal();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
    ASSERT_TEXT(read_texts(), "left 12 new");
    ASSERT_NUMBER(records[0].type, CMB_JOURNAL_RUN);
    ASSERT_NUMBER(records[3].type, CMB_JOURNAL_CHECKPOINT);
    ASSERT_NUMBER(cmb_journal_size_bytes(journal), 2 * 64);
    end();
}

static void a_checkpoint_that_is_given_up_changes_nothing(void)
{
    begin();
    open_journal(CMB_JOURNAL_POWER);
    write_text(CMB_JOURNAL_EVENT, "old");
    ASSERT_NUMBER(cmb_journal_checkpoint(journal, give_up, NULL, &error), CAMBIST_BAD_ARGUMENT);
    ASSERT_TEXT(error.message, "never mind");
    write_text(CMB_JOURNAL_EVENT, "new");
    work();
    close_journal();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
    ASSERT_TEXT(read_texts(), "old new");
    error = (struct cambist_error){ 0 };
    ASSERT_NUMBER(cmb_journal_checkpoint(journal, nest, NULL, &error), CAMBIST_BAD_ARGUMENT);
    ASSERT_TEXT(error.message, "a checkpoint within a checkpoint");
    ASSERT_NUMBER(cmb_journal_checkpoint(journal, write_two, NULL, NULL), CAMBIST_OK);
    close_journal();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
    ASSERT_TEXT(read_texts(), "left 12");
    end();
}

static int write_many(struct cmb_journal *to, void *user, struct cambist_error *ret_error)
{
    int status = CAMBIST_OK;
    for (int i = 0; i < *(int *)user && status == CAMBIST_OK; i++)
        status = cmb_journal_write(to, CMB_JOURNAL_INTENT, CMB_TEXT("n"), NULL, ret_error);
    return status;
}

static void a_checkpoint_may_be_larger_than_a_segment(void)
{
    int many = 200;
    begin();
    open_journal(CMB_JOURNAL_PROCESS);
    for (int round = 0; round < 3; round++) {
        ASSERT_NUMBER(cmb_journal_checkpoint(journal, write_many, &many, NULL), CAMBIST_OK);
        work();
    }
    close_journal();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_PROCESS), CAMBIST_OK);
    ASSERT_NUMBER(record_count, 202);
    CU_ASSERT(memory_disk_file(&disk, "00000006.journal") == NULL);
    end();
}

static void older_segments_that_were_left_are_removed_later(void)
{
    begin();
    open_journal(CMB_JOURNAL_POWER);
    ASSERT_NUMBER(cmb_journal_checkpoint(journal, write_two, NULL, NULL), CAMBIST_OK);
    disk.fails_on = true; /* no removal succeeds */
    while (disk.fault == 0) {
        if (!cmb_journal_step(journal))
            break;
        if (disk.log[disk.log_count - 1].kind == MEMORY_SYNC_FOLDER && !disk.fails_at) {
            disk.fails_at = disk.calls + 1;
            disk.fault = EIO;
        }
    }
    cmb_journal_step(journal);
    CU_ASSERT(cmb_journal_failure(journal) == NULL);
    disk.fails_at = 0;
    CU_ASSERT(memory_disk_file(&disk, "00000001.journal") != NULL);
    close_journal();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
    ASSERT_TEXT(read_texts(), "left 12");
    work();
    CU_ASSERT(memory_disk_file(&disk, "00000001.journal") == NULL);
    end();
}

static void closing_nothing_is_fine(void)
{
    cmb_journal_close(NULL);
}

TEST_SUITE(
    "order/journal", { "a new journal holds nothing", a_new_journal_holds_nothing },
    { "what is written is read again", what_is_written_is_read_again },
    { "each run has a greater number", each_run_has_a_greater_number },
    { "records of all sizes come back whole", records_of_all_sizes_come_back_whole },
    { "what is no record of the caller's is refused", what_is_no_record_of_the_callers_is_refused },
    { "a full segment is followed by the next", a_full_segment_is_followed_by_the_next },
    { "settings that make no sense are refused", settings_that_make_no_sense_are_refused },
    { "a journal in use is refused", a_journal_in_use_is_refused },
    { "a reader that refuses a record ends the opening",
      a_reader_that_refuses_a_record_ends_the_opening },
    { "records that wait together share one sync", records_that_wait_together_share_one_sync },
    { "a record written during a sync waits for the next",
      a_record_written_during_a_sync_waits_for_the_next },
    { "nobody waits for a record that is not written",
      nobody_waits_for_a_record_that_is_not_written },
    { "a wait that is forgotten is not told", a_wait_that_is_forgotten_is_not_told },
    { "in process mode, written is safe", in_process_mode_written_is_safe },
    { "off keeps nothing and looks the same", off_keeps_nothing_and_looks_the_same },
    { "a checkpoint replaces what was before", a_checkpoint_replaces_what_was_before },
    { "a checkpoint that is given up changes nothing",
      a_checkpoint_that_is_given_up_changes_nothing },
    { "a checkpoint may be larger than a segment", a_checkpoint_may_be_larger_than_a_segment },
    { "older segments that were left are removed later",
      older_segments_that_were_left_are_removed_later },
    { "closing nothing is fine", closing_nothing_is_fine })
