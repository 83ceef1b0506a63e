/* Which steps does the text of a path name? */
#include "plugin/compile.h"

static bool is_index(struct cmb_text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.length > 0 && text.length < 6;
}

static uint32_t index_of(struct cmb_text text)
{
    uint32_t index = 0;
    for (size_t i = 0; i < text.length; i++)
        index = index * 10 + (uint32_t)(text.at[i] - '0');
    return index;
}

/* A word between dots: a key, an index, -1 (from the end), * or @key. */
static struct cmb_path_step step_of(struct cmb_text word)
{
    if (cmb_text_is(word, CMB_TEXT("*")))
        return (struct cmb_path_step){ .kind = CMB_PATH_ANY };
    if (cmb_text_is(word, CMB_TEXT("@key")))
        return (struct cmb_path_step){ .kind = CMB_PATH_KEY_ITSELF };
    struct cmb_text behind = { word.at + 1, word.length ? word.length - 1 : 0 };
    if (word.length && word.at[0] == '-' && is_index(behind) && index_of(behind))
        return (struct cmb_path_step){ .kind = CMB_PATH_LAST, .index = index_of(behind) };
    if (is_index(word))
        return (struct cmb_path_step){ .kind = CMB_PATH_INDEX, .index = index_of(word) };
    return (struct cmb_path_step){ .kind = CMB_PATH_KEY, .key = word };
}

/* What stands between square brackets: nothing, k=v or k!=v. */
static struct cmb_path_step step_of_brackets(struct cmb_text inside)
{
    struct cmb_text key, value = cmb_text_cut(inside, '=', &key);
    if (inside.length == 0)
        return (struct cmb_path_step){ .kind = CMB_PATH_EACH_ELEMENT };
    if (value.at && key.length && key.at[key.length - 1] == '!')
        return (struct cmb_path_step){ .kind = CMB_PATH_SELECT_NOT,
                                       .key = { key.at, key.length - 1 }, .value = value };
    return (struct cmb_path_step){ .kind = value.at ? CMB_PATH_SELECT : 0, .key = key,
                                   .value = value };
}

/* What stands between braces: nothing or market. */
static struct cmb_path_step step_of_braces(struct cmb_text inside)
{
    bool is_market = cmb_text_is(inside, CMB_TEXT("market"));
    return (struct cmb_path_step){ .kind = is_market ? CMB_PATH_MARKET
                                           : inside.length ? 0 : CMB_PATH_EACH_MEMBER };
}

/* Cuts the next step off *text; kind 0 when there is none to be read. */
static struct cmb_path_step cut_step(struct cmb_text *text)
{
    size_t length = 0;
    if (text->at[0] == '[' || text->at[0] == '{') {
        const char *close = memchr(text->at, text->at[0] == '[' ? ']' : '}', text->length);
        if (!close)
            return (struct cmb_path_step){ 0 };
        struct cmb_text inside = { text->at + 1, (size_t)(close - text->at - 1) };
        struct cmb_path_step step =
            text->at[0] == '[' ? step_of_brackets(inside) : step_of_braces(inside);
        length = inside.length + 2;
        *text = (struct cmb_text){ text->at + length, text->length - length };
        return step;
    }
    while (length < text->length && text->at[length] != '.' && text->at[length] != '[' &&
           text->at[length] != '{')
        length++;
    struct cmb_path_step step = step_of((struct cmb_text){ text->at, length });
    *text = (struct cmb_text){ text->at + length, text->length - length };
    return length ? step : (struct cmb_path_step){ 0 };
}

int cmb_compile_path(struct cmb_compiler *compiler, const char *column, struct cmb_text text,
                     bool may_iterate, struct cmb_path *ret)
{
    *ret = (struct cmb_path){ 0 };
    struct cmb_path_step *steps = cmb_compiler_take(compiler, text.length + 1, sizeof *steps);
    if (!steps)
        return CAMBIST_NO_MEMORY;
    ret->steps = steps;
    struct cmb_text left = text;
    while (left.length) {
        struct cmb_path_step step = cut_step(&left);
        bool is_each = step.kind == CMB_PATH_EACH_ELEMENT || step.kind == CMB_PATH_EACH_MEMBER;
        if (step.kind == 0 || (is_each && !may_iterate))
            return cmb_refuse(compiler, column, "\"%.*s\" is no path%s", (int)text.length, text.at,
                              is_each ? " here: [] and {} belong into rows" : "");
        steps[ret->count++] = step;
        if (left.length && left.at[0] == '.')
            left = (struct cmb_text){ left.at + 1, left.length - 1 };
    }
    return CAMBIST_OK;
}
