/* simulator/engine.h - a matching engine: price before time, exact numbers, seeded makers.
 *
 * Prices and amounts are int64 at their market's scale, money is int64 at CMB_ENGINE_SCALE for every
 * currency.  Account 0 is the customer whom the exchange serves; the house is everybody else: it
 * quotes and trades out of a seeded random walk and may owe.  What the engine does depends on its
 * seed, on the questions in their order and on the times that it is given, on nothing else.
 * One thread at a time.
 */
#ifndef CMB_SIMULATOR_ENGINE_H
#define CMB_SIMULATOR_ENGINE_H

#include <cambist/status.h>
#include <cambist/types.h>

#include "base/text.h"
#include "crypto/random.h"

enum {
    CMB_ENGINE_SCALE = 10, /* digits of money */
    CMB_ENGINE_MARKETS = 8,
    CMB_ENGINE_CURRENCIES = 5,
    CMB_ENGINE_ACCOUNTS = 2,
    CMB_ENGINE_LEVELS = 12,      /* that the house keeps on each side */
    CMB_ENGINE_TRADES = 1024,    /* remembered per market */
    CMB_ENGINE_CANDLES = 3000,   /* minutes remembered per market */
    CMB_ENGINE_TAKER_FEE = 10,   /* in ten-thousandths */
    CMB_ENGINE_MAKER_FEE = 5,
    CMB_ENGINE_BOOK_MOST = 4096, /* orders on a side */
    CMB_ENGINE_CHANGES = 8192,   /* changes of a book remembered per market */
    CMB_ENGINE_EVENTS = 1024,    /* of the customer's orders, remembered */
    CMB_ENGINE_PASTS = 32,       /* earlier states of a book, one for each move of the house */
    CMB_ENGINE_PAST_LEVELS = 64,
};
enum { CMB_CUSTOMER = 0, CMB_HOUSE = 1 };

/* What an exchange makes of a client id that was there before. */
enum cmb_client_ids {
    CMB_IDS_UNIQUE = 0, /* refused for ever */
    CMB_IDS_AMONG_OPEN, /* refused while an order with it is open */
    CMB_IDS_ANY,        /* taken; the first order is found by it */
    CMB_IDS_LAST_WINS,  /* taken; the last order is found by it */
};

/* What does not change about a market. */
struct cmb_engine_rules {
    const char *symbol, *base, *quote, *settle; /* settle: NULL for spot */
    uint32_t kind;                              /* CAMBIST_KIND_... */
    unsigned price_scale, amount_scale;         /* tick and lot are one unit; sum <= money's */
    int64_t start_price, typical_amount;
};

struct cmb_engine_order {
    uint64_t id, number; /* number: of arrival, decides among equal prices */
    char client_id[128]; /* "": none */
    int account, market;
    uint32_t side, type, time_in_force, state; /* numbers of the vocabularies */
    bool is_post_only, is_reduce_only;
    bool is_external; /* placed by the customer, but not through us */
    bool is_said_done; /* the exchange has said that it is cancelled, which is not so yet */
    int64_t price, amount, filled; /* price 0: market order */
    int64_t budget;                /* money that a market buy may spend; 0: by amount */
    int64_t cost, fee, held;       /* money; fee in fee_currency */
    int fee_currency, held_currency;
    int64_t created_ns, updated_ns, traded_ns;
    uint64_t request;        /* that brought it: engine->request then; 0: none */
    int64_t arrived_ns;      /* when that arrived, by the simulator's clock */
    int64_t executed_ns;     /* when the order was taken, by the same; later where it had to wait */
    struct cmb_engine_order *next_same; /* in the index by client id: the one before it */
};

struct cmb_engine_trade {
    uint64_t id, order_id;
    int market;
    uint32_t side, liquidity, type; /* side: the taker's; of one's own trades one's own */
    int64_t price, amount, cost, fee;
    int fee_currency;
    int64_t time_ns;
    char client_id[128];
};

struct cmb_engine_candle {
    int64_t time_ns, open, high, low, close, volume, cost;
};

struct cmb_engine_side {
    struct cmb_engine_order **orders; /* best first */
    size_t count;
};

/* One change of a book: something happened at this price. */
struct cmb_engine_change {
    uint64_t sequence;
    int64_t price;
    uint32_t side;
};

struct cmb_engine_level {
    int64_t price, amount;
};

