/* Does the book stay true, and if not, what makes it so again? */
#include "stream/way.h"

#include <stdlib.h>

#include "base/memory.h"
#include "crypto/random.h"
#include "number/decimal.h"

enum { SNAPSHOT_SPACING_MS = 250, PULSE_MS = 1000 };

/* ---- a book and its scales ---- */

/* As many decimals as a step has; without one the first message tells. */
static unsigned scale_of(const struct cambist_decimal *step)
{
    unsigned scale = step->is_set && step->exponent < 0 ? (unsigned)-step->exponent : 0;
    return scale > CMB_SCALED_SCALE_MOST ? CMB_SCALED_SCALE_MOST : scale;
}

static void on_turn(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_subscription *subscription = user;
    cmb_book_heal(subscription);
}

struct cmb_book_feed *cmb_book_feed_new(struct cmb_subscription *subscription)
{
    const struct cambist_market *market = subscription->market;
    struct cmb_book_feed *feed = cmb_calloc(1, sizeof *feed);
    if (!feed)
        return NULL;
    feed->price_scale = scale_of(&market->tick_size);
    feed->amount_scale = scale_of(&market->lot_size);
    feed->book = cmb_book_new(subscription->channel->book, feed->price_scale, feed->amount_scale);
    feed->timer = (struct cmb_timer){ .on_due = on_turn, .user = subscription };
    if (feed->book) {
        cmb_book_start_pulse(subscription->stream);
        return feed;
    }
    free(feed);
    return NULL;
}

/* A snapshot under way is waited for: its run is freed when it comes. */
void cmb_book_feed_free(struct cmb_book_feed *feed)
{
    if (!feed)
        return;
    cmb_run_free(feed->run);
    cmb_book_free(feed->book);
    free(feed);
}

/* ---- what came of an update ---- */

static uint32_t state_of(const struct cmb_book *book)
{
    switch (cmb_book_state(book)) {
    case CMB_BOOK_LIVE: return CAMBIST_WATCH_LIVE;
    case CMB_BOOK_STALE: return CAMBIST_WATCH_STALE;
    default: return CAMBIST_WATCH_RESYNCING;
    }
}

static void tell_broken(struct cmb_subscription *subscription)
{
    struct cambist_error error = { 0 };
    const char *reason = cmb_book_reason_name(cmb_book_reason(subscription->feed->book));
    cmb_fail_plain(&error, CAMBIST_OUT_OF_SYNC, cmb_text_of(reason));
    cmb_deliver_state(subscription, state_of(subscription->feed->book), &error);
}

/* Whether the line that takes over has not sent yet what the book wants next. */
static bool is_ahead(const struct cmb_subscription *subscription,
                     const struct cmb_book_update *update)
{
    const struct cmb_line *line = subscription->stream->frame_line;
    struct cmb_book_view view = { 0 };
    if (!line || !line->is_taking_over || update->is_snapshot)
        return false;
    cmb_book_read(subscription->feed->book, /* depth= */ 0, CMB_BOOK_LAST_KNOWN, &view);
    return (update->has_first && update->first > view.sequence + 1) ||
           (update->has_previous && update->previous > view.sequence);
}

/* Numbers of one connection say nothing about those of another: on the line that has taken over a
 * book begins with that line's snapshot. */
static void change_line(struct cmb_subscription *subscription, bool is_snapshot)
{
    if (subscription->channel->book->scope != CAMBIST_OF_CONNECTION)
        return;
    if (is_snapshot)
        cmb_book_break(subscription->feed->book, CMB_BOOK_DISCONNECTED); /* until it is applied */
    else
        cmb_book_lost(subscription, CMB_BOOK_GAP);
}

