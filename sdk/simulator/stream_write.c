/* How do records become a frame? */
#include "simulator/stream.h"

#include <stdio.h>

bool cmb_practice_streams_symbols(const struct cmb_plugin *plugin)
{
    for (uint32_t i = 0; i < plugin->channel_count; i++)
        for (uint32_t s = 0; s < plugin->channels[i].name.count; s++)
            if (plugin->channels[i].name.steps[s].name == CMB_NAME_BASE)
                return true;
    return false;
}

/* ---- terms ---- */

/* The member of the frame that repeats the topic: "arg" of "arg.channel", where the topic is an
 * object with a channel. */
static bool find_repeated(const struct cmb_plugin *plugin, const struct cmb_frame_rule *rule,
                          struct json_object *topic, char *ret_path, size_t size)
{
    for (uint32_t i = 0; i < rule->count; i++) {
        const char *path = plugin->probes[rule->terms[i].probe];
        const char *point = strrchr(path, '.');
        if (rule->terms[i].test != CMB_ONE_OF || !point ||
            !json_object_object_get_ex(topic, point + 1, NULL))
            continue;
        snprintf(ret_path, size, "%.*s", (int)(point - path), path);
        return true;
    }
    return false;
}

static void repeat_topic(const struct cmb_plugin *plugin, const struct cmb_channel *channel,
                         const char *text, struct json_object *root)
{
    char path[64];
    struct json_object *topic = *text == '{' ? json_tokener_parse(text) : NULL, *there = NULL;
    if (!topic || !find_repeated(plugin, &channel->frames, topic, path, sizeof path)) {
        json_object_put(topic);
        return;
    }
    if (json_object_object_get_ex(root, path, &there)) {
        cmb_stream_merge(there, topic);
        json_object_put(topic);
    } else {
        cmb_place_text(&root, path, topic);
    }
}

struct json_object *cmb_stream_write(struct cmb_call *call, const struct cmb_channel *channel,
                                     const char *topic)
{
    const struct cmb_plugin *plugin = call->exchange->plugin;
    struct json_object *root = cmb_practice_write_rows(call);
    if (!json_object_is_type(root, json_type_object))
        return root;
    repeat_topic(plugin, channel, topic, root);
    cmb_stream_mark(plugin, &channel->frames, &root);
    return root;
}

/* ---- one frame for several channels ---- */

static const struct cmb_frame_term *term_at(const struct cmb_frame_rule *rule, uint32_t probe)
{
    for (uint32_t i = 0; i < rule->count; i++)
        if (rule->terms[i].probe == probe)
            return &rule->terms[i];
    return NULL;
}

/* No term of one contradicts the other's. */
bool cmb_stream_may_merge(const struct cmb_plugin *plugin, const struct cmb_channel *a,
                          const struct cmb_channel *b)
{
    (void)plugin;
    if (a->frames.whole.at || b->frames.whole.at || a->dialect != b->dialect)
        return false;
    for (uint32_t i = 0; i < a->frames.count; i++) {
        const struct cmb_frame_term *one = &a->frames.terms[i];
        const struct cmb_frame_term *other = term_at(&b->frames, one->probe);
        if (!other)
            continue;
        if (one->test != other->test ||
            (one->test == CMB_ONE_OF && !cmb_text_is(one->values[0].text, other->values[0].text)))
            return false;
    }
    return true;
}

static void merge_member(struct json_object *a, const char *key, struct json_object *value)
{
    struct json_object *there = NULL;
    if (json_object_object_get_ex(a, key, &there))
        cmb_stream_merge(there, value);
    else
        json_object_object_add(a, key, json_object_get(value));
}

void cmb_stream_merge(struct json_object *a, struct json_object *b)
{
    if (json_object_is_type(a, json_type_object) && json_object_is_type(b, json_type_object)) {
        json_object_object_foreach(b, key, value)
            merge_member(a, key, value);
    } else if (json_object_is_type(a, json_type_array) && json_object_is_type(b, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(b); i++) {
            struct json_object *value = json_object_array_get_idx(b, i);
            if (i < json_object_array_length(a))
                cmb_stream_merge(json_object_array_get_idx(a, i), value);
            else
                json_object_array_add(a, json_object_get(value));
        }
    }
}
