/* Which records does an answer hold? */
#include "request/map.h"

#include "json/number.h"
#include "number/decimal.h"

/* ---- looking ---- */

/* The elements of a sum are added up where they are numbers and the same where they are texts. */
static void add_up(struct cmb_mapper *mapper, int leaf, struct cmb_json_value value)
{
    struct cmb_json_value *sum = &mapper->found[leaf];
    struct cambist_decimal a, b;
    if (mapper->fields->leaves[leaf].kind != CMB_MEMBER_DECIMAL) {
        mapper->is_mixed |= !cmb_text_is(sum->raw, value.raw);
        return;
    }
    char *text = cmb_arena_take(&mapper->call->arena, CMB_DECIMAL_TEXT_SIZE);
    if (!text || cmb_decimal_parse(sum->raw, &a) != CMB_NUMBER_FINE ||
        cmb_decimal_parse(value.raw, &b) != CMB_NUMBER_FINE ||
        cmb_decimal_add(&a, &b, &a) != CMB_NUMBER_FINE)
        mapper->is_mixed = true;
    else
        sum->raw = (struct cmb_text){ text, cmb_decimal_format(&a, text) };
}

static void keep(struct cmb_mapper *mapper, int leaf, struct cmb_json_value value)
{
    for (; leaf >= 0; leaf = mapper->fields->next_leaf[leaf]) {
        if (mapper->found[leaf].kind != CMB_JSON_NONE &&
            (mapper->fields->leaves[leaf].as & CAMBIST_SUM)) {
            add_up(mapper, leaf, value);
            continue;
        }
        mapper->is_double |= mapper->found[leaf].kind != CMB_JSON_NONE;
        mapper->found[leaf] = value;
    }
}

static bool is_container(struct cmb_json_reader *reader)
{
    enum cmb_json_kind kind = cmb_json_peek(reader);
    return kind == CMB_JSON_OBJECT || kind == CMB_JSON_ARRAY;
}

/* Whether the object that comes next has the member that `step` asks for.  Reads nothing. */
static bool is_selected(struct cmb_json_reader reader, const struct cmb_path_step *step)
{
    struct cmb_json_value key, value;
    if (cmb_json_peek(&reader) != CMB_JSON_OBJECT || !cmb_json_enter_object(&reader))
        return false;
    while (cmb_json_next_member(&reader, &key)) {
        if (cmb_json_is(&key, step->key))
            return cmb_json_read_value(&reader, &value) && cmb_text_is(value.raw, step->value);
        if (!cmb_json_skip(&reader))
            return false;
    }
    return false;
}

/* Whether what comes next is an object that the step takes for itself. */
static bool is_chosen(const struct cmb_json_reader *reader, const struct cmb_path_step *step)
{
    struct cmb_json_reader look = *reader;
    if (step->kind == CMB_PATH_SELECT)
        return is_selected(look, step);
    return step->kind == CMB_PATH_SELECT_NOT && cmb_json_peek(&look) == CMB_JSON_OBJECT &&
           !is_selected(*reader, step);
}

/* Whether the element that comes next is the `place`th from the end, 1 being the last. */
static bool is_from_end(struct cmb_json_reader reader, uint32_t place)
{
    while (place-- > 1)
        if (!cmb_json_skip(&reader) || !cmb_json_next_element(&reader))
            return false;
    cmb_json_skip(&reader);
    return !cmb_json_next_element(&reader);
}

static void collect(struct cmb_mapper *mapper, struct cmb_json_reader *reader,
                    const struct cmb_node *node);

/* Several children may want the same value: the first reads on, the others read a copy. */
static void visit(struct cmb_mapper *mapper, struct cmb_json_reader *reader,
                  const struct cmb_json_reader *start, bool is_read, const struct cmb_node *child)
{
    struct cmb_json_reader again = *start;
    collect(mapper, is_read ? &again : reader, child);
}

static bool is_market(const struct cmb_call *call, const struct cmb_json_value *key)
{
    const struct cambist_market *market = call->market;
    return market && ((market->id && cmb_json_is(key, cmb_text_of(market->id))) ||
                      (market->alias && cmb_json_is(key, cmb_text_of(market->alias))));
}

static bool has_key(const struct cmb_call *call, const struct cmb_json_value *key,
                    const struct cmb_path_step *step)
{
    return (step->kind == CMB_PATH_KEY && cmb_json_is(key, step->key)) ||
           (step->kind == CMB_PATH_MARKET && is_market(call, key));
}

/* The child that wants the member of that key.  Members mostly come in the order in which they came
 * the last time, so the search begins behind the child that was found before. */
static const struct cmb_node *find_child(const struct cmb_node *node, const struct cmb_node *from,
                                         const struct cmb_json_value *key)
{
    const struct cmb_node *child;
    for (child = from; child; child = child->next)
        if (cmb_json_is(key, child->step.key))
            return child;
    for (child = node->child; child != from; child = child->next)
        if (cmb_json_is(key, child->step.key))
            return child;
    return NULL;
}

/* The usual case: every child is a key. */
static void collect_names(struct cmb_mapper *mapper, struct cmb_json_reader *reader,
                          const struct cmb_node *node)
{
    const struct cmb_node *from = node->child;
    struct cmb_json_value key;
    cmb_json_enter_object(reader);
    while (cmb_json_next_member(reader, &key)) {
        const struct cmb_node *child = find_child(node, from, &key);
        if (!child) {
            cmb_json_skip(reader);
            continue;
        }
        if (child->key_leaf >= 0)
            keep(mapper, child->key_leaf, key);
        collect(mapper, reader, child);
        from = child->next;
    }
}

