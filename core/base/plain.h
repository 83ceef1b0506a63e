/* base/plain.h - how is a short text copied without a call, and does it mean itself everywhere?
 *
 * Letters, digits, '-', '.' and '_' are plain: no query, no JSON string and no header changes them.
 */
#ifndef CMB_BASE_PLAIN_H
#define CMB_BASE_PLAIN_H

#include "base/text.h"
#include "base/wide.h"

static inline bool cmb_plain_is(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26 || (unsigned char)(c - '0') < 10 || c == '-' ||
           c == '.' || c == '_';
}

#ifdef __SSE2__
/* Whether each of 16 bytes is plain.  They are compared as signed ones; letters lose their case by
 * the bit 0x20; '-' and '.' are just below the digits, with '/' between. */
static inline __m128i cmb_plain_look(__m128i bytes)
{
    __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    __m128i letter = _mm_and_si128(_mm_cmpgt_epi8(lower, _mm_set1_epi8('a' - 1)),
                                   _mm_cmpgt_epi8(_mm_set1_epi8('z' + 1), lower));
    __m128i digit = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('-' - 1)),
                                  _mm_cmpgt_epi8(_mm_set1_epi8('9' + 1), bytes));
    __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('/'));
    return _mm_or_si128(_mm_or_si128(letter, _mm_andnot_si128(slash, digit)),
                        _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')));
}

/* Copies 1 to 15 bytes; the result is these, some of them more than once. */
static inline __m128i cmb_plain_copy_few(char *to, const char *at, size_t length)
{
    if (length >= 8) {
        __m128i bytes = cmb_wide_load_ends(at, length);
        _mm_storel_epi64((__m128i *)(void *)to, bytes);
        _mm_storel_epi64((__m128i *)(void *)(to + length - 8), _mm_unpackhi_epi64(bytes, bytes));
        return bytes;
    }
    if (length >= 4) {
        int32_t head, tail;
        memcpy(&head, at, sizeof head);
        memcpy(&tail, at + length - sizeof tail, sizeof tail);
        memcpy(to, &head, sizeof head);
        memcpy(to + length - sizeof tail, &tail, sizeof tail);
        return _mm_set_epi32(head, tail, head, tail);
    }
    unsigned char first = (unsigned char)at[0], middle = (unsigned char)at[length / 2],
                  last = (unsigned char)at[length - 1];
    to[0] = (char)first;
    to[length / 2] = (char)middle;
    to[length - 1] = (char)last;
    return _mm_set1_epi32(first | first << 8 | middle << 16 | (int)((unsigned)last << 24));
}

/* Copies the text and answers whether all of it is plain. */
static inline bool cmb_plain_copy(char *to, struct cmb_text text)
{
    if (text.length == 0)
        return true;
    if (text.length < 16)
        return _mm_movemask_epi8(cmb_plain_look(cmb_plain_copy_few(to, text.at, text.length))) ==
               0xffff;
    __m128i plain = _mm_set1_epi8(-1);
    for (size_t i = 0; i < text.length; i += 16) {
        size_t at = i + 16 <= text.length ? i : text.length - 16;
        __m128i bytes = cmb_wide_load(text.at + at);
        _mm_storeu_si128((__m128i *)(void *)(to + at), bytes);
        plain = _mm_and_si128(plain, cmb_plain_look(bytes));
    }
    return _mm_movemask_epi8(plain) == 0xffff;
}
#else
static inline bool cmb_plain_copy(char *to, struct cmb_text text)
{
    bool is_plain = true;
    for (size_t i = 0; i < text.length; i++)
        is_plain &= cmb_plain_is(to[i] = text.at[i]);
    return is_plain;
}
#endif

#endif
