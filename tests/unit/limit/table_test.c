/* Do processes share buckets, whoever of them dies, and nobody else? */
#include "limit/table_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/test.h"

#define SECOND_NS ((int64_t)1000000000)

static const struct cmb_bucket_rule rule = { CMB_BUCKET_TOKENS, 1000, 0, 86400 * SECOND_NS };

static char path[64];

static void begin(void)
{
    snprintf(path, sizeof path, "/tmp/cambist-table-%d", (int)getpid());
    unlink(path);
}

static struct cmb_limit_table *opened(int64_t now_ns)
{
    struct cmb_limit_table *table = NULL;
    struct cambist_error error = { 0 };
    if (cmb_limit_table_open(path, now_ns, &table, &error) != CAMBIST_OK)
        printf("\n    %s", error.message);
    CU_ASSERT_FATAL(table != NULL);
    return table;
}

static struct cmb_limit_name named(uint64_t number)
{
    return (struct cmb_limit_name){ .high = 7, .low = number };
}

static struct cmb_bucket *bucket_of(struct cmb_limit_table *table, uint64_t number)
{
    struct cmb_bucket *bucket = cmb_limit_table_bucket(table, named(number), &rule);
    CU_ASSERT_FATAL(bucket != NULL);
    return bucket;
}

static int64_t take(struct cmb_bucket *bucket, uint32_t weight, int64_t now_ns)
{
    return cmb_bucket_take(bucket, weight, CMB_LANE_NORMAL, now_ns);
}

/* Runs `work` in a process of its own; how that ended, as waitpid says it. */
static int in_child(void (*work)(void))
{
    int status = -1;
    pid_t child = fork();
    CU_ASSERT_FATAL(child >= 0);
    if (child == 0) {
        work();
        _exit(0);
    }
    CU_ASSERT(waitpid(child, &status, 0) == child);
    return status;
}

static void the_same_name_is_the_same_bucket(void)
{
    begin();
    struct cmb_limit_table *one = opened(1), *two = opened(1);
    ASSERT_NUMBER(take(bucket_of(one, 1), 600, 5), 0);
    CU_ASSERT(take(bucket_of(two, 1), 600, 5) > 0);
    ASSERT_NUMBER(take(bucket_of(two, 2), 600, 5), 0);
    ASSERT_NUMBER(cmb_limit_table_count(one), 2);
    atomic_store(cmb_limit_table_mark(one, named(1)), 77);
    ASSERT_NUMBER(atomic_load(cmb_limit_table_mark(two, named(1))), 77);
    ASSERT_NUMBER(cmb_limit_table_count(two), 3);
    cmb_limit_table_close(one);
    cmb_limit_table_close(two);
    cmb_limit_table_close(NULL);
    unlink(path);
}

static void close_in_child(void)
{
    struct cmb_limit_table *table = opened(1);
    cmb_bucket_close_until(bucket_of(table, 1), 1000);
    raise(SIGKILL);
}

static void what_one_is_told_all_are_told(void)
{
    begin();
    struct cmb_limit_table *table = opened(1);
    ASSERT_NUMBER(take(bucket_of(table, 1), 1, 5), 0);
    CU_ASSERT(WIFSIGNALED(in_child(close_in_child)));
    ASSERT_NUMBER(take(bucket_of(table, 1), 1, 400), 600);
    ASSERT_NUMBER(take(bucket_of(table, 1), 1, 1000), 0); /* tries */
    CU_ASSERT(take(bucket_of(table, 1), 1, 1001) > 0);
    cmb_bucket_reopen(bucket_of(table, 1), 1002);
    ASSERT_NUMBER(take(bucket_of(table, 1), 1, 1003), 0);
    cmb_limit_table_close(table);
    unlink(path);
}

/* Takes one after the other until there is nothing left; dies of it. */
static void take_all(void)
{
    struct cmb_bucket *bucket = bucket_of(opened(1), 1);
    while (take(bucket, 1, 5) == 0)
        atomic_fetch_add(cmb_limit_table_mark(opened(1), named(9)), 1);
    raise(SIGKILL);
}

static void many_take_no_more_than_one_may(void)
{
    pid_t children[4];
    begin();
    struct cmb_limit_table *table = opened(1);
    _Atomic int64_t *taken = cmb_limit_table_mark(table, named(9));
    for (int i = 0; i < 4; i++) {
        children[i] = fork();
        if (children[i] == 0)
            take_all();
    }
    for (int i = 0; i < 4; i++)
        waitpid(children[i], NULL, 0);
    ASSERT_NUMBER(atomic_load(taken), 1000);
    cmb_limit_table_close(table);
    unlink(path);
}

static void die_with_the_lock(void)
{
    struct cmb_limit_table *table = opened(1);
    struct cmb_limit_file *file = table->file;
    if (pthread_mutex_lock(&file->lock) == EOWNERDEAD)
        pthread_mutex_consistent(&file->lock);
    /* In the middle of putting an entry. */
    memset((void *)&file->entries[atomic_load(&file->count)], 0xa5, sizeof *file->entries);
    raise(SIGKILL);
}

