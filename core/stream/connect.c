/* Which connection carries a subscription, and when may it be opened? */
#include "stream/way.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "crypto/random.h"
#include "limit/retry_after.h"

enum { ADMIT_AGAIN_MS = 250 };

/* ---- seats ---- */

void cmb_seat_take(struct cmb_seat *seat, struct cmb_line *line)
{
    seat->line = line;
    seat->ask = CMB_ASK_NONE;
    seat->tries = 0;
    seat->has_handle = false;
    TAILQ_INSERT_TAIL(&line->seats, seat, link);
    line->seat_count++;
}

/* A line without seats is closed in a turn of its own: who calls may stand in one of its loops. */
void cmb_seat_leave(struct cmb_seat *seat)
{
    struct cmb_line *line = seat->line;
    if (!line)
        return;
    TAILQ_REMOVE(&line->seats, seat, link);
    line->seat_count--;
    seat->line = NULL;
    seat->ask = CMB_ASK_NONE;
    if (!line->seat_count)
        cmb_loop_start_timer(line->stream->loop, &line->retry, 0);
}

static bool has_room(const struct cmb_line *line)
{
    uint32_t most = line->dialect->row->topics_per_connection;
    return !line->is_taking_over && !line->heir && (!most || line->seat_count < most);
}

bool cmb_line_seat(struct cmb_subscription *subscription)
{
    struct cmb_stream *stream = subscription->stream;
    const struct cmb_dialect *dialect =
        &stream->desk->exchange->plugin->dialects[subscription->channel->dialect];
    struct cmb_line *line;
    TAILQ_FOREACH(line, &stream->lines, link)
        if (line->dialect == dialect && has_room(line))
            break;
    if (!line && !(line = cmb_line_new(stream, dialect)))
        return false;
    cmb_seat_take(cmb_seat_of(subscription), line);
    if (line->state == CMB_LINE_READY) /* together with what else is asked for in this turn */
        cmb_loop_start_timer(stream->loop, &line->pace, 0);
    else if (line->state == CMB_LINE_RESTING && !cmb_timer_is_running(&line->retry))
        cmb_loop_start_timer(stream->loop, &line->retry, 0);
    return true;
}

/* ---- lines ---- */

static void on_retry(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_line *line = user;
    if (TAILQ_EMPTY(&line->seats))
        cmb_line_free(line);
    else if (line->state == CMB_LINE_LOGIN)
        cmb_line_break(line, CAMBIST_TIMEOUT, "the exchange did not answer the login");
    else if (line->state == CMB_LINE_RESTING)
        cmb_line_open(line);
}

static void on_pace(struct cmb_timer *timer, void *user)
{
    (void)timer;
    cmb_line_say_next(user);
}

struct cmb_line *cmb_line_new(struct cmb_stream *stream, const struct cmb_dialect *dialect)
{
    struct cmb_line *line = cmb_calloc(1, sizeof *line);
    if (!line)
        return NULL;
    line->stream = stream;
    line->dialect = dialect;
    line->state = CMB_LINE_RESTING;
    line->retry = (struct cmb_timer){ .on_due = on_retry, .user = line };
    line->pace = (struct cmb_timer){ .on_due = on_pace, .user = line };
    cmb_line_init_clocks(line);
    TAILQ_INIT(&line->seats);
    TAILQ_INSERT_TAIL(&stream->lines, line, link);
    return line;
}

static void close_socket(struct cmb_line *line)
{
    cmb_line_stop_clocks(line);
    if (line->socket)
        line->stream->network->close_websocket(line->socket);
    line->socket = NULL;
    line->has_sequence = false;
    line->next_message_ns = 0;
}

static void drop_token(struct cmb_line *line)
{
    if (line->token)
        explicit_bzero(line->token, strlen(line->token));
    free(line->token);
    free(line->url);
    line->token = line->url = NULL;
}

