/* What does an endpoint row ask for, with which parameters, at which price? */
#include "crypto/encode.h"
#include "plugin/compile.h"

static const char *const methods[] = { "GET", "POST", "PUT", "DELETE", "PATCH" };

static bool is_query_method(struct cmb_text method)
{
    return cmb_text_is(method, CMB_TEXT("GET")) || cmb_text_is(method, CMB_TEXT("DELETE"));
}

/* "GET /api/v3/time": method and path. */
static int compile_request(struct cmb_compiler *compiler, struct cmb_endpoint *endpoint)
{
    struct cmb_text path =
        cmb_text_cut(cmb_text_of(endpoint->row->request), ' ', &endpoint->method);
    bool is_known = false;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        is_known |= cmb_text_is(endpoint->method, cmb_text_of(methods[i]));
    if (!is_known || !path.length || path.at[0] != '/')
        return cmb_refuse(compiler, "request", "must be a method and a path: \"GET /time\"");
    for (size_t i = 0; i < path.length; i++)
        if (path.at[i] <= ' ' || path.at[i] == '?' || path.at[i] == '#' || path.at[i] >= 0x7f)
            return cmb_refuse(compiler, "request", "\"%c\" cannot stand in a path", path.at[i]);
    return cmb_compile_template(compiler, "request", path.at, &endpoint->path);
}

static uint32_t place_of(const struct cmb_plugin *plugin, const struct cmb_endpoint *endpoint)
{
    if (endpoint->row->place != CAMBIST_BY_METHOD)
        return endpoint->row->place;
    return is_query_method(endpoint->method) ? CAMBIST_QUERY : plugin->tables.body;
}

/* Must never be sent twice. */
static bool is_nonce(uint32_t name)
{
    return name == CMB_NAME_NONCE || name == CMB_NAME_UUID || name == CMB_NAME_RANDOM;
}

static bool is_time(uint32_t name)
{
    return name == CMB_NAME_TIME || name == CMB_NAME_DEADLINE;
}

/* Whether the template, or what it is derived from, speaks of such a name. */
static bool speaks_of(const struct cmb_plugin *plugin, const struct cmb_template *template,
                      bool (*is_meant)(uint32_t name))
{
    for (uint32_t i = 0; i < template->count; i++) {
        const struct cmb_step *step = &template->steps[i];
        if (is_meant(step->name))
            return true;
        if (step->name != CMB_NAME_DERIVED)
            continue;
        const struct cmb_derived_name *name = &plugin->derived_names[step->index];
        for (uint32_t d = 0; d < name->count; d++)
            if (speaks_of(plugin, &plugin->derived[name->first + d].text, is_meant))
                return true;
    }
    return false;
}

/* Level 1 of signing: what is the same in every request of this endpoint is rendered once. */
static int render_head(struct cmb_compiler *compiler, struct cmb_parameter *parameter)
{
    struct cmb_buffer head;
    cmb_buffer_init(&head, 4096);
    cmb_buffer_add_char(&head, '&');
    cmb_encode_url(&head, parameter->name);
    cmb_buffer_add_char(&head, '=');
    parameter->head = cmb_buffer_text(&head);
    parameter->head.at = cmb_buffer_is_whole(&head)
                             ? cmb_arena_copy(&compiler->plugin->arena, parameter->head) : NULL;
    cmb_buffer_clear(&head);
    return parameter->head.at ? CAMBIST_OK
                              : cmb_refuse(compiler, "name", "is too long");
}

/* What own parameters and stamps have in common. */
static int compile_value(struct cmb_compiler *compiler, struct cmb_endpoint *endpoint,
                         struct cmb_parameter *parameter, const char *value, const char *when)
{
    int status = render_head(compiler, parameter);
    if (status == CAMBIST_OK)
        status = cmb_compile_template(compiler, "value", value, &parameter->value);
    if (status == CAMBIST_OK)
        status = cmb_compile_condition(compiler, when, &parameter->when);
    if (status == CAMBIST_OK && endpoint->row->reuse_ms &&
        speaks_of(compiler->plugin, &parameter->value, is_nonce))
        status = cmb_refuse(compiler, "value", "reuse_ms: a nonce is never sent twice");
    endpoint->is_timed |= status == CAMBIST_OK && endpoint->row->access == CAMBIST_SIGNED &&
                          speaks_of(compiler->plugin, &parameter->value, is_time);
    return status;
}

