/* Which values of a row become which members of a record? */
#include "plugin/compile.h"

#include "number/decimal.h"

struct builder {
    struct cmb_compiler *compiler;
    struct cmb_fields *fields;
    struct cmb_leaf *leaves;
    int *next_leaf;
    struct cmb_node *row_tree, *answer_tree;
};

/* ---- leaves ---- */

static int check_as(struct cmb_compiler *compiler, const struct cambist_field *row, uint32_t kind)
{
    uint32_t unit = row->as & 15;
    if (unit > CAMBIST_ISO || row->as >= 2 * CAMBIST_SUM)
        return cmb_refuse(compiler, "as", "there is no way %u to read a value", row->as);
    if ((kind == CMB_MEMBER_TIME) != (unit != 0))
        return cmb_refuse(compiler, "as", kind == CMB_MEMBER_TIME ? "a time must say its unit"
                                                                  : "only a time has a unit");
    return CAMBIST_OK;
}

/* The words of a field: those it names, else those of its kind. */
static int find_words(struct cmb_compiler *compiler, const struct cambist_field *row,
                      struct cmb_leaf *leaf)
{
    const struct cmb_plugin *plugin = compiler->plugin;
    const struct cmb_vocabulary *vocabulary = cmb_vocabulary_of(leaf->kind);
    if (row->words) {
        leaf->words = cmb_words_find(plugin, cmb_text_of(row->words));
        if (!leaf->words)
            return cmb_refuse(compiler, "words", "there is no table of words \"%s\"", row->words);
        for (uint32_t i = 0; vocabulary && i < leaf->words->count; i++)
            if (!cmb_vocabulary_number(vocabulary, leaf->words->rows[i].ours))
                return cmb_refuse(compiler, "words", "\"%s\" in table %s is no %s",
                                  leaf->words->rows[i].ours.at, row->words, vocabulary->name.at);
        return CAMBIST_OK;
    }
    if (leaf->kind == CMB_MEMBER_CURRENCY)
        leaf->words = cmb_words_find(plugin, CMB_TEXT("currency"));
    else if (vocabulary)
        leaf->words = cmb_words_find(plugin, vocabulary->name);
    return CAMBIST_OK;
}

static int find_member(struct cmb_compiler *compiler, const struct cambist_field *row,
                       const struct cmb_record_schema *schema, struct cmb_leaf *leaf)
{
    leaf->member = -1;
    if (!row->field && !row->constant)
        return cmb_refuse(compiler, "field", "a row has either a field or a constant");
    if (!row->field)
        return CAMBIST_OK;
    leaf->member = cmb_record_schema_find(schema, cmb_text_of(row->field));
    if (leaf->member < 0)
        return cmb_refuse(compiler, "field", "a %s has no \"%s\"", schema->name.at, row->field);
    leaf->kind = schema->members[leaf->member].kind;
    int status = check_as(compiler, row, leaf->kind);
    return status == CAMBIST_OK ? find_words(compiler, row, leaf) : status;
}

/* "family:-0": cuts the part that is wanted off the path. */
static struct cmb_text cut_part(struct cmb_text path, struct cmb_leaf *leaf)
{
    const char *end = path.at + path.length;
    if (path.length < 4 || end[-3] != ':' || end[-1] < '0' || end[-1] > '9')
        return path;
    leaf->part_mark = end[-2];
    leaf->part = (uint8_t)(end[-1] - '0');
    return (struct cmb_text){ path.at, path.length - 3 };
}

static int add_leaf(struct builder *builder, struct cmb_leaf leaf, struct cmb_text path)
{
    path = cut_part(path, &leaf);
    if (path.length && path.at[0] == '/') {
        leaf.is_from_answer = true;
        path = (struct cmb_text){ path.at + 1, path.length - 1 };
    }
    int status = cmb_compile_path(builder->compiler, "path", path, leaf.as & CAMBIST_SUM,
                                  &leaf.path);
    if (status == CAMBIST_OK)
        builder->leaves[builder->fields->count++] = leaf;
    return status;
}

/* A constant is our word already, not the exchange's. */
static int check_said(struct cmb_compiler *compiler, const struct cambist_field *row,
                      struct cmb_leaf *leaf)
{
    const struct cmb_vocabulary *vocabulary = cmb_vocabulary_of(leaf->kind);
    struct cambist_decimal number;
    leaf->words = NULL;
    if (vocabulary && !cmb_vocabulary_number(vocabulary, cmb_text_of(row->constant)))
        return cmb_refuse(compiler, "constant", "\"%s\" is no %.*s", row->constant,
                          (int)vocabulary->name.length, vocabulary->name.at);
    if (leaf->kind == CMB_MEMBER_DECIMAL &&
        cmb_decimal_parse(cmb_text_of(row->constant), &number) != CMB_NUMBER_FINE)
        return cmb_refuse(compiler, "constant", "\"%s\" is no number", row->constant);
    return CAMBIST_OK;
}

