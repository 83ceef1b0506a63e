/* What is late, dead, or soon to be cut, and what is done about it? */
#include "stream/way.h"

#include "crypto/random.h"

enum { SILENCE_DOUBLINGS = 6 };

static const int64_t millisecond_ns = 1000000;

/* ---- silence of one subscription ---- */

void cmb_note_data(struct cmb_subscription *subscription, int64_t received_ns)
{
    struct cmb_seat *seat = cmb_seat_of(subscription);
    subscription->data_ns = received_ns;
    subscription->silences = 0;
    if (seat->line)
        seat->line->attempt = 0; /* it works: the next loss is the first again */
    if (seat->ask == CMB_ASK_SAID)
        cmb_grant(seat);
    if (subscription->state != CAMBIST_WATCH_STALE)
        return;
    cmb_watch_for_silence(subscription);
    if (!subscription->feed)
        cmb_deliver_state(subscription, CAMBIST_WATCH_LIVE, NULL);
}

/* A connection is mute when everything on it that should have spoken is stale. */
static bool is_mute(const struct cmb_line *line)
{
    struct cmb_seat *seat;
    TAILQ_FOREACH(seat, &line->seats, link)
        if (seat->subscription->state != CAMBIST_WATCH_STALE &&
            (seat->subscription->channel->row->stale_ms || seat->ask != CMB_ASK_GRANTED))
            return false;
    return true;
}

/* The limit is the limit; only the patience with what is stale grows. */
static int64_t limit_ns(const struct cmb_subscription *subscription)
{
    unsigned doublings = subscription->silences < SILENCE_DOUBLINGS ? subscription->silences
                                                                     : SILENCE_DOUBLINGS;
    if (subscription->state != CAMBIST_WATCH_STALE)
        doublings = 0;
    return (subscription->channel->row->stale_ms * millisecond_ns) << doublings;
}

static void tell_stale(struct cmb_subscription *subscription)
{
    struct cambist_error error = { 0 };
    cmb_fail_plain(&error, CAMBIST_STALE, CMB_TEXT("silent for longer than this channel may be"));
    subscription->stream->counts.staleness++;
    if (subscription->feed)
        cmb_book_mark_stale(subscription->feed->book);
    cmb_deliver_state(subscription, CAMBIST_WATCH_STALE, &error);
}

/* Silence for the limit makes it stale and asks anew.  If that does not help, a mute connection is
 * replaced, each time after twice as long: a market may just be very quiet. */
static void fall_silent(struct cmb_subscription *subscription)
{
    struct cmb_seat *seat = cmb_seat_of(subscription);
    bool is_first = subscription->state != CAMBIST_WATCH_STALE;
    subscription->silences++;
    if (is_first)
        tell_stale(subscription);
    if (!is_first && is_mute(seat->line)) {
        cmb_line_break(seat->line, CAMBIST_STALE, "nothing comes, though it was asked for anew");
        return;
    }
    seat->granted_ns = cmb_stream_now_ns(subscription->stream); /* silence counts from here */
    cmb_watch_for_silence(subscription);
    if (is_first)
        cmb_ask_again(subscription);
}

void cmb_watch_for_silence(struct cmb_subscription *subscription)
{
    struct cmb_stream *stream = subscription->stream;
    struct cmb_seat *seat = cmb_seat_of(subscription);
    if (!seat->line || stream->observer)
        return;
    if (seat->ask == CMB_ASK_SAID) {
        cmb_ask_late(seat);
        return;
    }
    if (!subscription->channel->row->stale_ms || seat->ask != CMB_ASK_GRANTED)
        return;
    int64_t since_ns = subscription->data_ns > seat->granted_ns ? subscription->data_ns
                                                                : seat->granted_ns;
    int64_t due_ns = since_ns + limit_ns(subscription);
    if (due_ns <= cmb_stream_now_ns(stream))
        fall_silent(subscription);
    else
        cmb_loop_start_timer_at(stream->loop, &subscription->silence, due_ns);
}

/* ---- clocks of a line ---- */

static void on_ping(struct cmb_timer *timer, void *user)
{
    struct cmb_line *line = user;
    char digits[CMB_NUMBER_SIZE];
    struct cmb_text number = cmb_text_of_number(++line->last_number, digits);
    int64_t next_message_ns = line->next_message_ns;
    int status = line->dialect->ping.count
                     ? cmb_line_say(line, &line->dialect->ping, CMB_TEXT(""), CMB_TEXT(""), number)
                     : cmb_websocket_ping(line->socket, (struct cmb_text){ 0 });
    if (line->next_message_ns < next_message_ns)
        line->next_message_ns = next_message_ns;
    if (status == CAMBIST_OK)
        cmb_loop_start_timer(line->stream->loop, timer,
                             line->dialect->row->ping_ms * millisecond_ns);
}

