/* How does one request on one connection end, and has any byte of it left? */
#include "transport/flight.h"

#include "base/fail.h"

/* --- the end --- */

static void fill_answer(struct cmb_flight *flight, int status)
{
    struct cmb_answer *answer = &flight->answer;
    const struct cmb_http *http = &flight->http;
    answer->status = status;
    answer->complete_ns = cmb_loop_now_ns(flight->loop);
    if (http->has_headers) {
        answer->http_status = cmb_http_status(http);
        answer->headers = http->headers;
        answer->header_count = http->header_count;
    }
    if (status == CAMBIST_OK)
        answer->body = cmb_buffer_text(&http->body);
}

void cmb_flight_fail(struct cmb_flight *flight, int status, struct cmb_text reason)
{
    cmb_fail_plain(&flight->error, status, reason);
    fill_answer(flight, status);
}

/* Ends a flight from one of its own callbacks. */
static void end(struct cmb_flight *flight, int status, struct cmb_text reason)
{
    if (status == CAMBIST_OK)
        fill_answer(flight, status);
    else
        cmb_flight_fail(flight, status, reason);
    flight->on_end(flight);
}

bool cmb_flight_may_keep(const struct cmb_flight *flight)
{
    if (!flight->is_filled) /* never made: the connection was not touched */
        return true;
    return flight->answer.status == CAMBIST_OK && flight->is_written && !flight->is_closing &&
           cmb_http_may_keep(&flight->http);
}

/* --- writing --- */

/* A request carries keys and signatures: nothing of it stays. */
static void wipe(struct cmb_buffer *request)
{
    if (request->length)
        explicit_bzero(request->at, request->length);
    cmb_buffer_reset(request);
}

static void on_ready(struct cmb_watch *watch, uint32_t events, void *user);

static int watch(struct cmb_flight *flight, uint32_t events)
{
    int status = cmb_connection_watch(flight->connection, events, on_ready, flight);
    return status == CAMBIST_OK ? CAMBIST_AGAIN : CAMBIST_NO_MEMORY;
}

/* CAMBIST_AGAIN, or why it cannot go on.  Bytes that the connection has taken have left; where it
 * is full, TLS may have sent a part of a record, which counts as left too. */
static int write_on(struct cmb_flight *flight)
{
    struct cmb_answer *answer = &flight->answer;
    while (answer->written_bytes < flight->request.length) {
        size_t size;
        int status =
            cmb_connection_write(flight->connection, flight->request.at + answer->written_bytes,
                                 flight->request.length - answer->written_bytes, &size);
        if (status == CAMBIST_UNAVAILABLE)
            return status;
        answer->has_left = true;
        answer->written_bytes += size;
        if (status == CAMBIST_AGAIN)
            return watch(flight, EPOLLIN | EPOLLOUT);
    }
    wipe(&flight->request);
    flight->is_written = true;
    return watch(flight, EPOLLIN);
}

/* --- reading --- */

static void end_of_connection(struct cmb_flight *flight)
{
    if (!cmb_http_has_begun(&flight->http)) {
        end(flight, CAMBIST_UNAVAILABLE, CMB_TEXT("the server closed without an answer"));
        return;
    }
    int status = cmb_http_end(&flight->http);
    end(flight, status, cmb_text_of(flight->http.reason));
}

/* Answers whether the flight goes on. */
static bool read_bytes(struct cmb_flight *flight, size_t size)
{
    size_t used;
    if (!flight->answer.first_byte_ns)
        flight->answer.first_byte_ns = cmb_loop_now_ns(flight->loop);
    int status = cmb_http_read(&flight->http, flight->scratch, size, &used);
    if (status == CAMBIST_AGAIN)
        return true;
    if (status == CAMBIST_OK && used < size)
        end(flight, CAMBIST_GARBLED, CMB_TEXT("the answer is longer than it says"));
    else
        end(flight, status, cmb_text_of(flight->http.reason));
    return false;
}

/* Until nothing is there: what TLS has decrypted already does not make the socket ready. */
static void read_on(struct cmb_flight *flight)
{
    for (;;) {
        size_t size;
        int status =
            cmb_connection_read(flight->connection, flight->scratch, CMB_FLIGHT_READ_BYTES, &size);
        if (status == CAMBIST_AGAIN)
            return;
        if (status != CAMBIST_OK) {
            end(flight, status, CMB_TEXT("the connection broke before the answer was whole"));
            return;
        }
        if (size == 0) {
            end_of_connection(flight);
            return;
        }
        if (!read_bytes(flight, size))
            return;
    }
}

static void on_ready(struct cmb_watch *watched, uint32_t events, void *user)
{
    (void)watched;
    struct cmb_flight *flight = user;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        flight->is_closing = true;
    if (events & EPOLLOUT && !flight->is_written) {
        int status = write_on(flight);
        if (status != CAMBIST_AGAIN) {
            end(flight, status, CMB_TEXT("the connection broke while the request was written"));
            return;
        }
    }
    if (events & ~(uint32_t)EPOLLOUT)
        read_on(flight);
}

/* --- the beginning --- */

void cmb_flight_init(struct cmb_flight *flight)
{
    cmb_buffer_init(&flight->request, CMB_REQUEST_BYTES_MOST);
    cmb_http_init(&flight->http);
}

void cmb_flight_clear(struct cmb_flight *flight)
{
    wipe(&flight->request);
    cmb_buffer_clear(&flight->request);
    cmb_http_clear(&flight->http);
}

int cmb_flight_load(struct cmb_flight *flight, const struct cmb_request *request)
{
    flight->asked = *request;
    flight->is_filled = request->fill == NULL;
    flight->is_written = flight->is_closing = false;
    flight->connection = NULL;
    flight->answer = (struct cmb_answer){ .error = &flight->error };
    cmb_fail_reset(&flight->error);
    cmb_http_start(&flight->http,
                   &(struct cmb_http_expect){ .body_bytes_most = request->body_bytes_most,
                                              .is_head = request->is_head });
    wipe(&flight->request);
    size_t size = 0;
    for (size_t i = 0; i < request->slice_count; i++) {
        size += request->slices[i].length;
        cmb_buffer_add(&flight->request, request->slices[i]);
    }
    if (cmb_buffer_is_whole(&flight->request))
        return CAMBIST_OK;
    return size > CMB_REQUEST_BYTES_MOST ? CAMBIST_TOO_LARGE : CAMBIST_NO_MEMORY;
}

static int fill(struct cmb_flight *flight)
{
    if (flight->is_filled)
        return CAMBIST_OK;
    int status = flight->asked.fill(&flight->request, flight->asked.user);
    if (status == CAMBIST_OK && !cmb_buffer_is_whole(&flight->request))
        status = CAMBIST_TOO_LARGE;
    flight->is_filled = status == CAMBIST_OK;
    return status;
}

int cmb_flight_start(struct cmb_flight *flight, struct cmb_connection *connection)
{
    flight->connection = connection;
    flight->answer.started_ns = cmb_loop_now_ns(flight->loop);
    int status = fill(flight);
    if (status != CAMBIST_OK) {
        cmb_flight_fail(flight, status, CMB_TEXT("the request was not made"));
        return status;
    }
    status = write_on(flight);
    if (status != CAMBIST_AGAIN)
        cmb_flight_fail(flight, status,
                        CMB_TEXT("the connection broke while the request was written"));
    return status;
}
