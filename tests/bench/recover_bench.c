/* What does it cost to know again what an earlier run has left, over reading its journal alone? */
#include <dirent.h>
#include <unistd.h>

#include "bench/interleaved.h"
#include "order/way.h"
#include "support/test.h"

/* There is no suite here that could fail. */
#undef CU_ASSERT
#undef CU_ASSERT_FATAL
#define CU_ASSERT(holds) CU_ASSERT_FATAL(holds)
#define CU_ASSERT_FATAL(holds) ((holds) ? (void)0 : abort())
#include "support/practice_world.h"

enum { ORDERS = 14286, RECORDS = ORDERS * 7 };

static char folder[] = "/tmp/cambist-recover-XXXXXX";
static struct practice_world world;
static struct cmb_orders *orders;
static struct cmb_recovery recovery;
static struct cmb_journal *journal;

static void require(bool holds)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n", world.error.message);
    exit(1);
}

static void open_journal(cmb_journal_record_fn on_record)
{
    struct cmb_journal_settings settings = { .folder = folder, .mode = CMB_JOURNAL_PROCESS,
                                             .loop = world.loop,
                                             .on_record = on_record, .user = &recovery };
    require(cmb_journal_open(&settings, &journal, &world.error) == CAMBIST_OK);
}

static void open_orders(void)
{
    struct cmb_orders_settings settings = { .desk = world.desk };
    orders = cmb_orders_new(&settings);
    require(orders != NULL);
    cmb_recovery_init(&recovery, &orders, 1);
    open_journal(cmb_recovery_take);
    require(cmb_recovery_end(&recovery, journal, &world.random,
                             &world.error) == CAMBIST_OK);
}

static void close_orders(void)
{
    cmb_orders_stop(orders);
    cmb_orders_free(orders);
    cmb_journal_close(journal);
    cmb_recovery_clear(&recovery);
}

/* An order that is placed and cancelled: seven records. */
static void write_order(unsigned number)
{
    char client_id[CMB_CLIENT_ID_SIZE], id[32];
    struct cmb_kept *kept = NULL;
    cmb_client_id_write(orders->install, orders->run_number, number, client_id);
    snprintf(id, sizeof id, "%u", 1000000 + number);
    struct cambist_order report = { .id = id, .symbol = "BTC/USDT", .side = CAMBIST_SIDE_BUY,
                                    .type = CAMBIST_TYPE_LIMIT, .state = CAMBIST_STATE_OPEN };
    require(cmb_decimal_parse(CMB_TEXT("0.01"), &report.amount) == CMB_NUMBER_FINE &&
            cmb_decimal_parse(CMB_TEXT("30000"), &report.price) == CMB_NUMBER_FINE &&
            cmb_decimal_parse(CMB_TEXT("0.00"), &report.filled) == CMB_NUMBER_FINE);
    struct cmb_news rest[] = {
        { .kind = CMB_NEWS_LEAVE, .time_ns = PRACTICE_WORLD_NOW_NS },
        { .kind = CMB_NEWS_END, .ending = CMB_ENDED_TAKEN },
        { .kind = CMB_NEWS_REPORT, .report = report, .proof = CAMBIST_PROOF_ANSWER },
        { .kind = CMB_NEWS_CANCEL },
        { .kind = CMB_NEWS_FINISH, .pending = CAMBIST_PENDING_CANCEL, .ending = CMB_ENDED_TAKEN },
        { .kind = CMB_NEWS_REPORT, .report = report, .proof = CAMBIST_PROOF_STREAM },
    };
    rest[5].report.state = CAMBIST_STATE_CANCELED;
    require(cmb_orders_intend(orders,
                              &(struct cmb_news){ .kind = CMB_NEWS_INTENT, .client_id = client_id,
                                                  .time_ns = PRACTICE_WORLD_NOW_NS,
                                                  .report = report },
                              &kept, &world.error) == CAMBIST_OK);
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        require(cmb_kept_note(kept, &rest[i], &world.error) == CAMBIST_OK);
}

static void remove_folder(void)
{
    DIR *listing = opendir(folder);
    require(listing != NULL);
    for (struct dirent *entry; (entry = readdir(listing));)
        unlinkat(dirfd(listing), entry->d_name, 0); /* "." and ".." are no files */
    closedir(listing);
    rmdir(folder);
}

static void read_alone(size_t turns)
{
    (void)turns;
    open_journal(NULL);
    cmb_journal_close(journal);
}

static void recover(size_t turns)
{
    (void)turns;
    open_orders();
    close_orders();
}

int main(int count, char **words)
{
    const struct interleaved_case cases[] = {
        { "a record of a journal is read", read_alone, RECORDS },
        { "what it says of an order is known again", recover, RECORDS },
    };
    bench_begin(count, words);
    require(mkdtemp(folder) != NULL);
    practice_world_open(&world, "okx", 1);
    open_orders();
    for (unsigned i = 0; i < ORDERS; i++)
        write_order(i);
    close_orders();
    interleaved_run("opening a journal, per record", cases, sizeof cases / sizeof *cases);
    practice_world_close(&world);
    remove_folder();
    return bench_end(NULL, 0);
}
