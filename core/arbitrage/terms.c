/* What do a market's rules and a venue's balances come to, in the units of its symbol? */
#include "arbitrage/way.h"

#include <string.h>

bool cmb_wide_of(const struct cambist_decimal *value, unsigned scale, enum cmb_rounding rounding,
                 cmb_wide *ret)
{
    struct cambist_decimal unit = cmb_wide_decimal(1, scale), rounded;
    if (cmb_decimal_round(value, &unit, rounding, &rounded) != CMB_NUMBER_FINE ||
        rounded.exponent != unit.exponent || cmb_decimal_is_negative(&rounded))
        return false;
    *ret = cmb_wide_bits_of(&rounded);
    return true;
}

/* A count for what a rule may leave out: `otherwise` where it does, or where it does not fit. */
static cmb_wide limit_of(const struct cambist_decimal *value, unsigned scale,
                         enum cmb_rounding rounding, cmb_wide otherwise)
{
    cmb_wide count;
    return cmb_wide_of(value, scale, rounding, &count) ? count : otherwise;
}

static int64_t small_limit_of(const struct cambist_decimal *value, unsigned scale,
                              enum cmb_rounding rounding, int64_t otherwise)
{
    cmb_wide count = limit_of(value, scale, rounding, otherwise);
    return count > INT64_MAX ? otherwise : (int64_t)count;
}

/* ---- scales ---- */

static unsigned digits_of(const struct cambist_decimal *value)
{
    return value->is_set && value->exponent < 0 ? (unsigned)-value->exponent : 0;
}

static void raise(unsigned *scale, unsigned to)
{
    *scale = to > *scale ? to : *scale;
}

static void find_scales(const struct cmb_arbitrage *arbitrage, struct cmb_symbol *symbol)
{
    symbol->price_scale = symbol->amount_scale = symbol->fee_scale = 0;
    for (uint32_t slot = 0; slot < symbol->count; slot++) {
        const struct cmb_place *place = &arbitrage->places[symbol->places[slot]];
        raise(&symbol->price_scale, place->price_scale);
        raise(&symbol->price_scale, digits_of(&place->market->tick_size));
        raise(&symbol->amount_scale, place->amount_scale);
        raise(&symbol->amount_scale, digits_of(&place->market->lot_size));
        raise(&symbol->fee_scale, digits_of(&place->taker));
    }
}

/* ---- terms ---- */

/* A step that is zero says nothing; one that does not fit makes the place useless. */
static int64_t step_of(const struct cambist_decimal *step, unsigned scale, bool *is_usable)
{
    cmb_wide count;
    if (!step->is_set || cmb_decimal_is_zero(step))
        return 1;
    *is_usable &= cmb_wide_of(step, scale, CMB_ROUND_UP, &count) && count <= INT64_MAX;
    return *is_usable ? (int64_t)count : 1;
}

static bool set_fee(struct cmb_terms *terms, const struct cmb_symbol *symbol,
                    const struct cambist_decimal *taker)
{
    int64_t one = cmb_powers_of_ten[symbol->fee_scale], fee;
    if (cmb_decimal_to_scaled(taker, symbol->fee_scale, &fee) != CMB_NUMBER_FINE || fee >= one ||
        fee <= -one)
        return false;
    terms->pay = one + fee;
    terms->get = one - fee;
    return true;
}

static void settle_terms(const struct cmb_symbol *symbol, struct cmb_place *place)
{
    const struct cambist_market *market = place->market;
    struct cmb_terms *terms = &place->terms;
    unsigned cost_scale = symbol->price_scale + symbol->amount_scale;
    unsigned price_by = symbol->price_scale - place->price_scale;
    unsigned amount_by = symbol->amount_scale - place->amount_scale;
    *terms = (struct cmb_terms){ .is_usable = symbol->fee_scale <= CMB_FEE_DIGITS_MOST &&
                                              symbol->price_scale <= CMB_SCALED_SCALE_MOST &&
                                              symbol->amount_scale <= CMB_SCALED_SCALE_MOST };
    if (!terms->is_usable || !set_fee(terms, symbol, &place->taker)) {
        terms->is_usable = false;
        return;
    }
    terms->price_by = cmb_powers_of_ten[price_by];
    terms->amount_by = cmb_powers_of_ten[amount_by];
    terms->tick = step_of(&market->tick_size, symbol->price_scale, &terms->is_usable);
    terms->lot = step_of(&market->lot_size, symbol->amount_scale, &terms->is_usable);
    terms->amount_least = small_limit_of(&market->min_amount, symbol->amount_scale, CMB_ROUND_UP,
                                         market->min_amount.is_set ? INT64_MAX : 0);
    terms->amount_most = small_limit_of(&market->max_amount, symbol->amount_scale, CMB_ROUND_DOWN,
                                        INT64_MAX);
    terms->cost_least = limit_of(&market->min_cost, cost_scale, CMB_ROUND_UP,
                                 market->min_cost.is_set ? CMB_WIDE_MOST : 0);
    terms->cost_most = limit_of(&market->max_cost, cost_scale, CMB_ROUND_DOWN, CMB_WIDE_MOST);
}

