/* cambist/arbitrage.h - what could be bought at one exchange and sold at another at a gain, now?
 *
 * Books of the same symbols at several exchanges are watched; whenever one changes, only the routes
 * that it takes part in are looked at.  An opportunity is what these orders would earn if they were
 * executed against the books as they are: after taker fees, through as many levels as pay, in
 * multiples of both lots, above both minimums, within the balances.  docs/arbitrage.md says what is
 * found, what is not, and what can go wrong when it is executed.
 *
 *     struct cambist_arbitrage_settings settings = { .size = sizeof settings,
 *                                                    .exchanges = names, .exchange_count = 2,
 *                                                    .symbols = symbols, .symbol_count = 1,
 *                                                    .edge_least_ppm = 500 };
 *     cambist_arbitrage_open(host, &settings, on_event, user, &arbitrage, &error);
 *     ...
 *     cambist_arbitrage_close(arbitrage);
 *
 * Exactness.  No double takes part.  An edge is a whole number of millionths: 100 ppm are one basis
 *             point; it is rounded down.
 * Threads.    Events come from the I/O thread and must not block.  The functions may be called from
 *             any thread, except from a callback.
 */
#ifndef CAMBIST_ARBITRAGE_H
#define CAMBIST_ARBITRAGE_H

#include <cambist/orders.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cambist_arbitrage; /* belongs to the caller */

enum { CAMBIST_ARBITRAGE_LEGS_MOST = 3 };

/* One order of a route. */
struct cambist_arbitrage_leg {
    const char *exchange, *symbol;
    uint64_t side;                  /* CAMBIST_SIDE_BUY, CAMBIST_SIDE_SELL */
    struct cambist_decimal amount;  /* in base */
    struct cambist_decimal price;   /* the worst that it takes: the limit to send */
    struct cambist_decimal average; /* over the levels that it takes, rounded down */
    struct cambist_decimal taker;   /* the fee's rate that was counted */
    int64_t age_ns;                 /* of its book: since it was last proved true */
};

/* What a route would earn now.  Valid during the call; copy what has to last. */
struct cambist_opportunity {
    uint32_t route;         /* its number: the same for as long as the arbitrage is open */
    uint32_t leg_count;     /* 2: buy here, sell there; 3: round one exchange, in this order */
    struct cambist_arbitrage_leg legs[CAMBIST_ARBITRAGE_LEGS_MOST];
    const char *currency;   /* of cost and profit: the quote, or what the round begins with */
    struct cambist_decimal cost;   /* what is paid, its fee included */
    struct cambist_decimal profit; /* what comes back beyond it, fees taken off */
    int64_t edge_ppm;       /* profit / cost in millionths, rounded down */
    int64_t time_ns;        /* this machine's wall clock */
    int64_t since_ns;       /* when it appeared, by the same clock */
};

/* How the order of a leg ended: X(NAME, number, "text"). */
#define CAMBIST_LEG_LIST(X)                                                                        \
    X(UNDER_WAY, 1, "under way")                                                                   \
    X(UNKNOWN, 2, "unknown")   /* nobody knows: its route and its balance are left alone */        \
    X(FILLED, 3, "filled")     /* wholly */                                                        \
    X(PARTIAL, 4, "partial")   /* over, with a part of it */                                       \
    X(NOTHING, 5, "nothing")   /* over, without a trade: also refused, or never sent */

enum cambist_leg_state {
#define X(NAME, number, text) CAMBIST_LEG_##NAME = number,
    CAMBIST_LEG_LIST(X)
#undef X
};

/* An execution of a route: two orders, and perhaps a third that closes what they left open. */
struct cambist_execution {
    uint64_t number;        /* counts the executions, from 1 */
    uint32_t route;
    uint32_t is_hedged;     /* 1: legs[2] is the order that closed, or should close, the difference */
    const char *currency;
    struct cambist_executed_leg {
        const char *exchange, *symbol, *client_order_id; /* "": it was never written down */
        uint64_t side;
        struct cambist_decimal amount, price; /* as it was ordered */
        struct cambist_decimal filled, cost, fee; /* cost: in quote; fee: its worth in quote */
        uint32_t state;     /* enum cambist_leg_state */
        uint32_t life;      /* enum cambist_life; 0: not written down */
    } legs[CAMBIST_ARBITRAGE_LEGS_MOST];
    struct cambist_decimal expected; /* the profit of the opportunity */
    struct cambist_decimal profit;   /* what was got for what was sold, less what was paid, less fees;
                                      * what is left open counts for nothing */
    struct cambist_decimal open;     /* bought less sold, in base: 0 when it came out even */
};

