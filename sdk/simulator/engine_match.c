/* What happens to an order? */
#include "simulator/engine.h"

#include <stdlib.h>

#include "base/fail.h"

#define OTHER_SIDE 1000000000ull /* from the name of a trade to the one of its other side */

static bool grow(void **rows, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    size_t wanted = *capacity ? *capacity * 2 : 64;
    void *grown = realloc(*rows, wanted * size);
    if (!grown)
        return false;
    *rows = grown;
    *capacity = wanted;
    return true;
}

static struct cmb_engine_order *make_order(struct cmb_engine *engine, int account,
                                           const struct cmb_engine_intent *intent)
{
    void *rows = engine->orders;
    if (account == CMB_CUSTOMER &&
        !grow(&rows, engine->order_count, &engine->order_capacity, sizeof(void *)))
        return NULL;
    engine->orders = rows;
    struct cmb_engine_order *order = calloc(1, sizeof *order);
    if (!order)
        return NULL;
    *order = (struct cmb_engine_order){
        .number = engine->next_number++, .account = account, .market = intent->market,
        .side = intent->side, .type = intent->type, .time_in_force = intent->time_in_force,
        .state = CAMBIST_STATE_OPEN, .is_post_only = intent->is_post_only,
        .is_reduce_only = intent->is_reduce_only, .price = intent->price,
        .amount = intent->amount, .budget = intent->budget, .created_ns = engine->now_ns,
        .updated_ns = engine->now_ns, .is_external = intent->is_external,
        .request = intent->is_external ? 0 : engine->request, .arrived_ns = engine->arrived_ns,
        .executed_ns = engine->executed_ns,
    };
    memcpy(order->client_id, intent->client_id.at ? intent->client_id.at : "",
           intent->client_id.length);
    return order;
}

static int check_intent(const struct cmb_engine *engine, int account,
                        const struct cmb_engine_intent *intent, struct cambist_error *error)
{
    if (intent->side != CAMBIST_SIDE_BUY && intent->side != CAMBIST_SIDE_SELL)
        return cmb_fail(error, CAMBIST_INVALID_ORDER, "side must be buy or sell");
    if (intent->type == CAMBIST_TYPE_LIMIT && intent->price <= 0)
        return cmb_fail(error, CAMBIST_INVALID_ORDER, "a limit order needs a price");
    if (intent->amount <= 0 && intent->budget <= 0)
        return cmb_fail(error, CAMBIST_INVALID_ORDER, "an order needs an amount");
    if (intent->client_id.length >= sizeof engine->orders[0]->client_id)
        return cmb_fail(error, CAMBIST_INVALID_ORDER, "the client order id is too long");
    if (account == CMB_CUSTOMER && cmb_index_refuses(engine, intent->client_id))
        return cmb_fail(error, CAMBIST_DUPLICATE_ORDER, "an order with this client id exists");
    return CAMBIST_OK;
}

/* How much could trade now. */
static int64_t reachable(struct cmb_engine_market *market, const struct cmb_engine_order *order)
{
    const struct cmb_engine_side *other =
        order->side == CAMBIST_SIDE_BUY ? &market->asks : &market->bids;
    int64_t amount = 0;
    for (size_t i = 0; i < other->count; i++) {
        const struct cmb_engine_order *resting = other->orders[i];
        bool is_beyond = order->price && (order->side == CAMBIST_SIDE_BUY
                                              ? resting->price > order->price
                                              : resting->price < order->price);
        if (is_beyond)
            break;
        amount += resting->amount - resting->filled;
    }
    return amount;
}

static void close_order(struct cmb_engine *engine, struct cmb_engine_order *order, uint32_t state)
{
    cmb_account_release(engine, order);
    order->state = state;
    order->updated_ns = engine->now_ns;
    /* What a fill made full was told with the fill. */
    if (state != CAMBIST_STATE_CLOSED || order->budget)
        cmb_change_tell(engine, order, NULL);
}

static void keep_fill(struct cmb_engine *engine, const struct cmb_engine_trade *fill)
{
    void *rows = engine->fills;
    if (!grow(&rows, engine->fill_count, &engine->fill_capacity, sizeof *engine->fills))
        return;
    engine->fills = rows;
    engine->fills[engine->fill_count++] = *fill;
}

