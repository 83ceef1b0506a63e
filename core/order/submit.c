/* How is an order written down, then sent, and what did its request come to? */
#include "order/way.h"

#include <stdio.h>
#include <stdlib.h>

#include "number/time.h"

/* ---- endings ---- */

void cmb_errand_end(struct cmb_errand *errand)
{
    struct cmb_orders *orders = errand->orders;
    struct cmb_run *run = errand->run;
    cmb_run_done_fn *on_done = errand->on_done;
    void *user = errand->user;
    errand->next = orders->spare_errands;
    orders->spare_errands = errand;
    run->user = user;
    on_done(run, user);
}

void cmb_errand_fail(struct cmb_errand *errand, int status, const char *reason)
{
    struct cambist_error *error = &errand->run->error;
    cmb_fail(error, status, "%s: %s", errand->orders->exchange->name.at, reason);
    error->outcome = CAMBIST_OUTCOME_NOT_DONE;
    cmb_errand_end(errand);
}

/* A duplicate proves that an order of this id exists, and nothing about ours. */
enum cmb_order_ending cmb_ending_of(const struct cmb_run *run)
{
    const struct cambist_error *error = &run->error;
    if (error->status == CAMBIST_OK)
        return CMB_ENDED_TAKEN;
    if (error->outcome != CAMBIST_OUTCOME_NOT_DONE || error->status == CAMBIST_DUPLICATE_ORDER)
        return CMB_ENDED_LOST;
    return run->call->http_status ? CMB_ENDED_REFUSED : CMB_ENDED_UNSENT;
}

/* ---- sending ---- */

static int64_t window_ns(const struct cmb_errand *errand, const struct cmb_kept *kept)
{
    struct cmb_text asked = errand->run->call->arguments.values[CAMBIST_ARGUMENT_receive_window];
    int64_t own_ns = cmb_kept_rule(kept)->window_ms * 1000000ll, asked_ns;
    if (!asked.at || cmb_time_parse_number(asked, CMB_TIME_MS, &asked_ns) != CMB_NUMBER_FINE)
        return own_ns;
    return asked_ns > own_ns ? asked_ns : own_ns;
}

/* From here on it may have been sent, whatever happens to this process; of what is not written down
 * the next one would believe that nothing has left. */
static int on_leave(struct cmb_run *run, void *user)
{
    struct cmb_errand *errand = user;
    const struct cambist_error *broken = cmb_journal_failure(errand->orders->journal);
    if (broken && errand->pending != CAMBIST_PENDING_CANCEL)
        return cmb_fail_plain(&run->error, (int)broken->status, cmb_text_of(broken->message));
    if (errand->orders->is_blocked && errand->pending != CAMBIST_PENDING_CANCEL)
        return cmb_fail_plain(&run->error, CAMBIST_MARKET_CLOSED,
                              CMB_TEXT("orders are blocked here"));
    for (uint32_t i = 0; i < errand->count && errand->pending != CAMBIST_PENDING_CANCEL; i++) {
        struct cmb_kept *kept = errand->kept[i];
        const struct cambist_order_rule *rule = cmb_kept_rule(kept);
        bool has_deadline = rule && rule->deadline;
        struct cmb_news news = { .kind = CMB_NEWS_LEAVE,
                                 .time_ns = has_deadline ? cmb_call_time(run->call) +
                                                               window_ns(errand, kept) : 0 };
        int status = cmb_kept_note(kept, &news, &run->error);
        if (status != CAMBIST_OK)
            return status;
    }
    errand->has_left = true;
    cmb_errand_leave_stage(errand, CMB_ORDER_LEAVE);
    return CAMBIST_OK;
}

static void on_ended(struct cmb_run *run, void *user);

static void start(struct cmb_errand *errand)
{
    errand->run->on_leave = on_leave;
    cmb_run_start(errand->run, on_ended, errand);
}

