/* What does an engine hold, and what may its venues spend? */
#include "arbitrage/way.h"

#include "base/fail.h"

/* ---- balances ---- */

/* The places whose amounts depend on that currency, anew. */
static void settle(struct cmb_arbitrage *arbitrage, uint32_t venue, const char *currency)
{
    for (uint32_t i = 0; i < arbitrage->place_count; i++) {
        struct cmb_place *place = &arbitrage->places[i];
        if (place->venue == venue && (cmb_text_is(cmb_text_of(place->market->base),
                                                  cmb_text_of(currency)) ||
                                      cmb_text_is(cmb_text_of(place->market->quote),
                                                  cmb_text_of(currency))))
            cmb_place_settle_balance(arbitrage, place);
    }
}

void cmb_arbitrage_clear_balances(struct cmb_arbitrage *arbitrage, uint32_t number)
{
    struct cmb_venue *venue = &arbitrage->venues[number];
    venue->has_balances = true;
    for (uint32_t i = 0; i < venue->purse_count; i++)
        venue->purses[i].free = (struct cambist_decimal){ 0 };
    for (uint32_t i = 0; i < arbitrage->place_count; i++)
        if (arbitrage->places[i].venue == number)
            cmb_place_settle_balance(arbitrage, &arbitrage->places[i]);
}

int cmb_arbitrage_set_balance(struct cmb_arbitrage *arbitrage, uint32_t venue,
                              const char *currency, const struct cambist_decimal *free)
{
    struct cmb_purse *purse = cmb_purse_find(&arbitrage->venues[venue], currency);
    if (!purse)
        return CAMBIST_OK;
    purse->free = *free;
    settle(arbitrage, venue, currency);
    return CAMBIST_OK;
}

int cmb_arbitrage_hold(struct cmb_arbitrage *arbitrage, uint32_t venue, const char *currency,
                       const struct cambist_decimal *amount)
{
    struct cmb_purse *purse = cmb_purse_find(&arbitrage->venues[venue], currency);
    struct cambist_decimal held = *amount;
    if (!purse || !amount->is_set)
        return CAMBIST_OK;
    if (purse->held.is_set &&
        cmb_decimal_add(&purse->held, amount, &held) != CMB_NUMBER_FINE)
        return CAMBIST_TOO_LARGE;
    purse->held = held;
    settle(arbitrage, venue, currency);
    return CAMBIST_OK;
}

/* ---- looking ---- */

uint32_t cmb_arbitrage_route_count(const struct cmb_arbitrage *arbitrage)
{
    uint32_t count = arbitrage->route_count;
    for (uint32_t i = 0; i < arbitrage->symbol_count; i++)
        count -= arbitrage->symbols[i].count; /* none from a place to itself */
    return count;
}

bool cmb_arbitrage_is_on_route(const struct cmb_arbitrage *arbitrage, uint32_t number)
{
    const struct cmb_place *place = &arbitrage->places[number];
    return place->round_count || arbitrage->symbols[place->symbol].count > 1;
}

void cmb_arbitrage_tell_counts(const struct cmb_arbitrage *arbitrage,
                               struct cambist_arbitrage_counts *ret)
{
    ret->updates = arbitrage->updates;
    ret->routes = cmb_arbitrage_route_count(arbitrage);
    ret->checks = arbitrage->checks;
    ret->opportunities = arbitrage->opportunities;
    ret->standing = arbitrage->standing_count;
    ret->too_large = arbitrage->too_large;
}

void cmb_arbitrage_tell_places(const struct cmb_arbitrage *arbitrage, uint32_t number,
                               struct cmb_route_places *ret)
{
    const struct cmb_route *route = &arbitrage->routes[number];
    ret->count = route->leg_count;
    for (uint32_t i = 0; i < route->leg_count; i++) {
        const struct cmb_place *place = &arbitrage->places[route->places[i]];
        ret->legs[i] = (struct cmb_route_place){ route->places[i], place->venue, place->market,
                                                 place->best.version };
    }
}
