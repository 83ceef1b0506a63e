/* Which frames keep a client's book like the engine's, by the rule of the exchange? */
#include "simulator/stream.h"

#include <stdlib.h>

#include "book/checksum.h"

enum { TOUCHED_MOST = 2048, FINER = 10 };

/* The update that is being made.  Prices at ten times their scale, so that there is room between
 * two ticks. */
struct update {
    struct cmb_session *session;
    struct cmb_session_subscription *subscription;
    struct cmb_engine_market *market;
    const struct cambist_book_rule *rule;
    uint32_t fault;
    size_t counts[2];
    struct cmb_engine_level levels[2][TOUCHED_MOST];
    struct cambist_book_update record;
};

static struct cmb_engine_side *side_of(struct cmb_engine_market *market, int side)
{
    return side == CMB_VIEW_BIDS ? &market->bids : &market->asks;
}

static void put(struct update *update, int side, int64_t price, int64_t amount)
{
    for (size_t i = 0; i < update->counts[side]; i++) {
        if (update->levels[side][i].price != price)
            continue;
        update->levels[side][i].amount = amount;
        return;
    }
    if (update->counts[side] < TOUCHED_MOST)
        update->levels[side][update->counts[side]++] = (struct cmb_engine_level){ price, amount };
}

/* ---- what faults put there ---- */

static int64_t best_of(struct cmb_engine_market *market, int side)
{
    const struct cmb_engine_side *book = side_of(market, side);
    return book->count ? book->orders[0]->price : 0;
}

/* A level that is there until the next update. */
static void add_extra(struct update *update)
{
    struct cmb_session_subscription *subscription = update->subscription;
    int64_t best_ask = best_of(update->market, CMB_VIEW_ASKS);
    if (update->fault == CMB_FAULT_CROSSED && best_ask)
        subscription->extra[CMB_VIEW_BIDS] =
            (struct cmb_engine_level){ (best_ask + 1) * FINER, 1 };
    else if (update->fault == CMB_FAULT_FINER_TICK && best_ask)
        subscription->extra[CMB_VIEW_BIDS] = (struct cmb_engine_level){
            (best_of(update->market, CMB_VIEW_BIDS) - 1) * FINER + FINER / 2, 1 };
    else
        return;
    subscription->has_extra[CMB_VIEW_BIDS] = true;
}

static void put_unknown(struct update *update)
{
    if (update->fault == CMB_FAULT_ZERO_UNKNOWN)
        put(update, CMB_VIEW_BIDS, FINER, 0); /* nobody bids one tick */
}

/* ---- writing ---- */

static struct cambist_levels levels_of(struct update *update, int side)
{
    const struct cmb_engine_rules *rules = update->market->rules;
    size_t count = update->counts[side];
    struct cambist_level *levels =
        cmb_arena_take(&update->session->practice->call->arena, (count + 1) * sizeof *levels);
    for (size_t i = 0; levels && i < count; i++) {
        int64_t price = update->levels[side][i].price;
        bool is_finer = price % FINER != 0;
        levels[i] = (struct cambist_level){
            cmb_record_number(is_finer ? price : price / FINER, rules->price_scale + is_finer),
            cmb_record_number(update->levels[side][i].amount, rules->amount_scale) };
    }
    return (struct cambist_levels){ levels, levels ? count : 0, sizeof *levels };
}

static void say(struct update *update)
{
    struct cmb_session *session = update->session;
    const struct cmb_session_subscription *subscription = update->subscription;
    struct cmb_call *call = cmb_session_start_call(session, subscription->channel);
    call->market = cmb_markets_find(session->practice->exchange->markets,
                                    cmb_text_of(update->market->rules->symbol),
                                    update->market->rules->kind);
    struct cambist_book_update *row = cmb_call_add_row(call);
    if (!row)
        return;
    update->record.symbol = update->market->rules->symbol;
    if (!update->record.timestamp)
        update->record.timestamp = session->practice->engine->now_ns;
    update->record.bids = levels_of(update, CMB_VIEW_BIDS);
    update->record.asks = levels_of(update, CMB_VIEW_ASKS);
    *row = update->record;
    cmb_session_say_data(session, CAMBIST_TOPIC_watch_order_book,
                         cmb_stream_write(call, subscription->channel, subscription->name));
}

