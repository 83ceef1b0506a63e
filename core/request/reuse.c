/* Is the answer at hand, or is somebody already fetching it? */
#include "request/request_run.h"

/* The parameters that fill wrote; what signing adds to them is never the same. */
bool cmb_reuse_write_key(const struct cmb_call *call, struct cmb_buffer *key)
{
    cmb_buffer_reset(key);
    cmb_buffer_add_number(key, call->endpoint->number);
    cmb_buffer_add_char(key, ' ');
    cmb_buffer_add(key, call->path);
    cmb_buffer_add_char(key, '?');
    for (uint32_t i = 0; i < call->filled_pairs; i++) {
        cmb_buffer_add(key, call->pairs[i].name);
        cmb_buffer_add_char(key, '=');
        cmb_buffer_add(key, call->pairs[i].value);
        cmb_buffer_add_char(key, '&');
    }
    return cmb_buffer_is_whole(key);
}

/* Takes over an answer's body; its HTTP status was a good one. */
static bool take_body(struct cmb_run *run, struct cmb_text body)
{
    cmb_buffer_reset(&run->body);
    cmb_buffer_add(&run->body, body);
    run->call->http_status = 200;
    run->is_from_cache = true;
    return cmb_buffer_is_whole(&run->body);
}

/* The leader's body came, or its failure: this one's too. */
static void on_landed(struct cmb_flight_waiter *waiter, int status, const void *answer)
{
    struct cmb_run *run =
        (struct cmb_run *)(void *)((char *)waiter - offsetof(struct cmb_run, waiter));
    const struct cmb_run *leader = answer;
    if (status == CAMBIST_OK && !take_body(run, cmb_buffer_text(&leader->body)))
        status = CAMBIST_NO_MEMORY;
    if (status != CAMBIST_OK && run->error.status == CAMBIST_OK)
        run->error = leader->error;
    run->stage = CMB_STAGE_SEND;
    cmb_run_continue(run, status);
}

int cmb_reuse(struct cmb_run *run, bool *ret_is_at_hand)
{
    if (run->is_urgent || !run->call->endpoint->row->cache_ms || !cmb_reuse_write_key(run->call, &run->key))
        return CAMBIST_OK;
    struct cmb_text key = cmb_buffer_text(&run->key);
    struct cmb_text found =
        cmb_cache_find(run->desk->answers, key, cmb_loop_now_ns(run->desk->office->loop));
    if (found.at && take_body(run, found)) {
        *ret_is_at_hand = true;
        return CAMBIST_OK;
    }
    run->waiter.landed = on_landed;
    enum cmb_flight_role role = cmb_flights_join(run->desk->flights, key, &run->waiter);
    run->leads = role == CMB_FLIGHT_LEADS;
    return role == CMB_FLIGHT_WAITS ? CAMBIST_AGAIN : CAMBIST_OK;
}

void cmb_reuse_land(struct cmb_run *run, int status)
{
    struct cmb_text key = cmb_buffer_text(&run->key);
    int64_t now_ns = cmb_loop_now_ns(run->desk->office->loop);
    int64_t life_ns = (int64_t)run->call->endpoint->row->cache_ms * 1000000;
    run->leads = false;
    if (status == CAMBIST_OK)
        cmb_cache_put(run->desk->answers, key, cmb_buffer_text(&run->body), now_ns,
                      now_ns + life_ns);
    cmb_flights_land(run->desk->flights, key, status, run);
}