static void collect_members(struct cmb_mapper *mapper, struct cmb_json_reader *reader,
                            const struct cmb_node *node)
{
    struct cmb_json_value key;
    bool had_any = false;
    cmb_json_enter_object(reader);
    while (cmb_json_next_member(reader, &key)) {
        struct cmb_json_reader start = *reader;
        bool is_read = false;
        for (const struct cmb_node *child = node->child; child; child = child->next) {
            bool is_any = child->step.kind == CMB_PATH_ANY && !had_any && is_container(&start);
            had_any |= is_any;
            if (!is_any && !has_key(mapper->call, &key, &child->step))
                continue;
            if (child->key_leaf >= 0)
                keep(mapper, child->key_leaf, key);
            visit(mapper, reader, &start, is_read, child);
            is_read = true;
        }
        if (!is_read)
            cmb_json_skip(reader);
    }
}

static bool wants_element(const struct cmb_node *child, struct cmb_json_reader *reader,
                          uint32_t index)
{
    switch (child->step.kind) {
    case CMB_PATH_EACH_ELEMENT: return true;
    case CMB_PATH_INDEX: return child->step.index == index;
    case CMB_PATH_ANY: return index == 0 && is_container(reader);
    case CMB_PATH_SELECT:
    case CMB_PATH_SELECT_NOT: return is_chosen(reader, &child->step);
    case CMB_PATH_LAST: return is_from_end(*reader, child->step.index);
    default: return false;
    }
}

static void collect_elements(struct cmb_mapper *mapper, struct cmb_json_reader *reader,
                             const struct cmb_node *node)
{
    uint64_t taken = 0; /* children that have chosen their element */
    cmb_json_enter_array(reader);
    for (uint32_t index = 0; cmb_json_next_element(reader); index++) {
        struct cmb_json_reader start = *reader;
        bool is_read = false;
        uint64_t bit = 1;
        for (const struct cmb_node *child = node->child; child; child = child->next, bit <<= 1) {
            if ((taken & bit) || !wants_element(child, &start, index))
                continue;
            if (child->step.kind != CMB_PATH_EACH_ELEMENT)
                taken |= bit;
            visit(mapper, reader, &start, is_read, child);
            is_read = true;
        }
        if (!is_read)
            cmb_json_skip(reader);
    }
}

/* What the object that comes next gives when a step chooses the object itself. */
static void collect_chosen(struct cmb_mapper *mapper, const struct cmb_json_reader *start,
                           const struct cmb_node *node)
{
    for (const struct cmb_node *child = node->child; child; child = child->next) {
        struct cmb_json_reader again = *start;
        if (is_chosen(start, &child->step))
            collect(mapper, &again, child);
    }
}

/* The leaf of a node whose levels are read by a function; -1: none is. */
static int levels_leaf(const struct cmb_mapper *mapper, int leaf)
{
    if (!mapper->read_levels)
        return -1;
    while (leaf >= 0 && mapper->fields->leaves[leaf].kind != CMB_MEMBER_LEVELS)
        leaf = mapper->fields->next_leaf[leaf];
    return leaf;
}

/* Whatever else asks about levels learns only that they are there. */
static void note_levels(struct cmb_mapper *mapper, int leaf, enum cmb_json_kind kind)
{
    for (; leaf >= 0; leaf = mapper->fields->next_leaf[leaf])
        if (mapper->fields->leaves[leaf].kind != CMB_MEMBER_LEVELS)
            mapper->found[leaf] = (struct cmb_json_value){ .kind = kind };
}

/* Reads the value that comes next and keeps what the leaves below `node` want of it. */
static void collect(struct cmb_mapper *mapper, struct cmb_json_reader *reader,
                    const struct cmb_node *node)
{
    struct cmb_json_reader start = *reader;
    struct cmb_json_value value;
    int levels = levels_leaf(mapper, node->leaf);
    if (levels >= 0) {
        note_levels(mapper, node->leaf, cmb_json_peek(reader));
        mapper->read_levels(mapper, levels, reader);
    } else if (node->leaf >= 0 && cmb_json_read_value(reader, &value)) {
        keep(mapper, node->leaf, value);
    }
    struct cmb_json_reader *inside = node->leaf >= 0 ? &start : reader;
    enum cmb_json_kind kind = node->child ? cmb_json_peek(inside) : CMB_JSON_NONE;
    if (kind == CMB_JSON_OBJECT && node->has_names) {
        collect_names(mapper, inside, node);
    } else if (kind == CMB_JSON_OBJECT) {
        if (node->has_choices)
            collect_chosen(mapper, inside, node);
        collect_members(mapper, inside, node);
    } else if (kind == CMB_JSON_ARRAY) {
        collect_elements(mapper, inside, node);
    } else if (node->leaf < 0) {
        cmb_json_skip(reader);
    }
}

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
        keep(mapper, tree->key_leaf, *key);
    if (tree)
        collect(mapper, reader, tree);
    else
        cmb_json_skip(reader);
    if (reader->reason)
        return cmb_json_report(reader, mapper->call->error);
    if (mapper->is_double)
        return refuse_double(mapper);
    if (mapper->is_mixed)
        forget_sums(mapper);
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
    case CMB_PATH_ANY: return !had_any && is_container(reader);
    default: return has_key(call, key, step);
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
                         is_chosen(reader, step);
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
    if (is_chosen(reader, &mapper->call->endpoint->rows.steps[depth]))
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
        collect(mapper, &reader, mapper->fields->answer_tree);
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

int cmb_map(struct cmb_call *call)
{
    struct cmb_mapper mapper = { 0 };
    int status = call->endpoint->row->map ? map_function(call) : cmb_map_with(call, &mapper);
    return status == CAMBIST_OK ? CAMBIST_OK : cmb_unreadable(call, status);
}
