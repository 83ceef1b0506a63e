/* Are the texts that are summed up those of the exchanges? */
#include "support/book_feed.h"
#include "support/test.h"

#define DIGITS(...)                                                                                \
    (const struct cmb_scaled_digits[])                                                             \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static const struct cambist_book_rule kraken = {
    .kind = CAMBIST_BOOK_CHECKSUM,
    .depth = 10,
    .checksum_order = CAMBIST_ASKS_THEN_BIDS,
    .checksum_depth = 10,
    .checksum_digits = CAMBIST_DIGITS_BARE,
};
static const struct cambist_book_rule okx = {
    .kind = CAMBIST_BOOK_PREVIOUS,
    .checksum_order = CAMBIST_BID_ASK_BY_TURNS,
    .checksum_depth = 25,
    .checksum_digits = CAMBIST_ZERO_IS_NONE,
    .checksum_mark = ":",
};
static const struct cambist_book_rule bitfinex = {
    .kind = CAMBIST_BOOK_CHECKSUM,
    .checksum_order = CAMBIST_BID_ASK_BY_TURNS,
    .checksum_depth = 25,
    .checksum_digits = CAMBIST_ASKS_NEGATIVE,
    .checksum_mark = ":",
};
static const struct cambist_book_rule coinex = {
    .kind = CAMBIST_BOOK_CHECKSUM,
    .checksum_order = CAMBIST_BIDS_THEN_ASKS,
    .checksum_depth = 2,
    .checksum_mark = ":",
};

/* The example of Kraken's documentation; prices at scale 5, amounts at 8, one level deeper. */
static void sums_up_krakens_example(void)
{
    struct cmb_scaled_level asks[11], bids[10];
    for (int i = 0; i < 11; i++)
        asks[i] = (struct cmb_scaled_level){ 5005 + 5 * i, 500 };
    for (int i = 0; i < 10; i++)
        bids[i] = (struct cmb_scaled_level){ 5000 - 5 * i - (i > 2 ? 5 : 0), 500 };
    struct cmb_book *book = cmb_book_new(&kraken, 5, 8);
    struct cmb_book_update snapshot = { SNAPSHOT,        CHECKSUM(974947235), .bids = bids,
                                        .bid_count = 10, .asks = asks,        .ask_count = 11 };
    ASSERT_NUMBER(cmb_book_apply(book, &snapshot), CMB_BOOK_APPLIED);
    snapshot.checksum ^= 1;
    ASSERT_NUMBER(cmb_book_apply(book, &snapshot), CMB_BOOK_BROKEN);
    ASSERT_NUMBER(cmb_book_reason(book), CMB_BOOK_CHECKSUM);
    ASSERT_NUMBER(cmb_book_need(book), CMB_BOOK_NEEDS_SUBSCRIPTION);
    snapshot.checksum = 73389879; /* with 304 for the best bid */
    bids[0].amount = 304;
    ASSERT_NUMBER(cmb_book_apply(book, &snapshot), CMB_BOOK_APPLIED);
    cmb_book_free(book);
}

/* Both examples of OKX's documentation, at a scale with more digits than were sent. */
static void sums_up_okxs_examples(void)
{
    struct cmb_book *book = cmb_book_new(&okx, 3, 2);
    ASSERT_NUMBER(
        FEED(book, SNAPSHOT, NUMBER(1), CHECKSUM(-1881014294),
             BIDS({ 3366100, 700 }, { 3366000, 600 }), ASKS({ 3366800, 900 }, { 3368000, 800 }),
             .bid_digits = DIGITS({ 1, 0 }, { 0, 0 }), .ask_digits = DIGITS({ 1, 0 }, { 0, 0 })),
        CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, NUMBER(2), AFTER(1), CHECKSUM(831078360), BIDS({ 3366000, 0 }),
                       ASKS({ 3372000, 800 }), .bid_digits = DIGITS({ 0, 0 }),
                       .ask_digits = DIGITS({ 0, 0 })),
                  CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, NUMBER(3), AFTER(2), CHECKSUM(0), BIDS({ 3000000, 100 })),
                  CMB_BOOK_APPLIED);
    ASSERT_NUMBER(FEED(book, NUMBER(4), AFTER(3), CHECKSUM(1)), CMB_BOOK_BROKEN);
    cmb_book_free(book);
}

static void writes_amounts_of_asks_with_a_minus(void)
{
    struct cmb_book *book = cmb_book_new(&bitfinex, 0, 2);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, CHECKSUM(2038110049), BIDS({ 6000, 150 }, { 5999, 200 }),
                       ASKS({ 6001, 25 }, { 6002, 300 }), .bid_digits = DIGITS({ 0, 1 }, { 0, 0 }),
                       .ask_digits = DIGITS({ 0, 2 }, { 0, 0 })),
                  CMB_BOOK_APPLIED);
    cmb_book_free(book);
}

static void writes_one_side_behind_the_other(void)
{
    struct cmb_book *book = cmb_book_new(&coinex, 1, 2);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, CHECKSUM(259614405), BIDS({ 1005, 200 }, { 1004, 125 }),
                       ASKS({ 1010, 310 })),
                  CMB_BOOK_APPLIED);
    cmb_book_free(book);
}

static void writes_digits_of_the_market(void)
{
    struct cambist_book_rule rule = okx;
    rule.checksum_digits = CAMBIST_DIGITS_OF_MARKET;
    struct cmb_book *book = cmb_book_new(&rule, 2, 3);
    ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(1), CHECKSUM(1613279921),
                       BIDS({ 10050, 2000 }, { 10040, 1250 }), ASKS({ 10100, 3100 }),
                       .bid_digits = DIGITS({ 9, 9 }, { 9, 9 }), .ask_digits = DIGITS({ 9, 9 })),
                  CMB_BOOK_APPLIED);
    cmb_book_free(book);
}

/* The text is 4.004. */
static void writes_zeros_that_the_scale_does_not_hold(void)
{
    struct cambist_book_rule rule = coinex;
    rule.checksum_mark = NULL;
    struct cmb_book *book = cmb_book_new(&rule, 0, 0);
    ASSERT_NUMBER(
        FEED(book, SNAPSHOT, CHECKSUM(0x08f71680), BIDS({ 4, 4 }), .bid_digits = DIGITS({ 2, 0 })),
        CMB_BOOK_APPLIED);
    cmb_book_free(book);
}

static void sums_up_digits_after_a_rescale(void)
{
    struct cmb_book *book = cmb_book_new(&coinex, 1, 2);
    FEED(book, SNAPSHOT, BIDS({ 1005, 200 }, { 1004, 125 }), ASKS({ 1010, 310 }));
    ASSERT_NUMBER(cmb_book_rescale(book, 4, 8), CMB_NUMBER_FINE);
    ASSERT_NUMBER(FEED(book, CHECKSUM(259614405)), CMB_BOOK_APPLIED);
    cmb_book_free(book);
}

TEST_SUITE("book/checksum", { "sums up Kraken's example", sums_up_krakens_example },
           { "sums up OKX's examples", sums_up_okxs_examples },
           { "writes amounts of asks with a minus", writes_amounts_of_asks_with_a_minus },
           { "writes one side behind the other", writes_one_side_behind_the_other },
           { "writes digits of the market", writes_digits_of_the_market },
           { "writes zeros that the scale does not hold",
             writes_zeros_that_the_scale_does_not_hold },
           { "sums up digits as sent after a rescale", sums_up_digits_after_a_rescale })
