/* What has happened to the account since its owner was told? */
#include "simulator/stream.h"

static const int64_t late_ns = 2000000000;

static bool is_of(const struct cmb_session *session,
                  const struct cmb_session_subscription *subscription, int market)
{
    return subscription->market == market ||
           (subscription->market < 0 &&
            cmb_stream_has_market(session->practice, subscription->channel, market));
}

static bool may_tell(const struct cmb_session *session,
                     const struct cmb_session_subscription *subscription)
{
    return cmb_topic_is_private(subscription->channel->topic) &&
           !cmb_faults_is_on(session->faults, session->exchange, CMB_FAULT_MUTE,
                             subscription->channel->topic);
}

static struct cmb_call *start(struct cmb_session *session,
                              const struct cmb_session_subscription *subscription, int market)
{
    struct cmb_call *call = cmb_session_start_call(session, subscription->channel);
    if (market >= 0)
        call->market = cmb_markets_find(session->practice->exchange->markets,
                                        cmb_text_of(cmb_engine_rules[market].symbol),
                                        cmb_engine_rules[market].kind);
    return call;
}

static struct json_object *write(struct cmb_session *session,
                                 const struct cmb_session_subscription *subscription)
{
    return cmb_stream_write(session->practice->call, subscription->channel, subscription->name);
}

/* ---- orders and their fills ---- */

/* The event as the channel's row tells it; NULL: it tells nothing of it. */
static struct json_object *write_event(struct cmb_session *session,
                                       const struct cmb_session_subscription *subscription,
                                       const struct cmb_engine_event *event)
{
    const struct cmb_engine *engine = session->practice->engine;
    uint32_t topic = subscription->channel->topic;
    if (!may_tell(session, subscription) || !is_of(session, subscription, event->order.market) ||
        (topic != CAMBIST_TOPIC_watch_orders &&
         (topic != CAMBIST_TOPIC_watch_my_trades || !event->is_fill)))
        return NULL;
    struct cmb_call *call = start(session, subscription, event->order.market);
    void *row = cmb_call_add_row(call);
    if (row && topic == CAMBIST_TOPIC_watch_orders)
        cmb_record_order(call, engine, &event->order, row);
    else if (row)
        cmb_record_trade(call, engine, &event->fill, true, row);
    return row ? write(session, subscription) : NULL;
}

static bool is_before(const struct cmb_session *session, uint32_t i)
{
    const struct cmb_session_subscription *one = session->subscriptions[i];
    for (uint32_t k = 0; k < i; k++)
        if (session->subscriptions[k]->group == one->group &&
            cmb_stream_may_merge(session->practice->plugin, session->subscriptions[k]->channel,
                                 one->channel))
            return true;
    return false;
}

/* A fill may be told later than it happened, or once more. */
static void say(struct cmb_session *session, uint32_t topic, const struct cmb_engine_event *event,
                struct json_object *json)
{
    struct json_object *copy = NULL;
    uint32_t fault = event->is_fill ? cmb_faults_draw_stream(session->faults, session->exchange,
                                                             CMB_AT_FILL, topic)
                                    : CMB_FAULT_NONE;
    if (fault == CMB_FAULT_FILL_TWICE && json_object_deep_copy(json, &copy, NULL) == 0)
        cmb_session_say_later(session, copy, late_ns);
    if (fault == CMB_FAULT_FILL_LATE)
        cmb_session_say_later(session, json, late_ns);
    else
        cmb_session_say_data(session, topic, json);
}

/* What several channels tell in frames of one kind is one frame. */
static void tell_event(struct cmb_session *session, uint32_t first,
                       const struct cmb_engine_event *event)
{
    const struct cmb_session_subscription *one = session->subscriptions[first];
    struct json_object *whole = NULL;
    for (uint32_t i = first; i < session->subscription_count; i++) {
        const struct cmb_session_subscription *other = session->subscriptions[i];
        if (other->group != one->group ||
            !cmb_stream_may_merge(session->practice->plugin, one->channel, other->channel))
            continue;
        struct json_object *part = write_event(session, other, event);
        if (whole && part) {
            cmb_stream_merge(whole, part);
            json_object_put(part);
        } else if (part) {
            whole = part;
        }
    }
    if (whole)
        say(session, one->channel->topic, event, whole);
}

