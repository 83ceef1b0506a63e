/* How is a request sent once, and how does its caller learn how it ended? */
#include "transport/pool_inner.h"

#include "base/fail.h"
#include "base/memory.h"

#include <stdlib.h>

/* --- the end of a flight --- */

/* "Keep-Alive: timeout=5": the server says when it will close.  A second less, so that it does not
 * close while a request is on its way; at least half. */
static void note_keep_alive(struct cmb_wire *wire, const struct cmb_answer *answer)
{
    struct cmb_text value =
        cmb_header_find(answer->headers, answer->header_count, CMB_TEXT("keep-alive"));
    struct cmb_text start = CMB_TEXT("timeout=");
    if (!cmb_text_begins(value, start))
        return;
    int64_t seconds = 0;
    for (size_t i = start.length; i < value.length && i < start.length + 6; i++) {
        if (value.at[i] < '0' || value.at[i] > '9')
            break;
        seconds = seconds * 10 + (value.at[i] - '0');
    }
    int64_t limit_ms = seconds < 2 ? seconds * 500 : (seconds - 1) * 1000;
    wire->idle_until_ns = cmb_loop_now_ns(wire->origin->pool->loop) + limit_ms * 1000000;
}

/* Takes a flight off its wire or out of its lane. */
static void detach(struct cmb_flight *flight)
{
    struct cmb_wire *wire = flight->wire;
    cmb_loop_stop_timer(flight->loop, &flight->deadline);
    if (flight->place == CMB_FLIGHT_WAITING)
        cmb_pool_dequeue(flight);
    if (!wire)
        return;
    cmb_pool_alight(flight);
    if (!cmb_flight_may_keep(flight)) {
        cmb_wire_close(wire);
        return;
    }
    note_keep_alive(wire, &flight->answer);
    cmb_wire_give(wire);
}

static void count_end(struct cmb_pool_counters *counters, const struct cmb_answer *answer)
{
    counters->answers += answer->status == CAMBIST_OK;
    counters->failures += answer->status != CAMBIST_OK;
    counters->reused += answer->is_reused;
}

static void recycle(struct cmb_flight *flight)
{
    flight->place = CMB_FLIGHT_FREE;
    TAILQ_INSERT_HEAD(&flight->origin->pool->unused, flight, link);
}

static void tell(struct cmb_flight *flight)
{
    struct cmb_origin *origin = flight->origin;
    count_end(&origin->pool->counters, &flight->answer);
    flight->place = CMB_FLIGHT_ENDED;
    flight->asked.on_answer(&flight->answer, flight->asked.user);
    recycle(flight);
}

void cmb_pool_finish(struct cmb_flight *flight)
{
    struct cmb_origin *origin = flight->origin;
    detach(flight);
    tell(flight);
    cmb_pool_serve_all(origin->pool);
}

void cmb_pool_finish_soon(struct cmb_flight *flight)
{
    struct cmb_pool *pool = flight->origin->pool;
    detach(flight);
    flight->place = CMB_FLIGHT_ENDED;
    TAILQ_INSERT_TAIL(&pool->ended, flight, link);
    cmb_loop_post(pool->loop, &pool->ended_post);
}

void cmb_pool_on_ended(struct cmb_post *post, void *user)
{
    (void)post;
    struct cmb_pool *pool = user;
    struct cmb_flight *flight;
    while ((flight = TAILQ_FIRST(&pool->ended))) {
        TAILQ_REMOVE(&pool->ended, flight, link);
        tell(flight);
    }
    cmb_pool_serve_all(pool);
}

static void on_deadline(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_flight *flight = user;
    if (flight->place == CMB_FLIGHT_WAITING)
        cmb_flight_fail(flight, CAMBIST_TIMEOUT, CMB_TEXT("no connection was free in time"));
    else
        cmb_flight_fail(flight, CAMBIST_TIMEOUT, CMB_TEXT("no whole answer in time"));
    cmb_pool_finish(flight);
}

/* --- sending --- */

static struct cmb_flight *new_flight(struct cmb_pool *pool)
{
    struct cmb_flight *flight = cmb_calloc(1, sizeof *flight);
    if (!flight)
        return NULL;
    cmb_flight_init(flight);
    flight->loop = pool->loop;
    flight->scratch = pool->scratch;
    flight->on_end = cmb_pool_finish;
    flight->deadline = (struct cmb_timer){ .on_due = on_deadline, .user = flight };
    return flight;
}

static struct cmb_flight *take_flight(struct cmb_pool *pool)
{
    struct cmb_flight *flight = TAILQ_FIRST(&pool->unused);
    if (!flight)
        return new_flight(pool);
    TAILQ_REMOVE(&pool->unused, flight, link);
    return flight;
}

static struct cmb_flight *load(struct cmb_pool *pool, const struct cmb_request *request,
                               struct cambist_error *error)
{
    if (pool->is_closing) {
        cmb_fail_plain(error, CAMBIST_CLOSED, CMB_TEXT("the host was closed"));
        return NULL;
    }
    if (pool->waiting_count >= pool->settings.waiting_most) {
        cmb_fail_plain(error, CAMBIST_AGAIN, CMB_TEXT("too many requests are waiting"));
        return NULL;
    }
    struct cmb_flight *flight = take_flight(pool);
    if (!flight) {
        cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for the request"));
        return NULL;
    }
    flight->origin = request->origin;
    int status = cmb_flight_load(flight, request);
    if (status == CAMBIST_OK)
        return flight;
    cmb_fail_plain(error, status, CMB_TEXT("the request is too long"));
    recycle(flight);
    return NULL;
}

struct cmb_flight *cmb_pool_send(struct cmb_pool *pool, const struct cmb_request *request,
                                 struct cambist_error *error)
{
    struct cmb_flight *flight = load(pool, request, error);
    if (!flight)
        return NULL;
    uint32_t timeout_ms =
        request->timeout_ms ? request->timeout_ms : pool->settings.answer_timeout_ms;
    flight->answer.queued_ns = cmb_loop_now_ns(pool->loop);
    cmb_loop_start_timer(pool->loop, &flight->deadline, (int64_t)timeout_ms * 1000000);
    pool->counters.requests++;
    cmb_pool_enqueue(flight);
    cmb_pool_serve(flight->origin);
    pool->counters.waited += flight->place == CMB_FLIGHT_WAITING;
    return flight;
}

bool cmb_pool_cancel(struct cmb_pool *pool, struct cmb_flight *flight)
{
    bool has_left = flight->answer.has_left;
    cmb_flight_fail(flight, CAMBIST_CLOSED, CMB_TEXT("cancelled")); /* so the wire is not kept */
    if (flight->place == CMB_FLIGHT_ENDED)
        TAILQ_REMOVE(&pool->ended, flight, link);
    detach(flight);
    recycle(flight);
    pool->counters.cancelled++;
    cmb_pool_serve_all(pool);
    return has_left;
}

void cmb_pool_end_all(struct cmb_flights *flights)
{
    struct cmb_flight *flight;
    while ((flight = TAILQ_FIRST(flights))) {
        if (flight->place == CMB_FLIGHT_ENDED) {
            TAILQ_REMOVE(flights, flight, link);
        } else {
            cmb_flight_fail(flight, CAMBIST_CLOSED, CMB_TEXT("the host was closed"));
            detach(flight);
        }
        tell(flight);
    }
}
