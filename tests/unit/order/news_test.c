/* Does news come out of the journal as it went in, and make the same order? */
#include "order/news.h"

#include "support/decimal.h"
#include "support/test.h"

static struct cmb_arena arena;
static struct cmb_buffer payload;

static void set_up(void)
{
    cmb_arena_init(&arena, 1 << 20);
    cmb_buffer_init(&payload, 1 << 20);
}

static void tear_down(void)
{
    cmb_arena_clear(&arena);
    cmb_buffer_clear(&payload);
}

/* What is read of what was written. */
static struct cmb_news written(const struct cmb_news *news)
{
    struct cmb_news read = { 0 };
    struct cambist_error error = { 0 };
    cmb_buffer_reset(&payload);
    cmb_news_write(news, &payload);
    int status = cmb_news_read(cmb_buffer_text(&payload), &arena, &read, &error);
    if (status != CAMBIST_OK)
        printf("\n    %s", error.message);
    CU_ASSERT(status == CAMBIST_OK);
    return read;
}

static bool is(const struct cambist_decimal *value, const char *text)
{
    char digits[CMB_DECIMAL_TEXT_SIZE];
    cmb_decimal_format(value, digits);
    return strcmp(digits, text) == 0;
}

static void every_member_comes_back(void)
{
    set_up();
    struct cmb_news news = {
        .kind = CMB_NEWS_KEPT, .exchange = "okx-hedge", .client_id = "c\"1\\\n\xc3\xa9",
        .ending = 4, .pending = 2, .proof = 3, .time_ns = 1795937773989279817,
        .report = { .id = "9223372036854775808", .symbol = "BTC/USDT:USDT", .side = 2, .type = 1,
                    .amount = decimal("0.10"), .price = decimal("30000.50"), .state = 255,
                    .filled = decimal("0.00"), .last_update_timestamp = -5 },
        .trade = { .id = "t1", .order_id = "o1", .timestamp = 7, .price = decimal("1"),
                   .amount = decimal("2"), .fee_cost = decimal("-0.3"), .fee_currency = "BNB" },
        .life = CAMBIST_LIFE_WORKING, .deadline_ns = 8, .new_amount = decimal("9"),
        .new_price = decimal("10"), .doubted_amount = decimal("12"), .counted = decimal("11"),
        .fills = "0123456789abcdef",
    };
    struct cmb_news read = written(&news);
    ASSERT_NUMBER(read.kind, news.kind);
    ASSERT_TEXT(read.exchange, news.exchange);
    ASSERT_TEXT(read.client_id, news.client_id);
    ASSERT_NUMBER(read.ending, 4);
    ASSERT_NUMBER(read.pending, 2);
    ASSERT_NUMBER(read.proof, 3);
    ASSERT_NUMBER(read.time_ns, news.time_ns);
    ASSERT_TEXT(read.report.id, news.report.id);
    ASSERT_TEXT(read.report.symbol, news.report.symbol);
    ASSERT_NUMBER(read.report.side, 2);
    ASSERT_NUMBER(read.report.state, 255);
    ASSERT_NUMBER(read.report.last_update_timestamp, -5);
    CU_ASSERT(is(&read.report.amount, "0.10") && is(&read.report.price, "30000.50"));
    CU_ASSERT(is(&read.report.filled, "0.00"));
    ASSERT_TEXT(read.trade.id, "t1");
    ASSERT_TEXT(read.trade.order_id, "o1");
    ASSERT_TEXT(read.trade.fee_currency, "BNB");
    CU_ASSERT(is(&read.trade.fee_cost, "-0.3"));
    ASSERT_NUMBER(read.deadline_ns, 8);
    CU_ASSERT(is(&read.new_amount, "9") && is(&read.new_price, "10") && is(&read.counted, "11"));
    CU_ASSERT(is(&read.doubted_amount, "12"));
    ASSERT_TEXT(read.fills, news.fills);
    tear_down();
}

static void what_is_absent_stays_absent(void)
{
    set_up();
    struct cmb_news read = written(&(struct cmb_news){ .kind = CMB_NEWS_LEAVE, .exchange = "x",
                                                       .client_id = "c" });
    CU_ASSERT(!read.report.id && !read.report.amount.is_set && !read.trade.id && !read.fills);
    ASSERT_NUMBER(read.time_ns, 0);
    tear_down();
}

static void what_is_no_news_is_refused(void)
{
    static const char *const texts[] = {
        "", "{}", "[]", "{\"news\":1}", "{\"news\":1,\"exchange\":\"x\"}",
        "{\"news\":0,\"exchange\":\"x\",\"client_id\":\"c\"}",
        "{\"news\":11,\"exchange\":\"x\",\"client_id\":\"c\"}",
        "{\"news\":10,\"exchange\":\"x\",\"client_id\":\"c\"}",
        "{\"news\":10,\"exchange\":\"x\",\"client_id\":\"c\",\"life\":10}",
        "{\"news\":1,\"exchange\":7,\"client_id\":\"c\"}",
        "{\"news\":1,\"exchange\":\"x\",\"client_id\":\"c\",\"colour\":1}",
        "{\"news\":1,\"exchange\":\"x\",\"client_id\":\"c\",\"amount\":\"1,5\"}",
        "{\"news\":1,\"exchange\":\"x\",\"client_id\":\"c\"} ,",
    };
    set_up();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cmb_news read = { .kind = 77 };
        struct cambist_error error = { 0 };
        CU_ASSERT(cmb_news_read(cmb_text_of(texts[i]), &arena, &read, &error) != CAMBIST_OK);
        CU_ASSERT(error.message[0] != '\0');
        ASSERT_NUMBER(read.kind, 77);
    }
    tear_down();
}

