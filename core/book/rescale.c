/* What if the exchange sends more decimals than a book has? */
#include "book/book_inner.h"

static enum cmb_number_fault check_held(const struct cmb_held *held, int price_by, int amount_by)
{
    int64_t ignored;
    enum cmb_number_fault fault = CMB_NUMBER_FINE;
    for (size_t i = 0; i < held->level_count && !fault; i++) {
        fault = cmb_side_scale(held->levels[i].price, price_by, &ignored);
        if (!fault)
            fault = cmb_side_scale(held->levels[i].amount, amount_by, &ignored);
    }
    return fault;
}

static void rescale_held(struct cmb_held *held, int price_by, int amount_by)
{
    for (size_t i = 0; i < held->level_count; i++) {
        cmb_side_scale(held->levels[i].price, price_by, &held->levels[i].price);
        cmb_side_scale(held->levels[i].amount, amount_by, &held->levels[i].amount);
    }
}

enum cmb_number_fault cmb_book_rescale(struct cmb_book *book, unsigned price_scale,
                                       unsigned amount_scale)
{
    if (price_scale > CMB_SCALED_SCALE_MOST || amount_scale > CMB_SCALED_SCALE_MOST)
        return CMB_NUMBER_TOO_LARGE;
    struct cmb_scaled_digits scales = cmb_book_scales(book);
    int price_by = (int)price_scale - scales.price, amount_by = (int)amount_scale - scales.amount;
    enum cmb_number_fault fault = cmb_side_check_rescale(&book->bids, price_by, amount_by);
    if (!fault)
        fault = cmb_side_check_rescale(&book->asks, price_by, amount_by);
    if (!fault)
        fault = check_held(&book->held, price_by, amount_by);
    if (fault)
        return fault;
    cmb_book_open_write(book);
    cmb_side_rescale(&book->bids, price_by, amount_by);
    cmb_side_rescale(&book->asks, price_by, amount_by);
    rescale_held(&book->held, price_by, amount_by);
    atomic_store_explicit(&book->scales, price_scale << 8 | amount_scale, memory_order_relaxed);
    cmb_book_close_write(book);
    return CMB_NUMBER_FINE;
}
