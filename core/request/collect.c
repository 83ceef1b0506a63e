/* What of a value do the leaves want? */
#include "request/map.h"
#include "request/stencil.h"

#include "json/number.h"
#include "number/decimal.h"

/* The elements of a sum are added up where they are numbers and the same where they are texts. */
static void add_up(struct cmb_mapper *mapper, int leaf, struct cmb_json_value value)
{
    struct cmb_json_value *sum = &mapper->found[leaf];
    struct cambist_decimal a, b;
    if (mapper->lesson)
        mapper->lesson->is_unfit = true; /* the sum stands nowhere in the text */
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

void cmb_keep(struct cmb_mapper *mapper, int leaf, struct cmb_json_value value)
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

/* Whether the object that comes next has the member that `step` asks for.  Reads nothing. */
static bool is_selected(const struct cmb_mapper *mapper, struct cmb_json_reader reader,
                        const struct cmb_path_step *step)
{
    struct cmb_json_value key, value;
    if (cmb_json_peek(&reader) != CMB_JSON_OBJECT || !cmb_json_enter_object(&reader))
        return false;
    while (cmb_json_next_member(&reader, &key)) {
        if (cmb_json_is(&key, step->key)) {
            bool is_read = cmb_json_read_value(&reader, &value);
            if (mapper->lesson && is_read)
                cmb_lesson_pin(mapper->lesson, &value);
            return is_read && cmb_text_is(value.raw, step->value);
        }
        if (!cmb_json_skip(&reader))
            return false;
    }
    return false;
}

bool cmb_step_chooses(const struct cmb_mapper *mapper, const struct cmb_json_reader *reader,
                      const struct cmb_path_step *step)
{
    struct cmb_json_reader look = *reader;
    if (step->kind == CMB_PATH_SELECT)
        return is_selected(mapper, look, step);
    return step->kind == CMB_PATH_SELECT_NOT && cmb_json_peek(&look) == CMB_JSON_OBJECT &&
           !is_selected(mapper, *reader, step);
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

/* Several children may want the same value: the first reads on, the others read a copy. */
static void visit(struct cmb_mapper *mapper, struct cmb_json_reader *reader,
                  const struct cmb_json_reader *start, bool is_read, const struct cmb_node *child)
{
    struct cmb_json_reader again = *start;
    cmb_collect(mapper, is_read ? &again : reader, child);
}

static bool is_market(const struct cmb_call *call, const struct cmb_json_value *key)
{
    const struct cambist_market *market = call->market;
    return market && ((market->id && cmb_json_is(key, cmb_text_of(market->id))) ||
                      (market->alias && cmb_json_is(key, cmb_text_of(market->alias))));
}

bool cmb_step_names(const struct cmb_call *call, const struct cmb_json_value *key,
                    const struct cmb_path_step *step)
{
    return (step->kind == CMB_PATH_KEY && cmb_json_is(key, step->key)) ||
           (step->kind == CMB_PATH_MARKET && is_market(call, key));
}

static inline bool is_named(const struct cmb_node *node, const struct cmb_json_value *key)
{
    return node->step.kind == CMB_PATH_KEY && cmb_text_is(key->raw, node->step.key);
}

static const struct cmb_node *find_escaped(const struct cmb_node *node,
                                           const struct cmb_json_value *key)
{
    const struct cmb_node *child = node->child;
    while (child && !(child->step.kind == CMB_PATH_KEY && cmb_json_is(key, child->step.key)))
        child = child->next;
    return child;
}

/* The child that wants the member of that key.  Members mostly come in the order of the rows, so the
 * one behind the child that was found before is looked at first. */
static const struct cmb_node *find_child(const struct cmb_node *node, const struct cmb_node *next,
                                         const struct cmb_json_value *key)
{
    if (key->has_escapes)
        return find_escaped(node, key);
    if (next && is_named(next, key))
        return next;
    uint32_t at = cmb_name_hash(key->raw) & node->name_mask;
    while (node->names[at] && !cmb_text_is(key->raw, node->names[at]->step.key))
        at = (at + 1) & node->name_mask;
    return node->names[at];
}

/* The usual case: every child is a key, but for those that choose the object. */
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
            cmb_keep(mapper, child->key_leaf, key);
        cmb_collect(mapper, reader, child);
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
            bool is_any = child->step.kind == CMB_PATH_ANY && !had_any && cmb_is_container(&start);
            had_any |= is_any;
            if (!is_any && !cmb_step_names(mapper->call, &key, &child->step))
                continue;
            if (child->key_leaf >= 0)
                cmb_keep(mapper, child->key_leaf, key);
            visit(mapper, reader, &start, is_read, child);
            is_read = true;
        }
        if (!is_read)
            cmb_json_skip(reader);
    }
}

