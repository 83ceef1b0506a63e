/* How does a path that finds a value become the place where it is written? */
#include "simulator/exchange.h"

#include <stdio.h>

enum { INDEX_MOST = 1000 };

static void place(struct json_object **node, const struct cmb_path_step *steps, uint32_t count,
                  const char *any, struct json_object *value);

static void place_member(struct json_object **node, const char *key,
                         const struct cmb_path_step *steps, uint32_t count, const char *any,
                         struct json_object *value)
{
    struct json_object *child = NULL;
    if (!*node)
        *node = json_object_new_object();
    if (!json_object_is_type(*node, json_type_object)) {
        json_object_put(value);
        return;
    }
    bool was_there = json_object_object_get_ex(*node, key, &child) && child;
    place(&child, steps, count, any, value);
    if (!was_there)
        json_object_object_add(*node, key, child);
}

static void place_element(struct json_object **node, size_t index,
                          const struct cmb_path_step *steps, uint32_t count, const char *any,
                          struct json_object *value)
{
    if (!*node)
        *node = json_object_new_array();
    if (!json_object_is_type(*node, json_type_array) || index > INDEX_MOST) {
        json_object_put(value);
        return;
    }
    struct json_object *child = json_object_array_get_idx(*node, index);
    bool was_there = child != NULL;
    place(&child, steps, count, any, value);
    if (!was_there)
        json_object_array_put_idx(*node, index, child);
}

static bool is_selected(struct json_object *element, const char *key, struct cmb_text value)
{
    struct json_object *member = NULL;
    return json_object_object_get_ex(element, key, &member) &&
           cmb_text_is(cmb_text_of(json_object_get_string(member)), value);
}

/* The element whose member is the wanted one, made when there is none. */
static void place_selected(struct json_object **node, const struct cmb_path_step *step,
                           const struct cmb_path_step *steps, uint32_t count, const char *any,
                           struct json_object *value)
{
    char key[128];
    snprintf(key, sizeof key, "%.*s", (int)step->key.length, step->key.at);
    if (!*node)
        *node = json_object_new_array();
    if (!json_object_is_type(*node, json_type_array)) {
        json_object_put(value);
        return;
    }
    size_t length = json_object_array_length(*node);
    for (size_t i = 0; i < length; i++) {
        struct json_object *element = json_object_array_get_idx(*node, i);
        if (!is_selected(element, key, step->value))
            continue;
        place(&element, steps, count, any, value);
        return;
    }
    struct json_object *element = json_object_new_object();
    json_object_object_add(element, key, cmb_written_text(step->value));
    place(&element, steps, count, any, value);
    json_object_array_add(*node, element);
}

static size_t last_of(struct json_object *list)
{
    size_t length = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    return length ? length - 1 : 0;
}

static void place(struct json_object **node, const struct cmb_path_step *steps, uint32_t count,
                  const char *any, struct json_object *value)
{
    char key[128];
    if (!count) {
        if (*node)
            json_object_put(value);
        else
            *node = value;
        return;
    }
    switch (steps->kind) {
    case CMB_PATH_KEY:
        snprintf(key, sizeof key, "%.*s", (int)steps->key.length, steps->key.at);
        place_member(node, key, steps + 1, count - 1, any, value);
        break;
    case CMB_PATH_ANY:
    case CMB_PATH_EACH_MEMBER:
        place_member(node, any ? any : "0", steps + 1, count - 1, any, value);
        break;
    case CMB_PATH_INDEX:
    case CMB_PATH_EACH_ELEMENT:
        place_element(node, steps->index, steps + 1, count - 1, any, value);
        break;
    case CMB_PATH_LAST:
    case CMB_PATH_SELECT_NOT:
        place_element(node, last_of(*node), steps + 1, count - 1, any, value);
        break;
    case CMB_PATH_SELECT:
        place_selected(node, steps, steps + 1, count - 1, any, value);
        break;
    default: json_object_put(value); break;
    }
}

void cmb_place(struct json_object **root, const struct cmb_path_step *steps, uint32_t count,
               const char *any, struct json_object *value)
{
    place(root, steps, count, any, value);
}

void cmb_place_text(struct json_object **root, const char *path, struct json_object *value)
{
    struct cmb_path_step steps[16] = { 0 };
    uint32_t count = 0;
    struct cmb_text left = cmb_text_of(path);
    while (left.at && count < 16) {
        struct cmb_text word;
        left = cmb_text_cut(left, '.', &word);
        bool is_index = word.length == 1 && word.at[0] >= '0' && word.at[0] <= '9';
        steps[count++] = (struct cmb_path_step){ .kind = is_index ? CMB_PATH_INDEX : CMB_PATH_KEY,
                                                 .index = is_index ? (uint32_t)(word.at[0] - '0')
                                                                   : 0,
                                                 .key = word };
    }
    place(root, steps, count, NULL, value);
}

struct json_object *cmb_written_text(struct cmb_text text)
{
    if (cmb_text_is(text, CMB_TEXT("true")))
        return json_object_new_boolean(1);
    if (cmb_text_is(text, CMB_TEXT("false")))
        return json_object_new_boolean(0);
    return json_object_new_string_len(text.at ? text.at : "", (int)text.length);
}
