/* base/utf8.h - is this UTF-8, however it is cut?
 *
 * RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.  [any thread]
 */
#ifndef CMB_BASE_UTF8_H
#define CMB_BASE_UTF8_H

#include "base/text.h"

/* The length in bytes, 1 to 4, of the valid character at `at` (below `end`); 0 when none. */
size_t cmb_utf8_length(const char *at, const char *end);

/* Whether the text is made of whole characters. */
bool cmb_utf8_check(struct cmb_text text);

/* A check that goes on from piece to piece.  Zeroed: between two characters. */
struct cmb_utf8 {
    uint8_t left;        /* bytes that the begun character still needs */
    uint8_t least, most; /* between which the next of them has to be */
};

/* Goes on with `text`.  False at the first byte that no continuation can make valid. */
bool cmb_utf8_add(struct cmb_utf8 *utf8, struct cmb_text text);

static inline bool cmb_utf8_is_whole(const struct cmb_utf8 *utf8)
{
    return utf8->left == 0;
}

#endif
