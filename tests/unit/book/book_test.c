/* Can a book be read exactly while it is true? */
#include "support/book_feed.h"
#include "support/test.h"

#include <malloc.h>
#include <stdlib.h>

static const struct cambist_book_rule counted = { .kind = CAMBIST_BOOK_COUNTED };
static const struct cambist_book_rule ranged = { .kind = CAMBIST_BOOK_RANGE,
                                                 .snapshot_limit = 1000 };

static void refuses_rules_that_make_no_sense(void)
{
    struct cambist_book_rule rule = { .kind = 0 };
    CU_ASSERT_PTR_NULL(cmb_book_new(&rule, 0, 0));
    rule.kind = CAMBIST_BOOK_UNCHAINED + 1;
    CU_ASSERT_PTR_NULL(cmb_book_new(&rule, 0, 0));
    rule = ranged;
    rule.scope = CAMBIST_OF_CONNECTION;
    CU_ASSERT_PTR_NULL(cmb_book_new(&rule, 0, 0));
    CU_ASSERT_PTR_NULL(cmb_book_new(&counted, 19, 0));
    cmb_book_free(NULL);
}

static void shows_nothing_unless_it_is_live(void)
{
    struct cmb_scaled_level bids[4], asks[4];
    struct cmb_book_view view = { .bids = bids, .asks = asks };
    struct cmb_book *book = cmb_book_new(&counted, 2, 3);
    CU_ASSERT(!cmb_book_read(book, 4, 0, &view));
    ASSERT_NUMBER(view.state, CMB_BOOK_RESYNCING);
    FEED(book, SNAPSHOT, NUMBER(7), AT(50), RECEIVED(60), BIDS({ 100, 1 }, { 99, 2 }),
         ASKS({ 101, 3 }));
    CU_ASSERT(cmb_book_read(book, 1, 0, &view));
    ASSERT_NUMBER(view.bid_count, 1);
    ASSERT_NUMBER(view.ask_count, 1);
    ASSERT_NUMBER(view.bids[0].price, 100);
    ASSERT_NUMBER(view.sequence, 7);
    ASSERT_NUMBER(view.timestamp_ns, 50);
    ASSERT_NUMBER(view.received_ns, 60);
    ASSERT_NUMBER(view.price_scale, 2);
    ASSERT_NUMBER(view.amount_scale, 3);
    uint64_t version = view.version;
    cmb_book_break(book, CMB_BOOK_DISCONNECTED);
    CU_ASSERT(!cmb_book_read(book, 4, 0, &view));
    ASSERT_NUMBER(view.bid_count + view.ask_count, 0);
    CU_ASSERT(view.version > version);
    CU_ASSERT(!cmb_book_read(book, 4, CMB_BOOK_LAST_KNOWN, &view));
    ASSERT_NUMBER(view.bid_count, 2);
    ASSERT_TEXT(cmb_book_reason_name(cmb_book_reason(book)), "disconnected");
    cmb_book_free(book);
}

