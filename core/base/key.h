/* base/key.h - a fast hash of a key.
 *
 * Eight bytes at a time by folded multiplication; FNV would take as long for a request's text as
 * signing it anew.  Not for telling keys apart: the whole key is always compared.
 */
#ifndef CMB_BASE_KEY_H
#define CMB_BASE_KEY_H

#include "base/text.h"

static inline uint64_t cmb_key_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t cmb_key_hash(struct cmb_text key, uint64_t seed)
{
    uint64_t hash = seed ^ key.length;
    size_t at = 0;
    for (uint64_t word; at + sizeof word <= key.length; at += sizeof word) {
        memcpy(&word, key.at + at, sizeof word);
        hash = cmb_key_fold(hash ^ word, 0x9e3779b97f4a7c15u);
    }
    uint64_t rest = 0;
    if (at < key.length)
        memcpy(&rest, key.at + at, key.length - at);
    return cmb_key_fold(hash ^ rest, 0xd6e8feb86659fd93u);
}

#endif
