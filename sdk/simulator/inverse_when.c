/* What does a condition that held say of the arguments? */
#include "simulator/request.h"

static struct cmb_text *argument_of(const struct cmb_capture *capture, const struct cmb_term *term)
{
    return term->name == CMB_NAME_ARGUMENT ? &capture->target->values[term->index] : NULL;
}

static bool is_flag(const struct cmb_term *term)
{
    return cmb_argument_of(term->index)->kind == CMB_MEMBER_FLAG;
}

bool cmb_inverse_is_constant(const struct cmb_template *template)
{
    for (uint32_t i = 0; i < template->count; i++)
        if (template->steps[i].name != CMB_NAME_LITERAL)
            return false;
    return true;
}

/* What the host makes up may be any text: nothing tells it from one that was given. */
static bool is_made_up(const struct cmb_template *template)
{
    return template->count == 1 && (template->steps->name == CMB_NAME_UUID ||
                                    template->steps->name == CMB_NAME_RANDOM);
}

bool cmb_inverse_is_in_pass(const struct cmb_capture *capture,
                            const struct cmb_template *template,
                            const struct cmb_condition *when, enum cmb_inverse_pass pass)
{
    if (cmb_inverse_is_constant(template))
        return pass == CMB_INVERSE_CONSTANTS;
    bool is_sure = !is_made_up(template);
    for (uint32_t i = 0; i < when->count; i++) {
        const struct cmb_text *value = argument_of(capture, &when->terms[i]);
        is_sure &= when->terms[i].test != CMB_GIVEN || !value || value->at;
    }
    return pass == (is_sure ? CMB_INVERSE_SURE : CMB_INVERSE_OTHERS);
}

void cmb_inverse_imply(struct cmb_capture *capture, const struct cmb_condition *when)
{
    for (uint32_t i = 0; i < when->count; i++) {
        const struct cmb_term *term = &when->terms[i];
        struct cmb_text *value = argument_of(capture, term);
        if (!value || value->at)
            continue;
        if (term->test == CMB_ONE_OF && term->count == 1)
            *value = term->values[0];
        else if (term->test == CMB_GIVEN && is_flag(term))
            *value = CMB_TEXT("true");
    }
}

/* An argument that is not known yet may be anything; a flag that is not known may be no. */
static bool may_term_hold(const struct cmb_capture *capture, const struct cmb_term *term)
{
    const struct cmb_text *value = argument_of(capture, term);
    struct cmb_condition one = { term, 1 };
    if (!value || (value->at && term->test != CMB_NOT_GIVEN))
        return cmb_condition_holds(capture->call, &one);
    if (!value->at)
        return true;
    return is_flag(term) && cmb_text_is(*value, CMB_TEXT("false"));
}

bool cmb_inverse_may_hold(const struct cmb_capture *capture, const struct cmb_condition *when)
{
    for (uint32_t i = 0; i < when->count; i++)
        if (!may_term_hold(capture, &when->terms[i]))
            return false;
    return true;
}
