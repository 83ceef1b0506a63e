/* How does a program hear of its orders, and where are they kept? */
#include <stdlib.h>

#include "host/host.h"

#include "base/memory.h"

#define HOUSEKEEPING_NS  1000000000ll
enum { CHECKPOINT_BYTES = 8 << 20 }; /* so many of records are read again in a moment */

/* ---- telling ---- */

struct cambist_follow {
    struct cambist_follow *next;
    struct cambist_exchange *exchange;
    cambist_order_event_fn *on_event;
    void *user;
};

static struct cambist_known_order known(const struct cmb_order *order)
{
    return (struct cambist_known_order){
        .client_order_id = order->client_id, .id = order->id, .symbol = order->symbol,
        .side = order->side, .type = order->type, .amount = order->amount, .price = order->price,
        .filled = order->filled, .exposure = cmb_order_exposure(order), .life = order->life,
        .proof = order->proof, .pending = order->pending,
        .is_settled = cmb_order_is_settled(order),
        .misses = order->misses,
        .asked_ns = order->asked_ns,
        .deadline_ns = order->deadline_ns,
    };
}

static void on_order_event(const struct cmb_order_event *event, void *user)
{
    static const uint32_t tidings[] = { [CMB_ORDER_CHANGED] = CAMBIST_ORDER_CHANGED,
                                        [CMB_ORDER_FILLED] = CAMBIST_ORDER_TRADED,
                                        [CMB_ORDER_EXTERNAL] = CAMBIST_ORDER_EXTERNAL,
                                        [CMB_ORDER_ORPHAN] = CAMBIST_ORDER_ORPHAN,
                                        [CMB_ORDERS_SYNCED] = CAMBIST_ORDERS_SYNCED };
    struct cambist_exchange *exchange = user;
    struct cambist_known_order order;
    struct cambist_order_event told = { .exchange = exchange->settings->name,
                                        .tiding = tidings[event->tiding],
                                        .is_late = (event->changes & CMB_CHANGED_LATE) != 0,
                                        .sequence = event->sequence,
                                        .trade = event->trade,
                                        .report = event->report };
    if (event->order) {
        order = known(event->order);
        told.order = &order;
    }
    for (struct cambist_follow *follow = exchange->followers, *next; follow; follow = next) {
        next = follow->next;
        follow->on_event(&told, follow->user);
    }
}

/* ---- following: on the I/O thread ---- */

static int begin(void *user)
{
    struct cambist_follow *follow = user;
    follow->next = follow->exchange->followers;
    follow->exchange->followers = follow;
    cmb_orders_listen(follow->exchange->orders);
    return CAMBIST_OK;
}

static int end(void *user)
{
    struct cambist_follow *follow = user;
    struct cambist_follow **at = &follow->exchange->followers;
    while (*at != follow)
        at = &(*at)->next;
    *at = follow->next;
    return CAMBIST_OK;
}

int cambist_follow_orders(struct cambist_exchange *exchange, cambist_order_event_fn *on_event,
                          void *user, struct cambist_follow **ret, struct cambist_error *error)
{
    struct cambist_follow *follow = cmb_calloc(1, sizeof *follow);
    if (!follow)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a follower"));
    *follow = (struct cambist_follow){ .exchange = exchange, .on_event = on_event, .user = user };
    *ret = follow;
    return cmb_host_run(exchange->host, begin, follow);
}

void cambist_unfollow_orders(struct cambist_follow *follow)
{
    if (!follow)
        return;
    cmb_host_run(follow->exchange->host, end, follow);
    free(follow);
}

/* ---- looking and deciding ---- */

struct each {
    struct cambist_exchange *exchange;
    uint32_t which;
    void (*on_order)(const struct cambist_known_order *order, void *user);
    void *user;
    size_t count;
};

static bool each_one(const struct cmb_order *order, void *user)
{
    struct each *each = user;
    bool is_meant = (!(each->which & CAMBIST_ORDERS_OPEN) || !cmb_order_is_settled(order)) &&
                    (!(each->which & CAMBIST_ORDERS_UNKNOWN) ||
                     order->life == CAMBIST_LIFE_UNKNOWN);
    if (!is_meant)
        return true;
    struct cambist_known_order told = known(order);
    each->count++;
    if (each->on_order)
        each->on_order(&told, each->user);
    return true;
}

static int run_each(void *user)
{
    struct each *each = user;
    cmb_orders_each(each->exchange->orders, each_one, each);
    return CAMBIST_OK;
}

size_t cambist_each_order(struct cambist_exchange *exchange, uint32_t which,
                          void (*on_order)(const struct cambist_known_order *order, void *user),
                          void *user)
{
    struct each each = { exchange, which, on_order, user, 0 };
    cmb_host_run(exchange->host, run_each, &each);
    return each.count;
}

