/* Is what a route would earn now news? */
#include "arbitrage/way.h"

#include <string.h>

enum { AVERAGE_DIGITS = 6 }; /* behind those of the price */

/* ---- what is said ---- */

static void name_leg(const struct cmb_arbitrage *arbitrage, const struct cmb_route *route,
                     uint32_t i, int64_t now_ns, struct cambist_arbitrage_leg *leg)
{
    const struct cmb_place *place = &arbitrage->places[route->places[i]];
    leg->exchange = arbitrage->venues[place->venue].name;
    leg->symbol = place->market->symbol;
    leg->side = route->is_buy[i] ? CAMBIST_SIDE_BUY : CAMBIST_SIDE_SELL;
    leg->taker = place->taker;
    int64_t age_ns = now_ns - place->best.received_ns;
    leg->age_ns = age_ns > 0 ? age_ns : 0; /* what was read later may be taken up earlier */
}

static void begin(const struct cmb_arbitrage *arbitrage, const struct cmb_route *route,
                  int64_t now_ns, struct cambist_opportunity *ret)
{
    *ret = (struct cambist_opportunity){
        .route = (uint32_t)(route - arbitrage->routes),
        .leg_count = route->leg_count,
        .currency = route->currency,
        .time_ns = now_ns + arbitrage->rules.wall_ahead_ns,
        .since_ns = route->since_ns + arbitrage->rules.wall_ahead_ns,
    };
    for (uint32_t i = 0; i < route->leg_count; i++)
        name_leg(arbitrage, route, i, now_ns, &ret->legs[i]);
}

static void tell(const struct cmb_arbitrage *arbitrage, uint32_t tiding,
                 const struct cambist_opportunity *opportunity)
{
    if (arbitrage->rules.on_opportunity)
        arbitrage->rules.on_opportunity(tiding, opportunity, arbitrage->rules.user);
}

/* What the levels cost in the mean, rounded down; absent where 128 bits do not hold it. */
static struct cambist_decimal average_of(const struct cmb_found_leg *leg)
{
    cmb_wide turnover = cmb_wide_bits_of(&leg->turnover);
    if (leg->amount.high || __builtin_mul_overflow(turnover, cmb_powers_of_ten[AVERAGE_DIGITS],
                                                   &turnover))
        return (struct cambist_decimal){ 0 };
    struct cambist_decimal average = cmb_wide_decimal(turnover / (int64_t)leg->amount.low, 0);
    average.exponent = leg->turnover.exponent - leg->amount.exponent - AVERAGE_DIGITS;
    return average;
}

static void tell_found(struct cmb_arbitrage *arbitrage, const struct cmb_route *route,
                       uint32_t tiding, const struct cmb_found *found, int64_t now_ns)
{
    struct cambist_opportunity opportunity;
    begin(arbitrage, route, now_ns, &opportunity);
    opportunity.cost = found->cost;
    opportunity.profit = found->profit;
    opportunity.edge_ppm = found->edge_ppm;
    for (uint32_t i = 0; i < route->leg_count; i++) {
        const struct cmb_found_leg *from = &found->legs[i];
        struct cambist_arbitrage_leg *leg = &opportunity.legs[i];
        leg->amount = from->amount;
        leg->price = from->price;
        leg->average = average_of(from);
    }
    tell(arbitrage, tiding, &opportunity);
}

/* ---- what stands ---- */

static void mark_pair(struct cmb_arbitrage *arbitrage, const struct cmb_route *route, bool stands)
{
    const struct cmb_place *buyer = &arbitrage->places[route->places[0]];
    uint32_t seller = arbitrage->places[route->places[1]].slot;
    struct cmb_symbol *symbol = &arbitrage->symbols[buyer->symbol];
    uint64_t seller_bit = (uint64_t)1 << seller, buyer_bit = (uint64_t)1 << buyer->slot;
    if (stands) {
        symbol->standing_buys[buyer->slot] |= seller_bit;
        symbol->standing_sells[seller] |= buyer_bit;
    } else {
        symbol->standing_buys[buyer->slot] &= ~seller_bit;
        symbol->standing_sells[seller] &= ~buyer_bit;
    }
}

static void set_standing(struct cmb_arbitrage *arbitrage, struct cmb_route *route, bool stands)
{
    route->is_standing = stands;
    if (route->leg_count == 2)
        mark_pair(arbitrage, route, stands);
    if (stands) {
        route->place_of_standing = arbitrage->standing_count;
        arbitrage->standing[arbitrage->standing_count++] = (uint32_t)(route - arbitrage->routes);
        return;
    }
    uint32_t last = arbitrage->standing[--arbitrage->standing_count];
    arbitrage->standing[route->place_of_standing] = last;
    arbitrage->routes[last].place_of_standing = route->place_of_standing;
}

/* ---- looking ---- */

static struct cmb_mark mark_of(const struct cmb_found *found)
{
    struct cmb_mark mark;
    for (int i = 0; i < CAMBIST_ARBITRAGE_LEGS_MOST; i++) {
        mark.words[2 * i] = found->legs[i].amount.low;
        mark.words[2 * i + 1] = found->legs[i].price.low;
    }
    mark.words[6] = found->profit.low;
    mark.words[7] = (uint64_t)found->profit.high;
    return mark;
}

static bool is_fresh(const struct cmb_arbitrage *arbitrage, const struct cmb_route *route,
                     int64_t now_ns)
{
    for (uint32_t i = 0; i < route->leg_count; i++) {
        const struct cmb_place *place = &arbitrage->places[route->places[i]];
        if (!place->is_live || !place->terms.is_usable ||
            now_ns - place->best.received_ns > arbitrage->rules.age_most_ns)
            return false;
    }
    return true;
}

static bool find(struct cmb_arbitrage *arbitrage, const struct cmb_route *route, int64_t now_ns,
                 struct cmb_found *ret)
{
    if (!is_fresh(arbitrage, route, now_ns))
        return false;
    return route->leg_count == 2 ? cmb_pair_find(arbitrage, route, ret)
                                 : cmb_round_find(arbitrage, route, ret);
}

static void tell_gone(struct cmb_arbitrage *arbitrage, struct cmb_route *route, int64_t now_ns)
{
    struct cambist_opportunity gone;
    set_standing(arbitrage, route, false);
    begin(arbitrage, route, now_ns, &gone);
    tell(arbitrage, CAMBIST_ARBITRAGE_GONE, &gone);
}

void cmb_route_look(struct cmb_arbitrage *arbitrage, struct cmb_route *route, int64_t now_ns)
{
    struct cmb_found found = { .edge_ppm = 0 };
    arbitrage->checks++;
    if (!find(arbitrage, route, now_ns, &found)) {
        if (route->is_standing)
            tell_gone(arbitrage, route, now_ns);
        return;
    }
    struct cmb_mark mark = mark_of(&found);
    bool was_standing = route->is_standing;
    if (was_standing && memcmp(&mark, &route->mark, sizeof mark) == 0)
        return;
    route->mark = mark;
    if (!was_standing) {
        arbitrage->opportunities++;
        route->since_ns = now_ns;
        set_standing(arbitrage, route, true);
    }
    tell_found(arbitrage, route,
               was_standing ? CAMBIST_ARBITRAGE_CHANGED : CAMBIST_ARBITRAGE_APPEARED, &found,
               now_ns);
}
