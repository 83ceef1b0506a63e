/* How is JSON written, with the commas and escapes in their places? */
#include "json/writer.h"

#include "base/utf8.h"
#include "json/string.h"
#include "number/decimal.h"

void cmb_json_writer_init(struct cmb_json_writer *writer, struct cmb_buffer *buffer)
{
    *writer = (struct cmb_json_writer){ .buffer = buffer };
}

static void break_line(struct cmb_json_writer *writer)
{
    if (!writer->is_pretty)
        return;
    cmb_buffer_add_char(writer->buffer, '\n');
    for (unsigned i = 0; i < writer->depth; i++)
        cmb_buffer_add(writer->buffer, CMB_TEXT("  "));
}

/* What comes before a key or a value. */
static void begin_item(struct cmb_json_writer *writer)
{
    if (writer->is_after_key) {
        writer->is_after_key = false;
        return;
    }
    if (writer->needs_comma)
        cmb_buffer_add_char(writer->buffer, ',');
    if (writer->depth)
        break_line(writer);
    writer->needs_comma = true;
}

static void begin(struct cmb_json_writer *writer, char bracket)
{
    begin_item(writer);
    cmb_buffer_add_char(writer->buffer, bracket);
    writer->depth++;
    writer->needs_comma = false;
}

static void end(struct cmb_json_writer *writer, char bracket)
{
    writer->depth--;
    if (writer->needs_comma)
        break_line(writer);
    cmb_buffer_add_char(writer->buffer, bracket);
    writer->needs_comma = true;
}

void cmb_json_begin_object(struct cmb_json_writer *writer)
{
    begin(writer, '{');
}

void cmb_json_end_object(struct cmb_json_writer *writer)
{
    end(writer, '}');
}

void cmb_json_begin_array(struct cmb_json_writer *writer)
{
    begin(writer, '[');
}

void cmb_json_end_array(struct cmb_json_writer *writer)
{
    end(writer, ']');
}

static void add_control(struct cmb_buffer *buffer, char c)
{
    static const char hex[] = "0123456789abcdef", letters[] = "btnfr", controls[] = "\b\t\n\f\r";
    const char *known = c ? memchr(controls, c, sizeof controls - 1) : NULL;
    char code[] = { '\\', 'u', '0', '0', hex[(c >> 4) & 1], hex[c & 15] };
    if (known)
        code[1] = letters[known - controls];
    cmb_buffer_add(buffer, (struct cmb_text){ code, known ? 2 : sizeof code });
}

/* Adds what stands at `at`, a byte that is not plain, and returns its length. */
static size_t add_special(struct cmb_buffer *buffer, const char *at, const char *text_end)
{
    unsigned char c = (unsigned char)*at;
    if (c == '"' || c == '\\') {
        char code[] = { '\\', *at };
        cmb_buffer_add(buffer, (struct cmb_text){ code, sizeof code });
        return 1;
    }
    if (c < ' ') {
        add_control(buffer, *at);
        return 1;
    }
    size_t length = cmb_utf8_length(at, text_end);
    if (length)
        cmb_buffer_add(buffer, (struct cmb_text){ at, length });
    else
        cmb_buffer_add(buffer, CMB_TEXT("\xef\xbf\xbd")); /* U+FFFD */
    return length ? length : 1;
}

/* Nothing of it is special. */
static void add_plain(struct cmb_buffer *buffer, struct cmb_text text)
{
    char *to = cmb_buffer_reserve(buffer, text.length + 2);
    if (!to)
        return;
    to[0] = '"';
    if (text.length)
        memcpy(to + 1, text.at, text.length);
    to[1 + text.length] = '"';
    buffer->length += text.length + 2;
}

static void add_quoted(struct cmb_buffer *buffer, struct cmb_text text)
{
    const char *at = text.at, *text_end = text.length ? text.at + text.length : text.at;
    if (cmb_json_scan_plain(at, text_end) == text_end) {
        add_plain(buffer, text);
        return;
    }
    cmb_buffer_add_char(buffer, '"');
    while (at < text_end) {
        const char *stop = cmb_json_scan_plain(at, text_end);
        cmb_buffer_add(buffer, (struct cmb_text){ at, (size_t)(stop - at) });
        at = stop < text_end ? stop + add_special(buffer, stop, text_end) : stop;
    }
    cmb_buffer_add_char(buffer, '"');
}

void cmb_json_write_key(struct cmb_json_writer *writer, struct cmb_text key)
{
    begin_item(writer);
    add_quoted(writer->buffer, key);
    cmb_buffer_add_char(writer->buffer, ':');
    if (writer->is_pretty)
        cmb_buffer_add_char(writer->buffer, ' ');
    writer->is_after_key = true;
}

void cmb_json_write_string(struct cmb_json_writer *writer, struct cmb_text text)
{
    if (!text.at) {
        cmb_json_write_null(writer);
        return;
    }
    begin_item(writer);
    add_quoted(writer->buffer, text);
}

void cmb_json_write_raw(struct cmb_json_writer *writer, struct cmb_text json)
{
    begin_item(writer);
    cmb_buffer_add(writer->buffer, json);
}

void cmb_json_write_integer(struct cmb_json_writer *writer, int64_t number)
{
    begin_item(writer);
    cmb_buffer_add_number(writer->buffer, number);
}

void cmb_json_write_bool(struct cmb_json_writer *writer, bool is_true)
{
    cmb_json_write_raw(writer, is_true ? CMB_TEXT("true") : CMB_TEXT("false"));
}

void cmb_json_write_null(struct cmb_json_writer *writer)
{
    cmb_json_write_raw(writer, CMB_TEXT("null"));
}

void cmb_json_write_decimal(struct cmb_json_writer *writer, const struct cambist_decimal *value)
{
    char text[CMB_DECIMAL_TEXT_SIZE];
    size_t length = cmb_decimal_format(value, text);
    if (!length) {
        cmb_json_write_null(writer);
        return;
    }
    cmb_json_write_string(writer, (struct cmb_text){ text, length });
}
