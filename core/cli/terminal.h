/* cli/terminal.h - a terminal that a screen is drawn on, and left as it was found.
 *
 * WHOLE takes the whole terminal (its other page, so that what stood there comes back); IN_PLACE
 * draws where the cursor is and stays readable behind the end.  Meanwhile the cursor is hidden, and
 * what is typed is not shown.
 */
#ifndef CMB_CLI_TERMINAL_H
#define CMB_CLI_TERMINAL_H

#include <termios.h>

#include "cli/screen.h"

enum cmb_terminal_mode { CMB_TERMINAL_WHOLE = 1, CMB_TERMINAL_IN_PLACE };

struct cmb_terminal {
    struct cmb_screen screen;
    struct cmb_buffer output;
    enum cmb_terminal_mode mode;
    int rows; /* IN_PLACE: how many; they are above the cursor once they are drawn */
    bool is_open, is_drawn, is_coloured, has_keys;
    struct termios keys; /* as they were */
};

/* Whether standard output is a terminal that can be drawn on. */
bool cmb_terminal_is_there(void);
/* The size of it; 80 x 24 where it does not say. */
void cmb_terminal_size(int *ret_width, int *ret_height);

/* `rows`: of IN_PLACE.  False without memory. */
bool cmb_terminal_open(struct cmb_terminal *terminal, enum cmb_terminal_mode mode, int rows);
/* Takes the terminal's size anew; everything will be drawn. */
bool cmb_terminal_resize(struct cmb_terminal *terminal);
/* Writes what has changed on the screen since the last time. */
void cmb_terminal_draw(struct cmb_terminal *terminal);
/* Restores what was found; close twice is fine.  Also done at exit(). */
void cmb_terminal_close(struct cmb_terminal *terminal);

#endif
