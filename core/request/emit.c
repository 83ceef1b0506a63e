/* How does a value of the answer become a member of a record? */
#include "request/map.h"
#include "request/render.h"

#include "json/number.h"
#include "number/decimal.h"
#include "number/time.h"

enum { LEVELS_MOST = 100000 };

static int refuse(struct cmb_call *call, const struct cmb_leaf *leaf, struct cmb_text text,
                  const char *reason)
{
    struct cmb_buffer shown;
    cmb_buffer_init(&shown, 1024);
    cmb_buffer_add_escaped(&shown, text, 60);
    int status = cmb_fail(call->error, CAMBIST_GARBLED, "%s %s: %s at \"%s\" is \"%s\": %s",
                          call->exchange->name.at, cmb_operation_of(call->operation)->name.at,
                          leaf->row->field ? leaf->row->field : "constant", leaf->row->path,
                          cmb_buffer_string(&shown), reason);
    cmb_buffer_clear(&shown);
    return status;
}

/* The value's text with its escapes resolved; absent for null, objects and arrays. */
static struct cmb_text text_of(struct cmb_call *call, const struct cmb_json_value *value)
{
    if (value->kind == CMB_JSON_NULL || value->kind == CMB_JSON_OBJECT ||
        value->kind == CMB_JSON_ARRAY || value->kind == CMB_JSON_NONE)
        return (struct cmb_text){ 0 };
    if (!value->has_escapes)
        return value->raw;
    char *plain = cmb_arena_take(&call->arena, value->raw.length + 1);
    size_t length = 0;
    if (!plain || !cmb_json_unescape(value->raw, plain, value->raw.length, &length))
        return (struct cmb_text){ 0 };
    return (struct cmb_text){ plain, length };
}

/* The piece of a text for people that the path asks for; absent when there are not so many. */
static struct cmb_text part_of(const struct cmb_leaf *leaf, struct cmb_text text)
{
    struct cmb_text part = text;
    if (!leaf->part_mark || !text.at)
        return text;
    for (uint32_t i = 0; i <= leaf->part; i++) {
        if (!text.at)
            return (struct cmb_text){ 0 };
        text = cmb_text_cut(text, leaf->part_mark, &part);
    }
    return part;
}

struct cmb_text cmb_leaf_text(struct cmb_call *call, const struct cmb_leaf *leaf,
                              const struct cmb_json_value *value)
{
    bool is_usual = value->kind == CMB_JSON_STRING || value->kind == CMB_JSON_NUMBER;
    if (is_usual && !value->has_escapes && !leaf->part_mark)
        return value->raw;
    return part_of(leaf, text_of(call, value));
}

/* ---- kinds ---- */

static struct cmb_text sign_of(const struct cambist_decimal *number)
{
    if (cmb_decimal_is_zero(number))
        return CMB_TEXT("0");
    return cmb_decimal_is_negative(number) ? CMB_TEXT("-") : CMB_TEXT("+");
}

static enum cmb_number_fault adjust(const struct cmb_leaf *leaf, struct cambist_decimal *number)
{
    bool is_turned = (leaf->as & CAMBIST_NEGATED) ||
                     ((leaf->as & CAMBIST_ABSOLUTE) && cmb_decimal_is_negative(number));
    if (is_turned && cmb_decimal_negate(number, number) != CMB_NUMBER_FINE)
        return CMB_NUMBER_TOO_LARGE;
    if (leaf->as & CAMBIST_PERCENT)
        number->exponent -= 2;
    if (leaf->as & CAMBIST_SHARE)
        number->exponent += 2;
    return CMB_NUMBER_FINE;
}

static int put_decimal(struct cmb_call *call, const struct cmb_leaf *leaf, struct cmb_text text,
                       struct cambist_decimal *ret)
{
    struct cambist_decimal number;
    if (text.length == 0)
        return CAMBIST_OK;
    enum cmb_number_fault fault = cmb_decimal_parse(text, &number);
    if (fault == CMB_NUMBER_FINE && (leaf->as & CAMBIST_DIGITS)) {
        int64_t digits;
        fault = cmb_decimal_to_scaled(&number, 0, &digits);
        if (fault == CMB_NUMBER_FINE && (digits < -40 || digits > 40))
            fault = CMB_NUMBER_TOO_LARGE;
        if (fault == CMB_NUMBER_FINE)
            fault = cmb_decimal_of_digits((int)digits, &number);
    }
    if (fault == CMB_NUMBER_FINE)
        fault = adjust(leaf, &number);
    if (fault != CMB_NUMBER_FINE && leaf->part_mark)
        return CAMBIST_OK;
    if (fault != CMB_NUMBER_FINE)
        return refuse(call, leaf, text, cmb_number_fault_text(fault));
    if (!(leaf->as & CAMBIST_NOT_ZERO) || !cmb_decimal_is_zero(&number))
        *ret = number;
    return CAMBIST_OK;
}

