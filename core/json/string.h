/* json/string.h - what may stand between two quotes, and what does it mean?
 *
 * Pure functions on bytes.  [any thread]
 */
#ifndef CMB_JSON_STRING_H
#define CMB_JSON_STRING_H

#include "base/text.h"
#include "base/wide.h"

/* Resolves the escapes of `raw`, a string's content without its quotes, into `to`.  The result is
 * never longer than `raw` and has no NUL behind it, but may hold one.  False, with `to` in an
 * undefined state, when `capacity` does not suffice or `raw` is no valid content. */
bool cmb_json_unescape(struct cmb_text raw, char *to, size_t capacity, size_t *ret_length);

/* Whether `raw`, escapes resolved, is `literal`. */
bool cmb_json_unescaped_is(struct cmb_text raw, struct cmb_text literal);

/* Reads one escape at `at`, which is a backslash: the character it stands for (a pair of surrogates
 * is one) in *ret_rune, and its length in bytes as the result; 0 when it is none. */
size_t cmb_json_read_escape(const char *at, const char *end, uint32_t *ret_rune);

#ifdef __SSE2__
/* One bit for each byte that needs a look. */
static inline unsigned cmb_json_looks_of(__m128i bytes)
{
    /* As signed bytes, controls and those outside ASCII are all less than a blank. */
    __m128i looks = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')),
                                 _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                              _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
    return (unsigned)_mm_movemask_epi8(looks);
}
#endif

/* The first byte that needs a look: a quote, a backslash, a control character or one outside
 * ASCII; `end` when there is none. */
static inline const char *cmb_json_scan_plain(const char *at, const char *end)
{
#ifdef __SSE2__
    while (end - at >= 16) {
        unsigned mask = cmb_json_looks_of(cmb_wide_load(at));
        if (mask)
            return at + __builtin_ctz(mask);
        at += 16;
    }
    if (end - at >= 8 && !cmb_json_looks_of(cmb_wide_load_ends(at, (size_t)(end - at))))
        return end;
#endif
    while (at < end && (signed char)*at >= ' ' && *at != '"' && *at != '\\')
        at++;
    return at;
}

#endif
