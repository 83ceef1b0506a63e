/* What do we ask the exchange for, and was it granted? */
#include "stream/way.h"

#include <stdio.h>
#include <stdlib.h>

enum { TOPICS_BYTES_MOST = 256 << 10, TOPICS_MOST = 1000, ALTOGETHER = 0 };

/* ---- messages ---- */

static int render(struct cmb_line *line, const struct cmb_template *message, struct cmb_text *ret)
{
    struct cmb_stream *stream = line->stream;
    struct cmb_text missing = { 0 };
    int status = cmb_render(stream->call, message, ret, &missing);
    if (missing.at)
        status = cmb_fail(&stream->error, CAMBIST_DENIED, "%s: a stream's message needs \"%.*s\"",
                          stream->desk->exchange->name.at, (int)missing.length, missing.at);
    bool is_json = status == CAMBIST_OK && ret->length && (*ret->at == '{' || *ret->at == '[');
    if (is_json && !cmb_json_check(*ret))
        return cmb_fail_plain(&stream->error, CAMBIST_BAD_PLUGIN,
                              CMB_TEXT("a stream's message would be no JSON"));
    return status;
}

/* The endpoint whose access and server conditions and templates ask about. */
static const struct cmb_endpoint *endpoint_of(const struct cmb_line *line)
{
    const struct cmb_plugin *plugin = line->stream->desk->exchange->plugin;
    for (uint32_t i = 0; i < plugin->channel_count; i++)
        if (&plugin->dialects[plugin->channels[i].dialect] == line->dialect)
            return &plugin->channels[i].endpoint;
    return &plugin->endpoints[0];
}

void cmb_line_start_call(struct cmb_line *line)
{
    struct cmb_stream *stream = line->stream;
    struct cmb_call *call = stream->call;
    cmb_fail_reset(&stream->error);
    cmb_call_start(call, stream->desk->exchange, CAMBIST_TOPIC_watch_orders, &stream->error);
    cmb_call_refresh(call);
    call->endpoint = endpoint_of(line);
    call->kind = call->endpoint->row->kinds & (0 - call->endpoint->row->kinds);
    memset(&call->spoken, 0, sizeof call->spoken);
    call->spoken.token = cmb_text_of(line->token);
}

int cmb_line_say(struct cmb_line *line, const struct cmb_template *message,
                 struct cmb_text channel, struct cmb_text topics, struct cmb_text number)
{
    struct cmb_stream *stream = line->stream;
    struct cmb_text text = { 0 };
    cmb_line_start_call(line);
    stream->call->spoken.channel = channel;
    stream->call->spoken.topics = topics;
    stream->call->spoken.number = number;
    int status = render(line, message, &text);
    if (status == CAMBIST_OK)
        status = stream->network->send_text(line->socket, text);
    if (status == CAMBIST_OK)
        cmb_tap_sent(line, message);
    line->next_message_ns =
        cmb_stream_now_ns(stream) + line->dialect->row->message_ms * 1000000ll;
    return status;
}

/* ---- batches ---- */

static bool speaks_of_channel(const struct cmb_template *message)
{
    for (uint32_t i = 0; i < message->count; i++)
        if (message->steps[i].name == CMB_NAME_CHANNEL)
            return true;
    return false;
}

/* Whether two things can stand in one message. */
static bool fits(const struct cmb_seat *a, const struct cmb_seat *b, bool is_by_channel)
{
    return a->ask == b->ask && !a->is_alone && !b->is_alone &&
           (!is_by_channel ||
            strcmp(a->subscription->channel_text, b->subscription->channel_text) == 0);
}

/* What the exchange would not tell apart is asked for once. */
static bool is_same_name(const struct cmb_seat *a, const struct cmb_seat *b)
{
    return strcmp(a->subscription->name_text, b->subscription->name_text) == 0 &&
           strcmp(a->subscription->channel_text, b->subscription->channel_text) == 0;
}

static bool is_named_before(struct cmb_seat *const *batch, uint32_t count,
                            const struct cmb_seat *seat)
{
    for (uint32_t i = 0; i < count; i++)
        if (is_same_name(batch[i], seat))
            return true;
    return false;
}

static uint32_t gather(struct cmb_line *line, struct cmb_seat *first, bool is_by_channel,
                       struct cmb_seat **batch)
{
    uint32_t most = line->dialect->row->topics_per_message, count = 0;
    struct cmb_seat *seat;
    if (most == ALTOGETHER || most > TOPICS_MOST)
        most = TOPICS_MOST;
    batch[count++] = first;
    for (seat = TAILQ_NEXT(first, link); seat && count < most; seat = TAILQ_NEXT(seat, link))
        if (fits(first, seat, is_by_channel))
            batch[count++] = seat;
    return count;
}