static void on_life(struct cmb_timer *timer, void *user)
{
    (void)timer;
    cmb_line_hand_over(user);
}

static void on_kept(struct cmb_run *run, void *user)
{
    struct cmb_line *line = user;
    if (!cmb_line_end_asking(line) || line->state < CMB_LINE_LOGIN)
        return;
    if (run->error.status != CAMBIST_OK)
        cmb_line_hand_over(line); /* a key that cannot be kept is replaced before it dies */
    else
        cmb_loop_start_timer(line->stream->loop, &line->keep,
                             line->dialect->row->token_life_ms / 2 * millisecond_ns);
}

static void on_keep(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_line *line = user;
    const struct cmb_plugin *plugin = line->stream->desk->exchange->plugin;
    if (plugin->first_endpoints[CAMBIST_OPERATION_keep_stream] < plugin->endpoint_count)
        cmb_line_ask_token(line, CAMBIST_OPERATION_keep_stream, on_kept);
    else
        cmb_line_hand_over(line);
}

void cmb_line_init_clocks(struct cmb_line *line)
{
    line->ping = (struct cmb_timer){ .on_due = on_ping, .user = line };
    line->life = (struct cmb_timer){ .on_due = on_life, .user = line };
    line->keep = (struct cmb_timer){ .on_due = on_keep, .user = line };
}

/* Not all connections of a program are renewed in one moment. */
static int64_t life_ns(struct cmb_line *line)
{
    int64_t life = line->dialect->row->life_ms * millisecond_ns;
    uint64_t chance = cmb_random_number(line->stream->desk->exchange->random);
    return life / 20 * 18 + (int64_t)(chance % (uint64_t)(life / 20 + 1));
}

void cmb_line_start_clocks(struct cmb_line *line)
{
    const struct cambist_dialect *row = line->dialect->row;
    struct cmb_loop *loop = line->stream->loop;
    if (row->ping_ms)
        cmb_loop_start_timer(loop, &line->ping, row->ping_ms * millisecond_ns);
    if (row->life_ms)
        cmb_loop_start_timer(loop, &line->life, life_ns(line));
    if (row->needs_token && row->token_life_ms)
        cmb_loop_start_timer(loop, &line->keep, row->token_life_ms / 2 * millisecond_ns);
}

void cmb_line_stop_clocks(struct cmb_line *line)
{
    cmb_loop_stop_timer(line->stream->loop, &line->ping);
    cmb_loop_stop_timer(line->stream->loop, &line->life);
    cmb_loop_stop_timer(line->stream->loop, &line->keep);
}

/* ---- handing over ---- */

void cmb_line_hand_over(struct cmb_line *line)
{
    struct cmb_stream *stream = line->stream;
    struct cmb_seat *seat;
    if (line->heir || line->is_taking_over)
        return;
    struct cmb_line *heir = cmb_line_new(stream, line->dialect);
    if (!heir)
        return;
    line->heir = heir;
    heir->is_taking_over = true;
    stream->counts.handovers++;
    TAILQ_FOREACH(seat, &line->seats, link) {
        struct cmb_subscription *subscription = seat->subscription;
        if (seat->ask == CMB_ASK_LEAVING)
            continue;
        cmb_seat_take(&subscription->seats[!subscription->seat], heir);
    }
    cmb_line_open(heir);
}

/* The seat on the heir is now the one that counts. */
static void inherit(struct cmb_subscription *subscription)
{
    struct cmb_seat *old = cmb_seat_of(subscription);
    struct cmb_line *line = old->line;
    subscription->seat = !subscription->seat;
    cmb_seat_leave(old);
    if (line && !line->seat_count && line->heir) {
        line->heir->is_taking_over = false;
        line->heir = NULL;
    }
    cmb_watch_for_silence(subscription);
}

bool cmb_line_counts(struct cmb_subscription *subscription, struct cmb_line *line, bool is_ahead)
{
    struct cmb_seat *seat = cmb_seat_of(subscription);
    if (!line || seat->line == line || !seat->line)
        return true;
    struct cmb_seat *other = &subscription->seats[!subscription->seat];
    if (other->line != line || is_ahead)
        return false;
    inherit(subscription);
    return true;
}