/* A book as it was. */
struct cmb_engine_past {
    uint64_t sequence;
    int64_t time_ns;
    size_t bid_count, ask_count;
    struct cmb_engine_level bids[CMB_ENGINE_PAST_LEVELS], asks[CMB_ENGINE_PAST_LEVELS];
};

/* Something that the customer is told of an order. */
struct cmb_engine_event {
    int64_t time_ns;
    struct cmb_engine_order order; /* as it was then */
    bool is_fill;
    struct cmb_engine_trade fill;
};

struct cmb_engine_market {
    const struct cmb_engine_rules *rules;
    int base, quote, settle; /* currencies; settle -1: spot */
    struct cmb_engine_side bids, asks;
    struct cmb_engine_trade *trades; /* ring; the newest at (trade_count - 1) % CMB_ENGINE_TRADES */
    uint64_t trade_count;
    struct cmb_engine_candle *candles; /* ring of minutes, the same way */
    uint64_t candle_count;
    int64_t middle; /* of the house's quotes ... */
    int64_t lean_ppm; /* ... which lie so far above it: this exchange is dearer than others */
    uint64_t sequence; /* rises with every change of the book */
    struct cmb_engine_change *changes; /* ring, as trades */
    uint64_t change_count;
    uint64_t restarts; /* times that the sequence began anew */
    struct cmb_engine_past *pasts; /* ring, as trades */
    uint64_t past_count;
    int64_t position[CMB_ENGINE_ACCOUNTS], position_cost[CMB_ENGINE_ACCOUNTS]; /* signed */
    int64_t realized[CMB_ENGINE_ACCOUNTS], leverage;
};

struct cmb_engine_balance {
    int64_t free, used;
};

struct cmb_engine {
    struct cmb_random random;
    struct cmb_engine_market markets[CMB_ENGINE_MARKETS];
    struct cmb_engine_balance balances[CMB_ENGINE_ACCOUNTS][CMB_ENGINE_CURRENCIES];
    int64_t fees[CMB_ENGINE_CURRENCIES]; /* taken so far */
    struct cmb_engine_order **orders; /* the customer's, in the order of arrival */
    size_t order_count, order_capacity;
    struct cmb_engine_order **index; /* by client id, a power of two */
    size_t index_size, indexed;
    uint32_t client_ids; /* enum cmb_client_ids */
    uint64_t request;    /* whose orders come now, and the simulator's times of it */
    int64_t arrived_ns, executed_ns;
    struct cmb_engine_trade *fills; /* the customer's */
    size_t fill_count, fill_capacity;
    struct cmb_engine_event *events; /* ring; the newest at (event_count - 1) % CMB_ENGINE_EVENTS */
    uint64_t event_count;
    uint64_t next_id, next_number, next_trade;
    int64_t now_ns, moved_ns; /* moved: when the house last moved */
    int64_t rest_ns;          /* how long the house keeps still between two moves */
    uint64_t moves_back; /* of the books that are asked for; 0: as they are */
};

/* What is ordered.  Absent numbers are 0. */
struct cmb_engine_intent {
    int market;
    uint32_t side, type, time_in_force;
    bool is_post_only, is_reduce_only, is_external;
    int64_t price, amount, budget;
    struct cmb_text client_id;
};

/* The currencies in the order of their numbers. */
extern const char *const cmb_engine_currencies[CMB_ENGINE_CURRENCIES];
extern const struct cmb_engine_rules cmb_engine_rules[CMB_ENGINE_MARKETS];

/* An engine with a day of history behind `now_ns`.  NULL without memory; free accepts NULL. */
struct cmb_engine *cmb_engine_new(uint64_t seed, int64_t now_ns);
void cmb_engine_free(struct cmb_engine *engine);

/* Tells the time; the house moves its quotes and trades a little. */
void cmb_engine_turn(struct cmb_engine *engine, int64_t now_ns);

/* Takes an order for an account.  *ret is the order in the state that it ended in, and lives as long
 * as the engine (an order of the house: until the next question).  INSUFFICIENT_FUNDS,
 * INVALID_ORDER, DUPLICATE_ORDER, NO_MEMORY: nothing happened. */
int cmb_engine_submit(struct cmb_engine *engine, int account,
                      const struct cmb_engine_intent *intent, struct cmb_engine_order **ret,
                      struct cambist_error *error);
/* Takes an open order out of its book.  ORDER_NOT_FOUND when it is done. */
int cmb_engine_cancel(struct cmb_engine *engine, struct cmb_engine_order *order,
                      struct cambist_error *error);
