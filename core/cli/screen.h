/* cli/screen.h - a sheet of cells: text goes in at a place, lines for a terminal come out.
 *
 * Pure: nothing here knows a descriptor.  What is put is clipped to the room that it is given, and
 * can do nothing but stand there: control characters and bytes that are no text become "?".
 * Every character is taken to be one cell wide.
 */
#ifndef CMB_CLI_SCREEN_H
#define CMB_CLI_SCREEN_H

#include "base/text.h"

/* X(NAME, "what the terminal is told") */
#define CMB_STYLE_LIST(X)                                                                          \
    X(PLAIN, "0") X(DIM, "2") X(BOLD, "1") X(GREEN, "32") X(RED, "31") X(YELLOW, "33")             \
    X(GREEN_BOLD, "1;32") X(RED_BOLD, "1;31") X(YELLOW_BOLD, "1;33") X(CYAN, "36")

enum cmb_style {
#define X(NAME, code) CMB_STYLE_##NAME,
    CMB_STYLE_LIST(X)
#undef X
};

enum { CMB_SCREEN_SIDE_MOST = 500 };

struct cmb_cell {
    uint32_t rune; /* 0: nothing stands there */
    uint32_t style;
};

struct cmb_screen {
    int width, height;
    struct cmb_cell *cells; /* rows of `width` */
    struct cmb_cell *shown; /* as the terminal has them */
};

/* Gives an empty screen of this size, at most CMB_SCREEN_SIDE_MOST a side; everything has to be
 * shown anew.  False without memory.  A zeroed screen may be resized. */
bool cmb_screen_resize(struct cmb_screen *screen, int width, int height);
/* Accepts a zeroed screen. */
void cmb_screen_clear(struct cmb_screen *screen);
/* Takes everything off; what the terminal shows is still known. */
void cmb_screen_wipe(struct cmb_screen *screen);

/* Puts text at a place, in at most `room` cells: what is longer ends in "…".  Returns how many
 * cells it takes. */
int cmb_screen_put(struct cmb_screen *screen, int x, int y, int room, enum cmb_style style,
                   const char *text);
/* The same at the right end of the room. */
int cmb_screen_put_right(struct cmb_screen *screen, int x, int y, int room, enum cmb_style style,
                         const char *text);
/* A number with its point (or its end, without one) at `point`; digits are never cut: what does not
 * fit between `x` and the room's end is shown as "…" alone. */
void cmb_screen_put_number(struct cmb_screen *screen, int x, int y, int room, int point,
                           enum cmb_style style, const char *number);
/* A bar of `part` / `whole` of the room, in eighths of a cell. */
void cmb_screen_put_bar(struct cmb_screen *screen, int x, int y, int room, enum cmb_style style,
                        int64_t part, int64_t whole);
/* A rule across. */
void cmb_screen_put_rule(struct cmb_screen *screen, int x, int y, int room);

/* Cells that a text takes, and digits of a number behind its point. */
int cmb_screen_width_of(const char *text);
int cmb_screen_decimals_of(const char *number);

/* Row `y` without what is empty at its end; with styles or without. */
void cmb_screen_write_row(const struct cmb_screen *screen, int y, bool is_styled,
                          struct cmb_buffer *ret);
/* Whether the row is another than the terminal shows, which is so no more. */
bool cmb_screen_take_change(struct cmb_screen *screen, int y);

#endif