static enum cmb_time_unit unit_of(const struct cmb_leaf *leaf)
{
    static const enum cmb_time_unit units[] = { CMB_TIME_S, CMB_TIME_S, CMB_TIME_MS, CMB_TIME_US,
                                                CMB_TIME_NS };
    return units[leaf->as & 15];
}

static bool is_iso(const struct cmb_leaf *leaf)
{
    return (leaf->as & 15) == CAMBIST_ISO;
}

enum cmb_number_fault cmb_leaf_time(const struct cmb_leaf *leaf, struct cmb_text text,
                                    int64_t *ret_ns)
{
    return is_iso(leaf) ? cmb_time_parse_iso(text, ret_ns)
                        : cmb_time_parse_number(text, unit_of(leaf), ret_ns);
}

int cmb_leaf_time_scale(const struct cmb_leaf *leaf)
{
    return is_iso(leaf) ? -1 : (int)cmb_time_scale(unit_of(leaf));
}

static int put_time(struct cmb_call *call, const struct cmb_leaf *leaf, struct cmb_text text,
                    int64_t *ret)
{
    int64_t time_ns = 0;
    if (text.length == 0)
        return CAMBIST_OK;
    enum cmb_number_fault fault = cmb_leaf_time(leaf, text, &time_ns);
    if (fault != CMB_NUMBER_FINE)
        return refuse(call, leaf, text, cmb_number_fault_text(fault));
    *ret = time_ns; /* 0: exchanges write it where there is no time */
    return CAMBIST_OK;
}

static int put_integer(struct cmb_call *call, const struct cmb_leaf *leaf, struct cmb_text text,
                       int64_t *ret)
{
    enum cmb_number_fault fault = text.length ? cmb_scaled_parse(text, 0, ret) : CMB_NUMBER_FINE;
    return fault == CMB_NUMBER_FINE ? CAMBIST_OK
                                    : refuse(call, leaf, text, cmb_number_fault_text(fault));
}

/* A word that no table knows is kept as unknown, with its text for people. */
static uint64_t word_of(struct cmb_call *call, const struct cmb_leaf *leaf, struct cmb_text text)
{
    const struct cmb_vocabulary *vocabulary = cmb_vocabulary_of(leaf->kind);
    const struct cmb_word_row *row = leaf->words ? cmb_words_read(leaf->words, text) : NULL;
    if (row)
        return row->number ? row->number : cmb_vocabulary_number(vocabulary, row->ours);
    if (text.length == 0)
        return 0;
    uint32_t number = leaf->words ? 0 : cmb_vocabulary_number(vocabulary, text);
    if (number || leaf->part_mark)
        return number;
    if (!call->unknown_word.at)
        call->unknown_word = text;
    return CAMBIST_WORD_UNKNOWN;
}

static int put_word(struct cmb_call *call, const struct cmb_leaf *leaf, struct cmb_text text,
                    uint64_t *ret)
{
    struct cambist_decimal number;
    if (leaf->as & CAMBIST_SIGN) {
        if (text.length == 0)
            return CAMBIST_OK;
        if (cmb_decimal_parse(text, &number) != CMB_NUMBER_FINE)
            return refuse(call, leaf, text, "is no number");
        if ((leaf->as & CAMBIST_NOT_ZERO) && cmb_decimal_is_zero(&number))
            return CAMBIST_OK;
        text = sign_of(&number);
    }
    if (text.at)
        *ret = word_of(call, leaf, text);
    return CAMBIST_OK;
}

static int put_text(struct cmb_call *call, const struct cmb_leaf *leaf, struct cmb_text text,
                    const char **ret)
{
    if (text.length == 0 || ((leaf->as & CAMBIST_NOT_ZERO) && cmb_text_is(text, CMB_TEXT("0"))))
        return CAMBIST_OK;
    if (memchr(text.at, 0, text.length))
        return refuse(call, leaf, text, "has a NUL in it");
    const struct cmb_word_row *row = leaf->words ? cmb_words_read(leaf->words, text) : NULL;
    if (row)
        text = row->ours;
    else if (leaf->kind == CMB_MEMBER_CURRENCY) /* unified codes are written in capitals */
        (void)cmb_apply_filter(call, CMB_FILTER_UPPER, &text);
    *ret = text.at ? cmb_arena_copy(&call->arena, text) : NULL;
    return *ret ? CAMBIST_OK : CAMBIST_NO_MEMORY;
}

