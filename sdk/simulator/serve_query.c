/* What can be asked about orders, and how old may the answer be? */
#include "simulator/serve.h"

#include "simulator/faults.h"

bool cmb_serve_look(const struct cmb_serve *serve, const struct cmb_engine_order *order,
                    bool is_by_client_id, struct cmb_engine_order *ret)
{
    const struct cmb_practice_rules *rules = &serve->practice->in_force;
    *ret = *order;
    if (rules->query_lag_ns &&
        !cmb_change_order_at(serve->engine, order, serve->engine->now_ns - rules->query_lag_ns, ret))
        return false;
    bool is_hidden = rules->hides_closed || (rules->hides_closed_by_client_id && is_by_client_id);
    return ret->state == CAMBIST_STATE_OPEN || !is_hidden;
}

int cmb_serve_fetch_order(struct cmb_serve *serve)
{
    struct cmb_engine_order *order, seen;
    int status = cmb_serve_find_order(serve, &order);
    if (status == CAMBIST_OK && !cmb_serve_look(serve, order, !ARGUMENT(serve, id).at, &seen))
        status = cmb_fail(serve->error, CAMBIST_ORDER_NOT_FOUND, "there is no such order");
    if (status == CAMBIST_OK)
        cmb_serve_tell_order(serve, &seen);
    return status;
}

/* ---- lists ---- */

bool cmb_serve_is_listed(const struct cmb_serve *serve, const struct cmb_engine_order *order,
                         const struct cmb_serve_window *window)
{
    return cmb_serve_is_asked(serve, order->market) && cmb_serve_is_within(window, order->created_ns);
}

/* What a list of these would tell of the n-th order; false: it is not in it. */
struct sort {
    bool are_open, are_done;
};

static bool look_at(const struct cmb_serve *serve, size_t n, struct sort sort,
                    struct cmb_engine_order *ret)
{
    return cmb_serve_look(serve, serve->engine->orders[n], /* is_by_client_id= */ false, ret) &&
           (ret->state == CAMBIST_STATE_OPEN ? sort.are_open : sort.are_done);
}

/* What is open is told whole where no limit is asked for; what is over, in pages. */
static int list_orders(struct cmb_serve *serve, struct sort sort)
{
    struct cmb_serve_window window = cmb_serve_window_of(serve);
    struct cmb_engine_order order;
    if (!sort.are_done && !ARGUMENT(serve, limit).at)
        window.limit = INT64_MAX;
    size_t count = serve->engine->order_count, first = 0;
    for (int64_t left = window.limit; !window.is_from_start && left && count; count--) {
        left -= look_at(serve, count - 1, sort, &order) &&
                cmb_serve_is_listed(serve, &order, &window);
        first = count - 1;
    }
    for (size_t i = first; i < serve->engine->order_count && window.limit > 0; i++) {
        if (!look_at(serve, i, sort, &order) || !cmb_serve_is_listed(serve, &order, &window))
            continue;
        cmb_serve_tell_order(serve, &order);
        if (serve->practice->struck == CMB_FAULT_HISTORY_TWICE)
            cmb_serve_tell_order(serve, &order);
        window.limit--;
    }
    return CAMBIST_OK;
}

int cmb_serve_fetch_orders(struct cmb_serve *serve)
{
    return list_orders(serve, (struct sort){ .are_open = true, .are_done = true });
}

int cmb_serve_fetch_open_orders(struct cmb_serve *serve)
{
    return list_orders(serve, (struct sort){ .are_open = true });
}

int cmb_serve_fetch_closed_orders(struct cmb_serve *serve)
{
    return list_orders(serve, (struct sort){ .are_done = true });
}

/* ---- trades ---- */

static void tell_fill(struct cmb_serve *serve, const struct cmb_engine_trade *fill)
{
    struct cambist_trade *row = cmb_serve_add_row(serve);
    if (row)
        cmb_record_trade(serve->call, serve->engine, fill, true, row);
}

int cmb_serve_fetch_my_trades(struct cmb_serve *serve)
{
    struct cmb_serve_window window = cmb_serve_window_of(serve);
    const struct cmb_engine *engine = serve->engine;
    uint64_t id = (uint64_t)cmb_serve_number_of(ARGUMENT(serve, id), 0);
    int64_t seen_ns = engine->now_ns - serve->practice->in_force.query_lag_ns;
    for (size_t i = 0; i < engine->fill_count && window.limit > 0; i++) {
        const struct cmb_engine_trade *fill = &engine->fills[i];
        if (!cmb_serve_is_asked(serve, fill->market) || fill->time_ns > seen_ns ||
            !cmb_serve_is_within(&window, fill->time_ns) || (id && fill->order_id != id))
            continue;
        tell_fill(serve, fill);
        if (serve->practice->struck == CMB_FAULT_HISTORY_TWICE)
            tell_fill(serve, fill);
        window.limit--;
    }
    return CAMBIST_OK;
}
