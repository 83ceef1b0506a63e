/* support/hand_fed.h - a stream of a made-up exchange that is fed by hand. */
#ifndef TEST_SUPPORT_HAND_FED_H
#define TEST_SUPPORT_HAND_FED_H

#include "support/stream_exchange.h"

struct hand_fed {
    struct test_exchange exchange;
    struct cmb_loop *loop;
    struct cmb_office office;
    struct cmb_desk *desk;
    struct cmb_stream *stream;
};

/* `channels` and `rules` are arrays of `channel_count` and `rule_count` rows. */
static inline void hand_fed_open(struct hand_fed *fed, const struct cambist_channel *channels,
                                 size_t channel_count, const struct cambist_book_rule *rules,
                                 size_t rule_count, cmb_event_fn *on_event, void *user)
{
    struct cambist_plugin tables = TEST_STREAM_TABLES;
    tables.channels.rows = channels;
    tables.channels.count = (uint32_t)channel_count;
    tables.book_rules.rows = rules;
    tables.book_rules.count = (uint32_t)rule_count;
    test_exchange_open(&fed->exchange, &tables);
    fed->loop = cmb_loop_new(&fed->exchange.clock);
    cmb_office_init(&fed->office, fed->loop, /* network= */ NULL);
    fed->desk = cmb_desk_new(&fed->office, fed->exchange.exchange);
    fed->stream = cmb_stream_new(fed->desk);
    CU_ASSERT_FATAL(fed->stream != NULL);
    cmb_stream_observe(fed->stream, on_event, user);
}

static inline void hand_fed_close(struct hand_fed *fed)
{
    cmb_stream_free(fed->stream);
    cmb_desk_free(fed->desk);
    cmb_office_clear(&fed->office);
    cmb_loop_free(fed->loop);
    test_exchange_close(&fed->exchange);
}

#endif
