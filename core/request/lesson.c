/* How was this text read, and could the next one of its form be read by a stencil? */
#include "request/stencil.h"

#include "json/path.h"

enum { MISSES_PER_LESSON = 16 };

bool cmb_lesson_is_due(uint32_t *misses, uint32_t stencils)
{
    return (*misses)++ < stencils || *misses % MISSES_PER_LESSON == 0;
}

void cmb_lesson_pin(struct cmb_lesson *lesson, const struct cmb_json_value *value)
{
    bool is_scalar = value->kind != CMB_JSON_OBJECT && value->kind != CMB_JSON_ARRAY;
    lesson->is_unfit |= !is_scalar || lesson->pin_count == CMB_LESSON_PINS;
    if (!lesson->is_unfit)
        lesson->pins[lesson->pin_count++] = value->raw.at;
}

/* Whether the array or object at `at` will be a hole as a whole. */
static bool is_filled(const struct cmb_lesson *lesson, const struct cmb_fields *fields,
                      const char *at)
{
    for (uint32_t i = 0; i < fields->count && i < CMB_LESSON_LEAVES; i++)
        if (lesson->found[i].kind != CMB_JSON_NONE && lesson->found[i].raw.at == at)
            return true;
    return at == lesson->levels[0] || at == lesson->levels[1];
}

void cmb_lesson_pin_presence(struct cmb_lesson *lesson, const struct cmb_fields *fields,
                             struct cmb_text text, struct cmb_text path)
{
    struct cmb_json_value value;
    for (size_t i = 0; i < path.length; i++) {
        struct cmb_text outer = { path.at, i };
        if (path.at[i] == '.' &&
            cmb_json_path_find(text, outer, &value, NULL) == CAMBIST_OK &&
            (value.kind == CMB_JSON_ARRAY || value.kind == CMB_JSON_OBJECT))
            lesson->is_unfit |= is_filled(lesson, fields, value.raw.at);
    }
}

void cmb_lesson_pin_path(struct cmb_lesson *lesson, const struct cmb_fields *fields,
                         struct cmb_text text, struct cmb_text path)
{
    struct cmb_json_value value;
    cmb_lesson_pin_presence(lesson, fields, text, path);
    if (cmb_json_path_find(text, path, &value, NULL) == CAMBIST_OK && value.kind != CMB_JSON_NONE)
        cmb_lesson_pin(lesson, &value);
}

bool cmb_lesson_is_pinned(const struct cmb_lesson *lesson, const char *at)
{
    for (uint32_t i = 0; i < lesson->pin_count; i++)
        if (lesson->pins[i] == at)
            return true;
    return false;
}

void cmb_lesson_note_row(struct cmb_lesson *lesson, const struct cmb_fields *fields,
                         const struct cmb_json_value *found)
{
    lesson->rows++;
    lesson->is_unfit |= fields->count > CMB_LESSON_LEAVES;
    for (uint32_t i = 0; i < fields->count && !lesson->is_unfit; i++)
        lesson->found[i] = found[i];
}

uint32_t cmb_lesson_count_found(const struct cmb_lesson *lesson, const struct cmb_fields *fields)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < fields->count; i++)
        count += lesson->found[i].kind != CMB_JSON_NONE && lesson->found[i].raw.at;
    return count;
}

/* Whether a step's way depends on the question: on the market that it is about. */
static bool asks_for_market(const struct cmb_node *node)
{
    for (const struct cmb_node *child = node ? node->child : NULL; child; child = child->next)
        if (child->step.kind == CMB_PATH_MARKET || asks_for_market(child))
            return true;
    return false;
}

bool cmb_lesson_check(const struct cmb_lesson *lesson, const struct cmb_endpoint *endpoint)
{
    const struct cmb_fields *fields = &endpoint->fields;
    for (uint32_t i = 0; i < endpoint->rows.count; i++)
        if (endpoint->rows.steps[i].kind == CMB_PATH_MARKET)
            return false;
    return lesson->rows == 1 && !lesson->is_unfit && !asks_for_market(fields->row_tree) &&
           !asks_for_market(fields->answer_tree);
}
