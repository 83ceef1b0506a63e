/* What does it cost to make a message of an exchange into an updated book, beside parsing it alone?
 *
 * Depth updates of the form that Binance and OKX send go through the stream way, from the frame's
 * text to a book that says live and a listener that is told.  The floor of each group is what json-c
 * needs to parse the same texts, and do nothing with them.  Recorded updates of Binance have 120
 * levels in the mean, those of OKX 35.  Instructions are counted where the
 * machine lets a program count them. */
#include "bench/depth_texts.h"
#include "bench/interleaved.h"
#include "stream/way.h"
#include "support/allocations.h"

#include <json-c/json.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { UPDATES = 256, LEVELS_DEEP = 120, TEXT_MOST = 8192 };

/* An exchange's stream behind its connection, and the texts of one round. */
struct fed {
    struct cmb_plugin *plugin;
    struct cmb_exchange *exchange;
    struct cmb_office office;
    struct cmb_desk *desk;
    struct cmb_stream *stream;
    struct cmb_line line; /* that the frames come over */
    char texts[UPDATES][TEXT_MOST];
    size_t lengths[UPDATES];
    char snapshot[TEXT_MOST * 64];
};

static struct fed binance, deep, okx; /* deep: binance, with more levels */
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
        "],\"ts\":\"1754006400123\",\"checksum\":0,\"seqId\":%ld,\"prevSeqId\":%ld}]}", sequence,
        levels > DEPTH_LEVELS ? -1 : sequence - 1);
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

/* Texts are written anew with the numbers that follow: what is measured is only the feeding. */
static unsigned long next_binance = 1001;
static long next_okx = 1;

static void write_round(void)
{
    for (int i = 0; i < UPDATES; i++, next_binance += 10, next_okx++) {
        binance.lengths[i] = depth_write_binance(binance.texts[i], TEXT_MOST, next_binance,
                                                 DEPTH_LEVELS);
        deep.lengths[i] = depth_write_binance(deep.texts[i], TEXT_MOST, next_binance, LEVELS_DEEP);
        okx.lengths[i] = write_okx(okx.texts[i], TEXT_MOST, "update", next_okx + 1, DEPTH_LEVELS);
    }
}

static void open_all(void)
{
    static char first[TEXT_MOST * 32];
    cmb_vault_open(&vault, 1 << 16, NULL);
    cmb_clock_init_turnable(&clock_of_bench, 1754006400123000000);
    loop = cmb_loop_new(&clock_of_bench);
    open_fed(&binance, "binance");
    open_fed(&deep, "binance");
    open_fed(&okx, "okx");
    begin_binance(&binance);
    begin_binance(&deep);
    feed(&okx, first, write_okx(first, sizeof first, "snapshot", next_okx, 800));
    /* Binance's book is live with the first update. */
}

/* ---- cases ---- */

static void parse(struct fed *fed)
{
    for (int i = 0; i < UPDATES; i++) {
        struct json_object *parsed = json_tokener_parse(fed->texts[i]);
        INTERLEAVED_KEEP(parsed);
        json_object_put(parsed);
    }
}

static void feed_round(struct fed *fed)
{
    for (int i = 0; i < UPDATES; i++)
        feed(fed, fed->texts[i], fed->lengths[i]);
}

static void parse_binance(void) { parse(&binance); }
static void feed_binance(void) { feed_round(&binance); }
static void parse_deep(void) { parse(&deep); }
static void feed_deep(void) { feed_round(&deep); }
static void parse_okx(void) { parse(&okx); }
static void feed_okx(void) { feed_round(&okx); }

static const struct {
    const char *name;
    void (*run)(void);
    int floor; /* the case that it is compared with */
} cases[] = {
    { "json-c parses a depth update of binance, 36 levels", parse_binance, 0 },
    { "frame to updated book, binance", feed_binance, 0 },
    { "json-c parses a depth update of binance, 120 levels", parse_deep, 2 },
    { "frame to updated book, binance, 120 levels", feed_deep, 2 },
    { "json-c parses a depth update of okx, 36 levels", parse_okx, 4 },
    { "frame to updated book, okx (digits kept for checksums)", feed_okx, 4 },
};
enum { CASES = sizeof cases / sizeof *cases, ROUNDS = 41 };

/* ---- counting ---- */

static int open_counter(void)
{
    struct perf_event_attr attributes = { .type = PERF_TYPE_HARDWARE, .size = sizeof attributes,
                                          .config = PERF_COUNT_HW_INSTRUCTIONS, .disabled = 1,
                                          .exclude_kernel = 1, .exclude_hv = 1 };
    return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
}

static double count_instructions(int counter, void (*run)(void))
{
    uint64_t count = 0;
    ioctl(counter, PERF_EVENT_IOC_RESET, 0);
    ioctl(counter, PERF_EVENT_IOC_ENABLE, 0);
    run();
    ioctl(counter, PERF_EVENT_IOC_DISABLE, 0);
    if (read(counter, &count, sizeof count) != sizeof count)
        count = 0;
    return (double)count / UPDATES;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    static double ns[CASES][ROUNDS], instructions[CASES];
    open_all();
    int counter = open_counter();
    long allocations = 0;
    for (int round = 0; round < ROUNDS; round++) {
        write_round();
        if (round == 5) /* warm */
            allocations = atomic_load(&test_allocations_ours);
        for (int i = 0; i < CASES; i++) {
            int64_t start_ns = interleaved_now_ns();
            if (counter >= 0)
                instructions[i] = count_instructions(counter, cases[i].run);
            else
                cases[i].run();
            ns[i][round] = (double)(interleaved_now_ns() - start_ns) / UPDATES;
        }
    }
    for (int i = 0; i < CASES; i++)
        qsort(ns[i], ROUNDS, sizeof ns[i][0], compare);
    printf("%-58s %9s %9s %9s %12s\n", "", "min ns", "median", "x floor", "instructions");
    for (int i = 0; i < CASES; i++)
        printf("%-58s %9.1f %9.1f %9.3f %12.0f\n", cases[i].name, ns[i][0], ns[i][ROUNDS / 2],
               ns[i][0] / ns[cases[i].floor][0], instructions[i]);
    printf("%s\nour allocations per frame after warm-up: %.4f; events told live: %lu\n",
           counter < 0 ? "instructions cannot be counted here" : "",
           (double)(atomic_load(&test_allocations_ours) - allocations) / (UPDATES * 3 * (ROUNDS - 5)),
           (unsigned long)told);
    return 0;
}
