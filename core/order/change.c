/* How is an order cancelled or changed, and what may that do to others? */
#include "order/way.h"

static struct cmb_text argument(const struct cmb_errand *errand, uint32_t number)
{
    return errand->run->call->arguments.values[number];
}

static struct cmb_kept *find(const struct cmb_errand *errand, const struct cmb_arguments *arguments)
{
    struct cmb_kept *kept = cmb_kept_find(errand->orders,
                                          arguments->values[CAMBIST_ARGUMENT_client_order_id],
                                          arguments->values[CAMBIST_ARGUMENT_id]);
    return kept && !cmb_order_is_over(&kept->order) ? kept : NULL;
}

/* The order has more names than the asker knows, and the exchange may want another one. */
static void name_fully(struct cmb_arguments *arguments, const struct cmb_order *order)
{
    struct { uint32_t argument; const char *value; } names[] = {
        { CAMBIST_ARGUMENT_id, order->id },
        { CAMBIST_ARGUMENT_client_order_id, order->client_id },
        { CAMBIST_ARGUMENT_symbol, order->symbol },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!arguments->values[names[i].argument].at && names[i].value[0])
            arguments->values[names[i].argument] = cmb_text_of(names[i].value);
}

/* ---- cancels: nothing is waited for ---- */

static void cancel_one(struct cmb_errand *errand, struct cmb_arguments *arguments)
{
    struct cmb_kept *kept = find(errand, arguments);
    if (!kept)
        return;
    name_fully(arguments, &kept->order);
    errand->kept[errand->count++] = kept;
    cmb_kept_take(kept, &(struct cmb_news){ .kind = CMB_NEWS_CANCEL });
}

static void cancel(struct cmb_errand *errand)
{
    struct cmb_arguments *arguments = &errand->run->call->arguments;
    errand->pending = CAMBIST_PENDING_CANCEL;
    errand->reaches_all = errand->run->call->operation == CAMBIST_OPERATION_cancel_all_orders;
    if (arguments->item_count) {
        memcpy(errand->items, arguments->items, arguments->item_count * sizeof *errand->items);
        arguments->items = errand->items;
        for (uint32_t i = 0; i < arguments->item_count; i++)
            cancel_one(errand, &errand->items[i]);
    } else if (!errand->reaches_all) {
        cancel_one(errand, arguments);
    }
    cmb_errand_send(errand, /* waits= */ false);
}

/* ---- changes of terms ---- */

static struct cambist_decimal new_term(const struct cmb_errand *errand, uint32_t number)
{
    struct cambist_decimal value = { 0 };
    if (argument(errand, number).at)
        (void)cmb_decimal_parse(argument(errand, number), &value);
    return value;
}

/* An amend that could not be written down is not sent. */
static void take_back(struct cmb_errand *errand, struct cmb_kept *kept)
{
    cmb_kept_take(kept, &(struct cmb_news){ .kind = CMB_NEWS_FINISH,
                                            .pending = CAMBIST_PENDING_AMEND,
                                            .ending = CMB_ENDED_UNSENT });
    errand->run->error.outcome = CAMBIST_OUTCOME_NOT_DONE;
    cmb_errand_end(errand);
}

static void on_amend_filled(struct cmb_run *run, void *user)
{
    struct cmb_errand *errand = user;
    struct cmb_kept *kept = errand->kept[0];
    if (run->error.status != CAMBIST_OK) {
        errand->count = 0;
        cmb_errand_end(errand);
        return;
    }
    struct cmb_news news = { .kind = CMB_NEWS_AMEND };
    news.report.amount = new_term(errand, CAMBIST_ARGUMENT_amount);
    news.report.price = new_term(errand, CAMBIST_ARGUMENT_price);
    if (cmb_kept_note(kept, &news, &run->error) == CAMBIST_OK)
        cmb_errand_send(errand, /* waits= */ true);
    else
        take_back(errand, kept);
}

/* The successor is written down before the old order is given up. */
static void on_replace_filled(struct cmb_run *run, void *user)
{
    struct cmb_errand *errand = user;
    int status = (int)run->error.status;
    if (status == CAMBIST_OK)
        status = cmb_errand_intend(errand, &run->call->arguments, &errand->kept[0]);
    if (status != CAMBIST_OK) {
        run->error.outcome = CAMBIST_OUTCOME_NOT_DONE;
        cmb_errand_end(errand);
        return;
    }
    errand->count = 1;
    cmb_kept_take(errand->replaced, &(struct cmb_news){ .kind = CMB_NEWS_CANCEL });
    cmb_errand_send(errand, /* waits= */ true);
}

static void on_picked(struct cmb_run *run, void *user)
{
    struct cmb_errand *errand = user;
    if (run->error.status != CAMBIST_OK) {
        cmb_errand_end(errand);
        return;
    }
    cmb_errand_limit_time(errand);
    run->end = CMB_STAGE_REUSE;
    cmb_run_start(run, errand->replaced ? on_replace_filled : on_amend_filled, errand);
}

/* The exchange cancels the order and places another one, which has a name of its own. */
static int replace(struct cmb_errand *errand, struct cmb_kept *kept)
{
    struct cmb_arguments *arguments = &errand->run->call->arguments;
    struct cmb_text *name = &arguments->values[CAMBIST_ARGUMENT_client_order_id];
    if (!kept->order.id[0])
        return cmb_fail_plain(&errand->run->error, CAMBIST_INVALID_ORDER,
                              CMB_TEXT("the exchange's id of the order is not known yet"));
    errand->replaced = kept;
    arguments->values[CAMBIST_ARGUMENT_id] = cmb_text_of(kept->order.id);
    *name = (struct cmb_text){ 0 };
    return cmb_errand_name(errand, arguments);
}

static void edit(struct cmb_errand *errand, struct cmb_kept *kept)
{
    struct cmb_run *run = errand->run;
    const struct cambist_order_rule *rule = cmb_kept_rule(kept);
    name_fully(&run->call->arguments, &kept->order);
    if (kept->order.pending || kept->amends) {
        cmb_errand_fail(errand, CAMBIST_INVALID_ORDER,
                        "something is under way with this order already");
        return;
    }
    if (rule && rule->edit_replaces) {
        if (replace(errand, kept) != CAMBIST_OK) {
            cmb_errand_fail(errand, (int)run->error.status, run->error.message);
            return;
        }
    } else {
        errand->pending = CAMBIST_PENDING_AMEND;
        errand->kept[errand->count++] = kept;
    }
    run->end = CMB_STAGE_FILL;
    cmb_run_start(run, on_picked, errand);
}

void cmb_errand_change(struct cmb_errand *errand)
{
    struct cmb_call *call = errand->run->call;
    struct cmb_kept *kept = find(errand, &call->arguments);
    if (call->operation != CAMBIST_OPERATION_edit_order)
        cancel(errand);
    else if (kept)
        edit(errand, kept);
    else /* nobody's order of this host: it is the asker's alone */
        cmb_errand_send(errand, /* waits= */ false);
}
