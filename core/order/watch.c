/* What does the exchange tell of orders by itself, and which of them are ours? */
#include "order/way.h"

#include <stdio.h>

/* ---- strangers ---- */

static bool has(const struct cmb_strangers *strangers, const char *id)
{
    uint64_t hash = cmb_text_hash(cmb_text_of(id));
    const uint64_t *set = strangers->ids[hash % CMB_STRANGER_SETS];
    for (uint32_t i = 0; i < CMB_STRANGERS_PER_SET; i++)
        if (set[i] == hash)
            return true;
    return false;
}

static void note(struct cmb_strangers *strangers, const char *id)
{
    uint64_t hash = cmb_text_hash(cmb_text_of(id));
    uint32_t set = hash % CMB_STRANGER_SETS;
    strangers->ids[set][strangers->next[set]++ % CMB_STRANGERS_PER_SET] = hash;
}

/* What has never traded is nobody's trader. */
void cmb_orders_note_old(struct cmb_orders *orders, const char *id,
                         const struct cambist_decimal *filled)
{
    if (!cmb_decimal_is_zero(filled) && !has(&orders->old, id))
        note(&orders->old, id);
}

bool cmb_orders_is_stranger(const struct cmb_orders *orders, const char *id)
{
    return has(&orders->told, id) || has(&orders->old, id);
}

/* What is over is forgotten here some day; lists of old orders still have it. */
static bool is_old(const struct cambist_order *report, uint32_t proof)
{
    return proof == CAMBIST_PROOF_QUERY &&
           (report->state == CAMBIST_STATE_CLOSED || report->state == CAMBIST_STATE_CANCELED ||
            report->state == CAMBIST_STATE_EXPIRED || report->state == CAMBIST_STATE_REJECTED);
}

/* An order that nobody here has placed is told of once, and left alone. */
static void hear_stranger(struct cmb_orders *orders, const struct cambist_order *report,
                          uint32_t proof)
{
    const char *name = report->id ? report->id : report->client_order_id;
    if (!name || has(&orders->told, name))
        return;
    if (is_old(report, proof)) {
        cmb_orders_note_old(orders, name, &report->filled);
        return;
    }
    note(&orders->told, name);
    bool is_ours = cmb_client_id_is_ours(orders->install,
                                         cmb_text_of(report->client_order_id));
    cmb_orders_tell(orders, &(struct cmb_order_event){
                                .tiding = is_ours ? CMB_ORDER_ORPHAN : CMB_ORDER_EXTERNAL,
                                .report = report });
}

/* ---- orders ---- */

/* A name may be used again; the exchange's own id tells the two apart. */
static bool is_another(const struct cmb_order *order, const struct cambist_order *report)
{
    return order->id[0] && report->id && strcmp(order->id, report->id) != 0;
}

void cmb_orders_hear_order(struct cmb_orders *orders, const struct cambist_order *report,
                           uint32_t proof)
{
    struct cmb_kept *kept = cmb_kept_find(orders, cmb_text_of(report->client_order_id),
                                          cmb_text_of(report->id));
    if (!kept || is_another(&kept->order, report)) {
        hear_stranger(orders, report, proof);
        return;
    }
    kept->heard += proof == CAMBIST_PROOF_QUERY;
    kept->sync_mark = orders->sync_mark;
    cmb_kept_take(kept, &(struct cmb_news){ .kind = CMB_NEWS_REPORT, .report = *report,
                                            .proof = proof });
}

/* ---- trades ---- */

static void take_trade(struct cmb_kept *kept, const struct cambist_trade *trade)
{
    cmb_kept_take(kept, &(struct cmb_news){ .kind = CMB_NEWS_FILL, .trade = *trade });
}

/* A trade may be told before its order is known by its id. */
static void keep_early(struct cmb_orders *orders, const struct cambist_trade *trade)
{
    struct cmb_early_trade *early = &orders->early[orders->early_next++ % CMB_EARLY_TRADES];
    snprintf(early->order_id, sizeof early->order_id, "%s", trade->order_id);
    snprintf(early->text[0], sizeof early->text[0], "%s", trade->id ? trade->id : "");
    snprintf(early->text[1], sizeof early->text[1], "%s",
             trade->fee_currency ? trade->fee_currency : "");
    early->trade = (struct cambist_trade){ .id = early->text[0], .order_id = early->order_id,
                                           .timestamp = trade->timestamp, .side = trade->side,
                                           .price = trade->price, .amount = trade->amount,
                                           .cost = trade->cost, .liquidity = trade->liquidity,
                                           .fee_cost = trade->fee_cost,
                                           .fee_currency = early->text[1] };
}

void cmb_orders_match_early(struct cmb_kept *kept)
{
    struct cmb_orders *orders = kept->orders;
    for (uint32_t i = 0; i < CMB_EARLY_TRADES; i++) {
        if (!orders->early[i].order_id[0] ||
            strcmp(orders->early[i].order_id, kept->order.id) != 0)
            continue;
        struct cmb_early_trade early = orders->early[i];
        orders->early[i].order_id[0] = '\0';
        early.trade.id = early.text[0];
        early.trade.order_id = early.order_id;
        early.trade.fee_currency = early.text[1];
        take_trade(kept, &early.trade);
    }
}

void cmb_orders_hear_trade(struct cmb_orders *orders, const struct cambist_trade *trade)
{
    struct cmb_kept *kept = cmb_kept_find(orders, cmb_text_of(trade->client_order_id),
                                          cmb_text_of(trade->order_id));
    if (kept)
        take_trade(kept, trade);
    else if (trade->order_id && !cmb_orders_is_stranger(orders, trade->order_id))
        keep_early(orders, trade);
}

/* ---- listening ---- */

/* What was told while nobody could hear it is asked for. */
static void note_state(struct cmb_orders *orders, bool *is_live, uint32_t state)
{
    bool was_live = *is_live;
    *is_live = state == CAMBIST_WATCH_LIVE;
    if (*is_live && !was_live)
        cmb_orders_reconcile(orders);
}

static void on_order(const struct cmb_event *event, void *user)
{
    struct cmb_orders *orders = user;
    if (event->record)
        cmb_orders_hear_order(orders, event->record, CAMBIST_PROOF_STREAM);
    else
        note_state(orders, &orders->is_order_live, event->state);
}

static void on_trade(const struct cmb_event *event, void *user)
{
    struct cmb_orders *orders = user;
    if (event->record)
        cmb_orders_hear_trade(orders, event->record);
    else
        note_state(orders, &orders->is_trade_live, event->state);
}

/* An exchange that tells nothing by itself is asked from time to time. */
void cmb_orders_listen(struct cmb_orders *orders)
{
    const struct cmb_arguments all = { 0 };
    struct cmb_stream *stream = orders->settings.stream;
    if (!stream || orders->order_listener)
        return;
    orders->order_listener = cmb_stream_listen(stream, CAMBIST_TOPIC_watch_orders, &all, on_order,
                                               orders, NULL);
    orders->trade_listener = cmb_stream_listen(stream, CAMBIST_TOPIC_watch_my_trades, &all,
                                               on_trade, orders, NULL);
}
