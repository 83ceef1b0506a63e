/* What if the numbers of a side get more decimals, or fewer? */
#include "book/side.h"

enum cmb_number_fault cmb_side_scale(int64_t value, int by, int64_t *ret_value)
{
    int64_t power = cmb_powers_of_ten[by < 0 ? -by : by];
    if (by < 0) {
        if (value % power)
            return CMB_NUMBER_INEXACT;
        *ret_value = value / power;
        return CMB_NUMBER_FINE;
    }
    int64_t scaled;
    if (__builtin_mul_overflow(value, power, &scaled))
        return CMB_NUMBER_TOO_LARGE;
    *ret_value = scaled;
    return CMB_NUMBER_FINE;
}

enum cmb_number_fault cmb_side_check_rescale(const struct cmb_side *side, int price_by,
                                             int amount_by)
{
    int64_t ignored;
    enum cmb_number_fault fault = CMB_NUMBER_FINE;
    for (size_t at = cmb_side_end(side); !fault && cmb_side_next(side, &at);) {
        struct cmb_scaled_level level = cmb_side_level(side, at);
        fault = cmb_side_scale(level.price, price_by, &ignored);
        if (!fault)
            fault = cmb_side_scale(level.amount, amount_by, &ignored);
    }
    return fault || !side->cut_count
               ? fault
               : cmb_side_scale(cmb_side_price(side, side->cut_key), price_by, &ignored);
}

/* The prices of empty places were not checked: none is left. */
void cmb_side_rescale(struct cmb_side *side, int price_by, int amount_by)
{
    struct cmb_side_block *block = atomic_load_explicit(&side->block, memory_order_relaxed);
    cmb_side_close_up(side);
    for (size_t at = cmb_side_end(side); cmb_side_next(side, &at);) {
        struct cmb_scaled_level level = cmb_side_level(side, at);
        cmb_side_scale(level.price, price_by, &level.price);
        cmb_side_scale(level.amount, amount_by, &level.amount);
        atomic_store_explicit(&block->keys[at], cmb_side_key(side, level.price),
                              memory_order_relaxed);
        atomic_store_explicit(&block->amounts[at], level.amount, memory_order_relaxed);
    }
    if (side->cut_count) {
        int64_t price = 0;
        cmb_side_scale(cmb_side_price(side, side->cut_key), price_by, &price);
        side->cut_key = cmb_side_key(side, price);
    }
}
