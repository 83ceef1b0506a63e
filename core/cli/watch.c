/* cambist watch: what happens at these exchanges now? */
#include <stdlib.h>

#include "cli/event.h"
#include "cli/feeds.h"
#include "cli/pane.h"
#include "cli/pane_parts.h"
#include "cli/terminal.h"

enum { DRAW_MS = 100, LINE_BYTES_MOST = 1 << 20 };

struct watch {
    struct cmb_feeds feeds;
    struct cmb_pane *panes;   /* one per feed that was asked for */
    size_t asked;             /* feeds of the command line; trades stand behind them */
    struct cmb_terminal terminal;
    struct cmb_buffer line;
    bool is_screen;
    size_t failed;
};

static struct watch *watch_of(const struct cmb_feed *feed)
{
    return (struct watch *)((char *)feed->feeds - offsetof(struct watch, feeds));
}

/* ---- a line for each event ---- */

static void write_json(struct watch *watch, const struct cmb_feed *feed,
                       const struct cambist_event *event, const struct cambist_book *book)
{
    struct cmb_json_writer writer;
    cmb_json_writer_init(&writer, &watch->line);
    cmb_json_begin_object(&writer);
    cmb_event_write(event, book, &writer);
    cmb_json_write_key(&writer, CMB_TEXT("exchange"));
    cmb_json_write_string(&writer, cmb_text_of(feed->exchange_name));
    cmb_json_end_object(&writer);
}

static void add_level(struct cmb_buffer *line, const char *title,
                      const struct cambist_scaled_level *level, const struct cambist_book *book)
{
    char price[CMB_ROW_CELL_SIZE], amount[CMB_ROW_CELL_SIZE];
    cmb_row_put_scaled(price, level->price, book->price_scale);
    cmb_row_put_scaled(amount, level->amount, book->amount_scale);
    cmb_buffer_addf(line, "  %s %s x %s", title, price, amount);
}

static void write_best(struct watch *watch, const struct cambist_book *book)
{
    static const struct cambist_decimal no_tick;
    char spread[CMB_ROW_CELL_SIZE];
    cmb_pane_put_spread(spread, book, &no_tick);
    if (book->bid_count)
        add_level(&watch->line, "bid", book->bids, book);
    if (book->ask_count)
        add_level(&watch->line, "ask", book->asks, book);
    cmb_buffer_addf(&watch->line, "  spread %s  seq %lld", spread, (long long)book->sequence);
}

static void write_row(struct watch *watch, const struct cambist_event *event)
{
    struct cmb_row row;
    const char *const *titles = cmb_row_titles(event->topic);
    if (!cmb_row_fill(event, &row))
        return;
    for (int i = 0; titles[i]; i++)
        if (*row.cells[i] && strcmp(titles[i], "time") != 0)
            cmb_buffer_addf(&watch->line, "  %s %s", titles[i], row.cells[i]);
}

static void write_plain(struct watch *watch, const struct cmb_feed *feed,
                        const struct cambist_event *event, const struct cambist_book *book)
{
    char time[CMB_ROW_CELL_SIZE], symbol[CMB_ROW_CELL_SIZE];
    cmb_row_put_time(time, event->timestamp_ns ? event->timestamp_ns : event->received_ns);
    cmb_row_put_text(symbol, event->symbol ? event->symbol : feed->symbol);
    cmb_buffer_addf(&watch->line, "%s  %s%s%s", time, feed->exchange_name, *symbol ? " " : "",
                    symbol);
    if (event->is_state || event->error)
        cmb_buffer_addf(&watch->line, "  is %s%s%s", cambist_watch_state_name(event->state),
                        event->error ? ": " : "", event->error ? event->error->message : "");
    else if (event->topic == CAMBIST_TOPIC_watch_order_book)
        write_best(watch, book);
    else
        write_row(watch, event);
}

static void print_event(struct watch *watch, const struct cmb_feed *feed,
                        const struct cambist_event *event)
{
    struct cambist_scaled_level bids[CMB_EVENT_LEVELS], asks[CMB_EVENT_LEVELS];
    struct cambist_book book = { .bids = bids, .asks = asks };
    if (event->topic == CAMBIST_TOPIC_watch_order_book && feed->watch)
        cambist_watch_book(feed->watch, CMB_EVENT_LEVELS, &book);
    if (watch->feeds.is_json)
        write_json(watch, feed, event, &book);
    else
        write_plain(watch, feed, event, &book);
    cmb_cli_print(&watch->line);
}

