/* Who is told what, and in which state is it? */
#include "stream/way.h"

#include <stdlib.h>

#include "base/memory.h"

static const char *const state_names[] = {
#define X(NAME, number, text) [CAMBIST_WATCH_##NAME] = text,
    CAMBIST_WATCH_STATE_LIST(X)
#undef X
};

const char *cmb_watch_state_name(uint32_t state)
{
    return state < sizeof state_names / sizeof *state_names && state_names[state]
               ? state_names[state] : "?";
}

/* ---- subscriptions ---- */

static size_t bucket_of(const struct cmb_channel *channel, const struct cambist_market *market)
{
    uint64_t mixed = ((uintptr_t)channel >> 4) * 0x9e3779b97f4a7c15u ^ ((uintptr_t)market >> 4);
    return (size_t)((mixed * 0x9e3779b97f4a7c15u) >> 54) % CMB_SUBSCRIPTION_BUCKETS;
}

struct cmb_subscription *cmb_subscription_find(const struct cmb_stream *stream,
                                               const struct cmb_channel *channel,
                                               const struct cambist_market *market,
                                               struct cmb_text timeframe)
{
    struct cmb_subscription *at = stream->table[bucket_of(channel, market)];
    for (; at; at = at->next_same)
        if (at->channel == channel && at->market == market && !at->is_dead &&
            (!timeframe.at || !at->timeframe.at || cmb_text_is(at->timeframe, timeframe)))
            return at;
    return NULL;
}

static void on_silence(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_subscription *subscription = user;
    if (TAILQ_EMPTY(&subscription->listeners))
        cmb_subscription_leave(subscription);
    else
        cmb_watch_for_silence(subscription);
}

static void on_welcome(struct cmb_timer *timer, void *user);

struct cmb_subscription *cmb_subscription_new(struct cmb_stream *stream,
                                              const struct cmb_channel *channel,
                                              const struct cambist_market *market,
                                              struct cmb_text timeframe)
{
    struct cmb_subscription *subscription = cmb_calloc(1, sizeof *subscription);
    if (!subscription)
        return NULL;
    subscription->stream = stream;
    subscription->channel = channel;
    subscription->market = market;
    subscription->state = CAMBIST_WATCH_WAITING;
    subscription->silence = (struct cmb_timer){ .on_due = on_silence, .user = subscription };
    subscription->welcome = (struct cmb_timer){ .on_due = on_welcome, .user = subscription };
    subscription->seats[0].subscription = subscription->seats[1].subscription = subscription;
    subscription->seats[0].ask = subscription->seats[1].ask = CMB_ASK_NONE;
    TAILQ_INIT(&subscription->listeners);
    TAILQ_INSERT_TAIL(&stream->subscriptions, subscription, link);
    size_t bucket = bucket_of(channel, market);
    subscription->next_same = stream->table[bucket];
    stream->table[bucket] = subscription;
    bool is_whole = true;
    if (timeframe.at) {
        subscription->timeframe.at = cmb_strndup(timeframe.at, timeframe.length);
        subscription->timeframe.length = timeframe.length;
        is_whole = subscription->timeframe.at != NULL;
    }
    if (channel->endpoint.fields.schema == cmb_record_schema_of(CAMBIST_RECORD_TRADE))
        is_whole &= (subscription->seen = cmb_calloc(CMB_SEEN_TRADES, sizeof(uint64_t))) != NULL;
    if (channel->book)
        is_whole &= (subscription->feed = cmb_book_feed_new(subscription)) != NULL;
    if (is_whole)
        return subscription;
    cmb_subscription_free(subscription);
    return NULL;
}

static void forget(struct cmb_subscription *subscription)
{
    struct cmb_stream *stream = subscription->stream;
    struct cmb_subscription **at =
        &stream->table[bucket_of(subscription->channel, subscription->market)];
    while (*at && *at != subscription)
        at = &(*at)->next_same;
    if (*at)
        *at = subscription->next_same;
    TAILQ_REMOVE(&stream->subscriptions, subscription, link);
}

/* While a snapshot is under way its run still knows the subscription: on_snapshot frees it. */
void cmb_subscription_free(struct cmb_subscription *subscription)
{
    struct cmb_stream *stream = subscription->stream;
    cmb_frame_stencils_forget(stream->stencils, subscription);
    cmb_loop_stop_timer(stream->loop, &subscription->silence);
    cmb_loop_stop_timer(stream->loop, &subscription->welcome);
    cmb_seat_leave(&subscription->seats[0]);
    cmb_seat_leave(&subscription->seats[1]);
    if (subscription->feed) {
        cmb_loop_stop_timer(stream->loop, &subscription->feed->timer);
        if (subscription->feed->is_asking) {
            subscription->is_dead = true;
            return;
        }
    }
    forget(subscription);
    cmb_book_feed_free(subscription->feed);
    free((char *)(uintptr_t)subscription->timeframe.at);
    free(subscription->channel_text);
    free(subscription->name_text);
    free(subscription->seen);
    free(subscription);
}

/* ---- events ---- */

static void tell(struct cmb_listener *listener, struct cmb_event *event)
{
    event->sequence = ++listener->sequence;
    listener->is_new = false;
    listener->stream->counts.events++;
    listener->on_event(event, listener->user);
}

/* A listener may leave from its callback: it is freed when no delivery needs the list any more. */
static void free_left(struct cmb_subscription *subscription)
{
    struct cmb_listener *listener, *next;
    for (listener = TAILQ_FIRST(&subscription->listeners); listener; listener = next) {
        next = TAILQ_NEXT(listener, link);
        if (listener->is_leaving)
            cmb_listener_free(listener);
    }
}

