/* Which routes are there?  Found once, from the markets. */
#include "arbitrage/way.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"

enum { LEGS = 3 };

/* ---- the engine ---- */

struct cmb_arbitrage *cmb_arbitrage_new(const struct cmb_arbitrage_rules *rules)
{
    struct cmb_arbitrage *arbitrage = cmb_calloc(1, sizeof *arbitrage);
    if (!arbitrage)
        return NULL;
    arbitrage->rules = *rules;
    arbitrage->venues = cmb_calloc(CMB_ARBITRAGE_VENUES_MOST, sizeof *arbitrage->venues);
    if (arbitrage->venues)
        return arbitrage;
    free(arbitrage);
    return NULL;
}

void cmb_arbitrage_free(struct cmb_arbitrage *arbitrage)
{
    if (!arbitrage)
        return;
    for (uint32_t i = 0; i < arbitrage->venue_count; i++)
        free(arbitrage->venues[i].purses);
    free(arbitrage->venues);
    free(arbitrage->places);
    free(arbitrage->symbols);
    free(arbitrage->routes);
    free(arbitrage->standing);
    free(arbitrage->levels);
    free(arbitrage->rounds);
    free(arbitrage);
}

/* ---- venues and places ---- */

static int no_memory(struct cambist_error *error)
{
    return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for routes"));
}

/* Room for one row more in an array that grows; NULL without memory. */
static void *grow(void *rows, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity)
        return rows;
    uint32_t wanted = *capacity ? *capacity * 2 : 64;
    void *grown = cmb_realloc(rows, wanted * size);
    if (grown)
        *capacity = wanted;
    return grown;
}

int cmb_arbitrage_add_venue(struct cmb_arbitrage *arbitrage, const char *name, uint32_t *ret,
                            struct cambist_error *error)
{
    if (arbitrage->venue_count == CMB_ARBITRAGE_VENUES_MOST)
        return cmb_fail_plain(error, CAMBIST_TOO_LARGE, CMB_TEXT("too many exchanges"));
    *ret = arbitrage->venue_count;
    arbitrage->venues[arbitrage->venue_count++].name = name;
    return CAMBIST_OK;
}

static int find_symbol(struct cmb_arbitrage *arbitrage, const char *name, uint32_t *ret,
                       struct cambist_error *error)
{
    for (*ret = 0; *ret < arbitrage->symbol_count; ++*ret)
        if (strcmp(arbitrage->symbols[*ret].name, name) == 0)
            return CAMBIST_OK;
    void *rows = grow(arbitrage->symbols, arbitrage->symbol_count, &arbitrage->symbol_capacity,
                      sizeof *arbitrage->symbols);
    if (!rows)
        return no_memory(error);
    arbitrage->symbols = rows;
    arbitrage->symbols[arbitrage->symbol_count++] = (struct cmb_symbol){ .name = name };
    return CAMBIST_OK;
}

static int check_place(const struct cambist_market *market, const struct cambist_decimal *taker,
                       struct cambist_error *error)
{
    if (market->kind != CAMBIST_KIND_SPOT || !market->symbol || !market->base || !market->quote)
        return cmb_fail_plain(error, CAMBIST_NOT_SUPPORTED, CMB_TEXT("it is no spot market"));
    if (market->active == CAMBIST_FLAG_NO)
        return cmb_fail_plain(error, CAMBIST_NOT_SUPPORTED, CMB_TEXT("it is not traded now"));
    if (!taker->is_set)
        return cmb_fail_plain(error, CAMBIST_NOT_SUPPORTED, CMB_TEXT("its taker fee is not known"));
    if (taker->exponent < -CMB_FEE_DIGITS_MOST)
        return cmb_fail_plain(error, CAMBIST_NOT_SUPPORTED,
                              CMB_TEXT("its taker fee has more than nine decimals"));
    return CAMBIST_OK;
}

/* A purse for a currency of the venue. */
static bool add_purse(struct cmb_venue *venue, const char *currency)
{
    if (cmb_purse_find(venue, currency))
        return true;
    struct cmb_purse *purses =
        cmb_realloc(venue->purses, (venue->purse_count + 1) * sizeof *purses);
    if (!purses)
        return false;
    venue->purses = purses;
    purses[venue->purse_count++] = (struct cmb_purse){ .currency = currency };
    return true;
}

/* As many decimals as a step has: what a book of the market has to begin with. */
static unsigned scale_of(const struct cambist_decimal *step)
{
    return step->is_set && step->exponent < 0 ? (unsigned)-step->exponent : 0;
}

