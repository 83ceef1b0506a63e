/* Which orders has the account, and what does a piece of news change? */
#include "order/way.h"

#include <stdlib.h>

#include "base/memory.h"

#define FIRST_ASK_NS 200000000ll
#define LAST_ASK_NS  20000000000ll

/* ---- finding ---- */

static uint64_t bucket_of(struct cmb_text text)
{
    return cmb_text_hash(text) % CMB_KEPT_BUCKETS;
}

struct cmb_kept *cmb_kept_find(const struct cmb_orders *orders, struct cmb_text client_id,
                               struct cmb_text id)
{
    struct cmb_kept *kept = NULL;
    if (client_id.length)
        for (kept = orders->by_client[bucket_of(client_id)];
             kept && !cmb_text_is(cmb_text_of(kept->order.client_id), client_id);)
            kept = kept->next_client;
    if (!kept && id.length)
        for (kept = orders->by_id[bucket_of(id)];
             kept && !cmb_text_is(cmb_text_of(kept->order.id), id);)
            kept = kept->next_id;
    return kept;
}

const struct cmb_order *cmb_orders_find(const struct cmb_orders *orders, struct cmb_text name)
{
    const struct cmb_kept *kept = cmb_kept_find(orders, name, name);
    return kept ? &kept->order : NULL;
}

void cmb_orders_each(const struct cmb_orders *orders,
                     bool (*on_order)(const struct cmb_order *order, void *user), void *user)
{
    struct cmb_kept *kept;
    TAILQ_FOREACH(kept, &orders->list, link)
        if (!on_order(&kept->order, user))
            return;
}

uint32_t cmb_orders_open(const struct cmb_orders *orders)
{
    return orders->open;
}

int64_t cmb_orders_armed_until_ns(const struct cmb_orders *orders)
{
    return orders->armed_until_ns;
}

int64_t cmb_orders_now_ns(const struct cmb_orders *orders)
{
    return cmb_exchange_now_ns(orders->exchange);
}

/* A market of which nothing is known here is told by its symbol: BASE/QUOTE:SETTLE has a contract. */
const struct cambist_order_rule *cmb_kept_rule(const struct cmb_kept *kept)
{
    const struct cmb_exchange *exchange = kept->orders->exchange;
    const struct cambist_market *market =
        exchange->markets ? cmb_markets_find(exchange->markets, cmb_text_of(kept->order.symbol), 0)
                          : NULL;
    uint32_t guess = strchr(kept->order.symbol, ':') ? CAMBIST_KIND_SWAP : CAMBIST_KIND_SPOT;
    return cmb_find_order_rule(exchange->plugin, market ? (uint32_t)market->kind : guess);
}

void cmb_orders_doubt(struct cmb_orders *orders, const struct cambist_market *market)
{
    struct cmb_kept *kept;
    TAILQ_FOREACH(kept, &orders->list, link) {
        if (cmb_order_is_over(&kept->order) ||
            (market && strcmp(market->symbol, kept->order.symbol) != 0))
            continue;
        kept->is_asked_for = true;
        kept->doubted_ns = cmb_orders_now_ns(orders);
        cmb_kept_look_after(kept);
    }
}

/* ---- keeping ---- */

static void enter_id(struct cmb_kept *kept)
{
    struct cmb_kept **bucket = &kept->orders->by_id[bucket_of(cmb_text_of(kept->order.id))];
    if (kept->has_id_entry)
        return;
    kept->next_id = *bucket;
    *bucket = kept;
    kept->has_id_entry = true;
}

static void leave_tables(struct cmb_kept *kept)
{
    struct cmb_orders *orders = kept->orders;
    struct cmb_kept **at = &orders->by_client[bucket_of(cmb_text_of(kept->order.client_id))];
    while (*at != kept)
        at = &(*at)->next_client;
    *at = kept->next_client;
    if (!kept->has_id_entry)
        return;
    for (at = &orders->by_id[bucket_of(cmb_text_of(kept->order.id))]; *at != kept;)
        at = &(*at)->next_id;
    *at = kept->next_id;
}

void cmb_kept_free(struct cmb_kept *kept)
{
    struct cmb_orders *orders = kept->orders;
    leave_tables(kept);
    TAILQ_REMOVE(&orders->list, kept, link);
    if (kept->is_settled)
        TAILQ_REMOVE(&orders->settled, kept, settled_link);
    cmb_loop_stop_timer(orders->loop, &kept->timer);
    if (kept->inquiry)
        kept->inquiry->kept = NULL;
    orders->count--;
    cmb_order_clear(&kept->order);
    free(kept);
}

/* Those that have been over for longest make room: of others reports may still come, twice or late.
 * While a journal is read its next record may speak of any. */
static void drop_settled(struct cmb_orders *orders)
{
    struct cmb_kept *kept = TAILQ_FIRST(&orders->settled), *next;
    if (orders->telling || orders->is_recovering)
        return;
    for (; kept && orders->count - orders->open > CMB_KEPT_SETTLED; kept = next) {
        next = TAILQ_NEXT(kept, settled_link);
        if (kept->inquiry || kept->errands)
            continue;
        if (kept->order.filled.is_set)
            cmb_orders_note_old(orders, kept->order.id, &kept->order.filled);
        cmb_kept_free(kept);
    }
}

