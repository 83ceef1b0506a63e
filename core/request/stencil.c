/* Does this answer look like an earlier one, so that nothing but its values need be read? */
#include "request/stencil.h"

#include <stdlib.h>

#include "base/memory.h"

enum { STENCILS = 8 };

struct answer_stencil {
    struct cmb_stencil by;
    const struct cmb_endpoint *endpoint; /* NULL: it is none */
};

struct cmb_stencils {
    struct answer_stencil all[STENCILS];
    uint32_t next;   /* to be cut anew */
    uint32_t misses; /* answers that fitted none */
    struct cmb_lesson lesson;
};

struct cmb_stencils *cmb_stencils_new(void)
{
    return cmb_calloc(1, sizeof(struct cmb_stencils));
}

void cmb_stencils_free(struct cmb_stencils *stencils)
{
    free(stencils);
}

/* ---- filling ---- */

/* Gives the leaves of hole `number` what they find, from bond `i` on; answers the next bond. */
static uint32_t give(const struct cmb_stencil *stencil, uint32_t i, uint32_t number, const char *at,
                     const struct cmb_json_value *value, struct cmb_json_value *found)
{
    for (; i < stencil->bond_count && stencil->bonds[i].hole == number; i++) {
        const struct cmb_stencil_bond *bond = &stencil->bonds[i];
        if (bond->kind == CMB_JSON_NONE)
            found[bond->leaf] = *value;
        else
            found[bond->leaf] = (struct cmb_json_value){ { at - bond->back, bond->length },
                                                         (enum cmb_json_kind)bond->kind, false };
    }
    return i;
}

bool cmb_stencil_fill(const struct cmb_stencil *stencil, struct cmb_text text,
                      const struct cmb_fields *fields, struct cmb_json_value *ret_found)
{
    struct cmb_json_reader reader;
    struct cmb_json_value value = { 0 };
    uint32_t bond = 0;
    memset(ret_found, 0, (fields->count + 1) * sizeof *ret_found);
    cmb_json_init(&reader, text, 0);
    for (uint32_t i = 0; i < stencil->json.count; i++) {
        if (!cmb_json_stencil_pass(&stencil->json, i, &reader))
            return false;
        const char *at = reader.at;
        if (!cmb_json_stencil_read(&stencil->json, i, &reader, &value))
            return false;
        bond = give(stencil, bond, i, at, &value, ret_found);
    }
    if (!cmb_json_stencil_pass(&stencil->json, stencil->json.count, &reader))
        return false;
    give(stencil, bond, stencil->json.count, reader.at, &value, ret_found);
    return true;
}

/* ---- cutting ---- */

/* A text out of which a stencil is being cut. */
struct cut {
    const struct cmb_lesson *lesson;
    const struct cmb_fields *fields;
    const char *name;
    struct cmb_stencil *stencil;
    const char *starts[CMB_LESSON_LEAVES + 1]; /* of values that stay, by bond */
};

static void bind_leaf(struct cut *cut, uint32_t leaf, const struct cmb_json_value *found,
                      bool stays)
{
    struct cmb_stencil *stencil = cut->stencil;
    cut->starts[stencil->bond_count] = found->raw.at;
    stencil->bonds[stencil->bond_count++] = (struct cmb_stencil_bond){
        .hole = (uint8_t)stencil->json.count,
        .leaf = (uint8_t)leaf,
        .kind = stays ? (uint8_t)found->kind : CMB_JSON_NONE,
        .length = stays ? (uint16_t)found->raw.length : 0,
    };
}

/* Every leaf that found the value at `at` is bound to the next hole. */
static bool bind(struct cut *cut, const char *at, bool stays)
{
    bool is_wanted = at == cut->name;
    if (is_wanted && !stays) /* of a name that stays the cut fails: it is bound to nothing */
        bind_leaf(cut, cut->fields->count, &(struct cmb_json_value){ .raw.at = at }, false);
    for (uint32_t i = 0; i < cut->fields->count; i++) {
        const struct cmb_json_value *found = &cut->lesson->found[i];
        if (found->kind == CMB_JSON_NONE || found->raw.at != at)
            continue;
        is_wanted = true;
        if (!stays || !found->has_escapes)
            bind_leaf(cut, i, found, stays);
    }
    return is_wanted;
}

