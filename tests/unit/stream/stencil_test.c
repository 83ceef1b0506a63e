/* Which frames are read by a stencil, and is every other one read by the tables? */
#include "support/hand_fed.h"

enum { DEPTH = 8 };

struct fed {
    struct hand_fed by;
    int64_t now_ns;
    int books;          /* that were told live */
    const char *symbol; /* of the last one */
    int64_t timestamp_ns;
    struct cmb_book_view view;
    struct cmb_scaled_level bids[DEPTH], asks[DEPTH];
    struct cambist_decimal last; /* price, of a ticker */
};

/* The time stands under one name or the other. */
static const struct cambist_field timed_fields[] = {
    { "symbol", "s" }, { "timestamp", "t|T", CAMBIST_MS }, { "sequence", "n" },
    { "whole", "n", .constant = "true" }, { "bids", "b" }, { "asks", "a" },
};
/* The market is said by the channel's row, the kind of message by a word. */
static const struct cambist_field worded_fields[] = {
    { "whole", "k", .words = "whole" }, { "sequence", "n" }, { "previous_sequence", "p" },
    { "bids", "b" }, { "asks", "a" },
};
/* That there is a list says that it is whole. */
static const struct cambist_field whole_fields[] = {
    { "symbol", "s" }, { "whole", "bs", .constant = "true" }, { "sequence", "n" },
    { "bids", "bs" }, { "asks", "as" },
};
static const struct cambist_field trade_fields[] = {
    { "symbol", "s" }, { "id", "n" }, { "price", "b.0.0" }, { "amount", "b.0.1" },
};
static const struct cambist_field ticker_fields[] = {
    { "last", "l" }, { "timestamp", "t", CAMBIST_MS },
};
static const struct cambist_channel channels[] = {
    { "watch_order_book", "stream", .name = "\"timed.{market}\"", .frames = "e=timed",
      .book = "whole", .fields = CAMBIST_TABLE(timed_fields) },
    { "watch_order_book", "stream", .name = "\"word.{market}\"", .frames = "c=book_*",
      .book = "sent", .rows = "d[]", .market = "m", .fields = CAMBIST_TABLE(worded_fields) },
    { "watch_order_book", "stream", .name = "\"whole.{market}\"", .frames = "e=whole",
      .book = "whole", .fields = CAMBIST_TABLE(whole_fields) },
    { "watch_ticker", "stream", .name = "\"tick.{market}\"", .frames = "e=tick", .market = "m",
      .fields = CAMBIST_TABLE(ticker_fields) },
    { "watch_trades", "stream", .name = "\"trade.{market}\"", .frames = "e=timed trade=yes",
      .fields = CAMBIST_TABLE(trade_fields) },
};
static const struct cambist_book_rule rules[] = {
    { "whole", CAMBIST_BOOK_COUNTED },
    { "sent", CAMBIST_BOOK_PREVIOUS },
};

