/* Which plan would have written the question that was just filled the normal way? */
#include "request/plan_inner.h"

/* ---- looks: each of these answers whether a plan is still possible ---- */

static bool add_look(const struct cmb_call *call, struct cmb_plan *plan, uint32_t argument,
                     bool is_word)
{
    _Static_assert(CAMBIST_ARGUMENT_COUNT <= 64, "one bit each");
    struct cmb_text value = call->arguments.values[argument];
    *(value.at ? &plan->given : &plan->missing) |= 1ull << argument;
    for (uint32_t i = 0; i < plan->word_count; i++)
        is_word &= plan->words[i].argument != argument;
    if (!is_word || !value.at)
        return true;
    if (plan->word_count == CMB_PLAN_WORDS_MOST || value.length > CMB_PLAN_WORD_MOST)
        return false;
    struct cmb_plan_word *word = &plan->words[plan->word_count++];
    *word = (struct cmb_plan_word){ argument, (uint32_t)value.length, "" };
    memcpy(word->at, value.at, value.length);
    return true;
}

static bool look_at_term(const struct cmb_call *call, struct cmb_plan *plan,
                         const struct cmb_term *term)
{
    switch (term->name) {
    case CMB_NAME_SECRET_FORM:
    case CMB_NAME_ENVIRONMENT:
    case CMB_NAME_ACCESS:
    case CMB_NAME_SERVER:
    case CMB_NAME_CREDENTIAL: return term->test != CMB_ABOVE; /* an exchange's stay the same */
    case CMB_NAME_MARKET_KIND: return term->test != CMB_ABOVE; /* it is the plan's */
    case CMB_NAME_ARGUMENT: break;
    default: return false;
    }
    bool is_flag = cmb_argument_of(term->index)->kind == CMB_MEMBER_FLAG;
    return term->test != CMB_ABOVE &&
           add_look(call, plan, term->index, is_flag || term->test == CMB_ONE_OF);
}

bool cmb_plan_look_at(const struct cmb_call *call, struct cmb_plan *plan,
                    const struct cmb_condition *condition)
{
    for (uint32_t i = 0; i < condition->count; i++)
        if (!look_at_term(call, plan, &condition->terms[i]))
            return false;
    return true;
}

/* The row of a derived name that applies wherever the looks are; NULL: that is not known. */
static const struct cmb_derived *row_of(const struct cmb_call *call, struct cmb_plan *plan,
                                        const struct cmb_step *step)
{
    const struct cmb_plugin *plugin = call->exchange->plugin;
    const struct cmb_derived *derived = &plugin->derived[plugin->derived_names[step->index].first];
    uint32_t count = plugin->derived_names[step->index].count;
    if (step->words || step->filters[0])
        return NULL;
    for (; count; count--, derived++) {
        if (!cmb_plan_look_at(call, plan, &derived->when))
            return NULL;
        if (cmb_condition_holds(call, &derived->when))
            return derived;
    }
    return NULL;
}

/* ---- pieces ---- */

/* Literals run together until a value follows; what a signature is over must stand there first. */
bool cmb_plan_add_literal(struct cmb_plan *plan, uint32_t place, struct cmb_text text, bool is_apart)
{
    struct cmb_plan_piece *last = plan->piece_count ? &plan->pieces[plan->piece_count - 1] : NULL;
    bool is_new = is_apart || !plan->is_open || last->place != place;
    if (text.length > CMB_PLAN_TEXT_MOST - plan->text_length ||
        (is_new && plan->piece_count == CMB_PLAN_PIECES_MOST))
        return false;
    if (is_new) {
        last = &plan->pieces[plan->piece_count++];
        *last = (struct cmb_plan_piece){ .place = place, .start = plan->text_length };
    }
    memcpy(plan->text + plan->text_length, text.at, text.length);
    plan->text_length += (uint32_t)text.length;
    last->length += (uint32_t)text.length;
    plan->is_open = true;
    return true;
}

/* "name=", "&name=" behind another one, "Name: ". */
static bool add_name(struct cmb_plan *plan, const struct cmb_parameter *parameter, bool is_apart)
{
    if (parameter->place == CAMBIST_HEADER)
        return cmb_plan_add_literal(plan, CAMBIST_HEADER, parameter->name, false) &&
               cmb_plan_add_literal(plan, CAMBIST_HEADER, CMB_TEXT(": "), false);
    struct cmb_text head = parameter->head;
    bool is_first = true;
    for (uint32_t i = 0; i < plan->piece_count; i++)
        is_first &= plan->pieces[i].place != parameter->place;
    if (is_first)
        head = (struct cmb_text){ head.at + 1, head.length - 1 };
    return cmb_plan_add_literal(plan, parameter->place, head, is_apart);
}

static bool end_line(struct cmb_plan *plan, const struct cmb_parameter *parameter)
{
    return parameter->place != CAMBIST_HEADER ||
           cmb_plan_add_literal(plan, CAMBIST_HEADER, CMB_TEXT("\r\n"), false);
}