static int add_row(struct builder *builder, const struct cambist_field *row)
{
    struct cmb_compiler *compiler = builder->compiler;
    struct cmb_leaf leaf = { .row = row, .as = row->as };
    leaf.is_said = row->field && row->constant;
    if (!row->path && !leaf.is_said)
        return cmb_refuse(compiler, "path", "is missing");
    int status = find_member(compiler, row, builder->fields->schema, &leaf);
    if (status == CAMBIST_OK && leaf.is_said)
        status = check_said(compiler, row, &leaf);
    if (status == CAMBIST_OK)
        status = cmb_compile_condition(compiler, row->when, &leaf.when);
    struct cmb_text left = cmb_text_of(row->path ? row->path : "");
    while (status == CAMBIST_OK && left.at) {
        struct cmb_text path;
        left = cmb_text_cut(left, '|', &path);
        status = add_leaf(builder, leaf, path);
        leaf.is_alternative = true;
    }
    return status;
}

/* Rows that speak of a book's levels, not of the book. */
static bool is_level_row(const struct cambist_field *row)
{
    return row->field && strncmp(row->field, "level_", 6) == 0;
}

static int compile_level_path(struct builder *builder, const char *path, struct cmb_path *ret)
{
    int status = cmb_compile_path(builder->compiler, "path", cmb_text_of(path), false, ret);
    if (status == CAMBIST_OK && ret->count != 1)
        return cmb_refuse(builder->compiler, "path", "a level is read by one step");
    return status;
}

static int compile_level(struct builder *builder, const struct cambist_field *row)
{
    static const char *const names[CMB_LEVEL_PARTS] = {
        [CMB_LEVEL_PRICE] = "level_price",       [CMB_LEVEL_AMOUNT] = "level_amount",
        [CMB_LEVEL_SIDE] = "level_side",         [CMB_LEVEL_COUNT] = "level_count",
        [CMB_LEVEL_SEQUENCE] = "level_sequence",
    };
    struct cmb_fields *fields = builder->fields;
    for (size_t i = 0; i < CMB_LEVEL_PARTS; i++) {
        if (strcmp(row->field, names[i]) != 0)
            continue;
        if (!row->path)
            return cmb_refuse(builder->compiler, "path", "is missing");
        if (i == CMB_LEVEL_SIDE) {
            fields->level_side_row = row;
            fields->level_sides =
                cmb_words_find(builder->compiler->plugin,
                               row->words ? cmb_text_of(row->words) : CMB_TEXT("side"));
            if (!fields->level_sides)
                return cmb_refuse(builder->compiler, "words", "no table names the sides");
        }
        return compile_level_path(builder, row->path, &fields->level[i]);
    }
    return cmb_refuse(builder->compiler, "field",
                      "a level has a price, amount, side, sequence and count, no %s", row->field);
}

static bool is_at(const struct cmb_path *path, uint32_t index)
{
    return path->steps[0].kind == CMB_PATH_INDEX && path->steps[0].index == index;
}

/* Without rows about levels: [price, amount, ...]. */
static int complete_levels(struct builder *builder)
{
    struct cmb_path *level = builder->fields->level;
    int status = CAMBIST_OK;
    if (!level[CMB_LEVEL_PRICE].count)
        status = compile_level_path(builder, "0", &level[CMB_LEVEL_PRICE]);
    if (status == CAMBIST_OK && !level[CMB_LEVEL_AMOUNT].count)
        status = compile_level_path(builder, "1", &level[CMB_LEVEL_AMOUNT]);
    builder->fields->has_pairs = status == CAMBIST_OK && is_at(&level[CMB_LEVEL_PRICE], 0) &&
                                 is_at(&level[CMB_LEVEL_AMOUNT], 1) &&
                                 !level[CMB_LEVEL_SIDE].count && !level[CMB_LEVEL_SEQUENCE].count &&
                                 !level[CMB_LEVEL_COUNT].count;
    return status;
}

/* ---- trees ---- */

static bool is_same_step(const struct cmb_path_step *a, const struct cmb_path_step *b)
{
    return a->kind == b->kind && a->index == b->index && cmb_text_is(a->key, b->key) &&
           cmb_text_is(a->value, b->value);
}

static struct cmb_node *new_node(struct builder *builder, struct cmb_path_step step)
{
    struct cmb_node *node = cmb_compiler_take(builder->compiler, 1, sizeof *node);
    if (node)
        *node = (struct cmb_node){ .step = step, .leaf = -1, .key_leaf = -1 };
    return node;
}

/* The child of `node` at `step`, made when it is not there; kept in the order of the rows. */
static struct cmb_node *descend(struct builder *builder, struct cmb_node *node,
                                const struct cmb_path_step *step)
{
    struct cmb_node **at = &node->child;
    for (; *at; at = &(*at)->next)
        if (is_same_step(&(*at)->step, step))
            return *at;
    bool is_choice = step->kind == CMB_PATH_SELECT || step->kind == CMB_PATH_SELECT_NOT;
    node->has_choices |= is_choice;
    node->has_names = (node->has_names || !node->child) &&
                      (is_choice || step->kind == CMB_PATH_KEY);
    return *at = new_node(builder, *step);
}

