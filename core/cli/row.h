/* cli/row.h - what a person wants to see of a record: some short texts under titles. */
#ifndef CMB_CLI_ROW_H
#define CMB_CLI_ROW_H

#include <cambist/cambist.h>

#include "base/text.h"

enum { CMB_ROW_CELLS = 8, CMB_ROW_CELL_SIZE = 64 };

struct cmb_row {
    char cells[CMB_ROW_CELLS][CMB_ROW_CELL_SIZE]; /* "": not told; escaped, never a digit lost:
                                                   * what is too long is "…" */
    char key[CMB_ROW_CELL_SIZE]; /* rows of one key are about one thing; "": each is its own */
    int mood;                    /* 1: a buy, a gain; -1: a sell, a loss; 0: neither */
};

/* The titles of a topic's cells; NULL behind the last. */
const char *const *cmb_row_titles(uint32_t topic);
/* Fills the row; false for what has none: states, and changes of a book. */
bool cmb_row_fill(const struct cambist_event *event, struct cmb_row *ret);

/* "10:09:59.120" of a moment; "" for 0.  `to` has room for a cell. */
void cmb_row_put_time(char *to, int64_t time_ns);
/* Text from outside, escaped, at most a cell of it. */
void cmb_row_put_text(char *to, const char *text);
/* A count of 10^-scale. */
void cmb_row_put_scaled(char *to, int64_t value, unsigned scale);

#endif
