/* What does the host lend to the functions of a plugin? */
#include "request/map.h"

#include "json/path.h"
#include "plugin/compile.h"

/* Every slot's call is the first member of the host's own. */
static struct cmb_call *own(const struct cambist_call *call)
{
    return (struct cmb_call *)(uintptr_t)call;
}

static void *allocate(const struct cambist_call *call, size_t size)
{
    return cmb_arena_take(&own(call)->arena, size);
}

static int fail(const struct cambist_call *call, int status, const char *reason)
{
    return cmb_fail(own(call)->error, status, "%s: %s", own(call)->exchange->name.at, reason);
}

/* Compiles into a scratch plugin that shares the tables, so that nothing stays behind. */
static const char *render(const struct cambist_call *slot, const char *text)
{
    struct cmb_call *call = own(slot);
    struct cmb_plugin scratch = *call->exchange->plugin;
    cmb_arena_init(&scratch.arena, 1 << 16);
    struct cmb_compiler compiler = { .plugin = &scratch, .error = call->error };
    struct cmb_template template;
    struct cmb_text rendered = { 0 }, missing = { 0 };
    int status = cmb_compile_template(&compiler, "render", text, &template);
    if (status == CAMBIST_OK)
        status = cmb_render(call, &template, &rendered, &missing);
    const char *copy = status == CAMBIST_OK ? cmb_arena_copy(&call->arena, rendered) : NULL;
    cmb_arena_clear(&scratch.arena);
    return copy;
}

static int add_parameter(const struct cambist_call *slot, const char *name, const char *value,
                         uint32_t json_form)
{
    struct cmb_call *call = own(slot);
    struct cmb_text kept = { cmb_arena_copy(&call->arena, cmb_text_of(value)), strlen(value) };
    struct cmb_text kept_name = { cmb_arena_copy(&call->arena, cmb_text_of(name)), strlen(name) };
    if (!kept.at || !kept_name.at)
        return cmb_fail_plain(call->error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a call"));
    return cmb_add_pair(call, call->endpoint->place,
                        &(struct cmb_rendered){ .name = kept_name, .value = kept,
                                               .json_form = json_form,
                                               .item = call->endpoint->items.at ? 0 : -1 });
}

/* A string's slice is given with its quotes, so that it stays JSON. */
static struct cambist_json json_of(const struct cmb_json_value *value)
{
    if (value->kind == CMB_JSON_NONE)
        return (struct cambist_json){ 0 };
    if (value->kind == CMB_JSON_STRING)
        return (struct cambist_json){ value->raw.at - 1, value->raw.length + 2 };
    return (struct cambist_json){ value->raw.at, value->raw.length };
}

static struct cambist_json find(const struct cambist_call *call, struct cambist_json json,
                                const char *path)
{
    struct cmb_json_value value = { 0 };
    struct cmb_text text = { json.at, json.length };
    if (!json.at || cmb_json_path_find(text, cmb_text_of(path), &value, own(call)->error) != CAMBIST_OK)
        return (struct cambist_json){ 0 };
    return json_of(&value);
}

static const char *text(const struct cambist_call *call, struct cambist_json json)
{
    struct cmb_json_reader reader;
    struct cmb_json_value value;
    cmb_json_init(&reader, (struct cmb_text){ json.at, json.length }, 0);
    if (!json.at || !cmb_json_read_value(&reader, &value) ||
        (value.kind != CMB_JSON_STRING && value.kind != CMB_JSON_NUMBER))
        return NULL;
    if (!value.has_escapes)
        return cmb_arena_copy(&own(call)->arena, value.raw);
    char *plain = cmb_arena_take(&own(call)->arena, value.raw.length + 1);
    size_t length = 0;
    return plain && cmb_json_unescape(value.raw, plain, value.raw.length, &length) ? plain : NULL;
}

/* The cursor is the offset behind the value that was given last. */
static struct cambist_json next(const struct cambist_call *call, struct cambist_json json,
                                uint64_t *cursor)
{
    struct cmb_json_reader reader;
    struct cmb_json_value key, value;
    (void)call;
    if (!json.at || *cursor >= json.length)
        return (struct cambist_json){ 0 };
    cmb_json_init(&reader, (struct cmb_text){ json.at, json.length }, 0);
    bool is_object = cmb_json_peek(&reader) == CMB_JSON_OBJECT;
    if (is_object ? !cmb_json_enter_object(&reader) : !cmb_json_enter_array(&reader))
        return (struct cambist_json){ 0 };
    if (*cursor) {
        reader.at = json.at + *cursor;
        reader.is_first = false;
    }
    if (!(is_object ? cmb_json_next_member(&reader, &key) : cmb_json_next_element(&reader)) ||
        !cmb_json_read_value(&reader, &value))
        return (struct cambist_json){ 0 };
    *cursor = (uint64_t)(reader.at - json.at);
    return json_of(&value);
}

/* Rows in a function are compiled when it runs: functions are for rare cases. */
static int emit_fields(const struct cambist_call *slot, struct cambist_json row,
                       const struct cambist_field *fields, uint32_t count, uint32_t row_size)
{
    struct cmb_call *call = own(slot);
    if (row_size != sizeof *fields)
        return cmb_fail_plain(call->error, CAMBIST_BAD_PLUGIN,
                              CMB_TEXT("field rows of another size"));
    struct cmb_plugin scratch = *call->exchange->plugin;
    cmb_arena_init(&scratch.arena, 1 << 18);
    struct cmb_compiler compiler = { .plugin = &scratch, .error = call->error };
    struct cmb_fields compiled;
    int status = cmb_compile_fields(&compiler, fields, count,
                                    cmb_operation_of(call->operation)->record, &compiled);
    if (status == CAMBIST_OK)
        status = cmb_emit_row(call, (struct cmb_text){ row.at, row.length }, &compiled);
    cmb_arena_clear(&scratch.arena);
    return status;
}

static int emit(const struct cambist_call *call, const void *record, size_t size)
{
    if (size != own(call)->schema->size)
        return fail(call, CAMBIST_BAD_PLUGIN, "emitted a record of another size");
    return cmb_emit_record(own(call), record);
}

const struct cambist_host cmb_host_functions = {
    .size = sizeof(struct cambist_host),
    .abi_major = CAMBIST_ABI_MAJOR,
    .abi_minor = CAMBIST_ABI_MINOR,
    .allocate = allocate,
    .fail = fail,
    .render = render,
    .add_parameter = add_parameter,
    .find = find,
    .text = text,
    .next = next,
    .emit_fields = emit_fields,
    .emit = emit,
};
