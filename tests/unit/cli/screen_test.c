/* Does what is put on a screen stand where it should, and can it do nothing else? */
#include "cli/screen.h"

#include "support/test.h"

static struct cmb_screen screen;
static struct cmb_buffer line;

static void set_up(int width, int height)
{
    CU_ASSERT_FATAL(cmb_screen_resize(&screen, width, height));
    cmb_buffer_init(&line, 1 << 16);
}

static void tear_down(void)
{
    cmb_screen_clear(&screen);
    cmb_buffer_clear(&line);
}

static const char *row(int y, bool is_styled)
{
    cmb_buffer_reset(&line);
    cmb_screen_write_row(&screen, y, is_styled, &line);
    return cmb_buffer_string(&line);
}

static void text_stands_where_it_was_put(void)
{
    set_up(12, 2);
    ASSERT_NUMBER(cmb_screen_put(&screen, 2, 0, 10, CMB_STYLE_PLAIN, "left"), 4);
    cmb_screen_put_right(&screen, 0, 1, 12, CMB_STYLE_PLAIN, "right");
    ASSERT_TEXT(row(0, false), "  left");
    ASSERT_TEXT(row(1, false), "       right");
    tear_down();
}

static void what_is_too_long_is_cut_and_says_so(void)
{
    set_up(8, 1);
    cmb_screen_put(&screen, 0, 0, 5, CMB_STYLE_PLAIN, "BTC/USDT");
    ASSERT_TEXT(row(0, false), "BTC/…");
    cmb_screen_wipe(&screen);
    cmb_screen_put(&screen, 0, 0, 8, CMB_STYLE_PLAIN, "BTC/USDT");
    ASSERT_TEXT(row(0, false), "BTC/USDT");
    tear_down();
}

static void nothing_is_put_beyond_the_edges(void)
{
    set_up(4, 1);
    cmb_screen_put(&screen, 2, 0, 10, CMB_STYLE_PLAIN, "abc");
    cmb_screen_put(&screen, -1, 0, 2, CMB_STYLE_PLAIN, "xy");
    cmb_screen_put(&screen, 0, 1, 4, CMB_STYLE_PLAIN, "no");
    cmb_screen_put(&screen, 0, -1, 4, CMB_STYLE_PLAIN, "no");
    ASSERT_TEXT(row(0, false), "y ab");
    tear_down();
}

static void a_terminal_is_told_nothing_by_text(void)
{
    set_up(24, 1);
    cmb_screen_put(&screen, 0, 0, 24, CMB_STYLE_PLAIN,
                   "a\033[2J\r\n\x07" "\xc2\x9b" "b\xff\xe2\x80\xae\xc0\xaf");
    ASSERT_TEXT(row(0, true), "a?[2J????b????");
    tear_down();
}

static void characters_are_counted_and_not_bytes(void)
{
    set_up(6, 1);
    ASSERT_NUMBER(cmb_screen_width_of("é€😀"), 3);
    cmb_screen_put_right(&screen, 0, 0, 6, CMB_STYLE_PLAIN, "é€😀");
    ASSERT_TEXT(row(0, false), "   é€😀");
    tear_down();
}

static void numbers_stand_by_their_points(void)
{
    set_up(12, 4);
    cmb_screen_put_number(&screen, 0, 0, 12, 6, CMB_STYLE_PLAIN, "67130.25");
    cmb_screen_put_number(&screen, 0, 1, 12, 6, CMB_STYLE_PLAIN, "-0.125");
    cmb_screen_put_number(&screen, 0, 2, 12, 6, CMB_STYLE_PLAIN, "150");
    cmb_screen_put_number(&screen, 0, 3, 12, 6, CMB_STYLE_PLAIN, "");
    ASSERT_TEXT(row(0, false), " 67130.25");
    ASSERT_TEXT(row(1, false), "    -0.125");
    ASSERT_TEXT(row(2, false), "   150");
    ASSERT_TEXT(row(3, false), "");
    tear_down();
}