/* A name without words and filters needs no template. */
static enum cmb_plan_source source_of(const struct cmb_step *step)
{
    if (step->words || step->filters[0] || step->name == CMB_NAME_DERIVED)
        return CMB_PLAN_TEMPLATE;
    if (step->name == CMB_NAME_ARGUMENT)
        return CMB_PLAN_ARGUMENT;
    if (step->text.at || step->shift)
        return CMB_PLAN_TEMPLATE;
    return step->name == CMB_NAME_CREDENTIAL   ? CMB_PLAN_CREDENTIAL
           : step->name == CMB_NAME_TIME       ? CMB_PLAN_TIME
           : step->name < CMB_NAME_SECRET_FORM ? CMB_PLAN_NAME : CMB_PLAN_TEMPLATE;
}

/* Whether no value that comes from there can end a header line. */
static bool is_fit_for_header(const struct cmb_call *call, const struct cmb_plan_piece *piece)
{
    return piece->source == CMB_PLAN_TIME ||
           (piece->source == CMB_PLAN_CREDENTIAL &&
            !cmb_text_has_control(cmb_secret_reveal(call->exchange->credentials[piece->index])));
}

void cmb_plan_end_literal(const struct cmb_call *call, struct cmb_plan *plan,
                          const struct cmb_parameter *parameter,
                          const struct cmb_template *template)
{
    struct cmb_plan_piece *piece = &plan->pieces[plan->piece_count - 1];
    const struct cmb_step *step = template->steps;
    bool is_name = template->count == 1;
    const struct cmb_derived *derived =
        is_name && step->name == CMB_NAME_DERIVED ? row_of(call, plan, step) : NULL;
    piece->source = derived ? CMB_PLAN_DERIVED : is_name ? source_of(step) : CMB_PLAN_TEMPLATE;
    piece->name = derived ? step->index : step->name;
    piece->index = derived ? (uint32_t)(derived - call->exchange->plugin->derived) : step->index;
    piece->template = template;
    bool is_literal = parameter->place == CAMBIST_JSON && parameter->json_form == CAMBIST_LITERAL;
    bool is_header = parameter->place == CAMBIST_HEADER;
    bool is_hex = derived && derived->row->form == CAMBIST_AS_HEX;
    bool is_base64 = derived && derived->row->form > CAMBIST_AS_HEX;
    piece->is_plain = is_header ? is_hex || is_base64 || is_fit_for_header(call, piece)
                                : is_hex || is_literal || template->is_plain;
    plan->is_open = false;
}

static bool add_fetched(const struct cmb_call *call, struct cmb_plan *plan,
                        const struct cmb_parameter *parameter,
                        const struct cmb_template *template)
{
    bool is_made = template->count != 1 || source_of(template->steps) == CMB_PLAN_TEMPLATE;
    if (!add_name(plan, parameter, /* is_apart= */ is_made))
        return false;
    cmb_plan_end_literal(call, plan, parameter, template);
    return end_line(plan, parameter);
}

/* A value that is the same wherever the looks are; an optional one that is missing is none. */
static bool add_constant(struct cmb_call *call, struct cmb_plan *plan,
                         const struct cmb_parameter *parameter,
                         const struct cmb_template *template)
{
    struct cmb_text value = { 0 }, missing = { 0 };
    int status = cmb_render(call, template, &value, &missing);
    if (missing.at)
        return parameter->is_optional;
    if (status != CAMBIST_OK || (parameter->place == CAMBIST_HEADER && cmb_text_has_control(value)))
        return false;
    struct cmb_buffer coded;
    cmb_buffer_init(&coded, CMB_PLAN_TEXT_MOST);
    if (parameter->place == CAMBIST_HEADER)
        cmb_buffer_add(&coded, value);
    else
        cmb_encode_url(&coded, value);
    bool is_added = cmb_buffer_is_whole(&coded) && add_name(plan, parameter, false) &&
                    cmb_plan_add_literal(plan, parameter->place, cmb_text_of(cmb_buffer_string(&coded)),
                                false) &&
                    end_line(plan, parameter);
    cmb_buffer_clear(&coded);
    return is_added;
}

/* ---- values ---- */

/* Where a derived name only chooses between templates: the one that it chose. */
static const struct cmb_template *chosen(const struct cmb_call *call, struct cmb_plan *plan,
                                         const struct cmb_step *step)
{
    const struct cmb_derived *derived = row_of(call, plan, step);
    bool is_choice = derived && derived->row->algorithm == CAMBIST_PLAIN &&
                     derived->row->form <= CAMBIST_AS_RAW && derived->text.count == 1 &&
                     derived->text.steps->name != CMB_NAME_DERIVED;
    return is_choice ? &derived->text : NULL;
}

