/* How is a question written that has the shape of an earlier one?
 *
 * Level 1 of signing.  The normal way (fill.c, sign.c) stays the only one that decides anything:
 * it refuses, it names what is missing, and a plan is noted down only beside its success.
 */
#include "base/plain.h"
#include "request/plan_inner.h"

static bool fits(const struct cmb_call *call, const struct cmb_plan *plan)
{
    const struct cmb_text *values = call->arguments.values;
    if (plan->endpoint != call->endpoint || plan->exchange != call->exchange->number ||
        plan->kind != call->kind)
        return false;
    for (uint64_t left = plan->given; left; left &= left - 1)
        if (!values[__builtin_ctzll(left)].at)
            return false;
    for (uint64_t left = plan->missing; left; left &= left - 1)
        if (values[__builtin_ctzll(left)].at)
            return false;
    const struct cmb_plan_word *end = plan->words + plan->word_count;
    for (const struct cmb_plan_word *word = plan->words; word < end; word++)
        if (!cmb_text_is(values[word->argument], (struct cmb_text){ word->at, word->length }))
            return false;
    return true;
}

static struct cmb_buffer *buffer_of(struct cmb_call *call, uint32_t place)
{
    static const size_t offsets[] = { [CAMBIST_QUERY] = offsetof(struct cmb_call, query),
                                      [CAMBIST_FORM] = offsetof(struct cmb_call, body),
                                      [CAMBIST_JSON] = offsetof(struct cmb_call, body),
                                      [CAMBIST_HEADER] = offsetof(struct cmb_call, headers) };
    return (struct cmb_buffer *)(void *)((char *)call + offsets[place]);
}

static struct cmb_text make(struct cmb_call *call, const struct cmb_plan_piece *piece)
{
    int status;
    if (piece->source == CMB_PLAN_DERIVED)
        return cmb_derive_by(call, piece->name, piece->index, &status);
    struct cmb_text value = { 0 }, missing = { 0 };
    status = cmb_render(call, piece->template, &value, &missing);
    return status == CAMBIST_OK ? value : (struct cmb_text){ 0 };
}

/* Nothing where the value is missing. */
static struct cmb_text fetch(struct cmb_call *call, const struct cmb_plan_piece *piece)
{
    switch (piece->source) {
    case CMB_PLAN_ARGUMENT: return call->arguments.values[piece->index];
    case CMB_PLAN_NOWHERE: return CMB_TEXT("");
    case CMB_PLAN_CREDENTIAL: return cmb_secret_reveal(call->exchange->credentials[piece->index]);
    case CMB_PLAN_TIME:
        if (call->time_texts[piece->index].at)
            return call->time_texts[piece->index];
        return cmb_value_of(call, CMB_NAME_TIME, piece->index);
    case CMB_PLAN_NAME: return cmb_value_of(call, piece->name, piece->index);
    default: return make(call, piece);
    }
}

/* Of the value at the end of `text` that which is to stand there, or false where nothing may. */
static bool code(struct cmb_buffer *text, struct cmb_text value, uint32_t place)
{
    if (place == CAMBIST_HEADER)
        return !cmb_text_has_control(value);
    text->length -= value.length;
    if (place == CAMBIST_JSON) {
        struct cmb_json_writer writer;
        text->length--; /* its quotes are in the plan's literals, and the writer makes them too */
        cmb_json_writer_init(&writer, text);
        cmb_json_write_string(&writer, value);
        text->length--;
    } else {
        cmb_encode_url(text, value);
    }
    return cmb_buffer_is_whole(text);
}

/* The value comes first: a signature is over what stands there before its own name does. */
static bool write_piece(struct cmb_call *call, const struct cmb_plan *plan,
                        const struct cmb_plan_piece *piece)
{
    struct cmb_text value = fetch(call, piece);
    struct cmb_buffer *text = buffer_of(call, piece->place);
    char *to = value.at ? cmb_buffer_reserve(text, piece->length + CMB_PLAN_STEP_BYTES +
                                                       value.length) : NULL;
    if (!to)
        return false;
    const char *literal = plan->text + piece->start, *end = literal + piece->length;
    text->length += piece->length + value.length;
    for (char *at = to; literal < end; literal += CMB_PLAN_STEP_BYTES, at += CMB_PLAN_STEP_BYTES)
        memcpy(at, literal, CMB_PLAN_STEP_BYTES);
    to += piece->length;
    if (piece->is_plain) {
        memcpy(to, value.at, value.length);
        return true;
    }
    return cmb_plain_copy(to, value) || code(text, value, piece->place);
}

/* What had no room now may have had it the normal way. */
static void cut_back(struct cmb_buffer *text, size_t length)
{
    text->length = length;
    text->is_cut = false;
}

static bool write_part(struct cmb_call *call, const struct cmb_plan *plan, enum cmb_plan_part part)
{
    size_t query = call->query.length, body = call->body.length, headers = call->headers.length;
    bool is_written = true;
    const struct cmb_plan_piece *end = plan->pieces + plan->ends[part];
    for (const struct cmb_plan_piece *piece = plan->pieces + (part ? plan->ends[part - 1] : 0);
         piece < end && is_written; piece++)
        is_written = write_piece(call, plan, piece);
    if (is_written)
        return true;
    cut_back(&call->query, query);
    cut_back(&call->body, body);
    cut_back(&call->headers, headers);
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
    const struct cmb_plan *plan = call->plan;
    return plan && plan->endpoint == call->endpoint &&
           (plan->ends[part - 1] == plan->ends[part] || write_part(call, plan, part));
}