static void on_durable(struct cmb_journal_wait *wait, int status, void *user)
{
    (void)wait;
    struct cmb_errand *errand = user;
    cmb_errand_leave_stage(errand, CMB_ORDER_DURABLE);
    if (status == CAMBIST_OK) {
        start(errand);
        return;
    }
    const struct cambist_error *broken = cmb_journal_failure(errand->orders->journal);
    cmb_fail(&errand->run->error, status, "%s: %s", errand->orders->exchange->name.at,
             broken ? broken->message : "the journal cannot be written");
    errand->run->error.outcome = CAMBIST_OUTCOME_NOT_DONE;
    on_ended(errand->run, errand);
}

static void hold(struct cmb_errand *errand)
{
    for (uint32_t i = 0; i < errand->count; i++) {
        errand->kept[i]->errands++;
        errand->kept[i]->amends += errand->pending == CAMBIST_PENDING_AMEND;
    }
    if (errand->replaced)
        errand->replaced->errands++;
}

static void let_go(struct cmb_errand *errand)
{
    for (uint32_t i = 0; i < errand->count; i++) {
        errand->kept[i]->errands--;
        errand->kept[i]->amends -= errand->pending == CAMBIST_PENDING_AMEND;
    }
    if (errand->replaced)
        errand->replaced->errands--;
}

void cmb_errand_send(struct cmb_errand *errand, bool waits)
{
    hold(errand);
    cmb_errand_leave_stage(errand, CMB_ORDER_INTEND);
    errand->run->end = CMB_STAGE_COUNT;
    errand->wait = (struct cmb_journal_wait){ .on_durable = on_durable, .user = errand };
    int status = waits ? cmb_journal_when_durable(errand->orders->journal,
                                                  errand->orders->last_number, &errand->wait, NULL)
                       : CAMBIST_OK;
    if (status != CAMBIST_AGAIN)
        on_durable(&errand->wait, status, errand);
}

/* ---- what came of it ---- */

static bool is_same(const char *a, const char *b)
{
    return a && *a && strcmp(a, b) == 0;
}

/* The row of an answer that speaks of the i-th order: by one of its names, else by its place. */
static const struct cambist_order *row_of(const struct cmb_errand *errand, uint32_t i)
{
    const struct cmb_call *call = errand->run->call;
    const struct cmb_order *order = &errand->kept[i]->order;
    if (errand->run->error.status != CAMBIST_OK)
        return NULL;
    const struct cambist_order *rows = (const struct cambist_order *)(const void *)call->rows;
    for (uint32_t row = 0; row < call->row_count; row++)
        if (is_same(rows[row].client_order_id, order->client_id) ||
            is_same(rows[row].id, order->id))
            return &rows[row];
    bool is_by_place = call->row_count == errand->count && !rows[i].client_order_id;
    return is_by_place ? &rows[i] : NULL;
}

/* A list is answered one by one: an order of which nothing is said is lost. */
static enum cmb_order_ending ending_of(const struct cmb_errand *errand, const struct cambist_order *row)
{
    enum cmb_order_ending whole = cmb_ending_of(errand->run);
    if (whole != CMB_ENDED_TAKEN || !errand->run->call->arguments.item_count)
        return whole;
    if (!row)
        return CMB_ENDED_LOST;
    return row->error_code || row->state == CAMBIST_STATE_REJECTED ? CMB_ENDED_REFUSED
                                                                   : CMB_ENDED_TAKEN;
}

static void end_order(struct cmb_errand *errand, uint32_t i)
{
    struct cmb_kept *kept = errand->kept[i];
    const struct cambist_order *row = row_of(errand, i);
    enum cmb_order_ending ending = ending_of(errand, row);
    struct cmb_news end = { .kind = errand->pending ? CMB_NEWS_FINISH : CMB_NEWS_END,
                            .pending = errand->pending, .ending = ending };
    cmb_kept_take(kept, &end);
    if (!row || ending != CMB_ENDED_TAKEN)
        return;
    struct cmb_news report = { .kind = CMB_NEWS_REPORT, .report = *row,
                               .proof = CAMBIST_PROOF_ANSWER };
    if (errand->pending) /* what it says may be from before */
        report.report.amount = report.report.price = (struct cambist_decimal){ 0 };
    cmb_kept_take(kept, &report);
}

