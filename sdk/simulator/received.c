/* Which parameters does a request carry, and where? */
#include "simulator/request.h"


#include "crypto/encode.h"
#include "json/path.h"
#include "json/string.h"

enum { JOINED_BYTES_MOST = 1 << 16 };

static struct cmb_text decoded(struct cmb_arena *arena, struct cmb_text text)
{
    struct cmb_buffer buffer;
    cmb_buffer_init(&buffer, 1 << 20);
    bool is_fine = cmb_decode_url(&buffer, text, /* is_form= */ true);
    struct cmb_text plain = { cmb_buffer_string(&buffer), buffer.length };
    struct cmb_text kept = { cmb_arena_copy(arena, is_fine ? plain : text),
                             is_fine ? plain.length : text.length };
    cmb_buffer_clear(&buffer);
    return kept;
}

static uint32_t cut_pairs(struct cmb_received *received, struct cmb_text text,
                          struct cmb_received_pair *pairs)
{
    uint32_t count = 0;
    while (text.length && count < CMB_RECEIVED_PAIRS) {
        struct cmb_text raw, name;
        text = cmb_text_cut(text, '&', &raw);
        struct cmb_text value = cmb_text_cut(raw, '=', &name);
        if (!raw.length)
            continue;
        pairs[count++] = (struct cmb_received_pair){
            .name = decoded(&received->arena, name), .raw = raw,
            .value = decoded(&received->arena, value.at ? value : CMB_TEXT("")) };
    }
    return count;
}

void cmb_received_cut(struct cmb_received *received, struct cmb_text target)
{
    received->query = cmb_text_cut(target, '?', &received->path);
    if (!received->query.at)
        received->query = CMB_TEXT("");
    received->query_count = cut_pairs(received, received->query, received->query_pairs);
    struct cmb_text body = cmb_text_trim(received->body);
    received->is_json = body.length && (body.at[0] == '{' || body.at[0] == '[');
    if (!received->is_json)
        received->form_count = cut_pairs(received, received->body, received->form_pairs);
}

static struct cmb_text find_pair(const struct cmb_received_pair *pairs, uint32_t count,
                                 struct cmb_text name, bool is_any_case)
{
    for (uint32_t i = 0; i < count; i++) {
        if ((is_any_case ? cmb_text_is_word : cmb_text_is)(pairs[i].name, name))
            return pairs[i].value;
    }
    return (struct cmb_text){ 0 };
}

struct cmb_text cmb_received_member(struct cmb_arena *arena, struct cmb_text json,
                                    struct cmb_text name)
{
    struct cmb_json_value value = { 0 };
    const char *path = cmb_arena_copy(arena, name);
    if (!path || cmb_json_path_find(json, cmb_text_of(path), &value, NULL) != CAMBIST_OK ||
        value.kind == CMB_JSON_NONE || value.kind == CMB_JSON_NULL)
        return (struct cmb_text){ 0 };
    if (!value.has_escapes)
        return value.raw;
    char *plain = cmb_arena_take(arena, value.raw.length + 1);
    size_t length = 0;
    if (!plain || !cmb_json_unescape(value.raw, plain, value.raw.length, &length))
        return (struct cmb_text){ 0 };
    return (struct cmb_text){ plain, length };
}

struct cmb_text cmb_received_find(struct cmb_received *received, uint32_t place,
                                  struct cmb_text name)
{
    switch (place) {
    case CAMBIST_QUERY:
        return find_pair(received->query_pairs, received->query_count, name, false);
    case CAMBIST_FORM:
        return find_pair(received->form_pairs, received->form_count, name, false);
    case CAMBIST_HEADER:
        return find_pair(received->headers, received->header_count, name, true);
    default:
        return received->is_json ? cmb_received_member(&received->arena, received->body, name)
                                 : (struct cmb_text){ 0 };
    }
}

/* k=1&k=2 is "1,2", as the asker's argument was. */
struct cmb_text cmb_received_join(struct cmb_received *received, struct cmb_text name)
{
    struct cmb_buffer joined;
    cmb_buffer_init(&joined, JOINED_BYTES_MOST);
    for (uint32_t i = 0; i < received->query_count; i++) {
        if (!cmb_text_is(received->query_pairs[i].name, name))
            continue;
        if (joined.length)
            cmb_buffer_add_char(&joined, ',');
        cmb_buffer_add(&joined, received->query_pairs[i].value);
    }
    struct cmb_text text = cmb_buffer_text(&joined);
    text.at = cmb_arena_copy(&received->arena, text);
    cmb_buffer_clear(&joined);
    return text;
}