static void join_names(struct cmb_seat *const *batch, uint32_t count, struct cmb_buffer *ret)
{
    for (uint32_t i = 0; i < count; i++) {
        if (is_named_before(batch, i, batch[i]))
            continue;
        if (ret->length)
            cmb_buffer_add_char(ret, ',');
        cmb_buffer_add(ret, cmb_text_of(batch[i]->subscription->name_text));
    }
}

/* Sends one message about the first seat and what fits to it. */
static int say_batch(struct cmb_line *line, struct cmb_seat *first,
                     const struct cmb_template *message, struct cmb_seat **batch,
                     uint32_t *ret_count)
{
    char digits[CMB_NUMBER_SIZE];
    struct cmb_buffer topics;
    cmb_buffer_init(&topics, TOPICS_BYTES_MOST);
    *ret_count = gather(line, first, speaks_of_channel(message), batch);
    join_names(batch, *ret_count, &topics);
    struct cmb_text number = cmb_text_of_number(++line->last_number, digits);
    int status = cmb_buffer_is_whole(&topics)
                     ? cmb_line_say(line, message,
                                    cmb_text_of(first->subscription->channel_text),
                                    cmb_text_of(cmb_buffer_string(&topics)), number)
                     : CAMBIST_TOO_LARGE;
    cmb_buffer_clear(&topics);
    return status;
}

/* ---- what is said next ---- */

static struct cmb_seat *find_seat(struct cmb_line *line, uint32_t ask)
{
    struct cmb_seat *seat;
    TAILQ_FOREACH(seat, &line->seats, link)
        if (seat->ask == ask)
            return seat;
    return NULL;
}

static void wait_for_answer(struct cmb_seat *seat)
{
    struct cmb_subscription *subscription = seat->subscription;
    if (seat == cmb_seat_of(subscription))
        cmb_loop_start_timer(subscription->stream->loop, &subscription->silence,
                             CMB_ACKNOWLEDGE_MS * 1000000ll);
}

static int say_subscribe(struct cmb_line *line, struct cmb_seat *first)
{
    struct cmb_seat *batch[TOPICS_MOST];
    uint32_t count = 0;
    int status = say_batch(line, first, &line->dialect->subscribe, batch, &count);
    for (uint32_t i = 0; i < count && status == CAMBIST_OK; i++) {
        batch[i]->ask = CMB_ASK_SAID;
        batch[i]->number = line->last_number;
        batch[i]->tries++;
        wait_for_answer(batch[i]);
    }
    return status;
}

/* Whether another subscription lives on what the exchange calls by the same name. */
static bool is_shared(const struct cmb_line *line, const struct cmb_seat *leaving)
{
    const struct cmb_seat *seat;
    TAILQ_FOREACH(seat, &line->seats, link)
        if (seat != leaving && seat->ask != CMB_ASK_LEAVING && is_same_name(seat, leaving))
            return true;
    return false;
}

static int say_unsubscribe(struct cmb_line *line, struct cmb_seat *first)
{
    struct cmb_seat *batch[TOPICS_MOST];
    uint32_t count = 1;
    batch[0] = first;
    int status = CAMBIST_OK;
    if (line->dialect->unsubscribe.count && first->subscription->channel->row->name &&
        !is_shared(line, first))
        status = say_batch(line, first, &line->dialect->unsubscribe, batch, &count);
    for (uint32_t i = 0; i < count && status == CAMBIST_OK; i++) {
        if (TAILQ_EMPTY(&batch[i]->subscription->listeners))
            cmb_subscription_free(batch[i]->subscription);
        else
            batch[i]->ask = CMB_ASK_NONE; /* a book's new beginning */
    }
    return status;
}

/* What comes unasked is granted by being connected. */
static bool grant_unasked(struct cmb_line *line)
{
    struct cmb_seat *seat = find_seat(line, CMB_ASK_NONE);
    for (; seat; seat = TAILQ_NEXT(seat, link)) {
        if (seat->ask == CMB_ASK_NONE &&
            (!line->dialect->subscribe.count || !seat->subscription->channel->row->name)) {
            cmb_grant(seat);
            return true;
        }
    }
    return false;
}

static int say_one(struct cmb_line *line)
{
    struct cmb_seat *leaving = find_seat(line, CMB_ASK_LEAVING);
    if (leaving)
        return say_unsubscribe(line, leaving);
    struct cmb_seat *asking = find_seat(line, CMB_ASK_NONE);
    return asking ? say_subscribe(line, asking) : CAMBIST_AGAIN;
}

