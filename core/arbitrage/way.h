/* arbitrage/way.h - what the files of the engine share.
 *
 * All places of a symbol count in the same units: prices in 10^-price_scale, amounts in
 * 10^-amount_scale, fees in 10^-fee_scale.  A cost is a price times an amount.  Whatever does not
 * fit is given up and counted, never cut.
 */
#ifndef CMB_ARBITRAGE_WAY_H
#define CMB_ARBITRAGE_WAY_H

#include "arbitrage/arbitrage.h"
#include "arbitrage/rough.h"

#define CMB_WIDE_MOST ((cmb_wide)(~(cmb_wide_bits)0 >> 1))

enum { CMB_FEE_DIGITS_MOST = 9, CMB_SYMBOL_PLACES_MOST = 64, CMB_PPM = 1000000 };

/* What a route was last told to be: equal words are no news. */
struct cmb_mark {
    uint64_t words[8];
};

struct cmb_route {
    uint32_t places[CAMBIST_ARBITRAGE_LEGS_MOST];
    uint8_t leg_count;
    bool is_buy[CAMBIST_ARBITRAGE_LEGS_MOST];
    bool is_standing;            /* told, and not gone */
    uint32_t place_of_standing;  /* in the list of those */
    int64_t since_ns;            /* monotonic */
    struct cmb_mark mark;
    const char *currency; /* of cost and profit */
    struct cmb_rough factor, sure_factor; /* of a round's screen: see round_screen.c */
};

/* Money of one currency at a venue. */
struct cmb_purse {
    const char *currency;
    struct cambist_decimal free, held;
};

struct cmb_venue {
    const char *name;
    bool has_balances;
    struct cmb_purse *purses; /* of every currency of its places */
    uint32_t purse_count;
};

/* What the rules of a market come to, in the symbol's units. */
struct cmb_terms {
    int64_t price_by, amount_by;       /* from the book's units to the symbol's */
    int64_t pay, get;                  /* 10^fee_scale plus and less the fee */
    int64_t tick, lot, amount_least, amount_most;
    cmb_wide cost_least, cost_most;
    uint64_t ask_by, bid_by;           /* of the screen: see screen.c */
    bool is_blind;                     /* the screen cannot hold its prices: all is let through */
    bool is_usable;
};

struct cmb_place {
    uint32_t venue, symbol, slot;      /* slot: among the symbol's */
    const struct cambist_market *market;
    struct cambist_decimal taker;
    const struct cmb_book *book;
    unsigned price_scale, amount_scale; /* the book's */
    struct cmb_terms terms;
    int64_t base_free;                 /* what may be sold */
    cmb_wide quote_free;               /* what may be paid, before its fee */
    /* the book as it was last seen */
    bool is_live;
    struct cmb_book_best best;
    /* its levels in the symbol's units, read when they are first wanted */
    uint64_t levels_version;
    size_t levels_asked, bid_count, ask_count;
    struct cmb_scaled_level *bids, *asks;
    /* rounds through it */
    uint32_t *rounds;
    uint32_t round_count;
};

struct cmb_symbol {
    const char *name;
    uint32_t places[CMB_SYMBOL_PLACES_MOST], count;
    unsigned price_scale, amount_scale, fee_scale;
    uint32_t first_route; /* of buyer b and seller s: first_route + b * count + s */
    int64_t bids[CMB_SYMBOL_PLACES_MOST]; /* after fees, never too low ... */
    int64_t asks[CMB_SYMBOL_PLACES_MOST]; /* ... and never too high */
    uint64_t standing_buys[CMB_SYMBOL_PLACES_MOST];  /* by buyer: a bit per seller */
    uint64_t standing_sells[CMB_SYMBOL_PLACES_MOST]; /* by seller: a bit per buyer */
};

struct cmb_arbitrage {
    struct cmb_arbitrage_rules rules;
    struct cmb_venue *venues;
    struct cmb_place *places;
    struct cmb_symbol *symbols;
    struct cmb_route *routes; /* of two legs first, then rounds */
    uint32_t venue_count, place_count, symbol_count, route_count, first_round;
    uint32_t place_capacity, symbol_capacity;
    uint32_t *standing, standing_count; /* routes */
    struct cmb_scaled_level *levels; /* of all places */
    uint32_t *rounds;                /* of all places */
    uint64_t updates, checks, opportunities, too_large;
};

/* ---- rounds ---- */

/* Both directions of every circle of three places of one venue, and how many routes these are;
 * `ret` NULL: only how many. */
