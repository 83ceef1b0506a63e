/* How is text percent-encoded? */
#include "crypto/encode.h"

#include "base/plain.h"

static const char upper_digits[] = "0123456789ABCDEF";

/* RFC 3986 "unreserved". */
static const bool is_unreserved[256] = {
    ['-'] = true,         ['.'] = true,         ['_'] = true,         ['~'] = true,
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
};

#ifdef __SSE2__
/* Whether each of 16 bytes is one. */
static inline bool are_unreserved(__m128i bytes)
{
    __m128i tilde = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('~'));
    return _mm_movemask_epi8(_mm_or_si128(cmb_plain_look(bytes), tilde)) == 0xffff;
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
