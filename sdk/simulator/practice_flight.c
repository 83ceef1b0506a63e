/* How does a request reach a practice exchange without a socket, and its answer the asker? */
#include "simulator/practice_network_inner.h"

#include <stdlib.h>

#include "base/fail.h"

enum { TIMEOUT_MS = 5000, ANSWER_BYTES_MOST = 64 << 20 };

static const int64_t millisecond_ns = 1000000;

/* Where it is; the asker may be gone in every stage but the first. */
enum stage { LEAVING = 1, ARRIVING, BEING_DONE, RETURNING };

struct cmb_practice_flight {
    TAILQ_ENTRY(cmb_practice_flight) link;
    struct cmb_practice_place *place;
    struct cmb_request asked;
    struct cmb_timer step, deadline;
    enum stage stage;
    bool is_told; /* the asker knows its end, or has cancelled */
    bool has_left;
    struct cmb_buffer request, answer;
    enum cmb_ending ending;
    uint64_t ticket;
    uint32_t fault;
    char headers[sizeof((struct cmb_sending *)0)->headers];
    int64_t queued_ns, started_ns;
    struct cambist_error error;
};

/* ---- life ---- */

static struct cmb_practice_flight *take(struct cmb_practice_network *network)
{
    struct cmb_practice_flight *flight = TAILQ_FIRST(&network->unused);
    if (flight) {
        TAILQ_REMOVE(&network->unused, flight, link);
    } else {
        flight = calloc(1, sizeof *flight);
        if (!flight)
            return NULL;
        cmb_buffer_init(&flight->request, CMB_REQUEST_BYTES_MOST);
        cmb_buffer_init(&flight->answer, ANSWER_BYTES_MOST);
    }
    TAILQ_INSERT_TAIL(&network->flying, flight, link);
    return flight;
}

/* Nothing of a request stays: it carries signatures. */
static void give(struct cmb_practice_flight *flight)
{
    struct cmb_practice_network *network = flight->place->network;
    cmb_loop_stop_timer(network->loop, &flight->step);
    cmb_loop_stop_timer(network->loop, &flight->deadline);
    if (flight->request.length)
        explicit_bzero(flight->request.at, flight->request.length);
    cmb_buffer_reset(&flight->request);
    cmb_buffer_reset(&flight->answer);
    TAILQ_REMOVE(&network->flying, flight, link);
    TAILQ_INSERT_HEAD(&network->unused, flight, link);
}

static bool is_under_way(const struct cmb_practice_flight *flight)
{
    return cmb_timer_is_running(&flight->step);
}

/* ---- telling ---- */

static void tell(struct cmb_practice_flight *flight, struct cmb_answer *answer)
{
    struct cmb_practice_network *network = flight->place->network;
    flight->is_told = true;
    cmb_loop_stop_timer(network->loop, &flight->deadline);
    answer->has_left = flight->has_left;
    answer->written_bytes = flight->has_left ? flight->request.length : 0;
    answer->queued_ns = flight->queued_ns;
    answer->started_ns = flight->started_ns;
    answer->complete_ns = cmb_loop_now_ns(network->loop);
    answer->error = &flight->error;
    flight->asked.on_answer(answer, flight->asked.user);
}

static void fail(struct cmb_practice_flight *flight, int status, struct cmb_text reason)
{
    struct cmb_answer answer = { .status = status };
    cmb_fail_plain(&flight->error, status, reason);
    tell(flight, &answer);
}

/* What a reader of this connection makes of the bytes and of its end; AGAIN: it waits for more. */
static int read_bytes(struct cmb_practice_flight *flight, const char **ret_reason)
{
    struct cmb_http *http = &flight->place->network->http;
    struct cmb_text bytes = cmb_buffer_text(&flight->answer);
    size_t used = 0;
    cmb_http_start(http, &(struct cmb_http_expect){
                             .body_bytes_most = flight->asked.body_bytes_most,
                             .is_head = flight->asked.is_head });
    int status = bytes.length ? cmb_http_read(http, bytes.at, bytes.length, &used) : CAMBIST_AGAIN;
    *ret_reason = http->reason;
    if (status == CAMBIST_OK && used < bytes.length) {
        *ret_reason = "the answer is longer than it says";
        return CAMBIST_GARBLED;
    }
    if (status != CAMBIST_AGAIN || flight->ending == CMB_ENDING_MUTE ||
        flight->ending == CMB_ENDING_KEPT)
        return status;
    *ret_reason = "the server closed without an answer";
    if (!bytes.length)
        return CAMBIST_UNAVAILABLE;
    *ret_reason = "the connection broke before the answer was whole";
    if (flight->ending == CMB_ENDING_RESET)
        return CAMBIST_UNAVAILABLE;
    status = cmb_http_end(http);
    *ret_reason = http->reason;
    return status;
}

