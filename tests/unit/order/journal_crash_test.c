/* What does a journal hold after power was cut, or the process killed, at any moment? */
#include "journals.h"

enum { HISTORY_MOST = 600, SEEDS = 10 };

/* What a run of the journal did, told by the moments of the disk's log. */
struct history {
    char texts[HISTORY_MOST][8];    /* by number of the order: what was written */
    uint64_t numbers[HISTORY_MOST]; /* of its record */
    size_t written_at[HISTORY_MOST], durable_at[HISTORY_MOST]; /* SIZE_MAX: never */
    int count;
    struct noted_wait waits[HISTORY_MOST];
};

static struct history history;
static uint64_t random_state;

static void note_moment(struct cmb_journal_wait *wait, int status, void *user)
{
    (void)wait;
    size_t *durable_at = user;
    if (status == CAMBIST_OK)
        *durable_at = disk.log_count;
}

/* Writes the next order, and mostly waits for it. */
static void write_next(void)
{
    int order = history.count++;
    struct noted_wait *wait = &history.waits[order];
    snprintf(history.texts[order], sizeof *history.texts, "%d", order);
    history.numbers[order] = write_text(CMB_JOURNAL_INTENT, history.texts[order]);
    history.written_at[order] = disk.log_count;
    history.durable_at[order] = SIZE_MAX;
    *wait = (struct noted_wait){ .wait = { .on_durable = note_moment,
                                           .user = &history.durable_at[order] } };
    int status = cmb_journal_when_durable(journal, history.numbers[order], &wait->wait, NULL);
    if (status == CAMBIST_OK)
        history.durable_at[order] = disk.log_count;
}

/* All orders that were written, again. */
static int write_orders(struct cmb_journal *to, void *user, struct cambist_error *ret_error)
{
    (void)user;
    int status = CAMBIST_OK;
    for (int i = 0; i < history.count && status == CAMBIST_OK; i++)
        status = cmb_journal_write(to, CMB_JOURNAL_INTENT, cmb_text_of(history.texts[i]), NULL,
                                   ret_error);
    return status;
}

/* A run of many small steps in an order that the seed decides. */
static void live(int steps, bool has_checkpoints)
{
    for (int i = 0; i < steps; i++) {
        uint64_t what = memory_random(&random_state) % 100;
        if (what < 60 && history.count < HISTORY_MOST)
            write_next();
        else if (what < 85)
            cmb_journal_step(journal);
        else if (what < 98 || !has_checkpoints)
            cmb_loop_run_once(loop, 0);
        else
            CU_ASSERT(cmb_journal_checkpoint(journal, write_orders, NULL, NULL) == CAMBIST_OK);
    }
}

/* The records are orders 0, 1, 2 ... without a gap, none twice, none that was not written by then,
 * and all that were safe by then.  Answers how many faults there are. */
static int count_faults(size_t moment)
{
    int faults = 0, next = 0;
    for (size_t i = 0; i < record_count; i++) {
        if (records[i].type != CMB_JOURNAL_INTENT)
            continue;
        faults += next >= history.count || strcmp(records[i].text, history.texts[next]) != 0;
        faults += next < history.count && history.written_at[next] > moment;
        next++;
    }
    for (int order = next; order < history.count; order++)
        faults += history.durable_at[order] <= moment;
    return faults;
}

/* Opens what a crash left, reads it, writes one more, and reads that again. */
static int count_faults_of(struct memory_disk *left, size_t moment, enum cmb_journal_mode mode)
{
    left->forgets = true;
    int faults = open_on(&left->disk, mode) != CAMBIST_OK;
    if (faults) {
        printf("\n    moment %zu: %s", moment, error.message);
        return faults;
    }
    faults += count_faults(moment);
    size_t count = record_count;
    faults += write_text(CMB_JOURNAL_RESOLVE, "after") == 0;
    work();
    close_journal();
    faults += open_on(&left->disk, mode) != CAMBIST_OK || record_count != count + 2 ||
              strcmp(records[count + 1].text, "after") != 0;
    close_journal();
    return faults;
}

/* Cuts the power at every moment in many ways. */
static size_t crash_everywhere(enum cmb_journal_mode mode, int seeds, int *ret_faults)
{
    static struct memory_disk left;
    size_t states = 0;
    close_journal();
    for (size_t moment = 0; moment <= disk.log_count; moment++)
        for (int seed = 1; seed <= seeds; seed++, states++) {
            memory_disk_crash(&disk, moment, moment * 1000003 + (uint64_t)seed, &left);
            *ret_faults += count_faults_of(&left, moment, mode);
            memory_disk_clear(&left);
        }
    return states;
}

static void begin_history(uint64_t seed, enum cmb_journal_mode mode)
{
    begin();
    random_state = seed;
    history.count = 0;
    CU_ASSERT_FATAL(open_journal(mode) == CAMBIST_OK);
}

static void each_intent_that_was_said_to_be_safe_survives_power_loss(void)
{
    size_t states = 0;
    int faults = 0;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        begin_history(seed, CMB_JOURNAL_POWER);
        live(300, /* has_checkpoints= */ false);
        states += crash_everywhere(CMB_JOURNAL_POWER, SEEDS, &faults);
        end();
    }
    printf("(%zu states) ", states);
    CU_ASSERT(states >= 2000);
    ASSERT_NUMBER(faults, 0);
}

