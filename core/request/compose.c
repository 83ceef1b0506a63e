/* How do parameters with dots in their names become a JSON body? */
#include "request/call.h"

enum { DEPTH_MOST = 8, LIST_BYTES_MOST = 1 << 20 };

/* Where the writer stands: the names of the objects and arrays that are open. */
struct composer {
    struct cmb_json_writer writer;
    struct cmb_text open[DEPTH_MOST];
    bool is_array[DEPTH_MOST];
    uint32_t depth;
    const struct cmb_rendered *pairs;
    struct cmb_span *spans; /* of each pair; NULL: nobody asks */
};

static bool is_index(struct cmb_text step)
{
    return step.length && step.at[0] >= '0' && step.at[0] <= '9';
}

static void close_to(struct composer *composer, uint32_t depth)
{
    while (composer->depth > depth) {
        composer->depth--;
        if (composer->is_array[composer->depth])
            cmb_json_end_array(&composer->writer);
        else
            cmb_json_end_object(&composer->writer);
    }
}

/* The key of what comes next; elements of an array have none. */
static void write_key(struct composer *composer, struct cmb_text step)
{
    if (!is_index(step))
        cmb_json_write_key(&composer->writer, step);
}

/* Opens what `step` names; the step behind it says whether it is an object or an array. */
static void open_step(struct composer *composer, struct cmb_text step, struct cmb_text behind)
{
    write_key(composer, step);
    composer->open[composer->depth] = step;
    composer->is_array[composer->depth] = is_index(behind);
    if (is_index(behind))
        cmb_json_begin_array(&composer->writer);
    else
        cmb_json_begin_object(&composer->writer);
    composer->depth++;
}

static void write_value(struct composer *composer, const struct cmb_rendered *pair)
{
    size_t start = composer->writer.buffer->length;
    cmb_write_json(&composer->writer, pair->value, pair->json_form);
    if (composer->spans)
        composer->spans[pair - composer->pairs] =
            (struct cmb_span){ start, composer->writer.buffer->length };
}

/* "a.b.c": closes what is open and not on this path, opens what is missing, writes the value. */
static bool write_pair(struct composer *composer, const struct cmb_rendered *pair)
{
    struct cmb_text left = pair->name, step;
    uint32_t depth = 0;
    for (;;) {
        left = cmb_text_cut(left, '.', &step);
        if (!left.at)
            break;
        bool is_open = depth < composer->depth && cmb_text_is(composer->open[depth], step);
        if (!is_open) {
            if (depth + 1 >= DEPTH_MOST)
                return false;
            struct cmb_text behind;
            cmb_text_cut(left, '.', &behind);
            close_to(composer, depth);
            open_step(composer, step, behind);
        }
        depth++;
    }
    close_to(composer, depth);
    write_key(composer, step);
    write_value(composer, pair);
    return true;
}

static bool write_pairs(struct composer *composer, const struct cmb_call *call, int item)
{
    bool is_fine = true;
    for (uint32_t i = 0; i < call->pair_count && is_fine; i++)
        if (call->pairs[i].item == item)
            is_fine = write_pair(composer, &call->pairs[i]);
    close_to(composer, 0);
    return is_fine;
}

/* The item itself, where it is no object; NULL where it is one. */
static const struct cmb_rendered *bare_item(const struct cmb_call *call, int item)
{
    for (uint32_t i = 0; i < call->pair_count; i++)
        if (call->pairs[i].item == item && !call->pairs[i].name.length)
            return &call->pairs[i];
    return NULL;
}

static bool write_items(struct composer *composer, const struct cmb_call *call)
{
    int count = call->arguments.item_count ? (int)call->arguments.item_count : 1;
    bool is_fine = true;
    cmb_json_begin_array(&composer->writer);
    for (int i = 0; i < count && is_fine; i++) {
        const struct cmb_rendered *bare = bare_item(call, i);
        if (bare) {
            write_value(composer, bare);
            continue;
        }
        cmb_json_begin_object(&composer->writer);
        is_fine = write_pairs(composer, call, i);
        cmb_json_end_object(&composer->writer);
    }
    cmb_json_end_array(&composer->writer);
    return is_fine;
}

/* A body that is the list itself, or an object with the list in it. */
static bool write_body(struct composer *composer, const struct cmb_call *call)
{
    struct cmb_text items = call->endpoint->items;
    if (items.at && items.length == 0)
        return write_items(composer, call);
    cmb_json_begin_object(&composer->writer);
    bool is_fine = write_pairs(composer, call, -1);
    if (is_fine && items.at) {
        cmb_json_write_key(&composer->writer, items);
        is_fine = write_items(composer, call);
    }
    cmb_json_end_object(&composer->writer);
    return is_fine;
}

static int refuse_depth(struct cmb_call *call)
{
    return cmb_fail_plain(call->error, CAMBIST_BAD_ARGUMENT,
                          CMB_TEXT("a parameter's name nests too deep"));
}

int cmb_compose_items(struct cmb_call *call, struct cmb_text *ret)
{
    struct composer composer = { .depth = 0 };
    struct cmb_buffer list;
    cmb_buffer_init(&list, LIST_BYTES_MOST);
    cmb_json_writer_init(&composer.writer, &list);
    bool is_fine = write_items(&composer, call);
    struct cmb_text text = cmb_buffer_text(&list);
    ret->length = text.length;
    ret->at = cmb_buffer_is_whole(&list) ? cmb_arena_copy(&call->arena, text) : NULL;
    cmb_buffer_clear(&list);
    if (!is_fine)
        return refuse_depth(call);
    return ret->at ? CAMBIST_OK
                   : cmb_fail_plain(call->error, CAMBIST_TOO_LARGE, CMB_TEXT("the list is too large"));
}

int cmb_compose(struct cmb_call *call, struct cmb_buffer *body, struct cmb_span *ret_spans)
{
    struct composer composer = { .pairs = call->pairs, .spans = ret_spans };
    cmb_json_writer_init(&composer.writer, body);
    if (!write_body(&composer, call))
        return refuse_depth(call);
    return cmb_buffer_is_whole(body)
               ? CAMBIST_OK
               : cmb_fail_plain(call->error, CAMBIST_TOO_LARGE, CMB_TEXT("the body is too large"));
}
