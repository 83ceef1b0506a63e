/* support/order_oracle.h - what was told of orders against what has happened at the exchange.
 *
 * The practice exchange's engine is the truth (cmb_simulator_look).  Each order that it executed is
 * known, and was executed once; each fill was told, once, with its numbers; nothing is believed that
 * is not so; and what is open there was never more than what was told to be. */
#ifndef TEST_SUPPORT_ORDER_ORACLE_H
#define TEST_SUPPORT_ORDER_ORACLE_H

#include "number/decimal.h"
#include "simulator/ledger.h"
#include "support/order_state.h"
#include "support/told_orders.h"

enum { ORDER_ORACLE_PRINTED = 5 }; /* of each sort of failure */

struct order_oracle {
    const struct told_orders *told;
    const struct told_order *one; /* whose exposure is looked at; NULL: all orders' */
    uint32_t lost, doubled, unknown, wrong, untold, strange_fills, understated, in_ban, unsettled;
};

static inline int64_t order_oracle_scaled(const struct cambist_decimal *value, unsigned scale)
{
    int64_t scaled = 0;
    if (value->is_set && cmb_decimal_to_scaled(value, scale, &scaled) != CMB_NUMBER_FINE)
        return -1;
    return scaled;
}

static inline unsigned order_oracle_scale(const struct cmb_practice *practice,
                                          const struct cmb_engine_order *real)
{
    return practice->engine->markets[real->market].rules->amount_scale;
}

/* ---- exposure, at any moment ---- */

/* What the exchange itself has said to be cancelled is nobody else's mistake. */
static inline void order_oracle_weigh(const struct cmb_practice *practice,
                                      const struct cmb_engine_order *real,
                                      const struct told_order *order,
                                      struct order_oracle *oracle)
{
    bool may_trade = real->state == CAMBIST_STATE_OPEN && !real->is_said_done;
    int64_t left = may_trade ? real->amount - real->filled : 0;
    int64_t told = order ? order_oracle_scaled(&order->exposure,
                                               order_oracle_scale(practice, real)) : 0;
    if (left <= told)
        return;
    if (oracle->understated++ >= ORDER_ORACLE_PRINTED)
        return;
    printf("\n    %s: %lld may still trade, told %lld (%s)", real->client_id, (long long)left,
           (long long)told, order ? cambist_life_name(order->life) : "never");
    if (order)
        told_order_print(order);
}

static inline void order_oracle_look_at_exposure(const struct cmb_practice *practice,
                                                 const struct cmb_ledger *ledger, void *user)
{
    struct order_oracle *oracle = user;
    const struct cmb_engine *engine = practice->engine;
    (void)ledger;
    if (oracle->one) {
        const struct cmb_engine_order *real =
            cmb_engine_find_order(engine, 0, cmb_text_of(oracle->one->client_id));
        if (real)
            order_oracle_weigh(practice, real, oracle->one, oracle);
        return;
    }
    for (size_t i = 0; i < engine->order_count; i++)
        if (engine->orders[i]->state == CAMBIST_STATE_OPEN && !engine->orders[i]->is_external)
            order_oracle_weigh(practice, engine->orders[i],
                               told_orders_find(oracle->told, engine->orders[i]->client_id),
                               oracle);
}

/* ---- the end ---- */

static inline void order_oracle_judge_real(const struct cmb_practice *practice,
                                           const struct cmb_engine_order *real,
                                           struct order_oracle *oracle)
{
    const struct told_order *order = told_orders_find(oracle->told, real->client_id);
    if (!order) {
        oracle->lost++;
        printf("\n    %s was executed, and nobody was told of it", real->client_id);
        return;
    }
    int64_t filled = order_oracle_scaled(&order->filled, order_oracle_scale(practice, real));
    if (order_state_is(order->life, real->state) && filled == real->filled)
        return;
    if (oracle->wrong++ >= ORDER_ORACLE_PRINTED)
        return;
    told_order_print(order);
    printf("\n    %s: told %s by %s, filled %lld; really %s, filled %lld of %lld", real->client_id,
           cambist_life_name(order->life), cambist_proof_name(order->proof), (long long)filled,
           cmb_vocabulary_word(cmb_vocabulary_of(CMB_MEMBER_STATE), real->state).at,
           (long long)real->filled, (long long)real->amount);
}

