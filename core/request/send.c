/* What came back from the exchange, and did anything of the request leave? */
#include "request/request_run.h"

#define USER_AGENT "cambist/0.1"

static void add_line(struct cmb_buffer *head, struct cmb_text name, struct cmb_text value)
{
    cmb_buffer_add(head, name);
    cmb_buffer_add(head, value);
    cmb_buffer_add(head, CMB_TEXT("\r\n"));
}

/* The body is written last, so that its length is known. */
static void write_request(const struct cmb_call *call, struct cmb_buffer *to)
{
    const struct cmb_endpoint *endpoint = call->endpoint;
    cmb_buffer_add(to, endpoint->method);
    cmb_buffer_add_char(to, ' ');
    cmb_buffer_add(to, call->path);
    if (call->query.length)
        cmb_buffer_add_char(to, '?');
    cmb_buffer_add(to, cmb_buffer_text(&call->query));
    cmb_buffer_add(to, CMB_TEXT(" HTTP/1.1\r\n"));
    add_line(to, CMB_TEXT("Host: "), call->exchange->servers[endpoint->server].host);
    cmb_buffer_add(to, CMB_TEXT("User-Agent: " USER_AGENT "\r\nAccept: application/json\r\n"
                                "Accept-Encoding: gzip, deflate\r\n"));
    if (call->content_type)
        add_line(to, CMB_TEXT("Content-Type: "), cmb_text_of(call->content_type));
    if (call->body.length || endpoint->place != CAMBIST_QUERY) {
        cmb_buffer_add(to, CMB_TEXT("Content-Length: "));
        cmb_buffer_add_number(to, (int64_t)call->body.length);
        cmb_buffer_add(to, CMB_TEXT("\r\n"));
    }
    cmb_buffer_add(to, cmb_buffer_text(&call->headers));
    cmb_buffer_add(to, CMB_TEXT("\r\n"));
    cmb_buffer_add(to, cmb_buffer_text(&call->body));
}

/* A connection is there: sign with the time of this moment, and write. */
static int fill_request(struct cmb_buffer *request, void *user)
{
    struct cmb_run *run = user;
    int status = cmb_admit_is_closed(run) ? CAMBIST_AGAIN : cmb_time_check(run);
    run->is_turned_back = status == CAMBIST_AGAIN;
    if (status != CAMBIST_OK)
        return run->is_turned_back ? CAMBIST_UNAVAILABLE : status; /* AGAIN means something else */
    cmb_run_leave_stage(run, CMB_STAGE_SEND); /* so far: the wait for a connection */
    if (!cmb_sign_reuse_find(run, request)) {
        status = cmb_sign_call(run->call);
        if (status != CAMBIST_OK)
            return status;
        write_request(run->call, request);
        cmb_sign_reuse_keep(run, request);
        run->desk->signatures_made += run->call->endpoint->row->access == CAMBIST_SIGNED;
    }
    cmb_run_leave_stage(run, CMB_STAGE_SIGN);
    if (!cmb_buffer_is_whole(request))
        return CAMBIST_TOO_LARGE;
    return run->on_leave ? run->on_leave(run, run->user) : CAMBIST_OK;
}

/* Whether a request without an answer was executed, nobody knows, unless no byte of it left. */
static uint32_t outcome_of(const struct cmb_run *run, const struct cmb_answer *answer)
{
    return answer->has_left && !run->call->endpoint->is_harmless ? CAMBIST_OUTCOME_UNKNOWN
                                                                 : CAMBIST_OUTCOME_NOT_DONE;
}

static void on_answer(const struct cmb_answer *answer, void *user)
{
    struct cmb_run *run = user;
    int status = answer->status;
    run->flight = NULL;
    if (status != CAMBIST_OK) {
        if (answer->error)
            cmb_fail(&run->error, status, "%s: %s", run->desk->exchange->name.at,
                     answer->error->message);
        run->error.outcome = outcome_of(run, answer);
        if (!answer->has_left)
            cmb_admit_refund(run);
    } else {
        run->call->http_status = answer->http_status;
        cmb_admit_learn(run, answer);
        cmb_buffer_reset(&run->body);
        cmb_buffer_add(&run->body, answer->body);
        if (!cmb_buffer_is_whole(&run->body)) {
            status = CAMBIST_NO_MEMORY; /* there was an answer, and nobody knows which */
            run->error.outcome = outcome_of(run, answer);
        }
    }
    cmb_run_continue(run, status);
}

static int open_origin(struct cmb_run *run, struct cmb_origin **ret)
{
    uint32_t server = run->call->endpoint->server;
    struct cmb_desk *desk = run->desk;
    struct cmb_network *network = desk->office->network;
    if (!desk->origins[server]) {
        if (!desk->exchange->servers[server].url)
            return cmb_fail(&run->error, CAMBIST_BAD_CONFIG, "%s: no URL for the server \"%s\"",
                            desk->exchange->name.at,
                            desk->exchange->plugin->tables.servers.rows[server].name);
        desk->origins[server] = network->open_origin(
            network, desk->exchange->servers[server].url, &run->error);
    }
    *ret = desk->origins[server];
    return *ret ? CAMBIST_OK : (int)run->error.status;
}

int cmb_send(struct cmb_run *run)
{
    struct cmb_network *network = run->desk->office->network;
    struct cmb_request request = { .fill = fill_request,
                                   .on_answer = on_answer,
                                   .user = run,
                                   .timeout_ms = run->desk->office->answer_timeout_ms,
                                   .is_priority = !run->call->endpoint->is_harmless };
    int status = open_origin(run, &request.origin);
    if (status != CAMBIST_OK)
        return status;
    run->flight = network->send(network, &request, &run->error);
    if (run->flight)
        return CAMBIST_AGAIN;
    cmb_admit_refund(run);
    run->error.outcome = CAMBIST_OUTCOME_NOT_DONE;
    /* AGAIN would mean that the run waits. */
    return run->error.status == CAMBIST_AGAIN ? CAMBIST_UNAVAILABLE : (int)run->error.status;
}