static void checkpoints_and_removal_lose_nothing_either(void)
{
    size_t states = 0;
    int faults = 0;
    for (uint64_t seed = 11; seed <= 14; seed++) {
        begin_history(seed, CMB_JOURNAL_POWER);
        live(150, /* has_checkpoints= */ true);
        cmb_journal_checkpoint(journal, write_orders, NULL, NULL);
        work();
        live(50, true);
        states += crash_everywhere(CMB_JOURNAL_POWER, SEEDS, &faults);
        end();
    }
    printf("(%zu states) ", states);
    CU_ASSERT(states >= 2000);
    ASSERT_NUMBER(faults, 0);
}

/* Cuts the power a second time, at every moment of a run on what the first time left. */
static size_t crash_again(struct memory_disk *left, size_t moment, int *ret_faults)
{
    static struct memory_disk again;
    size_t states = 0;
    memory_disk_settle(left);
    size_t begun = left->log_count;
    if (open_on(&left->disk, CMB_JOURNAL_POWER) != CAMBIST_OK) {
        ++*ret_faults;
        return 0;
    }
    write_text(CMB_JOURNAL_RESOLVE, "second");
    work();
    close_journal();
    for (size_t second = begun; second <= left->log_count; second++, states++) {
        memory_disk_crash(left, second, second * 31 + moment + 1, &again);
        *ret_faults += count_faults_of(&again, moment, CMB_JOURNAL_POWER);
        memory_disk_clear(&again);
    }
    return states;
}

static void a_second_crash_loses_nothing_that_the_first_one_left(void)
{
    static struct memory_disk left;
    size_t states = 0;
    int faults = 0;
    begin_history(21, CMB_JOURNAL_POWER);
    live(200, /* has_checkpoints= */ true);
    close_journal();
    for (size_t moment = 0; moment <= disk.log_count; moment++) {
        memory_disk_crash(&disk, moment, moment + 1, &left);
        states += crash_again(&left, moment, &faults);
        memory_disk_clear(&left);
    }
    printf("(%zu states) ", states);
    CU_ASSERT(states >= 2000);
    ASSERT_NUMBER(faults, 0);
    end();
}

static void a_killed_process_leaves_all_that_was_written(void)
{
    static struct memory_disk left;
    static const enum cmb_journal_mode modes[] = { CMB_JOURNAL_POWER, CMB_JOURNAL_PROCESS };
    int faults = 0;
    for (size_t i = 0; i < 2; i++) {
        begin_history(31, modes[i]);
        live(300, true);
        close_journal();
        for (int order = 0; order < history.count; order++)
            history.durable_at[order] = history.written_at[order];
        for (size_t moment = 0; moment <= disk.log_count; moment++) {
            memory_disk_kill(&disk, moment, &left);
            faults += count_faults_of(&left, moment, modes[i]);
            memory_disk_clear(&left);
        }
        end();
    }
    ASSERT_NUMBER(faults, 0);
}

/* After a kill, all that was written is in the page cache, and is read; from then on it counts. */
static void what_was_read_after_a_kill_survives_power_loss(void)
{
    static struct memory_disk left, again;
    int faults = 0;
    begin_history(51, CMB_JOURNAL_POWER);
    live(400, /* has_checkpoints= */ true);
    close_journal();
    for (size_t moment = 3; moment < disk.log_count; moment++) {
        memory_disk_kill(&disk, moment, &left);
        faults += open_on(&left.disk, CMB_JOURNAL_POWER) != CAMBIST_OK;
        size_t opened = left.log_count, read = record_count;
        close_journal();
        for (uint64_t seed = 1; seed <= 4; seed++) {
            memory_disk_crash(&left, opened, moment * 31 + seed, &again);
            faults +=
                open_on(&again.disk, CMB_JOURNAL_POWER) != CAMBIST_OK || record_count != read + 1;
            close_journal();
            memory_disk_clear(&again);
        }
        memory_disk_clear(&left);
    }
    ASSERT_NUMBER(faults, 0);
    end();
}

/* The last write, cut at any byte: a kill in the middle of it. */
static void a_kill_in_the_middle_of_a_write_loses_that_record_alone(void)
{
    static struct memory_disk left;
    int faults = 0;
    begin_history(41, CMB_JOURNAL_PROCESS);
    for (int i = 0; i < 3; i++)
        write_next();
    size_t moment = disk.log_count - 1;
    struct memory_operation last = disk.log[moment];
    close_journal();
    history.durable_at[2] = SIZE_MAX; /* nobody has heard of it yet */
    for (size_t cut = 0; cut < last.size; cut++) {
        memory_disk_kill(&disk, moment, &left);
        memory_file_put(&left.files[last.file], last.bytes, cut, last.offset);
        faults += count_faults_of(&left, moment + 1, CMB_JOURNAL_PROCESS);
        memory_disk_clear(&left);
    }
    ASSERT_NUMBER(faults, 0);
    end();
}

TEST_SUITE("order/journal_crash",
           { "each intent that was said to be safe survives a loss of power",
             each_intent_that_was_said_to_be_safe_survives_power_loss },
           { "checkpoints and removal lose nothing either",
             checkpoints_and_removal_lose_nothing_either },
           { "a second crash loses nothing that the first one left",
             a_second_crash_loses_nothing_that_the_first_one_left },
           { "a killed process leaves all that was written",
             a_killed_process_leaves_all_that_was_written },
           { "what was read after a kill survives a loss of power",
             what_was_read_after_a_kill_survives_power_loss },
           { "a kill in the middle of a write loses that record alone",
             a_kill_in_the_middle_of_a_write_loses_that_record_alone })
