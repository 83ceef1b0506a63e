/* What is the truth about an order, a fill, a balance? */
#include "simulator/ledger.h"

size_t cmb_ledger_order_count(const struct cmb_practice *practice)
{
    return practice->engine->order_count;
}

void cmb_ledger_order(const struct cmb_practice *practice, size_t number,
                      struct cmb_ledger_order *ret)
{
    const struct cmb_engine_order *order = practice->engine->orders[number];
    const struct cmb_engine_rules *rules = practice->engine->markets[order->market].rules;
    *ret = (struct cmb_ledger_order){
        .id = order->id, .client_id = order->client_id, .symbol = rules->symbol,
        .side = order->side, .type = order->type, .state = order->state,
        .is_external = order->is_external,
        .amount = cmb_record_number(order->amount, rules->amount_scale),
        .filled = cmb_record_number(order->filled, rules->amount_scale),
        .cost = cmb_record_money(order->cost),
        .request = order->request ? (size_t)order->request - 1 : SIZE_MAX,
        .arrived_ns = order->arrived_ns, .executed_ns = order->executed_ns,
        .updated_ns = order->updated_ns };
    if (order->price)
        ret->price = cmb_record_number(order->price, rules->price_scale);
}

size_t cmb_ledger_fill_count(const struct cmb_practice *practice)
{
    return practice->engine->fill_count;
}

void cmb_ledger_fill(const struct cmb_practice *practice, size_t number,
                     struct cmb_ledger_fill *ret)
{
    const struct cmb_engine_trade *fill = &practice->engine->fills[number];
    const struct cmb_engine_rules *rules = practice->engine->markets[fill->market].rules;
    *ret = (struct cmb_ledger_fill){
        .id = fill->id, .order_id = fill->order_id, .client_id = fill->client_id,
        .symbol = rules->symbol, .side = fill->side, .liquidity = fill->liquidity,
        .price = cmb_record_number(fill->price, rules->price_scale),
        .amount = cmb_record_number(fill->amount, rules->amount_scale),
        .fee = cmb_record_money(fill->fee),
        .fee_currency = cmb_engine_currencies[fill->fee_currency], .time_ns = fill->time_ns };
}

size_t cmb_ledger_balance_count(void)
{
    return CMB_ENGINE_CURRENCIES;
}

void cmb_ledger_balance(const struct cmb_practice *practice, size_t number,
                        struct cmb_ledger_balance *ret)
{
    const struct cmb_engine_balance *balance =
        &practice->engine->balances[CMB_CUSTOMER][number];
    *ret = (struct cmb_ledger_balance){ .currency = cmb_engine_currencies[number],
                                        .free = cmb_record_money(balance->free),
                                        .used = cmb_record_money(balance->used) };
}
