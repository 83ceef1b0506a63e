/* Does each of the eight kinds follow its exchanges' rules? */
#include "support/book_feed.h"
#include "support/test.h"

#define ANY BIDS({ 100, 1 })

static struct cmb_book *asked(enum cambist_book_kind kind)
{
    static struct cambist_book_rule rules[CAMBIST_BOOK_UNCHAINED + 1];
    rules[kind] = (struct cambist_book_rule){ .kind = kind, .snapshot_limit = 1000 };
    return cmb_book_new(&rules[kind], 0, 0);
}

static struct cmb_book *sent(enum cambist_book_kind kind)
{
    static struct cambist_book_rule rules[CAMBIST_BOOK_UNCHAINED + 1];
    rules[kind] = (struct cambist_book_rule){ .kind = kind };
    return cmb_book_new(&rules[kind], 0, 0);
}

#define ASSERT_LIVE(book, best_bid) ASSERT_NUMBER(best_amount(book, false), best_bid)
#define ASSERT_BROKEN(outcome, book, why)                                                          \
    do {                                                                                           \
        ASSERT_NUMBER(outcome, CMB_BOOK_BROKEN);                                                   \
        ASSERT_NUMBER(cmb_book_reason(book), why);                                                 \
        ASSERT_NUMBER(best_amount(book, false), -1);                                               \
    } while (0)

/* -- RANGE -- */

