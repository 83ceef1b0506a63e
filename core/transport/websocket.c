/* How does a WebSocket come about, how long is it waited for, and how does it end? */
#include "transport/websocket_inner.h"

#include "base/fail.h"
#include "base/memory.h"

#include <stdlib.h>

static const struct cmb_websocket_events events_none = { 0 };

/* --- within a call of the loop nothing is freed --- */

static void release(struct cmb_websocket *websocket)
{
    struct cmb_websocket_handshake *handshake = websocket->handshake;
    if (handshake)
        cmb_http_clear(&handshake->http);
    free(handshake);
    cmb_websocket_wipe(websocket);
    cmb_frame_reader_clear(&websocket->reader);
    cmb_inflater_clear(&websocket->inflater);
    cmb_inflater_clear(&websocket->decoder);
    cmb_buffer_clear(&websocket->inflated);
    cmb_buffer_clear(&websocket->decoded);
    free(websocket);
}

static void enter(struct cmb_websocket *websocket)
{
    websocket->calls++;
}

static void leave(struct cmb_websocket *websocket)
{
    if (--websocket->calls == 0 && websocket->is_released)
        release(websocket);
}

/* --- the end --- */

/* Nothing is called any more. */
static void stop(struct cmb_websocket *websocket)
{
    websocket->state = CMB_WEBSOCKET_ENDED;
    cmb_loop_stop_timer(websocket->settings.loop, &websocket->timer);
    cmb_loop_unpost(websocket->settings.loop, &websocket->post);
    cmb_connection_close(websocket->connection);
    websocket->connection = NULL;
}

static void fill_refusal(const struct cmb_websocket *websocket, struct cmb_websocket_end *end)
{
    const struct cmb_http *http = &websocket->handshake->http;
    if (!http->has_headers)
        return;
    end->http_status = cmb_http_status(http);
    end->headers = http->headers;
    end->header_count = http->header_count;
    end->retry_after = cmb_header_find(http->headers, http->header_count, CMB_TEXT("Retry-After"));
    if (http->status == CAMBIST_OK)
        end->body = cmb_buffer_text(&http->body);
}

void cmb_websocket_end(struct cmb_websocket *websocket, int status, const char *reason)
{
    const struct cmb_websocket_settings *settings = &websocket->settings;
    if (cmb_websocket_is_over(websocket))
        return;
    stop(websocket);
    if (status != CAMBIST_OK)
        cmb_fail_plain(&websocket->error, status, cmb_text_of(reason));
    struct cmb_websocket_end end = { .status = status,
                                     .was_open = websocket->facts.opened_ns != 0,
                                     .is_said = websocket->is_said,
                                     .code = websocket->code ? websocket->code
                                                             : (uint16_t)CMB_CLOSE_ABNORMAL,
                                     .reason = { websocket->reason, websocket->reason_length },
                                     .error = &websocket->error };
    if (websocket->handshake)
        fill_refusal(websocket, &end);
    if (settings->events->on_close)
        settings->events->on_close(websocket, &end, settings->user);
}

void cmb_websocket_fail(struct cmb_websocket *websocket, int status, uint16_t code,
                        const char *reason)
{
    if (websocket->state == CMB_WEBSOCKET_OPEN)
        cmb_websocket_put_close(websocket, code, CMB_TEXT(""));
    websocket->code = code;
    cmb_websocket_end(websocket, status, reason);
}

/* --- waiting --- */

static void start_timer(struct cmb_websocket *websocket, uint32_t after_ms)
{
    cmb_loop_start_timer(websocket->settings.loop, &websocket->timer, (int64_t)after_ms * 1000000);
}

/* Nothing is done per message: the timer looks back at the last byte. */
static void start_quiet(struct cmb_websocket *websocket)
{
    int64_t quiet_ns = (int64_t)websocket->settings.quiet_ms * 1000000;
    websocket->is_pinged = false;
    cmb_loop_start_timer_at(websocket->settings.loop, &websocket->timer,
                            websocket->facts.received_ns + quiet_ns);
}

static void ask_whether_alive(struct cmb_websocket *websocket)
{
    websocket->is_pinged = true;
    websocket->pinged_at = websocket->facts.received_bytes;
    start_timer(websocket, websocket->settings.pong_ms);
    cmb_websocket_put(websocket, CMB_FRAME_PING, CMB_TEXT(""), CMB_WEBSOCKET_CONTROL_ROOM);
}

