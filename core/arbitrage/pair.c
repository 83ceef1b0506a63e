/* What would buying here and selling there earn, exactly? */
#include "arbitrage/way.h"

/* Most often the first few levels are all that pay. */
enum { DEPTH_FIRST = 8 };

/* ---- levels ---- */

/* How many of the levels fit into the symbol's units; they are brought there. */
static size_t bring(struct cmb_scaled_level *levels, size_t count, const struct cmb_terms *terms)
{
    if (terms->price_by == 1 && terms->amount_by == 1)
        return count;
    for (size_t i = 0; i < count; i++)
        if (__builtin_mul_overflow(levels[i].price, terms->price_by, &levels[i].price) ||
            __builtin_mul_overflow(levels[i].amount, terms->amount_by, &levels[i].amount))
            return i;
    return count;
}

void cmb_place_read(struct cmb_place *place, size_t depth)
{
    if (place->levels_version == place->best.version && place->levels_asked >= depth)
        return;
    struct cmb_book_view view = { .bids = place->bids, .asks = place->asks };
    cmb_book_read(place->book, depth, 0, &view);
    place->bid_count = bring(place->bids, view.bid_count, &place->terms);
    place->ask_count = bring(place->asks, view.ask_count, &place->terms);
    place->levels_version = place->best.version;
    place->levels_asked = depth;
}

/* ---- how much ---- */

