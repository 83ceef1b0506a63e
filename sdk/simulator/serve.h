/* simulator/serve.h - what the files that answer questions share.
 *
 * Each operation has a function here that asks the engine and adds records to the call's rows.  It
 * answers a status; the reason is in serve->error.
 */
#ifndef CMB_SIMULATOR_SERVE_H
#define CMB_SIMULATOR_SERVE_H

#include "base/fail.h"
#include "simulator/exchange.h"

/* Every operation that is served. */
#define CMB_SERVE_LIST(X)                                                                          \
    X(fetch_time) X(fetch_status) X(fetch_markets) X(fetch_currencies) X(fetch_ticker)             \
    X(fetch_tickers) X(fetch_order_book) X(fetch_trades) X(fetch_ohlcv) X(fetch_balance)           \
    X(fetch_trading_fee) X(fetch_trading_fees) X(create_order) X(create_orders) X(edit_order)      \
    X(cancel_order) X(cancel_orders) X(cancel_all_orders) X(cancel_all_orders_after)               \
    X(fetch_order) X(fetch_orders) X(fetch_open_orders) X(fetch_closed_orders) X(fetch_my_trades) X(fetch_positions)              \
    X(fetch_funding_rate) X(fetch_funding_rates) X(set_leverage) X(open_stream) X(keep_stream)

/* One question while it is being answered. */
struct cmb_serve {
    struct cmb_engine *engine;
    struct cmb_call *call;
    const struct cmb_arguments *arguments; /* of the question, or of one of its orders */
    struct cambist_error *error;
    struct cmb_practice *practice;
};

#define X(name) int cmb_serve_##name(struct cmb_serve *serve);
CMB_SERVE_LIST(X)
#undef X

/* An argument of the order in hand or, failing that, of the question; absent when not given. */
struct cmb_text cmb_serve_argument(const struct cmb_serve *serve, uint32_t argument);
#define ARGUMENT(serve, name) cmb_serve_argument((serve), CAMBIST_ARGUMENT_##name)

/* Now, by the simulator's clock, which is not the exchange's own. */
int64_t cmb_serve_clock_ns(const struct cmb_serve *serve);
int64_t cmb_serve_number_of(struct cmb_text digits, int64_t otherwise);
int64_t cmb_serve_time_of(struct cmb_text ms, int64_t otherwise_ns);
/* The number of our word; false when it was not given. */
bool cmb_serve_word_of(const struct cmb_serve *serve, uint32_t name, uint32_t *ret);
/* The next record; NULL when there are too many. */
void *cmb_serve_add_row(struct cmb_serve *serve);
/* The engine's market of `symbol`; BAD_ARGUMENT without one. */
int cmb_serve_need_market(struct cmb_serve *serve, int *ret);
/* The order as a query tells it: as it was a while ago, where queries lag.  False: it cannot be
 * found, by client id or at all. */
bool cmb_serve_look(const struct cmb_serve *serve, const struct cmb_engine_order *order,
                    bool is_by_client_id, struct cmb_engine_order *ret);
/* Runs one operation for each order of a list; only when the only one was refused is the whole
 * refused, else the refused ones have a row that says so. */
int cmb_serve_each(struct cmb_serve *serve, int (*run)(struct cmb_serve *serve));
/* Whether a market belongs to what was asked: its kinds, its symbols. */
bool cmb_serve_is_asked(const struct cmb_serve *serve, int market);

/* The candle of a timeframe (absent: a minute) that begins then; INT64_MAX: the newest.  False where
 * there is none. */
bool cmb_serve_candle_at(const struct cmb_engine *engine, int market, struct cmb_text timeframe,
                         int64_t time_ns, struct cambist_candle *ret);

/* What a history is asked for: from when to when, how many. */
struct cmb_serve_window {
    int64_t since_ns, until_ns, limit;
    bool is_from_start; /* with a since the oldest are wanted, else the newest */
};

struct cmb_serve_window cmb_serve_window_of(const struct cmb_serve *serve);
bool cmb_serve_is_within(const struct cmb_serve_window *window, int64_t time_ns);

/* Adds the order's record. */
void cmb_serve_tell_order(struct cmb_serve *serve, const struct cmb_engine_order *order);
/* The order that the question names; ORDER_NOT_FOUND. */
int cmb_serve_find_order(struct cmb_serve *serve, struct cmb_engine_order **ret);
bool cmb_serve_is_listed(const struct cmb_serve *serve, const struct cmb_engine_order *order,
                         const struct cmb_serve_window *window);

#endif
