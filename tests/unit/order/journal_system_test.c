/* Does a journal hold on the machine's own disk, with its thread, and against other processes? */
#include "order/journal.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test.h"

static char folder[64];
static struct cmb_loop *loop;
static struct cmb_journal *journal;
static struct cambist_error error;
static struct cmb_disk table; /* the system's, with what a test changes */
static size_t record_count;
static int told, told_ok;

static int count_record(const struct cmb_journal_record *record, void *user,
                        struct cambist_error *ret_error)
{
    (void)record, (void)user, (void)ret_error;
    record_count++;
    return CAMBIST_OK;
}

static void begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/cambist-journal-XXXXXX");
    CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
    loop = cmb_loop_new(&cmb_clock_system);
    table = cmb_disk_system;
    journal = NULL;
    told = told_ok = 0;
}

static void end(void)
{
    char command[128];
    cmb_journal_close(journal);
    cmb_loop_free(loop);
    snprintf(command, sizeof command, "rm -r %s", folder);
    CU_ASSERT(system(command) == 0);
}

static int open_journal(enum cmb_journal_mode mode, uint32_t segment_bytes)
{
    struct cmb_journal_settings settings = { .disk = &table,
                                             .folder = folder,
                                             .mode = mode,
                                             .loop = loop,
                                             .segment_bytes = segment_bytes,
                                             .on_record = count_record };
    error = (struct cambist_error){ 0 };
    record_count = 0;
    return cmb_journal_open(&settings, &journal, &error);
}

static void close_journal(void)
{
    cmb_journal_close(journal);
    journal = NULL;
}

static void count_told(struct cmb_journal_wait *wait, int status, void *user)
{
    (void)wait, (void)user;
    told++;
    told_ok += status == CAMBIST_OK;
}

/* Writes an intent and waits for it. */
static int write_and_wait(struct cmb_journal_wait *wait)
{
    uint64_t number;
    *wait = (struct cmb_journal_wait){ .on_durable = count_told };
    int status =
        cmb_journal_write(journal, CMB_JOURNAL_INTENT, CMB_TEXT("an order"), &number, &error);
    return status == CAMBIST_OK ? cmb_journal_when_durable(journal, number, wait, &error) : status;
}

static void turn_until(int count)
{
    while (told < count)
        cmb_loop_run_once(loop, 1000);
}

/* Waits until the thread has made the next segment. */
static void await_next(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/00000002.journal", folder);
    while (access(path, F_OK) != 0)
        sched_yield();
}

/* --- the thread --- */

static void the_thread_tells_all_who_wait(void)
{
    static struct cmb_journal_wait waits[2000];
    begin();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER, 16384), CAMBIST_OK);
    int waiting = 0;
    for (int i = 0; i < 2000; i++) {
        waiting += write_and_wait(&waits[i]) == CAMBIST_AGAIN;
        if (i % 10 == 0)
            cmb_loop_run_once(loop, 0);
    }
    turn_until(waiting);
    ASSERT_NUMBER(told_ok, waiting);
    close_journal();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER, 16384), CAMBIST_OK);
    ASSERT_NUMBER(record_count, 2001);
    end();
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static atomic_int syncs;

/* A sync that waits until the test lets it go on. */
static int sync_slowly(const struct cmb_disk *disk, int file)
{
    atomic_fetch_add(&syncs, 1);
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return cmb_disk_system.sync(disk, file);
}

static void the_loop_goes_on_while_a_sync_takes_its_time(void)
{
    static struct cmb_journal_wait waits[50];
    begin();
    table.sync = sync_slowly;
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER, 0), CAMBIST_OK);
    await_next();
    pthread_mutex_lock(&gate);
    int before = atomic_load(&syncs);
    for (int i = 0; i < 50; i++)
        ASSERT_NUMBER(write_and_wait(&waits[i]), CAMBIST_AGAIN);
    cmb_loop_run_once(loop, 0);
    ASSERT_NUMBER(told, 0);
    pthread_mutex_unlock(&gate);
    turn_until(50);
    ASSERT_NUMBER(told_ok, 50);
    CU_ASSERT(atomic_load(&syncs) - before <= 2); /* the first, and all the others */
    end();
}

static atomic_bool is_bad;

static int sync_badly(const struct cmb_disk *disk, int file)
{
    atomic_fetch_add(&syncs, 1);
    return atomic_load(&is_bad) ? -EIO : cmb_disk_system.sync(disk, file);
}

