/* request/map.h - what the files of the map stage share. */
#ifndef CMB_REQUEST_MAP_H
#define CMB_REQUEST_MAP_H

#include "request/call.h"

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
