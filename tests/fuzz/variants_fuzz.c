/* Can any bytes be read or written differently by the ways of another width? */
#include "base/processor.h"
#include "crypto/encode.h"
#include "json/level.h"

#include <stdlib.h>

enum { LEVELS_MOST = 64, BYTES_MOST = 256, SCALES = CMB_SCALED_SCALE_MOST + 2 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct outcome {
    bool is_read;
    struct cmb_json_reader reader; /* as it was left */
    size_t count;
    struct cmb_scaled_level levels[LEVELS_MOST];
    struct cmb_scaled_digits digits[LEVELS_MOST];
};

static void require(bool is_so)
{
    if (!is_so)
        abort();
}

/* Reads a side at `from` in the text: some ways look at what stands before. */
static void read_side(struct cmb_text text, size_t from, const uint8_t *scales, size_t most,
                      struct outcome *outcome)
{
    *outcome = (struct outcome){ 0 };
    cmb_json_init(&outcome->reader, text, 0);
    outcome->reader.at += from;
    outcome->is_read =
        cmb_json_read_levels(&outcome->reader, scales[0] % SCALES, scales[1] % SCALES,
                             outcome->levels, outcome->digits, most, &outcome->count);
}

static void require_same(const struct outcome *a, const struct outcome *b)
{
    require(a->is_read == b->is_read && a->reader.at == b->reader.at &&
            a->reader.reason == b->reader.reason && a->reader.failed_at == b->reader.failed_at &&
            a->reader.depth == b->reader.depth && a->count == b->count);
    require(!a->is_read || (memcmp(a->levels, b->levels, a->count * sizeof *a->levels) == 0 &&
                            memcmp(a->digits, b->digits, a->count * sizeof *a->digits) == 0));
}

/* The first bytes are the scales, the room and how much stands before the side. */
static void compare_levels(const uint8_t *bytes, size_t size)
{
    static struct outcome plain, other;
    if (size < 4)
        return;
    struct cmb_text text = { (const char *)bytes + 4, size - 4 };
    size_t most = bytes[2] % (LEVELS_MOST + 1), from = bytes[3] % 64;
    if (from > text.length)
        return;
    cmb_width_force(CMB_WIDTH_PLAIN);
    read_side(text, from, bytes, most, &plain);
    for (enum cmb_width width = CMB_WIDTH_PLAIN + 1; width < CMB_WIDTH_END; width++) {
        if (!cmb_width_is_there(width))
            continue;
        cmb_width_force(width);
        read_side(text, from, bytes, most, &other);
        require_same(&plain, &other);
    }
}

/* Exactly as many characters as are needed: what is written beyond them is found. */
static void compare_text(const uint8_t *bytes, size_t length,
                         char *(*encode)(const void *bytes, size_t length, char *to),
                         size_t text_length)
{
    char *plain = malloc(text_length + 1), *other = malloc(text_length + 1);
    require(plain && other);
    cmb_width_force(CMB_WIDTH_PLAIN);
    encode(bytes, length, plain);
    for (enum cmb_width width = CMB_WIDTH_PLAIN + 1; width < CMB_WIDTH_END; width++) {
        if (!cmb_width_is_there(width))
            continue;
        cmb_width_force(width);
        require(encode(bytes, length, other) == other + text_length);
        require(memcmp(plain, other, text_length) == 0);
    }
    free(plain);
    free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    compare_levels(bytes, size);
    size_t length = size < BYTES_MOST ? size : BYTES_MOST;
    compare_text(bytes, length, cmb_encode_hex, CMB_HEX_SIZE(length));
    compare_text(bytes, length, cmb_encode_base64, CMB_BASE64_SIZE(length));
    return 0;
}
