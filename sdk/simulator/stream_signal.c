/* How does this exchange answer what was said to it over a stream? */
#include "simulator/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* ---- values ---- */

/* JSON as it stands, where it is; else a text. */
static struct json_object *written(struct cmb_text text)
{
    char copy[256];
    snprintf(copy, sizeof copy, "%.*s", (int)text.length, text.at ? text.at : "");
    enum json_tokener_error failure = json_tokener_success;
    struct json_object *json = json_tokener_parse_verbose(copy, &failure);
    return failure == json_tokener_success ? json
                                           : json_object_new_string_len(text.at, (int)text.length);
}

static struct json_object *bare_text(struct cmb_text text)
{
    return json_object_new_string_len(text.at, (int)text.length);
}

/* Whether the client's message says this word. */
static bool is_said(const struct cmb_stream_answer *answer, struct cmb_text word)
{
    char quoted[96];
    int length = snprintf(quoted, sizeof quoted, "\"%.*s\"", (int)word.length, word.at);
    return cmb_text_contains(answer->message, (struct cmb_text){ quoted, (size_t)length });
}

/* Of alternatives the one that the client said, else the first. */
static struct cmb_text value_of(const struct cmb_frame_term *term, const struct cmb_stream_answer *answer)
{
    struct cmb_text value = term->values[0].text;
    for (uint32_t i = 0; answer && i < term->count; i++)
        if (is_said(answer, term->values[i].text))
            value = term->values[i].text;
    return value;
}

/* ---- parts of what was asked for ---- */

/* The last key of a path. */
static const char *last_key(const char *path)
{
    const char *point = strrchr(path, '.');
    return point ? point + 1 : path;
}

/* What the message says under this key, in its topic or anywhere on its first two levels. */
static struct cmb_text find_said(struct cmb_session *session, const struct cmb_stream_answer *answer,
                                 const char *key)
{
    struct cmb_arena *arena = &session->received.arena;
    struct cmb_text name = cmb_text_of(key), found = { 0 };
    struct cmb_json_reader reader;
    struct cmb_json_value member, value;
    if (answer->topic.length && answer->topic.at[0] == '{')
        found = cmb_received_member(arena, answer->topic, name);
    if (!found.at && answer->message.length && answer->message.at[0] == '{')
        found = cmb_received_member(arena, answer->message, name);
    cmb_json_init(&reader, answer->message, 0);
    if (found.at || !cmb_json_enter_object(&reader))
        return found;
    while (!found.at && cmb_json_next_member(&reader, &member) &&
           cmb_json_read_value(&reader, &value))
        if (value.kind == CMB_JSON_OBJECT)
            found = cmb_received_member(arena, value.raw, name);
    return found;
}

/* ---- the row ---- */

static void place(struct json_object **root, const char *paths, struct json_object *value)
{
    char path[128];
    struct cmb_text first;
    cmb_text_cut(cmb_text_of(paths), '|', &first);
    snprintf(path, sizeof path, "%.*s", (int)first.length, first.at);
    cmb_place_text(root, path, value);
}

/* "path=value path=value" */
static void place_words(struct json_object **root, const char *words)
{
    struct cmb_text left = cmb_text_of(words), word, path;
    while (left.length) {
        left = cmb_text_cut(left, ' ', &word);
        struct cmb_text value = cmb_text_cut(word, '=', &path);
        char key[128];
        snprintf(key, sizeof key, "%.*s", (int)path.length, path.at);
        cmb_place_text(root, key, written(value));
    }
}

static void place_number(struct json_object **root, const struct cmb_signal *signal,
                         const struct cmb_said *said)
{
    if (!signal->row->number || !said || !said->number.at)
        return;
    place(root, signal->row->number, said->is_number_text ? bare_text(said->number)
                                                          : written(said->number));
}

/* An object out of which the channel or the market is read is the topic itself. */
static void place_about(struct cmb_session *session, struct json_object **root, const char *path,
                        const struct cmb_stream_answer *answer)
{
    char parent[128];
    if (!path)
        return;
    snprintf(parent, sizeof parent, "%s", path);
    char *point = strrchr(parent, '.');
    if (point && answer->topic.length && answer->topic.at[0] == '{') {
        *point = 0;
        cmb_place_text(root, parent, written(answer->topic));
        return;
    }
    struct cmb_text said = find_said(session, answer, last_key(path));
    if (said.at && said.length && said.at[0] != '[')
        place(root, path, bare_text(said));
}

