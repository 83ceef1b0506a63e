/* How does a program have arbitrage found among its exchanges? */
#include <stdlib.h>

#include "base/memory.h"
#include "host/arbitrage.h"

/* ---- what is asked for ---- */

static int read_decimal(const char *text, struct cambist_decimal *ret, const char *what,
                        struct cambist_error *error)
{
    if (!text)
        return CAMBIST_OK;
    if (cmb_decimal_parse(cmb_text_of(text), ret) == CMB_NUMBER_FINE &&
        !cmb_decimal_is_negative(ret) && !cmb_decimal_is_zero(ret))
        return CAMBIST_OK;
    return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "%s is no amount above zero", what);
}

/* Settings of an older program are shorter. */
static int take_settings(struct cmb_arbitrage_opening *opening,
                         const struct cambist_arbitrage_settings *given)
{
    size_t size = given->size < sizeof opening->settings ? given->size : sizeof opening->settings;
    memcpy(&opening->settings, given, size);
    if (!opening->settings.symbol_count)
        return cmb_fail_plain(opening->error, CAMBIST_BAD_ARGUMENT,
                              CMB_TEXT("arbitrage needs symbols"));
    if (opening->settings.edge_least_ppm > 1000000)
        return cmb_fail_plain(opening->error, CAMBIST_BAD_ARGUMENT,
                              CMB_TEXT("an edge of more than 100 % is never found"));
    const char *fee = opening->settings.taker_fee;
    if (fee && cmb_decimal_parse(cmb_text_of(fee), &opening->taker_fee) != CMB_NUMBER_FINE)
        return cmb_fail_plain(opening->error, CAMBIST_BAD_ARGUMENT,
                              CMB_TEXT("taker_fee is no rate"));
    int status = read_decimal(opening->settings.cost_most, &opening->cost_most, "cost_most",
                              opening->error);
    return status == CAMBIST_OK ? read_decimal(opening->settings.loss_most, &opening->loss_most,
                                               "loss_most", opening->error)
                                : status;
}

static int add_account(struct cmb_arbitrage_opening *opening, struct cambist_exchange *exchange)
{
    struct cambist_arbitrage *arbitrage = opening->arbitrage;
    for (size_t i = 0; i < arbitrage->account_count; i++)
        if (arbitrage->accounts[i].exchange == exchange)
            return CAMBIST_OK;
    if (arbitrage->account_count == CMB_ARBITRAGE_VENUES_MOST)
        return cmb_fail_plain(opening->error, CAMBIST_TOO_LARGE, CMB_TEXT("too many exchanges"));
    arbitrage->accounts[arbitrage->account_count++] =
        (struct cmb_arbitrage_account){ .arbitrage = arbitrage, .exchange = exchange };
    return CAMBIST_OK;
}

static int find_exchanges(struct cmb_arbitrage_opening *opening)
{
    struct cambist *host = opening->arbitrage->host;
    uint64_t named = opening->settings.exchange_count;
    int status = CAMBIST_OK;
    for (size_t i = 0; !named && i < host->exchange_count && status == CAMBIST_OK; i++)
        status = add_account(opening, &host->exchanges[i]);
    for (uint64_t i = 0; i < named && status == CAMBIST_OK; i++) {
        const char *name = opening->settings.exchanges[i];
        struct cambist_exchange *exchange = cambist_find_exchange(host, name);
        status = exchange ? add_account(opening, exchange)
                          : cmb_fail(opening->error, CAMBIST_BAD_ARGUMENT,
                                     "there is no exchange \"%s\" in the configuration", name);
    }
    return status;
}

/* ---- on the I/O thread ---- */

static struct cmb_trade *new_trade(const struct cmb_arbitrage_opening *opening)
{
    const struct cambist_arbitrage_settings *settings = &opening->settings;
    struct cambist *host = opening->arbitrage->host;
    const struct cmb_clock *clock = cmb_loop_clock(host->loop);
    uint64_t age_ms = settings->age_most_ms ? settings->age_most_ms : 3000;
    struct cmb_trade_settings of = {
        .rules = { .edge_least_ppm = (int64_t)settings->edge_least_ppm,
                   .age_most_ns = (int64_t)age_ms * 1000000,
                   .cost_most = opening->cost_most,
                   .is_triangular = settings->is_triangular != 0,
                   .wall_ahead_ns = cmb_clock_wall_ns(clock) - cmb_clock_monotonic_ns(clock) },
        .loop = host->loop,
        .is_executed = settings->is_executed != 0,
        .is_hedged = settings->is_hedged != 0,
        .is_live_allowed = settings->is_live_allowed && host->settings.host.live_arbitrage,
        .executions_most = settings->executions_most,
        .loss_most = opening->loss_most,
        .on_event = opening->on_event,
        .user = opening->user };
    return cmb_trade_new(&of);
}