static void a_stale_book_lives_again_by_what_follows(void)
{
    struct cmb_book *book = cmb_book_new(&counted, 0, 0);
    cmb_book_mark_stale(book);
    ASSERT_NUMBER(cmb_book_state(book), CMB_BOOK_RESYNCING);
    FEED(book, SNAPSHOT, NUMBER(7), BIDS({ 100, 1 }));
    cmb_book_mark_stale(book);
    ASSERT_NUMBER(cmb_book_state(book), CMB_BOOK_STALE);
    ASSERT_NUMBER(best_amount(book, false), -1);
    ASSERT_NUMBER(cmb_book_need(book), CMB_BOOK_NEEDS_NOTHING);
    ASSERT_NUMBER(FEED(book, NUMBER(7), BIDS({ 100, 2 })), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(cmb_book_state(book), CMB_BOOK_STALE);
    ASSERT_NUMBER(FEED(book, NUMBER(8), BIDS({ 100, 3 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(best_amount(book, false), 3);
    cmb_book_mark_stale(book);
    ASSERT_NUMBER(FEED(book, NUMBER(10), BIDS({ 100, 4 })), CMB_BOOK_BROKEN);
    cmb_book_free(book);
}

static void a_crossed_book_is_marked_and_broken_in_time(void)
{
    struct cmb_book *book = cmb_book_new(&counted, 0, 0);
    struct cmb_book_view view = { 0 };
    cmb_book_set_crossed_most(book, 100);
    FEED(book, SNAPSHOT, NUMBER(1), RECEIVED(1000), BIDS({ 100, 1 }), ASKS({ 101, 1 }));
    ASSERT_NUMBER(FEED(book, NUMBER(2), RECEIVED(1010), BIDS({ 101, 1 })), CMB_BOOK_APPLIED);
    CU_ASSERT(cmb_book_read(book, 0, 0, &view) && view.is_crossed);
    ASSERT_NUMBER(FEED(book, NUMBER(3), RECEIVED(1109), BIDS({ 99, 1 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, NUMBER(4), RECEIVED(1200), BIDS({ 101, 0 })), CMB_BOOK_APPLIED);
    CU_ASSERT(cmb_book_read(book, 0, 0, &view) && !view.is_crossed);
    FEED(book, NUMBER(5), RECEIVED(1300), BIDS({ 105, 1 }));
    ASSERT_NUMBER(cmb_book_pass_time(book, 1399), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(cmb_book_pass_time(book, 1400), CMB_BOOK_BROKEN);
    ASSERT_NUMBER(cmb_book_reason(book), CMB_BOOK_CROSSED);
    ASSERT_NUMBER(cmb_book_pass_time(book, 1500), CMB_BOOK_PASSED_OVER);
    FEED(book, SNAPSHOT, NUMBER(9), RECEIVED(2000), BIDS({ 100, 1 }), ASKS({ 101, 1 }));
    FEED(book, NUMBER(10), RECEIVED(2000), BIDS({ 101, 1 }));
    ASSERT_NUMBER(FEED(book, NUMBER(11), RECEIVED(2100), BIDS({ 90, 1 })), CMB_BOOK_BROKEN);
    cmb_book_free(book);
}

static void removing_an_unknown_level_is_only_counted(void)
{
    struct cmb_book_counts counts;
    struct cmb_book *book = cmb_book_new(&counted, 0, 0);
    FEED(book, SNAPSHOT, NUMBER(1), BIDS({ 100, 1 }));
    ASSERT_NUMBER(FEED(book, NUMBER(2), BIDS({ 98, 0 }), ASKS({ 101, 0 })), CMB_BOOK_APPLIED);
    cmb_book_count(book, &counts);
    ASSERT_NUMBER(counts.unknown_removed, 2);
    ASSERT_NUMBER(counts.applied, 2);
    ASSERT_NUMBER(counts.resyncs, 1);
    cmb_book_free(book);
}

static void takes_another_scale_with_all_it_holds(void)
{
    struct cmb_scaled_level bids[2], asks[2];
    struct cmb_book_view view = { .bids = bids, .asks = asks };
    struct cmb_book *book = cmb_book_new(&ranged, 1, 0);
    FEED(book, RANGE(6, 6), ASKS({ 1010, 3 }));
    ASSERT_NUMBER(cmb_book_rescale(book, 3, 2), CMB_NUMBER_FINE);
    FEED(book, SNAPSHOT, NUMBER(5), BIDS({ 100005, 150 }), ASKS({ 102000, 1 }));
    CU_ASSERT(cmb_book_read(book, 2, 0, &view));
    ASSERT_NUMBER(asks[0].price, 101000);
    ASSERT_NUMBER(asks[0].amount, 300);
    ASSERT_NUMBER(cmb_book_rescale(book, 2, 2), CMB_NUMBER_INEXACT);
    ASSERT_NUMBER(cmb_book_rescale(book, 18, 2), CMB_NUMBER_TOO_LARGE);
    ASSERT_NUMBER(cmb_book_rescale(book, 19, 2), CMB_NUMBER_TOO_LARGE);
    CU_ASSERT(cmb_book_read(book, 2, 0, &view));
    ASSERT_NUMBER(bids[0].price, 100005);
    ASSERT_NUMBER(view.price_scale, 3);
    ASSERT_NUMBER(cmb_book_rescale(book, 4, 2), CMB_NUMBER_FINE);
    CU_ASSERT(cmb_book_read(book, 2, 0, &view));
    ASSERT_NUMBER(bids[0].price, 1000050);
    ASSERT_NUMBER(view.price_scale, 4);
    cmb_book_free(book);
}

static void keeps_the_depth_that_the_exchange_keeps(void)
{
    static const struct cambist_book_rule rule = { .kind = CAMBIST_BOOK_COUNTED, .depth = 2 };
    struct cmb_scaled_level bids[4];
    struct cmb_book_view view = { .bids = bids };
    struct cmb_book *book = cmb_book_new(&rule, 0, 0);
    FEED(book, SNAPSHOT, NUMBER(1), BIDS({ 100, 1 }, { 99, 1 }));
    FEED(book, NUMBER(2), BIDS({ 101, 1 }));
    cmb_book_read(book, 4, 0, &view);
    ASSERT_NUMBER(view.bid_count, 2);
    ASSERT_NUMBER(bids[1].price, 100);
    /* A level that is pushed out and one that goes may come in one message, in any order. */
    FEED(book, NUMBER(3), BIDS({ 102, 1 }, { 101, 0 }));
    cmb_book_read(book, 4, 0, &view);
    ASSERT_NUMBER(view.bid_count, 2);
    ASSERT_NUMBER(bids[1].price, 100);
    FEED(book, NUMBER(4), BIDS({ 102, 0 }, { 99, 2 }));
    cmb_book_read(book, 4, 0, &view);
    ASSERT_NUMBER(view.bid_count, 2);
    ASSERT_NUMBER(bids[1].price, 99);
    cmb_book_free(book);
}

static void knows_nothing_below_a_cut_snapshot(void)
{
    static const struct cambist_book_rule rule = { .kind = CAMBIST_BOOK_RANGE,
                                                   .snapshot_limit = 16 };
    struct cmb_scaled_level bids[16];
    for (int i = 0; i < 16; i++)
        bids[i] = (struct cmb_scaled_level){ 100 - i, 1 };
    struct cmb_book *book = cmb_book_new(&rule, 0, 0);
    struct cmb_book_update snapshot = { SNAPSHOT, NUMBER(1), .bids = bids, .bid_count = 16 };
    cmb_book_apply(book, &snapshot);
    FEED(book, RANGE(2, 2), BIDS({ 50, 1 }));
    struct cmb_book_view view = { .bids = bids };
    cmb_book_read(book, 16, 0, &view);
    ASSERT_NUMBER(bids[15].price, 85);
    for (int64_t i = 0; i < 14; i++)
        ASSERT_NUMBER(FEED(book, RANGE(3 + i, 3 + i), BIDS({ 100 - i, 0 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, RANGE(17, 17), BIDS({ 86, 0 })), CMB_BOOK_BROKEN);
    ASSERT_NUMBER(cmb_book_reason(book), CMB_BOOK_THIN);
    ASSERT_NUMBER(cmb_book_need(book), CMB_BOOK_NEEDS_SNAPSHOT);
    cmb_book_free(book);
}

static void is_compared_with_a_snapshot_of_its_own_number(void)
{
    struct cmb_book *book = cmb_book_new(&ranged, 0, 0);
    FEED(book, SNAPSHOT, NUMBER(5), BIDS({ 100, 1 }, { 99, 2 }));
    FEED(book, RANGE(6, 7), BIDS({ 98, 3 }));
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(6), BIDS({ 1, 1 })), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(7), BIDS({ 98, 3 }, { 99, 2 }, { 100, 1 })),
                  CMB_BOOK_CONFIRMED);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(7), BIDS({ 100, 1 }, { 99, 2 })), CMB_BOOK_BROKEN);
    ASSERT_NUMBER(cmb_book_reason(book), CMB_BOOK_DIFFERS);
    FEED(book, SNAPSHOT, NUMBER(7), BIDS({ 100, 1 }, { 99, 2 }));
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(7), BIDS({ 100, 1 }, { 99, 3 })), CMB_BOOK_BROKEN);
    cmb_book_free(book);
}

static void holds_only_so_much(void)
{
    struct cmb_book_counts counts;
    struct cmb_book *book = cmb_book_new(&ranged, 0, 0);
    int64_t number = 1;
    for (; number <= CMB_BOOK_HELD_MOST; number++)
        FEED(book, RANGE(number, number), BIDS({ 100, number }));
    ASSERT_NUMBER(FEED(book, RANGE(number, number), BIDS({ 100, number })), CMB_BOOK_BROKEN);
    ASSERT_NUMBER(cmb_book_reason(book), CMB_BOOK_OVERFLOW);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(5), BIDS({ 1, 1 })), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(number - 1), BIDS({ 1, 1 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(best_amount(book, false), number);
    cmb_book_count(book, &counts);
    ASSERT_NUMBER(counts.broken[CMB_BOOK_OVERFLOW], 1);
    ASSERT_NUMBER(counts.refused, 1);
    cmb_book_free(book);
}

static void an_update_too_large_to_hold_breaks(void)
{
    size_t count = CMB_BOOK_HELD_LEVELS_MOST + 1;
    struct cmb_scaled_level *levels = calloc(count, sizeof *levels);
    struct cmb_book *book = cmb_book_new(&ranged, 0, 0);
    FEED(book, RANGE(1, 1), BIDS({ 1, 1 }));
    ASSERT_NUMBER(FEED(book, RANGE(2, 2), .asks = levels, .ask_count = count), CMB_BOOK_BROKEN);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(2), BIDS({ 1, 1 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, RANGE(3, 3), BIDS({ 1, 2 })), CMB_BOOK_APPLIED);
    free(levels);
    cmb_book_free(book);
}

/* Sixty levels come and go, and every hundredth update is lost: a cycle of all that a book does. */
static void run_through(struct cmb_book *book, int64_t *number)
{
    for (int i = 0; i < 1000; i++) {
        int64_t n = ++*number;
        bool is_lost = i % 100 == 50;
        if (!is_lost)
            FEED(book, RANGE(n, n), BIDS({ n * 7 % 60, n % 3 }),
                 ASKS({ 100 + n * 11 % 60, n % 3 }));
        if (cmb_book_need(book) == CMB_BOOK_NEEDS_SNAPSHOT && i % 100 == 90)
            FEED(book, SNAPSHOT, NUMBER(n - 5), BIDS({ 50, 1 }, { 49, 1 }), ASKS({ 101, 1 }));
    }
}

static void allocates_nothing_once_it_has_grown(void)
{
    struct cmb_book *book = cmb_book_new(&ranged, 0, 0);
    struct cmb_book_counts counts;
    int64_t number = 0;
    run_through(book, &number);
    size_t used = mallinfo2().uordblks;
    run_through(book, &number);
    ASSERT_NUMBER(mallinfo2().uordblks, used);
    cmb_book_count(book, &counts);
    CU_ASSERT(counts.applied > 500 && counts.held > 500 && counts.resyncs > 10);
    cmb_book_free(book);
}

static void every_reason_has_a_name(void)
{
    for (int i = 0; i < CMB_BOOK_REASONS; i++)
        CU_ASSERT(strlen(cmb_book_reason_name((enum cmb_book_reason)i)) > 1);
    ASSERT_TEXT(cmb_book_reason_name(CMB_BOOK_REASONS), "?");
}

TEST_SUITE("book/book", { "refuses rules that make no sense", refuses_rules_that_make_no_sense },
           { "shows nothing unless it is live", shows_nothing_unless_it_is_live },
           { "a stale book lives again by what follows", a_stale_book_lives_again_by_what_follows },
           { "a crossed book is marked, and broken in time",
             a_crossed_book_is_marked_and_broken_in_time },
           { "removing an unknown level is only counted",
             removing_an_unknown_level_is_only_counted },
           { "takes another scale with all it holds", takes_another_scale_with_all_it_holds },
           { "keeps the depth that the exchange keeps", keeps_the_depth_that_the_exchange_keeps },
           { "knows nothing below a cut snapshot", knows_nothing_below_a_cut_snapshot },
           { "is compared with a snapshot of its own number",
             is_compared_with_a_snapshot_of_its_own_number },
           { "holds only so much", holds_only_so_much },
           { "an update too large to hold breaks", an_update_too_large_to_hold_breaks },
           { "allocates nothing once it has grown", allocates_nothing_once_it_has_grown },
           { "every reason has a name", every_reason_has_a_name })