/* ---- books whose beginning is asked for: all prices at which something happened ---- */

/* Answers the number of the first change that is in it: later than asked for where not all are
 * remembered, which a client takes for the gap that it is. */
static uint64_t put_touched(struct update *update, uint64_t since)
{
    struct cmb_engine_market *market = update->market;
    uint64_t kept = market->change_count < CMB_ENGINE_CHANGES ? market->change_count
                                                              : CMB_ENGINE_CHANGES;
    uint64_t oldest = market->sequence - kept + 1;
    for (uint64_t i = market->change_count - kept; i < market->change_count; i++) {
        const struct cmb_engine_change *change = &market->changes[i % CMB_ENGINE_CHANGES];
        if (change->sequence <= since)
            continue;
        int side = change->side == CAMBIST_SIDE_BUY ? CMB_VIEW_BIDS : CMB_VIEW_ASKS;
        put(update, side, change->price * FINER,
            cmb_change_amount_at(side_of(market, side), change->price));
    }
    bool is_full = update->counts[0] == TOUCHED_MOST || update->counts[1] == TOUCHED_MOST;
    return is_full ? market->sequence : oldest > since + 1 ? oldest : since + 1;
}

static void take_back_extra(struct update *update)
{
    struct cmb_session_subscription *subscription = update->subscription;
    for (int side = 0; side < 2; side++) {
        if (!subscription->has_extra[side])
            continue;
        int64_t price = subscription->extra[side].price;
        put(update, side, price,
            price % FINER ? 0 : cmb_change_amount_at(side_of(update->market, side), price / FINER));
        subscription->has_extra[side] = false;
    }
}

static void publish_touched(struct update *update)
{
    struct cmb_session_subscription *subscription = update->subscription;
    struct cmb_engine_market *market = update->market;
    uint64_t since = subscription->restarts == market->restarts ? subscription->sequence : 0;
    update->record.first_sequence = (int64_t)put_touched(update, since);
    update->record.previous_sequence = update->record.first_sequence - 1;
    update->record.sequence = (int64_t)market->sequence;
    take_back_extra(update);
    add_extra(update);
    put_unknown(update);
    if (subscription->has_extra[CMB_VIEW_BIDS])
        put(update, CMB_VIEW_BIDS, subscription->extra[CMB_VIEW_BIDS].price,
            subscription->extra[CMB_VIEW_BIDS].amount);
    update->record.whole = CAMBIST_FLAG_NO;
    say(update);
}

/* ---- books that are sent: the difference between what the client holds and what is ---- */

static size_t depth_of(const struct update *update)
{
    size_t depth = update->subscription->limit ? update->subscription->limit : update->rule->depth;
    return depth && depth < CMB_VIEW_LEVELS ? depth : CMB_VIEW_LEVELS;
}

static void look(struct update *update, struct cmb_view *view)
{
    for (int side = 0; side < 2; side++) {
        view->counts[side] = cmb_change_levels(side_of(update->market, side), depth_of(update),
                                               view->levels[side]);
        for (size_t i = 0; i < view->counts[side]; i++)
            view->levels[side][i].price *= FINER;
    }
}