/* The exchange's name of a market becomes the symbol; a name that nobody knows stays as it is. */
static int put_market(struct cmb_call *call, const struct cmb_leaf *leaf, struct cmb_text text,
                      const char **ret)
{
    const struct cambist_market *market = NULL;
    if (text.length && call->market && cmb_text_is(cmb_text_of(call->market->id), text))
        market = call->market;
    else if (text.length)
        market = cmb_markets_find_id(call->exchange->markets, text, call->kind);
    if (!market && text.length)
        market = cmb_markets_find_id(call->exchange->markets, text, /* kinds= */ 0);
    if (!market)
        return put_text(call, leaf, text, ret);
    *ret = cmb_arena_copy(&call->arena, cmb_text_of(market->symbol));
    return *ret ? CAMBIST_OK : CAMBIST_NO_MEMORY;
}

/* ---- levels ---- */

/* Levels are short: the two values are found by a plain walk, not by a tree. */
static bool read_level(struct cmb_json_reader *reader, const struct cmb_fields *fields,
                       struct cambist_level *level)
{
    const struct cmb_path_step *price = &fields->level[CMB_LEVEL_PRICE].steps[0];
    const struct cmb_path_step *amount = &fields->level[CMB_LEVEL_AMOUNT].steps[0];
    struct cmb_json_value key;
    if (price->kind == CMB_PATH_INDEX) {
        cmb_json_enter_array(reader);
        for (uint32_t i = 0; cmb_json_next_element(reader); i++) {
            if (i == price->index)
                cmb_json_read_decimal(reader, &level->price);
            else if (i == amount->index)
                cmb_json_read_decimal(reader, &level->amount);
            else
                cmb_json_skip(reader);
        }
    } else {
        cmb_json_enter_object(reader);
        while (cmb_json_next_member(reader, &key)) {
            if (cmb_json_is(&key, price->key))
                cmb_json_read_decimal(reader, &level->price);
            else if (cmb_json_is(&key, amount->key))
                cmb_json_read_decimal(reader, &level->amount);
            else
                cmb_json_skip(reader);
        }
    }
    return !reader->reason;
}

/* An upper bound of the number of levels: each has a bracket or brace of its own. */
static uint32_t count_levels(struct cmb_text json)
{
    uint32_t count = 0;
    for (size_t i = 1; i < json.length; i++)
        count += json.at[i] == '[' || json.at[i] == '{';
    return count;
}

static int put_levels(struct cmb_call *call, const struct cmb_leaf *leaf,
                      const struct cmb_fields *fields, const struct cmb_json_value *value,
                      struct cambist_levels *ret)
{
    if (value->kind != CMB_JSON_ARRAY)
        return value->kind == CMB_JSON_NULL ? CAMBIST_OK
                                            : refuse(call, leaf, value->raw, "is no list of levels");
    uint32_t most = count_levels(value->raw);
    struct cambist_level *levels =
        most > LEVELS_MOST ? NULL : cmb_arena_take(&call->arena, (most + 1ull) * sizeof *levels);
    if (!levels)
        return cmb_fail_plain(call->error, CAMBIST_TOO_LARGE, CMB_TEXT("the book is too deep"));
    struct cmb_json_reader reader;
    uint32_t count = 0;
    cmb_json_init(&reader, value->raw, 0);
    cmb_json_enter_array(&reader);
    while (cmb_json_next_element(&reader) && count < most)
        if (read_level(&reader, fields, &levels[count]))
            count++;
    if (!cmb_json_finish(&reader))
        return cmb_json_report(&reader, call->error);
    for (uint32_t i = 0; i < count; i++)
        if (!levels[i].price.is_set || !levels[i].amount.is_set)
            return refuse(call, leaf, CMB_TEXT("a level"), "has no price or no amount");
    *ret = (struct cambist_levels){ levels, count, sizeof *levels };
    return CAMBIST_OK;
}

/* ---- records ---- */

static int put(struct cmb_call *call, const struct cmb_fields *fields, const struct cmb_leaf *leaf,
               const struct cmb_json_value *value, void *at)
{
    if (leaf->kind == CMB_MEMBER_LEVELS)
        return put_levels(call, leaf, fields, value, at);
    struct cmb_text text = cmb_leaf_text(call, leaf, value);
    switch (leaf->kind) {
    case CMB_MEMBER_DECIMAL: return put_decimal(call, leaf, text, at);
    case CMB_MEMBER_TIME: return put_time(call, leaf, text, at);
    case CMB_MEMBER_INTEGER: return put_integer(call, leaf, text, at);
    case CMB_MEMBER_MARKET: return put_market(call, leaf, text, at);
    case CMB_MEMBER_TEXT:
    case CMB_MEMBER_CURRENCY: return put_text(call, leaf, text, at);
    default: return put_word(call, leaf, text, at);
    }
}