/* A resting order that is full leaves; one of the house is then forgotten. */
static void finish_resting(struct cmb_engine *engine, struct cmb_engine_order *resting)
{
    if (resting->filled < resting->amount)
        return;
    cmb_book_remove(&engine->markets[resting->market], resting);
    close_order(engine, resting, CAMBIST_STATE_CLOSED);
    if (resting->account == CMB_HOUSE)
        free(resting);
}

static void fill(struct cmb_engine *engine, struct cmb_engine_order *taker,
                 struct cmb_engine_order *maker, int64_t amount)
{
    int64_t price = maker->price;
    struct cmb_engine_trade taken, made;
    cmb_account_settle(engine, taker, price, amount, CAMBIST_LIQUIDITY_TAKER, &taken);
    cmb_account_settle(engine, maker, price, amount, CAMBIST_LIQUIDITY_MAKER, &made);
    taken.id = made.id = engine->next_trade;
    if (taker->account == CMB_CUSTOMER)
        keep_fill(engine, &taken);
    if (taker->account == maker->account) /* with oneself: exchanges name both sides apart */
        made.id += OTHER_SIDE;
    if (maker->account == CMB_CUSTOMER)
        keep_fill(engine, &made);
    cmb_change_tell(engine, taker, &taken);
    cmb_change_tell(engine, maker, &made);
    cmb_change_note(&engine->markets[taker->market], maker->side, price);
    cmb_history_add(engine, taker->market, taken);
    finish_resting(engine, maker);
}

/* How much of the next resting order can be paid for. */
static int64_t affordable(const struct cmb_engine *engine, const struct cmb_engine_order *order,
                          int64_t price)
{
    if (!order->budget)
        return order->amount - order->filled;
    int64_t unit = cmb_engine_cost(&engine->markets[order->market], price, 1);
    return (order->budget - order->cost) / unit;
}

static void match(struct cmb_engine *engine, struct cmb_engine_order *order)
{
    struct cmb_engine_market *market = &engine->markets[order->market];
    struct cmb_engine_order *facing;
    while ((facing = cmb_book_facing(market, order->side, order->price))) {
        int64_t left = affordable(engine, order, facing->price);
        int64_t there = facing->amount - facing->filled;
        int64_t amount = left < there ? left : there;
        if (amount <= 0)
            break;
        fill(engine, order, facing, amount);
        if (!order->budget && order->filled == order->amount)
            break;
    }
}

/* Behind the matching: full, resting, or gone. */
static void settle_state(struct cmb_engine *engine, struct cmb_engine_order *order)
{
    bool may_rest = order->type == CAMBIST_TYPE_LIMIT &&
                    order->time_in_force != CAMBIST_TIME_IN_FORCE_IOC &&
                    order->time_in_force != CAMBIST_TIME_IN_FORCE_FOK;
    if (order->budget)
        order->amount = order->filled;
    if (order->filled == order->amount && order->filled)
        close_order(engine, order, CAMBIST_STATE_CLOSED);
    else if (!may_rest || !cmb_book_add(&engine->markets[order->market], order))
        close_order(engine, order, CAMBIST_STATE_CANCELED);
}

static int check_order(struct cmb_engine *engine, struct cmb_engine_order *order,
                       struct cambist_error *error)
{
    struct cmb_engine_market *market = &engine->markets[order->market];
    if (order->is_post_only && cmb_book_facing(market, order->side, order->price))
        return cmb_fail(error, CAMBIST_INVALID_ORDER, "a post-only order would take");
    int64_t position = market->position[order->account];
    bool reduces = position && (position > 0) == (order->side == CAMBIST_SIDE_SELL);
    if (order->is_reduce_only && market->settle >= 0 && !reduces)
        return cmb_fail(error, CAMBIST_INVALID_ORDER, "a reduce-only order would open a position");
    if (!cmb_account_hold(engine, order))
        return cmb_fail(error, CAMBIST_INSUFFICIENT_FUNDS, "the balance is insufficient");
    return CAMBIST_OK;
}

