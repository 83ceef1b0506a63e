/* How does a program watch, and how does it read a book that another thread writes? */
#include "host/host.h"

#include <stdlib.h>

#include "base/fail.h"
#include "base/memory.h"
#include "stream/queue.h"

struct cambist_watch {
    struct cambist_exchange *exchange;
    uint32_t topic;
    struct cmb_listener *listener; /* of the I/O thread */
    struct cmb_book *_Atomic book; /* NULL: not subscribed yet, or no book */
    _Atomic uint32_t state;        /* enum cambist_watch_state, of the last event */
    cambist_event_fn *on_event;
    void *user;
    struct cmb_queue *queue; /* NULL: events go to on_event */
    int64_t wall_ahead_ns;   /* wall clock less monotonic clock */
};

const char *cambist_watch_state_name(uint32_t state)
{
    return cmb_watch_state_name(state);
}

/* ---- events ---- */

static uint32_t record_of(const struct cmb_event *event)
{
    return event->record ? cmb_operation_of(event->topic)->record : CAMBIST_RECORD_NONE;
}

/* Receive times are monotonic inside, so that no clock step bends them; people want the wall's. */
static int64_t wall_ns(struct cambist_watch *watch, int64_t monotonic_ns)
{
    const struct cmb_clock *clock = cmb_loop_clock(watch->exchange->host->loop);
    if (!watch->wall_ahead_ns)
        watch->wall_ahead_ns = cmb_clock_wall_ns(clock) - cmb_clock_monotonic_ns(clock);
    return monotonic_ns + watch->wall_ahead_ns;
}

static void on_event(const struct cmb_event *event, void *user)
{
    struct cambist_watch *watch = user;
    struct cambist_event told = {
        .topic = event->topic,
        .record = record_of(event),
        .row = event->record,
        .symbol = event->market ? event->market->symbol : NULL,
        .state = event->state,
        .is_state = event->is_state,
        .timestamp_ns = event->timestamp_ns,
        .received_ns = wall_ns(watch, event->received_ns),
        .sequence = event->sequence,
        .connection = event->connection,
        .error = event->error,
    };
    if (event->book)
        atomic_store_explicit(&watch->book, event->book, memory_order_release);
    atomic_store_explicit(&watch->state, event->state, memory_order_relaxed);
    if (watch->queue)
        (void)cmb_queue_add(watch->queue, &told);
    else
        watch->on_event(&told, watch->user);
}

/* ---- watching ---- */

/* What one thread asks the I/O thread to begin. */
struct beginning {
    struct cambist_watch *watch;
    const struct cambist_arguments *arguments;
    struct cambist_error *error;
};

static int begin(void *user)
{
    struct beginning *beginning = user;
    struct cambist_watch *watch = beginning->watch;
    struct cmb_call *call = cmb_call_new();
    if (!call)
        return cmb_fail_plain(beginning->error, CAMBIST_NO_MEMORY,
                              CMB_TEXT("no memory for a watch"));
    cmb_call_start(call, watch->exchange->exchange, watch->topic, beginning->error);
    int status = cmb_ask_set_arguments(call, beginning->arguments, beginning->error);
    if (status == CAMBIST_OK) {
        watch->listener = cmb_stream_listen(watch->exchange->stream, watch->topic,
                                            &call->arguments, on_event, watch, beginning->error);
        status = watch->listener ? CAMBIST_OK : (int)beginning->error->status;
    }
    if (status == CAMBIST_OK)
        atomic_store(&watch->book, cmb_listener_book(watch->listener));
    cmb_call_free(call);
    return status;
}

static int start(struct cambist_watch *watch, const struct cambist_arguments *arguments,
                 struct cambist_watch **ret, struct cambist_error *error)
{
    struct cambist_error own = { 0 };
    struct beginning beginning = { watch, arguments, &own };
    int status = watch->topic > CAMBIST_TOPIC_NONE && watch->topic < CAMBIST_TOPIC_END
                     ? cmb_host_run(watch->exchange->host, begin, &beginning)
                     : cmb_fail(&own, CAMBIST_NOT_SUPPORTED, "there is no topic %u", watch->topic);
    if (error)
        *error = own;
    if (status == CAMBIST_OK) {
        *ret = watch;
        return CAMBIST_OK;
    }
    cmb_queue_free(watch->queue);
    free(watch);
    return status;
}

