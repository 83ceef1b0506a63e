/* What pays now, and what was done about it? */
#include "cli/board.h"

#include <stdio.h>

#include "base/clock.h"
#include "cli/opportunity.h"

enum { AMOUNT_DIGITS = 8, PROFIT_DIGITS = 4, GAP = 2 };

static const char *const titles[CMB_BOARD_CELLS] = { "symbol", "route",  "amount", "from",
                                                     "to",     "edge bp", "profit" };

void cmb_board_init(struct cmb_board *board)
{
    board->count = 0;
    board->note_count = 0;
    cmb_buffer_init(&board->line, 1 << 16);
}

void cmb_board_clear(struct cmb_board *board)
{
    cmb_buffer_clear(&board->line);
}

/* ---- rows ---- */

/* The row of a route; else a new one, or the one that was seen longest ago. */
static struct cmb_board_row *row_of(struct cmb_board *board, uint32_t route)
{
    struct cmb_board_row *oldest = board->rows;
    for (size_t i = 0; i < board->count; i++) {
        struct cmb_board_row *row = &board->rows[i];
        if (row->route == route)
            return row;
        if (row->seen_ns < oldest->seen_ns)
            oldest = row;
    }
    struct cmb_board_row *row =
        board->count < CMB_BOARD_ROWS ? &board->rows[board->count++] : oldest;
    *row = (struct cmb_board_row){ .route = route };
    return row;
}

static void put_number(struct cmb_board *board, char *cell, const struct cambist_decimal *value,
                       size_t digits)
{
    cmb_buffer_reset(&board->line);
    cmb_opportunity_add_number(&board->line, value, digits);
    snprintf(cell, CMB_ROW_CELL_SIZE, "%s", cmb_buffer_string(&board->line));
}

static void put_route(char *cell, const struct cambist_opportunity *opportunity)
{
    char text[CMB_ROW_CELL_SIZE];
    if (opportunity->leg_count == 2)
        snprintf(text, sizeof text, "%.28s -> %.28s", opportunity->legs[0].exchange,
                 opportunity->legs[1].exchange);
    else
        snprintf(text, sizeof text, "%.24s, %.16s, %.16s", opportunity->legs[0].exchange,
                 opportunity->legs[1].symbol, opportunity->legs[2].symbol);
    cmb_row_put_text(cell, text);
}

static void take_opportunity(struct cmb_board *board, const struct cambist_opportunity *opportunity,
                             bool is_standing)
{
    struct cmb_board_row *row = row_of(board, opportunity->route);
    const struct cambist_arbitrage_leg *first = &opportunity->legs[0];
    const struct cambist_arbitrage_leg *last = &opportunity->legs[opportunity->leg_count - 1];
    char profit[CMB_ROW_CELL_SIZE];
    row->is_standing = is_standing;
    row->since_ns = opportunity->since_ns;
    row->seen_ns = opportunity->time_ns;
    if (!is_standing)
        return;
    cmb_row_put_text(row->cells[0], first->symbol);
    put_route(row->cells[1], opportunity);
    put_number(board, row->cells[2], &first->amount, AMOUNT_DIGITS);
    put_number(board, row->cells[3], &first->price, AMOUNT_DIGITS);
    put_number(board, row->cells[4], &last->price, AMOUNT_DIGITS);
    snprintf(row->cells[5], sizeof row->cells[5], "%lld.%02lld",
             (long long)(opportunity->edge_ppm / 100), (long long)(opportunity->edge_ppm % 100));
    put_number(board, profit, &opportunity->profit, PROFIT_DIGITS);
    snprintf(row->cells[6], sizeof row->cells[6], "%.40s %.12s", profit, opportunity->currency);
}

/* ---- notes ---- */

static void add_note(struct cmb_board *board, const struct cambist_arbitrage_event *event)
{
    if (board->note_count == CMB_BOARD_NOTES)
        memmove(board->notes[0], board->notes[1],
                (CMB_BOARD_NOTES - 1) * sizeof board->notes[0]);
    else
        board->note_count++;
    cmb_buffer_reset(&board->line);
    cmb_opportunity_write_plain(event, &board->line);
    snprintf(board->notes[board->note_count - 1], sizeof board->notes[0], "%s",
             cmb_buffer_string(&board->line));
}

