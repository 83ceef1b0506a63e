/* request/stencil.h - does this answer look like an earlier one, so that only its values need be read?
 *
 * Answers to one question are mostly of one form.  When one of a single row was read by the tables,
 * a stencil is cut out of it (json/stencil.h).  What decided how it was read stays as it stands: its
 * keys, and the values that choose; the rest are holes, and what is found in them is what the tables
 * would have found.  An answer that fits nothing is read by the tables.  [the loop's thread]
 */
#ifndef CMB_REQUEST_STENCIL_H
#define CMB_REQUEST_STENCIL_H

#include "json/stencil.h"
#include "request/map.h"

/* What a leaf finds: the value in a hole, or one that stays, so many bytes before the hole. */
struct cmb_stencil_bond {
    uint8_t hole, leaf;
    uint8_t kind; /* of a value that stays; NONE: the hole's */
    uint16_t back, length;
};

struct cmb_stencil {
    struct cmb_json_stencil json;
    struct cmb_stencil_bond bonds[CMB_LESSON_LEAVES + 1]; /* in the order of their holes */
    uint32_t bond_count;
};

/* Cuts a stencil out of a text that was read by the tables.  `name` is a value that is wanted, too, as
 * if by a leaf behind the last; NULL: there is none.  False: its form can have none. */
bool cmb_stencil_cut(struct cmb_stencil *stencil, struct cmb_text text,
                     const struct cmb_fields *fields, const struct cmb_lesson *lesson,
                     const char *name);
/* Finds the leaves' values in a text that fits; `ret_found` is of one more than there are leaves.
 * False: it does not fit. */
bool cmb_stencil_fill(const struct cmb_stencil *stencil, struct cmb_text text,
                      const struct cmb_fields *fields, struct cmb_json_value *ret_found);

/* ---- an exchange's answers ---- */

struct cmb_stencils;

/* NULL without memory. */
struct cmb_stencils *cmb_stencils_new(void);
/* Accepts NULL. */
void cmb_stencils_free(struct cmb_stencils *stencils);

/* Looks for the values of the call's answer by a stencil: call->found has them by leaf.  False: none
 * fits, and call->found is NULL. */
bool cmb_stencils_read(struct cmb_call *call);

/* ---- lessons ---- */

/* Whether a text that fits none of so many stencils is to be learnt from: the first ones are, and then
 * one of many, because there may be no two that look alike. `misses` counts those texts. */
bool cmb_lesson_is_due(uint32_t *misses, uint32_t stencils);
/* The lesson that the answer is for, which fits no stencil; NULL where nobody learns from it. */
struct cmb_lesson *cmb_stencils_start_lesson(struct cmb_call *call);
/* Cuts a stencil out of the call's answer, if its form can have one. */
void cmb_stencils_learn(struct cmb_call *call, struct cmb_lesson *lesson);

/* The value stays: that it stands there decided something. */
void cmb_lesson_pin(struct cmb_lesson *lesson, const struct cmb_json_value *value);
/* The same for what stands at a path of the text; if nothing does, it must never do so. */
void cmb_lesson_pin_path(struct cmb_lesson *lesson, const struct cmb_fields *fields,
                         struct cmb_text text, struct cmb_text path);
/* Whether something stands at the path: nothing may decide that but keys that stay. */
void cmb_lesson_pin_presence(struct cmb_lesson *lesson, const struct cmb_fields *fields,
                             struct cmb_text text, struct cmb_text path);
bool cmb_lesson_is_pinned(const struct cmb_lesson *lesson, const char *at);
/* What a row's leaves have found. */
void cmb_lesson_note_row(struct cmb_lesson *lesson, const struct cmb_fields *fields,
                         const struct cmb_json_value *found);
/* How many leaves' values stand somewhere in the text: a stencil has to have met them all. */
uint32_t cmb_lesson_count_found(const struct cmb_lesson *lesson, const struct cmb_fields *fields);
/* Whether it was one row, and nothing but the text told how to read it. */
bool cmb_lesson_check(const struct cmb_lesson *lesson, const struct cmb_endpoint *endpoint);

#endif
