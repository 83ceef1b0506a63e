/* Which records does an answer hold? */
#include "request/map.h"
#include "request/stencil.h"

/* ---- rows ---- */

static int refuse_double(struct cmb_mapper *mapper)
{
    return cmb_fail(mapper->call->error, CAMBIST_GARBLED,
                    "%s %s: a member of the answer stands there twice",
                    mapper->call->exchange->name.at,
                    cmb_operation_of(mapper->call->operation)->name.at);
}

static void forget_row(struct cmb_mapper *mapper)
{
    for (uint32_t i = 0; i < mapper->fields->count; i++)
        if (!mapper->fields->leaves[i].is_from_answer)
            mapper->found[i].kind = CMB_JSON_NONE;
}

static void forget_sums(struct cmb_mapper *mapper)
{
    for (uint32_t i = 0; i < mapper->fields->count; i++)
        if (mapper->fields->leaves[i].as & CAMBIST_SUM)
            mapper->found[i].kind = CMB_JSON_NONE;
    mapper->is_mixed = false;
}

static int map_row(struct cmb_mapper *mapper, struct cmb_json_reader *reader,
                   const struct cmb_json_value *key)
{
    forget_row(mapper);
    const struct cmb_node *tree = mapper->fields->row_tree;
    if (key && tree && tree->key_leaf >= 0)
        cmb_keep(mapper, tree->key_leaf, *key);
    if (tree)
        cmb_collect(mapper, reader, tree);
    else
        cmb_json_skip(reader);
    if (reader->reason)
        return cmb_json_report(reader, mapper->call->error);
    if (mapper->is_double)
        return refuse_double(mapper);
    if (mapper->is_mixed)
        forget_sums(mapper);
    if (mapper->lesson)
        cmb_lesson_note_row(mapper->lesson, mapper->fields, mapper->found);
    if (mapper->on_row)
        return mapper->on_row(mapper);
    return cmb_emit_found(mapper->call, mapper->fields, mapper->found);
}

static int walk(struct cmb_mapper *mapper, struct cmb_json_reader *reader, uint32_t depth,
                const struct cmb_json_value *key);

static bool wants_member(const struct cmb_call *call, const struct cmb_path_step *step,
                         const struct cmb_json_value *key, struct cmb_json_reader *reader,
                         bool had_any)
{
    switch (step->kind) {
    case CMB_PATH_EACH_MEMBER: return true;
    case CMB_PATH_ANY: return !had_any && cmb_is_container(reader);
    default: return cmb_step_names(call, key, step);
    }
}

static int walk_members(struct cmb_mapper *mapper, struct cmb_json_reader *reader, uint32_t depth)
{
    const struct cmb_path_step *step = &mapper->call->endpoint->rows.steps[depth];
    struct cmb_json_value key;
    bool had_any = false;
    int status = CAMBIST_OK;
    cmb_json_enter_object(reader);
    while (status == CAMBIST_OK && cmb_json_next_member(reader, &key)) {
        bool is_wanted = wants_member(mapper->call, step, &key, reader, had_any);
        had_any |= is_wanted;
        if (is_wanted)
            status = walk(mapper, reader, depth + 1, &key);
        else
            cmb_json_skip(reader);
    }
    return status;
}

static int walk_elements(struct cmb_mapper *mapper, struct cmb_json_reader *reader, uint32_t depth)
{
    const struct cmb_path_step *step = &mapper->call->endpoint->rows.steps[depth];
    int status = CAMBIST_OK;
    cmb_json_enter_array(reader);
    for (uint32_t i = 0; status == CAMBIST_OK && cmb_json_next_element(reader); i++) {
        bool is_wanted = step->kind == CMB_PATH_EACH_ELEMENT ||
                         step->kind == CMB_PATH_EACH_MEMBER ||
                         (step->kind == CMB_PATH_INDEX && step->index == i) ||
                         cmb_step_chooses(mapper, reader, step);
        if (is_wanted)
            status = walk(mapper, reader, depth + 1, NULL);
        else
            cmb_json_skip(reader);
    }
    return status;
}