static struct cambist_watch *new_watch(struct cambist_exchange *exchange, uint32_t topic)
{
    struct cambist_watch *watch = cmb_calloc(1, sizeof *watch);
    if (watch) {
        watch->exchange = exchange;
        watch->topic = topic;
        watch->state = CAMBIST_WATCH_WAITING;
    }
    return watch;
}

int cambist_watch(struct cambist_exchange *exchange, uint32_t topic,
                  const struct cambist_arguments *arguments, cambist_event_fn *on_event_fn,
                  void *user, struct cambist_watch **ret, struct cambist_error *error)
{
    struct cambist_watch *watch = new_watch(exchange, topic);
    cmb_fail_reset(error);
    if (!watch)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a watch"));
    watch->on_event = on_event_fn;
    watch->user = user;
    return start(watch, arguments, ret, error);
}

int cambist_watch_queued(struct cambist_exchange *exchange, uint32_t topic,
                         const struct cambist_arguments *arguments, uint32_t delivery,
                         uint32_t capacity, struct cambist_watch **ret,
                         struct cambist_error *error)
{
    struct cambist_watch *watch = new_watch(exchange, topic);
    cmb_fail_reset(error);
    if (watch)
        watch->queue = cmb_queue_new(delivery, capacity);
    if (watch && watch->queue)
        return start(watch, arguments, ret, error);
    free(watch);
    return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a watch"));
}

static int end(void *user)
{
    struct cambist_watch *watch = user;
    cmb_stream_leave(watch->listener);
    return CAMBIST_OK;
}

void cambist_unwatch(struct cambist_watch *watch)
{
    if (!watch)
        return;
    cmb_host_run(watch->exchange->host, end, watch);
    cmb_queue_free(watch->queue);
    free(watch);
}

int cambist_watch_next(struct cambist_watch *watch, int timeout_ms,
                       const struct cambist_event **ret)
{
    return watch->queue ? cmb_queue_take(watch->queue, timeout_ms, ret) : CAMBIST_BAD_ARGUMENT;
}

int cambist_watch_fd(struct cambist_watch *watch)
{
    return watch->queue ? cmb_queue_fd(watch->queue) : -1;
}

/* ---- books ---- */

static uint32_t state_of(const struct cambist_watch *watch, const struct cmb_book_view *view)
{
    static const uint32_t states[] = { [CMB_BOOK_RESYNCING] = CAMBIST_WATCH_RESYNCING,
                                       [CMB_BOOK_LIVE] = CAMBIST_WATCH_LIVE,
                                       [CMB_BOOK_STALE] = CAMBIST_WATCH_STALE };
    uint32_t told = atomic_load_explicit(&watch->state, memory_order_relaxed);
    bool is_told = told == CAMBIST_WATCH_WAITING || told == CAMBIST_WATCH_FAILED;
    return is_told && view->state != CMB_BOOK_LIVE ? told : states[view->state];
}

int cambist_watch_book(const struct cambist_watch *watch, uint64_t depth, struct cambist_book *ret)
{
    _Static_assert(sizeof(struct cambist_scaled_level) == sizeof(struct cmb_scaled_level),
                   "the caller's levels are written in place");
    const struct cmb_book *book = atomic_load_explicit(&watch->book, memory_order_acquire);
    struct cmb_book_view view = { .bids = (struct cmb_scaled_level *)(void *)ret->bids,
                                  .asks = (struct cmb_scaled_level *)(void *)ret->asks };
    ret->bid_count = ret->ask_count = 0;
    if (!book) {
        ret->state = atomic_load_explicit(&watch->state, memory_order_relaxed);
        return 0;
    }
    bool is_live = cmb_book_read(book, depth, 0, &view);
    const struct cmb_clock *clock = cmb_loop_clock(watch->exchange->host->loop);
    ret->bid_count = view.bid_count;
    ret->ask_count = view.ask_count;
    ret->state = state_of(watch, &view);
    ret->is_crossed = view.is_crossed;
    ret->price_scale = view.price_scale;
    ret->amount_scale = view.amount_scale;
    ret->sequence = view.sequence;
    ret->timestamp_ns = view.timestamp_ns;
    ret->age_ns = view.received_ns ? cmb_clock_monotonic_ns(clock) - view.received_ns : 0;
    ret->version = view.version;
    return is_live;
}
