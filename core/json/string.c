/* What may stand between two quotes, and what do the escapes mean? */
#include "json/string.h"

#include "base/utf8.h"

enum { SURROGATE_HIGH = 0xd800, SURROGATE_LOW = 0xdc00, SURROGATE_END = 0xe000 };

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Reads \uXXXX at `at`. */
static bool read_unit(const char *at, const char *end, uint32_t *ret_unit)
{
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return false;
    uint32_t unit = 0;
    for (int i = 2; i < 6; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0)
            return false;
        unit = unit << 4 | (uint32_t)digit;
    }
    *ret_unit = unit;
    return true;
}

static size_t read_unicode(const char *at, const char *end, uint32_t *ret_rune)
{
    uint32_t high, low;
    if (!read_unit(at, end, &high))
        return 0;
    if (high < SURROGATE_HIGH || high >= SURROGATE_END) {
        *ret_rune = high;
        return 6;
    }
    if (high >= SURROGATE_LOW || !read_unit(at + 6, end, &low) || low < SURROGATE_LOW ||
        low >= SURROGATE_END)
        return 0;
    *ret_rune = 0x10000 + ((high - SURROGATE_HIGH) << 10) + (low - SURROGATE_LOW);
    return 12;
}

size_t cmb_json_read_escape(const char *at, const char *end, uint32_t *ret_rune)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    if (end - at < 2 || at[0] != '\\')
        return 0;
    if (at[1] == 'u')
        return read_unicode(at, end, ret_rune);
    const char *letter = memchr(letters, at[1], sizeof letters - 1);
    if (!letter)
        return 0;
    *ret_rune = (uint32_t)meanings[letter - letters];
    return 2;
}

static size_t put_utf8(uint32_t rune, char *to)
{
    size_t length = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    static const unsigned char marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = length - 1; i > 0; i--, rune >>= 6)
        to[i] = (char)(0x80 | (rune & 0x3f));
    to[0] = (char)(marks[length] | rune);
    return length;
}

/* One piece of a string's content: a run of plain bytes, a character or an escape.  Gives its bytes
 * in *ret_bytes, which point into the content or into `scratch` (4 bytes). */
static size_t read_piece(const char *at, const char *end, char *scratch, struct cmb_text *ret_bytes)
{
    const char *stop = cmb_json_scan_plain(at, end);
    size_t length = (size_t)(stop - at);
    *ret_bytes = (struct cmb_text){ at, length };
    if (length)
        return length;
    uint32_t rune = 0;
    if (*at == '\\') {
        length = cmb_json_read_escape(at, end, &rune);
        if (length)
            *ret_bytes = (struct cmb_text){ scratch, put_utf8(rune, scratch) };
        return length;
    }
    if ((unsigned char)*at >= 0x80)
        length = cmb_utf8_length(at, end);
    *ret_bytes = (struct cmb_text){ at, length };
    return length;
}

static const char *end_of(struct cmb_text text)
{
    return text.length ? text.at + text.length : text.at; /* the absent text has no place */
}

bool cmb_json_unescape(struct cmb_text raw, char *to, size_t capacity, size_t *ret_length)
{
    const char *at = raw.at, *end = end_of(raw);
    size_t written = 0;
    char scratch[4];
    while (at < end) {
        struct cmb_text bytes;
        size_t length = read_piece(at, end, scratch, &bytes);
        if (!length || bytes.length > capacity - written)
            return false;
        memcpy(to + written, bytes.at, bytes.length);
        written += bytes.length;
        at += length;
    }
    *ret_length = written;
    return true;
}

bool cmb_json_unescaped_is(struct cmb_text raw, struct cmb_text literal)
{
    const char *at = raw.at, *end = end_of(raw);
    char scratch[4];
    while (at < end) {
        struct cmb_text bytes;
        size_t length = read_piece(at, end, scratch, &bytes);
        if (!length || !cmb_text_begins(literal, bytes))
            return false;
        literal.at += bytes.length;
        literal.length -= bytes.length;
        at += length;
    }
    return literal.length == 0;
}