static void check_silence(struct cmb_websocket *websocket)
{
    int64_t quiet_ns = (int64_t)websocket->settings.quiet_ms * 1000000;
    int64_t now_ns = cmb_loop_now_ns(websocket->settings.loop);
    bool is_heard = websocket->is_pinged ? websocket->facts.received_bytes != websocket->pinged_at
                                         : now_ns - websocket->facts.received_ns < quiet_ns;
    if (is_heard)
        start_quiet(websocket);
    else if (!websocket->is_pinged)
        ask_whether_alive(websocket);
    else
        cmb_websocket_end(websocket, CAMBIST_TIMEOUT, "the server is silent, also when asked");
}

static void on_due(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_websocket *websocket = user;
    enter(websocket);
    if (websocket->state == CMB_WEBSOCKET_SHAKING)
        cmb_websocket_give_up(websocket, CAMBIST_TIMEOUT, "no handshake in time");
    else if (websocket->state == CMB_WEBSOCKET_OPEN)
        check_silence(websocket);
    else if (websocket->state == CMB_WEBSOCKET_LEAVING)
        cmb_websocket_end(websocket, CAMBIST_TIMEOUT, "the server did not say goodbye in time");
    else
        cmb_websocket_end(websocket, CAMBIST_OK, NULL);
    leave(websocket);
}

void cmb_websocket_wake(struct cmb_websocket *websocket)
{
    cmb_loop_post(websocket->settings.loop, &websocket->post);
}

/* A write that failed after both goodbyes is no loss. */
static void end_of_writing(struct cmb_websocket *websocket)
{
    if (websocket->state == CMB_WEBSOCKET_SHAKING)
        cmb_websocket_give_up(websocket, websocket->failure, "the connection broke");
    else if (websocket->state == CMB_WEBSOCKET_LEFT)
        cmb_websocket_end(websocket, CAMBIST_OK, NULL);
    else
        cmb_websocket_end(websocket, websocket->failure,
                          "the connection broke while a message was written");
}

static void on_post(struct cmb_post *post, void *user)
{
    (void)post;
    struct cmb_websocket *websocket = user;
    enter(websocket);
    /* Also after a failure to write: the server may have said why it closed. */
    cmb_websocket_read_on(websocket);
    if (!cmb_websocket_is_over(websocket) && websocket->failure)
        end_of_writing(websocket);
    leave(websocket);
}

void cmb_websocket_on_ready(struct cmb_watch *watch, uint32_t events, void *user)
{
    (void)watch;
    struct cmb_websocket *websocket = user;
    enter(websocket);
    if (events & ~(uint32_t)EPOLLOUT)
        cmb_websocket_read_on(websocket);
    if (!cmb_websocket_is_over(websocket) && events & EPOLLOUT) {
        websocket->failure = cmb_websocket_flush(websocket);
        if (websocket->failure)
            cmb_websocket_wake(websocket);
    }
    leave(websocket);
}

/* --- the beginning --- */

static void on_connected(struct cmb_connection *connection, int status,
                         const struct cambist_error *error, void *user)
{
    struct cmb_websocket *websocket = user;
    enter(websocket);
    websocket->connection = connection;
    if (status != CAMBIST_OK) {
        websocket->error = *error;
        cmb_websocket_end(websocket, status, NULL);
    } else {
        websocket->state = CMB_WEBSOCKET_SHAKING;
        start_timer(websocket, websocket->settings.handshake_timeout_ms);
        websocket->failure = cmb_websocket_flush(websocket);
        if (websocket->failure)
            cmb_websocket_wake(websocket);
    }
    leave(websocket);
}

static void drop_handshake(struct cmb_websocket *websocket)
{
    cmb_http_clear(&websocket->handshake->http);
    free(websocket->handshake);
    websocket->handshake = NULL;
}

void cmb_websocket_begin(struct cmb_websocket *websocket)
{
    const struct cmb_websocket_settings *settings = &websocket->settings;
    struct cmb_frame_rules rules = { .role = CMB_FRAME_CLIENT,
                                     .message_bytes_most = settings->message_bytes_most,
                                     .may_deflate = websocket->facts.is_deflated };
    drop_handshake(websocket);
    cmb_frame_reader_init(&websocket->reader, &rules);
    websocket->state = CMB_WEBSOCKET_OPEN;
    websocket->facts.opened_ns = cmb_loop_now_ns(settings->loop);
    start_quiet(websocket);
    if (settings->events->on_open)
        settings->events->on_open(websocket, settings->user);
}

static uint32_t or_default(uint32_t value, uint32_t usual)
{
    return value ? value : usual;
}

