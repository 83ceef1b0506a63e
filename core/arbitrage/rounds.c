/* Which circles of three markets has an exchange? */
#include "arbitrage/way.h"

#include <string.h>

enum { LEGS = 3 };

static bool is_same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* What a market makes of `from`; NULL: it has nothing to do with it. */
static const char *other_of(const struct cmb_place *place, const char *from)
{
    return is_same(place->market->quote, from)  ? place->market->base
           : is_same(place->market->base, from) ? place->market->quote
                                                : NULL;
}

/* Goes round from `currency`, by these places in their order; false: they are no circle. */
static bool lay_round(const struct cmb_arbitrage *arbitrage, const uint32_t *places,
                      const char *currency, struct cmb_route *ret)
{
    const char *at = currency;
    *ret = (struct cmb_route){ .leg_count = LEGS, .currency = currency };
    for (int leg = 0; leg < LEGS; leg++) {
        const struct cmb_place *place = &arbitrage->places[places[leg]];
        const char *next = other_of(place, at);
        if (!next)
            return false;
        ret->places[leg] = places[leg];
        ret->is_buy[leg] = is_same(place->market->quote, at);
        at = next;
    }
    return is_same(at, currency);
}

/* A circle begins with what two of its markets are paid in, else with what the first is. */
static const char *beginning_of(const struct cmb_arbitrage *arbitrage, const uint32_t *places)
{
    const char *quotes[LEGS];
    for (int leg = 0; leg < LEGS; leg++)
        quotes[leg] = arbitrage->places[places[leg]].market->quote;
    return is_same(quotes[1], quotes[2]) ? quotes[1] : quotes[0];
}

/* Both directions, from the same currency.  Of three markets only some orders close. */
static uint32_t lay_rounds(const struct cmb_arbitrage *arbitrage, const uint32_t *places,
                           struct cmb_route *ret)
{
    static const uint8_t orders[][LEGS] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                            { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    const char *currency = beginning_of(arbitrage, places);
    uint32_t count = 0;
    for (size_t i = 0; i < sizeof orders / sizeof *orders && count < 2; i++) {
        uint32_t ordered[LEGS];
        for (int leg = 0; leg < LEGS; leg++)
            ordered[leg] = places[orders[i][leg]];
        count += lay_round(arbitrage, ordered, currency, &ret[count]);
    }
    return count;
}

uint32_t cmb_rounds_find(const struct cmb_arbitrage *arbitrage, struct cmb_route *ret)
{
    uint32_t count = 0, most = arbitrage->place_count;
    for (uint32_t a = 0; a < most; a++)
        for (uint32_t b = a + 1; b < most; b++) {
            const struct cmb_place *first = &arbitrage->places[a], *second = &arbitrage->places[b];
            if (first->venue != second->venue ||
                (!other_of(second, first->market->base) && !other_of(second, first->market->quote)))
                continue;
            for (uint32_t c = b + 1; c < most; c++) {
                struct cmb_route both[2];
                if (arbitrage->places[c].venue != first->venue)
                    continue;
                uint32_t found = lay_rounds(arbitrage, (uint32_t[]){ a, b, c }, both);
                if (ret)
                    memcpy(&ret[count], both, found * sizeof *both);
                count += found;
            }
        }
    return count;
}

void cmb_rounds_index(struct cmb_arbitrage *arbitrage)
{
    uint32_t *next = arbitrage->rounds;
    for (uint32_t i = 0; i < arbitrage->place_count; i++) {
        struct cmb_place *place = &arbitrage->places[i];
        place->rounds = next;
        for (uint32_t r = arbitrage->first_round; r < arbitrage->route_count; r++) {
            const uint32_t *places = arbitrage->routes[r].places;
            if (places[0] == i || places[1] == i || places[2] == i)
                place->rounds[place->round_count++] = r;
        }
        next += place->round_count;
    }
}