static int compile_parameter(struct cmb_compiler *compiler, struct cmb_endpoint *endpoint,
                             const struct cambist_parameter *row, uint32_t i)
{
    compiler->inner = (struct cmb_place){ "parameters", row->name, i + 1 };
    if (!row->name || !row->value)
        return cmb_refuse(compiler, "name", "a parameter needs a name and a value");
    struct cmb_parameter *parameter = &endpoint->parameters[endpoint->parameter_count++];
    *parameter = (struct cmb_parameter){ .name = cmb_text_of(row->name),
                                         .place = endpoint->place,
                                         .json_form = row->json_form,
                                         .is_optional = row->presence == CAMBIST_OPTIONAL,
                                         .is_repeated = row->is_repeated,
                                         .is_item = endpoint->items.at && !row->is_beside };
    return compile_value(compiler, endpoint, parameter, row->value, row->when);
}

static int compile_stamp(struct cmb_compiler *compiler, struct cmb_endpoint *endpoint, uint32_t i)
{
    const struct cambist_stamp *row = CMB_ROW(compiler->plugin->tables.stamps, i);
    if (endpoint->row->access < row->access)
        return CAMBIST_OK;
    compiler->inner = (struct cmb_place){ "stamps", row->name, i + 1 };
    if (!row->name || !row->value)
        return cmb_refuse(compiler, "name", "a stamp needs a name and a value");
    struct cmb_parameter *parameter = &endpoint->parameters[endpoint->parameter_count++];
    *parameter = (struct cmb_parameter){ .name = cmb_text_of(row->name),
                                         .place = row->place ? row->place : endpoint->place,
                                         .json_form = row->json_form };
    return compile_value(compiler, endpoint, parameter, row->value, row->when);
}

static int compile_parameters(struct cmb_compiler *compiler, struct cmb_endpoint *endpoint)
{
    uint32_t stamps = compiler->plugin->tables.stamps.count;
    uint32_t rows = endpoint->row->parameters.count;
    endpoint->parameters =
        cmb_compiler_take(compiler, rows + stamps, sizeof *endpoint->parameters);
    if (!endpoint->parameters)
        return CAMBIST_NO_MEMORY;
    int status = CAMBIST_OK;
    for (uint32_t i = 0; i < rows && status == CAMBIST_OK; i++)
        status = compile_parameter(compiler, endpoint, CMB_ROW(endpoint->row->parameters, i), i);
    endpoint->own_count = endpoint->parameter_count;
    for (uint32_t i = 0; i < stamps && status == CAMBIST_OK; i++)
        status = compile_stamp(compiler, endpoint, i);
    compiler->inner = (struct cmb_place){ 0 };
    return status;
}

static int compile_charges(struct cmb_compiler *compiler, struct cmb_endpoint *endpoint)
{
    uint32_t count = endpoint->row->charges.count;
    endpoint->charges = cmb_compiler_take(compiler, count, sizeof *endpoint->charges);
    if (!endpoint->charges)
        return CAMBIST_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        const struct cambist_charge *row = CMB_ROW(endpoint->row->charges, i);
        struct cmb_charge *charge = &endpoint->charges[endpoint->charge_count++];
        compiler->inner = (struct cmb_place){ "charges", row->limit, i + 1 };
        int limit =
            row->limit ? cmb_find_limit(compiler->plugin, cmb_text_of(row->limit)) : -1;
        if (limit < 0)
            return cmb_refuse(compiler, "limit", "there is no limit \"%s\"",
                              row->limit ? row->limit : "");
        *charge = (struct cmb_charge){ .limit = (uint32_t)limit, .weight = row->weight,
                                       .is_per_item = row->is_per_item != 0 };
        int status = cmb_compile_condition(compiler, row->when, &charge->when);
        if (status != CAMBIST_OK)
            return status;
    }
    compiler->inner = (struct cmb_place){ 0 };
    return CAMBIST_OK;
}

/* "[]" or "orders[]". */
static int compile_items(struct cmb_compiler *compiler, struct cmb_endpoint *endpoint)
{
    struct cmb_text items = cmb_text_of(endpoint->row->items);
    if (!items.at)
        return CAMBIST_OK;
    bool is_bare = items.length == 2;
    if (items.length < 2 || memcmp(items.at + items.length - 2, "[]", 2) != 0 ||
        (is_bare && endpoint->place != CAMBIST_JSON))
        return cmb_refuse(compiler, "items", "must be \"name[]\", or \"[]\" in a JSON body");
    endpoint->items = (struct cmb_text){ items.at, items.length - 2 };
    return CAMBIST_OK;
}