/* Gives an open limit order another price and amount (0: as before); it goes to the end of its
 * price's queue, keeps its id, and may trade.  A failure leaves it as it was, but it may have
 * lost its place. */
int cmb_engine_edit(struct cmb_engine *engine, struct cmb_engine_order *order, int64_t price,
                    int64_t amount, struct cambist_error *error);

/* The house trades with an open order as far as `amount` goes, at the order's own price. */
void cmb_engine_hit(struct cmb_engine *engine, struct cmb_engine_order *order, int64_t amount);

/* The customer's order by id or, for id 0, by client id; NULL when there is none.  Of several with
 * one client id the one that the rule names. */
struct cmb_engine_order *cmb_engine_find_order(const struct cmb_engine *engine, uint64_t id,
                                               struct cmb_text client_id);
/* The market of that symbol, -1 when there is none. */
int cmb_engine_find_market(struct cmb_text symbol);
int cmb_engine_find_currency(const char *code);

/* price x amount of the market as money. */
int64_t cmb_engine_cost(const struct cmb_engine_market *market, int64_t price, int64_t amount);

/* ---- among the engine's files ---- */

/* book: puts an order where its price and number belong; false when the side is full. */
bool cmb_book_add(struct cmb_engine_market *market, struct cmb_engine_order *order);
/* Takes it out; false when it was not there. */
bool cmb_book_remove(struct cmb_engine_market *market, struct cmb_engine_order *order);
struct cmb_engine_side *cmb_book_side(struct cmb_engine_market *market, uint32_t side);
/* The first order on the other side that an order of this side and price may trade with. */
struct cmb_engine_order *cmb_book_facing(struct cmb_engine_market *market, uint32_t side,
                                         int64_t price);

/* index: remembers an order of the customer by its client id; false without memory. */
bool cmb_index_add(struct cmb_engine *engine, struct cmb_engine_order *order);
/* Whether the rule forbids another order with this client id. */
bool cmb_index_refuses(const struct cmb_engine *engine, struct cmb_text client_id);

/* change: counts and remembers a change of the book. */
void cmb_change_note(struct cmb_engine_market *market, uint32_t side, int64_t price);
/* Remembers what the customer is told of an order; `fill` NULL: it did not trade. */
void cmb_change_tell(struct cmb_engine *engine, const struct cmb_engine_order *order,
                     const struct cmb_engine_trade *fill);
/* The order as it was at that time, as far back as events are remembered (then: as it is); false:
 * it was not there. */
bool cmb_change_order_at(const struct cmb_engine *engine, const struct cmb_engine_order *order,
                         int64_t time_ns, struct cmb_engine_order *ret);
/* Remembers the book as it is. */
void cmb_change_keep_past(struct cmb_engine *engine, struct cmb_engine_market *market);
/* The book as it was before so many moves of the house, or the oldest that is known; NULL: none, or
 * 0 moves. */
const struct cmb_engine_past *cmb_change_past(const struct cmb_engine_market *market,
                                              uint64_t moves);
/* Copies up to `most` levels of a side, the best first; answers how many. */
size_t cmb_change_levels(const struct cmb_engine_side *side, size_t most,
                         struct cmb_engine_level *to);
/* The amount that waits at a price. */
int64_t cmb_change_amount_at(const struct cmb_engine_side *side, int64_t price);
/* Counts anew from 1, as after an exchange's restart. */
void cmb_change_restart(struct cmb_engine_market *market);

/* account: holds what the rest of the order can cost; false when there is too little. */
bool cmb_account_hold(struct cmb_engine *engine, struct cmb_engine_order *order);
void cmb_account_release(struct cmb_engine *engine, struct cmb_engine_order *order);
/* Moves money and fees for one fill of `order`. */
void cmb_account_settle(struct cmb_engine *engine, struct cmb_engine_order *order, int64_t price,
                        int64_t amount, uint32_t liquidity, struct cmb_engine_trade *ret_fill);

/* history: remembers a trade in the market's list and candles. */
void cmb_history_add(struct cmb_engine *engine, int market, struct cmb_engine_trade trade);
/* Invents a day that ends at the market's start price. */
void cmb_history_invent(struct cmb_engine *engine, int market);

/* house: quotes anew, and now and then trades. */
void cmb_house_move(struct cmb_engine *engine);

#endif
