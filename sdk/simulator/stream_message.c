/* What does the client want, and is it granted? */
#include "simulator/stream.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"

/* A message while it is being answered. */
struct asking {
    struct cmb_session *session;
    const struct cmb_dialect *dialect; /* that it was recognised by */
    const struct cmb_template *message;
    struct cmb_text text;
    struct cmb_said said;
    bool is_leaving; /* unsubscribes */
};

static const struct cmb_dialect *dialect_at(const struct cmb_session *session, uint32_t i)
{
    return &session->practice->plugin->dialects[session->dialects[i]];
}

static bool speaks_of(const struct cmb_template *template, uint32_t name)
{
    for (uint32_t i = 0; i < template->count; i++)
        if (template->steps[i].name == name)
            return true;
    return false;
}

/* The row whose access and server templates ask about. */
static const struct cmb_channel *any_row(const struct cmb_session *session,
                                         const struct cmb_dialect *dialect)
{
    const struct cmb_plugin *plugin = session->practice->plugin;
    for (uint32_t i = 0; i < plugin->channel_count; i++)
        if (&plugin->dialects[plugin->channels[i].dialect] == dialect)
            return &plugin->channels[i];
    return plugin->channels;
}

/* ---- answers ---- */

static struct cmb_stream_answer answer_of(const struct asking *asking)
{
    return (struct cmb_stream_answer){ .said = &asking->said, .message = asking->text,
                                .is_leaving = asking->is_leaving };
}

static void refuse(struct asking *asking, struct cmb_stream_answer *answer)
{
    answer->error = &asking->session->error;
    (void)cmb_session_answer(asking->session, CAMBIST_REFUSES, answer);
}

/* Acknowledges, unless a fault has something else in mind. */
static void acknowledge(struct asking *asking, struct cmb_stream_answer *answer, uint32_t topic)
{
    struct cmb_session *session = asking->session;
    struct cmb_said other = asking->said;
    uint32_t fault = asking->is_leaving
                         ? CMB_FAULT_NONE
                         : cmb_faults_draw_stream(session->faults, session->exchange,
                                                  CMB_AT_ANSWER, topic);
    if (fault == CMB_FAULT_LOST_ANSWER)
        return;
    if (fault == CMB_FAULT_WRONG_ANSWER && other.number.at) {
        other.number = CMB_TEXT("987654321");
        answer->said = &other;
    }
    (void)cmb_session_answer(session, CAMBIST_ACKNOWLEDGES, answer);
    if (fault == CMB_FAULT_DOUBLE_ANSWER)
        (void)cmb_session_answer(session, CAMBIST_ACKNOWLEDGES, answer);
}

/* ---- subscriptions ---- */

static bool is_same(const struct cmb_session_subscription *subscription,
                    const struct cmb_channel *channel, const struct cmb_meant *meant)
{
    return subscription->channel == channel && subscription->market == meant->market &&
           cmb_text_is(cmb_text_of(subscription->timeframe),
                       meant->timeframe.at ? meant->timeframe : CMB_TEXT(""));
}

static void drop(struct cmb_session *session, const struct cmb_channel *channel,
                 const struct cmb_meant *meant)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < session->subscription_count; i++) {
        struct cmb_session_subscription *one = session->subscriptions[i];
        if (is_same(one, channel, meant)) {
            free(one->view);
            free(one);
        } else {
            session->subscriptions[kept++] = one;
        }
    }
    session->subscription_count = kept;
}

static void copy_text(struct cmb_text text, char *to, size_t size)
{
    snprintf(to, size, "%.*s", (int)text.length, text.at ? text.at : "");
}

static void add(struct cmb_session *session, const struct cmb_channel *channel,
                const struct cmb_meant *meant, struct cmb_text topic)
{
    drop(session, channel, meant);
    struct cmb_session_subscription *one = calloc(1, sizeof *one);
    if (!one || session->subscription_count == CMB_SESSION_SUBSCRIPTIONS) {
        free(one);
        return;
    }
    *one = (struct cmb_session_subscription){ .channel = channel, .market = meant->market,
                                              .group = session->last_group,
                                              .limit = meant->limit };
    copy_text(meant->timeframe, one->timeframe, sizeof one->timeframe);
    copy_text(topic, one->name, sizeof one->name);
    copy_text(meant->market_name, one->market_name, sizeof one->market_name);
    session->subscriptions[session->subscription_count++] = one;
}

