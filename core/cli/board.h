/* cli/board.h - what arbitrage tells, as a table that is redrawn: a row for each route that paid. */
#ifndef CMB_CLI_BOARD_H
#define CMB_CLI_BOARD_H

#include <cambist/arbitrage.h>

#include "cli/row.h"
#include "cli/terminal.h"

enum { CMB_BOARD_ROWS = 64, CMB_BOARD_CELLS = 7, CMB_BOARD_NOTES = 6, CMB_BOARD_NOTE_SIZE = 200 };

struct cmb_board_row {
    uint32_t route;
    bool is_standing;
    char cells[CMB_BOARD_CELLS][CMB_ROW_CELL_SIZE];
    int64_t since_ns, seen_ns; /* wall clock: when it appeared, and changed or went */
};

struct cmb_board {
    struct cmb_board_row rows[CMB_BOARD_ROWS]; /* the newest take the place of the oldest */
    size_t count;
    char notes[CMB_BOARD_NOTES][CMB_BOARD_NOTE_SIZE]; /* the newest last */
    int note_count;
    struct cmb_buffer line;
};

void cmb_board_init(struct cmb_board *board);
void cmb_board_clear(struct cmb_board *board);
void cmb_board_take(struct cmb_board *board, const struct cambist_arbitrage_event *event);
/* Draws rows, notes and a last line with the counts. */
void cmb_board_draw(const struct cmb_board *board, const struct cambist_arbitrage_counts *counts,
                    struct cmb_screen *screen);

#endif
