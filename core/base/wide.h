/* base/wide.h - how do sixteen bytes of a text get into one register?
 *
 * Where the processor has such registers (SSE2); whoever uses it has a loop for all others.
 */
#ifndef CMB_BASE_WIDE_H
#define CMB_BASE_WIDE_H

#ifdef __SSE2__
#include <emmintrin.h>
#include <stddef.h>

static inline __m128i cmb_wide_load(const char *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}

/* Of a text of 8 to 16 bytes the first eight and the last eight, some of them twice: for questions
 * about all bytes, to which it does not matter where they stand. */
static inline __m128i cmb_wide_load_ends(const char *at, size_t length)
{
    __m128i head = _mm_loadl_epi64((const __m128i *)(const void *)at);
    __m128i tail = _mm_loadl_epi64((const __m128i *)(const void *)(at + length - 8));
    return _mm_unpacklo_epi64(head, tail);
}
#endif

#endif
