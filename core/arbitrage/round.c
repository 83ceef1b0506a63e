/* What would three orders earn that go round one exchange, exactly?
 *
 * What each leg brings is what the next one has; the fee is taken off what is brought, amounts are
 * cut down to lots, and what the lots leave over counts for nothing.
 */
#include "arbitrage/way.h"

enum { DIGITS = 18, LEGS = 3 };

/* ---- one leg, exactly ---- */

/* A leg with the levels that it meets. */
struct leg {
    struct cmb_place *place;
    const struct cmb_symbol *symbol;
    const struct cmb_scaled_level *levels;
    size_t count;
    bool is_buy;
    struct cambist_decimal kept; /* one less the fee */
    cmb_wide hold_most;          /* what its order may hold back; 0: what the leg before brought */
};

static struct leg leg_of(struct cmb_arbitrage *arbitrage, const struct cmb_route *route, int i)
{
    struct cmb_place *place = &arbitrage->places[route->places[i]];
    const struct cmb_symbol *symbol = &arbitrage->symbols[place->symbol];
    cmb_place_read(place, CMB_ARBITRAGE_DEPTH);
    return (struct leg){ .place = place, .symbol = symbol,
                         .is_buy = route->is_buy[i],
                         .levels = route->is_buy[i] ? place->asks : place->bids,
                         .count = route->is_buy[i] ? place->ask_count : place->bid_count,
                         .kept = cmb_wide_decimal(place->terms.get, symbol->fee_scale) };
}

static unsigned cost_scale_of(const struct leg *leg)
{
    return leg->symbol->price_scale + leg->symbol->amount_scale;
}

static cmb_wide least(cmb_wide a, cmb_wide b)
{
    return a < b ? a : b;
}

/* What is left to be taken at a price: what it costs is there, and so is what a limit order at this
 * price holds back. */
static cmb_wide room_at(const struct leg *leg, int64_t price, int64_t amount, cmb_wide money,
                        cmb_wide cost)
{
    return leg->is_buy ? least((money - cost) / price, leg->hold_most / price - amount)
                       : INT64_MAX;
}

/* Takes levels for at most `amount_most`, or for `money` where it buys. */
static int64_t take(const struct leg *leg, int64_t amount_most, cmb_wide money, cmb_wide *ret_cost,
                    int64_t *ret_price)
{
    int64_t amount = 0;
    *ret_cost = 0;
    for (size_t i = 0; i < leg->count && leg->levels[i].price > 0; i++) {
        int64_t price = leg->levels[i].price;
        cmb_wide room = least(room_at(leg, price, amount, money, *ret_cost), amount_most - amount);
        int64_t piece = (int64_t)least(leg->levels[i].amount, room);
        if (piece <= 0)
            break;
        amount += piece;
        *ret_cost += (cmb_wide)piece * price;
        *ret_price = price;
    }
    return amount;
}

static bool meets_rules(const struct cmb_terms *terms, int64_t amount, cmb_wide cost)
{
    return amount > 0 && amount >= terms->amount_least && amount <= terms->amount_most &&
           cost >= terms->cost_least && cost <= terms->cost_most;
}

/* What the leg makes of `input`.  False where it breaks a rule of its market. */
static bool pass(struct leg *leg, const struct cambist_decimal *input,
                 struct cmb_found_leg *ret, struct cambist_decimal *ret_output)
{
    const struct cmb_terms *terms = &leg->place->terms;
    unsigned scale = leg->is_buy ? cost_scale_of(leg) : leg->symbol->amount_scale;
    cmb_wide have, cost;
    if (!cmb_wide_of(input, scale, CMB_ROUND_DOWN, &have) || have <= 0)
        return false;
    int64_t price = 0, most = leg->is_buy ? INT64_MAX : (int64_t)least(have, INT64_MAX);
    if (!leg->hold_most)
        leg->hold_most = have;
    int64_t amount = take(leg, most, have, &cost, &price);
    if (amount % terms->lot)
        amount = take(leg, amount - amount % terms->lot, have, &cost, &price);
    if (price % terms->tick || !meets_rules(terms, amount, cost))
        return false;
    ret->amount = cmb_wide_decimal(amount, leg->symbol->amount_scale);
    ret->price = cmb_wide_decimal(price, leg->symbol->price_scale);
    ret->turnover = cmb_wide_decimal(cost, cost_scale_of(leg));
    return cmb_decimal_multiply(leg->is_buy ? &ret->amount : &ret->turnover, &leg->kept,
                                ret_output) == CMB_NUMBER_FINE;
}