/* ---- events ---- */

static void on_event(const struct cambist_event *event, void *user)
{
    struct cmb_feed *feed = user;
    struct watch *watch = watch_of(feed);
    struct cmb_pane *pane = feed->user;
    size_t number = (size_t)(feed - watch->feeds.rows);
    bool was_failed = pane->state == CAMBIST_WATCH_FAILED;
    cmb_pane_take(pane, event);
    watch->failed += number < watch->asked && !was_failed && pane->state == CAMBIST_WATCH_FAILED;
    if (!watch->is_screen)
        print_event(watch, feed, event);
}

/* ---- the screen ---- */

static void find_tick(struct cmb_pane *pane, const struct cmb_feed *feed)
{
    const struct cmb_markets *markets = feed->exchange->exchange->markets;
    if (pane->tick.is_set || !markets || !feed->symbol)
        return;
    const struct cambist_market *market =
        cmb_markets_find(markets, cmb_text_of(feed->symbol), /* kinds= */ 0);
    if (market)
        pane->tick = market->tick_size;
}

static void draw(struct watch *watch)
{
    struct cmb_pane *panes[CMB_FEEDS_MOST];
    struct cmb_screen *screen = &watch->terminal.screen;
    uint64_t depth = watch->feeds.depth ? watch->feeds.depth : CMB_PANE_LEVELS;
    char line[160];
    for (size_t i = 0; i < watch->asked; i++) {
        watch->panes[i].watch = watch->feeds.rows[i].watch;
        find_tick(&watch->panes[i], &watch->feeds.rows[i]);
        panes[i] = &watch->panes[i];
    }
    cmb_screen_wipe(screen);
    size_t drawn = cmb_panes_draw(panes, watch->asked, screen, 0, screen->height - 1, depth);
    cmb_row_put_time(line, cmb_clock_wall_ns(&cmb_clock_system));
    line[8] = 0;
    size_t length = strlen(line);
    if (drawn < watch->asked)
        snprintf(line + length, sizeof line - length,
                 " UTC, Ctrl-C ends; %zu more find no room in this window", watch->asked - drawn);
    else
        snprintf(line + length, sizeof line - length, " UTC, Ctrl-C ends");
    cmb_screen_put(screen, 0, screen->height - 1, screen->width, CMB_STYLE_DIM, line);
    cmb_terminal_draw(&watch->terminal);
}

/* Ctrl-Z: the shell gets its terminal, and the screen is drawn anew when it goes on. */
static bool suspend(struct watch *watch)
{
    watch->feeds.is_suspended = false;
    cmb_terminal_close(&watch->terminal);
    raise(SIGSTOP);
    return cmb_terminal_open(&watch->terminal, CMB_TERMINAL_WHOLE, 0);
}

static bool heed_signals(struct watch *watch)
{
    bool is_resized = watch->feeds.is_resized;
    watch->feeds.is_resized = false;
    if (watch->feeds.is_suspended)
        return suspend(watch);
    return !is_resized || cmb_terminal_resize(&watch->terminal);
}

static void run_screen(struct watch *watch)
{
    int64_t next_ns = 0;
    watch->feeds.has_screen = cmb_terminal_open(&watch->terminal, CMB_TERMINAL_WHOLE, 0);
    for (bool goes_on = watch->feeds.has_screen; goes_on;) {
        int64_t now_ns = cmb_clock_monotonic_ns(&cmb_clock_system);
        if (!heed_signals(watch))
            break;
        if (now_ns >= next_ns) {
            draw(watch);
            next_ns = now_ns + DRAW_MS * 1000000ll;
        }
        int64_t left_ms = (next_ns - now_ns) / 1000000 + 1;
        goes_on = cmb_feeds_turn(&watch->feeds, (int)left_ms) && watch->failed < watch->asked;
    }
    cmb_terminal_close(&watch->terminal);
}

