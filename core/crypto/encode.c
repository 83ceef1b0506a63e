/* How are bytes written as base64 and percent-encoded text? */
#include "crypto/encode.h"

#include "base/wide.h"

static const char upper_digits[] = "0123456789ABCDEF";

static const char base64_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Writes the whole triples and returns how many bytes they were. */
static size_t encode_triples(const unsigned char *at, size_t length, const char *letters, char *to)
{
    size_t done = 0;
    for (; done + 3 <= length; done += 3) {
        unsigned bits = (unsigned)at[done] << 16 | (unsigned)at[done + 1] << 8 | at[done + 2];
        *to++ = letters[bits >> 18];
        *to++ = letters[bits >> 12 & 63];
        *to++ = letters[bits >> 6 & 63];
        *to++ = letters[bits & 63];
    }
    return done;
}

/* Writes the one or two bytes behind the triples, with as many letters as they need. */
static char *encode_rest(const unsigned char *at, size_t left, const char *letters, char *to)
{
    if (left == 0)
        return to;
    unsigned bits = (unsigned)at[0] << 16 | (left == 2 ? (unsigned)at[1] << 8 : 0);
    *to++ = letters[bits >> 18];
    *to++ = letters[bits >> 12 & 63];
    if (left == 2)
        *to++ = letters[bits >> 6 & 63];
    return to;
}

char *cmb_encode_base64(const void *bytes, size_t length, char *to)
{
    const unsigned char *at = bytes;
    size_t done = encode_triples(at, length, base64_letters, to);
    char *end = to + CMB_BASE64_SIZE(length);
    to = encode_rest(at + done, length - done, base64_letters, to + done / 3 * 4);
    while (to < end)
        *to++ = '=';
    return end;
}

char *cmb_encode_base64url(const void *bytes, size_t length, char *to)
{
    const unsigned char *at = bytes;
    size_t done = encode_triples(at, length, base64url_letters, to);
    return encode_rest(at + done, length - done, base64url_letters, to + done / 3 * 4);
}

/* RFC 3986 "unreserved". */
static const bool is_unreserved[256] = {
    ['-'] = true,         ['.'] = true,         ['_'] = true,         ['~'] = true,
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
};

#ifdef __SSE2__
/* Whether each of 16 bytes is one, as signed bytes: letters lose their case by the bit 0x20. */
static inline bool are_unreserved(__m128i bytes)
{
    __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    __m128i letter = _mm_and_si128(_mm_cmpgt_epi8(lower, _mm_set1_epi8('a' - 1)),
                                   _mm_cmpgt_epi8(_mm_set1_epi8('z' + 1), lower));
    /* '-' '.' are just below the digits, with '/' between. */
    __m128i digit = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('-' - 1)),
                                  _mm_cmpgt_epi8(_mm_set1_epi8('9' + 1), bytes));
    __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('/'));
    __m128i other = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')),
                                 _mm_cmpeq_epi8(bytes, _mm_set1_epi8('~')));
    __m128i fine = _mm_or_si128(_mm_or_si128(letter, other), _mm_andnot_si128(slash, digit));
    return _mm_movemask_epi8(fine) == 0xffff;
}
#endif

bool cmb_encode_url_needed(struct cmb_text text)
{
    size_t i = 0;
#ifdef __SSE2__
    for (; i + 16 <= text.length; i += 16)
        if (!are_unreserved(cmb_wide_load(text.at + i)))
            return true;
    if (text.length - i >= 8)
        return !are_unreserved(cmb_wide_load_ends(text.at + i, text.length - i));
#endif
    bool is_plain = true;
    for (; i < text.length; i++)
        is_plain &= is_unreserved[(unsigned char)text.at[i]];
    return !is_plain;
}

void cmb_encode_url(struct cmb_buffer *buffer, struct cmb_text text)
{
    if (!cmb_encode_url_needed(text)) {
        cmb_buffer_add(buffer, text);
        return;
    }
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (is_unreserved[c]) {
            cmb_buffer_add_char(buffer, (char)c);
        } else {
            char coded[3] = { '%', upper_digits[c >> 4], upper_digits[c & 15] };
            cmb_buffer_add(buffer, (struct cmb_text){ coded, sizeof coded });
        }
    }
}
