/* How are levels, rows and records drawn, with numbers straight below each other? */
#include "cli/pane_parts.h"

#include <stdio.h>

#include "base/clock.h"
#include "number/decimal.h"
#include "number/scaled.h"

/* ---- levels ---- */

/* The spread in ticks where it is a whole number of them, which it is unless the tick is wrong. */
static int64_t ticks_of(int64_t spread, unsigned scale, const struct cambist_decimal *tick)
{
    int64_t step = 0;
    if (!tick->is_set || cmb_decimal_to_scaled(tick, scale, &step) != CMB_NUMBER_FINE ||
        step <= 0 || spread % step)
        return -1;
    return spread / step;
}

void cmb_pane_put_spread(char *to, const struct cambist_book *book,
                         const struct cambist_decimal *tick)
{
    *to = 0;
    if (!book->bid_count || !book->ask_count)
        return;
    int64_t spread = book->asks[0].price - book->bids[0].price;
    int64_t ticks = ticks_of(spread, book->price_scale, tick);
    char text[CMB_ROW_CELL_SIZE];
    cmb_row_put_scaled(text, spread, book->price_scale);
    if (ticks < 0)
        snprintf(to, CMB_ROW_CELL_SIZE, "%.32s", text);
    else
        snprintf(to, CMB_ROW_CELL_SIZE, "%.32s (%lld tick%s)", text, (long long)ticks,
                 ticks == 1 ? "" : "s");
}

struct columns {
    int price, amount; /* widths */
    int64_t deepest;   /* the larger of both sides' sums */
};

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static void measure_side(const struct cambist_scaled_level *levels, uint64_t count,
                         const struct cambist_book *book, struct columns *ret)
{
    char text[CMB_ROW_CELL_SIZE];
    int64_t sum = 0;
    for (uint64_t i = 0; i < count; i++) {
        cmb_row_put_scaled(text, levels[i].price, book->price_scale);
        ret->price = (int)strlen(text) > ret->price ? (int)strlen(text) : ret->price;
        cmb_row_put_scaled(text, levels[i].amount, book->amount_scale);
        ret->amount = (int)strlen(text) > ret->amount ? (int)strlen(text) : ret->amount;
        sum = add(sum, levels[i].amount);
    }
    ret->deepest = sum > ret->deepest ? sum : ret->deepest;
}

/* One side, the best level first; `step` says in which direction the others stand.  A bar is as
 * long as what is offered up to its level. */
static void draw_side(const struct cmb_part *part, int y, int step,
                      const struct cambist_scaled_level *levels, uint64_t count,
                      const struct cambist_book *book, const struct columns *columns)
{
    enum cmb_style style = step < 0 ? CMB_STYLE_RED : CMB_STYLE_GREEN;
    char text[CMB_ROW_CELL_SIZE];
    int64_t sum = 0;
    int at = part->x + columns->price + 2 + columns->amount + 2;
    for (uint64_t i = 0; i < count; i++, y += step) {
        cmb_row_put_scaled(text, levels[i].price, book->price_scale);
        cmb_screen_put_right(part->screen, part->x, y, columns->price, style, text);
        cmb_row_put_scaled(text, levels[i].amount, book->amount_scale);
        cmb_screen_put_right(part->screen, part->x + columns->price + 2, y, columns->amount,
                             CMB_STYLE_PLAIN, text);
        sum = add(sum, levels[i].amount);
        cmb_screen_put_bar(part->screen, at, y, part->x + part->width - at, style, sum,
                           columns->deepest);
    }
}

static void draw_absence(const struct cmb_part *part, const struct cmb_pane *pane, int levels)
{
    char since[CMB_ROW_CELL_SIZE], line[160];
    cmb_pane_put_duration(since, cmb_clock_monotonic_ns(&cmb_clock_system) - pane->state_ns);
    snprintf(line, sizeof line, "no book is shown: %s for %s",
             cambist_watch_state_name(pane->state), since);
    cmb_screen_put(part->screen, part->x, part->y + 1 + levels, part->width,
                   cmb_pane_style_of(pane->state), line);
}

