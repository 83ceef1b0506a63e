/* What becomes of events whose reader is slow? */
#include "stream/queue.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "support/test.h"

static struct cambist_event trade_event(struct cambist_trade *trade, uint64_t sequence)
{
    return (struct cambist_event){ .topic = CAMBIST_TOPIC_watch_trades,
                                   .record = CAMBIST_RECORD_TRADE, .row = trade,
                                   .symbol = trade->symbol, .state = CAMBIST_WATCH_LIVE,
                                   .sequence = sequence };
}

static struct cambist_event state_event(uint64_t sequence)
{
    return (struct cambist_event){ .topic = CAMBIST_TOPIC_watch_trades,
                                   .state = CAMBIST_WATCH_RESYNCING, .is_state = 1,
                                   .sequence = sequence };
}

static struct cambist_event order_event(struct cambist_order *order, uint64_t sequence)
{
    return (struct cambist_event){ .topic = CAMBIST_TOPIC_watch_orders,
                                   .record = CAMBIST_RECORD_ORDER, .row = order,
                                   .state = CAMBIST_WATCH_LIVE, .sequence = sequence };
}

static bool add_trade(struct cmb_queue *queue, const char *symbol, const char *id, uint64_t sequence)
{
    struct cambist_trade trade = { .id = id, .symbol = symbol };
    struct cambist_event event = trade_event(&trade, sequence);
    return cmb_queue_add(queue, &event);
}

static uint64_t take(struct cmb_queue *queue, const struct cambist_event **ret)
{
    return cmb_queue_take(queue, 0, ret) == CAMBIST_OK ? (*ret)->sequence : 0;
}

/* ---- copies ---- */

static void an_event_is_kept_with_all_that_it_points_to(void)
{
    struct cmb_queue *queue = cmb_queue_new(CAMBIST_EVERY_EVENT, 4);
    char id[] = "first", symbol[] = "BTC/USDT";
    struct cambist_error error = { .status = CAMBIST_OUT_OF_SYNC, .message = "a gap" };
    struct cambist_trade trade = { .id = id, .symbol = symbol, .timestamp = 5 };
    struct cambist_event event = trade_event(&trade, 1);
    event.error = &error;
    CU_ASSERT(cmb_queue_add(queue, &event));
    memset(id, 'x', sizeof id - 1);
    memset(symbol, 'x', sizeof symbol - 1);
    memset(&trade, 0, sizeof trade);
    memset(&error, 0, sizeof error);
    const struct cambist_event *taken;
    CU_ASSERT_FATAL(cmb_queue_take(queue, 0, &taken) == CAMBIST_OK);
    const struct cambist_trade *kept = taken->row;
    ASSERT_TEXT(kept->id, "first");
    ASSERT_TEXT(taken->symbol, "BTC/USDT");
    ASSERT_TEXT(taken->error->message, "a gap");
    ASSERT_NUMBER(kept->timestamp, 5);
    CU_ASSERT(kept->order_id == NULL);
    ASSERT_NUMBER(cmb_queue_take(queue, 0, &taken), CAMBIST_AGAIN);
    cmb_queue_free(queue);
}

static void a_taken_event_stays_until_the_next_is_taken(void)
{
    struct cmb_queue *queue = cmb_queue_new(CAMBIST_DROP_OLDEST, 2);
    const struct cambist_event *taken;
    add_trade(queue, "A/B", "1", 1);
    CU_ASSERT(take(queue, &taken) == 1);
    for (uint64_t i = 2; i < 100; i++)
        add_trade(queue, "A/B", "later", i);
    ASSERT_TEXT(((const struct cambist_trade *)taken->row)->id, "1");
    cmb_queue_free(queue);
}

/* ---- policies ---- */