/* Of rows for one topic and the same markets the first is what comes unasked. */
static bool is_first_unasked(const struct cmb_plugin *plugin, const struct cmb_channel *channel)
{
    for (const struct cmb_channel *other = plugin->channels; other < channel; other++)
        if (other->dialect == channel->dialect && other->topic == channel->topic &&
            other->row->kinds == channel->row->kinds && !other->row->name)
            return false;
    return true;
}

void cmb_session_take_unasked(struct cmb_session *session, const struct cmb_dialect *dialect)
{
    const struct cmb_plugin *plugin = session->practice->plugin;
    const struct cmb_meant meant = { .market = -1 };
    session->last_group++;
    for (uint32_t i = 0; i < plugin->channel_count; i++) {
        const struct cmb_channel *channel = &plugin->channels[i];
        bool may = channel->row->access == CAMBIST_PUBLIC || session->is_logged_in;
        if (&plugin->dialects[channel->dialect] == dialect && !channel->row->name && may &&
            is_first_unasked(plugin, channel))
            add(session, channel, &meant, CMB_TEXT(""));
    }
}

/* ---- proof ---- */

static int check_token(struct cmb_session *session, struct cmb_text token)
{
    if (!cmb_practice_is_token(session->practice, token, session->now_ns))
        return cmb_fail(&session->error, CAMBIST_DENIED, "the token is not known");
    copy_text(token, session->token, sizeof session->token);
    session->is_logged_in = true;
    return CAMBIST_OK;
}

/* Whether the client may have what the row tells, by what it said before or says now. */
static int prove(struct asking *asking, const struct cmb_channel *channel)
{
    struct cmb_session *session = asking->session;
    struct cmb_said said;
    if (channel->row->access == CAMBIST_PUBLIC || session->is_logged_in)
        return CAMBIST_OK;
    cmb_session_start_call(session, channel);
    (void)cmb_stream_match(&session->capture, asking->message, &channel->channel, asking->text,
                           &said);
    if (speaks_of(asking->message, CMB_NAME_TOKEN))
        return check_token(session, said.token);
    if (!speaks_of(asking->message, CMB_NAME_DERIVED))
        return cmb_fail(&session->error, CAMBIST_DENIED, "not logged in");
    return cmb_proof_check_message(&session->capture, asking->message, said.object,
                                   &session->error);
}

/* ---- topics ---- */

/* What the topic means in the dialect that fits best. */
static bool find_meant(struct asking *asking, struct cmb_text topic, struct cmb_meant *ret)
{
    struct cmb_session *session = asking->session;
    bool is_found = false;
    for (uint32_t i = 0; i < session->dialect_count; i++) {
        const struct cmb_dialect *dialect = dialect_at(session, i);
        const struct cmb_template *message =
            asking->is_leaving ? &dialect->unsubscribe : &dialect->subscribe;
        struct cmb_meant meant;
        if (!cmb_session_find_meant(session, dialect, message, asking->text, topic, &meant) ||
            (is_found && meant.score <= ret->score))
            continue;
        is_found = true;
        asking->dialect = dialect;
        asking->message = message;
        *ret = meant;
    }
    return is_found;
}

static int check_topic(struct asking *asking, struct cmb_text topic, struct cmb_meant *ret)
{
    struct cmb_session *session = asking->session;
    cmb_fail_reset(&session->error);
    if (!find_meant(asking, topic, ret))
        return cmb_fail(&session->error, CAMBIST_BAD_ARGUMENT, "there is no channel %.*s",
                        (int)(topic.length < 100 ? topic.length : 100), topic.at);
    if (ret->bad_market.at)
        return cmb_fail(&session->error, CAMBIST_BAD_SYMBOL, "there is no market %.*s",
                        (int)ret->bad_market.length, ret->bad_market.at);
    if (asking->is_leaving)
        return CAMBIST_OK;
    if (cmb_faults_draw_stream(session->faults, session->exchange, CMB_AT_SUBSCRIPTION,
                               ret->channels[0]->topic))
        return cmb_fail(&session->error, CAMBIST_BAD_ARGUMENT, "refused on purpose");
    return prove(asking, ret->channels[0]);
}

/* Subscribes to it, or ends that. */
static void do_topic(struct asking *asking, const struct cmb_meant *meant, struct cmb_text topic)
{
    struct cmb_session *session = asking->session;
    session->last_group++;
    for (uint32_t i = 0; i < meant->count; i++) {
        if (asking->is_leaving)
            drop(session, meant->channels[i], meant);
        else
            add(session, meant->channels[i], meant, topic);
    }
}

