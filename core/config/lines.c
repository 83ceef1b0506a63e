/* Where in the file does each section and key stand? */
#include "config/lines.h"

void cmb_lines_init(struct cmb_lines *lines, struct cmb_text content)
{
    *lines = (struct cmb_lines){ .rest = content };
}

static bool is_name(struct cmb_text name)
{
    bool is_good = name.length > 0;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.at[i];
        is_good &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_' || c == '-';
    }
    return is_good;
}

/* "[name]" and nothing behind it; names hold no brackets. */
static bool read_section(struct cmb_text text, struct cmb_text *ret_name)
{
    if (text.length < 3 || text.at[0] != '[' || text.at[text.length - 1] != ']')
        return false;
    struct cmb_text name = { text.at + 1, text.length - 2 };
    if (memchr(name.at, '[', name.length) || memchr(name.at, ']', name.length))
        return false;
    *ret_name = name;
    return true;
}

static struct cmb_line read_line(struct cmb_text text, size_t number)
{
    struct cmb_line line = { .number = number, .form = CMB_LINE_WRONG };
    line.has_marker = cmb_text_contains(text, CMB_TEXT("-----BEGIN"));
    if (read_section(text, &line.name)) {
        line.form = CMB_LINE_SECTION;
        return line;
    }
    struct cmb_text name;
    struct cmb_text value = cmb_text_cut(text, '=', &name);
    name = cmb_text_trim(name);
    if (value.at && is_name(name)) {
        line.form = CMB_LINE_KEY;
        line.name = name;
    }
    return line;
}

struct cmb_line cmb_lines_next(struct cmb_lines *lines)
{
    while (lines->rest.length) {
        struct cmb_text text;
        lines->rest = cmb_text_cut(lines->rest, '\n', &text);
        lines->number++;
        if (text.length && text.at[text.length - 1] == '\r')
            text.length--;
        text = cmb_text_trim(text);
        if (text.length && text.at[0] != '#')
            return read_line(text, lines->number);
    }
    return (struct cmb_line){ 0 };
}