/* Puts the fault's level into the view, which keeps its order and depth. */
static void look_at_extra(struct update *update, struct cmb_view *view)
{
    struct cmb_session_subscription *subscription = update->subscription;
    size_t *count = &view->counts[CMB_VIEW_BIDS], at = 0;
    struct cmb_engine_level *levels = view->levels[CMB_VIEW_BIDS];
    subscription->has_extra[CMB_VIEW_BIDS] = false;
    add_extra(update);
    if (!subscription->has_extra[CMB_VIEW_BIDS])
        return;
    if (*count == depth_of(update))
        --*count;
    while (at < *count && levels[at].price > subscription->extra[CMB_VIEW_BIDS].price)
        at++;
    memmove(&levels[at + 1], &levels[at], (*count - at) * sizeof *levels);
    levels[at] = subscription->extra[CMB_VIEW_BIDS];
    ++*count;
}

static const struct cmb_engine_level *find(const struct cmb_view *view, int side, int64_t price)
{
    for (size_t i = 0; i < view->counts[side]; i++)
        if (view->levels[side][i].price == price)
            return &view->levels[side][i];
    return NULL;
}

/* What falls out of a full view is not told where clients cut their books themselves. */
static bool is_cut_off(const struct update *update, const struct cmb_view *now, int side,
                       int64_t price)
{
    size_t count = now->counts[side];
    if (!update->rule->depth || count < depth_of(update))
        return false;
    int64_t deepest = now->levels[side][count - 1].price;
    return side == CMB_VIEW_BIDS ? price < deepest : price > deepest;
}

static void put_differences(struct update *update, const struct cmb_view *before,
                            const struct cmb_view *now)
{
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < before->counts[side]; i++) {
            int64_t price = before->levels[side][i].price;
            if (!find(now, side, price) && !is_cut_off(update, now, side, price))
                put(update, side, price, 0);
        }
        for (size_t i = 0; i < now->counts[side]; i++) {
            struct cmb_engine_level level = now->levels[side][i];
            const struct cmb_engine_level *held = find(before, side, level.price);
            if (!held || held->amount != level.amount)
                put(update, side, level.price, level.amount);
        }
    }
}

static bool load(struct cmb_side *to, const struct cmb_view *view, int side)
{
    struct cmb_scaled_level levels[CMB_VIEW_LEVELS];
    for (size_t i = 0; i < view->counts[side]; i++)
        levels[i] = (struct cmb_scaled_level){ view->levels[side][i].price / FINER,
                                               view->levels[side][i].amount };
    cmb_side_init(to, side == CMB_VIEW_ASKS, 0, false);
    return cmb_side_load(to, levels, NULL, view->counts[side], (struct cmb_scaled_digits){ 0 }) ==
           CMB_SIDE_CHANGED;
}

static void sum_up(struct update *update, const struct cmb_view *now)
{
    const struct cmb_engine_rules *rules = update->market->rules;
    struct cmb_scaled_digits scales = { .price = (uint8_t)rules->price_scale,
                                        .amount = (uint8_t)rules->amount_scale };
    struct cmb_side bids, asks;
    if (update->rule->checksum_order == CAMBIST_NO_CHECKSUM)
        return;
    (void)load(&bids, now, CMB_VIEW_BIDS);
    (void)load(&asks, now, CMB_VIEW_ASKS);
    update->record.checksum = cmb_checksum(update->rule, &bids, &asks, scales);
    if (update->fault == CMB_FAULT_WRONG_CHECKSUM)
        update->record.checksum ^= 1;
    cmb_side_clear(&bids);
    cmb_side_clear(&asks);
}

static void number(struct update *update)
{
    struct cmb_session_subscription *subscription = update->subscription;
    bool is_counted = update->rule->kind == CAMBIST_BOOK_COUNTED;
    subscription->count++;
    update->record.first_sequence = (int64_t)subscription->sequence + 1;
    update->record.sequence =
        is_counted ? subscription->count : (int64_t)update->market->sequence;
    update->record.previous_sequence =
        update->record.whole == CAMBIST_FLAG_YES ? -1 : (int64_t)subscription->sequence;
}

static void put_all(struct update *update, const struct cmb_view *view)
{
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < view->counts[side]; i++)
            put(update, side, view->levels[side][i].price, view->levels[side][i].amount);
}

