/* Is this UTF-8, however it is cut? */
#include "base/utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The length that the first byte promises; 0 for one that begins no character. */
static size_t promised_length(unsigned char first)
{
    if (first < 0xc2)
        return first < 0x80;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

/* The second byte shows overlong forms, surrogates and what is above U+10FFFF. */
static unsigned char second_least(unsigned char first)
{
    return first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
}

static unsigned char second_most(unsigned char first)
{
    return first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
}

size_t cmb_utf8_length(const char *at, const char *end)
{
    unsigned char first = (unsigned char)*at;
    size_t length = promised_length(first);
    if (length > (size_t)(end - at))
        return 0;
    if (length > 1 &&
        ((unsigned char)at[1] < second_least(first) || (unsigned char)at[1] > second_most(first)))
        return 0;
    for (size_t i = 2; i < length; i++)
        if (!is_continuation(at[i]))
            return 0;
    return length;
}

#ifdef __SSE2__
static unsigned outside_ascii(const char *at)
{
    return (unsigned)_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)at));
}
#endif

/* The first byte outside ASCII; `end` when there is none. */
static const char *skip_ascii(const char *at, const char *end)
{
#ifdef __SSE2__
    bool is_long = end - at >= 16;
    unsigned outside;
    for (; end - at >= 16; at += 16)
        if ((outside = outside_ascii(at)) != 0)
            return at + __builtin_ctz(outside);
    if (is_long) { /* the rest, with bytes before it that were looked at already */
        outside = outside_ascii(end - 16);
        return outside ? end - 16 + __builtin_ctz(outside) : end;
    }
#endif
    while (at < end && !((unsigned char)*at & 0x80))
        at++;
    return at;
}

static bool begin(struct cmb_utf8 *utf8, unsigned char first)
{
    size_t length = promised_length(first);
    if (length == 0)
        return false;
    utf8->left = (uint8_t)(length - 1);
    utf8->least = second_least(first);
    utf8->most = second_most(first);
    return true;
}

static bool go_on(struct cmb_utf8 *utf8, unsigned char byte)
{
    if (byte < utf8->least || byte > utf8->most)
        return false;
    utf8->left--;
    utf8->least = 0x80;
    utf8->most = 0xbf;
    return true;
}

bool cmb_utf8_add(struct cmb_utf8 *utf8, struct cmb_text text)
{
    const char *at = text.at, *end = text.length ? text.at + text.length : text.at;
    while (at < end) {
        if (utf8->left == 0 && (at = skip_ascii(at, end)) == end)
            return true;
        unsigned char byte = (unsigned char)*at++;
        if (!(utf8->left ? go_on(utf8, byte) : begin(utf8, byte)))
            return false;
    }
    return true;
}

bool cmb_utf8_check(struct cmb_text text)
{
    struct cmb_utf8 utf8 = { 0 };
    return cmb_utf8_add(&utf8, text) && cmb_utf8_is_whole(&utf8);
}
