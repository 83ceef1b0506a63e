/* How is a frame written, and how is it masked? */
#include "transport/frame.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

size_t cmb_frame_write_head(const struct cmb_frame_shape *shape, uint64_t length,
                            unsigned char to[static CMB_FRAME_HEAD_BYTES_MOST])
{
    size_t more = length < 126 ? 0 : length <= UINT16_MAX ? 2 : 8;
    unsigned size = more == 0 ? (unsigned)length : more == 2 ? 126 : 127;
    to[0] = (unsigned char)((shape->is_fragment ? 0 : 0x80) | (shape->is_deflated ? 0x40 : 0) |
                            (unsigned)shape->kind);
    to[1] = (unsigned char)((shape->mask ? 0x80u : 0u) | size);
    for (size_t i = 0; i < more; i++)
        to[2 + i] = (unsigned char)(length >> 8 * (more - 1 - i));
    if (!shape->mask)
        return 2 + more;
    memcpy(to + 2 + more, shape->mask, 4);
    return 2 + more + 4;
}

void cmb_frame_mask(const unsigned char mask[static 4], uint32_t phase, const char *from, char *to,
                    size_t length)
{
    unsigned char turned[8];
    uint64_t key, word;
    size_t at = 0;
    for (uint32_t i = 0; i < 8; i++)
        turned[i] = mask[(phase + i) & 3];
    memcpy(&key, turned, sizeof key);
#ifdef __SSE2__
    __m128i wide = _mm_set1_epi64x((long long)key);
    for (; length - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(from + at));
        _mm_storeu_si128((__m128i *)(void *)(to + at), _mm_xor_si128(bytes, wide));
    }
#endif
    for (; length - at >= sizeof word; at += sizeof word) {
        memcpy(&word, from + at, sizeof word);
        word ^= key;
        memcpy(to + at, &word, sizeof word);
    }
    for (; at < length; at++)
        to[at] = (char)((unsigned char)from[at] ^ turned[at & 3]);
}

bool cmb_frame_write(const struct cmb_frame_shape *shape, struct cmb_text payload,
                     struct cmb_buffer *to)
{
    unsigned char head[CMB_FRAME_HEAD_BYTES_MOST];
    size_t size = cmb_frame_write_head(shape, payload.length, head);
    if (payload.length > SIZE_MAX / 2 || to->is_cut)
        return false;
    char *at = cmb_buffer_reserve(to, size + payload.length);
    if (!at) {
        to->is_cut = false;
        return false;
    }
    memcpy(at, head, size);
    if (shape->mask)
        cmb_frame_mask(shape->mask, 0, payload.at, at + size, payload.length);
    else if (payload.length)
        memcpy(at + size, payload.at, payload.length);
    to->length += size + payload.length;
    return true;
}

/* Where a reason is cut: not within a character. */
static size_t fitting(struct cmb_text reason)
{
    size_t length = CMB_FRAME_REASON_BYTES_MOST;
    if (reason.length <= length)
        return reason.length;
    while (length && ((unsigned char)reason.at[length] & 0xc0) == 0x80)
        length--;
    return length;
}

bool cmb_frame_write_close(const unsigned char *mask, uint16_t code, struct cmb_text reason,
                           struct cmb_buffer *to)
{
    char payload[CMB_FRAME_CONTROL_BYTES_MOST] = { (char)(code >> 8), (char)(code & 0xff) };
    size_t length = code ? 2 : 0;
    if (code && reason.length) {
        size_t part = fitting(reason);
        memcpy(payload + 2, reason.at, part);
        length += part;
    }
    return cmb_frame_write(&(struct cmb_frame_shape){ .kind = CMB_FRAME_CLOSE, .mask = mask },
                           (struct cmb_text){ payload, length }, to);
}