static void on_event(const struct cmb_event *event, void *user)
{
    struct fed *fed = user;
    if (event->topic == CAMBIST_TOPIC_watch_ticker && event->record) {
        fed->symbol = event->market->symbol;
        fed->last = ((const struct cambist_ticker *)event->record)->last;
    }
    if (!event->book || event->is_state || event->state != CAMBIST_WATCH_LIVE)
        return;
    fed->books++;
    fed->symbol = event->market->symbol;
    fed->timestamp_ns = event->timestamp_ns;
    fed->view = (struct cmb_book_view){ .bids = fed->bids, .asks = fed->asks };
    (void)cmb_book_read(event->book, DEPTH, 0, &fed->view);
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

static int feed(struct fed *fed, const char *text)
{
    return cmb_stream_feed(fed->by.stream, cmb_text_of(text), ++fed->now_ns, NULL);
}

/* Whether the frame is read, and by a stencil. */
static bool is_stencilled(struct fed *fed, const char *text)
{
    uint64_t before = cmb_stream_counts(fed->by.stream)->stencilled;
    ASSERT_NUMBER(feed(fed, text), CAMBIST_OK);
    return cmb_stream_counts(fed->by.stream)->stencilled == before + 1;
}

static void reads_a_frame_that_looks_like_the_one_before(void)
{
    struct fed fed;
    open_fed(&fed);
    CU_ASSERT(!is_stencilled(&fed, "{\"e\":\"timed\",\"s\":\"XBTUSDT\",\"t\":1,\"n\":1,"
                                   "\"b\":[[\"1\",\"2\"]],\"a\":[]}"));
    CU_ASSERT(is_stencilled(&fed, "{\"e\":\"timed\",\"s\":\"XBTUSDT\",\"t\":12,\"n\":22,"
                                  "\"b\":[[\"1\",\"2\"],[\"0.5\",\"7\"]],\"a\":[[\"3\",\"1\"]]}"));
    ASSERT_NUMBER(fed.books, 2);
    ASSERT_NUMBER(fed.timestamp_ns, 12000000);
    ASSERT_NUMBER(fed.view.sequence, 22);
    ASSERT_NUMBER(fed.view.bid_count, 2);
    ASSERT_NUMBER(fed.view.ask_count, 1);
    close_fed(&fed);
}

static void finds_each_frames_own_market(void)
{
    struct fed fed;
    open_fed(&fed);
    feed(&fed, "{\"e\":\"timed\",\"s\":\"XBTUSDT\",\"t\":1,\"n\":1,\"b\":[],\"a\":[]}");
    ASSERT_TEXT(fed.symbol, "BTC/USDT");
    CU_ASSERT(!is_stencilled(&fed, "{\"e\":\"timed\",\"s\":\"NEW\",\"t\":1,\"n\":1,\"b\":[],\"a\":[]}"));
    ASSERT_TEXT(fed.symbol, "NEW");
    CU_ASSERT(is_stencilled(&fed, "{\"e\":\"timed\",\"s\":\"XBTUSDT\",\"t\":1,\"n\":2,\"b\":[],\"a\":[]}"));
    ASSERT_TEXT(fed.symbol, "BTC/USDT");
    CU_ASSERT(is_stencilled(&fed, "{\"e\":\"timed\",\"s\":\"NEW\",\"t\":1,\"n\":2,\"b\":[],\"a\":[]}"));
    ASSERT_TEXT(fed.symbol, "NEW");
    close_fed(&fed);
}

/* What was remembered of the last frame's market may not speak for the next one's. */
static void a_name_that_is_too_long_is_not_taken_for_another(void)
{
    static const char long_name[] = "a-name-of-more-than-thirty-two-letters";
    struct fed fed;
    char text[200];
    open_fed(&fed);
    for (int i = 1; i < 10; i++) {
        bool is_long = i % 3 == 0;
        snprintf(text, sizeof text, "{\"e\":\"timed\",\"s\":\"%s\",\"t\":%d,\"n\":%d,\"b\":[],\"a\":[]}",
                 is_long ? long_name : "XBTUSDT", i, i);
        feed(&fed, text);
        ASSERT_TEXT(fed.symbol, is_long ? long_name : "BTC/USDT");
    }
    close_fed(&fed);
}

/* Where the first name says nothing, the second one counts, as the tables have it. */
static void looks_at_the_tables_where_another_value_may_count(void)
{
    struct fed fed;
    open_fed(&fed);
    feed(&fed, "{\"e\":\"timed\",\"s\":\"XBTUSDT\",\"t\":1,\"T\":5,\"n\":1,\"b\":[],\"a\":[]}");
    CU_ASSERT(is_stencilled(&fed, "{\"e\":\"timed\",\"s\":\"XBTUSDT\",\"t\":2,\"T\":6,\"n\":2,"
                                  "\"b\":[],\"a\":[]}"));
    ASSERT_NUMBER(fed.timestamp_ns, 2000000);
    CU_ASSERT(!is_stencilled(&fed, "{\"e\":\"timed\",\"s\":\"XBTUSDT\",\"t\":0,\"T\":7,\"n\":3,"
                                   "\"b\":[],\"a\":[]}"));
    ASSERT_NUMBER(fed.timestamp_ns, 7000000);
    close_fed(&fed);
}

/* The word stays in the stencil; so does what tells the channel, though it may be "book_" and more. */
static void words_and_channels_have_stencils_of_their_own(void)
{
    struct fed fed;
    open_fed(&fed);
    CU_ASSERT(!is_stencilled(&fed, "{\"c\":\"book_5\",\"m\":\"XBTUSDT\",\"d\":[{\"k\":\"snapshot\","
                                   "\"n\":1,\"p\":0,\"b\":[[\"1\",\"2\"]],\"a\":[]}]}"));
    CU_ASSERT(!is_stencilled(&fed, "{\"c\":\"book_5\",\"m\":\"XBTUSDT\",\"d\":[{\"k\":\"update\","
                                   "\"n\":2,\"p\":1,\"b\":[[\"1\",\"3\"]],\"a\":[]}]}"));
    CU_ASSERT(is_stencilled(&fed, "{\"c\":\"book_5\",\"m\":\"XBTUSDT\",\"d\":[{\"k\":\"update\","
                                  "\"n\":3,\"p\":2,\"b\":[[\"2\",\"3\"]],\"a\":[]}]}"));
    ASSERT_NUMBER(fed.view.bid_count, 2);
    CU_ASSERT(is_stencilled(&fed, "{\"c\":\"book_5\",\"m\":\"XBTUSDT\",\"d\":[{\"k\":\"snapshot\","
                                  "\"n\":9,\"p\":0,\"b\":[[\"1\",\"2\"]],\"a\":[]}]}"));
    ASSERT_NUMBER(fed.view.bid_count, 1);
    CU_ASSERT(!is_stencilled(&fed, "{\"c\":\"book_6\",\"m\":\"XBTUSDT\",\"d\":[{\"k\":\"update\","
                                   "\"n\":10,\"p\":9,\"b\":[[\"2\",\"3\"]],\"a\":[]}]}"));
    ASSERT_NUMBER(feed(&fed, "{\"c\":\"bond_6\",\"m\":\"XBTUSDT\",\"d\":[{\"k\":\"update\",\"n\":11,"
                             "\"p\":10,\"b\":[[\"2\",\"3\"]],\"a\":[]}]}"),
                  CAMBIST_NOT_SUPPORTED);
    close_fed(&fed);
}

static void a_list_that_is_missing_is_left_to_the_tables(void)
{
    struct fed fed;
    open_fed(&fed);
    feed(&fed, "{\"e\":\"whole\",\"s\":\"XBTUSDT\",\"n\":1,\"bs\":[[\"1\",\"2\"]],\"as\":[]}");
    CU_ASSERT(is_stencilled(&fed, "{\"e\":\"whole\",\"s\":\"XBTUSDT\",\"n\":2,\"bs\":[[\"3\",\"2\"]],"
                                  "\"as\":[]}"));
    CU_ASSERT(!is_stencilled(&fed, "{\"e\":\"whole\",\"s\":\"XBTUSDT\",\"n\":3,\"bs\":null,"
                                   "\"as\":[]}"));
    close_fed(&fed);
}

static void reads_records_too(void)
{
    struct fed fed;
    open_fed(&fed);
    CU_ASSERT(!is_stencilled(&fed, "{\"e\":\"tick\",\"m\":\"XBTUSDT\",\"l\":\"1.5\",\"t\":1}"));
    CU_ASSERT(is_stencilled(&fed, "{\"e\":\"tick\",\"m\":\"NEW\",\"l\":\"22.75\",\"t\":2}"));
    ASSERT_TEXT(fed.symbol, "NEW");
    ASSERT_NUMBER(fed.last.low, 2275);
    ASSERT_NUMBER(fed.last.exponent, -2);
    ASSERT_NUMBER(feed(&fed, "{\"e\":\"tick\",\"m\":\"NEW\",\"l\":\"2x\",\"t\":2}"), CAMBIST_GARBLED);
    ASSERT_NUMBER(feed(&fed, "{\"e\":\"tock\",\"m\":\"NEW\",\"l\":\"2\",\"t\":2}"),
                  CAMBIST_NOT_SUPPORTED);
    close_fed(&fed);
}

/* A frame that two channels read, and one of several rows, have none. */
static void leaves_what_tells_more_to_the_tables(void)
{
    struct fed fed;
    open_fed(&fed);
    for (int i = 0; i < 2; i++) {
        CU_ASSERT(!is_stencilled(&fed, "{\"e\":\"timed\",\"trade\":\"yes\",\"s\":\"XBTUSDT\",\"t\":1,"
                                       "\"n\":1,\"b\":[[\"1\",\"2\"]],\"a\":[]}"));
        CU_ASSERT(!is_stencilled(&fed, "{\"c\":\"book_5\",\"m\":\"XBTUSDT\",\"d\":["
                                       "{\"k\":\"snapshot\",\"n\":1,\"p\":0,\"b\":[],\"a\":[]},"
                                       "{\"k\":\"update\",\"n\":2,\"p\":1,\"b\":[],\"a\":[]}]}"));
    }
    close_fed(&fed);
}

static void says_what_is_wrong_with_a_frame_as_the_tables_do(void)
{
    struct fed fed;
    struct cambist_error error = { 0 };
    open_fed(&fed);
    feed(&fed, "{\"e\":\"timed\",\"s\":\"XBTUSDT\",\"t\":1,\"n\":1,\"b\":[[\"1\",\"2\"]],\"a\":[]}");
    ASSERT_NUMBER(cmb_stream_feed(fed.by.stream,
                                  CMB_TEXT("{\"e\":\"timed\",\"s\":\"XBTUSDT\",\"t\":1,\"n\":2,"
                                           "\"b\":[[\"1\",\"2x\"]],\"a\":[]}"),
                                  2, &error),
                  CAMBIST_GARBLED);
    CU_ASSERT(strstr(error.message, "byte") != NULL);
    ASSERT_NUMBER(fed.books, 1);
    ASSERT_NUMBER(cmb_stream_counts(fed.by.stream)->unreadable, 1);
    close_fed(&fed);
}

/* Frames of ever new forms neither grow it nor push out what fits for long. */
static void learns_again_when_its_place_was_taken(void)
{
    struct fed fed;
    char text[200];
    open_fed(&fed);
    feed(&fed, "{\"e\":\"timed\",\"s\":\"XBTUSDT\",\"t\":1,\"n\":1,\"b\":[],\"a\":[]}");
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "{\"e\":\"timed\",\"form\":{\"f%d\":1},\"s\":\"XBTUSDT\",\"t\":1,"
                 "\"n\":2,\"b\":[],\"a\":[]}", i);
        CU_ASSERT(!is_stencilled(&fed, text));
    }
    bool is_fit = false;
    for (int i = 0; i < 20 && !is_fit; i++)
        is_fit = is_stencilled(&fed, "{\"e\":\"timed\",\"s\":\"XBTUSDT\",\"t\":1,\"n\":3,\"b\":[],\"a\":[]}");
    CU_ASSERT(is_fit);
    close_fed(&fed);
}

TEST_SUITE("stream/stencil",
           { "reads a frame that looks like the one before",
             reads_a_frame_that_looks_like_the_one_before },
           { "finds each frame's own market", finds_each_frames_own_market },
           { "a name that is too long is not taken for another",
             a_name_that_is_too_long_is_not_taken_for_another },
           { "looks at the tables where another value may count",
             looks_at_the_tables_where_another_value_may_count },
           { "words and channels have stencils of their own",
             words_and_channels_have_stencils_of_their_own },
           { "a list that is missing is left to the tables",
             a_list_that_is_missing_is_left_to_the_tables },
           { "reads records, too", reads_records_too },
           { "leaves what tells more to the tables", leaves_what_tells_more_to_the_tables },
           { "says what is wrong with a frame as the tables do",
             says_what_is_wrong_with_a_frame_as_the_tables_do },
           { "learns again when its place was taken", learns_again_when_its_place_was_taken })
