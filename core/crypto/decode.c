/* Which bytes does a hex, base64 or percent-encoded text stand for? */
#include "crypto/encode.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The value of the two digits at `at`, -1 when one is none. */
static int byte_value(const char *at)
{
    int high = hex_value(at[0]), low = hex_value(at[1]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool cmb_decode_hex(struct cmb_text text, unsigned char *to, size_t capacity, size_t *ret_length)
{
    if (text.length % 2 || text.length / 2 > capacity)
        return false;
    for (size_t i = 0; i < text.length; i += 2) {
        int value = byte_value(text.at + i);
        if (value < 0)
            return false;
        to[i / 2] = (unsigned char)value;
    }
    *ret_length = text.length / 2;
    return true;
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/* The text without its padding; false when the padding does not fill a group of four. */
static bool cut_padding(struct cmb_text *text)
{
    size_t whole = text->length;
    for (int i = 0; i < 2 && text->length && text->at[text->length - 1] == '='; i++)
        text->length--;
    return text->length == whole || whole % 4 == 0;
}

bool cmb_decode_base64(struct cmb_text text, unsigned char *to, size_t capacity, size_t *ret_length)
{
    if (!cut_padding(&text) || text.length % 4 == 1)
        return false;
    size_t size = text.length / 4 * 3 + (text.length % 4 * 3) / 4;
    if (size > capacity)
        return false;
    unsigned bits = 0, held = 0;
    for (size_t i = 0; i < text.length; i++) {
        int value = base64_value(text.at[i]);
        if (value < 0)
            return false;
        bits = (bits << 6 | (unsigned)value) & 0xffff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            *to++ = (unsigned char)(bits >> held);
        }
    }
    if (bits & ((1u << held) - 1))
        return false;
    *ret_length = size;
    return true;
}

bool cmb_decode_url(struct cmb_buffer *buffer, struct cmb_text text, bool is_form)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i];
        if (c == '%') {
            int value = text.length - i > 2 ? byte_value(text.at + i + 1) : -1;
            if (value < 0)
                return false;
            c = (char)value;
            i += 2;
        } else if (c == '+' && is_form) {
            c = ' ';
        }
        cmb_buffer_add_char(buffer, c);
    }
    return true;
}