/* Of channels that bring all markets together a listener hears only what it asked for. */
static bool wants(const struct cmb_listener *listener, const struct cmb_event *event)
{
    return !listener->is_leaving && (!listener->market || !event->market ||
                                     listener->market == event->market);
}

static void begin_delivery(struct cmb_subscription *subscription, struct cmb_event *event)
{
    const struct cmb_line *line = cmb_seat_of(subscription)->line;
    event->topic = subscription->channel->topic;
    event->state = subscription->state;
    event->book = subscription->feed ? subscription->feed->book : NULL;
    event->connection = line ? line->connection : 0;
    if (!event->market)
        event->market = subscription->market;
    subscription->stream->delivering++;
}

static void end_delivery(struct cmb_subscription *subscription)
{
    struct cmb_stream *stream = subscription->stream;
    if (--stream->delivering == 0)
        free_left(subscription);
    /* Whoever told it may still need it: it goes in a turn of its own. */
    if (TAILQ_EMPTY(&subscription->listeners) && !stream->observer)
        cmb_loop_start_timer(stream->loop, &subscription->silence, 0);
}

static void deliver(struct cmb_subscription *subscription, struct cmb_event *event)
{
    struct cmb_stream *stream = subscription->stream;
    struct cmb_listener *listener;
    begin_delivery(subscription, event);
    TAILQ_FOREACH(listener, &subscription->listeners, link)
        if (wants(listener, event))
            tell(listener, event);
    if (stream->observer)
        stream->observer(event, stream->observer_user);
    end_delivery(subscription);
}

static void on_welcome(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_subscription *subscription = user;
    struct cmb_event event = { .is_state = true,
                               .received_ns = cmb_stream_now_ns(subscription->stream) };
    struct cmb_listener *listener;
    begin_delivery(subscription, &event);
    TAILQ_FOREACH(listener, &subscription->listeners, link)
        if (listener->is_new && wants(listener, &event))
            tell(listener, &event);
    end_delivery(subscription);
}

/* Not at once: whoever begins to listen does not know its listener yet. */
void cmb_listener_welcome(struct cmb_listener *listener)
{
    struct cmb_subscription *subscription = listener->subscription;
    if (subscription->state == CAMBIST_WATCH_WAITING)
        return;
    listener->is_new = true;
    cmb_loop_start_timer(subscription->stream->loop, &subscription->welcome, 0);
}

static const struct cambist_market *market_of_record(const struct cmb_subscription *subscription,
                                                     const struct cmb_record_schema *schema,
                                                     const void *record)
{
    const char *symbol = NULL;
    int member = cmb_record_schema_find(schema, CMB_TEXT("symbol"));
    if (subscription->market || member < 0)
        return subscription->market;
    memcpy(&symbol, (const char *)record + schema->members[member].offset, sizeof symbol);
    return symbol ? cmb_markets_find(subscription->stream->desk->exchange->markets,
                                     cmb_text_of(symbol), subscription->channel->row->kinds)
                  : NULL;
}

static int64_t time_of(const struct cmb_record_schema *schema, const void *record)
{
    int64_t time_ns = 0;
    int member = cmb_record_schema_find(schema, CMB_TEXT("timestamp"));
    if (member >= 0)
        memcpy(&time_ns, (const char *)record + schema->members[member].offset, sizeof time_ns);
    return time_ns;
}

/* Two connections bring the same trades while one takes over from the other, and some exchanges
 * repeat fills behind a reconnection: each is told once. */
static bool is_seen(struct cmb_subscription *subscription, const void *record)
{
    if (!subscription->seen)
        return false;
    const struct cambist_trade *trade = record;
    if (!trade->id)
        return false;
    uint64_t hash = cmb_text_hash(cmb_text_of(trade->id));
    if (!subscription->market && trade->symbol)
        hash ^= cmb_text_hash(cmb_text_of(trade->symbol)) * 31;
    for (size_t i = 0; i < CMB_SEEN_TRADES; i++)
        if (subscription->seen[i] == hash)
            return true;
    subscription->seen[subscription->seen_next++ % CMB_SEEN_TRADES] = hash;
    return false;
}

void cmb_deliver_record(struct cmb_subscription *subscription, const void *record)
{
    const struct cmb_record_schema *schema = subscription->channel->endpoint.fields.schema;
    cmb_note_data(subscription, subscription->stream->frame.received_ns);
    if (is_seen(subscription, record))
        return;
    cmb_frame_leave_stage(subscription->stream, CMB_STREAM_DECODE);
    deliver(subscription,
            &(struct cmb_event){ .record = record,
                                 .schema = schema,
                                 .market = market_of_record(subscription, schema, record),
                                 .timestamp_ns = time_of(schema, record),
                                 .received_ns = subscription->stream->frame.received_ns });
    cmb_frame_leave_stage(subscription->stream, CMB_STREAM_DELIVER);
}

void cmb_deliver_book(struct cmb_subscription *subscription, int64_t timestamp_ns)
{
    subscription->state = CAMBIST_WATCH_LIVE;
    deliver(subscription,
            &(struct cmb_event){ .timestamp_ns = timestamp_ns,
                                 .received_ns = subscription->stream->frame.received_ns });
    cmb_frame_leave_stage(subscription->stream, CMB_STREAM_DELIVER);
}

void cmb_deliver_state(struct cmb_subscription *subscription, uint32_t state,
                       const struct cambist_error *error)
{
    if (subscription->state == state && !error)
        return;
    subscription->state = state;
    deliver(subscription, &(struct cmb_event){ .received_ns = cmb_stream_now_ns(subscription->stream),
                                               .is_state = true,
                                               .error = error });
}