/* An object that the step chooses or passes over by what it says of itself. */
static int walk_chosen(struct cmb_mapper *mapper, struct cmb_json_reader *reader, uint32_t depth,
                       const struct cmb_json_value *key)
{
    if (cmb_step_chooses(mapper, reader, &mapper->call->endpoint->rows.steps[depth]))
        return walk(mapper, reader, depth + 1, key);
    cmb_json_skip(reader);
    return CAMBIST_OK;
}

/* Follows the path of the rows; a single object stands for a list of one. */
static int walk(struct cmb_mapper *mapper, struct cmb_json_reader *reader, uint32_t depth,
                const struct cmb_json_value *key)
{
    const struct cmb_path *rows = &mapper->call->endpoint->rows;
    if (depth == rows->count)
        return map_row(mapper, reader, key);
    uint32_t kind = rows->steps[depth].kind;
    bool is_each = kind == CMB_PATH_EACH_ELEMENT;
    switch (cmb_json_peek(reader)) {
    case CMB_JSON_OBJECT:
        if (kind == CMB_PATH_SELECT || kind == CMB_PATH_SELECT_NOT)
            return walk_chosen(mapper, reader, depth, key);
        return is_each ? walk(mapper, reader, depth + 1, key) : walk_members(mapper, reader, depth);
    case CMB_JSON_ARRAY:
        return walk_elements(mapper, reader, depth);
    default:
        cmb_json_skip(reader);
        return CAMBIST_OK;
    }
}

/* ---- the whole answer ---- */

static int start_rows(struct cmb_call *call, struct cmb_mapper *mapper)
{
    mapper->call = call;
    mapper->fields = &call->endpoint->fields;
    call->schema = mapper->fields->schema;
    mapper->found = cmb_arena_take(&call->arena, (mapper->fields->count + 1) *
                                                     sizeof *mapper->found);
    return mapper->found ? CAMBIST_OK
                         : cmb_fail_plain(call->error, CAMBIST_NO_MEMORY,
                                          CMB_TEXT("no memory for an answer"));
}

int cmb_map_with(struct cmb_call *call, struct cmb_mapper *mapper)
{
    int status = start_rows(call, mapper);
    if (status != CAMBIST_OK)
        return status;
    struct cmb_json_reader reader;
    if (mapper->fields->answer_tree) {
        cmb_json_init(&reader, call->answer_body, 0);
        cmb_collect_outer(mapper, &reader);
    }
    cmb_json_init(&reader, call->answer_body, 0);
    status = walk(mapper, &reader, 0, NULL);
    if (status == CAMBIST_OK && !cmb_json_finish(&reader))
        status = cmb_json_report(&reader, call->error);
    return status;
}

int cmb_emit_row(struct cmb_call *call, struct cmb_text json, const struct cmb_fields *fields)
{
    struct cmb_mapper mapper = { .call = call, .fields = fields };
    mapper.found = cmb_arena_take(&call->arena, (fields->count + 1) * sizeof *mapper.found);
    if (!mapper.found)
        return CAMBIST_NO_MEMORY;
    struct cmb_json_reader reader;
    cmb_json_init(&reader, json, 0);
    return map_row(&mapper, &reader, NULL);
}

static int map_function(struct cmb_call *call)
{
    call->schema = call->endpoint->fields.schema;
    return call->endpoint->row->map(&call->slot, (struct cambist_json){ call->answer_body.at,
                                                                        call->answer_body.length });
}

static int map_by_tables(struct cmb_call *call)
{
    struct cmb_mapper mapper = { .lesson = call->lesson };
    return cmb_map_with(call, &mapper);
}

/* By what a stencil has found. */
static int map_found(struct cmb_call *call)
{
    call->schema = call->endpoint->fields.schema;
    return cmb_emit_found(call, &call->endpoint->fields, call->found);
}

int cmb_map(struct cmb_call *call)
{
    int (*const map)(struct cmb_call *call) =
        call->endpoint->row->map ? map_function : call->found ? map_found : map_by_tables;
    int status = map(call);
    return status == CAMBIST_OK ? CAMBIST_OK : cmb_unreadable(call, status);
}

int cmb_map_answer(struct cmb_call *call)
{
    call->lesson = call->found ? NULL : cmb_stencils_start_lesson(call);
    int status = cmb_map(call);
    if (status == CAMBIST_OK && call->lesson)
        cmb_stencils_learn(call, call->lesson);
    return status;
}
