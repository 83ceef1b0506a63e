/* json/path.h - what stands at a place in a JSON text?
 *
 * For cold paths and tables: "data.0.sCode".  Steps are parted by points; a step is the key of an
 * object or, in an array, an index from 0 (-1 is the last one).  The empty path is the whole text.  A key that holds a
 * point cannot be named.
 */
#ifndef CMB_JSON_PATH_H
#define CMB_JSON_PATH_H

#include "json/reader.h"

/* Finds the first value at `path`.  CAMBIST_OK with *ret_value, whose kind is NONE when
 * nothing stands there; CAMBIST_GARBLED, with the reason in `error` (may be NULL), when the text is
 * not valid JSON.  It is read no further than the end of the value: use cmb_json_check where the
 * rest matters.  The slice lives as long as `text`.  [any thread] */
int cmb_json_path_find(struct cmb_text text, struct cmb_text path,
                       struct cmb_json_value *ret_value, struct cambist_error *error);

#endif
