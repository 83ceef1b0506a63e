/* Which channels does a topic of a message mean? */
#include "simulator/stream.h"

#include <stdio.h>

/* ---- markets ---- */

static struct cmb_text bare(struct cmb_text topic)
{
    bool is_quoted = topic.length > 1 && topic.at[0] == '"';
    return is_quoted ? (struct cmb_text){ topic.at + 1, topic.length - 2 } : topic;
}

/* A market that is named by its parts. */
static const struct cambist_market *find_by_parts(struct cmb_capture *capture)
{
    char symbol[96];
    struct cmb_call *call = capture->call;
    snprintf(symbol, sizeof symbol, "%.*s/%.*s", (int)capture->base.length, capture->base.at,
             (int)capture->quote.length, capture->quote.at);
    const struct cambist_market *market = cmb_markets_find(
        call->exchange->markets, cmb_text_of(symbol), call->endpoint->row->kinds);
    if (!market)
        capture->bad_market = (struct cmb_text){ cmb_arena_copy(&call->arena, cmb_text_of(symbol)),
                                                 strlen(symbol) };
    return market;
}

/* A channel of all markets may be asked for with one. */
static void take_market_beside(struct cmb_capture *capture, struct cmb_text topic)
{
    const struct cambist_market *market =
        cmb_markets_find_id(capture->call->exchange->markets, bare(topic),
                            capture->call->endpoint->row->kinds);
    if (market)
        capture->call->market = market;
}

static void tell_market(struct cmb_capture *capture, struct cmb_meant *meant)
{
    const struct cambist_market *market = capture->call->market;
    if (capture->base.at && !market)
        market = find_by_parts(capture);
    meant->bad_market = capture->bad_market;
    meant->market = market ? cmb_engine_find_market(cmb_text_of(market->symbol)) : -1;
    if (!market)
        return;
    const char *name = capture->base.at ? market->symbol : market->id;
    meant->market_name = cmb_text_of(name);
}

/* ---- rows ---- */

/* Whether the row's own name is this topic. */
static bool match_name(struct cmb_session *session, const struct cmb_channel *channel,
                       struct cmb_text topic, int *ret_score)
{
    struct cmb_capture *capture = &session->capture;
    *ret_score = 0;
    if (!channel->name.count) {
        take_market_beside(capture, topic);
        return true;
    }
    return topic.length && cmb_stream_match_topic(capture, &channel->name, topic, ret_score);
}

/* Reads the message as one that asks for this row's topic; false when it cannot. */
static bool match_row(struct cmb_session *session, const struct cmb_channel *channel,
                      const struct cmb_template *message, struct cmb_text text,
                      struct cmb_text topic, struct cmb_meant *ret)
{
    struct cmb_said said;
    int score;
    cmb_session_start_call(session, channel);
    if (!channel->row->name || channel->row->decode || /* no function runs backwards */
        !cmb_stream_match(&session->capture, message, &channel->channel, text, &said) ||
        !match_name(session, channel, topic, &score))
        return false;
    cmb_inverse_imply(&session->capture, &channel->when);
    const struct cmb_text *values = session->capture.target->values;
    struct cmb_text limit = values[CAMBIST_ARGUMENT_limit];
    *ret = (struct cmb_meant){ .channels = { channel }, .count = 1, .score = said.score + score,
                               .timeframe = values[CAMBIST_ARGUMENT_timeframe] };
    for (size_t i = 0; i < limit.length && i < 6; i++)
        ret->limit = ret->limit * 10 + (uint32_t)(limit.at[i] - '0');
    tell_market(&session->capture, ret);
    ret->score -= ret->bad_market.at ? 1 : 0;
    return true;
}

/* Texts live in the call that the next row begins anew. */
static struct cmb_text keep(struct cmb_session *session, struct cmb_text text)
{
    return (struct cmb_text){ text.at ? cmb_arena_copy(&session->received.arena, text) : NULL,
                              text.length };
}

static bool has_topic(const struct cmb_meant *meant, uint32_t topic)
{
    for (uint32_t i = 0; i < meant->count; i++)
        if (meant->channels[i]->topic == topic)
            return true;
    return false;
}

bool cmb_session_find_meant(struct cmb_session *session, const struct cmb_dialect *dialect,
                            const struct cmb_template *message, struct cmb_text text,
                            struct cmb_text topic, struct cmb_meant *ret)
{
    const struct cmb_plugin *plugin = session->practice->plugin;
    *ret = (struct cmb_meant){ .market = -1 };
    for (uint32_t i = 0; i < plugin->channel_count; i++) {
        const struct cmb_channel *channel = &plugin->channels[i];
        struct cmb_meant meant;
        if (&plugin->dialects[channel->dialect] != dialect ||
            !match_row(session, channel, message, text, topic, &meant))
            continue;
        if (!ret->count || meant.score > ret->score) {
            *ret = meant;
            ret->timeframe = keep(session, meant.timeframe);
            ret->bad_market = keep(session, meant.bad_market);
        } else if (meant.score == ret->score && ret->count < CMB_SESSION_ROWS &&
                   !has_topic(ret, channel->topic)) {
            ret->channels[ret->count++] = channel;
        }
    }
    return ret->count > 0;
}
