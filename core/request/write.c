/* How are records written as JSON, in the structures that ccxt's users know? */
#include "request/answer.h"

#include "number/decimal.h"
#include "number/time.h"

static bool is_absent(const struct cmb_member *member, const char *at)
{
    if (member->kind == CMB_MEMBER_DECIMAL)
        return !((const struct cambist_decimal *)(const void *)at)->is_set;
    if (member->kind == CMB_MEMBER_LEVELS)
        return false; /* an empty side is an answer */
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word == 0;
}

static void write_levels(struct cmb_json_writer *writer, const struct cambist_levels *levels)
{
    cmb_json_begin_array(writer);
    for (uint64_t i = 0; i < levels->count; i++) {
        cmb_json_begin_array(writer);
        cmb_json_write_decimal(writer, &levels->at[i].price);
        cmb_json_write_decimal(writer, &levels->at[i].amount);
        cmb_json_end_array(writer);
    }
    cmb_json_end_array(writer);
}

static void write_value(struct cmb_json_writer *writer, const struct cmb_member *member,
                        const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    switch (member->kind) {
    case CMB_MEMBER_DECIMAL:
        cmb_json_write_decimal(writer, (const struct cambist_decimal *)(const void *)at);
        break;
    case CMB_MEMBER_LEVELS:
        write_levels(writer, (const struct cambist_levels *)(const void *)at);
        break;
    case CMB_MEMBER_TIME:
        cmb_json_write_integer(writer, cmb_time_count((int64_t)word, CMB_TIME_MS));
        break;
    case CMB_MEMBER_INTEGER: cmb_json_write_integer(writer, (int64_t)word); break;
    case CMB_MEMBER_FLAG: cmb_json_write_bool(writer, word == CAMBIST_FLAG_YES); break;
    case CMB_MEMBER_TEXT:
    case CMB_MEMBER_CURRENCY:
    case CMB_MEMBER_MARKET:
        cmb_json_write_string(writer, cmb_text_of((const char *)(uintptr_t)word));
        break;
    default:
        cmb_json_write_string(writer, cmb_vocabulary_word(cmb_vocabulary_of(member->kind), word));
    }
}

/* "limits.amount.min" opens limits and amount; what the member before had open stays open. */
static struct cmb_text enter(struct cmb_json_writer *writer, struct cmb_text name,
                             struct cmb_text *open, uint32_t *depth)
{
    struct cmb_text step, left = cmb_text_cut(name, '.', &step);
    uint32_t at = 0;
    while (left.at && at < *depth && cmb_text_is(open[at], step)) {
        left = cmb_text_cut(left, '.', &step);
        at++;
    }
    for (; *depth > at; (*depth)--)
        cmb_json_end_object(writer);
    while (left.at) {
        cmb_json_write_key(writer, step);
        cmb_json_begin_object(writer);
        open[(*depth)++] = step;
        left = cmb_text_cut(left, '.', &step);
    }
    return step;
}

static void write_datetime(struct cmb_json_writer *writer, int64_t time_ns)
{
    char text[CMB_TIME_TEXT_SIZE];
    size_t length = cmb_time_format_iso(time_ns, CMB_TIME_MS, text);
    cmb_json_write_key(writer, CMB_TEXT("datetime"));
    cmb_json_write_string(writer, (struct cmb_text){ text, length });
}

/* The kind of a market is also asked for as spot: true, swap: true ... */
static void write_kinds(struct cmb_json_writer *writer, uint64_t kind)
{
    const struct cmb_vocabulary *kinds = cmb_vocabulary_of(CMB_MEMBER_KIND);
    for (uint32_t i = 0; i < kinds->count; i++) {
        cmb_json_write_key(writer, kinds->words[i].text);
        cmb_json_write_bool(writer, kinds->words[i].number == kind);
    }
}

void cmb_record_write_members(const struct cmb_record_schema *schema, const void *record,
                              struct cmb_json_writer *writer)
{
    struct cmb_text open[4];
    uint32_t depth = 0;
    for (uint32_t i = 0; i < schema->count; i++) {
        const struct cmb_member *member = &schema->members[i];
        const char *at = (const char *)record + member->offset;
        if (!member->json.length || is_absent(member, at))
            continue;
        cmb_json_write_key(writer, enter(writer, member->json, open, &depth));
        write_value(writer, member, at);
        if (cmb_text_is(member->name, CMB_TEXT("timestamp")))
            write_datetime(writer, *(const int64_t *)(const void *)at);
        else if (member->kind == CMB_MEMBER_KIND)
            write_kinds(writer, *(const uint64_t *)(const void *)at);
    }
    for (; depth; depth--)
        cmb_json_end_object(writer);
}

void cmb_record_write(const struct cmb_record_schema *schema, const void *record,
                      struct cmb_json_writer *writer)
{
    cmb_json_begin_object(writer);
    cmb_record_write_members(schema, record, writer);
    cmb_json_end_object(writer);
}

void cmb_candle_write(const struct cambist_candle *candle, struct cmb_json_writer *writer)
{
    const struct cmb_record_schema *schema = cmb_record_schema_of(CAMBIST_RECORD_CANDLE);
    const char *row = (const char *)candle;
    cmb_json_begin_array(writer);
    for (uint32_t i = 0; i < schema->count; i++) {
        const struct cmb_member *member = &schema->members[i];
        if (!member->json.length)
            continue;
        if (is_absent(member, row + member->offset))
            cmb_json_write_null(writer);
        else
            write_value(writer, member, row + member->offset);
    }
    cmb_json_end_array(writer);
}

