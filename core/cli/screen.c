/* What stands where on a terminal? */
#include "cli/screen.h"

#include <stdlib.h>

static const char *const codes[] = {
#define X(NAME, code) [CMB_STYLE_##NAME] = code,
    CMB_STYLE_LIST(X)
#undef X
};

/* ---- the sheet ---- */

static int bounded(int side)
{
    return side < 1 ? 1 : side > CMB_SCREEN_SIDE_MOST ? CMB_SCREEN_SIDE_MOST : side;
}

void cmb_screen_clear(struct cmb_screen *screen)
{
    free(screen->cells);
    free(screen->shown);
    *screen = (struct cmb_screen){ 0 };
}

bool cmb_screen_resize(struct cmb_screen *screen, int width, int height)
{
    cmb_screen_clear(screen);
    screen->width = bounded(width);
    screen->height = bounded(height);
    size_t count = (size_t)screen->width * (size_t)screen->height;
    screen->cells = calloc(count, sizeof *screen->cells);
    screen->shown = calloc(count, sizeof *screen->shown);
    if (screen->cells && screen->shown) {
        memset(screen->shown, 0xff, count * sizeof *screen->shown); /* like nothing that is put */
        return true;
    }
    cmb_screen_clear(screen);
    return false;
}

void cmb_screen_wipe(struct cmb_screen *screen)
{
    memset(screen->cells, 0,
           (size_t)screen->width * (size_t)screen->height * sizeof *screen->cells);
}

static struct cmb_cell *row_of(const struct cmb_screen *screen, int y)
{
    return screen->cells + (size_t)y * (size_t)screen->width;
}

static void set(struct cmb_screen *screen, int x, int y, uint32_t rune, enum cmb_style style)
{
    if (x >= 0 && y >= 0 && x < screen->width && y < screen->height)
        row_of(screen, y)[x] = (struct cmb_cell){ rune, style };
}

/* ---- characters ---- */

/* How many bytes the character that begins with this one has; 0: none begins so. */
static int length_of(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3
                                                                  : first < 0xf5 ? 4 : 0;
}

/* The next character; "?" for what is none and for what a terminal might obey. */
static uint32_t next_rune(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    int length = length_of(*at);
    uint32_t rune = length < 2 ? *at : *at & (0x7fu >> length);
    for (int i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            *text += i;
            return '?';
        }
        rune = rune << 6 | (at[i] & 0x3fu);
    }
    *text += length ? length : 1;
    bool is_control = rune < 0x20 || (rune >= 0x7f && rune < 0xa0) ||
                      (rune >= 0x200b && rune <= 0x200f) || (rune >= 0x2028 && rune <= 0x202e) ||
                      (rune >= 0x2066 && rune <= 0x2069) || rune == 0xfeff;
    return !length || is_control ? '?' : rune;
}

static void write_rune(struct cmb_buffer *to, uint32_t rune)
{
    if (rune < 0x80) {
        cmb_buffer_add_char(to, (char)rune);
        return;
    }
    int more = rune < 0x800 ? 1 : rune < 0x10000 ? 2 : 3;
    static const unsigned char marks[] = { 0, 0xc0, 0xe0, 0xf0 };
    cmb_buffer_add_char(to, (char)(marks[more] | rune >> (6 * more)));
    while (more-- > 0)
        cmb_buffer_add_char(to, (char)(0x80 | (rune >> (6 * more) & 0x3f)));
}

int cmb_screen_width_of(const char *text)
{
    int width = 0;
    for (; *text; width++)
        next_rune(&text);
    return width;
}

int cmb_screen_decimals_of(const char *number)
{
    const char *point = strchr(number, '.');
    return point ? (int)strlen(point + 1) : 0;
}

/* ---- putting ---- */

int cmb_screen_put(struct cmb_screen *screen, int x, int y, int room, enum cmb_style style,
                   const char *text)
{
    int at = 0;
    for (; *text && at < room; at++) {
        uint32_t rune = next_rune(&text);
        set(screen, x + at, y, at + 1 == room && *text ? 0x2026 : rune, style);
    }
    return at;
}

int cmb_screen_put_right(struct cmb_screen *screen, int x, int y, int room, enum cmb_style style,
                         const char *text)
{
    int width = cmb_screen_width_of(text);
    return cmb_screen_put(screen, width < room ? x + room - width : x, y, room, style, text);
}

void cmb_screen_put_number(struct cmb_screen *screen, int x, int y, int room, int point,
                           enum cmb_style style, const char *number)
{
    int width = cmb_screen_width_of(number), decimals = cmb_screen_decimals_of(number);
    int before = decimals || strchr(number, '.') ? width - decimals - 1 : width;
    if (point - before < x || point - before + width > x + room)
        cmb_screen_put_right(screen, x, y, room, style, *number ? "…" : "");
    else
        cmb_screen_put(screen, point - before, y, width, style, number);
}

void cmb_screen_put_bar(struct cmb_screen *screen, int x, int y, int room, enum cmb_style style,
                        int64_t part, int64_t whole)
{
    if (whole <= 0 || part <= 0 || room <= 0)
        return;
    int64_t most = (int64_t)room * 8;
    int64_t eighths = (int64_t)((__int128)(part < whole ? part : whole) * most / whole);
    eighths = eighths ? eighths : 1; /* what is there is seen */
    for (int at = 0; eighths > 0; at++, eighths -= 8)
        set(screen, x + at, y, eighths >= 8 ? 0x2588 : 0x2590 - (uint32_t)eighths, style);
}

void cmb_screen_put_rule(struct cmb_screen *screen, int x, int y, int room)
{
    for (int i = 0; i < room; i++)
        set(screen, x + i, y, 0x2500, CMB_STYLE_DIM);
}

/* ---- lines ---- */

void cmb_screen_write_row(const struct cmb_screen *screen, int y, bool is_styled,
                          struct cmb_buffer *ret)
{
    const struct cmb_cell *row = row_of(screen, y);
    uint32_t style = CMB_STYLE_PLAIN;
    int end = screen->width;
    while (end > 0 && !row[end - 1].rune)
        end--;
    for (int x = 0; x < end; x++) {
        uint32_t wanted = row[x].rune ? row[x].style : (uint32_t)CMB_STYLE_PLAIN;
        if (is_styled && wanted != style)
            cmb_buffer_addf(ret, "\033[%s%sm", wanted ? "0;" : "", codes[wanted]);
        style = wanted;
        write_rune(ret, row[x].rune ? row[x].rune : ' ');
    }
    if (is_styled && style)
        cmb_buffer_add(ret, CMB_TEXT("\033[0m"));
}

bool cmb_screen_take_change(struct cmb_screen *screen, int y)
{
    size_t size = (size_t)screen->width * sizeof *screen->cells;
    struct cmb_cell *shown = screen->shown + (size_t)y * (size_t)screen->width;
    if (memcmp(shown, row_of(screen, y), size) == 0)
        return false;
    memcpy(shown, row_of(screen, y), size);
    return true;
}