void cmb_pane_draw_levels(const struct cmb_part *part, const struct cmb_pane *pane,
                          const struct cambist_book *book, int levels)
{
    struct columns columns = { 5, 6, 0 };
    char spread[CMB_ROW_CELL_SIZE], line[96];
    if (levels < 1 || book->state != CAMBIST_WATCH_LIVE) {
        if (levels > 0)
            draw_absence(part, pane, levels);
        return;
    }
    measure_side(book->asks, book->ask_count, book, &columns);
    measure_side(book->bids, book->bid_count, book, &columns);
    cmb_screen_put_right(part->screen, part->x, part->y, columns.price, CMB_STYLE_DIM, "price");
    cmb_screen_put_right(part->screen, part->x + columns.price + 2, part->y, columns.amount,
                         CMB_STYLE_DIM, "amount");
    draw_side(part, part->y + levels, -1, book->asks, book->ask_count, book, &columns);
    cmb_pane_put_spread(spread, book, &pane->tick);
    snprintf(line, sizeof line, "spread %s%s", spread, book->is_crossed ? ", crossed" : "");
    cmb_screen_put(part->screen, part->x, part->y + levels + 1, part->width, CMB_STYLE_DIM, line);
    draw_side(part, part->y + levels + 2, 1, book->bids, book->bid_count, book, &columns);
}

/* ---- rows ---- */

struct column {
    bool is_number;
    int before, behind; /* of numbers: cells before the point, and from it on */
    int width;
};

static bool is_number(const char *text)
{
    return text[strspn(text, "-+.0123456789")] == 0;
}

static struct column measure_column(const struct cmb_pane *pane, uint32_t count, int i,
                                    const char *title)
{
    struct column column = { .is_number = true };
    int text_width = 0;
    for (uint32_t r = 0; r < count; r++) {
        const char *text = pane->rows[r].cells[i];
        int width = cmb_screen_width_of(text), decimals = cmb_screen_decimals_of(text);
        int behind = decimals ? decimals + 1 : 0;
        column.is_number &= is_number(text);
        column.behind = behind > column.behind ? behind : column.behind;
        column.before = width - behind > column.before ? width - behind : column.before;
        text_width = width > text_width ? width : text_width;
    }
    int title_width = cmb_screen_width_of(title);
    column.width = column.is_number ? column.before + column.behind : text_width;
    if (title_width > column.width) {
        column.before += title_width - column.width;
        column.width = title_width;
    }
    return column;
}

static enum cmb_style style_of(int mood)
{
    return mood > 0 ? CMB_STYLE_GREEN : mood < 0 ? CMB_STYLE_RED : CMB_STYLE_PLAIN;
}

static void draw_column(const struct cmb_part *part, const struct cmb_pane *pane, uint32_t count,
                        int i, const struct column *column, const char *title)
{
    if (column->is_number)
        cmb_screen_put_right(part->screen, part->x, part->y, column->width, CMB_STYLE_DIM, title);
    else
        cmb_screen_put(part->screen, part->x, part->y, column->width, CMB_STYLE_DIM, title);
    for (uint32_t r = 0; r < count; r++) {
        const struct cmb_row *row = &pane->rows[r];
        int y = part->y + 1 + (int)r;
        if (column->is_number)
            cmb_screen_put_number(part->screen, part->x, y, column->width,
                                  part->x + column->before, style_of(row->mood), row->cells[i]);
        else
            cmb_screen_put(part->screen, part->x, y, column->width, style_of(row->mood),
                           row->cells[i]);
    }
}

void cmb_pane_draw_rows(const struct cmb_part *part, const struct cmb_pane *pane)
{
    const char *const *titles = cmb_row_titles(pane->rows_topic);
    struct cmb_part rest = *part;
    uint32_t room = part->height > 1 ? (uint32_t)part->height - 1 : 0;
    uint32_t count = pane->row_count < room ? pane->row_count : room;
    for (int i = 0; titles[i] && part->height > 0; i++) {
        struct column column = measure_column(pane, count, i, titles[i]);
        if (column.width > rest.width)
            return;
        draw_column(&rest, pane, count, i, &column, titles[i]);
        rest.x += column.width + 2;
        rest.width -= column.width + 2;
    }
}

/* ---- one record ---- */

void cmb_pane_draw_record(const struct cmb_part *part, const struct cmb_pane *pane)
{
    const char *const *titles = cmb_row_titles(pane->rows_topic);
    int behind = 0, y = part->y;
    if (!pane->row_count)
        return;
    const struct cmb_row *row = &pane->rows[0];
    for (int i = 0; titles[i]; i++) {
        int decimals = cmb_screen_decimals_of(row->cells[i]);
        behind = decimals && decimals + 1 > behind ? decimals + 1 : behind;
    }
    for (int i = 0; titles[i] && y < part->y + part->height; i++) {
        if (!*row->cells[i])
            continue;
        int room = part->width < 34 ? part->width : 34;
        cmb_screen_put(part->screen, part->x, y, 9, CMB_STYLE_DIM, titles[i]);
        cmb_screen_put_number(part->screen, part->x + 9, y, room - 9, part->x + room - behind,
                              CMB_STYLE_PLAIN, row->cells[i]);
        y++;
    }
}
