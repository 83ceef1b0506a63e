/* How are records written as this exchange answers? */
#include "simulator/exchange.h"

#include <stdio.h>

enum { STEPS_MOST = 32 };

/* ---- one row ---- */

static bool is_key_itself(const struct cmb_leaf *leaf)
{
    return leaf->path.count &&
           leaf->path.steps[leaf->path.count - 1].kind == CMB_PATH_KEY_ITSELF;
}

/* The key under which a record stands: what is read as @key, else what the record is about. */
static const char *key_of(const struct cmb_call *call, const char *record, struct json_object **ret)
{
    static const char *const names[] = { "symbol", "currency", "id" };
    const struct cmb_fields *fields = &call->endpoint->fields;
    *ret = NULL;
    for (uint32_t i = 0; i < fields->count && !*ret; i++)
        if (is_key_itself(&fields->leaves[i]))
            *ret = cmb_answer_value(call, &fields->leaves[i], record);
    for (size_t i = 0; i < sizeof names / sizeof *names && !*ret; i++) {
        int member = cmb_record_schema_find(call->schema, cmb_text_of(names[i]));
        if (member < 0)
            continue;
        const char *text = *(const char *const *)(const void *)
                               (record + call->schema->members[member].offset);
        *ret = i == 0 ? cmb_answer_market(call, text) : text ? json_object_new_string(text) : NULL;
    }
    return *ret ? json_object_get_string(*ret) : call->market ? call->market->id : NULL;
}

/* Of the names that a value may have the first is written.  A row that says its field by itself, or
 * looks at a piece of a text for people, says nothing here. */
static bool is_written(const struct cmb_call *call, const struct cmb_leaf *leaf)
{
    return !leaf->is_said && !leaf->part_mark && !is_key_itself(leaf) &&
           (!leaf->when.count || cmb_condition_holds(call, &leaf->when));
}

static bool place_leaf(const struct cmb_path *prefix, uint32_t skipped,
                       const struct cmb_leaf *leaf, const char *any, struct json_object *value,
                       struct json_object **root)
{
    struct cmb_path_step steps[STEPS_MOST];
    uint32_t count = 0;
    for (uint32_t i = skipped; i < prefix->count && count < STEPS_MOST; i++)
        steps[count++] = prefix->steps[i];
    for (uint32_t i = 0; i < leaf->path.count && count < STEPS_MOST; i++) {
        steps[count] = leaf->path.steps[i];
        if (i == 0 && (steps[count].kind == CMB_PATH_SELECT ||
                       steps[count].kind == CMB_PATH_SELECT_NOT))
            steps[count].index = 1; /* speaks of the row itself */
        count++;
    }
    return cmb_place(root, steps, count, any, value);
}

/* Direction alone is written where no size stands at the same place. */
static bool is_doubled_sign(const struct cmb_call *call, const struct cmb_leaf *leaf)
{
    const struct cmb_fields *fields = &call->endpoint->fields;
    for (uint32_t i = 0; (leaf->as & CAMBIST_SIGN) && i < fields->count; i++)
        if (&fields->leaves[i] != leaf && !(fields->leaves[i].as & CAMBIST_SIGN) &&
            cmb_answer_is_same_place(&fields->leaves[i], leaf))
            return true;
    return false;
}

/* A row that is chosen by what it says is that: [k=v]; steps that only choose lead nowhere. */
static uint32_t write_choice(const struct cmb_path *rows, uint32_t skipped,
                             struct json_object **root)
{
    for (; skipped < rows->count; skipped++) {
        const struct cmb_path_step *step = &rows->steps[skipped];
        struct cmb_path_step key = { .kind = CMB_PATH_KEY, .key = step->key };
        if (step->kind == CMB_PATH_SELECT)
            cmb_place(root, &key, 1, NULL, cmb_written_text(step->value));
        else if (step->kind != CMB_PATH_SELECT_NOT)
            break;
    }
    return skipped;
}

/* Writes what stands in the row, behind the first `skipped` steps of the rows' path. */
static void write_row(const struct cmb_call *call, const char *record, uint32_t skipped,
                      struct json_object **root)
{
    struct json_object *key;
    const char *any = key_of(call, record, &key);
    const struct cmb_fields *fields = &call->endpoint->fields;
    if (skipped)
        skipped = write_choice(&call->endpoint->rows, skipped, root);
    bool is_placed = false;
    for (uint32_t i = 0; i < fields->count; i++) {
        const struct cmb_leaf *leaf = &fields->leaves[i];
        is_placed &= leaf->is_alternative;
        if (leaf->is_from_answer || is_placed || !is_written(call, leaf))
            continue;
        struct json_object *value = cmb_answer_value(call, leaf, record);
        if (is_doubled_sign(call, leaf))
            write_choice(&leaf->path, 0, root);
        else if (value)
            is_placed = place_leaf(&call->endpoint->rows, skipped, leaf, any,
                                   json_object_get(value), root);
        json_object_put(value);
    }
    json_object_put(key);
}

/* ---- all rows ---- */

/* How many steps lead to the container of the rows; all where there is only one row. */
static uint32_t find_each(const struct cmb_path *rows)
{
    for (uint32_t i = rows->count; i > 0; i--)
        if (rows->steps[i - 1].kind == CMB_PATH_EACH_ELEMENT ||
            rows->steps[i - 1].kind == CMB_PATH_EACH_MEMBER)
            return i;
    return 0;
}

