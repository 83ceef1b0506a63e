/* Who takes from the same buckets and nonces, and does the table tell whose they are? */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "limit/table_inner.h"
#include "request/request_run.h"
#include "support/limited_exchange.h"

static struct test_exchange test;
static struct cmb_limit_table *table;
static struct cmb_loop *loop;
static char path[64];

static void begin(void)
{
    snprintf(path, sizeof path, "/tmp/cambist-shared-%d", (int)getpid());
    unlink(path);
    test_exchange_open(&test, &limited_exchange);
    loop = cmb_loop_new(&test.clock);
    CU_ASSERT_FATAL(loop && cmb_limit_table_open(path, 1, &table, &test.error) == CAMBIST_OK);
}

static void end(void)
{
    cmb_limit_table_close(table);
    cmb_loop_free(loop);
    test_exchange_close(&test);
    unlink(path);
}

/* An exchange as another process would open it. */
static struct cmb_exchange *open_exchange(uint32_t environment, const char *key, const char *url)
{
    struct cmb_exchange *exchange = NULL;
    struct cmb_pair secrets[] = { { CMB_TEXT("key"), cmb_text_of(key) },
                                  { CMB_TEXT("secret"), CMB_TEXT("also-secret") } };
    struct cmb_pair server = { CMB_TEXT("rest"), cmb_text_of(url) };
    struct cmb_exchange_settings settings = { .environment = environment, .clock = &test.clock,
                                              .credentials = secrets, .credential_count = 2,
                                              .servers = &server, .server_count = url != NULL };
    CU_ASSERT_FATAL(cmb_exchange_open(test.plugin, &test.vault, &settings, &exchange,
                                      &test.error) == CAMBIST_OK);
    return exchange;
}

/* How many of its ten orders and its hundred of weight somebody else finds used. */
static void use_and_look(const char *proxy, struct cmb_exchange *one, struct cmb_exchange *two,
                         uint32_t ret_used[2])
{
    struct cmb_office first, second;
    cmb_office_init(&first, loop, NULL);
    cmb_office_init(&second, loop, NULL);
    first.table = second.table = table;
    second.proxy = proxy;
    struct cmb_desk *mine = cmb_desk_new(&first, one), *other = cmb_desk_new(&second, two);
    CU_ASSERT_FATAL(mine && other);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t before = cmb_bucket_used(cmb_desk_bucket(other, i), 5);
        ASSERT_NUMBER(cmb_bucket_take(cmb_desk_bucket(mine, i), 1, CMB_LANE_CANCEL, 5), 0);
        ret_used[i] = cmb_bucket_used(cmb_desk_bucket(other, i), 5) - before;
    }
    cmb_desk_free(mine);
    cmb_desk_free(other);
    cmb_office_clear(&first);
    cmb_office_clear(&second);
    cmb_exchange_close(one);
    cmb_exchange_close(two);
}

static void buckets_are_found_by_what_the_exchange_counts(void)
{
    enum { LIVE = CMB_ENVIRONMENT_LIVE, SANDBOX = CMB_ENVIRONMENT_SANDBOX,
           SIMULATED = CMB_ENVIRONMENT_SIMULATED };
    static const struct {
        uint32_t environment;
        const char *key, *url, *proxy;
        uint32_t is_weight_shared, are_orders_shared;
    } others[] = {
        { LIVE, "a-key", NULL, NULL, 1, 1 },
        { LIVE, "b-key", NULL, NULL, 1, 0 },
        { LIVE, "a-key", NULL, "http://proxy:1", 0, 1 }, /* another address, the same account */
        { SANDBOX, "a-key", NULL, NULL, 0, 0 },
        { SIMULATED, "a-key", "http://127.0.0.1:4711", NULL, 0, 0 },
    };
    begin();
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        uint32_t used[2];
        use_and_look(others[i].proxy, open_exchange(LIVE, "a-key", NULL),
                     open_exchange(others[i].environment, others[i].key, others[i].url), used);
        ASSERT_NUMBER(used[0], others[i].is_weight_shared);
        ASSERT_NUMBER(used[1], others[i].are_orders_shared);
    }
    uint32_t used[2];
    use_and_look(NULL, open_exchange(SIMULATED, "a-key", "http://127.0.0.1:4711"),
                 open_exchange(SIMULATED, "a-key", "http://127.0.0.1:4712"), used);
    ASSERT_NUMBER(used[0], 0); /* another simulator */
    end();
}

