/* Where do random bytes come from, and how are they written as a UUID? */
#include "crypto/random.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "crypto/encode.h"

static void fill_from_system(struct cmb_random *random, void *to, size_t size)
{
    (void)random;
    char *at = to;
    while (size > 0) {
        ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno != EINTR)
            abort();
        if (got > 0) {
            at += got;
            size -= (size_t)got;
        }
    }
}

struct cmb_random cmb_random_system = { .fill = fill_from_system };

/* SplitMix64: every seed gives a full period. */
static uint64_t next(struct cmb_random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void fill_from_seed(struct cmb_random *random, void *to, size_t size)
{
    for (char *at = to, *end = at + size; at < end;) {
        uint64_t number = next(random);
        size_t part = (size_t)(end - at) < sizeof number ? (size_t)(end - at) : sizeof number;
        memcpy(at, &number, part);
        at += part;
    }
}

void cmb_random_init_seeded(struct cmb_random *random, uint64_t seed)
{
    *random = (struct cmb_random){ .fill = fill_from_seed, .state = seed };
}

uint64_t cmb_random_number(struct cmb_random *random)
{
    uint64_t number;
    cmb_random_fill(random, &number, sizeof number);
    return number;
}

char *cmb_random_uuid(struct cmb_random *random, char *to)
{
    unsigned char bytes[16];
    cmb_random_fill(random, bytes, sizeof bytes);
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* version 4 */
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); /* variant of RFC 4122 */
    to = cmb_encode_hex(bytes, 4, to);
    for (size_t at = 4; at < 16; at += at < 10 ? 2 : 6) {
        *to++ = '-';
        to = cmb_encode_hex(bytes + at, at < 10 ? 2 : 6, to);
    }
    return to;
}

char *cmb_random_hex(struct cmb_random *random, size_t digits, char *to)
{
    unsigned char bytes[16];
    char text[sizeof bytes * 2];
    for (size_t part; digits > 0; digits -= part) {
        part = digits < sizeof text ? digits : sizeof text;
        cmb_random_fill(random, bytes, sizeof bytes);
        cmb_encode_hex(bytes, sizeof bytes, text);
        memcpy(to, text, part);
        to += part;
    }
    return to;
}
