/* Does a recording tell what it holds, and why it does not? */
#include "support/hand_fed.h"

struct fed {
    struct hand_fed by;
    int books;
    const char *symbol; /* of the last one */
    struct cmb_book_best best;
};

/* Bids under "bs" are a whole side: where they stand, the book is whole. */
static const struct cambist_field whole_fields[] = {
    { "symbol", "s" }, { "whole", "bs", .constant = "true" }, { "sequence", "n" },
    { "bids", "bs|b" }, { "asks", "as|a" },
};
/* The market is a part of the channel's name. */
static const struct cambist_field named_fields[] = {
    { "symbol", "/c:_1" }, { "sequence", "n" }, { "whole", "n", .constant = "true" },
    { "bids", "b" }, { "asks", "a" },
};
/* One level a frame, and no list of them: no table says that. */
static int decode_level(const struct cambist_call *call, struct cambist_json frame)
{
    const struct cambist_host *host = call->host;
    struct cambist_level *level = host->allocate(call, sizeof *level);
    struct cambist_book_update update = { .whole = CAMBIST_FLAG_YES, .sequence = 1 };
    if (!level)
        return CAMBIST_NO_MEMORY;
    update.symbol = host->text(call, host->find(call, frame, "s"));
    level->price = (struct cambist_decimal){ .low = 15, .exponent = -1, .is_set = 1 };
    level->amount = (struct cambist_decimal){ .low = 2, .is_set = 1 };
    update.bids = (struct cambist_levels){ level, 1, sizeof *level };
    return host->emit(call, &update, sizeof update);
}
static const struct cambist_channel channels[] = {
    { "watch_order_book", "stream", .name = "\"level.{market}\"", .frames = "e=level",
      .book = "whole", .decode = decode_level },
    { "watch_order_book", "stream", .name = "\"book_{market}\"", .frames = "c=book_*",
      .book = "whole", .rows = "d", .fields = CAMBIST_TABLE(named_fields) },
    { "watch_order_book", "stream", .name = "\"book.{market}\"", .frames = "e=book",
      .book = "asked", .fields = CAMBIST_TABLE(test_stream_change_fields) },
    { "watch_order_book", "stream", .name = "\"all.{market}\"", .frames = "e=all", .book = "whole",
      .fields = CAMBIST_TABLE(whole_fields) },
};
static const struct cambist_book_rule rules[] = {
    { "asked", CAMBIST_BOOK_RANGE, .snapshot_limit = 100 },
    { "whole", CAMBIST_BOOK_COUNTED },
};

static void on_event(const struct cmb_event *event, void *user)
{
    struct fed *fed = user;
    if (event->book)
        (void)cmb_book_best(event->book, &fed->best);
    if (event->market)
        fed->symbol = event->market->symbol;
    fed->books += event->book && !event->is_state && event->state == CAMBIST_WATCH_LIVE;
}

static void open_fed(struct fed *fed)
{
    *fed = (struct fed){ 0 };
    hand_fed_open(&fed->by, channels, sizeof channels / sizeof *channels, rules,
                  sizeof rules / sizeof *rules, on_event, fed);
}

static void close_fed(struct fed *fed)
{
    hand_fed_close(&fed->by);
}

static void is_whole_by_its_levels(void)
{
    struct fed fed;
    open_fed(&fed);
    ASSERT_NUMBER(cmb_stream_feed(fed.by.stream, CMB_TEXT("{\"e\":\"all\",\"s\":\"XBTUSDT\","
                                                       "\"n\":1,\"b\":[[\"1\",\"2\"]]}"), 1, NULL),
                  CAMBIST_OK);
    ASSERT_NUMBER(fed.books, 0);
    ASSERT_NUMBER(cmb_stream_feed(fed.by.stream, CMB_TEXT("{\"e\":\"all\",\"s\":\"XBTUSDT\",\"as\":[],"
                                                       "\"n\":2,\"bs\":[[\"1\",\"2\"]]}"), 2, NULL),
                  CAMBIST_OK);
    ASSERT_NUMBER(fed.books, 1);
    close_fed(&fed);
}

/* The first list was read before the second one wanted more decimals. */
static void lists_of_one_frame_have_one_scale(void)
{
    struct fed fed;
    open_fed(&fed);
    ASSERT_NUMBER(cmb_stream_feed(fed.by.stream,
                                  CMB_TEXT("{\"e\":\"all\",\"s\":\"XBTUSDT\",\"n\":1,"
                                           "\"bs\":[[\"1.5\",\"2\"]],"
                                           "\"as\":[[\"1.50000001\",\"3.00000007\"]]}"), 1, NULL),
                  CAMBIST_OK);
    ASSERT_NUMBER(fed.books, 1);
    ASSERT_NUMBER(fed.best.price_scale, 8);
    ASSERT_NUMBER(fed.best.bid.price, 150000000);
    ASSERT_NUMBER(fed.best.bid.amount, 2 * cmb_powers_of_ten[fed.best.amount_scale]);
    ASSERT_NUMBER(fed.best.ask.price, 150000001);
    close_fed(&fed);
}

