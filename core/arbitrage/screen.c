/* May there be anything at all?
 *
 * For each place the best bid less its fee and the best ask with its fee (and with the edge that is
 * asked for) stand at one scale: in ticks of the symbol, divided by 1,024.  Bids are rounded up and
 * asks down, what is too large is the largest there is on both sides, and equal numbers are let
 * through: so the screen may let through what the exact look refuses, and never the other way.
 */
#include "arbitrage/way.h"

enum { DIGITS_MOST = 9 };

#define ONE   ((cmb_wide_bits)1 << 32) /* of a multiplier */
#define SHIFT 22u

#define NO_BID INT64_MIN
#define NO_ASK INT64_MAX

/* by * factor / one, as a count of 1 / ONE. */
static cmb_wide_bits multiplier(uint64_t by, cmb_wide_bits factor, cmb_wide_bits one, bool is_up)
{
    cmb_wide_bits product = factor * by * ONE;
    return product / one + (is_up && product % one != 0);
}

void cmb_screen_settle(const struct cmb_arbitrage *arbitrage, const struct cmb_symbol *symbol,
                       struct cmb_place *place)
{
    struct cmb_terms *terms = &place->terms;
    if (!terms->is_usable)
        return;
    cmb_wide_bits one = (cmb_wide_bits)cmb_powers_of_ten[symbol->fee_scale];
    cmb_wide_bits edge = (cmb_wide_bits)(CMB_PPM + arbitrage->rules.edge_least_ppm);
    terms->is_blind = terms->price_by > cmb_powers_of_ten[DIGITS_MOST];
    if (terms->is_blind)
        return;
    uint64_t by = (uint64_t)terms->price_by;
    cmb_wide_bits pay = (cmb_wide_bits)terms->pay * edge, get = (cmb_wide_bits)terms->get;
    terms->ask_by = (uint64_t)multiplier(by, pay, one * CMB_PPM, /* is_up= */ false);
    terms->bid_by = (uint64_t)multiplier(by, get, one, /* is_up= */ true);
}

static int64_t scale(int64_t price, uint64_t by, unsigned up)
{
    cmb_wide_bits scaled = ((cmb_wide_bits)(uint64_t)price * by >> SHIFT) + up;
    return scaled > INT64_MAX ? INT64_MAX : (int64_t)scaled;
}

void cmb_screen_set(struct cmb_symbol *symbol, const struct cmb_place *place)
{
    const struct cmb_terms *terms = &place->terms;
    const struct cmb_scaled_level *bid = &place->best.bid, *ask = &place->best.ask;
    bool is_usable = place->is_live && terms->is_usable;
    symbol->bids[place->slot] = NO_BID;
    symbol->asks[place->slot] = NO_ASK;
    if (is_usable && bid->amount > 0 && bid->price > 0)
        symbol->bids[place->slot] =
            terms->is_blind ? INT64_MAX : scale(bid->price, terms->bid_by, /* up= */ 1);
    if (is_usable && ask->amount > 0 && ask->price > 0)
        symbol->asks[place->slot] =
            terms->is_blind ? 0 : scale(ask->price, terms->ask_by, /* up= */ 0);
}

uint64_t cmb_screen_buyers(const struct cmb_symbol *symbol, uint32_t slot)
{
    int64_t bid = symbol->bids[slot];
    uint64_t mask = 0;
    for (uint32_t i = 0; i < symbol->count; i++)
        mask |= (uint64_t)(symbol->asks[i] <= bid) << i;
    return mask & ~((uint64_t)1 << slot);
}

uint64_t cmb_screen_sellers(const struct cmb_symbol *symbol, uint32_t slot)
{
    int64_t ask = symbol->asks[slot];
    uint64_t mask = 0;
    for (uint32_t i = 0; i < symbol->count; i++)
        mask |= (uint64_t)(symbol->bids[i] >= ask) << i;
    return mask & ~((uint64_t)1 << slot);
}