struct pair {
    struct cmb_place *buyer, *seller;
    int64_t lot;
    int64_t ask_by, bid_by; /* a level pays when bid * bid_by >= ask * ask_by + more */
    int more;
    /* what a walk has come to */
    int64_t amount, buy_price, sell_price;
    cmb_wide cost, gain; /* before fees */
    bool is_cut;         /* a side had no further level, though the last one still paid */
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* So much of `amount_most` may be had at limit `price`; money for a limit order is held back at its
 * limit, however cheap the levels in front of it are. */
static int64_t most_at(const struct pair *pair, int64_t price, int64_t amount_most)
{
    cmb_wide money = pair->buyer->quote_free;
    if (money == CMB_WIDE_MOST)
        return amount_most;
    cmb_wide most = money / price;
    return most < amount_most ? (int64_t)most : amount_most;
}

static void take(struct pair *pair, int64_t ask, int64_t bid, int64_t amount)
{
    pair->amount += amount;
    pair->cost += (cmb_wide)ask * amount;
    pair->gain += (cmb_wide)bid * amount;
    pair->buy_price = ask;
    pair->sell_price = bid;
}

/* Takes level after level, while both together pay.  Sums cannot overflow: each is below 2^63 times
 * the sum of amounts, which is below 2^63. */
static void walk(struct pair *pair, int64_t amount_most)
{
    const struct cmb_place *buyer = pair->buyer, *seller = pair->seller;
    size_t ask = 0, bid = 0;
    int64_t ask_used = 0, bid_used = 0;
    pair->amount = 0;
    pair->cost = pair->gain = 0;
    while (ask < buyer->ask_count && bid < seller->bid_count) {
        const struct cmb_scaled_level *from = &buyer->asks[ask], *to = &seller->bids[bid];
        if (from->price <= 0 || to->price <= 0 ||
            (cmb_wide)to->price * pair->bid_by < (cmb_wide)from->price * pair->ask_by + pair->more)
            return;
        int64_t room = most_at(pair, from->price, amount_most) - pair->amount;
        int64_t amount = least(least(from->amount - ask_used, to->amount - bid_used), room);
        if (room <= 0)
            return;
        if (amount > 0)
            take(pair, from->price, to->price, amount);
        ask_used += amount;
        bid_used += amount;
        if (ask_used >= from->amount)
            ask++, ask_used = 0;
        if (bid_used >= to->amount)
            bid++, bid_used = 0;
    }
    pair->is_cut = true;
}

/* The smallest amount that is a multiple of both; 0: no int64 holds it. */
static int64_t common_lot(int64_t a, int64_t b)
{
    int64_t x = a, y = b, lot;
    if (a == b)
        return a;
    while (y) {
        int64_t rest = x % y;
        x = y;
        y = rest;
    }
    return __builtin_mul_overflow(a / x, b, &lot) ? 0 : lot;
}

static int64_t amount_most(const struct pair *pair)
{
    const struct cmb_terms *buy = &pair->buyer->terms, *sell = &pair->seller->terms;
    int64_t most = least(least(buy->amount_most, sell->amount_most), pair->seller->base_free);
    if (sell->cost_most != CMB_WIDE_MOST && pair->seller->bid_count) {
        cmb_wide by_cost = sell->cost_most / pair->seller->bids[0].price;
        most = by_cost < most ? (int64_t)by_cost : most;
    }
    return most;
}

/* Prices stand on their market's ticks already; where a book is coarser or finer than its tick, the
 * limit is moved to where it takes less. */
static void move_to_ticks(struct pair *pair)
{
    int64_t buy_tick = pair->buyer->terms.tick, sell_tick = pair->seller->terms.tick;
    if (buy_tick != 1)
        pair->buy_price -= pair->buy_price % buy_tick;
    if (sell_tick != 1 && pair->sell_price % sell_tick)
        pair->sell_price += sell_tick - pair->sell_price % sell_tick;
}

static bool meets_minimums(const struct pair *pair)
{
    const struct cmb_terms *buy = &pair->buyer->terms, *sell = &pair->seller->terms;
    return pair->amount > 0 && pair->buy_price > 0 && pair->amount >= buy->amount_least &&
           pair->amount >= sell->amount_least && pair->cost >= buy->cost_least &&
           (cmb_wide)pair->sell_price * pair->amount >= sell->cost_least;
}

/* Whether the walk came to the end of what was read, and not of a book. */
static bool wants_more(const struct pair *pair)
{
    const struct cmb_place *buyer = pair->buyer, *seller = pair->seller;
    return pair->is_cut && buyer->ask_count >= DEPTH_FIRST && seller->bid_count >= DEPTH_FIRST &&
           (buyer->levels_asked < CMB_ARBITRAGE_DEPTH || seller->levels_asked < CMB_ARBITRAGE_DEPTH);
}

static void walk_to_depth(struct pair *pair, size_t depth)
{
    pair->is_cut = false;
    cmb_place_read(pair->buyer, depth);
    cmb_place_read(pair->seller, depth);
    walk(pair, amount_most(pair));
}

static bool size(struct pair *pair)
{
    walk_to_depth(pair, DEPTH_FIRST);
    if (wants_more(pair))
        walk_to_depth(pair, CMB_ARBITRAGE_DEPTH);
    int64_t rest = pair->lot == 1 ? 0 : pair->amount % pair->lot;
    if (rest)
        walk(pair, pair->amount - rest);
    move_to_ticks(pair);
    return meets_minimums(pair);
}

/* ---- what it earns ---- */

/* Digit by digit where it is too large otherwise. */
int64_t cmb_ppm_of(cmb_wide part, cmb_wide whole)
{
    cmb_wide product;
    if (!__builtin_mul_overflow(part, (cmb_wide)CMB_PPM, &product))
        return (int64_t)(product / whole);
    cmb_wide edge = part / whole, rest = part % whole;
    for (int digits = 0; digits < 6; digits++) {
        if (__builtin_mul_overflow(rest, (cmb_wide)10, &rest))
            return (int64_t)(edge * cmb_powers_of_ten[6 - digits]);
        edge = edge * 10 + rest / whole;
        rest %= whole;
    }
    return (int64_t)edge;
}

static bool weigh(const struct cmb_symbol *symbol, const struct pair *pair, struct cmb_found *ret)
{
    unsigned cost_scale = symbol->price_scale + symbol->amount_scale;
    cmb_wide paid, got;
    if (__builtin_mul_overflow(pair->cost, (cmb_wide)pair->buyer->terms.pay, &paid) ||
        __builtin_mul_overflow(pair->gain, (cmb_wide)pair->seller->terms.get, &got))
        return false;
    struct cambist_decimal amount = cmb_wide_decimal(pair->amount, symbol->amount_scale);
    ret->legs[0] = (struct cmb_found_leg){ amount,
                                           cmb_wide_decimal(pair->buy_price, symbol->price_scale),
                                           cmb_wide_decimal(pair->cost, cost_scale) };
    ret->legs[1] = (struct cmb_found_leg){ amount,
                                           cmb_wide_decimal(pair->sell_price, symbol->price_scale),
                                           cmb_wide_decimal(pair->gain, cost_scale) };
    ret->cost = cmb_wide_decimal(paid, cost_scale + symbol->fee_scale);
    ret->profit = cmb_wide_decimal(got - paid, cost_scale + symbol->fee_scale);
    ret->edge_ppm = cmb_ppm_of(got - paid, paid);
    return true;
}

bool cmb_pair_find(struct cmb_arbitrage *arbitrage, const struct cmb_route *route,
                   struct cmb_found *ret)
{
    struct cmb_place *buyer = &arbitrage->places[route->places[0]];
    struct cmb_place *seller = &arbitrage->places[route->places[1]];
    const struct cmb_symbol *symbol = &arbitrage->symbols[buyer->symbol];
    int64_t edge_ppm = arbitrage->rules.edge_least_ppm;
    struct pair pair = { .buyer = buyer, .seller = seller,
                         .lot = common_lot(buyer->terms.lot, seller->terms.lot),
                         .ask_by = buyer->terms.pay * (CMB_PPM + edge_ppm),
                         .bid_by = seller->terms.get * CMB_PPM,
                         .more = edge_ppm == 0 };
    if (!pair.lot || !size(&pair))
        return false;
    bool is_found = weigh(symbol, &pair, ret);
    arbitrage->too_large += !is_found;
    return is_found;
}