void cmb_board_take(struct cmb_board *board, const struct cambist_arbitrage_event *event)
{
    if (event->opportunity)
        take_opportunity(board, event->opportunity, event->tiding != CAMBIST_ARBITRAGE_GONE);
    else
        add_note(board, event);
}

/* ---- drawing ---- */

static void find_widths(const struct cmb_board *board, int *widths)
{
    for (int cell = 0; cell < CMB_BOARD_CELLS; cell++) {
        widths[cell] = cmb_screen_width_of(titles[cell]);
        for (size_t i = 0; i < board->count; i++) {
            int width = cmb_screen_width_of(board->rows[i].cells[cell]);
            widths[cell] = width > widths[cell] ? width : widths[cell];
        }
    }
}

/* Words stand at the left, numbers at the right. */
static void put_cell(struct cmb_screen *screen, int cell, int x, int y, int width,
                     enum cmb_style style, const char *text)
{
    int room = screen->width - x < width ? screen->width - x : width;
    if (room <= 0)
        return;
    if (cell < 2)
        cmb_screen_put(screen, x, y, room, style, text);
    else
        cmb_screen_put_right(screen, x, y, room, style, text);
}

static void draw_row(struct cmb_screen *screen, const struct cmb_board_row *row, const int *widths,
                     int y, int64_t now_ns)
{
    int x = 0;
    char age[CMB_ROW_CELL_SIZE];
    int64_t from_ns = row ? (row->is_standing ? row->since_ns : row->seen_ns) : now_ns;
    for (int cell = 0; cell < CMB_BOARD_CELLS; x += widths[cell++] + GAP)
        put_cell(screen, cell, x, y, widths[cell],
                 !row || !row->is_standing        ? CMB_STYLE_DIM
                 : cell == CMB_BOARD_CELLS - 2 ? CMB_STYLE_GREEN : CMB_STYLE_PLAIN,
                 row ? row->cells[cell] : titles[cell]);
    snprintf(age, sizeof age, "%s %lld s%s", row && !row->is_standing ? "gone" : "for",
             (long long)((now_ns - from_ns) / 1000000000),
             row && !row->is_standing ? " ago" : "");
    if (row && x < screen->width)
        cmb_screen_put(screen, x, y, screen->width - x, CMB_STYLE_DIM, age);
}

static void draw_foot(struct cmb_screen *screen, const struct cambist_arbitrage_counts *counts,
                      int64_t now_ns)
{
    char line[200], time[CMB_ROW_CELL_SIZE];
    cmb_row_put_time(time, now_ns);
    snprintf(line, sizeof line,
             "%.8s UTC, Ctrl-C ends; %llu routes, %llu updates, %llu opportunities, %llu executions",
             time, (unsigned long long)counts->routes, (unsigned long long)counts->updates,
             (unsigned long long)counts->opportunities, (unsigned long long)counts->executions);
    cmb_screen_put(screen, 0, screen->height - 1, screen->width, CMB_STYLE_DIM, line);
}

void cmb_board_draw(const struct cmb_board *board, const struct cambist_arbitrage_counts *counts,
                    struct cmb_screen *screen)
{
    int widths[CMB_BOARD_CELLS];
    int64_t now_ns = cmb_clock_wall_ns(&cmb_clock_system);
    int bottom = screen->height - 1 - board->note_count;
    cmb_screen_wipe(screen);
    find_widths(board, widths);
    draw_row(screen, NULL, widths, 0, now_ns);
    for (size_t i = 0; i < board->count && (int)i + 1 < bottom; i++)
        draw_row(screen, &board->rows[i], widths, (int)i + 1, now_ns);
    for (int i = 0; i < board->note_count && bottom > 0; i++)
        cmb_screen_put(screen, 0, bottom + i, screen->width, CMB_STYLE_PLAIN, board->notes[i]);
    draw_foot(screen, counts, now_ns);
}
