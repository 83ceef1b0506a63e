/* arbitrage/arbitrage.h - what could be bought here and sold there at a gain?
 *
 * A venue is one account at one exchange; a place is one market of a venue, with its book.  Places
 * of the same symbol make routes of two legs, three places of one venue that close a circle make a
 * round.  Everything is found once; then an update of a book costs a look at the routes through it:
 *
 *     update.c    which routes can this change?
 *     screen.c    may there be anything at all?  In integers, never hiding what is there
 *     pair.c      what would the two legs earn, exactly?
 *     round.c     what would a round earn, exactly?
 *     tell.c      is that news?
 *
 * The engine asks nobody for anything: markets, fees, balances and books are given to it.
 * Everything belongs to one thread.  In steady state it allocates nothing.
 */
#ifndef CMB_ARBITRAGE_ARBITRAGE_H
#define CMB_ARBITRAGE_ARBITRAGE_H

#include <cambist/arbitrage.h>

#include "book/book.h"
#include "number/decimal.h"

struct cmb_arbitrage;

enum { CMB_ARBITRAGE_VENUES_MOST = 64, CMB_ARBITRAGE_PLACES_MOST = 8192 };
/* The deepest level of a side that is looked at. */
enum { CMB_ARBITRAGE_DEPTH = 64 };

typedef void cmb_opportunity_fn(uint32_t tiding, const struct cambist_opportunity *opportunity,
                                void *user);

struct cmb_arbitrage_rules {
    int64_t edge_least_ppm;           /* 0 to 1,000,000; 0: anything above nothing */
    int64_t age_most_ns;              /* older books are not used */
    struct cambist_decimal cost_most; /* of one opportunity, in quote; absent: no limit */
    bool is_triangular;
    int64_t wall_ahead_ns;            /* wall clock less monotonic clock */
    cmb_opportunity_fn *on_opportunity; /* APPEARED, CHANGED, GONE; may not free the engine */
    void *user;
};

/* NULL without memory; free accepts NULL. */
struct cmb_arbitrage *cmb_arbitrage_new(const struct cmb_arbitrage_rules *rules);
void cmb_arbitrage_free(struct cmb_arbitrage *arbitrage);

/* ---- once ---- */

/* Adds a venue; `name` outlives the engine.  *ret is its number, counted from 0. */
int cmb_arbitrage_add_venue(struct cmb_arbitrage *arbitrage, const char *name, uint32_t *ret,
                            struct cambist_error *error);
/* Adds a market of a venue; `market` outlives the engine, `taker` is the rate that an order pays.
 * NOT_SUPPORTED, and nothing is added, for what cannot be counted with: a market that is not spot,
 * an unknown fee, one with more than nine decimals. */
int cmb_arbitrage_add_place(struct cmb_arbitrage *arbitrage, uint32_t venue,
                            const struct cambist_market *market,
                            const struct cambist_decimal *taker, uint32_t *ret,
                            struct cambist_error *error);
/* Finds all routes.  Behind it nothing is added. */
int cmb_arbitrage_find_routes(struct cmb_arbitrage *arbitrage, struct cambist_error *error);
uint32_t cmb_arbitrage_route_count(const struct cmb_arbitrage *arbitrage);
/* Whether any of them goes through the place: else its book is of no use. */
bool cmb_arbitrage_is_on_route(const struct cmb_arbitrage *arbitrage, uint32_t place);

/* ---- whenever ---- */

/* The book of a place; NULL: none.  It must live as long as it is set. */
void cmb_arbitrage_set_book(struct cmb_arbitrage *arbitrage, uint32_t place,
                            const struct cmb_book *book);
/* From now on nothing is found that the venue cannot pay: it has nothing, until that is set.  For the
 * beginning of each answer about balances, which may leave out what is not there any more. */
void cmb_arbitrage_clear_balances(struct cmb_arbitrage *arbitrage, uint32_t venue);
/* What may be spent of a currency, behind a clearing. */
int cmb_arbitrage_set_balance(struct cmb_arbitrage *arbitrage, uint32_t venue,
                              const char *currency, const struct cambist_decimal *free);
/* What is in flight: `amount` of the currency is held back (negative: given back). */
int cmb_arbitrage_hold(struct cmb_arbitrage *arbitrage, uint32_t venue, const char *currency,
                       const struct cambist_decimal *amount);

/* Something has happened to the book of `place`. */
void cmb_arbitrage_update(struct cmb_arbitrage *arbitrage, uint32_t place, int64_t now_ns);
/* Nothing has happened: opportunities whose books have grown too old go. */
void cmb_arbitrage_pass_time(struct cmb_arbitrage *arbitrage, int64_t now_ns);

/* The first members of the counts, up to `too_large`. */
void cmb_arbitrage_tell_counts(const struct cmb_arbitrage *arbitrage,
                               struct cambist_arbitrage_counts *ret);

/* The places of a route's legs, and how often their books have changed so far. */
struct cmb_route_places {
    uint32_t count;
    struct cmb_route_place {
        uint32_t place, venue;
        const struct cambist_market *market;
        uint64_t version;
    } legs[CAMBIST_ARBITRAGE_LEGS_MOST];
};
void cmb_arbitrage_tell_places(const struct cmb_arbitrage *arbitrage, uint32_t route,
                               struct cmb_route_places *ret);

#endif
