/* How is a level read in plain C, eight bytes at a time? */
#include "json/level_inner.h"

static inline size_t read_number(const char *at, unsigned scale, int64_t *ret_value,
                                 uint8_t *ret_behind)
{
    unsigned behind = 0;
    size_t length =
        cmb_scaled_read_found(at, cmb_scaled_find_others_plain(at), scale, ret_value, &behind);
    *ret_behind = (uint8_t)behind;
    return length;
}

static inline const char *read_level(const char *at, const struct cmb_level_run *run, size_t index)
{
    struct cmb_scaled_level *level = &run->levels[index];
    struct cmb_scaled_digits *digits = &run->digits[index];
    const char *next = at + 2;
    size_t length;
    if (memcmp(at, "[\"", 2) != 0 ||
        !(length = read_number(next, run->price_scale, &level->price, &digits->price)))
        return NULL;
    next += length;
    if (memcmp(next, "\",\"", 3) != 0 ||
        !(length = read_number(next + 3, run->amount_scale, &level->amount, &digits->amount)))
        return NULL;
    return cmb_level_pass_rest(next + 3 + length, at);
}

__attribute__((noinline)) static size_t read_to(struct cmb_level_run *run, const char *stop)
{
    return cmb_level_read_to(run, stop, read_level);
}

size_t cmb_level_run_plain(struct cmb_level_run *run)
{
    return cmb_level_read_all(run, read_to);
}
