/* json/stencil.h - which values does a text have that looks like an earlier one?
 *
 * Messages of one kind differ in a few values only.  A stencil is cut out of one of them: where
 * values may differ it has holes, the rest is kept as it stands, byte for byte.  A text that fits is
 * compared with the rest and read in the holes:
 *
 *     {"u":[#####],"b":[#####]}         holes: a number, an array
 *
 * Since the first text was valid and each hole is read by a reader that is as strict as ever, what
 * fits is valid, too.  What does not fit, if only by a blank, is read in the normal way.  One thread
 * at a time for one stencil.
 */
#ifndef CMB_JSON_STENCIL_H
#define CMB_JSON_STENCIL_H

#include "json/reader.h"

enum { CMB_STENCIL_HOLES = 32, CMB_STENCIL_BYTES = 1024 };

/* Where values differ. */
struct cmb_stencil_hole {
    uint16_t start; /* of the text before it ... */
    uint16_t length;
    uint8_t kind;   /* enum cmb_json_kind; of the text behind the last hole: NONE */
    uint8_t depth;  /* how deep the value stands */
};

struct cmb_json_stencil {
    uint32_t count;                                  /* holes */
    struct cmb_stencil_hole holes[CMB_STENCIL_HOLES + 1]; /* behind the last: the rest of the text */
    char text[CMB_STENCIL_BYTES];                    /* what stands between the holes, in order */
};

/* Whether the value at `at` (a string's content, else the value) is a hole.  Of an object or array that
 * is none, the inside is asked about, too: each of its values. */
typedef bool cmb_stencil_choose_fn(const char *at, enum cmb_json_kind kind, void *user);

/* Cuts a stencil out of a valid text.  Holes are numbered in the order of the text, from 0.  False:
 * there are too many, or too much stands between them. */
bool cmb_json_stencil_cut(struct cmb_json_stencil *stencil, struct cmb_text text,
                          cmb_stencil_choose_fn *is_hole, void *user);

/* Whether the same texts fit both. */
bool cmb_json_stencil_is(const struct cmb_json_stencil *stencil,
                         const struct cmb_json_stencil *other);

/* Passes what stands before the hole of that number; behind the last hole, the end of the text.  False:
 * the text does not fit. */
static inline bool cmb_json_stencil_pass(const struct cmb_json_stencil *stencil, uint32_t number,
                                         struct cmb_json_reader *reader)
{
    const struct cmb_stencil_hole *hole = &stencil->holes[number];
    if ((size_t)(reader->end - reader->at) < hole->length ||
        !cmb_bytes_are(reader->at, stencil->text + hole->start, hole->length))
        return false;
    reader->at += hole->length;
    reader->depth = hole->depth;
    reader->is_first = true;
    return number < stencil->count || reader->at == reader->end;
}

/* Reads the value in the hole; false: it is of another kind, or none. */
static inline bool cmb_json_stencil_read(const struct cmb_json_stencil *stencil, uint32_t number,
                                         struct cmb_json_reader *reader,
                                         struct cmb_json_value *ret_value)
{
    switch (stencil->holes[number].kind) {
    case CMB_JSON_STRING: return cmb_json_read_string(reader, ret_value);
    case CMB_JSON_NUMBER: return cmb_json_read_number(reader, ret_value);
    default:
        return cmb_json_read_value(reader, ret_value) &&
               ret_value->kind == stencil->holes[number].kind;
    }
}

#endif