void cmb_book_take(struct cmb_subscription *subscription, struct cmb_book_update *update)
{
    struct cmb_stream *stream = subscription->stream;
    const struct cmb_side_levels *bids = &stream->sides[CMB_BIDS], *asks = &stream->sides[CMB_ASKS];
    struct cmb_book *book = subscription->feed->book;
    unsigned seat = subscription->seat;
    if (!cmb_line_counts(subscription, stream->frame_line, is_ahead(subscription, update)))
        return;
    if (subscription->seat != seat)
        change_line(subscription, update->is_snapshot);
    update->received_ns = stream->frame.received_ns;
    update->bids = bids->levels;
    update->bid_digits = bids->digits;
    update->bid_sequences = subscription->channel->endpoint.fields.level[CMB_LEVEL_SEQUENCE].count
                                ? bids->sequences : NULL;
    update->bid_count = bids->count;
    update->asks = asks->levels;
    update->ask_digits = asks->digits;
    update->ask_sequences = update->bid_sequences ? asks->sequences : NULL;
    update->ask_count = asks->count;
    cmb_frame_leave_stage(stream, CMB_STREAM_DECODE);
    enum cmb_book_outcome outcome = cmb_book_apply(book, update);
    cmb_note_data(subscription, update->received_ns);
    cmb_frame_leave_stage(stream, CMB_STREAM_BOOK);
    if (outcome == CMB_BOOK_APPLIED || outcome == CMB_BOOK_CONFIRMED)
        cmb_deliver_book(subscription, update->timestamp_ns);
    else if (outcome == CMB_BOOK_BROKEN)
        tell_broken(subscription);
    cmb_book_heal(subscription);
}

void cmb_book_lost(struct cmb_subscription *subscription, enum cmb_book_reason reason)
{
    cmb_book_break(subscription->feed->book, reason);
    tell_broken(subscription);
}

/* ---- books in records: snapshots that are asked for, and what a plugin's function made ---- */

/* A plugin of another minor may have made rows of another size. */
static const struct cambist_level *level_at(const struct cambist_levels *levels, uint64_t i)
{
    uint64_t size = levels->row_size ? levels->row_size : sizeof *levels->at;
    return (const struct cambist_level *)(const void *)((const char *)levels->at + i * size);
}

static bool add_levels(const struct cambist_levels *from, const struct cmb_book_feed *feed,
                       struct cmb_side_levels *to)
{
    if (!cmb_side_reserve(to, from->count))
        return false;
    to->count = 0;
    for (uint64_t i = 0; i < from->count; i++) {
        const struct cambist_level *level = level_at(from, i);
        if (cmb_decimal_to_scaled(&level->price, feed->price_scale,
                                  &to->levels[i].price) != CMB_NUMBER_FINE ||
            cmb_decimal_to_scaled(&level->amount, feed->amount_scale,
                                  &to->levels[i].amount) != CMB_NUMBER_FINE)
            return false;
        to->digits[i] = (struct cmb_scaled_digits){ (uint8_t)scale_of(&level->price),
                                                    (uint8_t)scale_of(&level->amount) };
        to->sequences[i] = 0;
        to->count++;
    }
    return true;
}

static void grow_scales(const struct cambist_levels *levels, unsigned *price_scale,
                        unsigned *amount_scale)
{
    for (uint64_t i = 0; i < levels->count; i++) {
        const struct cambist_level *level = level_at(levels, i);
        unsigned price = scale_of(&level->price), amount = scale_of(&level->amount);
        *price_scale = price > *price_scale ? price : *price_scale;
        *amount_scale = amount > *amount_scale ? amount : *amount_scale;
    }
}

static bool widen(struct cmb_book_feed *feed, const struct cambist_levels *bids,
                  const struct cambist_levels *asks)
{
    unsigned price_scale = feed->price_scale, amount_scale = feed->amount_scale;
    grow_scales(bids, &price_scale, &amount_scale);
    grow_scales(asks, &price_scale, &amount_scale);
    if (price_scale == feed->price_scale && amount_scale == feed->amount_scale)
        return true;
    if (cmb_book_rescale(feed->book, price_scale, amount_scale) != CMB_NUMBER_FINE)
        return false;
    feed->price_scale = price_scale;
    feed->amount_scale = amount_scale;
    return true;
}

