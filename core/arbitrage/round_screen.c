/* May three orders that go round one exchange earn anything?
 *
 * The product of what the legs sell at against the product of what they buy at, in numbers of 31
 * bits.  What is asked whether it may pay is rounded in its favour, so that nothing is hidden; what
 * is asked whether it surely pays, against it.
 */
#include "arbitrage/way.h"

enum { ROUGH_BITS = 31, LEGS = 3 };

/* ---- rough numbers ---- */

static struct cmb_rough rough_of(cmb_wide_bits value, bool is_up)
{
    struct cmb_rough rough = { 0 };
    if (!value)
        return rough;
    int width = value >> 64 ? 128 - __builtin_clzll((uint64_t)(value >> 64))
                            : 64 - __builtin_clzll((uint64_t)value);
    rough.power = width - ROUGH_BITS;
    if (rough.power <= 0) {
        rough.bits = (uint64_t)value << -rough.power;
        return rough;
    }
    rough.bits = (uint64_t)(value >> rough.power);
    bool is_cut = (cmb_wide_bits)rough.bits << rough.power != value;
    if (is_up && is_cut && ++rough.bits >> ROUGH_BITS) {
        rough.bits >>= 1;
        rough.power++;
    }
    return rough;
}

static struct cmb_rough rough_times(struct cmb_rough a, struct cmb_rough b, bool is_up)
{
    struct cmb_rough product = rough_of(a.bits * b.bits, is_up);
    product.power += a.power + b.power;
    return product;
}

static struct cmb_rough rough_over(struct cmb_rough a, struct cmb_rough b, bool is_up)
{
    uint64_t bits = a.bits << ROUGH_BITS;
    uint64_t quotient = bits / b.bits + (is_up && bits % b.bits != 0);
    struct cmb_rough rough = rough_of(quotient, is_up);
    rough.power += a.power - b.power - ROUGH_BITS;
    return rough;
}

static bool is_at_least(struct cmb_rough a, struct cmb_rough b)
{
    if (!a.bits || !b.bits)
        return !b.bits;
    return a.power != b.power ? a.power > b.power : a.bits >= b.bits;
}

/* ---- the screen ---- */

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
    struct cmb_rough factor = rough_of(CMB_PPM, is_up);
    factor = rough_over(
        factor, rough_of((cmb_wide_bits)(CMB_PPM + arbitrage->rules.edge_least_ppm), !is_up),
        is_up);
    for (int leg = 0; leg < LEGS; leg++) {
        const struct cmb_place *place = place_of(arbitrage, route, leg);
        const struct cmb_symbol *symbol = &arbitrage->symbols[place->symbol];
        struct cmb_rough one = rough_of((cmb_wide_bits)cmb_powers_of_ten[symbol->fee_scale], !is_up);
        unsigned scale = is_of_symbols ? symbol->price_scale : place->price_scale;
        int64_t units = cmb_powers_of_ten[scale];
        factor = rough_times(factor, rough_of((cmb_wide_bits)place->terms.get, is_up), is_up);
        factor = rough_over(factor, one, is_up);
        factor = route->is_buy[leg]
                     ? rough_times(factor, rough_of((cmb_wide_bits)units, is_up), is_up)
                     : rough_over(factor, rough_of((cmb_wide_bits)units, !is_up), is_up);
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
    route->factor = is_usable(arbitrage, route)
                        ? factor_of(arbitrage, route, false, /* is_up= */ true)
                        : (struct cmb_rough){ 0 };
}

static bool pays(const struct cmb_route *route, struct cmb_rough factor, const int64_t *prices,
                 bool is_up)
{
    struct cmb_rough sold = factor, bought = { 1 << (ROUGH_BITS - 1), 1 - ROUGH_BITS };
    for (int leg = 0; leg < LEGS; leg++) {
        cmb_wide_bits price = (cmb_wide_bits)prices[leg];
        if (route->is_buy[leg])
            bought = rough_times(bought, rough_of(price, !is_up), !is_up);
        else
            sold = rough_times(sold, rough_of(price, is_up), is_up);
    }
    return is_at_least(sold, bought);
}

bool cmb_round_may_pay(const struct cmb_arbitrage *arbitrage, const struct cmb_route *route)
{
    int64_t prices[LEGS];
    for (int leg = 0; leg < LEGS; leg++) {
        const struct cmb_place *place = place_of(arbitrage, route, leg);
        const struct cmb_scaled_level *best =
            route->is_buy[leg] ? &place->best.ask : &place->best.bid;
        if (!place->is_live || best->amount <= 0 || best->price <= 0)
            return false;
        prices[leg] = best->price;
    }
    return pays(route, route->factor, prices, /* is_up= */ true);
}

bool cmb_round_surely_pays(const struct cmb_arbitrage *arbitrage, const struct cmb_route *route,
                           const int64_t *prices)
{
    struct cmb_rough factor = factor_of(arbitrage, route, /* is_of_symbols= */ true, false);
    return pays(route, factor, prices, /* is_up= */ false);
}
