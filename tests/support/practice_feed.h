/* support/practice_feed.h - a practice exchange's stream and a client of the core, face to face
 * without a socket.
 *
 * What the client would say is rendered out of the tables, the session answers and tells, and the
 * client is fed with the very frames.  Time stands still until a test turns it. */
#ifndef TEST_SUPPORT_PRACTICE_FEED_H
#define TEST_SUPPORT_PRACTICE_FEED_H

#include "simulator/stream.h"
#include "stream/way.h"
#include "support/test.h"

#include <stdlib.h>

/* 2026-03-01T12:00:00Z */
#define TEST_PRACTICE_NOW_NS 1772366400000000000ll

struct practice_feed {
    struct cmb_clock clock;
    struct cmb_vault vault;
    struct cmb_plugin *plugin;
    struct cmb_practice practice;
    struct cmb_faults faults;
    struct cmb_session session;
    struct cmb_exchange *client;
    struct cmb_call *call;
    struct cmb_loop *loop;
    struct cmb_office office;
    struct cmb_desk *desk;
    struct cmb_stream *stream;
    struct cambist_error error;
    int data, notices, others, records; /* frames by what the client took them for; records */
    uint32_t means;                     /* of the last signal */
    char last[4096];                    /* the last frame */
};

static inline void practice_feed_on_event(const struct cmb_event *event, void *user)
{
    struct practice_feed *feed = user;
    feed->records += event->record != NULL;
}

static inline void practice_feed_open_client(struct practice_feed *feed)
{
    const struct cambist_plugin *tables = &feed->plugin->tables;
    struct cmb_pair servers[CMB_SERVERS_MOST], secrets[CMB_CREDENTIAL_TEXTS];
    struct cmb_exchange_settings settings = { .environment = CMB_ENVIRONMENT_SIMULATED,
                                              .servers = servers, .credentials = secrets,
                                              .clock = &feed->clock };
    for (uint32_t i = 0; i < tables->servers.count; i++) {
        bool is_stream = strncmp(tables->servers.rows[i].live, "wss:", 4) == 0;
        servers[settings.server_count++] =
            (struct cmb_pair){ cmb_text_of(tables->servers.rows[i].name),
                               is_stream ? CMB_TEXT("wss://127.0.0.1:1")
                                         : CMB_TEXT("https://127.0.0.1:1") };
    }
    for (uint32_t i = 0; i < tables->credentials.count; i++)
        secrets[settings.credential_count++] =
            (struct cmb_pair){ cmb_text_of(tables->credentials.rows[i].name),
                               cmb_text_of(feed->practice.credentials[i]) };
    CU_ASSERT_FATAL(cmb_exchange_open(feed->plugin, &feed->vault, &settings, &feed->client,
                                      &feed->error) == CAMBIST_OK);
    feed->client->markets = cmb_practice_name_markets(feed->plugin);
}

static inline void practice_feed_open(struct practice_feed *feed, const char *name)
{
    struct cmb_plugin_rules rules = { 0 };
    memset(feed, 0, sizeof *feed);
    cmb_clock_init_turnable(&feed->clock, TEST_PRACTICE_NOW_NS);
    CU_ASSERT_FATAL(cmb_vault_open(&feed->vault, 256 * 1024, NULL) == CAMBIST_OK);
    if (cmb_plugin_open(name, &rules, &feed->plugin, &feed->error) != CAMBIST_OK)
        printf("\n    %s", feed->error.message);
    CU_ASSERT_FATAL(feed->plugin != NULL);
    CU_ASSERT_FATAL(cmb_practice_open(&feed->practice, feed->plugin, &feed->vault, 3, &feed->clock,
                                      &feed->error) == CAMBIST_OK);
    cmb_faults_init(&feed->faults, 3);
    practice_feed_open_client(feed);
    feed->call = cmb_call_new();
    feed->loop = cmb_loop_new(&feed->clock);
    cmb_office_init(&feed->office, feed->loop, /* network= */ NULL);
    feed->desk = cmb_desk_new(&feed->office, feed->client);
    feed->stream = cmb_stream_new(feed->desk);
    CU_ASSERT_FATAL(feed->stream != NULL);
    cmb_stream_observe(feed->stream, practice_feed_on_event, feed);
}

static inline void practice_feed_close(struct practice_feed *feed)
{
    cmb_session_close(&feed->session);
    cmb_stream_stop(feed->stream);
    cmb_stream_free(feed->stream);
    cmb_desk_free(feed->desk);
    cmb_office_clear(&feed->office);
    cmb_loop_free(feed->loop);
    cmb_call_free(feed->call);
    cmb_exchange_close(feed->client);
    cmb_practice_close(&feed->practice);
    cmb_plugin_close(feed->plugin);
    cmb_vault_close(&feed->vault);
}

/* ---- what the client would say ---- */

static inline struct cmb_text practice_feed_render(struct practice_feed *feed,
                                                   const struct cmb_template *template)
{
    struct cmb_text text = { 0 }, missing = { 0 };
    CU_ASSERT(cmb_render(feed->call, template, &text, &missing) == CAMBIST_OK);
    return text;
}