static struct cmb_kept *keep(struct cmb_orders *orders, const char *client_id)
{
    struct cmb_kept **bucket = &orders->by_client[bucket_of(cmb_text_of(client_id))];
    struct cmb_kept *kept = cmb_calloc(1, sizeof *kept);
    if (!kept)
        return NULL;
    kept->orders = orders;
    kept->next_client = *bucket;
    *bucket = kept;
    TAILQ_INSERT_TAIL(&orders->list, kept, link);
    orders->count++;
    orders->open++;
    cmb_orders_arm(orders);
    cmb_orders_stay_synced(orders);
    drop_settled(orders);
    return kept;
}

/* ---- telling ---- */

void cmb_orders_tell(struct cmb_orders *orders, const struct cmb_order_event *event)
{
    if (!orders->settings.on_event || orders->is_recovering)
        return;
    orders->telling++;
    orders->settings.on_event(event, orders->settings.user);
    orders->telling--;
}

static void tell(struct cmb_kept *kept, uint32_t tiding, uint32_t changes,
                 const struct cambist_trade *trade)
{
    cmb_orders_tell(kept->orders, &(struct cmb_order_event){ .tiding = tiding,
                                                             .changes = changes,
                                                             .order = &kept->order,
                                                             .sequence = ++kept->sequence,
                                                             .trade = trade });
}

/* ---- the one door ---- */

enum { NOTHING_TOLD = CMB_CHANGED_FILL | CMB_CHANGED_ASK | CMB_CHANGED_DEADLINE |
                      CMB_CHANGED_MEMORY };

static int write_down(struct cmb_orders *orders, struct cmb_news *news,
                      struct cambist_error *error)
{
    news->exchange = orders->exchange->name.at;
    cmb_buffer_reset(&orders->payload);
    cmb_news_write(news, &orders->payload);
    if (!cmb_buffer_is_whole(&orders->payload))
        return cmb_fail_plain(error, CAMBIST_TOO_LARGE, CMB_TEXT("an order is too long to be "
                                                                 "written down"));
    return cmb_journal_write(orders->journal, cmb_news_type(news),
                             cmb_buffer_text(&orders->payload), &orders->last_number, error);
}

/* Of an order that the latest checkpoint has left out the journal has to be told all. */
static int write_whole(struct cmb_kept *kept, struct cambist_error *error)
{
    struct cmb_buffer fills;
    cmb_buffer_init(&fills, CMB_JOURNAL_PAYLOAD_MOST);
    struct cmb_news news = cmb_kept_news(kept, &fills);
    int status = write_down(kept->orders, &news, error);
    kept->is_left_out = status != CAMBIST_OK;
    cmb_buffer_clear(&fills);
    return status;
}

static void settle(struct cmb_kept *kept)
{
    struct cmb_orders *orders = kept->orders;
    bool was_settled = kept->is_settled;
    kept->is_settled = cmb_order_is_settled(&kept->order);
    if (kept->is_settled && !was_settled) {
        orders->open--;
        TAILQ_INSERT_TAIL(&orders->settled, kept, settled_link);
    } else if (!kept->is_settled && was_settled) {
        orders->open++;
        TAILQ_REMOVE(&orders->settled, kept, settled_link);
    }
    if (kept->ended_ns || !cmb_order_is_over(&kept->order))
        return;
    kept->ended_ns = orders->ended_ns = cmb_orders_now_ns(orders);
}

/* What has changed is told, and what it leaves open is asked for. */
static void follow(struct cmb_kept *kept, const struct cmb_news *news, uint32_t changes)
{
    if (changes & CMB_CHANGED_ID) {
        enter_id(kept);
        cmb_orders_match_early(kept);
    }
    settle(kept);
    if (changes & CMB_CHANGED_FILL)
        tell(kept, CMB_ORDER_FILLED, changes, &news->trade);
    if (changes & ~(uint32_t)NOTHING_TOLD)
        tell(kept, CMB_ORDER_CHANGED, changes, NULL);
    if (changes & CMB_CHANGED_ASK) {
        kept->is_asked_for = true;
        kept->doubted_ns = cmb_orders_now_ns(kept->orders);
    }
    cmb_kept_look_after(kept);
}

/* The machine tries it first: news that changes nothing is no news. */
int cmb_kept_note(struct cmb_kept *kept, struct cmb_news *news, struct cambist_error *error)
{
    int status = CAMBIST_OK;
    uint32_t changes = cmb_news_apply(news, &kept->order);
    bool is_written = changes & ~(uint32_t)CMB_CHANGED_ASK && !kept->orders->is_recovering;
    news->client_id = kept->order.client_id;
    if (is_written)
        status = kept->is_left_out ? write_whole(kept, error)
                                   : write_down(kept->orders, news, error);
    if (changes)
        follow(kept, news, changes);
    return status;
}

void cmb_kept_take(struct cmb_kept *kept, struct cmb_news *news)
{
    (void)cmb_kept_note(kept, news, NULL);
}