static int take_levels(struct cmb_subscription *subscription, const struct cambist_levels *bids,
                       const struct cambist_levels *asks, struct cambist_error *error)
{
    struct cmb_side_levels *sides = subscription->stream->sides;
    if (widen(subscription->feed, bids, asks) &&
        add_levels(bids, subscription->feed, &sides[CMB_BIDS]) &&
        add_levels(asks, subscription->feed, &sides[CMB_ASKS]))
        return CAMBIST_OK;
    return cmb_fail_plain(error, CAMBIST_TOO_LARGE,
                          CMB_TEXT("a book has numbers that no int64 can hold"));
}

int cmb_book_take_record(struct cmb_subscription *subscription,
                         const struct cambist_book_update *record, struct cambist_error *error)
{
    struct cmb_book_update update = { .is_snapshot = record->whole == CAMBIST_FLAG_YES,
                                      .has_first = record->first_sequence != 0,
                                      .has_sequence = record->sequence != 0,
                                      .has_previous = record->previous_sequence != 0,
                                      .has_checksum = record->checksum != 0,
                                      .first = record->first_sequence,
                                      .sequence = record->sequence,
                                      .previous = record->previous_sequence,
                                      .checksum = (uint32_t)record->checksum,
                                      .timestamp_ns = record->timestamp };
    int status = take_levels(subscription, &record->bids, &record->asks, error);
    if (status == CAMBIST_OK)
        cmb_book_take(subscription, &update);
    return status;
}

int cmb_book_take_snapshot(struct cmb_subscription *subscription,
                           const struct cambist_order_book *snapshot, int64_t received_ns,
                           struct cambist_error *error)
{
    struct cmb_stream *stream = subscription->stream;
    struct cmb_book_update update = { .is_snapshot = true,
                                      .timestamp_ns = snapshot->timestamp,
                                      .received_ns = received_ns };
    struct cmb_text sequence = cmb_text_of(snapshot->sequence);
    update.has_sequence =
        sequence.length && cmb_scaled_parse(sequence, 0, &update.sequence) == CMB_NUMBER_FINE;
    int status = take_levels(subscription, &snapshot->bids, &snapshot->asks, error);
    if (status != CAMBIST_OK)
        return status;
    stream->frame_line = NULL;
    stream->frame.received_ns = received_ns;
    cmb_book_take(subscription, &update);
    return CAMBIST_OK;
}

static void end_asking(struct cmb_stream *stream, struct cmb_book_feed *feed)
{
    stream->snapshots_under_way--;
    feed->is_asking = false;
}

static void on_snapshot(struct cmb_run *run, void *user)
{
    struct cmb_subscription *subscription = user;
    struct cmb_stream *stream = subscription->stream;
    struct cmb_book_feed *feed = subscription->feed;
    end_asking(stream, feed);
    if (subscription->is_dead) {
        cmb_subscription_free(subscription);
        return;
    }
    feed->attempt++;
    int status = (int)run->error.status;
    if (status == CAMBIST_OK)
        cmb_tap_answered(stream, run);
    if (status == CAMBIST_OK && run->call->row_count)
        status = cmb_book_take_snapshot(
            subscription, (const struct cambist_order_book *)(const void *)run->call->rows,
            cmb_stream_now_ns(stream), &run->error);
    if (status != CAMBIST_OK)
        cmb_deliver_state(subscription, subscription->state, &run->error);
    cmb_book_heal(subscription);
}

static void ask_snapshot(struct cmb_subscription *subscription)
{
    struct cmb_stream *stream = subscription->stream;
    struct cmb_book_feed *feed = subscription->feed;
    char digits[CMB_NUMBER_SIZE];
    if (!feed->run && !(feed->run = cmb_run_new()))
        return;
    stream->snapshots_under_way++;
    stream->counts.resyncs++;
    feed->is_asking = true;
    cmb_run_init(feed->run, stream->desk, CAMBIST_OPERATION_fetch_order_book);
    struct cmb_call *call = feed->run->call;
    struct cmb_text limit =
        cmb_text_of_number(subscription->channel->book->snapshot_limit, digits);
    call->arguments.values[CAMBIST_ARGUMENT_symbol] = cmb_text_of(subscription->market->symbol);
    call->arguments.values[CAMBIST_ARGUMENT_limit] =
        (struct cmb_text){ cmb_arena_copy(&call->arena, limit), limit.length };
    cmb_run_start(feed->run, on_snapshot, subscription);
}

