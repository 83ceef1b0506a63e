/* Who listens to what, and how does a topic become a subscription? */
#include "stream/way.h"

#include <stdlib.h>

#include "base/memory.h"

enum { ARGUMENT_BYTES_MOST = 64 << 10 };

static const int64_t millisecond_ns = 1000000;

/* ---- streams ---- */

struct cmb_stream *cmb_stream_new(struct cmb_desk *desk)
{
    struct cmb_stream *stream = cmb_calloc(1, sizeof *stream);
    if (!stream)
        return NULL;
    stream->desk = desk;
    stream->timed_ns = -1;
    stream->network = desk->office->network;
    stream->loop = desk->office->loop;
    cmb_way_times_init(&stream->times, &cmb_stream_way, stream->stages, desk->office->is_timed);
    TAILQ_INIT(&stream->lines);
    TAILQ_INIT(&stream->subscriptions);
    TAILQ_INIT(&stream->unbound);
    cmb_backoff_init(&stream->backoff, 0, 100 * millisecond_ns, 1000 * millisecond_ns);
    cmb_backoff_init(&stream->refused_backoff, 0, 1000 * millisecond_ns, 60000 * millisecond_ns);
    cmb_backoff_init(&stream->snapshot_backoff, 100 * millisecond_ns, 500 * millisecond_ns,
                     10000 * millisecond_ns);
    stream->call = cmb_call_new();
    stream->stencils = cmb_frame_stencils_new();
    if (stream->call && stream->stencils)
        return stream;
    cmb_call_free(stream->call);
    cmb_frame_stencils_free(stream->stencils);
    free(stream);
    return NULL;
}

static void free_sides(struct cmb_stream *stream)
{
    for (int side = 0; side < CMB_SIDES; side++) {
        free(stream->sides[side].levels);
        free(stream->sides[side].digits);
        free(stream->sides[side].sequences);
    }
}

void cmb_stream_stop(struct cmb_stream *stream)
{
    if (!stream)
        return;
    struct cmb_line *line, *next;
    for (line = TAILQ_FIRST(&stream->lines); line; line = next) {
        next = TAILQ_NEXT(line, link);
        cmb_line_free(line);
    }
    stream->network = NULL;
}

/* What is under way with a server has ended with its pool. */
void cmb_stream_free(struct cmb_stream *stream)
{
    if (!stream)
        return;
    struct cmb_subscription *subscription;
    struct cmb_listener *listener;
    while ((listener = TAILQ_FIRST(&stream->unbound)))
        cmb_listener_free(listener);
    while ((subscription = TAILQ_FIRST(&stream->subscriptions))) {
        while ((listener = TAILQ_FIRST(&subscription->listeners)))
            cmb_listener_free(listener);
        if (subscription->feed) {
            cmb_run_forget(subscription->feed->run, stream->loop);
            subscription->feed->run = NULL;
            subscription->feed->is_asking = false;
        }
        cmb_subscription_free(subscription);
    }
    cmb_loop_stop_timer(stream->loop, &stream->pulse);
    while (!TAILQ_EMPTY(&stream->lines))
        cmb_line_free(TAILQ_FIRST(&stream->lines));
    cmb_run_forget(stream->market_run, stream->loop);
    cmb_call_free(stream->call);
    cmb_tap_free(stream->tap);
    free_sides(stream);
    cmb_frame_stencils_free(stream->stencils);
    free(stream);
}

const struct cmb_stream_counts *cmb_stream_counts(const struct cmb_stream *stream)
{
    return &stream->counts;
}

/* ---- listeners ---- */

void cmb_listener_free(struct cmb_listener *listener)
{
    if (listener->subscription)
        TAILQ_REMOVE(&listener->subscription->listeners, listener, link);
    else
        TAILQ_REMOVE(&listener->stream->unbound, listener, link);
    cmb_arena_clear(&listener->arena);
    free(listener);
}

