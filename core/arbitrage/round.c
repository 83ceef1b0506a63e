/* What would three orders earn that go round one exchange, exactly?
 *
 * What each leg brings is what the next one has; the fee is taken off what is brought, amounts are
 * cut down to lots, and what the lots leave over counts for nothing.  A leg that buys has money, at
 * the scale of its symbol's costs, and brings base, at that of its amounts; one that sells, the other
 * way round.
 */
#include "arbitrage/way.h"

enum { LEGS = 3 };

/* ---- legs ---- */

static struct cmb_round_leg leg_of(struct cmb_arbitrage *arbitrage, const struct cmb_route *route,
                                   int i)
{
    struct cmb_place *place = &arbitrage->places[route->places[i]];
    const struct cmb_symbol *symbol = &arbitrage->symbols[place->symbol];
    unsigned base_scale = symbol->amount_scale, cost_scale = symbol->price_scale + base_scale;
    bool is_buy = route->is_buy[i];
    cmb_place_read(place, CMB_ARBITRAGE_DEPTH);
    return (struct cmb_round_leg){ .place = place, .symbol = symbol, .is_buy = is_buy,
                                   .levels = is_buy ? place->asks : place->bids,
                                   .count = is_buy ? place->ask_count : place->bid_count,
                                   .input_scale = is_buy ? cost_scale : base_scale,
                                   .output_scale = is_buy ? base_scale : cost_scale };
}

static cmb_wide least(cmb_wide a, cmb_wide b)
{
    return a < b ? a : b;
}

/* ---- one leg ---- */

/* What goes through a leg. */
struct passing {
    cmb_wide have, hold_most; /* input, and what a limit order may hold back of it */
    int64_t amount, price;
    cmb_wide cost;
};

/* What is left to be taken at a price: what it costs is there, and so is what a limit order at this
 * price holds back. */
static cmb_wide room_at(const struct cmb_round_leg *leg, const struct passing *passing,
                        int64_t price)
{
    if (!leg->is_buy)
        return INT64_MAX;
    return least((passing->have - passing->cost) / price,
                 passing->hold_most / price - passing->amount);
}

static void take(const struct cmb_round_leg *leg, int64_t amount_most, struct passing *passing)
{
    passing->amount = 0;
    passing->cost = 0;
    for (size_t i = 0; i < leg->count && leg->levels[i].price > 0; i++) {
        int64_t price = leg->levels[i].price;
        cmb_wide room = least(room_at(leg, passing, price), amount_most - passing->amount);
        int64_t piece = (int64_t)least(leg->levels[i].amount, room);
        if (piece <= 0)
            return;
        passing->amount += piece;
        passing->cost += (cmb_wide)piece * price;
        passing->price = price;
    }
}

static bool meets_rules(const struct cmb_terms *terms, const struct passing *passing)
{
    return passing->amount > 0 && passing->amount >= terms->amount_least &&
           passing->amount <= terms->amount_most && passing->cost >= terms->cost_least &&
           passing->cost <= terms->cost_most && passing->price % terms->tick == 0;
}

/* Takes what it has, in lots.  False where that breaks a rule of the market. */
static bool pass(const struct cmb_round_leg *leg, struct passing *passing,
                 struct cmb_found_leg *ret)
{
    const struct cmb_terms *terms = &leg->place->terms;
    take(leg, leg->is_buy ? INT64_MAX : (int64_t)least(passing->have, INT64_MAX), passing);
    int64_t rest = passing->amount % terms->lot;
    if (rest)
        take(leg, passing->amount - rest, passing);
    if (!meets_rules(terms, passing))
        return false;
    unsigned base_scale = leg->symbol->amount_scale;
    ret->amount = cmb_wide_decimal(passing->amount, base_scale);
    ret->price = cmb_wide_decimal(passing->price, leg->symbol->price_scale);
    ret->turnover = cmb_wide_decimal(passing->cost, leg->symbol->price_scale + base_scale);
    return true;
}

/* A count at another scale; what does not fit there any more is left out. */
static bool rescale(cmb_wide count, unsigned from, unsigned to, cmb_wide *ret)
{
    *ret = count;
    for (; from < to; from++)
        if (__builtin_mul_overflow(*ret, (cmb_wide)10, ret))
            return false;
    for (unsigned left = from - to; left;) {
        unsigned digits = left < CMB_SCALED_SCALE_MOST ? left : CMB_SCALED_SCALE_MOST;
        *ret /= cmb_powers_of_ten[digits];
        left -= digits;
    }
    return true;
}

/* ---- the round ---- */

static bool weigh(const struct cmb_arbitrage *arbitrage, const struct cmb_round_leg *first,
                  cmb_wide cost, cmb_wide output, unsigned scale, struct cmb_found *ret)
{
    unsigned common = scale > first->input_scale ? scale : first->input_scale;
    cmb_wide paid, got;
    if (!rescale(cost, first->input_scale, common, &paid) ||
        !rescale(output, scale, common, &got) || got <= paid)
        return false;
    ret->cost = cmb_wide_decimal(cost, first->input_scale);
    ret->profit = cmb_wide_decimal(got - paid, common);
    ret->edge_ppm = cmb_ppm_of(got - paid, paid);
    return ret->edge_ppm >= arbitrage->rules.edge_least_ppm;
}

/* From what a leg brings, less its fee, to what the next one has; the fee's digits stand behind. */
static bool keep(const struct cmb_round_leg *leg, const struct passing *passing, cmb_wide *ret,
                 unsigned *ret_scale)
{
    *ret_scale = leg->output_scale + leg->symbol->fee_scale;
    return !__builtin_mul_overflow(leg->is_buy ? (cmb_wide)passing->amount : passing->cost,
                                   (cmb_wide)leg->place->terms.get, ret);
}

static bool go_round(struct cmb_arbitrage *arbitrage, const struct cmb_round_leg *legs,
                     cmb_wide start, cmb_wide hold_most, struct cmb_found *ret)
{
    struct passing passing = { .have = start, .hold_most = hold_most };
    cmb_wide output = 0, cost = 0;
    unsigned scale = 0;
    for (int i = 0; i < LEGS; i++) {
        if (i && !rescale(output, scale, legs[i].input_scale, &passing.have)) {
            arbitrage->too_large++;
            return false;
        }
        if (i)
            passing.hold_most = passing.have;
        if (!pass(&legs[i], &passing, &ret->legs[i]))
            return false;
        if (!i)
            cost = legs[i].is_buy ? passing.cost : passing.amount;
        if (!keep(&legs[i], &passing, &output, &scale)) {
            arbitrage->too_large++;
            return false;
        }
    }
    return weigh(arbitrage, &legs[0], cost, output, scale, ret);
}

bool cmb_round_find(struct cmb_arbitrage *arbitrage, const struct cmb_route *route,
                    struct cmb_found *ret)
{
    struct cmb_round_leg legs[LEGS];
    for (int i = 0; i < LEGS; i++)
        legs[i] = leg_of(arbitrage, route, i);
    const struct cmb_place *first = legs[0].place;
    cmb_wide most = legs[0].is_buy ? first->quote_free : first->base_free;
    cmb_wide start = cmb_round_start(route, legs, most);
    return start > 0 && go_round(arbitrage, legs, start, most, ret);
}