/* Where each value that stays stands before its hole. */
static void measure_back(struct cut *cut, const char *at)
{
    struct cmb_stencil *stencil = cut->stencil;
    for (uint32_t i = 0; i < stencil->bond_count; i++)
        if (stencil->bonds[i].hole == stencil->json.count && stencil->bonds[i].kind)
            stencil->bonds[i].back = (uint16_t)(at - cut->starts[i]);
}

static bool is_hole(const char *at, enum cmb_json_kind kind, void *user)
{
    struct cut *cut = user;
    bool is_container = kind == CMB_JSON_OBJECT || kind == CMB_JSON_ARRAY;
    bool stays = cmb_lesson_is_pinned(cut->lesson, at) ||
                 (!is_container && kind != CMB_JSON_STRING && kind != CMB_JSON_NUMBER);
    if (!stays)
        measure_back(cut, at - (kind == CMB_JSON_STRING));
    bool is_wanted = bind(cut, at, stays);
    return !stays && (!is_container || is_wanted);
}

bool cmb_stencil_cut(struct cmb_stencil *stencil, struct cmb_text text,
                     const struct cmb_fields *fields, const struct cmb_lesson *lesson,
                     const char *name)
{
    struct cut cut = { .lesson = lesson, .fields = fields, .name = name, .stencil = stencil };
    stencil->bond_count = 0;
    if (lesson->is_unfit || !cmb_json_stencil_cut(&stencil->json, text, is_hole, &cut) ||
        stencil->bond_count != cmb_lesson_count_found(lesson, fields) + (name != NULL))
        return false;
    measure_back(&cut, text.at + text.length);
    return true;
}

/* ---- answers ---- */

bool cmb_stencils_read(struct cmb_call *call)
{
    struct cmb_stencils *stencils = call->exchange->stencils;
    const struct cmb_fields *fields = &call->endpoint->fields;
    struct cmb_json_value *found = NULL;
    call->found = NULL;
    for (uint32_t i = 0; stencils && i < STENCILS; i++) {
        if (stencils->all[i].endpoint != call->endpoint)
            continue;
        if (!found)
            found = cmb_arena_room(&call->arena, (fields->count + 1) * sizeof *found);
        if (!found || !cmb_stencil_fill(&stencils->all[i].by, call->answer_body, fields, found))
            continue;
        call->found = found;
        return true;
    }
    return false;
}

struct cmb_lesson *cmb_stencils_start_lesson(struct cmb_call *call)
{
    struct cmb_stencils *stencils = call->exchange->stencils;
    if (!stencils || !cmb_lesson_is_due(&stencils->misses, STENCILS))
        return NULL;
    stencils->lesson = (struct cmb_lesson){ 0 };
    return &stencils->lesson;
}

/* What makes an answer an error, and did not here. */
static void pin_failures(const struct cmb_call *call, struct cmb_lesson *lesson)
{
    const struct cambist_plugin *tables = &call->exchange->plugin->tables;
    for (uint32_t i = 0; i < tables->failures.count; i++) {
        struct cmb_text path, left = cmb_text_of(CMB_ROW(tables->failures, i)->path);
        while (left.at) {
            left = cmb_text_cut(left, '|', &path);
            cmb_lesson_pin_path(lesson, &call->endpoint->fields, call->answer_body, path);
        }
    }
}

void cmb_stencils_learn(struct cmb_call *call, struct cmb_lesson *lesson)
{
    struct cmb_stencils *stencils = call->exchange->stencils;
    struct answer_stencil *stencil = &stencils->all[stencils->next];
    if (!cmb_lesson_check(lesson, call->endpoint))
        return;
    pin_failures(call, lesson);
    stencil->endpoint = NULL;
    if (!cmb_stencil_cut(&stencil->by, call->answer_body, &call->endpoint->fields, lesson, NULL))
        return;
    stencil->endpoint = call->endpoint;
    stencils->next = (stencils->next + 1) % STENCILS;
}