/* ---- once a second ---- */

static void on_pulse(struct cmb_timer *timer, void *user)
{
    struct cmb_stream *stream = user;
    struct cmb_subscription *subscription, *next;
    int64_t now_ns = cmb_stream_now_ns(stream);
    bool has_books = false;
    for (subscription = TAILQ_FIRST(&stream->subscriptions); subscription; subscription = next) {
        next = TAILQ_NEXT(subscription, link);
        if (!subscription->feed || subscription->is_dead)
            continue;
        has_books = true;
        if (cmb_book_pass_time(subscription->feed->book, now_ns) != CMB_BOOK_BROKEN)
            continue;
        tell_broken(subscription);
        cmb_book_heal(subscription);
    }
    if (has_books)
        cmb_loop_start_timer(stream->loop, timer, PULSE_MS * 1000000ll);
}

void cmb_book_start_pulse(struct cmb_stream *stream)
{
    stream->pulse.on_due = on_pulse;
    stream->pulse.user = stream;
    if (!cmb_timer_is_running(&stream->pulse))
        cmb_loop_start_timer(stream->loop, &stream->pulse, PULSE_MS * 1000000ll);
}

/* ---- healing ---- */

static int64_t next_wait_ns(struct cmb_stream *stream, struct cmb_book_feed *feed)
{
    uint64_t chance = cmb_random_number(stream->desk->exchange->random);
    return cmb_backoff_wait_ns(&stream->snapshot_backoff, feed->attempt, chance);
}

static void heal_later(struct cmb_subscription *subscription, int64_t wait_ns)
{
    if (!cmb_timer_is_running(&subscription->feed->timer))
        cmb_loop_start_timer(subscription->stream->loop, &subscription->feed->timer, wait_ns);
}

/* The first attempt goes at once, each further one later than the one before it. */
static bool may_go_now(struct cmb_subscription *subscription)
{
    struct cmb_book_feed *feed = subscription->feed;
    struct cmb_stream *stream = subscription->stream;
    int64_t now_ns = cmb_stream_now_ns(stream);
    if (feed->attempt && now_ns < feed->next_ns) {
        heal_later(subscription, feed->next_ns - now_ns);
        return false;
    }
    feed->next_ns = now_ns + next_wait_ns(stream, feed);
    return true;
}

void cmb_book_heal(struct cmb_subscription *subscription)
{
    struct cmb_stream *stream = subscription->stream;
    struct cmb_book_feed *feed = subscription->feed;
    enum cmb_book_need need = cmb_book_need(feed->book);
    if (need == CMB_BOOK_NEEDS_NOTHING) {
        feed->attempt = 0;
        return;
    }
    if (!stream->network || feed->is_asking ||
        cmb_seat_of(subscription)->ask != CMB_ASK_GRANTED)
        return;
    if (need == CMB_BOOK_NEEDS_SNAPSHOT &&
        stream->snapshots_under_way >= CMB_SNAPSHOTS_AT_ONCE) {
        heal_later(subscription, SNAPSHOT_SPACING_MS * 1000000ll);
        return;
    }
    /* A fresh subscription is still sending its snapshot. */
    if (need == CMB_BOOK_NEEDS_SUBSCRIPTION && cmb_book_reason(feed->book) == CMB_BOOK_NEW)
        return;
    if (!may_go_now(subscription))
        return;
    if (need == CMB_BOOK_NEEDS_SNAPSHOT) {
        ask_snapshot(subscription);
    } else {
        feed->attempt++;
        stream->counts.resyncs++;
        cmb_ask_again(subscription);
    }
}
