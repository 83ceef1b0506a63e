/* Can a message that somebody else wrote be what a template of a dialect says?
 *
 * Other programs write members in another order, add some and leave some out.  So the template is
 * laid out character by character, names as single pieces, and its objects are matched member by
 * member. */
#include "simulator/stream.h"

enum { PIECES_MOST = 2048, TOPIC_DEPTH = 1, LEAF_STEPS = 24, SCORE_CONSTANT = 2, SCORE_NAME = 1,
       SCORE_MISSING = -1, SCORE_OTHER = -2 };

/* The template, laid out; text[i] is 0 where a name stands. */
struct layout {
    char text[PIECES_MOST];
    const struct cmb_step *steps[PIECES_MOST];
    bool is_spliced[PIECES_MOST]; /* came of {channel} */
    size_t count;
};

struct matching {
    struct cmb_capture *capture;
    const struct layout *layout;
    struct cmb_said *said;
};

struct range {
    size_t from, to;
};

static bool match_value(struct matching *matching, struct range range, struct cmb_json_value value,
                        struct cmb_text object, int depth);

/* ---- laying out ---- */

static void lay_out(struct layout *layout, const struct cmb_template *template,
                    const struct cmb_template *channel, bool is_spliced)
{
    for (uint32_t i = 0; i < template->count; i++) {
        const struct cmb_step *step = &template->steps[i];
        if (step->name == CMB_NAME_CHANNEL && channel) {
            lay_out(layout, channel, NULL, true);
            continue;
        }
        bool is_literal = step->name == CMB_NAME_LITERAL;
        for (size_t c = 0; c < (is_literal ? step->text.length : 1); c++) {
            if (layout->count == PIECES_MOST)
                return;
            layout->text[layout->count] = is_literal ? step->text.at[c] : 0;
            layout->steps[layout->count] = is_literal ? NULL : step;
            layout->is_spliced[layout->count++] = is_spliced;
        }
    }
}

static struct range trim(const struct layout *layout, struct range range)
{
    while (range.from < range.to && layout->text[range.from] == ' ')
        range.from++;
    while (range.from < range.to && layout->text[range.to - 1] == ' ')
        range.to--;
    return range;
}

/* Where the part at `from` ends: at the next comma of its own depth. */
static size_t find_comma(const struct layout *layout, size_t from, size_t to)
{
    bool is_string = false;
    int depth = 0;
    for (size_t i = from; i < to; i++) {
        char c = layout->text[i];
        is_string ^= c == '"';
        if (is_string)
            continue;
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        if (c == ',' && depth == 0)
            return i;
    }
    return to;
}

/* ---- leaves ---- */

static const struct cmb_step *only_step(const struct layout *layout, struct range range)
{
    return range.to == range.from + 1 ? layout->steps[range.from] : NULL;
}

static bool is_constant(const struct layout *layout, struct range range)
{
    for (size_t i = range.from; i < range.to; i++)
        if (layout->steps[i])
            return false;
    return true;
}

static bool is_spliced(const struct layout *layout, struct range range)
{
    for (size_t i = range.from; i < range.to; i++)
        if (layout->is_spliced[i])
            return true;
    return false;
}

/* The part as a template of its own. */
static uint32_t collect_steps(const struct layout *layout, struct range range,
                              struct cmb_step *steps)
{
    uint32_t count = 0;
    for (size_t i = range.from; i < range.to && count < LEAF_STEPS; i++) {
        struct cmb_step *last = count ? &steps[count - 1] : NULL;
        if (layout->steps[i])
            steps[count++] = *layout->steps[i];
        else if (last && last->name == CMB_NAME_LITERAL)
            last->text.length++;
        else
            steps[count++] = (struct cmb_step){ .text = { &layout->text[i], 1 } };
    }
    return count;
}

/* What is the message's own, and no argument. */
static bool take_own(struct matching *matching, const struct cmb_step *step,
                     struct cmb_json_value value, struct cmb_text object)
{
    struct cmb_said *said = matching->said;
    if (step->name == CMB_NAME_DERIVED)
        said->object = object;
    if (step->name == CMB_NAME_CHANNEL)
        return true; /* whatever channel */
    if (step->name == CMB_NAME_TOPICS)
        said->topics = value.raw;
    else if (step->name == CMB_NAME_NUMBER)
        said->number = value.raw;
    else if (step->name == CMB_NAME_TOKEN)
        said->token = value.raw;
    else
        return false;
    said->is_number_text |= step->name == CMB_NAME_NUMBER && value.kind == CMB_JSON_STRING;
    return true;
}