static void run_order(struct cmb_engine *engine, struct cmb_engine_order *order)
{
    bool is_all_or_none = order->time_in_force == CAMBIST_TIME_IN_FORCE_FOK && !order->budget;
    if (!is_all_or_none || reachable(&engine->markets[order->market], order) >=
                               order->amount - order->filled)
        match(engine, order);
    settle_state(engine, order);
}

int cmb_engine_submit(struct cmb_engine *engine, int account,
                      const struct cmb_engine_intent *intent, struct cmb_engine_order **ret,
                      struct cambist_error *error)
{
    int status = check_intent(engine, account, intent, error);
    if (status != CAMBIST_OK)
        return status;
    struct cmb_engine_order *order = make_order(engine, account, intent);
    if (!order)
        return cmb_fail(error, CAMBIST_NO_MEMORY, "no memory for an order");
    status = check_order(engine, order, error);
    if (status == CAMBIST_OK && account == CMB_CUSTOMER && !cmb_index_add(engine, order)) {
        cmb_account_release(engine, order);
        status = cmb_fail(error, CAMBIST_NO_MEMORY, "no memory for an order");
    }
    if (status != CAMBIST_OK) {
        free(order);
        return status;
    }
    order->id = engine->next_id++;
    if (account == CMB_CUSTOMER)
        engine->orders[engine->order_count++] = order;
    cmb_change_tell(engine, order, NULL);
    run_order(engine, order);
    *ret = order;
    if (account == CMB_HOUSE && order->state != CAMBIST_STATE_OPEN) {
        free(order);
        *ret = NULL;
    }
    return CAMBIST_OK;
}

void cmb_engine_hit(struct cmb_engine *engine, struct cmb_engine_order *order, int64_t amount)
{
    struct cmb_engine_intent intent = {
        .market = order->market, .price = order->price, .amount = amount,
        .side = order->side == CAMBIST_SIDE_BUY ? CAMBIST_SIDE_SELL : CAMBIST_SIDE_BUY,
        .type = CAMBIST_TYPE_LIMIT, .time_in_force = CAMBIST_TIME_IN_FORCE_IOC };
    int64_t left = order->amount - order->filled;
    struct cmb_engine_order *house =
        order->state == CAMBIST_STATE_OPEN ? make_order(engine, CMB_HOUSE, &intent) : NULL;
    if (!house)
        return;
    if (cmb_account_hold(engine, house))
        fill(engine, house, order, amount < left ? amount : left);
    cmb_account_release(engine, house);
    free(house);
}

int cmb_engine_cancel(struct cmb_engine *engine, struct cmb_engine_order *order,
                      struct cambist_error *error)
{
    if (!cmb_book_remove(&engine->markets[order->market], order))
        return cmb_fail(error, CAMBIST_ORDER_NOT_FOUND, "the order is not open any more");
    close_order(engine, order, CAMBIST_STATE_CANCELED);
    if (order->account == CMB_HOUSE)
        free(order);
    return CAMBIST_OK;
}

int cmb_engine_edit(struct cmb_engine *engine, struct cmb_engine_order *order, int64_t price,
                    int64_t amount, struct cambist_error *error)
{
    if (amount && amount <= order->filled)
        return cmb_fail(error, CAMBIST_INVALID_ORDER, "more than the new amount was filled");
    if (!cmb_book_remove(&engine->markets[order->market], order))
        return cmb_fail(error, CAMBIST_ORDER_NOT_FOUND, "the order is not open any more");
    struct cmb_engine_order before = *order;
    cmb_account_release(engine, order);
    order->price = price ? price : order->price;
    order->amount = amount ? amount : order->amount;
    order->number = engine->next_number++;
    order->updated_ns = engine->now_ns;
    int status = check_order(engine, order, error);
    if (status == CAMBIST_OK) {
        cmb_change_tell(engine, order, NULL);
        run_order(engine, order);
        return CAMBIST_OK;
    }
    order->price = before.price;
    order->amount = before.amount;
    (void)cmb_account_hold(engine, order);
    cmb_book_add(&engine->markets[order->market], order);
    return status;
}
