/* What does a feed tell, and where does it stand on the screen? */
#include "cli/pane.h"

#include <stdio.h>

#include "base/clock.h"
#include "cli/pane_parts.h"

/* ---- taking events ---- */

void cmb_pane_init(struct cmb_pane *pane, const char *title, uint32_t topic, uint32_t rows_topic)
{
    *pane = (struct cmb_pane){ .topic = topic, .rows_topic = rows_topic,
                               .state = CAMBIST_WATCH_WAITING, .latency_ns = INT64_MIN,
                               .state_ns = cmb_clock_monotonic_ns(&cmb_clock_system) };
    cmb_row_put_text(pane->title, title);
    cmb_histogram_init(&pane->latencies, true);
}

void cmb_pane_fail(struct cmb_pane *pane, const char *reason)
{
    pane->state = CAMBIST_WATCH_FAILED;
    snprintf(pane->reason, sizeof pane->reason, "%.159s", reason);
}

static void take_state(struct cmb_pane *pane, const struct cambist_event *event)
{
    if (event->state != pane->state) {
        pane->losses += pane->state == CAMBIST_WATCH_LIVE;
        pane->state_ns = cmb_clock_monotonic_ns(&cmb_clock_system);
    }
    pane->state = event->state;
    if (event->error)
        snprintf(pane->reason, sizeof pane->reason, "%.159s", event->error->message);
    else if (event->state == CAMBIST_WATCH_LIVE)
        *pane->reason = 0;
}

/* The newest row comes first; one that is about the same thing takes the older one's place. */
static void add_row(struct cmb_pane *pane, const struct cmb_row *row)
{
    for (uint32_t i = 0; *row->key && i < pane->row_count; i++) {
        if (strcmp(pane->rows[i].key, row->key) == 0) {
            pane->rows[i] = *row;
            return;
        }
    }
    uint32_t kept = pane->row_count < CMB_PANE_ROWS ? pane->row_count : CMB_PANE_ROWS - 1;
    memmove(&pane->rows[1], &pane->rows[0], kept * sizeof *row);
    pane->rows[0] = *row;
    pane->row_count = kept + 1;
}

void cmb_pane_take(struct cmb_pane *pane, const struct cambist_event *event)
{
    struct cmb_row row;
    if (event->topic == pane->rows_topic && cmb_row_fill(event, &row))
        add_row(pane, &row);
    if (event->topic != pane->topic)
        return;
    take_state(pane, event);
    pane->connection = event->connection;
    if (event->is_state)
        return;
    pane->updates++;
    pane->received_ns = event->received_ns;
    pane->sequence = (int64_t)event->sequence;
    if (event->timestamp_ns && event->topic != CAMBIST_TOPIC_watch_ohlcv) { /* when it opened */
        pane->latency_ns = event->received_ns - event->timestamp_ns;
        cmb_histogram_record(&pane->latencies, pane->latency_ns);
    }
}

/* ---- texts ---- */

void cmb_pane_put_duration(char *to, int64_t duration_ns)
{
    double ms = (double)duration_ns / 1e6;
    const char *format = ms > -10 && ms < 10 ? "%.1f ms" : "%.0f ms";
    if (ms < 1000)
        snprintf(to, CMB_ROW_CELL_SIZE, format, ms);
    else if (ms < 120000)
        snprintf(to, CMB_ROW_CELL_SIZE, "%.1f s", ms / 1000);
    else
        snprintf(to, CMB_ROW_CELL_SIZE, "%.0f min", ms / 60000);
}

enum cmb_style cmb_pane_style_of(uint32_t state)
{
    switch (state) {
    case CAMBIST_WATCH_LIVE: return CMB_STYLE_GREEN_BOLD;
    case CAMBIST_WATCH_RESYNCING: return CMB_STYLE_YELLOW_BOLD;
    case CAMBIST_WATCH_WAITING: return CMB_STYLE_CYAN;
    default: return CMB_STYLE_RED_BOLD;
    }
}

/* ---- the head: name and state, measures, a reason ---- */

static void draw_measures(const struct cmb_part *part, const struct cmb_pane *pane,
                          const struct cambist_book *book)
{
    char line[256], age[CMB_ROW_CELL_SIZE] = "-", lag[CMB_ROW_CELL_SIZE], p99[CMB_ROW_CELL_SIZE];
    struct cmb_histogram_summary lags = cmb_histogram_summarize(&pane->latencies);
    if (book && book->state == CAMBIST_WATCH_LIVE)
        cmb_pane_put_duration(age, book->age_ns);
    else if (pane->received_ns)
        cmb_pane_put_duration(age, cmb_clock_wall_ns(&cmb_clock_system) - pane->received_ns);
    int length = snprintf(line, sizeof line, "age %s", age);
    if (lags.count) {
        cmb_pane_put_duration(lag, pane->latency_ns);
        cmb_pane_put_duration(p99, lags.p99_ns);
        snprintf(line + length, sizeof line - (size_t)length, "  lag %s  p99 %s", lag, p99);
    }
    cmb_screen_put(part->screen, part->x, part->y + 1, part->width, CMB_STYLE_DIM, line);
}

static void draw_history(const struct cmb_part *part, const struct cmb_pane *pane,
                         const struct cambist_book *book)
{
    char line[256], lost[48] = "";
    int64_t sequence = book && book->sequence ? book->sequence : pane->sequence;
    if (pane->losses)
        snprintf(lost, sizeof lost, "  lost %llu", (unsigned long long)pane->losses);
    snprintf(line, sizeof line, "seq %lld  conn %llu%s  %llu updates", (long long)sequence,
             (unsigned long long)pane->connection, lost, (unsigned long long)pane->updates);
    cmb_screen_put(part->screen, part->x, part->y + 2, part->width, CMB_STYLE_DIM, line);
}