static void tell_to_all(struct cmb_session *session, const struct cmb_engine_event *event)
{
    for (uint32_t i = 0; i < session->subscription_count; i++)
        if (!is_before(session, i))
            tell_event(session, i, event);
}

/* Whether a fault tells the fill that comes next before the order that it is of. */
static bool is_turned(struct cmb_session *session, const struct cmb_engine_event *event,
                      const struct cmb_engine_event *next)
{
    return !event->is_fill && next->is_fill && event->order.id == next->order.id &&
           event->order.filled == 0 &&
           cmb_faults_draw_stream(session->faults, session->exchange, CMB_AT_FIRST_FILL,
                                  CAMBIST_TOPIC_NONE) != CMB_FAULT_NONE;
}

static void tell_events(struct cmb_session *session, uint64_t since)
{
    const struct cmb_engine *engine = session->practice->engine;
    for (uint64_t e = since; e < engine->event_count; e++) {
        const struct cmb_engine_event *event = &engine->events[e % CMB_ENGINE_EVENTS];
        const struct cmb_engine_event *next = &engine->events[(e + 1) % CMB_ENGINE_EVENTS];
        if (e + 1 < engine->event_count && is_turned(session, event, next)) {
            tell_to_all(session, next);
            e++;
        }
        tell_to_all(session, event);
    }
}

/* ---- balances and positions ---- */

static void tell_balances(struct cmb_session *session,
                          const struct cmb_session_subscription *subscription)
{
    struct cmb_call *call = start(session, subscription, -1);
    for (int i = 0; i < CMB_ENGINE_CURRENCIES; i++) {
        struct cambist_balance *row = cmb_call_add_row(call);
        if (row)
            cmb_record_balance(session->practice->engine, i, row);
    }
    cmb_session_say_data(session, CAMBIST_TOPIC_watch_balance, write(session, subscription));
}

static void tell_positions(struct cmb_session *session,
                           const struct cmb_session_subscription *subscription)
{
    struct cmb_call *call = start(session, subscription, -1);
    for (int at = 0; at < CMB_ENGINE_MARKETS; at++) {
        bool is_held = session->practice->engine->markets[at].position[CMB_CUSTOMER] ||
                       session->practice->engine->markets[at].realized[CMB_CUSTOMER];
        struct cambist_position *row =
            is_held && is_of(session, subscription, at) ? cmb_call_add_row(call) : NULL;
        if (row)
            cmb_record_position(session->practice->engine, at, row);
    }
    if (call->row_count)
        cmb_session_say_data(session, CAMBIST_TOPIC_watch_positions,
                             write(session, subscription));
}

/* Channels that are asked for begin with what there is. */
static void tell_account(struct cmb_session *session,
                         struct cmb_session_subscription *subscription, bool has_changed)
{
    bool begins = !subscription->has_begun && subscription->channel->row->name;
    if (!cmb_topic_is_private(subscription->channel->topic))
        return;
    subscription->has_begun = true;
    if (!may_tell(session, subscription) || (!has_changed && !begins))
        return;
    if (subscription->channel->topic == CAMBIST_TOPIC_watch_balance)
        tell_balances(session, subscription);
    else if (subscription->channel->topic == CAMBIST_TOPIC_watch_positions)
        tell_positions(session, subscription);
}

void cmb_session_publish_private(struct cmb_session *session)
{
    const struct cmb_engine *engine = session->practice->engine;
    uint64_t since = session->event_count;
    bool has_changed = since != engine->event_count;
    if (engine->event_count - since > CMB_ENGINE_EVENTS)
        since = engine->event_count - CMB_ENGINE_EVENTS;
    session->event_count = engine->event_count;
    tell_events(session, since);
    for (uint32_t i = 0; i < session->subscription_count; i++)
        tell_account(session, session->subscriptions[i], has_changed);
}
