/* When does the exchange cancel everything by itself, because it has not heard of the client? */
#include "simulator/serve.h"

static const int64_t millisecond_ns = 1000000;

/* One switch for each market that was asked about; whoever names none sets all. */
int cmb_serve_cancel_all_orders_after(struct cmb_serve *serve)
{
    int64_t timeout_ns = cmb_serve_number_of(ARGUMENT(serve, timeout), -1) * millisecond_ns;
    struct cambist_timer *row;
    if (timeout_ns < 0)
        return cmb_fail(serve->error, CAMBIST_BAD_ARGUMENT, "a timeout is so many milliseconds");
    for (int i = 0; i < CMB_ENGINE_MARKETS; i++)
        if (cmb_serve_is_asked(serve, i))
            serve->practice->dead_man_ns[i] =
                timeout_ns ? cmb_serve_clock_ns(serve) + timeout_ns : 0;
    if (!(row = cmb_serve_add_row(serve)))
        return CAMBIST_OK;
    *row = (struct cambist_timer){ .timestamp = serve->engine->now_ns,
                                   .timeout = cmb_record_number(timeout_ns / millisecond_ns, 0) };
    if (timeout_ns)
        row->trigger_time = serve->engine->now_ns + timeout_ns;
    return CAMBIST_OK;
}

int64_t cmb_practice_dead_man_ns(const struct cmb_practice *practice)
{
    int64_t first_ns = INT64_MAX;
    for (int i = 0; i < CMB_ENGINE_MARKETS; i++)
        if (practice->dead_man_ns[i] && practice->dead_man_ns[i] < first_ns)
            first_ns = practice->dead_man_ns[i];
    return first_ns;
}

void cmb_practice_cancel_dead(struct cmb_practice *practice, int64_t now_ns)
{
    struct cmb_engine *engine = practice->engine;
    bool is_due[CMB_ENGINE_MARKETS];
    for (int i = 0; i < CMB_ENGINE_MARKETS; i++) {
        is_due[i] = practice->dead_man_ns[i] && practice->dead_man_ns[i] <= now_ns;
        if (is_due[i])
            practice->dead_man_ns[i] = 0;
    }
    for (size_t i = 0; i < engine->order_count; i++)
        if (is_due[engine->orders[i]->market] && engine->orders[i]->state == CAMBIST_STATE_OPEN)
            (void)cmb_engine_cancel(engine, engine->orders[i], NULL);
}
