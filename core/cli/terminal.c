/* How is a screen brought to a terminal, and the terminal left as it was? */
#include "cli/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { OUTPUT_BYTES_MOST = 8 << 20 };

/* What exit() has to restore. */
static struct cmb_terminal *open_terminal;

bool cmb_terminal_is_there(void)
{
    const char *kind = getenv("TERM");
    return isatty(STDOUT_FILENO) && kind && *kind && strcmp(kind, "dumb") != 0;
}

void cmb_terminal_size(int *ret_width, int *ret_height)
{
    struct winsize size = { 0 };
    bool is_told = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row;
    *ret_width = is_told ? size.ws_col : 80;
    *ret_height = is_told ? size.ws_row : 24;
}

static void send_output(struct cmb_terminal *terminal)
{
    fwrite(terminal->output.at, 1, terminal->output.length, stdout);
    fflush(stdout);
    cmb_buffer_reset(&terminal->output);
}

static void silence_keys(struct cmb_terminal *terminal)
{
    terminal->has_keys = tcgetattr(STDIN_FILENO, &terminal->keys) == 0;
    if (!terminal->has_keys)
        return;
    struct termios silent = terminal->keys;
    silent.c_lflag &= (tcflag_t)~(ECHO | ICANON);
    tcsetattr(STDIN_FILENO, TCSANOW, &silent);
}

static void close_at_exit(void)
{
    if (open_terminal)
        cmb_terminal_close(open_terminal);
}

bool cmb_terminal_resize(struct cmb_terminal *terminal)
{
    int width, height;
    cmb_terminal_size(&width, &height);
    bool is_whole = terminal->mode == CMB_TERMINAL_WHOLE;
    if (terminal->is_open && is_whole)
        cmb_buffer_add(&terminal->output, CMB_TEXT("\033[H\033[2J"));
    if (terminal->is_drawn && !is_whole)
        cmb_buffer_addf(&terminal->output, "\r\033[%dA\033[J", terminal->screen.height);
    terminal->is_drawn = false;
    return cmb_screen_resize(&terminal->screen, width, is_whole ? height : terminal->rows);
}

bool cmb_terminal_open(struct cmb_terminal *terminal, enum cmb_terminal_mode mode, int rows)
{
    static bool is_registered;
    *terminal = (struct cmb_terminal){ .mode = mode, .rows = rows };
    cmb_buffer_init(&terminal->output, OUTPUT_BYTES_MOST);
    if (!cmb_terminal_resize(terminal))
        return false;
    if (!is_registered)
        atexit(close_at_exit);
    is_registered = true;
    open_terminal = terminal;
    terminal->is_open = true;
    terminal->is_coloured = !getenv("NO_COLOR");
    silence_keys(terminal);
    cmb_buffer_add(&terminal->output, mode == CMB_TERMINAL_WHOLE
                                          ? CMB_TEXT("\033[?1049h\033[?25l\033[H\033[2J")
                                          : CMB_TEXT("\033[?25l"));
    return true;
}

void cmb_terminal_draw(struct cmb_terminal *terminal)
{
    struct cmb_screen *screen = &terminal->screen;
    bool is_whole = terminal->mode == CMB_TERMINAL_WHOLE;
    if (!is_whole && terminal->is_drawn)
        cmb_buffer_addf(&terminal->output, "\r\033[%dA", screen->height);
    for (int y = 0; y < screen->height; y++) {
        if (cmb_screen_take_change(screen, y)) {
            if (is_whole)
                cmb_buffer_addf(&terminal->output, "\033[%d;1H", y + 1);
            cmb_screen_write_row(screen, y, terminal->is_coloured, &terminal->output);
            cmb_buffer_add(&terminal->output, CMB_TEXT("\033[K"));
        }
        if (!is_whole)
            cmb_buffer_add(&terminal->output, CMB_TEXT("\r\n"));
    }
    terminal->is_drawn = true;
    send_output(terminal);
}

void cmb_terminal_close(struct cmb_terminal *terminal)
{
    if (!terminal->is_open)
        return;
    terminal->is_open = false;
    open_terminal = NULL;
    cmb_buffer_add(&terminal->output, terminal->mode == CMB_TERMINAL_WHOLE
                                          ? CMB_TEXT("\033[0m\033[?25h\033[?1049l")
                                          : CMB_TEXT("\033[0m\033[?25h"));
    send_output(terminal);
    if (terminal->has_keys)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal->keys);
    cmb_screen_clear(&terminal->screen);
    cmb_buffer_clear(&terminal->output);
}
