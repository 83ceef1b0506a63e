/* What has become of the orders of a route, and what follows from that? */
#include "arbitrage/legs.h"

static const char *const state_names[] = {
#define X(NAME, number, text) [number] = text,
    CAMBIST_LEG_LIST(X)
#undef X
};

const char *cambist_leg_state_name(uint32_t state)
{
    return state < sizeof state_names / sizeof *state_names && state_names[state]
               ? state_names[state] : "?";
}

/* ---- numbers ---- */

static const struct cambist_decimal zero = { .is_set = 1 };

static struct cambist_decimal value_of(struct cambist_decimal value)
{
    return value.is_set ? value : zero;
}

/* Of what does not fit nothing is known: it is absent, and so is all that is made of it. */
static struct cambist_decimal sum(struct cambist_decimal a, struct cambist_decimal b)
{
    struct cambist_decimal result = { 0 };
    (void)cmb_decimal_add(&a, &b, &result);
    return result;
}

static struct cambist_decimal difference(struct cambist_decimal a, struct cambist_decimal b)
{
    struct cambist_decimal result = { 0 };
    (void)cmb_decimal_subtract(&a, &b, &result);
    return result;
}

static struct cambist_decimal product(struct cambist_decimal a, struct cambist_decimal b)
{
    struct cambist_decimal result = { 0 };
    (void)cmb_decimal_multiply(&a, &b, &result);
    return result;
}

/* ---- one leg ---- */

void cmb_leg_set(struct cmb_leg *leg, const struct cmb_order *order)
{
    leg->life = order->life;
    leg->filled = order->filled;
    leg->is_settled = cmb_order_is_settled(order);
}

static bool is_currency(const char *a, const char *b)
{
    return a && b && cmb_text_is(cmb_text_of(a), cmb_text_of(b));
}

static struct cambist_decimal fee_of(const struct cmb_leg *leg, const struct cambist_trade *trade,
                                     const struct cambist_market *market,
                                     struct cambist_decimal cost)
{
    if (trade->fee_cost.is_set && is_currency(trade->fee_currency, market->quote))
        return trade->fee_cost;
    if (trade->fee_cost.is_set && is_currency(trade->fee_currency, market->base))
        return product(trade->fee_cost, trade->price);
    return product(cost, value_of(leg->taker));
}

void cmb_leg_add_trade(struct cmb_leg *leg, const struct cambist_trade *trade,
                       const struct cambist_market *market)
{
    struct cambist_decimal cost = product(trade->price, trade->amount);
    leg->counted = sum(value_of(leg->counted), trade->amount);
    leg->cost = sum(value_of(leg->cost), cost);
    leg->fee = sum(value_of(leg->fee), fee_of(leg, trade, market, cost));
}

uint32_t cmb_leg_state(const struct cmb_leg *leg)
{
    if (leg->life == CAMBIST_LIFE_UNKNOWN)
        return CAMBIST_LEG_UNKNOWN;
    if (!leg->is_answered || (leg->life && !leg->is_settled))
        return CAMBIST_LEG_UNDER_WAY;
    struct cambist_decimal filled = value_of(leg->filled);
    if (cmb_decimal_is_zero(&filled))
        return CAMBIST_LEG_NOTHING;
    return cmb_decimal_compare(&filled, &leg->amount) >= 0 ? CAMBIST_LEG_FILLED
                                                           : CAMBIST_LEG_PARTIAL;
}

/* So much was filled of which no trade was told. */
static struct cambist_decimal untold_of(const struct cmb_leg *leg)
{
    return product(difference(value_of(leg->filled), value_of(leg->counted)),
                   value_of(leg->price));
}

struct cambist_decimal cmb_leg_cost(const struct cmb_leg *leg)
{
    return sum(value_of(leg->cost), untold_of(leg));
}

struct cambist_decimal cmb_leg_fee(const struct cmb_leg *leg)
{
    return sum(value_of(leg->fee), product(untold_of(leg), value_of(leg->taker)));
}

/* ---- all of them ---- */

static bool is_over(const struct cmb_leg *leg)
{
    return leg->is_answered && cmb_leg_state(leg) >= CAMBIST_LEG_FILLED;
}

enum cmb_legs_step cmb_legs_next(const struct cmb_legs *legs)
{
    for (uint32_t i = 0; i < legs->count; i++)
        if (!is_over(&legs->legs[i]))
            return CMB_LEGS_WAIT;
    struct cambist_decimal open = cmb_legs_open(legs);
    bool is_even = open.is_set && cmb_decimal_is_zero(&open);
    return is_even || legs->count == CAMBIST_ARBITRAGE_LEGS_MOST ? CMB_LEGS_END : CMB_LEGS_CLOSE;
}

bool cmb_legs_is_doubtful(const struct cmb_legs *legs)
{
    for (uint32_t i = 0; i < legs->count; i++)
        if (cmb_leg_state(&legs->legs[i]) == CAMBIST_LEG_UNKNOWN)
            return true;
    return false;
}

struct cambist_decimal cmb_legs_open(const struct cmb_legs *legs)
{
    struct cambist_decimal open = zero;
    for (uint32_t i = 0; i < legs->count; i++) {
        struct cambist_decimal filled = value_of(legs->legs[i].filled);
        open = legs->legs[i].side == CAMBIST_SIDE_BUY ? sum(open, filled)
                                                      : difference(open, filled);
    }
    return open;
}

struct cambist_decimal cmb_legs_profit(const struct cmb_legs *legs)
{
    struct cambist_decimal profit = zero, open = cmb_legs_open(legs);
    if (!open.is_set || !cmb_decimal_is_zero(&open))
        return (struct cambist_decimal){ 0 };
    for (uint32_t i = 0; i < legs->count; i++) {
        const struct cmb_leg *leg = &legs->legs[i];
        struct cambist_decimal cost = cmb_leg_cost(leg);
        profit = leg->side == CAMBIST_SIDE_BUY ? difference(profit, cost) : sum(profit, cost);
        profit = difference(profit, cmb_leg_fee(leg));
    }
    return profit;
}