static void place_refusal(struct cmb_session *session, struct json_object **root,
                          const struct cmb_signal *signal, const struct cambist_error *error)
{
    const struct cambist_fault *fault =
        cmb_practice_fault_of(session->practice->plugin, error->status);
    struct cmb_text code = cmb_text_of(fault && fault->code ? fault->code : "1");
    if (code.length && code.at[code.length - 1] == '*')
        code.length--;
    if (signal->row->code)
        place(root, signal->row->code, written(code));
    if (signal->row->message)
        place(root, signal->row->message, bare_text(cmb_text_of(error->message)));
}

static void place_terms(const struct cmb_plugin *plugin, const struct cmb_frame_rule *rule,
                        const struct cmb_stream_answer *answer, struct json_object **root)
{
    for (uint32_t i = 0; i < rule->count; i++) {
        const struct cmb_frame_term *term = &rule->terms[i];
        if (term->test == CMB_NOT_GIVEN)
            continue;
        struct json_object *value = term->test == CMB_ONE_OF
                                        ? cmb_written_text(value_of(term, answer))
                                        : json_object_new_double_s(0, "null");
        cmb_place_text(root, plugin->probes[term->probe], value);
    }
}

void cmb_stream_mark(const struct cmb_plugin *plugin, const struct cmb_frame_rule *rule,
                     struct json_object **root)
{
    place_terms(plugin, rule, NULL, root);
}

static void say_signal(struct cmb_session *session, const struct cmb_signal *signal,
                       const struct cmb_stream_answer *answer)
{
    struct json_object *root = NULL;
    if (signal->frames.whole.at) {
        cmb_session_say_text(session, signal->frames.whole.at);
        return;
    }
    place_words(&root, signal->row->writes);
    place_number(&root, signal, answer->said);
    place_about(session, &root, signal->row->channel, answer);
    place_about(session, &root, signal->row->market, answer);
    if (answer->market.at && signal->row->market)
        place(&root, signal->row->market, bare_text(answer->market));
    if (signal->row->handle)
        place(&root, signal->row->handle, json_object_new_int64(++session->last_handle));
    if (answer->error)
        place_refusal(session, &root, signal, answer->error);
    place_terms(session->practice->plugin, &signal->frames, answer, &root);
    cmb_session_say(session, root ? root : json_object_new_object());
}

/* ---- which row ---- */

/* Words that the client said itself are more than words that it did not. */
static int fitness_of(const struct cmb_signal *signal, const struct cmb_stream_answer *answer)
{
    int fitness = 0;
    for (uint32_t i = 0; i < signal->frames.count; i++) {
        const struct cmb_frame_term *term = &signal->frames.terms[i];
        bool is_heard = false;
        for (uint32_t v = 0; term->test == CMB_ONE_OF && v < term->count; v++)
            is_heard |= is_said(answer, term->values[v].text);
        fitness += is_heard;
    }
    return fitness;
}

static bool is_about_words(const struct cmb_signal *signal)
{
    for (uint32_t i = 0; i < signal->frames.count; i++)
        if (signal->frames.terms[i].test == CMB_ONE_OF)
            return true;
    return false;
}

bool cmb_session_answer(struct cmb_session *session, uint32_t means,
                        const struct cmb_stream_answer *answer)
{
    const struct cmb_plugin *plugin = session->practice->plugin;
    const struct cmb_signal *best = NULL;
    for (uint32_t i = 0; i < plugin->signal_count; i++) {
        const struct cmb_signal *signal = &plugin->signals[i];
        if (signal->row->means == means &&
            (!best || fitness_of(signal, answer) > fitness_of(best, answer)))
            best = signal;
    }
    if (best && answer->is_leaving && is_about_words(best) && !fitness_of(best, answer))
        return false; /* it speaks of something else */
    if (best)
        say_signal(session, best, answer);
    return best != NULL;
}

/* ---- notices ---- */

static bool has_word(struct cmb_text text, const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; text.at && i + length <= text.length; i++)
        if (strncasecmp(text.at + i, word, length) == 0)
            return true;
    return false;
}

static bool is_notice_of(const struct cmb_signal *signal, const char *word)
{
    bool is_it = has_word(signal->frames.whole, word);
    for (uint32_t i = 0; i < signal->frames.count && !is_it; i++)
        if (signal->frames.terms[i].test == CMB_ONE_OF)
            is_it = has_word(signal->frames.terms[i].values[0].text, word);
    return is_it && signal->row->means == CAMBIST_NOTICE;
}

bool cmb_session_notice(struct cmb_session *session, const char *word,
                        const struct cmb_stream_answer *answer)
{
    const struct cmb_plugin *plugin = session->practice->plugin;
    for (uint32_t i = 0; i < plugin->signal_count; i++) {
        if (!is_notice_of(&plugin->signals[i], word))
            continue;
        say_signal(session, &plugin->signals[i], answer);
        return true;
    }
    return false;
}
