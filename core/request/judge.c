/* Is this answer an error, which one, and what became of the request? */
#include "request/call.h"
#include "request/stencil.h"

#include <stdio.h>

#include "json/path.h"

enum { SNIPPET_BYTES = 200 };

/* What an answer says of itself. */
struct verdict {
    bool is_error;
    struct cmb_text code, message; /* absent: not said */
};

/* The text at the first of the paths (bars between) where there is one; absent for null. */
static struct cmb_text text_at(struct cmb_call *call, struct cmb_text body, const char *paths)
{
    struct cmb_text left = cmb_text_of(paths);
    while (left.at) {
        struct cmb_text path;
        left = cmb_text_cut(left, '|', &path);
        struct cmb_json_value value;
        if (cmb_json_path_find(body, path, &value, NULL) != CAMBIST_OK ||
            value.kind == CMB_JSON_NONE || value.kind == CMB_JSON_NULL)
            continue;
        if (!value.has_escapes)
            return value.raw;
        char *plain = cmb_arena_take(&call->arena, value.raw.length + 1);
        size_t length = 0;
        if (plain && cmb_json_unescape(value.raw, plain, value.raw.length, &length))
            return (struct cmb_text){ plain, length };
    }
    return (struct cmb_text){ 0 };
}

/* Whether `value` is one of the words, which have bars between them. */
static bool is_one_of(const char *words, struct cmb_text value)
{
    struct cmb_text left = cmb_text_of(words);
    while (left.at) {
        struct cmb_text word;
        left = cmb_text_cut(left, '|', &word);
        if (cmb_text_is(word, value))
            return true;
    }
    return false;
}

static bool means_error(const struct cambist_failure *row, struct cmb_text value)
{
    if (!value.length)
        return false;
    return row->bad ? is_one_of(row->bad, value) : !is_one_of(row->good, value);
}

/* An error by HTTP's word alone may still say what it is, where errors usually do. */
static struct verdict look_for_code(struct cmb_call *call, struct cmb_text body)
{
    const struct cambist_plugin *tables = &call->exchange->plugin->tables;
    struct verdict verdict = { .is_error = true };
    for (uint32_t i = 0; i < tables->failures.count && !verdict.code.at; i++) {
        const struct cambist_failure *row = CMB_ROW(tables->failures, i);
        verdict.code = row->code ? text_at(call, body, row->code) : verdict.code;
        verdict.message = row->message ? text_at(call, body, row->message) : verdict.message;
    }
    return verdict;
}

static struct verdict look(struct cmb_call *call, struct cmb_text body)
{
    const struct cambist_plugin *tables = &call->exchange->plugin->tables;
    struct verdict verdict = { 0 };
    for (uint32_t i = 0; i < tables->failures.count && !verdict.is_error; i++) {
        const struct cambist_failure *row = CMB_ROW(tables->failures, i);
        struct cmb_text value = text_at(call, body, row->path);
        if (!means_error(row, value))
            continue;
        verdict.is_error = true;
        if (row->code)
            verdict.code = text_at(call, body, row->code);
        if (row->message)
            verdict.message = text_at(call, body, row->message);
    }
    return verdict;
}

/* ---- faults ---- */

static bool code_matches(const char *pattern, struct cmb_text code)
{
    struct cmb_text text = cmb_text_of(pattern);
    if (!pattern)
        return true;
    if (text.length && text.at[text.length - 1] == '*')
        return code.at && cmb_text_begins(code, (struct cmb_text){ text.at, text.length - 1 });
    return code.at && cmb_text_is(text, code);
}

static const struct cambist_fault *find_fault(const struct cmb_call *call, uint32_t http_status,
                                              const struct verdict *verdict)
{
    const struct cambist_plugin *tables = &call->exchange->plugin->tables;
    for (uint32_t i = 0; i < tables->faults.count; i++) {
        const struct cambist_fault *row = CMB_ROW(tables->faults, i);
        if (code_matches(row->code, verdict->code) &&
            (!row->http_status || row->http_status == http_status) &&
            (!row->text || (verdict->message.at &&
                            cmb_text_contains(verdict->message, cmb_text_of(row->text)))))
            return row;
    }
    return NULL;
}

/* What HTTP itself says, where the exchange's table says nothing. */
static uint32_t status_of_http(uint32_t http_status)
{
    switch (http_status) {
    case 401: return CAMBIST_DENIED;
    case 403: return CAMBIST_PERMISSION;
    case 408: return CAMBIST_TIMEOUT;
    case 429: return CAMBIST_RATE_LIMITED;
    default: return http_status >= 500 ? CAMBIST_UNAVAILABLE : CAMBIST_REJECTED;
    }
}

/* A code that the table knows is a definite answer; anything else proves nothing. */
static uint32_t outcome_of(const struct cmb_call *call, const struct cambist_fault *fault)
{
    if (call->endpoint->is_harmless)
        return CAMBIST_OUTCOME_NOT_DONE;
    if (!fault)
        return CAMBIST_OUTCOME_UNKNOWN;
    return fault->outcome ? fault->outcome : CAMBIST_OUTCOME_NOT_DONE;
}

static void copy_escaped(char *to, size_t size, struct cmb_text text, size_t most)
{
    struct cmb_buffer shown;
    cmb_buffer_init(&shown, 4096);
    cmb_buffer_add_escaped(&shown, text, most);
    snprintf(to, size, "%s", cmb_buffer_string(&shown));
    cmb_buffer_clear(&shown);
}

static int refuse(struct cmb_call *call, uint32_t http_status, const struct verdict *verdict,
                  struct cmb_text body)
{
    const struct cambist_fault *fault = find_fault(call, http_status, verdict);
    uint32_t status = fault ? fault->status : status_of_http(http_status);
    char said[256];
    struct cmb_text reason = verdict->message.length ? verdict->message : verdict->code;
    copy_escaped(said, sizeof said, reason.length ? reason : body, SNIPPET_BYTES);
    if (!call->error)
        return (int)status;
    cmb_fail(call->error, (int)status, "%s %s: %s", call->exchange->name.at,
             cmb_operation_of(call->operation)->name.at,
             *said ? said : cmb_status_text(status));
    call->error->http_status = http_status;
    call->error->outcome = outcome_of(call, fault);
    copy_escaped(call->error->code, sizeof call->error->code, verdict->code, 40);
    return (int)status;
}

int cmb_judge_order(struct cmb_call *call, const struct cambist_order *order)
{
    struct verdict verdict = { .is_error = true, .code = cmb_text_of(order->error_code),
                               .message = cmb_text_of(order->error_message) };
    return refuse(call, call->http_status, &verdict, verdict.code);
}

int cmb_judge(struct cmb_call *call, uint32_t http_status, struct cmb_text body)
{
    call->http_status = http_status;
    call->answer_body = body;
    call->found = NULL;
    if (http_status < 300 && cmb_stencils_read(call)) /* as an answer before that was no error */
        return CAMBIST_OK;
    struct verdict verdict = look(call, body);
    if (!verdict.is_error && http_status >= 300)
        verdict = look_for_code(call, body);
    if (verdict.is_error || http_status >= 300)
        return refuse(call, http_status, &verdict, body);
    return CAMBIST_OK;
}
