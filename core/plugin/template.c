/* What does the text of a template say, and do the names in it exist? */
#include "crypto/encode.h"
#include "plugin/compile.h"

struct named {
    struct cmb_text text;
    uint32_t number;
};

static const struct named names[] = {
#define X(NAME, text) { CMB_TEXT(text), CMB_NAME_##NAME },
    CMB_NAME_LIST(X)
#undef X
};
static const struct named times[] = {
    { CMB_TEXT("time_"), CMB_NAME_TIME },
    { CMB_TEXT("since_"), CMB_NAME_SINCE },
    { CMB_TEXT("until_"), CMB_NAME_UNTIL },
    { CMB_TEXT("begin_"), CMB_NAME_BEGIN },
    { CMB_TEXT("end_"), CMB_NAME_END },
    { CMB_TEXT("timeout_"), CMB_NAME_TIMEOUT },
    { CMB_TEXT("deadline_"), CMB_NAME_DEADLINE },
};
static const struct named time_forms[] = {
#define X(NAME, text) { CMB_TEXT(text), CMB_TIME_FORM_##NAME },
    CMB_TIME_FORM_LIST(X)
#undef X
};
static const struct named filters[] = {
#define X(NAME, text) { CMB_TEXT(text), CMB_FILTER_##NAME },
    CMB_FILTER_LIST(X)
#undef X
};
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct named *find_named(const struct named *rows, size_t count, struct cmb_text text)
{
    for (size_t i = 0; i < count; i++)
        if (cmb_text_is(rows[i].text, text))
            return &rows[i];
    return NULL;
}

/* {since_ms}: the time, then the form. */
static bool find_time(struct cmb_text name, struct cmb_step *step)
{
    for (size_t i = 0; i < COUNT(times); i++) {
        struct cmb_text start = times[i].text;
        if (!cmb_text_begins(name, start))
            continue;
        struct cmb_text end = { name.at + start.length, name.length - start.length };
        const struct named *form = find_named(time_forms, COUNT(time_forms), end);
        if (!form)
            return false;
        step->name = times[i].number;
        step->index = form->number;
        return true;
    }
    return false;
}

static bool find_derived(const struct cmb_plugin *plugin, struct cmb_text name, uint32_t *ret)
{
    for (uint32_t i = 0; i < plugin->derived_name_count; i++) {
        if (cmb_text_is(plugin->derived_names[i].name, name)) {
            *ret = i;
            return true;
        }
    }
    return false;
}

/* An argument of a vocabulary, a timeframe or a currency is translated where the exchange has
 * words for it. */
static const struct cmb_words *words_of_argument(const struct cmb_plugin *plugin, uint32_t argument)
{
    const struct cmb_member *member = cmb_argument_of(argument);
    const struct cmb_vocabulary *vocabulary = cmb_vocabulary_of(member->kind);
    struct cmb_text table = vocabulary ? vocabulary->name : member->name;
    if (member->kind == CMB_MEMBER_CURRENCY)
        table = CMB_TEXT("currency");
    return cmb_words_find(plugin, table);
}

bool cmb_find_name(const struct cmb_plugin *plugin, struct cmb_text name, struct cmb_step *step)
{
    const struct named *known = find_named(names, COUNT(names), name);
    if (known) {
        step->name = known->number;
        return true;
    }
    if (find_time(name, step))
        return true;
    if (find_derived(plugin, name, &step->index)) {
        step->name = CMB_NAME_DERIVED;
        return true;
    }
    int found = cmb_find_credential(plugin, name);
    if (found >= 0) {
        step->name = CMB_NAME_CREDENTIAL;
        step->index = (uint32_t)found;
        return true;
    }
    found = cmb_argument_find(name);
    if (found < 0 || !cmb_text_is(cmb_argument_of((uint32_t)found)->name, name))
        return false;
    step->name = CMB_NAME_ARGUMENT;
    step->index = (uint32_t)found;
    step->words = words_of_argument(plugin, step->index);
    return true;
}

static int refuse_name(struct cmb_compiler *compiler, const char *column, struct cmb_text name)
{
    return cmb_refuse(compiler, column, "there is no name {%.*s}", (int)name.length, name.at);
}

