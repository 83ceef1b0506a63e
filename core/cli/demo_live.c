/* What do live books look like, also when a message is lost? */
#include <signal.h>
#include <stdlib.h>

#include "cli/demo.h"
#include "cli/pane.h"
#include "cli/pane_parts.h"
#include "cli/terminal.h"
#include "number/time.h"

enum { DRAW_MS = 100, LINES_MS = 1500, LEAST_MS = 8000, MOST_MS = 14000, STRIKE_MS = 3500,
       CAPACITY = 65536, NOTES = 4, ROWS_MOST = 24 };

static const char symbol[] = "BTC/USDT";
static const char struck[] = "binance"; /* asks for a snapshot: its healing can be seen */

struct live {
    struct cmb_simulator *simulator;
    struct cmb_demo_sight *sight;
    struct cmb_pane panes[CMB_DEMO_EXCHANGES];
    struct cambist_watch *watches[CMB_DEMO_EXCHANGES];
    struct cmb_terminal terminal;
    bool is_screen;
    char notes[NOTES][160]; /* what happened last, the newest last */
    int note_count;
    int64_t start_ns, lines_ns; /* monotonic */
};

/* ---- notes ---- */

static void note(struct live *live, const char *text)
{
    char time[CMB_ROW_CELL_SIZE];
    cmb_row_put_time(time, cmb_clock_wall_ns(&cmb_clock_system));
    if (live->note_count == NOTES)
        memmove(live->notes[0], live->notes[1], (NOTES - 1) * sizeof *live->notes);
    else
        live->note_count++;
    char *line = live->notes[live->note_count - 1];
    snprintf(line, sizeof *live->notes, "%.12s  %.140s", time, text);
    if (!live->is_screen)
        puts(line);
}

static int64_t ms_since(int64_t begin_ns, int64_t end_ns)
{
    return (end_ns - begin_ns) / 1000000;
}

/* ---- the gap ---- */

/* One update is withheld, and the snapshot that heals comes half a second late, so that an eye can
 * follow. */
static void strike(struct live *live)
{
    char text[120];
    (void)cmb_simulator_strike(live->simulator, struck, "slow@fetch_order_book", 1, NULL);
    live->sight->struck_ns = cmb_clock_wall_ns(&cmb_clock_system);
    (void)cmb_simulator_strike(live->simulator, struck, "gap@watch_order_book", 1, NULL);
    snprintf(text, sizeof text, "an update of %s is withheld on purpose", struck);
    note(live, text);
}

static void note_state(struct live *live, const char *exchange, const struct cambist_event *event)
{
    struct cmb_demo_sight *sight = live->sight;
    char text[140];
    bool is_struck = sight->struck_ns && strcmp(exchange, struck) == 0;
    if (is_struck && !sight->found_ns && event->state == CAMBIST_WATCH_RESYNCING) {
        sight->found_ns = event->received_ns;
        snprintf(text, sizeof text, "%s: the gap is found after %lld ms, the book is not shown",
                 exchange, (long long)ms_since(sight->struck_ns, sight->found_ns));
    } else if (is_struck && sight->found_ns && !sight->healed_ns &&
               event->state == CAMBIST_WATCH_LIVE) {
        sight->healed_ns = event->received_ns;
        snprintf(text, sizeof text, "%s: live again after %lld ms, out of a new snapshot", exchange,
                 (long long)ms_since(sight->found_ns, sight->healed_ns));
    } else if (event->is_state) {
        snprintf(text, sizeof text, "%s: %s%s%.80s", exchange,
                 cambist_watch_state_name(event->state), event->error ? ": " : "",
                 event->error ? event->error->message : "");
    } else {
        return;
    }
    note(live, text);
}

/* ---- events ---- */

static void start_watches(struct live *live, struct cambist *host)
{
    struct cambist_arguments arguments = { .symbol = symbol };
    for (int i = 0; i < CMB_DEMO_EXCHANGES; i++) {
        struct cambist_error error = { 0 };
        char title[64];
        snprintf(title, sizeof title, "%s %s", cmb_demo_exchanges[i], symbol);
        cmb_pane_init(&live->panes[i], title, CAMBIST_TOPIC_watch_order_book, 0);
        if (cambist_watch_queued(cambist_find_exchange(host, cmb_demo_exchanges[i]),
                                 CAMBIST_TOPIC_watch_order_book, &arguments, CAMBIST_EVERY_EVENT,
                                 CAPACITY, &live->watches[i], &error) != CAMBIST_OK)
            cmb_pane_fail(&live->panes[i], error.message);
        live->panes[i].watch = live->watches[i];
    }
}

static void take_events(struct live *live)
{
    const struct cambist_event *event;
    for (int i = 0; i < CMB_DEMO_EXCHANGES; i++)
        while (live->watches[i] &&
               cambist_watch_next(live->watches[i], 0, &event) == CAMBIST_OK) {
            cmb_pane_take(&live->panes[i], event);
            note_state(live, cmb_demo_exchanges[i], event);
        }
}

static void end_watches(struct live *live)
{
    for (int i = 0; i < CMB_DEMO_EXCHANGES; i++) {
        cambist_unwatch(live->watches[i]);
        live->sight->updates += live->panes[i].updates;
        cmb_histogram_merge(&live->sight->latencies, &live->panes[i].latencies);
    }
}