static int take_topic(struct asking *asking, struct cmb_text topic, bool is_each,
                      struct cmb_meant *ret)
{
    struct cmb_stream_answer answer = answer_of(asking);
    int status = check_topic(asking, topic, ret);
    answer.topic = topic;
    answer.market = ret->market_name.at ? ret->market_name : ret->bad_market;
    if (status == CAMBIST_OK)
        do_topic(asking, ret, topic);
    if (status != CAMBIST_OK)
        refuse(asking, &answer);
    else if (is_each)
        acknowledge(asking, &answer, ret->channels[0]->topic);
    return status;
}

static void take_topics(struct asking *asking)
{
    bool is_each = asking->dialect->row->acknowledges_each;
    struct cmb_text list = asking->said.topics, topic = CMB_TEXT("");
    struct cmb_meant meant = { .market = -1 };
    int status = CAMBIST_OK, count = 0;
    while (cmb_stream_next_topic(&list, &topic) && count++ < CMB_SESSION_TOPICS &&
           (is_each || status == CAMBIST_OK))
        status = take_topic(asking, topic, is_each, &meant);
    if (!count)
        status = take_topic(asking, CMB_TEXT(""), is_each, &meant);
    struct cmb_stream_answer answer = answer_of(asking);
    if (!is_each && status == CAMBIST_OK)
        acknowledge(asking, &answer, meant.count ? meant.channels[0]->topic : CAMBIST_TOPIC_NONE);
}

/* ---- messages ---- */

static bool match_plain(struct asking *asking, const struct cmb_dialect *dialect,
                        const struct cmb_template *message, const struct cmb_template *channel)
{
    struct cmb_session *session = asking->session;
    if (!message->count)
        return false;
    cmb_session_start_call(session, any_row(session, dialect));
    if (!cmb_stream_match(&session->capture, message, channel, asking->text, &asking->said))
        return false;
    asking->dialect = dialect;
    asking->message = message;
    return true;
}

static bool take_ping(struct asking *asking, const struct cmb_dialect *dialect)
{
    if (!match_plain(asking, dialect, &dialect->ping, NULL))
        return false;
    struct cmb_stream_answer answer = answer_of(asking);
    (void)cmb_session_notice(asking->session, "pong", &answer);
    return true;
}

static bool take_login(struct asking *asking, const struct cmb_dialect *dialect)
{
    struct cmb_session *session = asking->session;
    if (!match_plain(asking, dialect, &dialect->login, NULL))
        return false;
    bool proves = speaks_of(&dialect->login, CMB_NAME_DERIVED);
    struct cmb_stream_answer answer = answer_of(asking);
    cmb_fail_reset(&session->error);
    int status = proves ? cmb_proof_check_message(&session->capture, &dialect->login,
                                                  asking->said.object, &session->error)
                        : CAMBIST_OK;
    if (status != CAMBIST_OK) {
        refuse(asking, &answer);
        return true;
    }
    session->is_logged_in |= proves;
    if (!cmb_session_answer(session, CAMBIST_LOGGED_IN, &answer))
        (void)cmb_session_answer(session, CAMBIST_ACKNOWLEDGES, &answer);
    cmb_session_take_unasked(session, dialect);
    return true;
}

/* Whether it asks for topics at all: of whatever channel. */
static bool find_list(struct asking *asking, const struct cmb_dialect *dialect, bool is_leaving)
{
    static const struct cmb_step whatever = { .name = CMB_NAME_CHANNEL };
    static const struct cmb_template any = { .steps = &whatever, .count = 1 };
    if (!match_plain(asking, dialect, is_leaving ? &dialect->unsubscribe : &dialect->subscribe,
                     &any))
        return false;
    asking->is_leaving = is_leaving;
    take_topics(asking);
    return true;
}

static bool take(struct asking *asking, const struct cmb_dialect *dialect, int what)
{
    switch (what) {
    case 0: return take_ping(asking, dialect);
    case 1: return take_login(asking, dialect);
    case 2: return find_list(asking, dialect, false);
    default: return find_list(asking, dialect, true);
    }
}

void cmb_session_take(struct cmb_session *session, struct cmb_text text)
{
    struct asking asking = { .session = session, .text = text };
    cmb_arena_reset(&session->received.arena);
    session->received.time_ns = session->heard_ns = session->now_ns;
    if (session->is_dead)
        return;
    for (int what = 0; what < 4; what++)
        for (uint32_t i = 0; i < session->dialect_count; i++)
            if (take(&asking, dialect_at(session, i), what))
                return;
    cmb_fail_reset(&session->error);
    cmb_fail(&session->error, CAMBIST_BAD_ARGUMENT, "nothing like this is understood here");
    struct cmb_stream_answer answer = answer_of(&asking);
    asking.dialect = dialect_at(session, 0);
    refuse(&asking, &answer);
}