static bool wants_element(const struct cmb_mapper *mapper, const struct cmb_node *child,
                          struct cmb_json_reader *reader, uint32_t index)
{
    switch (child->step.kind) {
    case CMB_PATH_EACH_ELEMENT: return true;
    case CMB_PATH_INDEX: return child->step.index == index;
    case CMB_PATH_ANY: return index == 0 && cmb_is_container(reader);
    case CMB_PATH_SELECT:
    case CMB_PATH_SELECT_NOT: return cmb_step_chooses(mapper, reader, &child->step);
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
            if ((taken & bit) || !wants_element(mapper, child, &start, index))
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
        if (cmb_step_chooses(mapper, start, &child->step))
            cmb_collect(mapper, &again, child);
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

void cmb_collect(struct cmb_mapper *mapper, struct cmb_json_reader *reader,
                 const struct cmb_node *node)
{
    struct cmb_json_reader start = *reader;
    struct cmb_json_value value;
    int levels = levels_leaf(mapper, node->leaf);
    if (levels >= 0) {
        note_levels(mapper, node->leaf, cmb_json_peek(reader));
        mapper->read_levels(mapper, levels, reader);
    } else if (node->leaf >= 0 && cmb_json_read_value(reader, &value)) {
        cmb_keep(mapper, node->leaf, value);
    }
    struct cmb_json_reader *inside = node->leaf >= 0 ? &start : reader;
    enum cmb_json_kind kind = node->child ? cmb_json_peek(inside) : CMB_JSON_NONE;
    if (kind == CMB_JSON_OBJECT) {
        if (node->has_choices)
            collect_chosen(mapper, inside, node);
        (node->has_names ? collect_names : collect_members)(mapper, inside, node);
    } else if (kind == CMB_JSON_ARRAY) {
        collect_elements(mapper, inside, node);
    } else if (node->leaf < 0) {
        cmb_json_skip(reader);
    }
}

/* ---- the answer itself ---- */

static uint32_t count_children(const struct cmb_node *node)
{
    uint32_t count = 0;
    for (const struct cmb_node *child = node->child; child; child = child->next)
        count++;
    return count;
}

void cmb_collect_outer(struct cmb_mapper *mapper, struct cmb_json_reader *reader)
{
    const struct cmb_node *tree = mapper->fields->answer_tree;
    struct cmb_json_value key;
    if (!mapper->on_row || !tree->has_names || cmb_json_peek(reader) != CMB_JSON_OBJECT) {
        cmb_collect(mapper, reader, tree);
        return;
    }
    cmb_json_enter_object(reader);
    for (uint32_t left = count_children(tree); left && cmb_json_next_member(reader, &key);) {
        const struct cmb_node *child = find_child(tree, tree->child, &key);
        if (child && child->key_leaf >= 0)
            cmb_keep(mapper, child->key_leaf, key);
        if (child)
            cmb_collect(mapper, reader, child);
        else
            cmb_json_skip(reader);
        left -= child != NULL;
    }
}