static int compile_filters(struct cmb_compiler *compiler, const char *column, struct cmb_text text,
                           struct cmb_step *step)
{
    for (size_t count = 0; text.at; ) {
        struct cmb_text name;
        text = cmb_text_cut(text, ':', &name);
        const struct named *filter = find_named(filters, COUNT(filters), name);
        const struct cmb_words *words = filter ? NULL : cmb_words_find(compiler->plugin, name);
        if (!filter && !words)
            return cmb_refuse(compiler, column, "there is no filter or table of words \"%.*s\"",
                              (int)name.length, name.at);
        if (words)
            step->words = words;
        else if (count < CMB_FILTERS_MAX)
            step->filters[count++] = (uint8_t)filter->number;
        else
            return cmb_refuse(compiler, column, "more than %d filters", CMB_FILTERS_MAX);
    }
    return CAMBIST_OK;
}

/* {time_s+120}: cuts the shift off the name. */
static struct cmb_text cut_shift(struct cmb_text name, int64_t *ret_shift)
{
    *ret_shift = 0;
    for (size_t i = 1; i < name.length; i++) {
        if (name.at[i] != '+' && name.at[i] != '-')
            continue;
        int64_t shift = 0;
        for (size_t digit = i + 1; digit < name.length; digit++) {
            if (name.at[digit] < '0' || name.at[digit] > '9' || shift > INT32_MAX)
                return name;
            shift = shift * 10 + (name.at[digit] - '0');
        }
        *ret_shift = name.at[i] == '-' ? -shift : shift;
        return (struct cmb_text){ name.at, i };
    }
    return name;
}

static bool is_number(struct cmb_text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.length > 0 && text.length < 7;
}

/* A default of a vocabulary is our word, and must be one. */
static int check_default(struct cmb_compiler *compiler, const char *column, struct cmb_step *step)
{
    if (!step->text.at || step->name == CMB_NAME_CREDENTIAL)
        return CAMBIST_OK;
    if (step->name == CMB_NAME_BEGIN || step->name == CMB_NAME_END)
        return is_number(step->text)
                   ? CAMBIST_OK
                   : cmb_refuse(compiler, column, "the default of a span is a number of rows");
    if (step->name != CMB_NAME_ARGUMENT)
        return cmb_refuse(compiler, column, "only arguments have a default");
    uint32_t kind = cmb_argument_of(step->index)->kind;
    const struct cmb_vocabulary *vocabulary = cmb_vocabulary_of(kind);
    if (vocabulary && !cmb_vocabulary_number(vocabulary, step->text))
        return cmb_refuse(compiler, column, "the default \"%.*s\" is no %.*s",
                          (int)step->text.length, step->text.at, (int)vocabulary->name.length,
                          vocabulary->name.at);
    return CAMBIST_OK;
}

/* What stands between the braces. */
static int compile_name(struct cmb_compiler *compiler, const char *column, struct cmb_text inside,
                        struct cmb_step *step)
{
    struct cmb_text head, name;
    struct cmb_text filter_text = cmb_text_cut(inside, ':', &head);
    struct cmb_text default_text = cmb_text_cut(head, '=', &name);
    struct cmb_text whole = name;
    name = cut_shift(name, &step->shift);
    if (!cmb_find_name(compiler->plugin, name, step))
        return refuse_name(compiler, column, whole);
    if (step->shift && (step->name < CMB_NAME_TIME || step->index >= CMB_TIME_FORM_ISO))
        return cmb_refuse(compiler, column, "only a time in s, ms, us or ns can be shifted");
    const struct cambist_credential *credential =
        step->name == CMB_NAME_CREDENTIAL
            ? CMB_ROW(compiler->plugin->tables.credentials, step->index) : NULL;
    if (credential && credential->exposure == CAMBIST_SECRET)
        return cmb_refuse(compiler, column, "{%.*s} is secret: only a derived row can use it",
                          (int)name.length, name.at);
    step->text = default_text;
    int status = check_default(compiler, column, step);
    return status == CAMBIST_OK ? compile_filters(compiler, column, filter_text, step) : status;
}

