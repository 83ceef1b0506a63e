/* How is one side of a book read, at the speed of its bytes? */
#include "json/level.h"

#include "base/processor.h"
#include "json/level_inner.h"
#include "json/number.h"

static void pass(struct cmb_level_run *run, size_t count)
{
    run->levels += count;
    run->digits += count;
    run->most -= count;
}

/* Reads as many levels of the common form as come next, maybe none. */
static size_t read_run(struct cmb_json_reader *reader, struct cmb_level_run *run)
{
    static size_t (*const ways[])(struct cmb_level_run *) = {
        [CMB_WIDTH_PLAIN] = cmb_level_run_plain,
        [CMB_WIDTH_SSE2] = cmb_level_run_sse2,
        [CMB_WIDTH_AVX512] = cmb_level_run_avx512,
    };
    if (reader->depth >= reader->depth_most || run->price_scale > CMB_SCALED_SCALE_MOST ||
        run->amount_scale > CMB_SCALED_SCALE_MOST)
        return 0;
    run->at = reader->at;
    size_t count = ways[cmb_width()](run);
    reader->at = run->at;
    pass(run, count);
    return count;
}

static bool read_level(struct cmb_json_reader *reader, struct cmb_level_run *run)
{
    struct cmb_scaled_level *level = run->levels;
    struct cmb_scaled_digits *digits = run->digits;
    if (!cmb_json_enter_array(reader))
        return false;
    if (!cmb_json_next_element(reader))
        return cmb_json_fail(reader, "a price is expected");
    if (!cmb_json_read_scaled_digits(reader, run->price_scale, &level->price, &digits->price))
        return false;
    if (!cmb_json_next_element(reader))
        return cmb_json_fail(reader, "an amount is expected");
    if (!cmb_json_read_scaled_digits(reader, run->amount_scale, &level->amount, &digits->amount))
        return false;
    pass(run, 1);
    return cmb_json_leave_array(reader);
}

bool cmb_json_read_levels(struct cmb_json_reader *reader, unsigned price_scale,
                          unsigned amount_scale, struct cmb_scaled_level *levels,
                          struct cmb_scaled_digits *digits, size_t most, size_t *ret_count)
{
    struct cmb_level_run run = {
        .start = reader->start,
        .end = reader->end,
        .price_scale = price_scale,
        .amount_scale = amount_scale,
        .most = most,
        .levels = levels,
        .digits = digits,
    };
    cmb_json_enter_array(reader);
    while (cmb_json_next_element(reader)) {
        if (!run.most)
            return cmb_json_fail(reader, "more levels than there is room for");
        if (!read_run(reader, &run) && !read_level(reader, &run))
            return false;
    }
    if (reader->reason)
        return false;
    *ret_count = most - run.most;
    return true;
}
