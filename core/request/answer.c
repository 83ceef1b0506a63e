/* In which order and number do rows reach the asker? */
#include "request/answer.h"

#include <stdlib.h>

#include "number/time.h"

/* Records that are a history: oldest first.  What becomes of several orders stays in their order. */
static bool is_history(uint32_t operation)
{
    uint32_t record = cmb_operation_of(operation)->record;
    return operation == CAMBIST_OPERATION_fetch_funding_rate_history ||
           record == CAMBIST_RECORD_TRADE || record == CAMBIST_RECORD_CANDLE ||
           (record == CAMBIST_RECORD_ORDER && cmb_operation_of(operation)->class == CMB_READS);
}

static int64_t timestamp_of(const struct cmb_record_schema *schema, const char *row)
{
    int member = cmb_record_schema_find(schema, CMB_TEXT("timestamp"));
    int64_t time_ns;
    memcpy(&time_ns, row + schema->members[member].offset, sizeof time_ns);
    return time_ns;
}

/* Insertion from behind keeps equal times in the exchange's order; answers are nearly sorted, or
 * sorted the other way round, which is turned first. */
static void sort_rows(struct cmb_call *call, char *spare)
{
    size_t size = call->schema->size;
    char *rows = call->rows;
    uint32_t count = call->row_count;
    bool is_falling = count > 1 && timestamp_of(call->schema, rows) >
                                       timestamp_of(call->schema, rows + (count - 1) * size);
    for (uint32_t i = 0; is_falling && i < count / 2; i++) {
        memcpy(spare, rows + i * size, size);
        memcpy(rows + i * size, rows + (count - 1 - i) * size, size);
        memcpy(rows + (count - 1 - i) * size, spare, size);
    }
    for (uint32_t i = 1; i < count; i++) {
        int64_t time_ns = timestamp_of(call->schema, rows + i * size);
        uint32_t at = i;
        while (at && timestamp_of(call->schema, rows + (at - 1) * size) > time_ns)
            at--;
        if (at == i)
            continue;
        memcpy(spare, rows + i * size, size);
        memmove(rows + (at + 1) * size, rows + at * size, (i - at) * size);
        memcpy(rows + at * size, spare, size);
    }
}

static void drop_before(struct cmb_call *call, int64_t since_ns)
{
    size_t size = call->schema->size;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < call->row_count; i++) {
        int64_t time_ns = timestamp_of(call->schema, call->rows + i * size);
        if (time_ns && time_ns < since_ns)
            continue;
        memmove(call->rows + kept++ * size, call->rows + i * size, size);
    }
    call->row_count = kept;
}

/* With `since` the oldest are kept, else the newest. */
static void keep_most(struct cmb_call *call, uint64_t most, bool from_start)
{
    size_t size = call->schema->size;
    if (most == 0 || call->row_count <= most)
        return;
    if (!from_start)
        call->rows += (call->row_count - most) * size;
    call->row_count = (uint32_t)most;
}

static uint64_t number_of(struct cmb_text digits)
{
    uint64_t number = 0;
    for (size_t i = 0; i < digits.length; i++)
        number = number * 10 + (uint64_t)(digits.at[i] - '0');
    return number;
}

static int answer_many(struct cmb_call *call)
{
    struct cmb_text since = cmb_call_argument(call, CAMBIST_ARGUMENT_since);
    struct cmb_text limit = cmb_call_argument(call, CAMBIST_ARGUMENT_limit);
    if (!is_history(call->operation) || !call->row_count)
        return CAMBIST_OK;
    char *spare = cmb_arena_take(&call->arena, call->schema->size);
    if (!spare)
        return cmb_fail_plain(call->error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for an answer"));
    sort_rows(call, spare);
    int64_t since_ns;
    if (since.at && cmb_time_parse_number(since, CMB_TIME_MS, &since_ns) == CMB_NUMBER_FINE)
        drop_before(call, since_ns);
    keep_most(call, number_of(limit), since.at != NULL);
    return CAMBIST_OK;
}

int cmb_unreadable(struct cmb_call *call, int status)
{
    if (call->error && call->error->outcome == CAMBIST_OUTCOME_NONE)
        call->error->outcome = call->endpoint->is_harmless ? CAMBIST_OUTCOME_NOT_DONE
                                                           : CAMBIST_OUTCOME_UNKNOWN;
    return status;
}

/* An order that was taken has a name; an answer without one is no answer. */
static bool has_name(const struct cambist_order *order)
{
    return order->id || order->client_order_id || order->error_code;
}

static bool is_answered(const struct cmb_call *call)
{
    bool names_order = call->operation == CAMBIST_OPERATION_create_order ||
                       call->operation == CAMBIST_OPERATION_fetch_order;
    return call->row_count &&
           (!names_order || has_name((const struct cambist_order *)(const void *)call->rows));
}

int cmb_answer(struct cmb_call *call)
{
    const struct cmb_operation *operation = cmb_operation_of(call->operation);
    if (operation->is_many)
        return answer_many(call);
    if (is_answered(call)) {
        const struct cambist_order *order = (const struct cambist_order *)(const void *)call->rows;
        bool is_refused = operation->record == CAMBIST_RECORD_ORDER && order->error_code;
        return is_refused ? cmb_judge_order(call, order) : CAMBIST_OK;
    }
    bool is_order = operation->record == CAMBIST_RECORD_ORDER && operation->class == CMB_READS;
    int status = cmb_fail(call->error, is_order ? CAMBIST_ORDER_NOT_FOUND : CAMBIST_GARBLED,
                          "%s %s: the answer holds nothing", call->exchange->name.at,
                          operation->name.at);
    return cmb_unreadable(call, status);
}
