/* May three orders that go round one exchange earn anything?
 *
 * The product of what the legs sell at against the product of what they buy at, in rough numbers
 * (rough.h).  What is asked whether it may pay is rounded in its favour, so that nothing is hidden;
 * what is asked whether it surely pays, against it.
 */
#include "arbitrage/way.h"

enum { LEGS = 3 };

static const struct cmb_place *place_of(const struct cmb_arbitrage *arbitrage,
                                        const struct cmb_route *route, int leg)
{
    return &arbitrage->places[route->places[leg]];
}

/* A round pays when what it sells at, times this, is at least what it buys at: prices as the books
 * of the places, or of their symbols, count them. */
static struct cmb_rough factor_of(const struct cmb_arbitrage *arbitrage,
                                  const struct cmb_route *route, bool is_of_symbols, bool is_up)
{
    struct cmb_rough factor = cmb_rough_of(CMB_PPM, is_up);
    factor = cmb_rough_over(
        factor, cmb_rough_of((cmb_wide_bits)(CMB_PPM + arbitrage->rules.edge_least_ppm), !is_up),
        is_up);
    for (int leg = 0; leg < LEGS; leg++) {
        const struct cmb_place *place = place_of(arbitrage, route, leg);
        const struct cmb_symbol *symbol = &arbitrage->symbols[place->symbol];
        cmb_wide_bits one = (cmb_wide_bits)cmb_powers_of_ten[symbol->fee_scale];
        cmb_wide_bits kept = (cmb_wide_bits)place->terms.get;
        unsigned scale = is_of_symbols ? symbol->price_scale : place->price_scale;
        cmb_wide_bits units = (cmb_wide_bits)cmb_powers_of_ten[scale];
        factor = cmb_rough_times(factor, cmb_rough_of(kept, is_up), is_up);
        factor = cmb_rough_over(factor, cmb_rough_of(one, !is_up), is_up);
        factor = route->is_buy[leg]
                     ? cmb_rough_times(factor, cmb_rough_of(units, is_up), is_up)
                     : cmb_rough_over(factor, cmb_rough_of(units, !is_up), is_up);
    }
    return factor;
}

static bool is_usable(const struct cmb_arbitrage *arbitrage, const struct cmb_route *route)
{
    for (int leg = 0; leg < LEGS; leg++)
        if (!place_of(arbitrage, route, leg)->terms.is_usable)
            return false;
    return true;
}

void cmb_round_settle(const struct cmb_arbitrage *arbitrage, struct cmb_route *route)
{
    route->factor = route->sure_factor = (struct cmb_rough){ 0, 0 };
    if (!is_usable(arbitrage, route))
        return;
    route->factor = factor_of(arbitrage, route, /* is_of_symbols= */ false, /* is_up= */ true);
    route->sure_factor = factor_of(arbitrage, route, true, false);
}

/* What the legs that sell bring, times the factor, beside what the legs that buy cost. */
static void weigh(const struct cmb_route *route, struct cmb_rough factor, const int64_t *prices,
                  bool is_up, struct cmb_rough *ret_sold, struct cmb_rough *ret_bought)
{
    *ret_sold = factor;
    *ret_bought = cmb_rough_of(1, !is_up);
    for (int leg = 0; leg < LEGS; leg++) {
        cmb_wide_bits price = (cmb_wide_bits)prices[leg];
        if (route->is_buy[leg])
            *ret_bought = cmb_rough_times(*ret_bought, cmb_rough_of(price, !is_up), !is_up);
        else
            *ret_sold = cmb_rough_times(*ret_sold, cmb_rough_of(price, is_up), is_up);
    }
}

bool cmb_round_may_pay(const struct cmb_arbitrage *arbitrage, const struct cmb_route *route)
{
    int64_t prices[LEGS];
    struct cmb_rough sold, bought;
    for (int leg = 0; leg < LEGS; leg++) {
        const struct cmb_place *place = place_of(arbitrage, route, leg);
        const struct cmb_scaled_level *best =
            route->is_buy[leg] ? &place->best.ask : &place->best.bid;
        if (!place->is_live || best->amount <= 0 || best->price <= 0)
            return false;
        prices[leg] = best->price;
    }
    weigh(route, route->factor, prices, /* is_up= */ true, &sold, &bought);
    return cmb_rough_is_at_least(sold, bought);
}

bool cmb_round_surely_pays(const struct cmb_route *route, const int64_t *prices)
{
    struct cmb_rough sold, bought;
    weigh(route, route->sure_factor, prices, /* is_up= */ false, &sold, &bought);
    return !cmb_rough_is_at_least(bought, sold);
}
