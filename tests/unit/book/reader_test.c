/* Does a reader beside the writer always see one whole state? */
#include "support/book_feed.h"
#include "support/test.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define LEVELS        24
#define READERS       2
#define READS_LEAST   2000
#define UPDATES_LEAST 20000
#define UPDATES_MOST  3000000

static const struct cambist_book_rule rule = { .kind = CAMBIST_BOOK_COUNTED };

struct reader {
    const struct cmb_book *book;
    atomic_bool *is_over;
    atomic_ulong live_reads;
    unsigned long wrong, without_levels;
};

/* In state n every amount is n, and the best prices are n apart from a fixed one. */
static bool check_side(const struct cmb_scaled_level *levels, size_t count, int64_t number,
                       int64_t way)
{
    for (size_t i = 0; i < count; i++)
        if (levels[i].amount != number || (i && (levels[i].price - levels[i - 1].price) * way <= 0))
            return false;
    return count >= LEVELS && levels[0].price == way * (1000000 - number % 1000);
}

static void read_once(struct reader *reader)
{
    struct cmb_scaled_level bids[LEVELS], asks[LEVELS];
    struct cmb_book_view view = { .bids = bids, .asks = asks };
    struct cmb_book_best best;
    if (!cmb_book_read(reader->book, LEVELS, 0, &view)) {
        reader->wrong += view.bid_count || view.ask_count;
        reader->without_levels++;
        return;
    }
    reader->wrong += !check_side(bids, view.bid_count, view.sequence, -1) ||
                     !check_side(asks, view.ask_count, view.sequence, 1);
    if (cmb_book_best(reader->book, &best))
        reader->wrong += best.bid.amount != best.ask.amount || best.bid.price != -best.ask.price ||
                         best.version < view.version;
    atomic_fetch_add(&reader->live_reads, 1);
}

static void *run_reader(void *argument)
{
    struct reader *reader = argument;
    while (!atomic_load(reader->is_over))
        read_once(reader);
    return NULL;
}

/* State `number`: all levels anew, and what was better than the best is gone. */
static void apply_state(struct cmb_book *book, int64_t number, bool is_snapshot)
{
    struct cmb_scaled_level bids[LEVELS * 2], asks[LEVELS * 2];
    size_t count = 0;
    int64_t best = 1000000 - number % 1000, before = 1000000 - (number - 1) % 1000;
    for (int64_t i = 0; i < LEVELS; i++, count++)
        asks[count] = (struct cmb_scaled_level){ best + i, number };
    for (int64_t price = before; price < best && count < LEVELS * 2; price++, count++)
        asks[count] = (struct cmb_scaled_level){ price, 0 };
    for (size_t i = 0; i < count; i++)
        bids[i] = (struct cmb_scaled_level){ -asks[i].price, asks[i].amount };
    struct cmb_book_update update = { NUMBER(number), .is_snapshot = is_snapshot,
                                      .bids = bids,   .bid_count = count,
                                      .asks = asks,   .ask_count = count };
    cmb_book_apply(book, &update);
}

/* The prices move 999 steps and jump back: then, and now and then besides, the book is broken. */
static int64_t write_states(struct cmb_book *book, struct reader *readers)
{
    for (int64_t number = 1; number <= UPDATES_MOST; number++) {
        bool is_anew = number % 1000 == 0 || number % 77 == 1;
        if (is_anew)
            cmb_book_break(book, CMB_BOOK_GAP);
        apply_state(book, number, is_anew);
        bool is_enough = number >= UPDATES_LEAST;
        if (number % 16 == 0 || is_enough)
            sched_yield();
        for (size_t i = 0; i < READERS; i++)
            is_enough &= atomic_load(&readers[i].live_reads) >= READS_LEAST;
        if (is_enough)
            return number;
    }
    return UPDATES_MOST;
}

static void sees_one_whole_state(void)
{
    struct cmb_book *book = cmb_book_new(&rule, 0, 0);
    atomic_bool is_over = false;
    struct reader readers[READERS] = { 0 };
    pthread_t threads[READERS];
    for (size_t i = 0; i < READERS; i++) {
        readers[i] = (struct reader){ .book = book, .is_over = &is_over };
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, run_reader, &readers[i]), 0);
    }
    write_states(book, readers);
    atomic_store(&is_over, true);
    for (size_t i = 0; i < READERS; i++) {
        pthread_join(threads[i], NULL);
        ASSERT_NUMBER(readers[i].wrong, 0);
        CU_ASSERT(atomic_load(&readers[i].live_reads) >= READS_LEAST);
    }
    cmb_book_free(book);
}

/* The side grows from nothing to a hundred thousand levels under the eyes of a reader. */
static void *run_growth_reader(void *argument)
{
    struct reader *reader = argument;
    static struct cmb_scaled_level bids[64];
    while (!atomic_load(reader->is_over)) {
        struct cmb_book_view view = { .bids = bids };
        if (!cmb_book_read(reader->book, 64, 0, &view))
            continue;
        for (size_t i = 0; i < view.bid_count; i++)
            reader->wrong += bids[i].price != view.sequence - (int64_t)i;
        atomic_fetch_add(&reader->live_reads, 1);
    }
    return NULL;
}

static void may_look_while_a_side_grows(void)
{
    struct cmb_book *book = cmb_book_new(&rule, 0, 0);
    atomic_bool is_over = false;
    struct reader reader = { .book = book, .is_over = &is_over };
    pthread_t thread;
    FEED(book, SNAPSHOT, NUMBER(0), BIDS({ 0, 1 }));
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, run_growth_reader, &reader), 0);
    /* A feeder that never rests would leave a reader no whole state: it rests as soon as the side
     * has grown, and now and then before. */
    for (int64_t number = 1; number < UPDATES_MOST; number++) {
        FEED(book, NUMBER(number), BIDS({ number, 1 }));
        if (number > 100000 || number % 16 == 0)
            sched_yield();
        if (number > 100000 && atomic_load(&reader.live_reads) >= READS_LEAST)
            break;
    }
    atomic_store(&is_over, true);
    pthread_join(thread, NULL);
    ASSERT_NUMBER(reader.wrong, 0);
    CU_ASSERT(atomic_load(&reader.live_reads) >= READS_LEAST);
    cmb_book_free(book);
}

TEST_SUITE("book/reader", { "sees one whole state beside the writer", sees_one_whole_state },
           { "may look while a side grows", may_look_while_a_side_grows })