struct decision {
    struct cambist_exchange *exchange;
    const char *client_id;
    uint32_t life;
    bool is_blocked;
    struct cambist_error *error;
};

static int resolve(void *user)
{
    struct decision *decision = user;
    return cmb_orders_resolve(decision->exchange->orders, cmb_text_of(decision->client_id),
                              decision->life, decision->error);
}

int cambist_resolve_order(struct cambist_exchange *exchange, const char *client_id, uint32_t life,
                          struct cambist_error *error)
{
    struct decision decision = { exchange, client_id, life, false, error };
    cmb_fail_reset(error);
    return cmb_host_run(exchange->host, resolve, &decision);
}

static int block(void *user)
{
    struct decision *decision = user;
    cmb_orders_block(decision->exchange->orders, decision->is_blocked);
    return CAMBIST_OK;
}

void cambist_block_orders(struct cambist_exchange *exchange, int is_blocked)
{
    struct decision decision = { .exchange = exchange, .is_blocked = is_blocked };
    cmb_host_run(exchange->host, block, &decision);
}

/* ---- opening and closing ---- */

static void on_housekeeping(struct cmb_timer *timer, void *user)
{
    struct cambist *host = user;
    cmb_host_look_for_block(host);
    cmb_host_free_arbitrages(host, /* is_network_gone= */ false);
    if (cmb_journal_size_bytes(host->journal) > CHECKPOINT_BYTES)
        (void)cmb_recovery_checkpoint(&host->recovery, NULL); /* else later */
    cmb_loop_start_timer(host->loop, timer, HOUSEKEEPING_NS);
}

static int open_accounts(struct cambist *host, struct cambist_error *error)
{
    host->accounts = cmb_calloc(host->exchange_count + 1, sizeof *host->accounts);
    for (size_t i = 0; host->accounts && i < host->exchange_count; i++) {
        struct cambist_exchange *exchange = &host->exchanges[i];
        struct cmb_orders_settings settings = { .desk = exchange->desk,
                                                .stream = exchange->stream,
                                                .dead_man_ms = (uint32_t)(
                                                    exchange->settings->dead_man_s * 1000),
                                                .on_event = on_order_event,
                                                .user = exchange };
        exchange->orders = host->accounts[i] = cmb_orders_new(&settings);
        if (!exchange->orders)
            return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for orders"));
    }
    return host->accounts ? CAMBIST_OK
                          : cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory"));
}

static int open_journal(struct cambist *host, uint32_t flags, struct cambist_error *error)
{
    const struct cmb_settings_host *settings = &host->settings.host;
    bool is_kept = *settings->journal && !(flags & CAMBIST_NO_JOURNAL);
    struct cmb_journal_settings opening = {
        .folder = settings->journal,
        .mode = is_kept ? (enum cmb_journal_mode)settings->durability : CMB_JOURNAL_OFF,
        .loop = host->loop,
        .on_record = cmb_recovery_take,
        .user = &host->recovery,
    };
    cmb_recovery_init(&host->recovery, host->accounts, host->exchange_count);
    int status = cmb_journal_open(&opening, &host->journal, error);
    return status == CAMBIST_OK ? cmb_recovery_end(&host->recovery, host->journal,
                                                   &cmb_random_system, error)
                                : status;
}

int cmb_host_open_orders(struct cambist *host, uint32_t flags, struct cambist_error *error)
{
    int status = open_accounts(host, error);
    if (status == CAMBIST_OK)
        status = open_journal(host, flags, error);
    for (size_t i = 0; i < host->exchange_count && status == CAMBIST_OK; i++)
        cmb_orders_start(host->accounts[i]);
    if (status == CAMBIST_OK)
        cmb_host_look_for_block(host);
    host->housekeeping = (struct cmb_timer){ .on_due = on_housekeeping, .user = host };
    if (status == CAMBIST_OK)
        cmb_loop_start_timer(host->loop, &host->housekeeping, HOUSEKEEPING_NS);
    return status;
}

void cmb_host_stop_orders(struct cambist *host)
{
    for (size_t i = 0; host->accounts && i < host->exchange_count; i++)
        if (host->accounts[i])
            cmb_orders_stop(host->accounts[i]);
}

void cmb_host_close_orders(struct cambist *host)
{
    for (size_t i = 0; host->accounts && i < host->exchange_count; i++)
        cmb_orders_free(host->accounts[i]);
    free(host->accounts);
    cmb_journal_close(host->journal);
    cmb_recovery_clear(&host->recovery);
}
