/* How are records written as this exchange answers? */
#include "simulator/exchange.h"

#include <stdio.h>

#include "number/decimal.h"
#include "number/time.h"

enum { STEPS_MOST = 32 };

/* ---- one value ---- */

static const void *member_of(const struct cmb_call *call, const struct cmb_leaf *leaf,
                             const char *record)
{
    return record + call->schema->members[leaf->member].offset;
}

/* Their word; absent where they have none, or one only for whatever else they say. */
static struct cmb_text theirs_of(const struct cmb_words *words, struct cmb_text ours)
{
    for (uint32_t i = 0; words && i < words->count; i++)
        if (cmb_text_is(words->rows[i].ours, ours) &&
            !cmb_text_is(words->rows[i].theirs, CMB_TEXT("*")))
            return words->rows[i].theirs;
    return words ? (struct cmb_text){ 0 } : ours;
}

/* Steps that choose the row lead nowhere else. */
static struct cmb_path bare_path(const struct cmb_path *path)
{
    struct cmb_path bare = *path;
    while (bare.count && (bare.steps->kind == CMB_PATH_SELECT ||
                          bare.steps->kind == CMB_PATH_SELECT_NOT)) {
        bare.steps++;
        bare.count--;
    }
    return bare;
}

static bool is_same_place(const struct cmb_leaf *a, const struct cmb_leaf *b)
{
    struct cmb_path one = bare_path(&a->path), other = bare_path(&b->path);
    bool is_same = one.count == other.count && a->is_from_answer == b->is_from_answer;
    for (uint32_t i = 0; is_same && i < one.count; i++)
        is_same = one.steps[i].kind == other.steps[i].kind &&
                  one.steps[i].index == other.steps[i].index &&
                  cmb_text_is(one.steps[i].key, other.steps[i].key);
    return is_same;
}

/* How many other members would read this word as what the record says. */
static unsigned count_agreeing(const struct cmb_call *call, const struct cmb_leaf *leaf,
                               const char *record, struct cmb_text theirs)
{
    const struct cmb_fields *fields = &call->endpoint->fields;
    unsigned agreeing = 0;
    for (uint32_t i = 0; i < fields->count; i++) {
        const struct cmb_leaf *other = &fields->leaves[i];
        if (other == leaf || other->member < 0 || !other->words ||
            !cmb_vocabulary_of(other->kind) || !is_same_place(other, leaf) ||
            !cmb_condition_holds(call, &other->when))
            continue;
        const struct cmb_word_row *row = cmb_words_read(other->words, theirs);
        uint32_t number =
            row ? cmb_vocabulary_number(cmb_vocabulary_of(other->kind), row->ours) : 0;
        agreeing += number && number == *(const uint64_t *)member_of(call, other, record);
    }
    return agreeing;
}

/* Several of their words may mean one of ours, and several members may be read out of one word. */
static struct cmb_text best_word(const struct cmb_call *call, const struct cmb_leaf *leaf,
                                 const char *record, struct cmb_text ours)
{
    struct cmb_text best = theirs_of(leaf->words, ours);
    unsigned most = best.at ? count_agreeing(call, leaf, record, best) : 0;
    for (uint32_t i = 0; leaf->words && i < leaf->words->count; i++) {
        const struct cmb_word_row *row = &leaf->words->rows[i];
        if (!cmb_text_is(row->ours, ours) || cmb_text_is(row->theirs, CMB_TEXT("*")))
            continue;
        unsigned agreeing = count_agreeing(call, leaf, record, row->theirs);
        best = agreeing > most ? row->theirs : best;
        most = agreeing > most ? agreeing : most;
    }
    return best;
}

static struct json_object *write_count_of_digits(struct cambist_decimal number)
{
    char text[CMB_DECIMAL_TEXT_SIZE];
    size_t length = cmb_decimal_format(&number, text);
    const char *point = memchr(text, '.', length);
    int64_t digits = point ? (int64_t)(text + length - point - 1) : 1 - (int64_t)length;
    while (point && digits && text[length - 1] == '0') {
        length--;
        digits--;
    }
    return json_object_new_int64(digits);
}