static size_t copy_past(const struct cmb_engine_level *from, size_t count,
                        struct cmb_engine_level *to)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (struct cmb_engine_level){ from[i].price * FINER, from[i].amount };
    return count;
}

static void look_back(struct update *update, const struct cmb_engine_past *past,
                      struct cmb_view *view)
{
    size_t depth = depth_of(update);
    view->counts[CMB_VIEW_BIDS] = copy_past(past->bids, past->bid_count < depth ? past->bid_count
                                                                                : depth,
                                            view->levels[CMB_VIEW_BIDS]);
    view->counts[CMB_VIEW_ASKS] = copy_past(past->asks, past->ask_count < depth ? past->ask_count
                                                                                : depth,
                                            view->levels[CMB_VIEW_ASKS]);
    update->record.sequence = (int64_t)past->sequence;
    update->record.timestamp = past->time_ns;
}

/* The first message; a fault may send an earlier book, which is only looked at here. */
static void publish_snapshot(struct update *update, struct cmb_view *now)
{
    struct cmb_session *session = update->session;
    update->fault = cmb_faults_draw_stream(session->faults, session->exchange, CMB_AT_SNAPSHOT,
                                           CAMBIST_TOPIC_watch_order_book);
    const struct cmb_engine_past *past = cmb_change_past(update->market,
                                                         cmb_fault_moves(update->fault));
    update->record.whole = CAMBIST_FLAG_YES;
    number(update);
    if (past)
        look_back(update, past, now);
    put_all(update, now);
    sum_up(update, now);
    say(update);
    look(update, now);
}

static void publish_sent(struct update *update)
{
    struct cmb_session_subscription *subscription = update->subscription;
    struct cmb_view *now = malloc(sizeof *now);
    bool is_whole = update->rule->kind == CAMBIST_BOOK_UNCHAINED;
    if (!now)
        return;
    look(update, now);
    if (!subscription->view || is_whole) {
        publish_snapshot(update, now);
    } else {
        look_at_extra(update, now);
        put_differences(update, subscription->view, now);
        put_unknown(update);
        update->record.whole = CAMBIST_FLAG_NO;
        number(update);
        sum_up(update, now);
        if (update->counts[0] || update->counts[1])
            say(update);
    }
    free(subscription->view);
    subscription->view = now;
}

/* ---- either ---- */

static bool is_nothing_new(const struct cmb_session_subscription *subscription,
                           const struct cmb_engine_market *market)
{
    return subscription->has_begun && subscription->sequence == market->sequence &&
           subscription->restarts == market->restarts;
}

void cmb_session_publish_book(struct cmb_session *session,
                              struct cmb_session_subscription *subscription, int at)
{
    struct cmb_engine_market *market = &session->practice->engine->markets[at];
    const struct cambist_book_rule *rule = subscription->channel->book;
    bool begins = !subscription->has_begun;
    if (is_nothing_new(subscription, market))
        return;
    struct update *update = calloc(1, sizeof *update);
    if (!update)
        return;
    update->session = session;
    update->subscription = subscription;
    update->market = market;
    update->rule = rule;
    if (!begins)
        update->fault = cmb_faults_draw_stream(session->faults, session->exchange, CMB_AT_BOOK,
                                               CAMBIST_TOPIC_watch_order_book);
    if (update->fault == CMB_FAULT_SEQUENCE_RESET) {
        cmb_change_restart(market);
        session->frame_count = 0;
    } else if (!rule->snapshot_limit) {
        publish_sent(update);
    } else if (!begins) {
        publish_touched(update);
    }
    subscription->restarts = update->fault == CMB_FAULT_SEQUENCE_RESET ? subscription->restarts
                                                                       : market->restarts;
    subscription->sequence = update->fault == CMB_FAULT_SEQUENCE_RESET ? subscription->sequence
                                                                       : market->sequence;
    free(update);
}
