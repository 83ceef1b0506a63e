/* How is a question written that has the shape of an earlier one?
 *
 * Level 1 of signing.  The normal way (fill.c, sign.c) stays the only one that decides anything:
 * it refuses, it names what is missing, and a plan is noted down only beside its success.
 */
#include "request/plan_inner.h"

/* ---- replay ---- */

struct cmb_text cmb_plan_value(const struct cmb_call *call, uint32_t name, uint32_t index)
{
    if (name == CMB_NAME_ARGUMENT)
        return call->arguments.values[index];
    /* As in conditions: what is looked at here is only read. */
    return cmb_value_of((struct cmb_call *)(uintptr_t)call, name, index);
}

static bool fits(const struct cmb_call *call, const struct cmb_plan *plan)
{
    if (plan->endpoint != call->endpoint || plan->exchange != call->exchange->number)
        return false;
    for (uint32_t i = 0; i < plan->look_count; i++) {
        const struct cmb_plan_look *look = &plan->looks[i];
        struct cmb_text value = cmb_plan_value(call, look->name, look->index);
        if ((value.at != NULL) != look->is_given)
            return false;
        if (look->is_word && !cmb_text_is(value, (struct cmb_text){ look->word, look->length }))
            return false;
    }
    return true;
}

static struct cmb_buffer *buffer_of(struct cmb_call *call, uint32_t place)
{
    return place == CAMBIST_QUERY ? &call->query
           : place == CAMBIST_HEADER ? &call->headers : &call->body;
}

/* Nothing where the value is missing. */
static struct cmb_text fetch(struct cmb_call *call, const struct cmb_plan_piece *piece)
{
    struct cmb_text value = { 0 }, missing = { 0 };
    int status = CAMBIST_OK;
    switch (piece->source) {
    case CMB_PLAN_NOWHERE: return CMB_TEXT("");
    case CMB_PLAN_ARGUMENT: return call->arguments.values[piece->index];
    case CMB_PLAN_NAME: return cmb_value_of(call, piece->name, piece->index);
    case CMB_PLAN_DERIVED: status = cmb_derive(call, piece->index, &value); break;
    default: status = cmb_render(call, piece->template, &value, &missing); break;
    }
    return status == CAMBIST_OK ? value : (struct cmb_text){ 0 };
}

static bool write_json(struct cmb_buffer *body, struct cmb_text head, struct cmb_text value,
                       const struct cmb_plan_piece *piece)
{
    struct cmb_json_writer writer;
    cmb_buffer_add(body, head);
    cmb_json_writer_init(&writer, body);
    if (piece->source != CMB_PLAN_NOWHERE)
        cmb_write_json(&writer, value, piece->json_form);
    return cmb_buffer_is_whole(body);
}

/* The value comes first: a signature is over what stands there before its own name does. */
static bool write_piece(struct cmb_call *call, const struct cmb_plan *plan,
                        const struct cmb_plan_piece *piece)
{
    struct cmb_text value = fetch(call, piece);
    if (!value.at || (piece->place == CAMBIST_HEADER && cmb_text_has_control(value)))
        return false;
    struct cmb_text head = { plan->text + piece->start, piece->length };
    if (piece->place == CAMBIST_JSON)
        return write_json(&call->body, head, value, piece);
    return cmb_write_value(buffer_of(call, piece->place), head, value, piece->is_plain);
}

static bool write_part(struct cmb_call *call, const struct cmb_plan *plan, enum cmb_plan_part part)
{
    size_t query = call->query.length, body = call->body.length, headers = call->headers.length;
    bool is_written = true;
    for (uint32_t i = part ? plan->ends[part - 1] : 0; i < plan->ends[part] && is_written; i++)
        is_written = write_piece(call, plan, &plan->pieces[i]);
    if (is_written)
        return true;
    call->query.length = query;
    call->body.length = body;
    call->headers.length = headers;
    return false;
}

bool cmb_plan_fill(struct cmb_call *call)
{
    for (uint32_t i = 0; i < CMB_PLANS && cmb_plan_has_arguments_only(call); i++)
        if (fits(call, &call->plans[i]) && write_part(call, &call->plans[i], CMB_PLAN_OWN)) {
            call->plan = &call->plans[i];
            return true;
        }
    return false;
}

bool cmb_plan_stamp(struct cmb_call *call, enum cmb_plan_part part)
{
    return call->plan && call->plan->endpoint == call->endpoint &&
           write_part(call, call->plan, part);
}