/* What an event tells. */
enum cambist_arbitrage_tiding {
    CAMBIST_ARBITRAGE_APPEARED = 1, /* an opportunity */
    CAMBIST_ARBITRAGE_CHANGED,      /* its amount, prices or profit */
    CAMBIST_ARBITRAGE_GONE,         /* of it only route, legs' names and times are told */
    CAMBIST_ARBITRAGE_SENT,         /* an execution has begun */
    CAMBIST_ARBITRAGE_DOUBTED,      /* the outcome of one of its orders is not known */
    CAMBIST_ARBITRAGE_SETTLED,      /* all of its orders are over */
    CAMBIST_ARBITRAGE_LEFT_OUT,     /* a market is not used, and `reason` says why */
    CAMBIST_ARBITRAGE_STOPPED,      /* nothing is executed any more, and `reason` says why */
};

struct cambist_arbitrage_event {
    uint32_t tiding;        /* enum cambist_arbitrage_tiding */
    uint32_t zero;
    const struct cambist_opportunity *opportunity; /* of APPEARED, CHANGED, GONE */
    const struct cambist_execution *execution;     /* of SENT, DOUBTED, SETTLED */
    const char *exchange, *symbol;                 /* of LEFT_OUT */
    const char *reason;                            /* of LEFT_OUT and STOPPED */
};
typedef void cambist_arbitrage_event_fn(const struct cambist_arbitrage_event *event, void *user);

/* 0 and NULL mean what stands behind them. */
struct cambist_arbitrage_settings {
    uint64_t size;                  /* of this struct where the program was built */
    const char *const *exchanges;   /* sections of the configuration; none: all of them */
    uint64_t exchange_count;
    const char *const *symbols;     /* spot; at least one */
    uint64_t symbol_count;
    uint64_t edge_least_ppm;        /* what each level that is taken must earn; 0: anything */
    uint64_t age_most_ms;           /* older books are not used; 0: 3000 */
    const char *cost_most;          /* of one execution, in quote; NULL: what books and money give */
    uint64_t is_triangular;         /* 1: rounds of three markets on one exchange are found, too */
    uint64_t is_executed;           /* 1: routes of two legs are executed, one at a time each */
    uint64_t is_live_allowed;       /* 1: also at exchanges that are neither simulated nor sandboxes;
                                     * the configuration must say so as well */
    uint64_t is_hedged;             /* 1: what one leg has more than the other is closed at market
                                     * where it lies; 0: it is left open, told, and its route rests */
    uint64_t executions_most;       /* then nothing is executed any more; 0: no limit */
    const char *loss_most;          /* the same when so much quote has been lost in all; NULL: any */
    const char *taker_fee;          /* the rate where neither the configuration (taker_fee of the
                                     * exchange), nor the account, nor the market tells one; NULL:
                                     * such markets are left out */
};

struct cambist_arbitrage_counts {
    uint64_t updates;        /* of books */
    uint64_t routes;         /* that there are */
    uint64_t checks;         /* routes that an update made worth an exact look */
    uint64_t opportunities;  /* that appeared */
    uint64_t standing;       /* of them, those that stand now */
    uint64_t too_large;      /* looks given up because a number fits in no 128 bits */
    uint64_t executions, settled, doubted;
    uint64_t legs[8];        /* orders that are over, by enum cambist_leg_state */
    uint64_t hedges;
    uint64_t left_open;      /* executions that left something open */
};

/* Loads the exchanges' markets, fees and (where they have an account) balances, finds the routes,
 * and begins to watch; waits for that.  Events may come before it
 * returns.  NOT_SUPPORTED: no symbol is traded at two of the exchanges in a way that can be used;
 * DENIED: executing is not allowed here.  *ret is the caller's
 * (cambist_arbitrage_close), who ends it before the host is closed. */
CAMBIST_API int cambist_arbitrage_open(struct cambist *host,
                                       const struct cambist_arbitrage_settings *settings,
                                       cambist_arbitrage_event_fn *on_event, void *user,
                                       struct cambist_arbitrage **ret,
                                       struct cambist_error *error);
/* No event follows; accepts NULL.  Orders that are under way go on, and stay known to the host. */
CAMBIST_API void cambist_arbitrage_close(struct cambist_arbitrage *arbitrage);
CAMBIST_API void cambist_arbitrage_count(const struct cambist_arbitrage *arbitrage,
                                         struct cambist_arbitrage_counts *ret);
/* "partial"; "?" for a number that is none. */
CAMBIST_API const char *cambist_leg_state_name(uint32_t state);

#ifdef __cplusplus
}
#endif

#endif