/* What stays on the terminal when the screen is gone. */
static void print_ends(const struct watch *watch)
{
    for (size_t i = 0; i < watch->asked; i++) {
        const struct cmb_pane *pane = &watch->panes[i];
        fprintf(stderr, "%s: %s, %llu updates%s%s\n", pane->title,
                cambist_watch_state_name(pane->state), (unsigned long long)pane->updates,
                *pane->reason ? ": " : "", pane->reason);
    }
}

/* ---- the command ---- */

static bool read_feeds(struct watch *watch)
{
    struct cmb_feeds *feeds = &watch->feeds;
    if (feeds->word_count < 2)
        return false;
    uint32_t topic = cmb_feeds_find_topic(cmb_text_of(feeds->words[0]));
    if (topic == CAMBIST_TOPIC_NONE)
        return false;
    for (int i = 1; i < feeds->word_count; i++)
        if (!cmb_feeds_add(feeds, topic, feeds->words[i]))
            return false;
    return true;
}

static void start_feed(struct watch *watch, size_t i, uint32_t rows_topic)
{
    struct cmb_feed *feed = &watch->feeds.rows[i];
    char title[160];
    snprintf(title, sizeof title, "%s %s", feed->exchange_name, feed->symbol ? feed->symbol : "");
    feed->user = &watch->panes[i];
    cmb_pane_init(&watch->panes[i], title, feed->topic, rows_topic);
    watch->feeds.error = (struct cambist_error){ 0 };
    if (cmb_feed_start(feed, on_event) == CAMBIST_OK)
        return;
    watch->failed++;
    cmb_pane_fail(&watch->panes[i], watch->feeds.error.message);
    fprintf(stderr, "cambist: %s\n", watch->feeds.error.message);
}

/* Beside books on a screen stand what traded last, where the exchange tells it. */
static void start_trades(struct watch *watch)
{
    struct cmb_feeds *feeds = &watch->feeds;
    for (size_t i = 0; i < watch->asked && feeds->count < CMB_FEEDS_MOST; i++) {
        struct cmb_feed *feed = &feeds->rows[feeds->count];
        *feed = feeds->rows[i];
        feed->topic = CAMBIST_TOPIC_watch_trades;
        feed->watch = NULL;
        if (feeds->rows[i].watch && cmb_feed_start(feed, on_event) == CAMBIST_OK)
            feeds->count++;
    }
}

static int run_watch(struct watch *watch)
{
    uint32_t topic = watch->feeds.rows[0].topic;
    watch->asked = watch->feeds.count;
    watch->is_screen = !watch->feeds.is_json && cmb_terminal_is_there();
    watch->panes = calloc(watch->asked, sizeof *watch->panes);
    if (!watch->panes)
        return CMB_EXIT_FAILED;
    bool has_trades = watch->is_screen && topic == CAMBIST_TOPIC_watch_order_book;
    for (size_t i = 0; i < watch->asked; i++)
        start_feed(watch, i, has_trades ? CAMBIST_TOPIC_watch_trades : topic);
    if (has_trades)
        start_trades(watch);
    if (watch->is_screen && watch->failed < watch->asked)
        run_screen(watch);
    while (!watch->is_screen && watch->failed < watch->asked && cmb_feeds_turn(&watch->feeds, -1))
        fflush(stdout);
    if (watch->is_screen)
        print_ends(watch);
    return watch->failed ? CMB_EXIT_FAILED : CMB_EXIT_DONE;
}

int cmb_cli_watch(int count, char **words)
{
    struct watch watch = { 0 };
    int code = cmb_feeds_read(&watch.feeds, count, words);
    if (code != CMB_EXIT_DONE)
        return code;
    if (!read_feeds(&watch))
        return cmb_cli_usage("watch", "needs a TOPIC and EXCHANGE:SYMBOL");
    cmb_buffer_init(&watch.line, LINE_BYTES_MOST);
    code = cmb_feeds_open(&watch.feeds);
    if (code == CMB_EXIT_DONE)
        code = run_watch(&watch);
    cmb_feeds_close(&watch.feeds);
    cmb_buffer_clear(&watch.line);
    free(watch.panes);
    return code;
}