void cmb_line_free(struct cmb_line *line)
{
    struct cmb_stream *stream = line->stream;
    struct cmb_line *other;
    struct cmb_seat *seat;
    close_socket(line);
    cmb_loop_stop_timer(stream->loop, &line->retry);
    cmb_loop_stop_timer(stream->loop, &line->pace);
    while ((seat = TAILQ_FIRST(&line->seats)))
        cmb_seat_leave(seat);
    cmb_loop_stop_timer(stream->loop, &line->retry);
    TAILQ_FOREACH(other, &stream->lines, link)
        if (other->heir == line)
            other->heir = NULL;
    if (!line->is_dead)
        TAILQ_REMOVE(&stream->lines, line, link);
    if (line->heir)
        line->heir->is_taking_over = false;
    line->heir = NULL;
    if (line->is_asking) { /* what is with the network ends first */
        line->is_dead = true;
        return;
    }
    cmb_run_free(line->token_run);
    cmb_target_free(line->target);
    drop_token(line);
    free(line->path);
    free(line);
}

/* ---- losing a connection ---- */

/* What was subscribed to waits for the next connection; its book claims nothing any more. */
static void lose_subscription(struct cmb_subscription *subscription,
                              const struct cambist_error *error)
{
    cmb_loop_stop_timer(subscription->stream->loop, &subscription->silence);
    if (subscription->feed)
        cmb_book_break(subscription->feed->book, CMB_BOOK_DISCONNECTED);
    cmb_deliver_state(subscription, CAMBIST_WATCH_WAITING, error);
}

/* The next connection is on its way already, or there. */
static void fall_to_heir(struct cmb_seat *seat, const struct cambist_error *error)
{
    struct cmb_subscription *subscription = seat->subscription;
    bool counts = seat == cmb_seat_of(subscription);
    if (counts && seat->ask != CMB_ASK_REFUSED)
        lose_subscription(subscription, error);
    cmb_seat_inherit(seat);
    if (counts && cmb_seat_of(subscription)->ask == CMB_ASK_GRANTED)
        cmb_tell_granted(subscription);
}

static void lose_seats(struct cmb_line *line, const struct cambist_error *error)
{
    struct cmb_seat *seat, *next;
    for (seat = TAILQ_FIRST(&line->seats); seat; seat = next) {
        next = TAILQ_NEXT(seat, link);
        struct cmb_subscription *subscription = seat->subscription;
        bool counts = seat == cmb_seat_of(subscription);
        if (seat->ask == CMB_ASK_LEAVING && TAILQ_EMPTY(&subscription->listeners)) {
            cmb_subscription_free(subscription);
            continue;
        }
        if (line->heir && cmb_seat_other(seat)->line == line->heir) {
            fall_to_heir(seat, error);
            continue;
        }
        if (seat->ask != CMB_ASK_REFUSED)
            seat->ask = CMB_ASK_NONE;
        seat->has_handle = false;
        if (counts && seat->ask != CMB_ASK_REFUSED)
            lose_subscription(subscription, error);
    }
}

/* The exchange itself has said no, or cannot serve; all else is taken for the network's fault. */
static bool is_refused(uint32_t status)
{
    return status == CAMBIST_RATE_LIMITED || status == CAMBIST_DENIED ||
           status == CAMBIST_PERMISSION || status == CAMBIST_BANNED ||
           status == CAMBIST_MAINTENANCE || status == CAMBIST_REJECTED;
}

static int64_t wait_ns(struct cmb_line *line, uint32_t status)
{
    struct cmb_stream *stream = line->stream;
    uint64_t chance = cmb_random_number(stream->desk->exchange->random);
    return cmb_backoff_wait_ns(is_refused(status) ? &stream->refused_backoff : &stream->backoff,
                               line->attempt++, chance);
}

static void rest(struct cmb_line *line, uint32_t status, int64_t at_least_ns)
{
    int64_t own_ns = wait_ns(line, status);
    line->state = CMB_LINE_RESTING;
    cmb_loop_start_timer(line->stream->loop, &line->retry,
                         own_ns > at_least_ns ? own_ns : at_least_ns);
}

static void lose(struct cmb_line *line, const struct cambist_error *error, int64_t at_least_ns)
{
    close_socket(line);
    drop_token(line);
    line->stream->counts.losses++;
    lose_seats(line, error);
    rest(line, error->status, at_least_ns);
    if (!line->seat_count) /* nothing waits for it: it goes */
        cmb_loop_start_timer(line->stream->loop, &line->retry, 0);
}

void cmb_line_break(struct cmb_line *line, int status, const char *reason)
{
    struct cambist_error error = { 0 };
    cmb_fail_plain(&error, status, cmb_text_of(reason));
    lose(line, &error, 0);
}

/* ---- what the connection tells ---- */