int cmb_arbitrage_add_place(struct cmb_arbitrage *arbitrage, uint32_t venue,
                            const struct cambist_market *market,
                            const struct cambist_decimal *taker, uint32_t *ret,
                            struct cambist_error *error)
{
    uint32_t symbol;
    int status = check_place(market, taker, error);
    if (status == CAMBIST_OK)
        status = find_symbol(arbitrage, market->symbol, &symbol, error);
    if (status != CAMBIST_OK)
        return status;
    struct cmb_symbol *of = &arbitrage->symbols[symbol];
    void *rows = grow(arbitrage->places, arbitrage->place_count, &arbitrage->place_capacity,
                      sizeof *arbitrage->places);
    if (rows)
        arbitrage->places = rows;
    if (!rows || !add_purse(&arbitrage->venues[venue], market->base) ||
        !add_purse(&arbitrage->venues[venue], market->quote))
        return no_memory(error);
    if (of->count == CMB_SYMBOL_PLACES_MOST ||
        arbitrage->place_count == CMB_ARBITRAGE_PLACES_MOST)
        return cmb_fail_plain(error, CAMBIST_TOO_LARGE, CMB_TEXT("too many markets"));
    *ret = arbitrage->place_count++;
    arbitrage->places[*ret] = (struct cmb_place){ .venue = venue,
                                                  .symbol = symbol,
                                                  .slot = of->count,
                                                  .market = market,
                                                  .taker = *taker,
                                                  .price_scale = scale_of(&market->tick_size),
                                                  .amount_scale = scale_of(&market->lot_size) };
    of->places[of->count++] = *ret;
    return CAMBIST_OK;
}

/* ---- two legs ---- */

static void add_pairs(struct cmb_arbitrage *arbitrage, struct cmb_symbol *symbol)
{
    symbol->first_route = arbitrage->route_count;
    for (uint32_t buyer = 0; buyer < symbol->count; buyer++)
        for (uint32_t seller = 0; seller < symbol->count; seller++)
            arbitrage->routes[arbitrage->route_count++] = (struct cmb_route){
                .places = { symbol->places[buyer], symbol->places[seller] },
                .leg_count = 2,
                .is_buy = { true, false },
                .currency = arbitrage->places[symbol->places[buyer]].market->quote,
            };
}

/* ---- all ---- */

static bool allocate(struct cmb_arbitrage *arbitrage, uint32_t pairs, uint32_t rounds)
{
    size_t routes = (size_t)pairs + rounds + 1;
    arbitrage->routes = cmb_calloc(routes, sizeof *arbitrage->routes);
    arbitrage->standing = cmb_calloc(routes, sizeof *arbitrage->standing);
    arbitrage->rounds = cmb_calloc((size_t)rounds * LEGS + 1, sizeof *arbitrage->rounds);
    arbitrage->levels = cmb_calloc((size_t)arbitrage->place_count * 2 * CMB_ARBITRAGE_DEPTH + 1,
                               sizeof *arbitrage->levels);
    return arbitrage->routes && arbitrage->standing && arbitrage->rounds && arbitrage->levels;
}

static void give_levels(struct cmb_arbitrage *arbitrage)
{
    struct cmb_scaled_level *next = arbitrage->levels;
    for (uint32_t i = 0; i < arbitrage->place_count; i++) {
        arbitrage->places[i].bids = next;
        arbitrage->places[i].asks = next + CMB_ARBITRAGE_DEPTH;
        next += 2 * CMB_ARBITRAGE_DEPTH;
    }
}

int cmb_arbitrage_find_routes(struct cmb_arbitrage *arbitrage, struct cambist_error *error)
{
    uint32_t pairs = 0;
    uint32_t rounds = arbitrage->rules.is_triangular ? cmb_rounds_find(arbitrage, NULL) : 0;
    for (uint32_t i = 0; i < arbitrage->symbol_count; i++)
        pairs += arbitrage->symbols[i].count * arbitrage->symbols[i].count;
    if (!allocate(arbitrage, pairs, rounds))
        return no_memory(error);
    give_levels(arbitrage);
    for (uint32_t i = 0; i < arbitrage->symbol_count; i++)
        add_pairs(arbitrage, &arbitrage->symbols[i]);
    arbitrage->first_round = arbitrage->route_count;
    if (rounds)
        arbitrage->route_count += cmb_rounds_find(arbitrage,
                                              &arbitrage->routes[arbitrage->first_round]);
    cmb_rounds_index(arbitrage);
    for (uint32_t i = 0; i < arbitrage->symbol_count; i++)
        cmb_symbol_settle(arbitrage, &arbitrage->symbols[i]);
    return CAMBIST_OK;
}