/* ---- how much to begin with ---- */

/* How far into the three books the pieces reach, each piece as large as the smallest level. */
struct reach {
    struct leg legs[LEGS];
    size_t at[LEGS];
    int64_t used[LEGS], prices[LEGS];
    struct cambist_decimal rates[LEGS]; /* what one of the beginning is, before the leg */
    struct cambist_decimal start;
};

static bool shorten(struct cambist_decimal *value)
{
    struct cambist_decimal one = cmb_wide_decimal(1, 0);
    return cmb_decimal_divide(value, &one, DIGITS, value) == CMB_NUMBER_FINE;
}

static bool over(const struct cambist_decimal *a, const struct cambist_decimal *b,
                 struct cambist_decimal *ret)
{
    return cmb_decimal_divide(a, b, DIGITS, ret) == CMB_NUMBER_FINE;
}

static bool times(const struct cambist_decimal *a, const struct cambist_decimal *b,
                  struct cambist_decimal *ret)
{
    return cmb_decimal_multiply(a, b, ret) == CMB_NUMBER_FINE && shorten(ret);
}

/* The levels where it stands now; false: a book ends here. */
static bool set_prices(struct reach *reach)
{
    for (int i = 0; i < LEGS; i++) {
        const struct leg *leg = &reach->legs[i];
        if (reach->at[i] >= leg->count || leg->levels[reach->at[i]].price <= 0)
            return false;
        reach->prices[i] = leg->levels[reach->at[i]].price;
    }
    return true;
}

static bool set_rates(struct reach *reach)
{
    struct cambist_decimal rate = cmb_wide_decimal(1, 0);
    for (int i = 0; i < LEGS; i++) {
        const struct leg *leg = &reach->legs[i];
        struct cambist_decimal price = cmb_wide_decimal(reach->prices[i], leg->symbol->price_scale);
        reach->rates[i] = rate;
        if (!times(&rate, &leg->kept, &rate) ||
            !(leg->is_buy ? over(&rate, &price, &rate) : times(&rate, &price, &rate)))
            return false;
    }
    return true;
}

/* What a level's rest comes to in what the round begins with. */
static bool room_of(const struct reach *reach, int i, struct cambist_decimal *ret)
{
    const struct leg *leg = &reach->legs[i];
    int64_t left = leg->levels[reach->at[i]].amount - reach->used[i];
    cmb_wide input = leg->is_buy ? (cmb_wide)left * reach->prices[i] : left;
    unsigned scale = leg->is_buy ? cost_scale_of(leg) : leg->symbol->amount_scale;
    struct cambist_decimal room = cmb_wide_decimal(input, scale);
    return over(&room, &reach->rates[i], ret);
}

/* Counts a piece off a level; the leg that it was cut for has used its own up. */
static bool use(struct reach *reach, int i, const struct cambist_decimal *piece, bool is_tight)
{
    const struct leg *leg = &reach->legs[i];
    struct cambist_decimal input, price = cmb_wide_decimal(reach->prices[i],
                                                           leg->symbol->price_scale);
    if (!times(piece, &reach->rates[i], &input) || (leg->is_buy && !over(&input, &price, &input)))
        return false;
    int64_t left = leg->levels[reach->at[i]].amount - reach->used[i];
    cmb_wide amount;
    if (!cmb_wide_of(&input, leg->symbol->amount_scale, CMB_ROUND_DOWN, &amount))
        return false;
    if (is_tight || amount >= left) {
        reach->at[i]++;
        reach->used[i] = 0;
    } else {
        reach->used[i] += (int64_t)amount;
    }
    return true;
}

