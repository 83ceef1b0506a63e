/* Where in a JSON body do the values of a plan stand? */
#include "request/plan_inner.h"

/* What a body may hold before anything of it is written: nothing that speaks of the body. */
static bool is_independent(const struct cmb_template *template)
{
    bool is = true;
    for (uint32_t i = 0; i < template->count; i++)
        is &= template->steps[i].name < CMB_NAME_SECRET_FORM ||
              template->steps[i].name == CMB_NAME_ARGUMENT ||
              template->steps[i].name == CMB_NAME_TIME;
    return is;
}

/* Everything up to the value is a literal: the body's text from `*from` on. */
static bool add_span(const struct cmb_call *call, struct cmb_plan *plan,
                     const struct cmb_parameter *parameter,
                     const struct cmb_template *template, struct cmb_text body, size_t *from,
                     const struct cmb_span *span)
{
    bool is_behind_comma = span->end == span->start || body.at[span->start] == ',';
    size_t quote = parameter->json_form != CAMBIST_LITERAL;
    if (!is_independent(template) || span->start < *from || is_behind_comma ||
        !cmb_plan_add_literal(plan, CAMBIST_JSON,
                     (struct cmb_text){ body.at + *from, span->start + quote - *from },
                     /* is_apart= */ true))
        return false;
    cmb_plan_end_literal(call, plan, parameter, template);
    *from = span->end - quote;
    return true;
}

/* The parameters that are there are call->pairs, in the same order. */
static bool add_spans(struct cmb_call *call, struct cmb_plan *plan, struct cmb_text body,
                      const struct cmb_span *spans)
{
    size_t from = 0;
    uint32_t pair = 0;
    for (uint32_t i = 0; i < call->endpoint->own_count; i++) {
        const struct cmb_parameter *parameter = &call->endpoint->parameters[i];
        const struct cmb_template *template;
        bool is_constant;
        if (parameter->place != CAMBIST_JSON || !cmb_plan_look_at(call, plan, &parameter->when))
            return false;
        if (!cmb_condition_holds(call, &parameter->when))
            continue;
        if (!cmb_plan_find_value(call, plan, parameter, &template, &is_constant))
            return false;
        bool is_there = pair < call->pair_count &&
                        call->pairs[pair].name.at == parameter->name.at;
        if (is_there && !is_constant &&
            !add_span(call, plan, parameter, template, body, &from, &spans[pair]))
            return false;
        if (!is_there && !is_constant)
            return false;
        pair += is_there;
    }
    return pair == call->pair_count &&
           cmb_plan_add_literal(plan, CAMBIST_JSON,
                       (struct cmb_text){ body.at + from, body.length - from },
                       /* is_apart= */ true);
}

/* The body as it was composed, with the places of its values. */
bool cmb_plan_add_body(struct cmb_call *call, struct cmb_plan *plan)
{
    struct cmb_span spans[CMB_PAIRS_MOST];
    struct cmb_buffer body;
    cmb_buffer_init(&body, CMB_PLAN_TEXT_MOST);
    bool is_added = cmb_compose(call, &body, spans) == CAMBIST_OK &&
                    add_spans(call, plan, cmb_buffer_text(&body), spans);
    cmb_buffer_clear(&body);
    plan->ends[CMB_PLAN_OWN] = plan->piece_count;
    return is_added;
}