static void a_sync_that_fails_in_the_thread_ends_the_journal(void)
{
    struct cmb_journal_wait waits[3];
    begin();
    table.sync = sync_badly;
    atomic_store(&is_bad, false);
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER, 0), CAMBIST_OK);
    write_and_wait(&waits[0]);
    turn_until(1);
    await_next();
    atomic_store(&is_bad, true);
    int before = atomic_load(&syncs);
    ASSERT_NUMBER(write_and_wait(&waits[1]), CAMBIST_AGAIN);
    turn_until(2);
    ASSERT_NUMBER(told_ok, 1);
    ASSERT_NUMBER(write_and_wait(&waits[2]), CAMBIST_JOURNAL);
    CU_ASSERT(strstr(error.message, "cannot be made durable: Input/output error") != NULL);
    close_journal();
    ASSERT_NUMBER(atomic_load(&syncs), before + 1);
    atomic_store(&is_bad, false);
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER, 0), CAMBIST_OK);
    CU_ASSERT(record_count >= 2);
    end();
}

static bool has_no_threads;

__attribute__((visibility("default"))) int pthread_create(pthread_t *thread,
                                                          const pthread_attr_t *attributes,
                                                          void *(*run)(void *), void *argument)
{
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    return has_no_threads ? EAGAIN : real(thread, attributes, run, argument);
}

static void without_a_thread_it_is_not_opened(void)
{
    begin();
    has_no_threads = true;
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER, 65536), CAMBIST_NO_MEMORY);
    has_no_threads = false;
    CU_ASSERT(strstr(error.message, "the journal's thread cannot be started") != NULL);
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER, 65536), CAMBIST_OK);
    end();
}

/* --- other processes --- */

static void a_second_process_is_refused_until_the_first_one_is_gone(void)
{
    int said[2], may_end[2];
    char byte;
    begin();
    CU_ASSERT(pipe(said) == 0 && pipe(may_end) == 0);
    pid_t child = fork();
    if (child == 0) {
        close(may_end[1]);
        byte = open_journal(CMB_JOURNAL_POWER, 65536) == CAMBIST_OK;
        struct cmb_journal_wait wait;
        if (byte && write_and_wait(&wait) == CAMBIST_AGAIN)
            turn_until(1);
        if (write(said[1], &byte, 1) != 1 || read(may_end[0], &byte, 1) != 0)
            _exit(1);
        _exit(0); /* without closing: as if it were killed */
    }
    CU_ASSERT(read(said[0], &byte, 1) == 1 && byte == 1);
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER, 65536), CAMBIST_JOURNAL);
    CU_ASSERT(strstr(error.message, folder) == error.message &&
              strstr(error.message, ": another process keeps this journal") != NULL);
    close(may_end[0]);
    close(may_end[1]);
    int status = 1;
    waitpid(child, &status, 0);
    ASSERT_NUMBER(status, 0);
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER, 65536), CAMBIST_OK);
    ASSERT_NUMBER(record_count, 2);
    close(said[0]);
    close(said[1]);
    end();
}

static void what_is_written_is_ours_alone(void)
{
    struct stat facts;
    char path[128];
    begin();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_PROCESS, 0), CAMBIST_OK);
    snprintf(path, sizeof path, "%s/00000001.journal", folder);
    CU_ASSERT(stat(path, &facts) == 0);
    ASSERT_NUMBER(facts.st_mode & 0777, 0600);
    ASSERT_NUMBER(facts.st_size, CMB_JOURNAL_SEGMENT_BYTES);
    CU_ASSERT(facts.st_blocks * 512 >= CMB_JOURNAL_SEGMENT_BYTES);
    close_journal();
    chmod(folder, 0750);
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_PROCESS, 0), CAMBIST_JOURNAL);
    CU_ASSERT(strstr(error.message, "must belong to us and be closed to others (mode 0700)") !=
              NULL);
    chmod(folder, 0700);
    end();
}

static void a_hundred_thousand_records_are_read_at_once(void)
{
    char payload[100] = { 0 };
    begin();
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_PROCESS, 0), CAMBIST_OK);
    for (int i = 0; i < 100000; i++)
        cmb_journal_write(journal, CMB_JOURNAL_EVENT, (struct cmb_text){ payload, sizeof payload },
                          NULL, NULL);
    close_journal();
    int64_t start_ns = cmb_clock_monotonic_ns(&cmb_clock_system);
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_PROCESS, 0), CAMBIST_OK);
    printf("(%d ms) ", (int)((cmb_clock_monotonic_ns(&cmb_clock_system) - start_ns) / 1000000));
    ASSERT_NUMBER(record_count, 100001);
    end();
}

TEST_SUITE("order/journal_system",
           { "the thread tells all who wait", the_thread_tells_all_who_wait },
           { "the loop goes on while a sync takes its time",
             the_loop_goes_on_while_a_sync_takes_its_time },
           { "a sync that fails in the thread ends the journal",
             a_sync_that_fails_in_the_thread_ends_the_journal },
           { "without a thread it is not opened", without_a_thread_it_is_not_opened },
           { "a second process is refused until the first one is gone",
             a_second_process_is_refused_until_the_first_one_is_gone },
           { "what is written is ours alone", what_is_written_is_ours_alone },
           { "a hundred thousand records are read at once",
             a_hundred_thousand_records_are_read_at_once })
