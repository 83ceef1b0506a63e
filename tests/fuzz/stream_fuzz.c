/* Which frames crash a stream, grow it without bound, or make it tell a book that is none?
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

static struct test_fed streams[EXCHANGES];
static size_t chosen[EXCHANGES], chosen_count; /* which of them take part */
static size_t events;

static void require(bool is_so)
{
    if (!is_so)
        abort();
}

/* ---- what is told ---- */

static void check_side(const struct cmb_scaled_level *levels, size_t count, int direction)
{
    for (size_t i = 0; i < count; i++) {
        require(levels[i].amount > 0);
        require(i == 0 || (direction > 0 ? levels[i].price > levels[i - 1].price
                                         : levels[i].price < levels[i - 1].price));
    }
}

/* A book that claims to be live is in order, and uncrossed or known to be crossed. */
static void check_book(const struct cmb_book *book)
{
    static struct cmb_scaled_level bids[LEVELS_MOST], asks[LEVELS_MOST];
    struct cmb_book_view view = { .bids = bids, .asks = asks };
    if (!cmb_book_read(book, LEVELS_MOST, 0, &view))
        return;
    check_side(bids, view.bid_count, -1);
    check_side(asks, view.ask_count, 1);
    if (view.bid_count && view.ask_count)
        require(view.is_crossed == (bids[0].price >= asks[0].price));
}

static void on_event(const struct cmb_event *event, void *user)
{
    (void)user;
    events++;
    require(!event->record || event->schema);
    if (event->book)
        check_book(event->book);
}

/* ---- one input ---- */

static void feed_line(struct test_fed *fed, struct cmb_text line, int64_t now_ns)
{
    struct cambist_error error = { 0 };
    int status;
    if (line.length && line.at[0] == '@') {
        struct cmb_text url, body = cmb_text_cut((struct cmb_text){ line.at + 1, line.length - 1 },
                                                 ' ', &url);
        if (!body.at)
            return;
        status = cmb_stream_feed_snapshot(fed->stream, url, body, now_ns, &error);
    } else {
        status = cmb_stream_feed(fed->stream, line, now_ns, &error);
    }
    /* Whoever fails says why. */
    require(status == CAMBIST_OK || status == CAMBIST_AGAIN || status == CAMBIST_NOT_SUPPORTED ||
            error.message[0]);
}

/* A stream that knows nothing of the inputs before. */
static void start_anew(struct test_fed *fed)
{
    cmb_stream_free(fed->stream);
    fed->stream = NULL;
    cmb_markets_free(fed->exchange->markets);
    fed->exchange->markets = cmb_markets_new();
    require(fed->exchange->markets && test_fed_renew(fed));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2)
        return 0;
    struct test_fed *fed = &streams[chosen[bytes[0] % chosen_count]];
    struct cmb_text line, left = { (const char *)bytes + 1, size - 1 };
    int64_t now_ns = 1;
    start_anew(fed);
    events = 0;
    while (left.at) {
        left = cmb_text_cut(left, '\n', &line);
        feed_line(fed, line, now_ns++);
    }
    require(events <= EVENTS_PER_BYTE_MOST * size);
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

static void choose(const char *plugin)
{
    for (size_t i = 0; i < EXCHANGES; i++) {
        if (plugin && strcmp(plugin, exchanges[i].name) != 0)
            continue;
        chosen[chosen_count++] = i;
        require(test_fed_open(&streams[i], PLUGINS, exchanges[i].name, exchanges[i].kind, on_event,
                              NULL));
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