/* ---- showing ---- */

static void draw(struct live *live)
{
    struct cmb_screen *screen = &live->terminal.screen;
    struct cmb_pane *panes[CMB_DEMO_EXCHANGES];
    int width, height;
    cmb_terminal_size(&width, &height);
    if (width != screen->width && !cmb_terminal_resize(&live->terminal))
        return;
    for (int i = 0; i < CMB_DEMO_EXCHANGES; i++)
        panes[i] = &live->panes[i];
    cmb_screen_wipe(screen);
    int bottom = screen->height - NOTES - 1;
    cmb_panes_draw(panes, CMB_DEMO_EXCHANGES, screen, 0, bottom, CMB_PANE_LEVELS);
    cmb_screen_put_rule(screen, 0, bottom, screen->width);
    for (int i = 0; i < live->note_count; i++)
        cmb_screen_put(screen, 0, bottom + 1 + i, screen->width, CMB_STYLE_PLAIN, live->notes[i]);
    cmb_terminal_draw(&live->terminal);
}

static void print_line(const struct live *live, int i)
{
    struct cambist_scaled_level bid, ask;
    struct cambist_book book = { .bids = &bid, .asks = &ask };
    char price[2][CMB_ROW_CELL_SIZE] = { "-", "-" };
    bool is_live = live->watches[i] && cambist_watch_book(live->watches[i], 1, &book);
    if (is_live && book.bid_count)
        cmb_row_put_scaled(price[0], bid.price, book.price_scale);
    if (is_live && book.ask_count)
        cmb_row_put_scaled(price[1], ask.price, book.price_scale);
    printf("  %-9s %s  %-9s  bid %s  ask %s  %llu updates\n", cmb_demo_exchanges[i], symbol,
           cambist_watch_state_name(book.state), price[0], price[1],
           (unsigned long long)live->panes[i].updates);
}

static void show(struct live *live)
{
    int64_t now_ns = cmb_clock_monotonic_ns(&cmb_clock_system);
    if (live->is_screen) {
        draw(live);
        return;
    }
    if (now_ns < live->lines_ns)
        return;
    live->lines_ns = now_ns + LINES_MS * 1000000ll;
    for (int i = 0; i < CMB_DEMO_EXCHANGES; i++)
        print_line(live, i);
    fflush(stdout);
}

/* ---- the time it takes ---- */

/* Waits for the next drawing; false when somebody wants to end. */
static bool wait_turn(const sigset_t *ends)
{
    struct timespec turn = { 0, DRAW_MS * 1000000 };
    return sigtimedwait(ends, NULL, &turn) < 0;
}

static bool is_enough(const struct live *live, const atomic_bool *is_done)
{
    int64_t ran_ms = ms_since(live->start_ns, cmb_clock_monotonic_ns(&cmb_clock_system));
    bool is_seen = live->sight->healed_ns && atomic_load(is_done);
    return ran_ms > MOST_MS || (ran_ms > LEAST_MS && is_seen);
}

static bool is_time_to_strike(const struct live *live)
{
    int64_t ran_ms = ms_since(live->start_ns, cmb_clock_monotonic_ns(&cmb_clock_system));
    return !live->sight->struck_ns && ran_ms > STRIKE_MS &&
           live->panes[0].state == CAMBIST_WATCH_LIVE;
}

static void open_screen(struct live *live)
{
    int width, height;
    cmb_terminal_size(&width, &height);
    int columns = (width + 3) / (CMB_PANE_WIDTH_LEAST + 3);
    int wanted = columns >= CMB_DEMO_EXCHANGES ? ROWS_MOST : 2 * ROWS_MOST - NOTES;
    live->is_screen = cmb_terminal_is_there() && height > 8 &&
                      cmb_terminal_open(&live->terminal, CMB_TERMINAL_IN_PLACE,
                                        wanted < height - 1 ? wanted : height - 1);
}

void cmb_demo_watch(struct cambist *host, struct cmb_simulator *simulator,
                    const atomic_bool *is_done, struct cmb_demo_sight *ret)
{
    struct live *live = calloc(1, sizeof *live);
    sigset_t ends, held, before;
    if (!live)
        return;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    held = ends;
    sigaddset(&held, SIGTSTP); /* waits until the terminal is as it was */
    sigprocmask(SIG_BLOCK, &held, &before);
    *live = (struct live){ .simulator = simulator, .sight = ret,
                           .start_ns = cmb_clock_monotonic_ns(&cmb_clock_system) };
    cmb_histogram_init(&ret->latencies, true);
    open_screen(live);
    start_watches(live, host);
    while (!ret->is_stopped && !is_enough(live, is_done)) {
        take_events(live);
        show(live);
        if (is_time_to_strike(live))
            strike(live);
        ret->is_stopped = !wait_turn(&ends);
    }
    take_events(live);
    show(live);
    end_watches(live);
    if (live->is_screen)
        cmb_terminal_close(&live->terminal);
    free(live);
    sigprocmask(SIG_SETMASK, &before, NULL);
}