/* Whether the old order was cancelled is asked for: to cancel it again would be more than was
 * wanted, where its successor could not be placed. */
static void end_replaced(struct cmb_errand *errand)
{
    bool has_left = cmb_ending_of(errand->run) != CMB_ENDED_UNSENT;
    cmb_kept_take(errand->replaced,
                  &(struct cmb_news){ .kind = CMB_NEWS_FINISH, .pending = CAMBIST_PENDING_CANCEL,
                                      .ending = has_left ? CMB_ENDED_REFUSED
                                                         : CMB_ENDED_UNSENT });
}

static void note_times(struct cmb_errand *errand)
{
    bool is_cancel = errand->pending == CAMBIST_PENDING_CANCEL;
    cmb_errand_leave_stage(errand, CMB_ORDER_ACKNOWLEDGE);
    if (errand->has_left)
        cmb_way_times_record(
            &errand->orders->times[is_cancel ? CMB_ORDER_CANCELS : CMB_ORDER_PLACES],
            &errand->lap);
}

static void on_ended(struct cmb_run *run, void *user)
{
    struct cmb_errand *errand = user;
    run->on_leave = NULL;
    note_times(errand);
    for (uint32_t i = 0; i < errand->count; i++)
        end_order(errand, i);
    if (errand->replaced)
        end_replaced(errand);
    if (errand->reaches_all)
        cmb_orders_doubt(errand->orders, run->call->market);
    let_go(errand);
    cmb_errand_end(errand);
}

/* ---- placing ---- */

static struct cambist_decimal decimal_of(const struct cmb_arguments *arguments, uint32_t argument)
{
    struct cambist_decimal value = { 0 };
    if (arguments->values[argument].at)
        (void)cmb_decimal_parse(arguments->values[argument], &value);
    return value;
}

static uint64_t word_of(const struct cmb_arguments *arguments, uint32_t argument, uint32_t kind)
{
    return cmb_vocabulary_number(cmb_vocabulary_of(kind), arguments->values[argument]);
}

/* ---- names ---- */

static const char *give_name(struct cmb_errand *errand)
{
    struct cmb_orders *orders = errand->orders;
    char *name = cmb_arena_take(&errand->run->call->arena, CMB_CLIENT_ID_SIZE);
    if (name && orders->client_count < CMB_CLIENT_IDS_MOST)
        cmb_client_id_write(orders->install, orders->run_number, orders->client_count++,
                            name);
    return name;
}

/* An asker may bring a name of its own, but not twice. */
int cmb_errand_name(struct cmb_errand *errand, struct cmb_arguments *arguments)
{
    struct cmb_text *id = &arguments->values[CAMBIST_ARGUMENT_client_order_id];
    struct cambist_error *error = &errand->run->error;
    if (!id->at)
        *id = cmb_text_of(give_name(errand));
    if (!id->length)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no name for an order is left"));
    if (id->length >= CMB_ORDER_TEXT_SIZE)
        return cmb_fail_plain(error, CAMBIST_BAD_ARGUMENT, CMB_TEXT("the client id is too long"));
    if (cmb_kept_find(errand->orders, *id, (struct cmb_text){ 0 }))
        return cmb_fail(error, CAMBIST_DUPLICATE_ORDER, "the client id %.*s was used before",
                        (int)id->length, id->at);
    return CAMBIST_OK;
}

static int name_orders(struct cmb_errand *errand)
{
    struct cmb_arguments *arguments = &errand->run->call->arguments;
    int status = CAMBIST_OK;
    errand->count = arguments->item_count ? arguments->item_count : 1;
    if (!arguments->item_count)
        return cmb_errand_name(errand, arguments);
    memcpy(errand->items, arguments->items, errand->count * sizeof *errand->items);
    arguments->items = errand->items;
    for (uint32_t i = 0; i < errand->count && status == CAMBIST_OK; i++)
        status = cmb_errand_name(errand, &errand->items[i]);
    return status;
}

/* ---- placing, step by step ---- */

