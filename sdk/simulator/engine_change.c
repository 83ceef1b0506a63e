/* What has changed since somebody looked last? */
#include "simulator/engine.h"

void cmb_change_note(struct cmb_engine_market *market, uint32_t side, int64_t price)
{
    market->changes[market->change_count++ % CMB_ENGINE_CHANGES] =
        (struct cmb_engine_change){ ++market->sequence, price, side };
}

void cmb_change_restart(struct cmb_engine_market *market)
{
    market->sequence = 0;
    market->change_count = 0;
    market->restarts++;
}

/* A fill that makes an order full is told as its end. */
void cmb_change_tell(struct cmb_engine *engine, const struct cmb_engine_order *order,
                     const struct cmb_engine_trade *fill)
{
    if (order->account != CMB_CUSTOMER)
        return;
    struct cmb_engine_event *event = &engine->events[engine->event_count++ % CMB_ENGINE_EVENTS];
    *event = (struct cmb_engine_event){ .time_ns = engine->now_ns, .order = *order,
                                        .is_fill = fill != NULL };
    if (!fill)
        return;
    event->fill = *fill;
    if (!order->budget && order->filled == order->amount)
        event->order.state = CAMBIST_STATE_CLOSED;
}

bool cmb_change_order_at(const struct cmb_engine *engine, const struct cmb_engine_order *order,
                         int64_t time_ns, struct cmb_engine_order *ret)
{
    uint64_t kept = engine->event_count < CMB_ENGINE_EVENTS ? engine->event_count
                                                            : CMB_ENGINE_EVENTS;
    *ret = *order;
    if (order->created_ns > time_ns)
        return false;
    for (uint64_t i = engine->event_count; order->updated_ns > time_ns && kept--; i--) {
        const struct cmb_engine_event *event = &engine->events[(i - 1) % CMB_ENGINE_EVENTS];
        if (event->order.id != order->id || event->time_ns > time_ns)
            continue;
        *ret = event->order;
        return true;
    }
    return true;
}

/* ---- books ---- */

size_t cmb_change_levels(const struct cmb_engine_side *side, size_t most,
                         struct cmb_engine_level *to)
{
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++) {
        const struct cmb_engine_order *order = side->orders[i];
        if (!count || to[count - 1].price != order->price) {
            if (count == most)
                break;
            to[count++] = (struct cmb_engine_level){ order->price, 0 };
        }
        to[count - 1].amount += order->amount - order->filled;
    }
    return count;
}

int64_t cmb_change_amount_at(const struct cmb_engine_side *side, int64_t price)
{
    int64_t amount = 0;
    for (size_t i = 0; i < side->count; i++)
        if (side->orders[i]->price == price)
            amount += side->orders[i]->amount - side->orders[i]->filled;
    return amount;
}

void cmb_change_keep_past(struct cmb_engine *engine, struct cmb_engine_market *market)
{
    struct cmb_engine_past *past = &market->pasts[market->past_count++ % CMB_ENGINE_PASTS];
    past->sequence = market->sequence;
    past->time_ns = engine->now_ns;
    past->bid_count = cmb_change_levels(&market->bids, CMB_ENGINE_PAST_LEVELS, past->bids);
    past->ask_count = cmb_change_levels(&market->asks, CMB_ENGINE_PAST_LEVELS, past->asks);
}

const struct cmb_engine_past *cmb_change_past(const struct cmb_engine_market *market,
                                              uint64_t moves)
{
    uint64_t kept = market->past_count < CMB_ENGINE_PASTS ? market->past_count : CMB_ENGINE_PASTS;
    if (!moves || !kept)
        return NULL;
    return &market->pasts[(market->past_count - (moves < kept ? moves : kept)) %
                          CMB_ENGINE_PASTS];
}
