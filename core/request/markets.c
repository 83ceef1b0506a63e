/* Which markets does the exchange have, and who waits until that is known? */
#include "request/request_run.h"

static void load_next(struct cmb_desk *desk);

/* Everybody who waited goes on, or ends with the reason why the markets did not come. */
static void wake_waiting(struct cmb_desk *desk)
{
    struct cmb_run *run = desk->waiting;
    desk->waiting = NULL;
    while (run) {
        struct cmb_run *next = run->next;
        run->next = NULL;
        if (desk->load_error.status)
            run->error = desk->load_error;
        cmb_run_resume(run);
        run = next;
    }
}

static void finish_load(struct cmb_desk *desk)
{
    if (desk->load_error.status == CAMBIST_OK) {
        cmb_markets_free(desk->exchange->markets);
        desk->exchange->markets = desk->loading;
        desk->loading = NULL;
    }
    cmb_markets_free(desk->loading);
    desk->loading = NULL;
    desk->kinds_left = 0;
    cmb_run_trim(desk->loader); /* an exchange's list of markets has megabytes */
    wake_waiting(desk);
}

static void on_loaded(struct cmb_run *run, void *user)
{
    struct cmb_desk *desk = user;
    const struct cambist_market *rows =
        (const struct cambist_market *)(const void *)run->call->rows;
    int status = (int)run->error.status;
    for (uint32_t i = 0; i < run->call->row_count && status == CAMBIST_OK; i++)
        status = cmb_markets_add(desk->loading, &rows[i]);
    if (run->call->endpoint)
        desk->kinds_left &= ~run->call->endpoint->row->kinds; /* one answer may hold several */
    if (status != CAMBIST_OK) {
        desk->load_error = run->error;
        if (desk->load_error.status == CAMBIST_OK)
            cmb_fail_plain(&desk->load_error, status, CMB_TEXT("no memory for the markets"));
        finish_load(desk);
    } else {
        load_next(desk);
    }
}

/* A question that names no market does not wait for them, unless its answer will name some. */
static bool speaks_of_markets(uint32_t operation)
{
    switch (cmb_operation_of(operation)->record) {
    case CAMBIST_RECORD_CLOCK:
    case CAMBIST_RECORD_SYSTEM:
    case CAMBIST_RECORD_MARKET:
    case CAMBIST_RECORD_CURRENCY:
    case CAMBIST_RECORD_BALANCE:
    case CAMBIST_RECORD_ADDRESS:
    case CAMBIST_RECORD_TIMER: return false;
    default: return true;
    }
}

uint32_t cmb_markets_kinds(const struct cmb_exchange *exchange)
{
    uint32_t listed = 0, served = 0;
    for (uint32_t i = 0; i < exchange->plugin->endpoint_count; i++) {
        const struct cmb_endpoint *endpoint = &exchange->plugin->endpoints[i];
        uint32_t kinds = endpoint->row->kinds;
        if (endpoint->operation == CAMBIST_OPERATION_fetch_markets)
            listed |= exchange->servers[endpoint->server].url ? kinds : 0;
        else if (speaks_of_markets(endpoint->operation))
            served |= kinds ? kinds : UINT32_MAX;
    }
    return listed & served & (exchange->kinds ? exchange->kinds : UINT32_MAX);
}

/* One answer after the other, until all kinds are here. */
static void load_next(struct cmb_desk *desk)
{
    uint32_t kind = desk->kinds_left & (0 - desk->kinds_left);
    if (!kind) {
        finish_load(desk);
        return;
    }
    desk->kinds_left &= ~kind;
    cmb_run_init(desk->loader, desk, CAMBIST_OPERATION_fetch_markets);
    desk->loader->may_skip_markets = true;
    desk->loader->call->arguments.values[CAMBIST_ARGUMENT_kind] =
        cmb_vocabulary_word(cmb_vocabulary_of(CMB_MEMBER_KIND), kind);
    cmb_run_start(desk->loader, on_loaded, desk);
}

/* Has what a load needs; false without memory. */
static bool prepare_load(struct cmb_desk *desk)
{
    if (!desk->loader)
        desk->loader = cmb_run_new();
    if (desk->loader)
        desk->loading = cmb_markets_new();
    return desk->loading != NULL;
}

static void start_load(struct cmb_desk *desk)
{
    uint32_t kinds = cmb_markets_kinds(desk->exchange);
    desk->kinds_left = kinds ? kinds : CAMBIST_KIND_SPOT;
    desk->load_error = (struct cambist_error){ 0 };
    load_next(desk);
}

int cmb_markets_wait(struct cmb_run *run)
{
    struct cmb_desk *desk = run->desk;
    if (run->error.status != CAMBIST_OK)
        return (int)run->error.status; /* what wake_waiting said */
    if (desk->exchange->markets || run->may_skip_markets ||
        !speaks_of_markets(run->call->operation))
        return CAMBIST_OK;
    bool is_under_way = desk->loading != NULL;
    if (!is_under_way && !prepare_load(desk))
        return CAMBIST_NO_MEMORY;
    struct cmb_run **last = &desk->waiting;
    while (*last)
        last = &(*last)->next;
    *last = run;
    if (!is_under_way)
        start_load(desk);
    return CAMBIST_AGAIN;
}