/* Before anything is asked: whether it may be done at all. */
static int begin(void *user)
{
    struct cmb_arbitrage_opening *opening = user;
    struct cambist_arbitrage *arbitrage = opening->arbitrage;
    int status = CAMBIST_OK;
    arbitrage->trade = new_trade(opening);
    if (!arbitrage->trade)
        return cmb_fail_plain(opening->error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for routes"));
    for (size_t i = 0; i < arbitrage->account_count && status == CAMBIST_OK; i++) {
        struct cmb_arbitrage_account *account = &arbitrage->accounts[i];
        struct cambist_exchange *exchange = account->exchange;
        const struct cmb_trade_account given = {
            .name = exchange->settings->name, .desk = exchange->desk,
            .stream = exchange->stream, .orders = exchange->orders };
        status = cmb_trade_add_account(arbitrage->trade, &given, &account->number,
                                       opening->error);
    }
    return status;
}

static int build(void *user)
{
    struct cmb_arbitrage_opening *opening = user;
    struct cambist_arbitrage *arbitrage = opening->arbitrage;
    int status = CAMBIST_OK;
    for (size_t i = 0; i < arbitrage->account_count && status == CAMBIST_OK; i++)
        status = cmb_arbitrage_add(opening, &arbitrage->accounts[i]);
    return status == CAMBIST_OK ? cmb_trade_start(arbitrage->trade, opening->error) : status;
}

static void on_order(const struct cambist_order_event *event, void *user)
{
    const struct cmb_arbitrage_account *account = user;
    bool is_trade = event->tiding == CAMBIST_ORDER_TRADED;
    if (event->order)
        cmb_trade_note_order(account->arbitrage->trade, account->number,
                             event->order->client_order_id, is_trade ? event->trade : NULL);
}

/* ---- opening and closing ---- */

static int follow(struct cmb_arbitrage_opening *opening)
{
    struct cambist_arbitrage *arbitrage = opening->arbitrage;
    int status = CAMBIST_OK;
    for (size_t i = 0; opening->settings.is_executed && i < arbitrage->account_count &&
                       status == CAMBIST_OK; i++) {
        struct cmb_arbitrage_account *account = &arbitrage->accounts[i];
        status = cambist_follow_orders(account->exchange, on_order, account, &account->follow,
                                       opening->error);
    }
    return status;
}

int cambist_arbitrage_open(struct cambist *host, const struct cambist_arbitrage_settings *settings,
                           cambist_arbitrage_event_fn *on_event, void *user,
                           struct cambist_arbitrage **ret, struct cambist_error *error)
{
    struct cambist_arbitrage *arbitrage = cmb_calloc(1, sizeof *arbitrage);
    struct cambist_error own = { 0 };
    struct cmb_arbitrage_opening opening = { .arbitrage = arbitrage, .on_event = on_event,
                                             .user = user, .error = &own };
    int status = CAMBIST_NO_MEMORY;
    cmb_fail_reset(error);
    if (!arbitrage)
        return cmb_fail_plain(error, status, CMB_TEXT("no memory for routes"));
    arbitrage->host = host;
    status = take_settings(&opening, settings);
    if (status == CAMBIST_OK)
        status = find_exchanges(&opening);
    if (status == CAMBIST_OK)
        status = cmb_host_run(host, begin, &opening);
    for (size_t i = 0; i < arbitrage->account_count && status == CAMBIST_OK; i++)
        status = cmb_arbitrage_load(&opening, &arbitrage->accounts[i]);
    if (status == CAMBIST_OK)
        status = follow(&opening);
    if (status == CAMBIST_OK)
        status = cmb_host_run(host, build, &opening);
    for (size_t i = 0; i < arbitrage->account_count; i++)
        cmb_arbitrage_forget(&arbitrage->accounts[i]);
    if (status == CAMBIST_OK) {
        *ret = arbitrage;
        return status;
    }
    cambist_arbitrage_close(arbitrage);
    if (error)
        *error = own;
    return status;
}

static void free_arbitrage(struct cambist_arbitrage *arbitrage)
{
    cmb_trade_free(arbitrage->trade);
    free(arbitrage);
}

void cmb_host_free_arbitrages(struct cambist *host, bool is_network_gone)
{
    struct cambist_arbitrage **at = &host->leaving;
    while (*at) {
        struct cambist_arbitrage *arbitrage = *at;
        if (!is_network_gone && !cmb_trade_is_idle(arbitrage->trade)) {
            at = &arbitrage->next;
            continue;
        }
        *at = arbitrage->next;
        free_arbitrage(arbitrage);
    }
}

static int stop(void *user)
{
    struct cambist_arbitrage *arbitrage = user;
    if (!arbitrage->trade) {
        free_arbitrage(arbitrage);
        return CAMBIST_OK;
    }
    cmb_trade_stop(arbitrage->trade);
    arbitrage->next = arbitrage->host->leaving;
    arbitrage->host->leaving = arbitrage;
    cmb_host_free_arbitrages(arbitrage->host, /* is_network_gone= */ false);
    return CAMBIST_OK;
}

void cambist_arbitrage_close(struct cambist_arbitrage *arbitrage)
{
    if (!arbitrage)
        return;
    for (size_t i = 0; i < arbitrage->account_count; i++)
        cambist_unfollow_orders(arbitrage->accounts[i].follow);
    cmb_host_run(arbitrage->host, stop, arbitrage);
}

/* ---- looking ---- */

struct counting {
    const struct cambist_arbitrage *arbitrage;
    struct cambist_arbitrage_counts *ret;
};

static int count(void *user)
{
    const struct counting *counting = user;
    cmb_trade_count(counting->arbitrage->trade, counting->ret);
    return CAMBIST_OK;
}

void cambist_arbitrage_count(const struct cambist_arbitrage *arbitrage,
                             struct cambist_arbitrage_counts *ret)
{
    struct counting counting = { arbitrage, ret };
    cmb_host_run(arbitrage->host, count, &counting);
}
