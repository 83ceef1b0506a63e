/* How are bytes written as hex, at the width that the processor has? */
#include "crypto/encode.h"

#include <endian.h>

#include "base/processor.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Writes the digits of all bytes to `to` and returns their end; `digits` are the sixteen. */
typedef char *(*hex_fn)(const unsigned char *at, size_t length, const char *digits, char *to);

/* What is missing from '0' + n to the letters, above 9. */
static char letter_gap_of(const char *digits)
{
    return (char)(digits[10] - '0' - 10);
}

/* The digits of four bytes: each nibble in a byte of its own, and there compared and added to. */
static uint64_t digits_of_four(uint64_t bytes, char letter_gap)
{
    const uint64_t ones = 0x0101010101010101u;
    bytes = (bytes | bytes << 16) & 0x0000ffff0000ffffu;
    bytes = (bytes | bytes << 8) & 0x00ff00ff00ff00ffu;
    uint64_t nibbles = (bytes >> 4 | bytes << 8) & ones * 15;
    uint64_t are_letters = (nibbles + ones * 6) >> 4 & ones;
    return nibbles + ones * '0' + are_letters * (unsigned char)letter_gap;
}

static char *encode_plain(const unsigned char *at, size_t length, const char *digits, char *to)
{
    const char letter_gap = letter_gap_of(digits);
    for (; length >= 4; at += 4, length -= 4, to += 8) {
        uint32_t four;
        memcpy(&four, at, sizeof four);
        uint64_t eight = htole64(digits_of_four(le32toh(four), letter_gap));
        memcpy(to, &eight, sizeof eight);
    }
    for (; length; at++, length--) {
        *to++ = digits[*at >> 4];
        *to++ = digits[*at & 15];
    }
    return to;
}

#if defined(__SSE2__)
/* The digits of 16 nibbles. */
static inline __m128i digits_of(__m128i nibbles, char letter_gap)
{
    __m128i is_letter = _mm_cmpgt_epi8(nibbles, _mm_set1_epi8(9));
    __m128i gap = _mm_and_si128(is_letter, _mm_set1_epi8(letter_gap));
    return _mm_add_epi8(_mm_add_epi8(nibbles, _mm_set1_epi8('0')), gap);
}

/* 16 bytes at a time: a signature's hex is as long as its hash takes. */
static char *encode_sse2(const unsigned char *at, size_t length, const char *digits, char *to)
{
    const char letter_gap = letter_gap_of(digits);
    for (; length >= 16; at += 16, length -= 16, to += 32) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i low_mask = _mm_set1_epi8(15), *out = (__m128i *)(void *)to;
        __m128i high = digits_of(_mm_and_si128(_mm_srli_epi16(bytes, 4), low_mask), letter_gap);
        __m128i low = digits_of(_mm_and_si128(bytes, low_mask), letter_gap);
        _mm_storeu_si128(out, _mm_unpacklo_epi8(high, low));
        _mm_storeu_si128(out + 1, _mm_unpackhi_epi8(high, low));
    }
    return encode_plain(at, length, digits, to);
}
#else
static char *encode_sse2(const unsigned char *at, size_t length, const char *digits, char *to)
{
    return encode_plain(at, length, digits, to);
}
#endif

#if defined(__x86_64__)
/* The digits of 32 bytes.  Shifted by four and by none, the lowest four bits are the nibbles; the
 * table says the same whatever the two bits above them are. */
CMB_AVX512 static inline __m512i digits_of_all(__m256i bytes, __m512i table)
{
    const __m512i shifts = _mm512_set1_epi64(0x3034202410140004);
    return _mm512_permutexvar_epi8(
        _mm512_multishift_epi64_epi8(shifts, _mm512_cvtepu8_epi16(bytes)), table);
}

CMB_AVX512 static char *encode_avx512(const unsigned char *at, size_t length, const char *digits,
                                      char *to)
{
    __m512i table = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)digits));
    for (; length >= 32; at += 32, length -= 32, to += 64) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)at);
        _mm512_storeu_si512(to, digits_of_all(bytes, table));
    }
    if (length) {
        __mmask32 are_left = _bzhi_u32(~0u, (unsigned)length);
        __mmask64 are_written = _bzhi_u64(~0ull, 2 * (unsigned)length);
        __m256i bytes = _mm256_maskz_loadu_epi8(are_left, at);
        _mm512_mask_storeu_epi8(to, are_written, digits_of_all(bytes, table));
    }
    return to + 2 * length;
}
#else
static char *encode_avx512(const unsigned char *at, size_t length, const char *digits, char *to)
{
    return encode_plain(at, length, digits, to);
}
#endif

static const hex_fn ways[CMB_WIDTH_END] = {
    [CMB_WIDTH_PLAIN] = encode_plain,
    [CMB_WIDTH_SSE2] = encode_sse2,
    [CMB_WIDTH_AVX512] = encode_avx512,
};

char *cmb_encode_hex(const void *bytes, size_t length, char *to)
{
    return ways[cmb_width()](bytes, length, "0123456789abcdef", to);
}

char *cmb_encode_hex_upper(const void *bytes, size_t length, char *to)
{
    return ways[cmb_width()](bytes, length, "0123456789ABCDEF", to);
}