static void refuses_lists_that_no_scale_holds(void)
{
    struct fed fed;
    open_fed(&fed);
    CU_ASSERT(cmb_stream_feed(fed.by.stream,
                              CMB_TEXT("{\"e\":\"all\",\"s\":\"XBTUSDT\",\"n\":1,"
                                       "\"bs\":[[\"9000000000000000\",\"2\"]],"
                                       "\"as\":[[\"1.00000001\",\"3\"]]}"), 1, NULL) !=
              CAMBIST_OK);
    ASSERT_NUMBER(fed.books, 0);
    close_fed(&fed);
}

static void finds_markets_by_parts(void)
{
    struct fed fed;
    open_fed(&fed);
    ASSERT_NUMBER(cmb_stream_feed(fed.by.stream, CMB_TEXT("{\"c\":\"book_XBTUSDT\",\"d\":{\"n\":1,"
                                                       "\"b\":[],\"a\":[[\"1\",\"2\"]]}}"), 1, NULL),
                  CAMBIST_OK);
    ASSERT_NUMBER(fed.books, 1);
    ASSERT_TEXT(fed.symbol, "BTC/USDT");
    ASSERT_NUMBER(cmb_stream_feed(fed.by.stream,
                                  CMB_TEXT("{\"e\":\"all\",\"s\":\"XBT\\u0055SDT-P\",\"as\":[],"
                                           "\"n\":2,\"bs\":[[\"1\",\"2\"]]}"), 2, NULL),
                  CAMBIST_OK);
    ASSERT_TEXT(fed.symbol, "BTC/USDT:USDT");
    close_fed(&fed);
}

static void takes_what_a_function_made(void)
{
    struct fed fed;
    open_fed(&fed);
    ASSERT_NUMBER(cmb_stream_feed(fed.by.stream, CMB_TEXT("{\"e\":\"level\",\"s\":\"XBTUSDT\"}"), 1,
                                  NULL), CAMBIST_OK);
    ASSERT_NUMBER(fed.books, 1);
    ASSERT_NUMBER(fed.best.bid.price, 15);
    ASSERT_NUMBER(fed.best.bid.amount, 2);
    ASSERT_NUMBER(fed.best.price_scale, 1);
    close_fed(&fed);
}

/* Levels come, change, go, and come back: as many as before. */
static size_t write_round(char *to, size_t size, unsigned number)
{
    return (size_t)snprintf(to, size, "{\"e\":\"all\",\"s\":\"XBTUSDT\",\"n\":%u,\"bs\":[[\"%u.5\",\"2\"],"
                            "[\"9.5\",\"%u\"]],\"as\":[[\"1%u.25\",\"1.00%u\"]]}", number,
                            10 + number % 7, 1 + number % 5, 10 + number % 9, 1 + number % 8);
}

static void a_warm_frame_takes_no_memory(void)
{
    struct fed fed;
    char text[256];
    uint64_t before = 0;
    open_fed(&fed);
    for (unsigned i = 1; i <= 400; i++) {
        if (i == 100)
            before = cmb_memory.asked;
        struct cmb_text frame = { text, write_round(text, sizeof text, i) };
        ASSERT_NUMBER(cmb_stream_feed(fed.by.stream, frame, i, NULL), CAMBIST_OK);
    }
    ASSERT_NUMBER(fed.books, 400);
    ASSERT_NUMBER(cmb_memory.asked - before, 0);
    close_fed(&fed);
}

static void says_why_a_snapshot_is_none(void)
{
    struct fed fed;
    struct cambist_error error = { 0 };
    open_fed(&fed);
    int status = cmb_stream_feed_snapshot(
        fed.by.stream, CMB_TEXT("https://api.example.com/book?market=XBTUSDT&limit=100"),
        CMB_TEXT("{\"n\":1,\"bids\":[[\"1.0\",\"3.00006666666666666666666\"]],\"asks\":[]}"), 1,
        &error);
    ASSERT_NUMBER(status, CAMBIST_TOO_LARGE);
    ASSERT_TEXT(error.message, "a book has numbers that no int64 can hold");
    close_fed(&fed);
}

TEST_SUITE("stream/feed", { "is a whole book by its levels alone", is_whole_by_its_levels },
           { "finds markets by parts of names and behind escapes", finds_markets_by_parts },
           { "lists of one frame have one scale", lists_of_one_frame_have_one_scale },
           { "refuses lists that no scale holds", refuses_lists_that_no_scale_holds },
           { "takes books that a plugin's function made", takes_what_a_function_made },
           { "a warm frame takes no memory", a_warm_frame_takes_no_memory },
           { "says why a snapshot is none", says_why_a_snapshot_is_none })
