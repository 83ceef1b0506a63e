/* What becomes of a request that has arrived? */
#include "simulator/reception.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"

/* ---- refusals for a limit ---- */

/* What limits say is used up, for those who look. */
static void format_limit_headers(const struct cmb_plugin *plugin, uint32_t retry_after_s,
                                 char *to, size_t size)
{
    size_t used = (size_t)snprintf(to, size, "Retry-After: %u\r\n", retry_after_s);
    for (uint32_t i = 0; i < plugin->tables.limits.count && used + 128 < size; i++) {
        const struct cambist_limit *row = CMB_ROW(plugin->tables.limits, i);
        if (row->used_header && !strstr(to, row->used_header))
            used += (size_t)snprintf(to + used, size - used, "%.60s: %u\r\n", row->used_header,
                                     row->capacity);
    }
}

static void refuse_for_limit(struct cmb_practice *practice, struct cmb_sending *ret)
{
    bool is_ban = ret->fault == CMB_FAULT_BAN;
    struct cambist_error error = { 0 };
    cmb_fail(&error, is_ban ? CAMBIST_BANNED : CAMBIST_RATE_LIMITED, "too many requests");
    struct json_object *json = cmb_practice_write_refusal(
        practice->plugin, CAMBIST_OPERATION_NONE, &error, &ret->reply.http_status);
    ret->reply.body = strdup(json_object_to_json_string(json));
    json_object_put(json);
    ret->reply.http_status = is_ban ? 418 : 429;
    format_limit_headers(practice->plugin, is_ban ? 120 : 1, ret->headers, sizeof ret->headers);
}

/* ---- the way of a request ---- */

static void do_it(struct cmb_reception *reception, uint32_t operation, struct cmb_sending *ret,
                  bool *ret_is_executed)
{
    struct cmb_practice *practice = reception->practice;
    *ret_is_executed = cmb_fault_executes(ret->fault);
    practice->engine->moves_back =
        operation != CAMBIST_OPERATION_fetch_order_book
            ? 0 : cmb_fault_moves(cmb_faults_draw_stream(reception->faults, reception->exchange,
                                                         CMB_AT_SNAPSHOT, operation));
    if (*ret_is_executed)
        *ret_is_executed = cmb_practice_run(practice, &ret->reply);
    else if (ret->fault == CMB_FAULT_RATE_LIMIT || ret->fault == CMB_FAULT_BAN)
        refuse_for_limit(practice, ret);
}

void cmb_reception_take(struct cmb_reception *reception, struct cmb_received *received,
                        int64_t now_ns, struct cmb_sending *ret)
{
    bool is_executed;
    received->time_ns = now_ns;
    struct cmb_ledger_request *noted =
        cmb_ledger_add(reception->ledger, reception->exchange, received);
    uint32_t operation = cmb_practice_read(reception->practice, received);
    ret->fault = cmb_faults_draw(reception->faults, reception->exchange, operation);
    do_it(reception, operation, ret, &is_executed);
    if (!noted)
        return;
    noted->operation = operation;
    noted->fault = ret->fault;
    noted->is_executed = is_executed;
    noted->http_status = ret->reply.http_status;
}

void cmb_reception_turn(struct cmb_reception *reception, int64_t now_ns)
{
    cmb_engine_turn(reception->practice->engine, now_ns - now_ns % 1000000);
}