/* Copies a literal with {{ and }} resolved. */
static struct cmb_text copy_literal(struct cmb_compiler *compiler, const char *from, size_t length)
{
    char *to = cmb_compiler_take(compiler, length + 1, 1);
    size_t used = 0;
    for (size_t i = 0; to && i < length; i++) {
        to[used++] = from[i];
        if (from[i] == '{' || from[i] == '}')
            i++; /* the second of a pair */
    }
    return (struct cmb_text){ to, used };
}

/* The length of the literal at `at`: up to a single brace or the end. */
static size_t literal_length(const char *at)
{
    size_t length = 0;
    while (at[length]) {
        if (at[length] != '{' && at[length] != '}')
            length++;
        else if (at[length + 1] == at[length])
            length += 2;
        else
            break;
    }
    return length;
}

static int compile_step(struct cmb_compiler *compiler, const char *column, const char **at,
                        struct cmb_step *step)
{
    size_t length = literal_length(*at);
    if (length) {
        step->text = copy_literal(compiler, *at, length);
        *at += length;
        return step->text.at ? CAMBIST_OK : CAMBIST_NO_MEMORY;
    }
    const char *close = **at == '{' ? strchr(*at, '}') : NULL;
    if (!close)
        return cmb_refuse(compiler, column, "a brace stands alone (write {{ or }} for a brace)");
    struct cmb_text inside = { *at + 1, (size_t)(close - *at - 1) };
    *at = close + 1;
    return compile_name(compiler, column, inside, step);
}

/* Digits, dots and dashes; letters of hex. */
static bool is_plain_name(const struct cmb_plugin *plugin, const struct cmb_step *step)
{
    switch (step->name) {
    case CMB_NAME_NONCE:
    case CMB_NAME_UUID:
    case CMB_NAME_RANDOM: return true;
    case CMB_NAME_TIME: return step->index < CMB_TIME_FORM_ISO;
    case CMB_NAME_ARGUMENT: return cmb_argument_of(step->index)->kind == CMB_MEMBER_INTEGER;
    case CMB_NAME_DERIVED: break;
    default: return false;
    }
    const struct cmb_derived_name *name = &plugin->derived_names[step->index];
    bool is_hex = true;
    for (uint32_t i = name->first; i < name->first + name->count; i++)
        is_hex &= plugin->derived[i].row->form == CAMBIST_AS_HEX;
    return is_hex;
}

static bool are_plain_words(const struct cmb_words *words)
{
    bool is_plain = true;
    for (uint32_t i = 0; i < words->count; i++)
        is_plain &= !cmb_encode_url_needed(words->rows[i].theirs);
    return is_plain;
}

/* Known once, so that it need not be looked for in every value. */
static bool is_plain(const struct cmb_plugin *plugin, const struct cmb_template *template)
{
    bool is_plain = true;
    for (uint32_t i = 0; i < template->count && is_plain; i++) {
        const struct cmb_step *step = &template->steps[i];
        if (step->name == CMB_NAME_LITERAL || step->text.at)
            is_plain = !cmb_encode_url_needed(step->text);
        if (is_plain && step->name != CMB_NAME_LITERAL)
            is_plain = !step->filters[0] && (step->words ? are_plain_words(step->words)
                                                         : is_plain_name(plugin, step));
    }
    return is_plain;
}

int cmb_compile_template(struct cmb_compiler *compiler, const char *column, const char *text,
                         struct cmb_template *ret)
{
    *ret = (struct cmb_template){ 0 };
    if (!text)
        return CAMBIST_OK;
    size_t most = 1;
    for (const char *at = text; *at; at++)
        most += *at == '{' ? 2 : 0;
    struct cmb_step *steps = cmb_compiler_take(compiler, most, sizeof *steps);
    if (!steps)
        return CAMBIST_NO_MEMORY;
    ret->steps = steps;
    while (*text) {
        int status = compile_step(compiler, column, &text, &steps[ret->count]);
        if (status != CAMBIST_OK)
            return status;
        ret->count++;
    }
    ret->is_plain = is_plain(compiler->plugin, ret);
    return CAMBIST_OK;
}