static void a_text_without_memory_is_refused(void)
{
    set_up();
    cmb_arena_clear(&arena);
    cmb_arena_init(&arena, 4);
    struct cmb_news read = { 0 };
    struct cambist_error error = { 0 };
    CU_ASSERT(cmb_news_read(CMB_TEXT("{\"news\":1,\"exchange\":\"longer than four\"}"), &arena,
                            &read, &error) != CAMBIST_OK);
    tear_down();
}

/* ---- the machine, out of the journal ---- */

/* The same news, once as it happens and once as it is read. */
static void take(const struct cmb_news *news, struct cmb_order *order, struct cmb_order *again)
{
    struct cmb_news read = written(news);
    ASSERT_NUMBER(cmb_news_apply(news, order), cmb_news_apply(&read, again));
    ASSERT_NUMBER(order->life, again->life);
    ASSERT_NUMBER(order->pending, again->pending);
    CU_ASSERT(cmb_decimal_compare(&order->filled, &again->filled) == 0);
}

static void an_order_is_made_again_out_of_its_news(void)
{
    struct cmb_order order = { 0 }, again = { 0 };
#define NEWS(...) take(&(struct cmb_news){ .exchange = "x", .client_id = "c1", __VA_ARGS__ },      \
                       &order, &again)
    set_up();
    NEWS(.kind = CMB_NEWS_INTENT, .time_ns = 5,
         .report = { .symbol = "BTC/USDT", .side = 1, .type = 1, .amount = decimal("2"),
                     .price = decimal("3") });
    NEWS(.kind = CMB_NEWS_LEAVE, .time_ns = 9);
    NEWS(.kind = CMB_NEWS_END, .ending = CMB_ENDED_LOST);
    NEWS(.kind = CMB_NEWS_REPORT, .proof = CAMBIST_PROOF_QUERY,
         .report = { .id = "17", .state = CAMBIST_STATE_OPEN });
    NEWS(.kind = CMB_NEWS_FILL, .trade = { .id = "t1", .amount = decimal("0.5") });
    NEWS(.kind = CMB_NEWS_AMEND, .report = { .amount = decimal("3") });
    NEWS(.kind = CMB_NEWS_FINISH, .pending = CAMBIST_PENDING_AMEND, .ending = CMB_ENDED_TAKEN);
    NEWS(.kind = CMB_NEWS_CANCEL);
    NEWS(.kind = CMB_NEWS_FINISH, .pending = CAMBIST_PENDING_CANCEL, .ending = CMB_ENDED_LOST);
    NEWS(.kind = CMB_NEWS_MISS, .proof = CAMBIST_PROOF_ABSENCE);
    ASSERT_NUMBER(again.life, CAMBIST_LIFE_CANCELED);
    ASSERT_TEXT(again.id, "17");
    ASSERT_NUMBER(again.asked_ns, 5);
    ASSERT_NUMBER(again.deadline_ns, 9);
    CU_ASSERT(is(&again.amount, "3") && is(&again.filled, "0.5"));
    cmb_order_clear(&order);
    cmb_order_clear(&again);
    tear_down();
}

static void what_is_kept_knows_its_trades(void)
{
    set_up();
    struct cmb_news kept = { .kind = CMB_NEWS_KEPT, .exchange = "x", .client_id = "c1",
                             .life = CAMBIST_LIFE_WORKING, .report = { .amount = decimal("2") } };
    struct cmb_order order = { 0 }, again = { 0 };
    struct cambist_trade trade = { .id = "t1", .amount = decimal("1") };
    char fills[17];
    cmb_news_apply(&kept, &order);
    cmb_order_fill(&order, &trade);
    snprintf(fills, sizeof fills, "%016llx", (unsigned long long)order.fills.ids[0]);
    kept.fills = fills;
    kept.report.id = "17";
    kept.report.filled = kept.counted = decimal("1");
    struct cmb_news read = written(&kept);
    CU_ASSERT(cmb_news_apply(&read, &again) & CMB_CHANGED_ID);
    ASSERT_NUMBER(cmb_order_fill(&again, &trade), 0);
    trade.id = "t2";
    CU_ASSERT(cmb_order_fill(&again, &trade) & CMB_CHANGED_LIFE);
    cmb_order_clear(&order);
    cmb_order_clear(&again);
    tear_down();
}

TEST_SUITE("order/news", { "every member comes back", every_member_comes_back },
           { "what is absent stays absent", what_is_absent_stays_absent },
           { "what is no news is refused", what_is_no_news_is_refused },
           { "a text without memory is refused", a_text_without_memory_is_refused },
           { "an order is made again out of its news", an_order_is_made_again_out_of_its_news },
           { "what is kept knows its trades", what_is_kept_knows_its_trades })