static void settle_settings(struct cmb_websocket_settings *settings)
{
    settings->handshake_timeout_ms = or_default(settings->handshake_timeout_ms, 5000);
    settings->leave_timeout_ms = or_default(settings->leave_timeout_ms, 2000);
    settings->quiet_ms = or_default(settings->quiet_ms, 15000);
    settings->pong_ms = or_default(settings->pong_ms, 10000);
    if (!settings->message_bytes_most)
        settings->message_bytes_most = CMB_FRAME_MESSAGE_BYTES_MOST;
    if (!settings->queue_bytes_most)
        settings->queue_bytes_most = CMB_WEBSOCKET_QUEUE_BYTES_MOST;
    if (!settings->events)
        settings->events = &events_none;
    settings->path = settings->subprotocols = (struct cmb_text){ 0 };
    settings->headers = NULL;
    settings->header_count = 0;
}

static struct cmb_websocket *make(const struct cmb_websocket_settings *settings)
{
    struct cmb_websocket *websocket = cmb_calloc(1, sizeof *websocket);
    if (!websocket)
        return NULL;
    websocket->settings = *settings;
    settle_settings(&websocket->settings);
    websocket->state = CMB_WEBSOCKET_CONNECTING;
    websocket->timer = (struct cmb_timer){ .on_due = on_due, .user = websocket };
    websocket->post = (struct cmb_post){ .on_run = on_post, .user = websocket };
    /* Twice what may wait, since what was written is not moved away at once; the request; a close.
     */
    cmb_buffer_init(&websocket->queue,
                    2 * (websocket->settings.queue_bytes_most + CMB_WEBSOCKET_CONTROL_ROOM +
                         CMB_WEBSOCKET_REQUEST_BYTES_MOST));
    websocket->handshake = cmb_calloc(1, sizeof *websocket->handshake);
    if (!websocket->handshake) {
        release(websocket);
        return NULL;
    }
    cmb_http_init(&websocket->handshake->http);
    return websocket;
}

struct cmb_websocket *cmb_websocket_open(const struct cmb_websocket_settings *settings,
                                         struct cambist_error *error)
{
    struct cmb_websocket *websocket = make(settings);
    if (!websocket) {
        cmb_fail(error, CAMBIST_NO_MEMORY, "no memory for a WebSocket");
        return NULL;
    }
    if (cmb_websocket_ask(websocket, settings, error) != CAMBIST_OK) {
        release(websocket);
        return NULL;
    }
    websocket->connection =
        cmb_connection_open(settings->connector, settings->target, on_connected, websocket);
    if (!websocket->connection) {
        cmb_fail(error, CAMBIST_NO_MEMORY, "no memory for a connection");
        release(websocket);
        return NULL;
    }
    return websocket;
}

void cmb_websocket_close(struct cmb_websocket *websocket)
{
    if (!websocket)
        return;
    stop(websocket);
    websocket->is_released = true;
    if (websocket->calls == 0)
        release(websocket);
}

/* --- goodbyes --- */

void cmb_websocket_part(struct cmb_websocket *websocket)
{
    if (websocket->state == CMB_WEBSOCKET_OPEN) {
        uint16_t code = websocket->code == CMB_CLOSE_NO_CODE ? 0 : websocket->code;
        if (cmb_websocket_put_close(websocket, code, CMB_TEXT("")) != CAMBIST_OK) {
            cmb_websocket_end(websocket, CAMBIST_OK, NULL); /* what matters was said */
            return;
        }
        start_timer(websocket, websocket->settings.leave_timeout_ms);
    }
    websocket->state = CMB_WEBSOCKET_LEFT;
}

int cmb_websocket_leave(struct cmb_websocket *websocket, uint16_t code, struct cmb_text reason)
{
    if (code != CMB_CLOSE_NORMAL && code != CMB_CLOSE_GOING_AWAY && (code < 3000 || code > 4999))
        return CAMBIST_BAD_ARGUMENT;
    if (websocket->state != CMB_WEBSOCKET_OPEN)
        return CAMBIST_CLOSED;
    int status = cmb_websocket_put_close(websocket, code, reason);
    if (status != CAMBIST_OK)
        return status;
    websocket->code = code;
    websocket->state = CMB_WEBSOCKET_LEAVING;
    start_timer(websocket, websocket->settings.leave_timeout_ms);
    return CAMBIST_OK;
}

const struct cmb_websocket_facts *cmb_websocket_facts(const struct cmb_websocket *websocket)
{
    return &websocket->facts;
}

const struct cmb_connection_facts *cmb_websocket_connection(const struct cmb_websocket *websocket)
{
    return websocket->connection ? cmb_connection_facts(websocket->connection) : NULL;
}