static void an_owner_that_dies_leaves_nothing_behind(void)
{
    begin();
    struct cmb_limit_table *table = opened(1);
    ASSERT_NUMBER(take(bucket_of(table, 1), 400, 5), 0);
    for (uint64_t i = 0; i < 20; i++) {
        CU_ASSERT(WIFSIGNALED(in_child(die_with_the_lock)));
        int64_t before_ns = cmb_clock_monotonic_ns(&cmb_clock_system);
        struct cmb_bucket *bucket = bucket_of(table, 100 + i);
        CU_ASSERT(cmb_clock_monotonic_ns(&cmb_clock_system) - before_ns < SECOND_NS / 10);
        ASSERT_NUMBER(cmb_bucket_used(bucket, 5), 0);
    }
    ASSERT_NUMBER(cmb_bucket_used(bucket_of(table, 1), 5), 400);
    ASSERT_NUMBER(cmb_limit_table_count(table), 21);
    cmb_limit_table_close(table);
    unlink(path);
}

static void who_is_alone_clears_away_what_does_not_count(void)
{
    begin();
    struct cmb_limit_table *table = opened(1);
    (void)bucket_of(table, 1);
    ASSERT_NUMBER(take(bucket_of(table, 2), 5, 10), 0);
    cmb_bucket_close_until(bucket_of(table, 3), 5 * SECOND_NS);
    atomic_store(cmb_limit_table_mark(table, named(4)), 44);
    struct cmb_limit_table *other = opened(10); /* not alone */
    ASSERT_NUMBER(cmb_limit_table_count(other), 4);
    cmb_limit_table_close(other);
    cmb_limit_table_close(table);
    table = opened(10);
    ASSERT_NUMBER(cmb_limit_table_count(table), 3);
    ASSERT_NUMBER(cmb_bucket_used(bucket_of(table, 2), 10), 5);
    CU_ASSERT(take(bucket_of(table, 3), 1, 10) > 4 * SECOND_NS);
    ASSERT_NUMBER(atomic_load(cmb_limit_table_mark(table, named(4))), 44);
    cmb_limit_table_close(table);
    unlink(path);
}

static void another_boot_begins_afresh(void)
{
    begin();
    struct cmb_limit_table *table = opened(1);
    ASSERT_NUMBER(take(bucket_of(table, 1), 5, 10), 0);
    table->file->boot[0] ^= 1;
    cmb_limit_table_close(table);
    table = opened(10);
    ASSERT_NUMBER(cmb_limit_table_count(table), 0);
    cmb_limit_table_close(table);
    unlink(path);
}

static void a_full_table_says_so(void)
{
    begin();
    struct cmb_limit_table *table = opened(1);
    for (uint64_t i = 0; i < CMB_LIMIT_TABLE_ENTRIES; i++)
        (void)bucket_of(table, i + 1);
    CU_ASSERT(cmb_limit_table_bucket(table, named(99999), &rule) == NULL);
    CU_ASSERT(cmb_limit_table_mark(table, named(99999)) == NULL);
    ASSERT_NUMBER(take(bucket_of(table, 5), 5, 10), 0);
    cmb_limit_table_close(table);
    unlink(path);
}

static void expect_refused(const char *reason)
{
    struct cmb_limit_table *table = NULL;
    struct cambist_error error = { 0 };
    ASSERT_NUMBER(cmb_limit_table_open(path, 1, &table, &error), CAMBIST_BAD_CONFIG);
    CU_ASSERT(table == NULL && strstr(error.message, path) && strstr(error.message, reason));
    if (!strstr(error.message, reason))
        printf("\n    %s", error.message);
}

static void refuses_what_others_could_have_made(void)
{
    begin();
    CU_ASSERT(symlink("/tmp/cambist-elsewhere", path) == 0);
    expect_refused("is a link");
    unlink(path);
    CU_ASSERT(mkfifo(path, 0600) == 0);
    expect_refused("not a regular file");
    unlink(path);
    int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    CU_ASSERT(fd >= 0 && fchmod(fd, 0644) == 0);
    expect_refused("0600");
    CU_ASSERT(fchmod(fd, 0600) == 0 && ftruncate(fd, 64 << 20) == 0);
    expect_refused("something else");
    close(fd);
    unlink(path);
    snprintf(path, sizeof path, "/nowhere-at-all/table");
    expect_refused("No such file");
}

/* Bytes of whatever kind: the table is made anew. */
static void garbage_is_made_a_table(void)
{
    begin();
    int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    char garbage[4096];
    memset(garbage, 0xff, sizeof garbage);
    CU_ASSERT(write(fd, garbage, sizeof garbage) == (ssize_t)sizeof garbage);
    close(fd);
    struct cmb_limit_table *table = opened(1);
    ASSERT_NUMBER(cmb_limit_table_count(table), 0);
    ASSERT_NUMBER(take(bucket_of(table, 1), 5, 10), 0);
    cmb_limit_table_close(table);
    unlink(path);
}

TEST_SUITE("limit/table",
           { "the same name is the same bucket", the_same_name_is_the_same_bucket },
           { "what one is told, all are told", what_one_is_told_all_are_told },
           { "many take no more than one may", many_take_no_more_than_one_may },
           { "an owner that dies leaves nothing behind",
             an_owner_that_dies_leaves_nothing_behind },
           { "who is alone clears away what does not count",
             who_is_alone_clears_away_what_does_not_count },
           { "another boot begins afresh", another_boot_begins_afresh },
           { "a full table says so", a_full_table_says_so },
           { "refuses what others could have made", refuses_what_others_could_have_made },
           { "garbage is made a table", garbage_is_made_a_table })
