/* Which path, query and body ask this question? */
#include "request/call.h"

static int no_room(struct cmb_call *call)
{
    return cmb_fail_plain(call->error, CAMBIST_TOO_LARGE, CMB_TEXT("the request is too large"));
}

static int refuse_missing(struct cmb_call *call, struct cmb_text missing)
{
    return cmb_fail(call->error, CAMBIST_BAD_ARGUMENT, "%s: %s needs %.*s",
                    call->exchange->name.at, cmb_operation_of(call->operation)->name.at,
                    (int)missing.length, missing.at);
}

/* ---- path ---- */

/* A value in a path is one segment of it, whatever its characters are. */
static int add_segment(struct cmb_call *call, struct cmb_buffer *path, struct cmb_text value)
{
    if (value.length == 0 || cmb_text_is(value, CMB_TEXT(".")) ||
        cmb_text_is(value, CMB_TEXT("..")))
        return cmb_fail(call->error, CAMBIST_BAD_ARGUMENT, "\"%.*s\" cannot stand in a path",
                        (int)value.length, value.at);
    cmb_encode_url(path, value);
    return CAMBIST_OK;
}

static int fill_path(struct cmb_call *call)
{
    const struct cmb_template *template = &call->endpoint->path;
    struct cmb_text base = call->exchange->servers[call->endpoint->server].base;
    if (template->count == 1 && base.length == 0 && !template->steps->name) {
        call->path = template->steps->text;
        return CAMBIST_OK;
    }
    struct cmb_buffer *path = &call->query; /* free for use until the parameters come */
    cmb_buffer_add(path, base);
    int status = CAMBIST_OK;
    for (uint32_t i = 0; i < template->count && status == CAMBIST_OK; i++) {
        struct cmb_template one = { .steps = &template->steps[i], .count = 1 };
        struct cmb_text value = { 0 }, missing = { 0 };
        status = cmb_render(call, &one, &value, &missing);
        if (missing.at)
            status = refuse_missing(call, missing);
        else if (status == CAMBIST_OK && template->steps[i].name == CMB_NAME_LITERAL)
            cmb_buffer_add(path, value);
        else if (status == CAMBIST_OK)
            status = add_segment(call, path, value);
    }
    call->path = cmb_buffer_text(path);
    call->path.at = cmb_arena_copy(&call->arena, call->path);
    bool is_whole = cmb_buffer_is_whole(path) && call->path.at;
    cmb_buffer_reset(path);
    return status == CAMBIST_OK && !is_whole ? no_room(call) : status;
}

/* ---- parameters ---- */

static void add_form_pair(struct cmb_buffer *text, const struct cmb_rendered *pair)
{
    struct cmb_text head = pair->head;
    if (!head.at) {
        if (text->length)
            cmb_buffer_add_char(text, '&');
        cmb_encode_url(text, pair->name);
        head = CMB_TEXT("=");
    } else if (!text->length) {
        head = (struct cmb_text){ head.at + 1, head.length - 1 }; /* nothing to be parted from */
    }
    cmb_write_value(text, head, pair->value, pair->is_plain);
}

/* No value can end a header line: what could, is refused. */
static int add_header(struct cmb_call *call, const struct cmb_rendered *pair)
{
    if (cmb_text_has_control(pair->value))
        return cmb_fail(call->error, CAMBIST_BAD_ARGUMENT,
                        "the header %.*s would have a control character", (int)pair->name.length,
                        pair->name.at);
    cmb_buffer_add(&call->headers, pair->name);
    cmb_buffer_add(&call->headers, CMB_TEXT(": "));
    cmb_buffer_add(&call->headers, pair->value);
    cmb_buffer_add(&call->headers, CMB_TEXT("\r\n"));
    return cmb_buffer_is_whole(&call->headers) ? CAMBIST_OK : no_room(call);
}

int cmb_add_pair(struct cmb_call *call, uint32_t place, const struct cmb_rendered *pair)
{
    if (place == CAMBIST_HEADER)
        return add_header(call, pair);
    if (call->pair_count == CMB_PAIRS_MOST)
        return cmb_fail_plain(call->error, CAMBIST_TOO_LARGE, CMB_TEXT("too many parameters"));
    call->pairs[call->pair_count++] = *pair;
    if (place == CAMBIST_JSON || pair->item >= 0)
        return CAMBIST_OK; /* composed when all are there */
    struct cmb_buffer *text = place == CAMBIST_QUERY ? &call->query : &call->body;
    add_form_pair(text, pair);
    return cmb_buffer_is_whole(text) ? CAMBIST_OK : no_room(call);
}

/* id=1&id=2 of "1,2". */
static int add_repeated(struct cmb_call *call, uint32_t place, struct cmb_rendered pair)
{
    struct cmb_text left = pair.value;
    int status = CAMBIST_OK;
    while (left.at && status == CAMBIST_OK) {
        left = cmb_text_cut(left, ',', &pair.value);
        status = cmb_add_pair(call, place, &pair);
    }
    return status;
}

