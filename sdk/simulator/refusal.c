/* How does this exchange say no? */
#include "simulator/exchange.h"

#include <stdio.h>

/* A row with a code of its own is what a client can recognise. */
static int worth_of(const struct cambist_fault *row)
{
    if (!row->code)
        return row->text || row->http_status ? 1 : 0;
    return strchr(row->code, '*') ? 2 : row->text ? 3 : 4;
}

const struct cambist_fault *cmb_practice_fault_of(const struct cmb_plugin *plugin,
                                                  uint32_t status)
{
    const struct cambist_fault *best = NULL;
    for (uint32_t i = 0; i < plugin->tables.faults.count; i++) {
        const struct cambist_fault *row = CMB_ROW(plugin->tables.faults, i);
        if (row->status == status && row->outcome <= CAMBIST_OUTCOME_NOT_DONE &&
            (!best || worth_of(row) > worth_of(best)))
            best = row;
    }
    return best;
}

const struct cambist_fault *cmb_practice_fault_unknown(const struct cmb_plugin *plugin,
                                                       uint32_t status)
{
    const struct cambist_fault *best = NULL;
    for (uint32_t i = 0; i < plugin->tables.faults.count; i++) {
        const struct cambist_fault *row = CMB_ROW(plugin->tables.faults, i);
        if (row->code && row->outcome == CAMBIST_OUTCOME_UNKNOWN &&
            (!best || (row->status == status && best->status != status)))
            best = row;
    }
    return best;
}

/* What to say where the exchange has no word for the very thing. */
static const struct cambist_fault *find_fault(const struct cmb_plugin *plugin, uint32_t status)
{
    static const uint32_t next_best[][2] = {
        { CAMBIST_BANNED, CAMBIST_RATE_LIMITED },     { CAMBIST_BAD_TIME, CAMBIST_DENIED },
        { CAMBIST_DUPLICATE_ORDER, CAMBIST_INVALID_ORDER },
        { CAMBIST_INVALID_ORDER, CAMBIST_BAD_ARGUMENT },
        { CAMBIST_NOT_SUPPORTED, CAMBIST_BAD_ARGUMENT },
        { CAMBIST_BAD_ARGUMENT, CAMBIST_REJECTED },   { CAMBIST_BAD_SYMBOL, CAMBIST_BAD_ARGUMENT },
    };
    const struct cambist_fault *fault = cmb_practice_fault_of(plugin, status);
    for (size_t i = 0; !fault && i < sizeof next_best / sizeof *next_best; i++) {
        if (next_best[i][0] != status)
            continue;
        status = next_best[i][1];
        fault = cmb_practice_fault_of(plugin, status);
    }
    return fault;
}

static uint32_t http_status_of(uint32_t status)
{
    switch (status) {
    case CAMBIST_DENIED: return 401;
    case CAMBIST_PERMISSION: return 403;
    case CAMBIST_RATE_LIMITED: return 429;
    case CAMBIST_BANNED: return 418;
    case CAMBIST_NOT_SUPPORTED: return 404;
    case CAMBIST_TIMEOUT: return 504;
    case CAMBIST_MAINTENANCE:
    case CAMBIST_UNAVAILABLE: return 503;
    default: return 400;
    }
}

static size_t depth_of(const char *path)
{
    size_t depth = 0;
    for (; path && *path; path++)
        depth += *path == '.';
    return depth;
}

static bool is_about_orders(uint32_t operation, uint32_t status)
{
    return operation && cmb_operation_of(operation)->class == CMB_WRITES &&
           (status == CAMBIST_INSUFFICIENT_FUNDS || status == CAMBIST_ORDER_NOT_FOUND ||
            status == CAMBIST_DUPLICATE_ORDER || status == CAMBIST_INVALID_ORDER);
}

/* What is wrong with an order stands with the order where the exchange has a place for that,
 * everything else at the top; both rather where the error is its own code. */
static int fitness_of(const struct cambist_failure *row, bool is_deep)
{
    bool is_own_code = strcmp(row->code, row->path) == 0;
    return (is_deep == (depth_of(row->path) > 0)) * 2 + is_own_code;
}

static const struct cambist_failure *find_failure(const struct cmb_plugin *plugin, bool is_deep)
{
    const struct cambist_failure *best = NULL;
    for (uint32_t i = 0; i < plugin->tables.failures.count; i++) {
        const struct cambist_failure *row = CMB_ROW(plugin->tables.failures, i);
        if (row->code && (!best || fitness_of(row, is_deep) > fitness_of(best, is_deep)))
            best = row;
    }
    return best;
}

/* The first of the paths between bars. */
static void place_first(struct json_object **root, const char *paths, struct cmb_text value)
{
    char path[128];
    struct cmb_text first;
    cmb_text_cut(cmb_text_of(paths), '|', &first);
    snprintf(path, sizeof path, "%.*s", (int)first.length, first.at);
    cmb_place_text(root, path, cmb_written_text(value));
}

static struct cmb_text code_of(const struct cambist_fault *fault, char *to, size_t size)
{
    if (!fault || !fault->code)
        return CMB_TEXT("1");
    struct cmb_text code = cmb_text_of(fault->code);
    if (code.length && code.at[code.length - 1] == '*')
        code.length--;
    snprintf(to, size, "%.*s", (int)code.length, code.at);
    return cmb_text_of(to);
}

struct json_object *cmb_practice_write_refusal(const struct cmb_plugin *plugin, uint32_t operation,
                                               const struct cambist_error *error,
                                               uint32_t *ret_http_status)
{
    char code_text[64];
    const struct cambist_fault *fault =
        error->outcome == CAMBIST_OUTCOME_UNKNOWN
            ? cmb_practice_fault_unknown(plugin, error->status) : find_fault(plugin, error->status);
    const struct cambist_failure *failure =
        find_failure(plugin, is_about_orders(operation, error->status));
    struct cmb_text code = code_of(fault, code_text, sizeof code_text);
    struct cmb_text message = cmb_text_of(fault && fault->text ? fault->text : error->message);
    *ret_http_status = fault && fault->http_status ? fault->http_status
                                                   : http_status_of(error->status);
    struct json_object *root = NULL;
    if (failure) {
        place_first(&root, failure->code, code);
        if (failure->message)
            place_first(&root, failure->message, message);
        bool was_true = failure->good && strstr(failure->good, "true");
        struct cmb_text bad;
        cmb_text_cut(cmb_text_of(failure->bad), '|', &bad);
        place_first(&root, failure->path, bad.length ? bad : was_true ? CMB_TEXT("false")
                                                                       : CMB_TEXT("1"));
    }
    return root ? root : json_object_new_object();
}
