/* Which routes can this update of a book change? */
#include "arbitrage/way.h"

/* ---- two legs ---- */

static struct cmb_route *route_of(struct cmb_arbitrage *arbitrage, const struct cmb_symbol *symbol,
                                  uint32_t buyer, uint32_t seller)
{
    return &arbitrage->routes[symbol->first_route + buyer * symbol->count + seller];
}

/* Those that may pay now, and those that stand: their amounts may have changed, or they go. */
static void look_at_pairs(struct cmb_arbitrage *arbitrage, const struct cmb_symbol *symbol,
                          uint32_t slot, int64_t now_ns)
{
    uint64_t sellers = cmb_screen_sellers(symbol, slot) | symbol->standing_buys[slot];
    uint64_t buyers = cmb_screen_buyers(symbol, slot) | symbol->standing_sells[slot];
    for (; sellers; sellers &= sellers - 1)
        cmb_route_look(arbitrage,
                       route_of(arbitrage, symbol, slot, (uint32_t)__builtin_ctzll(sellers)),
                       now_ns);
    for (; buyers; buyers &= buyers - 1)
        cmb_route_look(arbitrage,
                       route_of(arbitrage, symbol, (uint32_t)__builtin_ctzll(buyers), slot),
                       now_ns);
}

/* ---- rounds ---- */

static void look_at_rounds(struct cmb_arbitrage *arbitrage, const struct cmb_place *place,
                           int64_t now_ns)
{
    for (uint32_t i = 0; i < place->round_count; i++) {
        struct cmb_route *route = &arbitrage->routes[place->rounds[i]];
        if (route->is_standing || cmb_round_may_pay(arbitrage, route))
            cmb_route_look(arbitrage, route, now_ns);
    }
}

/* ---- what happens ---- */

void cmb_arbitrage_update(struct cmb_arbitrage *arbitrage, uint32_t number, int64_t now_ns)
{
    struct cmb_place *place = &arbitrage->places[number];
    struct cmb_symbol *symbol = &arbitrage->symbols[place->symbol];
    arbitrage->updates++;
    place->is_live = place->book && cmb_book_best(place->book, &place->best);
    if (place->is_live && (place->best.price_scale != place->price_scale ||
                           place->best.amount_scale != place->amount_scale)) {
        place->price_scale = place->best.price_scale;
        place->amount_scale = place->best.amount_scale;
        cmb_symbol_settle(arbitrage, symbol);
    }
    cmb_screen_set(symbol, place);
    look_at_pairs(arbitrage, symbol, place->slot, now_ns);
    look_at_rounds(arbitrage, place, now_ns);
}

void cmb_arbitrage_pass_time(struct cmb_arbitrage *arbitrage, int64_t now_ns)
{
    /* Backwards: one that goes is replaced by the last, which was looked at before. */
    for (uint32_t i = arbitrage->standing_count; i-- > 0;)
        cmb_route_look(arbitrage, &arbitrage->routes[arbitrage->standing[i]], now_ns);
}

void cmb_arbitrage_set_book(struct cmb_arbitrage *arbitrage, uint32_t number,
                            const struct cmb_book *book)
{
    struct cmb_place *place = &arbitrage->places[number];
    if (place->book == book)
        return;
    place->book = book;
    place->is_live = false;
    place->levels_asked = 0;
    cmb_screen_set(&arbitrage->symbols[place->symbol], place);
}
