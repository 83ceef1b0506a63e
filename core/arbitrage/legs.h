/* arbitrage/legs.h - what has become of the orders of a route, and what follows from that?
 *
 * Two legs are sent at once; where they end uneven, a third may close the difference.  What becomes
 * of each order is the order way's to find out (order/orders.h); here stands only what is made of
 * it.  Nothing here asks, sends, waits or reads a clock.
 */
#ifndef CMB_ARBITRAGE_LEGS_H
#define CMB_ARBITRAGE_LEGS_H

#include <cambist/arbitrage.h>

#include "order/order.h"

struct cmb_leg {
    uint64_t side;
    struct cambist_decimal amount, price, taker; /* as it was ordered; the fee's rate */
    struct cambist_decimal filled;               /* absent: nothing */
    struct cambist_decimal counted, cost, fee;   /* of its trades; cost and fee in quote */
    uint32_t life;    /* enum cambist_life; 0: it was never written down */
    bool is_answered; /* no question of ours about it is under way */
    bool is_settled;  /* it is over, and its trades are told */
};

struct cmb_legs {
    struct cmb_leg legs[CAMBIST_ARBITRAGE_LEGS_MOST]; /* what is bought, what is sold, what closes */
    uint32_t count;                                   /* 2, or 3 when the difference is closed */
};

enum cmb_legs_step {
    CMB_LEGS_WAIT = 1, /* an order is not over */
    CMB_LEGS_CLOSE,    /* they ended uneven, and nothing was done about it yet */
    CMB_LEGS_END,
};

/* What the order way knows of its order now. */
void cmb_leg_set(struct cmb_leg *leg, const struct cmb_order *order);
/* One of its trades; each is told once.  A fee in another currency than quote or base is taken for
 * what the rate says. */
void cmb_leg_add_trade(struct cmb_leg *leg, const struct cambist_trade *trade,
                       const struct cambist_market *market);
/* enum cambist_leg_state */
uint32_t cmb_leg_state(const struct cmb_leg *leg);
/* What it cost or brought, and its fee: of trades that were not told at the limit and by the rate. */
struct cambist_decimal cmb_leg_cost(const struct cmb_leg *leg);
struct cambist_decimal cmb_leg_fee(const struct cmb_leg *leg);

enum cmb_legs_step cmb_legs_next(const struct cmb_legs *legs);
/* Whether the outcome of one of them is not known. */
bool cmb_legs_is_doubtful(const struct cmb_legs *legs);
/* Bought less sold. */
struct cambist_decimal cmb_legs_open(const struct cmb_legs *legs);
/* What was sold brought, less what was bought cost, less fees.  Absent while something is open. */
struct cambist_decimal cmb_legs_profit(const struct cmb_legs *legs);

#endif