/* A price without its last digit is another price. */
static void no_digit_is_cut_off(void)
{
    set_up(8, 2);
    cmb_screen_put_number(&screen, 0, 0, 8, 5, CMB_STYLE_PLAIN, "1.23456");
    cmb_screen_put_number(&screen, 0, 1, 8, 5, CMB_STYLE_PLAIN, "1234567.1");
    ASSERT_TEXT(row(0, false), "       …");
    ASSERT_TEXT(row(1, false), "       …");
    tear_down();
}

static void bars_are_as_long_as_their_part(void)
{
    set_up(6, 5);
    cmb_screen_put_bar(&screen, 1, 0, 4, CMB_STYLE_PLAIN, 100, 100);
    cmb_screen_put_bar(&screen, 1, 1, 4, CMB_STYLE_PLAIN, 50, 100);
    cmb_screen_put_bar(&screen, 1, 2, 4, CMB_STYLE_PLAIN, 1, INT64_MAX);
    cmb_screen_put_bar(&screen, 1, 3, 4, CMB_STYLE_PLAIN, INT64_MAX, 3);
    cmb_screen_put_bar(&screen, 1, 4, 4, CMB_STYLE_PLAIN, 0, 100);
    ASSERT_TEXT(row(0, false), " ████");
    ASSERT_TEXT(row(1, false), " ██");
    ASSERT_TEXT(row(2, false), " ▏");
    ASSERT_TEXT(row(3, false), " ████");
    ASSERT_TEXT(row(4, false), "");
    tear_down();
}

static void styles_begin_and_end(void)
{
    set_up(8, 1);
    cmb_screen_put(&screen, 0, 0, 2, CMB_STYLE_GREEN, "ab");
    cmb_screen_put(&screen, 3, 0, 2, CMB_STYLE_PLAIN, "cd");
    cmb_screen_put(&screen, 5, 0, 2, CMB_STYLE_RED_BOLD, "ef");
    ASSERT_TEXT(row(0, true), "\033[0;32mab\033[0m cd\033[0;1;31mef\033[0m");
    ASSERT_TEXT(row(0, false), "ab cdef");
    tear_down();
}

static void only_what_changed_is_shown_again(void)
{
    set_up(4, 2);
    CU_ASSERT(cmb_screen_take_change(&screen, 0)); /* nobody knows what stood there */
    CU_ASSERT(cmb_screen_take_change(&screen, 1));
    cmb_screen_put(&screen, 0, 1, 4, CMB_STYLE_PLAIN, "new");
    CU_ASSERT(!cmb_screen_take_change(&screen, 0));
    CU_ASSERT(cmb_screen_take_change(&screen, 1));
    cmb_screen_wipe(&screen);
    cmb_screen_put(&screen, 0, 1, 4, CMB_STYLE_PLAIN, "new");
    CU_ASSERT(!cmb_screen_take_change(&screen, 1));
    CU_ASSERT_FATAL(cmb_screen_resize(&screen, 4, 2));
    CU_ASSERT(cmb_screen_take_change(&screen, 1));
    tear_down();
}

static void no_size_is_too_odd(void)
{
    set_up(0, -5);
    ASSERT_NUMBER(screen.width, 1);
    ASSERT_NUMBER(screen.height, 1);
    CU_ASSERT_FATAL(cmb_screen_resize(&screen, 1 << 30, 1 << 30));
    ASSERT_NUMBER(screen.width, CMB_SCREEN_SIDE_MOST);
    ASSERT_NUMBER(screen.height, CMB_SCREEN_SIDE_MOST);
    tear_down();
}

TEST_SUITE("cli/screen",
           { "text stands where it was put", text_stands_where_it_was_put },
           { "what is too long is cut, and says so", what_is_too_long_is_cut_and_says_so },
           { "nothing is put beyond the edges", nothing_is_put_beyond_the_edges },
           { "a terminal is told nothing by text", a_terminal_is_told_nothing_by_text },
           { "characters are counted, and not bytes", characters_are_counted_and_not_bytes },
           { "numbers stand by their points", numbers_stand_by_their_points },
           { "no digit is cut off", no_digit_is_cut_off },
           { "bars are as long as their part", bars_are_as_long_as_their_part },
           { "styles begin and end", styles_begin_and_end },
           { "only what changed is shown again", only_what_changed_is_shown_again },
           { "no size is too odd", no_size_is_too_odd })