void cmb_line_say_next(struct cmb_line *line)
{
    struct cmb_stream *stream = line->stream;
    int status = CAMBIST_OK;
    if (line->state != CMB_LINE_READY)
        return;
    while (grant_unasked(line))
        continue;
    while (status == CAMBIST_OK) {
        int64_t wait_ns = line->next_message_ns - cmb_stream_now_ns(stream);
        bool is_anything = find_seat(line, CMB_ASK_LEAVING) || find_seat(line, CMB_ASK_NONE);
        if (is_anything && wait_ns > 0) {
            cmb_loop_start_timer(stream->loop, &line->pace, wait_ns);
            return;
        }
        status = say_one(line);
    }
    if (status != CAMBIST_AGAIN)
        cmb_line_break(line, status, stream->error.message);
}

/* ---- what the exchange says to it ---- */

static uint32_t granted_state(const struct cmb_subscription *subscription)
{
    bool is_live = !subscription->feed ||
                   cmb_book_state(subscription->feed->book) == CMB_BOOK_LIVE;
    return is_live ? CAMBIST_WATCH_LIVE : CAMBIST_WATCH_RESYNCING;
}

void cmb_tell_granted(struct cmb_subscription *subscription)
{
    cmb_watch_for_silence(subscription);
    if (subscription->state != CAMBIST_WATCH_STALE) /* only data ends that */
        cmb_deliver_state(subscription, granted_state(subscription), NULL);
    if (subscription->feed)
        cmb_book_heal(subscription);
}

void cmb_grant(struct cmb_seat *seat)
{
    struct cmb_subscription *subscription = seat->subscription;
    if (seat->ask == CMB_ASK_GRANTED || seat->ask == CMB_ASK_LEAVING)
        return;
    seat->ask = CMB_ASK_GRANTED;
    seat->granted_ns = cmb_stream_now_ns(subscription->stream);
    seat->tries = 0;
    if (seat == cmb_seat_of(subscription))
        cmb_tell_granted(subscription);
}

/* The number that the answer speaks of; without one it speaks of the oldest that waits. */
static int64_t number_of(const struct cmb_line *line, const struct cmb_signal *signal,
                         const struct cmb_message *frame)
{
    int64_t number = 0;
    struct cmb_seat *seat;
    if (cmb_message_find_number(frame, signal->row->number, &number))
        return number;
    TAILQ_FOREACH(seat, &line->seats, link)
        if (seat->ask == CMB_ASK_SAID && (!number || seat->number < number))
            number = seat->number;
    return number;
}

static bool is_name_of(const struct cambist_market *market, struct cmb_text name)
{
    return !market || cmb_text_is(cmb_text_of(market->id), name) ||
           cmb_text_is(cmb_text_of(market->symbol), name) ||
           cmb_text_is(cmb_text_of(market->alias), name);
}

/* Whether an answer speaks of this one of a message's topics: what it does not say is no reason
 * against it. */
static bool speaks_of(const struct cmb_message *frame, const struct cmb_signal *signal,
                      const struct cmb_seat *seat)
{
    const struct cmb_subscription *subscription = seat->subscription;
    struct cmb_text channel = cmb_message_find(frame, signal->row->channel);
    struct cmb_text market = cmb_message_find(frame, signal->row->market);
    return (!market.length || is_name_of(subscription->market, market)) &&
           (!channel.length ||
            cmb_text_contains(cmb_text_of(subscription->channel_text), channel) ||
            cmb_text_contains(cmb_text_of(subscription->name_text), channel));
}

void cmb_acknowledge(struct cmb_line *line, const struct cmb_signal *signal,
                     struct cmb_message *frame)
{
    int64_t number = number_of(line, signal, frame), handle = 0;
    if (line->state == CMB_LINE_LOGIN) {
        cmb_line_ready(line); /* the first message was granted, and no other waits */
        return;
    }
    bool has_handle = cmb_message_find_number(frame, signal->row->handle, &handle);
    struct cmb_seat *seat, *next;
    for (seat = TAILQ_FIRST(&line->seats); seat; seat = next) {
        next = TAILQ_NEXT(seat, link);
        if (seat->ask != CMB_ASK_SAID || seat->number != number ||
            (line->dialect->row->acknowledges_each && !speaks_of(frame, signal, seat)))
            continue;
        seat->has_handle = has_handle;
        seat->handle = handle;
        cmb_grant(seat);
    }
}