static void tell_answer(struct cmb_practice_flight *flight)
{
    struct cmb_practice_network *network = flight->place->network;
    const char *reason = NULL;
    struct cmb_answer answer = { .status = read_bytes(flight, &reason),
                                 .first_byte_ns = cmb_loop_now_ns(network->loop) };
    if (answer.status == CAMBIST_AGAIN)
        return; /* the deadline tells it */
    if (answer.status != CAMBIST_OK)
        cmb_fail_plain(&flight->error, answer.status, cmb_text_of(reason));
    if (network->http.has_headers) {
        answer.http_status = cmb_http_status(&network->http);
        answer.headers = network->http.headers;
        answer.header_count = network->http.header_count;
    }
    if (answer.status == CAMBIST_OK)
        answer.body = cmb_buffer_text(&network->http.body);
    tell(flight, &answer);
}

/* ---- at the exchange ---- */

/* Our own core wrote it: a line, header lines, a blank line, a body. */
static struct cmb_text cut_request(struct cmb_text request, struct cmb_received *received)
{
    struct cmb_arena arena = received->arena;
    struct cmb_text line, target, name;
    cmb_arena_reset(&arena);
    received->header_count = received->query_count = received->form_count = 0;
    received->is_json = false;
    received->arena = arena;
    request = cmb_text_cut(request, '\n', &line);
    line = cmb_text_cut(line, ' ', &received->method);
    (void)cmb_text_cut(line, ' ', &target);
    while (request.length) {
        request = cmb_text_cut(request, '\n', &line);
        if (line.length <= 1)
            break;
        struct cmb_text value = cmb_text_cut((struct cmb_text){ line.at, line.length - 1 }, ':',
                                             &name);
        if (!value.at || received->header_count == CMB_RECEIVED_HEADERS)
            continue;
        value = cmb_text_trim(value);
        received->headers[received->header_count++] =
            (struct cmb_received_pair){ .name = name, .value = value };
        if (cmb_text_is(name, CMB_TEXT("Host")))
            received->host = value;
    }
    received->body = request.at ? request : CMB_TEXT("");
    return target;
}

static void start_step(struct cmb_practice_flight *flight, enum stage stage, int64_t after_ns)
{
    flight->stage = stage;
    cmb_loop_start_timer(flight->place->network->loop, &flight->step, after_ns);
}

/* What the exchange says is on its way back. */
static void send_back(struct cmb_practice_flight *flight, struct cmb_sending *sending)
{
    struct cmb_practice_network *network = flight->place->network;
    flight->ending = cmb_sending_write(sending, &flight->answer);
    int64_t wait_ms = cmb_sending_wait_ms(sending) +
                      cmb_sending_drip_ms(sending) * (int64_t)flight->answer.length;
    free(sending->reply.body);
    sending->reply.body = NULL;
    start_step(flight, RETURNING,
               cmb_practice_network_delay_ns(network) + wait_ms * millisecond_ns);
}

static void arrive(struct cmb_practice_flight *flight)
{
    struct cmb_practice_network *network = flight->place->network;
    struct cmb_received *received = &network->received;
    struct cmb_sending sending = { 0 };
    struct cmb_text target = cut_request(cmb_buffer_text(&flight->request), received);
    cmb_received_cut(received, target);
    cmb_reception_take(&flight->place->reception, received, cmb_practice_network_wall_ns(network),
                       &sending);
    cmb_practice_socket_stir(flight->place);
    cmb_practice_network_await_late(flight->place);
    flight->fault = sending.fault;
    flight->ticket = sending.ticket;
    if (sending.ticket) {
        flight->stage = BEING_DONE;
        memcpy(flight->headers, sending.headers, sizeof flight->headers);
        cmb_practice_network_start_at(network, &flight->step, sending.due_ns);
    } else {
        send_back(flight, &sending);
    }
}

/* What had to wait has been done. */
static void collect(struct cmb_practice_flight *flight)
{
    struct cmb_practice_network *network = flight->place->network;
    struct cmb_sending sending = { .fault = flight->fault };
    memcpy(sending.headers, flight->headers, sizeof sending.headers);
    if (cmb_reception_collect(&flight->place->reception, flight->ticket,
                              cmb_practice_network_wall_ns(network), &sending))
        send_back(flight, &sending);
    else
        give(flight);
}

/* ---- there and back ---- */