static int plant(struct builder *builder, int i)
{
    const struct cmb_leaf *leaf = &builder->leaves[i];
    if (leaf->as & CAMBIST_ONLY_WRITTEN)
        return CAMBIST_OK;
    struct cmb_node **tree = leaf->is_from_answer ? &builder->answer_tree : &builder->row_tree;
    struct cmb_node *node = *tree ? *tree : (*tree = new_node(builder, (struct cmb_path_step){ 0 }));
    bool wants_key = false;
    for (uint32_t step = 0; node && step < leaf->path.count; step++) {
        wants_key = leaf->path.steps[step].kind == CMB_PATH_KEY_ITSELF;
        if (!wants_key)
            node = descend(builder, node, &leaf->path.steps[step]);
        else if (step + 1 != leaf->path.count)
            return cmb_refuse(builder->compiler, "path", "@key must be the last step");
    }
    if (!node)
        return CAMBIST_NO_MEMORY;
    int *first = wants_key ? &node->key_leaf : &node->leaf;
    builder->next_leaf[i] = *first;
    *first = i;
    return CAMBIST_OK;
}

static void place_name(struct cmb_node *node, const struct cmb_node *child)
{
    uint32_t at = cmb_name_hash(child->step.key) & node->name_mask;
    while (node->names[at])
        at = (at + 1) & node->name_mask;
    node->names[at] = child;
}

/* Has the children that are keys found by their key, here and below. */
static int index_names(struct builder *builder, struct cmb_node *node)
{
    uint32_t count = 0, room = 1;
    for (const struct cmb_node *child = node->child; child; child = child->next)
        count += child->step.kind == CMB_PATH_KEY;
    while (room < 2 * count + 1) /* some stay free: every search ends */
        room *= 2;
    if (node->has_names) {
        node->names = cmb_compiler_take(builder->compiler, room, sizeof *node->names);
        node->name_mask = room - 1;
    }
    if (node->has_names && !node->names)
        return CAMBIST_NO_MEMORY;
    int status = CAMBIST_OK;
    for (struct cmb_node *child = node->child; child && status == CAMBIST_OK; child = child->next) {
        if (node->has_names && child->step.kind == CMB_PATH_KEY)
            place_name(node, child);
        status = index_names(builder, child);
    }
    return status;
}

static int index_trees(struct builder *builder)
{
    int status = builder->row_tree ? index_names(builder, builder->row_tree) : CAMBIST_OK;
    return status == CAMBIST_OK && builder->answer_tree ? index_names(builder, builder->answer_tree)
                                                        : status;
}

/* A constant that holds always is looked for nowhere. */
static bool is_rootless(const struct cmb_leaf *leaf)
{
    return leaf->is_said && !leaf->row->path;
}

/* Each row, and each bar in its path, makes a leaf. */
static size_t count_leaves(const struct cambist_field *rows, uint32_t count)
{
    size_t leaves = count;
    for (uint32_t i = 0; i < count; i++)
        for (const char *at = rows[i].path; at && *at; at++)
            leaves += *at == '|';
    return leaves;
}

int cmb_compile_fields(struct cmb_compiler *compiler, const struct cambist_field *rows,
                       uint32_t count, uint32_t record, struct cmb_fields *ret)
{
    *ret = (struct cmb_fields){ .schema = cmb_record_schema_of(record) };
    struct builder builder = { .compiler = compiler, .fields = ret };
    size_t most = count_leaves(rows, count);
    builder.leaves = cmb_compiler_take(compiler, most, sizeof *builder.leaves);
    builder.next_leaf = cmb_compiler_take(compiler, most, sizeof *builder.next_leaf);
    if (!builder.leaves || !builder.next_leaf)
        return CAMBIST_NO_MEMORY;
    int status = CAMBIST_OK;
    for (uint32_t i = 0; i < count && status == CAMBIST_OK; i++) {
        compiler->inner = (struct cmb_place){ "fields", rows[i].field, i + 1 };
        status = is_level_row(&rows[i]) ? compile_level(&builder, &rows[i])
                                        : add_row(&builder, &rows[i]);
    }
    for (uint32_t i = 0; i < ret->count && status == CAMBIST_OK; i++)
        status = is_rootless(&builder.leaves[i]) ? CAMBIST_OK : plant(&builder, (int)i);
    if (status == CAMBIST_OK)
        status = index_trees(&builder);
    if (status == CAMBIST_OK &&
        (record == CAMBIST_RECORD_ORDER_BOOK || record == CAMBIST_RECORD_BOOK_UPDATE))
        status = complete_levels(&builder);
    compiler->inner = (struct cmb_place){ 0 };
    ret->leaves = builder.leaves;
    ret->next_leaf = builder.next_leaf;
    ret->row_tree = builder.row_tree;
    ret->answer_tree = builder.answer_tree;
    return status;
}
