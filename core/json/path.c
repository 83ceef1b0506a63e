/* What stands at "data.0.sCode"? */
#include "json/path.h"

/* Reads an index of decimal digits; false where the step is a name. */
static bool parse_index(struct cmb_text step, size_t *ret_index)
{
    size_t index = 0;
    for (size_t i = 0; i < step.length; i++) {
        if (step.at[i] < '0' || step.at[i] > '9' || index > SIZE_MAX / 10 - 1)
            return false;
        index = index * 10 + (size_t)(step.at[i] - '0');
    }
    *ret_index = index;
    return step.length > 0;
}

/* Stands before the value of the member `step`, or answers false. */
static bool step_into_object(struct cmb_json_reader *reader, struct cmb_text step)
{
    struct cmb_json_value key;
    cmb_json_enter_object(reader);
    while (cmb_json_next_member(reader, &key)) {
        if (cmb_json_is(&key, step))
            return true;
        cmb_json_skip(reader);
    }
    return false;
}

static size_t count_elements(struct cmb_json_reader reader)
{
    size_t count = 0;
    for (cmb_json_enter_array(&reader); cmb_json_next_element(&reader); count++)
        cmb_json_skip(&reader);
    return count;
}

/* -1 is the last element: its index from the front; none where there are not so many. */
static struct cmb_text from_front(const struct cmb_json_reader *reader, struct cmb_text step,
                                  char digits[static CMB_NUMBER_SIZE])
{
    struct cmb_text behind = { step.at + 1, step.length - 1 };
    size_t place, count = count_elements(*reader);
    if (!parse_index(behind, &place) || place == 0 || place > count)
        return step;
    return cmb_text_of_number((int64_t)(count - place), digits);
}

static bool step_into_array(struct cmb_json_reader *reader, struct cmb_text step)
{
    size_t index;
    char digits[CMB_NUMBER_SIZE];
    if (step.length > 1 && step.at[0] == '-')
        step = from_front(reader, step, digits);
    if (!parse_index(step, &index)) {
        cmb_json_skip(reader); /* absent only if the array is valid */
        return false;
    }
    cmb_json_enter_array(reader);
    while (cmb_json_next_element(reader)) {
        if (index-- == 0)
            return true;
        cmb_json_skip(reader);
    }
    return false;
}

static bool step_into(struct cmb_json_reader *reader, struct cmb_text step)
{
    switch (cmb_json_peek(reader)) {
    case CMB_JSON_OBJECT:
        return step_into_object(reader, step);
    case CMB_JSON_ARRAY:
        return step_into_array(reader, step);
    default:
        cmb_json_skip(reader); /* nothing stands inside a scalar, but it may be garbled */
        return false;
    }
}

int cmb_json_path_find(struct cmb_text text, struct cmb_text path,
                       struct cmb_json_value *ret_value, struct cambist_error *error)
{
    struct cmb_json_reader reader;
    struct cmb_json_value value = { .kind = CMB_JSON_NONE };
    struct cmb_text left = path, step;
    bool is_there = true;
    cmb_json_init(&reader, text, 0);
    while (is_there && left.length) {
        left = cmb_text_cut(left, '.', &step);
        is_there = step_into(&reader, step);
    }
    if (is_there)
        cmb_json_read_value(&reader, &value);
    if (reader.reason)
        return cmb_json_report(&reader, error);
    *ret_value = value;
    return CAMBIST_OK;
}