/* The sign of a number that is written in one place and read as size and direction. */
static bool is_turned(const struct cmb_call *call, const struct cmb_leaf *leaf, const char *record)
{
    const struct cmb_fields *fields = &call->endpoint->fields;
    for (uint32_t i = 0; (leaf->as & CAMBIST_ABSOLUTE) && i < fields->count; i++) {
        const struct cmb_leaf *sign = &fields->leaves[i];
        if (sign->member < 0 || !(sign->as & CAMBIST_SIGN) || !is_same_place(sign, leaf))
            continue;
        uint64_t word = *(const uint64_t *)member_of(call, sign, record);
        struct cmb_text ours = cmb_vocabulary_word(cmb_vocabulary_of(sign->kind), word);
        return cmb_text_is(theirs_of(sign->words, ours), CMB_TEXT("-"));
    }
    return false;
}

static struct json_object *write_decimal(const struct cmb_call *call, const struct cmb_leaf *leaf,
                                         const char *record)
{
    struct cambist_decimal number = *(const struct cambist_decimal *)member_of(call, leaf, record);
    char text[CMB_DECIMAL_TEXT_SIZE];
    if (!number.is_set)
        return leaf->as & CAMBIST_NOT_ZERO ? json_object_new_string("0") : NULL;
    if (leaf->as & CAMBIST_DIGITS)
        return write_count_of_digits(number);
    if ((leaf->as & CAMBIST_NEGATED) || is_turned(call, leaf, record))
        (void)cmb_decimal_negate(&number, &number);
    if (leaf->as & CAMBIST_PERCENT)
        number.exponent += 2;
    if (leaf->as & CAMBIST_SHARE)
        number.exponent -= 2;
    size_t length = cmb_decimal_format(&number, text);
    return json_object_new_string_len(text, (int)length);
}

static struct json_object *write_seconds(int64_t time_ns)
{
    char text[CMB_TIME_TEXT_SIZE];
    if (time_ns % 1000000000 == 0)
        return json_object_new_int64(time_ns / 1000000000);
    snprintf(text, sizeof text, "%lld.%06lld", (long long)(time_ns / 1000000000),
             (long long)(time_ns % 1000000000 / 1000));
    return json_object_new_double_s(0, text);
}

static struct json_object *write_time(const struct cmb_leaf *leaf, int64_t time_ns)
{
    char text[CMB_TIME_TEXT_SIZE];
    if (!time_ns)
        return NULL;
    switch (leaf->as & 15) {
    case CAMBIST_S: return write_seconds(time_ns);
    case CAMBIST_MS: return json_object_new_int64(time_ns / 1000000);
    case CAMBIST_US: return json_object_new_int64(time_ns / 1000);
    case CAMBIST_NS: return json_object_new_int64(time_ns);
    default: cmb_time_format_iso(time_ns, CMB_TIME_MS, text); return json_object_new_string(text);
    }
}

static struct json_object *write_word(const struct cmb_call *call, const struct cmb_leaf *leaf,
                                      const char *record)
{
    uint64_t number = *(const uint64_t *)member_of(call, leaf, record);
    struct cmb_text ours = cmb_vocabulary_word(cmb_vocabulary_of(leaf->kind), number);
    if (!ours.at)
        return NULL;
    struct cmb_text theirs = best_word(call, leaf, record, ours);
    if (!theirs.at)
        return NULL;
    if (leaf->as & CAMBIST_SIGN)
        return cmb_text_is(theirs, CMB_TEXT("0")) ? json_object_new_string("0")
               : json_object_new_string(cmb_text_is(theirs, CMB_TEXT("-")) ? "-1" : "1");
    return cmb_written_text(theirs);
}

