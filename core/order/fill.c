/* Was this trade counted before, and how much has traded? */
#include <stdlib.h>

#include "base/text.h"
#include "base/memory.h"
#include "order/order.h"

void cmb_order_clear(struct cmb_order *order)
{
    free(order->fills.ids);
    order->fills = (struct cmb_fills){ 0 };
}

/* A trade without an id is known again by what it says. */
static uint64_t name_of(const struct cambist_trade *trade)
{
    if (trade->id && trade->id[0])
        return cmb_text_hash(cmb_text_of(trade->id));
    const int64_t parts[] = { trade->timestamp, trade->price.high, (int64_t)trade->price.low,
                              trade->price.exponent, trade->amount.high,
                              (int64_t)trade->amount.low, trade->amount.exponent };
    return cmb_text_hash((struct cmb_text){ (const char *)parts, sizeof parts });
}

static bool is_counted(const struct cmb_fills *fills, uint64_t name)
{
    for (uint32_t i = fills->count; i-- > 0;)
        if (fills->ids[i] == name)
            return true;
    return false;
}

static bool reserve(struct cmb_fills *fills)
{
    if (fills->count < fills->capacity)
        return true;
    uint32_t capacity = fills->capacity ? 2 * fills->capacity : 4;
    uint64_t *ids = cmb_realloc(fills->ids, capacity * sizeof *ids);
    if (!ids)
        return false;
    fills->ids = ids;
    fills->capacity = capacity;
    return true;
}

/* A sum that does not fit stays as it was: the exchange's own figure goes on counting. */
static void count(struct cmb_order *order, const struct cambist_decimal *amount)
{
    const struct cambist_decimal none = { .is_set = 1 };
    (void)cmb_decimal_add(order->counted.is_set ? &order->counted : &none, amount,
                          &order->counted);
}

uint32_t cmb_order_fill(struct cmb_order *order, const struct cambist_trade *trade)
{
    uint64_t name = name_of(trade);
    if (is_counted(&order->fills, name))
        return 0;
    if (!reserve(&order->fills))
        return CMB_CHANGED_MEMORY;
    order->fills.ids[order->fills.count++] = name;
    bool was_over = cmb_order_is_over(order);
    count(order, &trade->amount);
    uint32_t changes = CMB_CHANGED_FILL | (was_over ? CMB_CHANGED_LATE : 0);
    return changes | cmb_order_report(order,
                                      &(struct cambist_order){ .id = trade->order_id,
                                                               .filled = order->counted,
                                                               .last_update_timestamp =
                                                                   trade->timestamp },
                                      CAMBIST_PROOF_TRADE);
}
