/* Which frames crash a stream, grow it without bound, make it tell a book that is none, or tell by a
 * stencil what the tables would not?
 *
 * The first byte of an input chooses a plugin; every line behind it is a frame, or, after an @, the
 * URL of a request, a blank and its answer.  The first folder of the command line is seeded with
 * the plugins' own sessions.  FUZZ_PLUGIN=okx in the environment leaves the others out.
 */
#include "support/fed_stream.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS_MOST = 512, EVENTS_PER_BYTE_MOST = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static const struct exchange {
    const char *name;
    uint32_t kind;
    const char *session;
} exchanges[] = {
    { "binance", CAMBIST_KIND_SPOT, "binance/cases/stream.jsonl" },
    { "binance", CAMBIST_KIND_SWAP, "binance/cases/stream_usdm.jsonl" },
    { "okx", 0, "okx/cases/stream.jsonl" },
    { "kraken", 0, "kraken/cases/stream.jsonl" },
    { "coinbase", 0, "coinbase/cases/stream.jsonl" },
};
enum { EXCHANGES = sizeof exchanges / sizeof *exchanges };

/* A stream, and what it told of the present input. */
struct told {
    struct test_fed fed;
    size_t events;
    uint64_t digest;
    int status;
};

/* The twin uses no stencils, and has to tell the same. */
static struct told streams[EXCHANGES], twins[EXCHANGES];
static size_t chosen[EXCHANGES], chosen_count; /* which of them take part */

static void require(bool is_so)
{
    if (!is_so)
        abort();
}

/* ---- what is told ---- */

static void mix(struct told *told, uint64_t number)
{
    told->digest = (told->digest ^ number) * 0x9e3779b97f4a7c15u;
    told->digest ^= told->digest >> 29;
}

static void check_side(struct told *told, const struct cmb_scaled_level *levels, size_t count,
                       int direction)
{
    for (size_t i = 0; i < count; i++) {
        require(levels[i].amount > 0);
        require(i == 0 || (direction > 0 ? levels[i].price > levels[i - 1].price
                                         : levels[i].price < levels[i - 1].price));
        mix(told, (uint64_t)levels[i].price);
        mix(told, (uint64_t)levels[i].amount);
    }
}

/* A book that claims to be live is in order, and uncrossed or known to be crossed. */
static void check_book(struct told *told, const struct cmb_book *book)
{
    static struct cmb_scaled_level bids[LEVELS_MOST], asks[LEVELS_MOST];
    struct cmb_book_view view = { .bids = bids, .asks = asks };
    bool is_live = cmb_book_read(book, LEVELS_MOST, 0, &view);
    mix(told, (uint64_t)view.sequence);
    mix(told, (uint64_t)view.timestamp_ns);
    mix(told, view.state);
    if (!is_live)
        return;
    check_side(told, bids, view.bid_count, -1);
    check_side(told, asks, view.ask_count, 1);
    if (view.bid_count && view.ask_count)
        require(view.is_crossed == (bids[0].price >= asks[0].price));
}

static void on_event(const struct cmb_event *event, void *user)
{
    struct told *told = user;
    told->events++;
    require(!event->record || event->schema);
    mix(told, (uint64_t)event->timestamp_ns);
    mix(told, event->topic << 8 | event->state);
    if (event->book)
        check_book(told, event->book);
}

/* ---- one input ---- */

static void feed_line(struct told *told, struct cmb_text line, int64_t now_ns)
{
    struct cambist_error error = { 0 };
    if (line.length && line.at[0] == '@') {
        struct cmb_text url, body = cmb_text_cut((struct cmb_text){ line.at + 1, line.length - 1 },
                                                 ' ', &url);
        if (!body.at)
            return;
        told->status = cmb_stream_feed_snapshot(told->fed.stream, url, body, now_ns, &error);
    } else {
        told->status = cmb_stream_feed(told->fed.stream, line, now_ns, &error);
    }
    /* Whoever fails says why. */
    require(told->status == CAMBIST_OK || told->status == CAMBIST_AGAIN ||
            told->status == CAMBIST_NOT_SUPPORTED || error.message[0]);
}

/* A stream that knows nothing of the inputs before. */
static void start_anew(struct told *told)
{
    struct test_fed *fed = &told->fed;
    cmb_stream_free(fed->stream);
    fed->stream = NULL;
    cmb_markets_free(fed->exchange->markets);
    fed->exchange->markets = cmb_markets_new();
    require(fed->exchange->markets && test_fed_renew(fed));
    told->events = 0;
    told->digest = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2)
        return 0;
    struct told *told = &streams[chosen[bytes[0] % chosen_count]];
    struct told *twin = &twins[told - streams];
    struct cmb_text line, left = { (const char *)bytes + 1, size - 1 };
    int64_t now_ns = 1;
    start_anew(told);
    start_anew(twin);
    test_fed_forbid_stencils(&twin->fed);
    for (; left.at; now_ns++) {
        left = cmb_text_cut(left, '\n', &line);
        feed_line(told, line, now_ns);
        feed_line(twin, line, now_ns);
        require(told->status == twin->status && told->events == twin->events &&
                told->digest == twin->digest);
    }
    require(told->events <= EVENTS_PER_BYTE_MOST * size);
    return 0;
}

/* ---- seeds ---- */

static const char *text_at(struct json_object *line, const char *key)
{
    const char *text = json_object_get_string(json_object_object_get(line, key));
    return text ? text : "";
}

static void write_seed(FILE *to, FILE *session)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, session) > 0) {
        struct json_object *row = json_tokener_parse(line);
        const char *direction = text_at(row, "dir");
        if (strcmp(direction, "http") == 0)
            fprintf(to, "\n@%s %s", text_at(row, "url"), text_at(row, "data"));
        else if (strcmp(direction, "in") == 0)
            fprintf(to, "\n%s", text_at(row, "data"));
        json_object_put(row);
    }
    free(line);
}

static void write_seeds(const char *folder)
{
    for (size_t i = 0; i < chosen_count; i++) {
        char from[4096], to[4096];
        snprintf(from, sizeof from, CASES "/%s", exchanges[chosen[i]].session);
        snprintf(to, sizeof to, "%s/session-%zu", folder, i);
        FILE *session = fopen(from, "re"), *seed = fopen(to, "we");
        if (session && seed) {
            fputc((int)i, seed);
            write_seed(seed, session);
        }
        if (session)
            fclose(session);
        if (seed)
            fclose(seed);
    }
}

static bool open_told(struct told *told, const struct exchange *exchange)
{
    return test_fed_open(&told->fed, PLUGINS, exchange->name, exchange->kind, on_event, told);
}

static void choose(const char *plugin)
{
    for (size_t i = 0; i < EXCHANGES; i++) {
        if (plugin && strcmp(plugin, exchanges[i].name) != 0)
            continue;
        chosen[chosen_count++] = i;
        require(open_told(&streams[i], &exchanges[i]) && open_told(&twins[i], &exchanges[i]));
    }
    require(chosen_count > 0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    choose(getenv("FUZZ_PLUGIN"));
    for (int i = 1; i < *argc; i++) {
        if ((*argv)[i][0] == '-')
            continue;
        write_seeds((*argv)[i]);
        break;
    }
    return 0;
}