static void every_event_means_every_event_or_an_end_that_says_so(void)
{
    struct cmb_queue *queue = cmb_queue_new(CAMBIST_EVERY_EVENT, 3);
    const struct cambist_event *taken = NULL;
    for (uint64_t i = 1; i <= 3; i++)
        CU_ASSERT(add_trade(queue, "A/B", "x", i));
    CU_ASSERT(!add_trade(queue, "A/B", "x", 4));
    CU_ASSERT(!add_trade(queue, "A/B", "x", 5));
    for (uint64_t i = 1; i <= 3; i++)
        ASSERT_NUMBER(take(queue, &taken), i);
    ASSERT_NUMBER(take(queue, &taken), 4);
    ASSERT_NUMBER(taken->state, CAMBIST_WATCH_FAILED);
    CU_ASSERT_FATAL(taken->error != NULL);
    ASSERT_NUMBER(taken->error->status, CAMBIST_TOO_LARGE);
    CU_ASSERT(!add_trade(queue, "A/B", "x", 6)); /* it stays ended when there is room again */
    ASSERT_NUMBER(take(queue, &taken), 0);
    cmb_queue_free(queue);
}

static void the_newest_of_each_market_waits_and_the_others_are_counted(void)
{
    struct cmb_queue *queue = cmb_queue_new(CAMBIST_NEWEST, 0);
    const struct cambist_event *taken = NULL;
    for (uint64_t i = 1; i <= 1000; i++)
        CU_ASSERT(add_trade(queue, i % 2 ? "A/B" : "C/D", i > 998 ? "last" : "x", i));
    ASSERT_NUMBER(take(queue, &taken), 999);
    ASSERT_TEXT(taken->symbol, "A/B");
    ASSERT_NUMBER(take(queue, &taken), 1000);
    ASSERT_TEXT(((const struct cambist_trade *)taken->row)->id, "last");
    ASSERT_NUMBER(taken->dropped, 998);
    ASSERT_NUMBER(take(queue, &taken), 0);
    cmb_queue_free(queue);
}

static void the_oldest_goes_and_is_counted(void)
{
    struct cmb_queue *queue = cmb_queue_new(CAMBIST_DROP_OLDEST, 10);
    const struct cambist_event *taken = NULL;
    for (uint64_t i = 1; i <= 1000; i++)
        CU_ASSERT(add_trade(queue, "A/B", "x", i));
    for (uint64_t i = 991; i <= 1000; i++)
        ASSERT_NUMBER(take(queue, &taken), i);
    ASSERT_NUMBER(taken->dropped, 990);
    cmb_queue_free(queue);
}

static void states_are_kept_in_their_place(void)
{
    for (uint32_t delivery = CAMBIST_NEWEST; delivery <= CAMBIST_DROP_OLDEST; delivery++) {
        struct cmb_queue *queue = cmb_queue_new(delivery, delivery == CAMBIST_NEWEST ? 8 : 2);
        const struct cambist_event *taken = NULL;
        struct cambist_event lost = state_event(2), back = state_event(4);
        add_trade(queue, "A/B", "x", 1);
        cmb_queue_add(queue, &lost);
        add_trade(queue, "A/B", "x", 3);
        cmb_queue_add(queue, &back);
        add_trade(queue, "A/B", "x", 5);
        uint64_t states = 0, last = 0, sequence;
        while ((sequence = take(queue, &taken))) {
            states += taken->is_state;
            CU_ASSERT(sequence > last);
            last = sequence;
        }
        ASSERT_NUMBER(states, 2);
        cmb_queue_free(queue);
    }
}

static void events_of_the_account_are_never_dropped(void)
{
    for (uint32_t delivery = CAMBIST_EVERY_EVENT; delivery <= CAMBIST_DROP_OLDEST; delivery++) {
        struct cmb_queue *queue = cmb_queue_new(delivery, 8);
        const struct cambist_event *taken = NULL;
        for (uint64_t i = 1; i <= 5000; i++) {
            struct cambist_order order = { .id = "7", .symbol = "A/B" };
            struct cambist_event event = order_event(&order, i);
            CU_ASSERT(cmb_queue_add(queue, &event));
        }
        for (uint64_t i = 1; i <= 5000; i++)
            ASSERT_NUMBER(take(queue, &taken), i);
        ASSERT_NUMBER(taken->dropped, 0);
        cmb_queue_free(queue);
    }
}