static const char *record_at(const struct cmb_call *call, uint32_t i)
{
    return call->rows + i * call->schema->size;
}

static void add_row(const struct cmb_call *call, struct json_object *container, uint32_t each,
                    const char *record)
{
    struct json_object *row = NULL, *key;
    write_row(call, record, each, &row);
    if (json_object_is_type(container, json_type_array)) {
        json_object_array_add(container, row);
        return;
    }
    const char *name = key_of(call, record, &key);
    json_object_object_add(container, name ? name : "0", row);
    json_object_put(key);
}

static void write_rows(const struct cmb_call *call, uint32_t each, struct json_object **root)
{
    const struct cmb_path *rows = &call->endpoint->rows;
    bool is_array = rows->steps[each - 1].kind == CMB_PATH_EACH_ELEMENT;
    struct json_object *container = is_array ? json_object_new_array() : json_object_new_object();
    struct json_object *key = NULL;
    const char *any = call->row_count ? key_of(call, record_at(call, 0), &key)
                      : call->market ? call->market->id : NULL;
    for (uint32_t i = 0; i < call->row_count; i++)
        add_row(call, container, each, record_at(call, i));
    cmb_place(root, rows->steps, each - 1, any, container);
    json_object_put(key);
}

static void write_answer_leaves(const struct cmb_call *call, struct json_object **root)
{
    const struct cmb_fields *fields = &call->endpoint->fields;
    static const struct cmb_path no_prefix = { 0 };
    bool is_placed = false;
    for (uint32_t i = 0; call->row_count && i < fields->count; i++) {
        const struct cmb_leaf *leaf = &fields->leaves[i];
        is_placed &= leaf->is_alternative;
        if (!leaf->is_from_answer || is_placed || !is_written(call, leaf))
            continue;
        struct json_object *value = cmb_answer_value(call, leaf, record_at(call, 0));
        if (value)
            is_placed = place_leaf(&no_prefix, 0, leaf, NULL, value, root);
    }
}

/* ---- what says that all is well ---- */

static struct cmb_text first_good(const struct cambist_failure *row)
{
    struct cmb_text first;
    cmb_text_cut(cmb_text_of(row->good), '|', &first);
    return first;
}

/* A mark in each row of a batch of orders: "data.0.sCode". */
static void place_deep_mark(const struct cmb_call *call, struct json_object *root,
                            const struct cambist_failure *row)
{
    struct cmb_text name, left = cmb_text_of(row->path);
    char head[64];
    left = cmb_text_cut(left, '.', &name);
    snprintf(head, sizeof head, "%.*s", (int)name.length, name.at);
    struct json_object *list = NULL;
    if (cmb_operation_of(call->operation)->class != CMB_WRITES || !cmb_text_begins(left, CMB_TEXT("0.")) ||
        !json_object_object_get_ex(root, head, &list) ||
        !json_object_is_type(list, json_type_array))
        return;
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        if (json_object_is_type(element, json_type_object))
            cmb_place_text(&element, left.at + 2, cmb_written_text(first_good(row)));
    }
}

/* `call` NULL: there is nothing but the marks. */
static void place_marks(const struct cambist_plugin *tables, const struct cmb_call *call,
                        struct json_object *root)
{
    for (uint32_t i = 0; i < tables->failures.count; i++) {
        const struct cambist_failure *row = CMB_ROW(tables->failures, i);
        if (!row->good || strchr(row->path, '|'))
            continue;
        if (!strchr(row->path, '.'))
            cmb_place_text(&root, row->path, cmb_written_text(first_good(row)));
        else if (call)
            place_deep_mark(call, root, row);
    }
}

/* Whether answers have marks beside their rows. */
static bool has_envelope(const struct cmb_endpoint *endpoint)
{
    return endpoint->rows.count && endpoint->rows.steps[0].kind == CMB_PATH_KEY;
}

/* The exchange's habit is that of most of its answers. */
struct json_object *cmb_practice_write_nothing(const struct cmb_plugin *plugin)
{
    struct json_object *root = json_object_new_object();
    uint32_t enveloped = 0;
    for (uint32_t i = 0; i < plugin->endpoint_count; i++)
        enveloped += has_envelope(&plugin->endpoints[i]);
    if (enveloped * 2 > plugin->endpoint_count)
        place_marks(&plugin->tables, NULL, root);
    return root;
}

struct json_object *cmb_practice_write_rows(struct cmb_call *call)
{
    struct json_object *root = NULL;
    uint32_t each = find_each(&call->endpoint->rows);
    if (each)
        write_rows(call, each, &root);
    else if (call->row_count)
        write_row(call, record_at(call, 0), 0, &root);
    write_answer_leaves(call, &root);
    return root ? root : json_object_new_object();
}

struct json_object *cmb_practice_write(struct cmb_call *call)
{
    struct json_object *root = cmb_practice_write_rows(call);
    if (has_envelope(call->endpoint) && json_object_is_type(root, json_type_object))
        place_marks(&call->exchange->plugin->tables, call, root);
    return root;
}
