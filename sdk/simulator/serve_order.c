/* What happens to the orders that a question is about? */
#include "simulator/serve.h"

#include "number/scaled.h"

static bool is_yes(struct cmb_text flag)
{
    return cmb_text_is(flag, CMB_TEXT("true"));
}

static int scale(struct cmb_serve *serve, uint32_t name, unsigned digits, int64_t *ret)
{
    struct cmb_text text = cmb_serve_argument(serve, name);
    *ret = 0;
    enum cmb_number_fault fault =
        text.at ? cmb_scaled_parse(text, digits, ret) : CMB_NUMBER_FINE;
    if (fault == CMB_NUMBER_FINE && *ret >= 0)
        return CAMBIST_OK;
    return cmb_fail(serve->error, CAMBIST_INVALID_ORDER, "%s is no multiple of the market's step",
                    cmb_argument_of(name)->name.at);
}

static int read_numbers(struct cmb_serve *serve, struct cmb_engine_intent *intent)
{
    const struct cmb_engine_rules *rules = &cmb_engine_rules[intent->market];
    int status = scale(serve, CAMBIST_ARGUMENT_price, rules->price_scale, &intent->price);
    if (status == CAMBIST_OK)
        status = scale(serve, CAMBIST_ARGUMENT_amount, rules->amount_scale, &intent->amount);
    if (status == CAMBIST_OK && ARGUMENT(serve, cost).at)
        status = scale(serve, CAMBIST_ARGUMENT_cost, CMB_ENGINE_SCALE, &intent->budget);
    return status;
}

static int read_intent(struct cmb_serve *serve, struct cmb_engine_intent *intent)
{
    *intent = (struct cmb_engine_intent){ .client_id = ARGUMENT(serve, client_order_id) };
    int status = cmb_serve_need_market(serve, &intent->market);
    if (status == CAMBIST_OK && ARGUMENT(serve, trigger_price).at)
        status = cmb_fail(serve->error, CAMBIST_INVALID_ORDER, "stop orders are not practised here");
    if (status == CAMBIST_OK)
        status = read_numbers(serve, intent);
    if (!cmb_serve_word_of(serve, CAMBIST_ARGUMENT_type, &intent->type))
        intent->type = intent->price ? CAMBIST_TYPE_LIMIT : CAMBIST_TYPE_MARKET;
    if (intent->type == CAMBIST_TYPE_MARKET)
        intent->price = 0;
    (void)cmb_serve_word_of(serve, CAMBIST_ARGUMENT_side, &intent->side);
    if (!cmb_serve_word_of(serve, CAMBIST_ARGUMENT_time_in_force, &intent->time_in_force))
        intent->time_in_force = intent->type == CAMBIST_TYPE_LIMIT ? CAMBIST_TIME_IN_FORCE_GTC
                                                                   : CAMBIST_TIME_IN_FORCE_IOC;
    intent->is_post_only = is_yes(ARGUMENT(serve, post_only)) ||
                           intent->time_in_force == CAMBIST_TIME_IN_FORCE_PO;
    intent->is_reduce_only = is_yes(ARGUMENT(serve, reduce_only));
    return status;
}

static void tell_order(struct cmb_serve *serve, const struct cmb_engine_order *order)
{
    struct cambist_order *row = cmb_serve_add_row(serve);
    if (row)
        cmb_record_order(serve->call, serve->engine, order, row);
}

int cmb_serve_create_order(struct cmb_serve *serve)
{
    struct cmb_engine_intent intent;
    struct cmb_engine_order *order;
    int status = read_intent(serve, &intent);
    if (status == CAMBIST_OK)
        status = cmb_engine_submit(serve->engine, CMB_CUSTOMER, &intent, &order, serve->error);
    if (status == CAMBIST_OK)
        tell_order(serve, order);
    return status;
}

static int find_order(struct cmb_serve *serve, struct cmb_engine_order **ret)
{
    uint64_t id = (uint64_t)cmb_serve_number_of(ARGUMENT(serve, id), 0);
    struct cmb_text client_id = ARGUMENT(serve, client_order_id);
    bool is_named = ARGUMENT(serve, id).at || client_id.at;
    *ret = is_named ? cmb_engine_find_order(serve->engine, id, client_id) : NULL;
    if (*ret)
        return CAMBIST_OK;
    return cmb_fail(serve->error, CAMBIST_ORDER_NOT_FOUND, "there is no such order");
}

int cmb_serve_fetch_order(struct cmb_serve *serve)
{
    struct cmb_engine_order *order;
    int status = find_order(serve, &order);
    if (status == CAMBIST_OK)
        tell_order(serve, order);
    return status;
}

int cmb_serve_cancel_order(struct cmb_serve *serve)
{
    struct cmb_engine_order *order;
    int status = find_order(serve, &order);
    if (status == CAMBIST_OK)
        status = cmb_engine_cancel(serve->engine, order, serve->error);
    if (status == CAMBIST_OK)
        tell_order(serve, order);
    return status;
}

