/* What is late, dead, or soon to be cut, and what is done about it? */
#include "stream/way.h"

#include "crypto/random.h"

enum { SILENCE_DOUBLINGS = 6, HAND_OVER_MS = 2000 };

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
                     : line->stream->network->send_ping(line->socket, (struct cmb_text){ 0 });
    if (line->next_message_ns < next_message_ns)
        line->next_message_ns = next_message_ns;
    if (status == CAMBIST_OK)
        cmb_loop_start_timer(line->stream->loop, timer,
                             line->dialect->row->ping_ms * millisecond_ns);
}

static void end_hand_over(struct cmb_line *line);

static void on_life(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_line *line = user;
    if (line->heir)
        end_hand_over(line);
    else
        cmb_line_hand_over(line);
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

/* The old line stays for a while behind the moment in which its heir was granted what it asked for:
 * it may be the slower one, and what is silent changes over without data. */
static bool may_end(const struct cmb_seat *old, const struct cmb_seat *new)
{
    int64_t now_ns = cmb_stream_now_ns(old->subscription->stream);
    return new->ask == CMB_ASK_GRANTED &&
           now_ns - new->granted_ns >= HAND_OVER_MS * millisecond_ns;
}

static void end_hand_over(struct cmb_line *line)
{
    struct cmb_seat *seat, *next;
    for (seat = TAILQ_FIRST(&line->seats); seat; seat = next) {
        next = TAILQ_NEXT(seat, link);
        struct cmb_seat *new = cmb_seat_other(seat);
        if (new->line == line->heir && may_end(seat, new))
            cmb_seat_inherit(seat);
    }
    if (line->seat_count)
        cmb_loop_start_timer(line->stream->loop, &line->life, HAND_OVER_MS * millisecond_ns);
}

/* The heir is to be left itself: whatever it has not got yet, it has now. */
static void end_hand_over_to(struct cmb_line *heir)
{
    struct cmb_line *line;
    struct cmb_seat *seat, *next;
    TAILQ_FOREACH(line, &heir->stream->lines, link)
        if (line->heir == heir)
            break;
    for (seat = line ? TAILQ_FIRST(&line->seats) : NULL; seat; seat = next) {
        next = TAILQ_NEXT(seat, link);
        if (cmb_seat_other(seat)->line == heir)
            cmb_seat_inherit(seat);
    }
    heir->is_taking_over = false;
    if (line)
        line->heir = NULL;
}

void cmb_line_hand_over(struct cmb_line *line)
{
    struct cmb_stream *stream = line->stream;
    struct cmb_seat *seat;
    if (line->heir)
        return;
    struct cmb_line *heir = cmb_line_new(stream, line->dialect);
    if (!heir)
        return;
    if (line->is_taking_over)
        end_hand_over_to(line);
    line->heir = heir;
    heir->is_taking_over = true;
    stream->counts.handovers++;
    TAILQ_FOREACH(seat, &line->seats, link)
        if (seat->ask != CMB_ASK_LEAVING || !TAILQ_EMPTY(&seat->subscription->listeners))
            cmb_seat_take(cmb_seat_other(seat), heir);
    cmb_loop_start_timer(stream->loop, &line->life, HAND_OVER_MS * millisecond_ns);
    cmb_line_open(heir);
}

void cmb_seat_inherit(struct cmb_seat *old)
{
    struct cmb_subscription *subscription = old->subscription;
    bool counts = old == cmb_seat_of(subscription);
    if (counts)
        subscription->seat = !subscription->seat;
    cmb_seat_leave(old);
    if (counts)
        cmb_watch_for_silence(subscription);
}

/* Trades of the old line that come later are told once, by their ids; of all else the heir's are
 * newer. */
static bool is_wanted_late(const struct cmb_subscription *subscription)
{
    return subscription->channel->endpoint.fields.schema ==
           cmb_record_schema_of(CAMBIST_RECORD_TRADE);
}

bool cmb_line_counts(struct cmb_subscription *subscription, struct cmb_line *line, bool is_ahead)
{
    struct cmb_seat *seat = cmb_seat_of(subscription), *other = cmb_seat_other(seat);
    if (!line || seat->line == line || !seat->line)
        return true;
    if (other->line != line)
        return false;
    if (line->heir == seat->line)
        return is_wanted_late(subscription);
    if (is_ahead)
        return false;
    subscription->seat = !subscription->seat;
    cmb_watch_for_silence(subscription);
    return true;
}
