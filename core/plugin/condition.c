/* When does a row apply, and can its condition be asked at all? */
#include "plugin/compile.h"

/* What a term of a condition speaks of, by the same names. */
static bool find_subject(const struct cmb_plugin *plugin, struct cmb_text name,
                         struct cmb_term *term)
{
    struct cmb_step step = { 0 };
    if (!cmb_find_name(plugin, name, &step))
        return false;
    term->name = step.name;
    term->index = step.index;
    return step.name == CMB_NAME_ARGUMENT || step.name == CMB_NAME_MARKET_KIND ||
           step.name == CMB_NAME_BASE || step.name == CMB_NAME_QUOTE ||
           step.name == CMB_NAME_SETTLE ||
           step.name == CMB_NAME_ENVIRONMENT || step.name == CMB_NAME_SECRET_FORM ||
           step.name == CMB_NAME_ACCESS || step.name == CMB_NAME_SERVER ||
           step.name == CMB_NAME_QUERY || step.name == CMB_NAME_BODY;
}

static int compile_values(struct cmb_compiler *compiler, struct cmb_text text,
                          struct cmb_term *term)
{
    size_t most = 1;
    for (size_t i = 0; i < text.length; i++)
        most += text.at[i] == '|';
    struct cmb_text *values = cmb_compiler_take(compiler, most, sizeof *values);
    if (!values)
        return CAMBIST_NO_MEMORY;
    const struct cmb_vocabulary *vocabulary =
        term->name == CMB_NAME_ARGUMENT ? cmb_vocabulary_of(cmb_argument_of(term->index)->kind)
        : term->name == CMB_NAME_MARKET_KIND ? cmb_vocabulary_of(CMB_MEMBER_KIND) : NULL;
    while (text.at) {
        struct cmb_text value;
        text = cmb_text_cut(text, '|', &value);
        if (vocabulary && !cmb_vocabulary_number(vocabulary, value))
            return cmb_refuse(compiler, "when", "\"%.*s\" is no %.*s", (int)value.length, value.at,
                              (int)vocabulary->name.length, vocabulary->name.at);
        /* The vocabulary's own text, so that equal words are mostly the same pointer. */
        values[term->count++] = vocabulary
            ? cmb_vocabulary_word(vocabulary, cmb_vocabulary_number(vocabulary, value)) : value;
    }
    term->values = values;
    return CAMBIST_OK;
}

static int compile_number(struct cmb_compiler *compiler, struct cmb_text text,
                          struct cmb_term *term)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] < '0' || text.at[i] > '9' || i >= 15)
            return cmb_refuse(compiler, "when", "\"%.*s\" is no whole number", (int)text.length,
                              text.at);
        term->number = term->number * 10 + (text.at[i] - '0');
    }
    return CAMBIST_OK;
}

static int compile_term(struct cmb_compiler *compiler, struct cmb_text text, struct cmb_term *term)
{
    struct cmb_text name, equals = cmb_text_cut(text, '=', &name);
    struct cmb_text above = equals.at ? (struct cmb_text){ 0 } : cmb_text_cut(text, '>', &name);
    term->test = equals.at ? CMB_ONE_OF : above.at ? CMB_ABOVE : CMB_GIVEN;
    if (term->test == CMB_GIVEN && name.length && name.at[0] == '!') {
        term->test = CMB_NOT_GIVEN;
        name = (struct cmb_text){ name.at + 1, name.length - 1 };
    }
    if (!find_subject(compiler->plugin, name, term))
        return cmb_refuse(compiler, "when", "\"%.*s\" is nothing that a condition can ask about",
                          (int)name.length, name.at);
    if (term->test == CMB_ONE_OF)
        return compile_values(compiler, equals, term);
    return term->test == CMB_ABOVE ? compile_number(compiler, above, term) : CAMBIST_OK;
}

int cmb_compile_condition(struct cmb_compiler *compiler, const char *text,
                          struct cmb_condition *ret)
{
    *ret = (struct cmb_condition){ 0 };
    struct cmb_text left = cmb_text_of(text);
    size_t most = 1;
    for (size_t i = 0; i < left.length; i++)
        most += left.at[i] == ' ';
    struct cmb_term *terms = text ? cmb_compiler_take(compiler, most, sizeof *terms) : NULL;
    if (text && !terms)
        return CAMBIST_NO_MEMORY;
    ret->terms = terms;
    while (left.at) {
        struct cmb_text term;
        left = cmb_text_cut(left, ' ', &term);
        int status = term.length ? compile_term(compiler, term, &terms[ret->count]) : CAMBIST_OK;
        if (status != CAMBIST_OK)
            return status;
        ret->count += term.length != 0;
    }
    return CAMBIST_OK;
}
