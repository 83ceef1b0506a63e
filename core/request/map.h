/* request/map.h - what the files of the map stage share. */
#ifndef CMB_REQUEST_MAP_H
#define CMB_REQUEST_MAP_H

#include "request/call.h"

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
};

/* Walks through the rows of the call's answer.  The owner sets on_row, read_levels and user, and
 * zeroes the rest. */
int cmb_map_with(struct cmb_call *call, struct cmb_mapper *mapper);

/* The text that a leaf reads: its escapes resolved, the part that its path asks for; absent for what
 * is no text or number. */
struct cmb_text cmb_leaf_text(struct cmb_call *call, const struct cmb_leaf *leaf,
                              const struct cmb_json_value *value);
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
