/* What does a journal cost over the bare disk: to write a record, and to have it durable? */
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/interleaved.h"
#include "order/journal.h"

enum { PAYLOAD = 140, RECORD = 200, WRITERS = 16, ROUNDS = 1500, WARM = 100 };

static char folder[64], bare_path[80];
static int bare_file;
static int64_t bare_at;
static char payload[PAYLOAD];
static struct cmb_loop *loop;
static struct cmb_journal *journal;

static void open_journal(enum cmb_journal_mode mode, cmb_journal_record_fn on_record)
{
    struct cmb_journal_settings settings = {
        .folder = folder, .mode = mode, .loop = loop, .on_record = on_record
    };
    struct cambist_error error = { 0 };
    if (cmb_journal_open(&settings, &journal, &error) == CAMBIST_OK)
        return;
    fprintf(stderr, "%s\n", error.message);
    exit(1);
}

/* --- the bare disk --- */

static void open_bare(void)
{
    bare_file = cmb_disk_open_file(&cmb_disk_system, cmb_disk_open_folder(&cmb_disk_system, folder),
                                   "bare", CMB_DISK_NEW);
    if (cmb_disk_allocate(&cmb_disk_system, bare_file, CMB_JOURNAL_SEGMENT_BYTES) != 0 ||
        cmb_disk_sync(&cmb_disk_system, bare_file) != 0)
        abort();
}

static void bare_write(void)
{
    static const char record[RECORD];
    if (bare_at + RECORD > CMB_JOURNAL_SEGMENT_BYTES)
        bare_at = 0;
    if (pwrite(bare_file, record, RECORD, bare_at) != RECORD)
        abort();
    bare_at += RECORD;
}

/* --- process: written is enough --- */

static void write_bare(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        bare_write();
}

static void write_records(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        if (cmb_journal_write(journal, CMB_JOURNAL_EVENT, (struct cmb_text){ payload, PAYLOAD },
                              NULL, NULL) != CAMBIST_OK)
            abort();
}

static int write_nothing(struct cmb_journal *to, void *user, struct cambist_error *error)
{
    (void)to, (void)user, (void)error;
    return CAMBIST_OK;
}

/* Single writes, for the tail. */
static void time_writes(void)
{
    enum { COUNT = 100000 };
    static const char title[] = "single writes";
    static double times[2][COUNT];
    int count = bench_size(COUNT, 1000);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < 2; k++) {
            int64_t start_ns = bench_now_ns();
            if (k == 0)
                bare_write();
            else
                write_records(1);
            times[k][i] = (double)(bench_now_ns() - start_ns);
        }
    for (int k = 0; k < 2; k++) {
        const char *name = k ? "one record, process" : "one pwrite of 200 bytes";
        bench_note(title, name, "p50 ns", bench_percentile(times[k], (size_t)count, 0.5));
        bench_note(title, name, "p99 ns", bench_percentile(times[k], (size_t)count, 0.99));
    }
    bench_tell(title);
}

/* --- power: submit to durable --- */

static int told;

static void count_told(struct cmb_journal_wait *wait, int status, void *user)
{
    (void)wait, (void)user;
    if (status != CAMBIST_OK)
        abort();
    told++;
}

/* `count` records written in one turn of the loop, until all are durable. */
static double submit(int count)
{
    static struct cmb_journal_wait waits[WRITERS];
    int64_t start_ns = bench_now_ns();
    told = 0;
    for (int i = 0; i < count; i++) {
        uint64_t number;
        waits[i] = (struct cmb_journal_wait){ .on_durable = count_told };
        if (cmb_journal_write(journal, CMB_JOURNAL_INTENT, (struct cmb_text){ payload, PAYLOAD },
                              &number, NULL) != CAMBIST_OK ||
            cmb_journal_when_durable(journal, number, &waits[i], NULL) != CAMBIST_AGAIN)
            abort();
    }
    while (told < count)
        cmb_loop_run_once(loop, -1);
    return (double)(bench_now_ns() - start_ns) / 1e3;
}

