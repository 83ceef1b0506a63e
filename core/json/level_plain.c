/* How is a level read in plain C, eight bytes at a time? */
#include "json/level_inner.h"

enum { WINDOW_BYTES = 40 }; /* in which both numbers lie, and what ends them */

/* Nothing behind the window counts as a digit: a stop for what has no end. */
static inline uint64_t find_others(const char *at)
{
    uint64_t others = ~0ull << WINDOW_BYTES;
    for (unsigned i = 0; i < WINDOW_BYTES; i += 8)
        others |= (uint64_t)cmb_scaled_find_others_of(at + i) << i;
    return others;
}

/* Eight digits at a time: as many before and behind the point at most, or 16 without one. */
static inline bool value_of(const struct cmb_level_number *number, int64_t *ret_value)
{
    unsigned behind = (unsigned)number->behind, whole = (unsigned)number->count - behind;
    if (!behind) {
        *ret_value = cmb_scaled_read_whole(number->at, whole);
        return true;
    }
    if (whole > 8 || behind > 8)
        return false;
    *ret_value = (int64_t)cmb_scaled_digits(number->at, whole) * cmb_powers_of_ten[behind] +
                 (int64_t)cmb_scaled_digits(number->at + whole + 1, behind);
    return true;
}

static inline bool convert(const struct cmb_level_number *price,
                           const struct cmb_level_number *amount, int64_t *ret_values)
{
    return value_of(price, &ret_values[0]) && value_of(amount, &ret_values[1]);
}

__attribute__((noinline)) static size_t read_to(struct cmb_level_run *run, const char *stop)
{
    return cmb_level_read_to(run, stop, find_others, convert);
}

size_t cmb_level_run_plain(struct cmb_level_run *run)
{
    return cmb_level_read_all(run, read_to);
}
