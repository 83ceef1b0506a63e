/* arbitrage/trade_inner.h - what the files of a trade share. */
#ifndef CMB_ARBITRAGE_TRADE_INNER_H
#define CMB_ARBITRAGE_TRADE_INNER_H

#include "arbitrage/legs.h"
#include "arbitrage/trade.h"

#define CMB_PATIENCE_NS 5000000000ll /* an order that still works is then cancelled */

enum { CMB_EXECUTIONS_AT_ONCE = 16, CMB_RESULTS_MOST = 64, CMB_REFUSED_MOST = 3 };

/* An account, and when its balances were asked for. */
struct cmb_trader {
    struct cmb_trade *trade;
    uint32_t number;
    struct cmb_trade_account given;
    bool has_balances;
    struct cmb_run *run;      /* asks for them; NULL: never did */
    bool is_asking, is_wanted;
    uint64_t asked, answered; /* questions that were begun; the last of them that was answered */
    int64_t answered_ns;
};

/* A place of the engine, by its number. */
struct cmb_trade_place {
    struct cmb_trade *trade;
    uint32_t number, account;
    const struct cambist_market *market;
    struct cmb_listener *listener;
    bool is_executable;    /* an order as legs are can be written for it */
    bool is_taken;         /* an execution is under way there */
    uint64_t used_version; /* of the book that the last execution was found in */
};

struct cmb_execution;

/* One order of an execution, beside its leg. */
struct cmb_trade_order {
    struct cmb_execution *execution;
    uint32_t leg;
    struct cmb_trade_place *place;
    struct cmb_run *run;
    char client_id[CMB_ORDER_TEXT_SIZE]; /* "": not known yet */
};

enum cmb_execution_phase {
    CMB_EXECUTION_NONE = 0,
    CMB_EXECUTION_LEGS,  /* its orders are not over */
    CMB_EXECUTION_MONEY, /* they are; the balances behind them have not come */
};

struct cmb_execution {
    struct cmb_trade *trade;
    uint64_t number;
    uint32_t phase, route;
    const char *currency;
    struct cambist_decimal expected;
    struct cmb_legs legs;
    struct cmb_trade_order orders[CAMBIST_ARBITRAGE_LEGS_MOST];
    bool was_doubted;
    struct cmb_timer patience;         /* then what still works is cancelled */
    struct cambist_decimal held[2];    /* quote of the buyer, base of the seller */
    uint64_t wanted[2];                /* questions for balances that must be answered first */
};

/* What was earned so far in one currency. */
struct cmb_trade_result {
    const char *currency;
    struct cambist_decimal sum;
};

struct cmb_trade {
    struct cmb_trade_settings settings;
    struct cmb_arbitrage *engine;
    struct cmb_trader traders[CMB_ARBITRAGE_VENUES_MOST];
    uint32_t trader_count;
    struct cmb_trade_place *places; /* by number */
    uint32_t place_count, place_capacity;
    bool *resting;                  /* by route: it left something open */
    struct cmb_execution executions[CMB_EXECUTIONS_AT_ONCE];
    struct cmb_trade_result results[CMB_RESULTS_MOST];
    uint32_t result_count;
    struct cambist_arbitrage_counts counts;
    struct cmb_timer pulse, turn; /* turn: executions are looked at behind what happens */
    bool is_stopped;   /* for good: nobody is told anything */
    const char *ended; /* why nothing is executed any more; NULL: it is */
    uint32_t refused_in_row; /* executions of which an order was refused, or never left */
};

/* ---- hear ---- */

void cmb_trade_tell(struct cmb_trade *trade, const struct cambist_arbitrage_event *event);
/* A market is not used. */
void cmb_trade_leave_out(struct cmb_trade *trade, uint32_t account, const char *symbol,
                         const char *reason);
/* For the engine's rules, with the trade as user. */
void cmb_trade_on_opportunity(uint32_t tiding, const struct cambist_opportunity *opportunity,
                              void *user);
void cmb_trade_listen(struct cmb_trade *trade, struct cmb_trade_place *place);
/* Nothing is executed any more. */
void cmb_trade_end(struct cmb_trade *trade, const char *reason);

/* ---- money ---- */

void cmb_money_hold(struct cmb_execution *execution);
/* Asks for the balances of both accounts; until they are here the money stays held. */
void cmb_money_want(struct cmb_execution *execution);
/* Whether they are here. */
bool cmb_money_has_come(const struct cmb_execution *execution);
void cmb_money_release(struct cmb_execution *execution);
/* Adds a result, and ends all when too much is lost. */
void cmb_money_count(struct cmb_trade *trade, const char *currency,
                     const struct cambist_decimal *profit);
/* Asks for what is wanted, and for what is old. */
void cmb_money_pulse(struct cmb_trade *trade, int64_t now_ns);

/* ---- execute ---- */

/* Sends the orders of an opportunity, where they may go; NULL: they may not.  The caller tells. */
struct cmb_execution *cmb_execute_consider(struct cmb_trade *trade,
                                           const struct cambist_opportunity *opportunity);
/* Whether a leg can be written for the place; the reason in *error. */
bool cmb_execute_check(struct cmb_trade_place *place, struct cambist_error *error);
/* Sends the order of a leg that is set. */
void cmb_execute_send(struct cmb_execution *execution, uint32_t leg);
/* Cancels it where it still works. */
void cmb_execute_cancel(struct cmb_execution *execution, uint32_t leg);
/* The name that the order way has given it; "" while it has none. */
const char *cmb_execute_name(struct cmb_trade_order *order);

/* ---- settle ---- */

void cmb_settle_tell(struct cmb_execution *execution, uint32_t tiding);
/* Has executions looked at in a turn of its own. */
void cmb_settle_soon(struct cmb_trade *trade);
void cmb_settle_all(struct cmb_trade *trade);
/* What is still working after a while is cancelled. */
void cmb_settle_lose_patience(struct cmb_timer *timer, void *user);

#endif
