/* What does it cost from the text of a message to the bytes of a signed order?
 *
 * Each turn takes a depth update of Binance as its stream sends it, decodes it, brings it into the
 * book, finds that the book of another exchange pays more, and renders and signs the order of the
 * first leg: all stages of the ways of streams, arbitrage and requests but the socket.  CPU time of
 * one thread.
 */
#include "arbitrage/arbitrage.h"
#include "bench/interleaved.h"
#include "number/decimal.h"
#include "request/call.h"
#include "stream/way.h"

#include <string.h>

enum { TURNS = 512, TEXT_MOST = 4096 };

static struct cmb_vault vault;
static struct cmb_clock clock_of_bench;
static struct cmb_office office;
static struct cmb_exchange *binance;
static struct cmb_stream *stream;
static struct cmb_line line;
static struct cmb_arbitrage *arbitrage;
static struct cmb_book *books[2]; /* binance's, the other's */
static struct cmb_call *call;
static struct cambist_error error;
static char texts[TURNS][TEXT_MOST];
static size_t lengths[TURNS];
static int levels; /* in each message */
static unsigned long sequence = 1000;
static uint64_t orders, found;
static bool is_ordering;

static void fail(void)
{
    bench_fail(error.message);
}

/* ---- the order ---- */

static void make_order(const struct cambist_arbitrage_leg *leg)
{
    char amount[CMB_DECIMAL_TEXT_SIZE], price[CMB_DECIMAL_TEXT_SIZE];
    struct cmb_text texts_of[2] = { { amount, cmb_decimal_format(&leg->amount, amount) },
                                    { price, cmb_decimal_format(&leg->price, price) } };
    struct cmb_text *values = call->arguments.values;
    cmb_call_start(call, binance, CAMBIST_OPERATION_create_order, &error);
    values[CAMBIST_ARGUMENT_symbol] = cmb_text_of(leg->symbol);
    values[CAMBIST_ARGUMENT_side] = CMB_TEXT("buy");
    values[CAMBIST_ARGUMENT_type] = CMB_TEXT("limit");
    values[CAMBIST_ARGUMENT_time_in_force] = CMB_TEXT("IOC");
    values[CAMBIST_ARGUMENT_amount] = texts_of[0];
    values[CAMBIST_ARGUMENT_price] = texts_of[1];
    values[CAMBIST_ARGUMENT_client_order_id] = CMB_TEXT("x-0123456789abcdef0123456789");
    if (cmb_pick(call) || cmb_fill(call) || cmb_sign_call(call))
        fail();
    orders++;
}

static void on_opportunity(uint32_t tiding, const struct cambist_opportunity *opportunity,
                           void *user)
{
    (void)user;
    found += tiding != CAMBIST_ARBITRAGE_GONE;
    if (is_ordering)
        make_order(&opportunity->legs[0]);
}

static void on_event(const struct cmb_event *event, void *user)
{
    (void)user;
    if (event->book && arbitrage)
        cmb_arbitrage_update(arbitrage, 0, event->received_ns);
    books[0] = event->book;
}

/* ---- messages ---- */

/* The best ask and what stands behind it; each differs from the one before it. */
static void write_texts(void)
{
    for (int i = 0; i < TURNS; i++) {
        size_t length = (size_t)snprintf(texts[i], TEXT_MOST,
            "{\"e\":\"depthUpdate\",\"E\":1754006400123,\"s\":\"BTCUSDT\",\"U\":%lu,\"u\":%lu,"
            "\"b\":[", sequence + 1, sequence + 1);
        sequence++;
        for (int k = 0; k < levels / 2; k++)
            length += (size_t)snprintf(texts[i] + length, TEXT_MOST - length,
                                       "%s[\"%d.%02d000000\",\"1.%05d00\"]", k ? "," : "", 66989 - k / 100,
                                       99 - k % 100, i * 7 + k);
        length += (size_t)snprintf(texts[i] + length, TEXT_MOST - length, "],\"a\":[");
        for (int k = 0; k < levels / 2; k++)
            length += (size_t)snprintf(texts[i] + length, TEXT_MOST - length,
                                       "%s[\"%d.%02d000000\",\"0.%05d00\"]", k ? "," : "", 67000 + k / 100,
                                       k % 100, 10000 + i * 3 + k);
        lengths[i] = length + (size_t)snprintf(texts[i] + length, TEXT_MOST - length, "]}");
    }
}

static void feed(const char *text, size_t length)
{
    static int64_t now_ns;
    if (cmb_message_take(stream, &line, (struct cmb_text){ text, length }, ++now_ns) != CAMBIST_OK) {
        error = stream->error;
        fail();
    }
}

static void feed_all(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        feed(texts[i % TURNS], lengths[i % TURNS]);
}

/* ---- cases ---- */

static void to_book(size_t turns)
{
    struct cmb_arbitrage *kept = arbitrage;
    arbitrage = NULL;
    feed_all(turns);
    arbitrage = kept;
}

static void to_opportunity(size_t turns)
{
    is_ordering = false;
    feed_all(turns);
}

static void to_order(size_t turns)
{
    is_ordering = true;
    feed_all(turns);
    is_ordering = false;
}

#define TITLE "a depth update of %d levels"
#define ORDER "message to signed order"

/* What a round costs must not hang on what the round before it left: texts are written anew between
 * them, outside of the time. */