int cmb_add_parameter(struct cmb_call *call, const struct cmb_parameter *parameter)
{
    if (parameter->when.count && !cmb_condition_holds(call, &parameter->when))
        return CAMBIST_OK;
    struct cmb_text missing = { 0 };
    struct cmb_rendered pair = { .name = parameter->name, .json_form = parameter->json_form,
                                 .item = -1, .head = parameter->head,
                                 .is_plain = parameter->value.is_plain };
    if (call->item && !parameter->is_item && call->item != call->arguments.items)
        return CAMBIST_OK; /* stood there with the first item */
    if (parameter->is_item)
        pair.item = call->item ? (int)(call->item - call->arguments.items) : 0;
    int status = cmb_render(call, &parameter->value, &pair.value, &missing);
    if (missing.at)
        return parameter->is_optional ? CAMBIST_OK : refuse_missing(call, missing);
    if (status != CAMBIST_OK)
        return status;
    return parameter->is_repeated ? add_repeated(call, parameter->place, pair)
                                  : cmb_add_pair(call, parameter->place, &pair);
}

static int add_own(struct cmb_call *call)
{
    const struct cmb_endpoint *endpoint = call->endpoint;
    int status = CAMBIST_OK;
    for (uint32_t i = 0; i < endpoint->own_count && status == CAMBIST_OK; i++)
        status = cmb_add_parameter(call, &endpoint->parameters[i]);
    return status;
}

/* Names that nothing understood go to the exchange as they are. */
static int add_extras(struct cmb_call *call, const struct cmb_arguments *arguments, int item)
{
    int status = CAMBIST_OK;
    for (uint32_t i = 0; i < arguments->extra_count && status == CAMBIST_OK; i++) {
        const struct cmb_extra *extra = &arguments->extras[i];
        status = cmb_add_pair(call, call->endpoint->place,
                              &(struct cmb_rendered){ .name = extra->name, .value = extra->value,
                                                     .json_form = extra->json_form,
                                                     .item = item });
    }
    return status;
}

static int add_items(struct cmb_call *call)
{
    int status = CAMBIST_OK;
    for (uint32_t i = 0; i < call->arguments.item_count && status == CAMBIST_OK; i++) {
        call->item = &call->arguments.items[i];
        call->uuid = call->random = (struct cmb_text){ 0 }; /* each order has its own */
        memset(call->derived, 0, sizeof call->derived);
        status = cmb_pick_market(call);
        if (status == CAMBIST_OK)
            status = add_own(call);
        if (status == CAMBIST_OK)
            status = add_extras(call, call->item, (int)i);
    }
    call->item = NULL;
    return status;
}

/* Empties what an earlier fill of the same call wrote. */
static void start_request(struct cmb_call *call)
{
    call->pair_count = 0;
    call->content_type = NULL;
    call->plan = NULL;
    cmb_buffer_reset(&call->query);
    cmb_buffer_reset(&call->body);
    cmb_call_refresh(call);
}

/* Outside of a JSON body the list is the text of one parameter. */
static int fold_items(struct cmb_call *call)
{
    struct cmb_rendered list = { .name = call->endpoint->items, .item = -1 };
    uint32_t kept = 0;
    int status = cmb_compose_items(call, &list.value);
    for (uint32_t i = 0; i < call->pair_count; i++)
        if (call->pairs[i].item < 0)
            call->pairs[kept++] = call->pairs[i];
    call->pair_count = kept;
    return status == CAMBIST_OK ? cmb_add_pair(call, call->endpoint->place, &list) : status;
}

static int add_arguments(struct cmb_call *call)
{
    if (call->arguments.item_count)
        return add_items(call);
    int status = add_own(call);
    return status == CAMBIST_OK
               ? add_extras(call, &call->arguments, call->endpoint->items.at ? 0 : -1) : status;
}

static int fill_parameters(struct cmb_call *call)
{
    int status = add_arguments(call);
    if (status == CAMBIST_OK && !call->arguments.item_count && call->endpoint->row->build)
        status = call->endpoint->row->build(&call->slot);
    if (status == CAMBIST_OK && call->endpoint->items.at && call->endpoint->place != CAMBIST_JSON)
        status = fold_items(call);
    return status;
}

int cmb_fill(struct cmb_call *call)
{
    start_request(call);
    int status = fill_path(call);
    if (status == CAMBIST_OK && !cmb_plan_fill(call)) {
        status = fill_parameters(call);
        if (status == CAMBIST_OK)
            cmb_plan_note(call);
    }
    call->filled_pairs = call->pair_count;
    call->filled_query = call->query.length;
    call->filled_body = call->body.length;
    return status;
}
