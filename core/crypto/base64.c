/* How are bytes written as base64, at the width that the processor has? */
#include "crypto/encode.h"

#include "base/processor.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static const char base64_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Writes the letters of all bytes to `to`, without padding, and returns their end. */
typedef char *(*base64_fn)(const unsigned char *at, size_t length, const char *letters, char *to);

/* How many letters so many bytes need. */
static size_t letter_count(size_t length)
{
    return (length * 4 + 2) / 3;
}

/* The one or two bytes behind the triples. */
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

static char *encode_plain(const unsigned char *at, size_t length, const char *letters, char *to)
{
    for (; length >= 3; at += 3, length -= 3) {
        unsigned bits = (unsigned)at[0] << 16 | (unsigned)at[1] << 8 | at[2];
        *to++ = letters[bits >> 18];
        *to++ = letters[bits >> 12 & 63];
        *to++ = letters[bits >> 6 & 63];
        *to++ = letters[bits & 63];
    }
    return encode_rest(at, length, letters, to);
}

#if defined(__x86_64__)
enum { BYTES_AT_ONCE = 48 /* they make 64 letters */ };

/* Of 16 triples each goes into four bytes, in the order 1 0 2 1: there six bits at a time start at
 * the bits 10, 4, 22 and 16, and choose a letter. */
CMB_AVX512 static inline __m512i letters_of(__m512i bytes, __m512i letters)
{
    const __m512i spread = _mm512_setr_epi32(
        0x01020001, 0x04050304, 0x07080607, 0x0a0b090a, 0x0d0e0c0d, 0x10110f10, 0x13141213,
        0x16171516, 0x191a1819, 0x1c1d1b1c, 0x1f201e1f, 0x22232122, 0x25262425, 0x28292728,
        0x2b2c2a2b, 0x2e2f2d2e);
    const __m512i starts = _mm512_set1_epi64(0x3036242a1016040a);
    __m512i sixes = _mm512_multishift_epi64_epi8(starts, _mm512_permutexvar_epi8(spread, bytes));
    return _mm512_permutexvar_epi8(sixes, letters);
}

CMB_AVX512 static char *encode_avx512(const unsigned char *at, size_t length, const char *letters,
                                      char *to)
{
    __m512i table = _mm512_loadu_si512(letters);
    for (; length >= BYTES_AT_ONCE; at += BYTES_AT_ONCE, length -= BYTES_AT_ONCE, to += 64) {
        __m512i bytes = _mm512_maskz_loadu_epi8((1ull << BYTES_AT_ONCE) - 1, at);
        _mm512_storeu_si512(to, letters_of(bytes, table));
    }
    size_t left = letter_count(length);
    __m512i bytes = _mm512_maskz_loadu_epi8((1ull << length) - 1, at);
    _mm512_mask_storeu_epi8(to, _bzhi_u64(~0ull, (unsigned)left), letters_of(bytes, table));
    return to + left;
}
#else
static char *encode_avx512(const unsigned char *at, size_t length, const char *letters, char *to)
{
    return encode_plain(at, length, letters, to);
}
#endif

static const base64_fn ways[CMB_WIDTH_END] = {
    [CMB_WIDTH_PLAIN] = encode_plain,
    [CMB_WIDTH_SSE2] = encode_plain, /* it has no instruction that moves bytes by a table */
    [CMB_WIDTH_AVX512] = encode_avx512,
};

char *cmb_encode_base64(const void *bytes, size_t length, char *to)
{
    char *end = to + CMB_BASE64_SIZE(length);
    to = ways[cmb_width()](bytes, length, base64_letters, to);
    while (to < end)
        *to++ = '=';
    return end;
}

char *cmb_encode_base64url(const void *bytes, size_t length, char *to)
{
    return ways[cmb_width()](bytes, length, base64url_letters, to);
}
