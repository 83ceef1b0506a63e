/* How is a call made, emptied and reused, and which arguments does it take? */
#include "request/call.h"

#include <stdlib.h>

#include "base/memory.h"
#include "number/decimal.h"

enum {
    QUERY_BYTES_MOST = 64 << 10,
    BODY_BYTES_MOST = 1 << 20,
    HEADER_BYTES_MOST = 16 << 10,
    ARGUMENT_BYTES_MOST = 4096,
    FIRST_ROWS = 8,
    ROWS_MOST = 200000,
};

struct cmb_call *cmb_call_new(void)
{
    struct cmb_call *call = cmb_calloc(1, sizeof *call);
    if (!call)
        return NULL;
    call->slot.host = &cmb_host_functions;
    cmb_arena_init(&call->arena, CMB_CALL_BYTES_MOST);
    cmb_buffer_init(&call->query, QUERY_BYTES_MOST);
    cmb_buffer_init(&call->body, BODY_BYTES_MOST);
    cmb_buffer_init(&call->headers, HEADER_BYTES_MOST);
    return call;
}

void cmb_call_free(struct cmb_call *call)
{
    if (!call)
        return;
    cmb_arena_clear(&call->arena);
    cmb_buffer_clear(&call->query);
    cmb_buffer_clear(&call->body);
    cmb_buffer_clear(&call->headers);
    free(call);
}

/* Texts are only there where the time is. */
static void forget_time(struct cmb_call *call)
{
    if (call->time_ns)
        memset(call->time_texts, 0, sizeof call->time_texts);
    call->time_ns = 0;
}

void cmb_call_start(struct cmb_call *call, struct cmb_exchange *exchange, uint32_t operation,
                    struct cambist_error *error)
{
    cmb_arena_reset(&call->arena);
    call->exchange = exchange;
    call->operation = operation;
    call->error = error;
    call->endpoint = NULL;
    call->kind = 0;
    memset(call->arguments.values, 0, sizeof call->arguments.values);
    call->arguments.extra_count = call->arguments.item_count = 0;
    call->arguments.items = call->item = NULL;
    call->market = NULL;
    call->market_count = 0;
    forget_time(call);
    call->http_status = 0;
    call->answer_body = (struct cmb_text){ 0 };
    call->found = NULL;
    call->lesson = NULL;
    call->schema = NULL;
    call->rows = NULL;
    call->row_count = call->row_capacity = 0;
    call->unknown_word = (struct cmb_text){ 0 };
}

void cmb_call_refresh(struct cmb_call *call)
{
    forget_time(call);
    for (uint32_t i = 0; i < call->exchange->plugin->derived_name_count; i++)
        call->derived[i].at = NULL;
    call->nonce = call->uuid = call->random = (struct cmb_text){ 0 };
}

/* ---- arguments ---- */

static int refuse(struct cambist_error *error, struct cmb_text name, struct cmb_text value,
                  const char *reason)
{
    struct cmb_buffer shown;
    cmb_buffer_init(&shown, 1024);
    cmb_buffer_add_escaped(&shown, value, 60);
    int status = cmb_fail(error, CAMBIST_BAD_ARGUMENT, "%.*s = \"%s\": %s",
                          (int)(name.length < 60 ? name.length : 60), name.at,
                          cmb_buffer_string(&shown), reason);
    cmb_buffer_clear(&shown);
    return status;
}

static bool is_whole_number(struct cmb_text text)
{
    size_t digits = 0;
    while (digits < text.length && text.at[digits] >= '0' && text.at[digits] <= '9')
        digits++;
    return digits == text.length && digits > 0 && digits < 19;
}

/* Words are compared as people write them: "gtc" is GTC. */
static struct cmb_text find_word(const struct cmb_vocabulary *vocabulary, struct cmb_text value)
{
    for (uint32_t i = 0; i < vocabulary->count; i++) {
        struct cmb_text word = vocabulary->words[i].text;
        if (cmb_text_is_word(value, word))
            return word;
    }
    return (struct cmb_text){ 0 };
}

static int check_value(const struct cmb_member *argument, struct cmb_text *value,
                       struct cambist_error *error)
{
    const struct cmb_vocabulary *vocabulary = cmb_vocabulary_of(argument->kind);
    struct cambist_decimal number;
    if (vocabulary) {
        struct cmb_text word = find_word(vocabulary, *value);
        if (!word.at)
            return refuse(error, argument->name, *value, "is not one of its words");
        *value = word;
    } else if (argument->kind == CMB_MEMBER_DECIMAL) {
        if (cmb_decimal_parse(*value, &number) != CMB_NUMBER_FINE)
            return refuse(error, argument->name, *value, "is no decimal number");
    } else if (argument->kind == CMB_MEMBER_INTEGER || argument->kind == CMB_MEMBER_TIME) {
        if (!is_whole_number(*value))
            return refuse(error, argument->name, *value, "is no whole number");
    }
    return CAMBIST_OK;
}

static int add_extra(struct cmb_arguments *arguments, struct cmb_text name, struct cmb_text value,
                     uint32_t json_form, struct cambist_error *error)
{
    if (name.length == 0 || cmb_text_has_control(name))
        return refuse(error, CMB_TEXT("parameter"), name, "is no name of a parameter");
    if (arguments->extra_count == CMB_EXTRAS_MOST)
        return refuse(error, name, value, "too many parameters");
    arguments->extras[arguments->extra_count++] = (struct cmb_extra){ name, value, json_form };
    return CAMBIST_OK;
}

int cmb_arguments_set(struct cmb_arguments *arguments, struct cmb_text name, struct cmb_text value,
                      uint32_t json_form, struct cambist_error *error)
{
    if (value.length > ARGUMENT_BYTES_MOST)
        return refuse(error, name, value, "is too long");
    if (cmb_text_has_control(value))
        return refuse(error, name, value, "has a control character");
    int argument = cmb_argument_find(name);
    if (argument < 0)
        return add_extra(arguments, name, value, json_form, error);
    int status = check_value(cmb_argument_of((uint32_t)argument), &value, error);
    if (status != CAMBIST_OK)
        return status;
    /* Two ways to say the same; tables need to ask for one only. */
    if (argument == CAMBIST_ARGUMENT_time_in_force && cmb_text_is(value, CMB_TEXT("PO")))
        arguments->values[CAMBIST_ARGUMENT_post_only] = CMB_TEXT("true");
    else
        arguments->values[argument] = value;
    return CAMBIST_OK;
}

/* ---- rows ---- */

void *cmb_call_add_row(struct cmb_call *call)
{
    size_t size = call->schema->size;
    if (call->row_count == call->row_capacity) {
        bool is_many = cmb_operation_of(call->operation)->is_many;
        uint32_t capacity = call->row_capacity ? call->row_capacity * 2 : is_many ? FIRST_ROWS : 1;
        char *rows = capacity > ROWS_MOST ? NULL : cmb_arena_take(&call->arena, capacity * size);
        if (!rows)
            return NULL;
        if (call->row_count)
            memcpy(rows, call->rows, call->row_count * size);
        call->rows = rows;
        call->row_capacity = capacity;
    }
    return memset(call->rows + call->row_count++ * size, 0, size);
}