static inline void order_oracle_judge_told(const struct cmb_practice *practice,
                                           const struct told_order *order,
                                           struct order_oracle *oracle)
{
    const struct cmb_engine_order *real =
        cmb_engine_find_order(practice->engine, 0, cmb_text_of(order->client_id));
    const struct cmb_engine_order *other = real ? real->next_same : NULL;
    while (other && strcmp(other->client_id, order->client_id) != 0)
        other = other->next_same;
    oracle->doubled += other != NULL;
    oracle->unknown += order->life <= CAMBIST_LIFE_UNKNOWN || order->pending;
    oracle->unsettled += !order->is_settled;
    bool is_open = order->life <= CAMBIST_LIFE_UNKNOWN || order->pending || !order->is_settled;
    if (is_open && oracle->unsettled <= ORDER_ORACLE_PRINTED)
        printf("\n    %s is still %s, %s under way, settled %u", order->client_id,
               cambist_life_name(order->life), cambist_pending_name(order->pending),
               order->is_settled);
    if (!real && order->life >= CAMBIST_LIFE_WORKING && order->life <= CAMBIST_LIFE_EXPIRED) {
        oracle->wrong++;
        printf("\n    %s: told %s by %s, and never executed", order->client_id,
               cambist_life_name(order->life), cambist_proof_name(order->proof));
    }
}

static inline void order_oracle_judge_fills(const struct cmb_practice *practice,
                                            struct order_oracle *oracle)
{
    size_t own = 0;
    for (size_t i = 0; i < cmb_ledger_fill_count(practice); i++) {
        struct cmb_ledger_fill real;
        char id[24];
        cmb_ledger_fill(practice, i, &real);
        if (!told_orders_find(oracle->told, real.client_id))
            continue;
        own++;
        snprintf(id, sizeof id, "%llu", (unsigned long long)real.id);
        const struct told_fill *fill = told_orders_find_fill(oracle->told, real.client_id, id);
        bool is_right = fill && cmb_decimal_compare(&fill->price, &real.price) == 0 &&
                        cmb_decimal_compare(&fill->amount, &real.amount) == 0;
        oracle->untold += !is_right;
        if (!is_right)
            printf("\n    %s: trade %s %s", real.client_id, id,
                   fill ? "was told with other numbers" : "was not told");
    }
    oracle->strange_fills = (uint32_t)(oracle->told->fill_count - own);
}

/* For cmb_simulator_look, when all is quiet. */
static inline void order_oracle_judge(const struct cmb_practice *practice,
                                      const struct cmb_ledger *ledger, void *user)
{
    struct order_oracle *oracle = user;
    const struct cmb_engine *engine = practice->engine;
    for (size_t i = 0; i < engine->order_count; i++)
        if (!engine->orders[i]->is_external)
            order_oracle_judge_real(practice, engine->orders[i], oracle);
    for (size_t i = 0; i < oracle->told->count; i++)
        order_oracle_judge_told(practice, oracle->told->orders[i], oracle);
    order_oracle_judge_fills(practice, oracle);
    for (size_t i = 0; i < ledger->count; i++)
        oracle->in_ban += ledger->requests[i].is_in_ban;
}

static inline bool order_oracle_is_right(const struct order_oracle *oracle)
{
    const struct told_orders *told = oracle->told;
    bool is_right = !oracle->lost && !oracle->doubled && !oracle->unknown && !oracle->wrong &&
                    !oracle->untold && !oracle->strange_fills && !oracle->in_ban &&
                    !oracle->unsettled && !told->twice && !told->skipped && !told->illegal &&
                    !told->orphans;
    if (!is_right)
        printf("\n    lost %u, doubled %u, unknown %u, wrong %u, fills untold %u, told of nobody's "
               "%u, twice %llu; events skipped %llu, illegal %llu; orphans %llu; in a ban %u, not "
               "settled %u", oracle->lost, oracle->doubled, oracle->unknown, oracle->wrong,
               oracle->untold, oracle->strange_fills, (unsigned long long)told->twice,
               (unsigned long long)told->skipped, (unsigned long long)told->illegal,
               (unsigned long long)told->orphans, oracle->in_ban, oracle->unsettled);
    return is_right;
}

#endif