static void what_may_not_be_dropped_has_a_bound_all_the_same(void)
{
    struct cmb_queue *queue = cmb_queue_new(CAMBIST_DROP_OLDEST, 8);
    const struct cambist_event *taken = NULL;
    uint64_t added = 0, count = 0;
    struct cambist_event event = state_event(1);
    while (added <= CMB_QUEUE_EVENTS_MOST && cmb_queue_add(queue, &event))
        event.sequence = ++added + 1;
    ASSERT_NUMBER(added, CMB_QUEUE_EVENTS_MOST);
    while (cmb_queue_take(queue, 0, &taken) == CAMBIST_OK)
        count++;
    ASSERT_NUMBER(count, CMB_QUEUE_EVENTS_MOST + 1);
    ASSERT_NUMBER(taken->error->status, CAMBIST_TOO_LARGE);
    cmb_queue_free(queue);
}

/* ---- the descriptor, and two threads ---- */

static bool is_readable(struct cmb_queue *queue)
{
    struct pollfd one = { .fd = cmb_queue_fd(queue), .events = POLLIN };
    return poll(&one, 1, 0) == 1;
}

static void the_descriptor_is_readable_while_events_wait(void)
{
    struct cmb_queue *queue = cmb_queue_new(CAMBIST_EVERY_EVENT, 8);
    const struct cambist_event *taken;
    CU_ASSERT(!is_readable(queue));
    add_trade(queue, "A/B", "x", 1);
    add_trade(queue, "A/B", "x", 2);
    CU_ASSERT(is_readable(queue));
    take(queue, &taken);
    CU_ASSERT(is_readable(queue));
    take(queue, &taken);
    CU_ASSERT(!is_readable(queue));
    cmb_queue_free(queue);
}

enum { ADDED = 200000 };

static void *add_many(void *user)
{
    char id[24];
    for (uint64_t i = 1; i <= ADDED; i++) {
        snprintf(id, sizeof id, "%llu", (unsigned long long)i);
        add_trade(user, "A/B", id, i);
    }
    return NULL;
}

/* Whatever was dropped, what is taken is whole, in order, and all is accounted for. */
static void a_reader_in_another_thread_gets_whole_events(void)
{
    struct cmb_queue *queue = cmb_queue_new(CAMBIST_DROP_OLDEST, 64);
    const struct cambist_event *taken = NULL;
    pthread_t thread;
    uint64_t count = 0, last = 0, torn = 0, dropped = 0;
    pthread_create(&thread, NULL, add_many, queue);
    while (last < ADDED && cmb_queue_take(queue, 10000, &taken) == CAMBIST_OK) {
        const struct cambist_trade *trade = taken->row;
        torn += strtoull(trade->id, NULL, 10) != taken->sequence || taken->sequence <= last;
        last = taken->sequence;
        dropped = taken->dropped;
        count++;
    }
    pthread_join(thread, NULL);
    ASSERT_NUMBER(torn, 0);
    ASSERT_NUMBER(last, ADDED);
    ASSERT_NUMBER(count + dropped, ADDED);
    cmb_queue_free(queue);
}

TEST_SUITE("stream/queue",
           { "an event is kept with all that it points to",
             an_event_is_kept_with_all_that_it_points_to },
           { "a taken event stays until the next is taken",
             a_taken_event_stays_until_the_next_is_taken },
           { "every event means every event, or an end that says so",
             every_event_means_every_event_or_an_end_that_says_so },
           { "the newest of each market waits, and the others are counted",
             the_newest_of_each_market_waits_and_the_others_are_counted },
           { "the oldest goes and is counted", the_oldest_goes_and_is_counted },
           { "states are kept in their place", states_are_kept_in_their_place },
           { "events of the account are never dropped", events_of_the_account_are_never_dropped },
           { "what may not be dropped has a bound all the same",
             what_may_not_be_dropped_has_a_bound_all_the_same },
           { "the descriptor is readable while events wait",
             the_descriptor_is_readable_while_events_wait },
           { "a reader in another thread gets whole events",
             a_reader_in_another_thread_gets_whole_events })
