/* request/map.h - what the files of the map stage share. */
#ifndef CMB_REQUEST_MAP_H
#define CMB_REQUEST_MAP_H

#include "request/call.h"

enum { CMB_LESSON_LEAVES = 64, CMB_LESSON_PINS = 32 };

/* How a text was read by the tables, for a stencil to be cut out of it (request/stencil.h). */
struct cmb_lesson {
    uint32_t rows;                                  /* that were read */
    struct cmb_json_value found[CMB_LESSON_LEAVES]; /* of the last one, by leaf */
    const char *pins[CMB_LESSON_PINS]; /* values that decided how it was read: they stay */
    uint32_t pin_count;
    const char *levels[2]; /* lists that a function has read; NULL: there are none */
    bool is_unfit; /* no stencil can say how it was read */
};

/* One answer on its way into records, or into what somebody else makes of its rows. */
struct cmb_mapper {
    struct cmb_call *call;
    const struct cmb_fields *fields;
    struct cmb_json_value *found; /* by leaf; kind NONE: nothing there */
    bool is_double;               /* a wanted value stood there twice */
    bool is_mixed;                /* elements that do not add up: they are not of one currency */
    /* A row was read: its values are in `found`.  NULL: it becomes a record. */
    int (*on_row)(struct cmb_mapper *mapper);
    /* Reads the levels that come next, for the first leaf that wants them; NULL: they are found
     * like other values. */
    void (*read_levels)(struct cmb_mapper *mapper, int leaf, struct cmb_json_reader *reader);
    void *user;
    struct cmb_lesson *lesson; /* NULL: nobody learns */
};

/* Walks through the rows of the call's answer.  The owner sets on_row, read_levels, user and lesson,
 * and zeroes the rest. */
int cmb_map_with(struct cmb_call *call, struct cmb_mapper *mapper);

/* Reads the value that comes next and keeps what the leaves below `node` want of it. */
void cmb_collect(struct cmb_mapper *mapper, struct cmb_json_reader *reader,
                 const struct cmb_node *node);
/* As above for the leaves whose paths start at the answer.  Of a frame only up to the last of its
 * members that is wanted: the rows follow, long ones, and they are read next. */
void cmb_collect_outer(struct cmb_mapper *mapper, struct cmb_json_reader *reader);
/* `value` is what the leaf wanted, and all others that end at the same node. */
void cmb_keep(struct cmb_mapper *mapper, int leaf, struct cmb_json_value value);
/* Whether what comes next is an object that the step takes for itself.  Reads nothing. */
bool cmb_step_chooses(const struct cmb_mapper *mapper, const struct cmb_json_reader *reader,
                      const struct cmb_path_step *step);
/* Whether the step asks for the member of that key. */
bool cmb_step_names(const struct cmb_call *call, const struct cmb_json_value *key,
                    const struct cmb_path_step *step);

static inline bool cmb_is_container(struct cmb_json_reader *reader)
{
    enum cmb_json_kind kind = cmb_json_peek(reader);
    return kind == CMB_JSON_OBJECT || kind == CMB_JSON_ARRAY;
}

/* The text that a leaf reads: its escapes resolved, the part that its path asks for; absent for what
 * is no text or number. */
struct cmb_text cmb_leaf_text(struct cmb_call *call, const struct cmb_leaf *leaf,
                              const struct cmb_json_value *value);
/* The time that such a text tells, as the leaf's row says how to read it. */
enum cmb_number_fault cmb_leaf_time(const struct cmb_leaf *leaf, struct cmb_text text,
                                    int64_t *ret_ns);
/* Where such a text is a number, the scale at which it counts nanoseconds; -1: it is no number. */
int cmb_leaf_time_scale(const struct cmb_leaf *leaf);
/* Fills a zeroed record with the values that were found for the leaves of `fields`;
 * *ret_is_passed_over: a constant of the rows stands otherwise, and it is no such row. */
int cmb_fill_record(struct cmb_call *call, const struct cmb_fields *fields,
                    const struct cmb_json_value *found, void *record, bool *ret_is_passed_over);
/* Makes a record of the values that were found for the leaves of `fields` and adds it to the
 * call's rows, unless a constant or the question passes it over. */
int cmb_emit_found(struct cmb_call *call, const struct cmb_fields *fields,
                   const struct cmb_json_value *found);
/* Looks for the leaves in `json` and emits the record: one row, wherever it came from. */
int cmb_emit_row(struct cmb_call *call, struct cmb_text json, const struct cmb_fields *fields);
/* The market of that symbol, NULL when it is not known. */
const struct cambist_market *cmb_market_of(const struct cmb_call *call, const char *symbol);
/* Completes the record and adds it, unless the question was about others. */
int cmb_emit_record(struct cmb_call *call, const void *record);

#endif