static bool keep_text(struct cmb_listener *listener, struct cmb_text *text)
{
    if (!text->at)
        return true;
    text->at = cmb_arena_copy(&listener->arena, *text);
    return text->at != NULL;
}

static bool keep_arguments(struct cmb_listener *listener, const struct cmb_arguments *arguments)
{
    struct cmb_arguments *kept = cmb_arena_take(&listener->arena, sizeof *kept);
    bool is_kept = kept != NULL;
    if (!kept)
        return false;
    *kept = *arguments;
    kept->items = NULL;
    kept->item_count = 0;
    for (uint32_t i = 0; i < CAMBIST_ARGUMENT_COUNT; i++)
        is_kept &= keep_text(listener, &kept->values[i]);
    for (uint32_t i = 0; i < arguments->extra_count; i++)
        is_kept &= keep_text(listener, &kept->extras[i].name) &&
                   keep_text(listener, &kept->extras[i].value);
    listener->arguments = kept;
    return is_kept;
}

/* What it is about stands in its subscription from now on. */
static void forget_arguments(struct cmb_listener *listener)
{
    cmb_arena_clear(&listener->arena);
    listener->arguments = NULL;
}

/* A listener that will hear nothing is told why, once. */
static void fail_listener(struct cmb_listener *listener, const struct cambist_error *error)
{
    listener->stream->delivering++;
    listener->on_event(&(struct cmb_event){ .topic = listener->topic,
                                            .state = CAMBIST_WATCH_FAILED,
                                            .error = error,
                                            .received_ns = cmb_stream_now_ns(listener->stream),
                                            .sequence = ++listener->sequence },
                       listener->user);
    listener->stream->delivering--;
    if (listener->is_leaving)
        cmb_listener_free(listener);
}

/* ---- a topic becomes a subscription ---- */

/* The first row of the topic that serves the market's kind and whose condition holds. */
static const struct cmb_channel *pick_channel(struct cmb_stream *stream,
                                              const struct cmb_listener *listener)
{
    const struct cmb_plugin *plugin = stream->desk->exchange->plugin;
    struct cmb_call *call = stream->call;
    for (uint32_t i = 0; i < plugin->channel_count; i++) {
        const struct cmb_channel *channel = &plugin->channels[i];
        if (channel->topic != listener->topic ||
            (channel->row->kinds && call->kind && !(channel->row->kinds & call->kind)))
            continue;
        call->endpoint = &channel->endpoint;
        if (cmb_condition_holds(call, &channel->when))
            return channel;
    }
    return NULL;
}

static int find_market(struct cmb_stream *stream, struct cmb_listener *listener)
{
    struct cmb_call *call = stream->call;
    struct cmb_exchange *exchange = stream->desk->exchange;
    cmb_call_start(call, exchange, listener->topic, &stream->error);
    call->arguments = *listener->arguments;
    call->kind = exchange->kind;
    if (!listener->arguments->values[CAMBIST_ARGUMENT_symbol].at)
        return CAMBIST_OK;
    int status = cmb_pick_market(call);
    if (status == CAMBIST_OK && call->market)
        call->kind = (uint32_t)call->market->kind;
    return status;
}

/* A value that would end a string of the message is no name of a market. */
static bool is_speakable(const struct cambist_market *market)
{
    return !market || !market->id ||
           (!strpbrk(market->id, "\"\\") && !cmb_text_has_control(cmb_text_of(market->id)));
}

static int check_channel(struct cmb_stream *stream, const struct cmb_listener *listener,
                         const struct cmb_channel *channel)
{
    const char *name = stream->desk->exchange->name.at;
    const char *topic = cmb_operation_of(listener->topic)->name.at;
    if (!channel)
        return cmb_fail(&stream->error, CAMBIST_NOT_SUPPORTED, "%s has no %s%s", name, topic,
                        stream->call->market ? " for this market" : "");
    if (channel->has_market && !stream->call->market)
        return cmb_fail(&stream->error, CAMBIST_BAD_ARGUMENT, "%s: %s needs a symbol", name, topic);
    if (!is_speakable(stream->call->market))
        return cmb_fail(&stream->error, CAMBIST_BAD_SYMBOL, "%s: a market's name that no message "
                        "can hold", name);
    return CAMBIST_OK;
}