static bool match_leaf(struct matching *matching, struct range range, struct cmb_json_value value,
                       struct cmb_text object)
{
    struct cmb_step steps[LEAF_STEPS];
    const struct cmb_step *only = only_step(matching->layout, range);
    matching->said->score += is_constant(matching->layout, range) ? SCORE_CONSTANT : SCORE_NAME;
    if (only && take_own(matching, only, value, object))
        return true;
    uint32_t count = collect_steps(matching->layout, range, steps);
    for (uint32_t i = 0; i < count; i++) /* the found value has lost its quotes */
        if (steps[i].filters[0] == CMB_FILTER_JSON)
            memset(steps[i].filters, 0, sizeof steps[i].filters);
    struct cmb_template template = { .steps = steps, .count = count };
    return cmb_inverse_match(matching->capture, &template, value.raw);
}

/* ---- lists and objects ---- */

static bool match_array(struct matching *matching, struct range range, struct cmb_json_value value,
                        struct cmb_text object, int depth)
{
    struct range inner = trim(matching->layout, (struct range){ range.from + 1, range.to - 1 });
    const struct cmb_step *only = only_step(matching->layout, inner);
    struct cmb_json_reader reader;
    struct cmb_json_value element;
    if (value.kind != CMB_JSON_ARRAY)
        return false;
    if (only && only->name == CMB_NAME_TOPICS) {
        matching->said->topics = (struct cmb_text){ value.raw.at + 1, value.raw.length - 2 };
        return true;
    }
    cmb_json_init(&reader, value.raw, 0);
    cmb_json_enter_array(&reader);
    for (size_t at = inner.from; at < inner.to;) {
        size_t end = find_comma(matching->layout, at, inner.to);
        if (!cmb_json_next_element(&reader) || !cmb_json_read_value(&reader, &element) ||
            !match_value(matching, (struct range){ at, end }, element, object, depth + 1))
            return false;
        at = end + 1;
    }
    return true;
}

static bool find_member(struct cmb_text object, const char *name, size_t length,
                        struct cmb_json_value *ret)
{
    struct cmb_json_reader reader;
    struct cmb_json_value key;
    cmb_json_init(&reader, object, 0);
    cmb_json_enter_object(&reader);
    while (cmb_json_next_member(&reader, &key)) {
        if (!cmb_json_read_value(&reader, ret))
            return false;
        if (cmb_json_is(&key, (struct cmb_text){ name, length }))
            return true;
    }
    return false;
}

/* A constant says what kind of message it is where it stands on top, first in its object, or in a
 * channel's name; elsewhere other programs may want something else.  What proves and numbers may be
 * missing: whether it may, others decide. */
static bool is_needed(const struct layout *layout, struct range value, bool is_first, int depth,
                      bool is_missing)
{
    bool has_topics = false;
    for (size_t i = value.from; i < value.to; i++)
        has_topics |= layout->steps[i] && layout->steps[i]->name == CMB_NAME_TOPICS;
    if (is_constant(layout, value))
        return depth == 0 || is_first;
    if (is_missing)
        return is_first && is_spliced(layout, value);
    return is_first || has_topics || is_spliced(layout, value);
}

/* "name": value */
static bool match_member(struct matching *matching, struct range range, struct cmb_text object,
                         bool is_first, int depth)
{
    const struct layout *layout = matching->layout;
    range = trim(layout, range);
    if (only_step(layout, range))
        return true; /* whatever channel */
    const char *name = &layout->text[range.from + 1];
    const char *quote = range.from < range.to && layout->text[range.from] == '"'
                            ? memchr(name, '"', range.to - range.from - 1) : NULL;
    if (!quote)
        return false;
    size_t length = (size_t)(quote - name), colon = range.from + 2 + length;
    while (colon < range.to && layout->text[colon] != ':')
        colon++;
    struct range value = trim(layout, (struct range){ colon + 1, range.to });
    struct cmb_json_value found;
    struct cmb_arguments before = *matching->capture->target;
    if (!find_member(object, name, length, &found)) {
        matching->said->score += SCORE_MISSING;
        return !is_needed(layout, value, is_first, depth, true);
    }
    if (match_value(matching, value, found, object, depth + 1))
        return true;
    *matching->capture->target = before;
    matching->said->score += SCORE_OTHER;
    return !is_needed(layout, value, is_first, depth, false);
}