int cmb_errand_intend(struct cmb_errand *errand, const struct cmb_arguments *arguments,
                      struct cmb_kept **ret)
{
    struct cmb_call *call = errand->run->call;
    struct cmb_arena *arena = &call->arena;
    const struct cmb_text *values = arguments->values;
    struct cmb_text symbol = call->market ? cmb_text_of(call->market->symbol)
                                          : values[CAMBIST_ARGUMENT_symbol];
    struct cmb_news news = {
        .kind = CMB_NEWS_INTENT,
        .time_ns = cmb_orders_now_ns(errand->orders),
        .client_id = cmb_arena_copy(arena, values[CAMBIST_ARGUMENT_client_order_id]),
        .report = { .symbol = cmb_arena_copy(arena, symbol),
                    .side = word_of(arguments, CAMBIST_ARGUMENT_side, CMB_MEMBER_SIDE),
                    .type = word_of(arguments, CAMBIST_ARGUMENT_type, CMB_MEMBER_TYPE),
                    .amount = decimal_of(arguments, CAMBIST_ARGUMENT_amount),
                    .price = decimal_of(arguments, CAMBIST_ARGUMENT_price) },
    };
    return cmb_orders_intend(errand->orders, &news, ret, &errand->run->error);
}

/* Of a list that cannot be written down whole nothing is sent. */
static void take_back(struct cmb_errand *errand)
{
    for (uint32_t i = 0; i < errand->count; i++)
        cmb_kept_take(errand->kept[i], &(struct cmb_news){ .kind = CMB_NEWS_END,
                                                           .ending = CMB_ENDED_UNSENT });
    errand->run->error.outcome = CAMBIST_OUTCOME_NOT_DONE;
    cmb_errand_end(errand);
}

static void on_filled(struct cmb_run *run, void *user)
{
    struct cmb_errand *errand = user;
    uint32_t count = errand->count;
    int status = (int)run->error.status;
    errand->count = 0;
    while (errand->count < count && status == CAMBIST_OK) {
        const struct cmb_arguments *arguments = run->call->arguments.item_count
                                                    ? &errand->items[errand->count]
                                                    : &run->call->arguments;
        status = cmb_errand_intend(errand, arguments, &errand->kept[errand->count]);
        errand->count += status == CAMBIST_OK;
    }
    if (status == CAMBIST_OK)
        cmb_errand_send(errand, /* waits= */ true);
    else
        take_back(errand);
}

/* The market is known, and with it for how long a request may be under way. */
void cmb_errand_limit_time(struct cmb_errand *errand)
{
    const struct cmb_call *call = errand->run->call;
    struct cmb_text *window =
        &errand->run->call->arguments.values[CAMBIST_ARGUMENT_receive_window];
    uint32_t kind = call->market ? (uint32_t)call->market->kind : call->kind;
    const struct cambist_order_rule *rule =
        cmb_find_order_rule(errand->orders->exchange->plugin, kind);
    if (!rule || !rule->deadline || window->at)
        return;
    snprintf(errand->window, sizeof errand->window, "%u", rule->window_ms);
    *window = cmb_text_of(errand->window);
}

static void on_picked(struct cmb_run *run, void *user)
{
    struct cmb_errand *errand = user;
    if (run->error.status != CAMBIST_OK) {
        cmb_errand_end(errand);
        return;
    }
    if (run->call->market && run->call->market->active == CAMBIST_FLAG_NO) {
        cmb_errand_fail(errand, CAMBIST_MARKET_CLOSED, "this market is not traded");
        return;
    }
    cmb_errand_limit_time(errand);
    run->end = CMB_STAGE_REUSE;
    cmb_run_start(run, on_filled, errand);
}

void cmb_errand_place(struct cmb_errand *errand)
{
    if (name_orders(errand) != CAMBIST_OK) {
        errand->run->error.outcome = CAMBIST_OUTCOME_NOT_DONE;
        cmb_errand_end(errand);
        return;
    }
    errand->run->end = CMB_STAGE_FILL;
    cmb_run_start(errand->run, on_picked, errand);
}