bool cmb_plan_find_value(const struct cmb_call *call, struct cmb_plan *plan,
                       const struct cmb_parameter *parameter, const struct cmb_template **ret,
                       bool *ret_is_constant)
{
    const struct cmb_template *template = &parameter->value;
    if (template->count == 1 && template->steps->name == CMB_NAME_DERIVED) {
        const struct cmb_template *choice = chosen(call, plan, template->steps);
        template = choice ? choice : template;
    }
    const struct cmb_step *step = template->steps;
    uint32_t name = template->count == 1 ? step->name : CMB_NAME_DERIVED;
    *ret = template;
    *ret_is_constant = name == CMB_NAME_LITERAL;
    if (name == CMB_NAME_ARGUMENT) {
        bool is_word = cmb_vocabulary_of(cmb_argument_of(step->index)->kind);
        *ret_is_constant = is_word || !call->arguments.values[step->index].at;
        return add_look(call, plan, step->index, is_word);
    }
    /* Whether anything else is there is not among the looks. */
    return *ret_is_constant || !parameter->is_optional;
}

static bool add_value(struct cmb_call *call, struct cmb_plan *plan,
                      const struct cmb_parameter *parameter)
{
    const struct cmb_template *template;
    bool is_constant;
    if (!cmb_plan_find_value(call, plan, parameter, &template, &is_constant))
        return false;
    return is_constant ? add_constant(call, plan, parameter, template)
                       : add_fetched(call, plan, parameter, template);
}

/* ---- plans ---- */

/* Whether it asks for the parameters one by one, which a plan does not keep. */
static bool needs_pairs(const struct cmb_template *template)
{
    bool needs = false;
    for (uint32_t i = 0; i < template->count; i++)
        needs |= template->steps[i].name == CMB_NAME_RAW_QUERY ||
                 template->steps[i].name == CMB_NAME_SORTED_QUERY ||
                 template->steps[i].name == CMB_NAME_SORTED_RAW_QUERY;
    return needs;
}

/* Functions of a plugin may ask for anything; caches know a question by its parameters. */
static bool is_plannable(const struct cmb_call *call)
{
    const struct cmb_endpoint *endpoint = call->endpoint;
    const struct cambist_endpoint *row = endpoint->row;
    bool is_json = endpoint->place == CAMBIST_JSON;
    bool is_fit = cmb_plan_has_arguments_only(call) && (is_json || !endpoint->items.at) && !row->build &&
                  !row->map && !row->cache_ms && !row->reuse_ms;
    const struct cmb_plugin *plugin = call->exchange->plugin;
    for (uint32_t i = 0; i < plugin->derived_count && is_fit; i++)
        is_fit = !plugin->derived[i].row->compute && !needs_pairs(&plugin->derived[i].text);
    for (uint32_t i = 0; i < endpoint->parameter_count && is_fit; i++)
        is_fit = !needs_pairs(&endpoint->parameters[i].value) &&
                       !endpoint->parameters[i].is_repeated;
    return is_fit;
}

static bool is_of_part(const struct cmb_endpoint *endpoint, uint32_t i, enum cmb_plan_part part)
{
    bool is_header = endpoint->parameters[i].place == CAMBIST_HEADER;
    return part == (i < endpoint->own_count ? CMB_PLAN_OWN
                    : is_header ? CMB_PLAN_HEADERS : CMB_PLAN_STAMPS);
}

static bool add_part(struct cmb_call *call, struct cmb_plan *plan, enum cmb_plan_part part)
{
    plan->is_open = false;
    for (uint32_t i = 0; i < call->endpoint->parameter_count; i++) {
        const struct cmb_parameter *parameter = &call->endpoint->parameters[i];
        if (!is_of_part(call->endpoint, i, part))
            continue;
        if (parameter->place == CAMBIST_JSON || /* it would have to stand in the body */
            !cmb_plan_look_at(call, plan, &parameter->when))
            return false;
        if (cmb_condition_holds(call, &parameter->when) && !add_value(call, plan, parameter))
            return false;
    }
    plan->ends[part] = plan->piece_count;
    return true;
}

/* One miss in so many is worth a plan: shapes that never come again then cost nearly nothing. */
enum { MISSES_PER_PLAN = 8 };

void cmb_plan_note(struct cmb_call *call)
{
    if (call->plan_misses++ % MISSES_PER_PLAN || !is_plannable(call))
        return;
    struct cmb_plan *plan = &call->plans[call->plans_noted % CMB_PLANS];
    plan->exchange = plan->given = plan->missing = 0;
    plan->word_count = plan->piece_count = plan->text_length = 0;
    plan->endpoint = call->endpoint;
    plan->kind = call->kind;
    bool is_made = true;
    for (uint32_t part = 0; part < CMB_PLAN_PARTS && is_made; part++)
        is_made = part == CMB_PLAN_OWN && call->endpoint->place == CAMBIST_JSON
                      ? cmb_plan_add_body(call, plan) : add_part(call, plan, part);
    if (!is_made)
        return;
    plan->exchange = call->exchange->number;
    call->plans_noted++;
}