/* What the exchange calls it, rendered once. */
static int name_subscription(struct cmb_stream *stream, struct cmb_subscription *subscription)
{
    struct cmb_text channel = { 0 }, name = { 0 }, missing = { 0 };
    int status = cmb_render(stream->call, &subscription->channel->channel, &channel, &missing);
    if (status == CAMBIST_OK)
        status = cmb_render(stream->call, &subscription->channel->name, &name, &missing);
    if (missing.at)
        status = cmb_fail(&stream->error, CAMBIST_BAD_ARGUMENT, "%s needs %.*s",
                          cmb_operation_of(subscription->channel->topic)->name.at,
                          (int)missing.length, missing.at);
    if (status != CAMBIST_OK)
        return status;
    subscription->channel_text = cmb_strndup(channel.at, channel.length);
    subscription->name_text = cmb_strndup(name.at, name.length);
    return subscription->channel_text && subscription->name_text ? CAMBIST_OK : CAMBIST_NO_MEMORY;
}

static struct cmb_text timeframe_of(const struct cmb_listener *listener)
{
    struct cmb_text given = listener->arguments->values[CAMBIST_ARGUMENT_timeframe];
    if (listener->topic != CAMBIST_TOPIC_watch_ohlcv)
        return (struct cmb_text){ 0 };
    return given.at ? given : CMB_TEXT("1m");
}

static int make_subscription(struct cmb_stream *stream, struct cmb_listener *listener,
                             const struct cmb_channel *channel, struct cmb_subscription **ret)
{
    const struct cambist_market *market = channel->has_market ? stream->call->market : NULL;
    *ret = cmb_subscription_find(stream, channel, market, timeframe_of(listener));
    if (*ret)
        return CAMBIST_OK;
    struct cmb_subscription *made =
        cmb_subscription_new(stream, channel, market, timeframe_of(listener));
    if (!made)
        return cmb_fail_plain(&stream->error, CAMBIST_NO_MEMORY,
                              CMB_TEXT("no memory for a subscription"));
    int status = name_subscription(stream, made);
    if (status == CAMBIST_OK && !cmb_line_seat(made))
        status = cmb_fail_plain(&stream->error, CAMBIST_NO_MEMORY,
                                CMB_TEXT("no memory for a connection"));
    if (status != CAMBIST_OK)
        cmb_subscription_free(made);
    else
        *ret = made;
    return status;
}

static int bind(struct cmb_listener *listener)
{
    struct cmb_stream *stream = listener->stream;
    struct cmb_subscription *subscription = NULL;
    cmb_fail_reset(&stream->error);
    int status = find_market(stream, listener);
    const struct cmb_channel *channel =
        status == CAMBIST_OK ? pick_channel(stream, listener) : NULL;
    if (status == CAMBIST_OK)
        status = check_channel(stream, listener, channel);
    if (status == CAMBIST_OK)
        status = make_subscription(stream, listener, channel, &subscription);
    if (status != CAMBIST_OK)
        return status;
    TAILQ_REMOVE(&stream->unbound, listener, link);
    listener->subscription = subscription;
    listener->market = channel->has_market ? NULL : stream->call->market;
    TAILQ_INSERT_TAIL(&subscription->listeners, listener, link);
    forget_arguments(listener);
    cmb_listener_welcome(listener);
    return CAMBIST_OK;
}

static void fail_unbound(struct cmb_stream *stream, const struct cambist_error *error)
{
    struct cmb_listener *listener, *next;
    for (listener = TAILQ_FIRST(&stream->unbound); listener; listener = next) {
        next = TAILQ_NEXT(listener, link);
        fail_listener(listener, error);
    }
}