/* What can be told by looking at the row alone. */
static int check_row(struct cmb_compiler *compiler, struct cmb_endpoint *endpoint)
{
    const struct cambist_endpoint *row = endpoint->row;
    endpoint->operation = cmb_operation_find(cmb_text_of(row->operation));
    if (!row->operation || endpoint->operation == CAMBIST_OPERATION_NONE)
        return cmb_refuse(compiler, "operation", "there is no operation \"%s\"",
                          row->operation ? row->operation : "");
    if (!row->request)
        return cmb_refuse(compiler, "request", "is missing");
    if (row->access > CAMBIST_SIGNED)
        return cmb_refuse(compiler, "access", "there is no access %u", row->access);
    if (row->place > CAMBIST_HEADER)
        return cmb_refuse(compiler, "place", "there is no place %u", row->place);
    if (row->kinds > 15)
        return cmb_refuse(compiler, "kinds", "there is no market kind %u", row->kinds);
    if (!row->map && row->fields.count == 0)
        return cmb_refuse(compiler, "fields", "the row says nothing about the answer");
    int server = cmb_find_server(compiler->plugin, row->server);
    if (server < 0)
        return cmb_refuse(compiler, "server", "there is no server \"%s\"", row->server);
    endpoint->server = (uint32_t)server;
    return CAMBIST_OK;
}

static bool is_harmless(const struct cmb_endpoint *endpoint)
{
    if (endpoint->row->lost_answer == CAMBIST_BY_OPERATION)
        return cmb_operation_of(endpoint->operation)->class == CMB_READS;
    return endpoint->row->lost_answer == CAMBIST_HARMLESS;
}

static int compile_answer(struct cmb_compiler *compiler, struct cmb_endpoint *endpoint)
{
    const struct cambist_endpoint *row = endpoint->row;
    int status = cmb_compile_path(compiler, "rows", cmb_text_of(row->rows ? row->rows : ""), true,
                                  &endpoint->rows);
    if (status != CAMBIST_OK)
        return status;
    return cmb_compile_fields(compiler, row->fields.rows, row->fields.count,
                              cmb_operation_of(endpoint->operation)->record, &endpoint->fields);
}

static int compile_endpoint(struct cmb_compiler *compiler, struct cmb_endpoint *endpoint)
{
    static int (*const parts[])(struct cmb_compiler *, struct cmb_endpoint *) = {
        compile_items, compile_parameters, compile_charges, compile_answer
    };
    int status = check_row(compiler, endpoint);
    if (status == CAMBIST_OK)
        status = compile_request(compiler, endpoint);
    if (status == CAMBIST_OK)
        status = cmb_compile_condition(compiler, endpoint->row->when, &endpoint->when);
    endpoint->place = place_of(compiler->plugin, endpoint);
    if (status == CAMBIST_OK && endpoint->place == CAMBIST_BY_METHOD)
        status = cmb_refuse(compiler, "place", "neither the row nor the plugin's body says it");
    for (size_t i = 0; i < sizeof parts / sizeof *parts && status == CAMBIST_OK; i++)
        status = parts[i](compiler, endpoint);
    endpoint->is_harmless = is_harmless(endpoint);
    compiler->plugin->kinds |= endpoint->row->kinds;
    return status;
}

int cmb_compile_endpoints(struct cmb_compiler *compiler)
{
    struct cmb_plugin *plugin = compiler->plugin;
    uint32_t count = plugin->tables.endpoints.count;
    plugin->endpoints = cmb_compiler_take(compiler, count, sizeof *plugin->endpoints);
    if (!plugin->endpoints)
        return CAMBIST_NO_MEMORY;
    if (count == 0)
        return cmb_refuse(compiler, "endpoints", "the table is empty");
    for (uint32_t i = 0; i < CAMBIST_OPERATION_COUNT; i++)
        plugin->first_endpoints[i] = count;
    for (uint32_t i = 0; i < count; i++) {
        struct cmb_endpoint *endpoint = &plugin->endpoints[plugin->endpoint_count++];
        const struct cambist_endpoint *row = CMB_ROW(plugin->tables.endpoints, i);
        endpoint->row = row;
        endpoint->number = i + 1;
        compiler->outer = (struct cmb_place){ "endpoints", row->operation, i + 1 };
        int status = compile_endpoint(compiler, endpoint);
        if (status != CAMBIST_OK)
            return status;
        if (plugin->first_endpoints[endpoint->operation] == count)
            plugin->first_endpoints[endpoint->operation] = i;
    }
    return CAMBIST_OK;
}