int cmb_orders_intend(struct cmb_orders *orders, struct cmb_news *news, struct cmb_kept **ret,
                      struct cambist_error *error)
{
    int status = orders->is_recovering ? CAMBIST_OK : write_down(orders, news, error);
    struct cmb_kept *kept = status == CAMBIST_OK ? keep(orders, news->client_id) : NULL;
    if (status != CAMBIST_OK)
        return status;
    if (!kept)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for an order"));
    uint32_t changes = cmb_news_apply(news, &kept->order);
    *ret = kept;
    follow(kept, news, changes);
    return CAMBIST_OK;
}

/* ---- a run, from its beginning to its end ---- */

struct cmb_orders *cmb_orders_new(const struct cmb_orders_settings *settings)
{
    struct cmb_orders *orders = cmb_calloc(1, sizeof *orders);
    if (!orders)
        return NULL;
    orders->settings = *settings;
    orders->exchange = settings->desk->exchange;
    orders->loop = settings->desk->office->loop;
    orders->waiting_end = &orders->waiting;
    for (int sort = 0; sort < CMB_ORDER_SORTS; sort++)
        cmb_way_times_init(&orders->times[sort], &cmb_order_ways[sort], orders->stages[sort],
                           settings->desk->office->is_timed);
    TAILQ_INIT(&orders->list);
    TAILQ_INIT(&orders->settled);
    cmb_buffer_init(&orders->payload, CMB_JOURNAL_PAYLOAD_MOST);
    cmb_backoff_init(&orders->backoff, FIRST_ASK_NS / 4, FIRST_ASK_NS, LAST_ASK_NS);
    return orders;
}

size_t cmb_orders_bytes_most(void)
{
    return sizeof(struct cmb_orders) + CMB_KEPT_SETTLED * sizeof(struct cmb_kept);
}

void cmb_orders_start(struct cmb_orders *orders)
{
    struct cmb_kept *kept;
    orders->is_waiting = orders->open > 0;
    TAILQ_FOREACH(kept, &orders->list, link)
        cmb_kept_look_after(kept);
    if (orders->is_waiting)
        cmb_orders_reconcile(orders);
}

void cmb_orders_stop(struct cmb_orders *orders)
{
    struct cmb_kept *kept;
    orders->is_stopped = true;
    cmb_stream_leave(orders->order_listener);
    cmb_stream_leave(orders->trade_listener);
    orders->order_listener = orders->trade_listener = NULL;
    cmb_loop_stop_timer(orders->loop, &orders->sync_timer);
    TAILQ_FOREACH(kept, &orders->list, link) {
        cmb_loop_stop_timer(orders->loop, &kept->timer);
        cmb_inquiry_stop(kept->inquiry);
    }
    cmb_loop_stop_timer(orders->loop, &orders->dead_man_timer);
    cmb_inquiry_stop(orders->sync);
    cmb_inquiry_stop(orders->dead_man);
    cmb_orders_turn_away(orders, CAMBIST_CLOSED, "the host was closed");
}

void cmb_orders_free(struct cmb_orders *orders)
{
    if (!orders)
        return;
    orders->exchange->nonces.keep = NULL;
    while (!TAILQ_EMPTY(&orders->list))
        cmb_kept_free(TAILQ_FIRST(&orders->list));
    while (orders->all_errands) {
        struct cmb_errand *errand = orders->all_errands;
        orders->all_errands = errand->next_all;
        cmb_journal_forget(orders->journal, &errand->wait);
        free(errand);
    }
    cmb_inquiries_free(orders);
    cmb_buffer_clear(&orders->payload);
    free(orders);
}

int cmb_orders_resolve(struct cmb_orders *orders, struct cmb_text client_id, uint32_t life,
                       struct cambist_error *error)
{
    static const uint64_t states[] = { [CAMBIST_LIFE_WORKING] = CAMBIST_STATE_OPEN,
                                       [CAMBIST_LIFE_CANCELED] = CAMBIST_STATE_CANCELED,
                                       [CAMBIST_LIFE_EXPIRED] = CAMBIST_STATE_EXPIRED,
                                       [CAMBIST_LIFE_REJECTED] = CAMBIST_STATE_REJECTED };
    struct cmb_kept *kept = cmb_kept_find(orders, client_id, client_id);
    if (!kept)
        return cmb_fail(error, CAMBIST_ORDER_NOT_FOUND, "no order %.*s is known here",
                        (int)client_id.length, client_id.at);
    if (kept->order.life != CAMBIST_LIFE_UNKNOWN || life > CAMBIST_LIFE_REJECTED || !states[life])
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "%.*s is %s: it cannot be said to be %s",
                        (int)client_id.length, client_id.at, cambist_life_name(kept->order.life),
                        cambist_life_name(life));
    kept->is_asked_for = false;
    cmb_kept_take(kept, &(struct cmb_news){ .kind = CMB_NEWS_REPORT,
                                            .report = { .state = states[life] },
                                            .proof = CAMBIST_PROOF_OPERATOR });
    return CAMBIST_OK;
}