static void a_range_bridges_from_what_was_held(void)
{
    struct cmb_book *book = asked(CAMBIST_BOOK_RANGE);
    ASSERT_NUMBER(cmb_book_need(book), CMB_BOOK_NEEDS_SNAPSHOT);
    ASSERT_NUMBER(FEED(book, RANGE(1, 3), BIDS({ 100, 1 })), CMB_BOOK_HELD);
    ASSERT_NUMBER(FEED(book, RANGE(4, 6), BIDS({ 100, 2 })), CMB_BOOK_HELD);
    ASSERT_NUMBER(FEED(book, RANGE(7, 9), BIDS({ 100, 3 })), CMB_BOOK_HELD);
    ASSERT_LIVE(book, -1);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(5), BIDS({ 100, 9 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 3);
    ASSERT_NUMBER(cmb_book_need(book), CMB_BOOK_NEEDS_NOTHING);
    ASSERT_NUMBER(FEED(book, RANGE(10, 10), BIDS({ 100, 4 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 4);
    cmb_book_free(book);
}

static void a_range_refuses_a_snapshot_older_than_what_was_held(void)
{
    struct cmb_book *book = asked(CAMBIST_BOOK_RANGE);
    FEED(book, RANGE(7, 9), ANY);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(5), ANY), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(cmb_book_need(book), CMB_BOOK_NEEDS_SNAPSHOT);
    ASSERT_LIVE(book, -1);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(6), BIDS({ 99, 1 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 1);
    cmb_book_free(book);
}

static void a_range_lives_with_a_snapshot_ahead(void)
{
    struct cmb_book *book = asked(CAMBIST_BOOK_RANGE);
    FEED(book, RANGE(1, 3), ANY);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(20), BIDS({ 100, 9 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 9);
    ASSERT_NUMBER(FEED(book, RANGE(4, 15), BIDS({ 100, 2 })), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(FEED(book, RANGE(16, 22), BIDS({ 100, 3 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 3);
    cmb_book_free(book);
}

static void a_range_sees_gaps_and_duplicates(void)
{
    struct cmb_book *book = asked(CAMBIST_BOOK_RANGE);
    FEED(book, SNAPSHOT, NUMBER(5), BIDS({ 100, 9 }));
    FEED(book, RANGE(6, 8), BIDS({ 100, 1 }));
    ASSERT_NUMBER(FEED(book, RANGE(6, 8), BIDS({ 100, 7 })), CMB_BOOK_PASSED_OVER);
    ASSERT_LIVE(book, 1);
    ASSERT_BROKEN(FEED(book, RANGE(10, 11), BIDS({ 100, 2 })), book, CMB_BOOK_GAP);
    /* What came behind the gap was held. */
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(9), BIDS({ 100, 8 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 2);
    cmb_book_free(book);
}

static void a_range_out_of_order_is_a_gap(void)
{
    struct cmb_book *book = asked(CAMBIST_BOOK_RANGE);
    FEED(book, SNAPSHOT, NUMBER(5), BIDS({ 100, 9 }));
    ASSERT_BROKEN(FEED(book, RANGE(7, 7), BIDS({ 100, 2 })), book, CMB_BOOK_GAP);
    ASSERT_NUMBER(FEED(book, RANGE(6, 6), BIDS({ 100, 1 })), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(6), BIDS({ 100, 1 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 2);
    cmb_book_free(book);
}

static void a_range_that_counts_anew_is_seen_by_its_time(void)
{
    struct cmb_book *book = asked(CAMBIST_BOOK_RANGE);
    FEED(book, SNAPSHOT, NUMBER(500), ANY);
    FEED(book, RANGE(501, 502), AT(1000), ANY);
    ASSERT_NUMBER(FEED(book, RANGE(499, 500), AT(900), ANY), CMB_BOOK_PASSED_OVER);
    ASSERT_BROKEN(FEED(book, RANGE(1, 2), AT(1100), BIDS({ 100, 5 })), book, CMB_BOOK_REGRESSED);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(0), ANY), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 5);
    cmb_book_free(book);
}

static void a_range_that_counts_anew_is_seen_by_its_length(void)
{
    struct cmb_book *book = asked(CAMBIST_BOOK_RANGE);
    FEED(book, SNAPSHOT, NUMBER(5000), ANY);
    int64_t number = 1;
    while (FEED(book, RANGE(number, number), ANY) == CMB_BOOK_PASSED_OVER && number < 5000)
        number++;
    CU_ASSERT(number < 1000);
    ASSERT_NUMBER(cmb_book_reason(book), CMB_BOOK_REGRESSED);
    cmb_book_free(book);
}

/* -- RANGE_PREVIOUS -- */

static void a_previous_range_covers_the_number_of_the_snapshot(void)
{
    struct cmb_book *book = asked(CAMBIST_BOOK_RANGE_PREVIOUS);
    FEED(book, RANGE(10, 15), AFTER(8), BIDS({ 100, 1 }));
    FEED(book, RANGE(18, 25), AFTER(15), BIDS({ 100, 2 }));
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(20), BIDS({ 100, 9 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 2);
    ASSERT_NUMBER(FEED(book, RANGE(30, 35), AFTER(25), BIDS({ 100, 3 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, RANGE(30, 35), AFTER(25), BIDS({ 100, 7 })), CMB_BOOK_PASSED_OVER);
    ASSERT_LIVE(book, 3);
    ASSERT_BROKEN(FEED(book, RANGE(36, 40), AFTER(36), ANY), book, CMB_BOOK_GAP);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(35), ANY), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(40), BIDS({ 100, 6 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 6);
    ASSERT_BROKEN(FEED(book, RANGE(41, 42), ANY), book, CMB_BOOK_GARBLED);
    cmb_book_free(book);
}

/* -- CHANGES -- */

static void changes_up_to_the_snapshot_are_passed_over(void)
{
    static const int64_t numbers[] = { 5, 6, 7 };
    struct cmb_book *book = asked(CAMBIST_BOOK_CHANGES);
    FEED(book, RANGE(5, 7), BIDS({ 100, 50 }, { 99, 60 }, { 98, 70 }), .bid_sequences = numbers);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(6), BIDS({ 100, 1 }, { 99, 2 }, { 98, 3 })),
                  CMB_BOOK_APPLIED);
    struct cmb_scaled_level bids[4];
    struct cmb_book_view view = { .bids = bids };
    CU_ASSERT(cmb_book_read(book, 4, 0, &view));
    ASSERT_NUMBER(bids[0].amount, 1);
    ASSERT_NUMBER(bids[1].amount, 2);
    ASSERT_NUMBER(bids[2].amount, 70);
    ASSERT_NUMBER(view.sequence, 7);
    ASSERT_NUMBER(FEED(book, RANGE(8, 8), BIDS({ 0, 0 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, RANGE(9, 9), ASKS({ 0, 5 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(best_amount(book, true), 0);
    ASSERT_BROKEN(FEED(book, RANGE(11, 12), ANY), book, CMB_BOOK_GAP);
    cmb_book_free(book);
}

/* -- VERSION: what begins in what is known already holds nothing unknown -- */

static void versions_may_overlap(void)
{
    struct cmb_book *book = asked(CAMBIST_BOOK_VERSION);
    FEED(book, RANGE(4, 5), BIDS({ 100, 4 }));
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(3), ANY), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, RANGE(5, 7), BIDS({ 100, 5 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, RANGE(8, 8), BIDS({ 100, 6 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, RANGE(7, 8), BIDS({ 100, 7 })), CMB_BOOK_PASSED_OVER);
    ASSERT_LIVE(book, 6);
    ASSERT_BROKEN(FEED(book, RANGE(10, 12), ANY), book, CMB_BOOK_GAP);
    cmb_book_free(book);
}

/* -- PREVIOUS -- */

static void each_names_the_one_before_it(void)
{
    struct cmb_book *book = sent(CAMBIST_BOOK_PREVIOUS);
    ASSERT_NUMBER(cmb_book_need(book), CMB_BOOK_NEEDS_SUBSCRIPTION);
    ASSERT_NUMBER(FEED(book, NUMBER(9), AFTER(8), ANY), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(10), AFTER(-1), BIDS({ 100, 1 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, NUMBER(15), AFTER(10), BIDS({ 100, 2 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, NUMBER(15), AFTER(10), BIDS({ 100, 7 })), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(FEED(book, NUMBER(15), AFTER(15)), CMB_BOOK_CONFIRMED);
    ASSERT_LIVE(book, 2);
    ASSERT_BROKEN(FEED(book, NUMBER(20), AFTER(17), ANY), book, CMB_BOOK_GAP);
    ASSERT_NUMBER(cmb_book_need(book), CMB_BOOK_NEEDS_SUBSCRIPTION);
    ASSERT_NUMBER(FEED(book, NUMBER(21), AFTER(20), ANY), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(21), BIDS({ 100, 3 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 3);
    cmb_book_free(book);
}

static void a_sign_of_life_that_does_not_chain_is_a_gap(void)
{
    struct cmb_book *book = sent(CAMBIST_BOOK_PREVIOUS);
    FEED(book, SNAPSHOT, NUMBER(10), ANY);
    ASSERT_BROKEN(FEED(book, NUMBER(15), AFTER(15)), book, CMB_BOOK_GAP);
    cmb_book_free(book);
}

static void a_lower_number_that_chains_is_a_restart(void)
{
    struct cmb_book *book = sent(CAMBIST_BOOK_PREVIOUS);
    FEED(book, SNAPSHOT, NUMBER(100), BIDS({ 100, 1 }));
    ASSERT_NUMBER(FEED(book, NUMBER(3), AFTER(100), BIDS({ 100, 2 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, NUMBER(5), AFTER(3), BIDS({ 100, 3 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 3);
    cmb_book_free(book);
}

static void a_lost_restart_is_seen(void)
{
    struct cmb_book *book = sent(CAMBIST_BOOK_PREVIOUS);
    FEED(book, SNAPSHOT, NUMBER(100), AT(50), ANY);
    ASSERT_BROKEN(FEED(book, NUMBER(5), AFTER(3), AT(60), ANY), book, CMB_BOOK_REGRESSED);
    cmb_book_free(book);
}

/* -- COUNTED -- */

static void each_is_one_more(void)
{
    struct cmb_book *book = sent(CAMBIST_BOOK_COUNTED);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(10), BIDS({ 100, 1 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, NUMBER(11), BIDS({ 100, 2 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, NUMBER(11), BIDS({ 100, 7 })), CMB_BOOK_PASSED_OVER);
    ASSERT_LIVE(book, 2);
    ASSERT_BROKEN(FEED(book, NUMBER(13), ANY), book, CMB_BOOK_GAP);
    ASSERT_NUMBER(FEED(book, NUMBER(14), ANY), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(2), BIDS({ 100, 4 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 4);
    ASSERT_BROKEN(FEED(book, BIDS({ 100, 4 })), book, CMB_BOOK_GARBLED);
    cmb_book_free(book);
}

static void a_count_that_restarts_is_a_snapshot(void)
{
    static const struct cambist_book_rule bybit = { .kind = CAMBIST_BOOK_COUNTED,
                                                    .restarts_at = 1 };
    struct cmb_book *book = cmb_book_new(&bybit, 0, 0);
    FEED(book, SNAPSHOT, NUMBER(10), BIDS({ 100, 1 }, { 99, 1 }));
    ASSERT_NUMBER(FEED(book, NUMBER(1), BIDS({ 98, 5 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 5);
    ASSERT_NUMBER(FEED(book, NUMBER(2), BIDS({ 98, 6 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 6);
    cmb_book_free(book);
}

static void counts_of_a_connection_are_the_feeders(void)
{
    static const struct cambist_book_rule coinbase = { .kind = CAMBIST_BOOK_COUNTED,
                                                       .scope = CAMBIST_OF_CONNECTION };
    struct cmb_book *book = cmb_book_new(&coinbase, 0, 0);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(10), BIDS({ 100, 1 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, NUMBER(17), BIDS({ 100, 2 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 2);
    cmb_book_break(book, CMB_BOOK_GAP);
    ASSERT_LIVE(book, -1);
    ASSERT_NUMBER(FEED(book, NUMBER(19), ANY), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(20), BIDS({ 100, 3 })), CMB_BOOK_APPLIED);
    cmb_book_free(book);
}

/* -- CHECKSUM: see checksum_test.c for the sums -- */

static void only_times_tell_what_is_old_where_nothing_is_counted(void)
{
    struct cmb_book *book = sent(CAMBIST_BOOK_CHECKSUM);
    FEED(book, SNAPSHOT, AT(10), BIDS({ 100, 1 }));
    ASSERT_NUMBER(FEED(book, AT(12), BIDS({ 100, 2 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, AT(11), BIDS({ 100, 7 })), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(FEED(book, AT(12), BIDS({ 100, 3 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 3);
    cmb_book_free(book);
}

/* -- UNCHAINED -- */

static void every_message_is_a_whole_book(void)
{
    struct cmb_book *book = sent(CAMBIST_BOOK_UNCHAINED);
    ASSERT_NUMBER(FEED(book, AT(10), BIDS({ 100, 1 })), CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, AT(12), BIDS({ 99, 2 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 2);
    ASSERT_NUMBER(FEED(book, AT(11), BIDS({ 98, 3 })), CMB_BOOK_PASSED_OVER);
    ASSERT_BROKEN(FEED(book, AT(13), BIDS({ 98, -3 })), book, CMB_BOOK_GARBLED);
    ASSERT_NUMBER(cmb_book_need(book), CMB_BOOK_NEEDS_NOTHING);
    ASSERT_NUMBER(FEED(book, AT(14), BIDS({ 98, 4 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 4);
    cmb_book_free(book);
}

static void unchained_changes_count_when_they_are_newer(void)
{
    struct cmb_book *book = asked(CAMBIST_BOOK_UNCHAINED);
    FEED(book, NUMBER(1000), BIDS({ 100, 1 }));
    FEED(book, NUMBER(1200), BIDS({ 100, 2 }));
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(900), ANY), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(1100), ANY), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 2);
    ASSERT_NUMBER(FEED(book, NUMBER(1150), BIDS({ 100, 7 })), CMB_BOOK_PASSED_OVER);
    ASSERT_NUMBER(FEED(book, NUMBER(5000), BIDS({ 100, 3 })), CMB_BOOK_APPLIED);
    ASSERT_LIVE(book, 3);
    cmb_book_free(book);
}

TEST_SUITE(
    "book/sync", { "a range bridges from what was held", a_range_bridges_from_what_was_held },
    { "a range refuses a snapshot older than what was held",
      a_range_refuses_a_snapshot_older_than_what_was_held },
    { "a range lives with a snapshot ahead", a_range_lives_with_a_snapshot_ahead },
    { "a range sees gaps and duplicates", a_range_sees_gaps_and_duplicates },
    { "a range out of order is a gap", a_range_out_of_order_is_a_gap },
    { "a range that counts anew is seen by its time",
      a_range_that_counts_anew_is_seen_by_its_time },
    { "a range that counts anew is seen by its length",
      a_range_that_counts_anew_is_seen_by_its_length },
    { "a range with previous covers the number of the snapshot",
      a_previous_range_covers_the_number_of_the_snapshot },
    { "changes up to the snapshot are passed over", changes_up_to_the_snapshot_are_passed_over },
    { "versions may overlap", versions_may_overlap },
    { "each names the one before it", each_names_the_one_before_it },
    { "a sign of life that does not chain is a gap", a_sign_of_life_that_does_not_chain_is_a_gap },
    { "a lower number that chains is a restart", a_lower_number_that_chains_is_a_restart },
    { "a lost restart is seen", a_lost_restart_is_seen }, { "each is one more", each_is_one_more },
    { "a count that restarts is a snapshot", a_count_that_restarts_is_a_snapshot },
    { "counts of a connection are the feeder's", counts_of_a_connection_are_the_feeders },
    { "only times tell what is old where nothing is counted",
      only_times_tell_what_is_old_where_nothing_is_counted },
    { "every message is a whole book", every_message_is_a_whole_book },
    { "unchained changes count when they are newer", unchained_changes_count_when_they_are_newer })