/* {"BTC": {free, used, total}, ..., "free": {"BTC": ...}, ...} */
static void write_balances(const struct cmb_call *call, struct cmb_json_writer *writer)
{
    static const char *const columns[] = { "free", "used", "total" };
    const struct cambist_balance *rows = (const struct cambist_balance *)(const void *)call->rows;
    cmb_json_begin_object(writer);
    if (call->row_count && rows->timestamp) {
        cmb_json_write_key(writer, CMB_TEXT("timestamp"));
        cmb_json_write_integer(writer, cmb_time_count(rows->timestamp, CMB_TIME_MS));
        write_datetime(writer, rows->timestamp);
    }
    for (uint32_t i = 0; i < call->row_count; i++) {
        if (!rows[i].currency)
            continue;
        struct cambist_balance bare = rows[i];
        bare.currency = NULL;
        bare.timestamp = 0;
        cmb_json_write_key(writer, cmb_text_of(rows[i].currency));
        cmb_record_write(call->schema, &bare, writer);
    }
    for (size_t c = 0; c < 3; c++) {
        int member = cmb_record_schema_find(call->schema, cmb_text_of(columns[c]));
        cmb_json_write_key(writer, cmb_text_of(columns[c]));
        cmb_json_begin_object(writer);
        for (uint32_t i = 0; i < call->row_count; i++) {
            const char *at = (const char *)&rows[i] + call->schema->members[member].offset;
            if (!rows[i].currency || is_absent(&call->schema->members[member], at))
                continue;
            cmb_json_write_key(writer, cmb_text_of(rows[i].currency));
            write_value(writer, &call->schema->members[member], at);
        }
        cmb_json_end_object(writer);
    }
    cmb_json_end_object(writer);
}

/* Rows by the member that names them: {"BTC/USDT": {...}}; "*": fees of every market. */
static void write_by_name(const struct cmb_call *call, struct cmb_json_writer *writer,
                          const char *name)
{
    int member = cmb_record_schema_find(call->schema, cmb_text_of(name));
    cmb_json_begin_object(writer);
    for (uint32_t i = 0; i < call->row_count; i++) {
        const char *row = call->rows + (size_t)i * call->schema->size;
        const char *key;
        memcpy(&key, row + call->schema->members[member].offset, sizeof key);
        bool is_of_all = !key && cmb_operation_of(call->operation)->record == CAMBIST_RECORD_FEE;
        if (!key && !is_of_all)
            continue;
        cmb_json_write_key(writer, is_of_all ? CMB_TEXT("*") : cmb_text_of(key));
        cmb_record_write(call->schema, row, writer);
    }
    cmb_json_end_object(writer);
}

static void write_list(const struct cmb_call *call, struct cmb_json_writer *writer)
{
    bool is_candle = cmb_operation_of(call->operation)->record == CAMBIST_RECORD_CANDLE;
    cmb_json_begin_array(writer);
    for (uint32_t i = 0; i < call->row_count; i++) {
        const char *row = call->rows + (size_t)i * call->schema->size;
        if (is_candle)
            cmb_candle_write((const struct cambist_candle *)(const void *)row, writer);
        else
            cmb_record_write(call->schema, row, writer);
    }
    cmb_json_end_array(writer);
}

void cmb_answer_write(const struct cmb_call *call, struct cmb_json_writer *writer)
{
    const struct cmb_operation *operation = cmb_operation_of(call->operation);
    switch (operation->record) {
    case CAMBIST_RECORD_CLOCK:
        cmb_json_write_integer(writer,
                               cmb_time_count(*(const int64_t *)(const void *)call->rows,
                                              CMB_TIME_MS));
        return;
    case CAMBIST_RECORD_BALANCE: write_balances(call, writer); return;
    case CAMBIST_RECORD_CURRENCY: write_by_name(call, writer, "code"); return;
    default: break;
    }
    bool is_by_symbol = operation->record == CAMBIST_RECORD_TICKER ||
                        operation->record == CAMBIST_RECORD_FEE ||
                        call->operation == CAMBIST_OPERATION_fetch_funding_rates;
    if (!operation->is_many)
        cmb_record_write(call->schema, call->rows, writer);
    else if (is_by_symbol)
        write_by_name(call, writer, "symbol");
    else
        write_list(call, writer);
}

void cmb_error_write(const struct cambist_error *error, struct cmb_json_writer *writer)
{
    static const char *const outcomes[] = { "none", "not_done", "done", "unknown" };
    cmb_json_begin_object(writer);
    cmb_json_write_key(writer, CMB_TEXT("status"));
    cmb_json_write_string(writer, cmb_text_of(cmb_status_name(error->status)));
    cmb_json_write_key(writer, CMB_TEXT("outcome"));
    cmb_json_write_string(writer, cmb_text_of(outcomes[error->outcome & 3]));
    cmb_json_write_key(writer, CMB_TEXT("code"));
    cmb_json_write_string(writer, *error->code ? cmb_text_of(error->code)
                                               : (struct cmb_text){ 0 });
    cmb_json_write_key(writer, CMB_TEXT("message"));
    cmb_json_write_string(writer, cmb_text_of(error->message));
    cmb_json_end_object(writer);
}
