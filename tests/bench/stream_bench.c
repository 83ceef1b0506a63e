/* What does it cost to make a message of an exchange into an updated book, beside parsing it alone?
 *
 * Depth updates of the form that Binance and OKX send go through the stream way, from the frame's
 * bytes to a book that says live and a listener that is told.  The floor of each group is what json-c
 * needs to parse the same texts, and do nothing with them.  Recorded updates of Binance have 120
 * levels in the mean, those of OKX 35.  Instructions are counted where the
 * machine lets a program count them. */
#include "bench/depth_texts.h"
#include "bench/interleaved.h"
#include "stream/way.h"
#include "support/allocations.h"
#include "transport/frame.h"

#include <json-c/json.h>

enum { UPDATES = 256, LEVELS_FEW = 4, LEVELS_DEEP = 120, TEXT_MOST = 8192, HEAD = 4,
       ROOM = TEXT_MOST - HEAD };

/* An exchange's stream behind its connection, and the texts of one round. */
struct fed {
    struct cmb_plugin *plugin;
    struct cmb_exchange *exchange;
    struct cmb_office office;
    struct cmb_desk *desk;
    struct cmb_stream *stream;
    struct cmb_line line; /* that the frames come over */
    struct cmb_frame_reader reader;
    char texts[UPDATES][TEXT_MOST];
    size_t lengths[UPDATES];
    char snapshot[TEXT_MOST * 64];
};

static struct fed binance, few, deep, okx; /* few, deep: binance, with other numbers of levels */
static struct cmb_vault vault;
static struct cmb_clock clock_of_bench;
static struct cmb_loop *loop;
static uint64_t told;
static int64_t counted_ns;

static void on_event(const struct cmb_event *event, void *user)
{
    (void)user;
    told += event->state == CAMBIST_WATCH_LIVE;
}

/* ---- texts ---- */

static size_t write_okx(char *to, size_t room, const char *action, long sequence, int levels)
{
    size_t length = (size_t)snprintf(to, room,
        "{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT\"},\"action\":\"%s\",\"data\":[{\"asks\":[",
        action);
    length += depth_write_levels(to + length, room - length, 1, levels / 2, ",\"0\",\"3\"");
    length += (size_t)snprintf(to + length, room - length, "],\"bids\":[");
    length += depth_write_levels(to + length, room - length, 0, levels / 2, ",\"0\",\"3\"");
    return length + (size_t)snprintf(to + length, room - length,
        "],\"ts\":\"%ld\",\"checksum\":0,\"seqId\":%ld,\"prevSeqId\":%ld}]}",
        1754006400123 + sequence, sequence, levels > DEPTH_LEVELS ? -1 : sequence - 1);
}

/* ---- streams ---- */

static const struct cmb_dialect *dialect_of_books(const struct cmb_plugin *plugin)
{
    for (uint32_t i = 0; i < plugin->channel_count; i++)
        if (plugin->channels[i].book)
            return &plugin->dialects[plugin->channels[i].dialect];
    return NULL;
}

