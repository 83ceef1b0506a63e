/* Can an object that somebody else wrote be what a template of JSON says?
 *
 * A token's claims may stand in any order and have others beside them.  So the template is cut into
 * its members, and each is matched with the member of that name. */
#include "simulator/request.h"

enum { MEMBER_STEPS = 16, NAME_BYTES = 64 };

/* One member of the template while it is being collected. */
struct member {
    struct cmb_step steps[MEMBER_STEPS];
    uint32_t count;
    char name[NAME_BYTES];
    size_t name_length;
    bool has_name, is_string;
    int depth;
};

static bool add_step(struct member *member, const struct cmb_step *step)
{
    if (member->count == MEMBER_STEPS)
        return false;
    member->steps[member->count++] = *step;
    return true;
}

/* Characters of one literal that stand side by side are one step. */
static bool add_character(struct member *member, const char *at)
{
    struct cmb_step *last = member->count ? &member->steps[member->count - 1] : NULL;
    if (last && last->name == CMB_NAME_LITERAL && last->text.at + last->text.length == at) {
        last->text.length++;
        return true;
    }
    return add_step(member, &(struct cmb_step){ .text = { at, 1 } });
}

static bool match_member(struct cmb_capture *capture, struct member *member, struct cmb_text json)
{
    if (!member->has_name)
        return member->count == 0;
    struct cmb_text value = cmb_received_member(&capture->call->arena, json,
                                                (struct cmb_text){ member->name,
                                                                   member->name_length });
    struct cmb_template template = { .steps = member->steps, .count = member->count };
    return value.at && cmb_inverse_match(capture, &template, value);
}

/* A value that is wholly one string is matched without its quotes. */
static bool is_outer_quote(const struct member *member)
{
    return member->depth == 1;
}

/* One character of a literal.  False where the template is no flat object or a member differs. */
static bool read_character(struct cmb_capture *capture, struct member *member, const char *at,
                           struct cmb_text json)
{
    bool ends = !member->is_string && member->depth == 1 && (*at == ',' || *at == '}');
    if (!member->is_string && member->depth == 0) {
        member->depth += *at == '{';
        return *at == '{' || *at == ' ';
    }
    if (ends) {
        bool is_fine = match_member(capture, member, json);
        *member = (struct member){ .depth = *at == ',' };
        return is_fine;
    }
    if (*at == '"') {
        member->is_string = !member->is_string;
        return !member->has_name || is_outer_quote(member) || add_character(member, at);
    }
    if (!member->is_string) {
        member->depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
        if (*at == ':' && !member->has_name)
            return member->has_name = true;
    }
    if (member->has_name)
        return (*at == ' ' && !member->is_string) || add_character(member, at);
    if (member->is_string && member->name_length < NAME_BYTES)
        member->name[member->name_length++] = *at;
    return true;
}

/* {name:json} brings its own quotes, which the found value has lost. */
static struct cmb_step bare(const struct cmb_step *step, bool is_string)
{
    struct cmb_step without = *step;
    if (!is_string && without.filters[0] == CMB_FILTER_JSON)
        memset(without.filters, 0, sizeof without.filters);
    return without;
}

bool cmb_inverse_match_json(struct cmb_capture *capture, const struct cmb_template *template,
                            struct cmb_text json)
{
    struct member member = { .depth = 0 };
    for (uint32_t i = 0; i < template->count; i++) {
        const struct cmb_step *step = &template->steps[i];
        struct cmb_step plain = bare(step, member.is_string);
        if (step->name != CMB_NAME_LITERAL && !add_step(&member, &plain))
            return false;
        for (size_t c = 0; step->name == CMB_NAME_LITERAL && c < step->text.length; c++)
            if (!read_character(capture, &member, step->text.at + c, json))
                return false;
    }
    return true;
}