int cmb_serve_edit_order(struct cmb_serve *serve)
{
    struct cmb_engine_order *order;
    struct cmb_engine_intent wanted = { 0 };
    int status = find_order(serve, &order);
    if (status != CAMBIST_OK)
        return status;
    wanted.market = order->market;
    status = read_numbers(serve, &wanted);
    if (status == CAMBIST_OK)
        status = cmb_engine_edit(serve->engine, order, wanted.price, wanted.amount, serve->error);
    if (status == CAMBIST_OK)
        tell_order(serve, order);
    return status;
}

/* An order of a list that was refused says so in its own row. */
static void tell_refusal(struct cmb_serve *serve, const struct cambist_error *error)
{
    struct cmb_arena *arena = &serve->call->arena;
    const struct cambist_fault *fault =
        cmb_practice_fault_of(serve->call->exchange->plugin, error->status);
    struct cambist_order *row = cmb_serve_add_row(serve);
    if (row)
        *row = (struct cambist_order){
            .client_order_id = cmb_arena_copy(arena, ARGUMENT(serve, client_order_id)),
            .state = CAMBIST_STATE_REJECTED,
            .error_code = fault && fault->code ? fault->code : cmb_status_name(error->status),
            .error_message = cmb_arena_copy(arena, cmb_text_of(error->message)) };
}

int cmb_serve_each(struct cmb_serve *serve, int (*run)(struct cmb_serve *serve))
{
    const struct cmb_arguments *all = &serve->call->arguments;
    uint32_t done = 0;
    if (!all->item_count)
        return run(serve);
    for (uint32_t i = 0; i < all->item_count; i++) {
        struct cambist_error error = { 0 };
        struct cmb_serve one = { serve->engine, serve->call, &all->items[i], &error,
                                 serve->practice };
        if (run(&one) == CAMBIST_OK)
            done++;
        else
            tell_refusal(&one, &error);
        if (error.status && all->item_count == 1 && serve->error)
            *serve->error = error;
    }
    return done || all->item_count > 1 ? CAMBIST_OK : (int)serve->error->status;
}

int cmb_serve_create_orders(struct cmb_serve *serve)
{
    return cmb_serve_each(serve, cmb_serve_create_order);
}

int cmb_serve_cancel_orders(struct cmb_serve *serve)
{
    return cmb_serve_each(serve, cmb_serve_cancel_order);
}

static bool is_listed(const struct cmb_serve *serve, const struct cmb_engine_order *order,
                      const struct cmb_serve_window *window)
{
    return cmb_serve_is_asked(serve, order->market) && cmb_serve_is_within(window, order->created_ns);
}

int cmb_serve_cancel_all_orders(struct cmb_serve *serve)
{
    struct cmb_serve_window window = { 0, INT64_MAX, 0, false };
    for (size_t i = 0; i < serve->engine->order_count; i++) {
        struct cmb_engine_order *order = serve->engine->orders[i];
        if (order->state == CAMBIST_STATE_OPEN && is_listed(serve, order, &window) &&
            cmb_engine_cancel(serve->engine, order, serve->error) == CAMBIST_OK)
            tell_order(serve, order);
    }
    return CAMBIST_OK;
}

static int list_orders(struct cmb_serve *serve, bool are_open, bool are_done)
{
    struct cmb_serve_window window = cmb_serve_window_of(serve);
    size_t count = serve->engine->order_count, first = 0;
    for (int64_t left = window.limit; !window.is_from_start && left && count; count--) {
        const struct cmb_engine_order *order = serve->engine->orders[count - 1];
        bool is_open = order->state == CAMBIST_STATE_OPEN;
        left -= (is_open ? are_open : are_done) && is_listed(serve, order, &window);
        first = count - 1;
    }
    for (size_t i = first; i < serve->engine->order_count && window.limit > 0; i++) {
        const struct cmb_engine_order *order = serve->engine->orders[i];
        bool is_open = order->state == CAMBIST_STATE_OPEN;
        if (!(is_open ? are_open : are_done) || !is_listed(serve, order, &window))
            continue;
        tell_order(serve, order);
        window.limit--;
    }
    return CAMBIST_OK;
}

int cmb_serve_fetch_orders(struct cmb_serve *serve)
{
    return list_orders(serve, true, true);
}

int cmb_serve_fetch_open_orders(struct cmb_serve *serve)
{
    return list_orders(serve, true, false);
}

int cmb_serve_fetch_closed_orders(struct cmb_serve *serve)
{
    return list_orders(serve, false, true);
}

int cmb_serve_fetch_my_trades(struct cmb_serve *serve)
{
    struct cmb_serve_window window = cmb_serve_window_of(serve);
    const struct cmb_engine *engine = serve->engine;
    uint64_t id = (uint64_t)cmb_serve_number_of(ARGUMENT(serve, id), 0);
    for (size_t i = 0; i < engine->fill_count && window.limit > 0; i++) {
        const struct cmb_engine_trade *fill = &engine->fills[i];
        if (!cmb_serve_is_asked(serve, fill->market) || !cmb_serve_is_within(&window, fill->time_ns) ||
            (id && fill->order_id != id))
            continue;
        struct cambist_trade *row = cmb_serve_add_row(serve);
        if (row)
            cmb_record_trade(serve->call, engine, fill, true, row);
        window.limit--;
    }
    return CAMBIST_OK;
}