uint32_t cmb_rounds_find(const struct cmb_arbitrage *arbitrage, struct cmb_route *ret);
/* Tells each place the rounds through it. */
void cmb_rounds_index(struct cmb_arbitrage *arbitrage);

/* ---- terms ---- */

/* Everything of a symbol in the units of its books; after a book's units have changed, too. */
void cmb_symbol_settle(struct cmb_arbitrage *arbitrage, struct cmb_symbol *symbol);
/* What may be bought and sold there with the present balances. */
void cmb_place_settle_balance(struct cmb_arbitrage *arbitrage, struct cmb_place *place);
struct cmb_purse *cmb_purse_find(const struct cmb_venue *venue, const char *currency);

/* ---- screen ---- */

void cmb_screen_settle(const struct cmb_arbitrage *arbitrage, const struct cmb_symbol *symbol,
                       struct cmb_place *place);
/* The best of a place's book as the screen holds it; the sides of one that is not live are empty. */
void cmb_screen_set(struct cmb_symbol *symbol, const struct cmb_place *place);
/* The slots that may buy where `slot` sells, and those that may sell where it buys. */
uint64_t cmb_screen_buyers(const struct cmb_symbol *symbol, uint32_t slot);
uint64_t cmb_screen_sellers(const struct cmb_symbol *symbol, uint32_t slot);

/* ---- pair, round ---- */

/* What a route would earn: per leg in the order of the route. */
struct cmb_found {
    struct cmb_found_leg {
        struct cambist_decimal amount, price, turnover; /* turnover: what it is worth in quote */
    } legs[CAMBIST_ARBITRAGE_LEGS_MOST];
    struct cambist_decimal cost, profit;
    int64_t edge_ppm;
};

/* Has the levels of a place in the symbol's units, `depth` a side where the book has so many. */
void cmb_place_read(struct cmb_place *place, size_t depth);
bool cmb_pair_find(struct cmb_arbitrage *arbitrage, const struct cmb_route *route,
                   struct cmb_found *ret);
/* Prepares the screen of a round, whose legs are set. */
void cmb_round_settle(const struct cmb_arbitrage *arbitrage, struct cmb_route *route);
bool cmb_round_may_pay(const struct cmb_arbitrage *arbitrage, const struct cmb_route *route);
/* Whether levels at these prices, one per leg in the symbols' units, pay beyond any doubt. */
bool cmb_round_surely_pays(const struct cmb_route *route, const int64_t *prices);
bool cmb_round_find(struct cmb_arbitrage *arbitrage, const struct cmb_route *route,
                    struct cmb_found *ret);

/* A leg of a round, with the levels that it meets.  It has a count of its input: money where it buys,
 * base where it sells, and makes a count of its output; see round.c for their scales. */
struct cmb_round_leg {
    struct cmb_place *place;
    const struct cmb_symbol *symbol;
    const struct cmb_scaled_level *levels;
    size_t count;
    bool is_buy;
    unsigned input_scale, output_scale; /* output: before its fee */
};
/* With how much to begin, in the first leg's input: as far as all levels pay, and no more than
 * `most`. */
cmb_wide cmb_round_start(const struct cmb_route *route, const struct cmb_round_leg *legs,
                         cmb_wide most);

/* part / whole in millionths, rounded down. */
int64_t cmb_ppm_of(cmb_wide part, cmb_wide whole);

/* ---- tell ---- */

/* Looks at a route exactly and tells what is news. */
void cmb_route_look(struct cmb_arbitrage *arbitrage, struct cmb_route *route, int64_t now_ns);

/* ---- numbers ---- */

/* `value` as a count of 10^-scale.  False where it is absent, negative, or does not fit. */
bool cmb_wide_of(const struct cambist_decimal *value, unsigned scale, enum cmb_rounding rounding,
                 cmb_wide *ret);
/* A decimal's coefficient. */
static inline cmb_wide cmb_wide_bits_of(const struct cambist_decimal *value)
{
    return (cmb_wide)((cmb_wide_bits)(uint64_t)value->high << 64 | value->low);
}

/* A decimal of `count` units of 10^-scale. */
static inline struct cambist_decimal cmb_wide_decimal(cmb_wide count, unsigned scale)
{
    cmb_wide_bits bits = (cmb_wide_bits)count;
    return (struct cambist_decimal){ .low = (uint64_t)bits, .high = (int64_t)(bits >> 64),
                                     .exponent = -(int32_t)scale, .is_set = 1 };
}

#endif