static void on_markets(struct cmb_run *run, void *user)
{
    struct cmb_stream *stream = user;
    struct cmb_listener *listener, *next;
    stream->is_waiting_for_markets = false;
    if (run->error.status != CAMBIST_OK) {
        fail_unbound(stream, &run->error);
        return;
    }
    for (listener = TAILQ_FIRST(&stream->unbound); listener; listener = next) {
        next = TAILQ_NEXT(listener, link);
        if (bind(listener) == CAMBIST_OK)
            continue;
        struct cambist_error error = stream->error;
        fail_listener(listener, &error);
    }
}

/* A run that ends before its first stage: it only waits for the markets. */
static void wait_for_markets(struct cmb_stream *stream)
{
    if (stream->is_waiting_for_markets)
        return;
    stream->is_waiting_for_markets = true;
    cmb_run_init(stream->market_run, stream->desk, CAMBIST_OPERATION_fetch_order_book);
    stream->market_run->end = CMB_STAGE_PICK;
    stream->market_run->on_done = on_markets;
    stream->market_run->user = stream;
    int status = cmb_markets_wait(stream->market_run);
    if (status == CAMBIST_AGAIN)
        return;
    if (status != CAMBIST_OK && stream->market_run->error.status == CAMBIST_OK)
        cmb_fail_plain(&stream->market_run->error, status, CMB_TEXT("the markets do not come"));
    on_markets(stream->market_run, stream);
}

/* ---- listening ---- */

static bool has_topic(const struct cmb_plugin *plugin, uint32_t topic)
{
    for (uint32_t i = 0; i < plugin->channel_count; i++)
        if (plugin->channels[i].topic == topic)
            return true;
    return false;
}

struct cmb_listener *cmb_stream_listen(struct cmb_stream *stream, uint32_t topic,
                                       const struct cmb_arguments *arguments,
                                       cmb_event_fn *on_event, void *user,
                                       struct cambist_error *error)
{
    if (!has_topic(stream->desk->exchange->plugin, topic)) {
        cmb_fail(error, CAMBIST_NOT_SUPPORTED, "%s has no %s", stream->desk->exchange->name.at,
                 cmb_operation_of(topic)->name.at);
        return NULL;
    }
    if (!stream->market_run && !(stream->market_run = cmb_run_new())) {
        cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a listener"));
        return NULL;
    }
    struct cmb_listener *listener = cmb_calloc(1, sizeof *listener);
    if (!listener) {
        cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a listener"));
        return NULL;
    }
    cmb_arena_init(&listener->arena, ARGUMENT_BYTES_MOST);
    listener->stream = stream;
    listener->topic = topic;
    listener->on_event = on_event;
    listener->user = user;
    TAILQ_INSERT_TAIL(&stream->unbound, listener, link);
    if (!keep_arguments(listener, arguments)) {
        cmb_listener_free(listener);
        cmb_fail_plain(error, CAMBIST_TOO_LARGE, CMB_TEXT("the arguments are too long"));
        return NULL;
    }
    if (!stream->desk->exchange->markets) {
        wait_for_markets(stream);
    } else if (bind(listener) != CAMBIST_OK) {
        if (error)
            *error = stream->error;
        cmb_listener_free(listener);
        return NULL;
    }
    return listener;
}

void cmb_stream_leave(struct cmb_listener *listener)
{
    if (!listener || listener->is_leaving)
        return;
    struct cmb_subscription *subscription = listener->subscription;
    listener->is_leaving = true;
    if (!listener->stream->delivering)
        cmb_listener_free(listener);
    if (subscription)
        cmb_subscription_leave(subscription);
}

struct cmb_book *cmb_listener_book(const struct cmb_listener *listener)
{
    return listener->subscription && listener->subscription->feed
               ? listener->subscription->feed->book : NULL;
}