static void show(int levels_of_text)
{
    static const struct interleaved_case cases[] = {
        { "message to updated book", to_book, TURNS },
        { "message to opportunity", to_opportunity, TURNS },
        { ORDER, to_order, TURNS },
    };
    char title[80];
    levels = levels_of_text;
    snprintf(title, sizeof title, TITLE, levels);
    for (int round = 0; bench_has_round(round, INTERLEAVED_ROUNDS); round++)
        for (int i = 0; i < 3; i++) {
            write_texts();
            interleaved_run_one(title, &cases[i]);
        }
    bench_tell(title);
}

static const struct bench_goal goals[] = {
    { "message of 2 levels in, to the bytes of a signed order out", "a depth update of 2 levels",
      "ns", ORDER, .at_most = 1000 },
};

/* ---- opening ---- */

static void open_binance(struct cmb_plugin *plugin)
{
    static const struct cmb_pair credentials[] = {
        { CMB_TEXT("key"), CMB_TEXT("vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A") },
        { CMB_TEXT("secret"), CMB_TEXT("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j") },
    };
    static const struct cambist_market market = {
        .id = "BTCUSDT", .symbol = "BTC/USDT", .base = "BTC", .quote = "USDT", .base_id = "BTC",
        .quote_id = "USDT", .kind = CAMBIST_KIND_SPOT,
        .tick_size = { .low = 1, .exponent = -2, .is_set = 1 },
        .lot_size = { .low = 1, .exponent = -5, .is_set = 1 } };
    struct cmb_exchange_settings settings = { .environment = CMB_ENVIRONMENT_LIVE,
                                              .credentials = credentials, .credential_count = 2,
                                              .clock = &clock_of_bench };
    if (cmb_exchange_open(plugin, &vault, &settings, &binance, &error))
        fail();
    binance->markets = cmb_markets_new();
    cmb_markets_add(binance->markets, &market);
    stream = cmb_stream_new(cmb_desk_new(&office, binance));
    cmb_stream_observe(stream, on_event, NULL);
    for (uint32_t i = 0; i < plugin->channel_count && !line.dialect; i++)
        if (plugin->channels[i].book)
            line = (struct cmb_line){ .stream = stream,
                                      .dialect = &plugin->dialects[plugin->channels[i].dialect] };
    call = cmb_call_new();
}

/* The book of 200 levels, live. */
static void begin_book(void)
{
    static char snapshot[64 << 10];
    size_t length = (size_t)snprintf(snapshot, sizeof snapshot, "{\"lastUpdateId\":1000,\"bids\":[");
    for (int side = 0; side < 2; side++) {
        for (int k = 0; k < 200; k++)
            length += (size_t)snprintf(snapshot + length, sizeof snapshot - length,
                                       "%s[\"%d.%02d000000\",\"1.00000000\"]", k ? "," : "",
                                       side ? 67000 + k / 100 : 66989 - k / 100,
                                       side ? k % 100 : 99 - k % 100);
        length += (size_t)snprintf(snapshot + length, sizeof snapshot - length,
                                   side ? "]}" : "],\"asks\":[");
    }
    cmb_stream_feed_snapshot(stream, CMB_TEXT("https://api.binance.com/api/v3/depth?symbol=BTCUSDT"),
                             (struct cmb_text){ snapshot, length }, 1, &error);
    levels = 4;
    write_texts();
    feed(texts[0], lengths[0]);
    for (int i = 1; i < TURNS; i++)
        feed(texts[i], lengths[i]);
    if (!books[0])
        fail();
}

/* The other exchange pays 0.3 % more than binance asks. */
static void open_arbitrage(void)
{
    static const struct cambist_book_rule rule = { .kind = CAMBIST_BOOK_UNCHAINED };
    const struct cambist_decimal fee = { .low = 1, .exponent = -3, .is_set = 1 };
    struct cmb_arbitrage_rules rules = { .age_most_ns = INT64_MAX,
                                         .on_opportunity = on_opportunity };
    struct cmb_scaled_level bid = { 6720000, 90000 };
    struct cmb_book_update whole = { .is_snapshot = true, .bids = &bid, .bid_count = 1 };
    const struct cambist_market *market = cmb_markets_get(binance->markets, 0);
    uint32_t number;
    arbitrage = cmb_arbitrage_new(&rules);
    for (int i = 0; i < 2; i++) {
        cmb_arbitrage_add_venue(arbitrage, i ? "other" : "binance", &number, NULL);
        if (cmb_arbitrage_add_place(arbitrage, number, market, &fee, &number, &error))
            fail();
    }
    if (cmb_arbitrage_find_routes(arbitrage, &error))
        fail();
    books[1] = cmb_book_new(&rule, 2, 5);
    cmb_book_apply(books[1], &whole);
    for (uint32_t i = 0; i < 2; i++) {
        cmb_arbitrage_set_book(arbitrage, i, books[i]);
        cmb_arbitrage_update(arbitrage, i, 0);
    }
}

int main(int count, char **words)
{
    struct cmb_plugin *plugin;
    bench_begin(count, words);
    cmb_vault_open(&vault, 1 << 16, NULL);
    cmb_clock_init_turnable(&clock_of_bench, 1754006400123000000);
    if (cmb_plugin_open("binance", &(struct cmb_plugin_rules){ 0 }, &plugin, &error))
        fail();
    cmb_office_init(&office, cmb_loop_new(&clock_of_bench), NULL);
    open_binance(plugin);
    begin_book();
    open_arbitrage();
    show(2);
    show(8);
    show(36);
    bench_require(found && orders, "nothing was found");
    return bench_end(goals, sizeof goals / sizeof *goals);
}