static inline void practice_feed_start_call(struct practice_feed *feed,
                                            const struct cmb_channel *channel, const char *symbol,
                                            const char *token)
{
    cmb_call_start(feed->call, feed->client, channel->topic, &feed->error);
    cmb_call_refresh(feed->call);
    feed->call->endpoint = &channel->endpoint;
    feed->call->market =
        symbol ? cmb_markets_find(feed->client->markets, cmb_text_of(symbol), 0) : NULL;
    feed->call->arguments.values[CAMBIST_ARGUMENT_timeframe] = CMB_TEXT("5m");
    feed->call->spoken.token = cmb_text_of(token);
    feed->call->spoken.number = CMB_TEXT("7");
}

static inline struct cmb_text practice_feed_say(struct practice_feed *feed,
                                                const struct cmb_channel *channel,
                                                const struct cmb_template *message,
                                                const char *symbol, const char *token)
{
    practice_feed_start_call(feed, channel, symbol, token);
    feed->call->spoken.channel = practice_feed_render(feed, &channel->channel);
    feed->call->spoken.topics = practice_feed_render(feed, &channel->name);
    struct cmb_text text = practice_feed_render(feed, message);
    cmb_session_take(&feed->session, text);
    return text;
}

/* Opens the session at the path of the channel's dialect. */
static inline void practice_feed_connect(struct practice_feed *feed,
                                         const struct cmb_channel *channel, const char *token)
{
    char target[512];
    const struct cmb_dialect *dialect = &feed->plugin->dialects[channel->dialect];
    practice_feed_start_call(feed, channel, NULL, token);
    struct cmb_text base = feed->client->servers[dialect->server].base;
    struct cmb_text path = practice_feed_render(feed, &dialect->path);
    snprintf(target, sizeof target, "%.*s%.*s", (int)base.length, base.at ? base.at : "",
             (int)path.length, path.at ? path.at : "");
    cmb_session_close(&feed->session);
    /* what is fed is told apart by the kind that is meant */
    feed->client->kind = channel->row->kinds ? channel->row->kinds & (0 - channel->row->kinds)
                                             : CAMBIST_KIND_SPOT;
    CU_ASSERT_FATAL(cmb_session_open(&feed->session, &feed->practice, &feed->faults, 0,
                                     cmb_text_of(*target ? target : "/"),
                                     cmb_clock_wall_ns(&feed->clock)));
}

/* The body of the practice exchange's answer to a GET; the caller's to free. */
static inline char *practice_feed_fetch(struct practice_feed *feed, const char *target)
{
    struct cmb_reply reply = { 0 };
    struct cmb_received *received = calloc(1, sizeof *received);
    CU_ASSERT_FATAL(received != NULL);
    received->method = CMB_TEXT("GET");
    received->host = CMB_TEXT("127.0.0.1");
    received->time_ns = cmb_clock_wall_ns(&feed->clock);
    cmb_arena_init(&received->arena, 1 << 20);
    cmb_received_cut(received, cmb_text_of(target));
    CU_ASSERT(cmb_practice_read(&feed->practice, received) != CAMBIST_OPERATION_NONE);
    CU_ASSERT(cmb_practice_run(&feed->practice, &reply) && reply.http_status == 200);
    cmb_arena_clear(&received->arena);
    free(received);
    return reply.body;
}

/* ---- what it hears ---- */

static inline void practice_feed_hear_one(struct practice_feed *feed, struct cmb_text text)
{
    int64_t now_ns = cmb_clock_monotonic_ns(&feed->clock);
    int status = cmb_stream_feed(feed->stream, text, now_ns, &feed->error);
    snprintf(feed->last, sizeof feed->last, "%.*s", (int)text.length, text.at);
    feed->data += status == CAMBIST_OK;
    feed->notices += status == CAMBIST_AGAIN;
    feed->others += status != CAMBIST_OK && status != CAMBIST_AGAIN;
    if (status != CAMBIST_OK && status != CAMBIST_AGAIN)
        printf("\n    %s: %s in %.300s", feed->plugin->name.at, feed->error.message, feed->last);
    for (uint32_t i = feed->plugin->signal_count; i-- > 0 && status == CAMBIST_AGAIN;)
        if (cmb_message_meets(feed->plugin, &feed->stream->frame,
                              &feed->plugin->signals[i].frames))
            feed->means = feed->plugin->signals[i].row->means;
}

static inline void practice_feed_hear(struct practice_feed *feed)
{
    for (uint32_t i = 0; i < feed->session.outgoing_count; i++)
        if (feed->session.outgoing[i].is_ping)
            cmb_session_take_pong(&feed->session,
                                  cmb_text_of(feed->session.outgoing[i].text));
        else
            practice_feed_hear_one(feed, (struct cmb_text){ feed->session.outgoing[i].text,
                                                            feed->session.outgoing[i].length });
    cmb_session_drain(&feed->session);
}

/* Lets the house move and the client hear of it. */
static inline void practice_feed_turn(struct practice_feed *feed, int64_t ms)
{
    cmb_clock_turn(&feed->clock, ms * 1000000);
    cmb_engine_turn(feed->practice.engine, cmb_clock_wall_ns(&feed->clock));
    cmb_session_tick(&feed->session, cmb_clock_wall_ns(&feed->clock));
    practice_feed_hear(feed);
}

#endif
