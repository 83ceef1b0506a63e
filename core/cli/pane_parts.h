/* cli/pane_parts.h - the parts that a pane is drawn of: levels, rows, one record. */
#ifndef CMB_CLI_PANE_PARTS_H
#define CMB_CLI_PANE_PARTS_H

#include "cli/pane.h"

/* Where it is drawn. */
struct cmb_part {
    struct cmb_screen *screen;
    int x, y, width, height;
};

/* Asks above, the spread, bids below; of a book that is not live why there are none. */
void cmb_pane_draw_levels(const struct cmb_part *part, const struct cmb_pane *pane,
                          const struct cambist_book *book, int levels);
/* Titles and rows; columns that find no room are left out. */
void cmb_pane_draw_rows(const struct cmb_part *part, const struct cmb_pane *pane);
/* The newest row, a cell a line. */
void cmb_pane_draw_record(const struct cmb_part *part, const struct cmb_pane *pane);

/* "0.10 (1 tick)"; "" without both sides.  `tick` may be absent. */
void cmb_pane_put_spread(char *to, const struct cambist_book *book,
                         const struct cambist_decimal *tick);

#endif