static bool match_object(struct matching *matching, struct range range, struct cmb_json_value value,
                         int depth)
{
    struct range inner = trim(matching->layout, (struct range){ range.from + 1, range.to - 1 });
    bool is_first = true, was_spliced = false;
    if (value.kind != CMB_JSON_OBJECT)
        return false;
    for (size_t at = inner.from; at < inner.to;) {
        size_t end = find_comma(matching->layout, at, inner.to);
        bool begins = is_spliced(matching->layout, (struct range){ at, end }) && !was_spliced;
        if (!match_member(matching, (struct range){ at, end }, value.raw, is_first || begins,
                          depth))
            return false;
        was_spliced |= begins;
        is_first = false;
        at = end + 1;
    }
    return true;
}

static bool match_value(struct matching *matching, struct range range, struct cmb_json_value value,
                        struct cmb_text object, int depth)
{
    range = trim(matching->layout, range);
    if (range.from == range.to)
        return false;
    switch (matching->layout->text[range.from]) {
    case '{': return match_object(matching, range, value, depth);
    case '[': return match_array(matching, range, value, object, depth);
    case '"':
        return match_leaf(matching, (struct range){ range.from + 1, range.to - 1 }, value, object);
    default: return match_leaf(matching, range, value, object);
    }
}

/* ---- messages ---- */

static bool read_json(struct cmb_text text, struct cmb_json_value *ret)
{
    struct cmb_json_reader reader;
    cmb_json_init(&reader, text, 0);
    return cmb_json_read_value(&reader, ret) && cmb_json_finish(&reader);
}

/* Texts that are no JSON are matched as they are. */
static bool match(struct cmb_capture *capture, const struct cmb_template *template,
                  const struct cmb_template *channel, struct cmb_text text, int depth,
                  struct cmb_said *said)
{
    struct layout layout;
    struct cmb_json_value value;
    layout.count = 0;
    lay_out(&layout, template, channel, false);
    struct matching matching = { capture, &layout, said };
    if (!layout.count || layout.count == PIECES_MOST)
        return false;
    bool is_object = layout.text[0] == '{' || layout.text[0] == '[';
    if (is_object || layout.text[0] == '"')
        return read_json(text, &value) &&
               match_value(&matching, (struct range){ 0, layout.count }, value, text, depth);
    value = (struct cmb_json_value){ .raw = text, .kind = CMB_JSON_STRING };
    return match_leaf(&matching, (struct range){ 0, layout.count }, value, text);
}

bool cmb_stream_match(struct cmb_capture *capture, const struct cmb_template *message,
                      const struct cmb_template *channel, struct cmb_text text,
                      struct cmb_said *ret)
{
    static const struct cmb_template nothing = { .count = 0 };
    *ret = (struct cmb_said){ 0 };
    return match(capture, message, channel ? channel : &nothing, text, 0, ret);
}

bool cmb_stream_match_topic(struct cmb_capture *capture, const struct cmb_template *name,
                            struct cmb_text topic, int *ret_score)
{
    struct cmb_said said = { 0 };
    struct cmb_arguments before = *capture->target;
    const struct cambist_market *market = capture->call->market;
    bool is_it = match(capture, name, NULL, topic, TOPIC_DEPTH, &said);
    *ret_score = said.score;
    if (!is_it) {
        *capture->target = before;
        capture->call->market = market;
    }
    return is_it;
}

bool cmb_stream_next_topic(struct cmb_text *list, struct cmb_text *ret)
{
    struct range range = { 0, 0 };
    bool is_string = false;
    int depth = 0;
    *list = cmb_text_trim(*list);
    if (!list->length)
        return false;
    for (; range.to < list->length; range.to++) {
        char c = list->at[range.to];
        is_string ^= c == '"' && (!range.to || list->at[range.to - 1] != '\\');
        depth += is_string ? 0 : (c == '{' || c == '[') - (c == '}' || c == ']');
        if (c == ',' && !is_string && depth == 0)
            break;
    }
    *ret = cmb_text_trim((struct cmb_text){ list->at, range.to });
    size_t used = range.to + (range.to < list->length);
    *list = (struct cmb_text){ list->at + used, list->length - used };
    return true;
}