static void open_fed(struct fed *fed, const char *name)
{
    struct cambist_error error = { 0 };
    struct cmb_exchange_settings settings = { .clock = &clock_of_bench };
    if (cmb_plugin_open(name, &(struct cmb_plugin_rules){ 0 }, &fed->plugin, &error) ||
        cmb_exchange_open(fed->plugin, &vault, &settings, &fed->exchange, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    cmb_office_init(&fed->office, loop, NULL);
    fed->exchange->markets = cmb_markets_new();
    fed->desk = cmb_desk_new(&fed->office, fed->exchange);
    fed->stream = cmb_stream_new(fed->desk);
    cmb_stream_observe(fed->stream, on_event, NULL);
    fed->line = (struct cmb_line){ .stream = fed->stream, .dialect = dialect_of_books(fed->plugin) };
    cmb_frame_reader_init(&fed->reader, &(struct cmb_frame_rules){ .role = CMB_FRAME_CLIENT });
}

static void feed(struct fed *fed, const char *text, size_t length)
{
    struct cmb_text frame = { text, length };
    if (cmb_message_take(fed->stream, &fed->line, frame, ++counted_ns) == CAMBIST_OK)
        return;
    fprintf(stderr, "%s\n", fed->stream->error.message);
    exit(1);
}

/* The book begins anew, so that a round can be repeated. */
static void begin_binance(struct fed *fed)
{
    struct cambist_error error = { 0 };
    size_t length = depth_write_snapshot(fed->snapshot, sizeof fed->snapshot, 900, 1000);
    cmb_stream_feed_snapshot(fed->stream, CMB_TEXT("https://api.binance.com/api/v3/depth?symbol=BTCUSDT"),
                             (struct cmb_text){ fed->snapshot, length }, ++counted_ns, &error);
}

/* A server's frame around a text that stands behind its head; the length of both. */
static size_t frame(char *at, size_t length)
{
    memcpy(at, (char[]){ (char)0x81, 126, (char)(length >> 8), (char)length }, HEAD);
    return HEAD + length;
}

/* Texts are written anew with the numbers that follow: what is measured is only the feeding. */
static unsigned long next_binance = 1001;
static long next_okx = 1;

static void write_update(struct fed *fed, int i, int levels)
{
    char *to = fed->texts[i];
    fed->lengths[i] = frame(to, depth_write_binance(to + HEAD, ROOM, next_binance, levels));
}

static void write_round(void)
{
    for (int i = 0; i < UPDATES; i++, next_binance += 10, next_okx++) {
        write_update(&binance, i, DEPTH_LEVELS);
        write_update(&few, i, LEVELS_FEW);
        write_update(&deep, i, LEVELS_DEEP);
        char *to_okx = okx.texts[i];
        okx.lengths[i] =
            frame(to_okx, write_okx(to_okx + HEAD, ROOM, "update", next_okx + 1, DEPTH_LEVELS));
    }
}

static void open_all(void)
{
    static char first[TEXT_MOST * 32];
    cmb_vault_open(&vault, 1 << 16, NULL);
    cmb_clock_init_turnable(&clock_of_bench, 1754006400123000000);
    loop = cmb_loop_new(&clock_of_bench);
    open_fed(&binance, "binance");
    open_fed(&few, "binance");
    open_fed(&deep, "binance");
    open_fed(&okx, "okx");
    begin_binance(&binance);
    begin_binance(&few);
    begin_binance(&deep);
    feed(&okx, first, write_okx(first, sizeof first, "snapshot", next_okx, 800));
    /* Binance's book is live with the first update. */
}

/* ---- cases ---- */

static void parse(struct fed *fed)
{
    for (int i = 0; i < UPDATES; i++) {
        struct json_object *parsed = json_tokener_parse(fed->texts[i] + HEAD);
        INTERLEAVED_KEEP(parsed);
        json_object_put(parsed);
    }
}

static void feed_round(struct fed *fed)
{
    struct cmb_frame read;
    size_t used;
    for (int i = 0; i < UPDATES; i++)
        if (cmb_frame_read(&fed->reader, fed->texts[i], fed->lengths[i], &used, &read) == CAMBIST_OK)
            feed(fed, read.payload.at, read.payload.length);
        else
            bench_fail("a frame was not read");
}

static void parse_binance(void) { parse(&binance); }
static void feed_binance(void) { feed_round(&binance); }
static void parse_few(void) { parse(&few); }
static void feed_few(void) { feed_round(&few); }
static void parse_deep(void) { parse(&deep); }
static void feed_deep(void) { feed_round(&deep); }
static void parse_okx(void) { parse(&okx); }
static void feed_okx(void) { feed_round(&okx); }

#define PARSE "json-c parses it, and no more"
#define BOOK  "from the frame to the updated book"

static const struct {
    const char *title, *name;
    void (*run)(void);
} cases[] = {
    { "a depth update of binance, 36 levels", PARSE, parse_binance },
    { "a depth update of binance, 36 levels", BOOK, feed_binance },
    { "a depth update of binance, 4 levels", PARSE, parse_few },
    { "a depth update of binance, 4 levels", BOOK, feed_few },
    { "a depth update of binance, 120 levels", PARSE, parse_deep },
    { "a depth update of binance, 120 levels", BOOK, feed_deep },
    { "a depth update of okx, 36 levels, digits kept", PARSE, parse_okx },
    { "a depth update of okx, 36 levels, digits kept", BOOK, feed_okx },
};
enum { CASES = sizeof cases / sizeof *cases, ROUNDS = 41, WARM = 5 };
#define ALLOCATIONS "allocations of ours in steady state"

static const struct bench_goal goals[] = {
    { "frame of 36 levels to updated book, framing included", cases[0].title, "ns", BOOK,
      .at_most = 2000 },
    { "frame of 36 levels to updated book, okx, digits kept", cases[6].title, "ns", BOOK,
      .at_most = 2000 },
    { "frame to updated book, beside parsing alone", cases[0].title, "ns", BOOK, PARSE,
      .at_least = 8 },
    { "our allocations per frame", ALLOCATIONS, "allocations", BOOK, .at_most = 0 },
};

static void run_case(size_t i)
{
    bench_count_from_here();
    int64_t start_ns = bench_now_ns();
    cases[i].run();
    double took_ns = (double)(bench_now_ns() - start_ns), instructions = bench_counted();
    bench_note(cases[i].title, cases[i].name, "ns", took_ns / UPDATES);
    if (instructions >= 0)
        bench_note(cases[i].title, cases[i].name, "instructions", instructions / UPDATES);
}

int main(int count, char **words)
{
    bench_begin(count, words);
    open_all();
    for (int round = 0; round < WARM; round++) {
        write_round();
        for (size_t i = 0; i < CASES; i++)
            cases[i].run();
    }
    for (int round = 0; bench_has_round(round, ROUNDS); round++) {
        write_round();
        long allocations = atomic_load(&test_allocations_ours);
        for (size_t i = 0; i < CASES; i++)
            run_case(i);
        bench_note(ALLOCATIONS, BOOK, "allocations",
                   (double)(atomic_load(&test_allocations_ours) - allocations) / (UPDATES * CASES / 2));
    }
    for (size_t i = 0; i < CASES; i += 2)
        bench_tell(cases[i].title);
    bench_tell(ALLOCATIONS);
    if (told == 0)
        bench_fail("no book was ever live");
    return bench_end(goals, sizeof goals / sizeof *goals);
}
