/* Do nonces rise over restarts, when the clock has gone back meanwhile? */
#include "support/memory_disk.h"
#include "support/order_world.h"

static struct memory_disk disk;
static struct order_world world;

static void open_run(void)
{
    memset(&world, 0, sizeof world);
    practice_world_open(&world.practice, "kraken", 3);
    struct cmb_orders_settings settings = { .desk = world.practice.desk };
    struct cmb_journal_settings journal = { .disk = &disk.disk, .folder = "/journal",
                                            .mode = CMB_JOURNAL_PROCESS,
                                            .loop = world.practice.loop,
                                            .segment_bytes = 64 * 1024,
                                            .on_record = cmb_recovery_take,
                                            .user = &world.recovery };
    world.accounts[0] = world.orders = cmb_orders_new(&settings);
    cmb_recovery_init(&world.recovery, world.accounts, 1);
    CU_ASSERT_FATAL(cmb_journal_open(&journal, &world.journal, &world.practice.error) ==
                    CAMBIST_OK);
    CU_ASSERT_FATAL(cmb_recovery_end(&world.recovery, world.journal, &world.practice.random,
                                     &world.practice.error) == CAMBIST_OK);
}

static void close_run(void)
{
    cmb_orders_stop(world.orders);
    cmb_orders_free(world.orders);
    cmb_journal_close(world.journal);
    cmb_recovery_clear(&world.recovery);
    practice_world_close(&world.practice);
}

static int64_t next(void)
{
    return cmb_exchange_nonce(world.practice.client);
}

static void rise_over_restarts_at_an_earlier_time(void)
{
    memory_disk_init(&disk);
    int64_t last = 0;
    for (int run = 0; run < 5; run++) {
        open_run();
        cmb_clock_turn(&world.practice.clock, (4 - run) * 3600000000000ll); /* an hour less each */
        for (int i = 0; i < 100; i++) {
            int64_t nonce = next();
            CU_ASSERT(nonce > last);
            last = nonce;
        }
        if (run == 3)
            CU_ASSERT(cmb_recovery_checkpoint(&world.recovery, NULL) == CAMBIST_OK);
        close_run();
    }
    memory_disk_clear(&disk);
}

static void a_block_of_them_is_one_record(void)
{
    memory_disk_init(&disk);
    open_run();
    (void)next();
    uint64_t before = cmb_journal_size_bytes(world.journal);
    for (int i = 0; i < 1000; i++)
        (void)next();
    ASSERT_NUMBER(cmb_journal_size_bytes(world.journal), before);
    cmb_clock_turn(&world.practice.clock, 11000000000ll);
    (void)next();
    CU_ASSERT(cmb_journal_size_bytes(world.journal) > before);
    close_run();
    memory_disk_clear(&disk);
}

/* Each run begins behind the block of the last one, and no run reserves more than ten seconds. */
static void many_short_runs_do_not_run_away_from_the_time(void)
{
    memory_disk_init(&disk);
    int64_t nonce = 0, time_ms = PRACTICE_WORLD_NOW_NS / 1000000;
    for (int run = 0; run < 20; run++) {
        open_run();
        nonce = next();
        close_run();
    }
    CU_ASSERT(nonce > time_ms && nonce < time_ms + 15000);
    memory_disk_clear(&disk);
}

TEST_SUITE("order/nonce",
           { "rise over restarts at an earlier time", rise_over_restarts_at_an_earlier_time },
           { "a block of them is one record", a_block_of_them_is_one_record },
           { "many short runs do not run away from the time",
             many_short_runs_do_not_run_away_from_the_time })
