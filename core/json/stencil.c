/* Which values of a text may differ in the next one, and what stands between them? */
#include "json/stencil.h"

struct cutting {
    struct cmb_json_stencil *stencil;
    struct cmb_json_reader reader;
    const char *kept; /* what stands from here on is not in the stencil yet */
    size_t length;    /* of the stencil's text */
    cmb_stencil_choose_fn *is_hole;
    void *user;
};

/* Keeps what stands before `to`, and notes what comes behind it. */
static bool keep(struct cutting *cutting, const char *to, enum cmb_json_kind kind)
{
    struct cmb_json_stencil *stencil = cutting->stencil;
    size_t length = (size_t)(to - cutting->kept);
    if (length > CMB_STENCIL_BYTES - cutting->length)
        return false;
    memcpy(stencil->text + cutting->length, cutting->kept, length);
    stencil->holes[stencil->count] = (struct cmb_stencil_hole){
        .start = (uint16_t)cutting->length,
        .length = (uint16_t)length,
        .kind = (uint8_t)kind,
        .depth = (uint8_t)cutting->reader.depth,
    };
    cutting->length += length;
    return true;
}

static bool cut_hole(struct cutting *cutting, enum cmb_json_kind kind)
{
    if (cutting->stencil->count == CMB_STENCIL_HOLES || !keep(cutting, cutting->reader.at, kind))
        return false;
    cutting->stencil->count++;
    cmb_json_skip(&cutting->reader);
    cutting->kept = cutting->reader.at;
    return true;
}

static bool cut_value(struct cutting *cutting);

static bool cut_inside(struct cutting *cutting, enum cmb_json_kind kind)
{
    struct cmb_json_reader *reader = &cutting->reader;
    struct cmb_json_value key;
    bool is_cut = true;
    if (kind == CMB_JSON_OBJECT) {
        cmb_json_enter_object(reader);
        while (is_cut && cmb_json_next_member(reader, &key))
            is_cut = cut_value(cutting);
    } else {
        cmb_json_enter_array(reader);
        while (is_cut && cmb_json_next_element(reader))
            is_cut = cut_value(cutting);
    }
    return is_cut;
}

static bool cut_value(struct cutting *cutting)
{
    enum cmb_json_kind kind = cmb_json_peek(&cutting->reader); /* behind blanks, if any */
    const char *at = cutting->reader.at + (kind == CMB_JSON_STRING);
    if (cutting->is_hole(at, kind, cutting->user))
        return cut_hole(cutting, kind);
    if (kind == CMB_JSON_OBJECT || kind == CMB_JSON_ARRAY)
        return cut_inside(cutting, kind);
    return cmb_json_skip(&cutting->reader);
}

bool cmb_json_stencil_cut(struct cmb_json_stencil *stencil, struct cmb_text text,
                          cmb_stencil_choose_fn *is_hole, void *user)
{
    struct cutting cutting = { .stencil = stencil, .kept = text.at, .is_hole = is_hole,
                               .user = user };
    stencil->count = 0;
    cmb_json_init(&cutting.reader, text, 0);
    return cut_value(&cutting) && cmb_json_finish(&cutting.reader) &&
           keep(&cutting, text.at + text.length, CMB_JSON_NONE);
}

bool cmb_json_stencil_is(const struct cmb_json_stencil *stencil,
                         const struct cmb_json_stencil *other)
{
    const struct cmb_stencil_hole *last = &stencil->holes[stencil->count];
    return stencil->count == other->count &&
           memcmp(stencil->holes, other->holes, (stencil->count + 1) * sizeof *last) == 0 &&
           memcmp(stencil->text, other->text, (size_t)last->start + last->length) == 0;
}