/* Every kind is absent when its first eight bytes are zero, except a decimal and levels. */
static bool is_absent(const void *at, uint32_t kind)
{
    if (kind == CMB_MEMBER_DECIMAL)
        return !((const struct cambist_decimal *)at)->is_set;
    if (kind == CMB_MEMBER_LEVELS)
        return !((const struct cambist_levels *)at)->at;
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word == 0;
}

static bool is_passed_over(struct cmb_call *call, const struct cmb_leaf *leaf,
                           const struct cmb_json_value *value)
{
    return leaf->member < 0 && !(leaf->as & CAMBIST_ONLY_WRITTEN) &&
           !cmb_text_is(text_of(call, value), cmb_text_of(leaf->row->constant));
}

/* What a row says by itself; {quote} ... are of the market that the record is about. */
static struct cmb_text said_by(const struct cmb_call *call, const struct cmb_leaf *leaf,
                               const struct cmb_fields *fields, const char *record)
{
    struct cmb_text said = cmb_text_of(leaf->row->constant);
    int member = cmb_record_schema_find(fields->schema, CMB_TEXT("symbol"));
    const char *symbol = NULL;
    if (said.at[0] != '{')
        return said;
    if (member >= 0)
        memcpy(&symbol, record + fields->schema->members[member].offset, sizeof symbol);
    const struct cambist_market *market = symbol ? cmb_market_of(call, symbol) : call->market;
    if (!market)
        return (struct cmb_text){ 0 };
    if (cmb_text_is(said, CMB_TEXT("{base}")))
        return cmb_text_of(market->base);
    return cmb_text_of(cmb_text_is(said, CMB_TEXT("{quote}")) ? market->quote : market->settle);
}

/* The value that the row gives for its field: what was found, or what the row says itself. */
static struct cmb_json_value value_of(struct cmb_call *call, const struct cmb_leaf *leaf,
                                      const struct cmb_fields *fields,
                                      const struct cmb_json_value *found, const char *record)
{
    if (!leaf->is_said)
        return *found;
    bool is_container = found->kind == CMB_JSON_OBJECT || found->kind == CMB_JSON_ARRAY;
    if (leaf->row->path && !is_container && !text_of(call, found).length)
        return (struct cmb_json_value){ 0 };
    struct cmb_text said = said_by(call, leaf, fields, record);
    return (struct cmb_json_value){ .kind = said.at ? CMB_JSON_STRING : CMB_JSON_NONE,
                                    .raw = said };
}

int cmb_fill_record(struct cmb_call *call, const struct cmb_fields *fields,
                    const struct cmb_json_value *found, void *record, bool *ret_is_passed_over)
{
    *ret_is_passed_over = false;
    for (uint32_t i = 0; i < fields->count; i++) {
        const struct cmb_leaf *leaf = &fields->leaves[i];
        bool says_nothing = found[i].kind == CMB_JSON_NONE && !leaf->is_said;
        if ((says_nothing && leaf->member >= 0) ||
            (leaf->when.count && !cmb_condition_holds(call, &leaf->when)))
            continue;
        if (is_passed_over(call, leaf, &found[i])) {
            *ret_is_passed_over = true;
            return CAMBIST_OK;
        }
        if (leaf->member < 0)
            continue;
        void *at = (char *)record + fields->schema->members[leaf->member].offset;
        if (!is_absent(at, leaf->kind))
            continue; /* an earlier row or alternative has said it */
        struct cmb_json_value value = value_of(call, leaf, fields, &found[i], record);
        int status = value.kind ? put(call, fields, leaf, &value, at) : CAMBIST_OK;
        if (status != CAMBIST_OK)
            return status;
    }
    return CAMBIST_OK;
}

int cmb_emit_found(struct cmb_call *call, const struct cmb_fields *fields,
                   const struct cmb_json_value *found)
{
    bool is_passed_over;
    char *record = cmb_arena_take(&call->arena, fields->schema->size);
    if (!record)
        return cmb_fail_plain(call->error, CAMBIST_TOO_LARGE, CMB_TEXT("the answer is too large"));
    int status = cmb_fill_record(call, fields, found, record, &is_passed_over);
    return status != CAMBIST_OK || is_passed_over ? status : cmb_emit_record(call, record);
}
