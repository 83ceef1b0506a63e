/* In which order do orders wait? */
#include "simulator/engine.h"

struct cmb_engine_side *cmb_book_side(struct cmb_engine_market *market, uint32_t side)
{
    return side == CAMBIST_SIDE_BUY ? &market->bids : &market->asks;
}

/* Price first, then arrival. */
static bool is_before(const struct cmb_engine_order *a, const struct cmb_engine_order *b)
{
    if (a->price != b->price)
        return a->side == CAMBIST_SIDE_BUY ? a->price > b->price : a->price < b->price;
    return a->number < b->number;
}

bool cmb_book_add(struct cmb_engine_market *market, struct cmb_engine_order *order)
{
    struct cmb_engine_side *side = cmb_book_side(market, order->side);
    if (side->count == CMB_ENGINE_BOOK_MOST)
        return false;
    size_t at = side->count++;
    while (at && is_before(order, side->orders[at - 1])) {
        side->orders[at] = side->orders[at - 1];
        at--;
    }
    side->orders[at] = order;
    cmb_change_note(market, order->side, order->price);
    return true;
}

bool cmb_book_remove(struct cmb_engine_market *market, struct cmb_engine_order *order)
{
    struct cmb_engine_side *side = cmb_book_side(market, order->side);
    size_t at = 0;
    while (at < side->count && side->orders[at] != order)
        at++;
    if (at == side->count)
        return false;
    side->count--;
    memmove(side->orders + at, side->orders + at + 1, (side->count - at) * sizeof *side->orders);
    cmb_change_note(market, order->side, order->price);
    return true;
}

struct cmb_engine_order *cmb_book_facing(struct cmb_engine_market *market, uint32_t side,
                                         int64_t price)
{
    bool is_buy = side == CAMBIST_SIDE_BUY;
    const struct cmb_engine_side *other = is_buy ? &market->asks : &market->bids;
    if (!other->count)
        return NULL;
    struct cmb_engine_order *best = other->orders[0];
    bool is_in_reach = !price || (is_buy ? best->price <= price : best->price >= price);
    return is_in_reach ? best : NULL;
}