/* Exchanges that state a largest order of 0 mean that they state none. */
static void forgive_zero_limits(struct cmb_terms *terms)
{
    if (terms->amount_most == 0)
        terms->amount_most = INT64_MAX;
    if (terms->cost_most == 0)
        terms->cost_most = CMB_WIDE_MOST;
}

void cmb_symbol_settle(struct cmb_arbitrage *arbitrage, struct cmb_symbol *symbol)
{
    find_scales(arbitrage, symbol);
    for (uint32_t slot = 0; slot < symbol->count; slot++) {
        struct cmb_place *place = &arbitrage->places[symbol->places[slot]];
        settle_terms(symbol, place);
        forgive_zero_limits(&place->terms);
        place->levels_asked = 0;
        cmb_screen_settle(arbitrage, symbol, place);
        cmb_screen_set(symbol, place);
        cmb_place_settle_balance(arbitrage, place);
        for (uint32_t i = 0; i < place->round_count; i++)
            cmb_round_settle(arbitrage, &arbitrage->routes[place->rounds[i]]);
    }
}

/* ---- balances ---- */

struct cmb_purse *cmb_purse_find(const struct cmb_venue *venue, const char *currency)
{
    for (uint32_t i = 0; currency && i < venue->purse_count; i++)
        if (strcmp(venue->purses[i].currency, currency) == 0)
            return &venue->purses[i];
    return NULL;
}

/* What of a currency may be spent, at a scale; nothing, when in doubt. */
static cmb_wide free_of(const struct cmb_venue *venue, const char *currency, unsigned scale)
{
    const struct cmb_purse *purse = cmb_purse_find(venue, currency);
    struct cambist_decimal left;
    if (!purse || !purse->free.is_set)
        return 0;
    if (!purse->held.is_set)
        return limit_of(&purse->free, scale, CMB_ROUND_DOWN, 0);
    if (cmb_decimal_subtract(&purse->free, &purse->held, &left) != CMB_NUMBER_FINE)
        return 0;
    return limit_of(&left, scale, CMB_ROUND_DOWN, 0);
}

/* What may be paid before the fee that comes on top: cost * pay <= quote * one. */
static cmb_wide before_fee(cmb_wide quote, const struct cmb_terms *terms, int64_t one)
{
    cmb_wide product;
    if (__builtin_mul_overflow(quote, (cmb_wide)one, &product))
        return quote / terms->pay * one;
    return product / terms->pay;
}

static cmb_wide least_of(cmb_wide a, cmb_wide b)
{
    return a < b ? a : b;
}

void cmb_place_settle_balance(struct cmb_arbitrage *arbitrage, struct cmb_place *place)
{
    const struct cmb_symbol *symbol = &arbitrage->symbols[place->symbol];
    const struct cmb_venue *venue = &arbitrage->venues[place->venue];
    unsigned cost_scale = symbol->price_scale + symbol->amount_scale;
    cmb_wide quote = limit_of(&arbitrage->rules.cost_most, cost_scale, CMB_ROUND_DOWN,
                              CMB_WIDE_MOST);
    cmb_wide base = INT64_MAX;
    if (!place->terms.is_usable)
        return;
    if (venue->has_balances) {
        int64_t one = cmb_powers_of_ten[symbol->fee_scale];
        base = free_of(venue, place->market->base, symbol->amount_scale);
        quote = least_of(quote, before_fee(free_of(venue, place->market->quote, cost_scale),
                                           &place->terms, one));
    }
    place->quote_free = least_of(quote, place->terms.cost_most);
    place->base_free = (int64_t)least_of(base, INT64_MAX);
}