static void on_open(struct cmb_websocket *websocket, void *user)
{
    (void)websocket;
    struct cmb_line *line = user;
    cmb_line_start_clocks(line);
    cmb_line_login(line);
}

static void on_message(struct cmb_websocket *websocket, const struct cmb_websocket_message *message,
                       void *user)
{
    (void)websocket;
    struct cmb_line *line = user;
    struct cmb_stream *stream = line->stream;
    struct cmb_text text = message->payload;
    cmb_tap_received(line, text, message->is_text);
    if (!message->is_text && line->dialect->row->unpack &&
        cmb_message_unpack(line, &text) != CAMBIST_OK)
        return;
    cmb_message_take(stream, line, text, message->received_ns);
}

static int64_t retry_after_ns(struct cmb_line *line, const struct cmb_websocket_end *end)
{
    if (!end->retry_after.length)
        return 0;
    int64_t exchange_ns = cmb_exchange_now_ns(line->stream->desk->exchange);
    return cmb_retry_after_parse_ms(end->retry_after, exchange_ns, &cmb_retry_bounds_usual, NULL) *
           1000000;
}

static void on_close(struct cmb_websocket *websocket, const struct cmb_websocket_end *end,
                     void *user)
{
    (void)websocket;
    struct cmb_line *line = user;
    struct cambist_error error = { 0 };
    if (end->status == CAMBIST_OK)
        cmb_fail_plain(&error, CAMBIST_UNAVAILABLE, CMB_TEXT("the exchange closed the connection"));
    else
        error = *end->error;
    if (end->http_status >= 500)
        error.status = CAMBIST_MAINTENANCE;
    lose(line, &error, retry_after_ns(line, end));
}

static const struct cmb_websocket_events events = { .on_open = on_open, .on_message = on_message,
                                                    .on_close = on_close };

/* ---- opening ---- */

static void fill_random(void *user, void *to, size_t size)
{
    cmb_random_fill(user, to, size);
}

/* The server's own path, then the dialect's. */
static int render_path(struct cmb_line *line)
{
    struct cmb_stream *stream = line->stream;
    const struct cmb_server *server = &stream->desk->exchange->servers[line->dialect->server];
    struct cmb_text path = { 0 }, missing = { 0 };
    cmb_line_start_call(line);
    int status = cmb_render(stream->call, &line->dialect->path, &path, &missing);
    if (missing.at)
        return cmb_fail(&stream->error, CAMBIST_DENIED, "a stream's path needs \"%.*s\"",
                        (int)missing.length, missing.at);
    if (status != CAMBIST_OK)
        return status;
    free(line->path);
    struct cmb_text base = server->base;
    if (cmb_asprintf(&line->path, "%.*s%.*s", (int)base.length, base.at ? base.at : "",
                 (int)path.length, path.at) < 0)
        line->path = NULL;
    return line->path ? CAMBIST_OK : CAMBIST_NO_MEMORY;
}

static struct cmb_websocket_settings socket_settings(struct cmb_line *line)
{
    static const enum cmb_websocket_codec codecs[] = {
        [CAMBIST_TEXT_CODEC] = CMB_WEBSOCKET_PLAIN,
        [CAMBIST_GZIP_CODEC] = CMB_WEBSOCKET_GZIP,
        [CAMBIST_DEFLATE_CODEC] = CMB_WEBSOCKET_DEFLATE,
    };
    const struct cambist_dialect *row = line->dialect->row;
    uint32_t quiet_ms = row->quiet_ms ? row->quiet_ms : CMB_QUIET_MS;
    return (struct cmb_websocket_settings){
        .target = line->target,
        .path = cmb_text_of(*line->path ? line->path : "/"),
        .fill_random = fill_random,
        .random_user = line->stream->desk->exchange->random,
        .quiet_ms = quiet_ms / 2,
        .pong_ms = quiet_ms - quiet_ms / 2,
        .offers_deflate = row->may_deflate,
        .codec = codecs[row->codec],
        .events = &events,
        .user = line,
    };
}

