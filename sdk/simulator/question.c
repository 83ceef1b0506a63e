/* Which endpoint row was asked, and with which arguments? */
#include "simulator/request.h"

#include "base/fail.h"

enum { SCORE_CONSTANT = 4, SCORE_VALUE = 2, SCORE_OTHER_CONSTANT = -20, SCORE_UNREAD = -3,
       SCORE_MISSING = -6, SCORE_WHEN = -8, SCORE_BAD_MARKET = -1, SCORE_NEVER = -1000000 };

/* ---- parameters ---- */

static struct cmb_text received_value(struct cmb_capture *capture,
                                      const struct cmb_parameter *parameter, struct cmb_text item)
{
    if (parameter->is_item && !parameter->name.length)
        return item;
    if (parameter->is_item)
        return cmb_received_member(&capture->call->arena, item, parameter->name);
    if (parameter->is_repeated && parameter->place == CAMBIST_QUERY)
        return cmb_received_join(capture->received, parameter->name);
    return cmb_received_find(capture->received, parameter->place, parameter->name);
}

/* Several rows may write a parameter of one name; which one did is told by what stands there. */
static bool has_sibling(const struct cmb_endpoint *endpoint, uint32_t i)
{
    for (uint32_t k = 0; k < endpoint->own_count; k++)
        if (k != i && endpoint->parameters[k].place == endpoint->parameters[i].place &&
            cmb_text_is(endpoint->parameters[k].name, endpoint->parameters[i].name))
            return true;
    return false;
}

/* The first row of the name that fits in this pass. */
static bool read_in_pass(struct cmb_capture *capture, uint32_t first, struct cmb_text value,
                         enum cmb_inverse_pass pass, uint32_t *ret_tried)
{
    const struct cmb_endpoint *endpoint = capture->call->endpoint;
    *ret_tried = 0;
    for (uint32_t i = first; i < endpoint->own_count; i++) {
        const struct cmb_parameter *row = &endpoint->parameters[i];
        if (row->place != endpoint->parameters[first].place ||
            !cmb_text_is(row->name, endpoint->parameters[first].name) ||
            !cmb_inverse_is_in_pass(capture, &row->value, &row->when, pass))
            continue;
        ++*ret_tried;
        if (cmb_inverse_try(capture, &row->value, &row->when, value))
            return true;
    }
    return false;
}

/* Only asked for the first row of a name. */
static int read_name(struct cmb_capture *capture, uint32_t first, struct cmb_text value)
{
    uint32_t constants, others;
    if (read_in_pass(capture, first, value, CMB_INVERSE_CONSTANTS, &constants))
        return SCORE_CONSTANT;
    if (read_in_pass(capture, first, value, CMB_INVERSE_SURE, &others) ||
        read_in_pass(capture, first, value, CMB_INVERSE_OTHERS, &others))
        return SCORE_VALUE;
    return constants ? SCORE_OTHER_CONSTANT : SCORE_UNREAD;
}

static bool is_first_of_name(const struct cmb_endpoint *endpoint, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++)
        if (endpoint->parameters[k].place == endpoint->parameters[i].place &&
            cmb_text_is(endpoint->parameters[k].name, endpoint->parameters[i].name))
            return false;
    return true;
}

/* What is written in one place only is read first: it decides between the rows of other names. */
static int read_parameters(struct cmb_capture *capture, struct cmb_text item, bool has_siblings)
{
    const struct cmb_endpoint *endpoint = capture->call->endpoint;
    int score = 0;
    for (uint32_t i = 0; i < endpoint->own_count; i++) {
        if (has_sibling(endpoint, i) != has_siblings || !is_first_of_name(endpoint, i))
            continue;
        struct cmb_text value = received_value(capture, &endpoint->parameters[i], item);
        if (value.at)
            score += read_name(capture, i, value);
    }
    return score;
}

/* Who wants what a parameter says by itself may leave it out. */
static bool has_default(const struct cmb_template *template)
{
    return template->count == 1 && template->steps->name != CMB_NAME_LITERAL &&
           template->steps->text.at;
}

/* Behind the reading: what should stand there and does not. */
static int count_missing(struct cmb_capture *capture, struct cmb_text item)
{
    const struct cmb_endpoint *endpoint = capture->call->endpoint;
    int score = 0;
    for (uint32_t i = 0; i < endpoint->own_count; i++) {
        const struct cmb_parameter *row = &endpoint->parameters[i];
        if (!row->is_optional && !has_default(&row->value) && cmb_condition_holds(capture->call, &row->when) &&
            !received_value(capture, row, item).at)
            score += SCORE_MISSING;
    }
    return score;
}

/* ---- orders in a list ---- */

