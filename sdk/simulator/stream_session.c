/* What does a client's stream do while time passes? */
#include "simulator/stream.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"

enum { ARENA_BYTES_MOST = 8 << 20, PING_MS = 20000, PONG_MS = 40000, STRICT_MS = 500,
       GOODBYE_MS = 2000, CUT_MS = 3000, BEAT_MS = 1000, LAST_WORD_MS = 10000 };

/* ---- life ---- */

bool cmb_session_open(struct cmb_session *session, struct cmb_practice *practice,
                      struct cmb_faults *faults, uint32_t exchange, struct cmb_text target,
                      int64_t now_ns)
{
    *session = (struct cmb_session){
        .practice = practice, .faults = faults, .exchange = exchange, .now_ns = now_ns,
        .opened_ns = now_ns, .heard_ns = now_ns, .pinged_ns = now_ns, .beat_ns = now_ns,
        .event_count = practice->engine->event_count };
    cmb_arena_init(&session->received.arena, ARENA_BYTES_MOST);
    session->subscriptions =
        calloc(CMB_SESSION_SUBSCRIPTIONS, sizeof *session->subscriptions);
    session->outgoing = calloc(CMB_SESSION_MESSAGES, sizeof *session->outgoing);
    if (!session->subscriptions || !session->outgoing ||
        !cmb_session_find_dialects(session, target)) {
        cmb_session_close(session);
        return false;
    }
    session->lives_on_token = *session->token != 0;
    session->is_dead = session->lives_on_token &&
                       !cmb_practice_is_token(practice, cmb_text_of(session->token), now_ns);
    session->is_logged_in = session->lives_on_token && !session->is_dead;
    for (uint32_t i = 0; i < session->dialect_count; i++)
        if (!practice->plugin->dialects[session->dialects[i]].login.count)
            cmb_session_take_unasked(session,
                                     &practice->plugin->dialects[session->dialects[i]]);
    return true;
}

void cmb_session_drain(struct cmb_session *session)
{
    for (uint32_t i = 0; i < session->outgoing_count; i++)
        free(session->outgoing[i].text);
    session->outgoing_count = 0;
}

void cmb_session_close(struct cmb_session *session)
{
    cmb_session_drain(session);
    for (uint32_t i = 0; i < session->subscription_count; i++) {
        free(session->subscriptions[i]->view);
        free(session->subscriptions[i]);
    }
    free(session->subscriptions);
    free(session->outgoing);
    free(session->held);
    for (uint32_t i = 0; i < session->late_count; i++)
        json_object_put(session->late[i].json);
    cmb_arena_clear(&session->received.arena);
    *session = (struct cmb_session){ 0 };
}

const struct cmb_dialect *cmb_session_dialect(const struct cmb_session *session)
{
    return &session->practice->plugin->dialects[session->dialects[0]];
}

struct cmb_call *cmb_session_start_call(struct cmb_session *session,
                                        const struct cmb_channel *channel)
{
    struct cmb_call *call = session->practice->call;
    cmb_call_start(call, session->practice->exchange, channel->topic, &session->error);
    cmb_call_refresh(call);
    call->endpoint = &channel->endpoint;
    call->kind = channel->row->kinds & (0 - channel->row->kinds);
    call->path = CMB_TEXT("");
    call->schema = channel->endpoint.fields.schema;
    session->capture = (struct cmb_capture){ .call = call, .received = &session->received,
                                             .target = &call->arguments };
    return call;
}

/* ---- frames that wait ---- */

static void queue(struct cmb_session *session, char *text, uint32_t fault, bool is_ping)
{
    if (!text || session->outgoing_count == CMB_SESSION_MESSAGES) {
        free(text);
        return;
    }
    session->outgoing[session->outgoing_count++] =
        (struct cmb_outgoing){ text, strlen(text), fault, is_ping };
}

/* Where all frames of a connection are counted, each has its number. */
static char *number_and_write(struct cmb_session *session, struct json_object *json)
{
    const struct cambist_dialect *dialect = cmb_session_dialect(session)->row;
    if (dialect->sequence_counts_all && json_object_is_type(json, json_type_object)) {
        struct json_object *number = json_object_new_int64(session->frame_count++);
        cmb_place_text(&json, dialect->sequence, number);
    }
    const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
                                                                JSON_C_TO_STRING_NOSLASHESCAPE);
    char *copy = text ? strdup(text) : NULL;
    json_object_put(json);
    return copy;
}

void cmb_session_say(struct cmb_session *session, struct json_object *json)
{
    queue(session, number_and_write(session, json), CMB_FAULT_NONE, false);
}

void cmb_session_say_text(struct cmb_session *session, const char *text)
{
    queue(session, strdup(text), CMB_FAULT_NONE, false);
}

void cmb_session_say_data(struct cmb_session *session, uint32_t topic, struct json_object *json)
{
    char *text = number_and_write(session, json), *held = session->held;
    uint32_t fault =
        cmb_faults_draw_stream(session->faults, session->exchange, CMB_AT_DATA, topic);
    session->said_ns = session->now_ns;
    session->held = NULL;
    if (fault == CMB_FAULT_DUPLICATE && text)
        queue(session, strdup(text), CMB_FAULT_NONE, false);
    if (fault == CMB_FAULT_GAP)
        free(text);
    else if (fault == CMB_FAULT_REORDER)
        session->held = text;
    else
        queue(session, text, fault, false);
    if (held)
        queue(session, held, CMB_FAULT_NONE, false);
}