static struct json_object *write_market(const struct cmb_call *call, const char *symbol)
{
    const struct cambist_market *market =
        symbol ? cmb_markets_find(call->exchange->markets, cmb_text_of(symbol), 0) : NULL;
    return market ? json_object_new_string(market->id)
           : symbol ? json_object_new_string(symbol) : NULL;
}

static struct json_object *write_text(const struct cmb_leaf *leaf, const char *text)
{
    struct cmb_text theirs = theirs_of(leaf->words, cmb_text_of(text));
    return text ? cmb_written_text(theirs.at ? theirs : cmb_text_of(text)) : NULL;
}

static void place_decimal(struct json_object **root, const struct cmb_path *path,
                          const struct cambist_decimal *number)
{
    char text[CMB_DECIMAL_TEXT_SIZE];
    cmb_decimal_format(number, text);
    cmb_place(root, path->steps, path->count, NULL, json_object_new_string(text));
}

static struct json_object *write_levels(const struct cmb_call *call,
                                        const struct cambist_levels *levels)
{
    struct json_object *list = json_object_new_array();
    for (uint64_t i = 0; i < levels->count; i++) {
        struct json_object *level = NULL;
        place_decimal(&level, &call->endpoint->fields.level_price, &levels->at[i].price);
        place_decimal(&level, &call->endpoint->fields.level_amount, &levels->at[i].amount);
        json_object_array_add(list, level);
    }
    return list;
}

static struct json_object *write_constant(const struct cmb_leaf *leaf)
{
    const char *text = leaf->row->constant;
    if ((leaf->as & CAMBIST_ONLY_WRITTEN) && (*text == '[' || *text == '{'))
        return json_tokener_parse(text);
    return cmb_written_text(cmb_text_of(text));
}

/* NULL: the record does not say it. */
static struct json_object *write_leaf(const struct cmb_call *call, const struct cmb_leaf *leaf,
                                      const char *record)
{
    if (leaf->member < 0)
        return write_constant(leaf);
    const void *at = member_of(call, leaf, record);
    switch (leaf->kind) {
    case CMB_MEMBER_DECIMAL: return write_decimal(call, leaf, record);
    case CMB_MEMBER_TIME: return write_time(leaf, *(const int64_t *)at);
    case CMB_MEMBER_INTEGER: return json_object_new_int64(*(const int64_t *)at);
    case CMB_MEMBER_TEXT:
    case CMB_MEMBER_CURRENCY: return write_text(leaf, *(const char *const *)at);
    case CMB_MEMBER_MARKET: return write_market(call, *(const char *const *)at);
    case CMB_MEMBER_LEVELS: return write_levels(call, at);
    default: return write_word(call, leaf, record);
    }
}

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
            *ret = write_leaf(call, &fields->leaves[i], record);
    for (size_t i = 0; i < sizeof names / sizeof *names && !*ret; i++) {
        int member = cmb_record_schema_find(call->schema, cmb_text_of(names[i]));
        if (member < 0)
            continue;
        const char *text = *(const char *const *)(const void *)
                               (record + call->schema->members[member].offset);
        *ret = i == 0 ? write_market(call, text) : text ? json_object_new_string(text) : NULL;
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
            is_same_place(&fields->leaves[i], leaf))
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
        struct json_object *value = write_leaf(call, leaf, record);
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
        struct json_object *value = write_leaf(call, leaf, record_at(call, 0));
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

struct json_object *cmb_practice_write(struct cmb_call *call)
{
    struct json_object *root = NULL;
    uint32_t each = find_each(&call->endpoint->rows);
    if (each)
        write_rows(call, each, &root);
    else if (call->row_count)
        write_row(call, record_at(call, 0), 0, &root);
    write_answer_leaves(call, &root);
    if (!root)
        root = json_object_new_object();
    if (has_envelope(call->endpoint) && json_object_is_type(root, json_type_object))
        place_marks(&call->exchange->plugin->tables, call, root);
    return root;
}
