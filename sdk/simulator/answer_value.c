/* How is one value of a record written as this exchange writes it? */
#include "simulator/exchange.h"

#include <stdio.h>

#include "number/decimal.h"
#include "number/time.h"

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

bool cmb_answer_is_same_place(const struct cmb_leaf *a, const struct cmb_leaf *b)
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
            !cmb_vocabulary_of(other->kind) || !cmb_answer_is_same_place(other, leaf) ||
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
        if (sign->member < 0 || !(sign->as & CAMBIST_SIGN) || !cmb_answer_is_same_place(sign, leaf))
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

struct json_object *cmb_answer_market(const struct cmb_call *call, const char *symbol)
{
    const struct cambist_market *market =
        symbol ? cmb_markets_find(call->exchange->markets, cmb_text_of(symbol), 0) : NULL;
    bool is_by_symbol = call->operation > CAMBIST_TOPIC_NONE &&
                        cmb_practice_streams_symbols(call->exchange->plugin);
    return market ? json_object_new_string(is_by_symbol ? market->symbol : market->id)
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

static void place_part(const struct cmb_fields *fields, enum cmb_level_part part,
                       struct json_object *value, struct json_object **level)
{
    cmb_place(level, fields->level[part].steps, fields->level[part].count, NULL, value);
}

/* Their word for the side that levels stand on, where each says it itself. */
static void place_side(const struct cmb_fields *fields, const char *side,
                       struct json_object **level)
{
    struct cmb_text theirs = theirs_of(fields->level_sides, cmb_text_of(side));
    if (theirs.at)
        place_part(fields, CMB_LEVEL_SIDE,
                   json_object_new_string_len(theirs.at, (int)theirs.length), level);
}

/* Where each level has a number, the update's is good for all of them. */
static struct json_object *number_of_levels(const struct cmb_call *call, const char *record)
{
    int member = cmb_record_schema_find(call->schema, CMB_TEXT("sequence"));
    if (member < 0 || call->schema->members[member].kind != CMB_MEMBER_INTEGER)
        return NULL;
    int64_t number;
    memcpy(&number, record + call->schema->members[member].offset, sizeof number);
    return json_object_new_int64(number);
}

static void add_levels(const struct cmb_call *call, const struct cambist_levels *levels,
                       const char *side, const char *record, struct json_object *list)
{
    const struct cmb_fields *fields = &call->endpoint->fields;
    for (uint64_t i = 0; i < levels->count; i++) {
        struct json_object *level = NULL;
        bool is_gone = cmb_decimal_is_zero(&levels->at[i].amount);
        place_decimal(&level, &fields->level[CMB_LEVEL_PRICE], &levels->at[i].price);
        place_decimal(&level, &fields->level[CMB_LEVEL_AMOUNT], &levels->at[i].amount);
        if (fields->level[CMB_LEVEL_COUNT].count)
            place_part(fields, CMB_LEVEL_COUNT, json_object_new_int(!is_gone), &level);
        if (fields->level[CMB_LEVEL_SEQUENCE].count)
            place_part(fields, CMB_LEVEL_SEQUENCE, number_of_levels(call, record), &level);
        if (fields->level_side_row)
            place_side(fields, side, &level);
        json_object_array_add(list, level);
    }
}

/* Where each level says its side, both stand in the list that is written first. */
static struct json_object *write_levels(const struct cmb_call *call, const struct cmb_leaf *leaf,
                                        const char *record)
{
    struct json_object *list = json_object_new_array();
    const struct cmb_record_schema *schema = call->schema;
    bool are_both = call->endpoint->fields.level_side_row != NULL;
    uint32_t first = (uint32_t)cmb_record_schema_find(schema, CMB_TEXT("bids"));
    for (uint32_t i = 0; i < schema->count; i++) {
        const struct cmb_member *member = &schema->members[i];
        if (member->kind == CMB_MEMBER_LEVELS && (are_both || (int)i == leaf->member))
            add_levels(call, (const struct cambist_levels *)(const void *)(record + member->offset),
                       i == first ? "buy" : "sell", record, list);
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

struct json_object *cmb_answer_value(const struct cmb_call *call, const struct cmb_leaf *leaf,
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
    case CMB_MEMBER_MARKET: return cmb_answer_market(call, *(const char *const *)at);
    case CMB_MEMBER_LEVELS: return write_levels(call, leaf, record);
    default: return write_word(call, leaf, record);
    }
}
