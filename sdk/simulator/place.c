/* How does a path that finds a value become the place where it is written? */
#include "simulator/exchange.h"

#include <stdio.h>

enum { INDEX_MOST = 1000, KEY_BYTES = 128 };

/* What is left of a path, and what is to stand at its end. */
struct putting {
    const struct cmb_path_step *steps;
    uint32_t count;
    const char *any;
    struct json_object *value;
};

static bool place(struct json_object **node, struct putting putting);

static struct putting behind(struct putting putting)
{
    putting.steps++;
    putting.count--;
    return putting;
}

static bool place_member(struct json_object **node, const char *key, struct putting putting)
{
    struct json_object *child = NULL;
    if (!*node)
        *node = json_object_new_object();
    if (!json_object_is_type(*node, json_type_object))
        return false;
    bool was_there = json_object_object_get_ex(*node, key, &child) && child;
    bool is_placed = place(&child, behind(putting));
    if (!was_there && child)
        json_object_object_add(*node, key, child);
    return is_placed;
}

static bool place_element(struct json_object **node, size_t index, struct putting putting)
{
    if (!*node)
        *node = json_object_new_array();
    if (!json_object_is_type(*node, json_type_array) || index > INDEX_MOST)
        return false;
    struct json_object *child = json_object_array_get_idx(*node, index);
    bool was_there = child != NULL;
    bool is_placed = place(&child, behind(putting));
    if (!was_there && child)
        json_object_array_put_idx(*node, index, child);
    return is_placed;
}

/* ---- steps that choose ---- */

static const char *key_of(struct cmb_text text, char *to)
{
    snprintf(to, KEY_BYTES, "%.*s", (int)text.length, text.at);
    return to;
}

/* What the member says; absent where there is none. */
static struct cmb_text said_by(struct json_object *object, const char *key)
{
    struct json_object *member = NULL;
    if (!json_object_object_get_ex(object, key, &member) || !member)
        return (struct cmb_text){ 0 };
    return cmb_text_of(json_object_get_string(member));
}

/* An object that is chosen by what it says is made to say it, unless it says something else. */
static bool place_in_chosen(struct json_object **node, struct putting putting)
{
    char key[KEY_BYTES];
    key_of(putting.steps->key, key);
    if (!*node)
        *node = json_object_new_object();
    if (!json_object_is_type(*node, json_type_object))
        return false;
    struct cmb_text said = said_by(*node, key);
    bool is_equal = said.at && cmb_text_is(said, putting.steps->value);
    if (putting.steps->kind == CMB_PATH_SELECT_NOT)
        return !is_equal && place(node, behind(putting));
    if (said.at && !is_equal)
        return false;
    if (!said.at)
        json_object_object_add(*node, key, cmb_written_text(putting.steps->value));
    return place(node, behind(putting));
}

/* The element that is chosen, made when there is none. */
static bool place_in_list(struct json_object **node, struct putting putting)
{
    char key[KEY_BYTES];
    key_of(putting.steps->key, key);
    if (!*node)
        *node = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(*node); i++) {
        struct json_object *element = json_object_array_get_idx(*node, i);
        if (cmb_text_is(said_by(element, key), putting.steps->value) ==
            (putting.steps->kind == CMB_PATH_SELECT))
            return place(&element, behind(putting));
    }
    struct json_object *element = json_object_new_object();
    bool is_placed = place_in_chosen(&element, putting);
    json_object_array_add(*node, element);
    return is_placed;
}

/* [k=v] at the start of a field's path (index 1) speaks of the row itself. */
static bool place_chosen(struct json_object **node, struct putting putting)
{
    bool is_list = *node ? json_object_is_type(*node, json_type_array) : !putting.steps->index;
    return is_list ? place_in_list(node, putting) : place_in_chosen(node, putting);
}

static size_t last_of(struct json_object *list)
{
    size_t length = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    return length ? length - 1 : 0;
}

/* The key of the first member that * would find, else the one to be made. */
static const char *find_container(struct json_object *object, const char *otherwise)
{
    if (!json_object_is_type(object, json_type_object))
        return otherwise;
    json_object_object_foreach(object, key, member)
        if (json_object_is_type(member, json_type_object) ||
            json_object_is_type(member, json_type_array))
            return key;
    return otherwise;
}

/* Takes the value only when it was placed. */
static bool place(struct json_object **node, struct putting putting)
{
    char key[KEY_BYTES];
    if (!putting.count) {
        if (*node)
            return false;
        *node = putting.value;
        return true;
    }
    switch (putting.steps->kind) {
    case CMB_PATH_KEY: return place_member(node, key_of(putting.steps->key, key), putting);
    case CMB_PATH_ANY:
        return place_member(node, find_container(*node, putting.any ? putting.any : "0"), putting);
    case CMB_PATH_MARKET:
    case CMB_PATH_EACH_MEMBER: return place_member(node, putting.any ? putting.any : "0", putting);
    case CMB_PATH_INDEX:
    case CMB_PATH_EACH_ELEMENT: return place_element(node, putting.steps->index, putting);
    case CMB_PATH_LAST: return place_element(node, last_of(*node), putting);
    case CMB_PATH_SELECT:
    case CMB_PATH_SELECT_NOT: return place_chosen(node, putting);
    default: return false;
    }
}

bool cmb_place(struct json_object **root, const struct cmb_path_step *steps, uint32_t count,
               const char *any, struct json_object *value)
{
    bool is_placed = place(root, (struct putting){ steps, count, any, value });
    if (!is_placed)
        json_object_put(value);
    return is_placed;
}

bool cmb_place_text(struct json_object **root, const char *path, struct json_object *value)
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
    return cmb_place(root, steps, count, NULL, value);
}

struct json_object *cmb_written_text(struct cmb_text text)
{
    if (cmb_text_is(text, CMB_TEXT("true")))
        return json_object_new_boolean(1);
    if (cmb_text_is(text, CMB_TEXT("false")))
        return json_object_new_boolean(0);
    return json_object_new_string_len(text.at ? text.at : "", (int)text.length);
}