static void nothing_of_a_key_stands_in_the_table(void)
{
    uint32_t used[2];
    begin();
    use_and_look(NULL, open_exchange(CMB_ENVIRONMENT_LIVE, "a-key-like-no-other", NULL),
                 open_exchange(CMB_ENVIRONMENT_LIVE, "a-key-like-no-other", NULL), used);
    ASSERT_NUMBER(cmb_limit_table_count(table), 3);
    CU_ASSERT(memmem(table->file, sizeof *table->file, "like-no", 7) == NULL);
    CU_ASSERT(memmem(table->file, sizeof *table->file, "also-se", 7) == NULL);
    end();
}

/* ---- nonces ---- */

enum { PROCESSES = 4, NONCES = 2000 };

/* Its clock goes back now and then. */
static void use_nonces(int to)
{
    struct cmb_limit_table *own = NULL;
    if (cmb_limit_table_open(path, 1, &own, NULL) != CAMBIST_OK)
        _exit(1);
    struct cmb_exchange *exchange = open_exchange(CMB_ENVIRONMENT_LIVE, "a-key", NULL);
    cmb_exchange_share_nonce(exchange, own);
    int64_t nonces[NONCES];
    for (int i = 0; i < NONCES; i++) {
        nonces[i] = cmb_exchange_nonce(exchange);
        cmb_clock_turn(&test.clock, i % 100 == 0 ? -7200000000000ll : 3000000);
        if (i > 0 && nonces[i] <= nonces[i - 1])
            _exit(2);
    }
    _exit(write(to, nonces, sizeof nonces) != (ssize_t)sizeof nonces);
}

static int compare(const void *a, const void *b)
{
    int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;
    return first < second ? -1 : first > second;
}

static void processes_with_one_key_never_use_a_nonce_twice(void)
{
    static int64_t all[PROCESSES * NONCES];
    int pipes[PROCESSES][2];
    begin();
    for (int i = 0; i < PROCESSES; i++) {
        CU_ASSERT_FATAL(pipe(pipes[i]) == 0);
        if (fork() == 0)
            use_nonces(pipes[i][1]);
        close(pipes[i][1]);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        size_t have = 0;
        ssize_t length;
        while ((length = read(pipes[i][0], (char *)(all + i * NONCES) + have,
                              NONCES * sizeof *all - have)) > 0)
            have += (size_t)length;
        ASSERT_NUMBER(have, NONCES * sizeof *all);
        close(pipes[i][0]);
        wait(&status);
        ASSERT_NUMBER(status, 0);
    }
    qsort(all, PROCESSES * NONCES, sizeof *all, compare);
    for (int i = 1; i < PROCESSES * NONCES; i++)
        CU_ASSERT(all[i] != all[i - 1]);
    /* One that begins now, at an earlier time, goes on behind them. */
    cmb_clock_turn(&test.clock, -86400000000000ll);
    cmb_exchange_share_nonce(test.exchange, table);
    struct cmb_exchange *late = open_exchange(CMB_ENVIRONMENT_LIVE, "a-key", NULL);
    cmb_exchange_share_nonce(late, table);
    CU_ASSERT(cmb_exchange_nonce(late) > all[PROCESSES * NONCES - 1]);
    CU_ASSERT(cmb_exchange_nonce(test.exchange) < all[0]); /* another key */
    cmb_exchange_close(late);
    end();
}

TEST_SUITE("request/shared",
           { "buckets are found by what the exchange counts",
             buckets_are_found_by_what_the_exchange_counts },
           { "nothing of a key stands in the table", nothing_of_a_key_stands_in_the_table },
           { "processes with one key never use a nonce twice",
             processes_with_one_key_never_use_a_nonce_twice })
