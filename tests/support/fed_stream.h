/* support/fed_stream.h - a stream that is fed by hand: a plugin's file, no connection, no network. */
#ifndef TEST_SUPPORT_FED_STREAM_H
#define TEST_SUPPORT_FED_STREAM_H

#include "request/answer.h"
#include "request/stencil.h"
#include "stream/way.h"

struct test_fed {
    struct cmb_vault vault;
    struct cmb_clock clock;
    struct cmb_plugin *plugin;
    struct cmb_loop *loop;
    struct cmb_office office;
    struct cmb_exchange *exchange;
    struct cmb_desk *desk;
    struct cmb_stream *stream;
    cmb_event_fn *on_event;
    void *user;
    struct cambist_error error;
};

/* A new stream, which knows no book yet.  False without memory. */
static inline bool test_fed_renew(struct test_fed *fed)
{
    cmb_stream_free(fed->stream);
    fed->stream = cmb_stream_new(fed->desk);
    if (fed->stream)
        cmb_stream_observe(fed->stream, fed->on_event, fed->user);
    return fed->stream != NULL;
}

/* From now on it reads every frame by the tables. */
static inline void test_fed_forbid_stencils(struct test_fed *fed)
{
    cmb_frame_stencils_free(fed->stream->stencils);
    cmb_stencils_free(fed->exchange->stencils);
    fed->stream->stencils = NULL;
    fed->exchange->stencils = NULL;
}

/* Markets are those that the frames name.  A market kind, or 0 for the plugin's own. */
static inline bool test_fed_open(struct test_fed *fed, const char *plugins, const char *name,
                                 uint32_t kind, cmb_event_fn *on_event, void *user)
{
    struct cmb_plugin_rules rules = { .search_path = plugins };
    struct cmb_exchange_settings settings = { .environment = CMB_ENVIRONMENT_LIVE,
                                              .clock = &fed->clock, .kind = kind };
    *fed = (struct test_fed){ .on_event = on_event, .user = user };
    cmb_clock_init_turnable(&fed->clock, 1754006400000000000);
    if (cmb_vault_open(&fed->vault, 64 * 1024, NULL) != CAMBIST_OK ||
        cmb_plugin_open(name, &rules, &fed->plugin, &fed->error) != CAMBIST_OK ||
        cmb_exchange_open(fed->plugin, &fed->vault, &settings, &fed->exchange, &fed->error))
        return false;
    fed->exchange->markets = cmb_markets_new();
    fed->loop = cmb_loop_new(&fed->clock);
    cmb_office_init(&fed->office, fed->loop, /* network= */ NULL);
    fed->desk = cmb_desk_new(&fed->office, fed->exchange);
    return fed->exchange->markets && fed->loop && fed->desk && test_fed_renew(fed);
}

static inline void test_fed_close(struct test_fed *fed)
{
    cmb_stream_free(fed->stream);
    cmb_desk_free(fed->desk);
    if (fed->loop)
        cmb_office_clear(&fed->office);
    cmb_loop_free(fed->loop);
    cmb_exchange_close(fed->exchange);
    cmb_plugin_close(fed->plugin);
    cmb_vault_close(&fed->vault);
}

#endif