static uint32_t cut_items(struct cmb_capture *capture, struct cmb_text *items)
{
    struct cmb_call *call = capture->call;
    struct cmb_text name = call->endpoint->items;
    struct cmb_text list = name.length ? cmb_received_member(&call->arena, capture->received->body,
                                                             name)
                                       : capture->received->body;
    struct cmb_json_reader reader;
    struct cmb_json_value value;
    uint32_t count = 0;
    cmb_json_init(&reader, list.at ? list : CMB_TEXT(""), 0);
    if (cmb_json_peek(&reader) != CMB_JSON_ARRAY || !cmb_json_enter_array(&reader))
        return 0;
    while (count < CMB_ITEMS_MOST && cmb_json_next_element(&reader) &&
           cmb_json_read_value(&reader, &value))
        items[count++] = value.raw;
    return count;
}

static int read_items(struct cmb_capture *capture)
{
    struct cmb_call *call = capture->call;
    struct cmb_text items[CMB_ITEMS_MOST];
    uint32_t count = cut_items(capture, items);
    struct cmb_arguments *arguments = cmb_arena_take(&call->arena, (count + 1) * sizeof *arguments);
    if (!count || !arguments)
        return SCORE_NEVER;
    int score = SCORE_CONSTANT; /* a list where a list is wanted */
    for (uint32_t i = 0; i < count; i++) {
        call->item = capture->target = &arguments[i];
        call->market = NULL;
        score += read_parameters(capture, items[i], false) +
                 read_parameters(capture, items[i], true) + count_missing(capture, items[i]);
    }
    call->item = NULL;
    capture->target = &call->arguments;
    call->arguments.items = arguments;
    call->arguments.item_count = count;
    return score;
}

/* ---- rows ---- */

static int read_arguments(struct cmb_capture *capture)
{
    if (capture->call->endpoint->items.at)
        return read_items(capture);
    struct cmb_text none = { 0 };
    return read_parameters(capture, none, false) + read_parameters(capture, none, true) +
           count_missing(capture, none);
}

/* The row's market kinds, and what its condition says. */
static int check_row(struct cmb_capture *capture)
{
    struct cmb_call *call = capture->call;
    uint32_t kinds = call->endpoint->row->kinds;
    struct cmb_text word = capture->target->values[CAMBIST_ARGUMENT_kind];
    uint32_t kind = word.at ? cmb_vocabulary_number(cmb_vocabulary_of(CMB_MEMBER_KIND), word) : 0;
    if (call->market)
        kind = (uint32_t)call->market->kind;
    if (kinds && kind && !(kinds & kind))
        return SCORE_NEVER;
    call->kind = kind ? kind : kinds ? kinds & (0 - kinds) : CAMBIST_KIND_SPOT;
    int score = cmb_inverse_may_hold(capture, &call->endpoint->when) ? 0 : SCORE_WHEN;
    cmb_inverse_imply(capture, &call->endpoint->when);
    return cmb_condition_holds(call, &call->endpoint->when) ? score : score + SCORE_WHEN;
}

static void start_capture(struct cmb_capture *capture, struct cmb_exchange *exchange,
                          const struct cmb_endpoint *endpoint, struct cambist_error *error)
{
    struct cmb_call *call = capture->call;
    struct cmb_received *received = capture->received;
    cmb_call_start(call, exchange, endpoint->operation, error);
    cmb_call_refresh(call);
    *capture = (struct cmb_capture){ .call = call, .received = received,
                                     .target = &call->arguments };
    call->endpoint = endpoint;
    call->path = received->path;
    call->pair_count = 0;
}

static size_t count_slashes(struct cmb_text text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += text.at[i] == '/';
    return count;
}

/* A name in a path is one segment of it. */
static bool match_path(struct cmb_capture *capture)
{
    const struct cmb_template *path = &capture->call->endpoint->path;
    size_t slashes = 0;
    for (uint32_t i = 0; i < path->count; i++)
        slashes += path->steps[i].name == CMB_NAME_LITERAL ? count_slashes(path->steps[i].text) : 0;
    return slashes == count_slashes(capture->received->path) &&
           cmb_inverse_match(capture, path, capture->received->path);
}

static int read_row(struct cmb_capture *capture, struct cmb_exchange *exchange,
                    const struct cmb_endpoint *endpoint, struct cambist_error *error)
{
    start_capture(capture, exchange, endpoint, error);
    if (!cmb_text_is(endpoint->method, capture->received->method) ||
        !match_path(capture))
        return SCORE_NEVER;
    int score = cmb_inverse_is_constant(&endpoint->path) ? SCORE_CONSTANT : 0; /* /orders/all is no {id} */
    score += read_arguments(capture);
    score += capture->bad_market.at ? SCORE_BAD_MARKET : 0;
    return score + check_row(capture);
}

bool cmb_question_read(struct cmb_capture *capture, struct cmb_exchange *exchange,
                       struct cmb_received *received, struct cambist_error *error)
{
    const struct cmb_plugin *plugin = exchange->plugin;
    const struct cmb_endpoint *best = NULL;
    int most = SCORE_NEVER / 2;
    capture->received = received;
    for (uint32_t i = 0; i < plugin->endpoint_count; i++) {
        int score = read_row(capture, exchange, &plugin->endpoints[i], error);
        if (score <= most)
            continue;
        most = score;
        best = &plugin->endpoints[i];
    }
    if (best)
        (void)read_row(capture, exchange, best, error);
    return best != NULL;
}