static bool add_piece(struct reach *reach)
{
    struct cambist_decimal piece = { 0 }, room;
    int tight = 0;
    if (!set_rates(reach))
        return false;
    for (int i = 0; i < LEGS; i++) {
        if (!room_of(reach, i, &room))
            return false;
        if (i && cmb_decimal_compare(&room, &piece) >= 0)
            continue;
        piece = room;
        tight = i;
    }
    for (int i = 0; i < LEGS; i++)
        if (!use(reach, i, &piece, i == tight))
            return false;
    return cmb_decimal_add(&reach->start, &piece, &reach->start) == CMB_NUMBER_FINE;
}

/* What balances and settings allow to begin with. */
static struct cambist_decimal start_most(const struct leg *leg)
{
    return leg->is_buy ? cmb_wide_decimal(leg->place->quote_free, cost_scale_of(leg))
                       : cmb_wide_decimal(leg->place->base_free, leg->symbol->amount_scale);
}

static bool find_start(const struct cmb_arbitrage *arbitrage, const struct cmb_route *route,
                       struct reach *reach)
{
    struct cambist_decimal most = start_most(&reach->legs[0]);
    reach->start = cmb_wide_decimal(0, 0);
    while (set_prices(reach) && cmb_round_surely_pays(arbitrage, route, reach->prices)) {
        if (!add_piece(reach))
            return false;
        if (cmb_decimal_compare(&reach->start, &most) >= 0) {
            reach->start = most;
            break;
        }
    }
    return true;
}

/* ---- the round ---- */

static bool weigh(const struct cmb_arbitrage *arbitrage, const struct leg *first,
                  const struct cambist_decimal *output, struct cmb_found *ret)
{
    struct cambist_decimal millions, edge, unit = cmb_wide_decimal(1, 0);
    const struct cambist_decimal million = cmb_wide_decimal(CMB_PPM, 0);
    ret->cost = first->is_buy ? ret->legs[0].turnover : ret->legs[0].amount;
    if (cmb_decimal_subtract(output, &ret->cost, &ret->profit) != CMB_NUMBER_FINE ||
        cmb_decimal_is_negative(&ret->profit) || cmb_decimal_is_zero(&ret->profit) ||
        cmb_decimal_multiply(&ret->profit, &million, &millions) != CMB_NUMBER_FINE ||
        cmb_decimal_divide(&millions, &ret->cost, CMB_DECIMAL_DIGITS_MOST, &edge) !=
            CMB_NUMBER_FINE ||
        cmb_decimal_round(&edge, &unit, CMB_ROUND_DOWN, &edge) != CMB_NUMBER_FINE)
        return false;
    ret->edge_ppm = (int64_t)edge.low;
    return ret->edge_ppm >= arbitrage->rules.edge_least_ppm;
}

bool cmb_round_find(struct cmb_arbitrage *arbitrage, const struct cmb_route *route,
                    struct cmb_found *ret)
{
    struct reach reach = { .at = { 0 } };
    struct cambist_decimal carried;
    for (int i = 0; i < LEGS; i++)
        reach.legs[i] = leg_of(arbitrage, route, i);
    reach.legs[0].hold_most = reach.legs[0].place->quote_free;
    if (!find_start(arbitrage, route, &reach)) {
        arbitrage->too_large++;
        return false;
    }
    carried = reach.start;
    for (int i = 0; i < LEGS; i++)
        if (!pass(&reach.legs[i], &carried, &ret->legs[i], &carried))
            return false;
    return weigh(arbitrage, &reach.legs[0], &carried, ret);
}
