/* What happens to the orders that a question is about? */
#include "simulator/serve.h"

#include "number/scaled.h"
#include "simulator/faults.h"

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

void cmb_serve_tell_order(struct cmb_serve *serve, const struct cmb_engine_order *order)
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
        cmb_serve_tell_order(serve, order);
    return status;
}

int cmb_serve_find_order(struct cmb_serve *serve, struct cmb_engine_order **ret)
{
    uint64_t id = (uint64_t)cmb_serve_number_of(ARGUMENT(serve, id), 0);
    struct cmb_text client_id = ARGUMENT(serve, client_order_id);
    bool is_named = ARGUMENT(serve, id).at || client_id.at;
    *ret = is_named ? cmb_engine_find_order(serve->engine, id, client_id) : NULL;
    if (*ret)
        return CAMBIST_OK;
    return cmb_fail(serve->error, CAMBIST_ORDER_NOT_FOUND, "there is no such order");
}

/* The answer says what is not so yet; what becomes of the order follows later. */
static int pretend_cancelled(struct cmb_serve *serve, struct cmb_engine_order *order)
{
    struct cmb_engine_order told = *order;
    if (order->state != CAMBIST_STATE_OPEN)
        return cmb_fail(serve->error, CAMBIST_ORDER_NOT_FOUND, "the order is not open any more");
    told.state = CAMBIST_STATE_CANCELED;
    cmb_serve_tell_order(serve, &told);
    serve->practice->pending = order;
    order->is_said_done = true;
    return CAMBIST_OK;
}

int cmb_serve_cancel_order(struct cmb_serve *serve)
{
    struct cmb_engine_order *order;
    uint32_t fault = serve->practice->struck;
    int status = cmb_serve_find_order(serve, &order);
    if (status != CAMBIST_OK)
        return status;
    if (fault == CMB_FAULT_CANCEL_LATE || fault == CMB_FAULT_CANCEL_VAIN)
        return pretend_cancelled(serve, order);
    if (fault == CMB_FAULT_FILL_BEFORE_CANCEL)
        cmb_engine_hit(serve->engine, order, order->amount);
    if (fault == CMB_FAULT_FILL_THEN_CANCEL)
        cmb_engine_hit(serve->engine, order, (order->amount - order->filled + 1) / 2);
    status = cmb_engine_cancel(serve->engine, order, serve->error);
    if (status == CAMBIST_OK && fault == CMB_FAULT_CANCEL_THEN_REFUSE)
        status = cmb_fail(serve->error, CAMBIST_ORDER_NOT_FOUND, "there is no such order");
    if (status == CAMBIST_OK)
        cmb_serve_tell_order(serve, order);
    return status;
}

/* Cancelled and placed anew is two things, of which one may fail. */
static int edit_half(struct cmb_serve *serve, struct cmb_engine_order *order)
{
    int status = cmb_engine_cancel(serve->engine, order, serve->error);
    if (status != CAMBIST_OK)
        return status;
    status = cmb_fail(serve->error, CAMBIST_REJECTED,
                      "Order cancel-replace partially failed: cancelled, not placed");
    serve->error->outcome = CAMBIST_OUTCOME_UNKNOWN;
    return status;
}

/* The old order goes, another one comes under a name of its own; or only the first of the two. */
static int replace(struct cmb_serve *serve, struct cmb_engine_order *order)
{
    struct cmb_engine_intent intent;
    struct cmb_engine_order *successor;
    int status = read_intent(serve, &intent);
    if (status == CAMBIST_OK)
        status = cmb_engine_cancel(serve->engine, order, serve->error);
    if (status != CAMBIST_OK)
        return status;
    status = cmb_engine_submit(serve->engine, CMB_CUSTOMER, &intent, &successor, serve->error);
    if (status == CAMBIST_OK)
        cmb_serve_tell_order(serve, successor);
    else
        serve->error->outcome = CAMBIST_OUTCOME_UNKNOWN;
    return status;
}

static bool replaces(const struct cmb_engine_order *order, const struct cmb_serve *serve)
{
    const struct cambist_order_rule *rule = cmb_find_order_rule(
        serve->practice->plugin, cmb_engine_rules[order->market].kind);
    return rule && rule->edit_replaces;
}

int cmb_serve_edit_order(struct cmb_serve *serve)
{
    struct cmb_engine_order *order;
    struct cmb_engine_intent wanted = { 0 };
    int status = cmb_serve_find_order(serve, &order);
    if (status != CAMBIST_OK)
        return status;
    if (serve->practice->struck == CMB_FAULT_EDIT_HALF ||
        serve->practice->struck == CMB_FAULT_EDIT_HALF_CUT)
        return edit_half(serve, order);
    if (replaces(order, serve))
        return replace(serve, order);
    wanted.market = order->market;
    status = read_numbers(serve, &wanted);
    if (status == CAMBIST_OK)
        status = cmb_engine_edit(serve->engine, order, wanted.price, wanted.amount, serve->error);
    if (status == CAMBIST_OK)
        cmb_serve_tell_order(serve, order);
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

/* Whether a fault refuses this one of a list. */
static bool is_refused(const struct cmb_serve *serve, uint32_t number)
{
    return serve->practice->struck == CMB_FAULT_MIXED_LIST && number % 2 == 1 &&
           cmb_fail(serve->error, CAMBIST_INVALID_ORDER, "this one is refused") != CAMBIST_OK;
}

int cmb_serve_each(struct cmb_serve *serve, int (*run)(struct cmb_serve *serve))
{
    const struct cmb_arguments *all = &serve->call->arguments;
    uint32_t done = 0, count = all->item_count;
    if (!count)
        return run(serve);
    if (serve->practice->struck == CMB_FAULT_CUT_LIST)
        count = (count + 1) / 2;
    for (uint32_t i = 0; i < count; i++) {
        struct cambist_error error = { 0 };
        struct cmb_serve one = { serve->engine, serve->call, &all->items[i], &error,
                                 serve->practice };
        if (!is_refused(&one, i) && run(&one) == CAMBIST_OK)
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

int cmb_serve_cancel_all_orders(struct cmb_serve *serve)
{
    struct cmb_serve_window window = { 0, INT64_MAX, 0, false };
    for (size_t i = 0; i < serve->engine->order_count; i++) {
        struct cmb_engine_order *order = serve->engine->orders[i];
        if (order->state == CAMBIST_STATE_OPEN && cmb_serve_is_listed(serve, order, &window) &&
            cmb_engine_cancel(serve->engine, order, serve->error) == CAMBIST_OK)
            cmb_serve_tell_order(serve, order);
    }
    return CAMBIST_OK;
}