static int open_socket(struct cmb_line *line)
{
    struct cmb_stream *stream = line->stream;
    const char *url = line->url ? line->url
                                : stream->desk->exchange->servers[line->dialect->server].url;
    if (!url)
        return cmb_fail(&stream->error, CAMBIST_NOT_SUPPORTED, "%s: there is no server \"%s\" here",
                        stream->desk->exchange->name.at, line->dialect->row->server);
    int status = render_path(line);
    cmb_target_free(line->target);
    line->target = status == CAMBIST_OK ? cmb_target_new(url, &stream->error) : NULL;
    if (!line->target)
        return status == CAMBIST_OK ? (int)stream->error.status : status;
    struct cmb_websocket_settings settings = socket_settings(line);
    line->connection = ++stream->connections;
    line->state = CMB_LINE_CONNECTING;
    stream->counts.connections++;
    cmb_tap_opened(line);
    line->socket = stream->network->open_websocket(stream->network, &settings, &stream->error);
    return line->socket ? CAMBIST_OK : (int)stream->error.status;
}

static void open_or_rest(struct cmb_line *line)
{
    int status = open_socket(line);
    if (status != CAMBIST_OK)
        cmb_line_break(line, status, line->stream->error.message);
}

/* ---- tokens ---- */

static bool keep_token(struct cmb_line *line, const struct cambist_stream_key *key)
{
    drop_token(line);
    line->token = cmb_strdup(key->token ? key->token : "");
    line->url = key->url ? cmb_strdup(key->url) : NULL;
    return line->token != NULL;
}

bool cmb_line_end_asking(struct cmb_line *line)
{
    line->is_asking = false;
    if (!line->is_dead)
        return true;
    cmb_line_free(line);
    return false;
}

static void on_token(struct cmb_run *run, void *user)
{
    struct cmb_line *line = user;
    if (!cmb_line_end_asking(line) || line->state != CMB_LINE_TOKEN)
        return;
    if (run->error.status == CAMBIST_OK && run->call->row_count &&
        keep_token(line, (const struct cambist_stream_key *)(const void *)run->call->rows))
        open_or_rest(line);
    else
        lose(line, &run->error, run->error.retry_after_ms * 1000000ll);
}

void cmb_line_ask_token(struct cmb_line *line, uint32_t operation, cmb_run_done_fn *on_done)
{
    struct cmb_stream *stream = line->stream;
    const struct cmb_endpoint *endpoint;
    if (line->is_asking)
        return;
    if (!line->token_run && !(line->token_run = cmb_run_new())) {
        cmb_line_break(line, CAMBIST_NO_MEMORY, "no memory for a token");
        return;
    }
    cmb_line_start_call(line);
    endpoint = stream->call->endpoint;
    cmb_run_init(line->token_run, stream->desk, operation);
    line->token_run->may_skip_markets = true;
    line->token_run->call->spoken.token = cmb_text_of(line->token);
    if (endpoint->row->kinds)
        line->token_run->call->arguments.values[CAMBIST_ARGUMENT_kind] = cmb_vocabulary_word(
            cmb_vocabulary_of(CMB_MEMBER_KIND), endpoint->row->kinds & (0 - endpoint->row->kinds));
    line->is_asking = true;
    cmb_run_start(line->token_run, on_done, line);
}

/* The exchange counts attempts by address: all accounts of this process share the budget. */
static int64_t admission_wait_ns(struct cmb_line *line)
{
    struct cmb_stream *stream = line->stream;
    if (line->dialect->connects < 0)
        return 0;
    struct cmb_bucket *bucket =
        cmb_desk_bucket(stream->desk, (uint32_t)line->dialect->connects);
    return cmb_bucket_take(bucket, 1, CMB_LANE_NORMAL, cmb_stream_now_ns(stream));
}

void cmb_line_open(struct cmb_line *line)
{
    if (!line->stream->network)
        return;
    int64_t wait = admission_wait_ns(line);
    if (wait) {
        cmb_loop_start_timer(line->stream->loop, &line->retry,
                             wait == CMB_BUCKET_NEVER ? ADMIT_AGAIN_MS * 1000000ll : wait);
        return;
    }
    cmb_fail_reset(&line->stream->error);
    if (line->dialect->row->needs_token) {
        line->state = CMB_LINE_TOKEN;
        cmb_line_ask_token(line, CAMBIST_OPERATION_open_stream, on_token);
    } else {
        open_or_rest(line);
    }
}

void cmb_line_ready(struct cmb_line *line)
{
    if (line->state == CMB_LINE_READY)
        return;
    cmb_loop_stop_timer(line->stream->loop, &line->retry);
    line->state = CMB_LINE_READY;
    cmb_line_say_next(line);
}