void cmb_session_say_later(struct cmb_session *session, struct json_object *json, int64_t after_ns)
{
    if (session->late_count == CMB_SESSION_LATE)
        json_object_put(json);
    else
        session->late[session->late_count++] =
            (struct cmb_late_frame){ json, session->now_ns + after_ns };
}

/* They come in the order in which they are due: all are as late. */
static void say_late(struct cmb_session *session)
{
    uint32_t due = 0;
    while (due < session->late_count && session->late[due].due_ns <= session->now_ns)
        cmb_session_say(session, session->late[due++].json);
    session->late_count -= due;
    memmove(session->late, session->late + due, session->late_count * sizeof *session->late);
}

/* ---- time ---- */

static bool is_due(const struct cmb_session *session, int64_t since_ns, int64_t after_ms)
{
    return session->now_ns - since_ns >= after_ms * 1000000;
}

static bool is_on(const struct cmb_session *session, uint32_t fault)
{
    return cmb_faults_is_on(session->faults, session->exchange, fault, CAMBIST_TOPIC_NONE);
}

static void end(struct cmb_session *session, uint32_t code)
{
    session->is_over = true;
    session->close_code = code;
}

/* Asks whether the client is there, by a ping frame and, where the exchange does that, in words. */
static void ping(struct cmb_session *session)
{
    bool is_strict = is_on(session, CMB_FAULT_STRICT_PING);
    if (session->is_pong_due && is_due(session, session->pinged_ns, is_strict ? STRICT_MS : PONG_MS))
        end(session, 0);
    if (session->is_pong_due || !is_due(session, session->pinged_ns, is_strict ? STRICT_MS : PING_MS))
        return;
    struct cmb_said said = { .number = CMB_TEXT("1") };
    struct cmb_stream_answer answer = { .said = &said, .message = CMB_TEXT("") };
    session->pinged_ns = session->now_ns;
    session->is_pong_due = true;
    char payload[16];
    snprintf(payload, sizeof payload, "%u", ++session->ping_number);
    queue(session, strdup(payload), CMB_FAULT_NONE, true);
    (void)cmb_session_answer(session, CAMBIST_ASKS, &answer);
}

void cmb_session_take_pong(struct cmb_session *session, struct cmb_text payload)
{
    char expected[16];
    snprintf(expected, sizeof expected, "%u", session->ping_number);
    if (cmb_text_is(payload, cmb_text_of(expected)))
        session->is_pong_due = false;
}

/* The end of a connection's life: a goodbye where the exchange has one, then the cut. */
static void grow_old(struct cmb_session *session)
{
    bool is_short = is_on(session, CMB_FAULT_SHORT_LIFE);
    int64_t life_ms = is_short ? CUT_MS : cmb_session_dialect(session)->row->life_ms;
    int64_t goodbye_ms = is_short ? GOODBYE_MS : life_ms - LAST_WORD_MS;
    struct cmb_stream_answer answer = { .message = CMB_TEXT("") };
    if (!life_ms)
        return;
    if (!session->has_said_goodbye && is_due(session, session->opened_ns, goodbye_ms)) {
        session->has_said_goodbye = true;
        (void)cmb_session_answer(session, CAMBIST_GOES_AWAY, &answer);
    }
    if (is_due(session, session->opened_ns, life_ms))
        end(session, 1001);
}

static void beat(struct cmb_session *session)
{
    struct cmb_stream_answer answer = { .message = CMB_TEXT("") };
    if (!session->subscription_count || !is_due(session, session->beat_ns, BEAT_MS))
        return;
    session->beat_ns = session->now_ns;
    (void)cmb_session_notice(session, "heartbeat", &answer);
}

static bool is_mute(const struct cmb_session *session, uint32_t topic)
{
    return cmb_faults_is_on(session->faults, session->exchange, CMB_FAULT_MUTE, topic);
}

/* From now on it is silent; some say so before. */
static void lose_token(struct cmb_session *session)
{
    struct cmb_stream_answer answer = { .message = CMB_TEXT("") };
    session->is_dead = true;
    if (cmb_practice_tells_end(session->practice, cmb_text_of(session->token)))
        (void)cmb_session_answer(session, CAMBIST_GOES_AWAY, &answer);
}

void cmb_session_tick(struct cmb_session *session, int64_t now_ns)
{
    session->now_ns = session->faults->now_ns = now_ns;
    ping(session);
    grow_old(session);
    if (!session->is_dead && session->lives_on_token &&
        !cmb_practice_is_token(session->practice, cmb_text_of(session->token), now_ns))
        lose_token(session);
    if (session->is_dead || session->is_over)
        return;
    for (uint32_t i = 0; i < session->subscription_count; i++)
        if (!is_mute(session, session->subscriptions[i]->channel->topic))
            cmb_session_publish(session, session->subscriptions[i]);
    cmb_session_publish_private(session);
    say_late(session);
    if (!is_mute(session, CAMBIST_TOPIC_NONE))
        beat(session);
}