static void draw_head(const struct cmb_part *part, const struct cmb_pane *pane,
                      const struct cambist_book *book)
{
    char state[CMB_ROW_CELL_SIZE];
    uint32_t number = book ? book->state : pane->state;
    snprintf(state, sizeof state, "● %s", cambist_watch_state_name(number));
    cmb_screen_put(part->screen, part->x, part->y, part->width - 13, CMB_STYLE_BOLD, pane->title);
    cmb_screen_put_right(part->screen, part->x + part->width - 12, part->y, 12,
                         cmb_pane_style_of(number), state);
    draw_measures(part, pane, book);
    if (*pane->reason && number != CAMBIST_WATCH_LIVE)
        cmb_screen_put(part->screen, part->x, part->y + 2, part->width, CMB_STYLE_YELLOW,
                       pane->reason);
    else
        draw_history(part, pane, book);
    cmb_screen_put_rule(part->screen, part->x, part->y + 3, part->width);
}

/* ---- the whole of it ---- */

enum { HEAD_LINES = 4, TRADE_LINES = 8, TRADES_FROM_HEIGHT = 22 };

static struct cmb_part lower(const struct cmb_part *part, int lines, int height)
{
    return (struct cmb_part){ part->screen, part->x, part->y + lines, part->width, height };
}

/* As many levels as find room, are wanted, and are there; while none is shown as many as before, so
 * that nothing jumps. */
static int count_levels(const struct cmb_part *part, int trade_lines, uint64_t depth)
{
    int room = (part->height - HEAD_LINES - 2 - trade_lines) / 2;
    int most = depth < CMB_PANE_LEVELS ? (int)depth : CMB_PANE_LEVELS;
    return room < 0 ? 0 : room < most ? room : most;
}

static void fit_levels(struct cmb_pane *pane, const struct cambist_book *book, int *levels)
{
    uint64_t there = book->bid_count > book->ask_count ? book->bid_count : book->ask_count;
    if (book->state == CAMBIST_WATCH_LIVE)
        pane->levels = (int)there;
    if (pane->levels && pane->levels < *levels)
        *levels = pane->levels;
}

static void draw_book(const struct cmb_part *part, struct cmb_pane *pane, uint64_t depth)
{
    struct cambist_scaled_level bids[CMB_PANE_LEVELS], asks[CMB_PANE_LEVELS];
    struct cambist_book book = { .bids = bids, .asks = asks, .state = pane->state };
    int trade_lines = pane->rows_topic && part->height >= TRADES_FROM_HEIGHT ? TRADE_LINES : 0;
    int levels = count_levels(part, trade_lines, depth);
    if (pane->watch && pane->state != CAMBIST_WATCH_FAILED)
        cambist_watch_book(pane->watch, levels > 0 ? (uint64_t)levels : 1, &book);
    fit_levels(pane, &book, &levels);
    draw_head(part, pane, &book);
    struct cmb_part body = lower(part, HEAD_LINES, part->height - HEAD_LINES - trade_lines);
    cmb_pane_draw_levels(&body, pane, &book, levels);
    if (!trade_lines)
        return;
    int used = HEAD_LINES + 2 + 2 * levels;
    struct cmb_part trades = lower(part, used, part->height - used);
    cmb_screen_put_rule(part->screen, part->x, trades.y, part->width);
    trades = lower(&trades, 1, trades.height - 1);
    cmb_pane_draw_rows(&trades, pane);
}

void cmb_pane_draw(struct cmb_pane *pane, struct cmb_screen *screen, int x, int y, int width,
                   int height, uint64_t depth)
{
    struct cmb_part part = { screen, x, y, width, height };
    if (pane->topic == CAMBIST_TOPIC_watch_order_book) {
        draw_book(&part, pane, depth);
        return;
    }
    draw_head(&part, pane, NULL);
    struct cmb_part body = lower(&part, HEAD_LINES, height - HEAD_LINES);
    bool is_one = pane->topic == CAMBIST_TOPIC_watch_ticker ||
                  pane->topic == CAMBIST_TOPIC_watch_bids_asks;
    if (is_one)
        cmb_pane_draw_record(&body, pane);
    else
        cmb_pane_draw_rows(&body, pane);
}

/* ---- several ---- */

enum { GAP = 3, HEIGHT_LEAST = 8 };

size_t cmb_panes_draw(struct cmb_pane *const *panes, size_t count, struct cmb_screen *screen,
                      int top, int bottom, uint64_t depth)
{
    int most = (screen->width + GAP) / (CMB_PANE_WIDTH_LEAST + GAP);
    int columns = most < 1 ? 1 : most > (int)count ? (int)count : most;
    int width = (screen->width + GAP) / (columns ? columns : 1) - GAP;
    int bands = ((int)count + columns - 1) / (columns ? columns : 1);
    int bands_most = (bottom - top) / HEIGHT_LEAST;
    if (bands > bands_most)
        bands = bands_most > 0 ? bands_most : 1;
    width = width > CMB_PANE_WIDTH_MOST ? CMB_PANE_WIDTH_MOST : width;
    size_t drawn = 0;
    for (int band = 0; band < bands; band++) {
        int height = (bottom - top - (bands - 1)) / bands;
        for (int column = 0; column < columns && drawn < count; column++, drawn++)
            cmb_pane_draw(panes[drawn], screen, column * (width + GAP), top + band * (height + 1),
                          width, height, depth);
    }
    return drawn;
}