static double sync_bare(int count)
{
    int64_t start_ns = bench_now_ns();
    for (int i = 0; i < count; i++)
        bare_write();
    if (cmb_disk_sync(&cmb_disk_system, bare_file) != 0)
        abort();
    return (double)(bench_now_ns() - start_ns) / 1e3;
}

static double submit_alone(void)
{
    return submit(1);
}

static double submit_group(void)
{
    return submit(WRITERS);
}

static double sync_alone(void)
{
    return sync_bare(1);
}

static double sync_each(void)
{
    double us = 0;
    for (int i = 0; i < WRITERS; i++)
        us += sync_bare(1);
    return us;
}

static void time_syncs(void)
{
    static const struct {
        const char *name;
        double (*run)(void);
    } cases[] = {
        { "pwrite and fdatasync of the bare disk", sync_alone },
        { "one record, power: submit to durable", submit_alone },
        { "16 records, power: submit to all durable", submit_group },
        { "16 times pwrite and fdatasync", sync_each },
    };
    enum { CASES = sizeof cases / sizeof *cases };
    static const char title[] = "submit to durable";
    static double times[CASES][ROUNDS];
    int rounds = bench_size(ROUNDS, 20);
    for (int round = -bench_size(WARM, 1); round < rounds; round++)
        for (size_t i = 0; i < CASES; i++) {
            double us = cases[i].run();
            if (round >= 0)
                times[i][round] = us;
        }
    for (size_t i = 0; i < CASES; i++) {
        bench_note(title, cases[i].name, "p50 us",
                   bench_percentile(times[i], (size_t)rounds, 0.5));
        bench_note(title, cases[i].name, "p99 us",
                   bench_percentile(times[i], (size_t)rounds, 0.99));
    }
    bench_tell(title);
}

/* --- recovery --- */

static size_t read_count;

static int count_read(const struct cmb_journal_record *record, void *user,
                      struct cambist_error *error)
{
    (void)record, (void)user, (void)error;
    read_count++;
    return CAMBIST_OK;
}

#define RECOVERY  "a journal is opened, the sync of the new run included"
#define RECOVERED "with 100,000 records of 200 bytes"

static void time_recovery(void)
{
    if (cmb_journal_checkpoint(journal, write_nothing, NULL, NULL) != CAMBIST_OK)
        abort();
    write_records(100000);
    cmb_journal_close(journal);
    for (int round = 0; bench_has_round(round, 3); round++) {
        int64_t start_ns = bench_now_ns();
        open_journal(CMB_JOURNAL_PROCESS, count_read);
        bench_note(RECOVERY, RECOVERED, "ms", (double)(bench_now_ns() - start_ns) / 1e6);
        cmb_journal_close(journal);
    }
    bench_require(read_count > 0, "nothing was read back");
    bench_tell(RECOVERY);
}

static const struct bench_goal goals[] = {
    { "journal: a record written, durability process", "process", "ns",
      "a record of 140 bytes, process", .at_most = 5000 },
    { "journal of 100,000 records opened", RECOVERY, "ms", RECOVERED, .at_most = 2000 },
};

int main(int count, char **words)
{
    static const struct interleaved_case writing[] = {
        { "pwrite of 200 bytes", write_bare, 2000 },
        { "a record of 140 bytes, process", write_records, 2000 },
    };
    const char *disk = getenv("CAMBIST_BENCH_DISK"); /* a folder on another disk than /tmp */
    bench_begin(count, words);
    snprintf(folder, sizeof folder, "%s/cambist-journal-XXXXXX", disk ? disk : "/tmp");
    if (!mkdtemp(folder))
        abort();
    loop = cmb_loop_new(&cmb_clock_system);
    open_bare();
    open_journal(CMB_JOURNAL_PROCESS, NULL);
    interleaved_run("process", writing, 2);
    time_writes();
    cmb_journal_close(journal);
    open_journal(CMB_JOURNAL_POWER, NULL);
    time_syncs();
    time_recovery();
    snprintf(bare_path, sizeof bare_path, "rm -r %s", folder);
    if (system(bare_path) != 0)
        return 1;
    return bench_end(goals, sizeof goals / sizeof *goals);
}