static void fill_refusal(struct cmb_line *line, const struct cmb_signal *signal,
                         const struct cmb_message *frame, struct cambist_error *ret)
{
    struct cmb_text code = cmb_message_find(frame, signal->row->code);
    struct cmb_text message = cmb_message_find(frame, signal->row->message);
    struct cmb_buffer shown;
    cmb_buffer_init(&shown, 1024);
    cmb_buffer_add_escaped(&shown, message, 200);
    *ret = (struct cambist_error){ 0 };
    cmb_fail(ret, CAMBIST_REJECTED, "%s refused: %s", line->stream->desk->exchange->name.at,
             cmb_buffer_string(&shown));
    cmb_buffer_clear(&shown);
    snprintf(ret->code, sizeof ret->code, "%.*s", (int)(code.length < 32 ? code.length : 32),
             code.at ? code.at : "");
}

/* Of several in a message that are not told apart nobody knows who was refused: each is asked for
 * by itself. */
static uint32_t count_of(const struct cmb_line *line, int64_t number,
                         const struct cmb_message *frame, const struct cmb_signal *signal)
{
    uint32_t count = 0;
    const struct cmb_seat *seat;
    TAILQ_FOREACH(seat, &line->seats, link)
        count += seat->ask == CMB_ASK_SAID && seat->number == number &&
                 speaks_of(frame, signal, seat);
    return count;
}

static void refuse_seat(struct cmb_seat *seat, const struct cambist_error *error, bool is_one)
{
    if (!is_one) {
        seat->ask = CMB_ASK_NONE;
        seat->is_alone = true;
        return;
    }
    seat->ask = CMB_ASK_REFUSED;
    cmb_loop_stop_timer(seat->subscription->stream->loop, &seat->subscription->silence);
    cmb_deliver_state(seat->subscription, CAMBIST_WATCH_FAILED, error);
}

void cmb_refuse_message(struct cmb_line *line, const struct cmb_signal *signal,
                        struct cmb_message *frame)
{
    struct cambist_error error;
    struct cmb_seat *seat, *next;
    fill_refusal(line, signal, frame, &error);
    if (line->state == CMB_LINE_LOGIN) {
        cmb_line_break(line, CAMBIST_DENIED, error.message);
        return;
    }
    int64_t number = number_of(line, signal, frame);
    bool is_one = count_of(line, number, frame, signal) == 1;
    for (seat = TAILQ_FIRST(&line->seats); seat; seat = next) {
        next = TAILQ_NEXT(seat, link);
        if (seat->ask == CMB_ASK_SAID && seat->number == number && speaks_of(frame, signal, seat))
            refuse_seat(seat, &error, is_one);
    }
    cmb_line_say_next(line);
}

/* ---- asking anew ---- */

void cmb_ask_again(struct cmb_subscription *subscription)
{
    struct cmb_seat *seat = cmb_seat_of(subscription);
    if (!seat->line)
        return;
    if (!seat->line->dialect->unsubscribe.count && seat->line->dialect->subscribe.count == 0) {
        cmb_line_break(seat->line, CAMBIST_OUT_OF_SYNC, "a book can only begin anew by connecting");
        return;
    }
    seat->ask = seat->ask == CMB_ASK_GRANTED && seat->line->dialect->unsubscribe.count
                    ? CMB_ASK_LEAVING : CMB_ASK_NONE;
    cmb_line_say_next(seat->line);
}

void cmb_ask_late(struct cmb_seat *seat)
{
    struct cambist_error error = { 0 };
    if (seat->tries < CMB_ASK_TRIES) {
        seat->ask = CMB_ASK_NONE;
        cmb_line_say_next(seat->line);
        return;
    }
    cmb_fail_plain(&error, CAMBIST_TIMEOUT, CMB_TEXT("the exchange did not answer a subscription"));
    refuse_seat(seat, &error, /* is_one= */ true);
}

void cmb_subscription_leave(struct cmb_subscription *subscription)
{
    struct cmb_listener *listener;
    struct cmb_seat *seat = cmb_seat_of(subscription);
    TAILQ_FOREACH(listener, &subscription->listeners, link)
        if (!listener->is_leaving)
            return;
    if (subscription->stream->delivering)
        return; /* behind the delivery */
    if (seat->line && seat->line->state == CMB_LINE_READY &&
        (seat->ask == CMB_ASK_GRANTED || seat->ask == CMB_ASK_SAID)) {
        seat->ask = CMB_ASK_LEAVING;
        cmb_line_say_next(seat->line);
    } else if (!subscription->is_dead) {
        cmb_subscription_free(subscription);
    }
}