/* False: no byte leaves, and the asker was told. */
static bool fill(struct cmb_practice_flight *flight)
{
    int status = CAMBIST_OK;
    if (flight->asked.fill)
        status = flight->asked.fill(&flight->request, flight->asked.user);
    if (status == CAMBIST_OK && !cmb_buffer_is_whole(&flight->request))
        status = CAMBIST_TOO_LARGE;
    if (status == CAMBIST_OK)
        return true;
    fail(flight, status, CMB_TEXT("the request was not made"));
    return false;
}

static void leave(struct cmb_practice_flight *flight)
{
    struct cmb_practice_network *network = flight->place->network;
    uint32_t fault = cmb_faults_draw_stream(&network->faults, flight->place->reception.exchange,
                                            CMB_AT_ACCEPT, CAMBIST_OPERATION_NONE);
    if (fault == CMB_FAULT_NOT_CONNECTED) {
        fail(flight, CAMBIST_UNAVAILABLE, CMB_TEXT("no connection to the practice exchange"));
        give(flight);
        return;
    }
    flight->started_ns = cmb_loop_now_ns(network->loop);
    if (!fill(flight)) {
        give(flight);
        return;
    }
    flight->has_left = true;
    start_step(flight, ARRIVING, cmb_practice_network_delay_ns(network));
}

static void on_step(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_practice_flight *flight = user;
    switch (flight->stage) {
    case LEAVING: leave(flight); return;
    case ARRIVING: arrive(flight); return;
    case BEING_DONE: collect(flight); return;
    default: break;
    }
    if (!flight->is_told)
        tell_answer(flight);
    if (flight->is_told)
        give(flight);
}

static void on_deadline(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_practice_flight *flight = user;
    fail(flight, CAMBIST_TIMEOUT, CMB_TEXT("no whole answer in time"));
    if (!is_under_way(flight) || !flight->has_left)
        give(flight);
}

/* ---- the table's functions ---- */

static int load(struct cmb_practice_flight *flight, const struct cmb_request *request)
{
    struct cmb_loop *loop = flight->place->network->loop;
    flight->asked = *request;
    flight->is_told = flight->has_left = false;
    flight->error = (struct cambist_error){ 0 };
    flight->step = (struct cmb_timer){ .on_due = on_step, .user = flight };
    flight->deadline = (struct cmb_timer){ .on_due = on_deadline, .user = flight };
    flight->queued_ns = cmb_loop_now_ns(loop);
    flight->started_ns = 0;
    for (size_t i = 0; i < request->slice_count; i++)
        cmb_buffer_add(&flight->request, request->slices[i]);
    return cmb_buffer_is_whole(&flight->request) ? CAMBIST_OK : CAMBIST_TOO_LARGE;
}

struct cmb_flight *cmb_practice_flight_send(struct cmb_network *way,
                                            const struct cmb_request *request,
                                            struct cambist_error *error)
{
    struct cmb_practice_network *network = cmb_practice_network_of(way);
    struct cmb_practice_flight *flight = network->is_closing ? NULL : take(network);
    if (!flight) {
        cmb_fail_plain(error, network->is_closing ? CAMBIST_CLOSED : CAMBIST_NO_MEMORY,
                       CMB_TEXT("the network takes no more requests"));
        return NULL;
    }
    flight->place = (struct cmb_practice_place *)(void *)request->origin;
    int status = load(flight, request);
    if (status != CAMBIST_OK) {
        cmb_fail_plain(error, status, CMB_TEXT("the request is too large"));
        give(flight);
        return NULL;
    }
    uint32_t timeout_ms = request->timeout_ms ? request->timeout_ms : TIMEOUT_MS;
    start_step(flight, LEAVING, 0);
    cmb_loop_start_timer(network->loop, &flight->deadline, timeout_ms * millisecond_ns);
    return (struct cmb_flight *)(void *)flight;
}

bool cmb_practice_flight_cancel(struct cmb_network *way, struct cmb_flight *handle)
{
    struct cmb_practice_flight *flight = (struct cmb_practice_flight *)(void *)handle;
    bool has_left = flight->has_left;
    flight->is_told = true;
    cmb_loop_stop_timer(cmb_practice_network_of(way)->loop, &flight->deadline);
    if (!has_left || !is_under_way(flight))
        give(flight);
    return has_left;
}

void cmb_practice_flight_end_all(struct cmb_practice_network *network)
{
    struct cmb_practice_flight *flight;
    while ((flight = TAILQ_FIRST(&network->flying))) {
        if (!flight->is_told)
            fail(flight, CAMBIST_CLOSED, CMB_TEXT("the network is closed"));
        give(flight);
    }
    while ((flight = TAILQ_FIRST(&network->unused))) {
        TAILQ_REMOVE(&network->unused, flight, link);
        cmb_buffer_clear(&flight->request);
        cmb_buffer_clear(&flight->answer);
        free(flight);
    }
}
